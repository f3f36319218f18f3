/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that must not be believed: wrong types, cut, deep, huge, no JSON at all; and no memory. */
#include "azure-test.h"
#include "bodies.h"

#include <stdlib.h>

#include "azure/arm-reply.h"
#include "util/alloc.h"

static struct arena *arena;

static int set_up(void **state) {
        (void)state;
        arena = arena_new();
        return arena ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

static struct azure_reply reply_of(const char *body) {
        const char *text = json_of(arena, body);
        return (struct azure_reply){text, strlen(text), arena, ""};
}

/* one form for all parsers, so that they can be walked */
#define PARSER(_name, _type, _parse)                                                                                   \
        static int _name(struct azure_reply *reply) {                                                                  \
                _type value = {0};                                                                                     \
                return _parse(reply, &value);                                                                          \
        }
PARSER(vnet, struct az_vnet, azure_parse_vnet)
PARSER(peering, struct az_peering, azure_parse_peering)
PARSER(public_ip, struct az_public_ip, azure_parse_public_ip)
PARSER(gateway, struct az_gateway, azure_parse_gateway)
PARSER(local_gateway, struct az_local_gateway, azure_parse_local_gateway)
PARSER(connection, struct az_connection, azure_parse_connection)
PARSER(local_gateways, struct azure_local_gateway_list, azure_parse_local_gateways)
PARSER(connections, struct azure_connection_list, azure_parse_connections)
PARSER(bgp_rows, struct az_bgp_rows, azure_parse_bgp_rows)
PARSER(routes, struct az_routes, azure_parse_routes)
static int shared_key(struct azure_reply *reply) {
        _cleanup_secret_ struct secret key = SECRET_NULL;
        return azure_parse_shared_key(reply, &key);
}

#define BGP_BODY "{'value':[{'localAddress':'10.0.0.4','neighbor':'169.254.21.1','asn':1,'state':'Connected'}]}"
#define ROUTES_BODY "{'value':[{'localAddress':'10.0.0.4','network':'10.0.0.0/16','asPath':'1','origin':'EBgp'}]}"

static const struct {
        const char *name;
        int (*parse)(struct azure_reply *reply);
        const char *body;
} parsers[] = {
        {"vnet", vnet, VNET_BODY},
        {"peering", peering, PEERING_BODY},
        {"public ip", public_ip, PIP_BODY},
        {"gateway", gateway, GATEWAY_BODY},
        {"local gateway", local_gateway, LOCAL_BODY},
        {"connection", connection, CONNECTION_BODY},
        {"local gateways", local_gateways, "{'value':[" LOCAL_BODY "]}"},
        {"connections", connections, "{'value':[" CONNECTION_BODY "]}"},
        {"bgp rows", bgp_rows, BGP_BODY},
        {"routes", routes, ROUTES_BODY},
        {"shared key", shared_key, "{'value':'a1b2c3'}"},
};

static void bad_members_are_named(void **state) {
        static const struct {
                int (*parse)(struct azure_reply *reply);
                const char *body, *from, *to, *error;
        } rows[] = {
                {gateway, GATEWAY_BODY, "'id':'" GATEWAY "'", "'id':null", "id: missing"},
                {gateway, GATEWAY_BODY, "'id':'" GATEWAY "'", "'id':7", "id: not a text"},
                {gateway, GATEWAY_BODY, "{'a':'1','b':''}", "[]", "tags: not an object"},
                {gateway, GATEWAY_BODY, "'a':'1'", "'a':1", "tags: not texts"},
                {gateway, GATEWAY_BODY, "'activeActive':true", "'activeActive':'yes'",
                 "properties.activeActive: not true or false"},
                {gateway, GATEWAY_BODY, "'asn':65515", "'asn':'65515'", "properties.bgpSettings.asn: not an integer"},
                {gateway, GATEWAY_BODY, "'asn':65515", "'asn':65515.5", "properties.bgpSettings.asn: not an integer"},
                {gateway, GATEWAY_BODY, "'asn':65515", "'asn':-1", "properties.bgpSettings.asn: out of range"},
                {gateway, GATEWAY_BODY, "'asn':65515", "'asn':99999999999999999999", "body: not JSON"},
                {gateway, GATEWAY_BODY, "['169.254.21.2']", "['nonsense']",
                 "properties.bgpSettings.bgpPeeringAddresses[].customBgpIpAddresses: not an address"},
                {gateway, GATEWAY_BODY, "['169.254.21.2']", "'169.254.21.2'",
                 "properties.bgpSettings.bgpPeeringAddresses[].customBgpIpAddresses: not an array"},
                {gateway, GATEWAY_BODY, "['203.0.113.1']", "[7]",
                 "properties.bgpSettings.bgpPeeringAddresses[].tunnelIpAddresses: not texts"},
                {gateway, GATEWAY_BODY, "'id':'" CONFIG1 "'", "'id':null", "properties.ipConfigurations[].id: missing"},
                {gateway, GATEWAY_BODY, "'tags'", "'location':'twice','tags'", "body: not JSON"},
                {vnet, VNET_BODY, "'10.0.0.0/16'", "'10.0.0.1/16'",
                 "properties.addressSpace.addressPrefixes: not a prefix"},
                {vnet, VNET_BODY, "'10.0.0.0/16'", "7", "properties.addressSpace.addressPrefixes: not a prefix"},
                {vnet, VNET_BODY, "'10.0.255.0/27'", "'x'",
                 "properties.subnets[].properties.addressPrefixes: not a prefix"},
                {vnet, VNET_BODY, "'useRemoteGateways':false", "'useRemoteGateways':0",
                 "properties.virtualNetworkPeerings[].properties.useRemoteGateways: not true or false"},
                {public_ip, PIP_BODY, "'203.0.113.1'", "'203.0.113'", "properties.ipAddress: not an address"},
                {public_ip, PIP_BODY, "'properties'", "'props'", "properties: missing"},
                {local_gateway, LOCAL_BODY, "'asn':64512", "'asn':4294967296",
                 "properties.bgpSettings.asn: out of range"},
                {connection, CONNECTION_BODY, "5000000000", "'many'",
                 "properties.ingressBytesTransferred: not an integer"},
                {connection, CONNECTION_BODY, "'saLifeTimeSeconds':3600", "'saLifeTimeSeconds':-3600",
                 "properties.ipsecPolicies[].saLifeTimeSeconds: out of range"},
                {connection, CONNECTION_BODY, "'customBgpIpAddress':'169.254.21.2'", "'customBgpIpAddress':[]",
                 "properties.gatewayCustomBgpIpAddresses[].customBgpIpAddress: not a text"},
                {connection, CONNECTION_BODY, "'gatewayCustomBgpIpAddresses':[", "'gatewayCustomBgpIpAddresses':[{},",
                 "properties.gatewayCustomBgpIpAddresses: more than two"},
                {connections, "{'value':[" CONNECTION_BODY "]}", "'enableBgp':true", "'enableBgp':{}",
                 "value[].properties.enableBgp: not true or false"},
                {connections, "{'value':[" CONNECTION_BODY "]}", "'value'", "'values'", "value: missing"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct azure_reply reply = reply_of(changed(arena, rows[i].body, rows[i].from, rows[i].to));
                int k = rows[i].parse(&reply);
                if (k != AZ_REPLY_MALFORMED || strcmp(reply.error, rows[i].error) != 0)
                        fail_msg("%d \"%s\" instead of \"%s\"", k, reply.error, rows[i].error);
        }
}

static void too_many_addresses_are_refused(void **state) {
        (void)state;
        _cleanup_buf_ struct buf list = BUF_NULL;
        for (unsigned i = 0; i <= AZ_CUSTOM_ADDRESSES_MAX; i++)
                buf_printf(&list, "%s'169.254.21.%u'", i > 0 ? "," : "['169.254.22.1',", i + 1);
        buf_puts(&list, "]");
        struct azure_reply reply = reply_of(changed(arena, GATEWAY_BODY, "['169.254.21.2']", buf_str(&list)));
        assert_int_equal(gateway(&reply), AZ_REPLY_MALFORMED);
        assert_string_equal(reply.error,
                            "properties.bgpSettings.bgpPeeringAddresses[].customBgpIpAddresses: too many addresses");
}

/* A copy of exactly the bytes, so that a reader that goes too far is caught. */
static int parse_exactly(int (*parse)(struct azure_reply *reply), const char *text, size_t n) {
        char *copy = malloc(n > 0 ? n : 1);
        struct arena *a = arena_new();
        assert_non_null(copy);
        assert_non_null(a);
        memcpy(copy, text, n);
        struct azure_reply reply = {copy, n, a, ""};
        int k = parse(&reply);
        assert_int_equal(k == AZ_REPLY_MALFORMED, *reply.error != 0);
        arena_free(a);
        free(copy);
        return k;
}

static void cut_replies_are_malformed(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(parsers); i++) {
                const char *text = json_of(arena, parsers[i].body);
                size_t n = strlen(text);
                assert_int_equal(parse_exactly(parsers[i].parse, text, n), 0);
                for (size_t cut = 0; cut < n; cut++)
                        assert_int_equal(parse_exactly(parsers[i].parse, text, cut), AZ_REPLY_MALFORMED);
        }
}

static void other_bodies_are_malformed(void **state) {
        static const char *const bodies[] = {
                "",
                "null",
                "true",
                "7",
                "\"text\"",
                "[]",
                "{}",
                "{\"value\":7}",
                "{\"id\":{},\"properties\":[]}",
                "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
                "\xff\xfe",
                "{\"id\":\"\\u0000\"}",
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(parsers); i++) {
                for (size_t b = 0; b < ELEMENTSOF(bodies); b++) {
                        if (parse_exactly(parsers[i].parse, bodies[b], strlen(bodies[b])) != AZ_REPLY_MALFORMED)
                                fail_msg("%s took %s", parsers[i].name, bodies[b]);
                }
        }
}

static void deep_and_huge_bodies_are_malformed(void **state) {
        (void)state;
        char *big = malloc(AZURE_BODY_MAX + 1);
        assert_non_null(big);
        memset(big, '[', AZURE_BODY_MAX + 1);
        for (size_t i = 0; i < ELEMENTSOF(parsers); i++) {
                struct azure_reply reply = {big, AZURE_BODY_MAX + 1, arena, ""};
                assert_int_equal(parsers[i].parse(&reply), AZ_REPLY_MALFORMED);
                assert_string_equal(reply.error, "body: larger than 8 MiB");
                reply.body_len = 100000;
                assert_int_equal(parsers[i].parse(&reply), AZ_REPLY_MALFORMED);
        }
        free(big);
}

static void too_many_rows_are_malformed(void **state) {
        (void)state;
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_puts(&text, "{\"value\":[7");
        for (size_t i = 0; i < AZURE_ROWS_MAX; i++)
                buf_puts(&text, ",7");
        buf_puts(&text, "]}");
        struct azure_reply reply = {text.data, text.len, arena, ""};
        assert_int_equal(routes(&reply), AZ_REPLY_MALFORMED);
        assert_string_equal(reply.error, "value: too many elements");
        struct azure_connection_list list = {.n_rows = AZURE_ROWS_MAX};
        reply = reply_of("{'value':[{'id':'x','properties':{}}]}");
        assert_int_equal(azure_parse_connections(&reply, &list), AZ_REPLY_MALFORMED);
}

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

static void lack_of_memory_is_said(void **state) {
        static const struct mem_hooks hooks = {scarce_alloc, scarce_realloc, free};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(parsers); i++) {
                const char *text = json_of(arena, parsers[i].body);
                int k = -ENOMEM;
                for (unsigned n = 1; k != 0; n++) {
                        allocations_left = n;
                        mem_set_hooks(&hooks);
                        struct arena *a = arena_new();
                        struct azure_reply reply = {text, strlen(text), a, ""};
                        k = parsers[i].parse(&reply);
                        arena_free(a);
                        mem_set_hooks(NULL);
                        assert_true(k == 0 || k == -ENOMEM);
                        assert_in_range(n, 1, 100);
                }
        }
}

#define TEST(_name) cmocka_unit_test_setup_teardown(_name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(bad_members_are_named),
                TEST(too_many_addresses_are_refused),
                TEST(cut_replies_are_malformed),
                TEST(other_bodies_are_malformed),
                TEST(deep_and_huge_bodies_are_malformed),
                TEST(too_many_rows_are_malformed),
                TEST(lack_of_memory_is_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
