/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An AWS login in one region: credentials, and whether they are of the declared account.
 *
 * Order of the sources: environment (unless Profile= names one), systemd credential, shared files. They are read again
 * when AWS says that they expired. The identity is asked for at start and hourly; before it is known, and whenever it
 * is another account, the guard lets nothing be written.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

#define IDENTITY_INTERVAL_MS (60 * MINUTE_MS)
#define SYSTEMD_CREDENTIAL "aws-credentials"
#define CREDENTIALS_FILE "~/.aws/credentials"
#define CONFIG_FILE "~/.aws/config"

static const char *const variables[] = {
        "AWS_ACCESS_KEY_ID",           "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",          "AWS_PROFILE",           "AWS_DEFAULT_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",       "AWS_CREDENTIAL_EXPIRATION",
};

static void enter(struct aws_account *a, enum login_state s) {
        if (s != LOGIN_MATERIAL)
                material_batch_deinit(&a->material);
        a->state = s;
}

static void fail(struct aws_account *a, const struct now *now) {
        a->counters.errors++;
        backoff_failure(&a->backoff, a->engine, 0, now);
        enter(a, LOGIN_FAILED);
}

static void account_free(struct aws_account *a) {
        exchange_cancel(a->engine, &a->identity_exchange);
        inventory_cancel(a);
        inventory_unref(a->current);
        material_batch_deinit(&a->material);
        aws_credentials_deinit(&a->credentials);
        mem_free(a->account_id);
        mem_free(a->region);
        mem_free(a->profile);
        mem_free(a);
}

static const char *override_url(const struct engine *e) {
        const char *url = e->config->config->daemon.aws_url;
        return url && *url ? url : NULL;
}

static bool is_of(const struct aws_account *a, const struct declaration *d) {
        struct aws_endpoint ec2;
        if (aws_endpoint_init(&ec2, AWS_SERVICE_EC2, d->aws.region, override_url(a->engine)) < 0 ||
            strcmp(ec2.url, a->ec2.url) != 0)
                return false;
        return strcmp(a->account_id, d->aws.account_id) == 0 && strcmp(a->region, d->aws.region) == 0 &&
               strcmp(a->profile, d->aws.profile) == 0;
}

static struct aws_account *account_new(struct engine *e, const struct declaration *d) {
        const char *override = override_url(e);
        struct aws_account *a = mem_zalloc(1, sizeof(*a));
        if (!a)
                return NULL;
        a->engine = e;
        list_init(&a->link);
        list_init(&a->material.link);
        a->account_id = mem_strdup(d->aws.account_id);
        a->region = mem_strdup(d->aws.region);
        a->profile = mem_strdup(d->aws.profile);
        snprintf(a->why, sizeof(a->why), "the account is not known yet");
        if (a->account_id && a->region && a->profile &&
            aws_endpoint_init(&a->ec2, AWS_SERVICE_EC2, d->aws.region, override) == 0 &&
            aws_endpoint_init(&a->sts, AWS_SERVICE_STS, d->aws.region, override) == 0)
                return a;
        account_free(a);
        return NULL;
}

/**
 * aws_account_get() - The login that a pairing uses, shared with others of the same account, region and profile
 *
 * Return: the account, to be given back with aws_account_put(), or NULL without memory.
 */
struct aws_account *aws_account_get(struct engine *e, const struct declaration *d) {
        LIST_FOREACH(item, &e->aws_accounts) {
                struct aws_account *a = CONTAINER_OF(item, struct aws_account, link);
                if (is_of(a, d)) {
                        a->users++;
                        return a;
                }
        }
        struct aws_account *a = account_new(e, d);
        if (!a)
                return NULL;
        a->users = 1;
        a->counters.cloud = "aws";
        a->counters.account = a->account_id;
        list_append(&e->aws_accounts, &a->link);
        return a;
}

void aws_account_put(struct aws_account *a) {
        if (!a || --a->users > 0)
                return;
        list_remove(&a->link);
        account_free(a);
}

static const char *environment(void *userdata, const char *name) {
        const struct aws_account *a = userdata;
        return material_text(&a->material, name);
}

static const char *file_name(const struct aws_account *a, const char *variable, const char *fallback) {
        const char *s = material_text(&a->material, variable);
        return s && *s ? s : fallback;
}

static int ask_files(struct aws_account *a) {
        struct engine *e = a->engine;
        a->files_asked = true;
        int r = material_ask(e, &a->material, MATERIAL_CREDENTIAL, SYSTEMD_CREDENTIAL);
        if (r == 0)
                r = material_ask(e, &a->material, MATERIAL_FILE,
                                 file_name(a, "AWS_SHARED_CREDENTIALS_FILE", CREDENTIALS_FILE));
        if (r == 0)
                r = material_ask(e, &a->material, MATERIAL_FILE, file_name(a, "AWS_CONFIG_FILE", CONFIG_FILE));
        return r;
}

static struct aws_config_file config_file(const struct aws_account *a, const char *name) {
        const struct material *m = material_get(&a->material, name);
        bool is_there = m && m->error == 0;
        return (struct aws_config_file){name, is_there ? m->bytes.bytes : NULL, is_there ? m->bytes.len : 0};
}

static int from_files(struct aws_account *a, struct aws_credentials *ret, char *reterr_text) {
        const char *profile = *a->profile ? a->profile : aws_env_profile(environment, a);
        struct aws_config_files files = {
                .credentials = config_file(a, SYSTEMD_CREDENTIAL),
                .config = config_file(a, file_name(a, "AWS_CONFIG_FILE", CONFIG_FILE)),
        };
        if (!files.credentials.text)
                files.credentials = config_file(a, file_name(a, "AWS_SHARED_CREDENTIALS_FILE", CREDENTIALS_FILE));
        return aws_credentials_from_files(&files, profile ? profile : "default", ret, reterr_text);
}

static int material_answered(struct engine *e, void *owner, const struct now *now) {
        struct aws_account *a = owner;
        _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL;
        char text[AWS_ERROR_TEXT_SIZE] = "";
        int r = AWS_CREDENTIALS_ABSENT;
        (void)e;
        if (!a->files_asked && !*a->profile)
                r = aws_credentials_from_env(environment, a, &c, text);
        if (r == AWS_CREDENTIALS_ABSENT && !a->files_asked) {
                r = ask_files(a);
                if (r < 0)
                        enter(a, LOGIN_NONE);
                return r;
        }
        if (r == AWS_CREDENTIALS_ABSENT)
                r = from_files(a, &c, text);
        if (r != 0) {
                snprintf(a->why, sizeof(a->why), "no AWS credentials: %.200s",
                         *text ? text
                               : "give AWS_ACCESS_KEY_ID, the credential " SYSTEMD_CREDENTIAL " or " CREDENTIALS_FILE);
                fail(a, now);
                return r < 0 ? r : 0;
        }
        const char *old = a->credentials.access_key_id;
        if (!old || strcmp(old, c.access_key_id) != 0) {
                /* Other keys may be of another account: nothing is written before it is known. */
                a->identity_ok = false;
                snprintf(a->why, sizeof(a->why), "the account is not known yet");
        }
        aws_credentials_deinit(&a->credentials);
        a->credentials = c;
        c = AWS_CREDENTIALS_NULL;
        a->identity_checked = MONOTIME_NEVER;
        enter(a, LOGIN_READY);
        return 0;
}

static int ask(struct aws_account *a) {
        material_batch_deinit(&a->material);
        material_batch_init(&a->material, material_answered, a);
        a->files_asked = false;
        a->state = LOGIN_MATERIAL;
        int r = 0;
        for (size_t i = 0; i < ELEMENTSOF(variables) && r == 0; i++)
                r = material_ask(a->engine, &a->material, MATERIAL_ENV, variables[i]);
        if (r < 0)
                enter(a, LOGIN_NONE); /* half of the questions is no question */
        return r;
}

/**
 * aws_account_send() - Signs a request with the present credentials and sends it
 * @request: taken over, left empty, also on failure
 *
 * Return: 0, -ENOMEM, or -EINVAL when it cannot be signed.
 */
int aws_account_send(struct aws_account *a, struct http_request *request, enum aws_action action, exchange_done done,
                     void *owner, unsigned tag, uint64_t *ret_id, const struct now *now) {
        const struct aws_endpoint *endpoint = aws_action_service(action) == AWS_SERVICE_STS ? &a->sts : &a->ec2;
        int r = aws_sigv4_sign(request, &a->credentials, endpoint->region, aws_service_to_string(endpoint->service),
                               now->wall_ms);
        if (r < 0) {
                http_request_deinit(request);
                return r;
        }
        if (request->is_write)
                a->counters.writes++;
        else
                a->counters.reads++;
        return exchange_start(a->engine, request, action, done, owner, tag, ret_id);
}

static int identity_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                         const struct now *now) {
        struct aws_account *a = owner;
        (void)e;
        (void)tag;
        a->identity_exchange = 0;
        if (!result->has_reply || result->aws_code != 0) {
                /* What was known stays known for its hour; a first check that fails leaves it unproven. */
                const char *text = result->has_reply ? result->aws->error.message : result->failure_text;
                if (!a->identity_ok)
                        snprintf(a->why, sizeof(a->why), "the account could not be asked for: %.180s", text);
                fail(a, now);
                return 0;
        }
        const char *account = result->aws->identity.account;
        backoff_success(&a->backoff);
        a->identity_checked = now->boot;
        a->identity_ok = strcmp(account, a->account_id) == 0;
        a->identity_wrong = !a->identity_ok && *a->account_id;
        if (a->identity_ok)
                a->why[0] = 0;
        else if (!*a->account_id)
                snprintf(a->why, sizeof(a->why), "AccountId= is not declared; the credentials are of account %.32s",
                         account);
        else
                snprintf(a->why, sizeof(a->why), "the credentials are of account %.32s, declared is %s", account,
                         a->account_id);
        return 0;
}

static int check_identity(struct aws_account *a, const struct now *now) {
        if (a->identity_exchange || monotime_age_ms(a->identity_checked, now->boot) < IDENTITY_INTERVAL_MS)
                return 0;
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        int r = aws_request_get_caller_identity(&request, &a->sts);
        if (r < 0)
                return r;
        return aws_account_send(a, &request, AWS_GET_CALLER_IDENTITY, identity_done, a, 0, &a->identity_exchange, now);
}

/* AWS said that the keys are over: the sources are read again. */
void aws_account_keys_refused(struct aws_account *a) {
        if (a->state != LOGIN_READY)
                return;
        enter(a, LOGIN_NONE);
        a->engine->wants_tick = true;
}

bool aws_account_is_ready(const struct aws_account *a) {
        return a->state == LOGIN_READY;
}

int aws_account_tick(struct aws_account *a, const struct now *now) {
        switch (a->state) {
        case LOGIN_MATERIAL:
        case LOGIN_ASKING:
                return 0;
        case LOGIN_READY:
                if (a->credentials.expires_wall_ms && now->wall_ms > a->credentials.expires_wall_ms - 10 * MINUTE_MS &&
                    !monotime_before(now->boot, a->backoff.not_before)) {
                        backoff_failure(&a->backoff, a->engine, 0, now); /* the same keys again must not spin */
                        return ask(a);
                }
                return check_identity(a, now);
        case LOGIN_NONE:
        case LOGIN_FAILED:
                return monotime_before(now->boot, a->backoff.not_before) ? 0 : ask(a);
        }
        return 0;
}

struct monotime aws_account_deadline(const struct aws_account *a, const struct now *now) {
        (void)now;
        if (a->state == LOGIN_NONE || a->state == LOGIN_FAILED)
                return a->backoff.not_before;
        if (a->state == LOGIN_READY && monotime_is_set(a->identity_checked))
                return monotime_add_ms(a->identity_checked, IDENTITY_INTERVAL_MS);
        return MONOTIME_FOREVER;
}
