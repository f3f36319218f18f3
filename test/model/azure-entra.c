/* SPDX-License-Identifier: Apache-2.0 */
/* Entra ID: tokens for applications, and ARM's look at them. */
#include "azure-internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/encode.h"
#include "util/wall.h"

#define TOKEN_LIFE_S 3599
#define TOKEN_KEY "cloud model"

static bool path_ends(const struct http_url *u, const char *end) {
        size_t n = strlen(end);
        return u->path_len > n && strncasecmp(u->path + u->path_len - n, end, n) == 0;
}

bool azure_entra_serves(const struct http_url *u) {
        return path_ends(u, "/oauth2/v2.0/token") || path_ends(u, "/v2.0/.well-known/openid-configuration") ||
               path_ends(u, "/common/discovery/instance");
}

/* @status, OAuth's word, and the AADSTS number with its text */
static void oauth_error(struct azure_call *c, int status, const char *error, int number, const char *text) {
        char stamp[WALL_TEXT_SIZE], wall[WALL_TEXT_SIZE], trace[MODEL_UUID_SIZE];
        _cleanup_buf_ struct buf description = BUF_NULL;
        wall_to_rfc3339(c->m->now_ms, wall);
        snprintf(stamp, sizeof(stamp), "%.10s %.8sZ", wall, wall + 11);
        model_uuid(c->m, trace);
        buf_printf(&description, "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", number, text, trace,
                   c->request_id, stamp);
        model_log_code(c->m, error);
        azure_reply_json(c, status,
                         json_pack("{s:s,s:s,s:[i],s:s,s:s,s:s}", "error", error, "error_description",
                                   buf_str(&description), "error_codes", number, "timestamp", stamp, "trace_id", trace,
                                   "correlation_id", c->request_id));
}

/* Reads a field of the form body. */
static bool form_field(const struct azure_call *c, const char *name, char *out, size_t size) {
        struct azure_call form = *c;
        const char *text = buf_str(&c->r->body);
        struct http_url u = {.query = text, .query_len = c->r->body.len};
        form.u = &u;
        return azure_query(&form, name, out, size);
}

static void sign(const char *text, size_t n, struct buf *out) {
        uint8_t mac[SHA256_BYTES];
        if (digest_hmac_sha256(TOKEN_KEY, strlen(TOKEN_KEY), text, n, mac) == 0)
                encode_base64url(out, mac, sizeof(mac));
}

static void token_text(struct azure_call *c, const struct azure_app *app, const char *audience, struct buf *out) {
        char object_id[MODEL_UUID_SIZE], unique[MODEL_UUID_SIZE];
        int64_t now_s = c->m->now_ms / 1000;
        model_uuid(c->m, object_id);
        model_uuid(c->m, unique);
        bool wrong = c->m->faults[MODEL_SERVICE_AZURE].wrong_account;
        const char *tenant = wrong ? "ffffffff-ffff-4fff-8fff-ffffffffffff" : app->tenant;
        _cleanup_buf_ struct buf claims = BUF_NULL;
        buf_printf(&claims,
                   "{\"aud\":\"%s\",\"iss\":\"https://sts.windows.net/%s/\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,"
                   "\"appid\":\"%s\",\"appidacr\":\"1\",\"idp\":\"https://sts.windows.net/%s/\",\"idtyp\":\"app\","
                   "\"oid\":\"%s\",\"sub\":\"%s\",\"tid\":\"%s\",\"uti\":\"%s\",\"ver\":\"1.0\"}",
                   audience, tenant, (long long)now_s, (long long)now_s, (long long)(now_s + TOKEN_LIFE_S),
                   app->client_id, tenant, object_id, object_id, tenant, unique);
        static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"model\"}";
        encode_base64url(out, header, strlen(header));
        buf_putc(out, '.');
        encode_base64url(out, buf_str(&claims), claims.len);
        _cleanup_buf_ struct buf mac = BUF_NULL;
        sign(buf_str(out), out->len, &mac);
        buf_printf(out, ".%s", buf_str(&mac));
}

/* The part of the scope before "/.default": the audience. */
static bool audience_of(const char *scope, char *out, size_t size) {
        static const char suffix[] = "/.default";
        size_t n = strlen(scope), k = strlen(suffix);
        if (n <= k || strcmp(scope + n - k, suffix) != 0 || strchr(scope, ' ') || n - k >= size)
                return false;
        memcpy(out, scope, n - k);
        out[n - k] = 0;
        return true;
}

static const struct azure_app *find_app(const struct model_azure *a, const char *tenant, const char *client_id,
                                        bool *ret_tenant_known) {
        const struct azure_app *found = NULL;
        *ret_tenant_known = false;
        for (size_t i = 0; i < a->n_apps; i++) {
                if (strcasecmp(a->apps[i].tenant, tenant) != 0)
                        continue;
                *ret_tenant_known = true;
                if (strcasecmp(a->apps[i].client_id, client_id) == 0)
                        found = &a->apps[i];
        }
        return found;
}

static void issue(struct azure_call *c) {
        char grant[64] = "", client_id[64] = "", secret[256] = "", scope[256] = "", audience[256];
        bool tenant_known;
        form_field(c, "client_id", client_id, sizeof(client_id));
        const struct azure_app *app = find_app(c->a, c->segments[0], client_id, &tenant_known);
        if (!form_field(c, "grant_type", grant, sizeof(grant)))
                return oauth_error(c, 400, "invalid_request", 900144,
                                   "The request body must contain the following parameter: 'grant_type'.");
        if (strcmp(grant, "client_credentials") != 0)
                return oauth_error(c, 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant.");
        if (!tenant_known)
                return oauth_error(c, 400, "invalid_request", 90002, "Tenant not found.");
        if (!app)
                return oauth_error(c, 400, "unauthorized_client", 700016,
                                   "Application was not found in the directory.");
        if (!form_field(c, "client_secret", secret, sizeof(secret)))
                return oauth_error(c, 401, "invalid_client", 7000218,
                                   "The request body must contain the following parameter: 'client_assertion' or "
                                   "'client_secret'.");
        if (strcmp(secret, app->secret) != 0)
                return oauth_error(c, 401, "invalid_client", 7000215, "Invalid client secret provided.");
        if (!form_field(c, "scope", scope, sizeof(scope)) || !audience_of(scope, audience, sizeof(audience)))
                return oauth_error(c, 400, "invalid_scope", 70011,
                                   "The provided value for the input parameter 'scope' is not valid.");
        _cleanup_buf_ struct buf token = BUF_NULL;
        token_text(c, app, audience, &token);
        azure_reply_json(c, 200,
                         json_pack("{s:s,s:i,s:i,s:s}", "token_type", "Bearer", "expires_in", TOKEN_LIFE_S,
                                   "ext_expires_in", TOKEN_LIFE_S, "access_token", buf_str(&token)));
}

static void openid_configuration(struct azure_call *c) {
        bool known;
        const char *t = c->segments[0], *b = c->base;
        find_app(c->a, t, "", &known);
        if (!known)
                return oauth_error(c, 400, "invalid_tenant", 90002, "Tenant not found.");
        azure_reply_json(c, 200,
                         json_pack("{s:s+++,s:s+++,s:s+++,s:s+++,s:[s,s,s],s:[s],s:[s],s:[s],s:[s],s:s}",
                                   "token_endpoint", b, "/", t, "/oauth2/v2.0/token", "authorization_endpoint", b, "/",
                                   t, "/oauth2/v2.0/authorize", "issuer", b, "/", t, "/v2.0", "jwks_uri", b, "/", t,
                                   "/discovery/v2.0/keys", "token_endpoint_auth_methods_supported",
                                   "client_secret_post", "private_key_jwt", "client_secret_basic",
                                   "response_types_supported", "code", "subject_types_supported", "pairwise",
                                   "id_token_signing_alg_values_supported", "RS256", "scopes_supported", "openid",
                                   "cloud_instance_name", "microsoftonline.com"));
}

static void instance_discovery(struct azure_call *c) {
        json_t *metadata = json_pack("[{s:s,s:s,s:[s]}]", "preferred_network", "login.microsoftonline.com",
                                     "preferred_cache", "login.windows.net", "aliases", "login.microsoftonline.com");
        const char *tenant = c->a->n_apps > 0 ? c->a->apps[0].tenant : "common";
        azure_reply_json(c, 200,
                         json_pack("{s:s,s:s,s:s+++,s:o}", "api-version", "1.1", "tenant_discovery_endpoint", c->base,
                                   "/", tenant, "/v2.0/.well-known/openid-configuration", "metadata", metadata));
}

/* Answers what azure_entra_serves() promised. */
void azure_entra_http(struct azure_call *c) {
        if (path_ends(c->u, "/common/discovery/instance"))
                return instance_discovery(c);
        if (path_ends(c->u, "/openid-configuration"))
                return openid_configuration(c);
        if (c->r->method != HTTP_POST)
                return oauth_error(c, 400, "invalid_request", 900561, "The endpoint only accepts POST requests.");
        issue(c);
}

static void refuse_token(struct azure_call *c, const char *code, const char *message) {
        char text[2 * AZURE_TEXT_SIZE];
        snprintf(text, sizeof(text),
                 "Bearer authorization_uri=\"https://login.windows.net/%s\", error=\"invalid_token\", "
                 "error_description=\"%s\"",
                 c->tenant, message);
        azure_header(c, "WWW-Authenticate", text);
        azure_reply_error(c, 401, code, "%s", message);
}

static const char *tenant_of(const struct model_azure *a, const char *subscription) {
        for (size_t i = 0; i < a->n_subscriptions; i++) {
                if (strcasecmp(a->subscriptions[i].id, subscription) == 0)
                        return a->subscriptions[i].tenant;
        }
        return NULL;
}

/* The claims of a token that we signed; NULL otherwise. */
static json_t *claims_of(const char *token) {
        const char *dot = strchr(token, '.'), *dot2 = dot ? strchr(dot + 1, '.') : NULL;
        _cleanup_buf_ struct buf mac = BUF_NULL, text = BUF_NULL;
        char error[128];
        json_t *claims = NULL;
        if (!dot2)
                return NULL;
        sign(token, (size_t)(dot2 - token), &mac);
        if (strcmp(buf_str(&mac), dot2 + 1) != 0 || decode_base64url(dot + 1, (size_t)(dot2 - dot - 1), &text) < 0)
                return NULL;
        return json_parse(buf_str(&text), text.len, false, &claims, error, sizeof(error)) == 0 ? claims : NULL;
}

static bool is_arm(const char *audience) {
        return strncmp(audience, "https://management.azure.com", 28) == 0 ||
               strncmp(audience, "https://management.core.windows.net", 35) == 0 ||
               /* the test double itself, for clients that derive the audience from the endpoint */
               strncmp(audience, "https://127.0.0.1", 17) == 0 || strncmp(audience, "https://localhost", 17) == 0;
}

/**
 * azure_authorize() - ARM's check of the bearer token for one subscription.
 *
 * Return: true when the call may go on; else the 401 or 404 is the answer.
 */
bool azure_authorize(struct azure_call *c, const char *subscription) {
        const char *tenant = tenant_of(c->a, subscription);
        const char *header = http_request_header(c->r, "Authorization");
        model_copy(c->tenant, sizeof(c->tenant), tenant ? tenant : "common");
        if (!header || strncasecmp(header, "Bearer ", 7) != 0) {
                refuse_token(c, "AuthenticationFailed",
                             "Authentication failed. The 'Authorization' header is missing.");
                return false;
        }
        _cleanup_json_ json_t *claims = claims_of(header + 7);
        if (!claims) {
                refuse_token(c, "InvalidAuthenticationToken", "The access token is invalid.");
                return false;
        }
        if (azure_number(claims, "exp", 0) * 1000 <= c->m->now_ms) {
                refuse_token(c, "ExpiredAuthenticationToken", "The access token has expired.");
                return false;
        }
        if (!is_arm(azure_text(claims, "aud"))) {
                refuse_token(c, "InvalidAuthenticationTokenAudience",
                             "The access token has been obtained for wrong audience or resource.");
                return false;
        }
        if (!tenant) {
                azure_reply_error(c, 404, "SubscriptionNotFound", "The subscription '%s' could not be found.",
                                  subscription);
                return false;
        }
        if (strcasecmp(azure_text(claims, "tid"), tenant) != 0) {
                refuse_token(c, "InvalidAuthenticationTokenTenant",
                             "The access token is from the wrong issuer. It must match the tenant associated with this "
                             "subscription.");
                return false;
        }
        return true;
}
