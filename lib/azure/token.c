/* SPDX-License-Identifier: Apache-2.0 */
/* Entra ID: client-secret token requests and their replies. */
#include "azure/token.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "azure/arm-error.h"
#include "util/buf.h"
#include "util/encode.h"
#include "util/json.h"

#define LIFETIME_MAX_S (48 * 3600) /* more is not a lifetime */
#define TOKEN_MAX 65536u

void azure_token_deinit(struct azure_token *t) {
        secret_deinit(&t->bearer);
        *t = AZURE_TOKEN_NULL;
}

/* A GUID or a domain name: both go into a path. */
static bool tenant_is_valid(const char *s) {
        size_t n = strlen(s);
        return n > 0 && n <= 253 && s[0] != '.' &&
               strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

static void append_field(struct buf *body, const char *name, const char *value, size_t n) {
        buf_printf(body, "%s%s=", body->len > 0 ? "&" : "", name);
        encode_percent(body, value, n, "");
}

/**
 * azure_token_request() - Builds the client-credentials request
 * @r: fresh request; filled
 * @authority: AZURE_AUTHORITY_PUBLIC or a sovereign cloud's, without a path
 * @tenant: GUID or domain
 * @client_id: of the application
 * @client_secret: its secret
 * @scope: AZURE_SCOPE_PUBLIC, or another resource's "/.default"
 *
 * It changes nothing, so it is not a write: it may be sent again.
 *
 * Return: 0, -ENOMEM, or -EINVAL for a tenant that is no tenant or a missing secret.
 */
int azure_token_request(struct http_request *r, const char *authority, const char *tenant, const char *client_id,
                        const struct secret *client_secret, const char *scope) {
        if (!tenant_is_valid(tenant) || !secret_is_set(client_secret))
                return -EINVAL;
        _cleanup_buf_ struct buf url = BUF_NULL;
        buf_printf(&url, "%s/%s/oauth2/v2.0/token", authority, tenant);
        if (buf_error(&url) < 0)
                return buf_error(&url);
        r->method = HTTP_POST;
        http_request_set_url(r, buf_str(&url));
        http_request_add_header(r, "Content-Type", "application/x-www-form-urlencoded");
        http_request_add_header(r, "Accept", "application/json");
        append_field(&r->body, "client_id", client_id, strlen(client_id));
        append_field(&r->body, "client_secret", client_secret->bytes, client_secret->len);
        append_field(&r->body, "grant_type", "client_credentials", strlen("client_credentials"));
        append_field(&r->body, "scope", scope, strlen(scope));
        return http_request_error(r);
}

static const struct token_rule {
        const char *error;
        enum cloud_error_class class;
} rules[] = {
        {"invalid_client", CLOUD_ERROR_AUTH_DENIED},        {"unauthorized_client", CLOUD_ERROR_AUTH_DENIED},
        {"access_denied", CLOUD_ERROR_AUTH_DENIED},         {"invalid_grant", CLOUD_ERROR_AUTH_DENIED},
        {"invalid_request", CLOUD_ERROR_INVALID},           {"invalid_scope", CLOUD_ERROR_INVALID},
        {"invalid_resource", CLOUD_ERROR_INVALID},          {"unsupported_grant_type", CLOUD_ERROR_INVALID},
        {"temporarily_unavailable", CLOUD_ERROR_TRANSIENT}, {"server_error", CLOUD_ERROR_TRANSIENT},
};

static enum cloud_error_class class_of(int http, const char *error) {
        if (http == 429)
                return CLOUD_ERROR_THROTTLED;
        if (http >= 500)
                return CLOUD_ERROR_TRANSIENT;
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                if (strcmp(rules[i].error, error) == 0)
                        return rules[i].class;
        }
        return http == 401 || http == 403 ? CLOUD_ERROR_AUTH_DENIED : CLOUD_ERROR_OTHER;
}

/* Entra ID says {"error":"word","error_description":"AADSTS..."}: "error" is no object here, unlike at ARM. */
static void read_error(const struct http_response *response, const json_t *body, struct cloud_error *ret) {
        azure_error_from_json(NULL, response, ret);
        const char *error = json_text(body, "error");
        ret->class = class_of(response->status, error);
        cloud_error_text(ret->code, sizeof(ret->code), error, strlen(error));
        const char *description = json_text(body, "error_description");
        cloud_error_text(ret->message, sizeof(ret->message), description, strlen(description));
        const char *trace = json_text(body, "trace_id");
        if (!ret->request_id[0])
                cloud_error_text(ret->request_id, sizeof(ret->request_id), trace, strlen(trace));
}

static int malformed(const struct http_response *response, const char *what, struct cloud_error *reterr) {
        azure_error_from_json(NULL, response, reterr);
        reterr->class = CLOUD_ERROR_OTHER;
        snprintf(reterr->code, sizeof(reterr->code), "malformed");
        snprintf(reterr->message, sizeof(reterr->message), "token reply: %s", what);
        return AZURE_TOKEN_MALFORMED;
}

/* expires_in: a number from Entra ID, a text of digits from instance metadata */
static int64_t lifetime_s(const json_t *body) {
        int64_t s;
        if (json_get_int(body, "expires_in", &s) == 0)
                return s;
        const char *text = json_text(body, "expires_in");
        size_t n = strspn(text, "0123456789");
        if (n == 0 || n > 9 || text[n])
                return -1;
        s = 0;
        for (size_t i = 0; i < n; i++)
                s = s * 10 + (text[i] - '0');
        return s;
}

/* A header line must be able to carry it. */
static bool bearer_is_valid(const char *s) {
        size_t n = strlen(s);
        for (size_t i = 0; i < n; i++) {
                if (s[i] <= 0x20 || s[i] >= 0x7f)
                        return false;
        }
        return n > 0 && n <= TOKEN_MAX;
}

static int read_token(const struct http_response *response, const json_t *body, int64_t now_wall_ms,
                      struct azure_token *ret, struct cloud_error *reterr) {
        const char *bearer = json_text(body, "access_token");
        int64_t s = lifetime_s(body);
        if (!bearer_is_valid(bearer))
                return malformed(response, "access_token is missing or not a token", reterr);
        if (s <= 0 || s > LIFETIME_MAX_S)
                return malformed(response, "expires_in is missing or not a lifetime", reterr);
        int k = secret_set(&ret->bearer, bearer, strlen(bearer));
        explicit_bzero((char *)bearer, strlen(bearer)); /* ours: the value dies with @body */
        if (k < 0)
                return k;
        ret->lifetime_ms = s * 1000;
        ret->expires_wall_ms = now_wall_ms + s * 1000;
        return 0;
}

/**
 * azure_token_parse() - Reads the answer to a token request
 * @response: the answer
 * @now_wall_ms: when it came
 * @ret: the token; an older one in it is wiped
 * @reterr: why not, with a positive result
 *
 * Return: 0, -ENOMEM, AZURE_TOKEN_REFUSED or AZURE_TOKEN_MALFORMED.
 */
int azure_token_parse(const struct http_response *response, int64_t now_wall_ms, struct azure_token *ret,
                      struct cloud_error *reterr) {
        _cleanup_json_ json_t *body = NULL;
        char why[80];
        int k = json_parse(response->body.data, response->body.len, false, &body, why, sizeof(why));
        if (k == -ENOMEM)
                return k;
        if (response->status != 200) {
                read_error(response, k == 0 ? body : NULL, reterr);
                return AZURE_TOKEN_REFUSED;
        }
        if (k < 0 || !json_is_object(body))
                return malformed(response, "not a JSON object", reterr);
        return read_token(response, body, now_wall_ms, ret, reterr);
}

static void copy_claim(const json_t *claims, const char *name, char out[static AZURE_CLAIM_SIZE]) {
        const char *text = json_text(claims, name);
        if (*text && strlen(text) < AZURE_CLAIM_SIZE)
                cloud_error_text(out, AZURE_CLAIM_SIZE, text, strlen(text));
}

/**
 * azure_token_tenant() - Whom an access token speaks for
 * @bearer: the token
 * @ret: its claims; AZURE_CLAIM_UNKNOWN where the token is opaque or has none
 *
 * Return: 0 or -ENOMEM.
 */
int azure_token_tenant(const struct secret *bearer, struct azure_token_claims *ret) {
        struct azure_token_claims claims = {AZURE_CLAIM_UNKNOWN, AZURE_CLAIM_UNKNOWN, AZURE_CLAIM_UNKNOWN};
        const char *middle = bearer->bytes ? strchr(bearer->bytes, '.') : NULL;
        const char *end = middle ? strchr(middle + 1, '.') : NULL;
        *ret = claims;
        if (!end)
                return 0;
        _cleanup_buf_ struct buf text = BUF_NULL;
        int k = decode_base64url(middle + 1, (size_t)(end - middle - 1), &text);
        if (buf_error(&text) < 0)
                return buf_error(&text);
        if (k < 0)
                return 0;
        _cleanup_json_ json_t *body = NULL;
        char why[80];
        k = json_parse(text.data, text.len, false, &body, why, sizeof(why));
        if (k < 0)
                return k == -ENOMEM ? k : 0;
        copy_claim(body, "tid", claims.tenant);
        copy_claim(body, "azp", claims.client_id);
        copy_claim(body, "appid", claims.client_id);
        copy_claim(body, "oid", claims.object_id);
        *ret = claims;
        return 0;
}
