/* SPDX-License-Identifier: Apache-2.0 */
/* Join: slots from a whole region, duplicates, foreigners, addresses in use, ages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define TAGS(owner, pairing, slot)                                                                                     \
        .tags = (const struct tag[]){{TAG_OWNER, owner}, {TAG_PAIRING, pairing}, {TAG_SLOT, slot}}, .n_tags = 3

static struct fixture world;

static int begin(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_FOUR);
        fixture_round(&world);
        return 0;
}

static int end(void **state _unused_) {
        fixture_deinit(&world);
        return 0;
}

static const struct fact known = {FACT_KNOWN, {77}, NULL};
static const struct fact unknown = {FACT_UNKNOWN, {0}, "throttled"};

static void test_slots_by_tags(void **state _unused_) {
        const struct aws_customer_gateway cgws[] = {
                {.id = "cgw-a", .state = AWS_STATE_AVAILABLE, TAGS("you", "tokyo", "cgw0")},
                {.id = "cgw-b", .state = AWS_STATE_AVAILABLE, TAGS("me", "osaka", "cgw0")},
                {.id = "cgw-c", .state = AWS_STATE_DELETED, TAGS("me", "tokyo", "cgw0")},
                {.id = "cgw-d", .state = AWS_STATE_DELETING, TAGS("me", "tokyo", "cgw0")},
                {.id = "cgw-e", .state = AWS_STATE_PENDING, TAGS("me", "tokyo", "cgw1")},
        };
        const struct aws_vpn_gateway vgws[] = {
                {.id = "vgw-9",
                 .state = AWS_STATE_AVAILABLE,
                 .attached_vpc_id = "vpc-0",
                 .attachment_state = AWS_STATE_BUSY,
                 .tags = NULL},
                {.id = "vgw-1",
                 .state = AWS_STATE_AVAILABLE,
                 .attached_vpc_id = "",
                 .attachment_state = AWS_STATE_DELETED,
                 TAGS("me", "tokyo", "vgw")},
        };
        const struct aws_vpn_connection vpns[] = {
                {.id = "vpn-3", .state = AWS_STATE_AVAILABLE, .vpn_gateway_id = "vgw-1", TAGS("me", "tokyo", "vpn0")},
                {.id = "vpn-1", .state = AWS_STATE_PENDING, .vpn_gateway_id = "vgw-1", TAGS("me", "tokyo", "vpn0")},
                {.id = "vpn-2", .state = AWS_STATE_AVAILABLE, .vpn_gateway_id = "vgw-1", TAGS("me", "tokyo", "vpn0")},
                {.id = "vpn-4",
                 .state = AWS_STATE_AVAILABLE,
                 .vpn_gateway_id = "vgw-1",
                 .n_tunnels = 1,
                 .tunnels = {{.inside = {0xa9fe1508, 30}}}},
        };
        const struct aws_inventory inventory = {
                .vpcs_fact = known,
                .route_tables_fact = unknown,
                .customer_gateways_fact = known,
                .vpn_gateways_fact = known,
                .vpn_connections_fact = known,
                .customer_gateways = cgws,
                .n_customer_gateways = ELEMENTSOF(cgws),
                .vpn_gateways = vgws,
                .n_vpn_gateways = ELEMENTSOF(vgws),
                .vpn_connections = vpns,
                .n_vpn_connections = ELEMENTSOF(vpns),
        };
        struct observed_aws o;
        assert_int_equal(join_aws(&world.d, &inventory, world.arena, &o), 0);
        assert_int_equal(o.customer_gateway[0].fact.state, FACT_ABSENT);
        assert_int_equal(o.customer_gateway[0].fact.seen.ms, 77);
        assert_int_equal(o.customer_gateway[1].fact.state, FACT_KNOWN); /* pending is there */
        assert_string_equal(o.vpn_gateway.value->id, "vgw-1");
        assert_string_equal(o.foreign_vgw, "vgw-9");
        assert_int_equal(o.vpc.fact.state, FACT_ABSENT);
        assert_int_equal(o.route_table[1].fact.state, FACT_UNKNOWN);
        assert_string_equal(o.route_table[1].fact.why, "throttled");
        /* the smallest id keeps the slot */
        assert_string_equal(o.vpn[0].value->id, "vpn-1");
        assert_int_equal(o.vpn[1].fact.state, FACT_ABSENT);
        assert_int_equal(o.n_duplicates, 2);
        assert_string_equal(o.duplicates[0].slot, "vpn0");
        assert_string_equal(o.duplicates[0].id, "vpn-3");
        assert_string_equal(o.duplicates[1].id, "vpn-2");
        assert_int_equal(o.n_foreign_inside, 1);
}

static void test_foreign_connections(void **state _unused_) {
        struct az_connection all[5];
        for (unsigned i = 0; i < 5; i++)
                all[i] = world.connections[0];
        all[0].common.name = "TOKYO-conn1"; /* ours, whatever the letters */
        all[1].common.tags = NULL;          /* our name, somebody else's resource */
        all[1].common.n_tags = 0;
        all[1].common.id = "stranger";
        all[1].n_custom_bgp = 0;
        all[2].gateway_id = "another";
        all[3].common.tags = (const struct tag[]){{TAG_OWNER, "me"}, {TAG_PAIRING, "osaka"}, {TAG_SLOT, "conn3"}};
        all[3].common.n_tags = 3;
        all[3].common.name = "osaka-conn3";
        all[3].status = AZ_CONNECTION_NOT_CONNECTED;
        all[4].common.name = "static";
        all[4].common.id = "static";
        all[4].bgp_enabled = false;
        all[4].n_custom_bgp = 0;
        all[4].status = AZ_CONNECTION_UNKNOWN;
        assert_int_equal(join_foreign(&world.d, all, 5, &known, world.arena, &world.o.azure), 0);
        const struct foreign_connection *f = world.o.azure.foreign.value;
        assert_int_equal(world.o.azure.n_foreign, 3);
        assert_string_equal(f[0].id, "stranger");
        assert_false(f[0].names_custom_address);
        assert_true(f[0].is_up);
        assert_string_equal(f[1].pairing, "osaka");
        assert_int_equal(f[1].tunnel, 2);
        assert_int_equal(f[1].n_custom, 2);
        assert_false(f[1].is_up);
        assert_true(f[2].names_custom_address); /* without BGP it uses none */
        assert_true(f[2].is_up);
        assert_int_equal(join_foreign(&world.d, NULL, 0, &unknown, world.arena, &world.o.azure), 0);
        assert_int_equal(world.o.azure.foreign.fact.state, FACT_UNKNOWN);
}

static void forget_connections(void) {
        for (unsigned i = 0; i < INSTANCES; i++)
                fixture_set(&world, SLOT_VPN_CONNECTION, i, FACT_ABSENT);
}

static uint32_t inside_after_join(unsigned t, const struct cidr *reserved, size_t n) {
        join_addresses(&world.d, reserved, n, &world.o);
        assert_true(world.o.addresses_known);
        return world.o.addresses.inside[t].addr;
}

static void test_addresses(void **state _unused_) {
        const struct cidr reserved[] = {{0xa9fe1600, 30}};
        /* in use, whatever others reserve */
        assert_int_equal(inside_after_join(3, reserved, 1), 0xa9fe1604);
        /* half in use: the rest of the same block */
        world.vpns[0].tunnels[0].inside = (struct cidr){0xa9fe1510, 30};
        world.vpns[0].tunnels[1].inside = (struct cidr){0xa9fe1610, 30};
        fixture_set(&world, SLOT_VPN_CONNECTION, 1, FACT_ABSENT);
        assert_int_equal(inside_after_join(0, NULL, 0), 0xa9fe1510);
        assert_int_equal(inside_after_join(3, NULL, 0), 0xa9fe1614);
        /* half in use and its block is no block: the lowest free one */
        world.vpns[0].tunnels[1].inside = (struct cidr){0xa9fe1618, 30};
        assert_int_equal(inside_after_join(2, NULL, 0), 0xa9fe1504);
        /* nothing in use: the lowest that neither other pairings nor foreign connections touch */
        forget_connections();
        assert_int_equal(inside_after_join(0, NULL, 0), 0xa9fe1500);
        assert_int_equal(inside_after_join(0, reserved, 1), 0xa9fe1508);
        world.foreign[0] = (struct foreign_connection){
                .id = "x", .pairing = "", .names_custom_address = true, .custom = {{0xa9fe160a}}, .n_custom = 1};
        world.o.azure.n_foreign = 1;
        assert_int_equal(inside_after_join(0, reserved, 1), 0xa9fe1510);
        /* one that names none uses the first of each instance */
        world.foreign[0] = (struct foreign_connection){.id = "x", .pairing = ""};
        assert_int_equal(inside_after_join(0, NULL, 0), 0xa9fe1508);
        /* pinned */
        for (unsigned t = 0; t < TUNNELS; t++)
                world.d.inside[t] = (struct cidr){0xa9fe15c0 + 4 * t, 30};
        world.d.addresses_pinned = true;
        assert_int_equal(inside_after_join(3, reserved, 1), 0xa9fe15cc);
}

static void test_pinned_order_decides(void **state _unused_) {
        world.d.addresses_pinned = true;
        memcpy(world.d.inside, world.o.addresses.inside, sizeof(world.d.inside));
        world.d.inside[0] = world.o.addresses.inside[1];
        world.d.inside[1] = world.o.addresses.inside[0];
        assert_int_equal(inside_after_join(0, NULL, 0), 0xa9fe1600);
        assert_ptr_equal(tunnel_aws_end(&world.o, 0), &world.vpns[0].tunnels[1]);
}

static void test_addresses_need_facts(void **state _unused_) {
        fixture_set(&world, SLOT_VPN_CONNECTION, 1, FACT_UNKNOWN);
        join_addresses(&world.d, NULL, 0, &world.o);
        assert_false(world.o.addresses_known);
        forget_connections();
        world.o.azure.foreign.fact.state = FACT_UNKNOWN;
        join_addresses(&world.d, NULL, 0, &world.o);
        assert_false(world.o.addresses_known);
        world.o.azure.gateway.fact.state = FACT_ABSENT; /* nobody can be on it */
        assert_int_equal(inside_after_join(0, NULL, 0), 0xa9fe1500);
}

static void test_names(void **state _unused_) {
        assert_string_equal(pairing_public_ip_name(world.arena, &world.d, 0), "tokyo-pip0");
        assert_string_equal(pairing_local_gateway_name(world.arena, &world.d, 0), "tokyo-lng1");
        assert_string_equal(pairing_connection_name(world.arena, &world.d, 3), "tokyo-conn4");
        assert_string_equal(pairing_slot_name(STEP_CREATE_CUSTOMER_GATEWAY, 1), "cgw1");
        assert_null(pairing_slot_name(STEP_SET_KEY, 1));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_slots_by_tags, begin, end),
                cmocka_unit_test_setup_teardown(test_foreign_connections, begin, end),
                cmocka_unit_test_setup_teardown(test_addresses, begin, end),
                cmocka_unit_test_setup_teardown(test_pinned_order_decides, begin, end),
                cmocka_unit_test_setup_teardown(test_addresses_need_facts, begin, end),
                cmocka_unit_test_setup_teardown(test_names, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
