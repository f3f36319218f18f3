/* SPDX-License-Identifier: Apache-2.0 */
/* Guard: one row a rule, named by it; what it never holds; that it only takes away. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "util/alloc.h"

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

/* A key that differs on tunnel 4: one disruptive step, that leaves after its hold-off. */
static void other_key(struct fixture *f) {
        strcpy(f->keys[3], "canary");
        fixture_rounds(f, 12);
}

static void all_down(struct fixture *f, const char *message) {
        for (unsigned t = 0; t < TUNNELS; t++)
                fixture_tunnel_down(f, t, message);
}

static void observe(struct fixture *f) {
        other_key(f);
        f->d.mode = MODE_OBSERVE;
}
static void repair_would_create(struct fixture *f) {
        f->d.mode = MODE_REPAIR;
        fixture_set(f, SLOT_CUSTOMER_GATEWAY, 1, FACT_ABSENT);
        fixture_rounds(f, 3);
}
static void paused(struct fixture *f) {
        other_key(f);
        f->m.paused = true;
        strcpy(f->m.paused_by, "eve");
}
static void hold_file(struct fixture *f) {
        other_key(f);
        f->c.hold_file = true;
}
static void identity(struct fixture *f) {
        other_key(f);
        f->c.azure_identity_ok = false;
        f->c.azure_identity_why = "tenant 2 is not tenant 1";
}
static void rounds(struct fixture *f) {
        other_key(f);
        f->c.complete_rounds = 1;
}
static void store(struct fixture *f) {
        other_key(f);
        f->c.store_ok = false;
}
static void vanished(struct fixture *f) {
        other_key(f);
        fixture_set(f, SLOT_VPN_CONNECTION, 0, FACT_ABSENT);
        fixture_set(f, SLOT_LOCAL_GATEWAY, 1, FACT_ABSENT);
}
static void unlisted_peering(struct fixture *f) {
        static const char *const others[] = {"to-db"};
        f->d.azure.sync_peerings = others;
        f->spoke_present[0].addr += 0x10000;
        fixture_rounds(f, 12);
}
static void somebody_elses_connection(struct fixture *f) {
        f->connections[3].common.n_tags = 0;
        other_key(f);
}
static void refused(struct fixture *f) {
        f->gateway.has_nat_rules = true;
        other_key(f);
}
static void crossed(struct fixture *f) {
        f->lngs[3].address = f->lngs[2].address;
        other_key(f);
}
static void duplicate(struct fixture *f) {
        f->duplicates[0] = (struct duplicate){"vpn1", "vpn-9"};
        f->o.aws.n_duplicates = 1;
        other_key(f);
}
static void drop_custom_address(struct fixture *f) {
        f->gateway.instances[1].n_custom_bgp = 1;
}
static void first_address_is_used(struct fixture *f) {
        drop_custom_address(f);
        f->foreign[0] = (struct foreign_connection){.id = "branch", .names_custom_address = false, .pairing = ""};
        f->o.azure.n_foreign = 1;
        fixture_rounds(f, 12);
}
static void overlapping_build(struct fixture *f) {
        f->vpc_cidrs[0] = (struct cidr){0x0a0c8000, 20};
        fixture_set(f, SLOT_CUSTOMER_GATEWAY, 1, FACT_ABSENT);
        fixture_rounds(f, 3);
}
static void unknown_member(struct fixture *f) {
        f->connections[1].bgp_enabled = false;
        f->connections[1].unknown_member = "newThing";
        fixture_rounds(f, 12);
}
static void once(struct fixture *f) {
        fixture_set(f, SLOT_LOCAL_GATEWAY, 1, FACT_ABSENT);
        fixture_round(f);
}
static void config_holdoff(struct fixture *f) {
        strcpy(f->keys[3], "canary");
        fixture_rounds(f, 10);
}
static void contested(struct fixture *f) {
        const struct step s = {.kind = STEP_SET_KEY, .finding = FINDING_PSK_MISMATCH, .finding_subject = "tunnel4"};
        for (int i = 0; i < 2; i++) {
                strcpy(f->keys[3], "canary");
                fixture_round(f);
                assert_int_equal(memory_note_step(&f->m, &f->d, &s, &f->now), 0);
                strcpy(f->keys[3], "key3");
                fixture_round(f);
        }
        other_key(f);
}
static void backoff(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS UP");
        fixture_rounds(f, 12);
        f->m.ladders[0].next_allowed_wall_ms = f->now.wall_ms + 10 * MINUTE_MS;
}
static void budget(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS UP");
        fixture_rounds(f, 12);
        f->m.ladders[0].actions_today = f->d.timing.ladder_budget;
        f->m.ladders[0].day_start_wall_ms = f->now.wall_ms;
}
static void forbidden_reset(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS UP");
        f->m.ladders[0].last = RUNG_RECREATE_CONNECTION;
        fixture_rounds(f, 12);
}
static void no_help(struct fixture *f) {
        const struct step s = {.kind = STEP_SET_KEY, .finding = FINDING_PSK_MISMATCH, .finding_subject = "tunnel4"};
        other_key(f);
        for (int i = 0; i < 3; i++)
                assert_int_equal(memory_note_step(&f->m, &f->d, &s, &f->now), 0);
        fixture_rounds(f, 15);
}
static void gateway_busy(struct fixture *f) {
        other_key(f);
        f->c.gateway_busy = true;
}
static void disruptive_elsewhere(struct fixture *f) {
        other_key(f);
        f->c.disruptive_in_flight = true;
}
static void second_write(struct fixture *f) {
        strcpy(f->keys[1], "canary");
        other_key(f);
}
static void old_proof(struct fixture *f) {
        other_key(f);
        f->o.azure.bgp.fact.seen.ms = f->now.boot.ms - f->d.timing.proof_max_age_ms - 1;
}
static void last_tunnel(struct fixture *f) {
        for (unsigned t = 0; t < 3; t++)
                fixture_tunnel_down(f, t, "IPSEC IS DOWN");
        other_key(f);
}
static void unknown_survivors(struct fixture *f) {
        for (unsigned t = 0; t < 3; t++) {
                f->vpns[t / 2].tunnels[t % 2].status = TELEMETRY_UNKNOWN;
                f->rows[2 * t].state = AZ_BGP_UNKNOWN;
        }
        other_key(f);
}
static void approval_for_own_tunnels(struct fixture *f) {
        drop_custom_address(f);
        fixture_rounds(f, 12);
}
static void approval_for_others(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS UP");
        f->d.policy.allow_gateway_reset = true;
        f->m.ladders[0].last = RUNG_RECREATE_CONNECTION;
        f->foreign[0] =
                (struct foreign_connection){.id = "branch", .names_custom_address = true, .is_up = true, .pairing = ""};
        f->o.azure.n_foreign = 1;
        fixture_rounds(f, 22);
}
static void cloud_refuses(struct fixture *f) {
        other_key(f);
        f->c.cloud_refused[STEP_SET_KEY] = f->now.boot;
        f->c.cloud_refused_why[STEP_SET_KEY] = "a lock";
}

static const struct {
        const char *name;
        void (*hurt)(struct fixture *f);
        enum step_kind kind;
        unsigned slot;
        enum guard_rule rule;
        const char *why;
} rows[] = {
        {"G1 observe", observe, STEP_SET_KEY, 3, GUARD_MODE, "Mode=observe"},
        {"G1 repair", repair_would_create, STEP_CREATE_CUSTOMER_GATEWAY, 1, GUARD_MODE, "Mode=build"},
        {"G2 paused", paused, STEP_SET_KEY, 3, GUARD_PAUSED, "eve"},
        {"G2 HOLD", hold_file, STEP_SET_KEY, 3, GUARD_PAUSED, "HOLD"},
        {"G3", identity, STEP_SET_KEY, 3, GUARD_IDENTITY, "tenant 2"},
        {"G4", rounds, STEP_SET_KEY, 3, GUARD_ROUNDS, "1 of 2"},
        {"G5", store, STEP_SET_KEY, 3, GUARD_STORE, "saved"},
        {"G6", vanished, STEP_SET_KEY, 3, GUARD_VANISHED, "gone at once"},
        {"G7 peering", unlisted_peering, STEP_SYNC_PEERING, 0, GUARD_OWNERSHIP, "SyncPeerings="},
        {"G7 tags", somebody_elses_connection, STEP_SET_KEY, 3, GUARD_OWNERSHIP, "tags"},
        {"G8 refused", refused, STEP_SET_KEY, 3, GUARD_REFUSED, "NAT rules"},
        {"G8 crossed", crossed, STEP_SET_KEY, 3, GUARD_REFUSED, "crossed-addresses"},
        {"G8 duplicate", duplicate, STEP_SET_KEY, 3, GUARD_REFUSED, "vpn-9"},
        {"G8 first address", first_address_is_used, STEP_ADD_APIPA, 0, GUARD_REFUSED, "branch"},
        {"G8 overlap", overlapping_build, STEP_CREATE_CUSTOMER_GATEWAY, 1, GUARD_REFUSED, "overlap"},
        {"G9", unknown_member, STEP_PUT_CONNECTION, 1, GUARD_UNKNOWN_MEMBER, "newThing"},
        {"G10 once", once, STEP_PUT_LOCAL_GATEWAY, 1, GUARD_HOLDOFF, "1 of 2"},
        {"G10 drift", config_holdoff, STEP_SET_KEY, 3, GUARD_HOLDOFF, "30 s more"},
        {"G11", contested, STEP_SET_KEY, 3, GUARD_CONTESTED, "twice"},
        {"G12 backoff", backoff, STEP_RESET_CONNECTION, 0, GUARD_LADDER, "10 min 0 s"},
        {"G12 budget", budget, STEP_RESET_CONNECTION, 0, GUARD_LADDER, "8 of 8"},
        {"G12 policy", forbidden_reset, STEP_RESET_INSTANCE, 0, GUARD_LADDER, "AllowGatewayReset=no"},
        {"G12 no help", no_help, STEP_SET_KEY, 3, GUARD_LADDER, "tried 3 times and still seen: 30 s more"},
        {"G13 gateway", gateway_busy, STEP_SET_KEY, 3, GUARD_BUSY, "gateway"},
        {"G13 in flight", disruptive_elsewhere, STEP_SET_KEY, 3, GUARD_BUSY, "on its way"},
        {"G13 second", second_write, STEP_SET_KEY, 3, GUARD_BUSY, "goes first"},
        {"G14", old_proof, STEP_SET_KEY, 3, GUARD_PROOF, "too old"},
        {"G15 last", last_tunnel, STEP_SET_KEY, 3, GUARD_LAST_TUNNEL, "0 proven"},
        {"G15 unknown", unknown_survivors, STEP_SET_KEY, 3, GUARD_LAST_TUNNEL, "0 proven"},
        {"G16 own", approval_for_own_tunnels, STEP_ADD_APIPA, 0, GUARD_APPROVAL, "approve"},
        {"G16 others", approval_for_others, STEP_RESET_INSTANCE, 0, GUARD_APPROVAL, "branch (up)"},
        {"G17", cloud_refuses, STEP_SET_KEY, 3, GUARD_CLOUD_REFUSES, "a lock"},
};

static void test_rules(void **state _unused_) {
        bool covered[GUARD_CLOUD_REFUSES + 1] = {[GUARD_PASS] = true};
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                begin(NULL);
                rows[i].hurt(&world);
                fixture_decide(&world);
                const struct step *s = fixture_step(&world, rows[i].kind, rows[i].slot);
                if (!s)
                        fail_msg("%s: no such step", rows[i].name);
                if (s->status != STEP_HELD || s->held_by != rows[i].rule || !strstr(s->held_why, rows[i].why))
                        fail_msg("%s: %s %s: %s", rows[i].name, step_status_to_string(s->status),
                                 guard_rule_to_string(s->held_by), s->held_why);
                assert_int_equal(plan_wants_proof(&world.plan), rows[i].rule == GUARD_PROOF);
                assert_null(strstr(s->held_why, "canary"));
                assert_null(strstr(s->reason, "canary"));
                covered[rows[i].rule] = true;
        }
        for (unsigned r = 0; r < ELEMENTSOF(covered); r++) {
                if (!covered[r])
                        fail_msg("no row for %s", guard_rule_to_string(r));
        }
}

static void test_key_passes_after_holdoff(void **state _unused_) {
        other_key(&world);
        assert_int_equal(fixture_count_ready(&world), 1);
        assert_int_equal(fixture_step(&world, STEP_SET_KEY, 3)->status, STEP_READY);
}

static void test_approval_names_the_plan(void **state _unused_) {
        approval_for_own_tunnels(&world);
        char id[17];
        memcpy(id, world.plan.id, sizeof(id));
        world.c.approved_plan = "0123456789abcdef";
        fixture_round(&world);
        assert_int_equal(fixture_count_ready(&world), 0);
        world.c.approved_plan = id;
        fixture_round(&world);
        assert_int_equal(fixture_step(&world, STEP_ADD_APIPA, 0)->status, STEP_READY);
}

static void test_refusal_is_asked_again_after_an_hour(void **state _unused_) {
        cloud_refuses(&world);
        fixture_round_after(&world, 60 * MINUTE_MS);
        assert_int_equal(fixture_step(&world, STEP_SET_KEY, 3)->status, STEP_READY);
}

static void test_proven_down_has_nothing_to_lose(void **state _unused_) {
        strcpy(world.keys[0], "canary");
        all_down(&world, "IPSEC IS DOWN");
        fixture_rounds(&world, 12);
        assert_int_equal(world.a.n_up, 0);
        assert_int_equal(fixture_count_ready(&world), 1);
        assert_int_equal(fixture_step(&world, STEP_SET_KEY, 0)->status, STEP_READY);
}

static void test_min_healthy_tunnels(void **state _unused_) {
        world.d.policy.min_healthy_tunnels = 3;
        other_key(&world);
        assert_int_equal(fixture_count_ready(&world), 1);
        fixture_tunnel_down(&world, 0, "IPSEC IS UP");
        fixture_round(&world);
        assert_int_equal(fixture_step(&world, STEP_SET_KEY, 3)->held_by, GUARD_LAST_TUNNEL);
}

/* The second half of a recreation waits for nothing that its first half has passed. */
static void test_urgent_half_is_not_held(void **state _unused_) {
        world.m.ladders[0].last = RUNG_RECREATE_CONNECTION;
        world.m.ladders[0].actions_today = 99;
        world.m.ladders[0].next_allowed_wall_ms = world.now.wall_ms + 30 * MINUTE_MS;
        fixture_set(&world, SLOT_CONNECTION, 0, FACT_ABSENT);
        all_down(&world, "IPSEC IS DOWN");
        fixture_round(&world);
        const struct step *s = fixture_step(&world, STEP_PUT_CONNECTION, 0);
        assert_true(s->is_urgent_half);
        assert_int_equal(s->status, STEP_READY);
}

static bool no_more_memory;
static void *scarce_realloc(void *p, size_t n) {
        return no_more_memory ? NULL : realloc(p, n);
}
static void *scarce_alloc(size_t n) {
        return no_more_memory ? NULL : malloc(n);
}

static void test_without_memory_everything_is_held(void **state _unused_) {
        static const struct mem_hooks hooks = {scarce_alloc, scarce_realloc, free};
        strcpy(world.keys[0], "canary");
        other_key(&world);
        assert_int_equal(fixture_count_ready(&world), 1);
        for (size_t i = 0; i < world.plan.n_steps; i++)
                world.plan.steps[i].status = STEP_READY;
        mem_set_hooks(&hooks);
        no_more_memory = true;
        int r = guard_check(&world.d, &world.o, &world.a, &world.m, &world.c, &world.now, world.arena, &world.plan);
        no_more_memory = false;
        mem_set_hooks(NULL);
        assert_int_equal(r, -ENOMEM);
        assert_int_equal(fixture_count_ready(&world), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_rules, begin, end),
                cmocka_unit_test_setup_teardown(test_key_passes_after_holdoff, begin, end),
                cmocka_unit_test_setup_teardown(test_approval_names_the_plan, begin, end),
                cmocka_unit_test_setup_teardown(test_refusal_is_asked_again_after_an_hour, begin, end),
                cmocka_unit_test_setup_teardown(test_proven_down_has_nothing_to_lose, begin, end),
                cmocka_unit_test_setup_teardown(test_min_healthy_tunnels, begin, end),
                cmocka_unit_test_setup_teardown(test_urgent_half_is_not_held, begin, end),
                cmocka_unit_test_setup_teardown(test_without_memory_everything_is_held, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
