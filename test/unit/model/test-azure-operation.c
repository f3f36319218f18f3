/* SPDX-License-Identifier: Apache-2.0 */
/* Each row of the table of success codes, and how long operations are followed. */
#include "test-azure-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/json.h"

#define PIP NETWORK "/publicIPAddresses/pip"
#define LNG NETWORK "/localNetworkGateways/lng1"
#define CONNECTION NETWORK "/connections/cx1"

static const char pip_body[] = "{\"location\":\"japaneast\",\"sku\":{\"name\":\"Standard\"},"
                               "\"properties\":{\"publicIPAllocationMethod\":\"Static\"}}";
static const char lng_body[] = "{\"location\":\"japaneast\",\"properties\":{\"gatewayIpAddress\":\"52.1.1.1\","
                               "\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"169.254.21.1\"}}}";

static void follow(struct world *w, const char *url, int status, const char *expected) {
        _cleanup_answer_ struct answer a = ask_raw(w, HTTP_GET, url, w->token, NULL);
        assert_int_equal(a.status, status);
        assert_string_equal(buf_str(&a.response.body), expected);
}

static char *header_copy(const struct answer *a, const char *name) {
        const char *value = answer_header(a, name);
        assert_non_null(value);
        return strdup(value);
}

/* PUT: 201 or 200, the whole body, Azure-AsyncOperation and no Location */
static void check_put(struct world *w, const char *path, const char *body, int status) {
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, path, body);
        assert_int_equal(a.status, status);
        assert_string_equal(answer_text(&a, "properties.provisioningState"), "Updating");
        assert_string_equal(answer_text(&a, "id"), path);
        assert_int_equal(strlen(answer_text(&a, "properties.resourceGuid")), 36);
        assert_string_equal(answer_header(&a, "azure-asyncnotification"), "Enabled");
        assert_null(answer_header(&a, "Location"));
        assert_null(answer_header(&a, "ETag"));
        assert_non_null(answer_header(&a, "Retry-After"));
        char *url = header_copy(&a, "Azure-AsyncOperation");
        assert_true(strlen(url) > 3000 && strlen(url) < 4096);
        /* the operation is named after the request */
        assert_non_null(strstr(url, answer_header(&a, "x-ms-request-id")));
        follow(w, url, 200, "{\"status\":\"InProgress\"}");
        world_settle(w);
        follow(w, url, 200, "{\"status\":\"Succeeded\"}");
        free(url);
        json_t *now = expect(w, HTTP_GET, path, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.provisioningState")), "Succeeded");
        assert_string_not_equal(json_string_value(json_at(now, "etag")), answer_text(&a, "etag"));
        assert_string_equal(json_string_value(json_at(now, "properties.resourceGuid")),
                            answer_text(&a, "properties.resourceGuid"));
        json_decref(now);
}

static void test_put_public_ip(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, NETWORK "/publicIPAddresses/other", pip_body);
        assert_null(json_at(a.body, "properties.ipAddress"));
        check_put(w, PIP, pip_body, 201);
        json_t *now = expect(w, HTTP_GET, PIP, NULL, 200);
        assert_non_null(json_at(now, "properties.ipAddress"));
        assert_string_equal(json_string_value(json_at(now, "sku.tier")), "Regional");
        assert_string_equal(json_string_value(json_at(now, "properties.ddosSettings.protectionMode")),
                            "VirtualNetworkInherited");
        assert_int_equal(json_integer_value(json_at(now, "properties.idleTimeoutInMinutes")), 4);
        json_decref(now);
        check_put(w, PIP, pip_body, 200);
}

static void test_put_others(void **state) {
        struct world *w = *state;
        static const char vnet[] = "{\"location\":\"japaneast\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":"
                                   "[\"10.9.0.0/16\"]},\"subnets\":[{\"name\":\"a\",\"properties\":"
                                   "{\"addressPrefix\":\"10.9.1.0/24\"}}]}}";
        static const char lng2[] = "{\"location\":\"japaneast\",\"properties\":{\"gatewayIpAddress\":\"52.1.1.2\","
                                   "\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"169.254.21.1\"}}}";
        check_put(w, NETWORK "/virtualNetworks/new", vnet, 201);
        check_put(w, NETWORK "/virtualNetworks/new", vnet, 200);
        check_put(w, LNG, lng_body, 201);
        check_put(w, LNG, lng2, 200);
        make_gateway(w);
        char *body = gateway_body("[\"169.254.21.2\",\"169.254.22.2\"]", "[\"169.254.21.6\",\"169.254.22.6\"]");
        check_put(w, GATEWAY, body, 200);
        free(body);
        body = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        check_put(w, CONNECTION, body, 201);
        check_put(w, CONNECTION, body, 200);
        free(body);
}

static void test_put_without_change(void **state) {
        struct world *w = *state;
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, LNG, lng_body);
        assert_int_equal(a.status, 200);
        assert_string_equal(answer_text(&a, "properties.provisioningState"), "Succeeded");
        assert_non_null(answer_header(&a, "Azure-AsyncOperation"));
}

static void test_put_subnet(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a =
                ask(w, HTTP_PUT, HUB "/subnets/app", "{\"properties\":{\"addressPrefix\":\"10.1.1.0/24\"}}");
        assert_int_equal(a.status, 201);
        assert_string_equal(answer_text(&a, "name"), "app");
        assert_non_null(answer_header(&a, "Azure-AsyncOperation"));
        world_settle(w);
        json_t *vnet = expect(w, HTTP_GET, HUB, NULL, 200);
        assert_int_equal(json_array_size(json_at(vnet, "properties.subnets")), 2);
        json_decref(vnet);
}

/* DELETE: 202 without a body, both headers; Location ends in 204, the resource in 404, a second DELETE in 204 */
static void test_delete(void **state) {
        struct world *w = *state;
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        _cleanup_answer_ struct answer a = ask(w, HTTP_DELETE, LNG, NULL);
        assert_int_equal(a.status, 202);
        assert_int_equal(a.response.body.len, 0);
        char *status = header_copy(&a, "Azure-AsyncOperation"), *result = header_copy(&a, "Location");
        json_t *now = expect(w, HTTP_GET, LNG, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.provisioningState")), "Deleting");
        json_decref(now);
        follow(w, result, 202, "");
        follow(w, status, 200, "{\"status\":\"InProgress\"}");
        world_settle(w);
        follow(w, status, 200, "{\"status\":\"Succeeded\"}");
        follow(w, result, 204, "");
        expect_error(w, HTTP_GET, LNG, NULL, 404, "ResourceNotFound");
        json_decref(expect(w, HTTP_DELETE, LNG, NULL, 204));
        free(status);
        free(result);
}

static void check_action(struct world *w, const char *path, const char *body) {
        _cleanup_answer_ struct answer a = ask(w, HTTP_POST, path, body);
        assert_int_equal(a.status, 202);
        assert_int_equal(a.response.body.len, 0);
        char *status = header_copy(&a, "Azure-AsyncOperation"), *result = header_copy(&a, "Location");
        follow(w, status, 200, "{\"status\":\"InProgress\"}");
        follow(w, result, 202, "null");
        world_settle(w);
        follow(w, status, 200, "{\"properties\":{},\"status\":\"Succeeded\"}");
        follow(w, result, 200, "null");
        free(status);
        free(result);
}

static void make_all(struct world *w) {
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
}

static void test_actions(void **state) {
        struct world *w = *state;
        make_all(w);
        check_action(w, GATEWAY "/reset", NULL);
        check_action(w, GATEWAY "/reset?gatewayVip=None", NULL);
        check_action(w, CONNECTION "/resetconnection", NULL);
        check_action(w, CONNECTION "/sharedkey/reset", "{\"keyLength\":40}");
        json_t *key = expect(w, HTTP_GET, CONNECTION "/sharedkey", NULL, 200);
        assert_int_equal(strlen(json_string_value(json_at(key, "value"))), 40);
        json_decref(key);
        expect_error(w, HTTP_POST, GATEWAY "/reset?gatewayVip=1.2.3.4", NULL, 400, "InvalidGatewayVip");
}

/* 200 without a body, yet asynchronous; Succeeded while the connection is still busy */
static void test_shared_key(void **state) {
        struct world *w = *state;
        make_all(w);
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, CONNECTION "/sharedkey", "{\"value\":\"NewKey12345\"}");
        assert_int_equal(a.status, 200);
        assert_int_equal(a.response.body.len, 0);
        char *url = header_copy(&a, "Azure-AsyncOperation");
        assert_non_null(strstr(url, "?api-version=2022-01-01&"));
        follow(w, url, 200, "{\"status\":\"InProgress\"}");
        json_t *key = expect(w, HTTP_GET, CONNECTION "/sharedkey", NULL, 200);
        assert_string_equal(json_string_value(json_at(key, "value")), "Abcdefgh1234");
        json_decref(key);
        world_advance(w, 40000);
        follow(w, url, 200, "{\"status\":\"Succeeded\"}");
        json_t *now = expect(w, HTTP_GET, CONNECTION, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.provisioningState")), "Updating");
        json_decref(now);
        expect_error(w, HTTP_PUT, CONNECTION "/sharedkey", "{\"value\":\"Another12345\"}", 409,
                     "AnotherOperationInProgress");
        world_advance(w, 20000);
        now = expect(w, HTTP_GET, CONNECTION, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.provisioningState")), "Succeeded");
        json_decref(now);
        key = expect(w, HTTP_GET, CONNECTION "/sharedkey", NULL, 200);
        assert_string_equal(json_string_value(json_at(key, "value")), "NewKey12345");
        json_decref(key);
        free(url);
}

/* Location only, the word null, another Location each time, ten seconds */
static void check_query(struct world *w, const char *path) {
        _cleanup_answer_ struct answer a = ask(w, HTTP_POST, path, NULL);
        assert_int_equal(a.status, 202);
        assert_string_equal(buf_str(&a.response.body), "null");
        assert_null(answer_header(&a, "Azure-AsyncOperation"));
        assert_string_equal(answer_header(&a, "Retry-After"), "10");
        char *first = header_copy(&a, "Location");
        _cleanup_answer_ struct answer b = ask_raw(w, HTTP_GET, first, w->token, NULL);
        assert_int_equal(b.status, 202);
        assert_string_equal(buf_str(&b.response.body), "null");
        char *second = header_copy(&b, "Location");
        assert_string_not_equal(first, second);
        world_advance(w, 9999);
        follow(w, second, 202, "null");
        world_advance(w, 1);
        _cleanup_answer_ struct answer c = ask_raw(w, HTTP_GET, second, w->token, NULL);
        assert_int_equal(c.status, 200);
        assert_true(json_is_array(json_at(c.body, "value")));
        free(first);
        free(second);
}

static void test_queries(void **state) {
        struct world *w = *state;
        make_gateway(w);
        check_query(w, GATEWAY "/getBgpPeerStatus");
        check_query(w, GATEWAY "/getLearnedRoutes");
        check_query(w, GATEWAY "/getAdvertisedRoutes?peer=169.254.21.1");
        expect_error(w, HTTP_POST, GATEWAY "/getAdvertisedRoutes", NULL, 400, "MissingPeerParameter");
}

static void test_failed_operation(void **state) {
        struct world *w = *state;
        assert_int_equal(azure_admin_fail_operations(w->m, "publicIPAddresses", "InternalServerError", "An error.", 1),
                         0);
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, PIP, pip_body);
        assert_int_equal(a.status, 201);
        char *url = header_copy(&a, "Azure-AsyncOperation");
        world_settle(w);
        _cleanup_answer_ struct answer b = ask_raw(w, HTTP_GET, url, w->token, NULL);
        assert_int_equal(b.status, 200);
        assert_string_equal(answer_text(&b, "status"), "Failed");
        assert_string_equal(answer_text(&b, "error.code"), "InternalServerError");
        json_t *now = expect(w, HTTP_GET, PIP, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.provisioningState")), "Failed");
        json_decref(now);
        check_put(w, PIP, pip_body, 200); /* the repair is to say it again */
        free(url);
}

static void test_url_byte_for_byte(void **state) {
        struct world *w = *state;
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, PIP, pip_body);
        char *url = header_copy(&a, "Azure-AsyncOperation"), *ticks = strstr(url, "&t=");
        assert_non_null(ticks);
        ticks[20] = ticks[20] == '1' ? '2' : '1';
        _cleanup_answer_ struct answer b = ask_raw(w, HTTP_GET, url, w->token, NULL);
        assert_int_equal(b.status, 403);
        free(url);
}

/* first answer to last "InProgress": within what was observed */
static int64_t measure(struct world *w, const char *url) {
        int64_t start_ms = w->now_ms;
        for (;;) {
                int64_t next_ms = model_next_ms(w->m);
                assert_true(next_ms < INT64_MAX);
                world_advance(w, next_ms > w->now_ms ? next_ms - w->now_ms : 1);
                _cleanup_answer_ struct answer a = ask_raw(w, HTTP_GET, url, w->token, NULL);
                if (a.status == 401)
                        world_login(w);
                else if (strcmp(answer_text(&a, "status"), "InProgress") != 0)
                        return w->now_ms - start_ms;
        }
}

static void test_durations(void **state) {
        struct world *w = *state;
        make_public_ips(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        char *body = gateway_body("[\"169.254.21.2\",\"169.254.22.2\"]", "[\"169.254.21.6\",\"169.254.22.6\"]");
        char *connection = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        const struct {
                enum http_method method;
                const char *path, *body;
                int64_t low_s, high_s;
        } rows[] = {
                {HTTP_PUT, GATEWAY, body, 780, 1380},
                {HTTP_PUT, GATEWAY, body, 94, 214},
                {HTTP_PUT, CONNECTION, connection, 30, 60},
                {HTTP_PUT, CONNECTION, connection, 32, 32},
                {HTTP_PUT, CONNECTION "/sharedkey", "{\"value\":\"NewKey12345\"}", 40, 40},
                {HTTP_POST, GATEWAY "/reset", NULL, 478, 478},
                {HTTP_DELETE, CONNECTION, NULL, 54, 54},
                {HTTP_DELETE, LNG, NULL, 1, 22},
                {HTTP_DELETE, GATEWAY, NULL, 783, 783},
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                world_login(w);
                _cleanup_answer_ struct answer a = ask(w, rows[i].method, rows[i].path, rows[i].body);
                assert_in_range(a.status, 200, 202);
                char *url = header_copy(&a, "Azure-AsyncOperation");
                int64_t took_ms = measure(w, url);
                assert_in_range(took_ms, rows[i].low_s * 1000, rows[i].high_s * 1000);
                free(url);
                world_settle(w);
        }
        free(body);
        free(connection);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_put_public_ip),
                TEST(test_put_others),
                TEST(test_put_without_change),
                TEST(test_put_subnet),
                TEST(test_delete),
                TEST(test_actions),
                TEST(test_shared_key),
                TEST(test_queries),
                TEST(test_failed_operation),
                TEST(test_durations),
                TEST(test_url_byte_for_byte),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
