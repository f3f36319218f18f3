/* SPDX-License-Identifier: Apache-2.0 */
/* A pairing is built from nothing, in the right order and in parallel, and then left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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

static json_t *plan_of(struct world *w, const char *pairing) {
        char path[64];
        snprintf(path, sizeof(path), "/v1/plan?pairing=%s", pairing);
        json_t *document = world_get(w, path);
        json_t *plan = json_incref(json_array_get(json_object_get(document, "pairings"), 0));
        json_decref(document);
        return plan;
}

static bool waits_for_a_person(struct world *w) {
        json_t *plan = plan_of(w, "hub2"), *step;
        bool found = false;
        size_t i;
        json_array_foreach(json_object_get(plan, "steps"), i, step) {
                const char *rule = json_string_value(json_object_get(step, "held_by"));
                found = found || (rule && strncmp(rule, "G16", 3) == 0);
        }
        json_decref(plan);
        return found;
}

static bool all_links_are_up(struct world *w) {
        return world_links_up(w) == 8;
}

/* The second pairing needs custom addresses of its own: a PUT of the gateway, which disturbs what is up. */
static void a_shared_gateway_is_changed_only_with_approval(void **state) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = 4, .mode = "build", .n_pairings = 2, .shared_gateway = true});
        char body[64];
        (void)state;
        assert_true(world_run_until(w, world_is_healthy, 90 * MINUTE));
        assert_true(world_run_until(w, waits_for_a_person, 60 * MINUTE));
        size_t gateway_puts = world_count(w, "virtualNetworkGateways/vgw-hub");
        world_run(w, 60 * MINUTE);
        assert_int_equal(world_count(w, "virtualNetworkGateways/vgw-hub"), gateway_puts);
        assert_int_equal(world_post(w, "/v1/approve", "{\"plan\":\"0123456789abcdef\"}", true), 409);
        json_t *plan = plan_of(w, "hub2");
        snprintf(body, sizeof(body), "{\"plan\":\"%s\"}", json_string_value(json_object_get(plan, "plan_id")));
        json_decref(plan);
        assert_int_equal(world_post(w, "/v1/approve", body, false), 403);
        assert_int_equal(world_post(w, "/v1/approve", body, true), 200);
        assert_true(world_run_until(w, all_links_are_up, 60 * MINUTE));
        assert_int_equal(world_count(w, "virtualNetworkGateways/vgw-hub"), gateway_puts + 1);
        assert_int_equal(world_events(w, EVENT_APPROVED), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(four_tunnels_are_built_and_left_alone),
                cmocka_unit_test(two_tunnels_are_built_and_left_alone),
                cmocka_unit_test(a_shared_gateway_is_changed_only_with_approval),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
