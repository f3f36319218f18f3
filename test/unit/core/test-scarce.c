/* SPDX-License-Identifier: Apache-2.0 */
/* Without memory: whichever allocation fails, the caller hears of it and nothing leaves. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "util/alloc.h"

static struct fixture world;
static unsigned left; /* allocations until one fails */

static bool may_have(void) {
        if (left == 0)
                return false;
        left--;
        return true;
}

static void *scarce_alloc(size_t n) {
        return may_have() ? malloc(n) : NULL;
}

static void *scarce_realloc(void *p, size_t n) {
        return may_have() ? realloc(p, n) : NULL;
}

static const struct mem_hooks scarce = {scarce_alloc, scarce_realloc, free};

static int decide(struct arena *arena) {
        bool changed;
        struct assessment a;
        struct plan plan;
        int r = assess(&world.d, &world.o, &world.m, &world.now, arena, &a);
        if (r == 0)
                r = memory_note_assessment(&world.m, &world.d, &world.o, &a, &world.now, &changed);
        if (r == 0)
                r = plan_make(&world.d, &world.o, &a, &world.m, &world.now, arena, &plan);
        if (r < 0)
                return r;
        r = guard_check(&world.d, &world.o, &a, &world.m, &world.c, &world.now, arena, &plan);
        for (size_t i = 0; r < 0 && i < plan.n_steps; i++)
                assert_int_not_equal(plan.steps[i].status, STEP_READY);
        return r;
}

static void test_each_failure_is_heard(void **state _unused_) {
        unsigned n = 0;
        int r;
        do {
                fixture_init(&world, TOPOLOGY_FOUR);
                fixture_set(&world, SLOT_CUSTOMER_GATEWAY, 1, FACT_ABSENT);
                strcpy(world.keys[2], "other");
                fixture_tunnel_down(&world, 0, "IPSEC IS UP");
                fixture_rounds(&world, 12);
                left = n;
                struct arena *arena = arena_new();
                assert_non_null(arena);
                mem_set_hooks(&scarce);
                r = decide(arena);
                mem_set_hooks(NULL);
                arena_free(arena);
                if (r != 0)
                        assert_int_equal(r, -ENOMEM);
                n++;
        } while (r != 0 && n < 10000);
        assert_int_equal(r, 0);
        print_message("# %u allocations\n", n - 1);
        fixture_deinit(&world);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_failure_is_heard),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
