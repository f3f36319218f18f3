/* SPDX-License-Identifier: Apache-2.0 */
/* Entra ID and ARM's front door. */
#include "test-azure-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model-internal.h"
#include "util/encode.h"
#include "util/json.h"

#define TOKEN_URL "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token"
#define SCOPE "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
#define ARM "https://management.azure.com"

static void test_token_has_claims(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask_raw(w, HTTP_POST, TOKEN_URL, NULL,
                                                   "client_id=" CLIENT "&client_secret=s3cret%2F%2B&"
                                                   "grant_type=client_credentials" SCOPE);
        assert_int_equal(a.status, 200);
        assert_string_equal(answer_text(&a, "token_type"), "Bearer");
        assert_int_equal(json_integer_value(json_at(a.body, "expires_in")), 3599);
        const char *token = answer_text(&a, "access_token"), *dot = strchr(token, '.'), *dot2 = strchr(dot + 1, '.');
        _cleanup_buf_ struct buf claims = BUF_NULL;
        assert_int_equal(decode_base64url(dot + 1, (size_t)(dot2 - dot - 1), &claims), 0);
        json_t *c = json_loads(buf_str(&claims), 0, NULL);
        assert_string_equal(json_string_value(json_at(c, "tid")), TENANT);
        assert_string_equal(json_string_value(json_at(c, "appid")), CLIENT);
        assert_int_equal(json_integer_value(json_at(c, "exp")), w->now_ms / 1000 + 3599);
        json_decref(c);
}

static const struct {
        const char *url, *body, *error;
        int status, number;
} refused[] = {
        {TOKEN_URL, "client_id=" CLIENT "&client_secret=wrong&grant_type=client_credentials" SCOPE, "invalid_client",
         401, 7000215},
        {TOKEN_URL, "client_id=" CLIENT "&grant_type=client_credentials" SCOPE, "invalid_client", 401, 7000218},
        {TOKEN_URL, "client_id=x&client_secret=y&grant_type=client_credentials" SCOPE, "unauthorized_client", 400,
         700016},
        {TOKEN_URL, "client_id=" CLIENT "&client_secret=s3cret%2F%2B&grant_type=client_credentials&scope=openid",
         "invalid_scope", 400, 70011},
        {TOKEN_URL, "client_id=" CLIENT "&client_secret=s3cret%2F%2B&grant_type=password" SCOPE,
         "unsupported_grant_type", 400, 70003},
        {TOKEN_URL, "client_id=" CLIENT, "invalid_request", 400, 900144},
        {"https://login.microsoftonline.com/nobody/oauth2/v2.0/token",
         "client_id=" CLIENT "&client_secret=s3cret%2F%2B&grant_type=client_credentials" SCOPE, "invalid_request", 400,
         90002},
};

static void test_token_refused(void **state) {
        struct world *w = *state;
        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                char start[32];
                _cleanup_answer_ struct answer a = ask_raw(w, HTTP_POST, refused[i].url, NULL, refused[i].body);
                assert_int_equal(a.status, refused[i].status);
                assert_string_equal(answer_text(&a, "error"), refused[i].error);
                assert_int_equal(json_integer_value(json_array_get(json_at(a.body, "error_codes"), 0)),
                                 refused[i].number);
                snprintf(start, sizeof(start), "AADSTS%d: ", refused[i].number);
                assert_memory_equal(answer_text(&a, "error_description"), start, strlen(start));
        }
}

static void test_discovery(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask_raw(
                w, HTTP_GET, "https://127.0.0.1:8443/" TENANT "/v2.0/.well-known/openid-configuration", NULL, NULL);
        assert_int_equal(a.status, 200);
        assert_string_equal(answer_text(&a, "token_endpoint"), "https://127.0.0.1:8443/" TENANT "/oauth2/v2.0/token");
        _cleanup_answer_ struct answer b =
                ask_raw(w, HTTP_GET, "https://127.0.0.1:8443/nobody/v2.0/.well-known/openid-configuration", NULL, NULL);
        assert_int_equal(b.status, 400);
}

static void expect_401(struct world *w, const char *token, const char *code) {
        _cleanup_answer_ struct answer a = ask_raw(w, HTTP_GET, ARM HUB "?" API, token, NULL);
        assert_int_equal(a.status, 401);
        assert_string_equal(answer_code(&a), code);
        assert_memory_equal(answer_header(&a, "WWW-Authenticate"), "Bearer ", 7);
}

static void test_arm_checks_tokens(void **state) {
        struct world *w = *state;
        json_decref(expect(w, HTTP_GET, HUB, NULL, 200));
        expect_401(w, NULL, "AuthenticationFailed");
        expect_401(w, "abc", "InvalidAuthenticationToken");
        char forged[2048];
        snprintf(forged, sizeof(forged), "%s", w->token);
        forged[strlen(forged) / 2] ^= 1;
        expect_401(w, forged, "InvalidAuthenticationToken");
        world_advance(w, 3598000);
        w->token[0] = 0;
        world_login(w);
        json_decref(expect(w, HTTP_GET, HUB, NULL, 200));
}

static void test_expired(void **state) {
        struct world *w = *state;
        char old[2048];
        snprintf(old, sizeof(old), "%s", w->token);
        world_advance(w, 3600000);
        expect_401(w, old, "ExpiredAuthenticationToken");
}

static void test_wrong_tenant(void **state) {
        struct world *w = *state;
        w->m->faults[MODEL_SERVICE_AZURE].wrong_account = true;
        world_login(w);
        expect_401(w, w->token, "InvalidAuthenticationTokenTenant");
}

static void test_wrong_audience(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a =
                ask_raw(w, HTTP_POST, TOKEN_URL, NULL,
                        "client_id=" CLIENT "&client_secret=s3cret%2F%2B&grant_type=client_credentials&"
                        "scope=https%3A%2F%2Fapi.loganalytics.io%2F.default");
        assert_int_equal(a.status, 200);
        expect_401(w, answer_text(&a, "access_token"), "InvalidAuthenticationTokenAudience");
}

static void test_front_door(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask_raw(w, HTTP_GET, ARM HUB, w->token, NULL);
        assert_string_equal(answer_code(&a), "MissingApiVersionParameter");
        _cleanup_answer_ struct answer b = ask_raw(w, HTTP_GET, ARM HUB "?api-version=new", w->token, NULL);
        assert_string_equal(answer_code(&b), "InvalidApiVersionParameter");
        expect_error(w, HTTP_GET, NETWORK "/flyingSaucers/x", NULL, 404, "InvalidResourceType");
        expect_error(w, HTTP_GET, NETWORK "/virtualNetworks/none", NULL, 404, "ResourceNotFound");
        expect_error(w, HTTP_GET, HUB "/virtualNetworkPeerings/none", NULL, 404, "NotFound");
        expect_error(w, HTTP_GET,
                     "/subscriptions/" SUBSCRIPTION
                     "/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/x",
                     NULL, 404, "ResourceGroupNotFound");
        expect_error(w, HTTP_GET, "/subscriptions/00000000-0000-4000-8000-000000000000", NULL, 404,
                     "SubscriptionNotFound");
        expect_error(w, HTTP_PUT, HUB, "{", 400, "InvalidRequestContent");
        json_t *body = expect(w, HTTP_GET, "/subscriptions/" SUBSCRIPTION, NULL, 200);
        assert_string_equal(json_string_value(json_at(body, "tenantId")), TENANT);
        json_decref(body);
}

static void test_letter_case(void **state) {
        struct world *w = *state;
        json_t *body = expect(w, HTTP_GET,
                              "/SUBSCRIPTIONS/" SUBSCRIPTION
                              "/resourcegroups/RG-HUB/providers/microsoft.network/virtualnetworks/VNET-HUB",
                              NULL, 200);
        assert_string_equal(json_string_value(json_at(body, "id")), HUB);
        json_decref(body);
}

static void test_throttling(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer first = ask(w, HTTP_GET, HUB, NULL);
        assert_string_equal(answer_header(&first, "x-ms-ratelimit-remaining-subscription-reads"), "249");
        assert_string_equal(answer_header(&first, "x-ms-ratelimit-remaining-subscription-global-reads"), "3749");
        azure_admin_throttle(w->m, 1, 17);
        _cleanup_answer_ struct answer a = ask(w, HTTP_GET, HUB, NULL);
        assert_int_equal(a.status, 429);
        assert_string_equal(answer_code(&a), "SubscriptionRequestsThrottled");
        assert_string_equal(answer_header(&a, "Retry-After"), "17");
        for (int i = 0; i < 249; i++)
                json_decref(expect(w, HTTP_GET, HUB, NULL, 200));
        expect_error(w, HTTP_GET, HUB, NULL, 429, "SubscriptionRequestsThrottled");
        world_advance(w, 1000);
        json_decref(expect(w, HTTP_GET, HUB, NULL, 200));
}

static void test_request_ids(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask(w, HTTP_GET, HUB, NULL);
        assert_int_equal(strlen(answer_header(&a, "x-ms-request-id")), 36);
        assert_non_null(answer_header(&a, "x-ms-correlation-request-id"));
        assert_non_null(strstr(answer_header(&a, "x-ms-routing-request-id"), ":20260101T000000Z:"));
        assert_non_null(answer_header(&a, "ETag"));
        assert_string_equal(answer_header(&a, "Date"), "Thu, 01 Jan 2026 00:00:00 GMT");
}

static void test_faults(void **state) {
        struct world *w = *state;
        w->m->faults[MODEL_SERVICE_AZURE].hide = true;
        expect_error(w, HTTP_GET, HUB, NULL, 404, "ResourceNotFound");
        json_t *list = expect(w, HTTP_GET, NETWORK "/virtualNetworks", NULL, 200);
        assert_int_equal(json_array_size(json_at(list, "value")), 0);
        json_decref(list);
        w->m->faults[MODEL_SERVICE_AZURE].hide = false;
        assert_int_equal(azure_admin_stale_begins(w->m), 0);
        w->m->faults[MODEL_SERVICE_AZURE].stale_until_ms = w->now_ms + 10000;
        assert_int_equal(azure_admin_delete(w->m, SPOKE), 0);
        json_decref(expect(w, HTTP_GET, SPOKE, NULL, 200));
        world_advance(w, 10000);
        expect_error(w, HTTP_GET, SPOKE, NULL, 404, "ResourceNotFound");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_token_has_claims),  TEST(test_token_refused), TEST(test_discovery),
                TEST(test_arm_checks_tokens), TEST(test_expired),       TEST(test_wrong_tenant),
                TEST(test_wrong_audience),    TEST(test_front_door),    TEST(test_letter_case),
                TEST(test_throttling),        TEST(test_request_ids),   TEST(test_faults),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
