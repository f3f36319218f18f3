/* SPDX-License-Identifier: Apache-2.0 */
/* Every builder with the memory giving out at each allocation in turn: -ENOMEM, nothing lost, nothing half done. */
#include "azure-test.h"
#include "bodies.h"

#include <stdlib.h>

#include "azure/arm-reply.h"
#include "azure/operation.h"
#include "azure/token.h"
#include "util/alloc.h"

static unsigned allocations_left;

static void *scarce_alloc(size_t size) {
        if (allocations_left == 0)
                return NULL;
        allocations_left--;
        return malloc(size);
}

static void *scarce_realloc(void *p, size_t size) {
        if (allocations_left == 0)
                return NULL;
        allocations_left--;
        return realloc(p, size);
}

static const struct mem_hooks hooks = {scarce_alloc, scarce_realloc, free};
static const struct secret key = {(char *)"a1b2c3", 6};
static const struct ip4 custom[] = {{0xa9fe1502}, {0xa9fe1506}};
static const struct tag tags[] = {{"owner", "me"}};

static int get(struct http_request *r) {
        return azure_request_get(r, &test_call, AZURE_GATEWAY, GATEWAY);
}
static int list(struct http_request *r) {
        return azure_request_list(r, &test_call, AZURE_CONNECTION, SUB, "rg");
}
static int poll_url(struct http_request *r) {
        return azure_request_poll(r, &test_call, BASE "/x");
}
static int advertised(struct http_request *r) {
        return azure_request_advertised_routes(r, &test_call, GATEWAY, custom[0]);
}
static int token(struct http_request *r) {
        return azure_token_request(r, AZURE_AUTHORITY_PUBLIC, SUB, "client", &key, AZURE_SCOPE_PUBLIC);
}
static int public_ip(struct http_request *r) {
        const struct azure_public_ip_spec spec = {"jp", true, tags, 1};
        return azure_request_put_public_ip(r, &test_call, PIP0, &spec);
}
static int new_gateway(struct http_request *r) {
        const struct azure_gateway_spec spec = {
                "jp", "VpnGw1AZ", 65515, SUBNET, {{"c0", PIP0, custom, 1}, {"c1", PIP1, custom + 1, 1}}, tags, 1};
        return azure_request_put_gateway(r, &test_call, GATEWAY, &spec);
}
static int local_gateway(struct http_request *r) {
        const struct azure_local_gateway_spec spec = {"jp", custom[0], 64512, custom[1], tags, 1};
        return azure_request_put_local_gateway(r, &test_call, LOCAL, &spec);
}
static int new_connection(struct http_request *r) {
        const struct azure_connection_spec spec = {
                "jp",
                GATEWAY,
                LOCAL,
                {true, 3600, 102400000, "GCMAES256", "GCMAES256", "AES256", "SHA384", "ECP384", "ECP384"},
                {{CONFIG0, custom[0]}, {CONFIG1, custom[1]}},
                2,
                &key,
                tags,
                1};
        return azure_request_put_connection(r, &test_call, CONNECTION, &spec);
}
static int shared_key(struct http_request *r) {
        return azure_request_put_shared_key(r, &test_call, CONNECTION, &key);
}
static int sync(struct http_request *r) {
        const struct az_peering peering = {
                .common = {.id = PEERING, .name = "to-spoke"}, .remote_vnet_id = VNET, .unknown_member = ""};
        return azure_request_sync_peering(r, &test_call, &peering);
}
static char *gateway_json, *connection_json;
static int change_gateway(struct http_request *r) {
        const struct az_gateway gateway = {.common.id = GATEWAY, .raw_json = gateway_json, .unknown_member = ""};
        const struct azure_gateway_change change = {.append = {{CONFIG0, custom, 2}}, .n_append = 1};
        return azure_request_update_gateway(r, &test_call, &gateway, &change);
}
static int change_connection(struct http_request *r) {
        const struct azure_connection_change change = {.enable_bgp = true};
        return azure_request_update_connection(r, &test_call, CONNECTION, connection_json, &change);
}

static void requests(void **state) {
        static int (*const builders[])(struct http_request * r) = {
                get,           list,           poll_url,   advertised, token,          public_ip,         new_gateway,
                local_gateway, new_connection, shared_key, sync,       change_gateway, change_connection,
        };
        struct arena *a = arena_new();
        (void)state;
        gateway_json = json_of(a, GATEWAY_BODY);
        connection_json = json_of(a, CONNECTION_BODY);
        for (size_t i = 0; i < ELEMENTSOF(builders); i++) {
                int k = -ENOMEM;
                for (unsigned n = 0; k != 0; n++) {
                        struct http_request r = HTTP_REQUEST_NULL;
                        allocations_left = n;
                        mem_set_hooks(&hooks);
                        k = builders[i](&r);
                        http_request_deinit(&r);
                        mem_set_hooks(NULL);
                        if ((k != 0 && k != -ENOMEM) || n > 100)
                                fail_msg("builder %zu with %u allocations: %d", i, n, k);
                }
        }
        arena_free(a);
}

/* Without memory an operation stays where it is; the same answer can be fed again. */
static void operations(void **state) {
        static const char *const headers[] = {"Location", BASE "/a", NULL};
        static const char *const newer[] = {"Location", BASE "/b", NULL};
        struct http_response start = answer(202, "null", headers), again = answer(202, "null", newer);
        struct azure_operation op;
        (void)state;
        mem_set_hooks(&hooks);
        allocations_left = 0;
        assert_int_equal(azure_operation_init(&op, AZURE_OPERATION_QUERY, BASE), -ENOMEM);
        allocations_left = 1;
        assert_int_equal(azure_operation_resume(&op, AZURE_OPERATION_QUERY, BASE, AZURE_POLL_LOCATION, BASE "/a"),
                         -ENOMEM);
        allocations_left = 1;
        assert_int_equal(azure_operation_init(&op, AZURE_OPERATION_QUERY, BASE), 0);
        assert_int_equal(azure_operation_first(&op, &start), -ENOMEM);
        assert_int_equal(op.state, AZURE_OPERATION_START);
        allocations_left = 1;
        assert_int_equal(azure_operation_first(&op, &start), 0);
        assert_int_equal(azure_operation_polled(&op, &again), -ENOMEM);
        assert_int_equal(op.state, AZURE_OPERATION_POLL);
        assert_string_equal(op.poll_url, BASE "/a");
        allocations_left = 1;
        assert_int_equal(azure_operation_polled(&op, &again), 0);
        assert_string_equal(op.poll_url, BASE "/b");
        azure_operation_deinit(&op);
        mem_set_hooks(NULL);
        http_response_deinit(&start);
        http_response_deinit(&again);
}

static void tokens(void **state) {
        struct http_response r = answer(200, "{\"access_token\":\"e30.e30.x\",\"expires_in\":3599}", NULL);
        _cleanup_azure_token_ struct azure_token t = AZURE_TOKEN_NULL;
        struct azure_token_claims claims;
        struct cloud_error e;
        (void)state;
        mem_set_hooks(&hooks);
        allocations_left = 0;
        assert_int_equal(azure_token_parse(&r, 0, &t, &e), -ENOMEM);
        assert_false(secret_is_set(&t.bearer));
        allocations_left = 1;
        assert_int_equal(azure_token_parse(&r, 0, &t, &e), 0);
        allocations_left = 0;
        assert_int_equal(azure_token_tenant(&t.bearer, &claims), -ENOMEM);
        mem_set_hooks(NULL);
        http_response_deinit(&r);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(requests),
                cmocka_unit_test(operations),
                cmocka_unit_test(tokens),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
