/* SPDX-License-Identifier: Apache-2.0 */
/* A pairing is built from nothing, in the right order and in parallel, and then left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define MINUTE (60 * SECOND_MS)

static void build(const char *topology, unsigned tunnels, unsigned connections) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = 1, .topology = topology, .mode = "build"});
        assert_true(world_run_until(w, world_is_healthy, 90 * MINUTE));
        assert_int_equal(world_tunnels_up(w), tunnels);
        assert_int_equal(world_links_up(w), tunnels);
        assert_int_equal(world_count(w, "CreateVpnConnection"), 2);
        assert_int_equal(world_count(w, "CreateCustomerGateway"), 2);
        assert_int_equal(world_count(w, "CreateVpnGateway"), 1);
        assert_int_equal(world_count(w, "PUT /subscriptions/" WORLD_SUBSCRIPTION
                                        "/resourceGroups/rg-hub/providers/Microsoft.Network/connections/"),
                         connections);
        size_t writes = world_writes(w);
        world_run(w, 50 * MINUTE);
        assert_true(world_is_healthy(w));
        assert_int_equal(world_writes(w), writes);
}

static void four_tunnels_are_built_and_left_alone(void **state) {
        (void)state;
        build("four", 4, 4);
}

static void two_tunnels_are_built_and_left_alone(void **state) {
        (void)state;
        build("two", 2, 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(four_tunnels_are_built_and_left_alone),
                cmocka_unit_test(two_tunnels_are_built_and_left_alone),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
