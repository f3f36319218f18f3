/* SPDX-License-Identifier: Apache-2.0 */
/* Requests without a body: method, URL, headers, and whom the token is sent to. */
#include "azure-test.h"

static void assert_request(struct http_request *r, enum http_method method, const char *url) {
        assert_int_equal(http_request_error(r), 0);
        assert_int_equal(r->method, method);
        assert_string_equal(r->url, url);
        assert_int_equal(r->is_write, method != HTTP_GET);
        assert_string_equal(http_request_header(r, "Authorization"), "Bearer " TOKEN);
        assert_string_equal(http_request_header(r, "Accept"), "application/json");
        assert_string_equal(http_request_header(r, "x-ms-client-request-id"), test_call.client_request_id);
        http_request_deinit(r);
}

static void resources_are_read_by_id(void **state) {
        static const struct {
                enum azure_type type;
                const char *id, *other;
        } rows[] = {
                {AZURE_VNET, VNET, SUBNET},         {AZURE_PEERING, PEERING, VNET},
                {AZURE_PUBLIC_IP, PIP0, GATEWAY},   {AZURE_GATEWAY, GATEWAY, CONFIG0},
                {AZURE_LOCAL_GATEWAY, LOCAL, PIP0}, {AZURE_CONNECTION, CONNECTION, CONNECTION "/sharedkey"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char url[512];
                struct http_request r = HTTP_REQUEST_NULL;
                snprintf(url, sizeof(url), "%s%s?%s", BASE, rows[i].id, VERSION);
                assert_int_equal(azure_request_get(&r, &test_call, rows[i].type, rows[i].id), 0);
                assert_request(&r, HTTP_GET, url);
                assert_int_equal(azure_request_get(&r, &test_call, rows[i].type, rows[i].other), -EINVAL);
                http_request_deinit(&r);
        }
}

static void lists_and_keys_are_read(void **state) {
        struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_request_list(&r, &test_call, AZURE_LOCAL_GATEWAY, SUB, "rg-hub"), 0);
        assert_request(&r, HTTP_GET, BASE NET "/localNetworkGateways?" VERSION);
        assert_int_equal(azure_request_list(&r, &test_call, AZURE_CONNECTION, SUB, "rg-hub"), 0);
        assert_request(&r, HTTP_GET, BASE NET "/connections?" VERSION);
        assert_int_equal(azure_request_list(&r, &test_call, AZURE_PEERING, SUB, "rg-hub"), -EINVAL);
        assert_int_equal(azure_request_list(&r, &test_call, AZURE_CONNECTION, SUB, "rg/../x"), -EINVAL);
        assert_int_equal(azure_request_gateway_connections(&r, &test_call, GATEWAY), 0);
        assert_request(&r, HTTP_GET, BASE GATEWAY "/connections?" VERSION);
        assert_int_equal(azure_request_shared_key(&r, &test_call, CONNECTION), 0);
        assert_request(&r, HTTP_GET, BASE CONNECTION "/sharedkey?" VERSION);
}

static void actions_are_posts(void **state) {
        struct http_request r = HTTP_REQUEST_NULL;
        const struct ip4 none = {0};
        (void)state;
        assert_int_equal(azure_request_bgp_peer_status(&r, &test_call, GATEWAY, none), 0);
        assert_request(&r, HTTP_POST, BASE GATEWAY "/getBgpPeerStatus?" VERSION);
        assert_int_equal(azure_request_bgp_peer_status(&r, &test_call, GATEWAY, ip("169.254.21.1")), 0);
        assert_request(&r, HTTP_POST, BASE GATEWAY "/getBgpPeerStatus?peer=169.254.21.1&" VERSION);
        assert_int_equal(azure_request_learned_routes(&r, &test_call, GATEWAY), 0);
        assert_request(&r, HTTP_POST, BASE GATEWAY "/getLearnedRoutes?" VERSION);
        assert_int_equal(azure_request_advertised_routes(&r, &test_call, GATEWAY, ip("169.254.21.1")), 0);
        assert_request(&r, HTTP_POST, BASE GATEWAY "/getAdvertisedRoutes?peer=169.254.21.1&" VERSION);
        assert_int_equal(azure_request_advertised_routes(&r, &test_call, GATEWAY, none), -EINVAL);
        assert_int_equal(azure_request_reset_connection(&r, &test_call, CONNECTION), 0);
        assert_request(&r, HTTP_POST, BASE CONNECTION "/resetconnection?" VERSION);
        assert_int_equal(azure_request_reset_gateway(&r, &test_call, GATEWAY, ip("203.0.113.7")), 0);
        assert_request(&r, HTTP_POST, BASE GATEWAY "/reset?gatewayVip=203.0.113.7&" VERSION);
        assert_int_equal(azure_request_reset_gateway(&r, &test_call, GATEWAY, none), -EINVAL);
}

static void deletes_are_of_our_kinds(void **state) {
        struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_request_delete(&r, &test_call, AZURE_LOCAL_GATEWAY, LOCAL), 0);
        assert_request(&r, HTTP_DELETE, BASE LOCAL "?" VERSION);
        assert_int_equal(azure_request_delete(&r, &test_call, AZURE_CONNECTION, CONNECTION), 0);
        assert_request(&r, HTTP_DELETE, BASE CONNECTION "?" VERSION);
        assert_int_equal(azure_request_delete(&r, &test_call, AZURE_VNET, VNET), -EINVAL);
        assert_int_equal(azure_request_delete(&r, &test_call, AZURE_PEERING, PEERING), -EINVAL);
        assert_int_equal(azure_request_delete(&r, &test_call, AZURE_SUBNET, SUBNET), -EINVAL);
}

/* the shape of a real one: signed, some 3.5 KB, not to be encoded again */
static const char *long_link(char *out, size_t size, size_t length) {
        size_t n = (size_t)snprintf(out, size,
                                    BASE "/subscriptions/" SUB "/providers/Microsoft.Network/locations/jp/"
                                         "operations/1?api-version=2022-01-01&t=638834126353631484&c=MII-_%%2b&h=");
        assert_true(length < size);
        memset(out + n, 'x', length - n);
        out[length] = 0;
        return out;
}

static void poll_urls_go_back_byte_for_byte(void **state) {
        char link[AZURE_POLL_URL_MAX + 2];
        struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_request_poll(&r, &test_call, long_link(link, sizeof(link), 3589)), 0);
        assert_request(&r, HTTP_GET, link);
        assert_int_equal(azure_request_poll(&r, &test_call, long_link(link, sizeof(link), AZURE_POLL_URL_MAX)), 0);
        assert_request(&r, HTTP_GET, link);
        assert_int_equal(azure_request_poll(&r, &test_call, long_link(link, sizeof(link), AZURE_POLL_URL_MAX + 1)),
                         AZURE_REQUEST_FOREIGN);
        assert_int_equal(azure_request_next_page(&r, &test_call, BASE "/x?$skiptoken=%7b%22a%22"), 0);
        assert_request(&r, HTTP_GET, BASE "/x?$skiptoken=%7b%22a%22");
}

static void links_must_lead_home(void **state) {
        static const struct {
                const char *base, *link;
                int result;
        } rows[] = {
                {BASE, "https://MANAGEMENT.azure.com:443/x", 0},
                {BASE, "HTTPS://management.azure.com/x", 0},
                {BASE "", "https://management.azure.com", 0},
                {BASE, "https://evil.example/x", AZURE_REQUEST_FOREIGN},
                {BASE, "http://management.azure.com/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com.evil.example/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com@evil.example/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com:443@evil.example/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com\\@evil.example/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com:8443/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.co/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https://x@management.azure.com/x", AZURE_REQUEST_FOREIGN},
                {BASE, "https:///x", AZURE_REQUEST_FOREIGN},
                {BASE, "/subscriptions/x", AZURE_REQUEST_FOREIGN},
                {BASE, "", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com/a b", AZURE_REQUEST_FOREIGN},
                {BASE, "https://management.azure.com/a\r\nX: y", AZURE_REQUEST_FOREIGN},
                {"http://127.0.0.1:8080", "http://127.0.0.1:8080/x", 0},
                {"http://localhost:8080", "http://localhost:8080/x", 0},
                {"http://[::1]:8080", "http://[::1]:8080/x", 0},
                {"http://127.0.0.1:8080", "http://127.0.0.1:8081/x", AZURE_REQUEST_FOREIGN},
                {"http://127.0.0.1:8080", "https://127.0.0.1:8080/x", AZURE_REQUEST_FOREIGN},
                {"https://127.0.0.1:8080", "http://127.0.0.1:8080/x", AZURE_REQUEST_FOREIGN},
                {"http://arm.example", "http://arm.example/x", AZURE_REQUEST_FOREIGN},
                {"http://127.0.0.1.evil.example", "http://127.0.0.1.evil.example/x", AZURE_REQUEST_FOREIGN},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct http_request r = HTTP_REQUEST_NULL;
                const struct azure_call call = {rows[i].base, &test_bearer, NULL};
                if (azure_request_poll(&r, &call, rows[i].link) != rows[i].result)
                        fail_msg("%s with %s", rows[i].link, rows[i].base);
                if (rows[i].result != 0)
                        assert_null(http_request_header(&r, "Authorization"));
                http_request_deinit(&r);
        }
}

static void bad_calls_are_refused(void **state) {
        static const char *const bases[] = {"",        "management.azure.com", BASE "/", BASE "?x",
                                            BASE "#x", "http://arm.example"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bases); i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                const struct azure_call call = {bases[i], &test_bearer, NULL};
                assert_int_equal(azure_request_get(&r, &call, AZURE_GATEWAY, GATEWAY), -EINVAL);
        }
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        const struct azure_call no_token = {BASE, &SECRET_NULL, NULL};
        assert_int_equal(azure_request_get(&r, &no_token, AZURE_GATEWAY, GATEWAY), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(resources_are_read_by_id),
                cmocka_unit_test(lists_and_keys_are_read),
                cmocka_unit_test(actions_are_posts),
                cmocka_unit_test(deletes_are_of_our_kinds),
                cmocka_unit_test(poll_urls_go_back_byte_for_byte),
                cmocka_unit_test(links_must_lead_home),
                cmocka_unit_test(bad_calls_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
