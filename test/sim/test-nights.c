/* SPDX-License-Identifier: Apache-2.0 */
/* Nights: several things go wrong at once, and people take part. Default times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define MINUTE (60 * SECOND_MS)
#define CONNECTION WORLD_GROUP "/providers/Microsoft.Network/connections/" WORLD_PAIRING "-conn"
#define LOCAL_GATEWAY WORLD_GROUP "/providers/Microsoft.Network/localNetworkGateways/" WORLD_PAIRING "-lng"

static struct world *built_with(const char *pairing) {
        struct world *w = world_new(&(struct world_options){.seed = 3, .mode = "build", .pairing = pairing});
        assert_true(world_run_until(w, world_is_healthy, 90 * MINUTE));
        world_run(w, 20 * MINUTE);
        assert_true(world_is_healthy(w));
        world_watch_links(w);
        return w;
}

static struct world *built(void) {
        return built_with(NULL);
}

static void heals(struct world *w, int64_t within_ms) {
        bool ok = world_run_until(w, world_is_healthy, within_ms) && world_links_up(w) == 4;
        if (!ok)
                world_explain(w);
        assert_true(ok);
}

static void break_tunnel(struct world *w, unsigned t, const char *fault) {
        world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"%s\"}", world_outside(w, t), fault);
}

/* Both tunnels of one instance: one that a reset heals, one that nothing on Azure's side does. */
static void both_tunnels_of_an_instance(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        break_tunnel(w, 1, "endpoint-broken");
        break_tunnel(w, 2, "ipsec-stuck");
        world_run(w, 9 * MINUTE);
        assert_int_equal(world_writes(w), before); /* an instance has 10 minutes */
        world_run(w, 24 * 60 * MINUTE);
        assert_int_equal(world_min_links(w), 2);
        assert_int_equal(world_links_up(w), 3);
        assert_true(world_has_finding(w, "gave-up"));
        /* two resets, one recreation (two writes), then nobody but a person */
        assert_int_equal(world_writes(w), before + 4);
        world_admin(w, "heal-all", "{}");
        heals(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), before + 4);
}

/* Some finding's cause says why sessions come and go. */
static bool names_hold_timer(struct world *w) {
        json_t *status = world_get(w, "/v1/status"), *findings, *f;
        size_t i;
        bool is_named = false;
        findings = json_object_get(json_array_get(json_object_get(status, "pairings"), 0), "findings");
        json_array_foreach(findings, i, f) {
                const char *cause = json_string_value(json_object_get(f, "cause"));
                is_named |= cause && strstr(cause, "hold-timer-suspect");
        }
        json_decref(status);
        return is_named;
}

/* A tunnel that comes and goes within its hold-off is never worked on, and nothing else suffers. */
static void a_flapping_tunnel_is_left_alone(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        for (unsigned i = 0; i < 60; i++) {
                world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"bgp-stuck\",\"for_s\":%u}",
                            world_outside(w, 2), 30 + i % 31);
                world_run(w, (60 + i % 4 * 10) * SECOND_MS);
        }
        assert_true(names_hold_timer(w));
        assert_int_equal(world_writes(w), before);
        assert_int_equal(world_min_links(w), 3);
        heals(w, 20 * MINUTE);
}

/* While one tunnel is being reset, the other instance goes. */
static void more_breaks_during_a_repair(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        break_tunnel(w, 1, "ipsec-stuck");
        for (unsigned i = 0; i < 60 && world_count(w, "resetconnection") == 0; i++)
                world_run(w, 10 * SECOND_MS);
        break_tunnel(w, 3, "ipsec-stuck");
        break_tunnel(w, 4, "bgp-stuck");
        heals(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before + 3);
        assert_true(world_min_links(w) >= 1); /* what the faults took, and no repair more */
}

/* A new key at AWS on one tunnel, its neighbour down, the daemon killed on the way. */
static void a_key_at_aws_and_a_crash(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        (void)state;
        world_admin(w, "set-psk", "{\"outside\":\"%s\",\"psk\":\"HumanChanged12345\"}", world_outside(w, 1));
        break_tunnel(w, 2, "ipsec-stuck");
        world_run(w, 4 * MINUTE);
        world_crash(w, 20 * SECOND_MS);
        heals(w, 90 * MINUTE);
        assert_int_equal(world_count(w, "sharedkey"), 1);
        assert_int_equal(world_count(w, "resetconnection"), 1);
        assert_true(world_min_links(w) >= 2);
}

/* People remove the local network gateway and the connection of one tunnel: two kinds gone at once wait for a word. */
static void two_kinds_deleted_wait_for_a_word(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "delete", "{\"id\":\"" CONNECTION "3\"}");
        world_admin(w, "delete", "{\"id\":\"" LOCAL_GATEWAY "3\"}");
        world_run(w, 60 * MINUTE);
        assert_true(world_has_finding(w, "vanished"));
        assert_int_equal(world_writes(w), before);
        assert_int_equal(world_post(w, "/v1/resume", "{\"pairing\":\"hub\"}", true), 200);
        heals(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), before + 2);
        assert_int_equal(world_min_links(w), 3);
}

static json_t *first_step(json_t *document) {
        json_t *pairing = json_array_get(json_object_get(document, "pairings"), 0);
        return json_array_get(json_object_get(pairing, "steps"), 0);
}

static bool is_held_by(struct world *w, const char *rule) {
        json_t *plan = world_get(w, "/v1/plan");
        const char *held_by = json_string_value(json_object_get(first_step(plan), "held_by"));
        bool is_so = held_by && strcmp(held_by, rule) == 0;
        json_decref(plan);
        return is_so;
}

static bool is_contested(struct world *w) {
        return is_held_by(w, "G11 contested");
}

/* Somebody changes it back, twice; the third time is theirs until they resume. */
static void a_tug_of_war_ends_with_resume(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        (void)state;
        for (unsigned i = 0; i < 2; i++) {
                world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
                world_run(w, 2 * MINUTE);
                heals(w, 30 * MINUTE);
        }
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        size_t before = world_writes(w);
        assert_true(world_run_until(w, is_contested, 30 * MINUTE));
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_int_equal(world_post(w, "/v1/resume", "{\"pairing\":\"hub\"}", true), 200);
        heals(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), before + 1);
}

/* Everything is down and Azure cannot be read; a crash besides. Nothing is written blindly, everything after. */
static void an_outage_without_azure(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "break-all", "{\"fault\":\"ipsec-stuck\"}");
        world_admin(w, "refuse", "{\"service\":\"azure\",\"count\":1000000}");
        world_run(w, 30 * MINUTE);
        assert_string_equal(world_verdict(w), "down");
        assert_int_equal(world_writes(w), before);
        json_t *plan = world_get(w, "/v1/plan");
        const json_t *p = json_array_get(json_object_get(plan, "pairings"), 0);
        assert_true(json_is_string(json_object_get(p, "note"))); /* not "nothing to do" */
        json_decref(plan);
        world_crash(w, 60 * SECOND_MS);
        world_run(w, 10 * MINUTE);
        assert_int_equal(world_writes(w), before);
        world_admin(w, "refuse", "{\"service\":\"azure\",\"count\":0}");
        heals(w, 90 * MINUTE);
        assert_int_equal(world_count(w, "resetconnection"), 4);
}

/* Azure throttles while a tunnel is down: few requests, and healed when it is over. */
static void throttled_in_an_outage(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        break_tunnel(w, 1, "ipsec-stuck");
        world_admin(w, "throttle", "{\"service\":\"azure\",\"count\":30,\"retry_after_s\":60}");
        size_t reads = world_reads(w) - world_aws_reads(w);
        world_run(w, 3 * MINUTE);
        assert_true(world_reads(w) - world_aws_reads(w) - reads < 60);
        heals(w, 120 * MINUTE);
        assert_int_equal(world_writes(w), before + 1);
        assert_int_equal(world_min_links(w), 3);
}

/* A VPN connection removed at AWS: built again, with its new addresses and keys, never at the price of the others. */
static void a_vpn_connection_deleted(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        json_t *status = world_get(w, "/v1/status");
        (void)state;
        const json_t *p = json_array_get(json_object_get(status, "pairings"), 0);
        const json_t *t = json_array_get(json_object_get(p, "tunnels"), 2);
        world_admin(w, "delete", "{\"id\":\"%s\"}",
                    json_string_value(json_object_get(json_object_get(t, "aws"), "connection")));
        json_decref(status);
        world_run(w, 2 * MINUTE);
        heals(w, 180 * MINUTE);
        /* create, two addresses, two keys; one more where Azure was still busy with the one before */
        assert_true(world_writes(w) <= before + 6);
        assert_int_equal(world_count(w, "CreateVpnConnection"), 3);
        assert_int_equal(world_min_links(w), 2);
}

/* A restart in the middle of each step of a ladder repeats nothing. */
static void crashes_on_every_rung(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        break_tunnel(w, 1, "endpoint-broken");
        for (unsigned i = 0; i < 60; i++) {
                size_t n = world_writes(w);
                for (unsigned k = 0; k < 300 && world_writes(w) == n; k++)
                        world_run(w, 1 * SECOND_MS);
                world_crash(w, 2 * SECOND_MS);
        }
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before + 3); /* reset, delete, put */
        assert_int_equal(world_min_links(w), 3);
        assert_true(world_has_finding(w, "gave-up"));
        world_admin(w, "heal-all", "{}");
        heals(w, 30 * MINUTE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_tunnels_of_an_instance),       cmocka_unit_test(a_flapping_tunnel_is_left_alone),
                cmocka_unit_test(more_breaks_during_a_repair),       cmocka_unit_test(a_key_at_aws_and_a_crash),
                cmocka_unit_test(two_kinds_deleted_wait_for_a_word), cmocka_unit_test(a_tug_of_war_ends_with_resume),
                cmocka_unit_test(an_outage_without_azure),           cmocka_unit_test(throttled_in_an_outage),
                cmocka_unit_test(a_vpn_connection_deleted),          cmocka_unit_test(crashes_on_every_rung),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
