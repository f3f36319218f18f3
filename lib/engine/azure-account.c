/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Azure login: client id and secret, the token, and whether it is of the declared tenant.
 *
 * Shared by all pairings with the same tenant and client. The secret is read anew for each token, so that a rotated one
 * is taken up by itself, and kept only while the request is made. The token is renewed at two thirds of its life; when
 * ARM refuses it, at once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

#define CLIENT_SECRET_CREDENTIAL "azure-client-secret"
#define CLIENT_SECRET_VARIABLE "AZURE_CLIENT_SECRET"
#define CLIENT_ID_VARIABLE "AZURE_CLIENT_ID"
#define TENANT_VARIABLE "AZURE_TENANT_ID"

const char *login_state_to_string(enum login_state s) {
        switch (s) {
        case LOGIN_NONE:
                return "none";
        case LOGIN_MATERIAL:
                return "reading credentials";
        case LOGIN_ASKING:
                return "asking";
        case LOGIN_READY:
                return "ready";
        case LOGIN_FAILED:
                return "failed";
        }
        return NULL;
}

static void enter(struct azure_account *a, enum login_state s) {
        if (s != LOGIN_MATERIAL && s != LOGIN_ASKING)
                material_batch_deinit(&a->material);
        a->state = s;
}

static void fail(struct azure_account *a, int64_t retry_after_ms, const struct now *now) {
        a->counters.errors++;
        backoff_failure(&a->backoff, a->engine, retry_after_ms, now);
        enter(a, LOGIN_FAILED);
}

static const char *or_default(const char *s, const char *fallback) {
        return s && *s ? s : fallback;
}

static bool is_of(const struct azure_account *a, const struct declaration *d) {
        const struct daemon_config *c = &a->engine->config->config->daemon;
        return strcmp(a->tenant, d->azure.tenant) == 0 && strcmp(a->client_id, d->azure.client_id) == 0 &&
               strcmp(a->secret_file, or_default(c->client_secret_file, "")) == 0 &&
               strcmp(a->authority, or_default(c->authority_url, AZURE_AUTHORITY_PUBLIC)) == 0 &&
               strcmp(a->arm, or_default(c->arm_url, AZURE_ARM_PUBLIC)) == 0;
}

static void account_free(struct azure_account *a) {
        exchange_cancel(a->engine, &a->exchange);
        material_batch_deinit(&a->material);
        azure_token_deinit(&a->token);
        mem_free(a->tenant);
        mem_free(a->client_id);
        mem_free(a->secret_file);
        mem_free(a->authority);
        mem_free(a->arm);
        mem_free(a);
}

static struct azure_account *account_new(struct engine *e, const struct declaration *d) {
        const struct daemon_config *c = &e->config->config->daemon;
        struct azure_account *a = mem_zalloc(1, sizeof(*a));
        if (!a)
                return NULL;
        a->engine = e;
        list_init(&a->link);
        list_init(&a->material.link);
        a->tenant = mem_strdup(d->azure.tenant);
        a->client_id = mem_strdup(d->azure.client_id);
        a->secret_file = mem_strdup(or_default(c->client_secret_file, ""));
        a->authority = mem_strdup(or_default(c->authority_url, AZURE_AUTHORITY_PUBLIC));
        a->arm = mem_strdup(or_default(c->arm_url, AZURE_ARM_PUBLIC));
        snprintf(a->why, sizeof(a->why), "no token yet");
        if (a->tenant && a->client_id && a->secret_file && a->authority && a->arm)
                return a;
        account_free(a);
        return NULL;
}

/**
 * azure_account_get() - The login that a pairing uses, shared with others of the same tenant and client
 *
 * Return: the account, to be given back with azure_account_put(), or NULL without memory.
 */
struct azure_account *azure_account_get(struct engine *e, const struct declaration *d) {
        LIST_FOREACH(item, &e->azure_accounts) {
                struct azure_account *a = CONTAINER_OF(item, struct azure_account, link);
                if (is_of(a, d)) {
                        a->users++;
                        return a;
                }
        }
        struct azure_account *a = account_new(e, d);
        if (!a)
                return NULL;
        a->users = 1;
        a->counters.cloud = "azure";
        a->counters.account = a->tenant;
        list_append(&e->azure_accounts, &a->link);
        return a;
}

void azure_account_put(struct azure_account *a) {
        if (!a || --a->users > 0)
                return;
        list_remove(&a->link);
        account_free(a);
}

/* Compares whose token this is with what was declared: the guard lets nothing be written before. */
static int check_tenant(struct azure_account *a) {
        struct azure_token_claims claims;
        int r = azure_token_tenant(&a->token.bearer, &claims);
        if (r < 0)
                return r;
        bool is_unknown = strcmp(claims.tenant, AZURE_CLAIM_UNKNOWN) == 0;
        a->identity_ok = strcasecmp(claims.tenant, a->tenant) == 0;
        a->identity_wrong = !a->identity_ok && !is_unknown && *a->tenant;
        if (a->identity_ok)
                a->why[0] = 0;
        else if (!*a->tenant)
                snprintf(a->why, sizeof(a->why), "Tenant= is not declared; the token is of tenant %.40s",
                         claims.tenant);
        else if (is_unknown)
                snprintf(a->why, sizeof(a->why), "the token does not say which tenant it is of");
        else
                snprintf(a->why, sizeof(a->why), "the token is of tenant %s, declared is %s", claims.tenant, a->tenant);
        return 0;
}

static int token_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                      const struct now *now) {
        struct azure_account *a = owner;
        (void)e;
        (void)tag;
        a->exchange = 0;
        if (!result->has_reply) {
                snprintf(a->why, sizeof(a->why), "no token: %s", result->failure_text);
                fail(a, 0, now);
                return 0;
        }
        _cleanup_azure_token_ struct azure_token token = AZURE_TOKEN_NULL;
        struct cloud_error error;
        int r = azure_token_parse(result->response, now->wall_ms, &token, &error);
        if (r != 0) {
                snprintf(a->why, sizeof(a->why), "no token: %.60s %.160s", r < 0 ? "no memory" : error.code,
                         r < 0 ? "" : error.message);
                fail(a, r < 0 ? 0 : error.retry_after_ms, now);
                return 0;
        }
        azure_token_deinit(&a->token);
        a->token = token;
        token = AZURE_TOKEN_NULL;
        backoff_success(&a->backoff);
        enter(a, LOGIN_READY);
        r = check_tenant(a);
        if (r < 0) {
                a->identity_ok = false; /* what the last token was of says nothing about this one */
                fail(a, 0, now);
        }
        return r;
}

static const char *what_is_missing(const struct azure_account *a, const char *tenant, const char *client_id,
                                   const char *secret) {
        if (!tenant || !*tenant)
                return "no tenant: give [Azure] Tenant= or $" TENANT_VARIABLE;
        if (!client_id || !*client_id)
                return "no client id: give [Azure] ClientId= or $" CLIENT_ID_VARIABLE;
        if (!secret && *a->secret_file)
                return "no client secret: the file of ClientSecretFile= cannot be read";
        if (!secret)
                return "no client secret: give ClientSecretFile=, the credential " CLIENT_SECRET_CREDENTIAL
                       " or $" CLIENT_SECRET_VARIABLE;
        return NULL;
}

static int material_answered(struct engine *e, void *owner, const struct now *now) {
        struct azure_account *a = owner;
        const char *secret = *a->secret_file ? material_text(&a->material, a->secret_file)
                                             : material_text(&a->material, CLIENT_SECRET_CREDENTIAL);
        if (!secret && !*a->secret_file)
                secret = material_text(&a->material, CLIENT_SECRET_VARIABLE);
        const char *client_id = *a->client_id ? a->client_id : material_text(&a->material, CLIENT_ID_VARIABLE);
        const char *tenant = *a->tenant ? a->tenant : material_text(&a->material, TENANT_VARIABLE);
        const char *missing = what_is_missing(a, tenant, client_id, secret);
        if (missing) {
                snprintf(a->why, sizeof(a->why), "%s", missing);
                fail(a, 0, now);
                return 0;
        }
        _cleanup_secret_ struct secret s = SECRET_NULL;
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        size_t len = strcspn(secret, "\r\n"); /* editors end files with a newline */
        int r = secret_set(&s, secret, len);
        if (r == 0)
                r = azure_token_request(&request, a->authority, tenant, client_id, &s, AZURE_SCOPE_PUBLIC);
        if (r == 0)
                r = exchange_start(e, &request, AWS_ACTION_NONE, token_done, a, 0, &a->exchange);
        if (r < 0) {
                snprintf(a->why, sizeof(a->why), "no token request: %s", strerror(-r));
                fail(a, 0, now);
                return r == -ENOMEM ? r : 0;
        }
        enter(a, LOGIN_ASKING);
        material_batch_deinit(&a->material); /* the secret has left with the request */
        return 0;
}

static int ask_materials(struct azure_account *a) {
        struct engine *e = a->engine;
        int r = 0;
        if (!*a->client_id)
                r = material_ask(e, &a->material, MATERIAL_ENV, CLIENT_ID_VARIABLE);
        if (r == 0 && !*a->tenant)
                r = material_ask(e, &a->material, MATERIAL_ENV, TENANT_VARIABLE);
        if (r == 0 && *a->secret_file)
                return material_ask(e, &a->material, MATERIAL_FILE, a->secret_file);
        if (r == 0)
                r = material_ask(e, &a->material, MATERIAL_CREDENTIAL, CLIENT_SECRET_CREDENTIAL);
        if (r == 0)
                r = material_ask(e, &a->material, MATERIAL_ENV, CLIENT_SECRET_VARIABLE);
        return r;
}

static int ask(struct azure_account *a) {
        material_batch_deinit(&a->material);
        material_batch_init(&a->material, material_answered, a);
        a->state = LOGIN_MATERIAL;
        int r = ask_materials(a);
        if (r < 0)
                enter(a, LOGIN_NONE); /* half of the questions is no question */
        return r;
}

static int64_t renew_at_wall_ms(const struct azure_account *a) {
        return a->token.expires_wall_ms - a->token.lifetime_ms / 3;
}

bool azure_account_is_ready(const struct azure_account *a, const struct now *now) {
        return secret_is_set(&a->token.bearer) && now->wall_ms < a->token.expires_wall_ms &&
               !monotime_before(now->boot, a->throttle.not_before);
}

int azure_account_tick(struct azure_account *a, const struct now *now) {
        switch (a->state) {
        case LOGIN_MATERIAL:
        case LOGIN_ASKING:
                return 0;
        case LOGIN_READY:
                return now->wall_ms >= renew_at_wall_ms(a) ? ask(a) : 0;
        case LOGIN_NONE:
        case LOGIN_FAILED:
                return monotime_before(now->boot, a->backoff.not_before) ? 0 : ask(a);
        }
        return 0;
}

/* ARM said 401: this token is over, whatever its clock says. */
void azure_account_token_refused(struct azure_account *a) {
        if (a->state != LOGIN_READY)
                return;
        azure_token_deinit(&a->token);
        a->identity_ok = false;
        snprintf(a->why, sizeof(a->why), "ARM refused the token");
        enter(a, LOGIN_NONE);
        a->engine->wants_tick = true;
}

void azure_account_call(struct azure_account *a, struct azure_call *ret) {
        *ret = (struct azure_call){.base = a->arm, .bearer = &a->token.bearer};
}

struct monotime azure_account_deadline(const struct azure_account *a, const struct now *now) {
        if (a->state == LOGIN_NONE || a->state == LOGIN_FAILED)
                return a->backoff.not_before;
        if (a->state == LOGIN_READY)
                return monotime_add_ms(now->boot, renew_at_wall_ms(a) - now->wall_ms);
        return MONOTIME_FOREVER;
}
