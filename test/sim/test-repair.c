/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of drift is found, explained and repaired by the mildest step that helps, never at the last tunnel's price.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define MINUTE (60 * SECOND_MS)
#define CONNECTION WORLD_GROUP "/providers/Microsoft.Network/connections/"

static struct world *built(const char *topology) {
        struct world *w = world_new(&(struct world_options){.seed = 7, .topology = topology, .mode = "build"});
        assert_true(world_run_until(w, world_is_healthy, 90 * MINUTE));
        world_run(w, 20 * MINUTE);
        assert_true(world_is_healthy(w));
        world_watch_links(w);
        return w;
}

static void a_tunnel_that_goes_down_is_reset(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"ipsec-stuck\"}", world_outside(w, 2));
        world_run(w, 4 * MINUTE);
        assert_true(world_has_finding(w, "tunnel-down"));
        assert_int_equal(world_writes(w), before); /* the platform's own recovery has its time */
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_count(w, "resetconnection"), 1);
        assert_int_equal(world_writes(w), before + 1);
        assert_int_equal(world_min_links(w), 3);
}

static void a_bgp_peer_that_drops_is_told_apart_and_reset(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"bgp-stuck\"}", world_outside(w, 3));
        world_run(w, 4 * MINUTE);
        assert_true(world_has_finding(w, "bgp-peer-down"));
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_count(w, "resetconnection"), 1);
        assert_int_equal(world_writes(w), before + 1);
}

static void propagation_is_switched_on_again(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        world_run(w, 2 * MINUTE);
        assert_true(world_has_finding(w, "propagation-off"));
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before + 1);
        assert_int_equal(world_min_links(w), 4);
}

static void a_deleted_connection_is_made_again(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "delete", "{\"id\":\"" CONNECTION WORLD_PAIRING "-conn2\"}");
        world_run(w, 2 * MINUTE);
        assert_true(world_has_finding(w, "resource-missing"));
        assert_true(world_run_until(w, world_is_healthy, 40 * MINUTE));
        assert_int_equal(world_writes(w), before + 1);
        assert_int_equal(world_min_links(w), 3);
}

static bool key_differs(struct world *w) {
        return world_has_finding(w, "psk-mismatch");
}

static void a_changed_key_is_taken_over_from_aws(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "set-psk",
                    "{\"azureConnection\":\"" CONNECTION WORLD_PAIRING "-conn1\",\"psk\":\"SomebodyElse99\"}");
        assert_true(world_run_until(w, key_differs, 8 * MINUTE));
        assert_true(world_run_until(w, world_is_healthy, 40 * MINUTE));
        assert_int_equal(world_count(w, "sharedkey"), 1);
        assert_int_equal(world_writes(w), before + 1);
        assert_int_equal(world_min_links(w), 3);
}

static void all_tunnels_down_come_back_one_at_a_time(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "break-all", "{\"fault\":\"ipsec-stuck\"}");
        world_run(w, 3 * MINUTE);
        assert_string_equal(world_verdict(w), "down");
        assert_true(world_run_until(w, world_is_healthy, 60 * MINUTE));
        assert_int_equal(world_count(w, "resetconnection"), 4);
        assert_int_equal(world_writes(w), before + 4);
}

static void a_grown_address_space_heals_without_a_write(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "add-cidr", "{\"vnet\":\"" WORLD_HUB "\",\"cidr\":\"10.50.0.0/16\"}");
        world_run(w, 40 * MINUTE);
        assert_true(world_min_links(w) < 4);
        assert_true(world_is_healthy(w));
        /* the spoke's side of the peering does not carry the new prefix yet: that is the one thing to mend */
        assert_int_equal(world_count(w, "vnet-app/virtualNetworkPeerings/app-to-hub"), 1);
        assert_int_equal(world_writes(w), before + 1);
}

static void a_spoke_out_of_sync_gets_one_sync_and_nothing_else(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        size_t before = world_writes(w);
        (void)state;
        world_admin(w, "add-cidr", "{\"vnet\":\"" WORLD_SPOKE "\",\"cidr\":\"10.60.0.0/16\"}");
        world_run(w, 3 * MINUTE);
        assert_true(world_has_finding(w, "peering-out-of-sync"));
        assert_true(world_run_until(w, world_is_healthy, 60 * MINUTE));
        world_run(w, 30 * MINUTE);
        assert_true(world_is_healthy(w));
        assert_int_equal(world_count(w, "vnet-hub/virtualNetworkPeerings/hub-to-app"), 1);
        assert_int_equal(world_writes(w), before + 1);
}

static void two_tunnels_never_lose_the_last_one(void **state) {
        _cleanup_(world_freep) struct world *w = built("two");
        (void)state;
        world_admin(w, "break-tunnel", "{\"outside\":\"%s\",\"fault\":\"ipsec-stuck\"}", world_outside(w, 4));
        world_run(w, 3 * MINUTE);
        assert_string_equal(world_verdict(w), "degraded");
        assert_true(world_run_until(w, world_is_healthy, 60 * MINUTE));
        assert_int_equal(world_min_links(w), 1);
}

/* Repaired twice, changed back twice: the third time a person has to say who decides, and resume. */
static void somebody_who_insists_is_left_to_people(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        (void)state;
        for (unsigned i = 0; i < 2; i++) {
                world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
                world_run(w, 10 * MINUTE);
                assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        }
        size_t before = world_writes(w);
        world_admin(w, "propagation-off", "{\"routeTable\":\"" WORLD_TABLE "\"}");
        world_run(w, 120 * MINUTE);
        assert_int_equal(world_writes(w), before);
        assert_true(world_has_finding(w, "contested"));
        assert_int_equal(world_post(w, "/v1/resume", "{\"pairing\":\"hub\"}", true), 200);
        assert_true(world_run_until(w, world_is_healthy, 30 * MINUTE));
        assert_int_equal(world_writes(w), before + 1);
}

static void a_restart_finds_nothing_new(void **state) {
        _cleanup_(world_freep) struct world *w = built("four");
        unsigned opened = world_events(w, EVENT_FINDING_OPENED);
        size_t writes = world_writes(w);
        (void)state;
        world_crash(w, 20 * SECOND_MS);
        world_run(w, 20 * MINUTE);
        assert_true(world_is_healthy(w));
        assert_int_equal(world_events(w, EVENT_FINDING_OPENED), opened);
        assert_int_equal(world_writes(w), writes);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_tunnel_that_goes_down_is_reset),
                cmocka_unit_test(a_bgp_peer_that_drops_is_told_apart_and_reset),
                cmocka_unit_test(propagation_is_switched_on_again),
                cmocka_unit_test(a_deleted_connection_is_made_again),
                cmocka_unit_test(a_changed_key_is_taken_over_from_aws),
                cmocka_unit_test(all_tunnels_down_come_back_one_at_a_time),
                cmocka_unit_test(a_grown_address_space_heals_without_a_write),
                cmocka_unit_test(a_spoke_out_of_sync_gets_one_sync_and_nothing_else),
                cmocka_unit_test(somebody_who_insists_is_left_to_people),
                cmocka_unit_test(a_restart_finds_nothing_new),
                cmocka_unit_test(two_tunnels_never_lose_the_last_one),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
