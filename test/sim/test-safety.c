/* SPDX-License-Identifier: Apache-2.0 */
/* What must never lead to a write: observe mode, pauses, wrong accounts, vanished lists, hostile replies, lost state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define MINUTE (60 * SECOND_MS)

static struct world *built(void) {
        struct world *w = world_new(&(struct world_options){.seed = 11, .mode = "build"});
        assert_true(world_run_until(w, world_is_healthy, 90 * MINUTE));
        world_run(w, 10 * MINUTE);
        return w;
}

static void observe_mode_writes_nothing(void **state) {
        _cleanup_(world_freep) struct world *w = world_new(&(struct world_options){.seed = 2, .mode = "observe"});
        (void)state;
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), 0);
        assert_true(world_has_finding(w, "resource-missing"));
}

static void the_wrong_account_is_never_written_to(void **state) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = 3, .mode = "build", .aws_account = "999999999999"});
        (void)state;
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), 0);
        assert_true(world_has_finding(w, "wrong-account"));
        assert_int_equal(world_alerts(w), 1);
}

static void the_wrong_tenant_is_never_written_to(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "wrong-account", "{\"service\":\"azure\",\"on\":true}");
        world_run(w, 90 * MINUTE); /* until the token in use is renewed */
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        world_run(w, 120 * MINUTE);
        assert_int_equal(world_writes(w), before);
}

static void a_pause_stops_writes_across_a_restart(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        assert_int_equal(world_post(w, "/v1/pause", "{\"pairing\":\"hub\"}", false), 403);
        assert_int_equal(world_post(w, "/v1/pause", "{\"pairing\":\"nobody\"}", true), 404);
        assert_int_equal(world_post(w, "/v1/pause", "{", true), 400);
        assert_int_equal(world_post(w, "/v1/pause", "{\"pairing\":\"hub\"}", true), 200);
        world_run(w, 1 * SECOND_MS);
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        world_crash(w, 5 * SECOND_MS);
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_int_equal(world_post(w, "/v1/resume", "{\"pairing\":\"hub\"}", true), 200);
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before + 1);
}

static void the_hold_file_stops_writes(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_hold(w, true);
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before);
        world_hold(w, false);
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
}

static void empty_lists_are_not_believed(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        unsigned alerts = world_alerts(w);
        (void)state;
        world_admin(w, "hide", "{\"service\":\"aws\",\"on\":true}");
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_true(world_has_finding(w, "vanished"));
        assert_int_equal(world_alerts(w), alerts + 1);
        world_admin(w, "hide", "{\"service\":\"aws\",\"on\":false}");
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before);
}

static void azure_vanishing_is_not_believed(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "hide", "{\"service\":\"azure\",\"on\":true}");
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_true(world_has_finding(w, "vanished"));
        world_admin(w, "hide", "{\"service\":\"azure\",\"on\":false}");
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before);
}

static void login_pages_make_facts_unknown(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "html", "{\"service\":\"azure\",\"count\":100000,\"status\":200}");
        world_admin(w, "html", "{\"service\":\"aws\",\"count\":100000,\"status\":200}");
        world_run(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_string_equal(world_verdict(w), "unknown");
        world_admin(w, "html", "{\"service\":\"azure\",\"count\":0,\"status\":200}");
        world_admin(w, "html", "{\"service\":\"aws\",\"count\":0,\"status\":200}");
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before);
        assert_int_equal(world_events(w, EVENT_CLOUD_UNREADABLE), 1);
        assert_int_equal(world_events(w, EVENT_CLOUD_READABLE), 1);
}

static void throttling_slows_down_and_heals(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "throttle", "{\"service\":\"azure\",\"count\":5,\"retry_after_s\":60}");
        world_admin(w, "throttle", "{\"service\":\"aws\",\"count\":5,\"retry_after_s\":0}");
        world_run(w, 10 * MINUTE);
        assert_true(world_run_until(w, world_is_healthy, 10 * MINUTE));
        assert_int_equal(world_writes(w), before);
}

static void a_damaged_state_file_means_observe_only(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        static const char *const damages[] = {"", "{", "{\"format\":\"s2svpn-state\",\"version\":99}", "<html>"};
        (void)state;
        for (size_t i = 0; i < 4; i++) {
                size_t before = world_writes(w);
                world_set_state_file(w, WORLD_PAIRING, damages[i]);
                world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
                world_crash(w, 1000);
                world_run(w, 30 * MINUTE);
                assert_int_equal(world_writes(w), before);
                assert_string_equal(world_state_file(w, WORLD_PAIRING), damages[i]);
        }
        assert_int_equal(world_events(w, EVENT_STATE_DAMAGED), 4);
}

static void a_full_disk_stops_writes_not_reads(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        size_t before = world_writes(w);
        (void)state;
        world_fail_saves(w, true);
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        size_t reads = world_reads(w);
        world_run(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_true(world_reads(w) > reads + 100);
        assert_int_equal(world_events(w, EVENT_STATE_UNSAVABLE), 1);
        world_fail_saves(w, false);
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before + 1);
}

/* A client that asks all the time must not keep the engine from its work. */
/* Other hold-offs are no reason to forget what was found, nor to raise it again. */
static void a_reload_keeps_findings(void **state) {
        _cleanup_(world_freep) struct world *w = built();
        (void)state;
        world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"ipsec-stuck\"}", world_outside(w, 2));
        world_run(w, 3 * MINUTE);
        unsigned opened = world_events(w, EVENT_FINDING_OPENED), verdicts = world_events(w, EVENT_VERDICT_CHANGED);
        size_t writes = world_writes(w);
        world_reload(w, &(struct world_options){.seed = 11, .mode = "build", .timing = "HoldOffTunnel=1h"});
        world_run(w, 20 * MINUTE);
        assert_string_equal(world_verdict(w), "degraded");
        assert_int_equal(world_events(w, EVENT_FINDING_OPENED), opened);
        assert_int_equal(world_events(w, EVENT_VERDICT_CHANGED), verdicts);
        assert_int_equal(world_writes(w), writes); /* and the new hold-off holds */
}

static void questions_do_not_stop_the_rounds(void **state) {
        _cleanup_(world_freep) struct world *w = world_new(&(struct world_options){.seed = 6, .mode = "observe"});
        (void)state;
        world_run(w, MINUTE);
        size_t before = world_aws_reads(w);
        for (unsigned i = 0; i < 5 * 60 * 50; i++) {
                json_decref(world_get(w, "/v1/history"));
                world_run(w, 20);
        }
        assert_int_equal(world_aws_reads(w) - before, 10 * 5);
}

static size_t aws_reads_of_ten_rounds(unsigned n_pairings) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = 5, .mode = "observe", .n_pairings = n_pairings});
        world_run(w, 10 * MINUTE);
        size_t before = world_aws_reads(w);
        world_run(w, 5 * MINUTE);
        return world_aws_reads(w) - before;
}

static void aws_reads_do_not_grow_with_pairings(void **state) {
        (void)state;
        assert_int_equal(aws_reads_of_ten_rounds(1), 10 * 5);
        assert_int_equal(aws_reads_of_ten_rounds(4), 10 * 5);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(observe_mode_writes_nothing),
                cmocka_unit_test(the_wrong_account_is_never_written_to),
                cmocka_unit_test(the_wrong_tenant_is_never_written_to),
                cmocka_unit_test(a_pause_stops_writes_across_a_restart),
                cmocka_unit_test(the_hold_file_stops_writes),
                cmocka_unit_test(empty_lists_are_not_believed),
                cmocka_unit_test(azure_vanishing_is_not_believed),
                cmocka_unit_test(login_pages_make_facts_unknown),
                cmocka_unit_test(throttling_slows_down_and_heals),
                cmocka_unit_test(a_damaged_state_file_means_observe_only),
                cmocka_unit_test(a_full_disk_stops_writes_not_reads),
                cmocka_unit_test(a_reload_keeps_findings),
                cmocka_unit_test(questions_do_not_stop_the_rounds),
                cmocka_unit_test(aws_reads_do_not_grow_with_pairings),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
