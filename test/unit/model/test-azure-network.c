/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual networks, subnets and peerings. */
#include "test-azure-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/json.h"

#define HUB_PEERING HUB "/virtualNetworkPeerings/to-spoke"
#define SPOKE_PEERING SPOKE "/virtualNetworkPeerings/to-hub"

static char *peering_body(const char *remote, bool transit, bool use) {
        char *out = NULL;
        assert_true(asprintf(&out,
                             "{\"name\":\"p\",\"properties\":{\"remoteVirtualNetwork\":{\"id\":\"%s\"},"
                             "\"allowVirtualNetworkAccess\":true,\"allowForwardedTraffic\":true,"
                             "\"allowGatewayTransit\":%s,\"useRemoteGateways\":%s}}",
                             remote, transit ? "true" : "false", use ? "true" : "false") > 0);
        return out;
}

static void put_peering(struct world *w, const char *path, const char *remote, bool transit, bool use, int status) {
        char *body = peering_body(remote, transit, use);
        json_decref(expect(w, HTTP_PUT, path, body, status));
        world_settle(w);
        free(body);
}

static void check_peering(struct world *w, const char *path, const char *state, const char *level, const char *held,
                          const char *present) {
        json_t *p = expect(w, HTTP_GET, path, NULL, 200);
        char *a = json_dumps(json_at(p, "properties.remoteAddressSpace.addressPrefixes"), JSON_COMPACT);
        char *b = json_dumps(json_at(p, "properties.remoteVirtualNetworkAddressSpace.addressPrefixes"), JSON_COMPACT);
        assert_string_equal(json_string_value(json_at(p, "properties.peeringState")), state);
        assert_string_equal(json_string_value(json_at(p, "properties.peeringSyncLevel")), level);
        assert_string_equal(a, held);
        assert_string_equal(b, present);
        assert_null(json_at(p, "held"));
        free(a);
        free(b);
        json_decref(p);
}

#define HUB_SPACE "[\"10.1.0.0/16\"]"
#define SPOKE_SPACE "[\"10.2.0.0/16\"]"
#define SPOKE_GROWN "[\"10.2.0.0/16\",\"10.3.0.0/16\"]"

/* first half: Initiated; second: both Connected; a change: each half in its own way; the sync on the other one */
static void test_peering(void **state) {
        struct world *w = *state;
        make_gateway(w);
        put_peering(w, HUB_PEERING, SPOKE, true, false, 201);
        check_peering(w, HUB_PEERING, "Initiated", "RemoteNotInSync", SPOKE_SPACE, SPOKE_SPACE);
        put_peering(w, SPOKE_PEERING, HUB, false, true, 201);
        check_peering(w, HUB_PEERING, "Connected", "FullyInSync", SPOKE_SPACE, SPOKE_SPACE);
        check_peering(w, SPOKE_PEERING, "Connected", "FullyInSync", HUB_SPACE, HUB_SPACE);
        assert_int_equal(azure_admin_add_prefix(w->m, SPOKE, "10.3.0.0/16"), 0);
        check_peering(w, HUB_PEERING, "Connected", "LocalNotInSync", SPOKE_SPACE, SPOKE_GROWN);
        check_peering(w, SPOKE_PEERING, "Connected", "RemoteNotInSync", HUB_SPACE, HUB_SPACE);
        assert_int_equal(azure_admin_add_prefix(w->m, HUB, "10.9.0.0/16"), 0);
        check_peering(w, HUB_PEERING, "Connected", "LocalAndRemoteNotInSync", SPOKE_SPACE, SPOKE_GROWN);
        /* an ordinary PUT does not sync; neither does one on the wrong side */
        put_peering(w, HUB_PEERING, SPOKE, true, false, 200);
        put_peering(w, SPOKE_PEERING "?syncRemoteAddressSpace=true", HUB, false, true, 200);
        check_peering(w, HUB_PEERING, "Connected", "LocalNotInSync", SPOKE_SPACE, SPOKE_GROWN);
        put_peering(w, HUB_PEERING "?syncRemoteAddressSpace=true", SPOKE, true, false, 200);
        check_peering(w, HUB_PEERING, "Connected", "FullyInSync", SPOKE_GROWN, SPOKE_GROWN);
        json_t *p = expect(w, HTTP_GET, SPOKE_PEERING, NULL, 200);
        assert_string_equal(
                json_string_value(json_at(json_array_get(json_at(p, "properties.remoteGateways"), 0), "id")), GATEWAY);
        json_decref(p);
        json_decref(expect(w, HTTP_DELETE, SPOKE_PEERING, NULL, 202));
        world_settle(w);
        check_peering(w, HUB_PEERING, "Disconnected", "RemoteNotInSync", SPOKE_GROWN, SPOKE_GROWN);
}

static void test_peering_rules(void **state) {
        struct world *w = *state;
        char *use = peering_body(HUB, false, true), *nowhere = peering_body(HUB "x", false, false);
        char *plain = peering_body(HUB, false, false), *transit = peering_body(SPOKE, false, true);
        expect_error(w, HTTP_PUT, SPOKE_PEERING, use, 400, "RemoteVnetHasNoGateways");
        expect_error(w, HTTP_PUT, SPOKE_PEERING, nowhere, 400, "InvalidResourceReference");
        expect_error(w, HTTP_PUT, SPOKE_PEERING "?syncRemoteAddressSpace=yes", plain, 400, "InvalidParameter");
        assert_int_equal(
                azure_admin_seed_vnet(w->m, NETWORK "/virtualNetworks/same", "japaneast", "10.1.128.0/17", NULL), 0);
        expect_error(w, HTTP_PUT, NETWORK "/virtualNetworks/same/virtualNetworkPeerings/p", plain, 400,
                     "VnetAddressSpacesOverlap");
        expect_error(w, HTTP_PUT, NETWORK "/virtualNetworks/none/virtualNetworkPeerings/p", plain, 404,
                     "ParentResourceNotFound");
        make_gateway(w);
        expect_error(w, HTTP_PUT, HUB_PEERING, transit, 400, "PeeringUseRemoteGatewaysWithOwnGateway");
        json_t *list = expect(w, HTTP_GET, HUB "/virtualNetworkPeerings", NULL, 200);
        assert_int_equal(json_array_size(json_at(list, "value")), 0);
        json_decref(list);
        free(use);
        free(nowhere);
        free(plain);
        free(transit);
}

static size_t advertised(struct world *w, const char *prefix, bool *ret_has) {
        struct cidr list[64], wanted;
        size_t n = azure_advertised(w->m, GATEWAY, list, 64);
        assert_int_equal(cidr_parse(prefix, &wanted), 0);
        *ret_has = cidr_in_list(wanted, list, n);
        return n;
}

/* A spoke's new prefix reaches the other side with the sync, a hub's at once. */
static void test_advertised(void **state) {
        struct world *w = *state;
        bool has;
        make_gateway(w);
        assert_int_equal(azure_admin_seed_peering(w->m, HUB_PEERING, SPOKE, true, false), 0);
        assert_int_equal(advertised(w, "10.2.0.0/16", &has), 1);
        assert_int_equal(azure_admin_seed_peering(w->m, SPOKE_PEERING, HUB, false, true), 0);
        assert_int_equal(advertised(w, "10.2.0.0/16", &has), 2);
        assert_true(has);
        assert_int_equal(azure_admin_add_prefix(w->m, SPOKE, "10.3.0.0/16"), 0);
        advertised(w, "10.3.0.0/16", &has);
        assert_false(has);
        put_peering(w, HUB_PEERING "?syncRemoteAddressSpace=true", SPOKE, true, false, 200);
        advertised(w, "10.3.0.0/16", &has);
        assert_true(has);
        assert_int_equal(azure_admin_add_prefix(w->m, HUB, "10.8.0.0/16"), 0);
        advertised(w, "10.8.0.0/16", &has);
        assert_true(has);
        put_peering(w, HUB_PEERING, SPOKE, false, false, 200);
        advertised(w, "10.2.0.0/16", &has);
        assert_false(has);
}

#define VNET(prefixes, subnets)                                                                                        \
        "{\"location\":\"japaneast\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":[" prefixes                 \
        "]},\"subnets\":[" subnets "]}}"
#define SUBNET(name, prefix) "{\"name\":\"" name "\",\"properties\":{\"addressPrefix\":\"" prefix "\"}}"

static void test_vnet_rules(void **state) {
        struct world *w = *state;
        static const struct {
                const char *body, *code;
        } rows[] = {
                {VNET("\"10.5.0.0\"", ""), "InvalidAddressPrefixFormat"},
                {VNET("", ""), "InvalidRequestFormat"},
                {VNET("\"10.5.0.0/16\"", SUBNET("a", "10.6.0.0/24")), "NetcfgInvalidSubnet"},
                {VNET("\"10.5.0.0/16\"", SUBNET("a", "10.5.1.0/24") "," SUBNET("b", "10.5.1.128/25")),
                 "NetcfgSubnetRangesOverlap"},
                {VNET("\"10.5.0.0/16\"", SUBNET("GatewaySubnet", "10.5.0.0/30")), "GatewaySubnetTooSmall"},
                {"{\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"10.5.0.0/16\"]}}}", "LocationRequired"},
                {"{\"location\":\"japaneast\",\"properties\":{\"adressSpace\":{}}}", "InvalidRequestFormat"},
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                expect_error(w, HTTP_PUT, NETWORK "/virtualNetworks/new", rows[i].body, 400, rows[i].code);
}

/* A PUT replaces: subnets that it leaves out are deleted, unless a gateway is in them. */
static void test_vnet_put_replaces(void **state) {
        struct world *w = *state;
        json_decref(expect(w, HTTP_PUT, SPOKE, VNET("\"10.2.0.0/16\"", SUBNET("a", "10.2.1.0/24")), 200));
        world_settle(w);
        json_decref(expect(w, HTTP_PUT, SPOKE, VNET("\"10.2.0.0/16\"", SUBNET("b", "10.2.2.0/24")), 200));
        world_settle(w);
        json_t *list = expect(w, HTTP_GET, SPOKE "/subnets", NULL, 200);
        assert_int_equal(json_array_size(json_at(list, "value")), 1);
        json_decref(list);
        make_gateway(w);
        expect_error(w, HTTP_PUT, HUB, VNET("\"10.1.0.0/16\"", ""), 400, "InUseSubnetCannotBeDeleted");
        json_t *hub = expect(w, HTTP_GET, HUB "/subnets/GatewaySubnet", NULL, 200);
        assert_string_equal(
                json_string_value(json_at(json_array_get(json_at(hub, "properties.ipConfigurations"), 0), "id")),
                CONFIG0);
        json_decref(hub);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_peering),    TEST(test_peering_rules),     TEST(test_advertised),
                TEST(test_vnet_rules), TEST(test_vnet_put_replaces),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
