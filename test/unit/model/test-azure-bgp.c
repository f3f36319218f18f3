/* SPDX-License-Identifier: Apache-2.0 */
/* Azure's ends on the wire: rows, routes, status, and what disturbs them. */
#include "test-azure-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/json.h"

#include "model-internal.h"

#define CX1 NETWORK "/connections/cx1"
#define CX4 NETWORK "/connections/cx4"

/* Two connections: tunnel 1 ends on instance 0, tunnel 4 on instance 1. */
static void make_pairing(struct world *w) {
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_local_gateway(w, "lng4", "52.1.1.4", "169.254.22.5");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        make_connection(w, "cx4", "lng4", "169.254.21.2", "169.254.22.6");
        make_aws_end(w, "52.1.1.1", "169.254.21.0/30", 0, "Abcdefgh1234");
        make_aws_end(w, "52.1.1.4", "169.254.22.4/30", 1, "Abcdefgh1234");
        world_settle(w);
}

static json_t *query(struct world *w, const char *path) {
        _cleanup_answer_ struct answer a = ask(w, HTTP_POST, path, NULL);
        assert_int_equal(a.status, 202);
        world_advance(w, 10000);
        _cleanup_answer_ struct answer b = ask_raw(w, HTTP_GET, answer_header(&a, "Location"), w->token, NULL);
        assert_int_equal(b.status, 200);
        return json_incref(b.body);
}

/* the row with this local address and neighbour; borrowed */
static json_t *row_of(const json_t *body, const char *local, const char *neighbor_member, const char *neighbor) {
        size_t i;
        json_t *row;
        json_array_foreach(json_at(body, "value"), i, row) {
                if (strcmp(json_string_value(json_object_get(row, "localAddress")), local) == 0 &&
                    strcmp(json_string_value(json_object_get(row, neighbor_member)), neighbor) == 0)
                        return row;
        }
        return NULL;
}

static const char *state_of(const json_t *body, const char *local, const char *neighbor) {
        const char *s = json_string_value(json_object_get(row_of(body, local, "neighbor", neighbor), "state"));
        return s ? s : "";
}

static void test_ends(void **state) {
        struct world *w = *state;
        struct azure_end ends[8];
        make_pairing(w);
        assert_int_equal(azure_ends(w->m, ends, 8), 4);
        static const char *const locals[] = {"169.254.21.2", "169.254.21.6", "169.254.21.2", "169.254.22.6"};
        static const char *const remotes[] = {"52.1.1.1", "52.1.1.1", "52.1.1.4", "52.1.1.4"};
        for (size_t i = 0; i < 4; i++) {
                char text[IP4_TEXT_SIZE];
                assert_true(ends[i].usable);
                assert_int_equal(ends[i].instance, i % 2);
                assert_string_equal(ip4_format(ends[i].bgp_local, text), locals[i]);
                assert_string_equal(ip4_format(ends[i].remote, text), remotes[i]);
                assert_int_equal(ends[i].asn, 65515);
                assert_int_equal(ends[i].remote_asn, 64512);
                assert_string_equal(ends[i].psk, "Abcdefgh1234");
                assert_string_equal(ends[i].ike_encryption, "");
        }
        assert_false(ip4_equal(ends[0].public_ip, ends[1].public_ip));
}

/* A row for each instance and connection: two Connected, two that never will be. */
static void test_peer_status(void **state) {
        struct world *w = *state;
        make_pairing(w);
        json_t *body = query(w, GATEWAY "/getBgpPeerStatus");
        assert_int_equal(json_array_size(json_at(body, "value")), 4);
        assert_string_equal(state_of(body, "169.254.21.2", "169.254.21.1"), "Connected");
        assert_string_equal(state_of(body, "169.254.22.6", "169.254.22.5"), "Connected");
        assert_string_equal(state_of(body, "169.254.21.6", "169.254.21.1"), "Connecting");
        assert_string_equal(state_of(body, "169.254.21.2", "169.254.22.5"), "Connecting");
        json_t *up = row_of(body, "169.254.21.2", "neighbor", "169.254.21.1");
        json_t *down = row_of(body, "169.254.21.6", "neighbor", "169.254.21.1");
        assert_int_equal(json_integer_value(json_object_get(up, "routesReceived")), 1);
        assert_int_equal(json_integer_value(json_object_get(down, "routesReceived")), 0);
        assert_int_equal(json_integer_value(json_object_get(up, "asn")), 64512);
        assert_memory_equal(json_string_value(json_object_get(up, "connectedDuration")), "00:5", 4);
        assert_null(json_object_get(down, "connectedDuration"));
        json_decref(body);
        world_advance(w, INT64_C(9) * 86400000);
        body = query(w, GATEWAY "/getBgpPeerStatus?peer=169.254.21.1");
        assert_int_equal(json_array_size(json_at(body, "value")), 2);
        up = row_of(body, "169.254.21.2", "neighbor", "169.254.21.1");
        assert_memory_equal(json_string_value(json_object_get(up, "connectedDuration")), "9.00:", 5);
        json_decref(body);
}

static void test_sibling_rows(void **state) {
        struct world *w = *state;
        make_pairing(w);
        w->m->options.learned_includes_sibling_rows = true;
        json_t *body = query(w, GATEWAY "/getBgpPeerStatus");
        assert_int_equal(json_array_size(json_at(body, "value")), 6);
        json_t *row = row_of(body, "10.1.255.4", "neighbor", "10.1.255.5");
        assert_int_equal(json_integer_value(json_object_get(row, "asn")), 65515);
        json_decref(body);
        body = query(w, GATEWAY "/getLearnedRoutes");
        row = row_of(body, "10.1.255.5", "sourcePeer", "10.1.255.4");
        assert_string_equal(json_string_value(json_object_get(row, "origin")), "IBgp");
        json_decref(body);
}

static void test_learned(void **state) {
        struct world *w = *state;
        make_pairing(w);
        json_t *body = query(w, GATEWAY "/getLearnedRoutes");
        json_t *own = row_of(body, "10.1.255.4", "sourcePeer", "10.1.255.4");
        assert_string_equal(json_string_value(json_object_get(own, "origin")), "Network");
        assert_null(json_object_get(own, "nextHop"));
        assert_int_equal(json_integer_value(json_object_get(own, "weight")), 32768);
        json_t *far = row_of(body, "169.254.21.2", "sourcePeer", "169.254.21.1");
        assert_string_equal(json_string_value(json_object_get(far, "network")), "10.200.0.0/16");
        assert_string_equal(json_string_value(json_object_get(far, "nextHop")), "169.254.21.1");
        assert_string_equal(json_string_value(json_object_get(far, "origin")), "EBgp");
        assert_string_equal(json_string_value(json_object_get(far, "asPath")), "64512");
        json_decref(body);
}

static void test_advertised_forms(void **state) {
        struct world *w = *state;
        make_pairing(w);
        json_t *body = query(w, GATEWAY "/getAdvertisedRoutes?peer=169.254.21.1");
        assert_int_equal(json_array_size(json_at(body, "value")), 1);
        json_t *row = json_array_get(json_at(body, "value"), 0);
        assert_string_equal(json_string_value(json_object_get(row, "nextHop")), "169.254.21.2");
        assert_string_equal(json_string_value(json_object_get(row, "origin")), "Igp");
        assert_string_equal(json_string_value(json_object_get(row, "asPath")), "65515");
        json_decref(body);
        w->m->options.advertised_rows_have_local_address = false;
        body = query(w, GATEWAY "/getAdvertisedRoutes?peer=169.254.21.1");
        row = json_array_get(json_at(body, "value"), 0);
        assert_string_equal(json_string_value(json_object_get(row, "localAddress")), "");
        assert_string_equal(json_string_value(json_object_get(row, "nextHop")), "Virtual Network");
        assert_null(json_object_get(row, "asPath"));
        json_decref(body);
}

static void check_status(struct world *w, const char *path, const char *status) {
        json_t *now = expect(w, HTTP_GET, path, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.connectionStatus")), status);
        json_decref(now);
}

static void test_status_and_bytes(void **state) {
        struct world *w = *state;
        make_pairing(w);
        check_status(w, CX1, "Connected");
        json_t *now = expect(w, HTTP_GET, CX1, NULL, 200);
        assert_true(json_integer_value(json_at(now, "properties.ingressBytesTransferred")) > 0);
        json_decref(now);
        w->m->options.azure_status_lag_ms = 60000;
        assert_int_equal(azure_admin_set_psk(w->m, CX1, "SomethingElse"), 0);
        struct ip4 outside;
        assert_int_equal(ip4_parse("52.1.1.1", &outside), 0);
        world_advance(w, 1);
        for (int i = 0; i < 100 && physics_link_of_aws(w->m, outside)->ipsec_up; i++)
                world_advance(w, 10000);
        assert_false(physics_link_of_aws(w->m, outside)->ipsec_up);
        int64_t changed_ms = physics_link_of_aws(w->m, outside)->last_change_ms;
        world_advance(w, changed_ms + 59999 - w->now_ms);
        check_status(w, CX1, "Connected");
        world_advance(w, 1);
        check_status(w, CX1, "NotConnected");
        check_status(w, CX4, "Connected");
}

static const struct link *link_at(struct world *w, const char *outside) {
        struct ip4 ip;
        assert_int_equal(ip4_parse(outside, &ip), 0);
        return physics_link_of_aws(w->m, ip);
}

/* What each write does to links that were up: @first and @second say which of them fall and come back. A new key takes
 * seconds, so that BGP may live through it; resets and address changes it does not. */
static void check_disturbs(struct world *w, enum http_method method, const char *path, const char *body, bool first,
                           bool second) {
        int64_t before_ms = w->now_ms;
        assert_true(link_at(w, "52.1.1.1")->bgp_up && link_at(w, "52.1.1.4")->bgp_up);
        _cleanup_answer_ struct answer a = ask(w, method, path, body);
        assert_in_range(a.status, 200, 202);
        world_settle(w);
        assert_true(link_at(w, "52.1.1.1")->bgp_up && link_at(w, "52.1.1.4")->bgp_up);
        assert_int_equal(link_at(w, "52.1.1.1")->last_change_ms > before_ms, first);
        assert_int_equal(link_at(w, "52.1.1.4")->last_change_ms > before_ms, second);
}

static void test_disturbances(void **state) {
        struct world *w = *state;
        char vip[512], text[IP4_TEXT_SIZE];
        make_pairing(w);
        char *gateway = gateway_body("[\"169.254.21.2\",\"169.254.22.2\"]", "[\"169.254.21.6\",\"169.254.22.6\"]");
        char *connection = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        int64_t since_ms = link_at(w, "52.1.1.4")->bgp_since_ms;
        check_disturbs(w, HTTP_PUT, GATEWAY, gateway, true, true); /* it changes nothing */
        assert_true(link_at(w, "52.1.1.4")->bgp_since_ms > since_ms);
        check_disturbs(w, HTTP_PUT, CX1, connection, true, false);
        check_disturbs(w, HTTP_POST, CX1 "/resetconnection", NULL, true, false);
        check_disturbs(w, HTTP_POST, GATEWAY "/reset", NULL, true, false);
        check_disturbs(w, HTTP_POST, GATEWAY "/reset", NULL, true, false); /* again the first one */
        ip4_format(w->ends[1].customer_gateway, text);
        snprintf(vip, sizeof(vip), GATEWAY "/reset?gatewayVip=%s", text);
        check_disturbs(w, HTTP_POST, vip, NULL, false, true);
        check_disturbs(w, HTTP_GET, CX1, NULL, false, false);
        check_disturbs(w, HTTP_POST, GATEWAY "/getBgpPeerStatus", NULL, false, false);
        static const char hub[] = "{\"location\":\"japaneast\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":"
                                  "[\"10.1.0.0/16\",\"10.8.0.0/16\"]},\"subnets\":[{\"name\":\"GatewaySubnet\","
                                  "\"properties\":{\"addressPrefix\":\"10.1.255.0/27\"}}]}}";
        check_disturbs(w, HTTP_PUT, HUB, hub, true, true);
        check_disturbs(w, HTTP_PUT, HUB, hub, false, false); /* the same address space */
        free(gateway);
        free(connection);
}

/* An instance that restarts has no rows. */
static void test_rows_during_reset(void **state) {
        struct world *w = *state;
        make_pairing(w);
        json_decref(expect(w, HTTP_POST, GATEWAY "/reset", NULL, 202));
        json_t *body = query(w, GATEWAY "/getBgpPeerStatus");
        assert_int_equal(json_array_size(json_at(body, "value")), 2);
        assert_string_equal(state_of(body, "169.254.22.6", "169.254.22.5"), "Connected");
        json_decref(body);
}

/* Named nowhere, the gateway's first custom address is used. */
static void test_first_custom(void **state) {
        struct world *w = *state;
        struct azure_end ends[4];
        char text[IP4_TEXT_SIZE];
        static const char body[] = "{\"location\":\"japaneast\",\"properties\":{\"connectionType\":\"IPsec\","
                                   "\"virtualNetworkGateway1\":{\"id\":\"" GATEWAY "\"},"
                                   "\"localNetworkGateway2\":{\"id\":\"" NETWORK "/localNetworkGateways/%s\"},"
                                   "\"enableBgp\":true}}";
        char *first = NULL, *second = NULL;
        make_gateway(w);
        make_local_gateway(w, "apipa", "52.1.1.1", "169.254.22.1");
        make_local_gateway(w, "private", "52.1.1.2", "172.16.0.1");
        assert_true(asprintf(&first, "%.*sapipa%s", (int)(strstr(body, "%s") - body), body, strstr(body, "%s") + 2) >
                    0);
        assert_true(asprintf(&second, "%.*sprivate%s", (int)(strstr(body, "%s") - body), body, strstr(body, "%s") + 2) >
                    0);
        json_decref(expect(w, HTTP_PUT, CX1, first, 201));
        world_settle(w);
        json_decref(expect(w, HTTP_PUT, CX4, second, 201));
        world_settle(w);
        assert_int_equal(azure_ends(w->m, ends, 4), 4);
        assert_string_equal(ip4_format(ends[0].bgp_local, text), "169.254.21.2");
        assert_string_equal(ip4_format(ends[1].bgp_local, text), "169.254.21.6");
        assert_string_equal(ip4_format(ends[2].bgp_local, text), "10.1.255.4");
        assert_string_equal(ip4_format(ends[3].bgp_local, text), "10.1.255.5");
        assert_int_equal(strlen(ends[0].psk), 128); /* Azure made one */
        free(first);
        free(second);
}

static void test_gateway_addresses(void **state) {
        struct world *w = *state;
        make_public_ips(w);
        char *body = gateway_body("[\"169.254.21.2\"]", "[]");
        json_t *g = expect(w, HTTP_PUT, GATEWAY, body, 201);
        json_t *entry = json_array_get(json_at(g, "properties.bgpSettings.bgpPeeringAddresses"), 0);
        assert_int_equal(json_array_size(json_object_get(entry, "defaultBgpIpAddresses")), 0);
        assert_null(json_object_get(entry, "tunnelIpAddresses"));
        assert_null(json_at(g, "properties.bgpSettings.bgpPeeringAddress"));
        json_decref(g);
        world_settle(w);
        g = expect(w, HTTP_GET, GATEWAY, NULL, 200);
        entry = json_array_get(json_at(g, "properties.bgpSettings.bgpPeeringAddresses"), 1);
        assert_string_equal(json_string_value(json_at(g, "properties.bgpSettings.bgpPeeringAddress")),
                            "10.1.255.4,10.1.255.5");
        assert_string_equal(json_string_value(json_array_get(json_object_get(entry, "defaultBgpIpAddresses"), 0)),
                            "10.1.255.5");
        assert_int_equal(json_array_size(json_object_get(entry, "tunnelIpAddresses")), 1);
        assert_string_equal(json_string_value(json_object_get(entry, "ipconfigurationId")), CONFIG1);
        assert_int_equal(json_integer_value(json_at(g, "properties.sku.capacity")), 2);
        assert_string_equal(json_string_value(json_at(g, "properties.packetCaptureDiagnosticState")), "None");
        json_decref(g);
        free(body);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_ends),
                TEST(test_peer_status),
                TEST(test_sibling_rows),
                TEST(test_learned),
                TEST(test_advertised_forms),
                TEST(test_status_and_bytes),
                TEST(test_disturbances),
                TEST(test_rows_during_reset),
                TEST(test_first_custom),
                TEST(test_gateway_addresses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
