/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 at random moments of a build: the same resources, no duplicate, no orphan, keys included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/rng.h"
#include "world.h"

#define MINUTE (60 * SECOND_MS)
#define SEEDS 50

/* One build with a few crashes, drawn by the seed; more of them early, where the creates are. */
static void build_with_crashes(uint64_t seed, const char *topology) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = seed, .topology = topology, .mode = "build"});
        struct rng rng;
        rng_seed(&rng, seed);
        unsigned crashes = 2 + (unsigned)rng_below(&rng, 4);
        for (unsigned i = 0; i < crashes; i++) {
                world_run(w, (int64_t)rng_below(&rng, i < 3 ? (uint64_t)(2 * MINUTE) : (uint64_t)(20 * MINUTE)));
                world_crash(w, (int64_t)rng_below(&rng, (uint64_t)(2 * MINUTE)));
        }
        bool healthy = world_run_until(w, world_is_healthy, 180 * MINUTE);
        unsigned wanted = strcmp(topology, "two") == 0 ? 2 : 4;
        if (!healthy)
                world_explain(w);
        if (!healthy || world_links_up(w) != wanted || world_count(w, "CreateVpnConnection") != 2 ||
            world_count(w, "CreateVpnGateway") != 1 || world_has_finding(w, "duplicate-owned"))
                fail_msg("seed %llu: healthy %d, %u links, %zu VPN connections, %zu VPN gateways made",
                         (unsigned long long)seed, healthy, world_links_up(w), world_count(w, "CreateVpnConnection"),
                         world_count(w, "CreateVpnGateway"));
        size_t writes = world_writes(w);
        world_run(w, 30 * MINUTE);
        assert_int_equal(world_writes(w), writes);
}

static void crashes_leave_neither_duplicate_nor_orphan(void **state) {
        const char *one = getenv("SEED");
        (void)state;
        if (one) {
                build_with_crashes(strtoull(one, NULL, 10), "four");
                return;
        }
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
                build_with_crashes(seed, seed % 3 == 0 ? "two" : "four");
        print_message("# %u seeds; SEED=N replays one\n", SEEDS);
}

/* The reply of every create is lost in turn; what exists is found, not made again. */
static void lost_replies_make_no_duplicate(void **state) {
        (void)state;
        for (uint64_t seed = 100; seed < 110; seed++) {
                _cleanup_(world_freep) struct world *w =
                        world_new(&(struct world_options){.seed = seed, .mode = "build"});
                for (unsigned i = 0; i < 12; i++) {
                        world_run(w, 7 * SECOND_MS);
                        world_admin(w, "lose-replies", "{\"service\":\"%s\",\"count\":1}", i % 2 ? "aws" : "azure");
                }
                bool healthy = world_run_until(w, world_is_healthy, 180 * MINUTE);
                if (!healthy)
                        world_explain(w);
                assert_true(healthy);
                assert_int_equal(world_links_up(w), 4);
                assert_int_equal(world_count(w, "CreateVpnConnection"), 2);
                assert_int_equal(world_count(w, "CreateVpnGateway"), 1);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(crashes_leave_neither_duplicate_nor_orphan),
                cmocka_unit_test(lost_replies_make_no_duplicate),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
