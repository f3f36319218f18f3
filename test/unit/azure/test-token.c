/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of Entra ID: the request, good and bad replies, claims. */
#include "azure-test.h"

#include "azure/token.h"
#include "util/encode.h"

static void the_request_is_a_form(void **state) {
        static const struct secret secret = {(char *)"a~b/c+d&e=f%", 12};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_token_request(&r, AZURE_AUTHORITY_PUBLIC, SUB, "client", &secret, AZURE_SCOPE_PUBLIC),
                         0);
        assert_int_equal(r.method, HTTP_POST);
        assert_false(r.is_write);
        assert_string_equal(r.url, "https://login.microsoftonline.com/" SUB "/oauth2/v2.0/token");
        assert_string_equal(http_request_header(&r, "content-type"), "application/x-www-form-urlencoded");
        assert_string_equal(r.body.data, "client_id=client&client_secret=a~b%2Fc%2Bd%26e%3Df%25"
                                         "&grant_type=client_credentials"
                                         "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default");
}

static void bad_parameters_are_refused(void **state) {
        static const struct secret secret = {(char *)"x", 1};
        static const char *const tenants[] = {"", "a/b", "..", "a?b", "a b"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(tenants); i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_int_equal(azure_token_request(&r, "https://l", tenants[i], "c", &secret, "s"), -EINVAL);
        }
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_int_equal(azure_token_request(&r, "https://l", SUB, "c", &SECRET_NULL, "s"), -EINVAL);
}

static void a_token_is_read(void **state) {
        static const struct {
                const char *body;
                int64_t lifetime_ms;
        } rows[] = {
                {"{\"token_type\":\"Bearer\",\"expires_in\":3599,\"ext_expires_in\":3599,\"access_token\":\"eyJ.a.b\"}",
                 3599000},
                {"{\"access_token\":\"eyJ.a.b\",\"expires_in\":\"86400\",\"refresh_token\":\"\"}", 86400000},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_token_ struct azure_token t = AZURE_TOKEN_NULL;
                struct cloud_error e;
                struct http_response r = answer(200, rows[i].body, NULL);
                assert_int_equal(azure_token_parse(&r, 1000, &t, &e), 0);
                assert_string_equal(t.bearer.bytes, "eyJ.a.b");
                assert_int_equal(t.lifetime_ms, rows[i].lifetime_ms);
                assert_int_equal(t.expires_wall_ms, 1000 + rows[i].lifetime_ms);
                http_response_deinit(&r);
        }
}

static void bad_replies_are_malformed(void **state) {
        static const char *const bodies[] = {
                "",
                "null",
                "<html>",
                "[]",
                "{}",
                "{\"access_token\":\"x\"}",
                "{\"expires_in\":3599}",
                "{\"access_token\":7,\"expires_in\":3599}",
                "{\"access_token\":\"\",\"expires_in\":3599}",
                "{\"access_token\":\"a\\r\\nX: y\",\"expires_in\":3599}",
                "{\"access_token\":\"x\",\"expires_in\":-1}",
                "{\"access_token\":\"x\",\"expires_in\":0}",
                "{\"access_token\":\"x\",\"expires_in\":3.5}",
                "{\"access_token\":\"x\",\"expires_in\":\"1h\"}",
                "{\"access_token\":\"x\",\"expires_in\":9999999999}",
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bodies); i++) {
                struct azure_token t = AZURE_TOKEN_NULL;
                struct cloud_error e;
                struct http_response r = answer(200, bodies[i], NULL);
                assert_int_equal(azure_token_parse(&r, 0, &t, &e), AZURE_TOKEN_MALFORMED);
                assert_false(secret_is_set(&t.bearer));
                assert_string_equal(e.code, "malformed");
                http_response_deinit(&r);
        }
}

static void errors_have_their_class(void **state) {
        static const struct {
                int http;
                const char *error;
                enum cloud_error_class class;
        } rows[] = {
                {401, "invalid_client", CLOUD_ERROR_AUTH_DENIED},
                {400, "invalid_client", CLOUD_ERROR_AUTH_DENIED},
                {400, "unauthorized_client", CLOUD_ERROR_AUTH_DENIED},
                {400, "access_denied", CLOUD_ERROR_AUTH_DENIED},
                {400, "invalid_grant", CLOUD_ERROR_AUTH_DENIED},
                {400, "invalid_request", CLOUD_ERROR_INVALID},
                {400, "invalid_scope", CLOUD_ERROR_INVALID},
                {400, "invalid_resource", CLOUD_ERROR_INVALID},
                {400, "unsupported_grant_type", CLOUD_ERROR_INVALID},
                {400, "temporarily_unavailable", CLOUD_ERROR_TRANSIENT},
                {400, "server_error", CLOUD_ERROR_TRANSIENT},
                {503, "whatever", CLOUD_ERROR_TRANSIENT},
                {429, "whatever", CLOUD_ERROR_THROTTLED},
                {401, "whatever", CLOUD_ERROR_AUTH_DENIED},
                {400, "whatever", CLOUD_ERROR_OTHER},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char body[256];
                snprintf(body, sizeof(body),
                         "{\"error\":\"%s\",\"error_description\":\"AADSTS1: "
                         "no\",\"error_codes\":[1],\"trace_id\":\"t\"}",
                         rows[i].error);
                struct azure_token t = AZURE_TOKEN_NULL;
                struct cloud_error e;
                struct http_response r = answer(rows[i].http, body, NULL);
                assert_int_equal(azure_token_parse(&r, 0, &t, &e), AZURE_TOKEN_REFUSED);
                assert_int_equal(e.class, rows[i].class);
                assert_string_equal(e.code, rows[i].error);
                assert_string_equal(e.message, "AADSTS1: no");
                assert_string_equal(e.request_id, "t");
                http_response_deinit(&r);
        }
}

static struct azure_token_claims claims_of(const char *payload) {
        _cleanup_buf_ struct buf jwt = BUF_NULL;
        struct azure_token_claims claims;
        buf_puts(&jwt, "e30.");
        encode_base64url(&jwt, payload, strlen(payload));
        buf_puts(&jwt, ".c2ln");
        const struct secret bearer = {jwt.data, jwt.len};
        assert_int_equal(azure_token_tenant(&bearer, &claims), 0);
        return claims;
}

static void claims_are_read(void **state) {
        (void)state;
        struct azure_token_claims c =
                claims_of("{\"tid\":\"" SUB "\",\"appid\":\"app\",\"oid\":\"obj\",\"exp\":1,\"roles\":[]}");
        assert_string_equal(c.tenant, SUB);
        assert_string_equal(c.client_id, "app");
        assert_string_equal(c.object_id, "obj");
        c = claims_of("{\"tid\":7,\"azp\":\"newer\",\"oid\":null}");
        assert_string_equal(c.tenant, AZURE_CLAIM_UNKNOWN);
        assert_string_equal(c.client_id, "newer");
        assert_string_equal(c.object_id, AZURE_CLAIM_UNKNOWN);
        assert_string_equal(claims_of("not json").tenant, AZURE_CLAIM_UNKNOWN);
}

static void opaque_tokens_are_unknown(void **state) {
        static const char *const tokens[] = {"opaque", "a.b", "..", ".", "", "a.!!.c", "a..c"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(tokens); i++) {
                const struct secret bearer = {(char *)tokens[i], strlen(tokens[i])};
                struct azure_token_claims claims;
                assert_int_equal(azure_token_tenant(&bearer, &claims), 0);
                assert_string_equal(claims.tenant, "unknown");
                assert_string_equal(claims.client_id, "unknown");
                assert_string_equal(claims.object_id, "unknown");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_request_is_a_form),     cmocka_unit_test(bad_parameters_are_refused),
                cmocka_unit_test(a_token_is_read),           cmocka_unit_test(bad_replies_are_malformed),
                cmocka_unit_test(errors_have_their_class),   cmocka_unit_test(claims_are_read),
                cmocka_unit_test(opaque_tokens_are_unknown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
