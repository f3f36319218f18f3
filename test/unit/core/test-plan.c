/* SPDX-License-Identifier: Apache-2.0 */
/* Plan: the order of a build, intents, the ladder with its hold-offs, both forms of a change of address space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

static struct fixture world;

static int begin(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_FOUR);
        fixture_rounds(&world, 3);
        return 0;
}

static int end(void **state _unused_) {
        fixture_deinit(&world);
        return 0;
}

static void start_empty(enum topology topology) {
        fixture_init(&world, topology);
        for (unsigned i = 0; i < SLOTS; i++)
                fixture_set(&world, slot_at(i)->kind, slot_at(i)->index, FACT_ABSENT);
        for (unsigned r = 0; r < 2; r++)
                world.tables[r].n_propagating_vgws = 0;
        fixture_live(&world);
        fixture_rounds(&world, 2);
}

static enum step_status status_of(enum step_kind kind, unsigned slot) {
        const struct step *s = fixture_step(&world, kind, slot);
        if (!s)
                fail_msg("no step %s %u", step_kind_to_string(kind), slot);
        return s->status;
}

static const char *waits_for(enum step_kind kind, unsigned slot) {
        assert_int_equal(status_of(kind, slot), STEP_WAITING);
        return fixture_step(&world, kind, slot)->waits_for;
}

static void make(enum slot_kind kind, unsigned index) {
        fixture_put(&world, slot_of(kind, index));
        fixture_round(&world);
}

static void test_build_is_visible_from_the_start(void **state _unused_) {
        start_empty(TOPOLOGY_FOUR);
        /* 2 public IPs, gateway, 2 customer gateways, VPN gateway, attach, 2 connections, 2 tables, 4 LNG, 4
         * connections */
        assert_int_equal(world.plan.n_steps, 19);
        assert_int_equal(fixture_count_ready(&world), 2);
        assert_int_equal(world.plan.steps[0].kind, STEP_CREATE_PUBLIC_IP);
        assert_string_equal(waits_for(STEP_CREATE_GATEWAY, 0), "public IP 0");
        assert_string_equal(waits_for(STEP_PUT_LOCAL_GATEWAY, 3), "VPN connection 1");
        assert_string_equal(waits_for(STEP_PUT_CONNECTION, 3), "the Azure VPN gateway");
        assert_string_equal(fixture_step(&world, STEP_CREATE_GATEWAY, 0)->billed,
                            "Azure VPN gateway VpnGw2AZ, per hour");
        start_empty(TOPOLOGY_TWO);
        assert_int_equal(world.plan.n_steps, 15);
        assert_null(fixture_step(&world, STEP_PUT_CONNECTION, 1));
}

/* AWS's side goes on beside the Azure gateway, which takes most of the time. */
static void test_build_order(void **state _unused_) {
        start_empty(TOPOLOGY_FOUR);
        make(SLOT_PUBLIC_IP, 0);
        world.pips[0].address.addr = 0;
        make(SLOT_PUBLIC_IP, 1);
        assert_string_equal(waits_for(STEP_CREATE_GATEWAY, 0), "public IP 0");
        make(SLOT_PUBLIC_IP, 0);
        assert_int_equal(status_of(STEP_CREATE_GATEWAY, 0), STEP_READY);
        assert_int_equal(status_of(STEP_CREATE_CUSTOMER_GATEWAY, 0), STEP_WAITING);
        fixture_put(&world, slot_of(SLOT_GATEWAY, 0));
        world.gateway.common.provisioning = AZ_BUSY;
        for (unsigned i = 0; i < INSTANCES; i++)
                world.gateway.instances[i].public_ip.addr = 0;
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_BUILDING);
        assert_int_equal(status_of(STEP_CREATE_CUSTOMER_GATEWAY, 0), STEP_READY);
        assert_int_equal(status_of(STEP_CREATE_VPN_GATEWAY, 0), STEP_READY);
        assert_string_equal(waits_for(STEP_ATTACH_VPN_GATEWAY, 0), "the AWS VPN gateway");
        make(SLOT_CUSTOMER_GATEWAY, 0);
        fixture_put(&world, slot_of(SLOT_VPN_GATEWAY, 0));
        world.vgw.attached_vpc_id = "";
        world.vgw.attachment_state = AWS_STATE_DELETED;
        fixture_round(&world);
        assert_int_equal(status_of(STEP_ATTACH_VPN_GATEWAY, 0), STEP_READY);
        assert_int_equal(status_of(STEP_CREATE_VPN_CONNECTION, 0), STEP_READY);
        assert_string_equal(waits_for(STEP_CREATE_VPN_CONNECTION, 1), "customer gateway 1");
        assert_string_equal(waits_for(STEP_ENABLE_PROPAGATION, 1), "the attachment of the AWS VPN gateway");
        make(SLOT_VPN_CONNECTION, 0);
        assert_int_equal(status_of(STEP_PUT_LOCAL_GATEWAY, 0), STEP_READY);
        assert_int_equal(status_of(STEP_PUT_LOCAL_GATEWAY, 2), STEP_WAITING);
        make(SLOT_LOCAL_GATEWAY, 0);
        make(SLOT_LOCAL_GATEWAY, 1);
        assert_string_equal(waits_for(STEP_PUT_CONNECTION, 0), "the Azure VPN gateway");
        make(SLOT_GATEWAY, 0);
        assert_int_equal(status_of(STEP_PUT_CONNECTION, 0), STEP_READY);
        /* serial on the gateway */
        assert_int_equal(status_of(STEP_PUT_CONNECTION, 1), STEP_HELD);
        assert_int_equal(fixture_step(&world, STEP_PUT_CONNECTION, 1)->held_by, GUARD_BUSY);
        world.vpns[0].tunnels[0].psk = "";
        fixture_round(&world);
        assert_string_equal(waits_for(STEP_PUT_CONNECTION, 0), "the pre-shared key that AWS keeps");
}

static void test_adopted_gateway_needs_no_public_ips(void **state _unused_) {
        fixture_set(&world, SLOT_PUBLIC_IP, 0, FACT_ABSENT);
        fixture_set(&world, SLOT_PUBLIC_IP, 1, FACT_ABSENT);
        memory_resume(&world.m);
        fixture_round(&world);
        assert_int_equal(world.plan.n_steps, 0);
        /* instances are public IPs: the other order of ipConfigurations changes nothing */
        struct az_instance first = world.gateway.instances[0];
        world.gateway.instances[0] = world.gateway.instances[1];
        world.gateway.instances[1] = first;
        fixture_round(&world);
        assert_int_equal(gateway_instance(&world.o, 0), 1);
        assert_int_equal(world.a.n_findings, 0);
        assert_int_equal(world.a.n_proven_up, 4);
}

static void test_intent_stops_a_second_create(void **state _unused_) {
        struct intent intent = {.kind = STEP_CREATE_CUSTOMER_GATEWAY, .slot = 1}, *added;
        fixture_set(&world, SLOT_CUSTOMER_GATEWAY, 1, FACT_ABSENT);
        fixture_rounds(&world, 2);
        /* the pairing was complete before: somebody may be at work on it */
        assert_int_equal(fixture_step(&world, STEP_CREATE_CUSTOMER_GATEWAY, 1)->held_by, GUARD_HOLDOFF);
        fixture_rounds(&world, 12);
        assert_int_equal(status_of(STEP_CREATE_CUSTOMER_GATEWAY, 1), STEP_READY);
        intent.sent_wall_ms = world.now.wall_ms;
        assert_int_equal(memory_add_intent(&world.m, &intent, &added), 0);
        fixture_decide(&world);
        assert_string_equal(waits_for(STEP_CREATE_CUSTOMER_GATEWAY, 1), "created, not yet listed");
        assert_null(memory_intent(&world.m, STEP_CREATE_CUSTOMER_GATEWAY, 0, ""));
        /* settled by the clock, but the reading is older */
        fixture_rounds(&world, 3);
        world.now.boot.ms += 60000;
        world.now.wall_ms += 60000;
        fixture_decide(&world);
        assert_int_equal(status_of(STEP_CREATE_CUSTOMER_GATEWAY, 1), STEP_WAITING);
        fixture_round(&world);
        assert_int_equal(status_of(STEP_CREATE_CUSTOMER_GATEWAY, 1), STEP_READY);
        memory_drop_intent(&world.m, memory_intent(&world.m, STEP_CREATE_CUSTOMER_GATEWAY, 1, ""));
        assert_int_equal(world.m.n_intents, 0);
}

static void test_long_operation_is_running(void **state _unused_) {
        struct intent intent = {.kind = STEP_SET_KEY, .slot = 3}, *added;
        strcpy(world.keys[1], "other");
        strcpy(world.keys[3], "other");
        fixture_rounds(&world, 12);
        intent.sent_wall_ms = world.now.wall_ms;
        assert_int_equal(memory_add_intent(&world.m, &intent, &added), 0);
        fixture_round(&world);
        assert_int_equal(status_of(STEP_SET_KEY, 3), STEP_RUNNING);
        assert_int_equal(fixture_step(&world, STEP_SET_KEY, 1)->held_by, GUARD_BUSY);
        memory_drop_intent(&world.m, memory_intent(&world.m, STEP_SET_KEY, 3, ""));
        fixture_round(&world);
        assert_int_equal(status_of(STEP_SET_KEY, 1), STEP_READY);
}

/* The hub changed: it drops BGP once and heals. Nothing is written while the spoke's link is right. */
static void test_vnet_change_heals_by_itself(void **state _unused_) {
        world.vnet_prefixes[1] = (struct cidr){0x0a0f0000, 16};
        world.vnet.n_prefixes = 2;
        world.o.azure.n_spokes = 0;
        for (unsigned r = 0; r < 2; r++)
                world.routes[r][1].destination = world.vnet_prefixes[1];
        for (unsigned t = 0; t < TUNNELS; t++)
                fixture_tunnel_down(&world, t, "IPSEC IS UP");
        /* ten minutes, although everything that is down waits only three */
        for (unsigned round = 0; round < 20; round++) {
                fixture_round(&world);
                assert_int_equal(fixture_count_ready(&world), 0);
        }
        fixture_live(&world);
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_HEALTHY);
        assert_int_equal(world.plan.n_steps, 0);
}

static void test_spoke_change_is_one_sync_of_the_hub(void **state _unused_) {
        world.spoke_present[1] = (struct cidr){0x0a0e0000, 16};
        world.hub_side.n_remote_present = 2;
        world.hub_side.sync = AZ_SYNC_REMOTE_NOT;
        world.spoke_side.sync = AZ_SYNC_LOCAL_NOT;
        fixture_rounds(&world, 12);
        assert_int_equal(world.plan.n_steps, 1);
        assert_int_equal(status_of(STEP_SYNC_PEERING, 0), STEP_READY);
        assert_string_equal(world.plan.steps[0].target, "to-app");
        assert_string_equal(world.plan.steps[0].target_id, world.hub_side.common.id);
        assert_false(world.plan.steps[0].is_disruptive);
}

static void test_hub_change_is_one_sync_of_the_spoke(void **state _unused_) {
        world.vnet_prefixes[1] = (struct cidr){0x0a0f0000, 16};
        world.vnet.n_prefixes = world.spoke_side.n_remote_present = 2;
        for (unsigned r = 0; r < 2; r++) {
                world.routes[r][2] = (struct aws_route){world.vnet_prefixes[1], "vgw-0", true, AWS_ROUTE_ACTIVE};
                world.tables[r].n_routes = 3;
        }
        fixture_rounds(&world, 12);
        assert_int_equal(world.plan.n_steps, 1);
        assert_string_equal(world.plan.steps[0].target, "to-app");
        assert_string_equal(world.plan.steps[0].target_id, world.spoke_side.common.id);
        /* the hub's word alone, beside a spoke that was read before: not known yet which link is old */
        begin(NULL);
        world.hub_side.sync = AZ_SYNC_REMOTE_NOT;
        fixture_rounds(&world, 12);
        assert_non_null(assessment_find(&world.a, FINDING_PEERING_OUT_OF_SYNC, "peering:to-app"));
        assert_int_equal(world.plan.n_steps, 0);
        /* a spoke that we may not read has no link to sync */
        world.spoke.spoke_side = NULL;
        fixture_round(&world);
        assert_int_equal(world.plan.n_steps, 0);
        assert_int_equal(world.a.n_findings, 1);
}

/* Rounds until some step is ready; 0 if none is within the limit. */
static unsigned rounds_until_ready(unsigned limit) {
        for (unsigned n = 1; n <= limit; n++) {
                fixture_round(&world);
                if (fixture_count_ready(&world) > 0)
                        return n;
        }
        return 0;
}

static void test_holdoffs(void **state _unused_) {
        static const struct {
                const char *name;
                unsigned down;                        /* bit t */
                int64_t aws_change_ms, gateway_op_ms; /* ago; 0: never */
                unsigned rounds;                      /* of 30 s */
        } cases[] = {
                {"one tunnel", 0x1, 0, 0, 11},
                {"one of each instance", 0x5, 0, 0, 11},
                {"both of an instance", 0x3, 0, 0, 21},
                {"everything", 0xf, 0, 0, 7},
                {"after a change at AWS", 0x1, 60000, 0, 28},
                {"after a gateway operation", 0x1, 0, 60000, 28},
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                begin(NULL);
                if (cases[i].aws_change_ms > 0)
                        world.m.last_aws_change_wall_ms = world.now.wall_ms - cases[i].aws_change_ms;
                if (cases[i].gateway_op_ms > 0)
                        world.m.last_gateway_op_wall_ms = world.now.wall_ms - cases[i].gateway_op_ms;
                for (unsigned t = 0; t < TUNNELS; t++) {
                        if (cases[i].down & (1u << t))
                                fixture_tunnel_down(&world, t, "IPSEC IS UP");
                }
                unsigned n = rounds_until_ready(60);
                if (n != cases[i].rounds)
                        fail_msg("%s: %u rounds", cases[i].name, n);
                assert_int_equal(fixture_count_ready(&world), 1);
                assert_int_equal(status_of(STEP_RESET_CONNECTION, 0), STEP_READY);
        }
}

static void take(const struct step *s) {
        assert_int_equal(memory_note_step(&world.m, &world.d, s, &world.now), 0);
}

/* One tunnel that nothing helps: each rung once, further and further apart, then loudly nothing. */
static void test_ladder(void **state _unused_) {
        static const struct {
                enum step_kind kind;
                int64_t backoff_ms; /* after it */
        } rungs[] = {
                {STEP_RESET_CONNECTION, 5 * MINUTE_MS},
                {STEP_REPLACE_TUNNEL, 15 * MINUTE_MS}, /* backoff 10, but a change at AWS is waited out */
                {STEP_DELETE_CONNECTION, 20 * MINUTE_MS},
                {STEP_RESET_INSTANCE, 0}, /* nothing comes after it */
        };
        world.d.policy.allow_tunnel_replace = world.d.policy.allow_gateway_reset = true;
        fixture_tunnel_down(&world, 2, "IPSEC IS UP");
        assert_int_equal(rounds_until_ready(20), 11);
        for (size_t i = 0; i < ELEMENTSOF(rungs); i++) {
                unsigned slot = rungs[i].kind == STEP_RESET_INSTANCE ? 1 : 2;
                assert_int_equal(fixture_count_ready(&world), 1);
                const struct step *s = fixture_step(&world, rungs[i].kind, slot);
                if (!s || s->status != STEP_READY)
                        fail_msg("rung %zu", i);
                if (rungs[i].kind == STEP_DELETE_CONNECTION)
                        assert_true(fixture_step(&world, STEP_PUT_CONNECTION, 2)->is_urgent_half);
                take(s);
                int64_t sent_ms = world.now.wall_ms;
                if (rungs[i].kind == STEP_RESET_INSTANCE) {
                        assert_int_equal(world.m.ladders[3].last, RUNG_RESET_INSTANCE);
                        break;
                }
                assert_true(rounds_until_ready(200) > 0);
                assert_int_equal(world.now.wall_ms - sent_ms, rungs[i].backoff_ms);
        }
        assert_int_equal(rounds_until_ready(200), 0);
        assert_non_null(assessment_find(&world.a, FINDING_GAVE_UP, "tunnel3"));
}

/* A busy gateway says nothing about whether the reset would have helped. */
static void test_a_refused_step_is_no_try(void **state _unused_) {
        fixture_tunnel_down(&world, 2, "IPSEC IS UP");
        assert_int_equal(rounds_until_ready(20), 11);
        for (unsigned i = 0; i < 3; i++) {
                const struct step *s = fixture_step(&world, STEP_RESET_CONNECTION, 2);
                take(s);
                memory_unnote_step(&world.m, s->kind, s->finding, s->finding_subject, s->blast);
                assert_int_equal(rounds_until_ready(3), 1);
        }
        assert_int_equal(world.m.ladders[2].actions_today, 0);
        assert_int_equal(world.m.ladders[2].last, RUNG_NONE);
}

static void test_ladder_without_permission(void **state _unused_) {
        fixture_tunnel_down(&world, 2, "IPSEC IS UP");
        world.m.ladders[2].last = RUNG_RESET_CONNECTION;
        assert_int_equal(rounds_until_ready(20), 11);
        assert_int_equal(status_of(STEP_DELETE_CONNECTION, 2), STEP_READY);
        take(fixture_step(&world, STEP_DELETE_CONNECTION, 2));
        assert_int_equal(rounds_until_ready(100), 0);
        assert_int_equal(fixture_step(&world, STEP_RESET_INSTANCE, 1)->held_by, GUARD_LADDER);
        assert_non_null(assessment_find(&world.a, FINDING_GAVE_UP, "tunnel3"));
}

static void test_ladder_starts_afresh_after_a_healthy_hour(void **state _unused_) {
        world.m.ladders[0] = (struct ladder){.last = RUNG_RECREATE_CONNECTION, .actions_today = 3, .tries = 1};
        world.m.ladders[0].day_start_wall_ms = world.now.wall_ms;
        fixture_rounds(&world, 120);
        assert_int_equal(world.m.ladders[0].last, RUNG_RECREATE_CONNECTION);
        fixture_rounds(&world, 2);
        assert_int_equal(world.m.ladders[0].last, RUNG_NONE);
        assert_int_equal(world.m.ladders[0].actions_today, 3);
        fixture_round_after(&world, 24 * 60 * MINUTE_MS);
        assert_int_equal(world.m.ladders[0].actions_today, 0);
}

/* With everything down, one tunnel at a time, the mildest rung first. */
static void test_mildest_first(void **state _unused_) {
        for (unsigned t = 0; t < TUNNELS; t++)
                fixture_tunnel_down(&world, t, "IPSEC IS DOWN");
        world.m.ladders[0].last = RUNG_RESET_CONNECTION;
        assert_int_equal(rounds_until_ready(20), 7);
        assert_int_equal(fixture_count_ready(&world), 1);
        assert_int_equal(status_of(STEP_RESET_CONNECTION, 1), STEP_READY);
        assert_int_equal(fixture_step(&world, STEP_DELETE_CONNECTION, 0)->held_by, GUARD_BUSY);
}

static void test_no_rung_without_a_reason(void **state _unused_) {
        /* drift first */
        fixture_tunnel_down(&world, 0, "IPSEC IS DOWN");
        strcpy(world.keys[0], "other");
        fixture_rounds(&world, 40);
        assert_int_equal(world.plan.n_steps, 1);
        assert_int_equal(status_of(STEP_SET_KEY, 0), STEP_READY);
        /* UNKNOWN */
        begin(NULL);
        world.vpns[0].tunnels[0].status = TELEMETRY_UNKNOWN;
        world.rows[0].state = AZ_BGP_UNKNOWN;
        fixture_rounds(&world, 40);
        assert_int_equal(world.a.tunnels[0].state, TUNNEL_UNKNOWN);
        assert_int_equal(world.plan.n_steps, 0);
        /* the clouds disagree */
        begin(NULL);
        world.rows[0].state = AZ_BGP_CONNECTING;
        fixture_rounds(&world, 40);
        assert_int_equal(world.plan.n_steps, 0);
        /* the platform works on it */
        begin(NULL);
        fixture_tunnel_down(&world, 0, "IPSEC IS UP");
        world.vpns[0].state = AWS_STATE_BUSY;
        fixture_rounds(&world, 40);
        assert_string_equal(waits_for(STEP_RESET_CONNECTION, 0), "VPN connection 0");
}

/* New pinned addresses: gateway first, then AWS, and what follows is not held any more. */
static void test_readdressing_is_one_unit(void **state _unused_) {
        struct az_custom_bgp *own = &world.connections[0].custom_bgp[0];
        memcpy(world.d.inside, world.o.addresses.inside, sizeof(world.d.inside));
        world.d.inside[0] = (struct cidr){0xa9fe1508, 30};
        world.d.addresses_pinned = true;
        fixture_rounds(&world, 12);
        assert_string_equal(waits_for(STEP_MODIFY_TUNNEL, 0), "the custom addresses of the Azure VPN gateway");
        assert_int_equal(fixture_step(&world, STEP_ADD_APIPA, 0)->held_by, GUARD_APPROVAL);
        struct az_instance *x = &world.gateway.instances[0];
        x->custom_bgp[x->n_custom_bgp++] = inside_azure(world.d.inside[0]);
        fixture_round(&world);
        assert_int_equal(status_of(STEP_MODIFY_TUNNEL, 0), STEP_READY);
        assert_int_equal(fixture_step(&world, STEP_MODIFY_TUNNEL, 0)->fields, TUNNEL_FIELD_INSIDE_CIDR);
        take(fixture_step(&world, STEP_MODIFY_TUNNEL, 0));
        world.vpns[0].tunnels[0].inside = world.d.inside[0];
        for (unsigned t = 0; t < TUNNELS; t++)
                fixture_tunnel_down(&world, t, "IPSEC IS UP");
        fixture_round(&world);
        assert_true(fixture_step(&world, STEP_PUT_LOCAL_GATEWAY, 0)->is_urgent_half);
        assert_int_equal(status_of(STEP_PUT_LOCAL_GATEWAY, 0), STEP_READY);
        world.lngs[0].bgp_address = inside_aws(world.d.inside[0]);
        fixture_round(&world);
        assert_int_equal(status_of(STEP_PUT_CONNECTION, 0), STEP_READY);
        own->address = inside_azure(world.d.inside[0]);
        fixture_round(&world);
        assert_null(fixture_step(&world, STEP_PUT_CONNECTION, 0));
}

static void test_startup_is_one_field(void **state _unused_) {
        world.vpns[1].tunnels[0].startup_start = false;
        fixture_rounds(&world, 12);
        assert_int_equal(world.plan.n_steps, 1);
        assert_int_equal(fixture_step(&world, STEP_MODIFY_TUNNEL, 2)->fields, TUNNEL_FIELD_STARTUP);
        assert_int_equal(status_of(STEP_MODIFY_TUNNEL, 2), STEP_READY);
}

static void test_plan_id_ignores_time(void **state _unused_) {
        strcpy(world.keys[3], "other");
        fixture_round(&world);
        char id[17];
        memcpy(id, world.plan.id, sizeof(id));
        fixture_rounds(&world, 20);
        assert_string_equal(world.plan.id, id);
        strcpy(world.keys[2], "other");
        fixture_round(&world);
        assert_string_not_equal(world.plan.id, id);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_build_is_visible_from_the_start, begin, end),
                cmocka_unit_test_setup_teardown(test_build_order, begin, end),
                cmocka_unit_test_setup_teardown(test_adopted_gateway_needs_no_public_ips, begin, end),
                cmocka_unit_test_setup_teardown(test_intent_stops_a_second_create, begin, end),
                cmocka_unit_test_setup_teardown(test_long_operation_is_running, begin, end),
                cmocka_unit_test_setup_teardown(test_vnet_change_heals_by_itself, begin, end),
                cmocka_unit_test_setup_teardown(test_spoke_change_is_one_sync_of_the_hub, begin, end),
                cmocka_unit_test_setup_teardown(test_hub_change_is_one_sync_of_the_spoke, begin, end),
                cmocka_unit_test_setup_teardown(test_holdoffs, begin, end),
                cmocka_unit_test_setup_teardown(test_ladder, begin, end),
                cmocka_unit_test_setup_teardown(test_ladder_without_permission, begin, end),
                cmocka_unit_test_setup_teardown(test_a_refused_step_is_no_try, begin, end),
                cmocka_unit_test_setup_teardown(test_ladder_starts_afresh_after_a_healthy_hour, begin, end),
                cmocka_unit_test_setup_teardown(test_mildest_first, begin, end),
                cmocka_unit_test_setup_teardown(test_no_rung_without_a_reason, begin, end),
                cmocka_unit_test_setup_teardown(test_readdressing_is_one_unit, begin, end),
                cmocka_unit_test_setup_teardown(test_startup_is_one_field, begin, end),
                cmocka_unit_test_setup_teardown(test_plan_id_ignores_time, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
