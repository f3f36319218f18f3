/* SPDX-License-Identifier: Apache-2.0 */
/* Completions that nobody waits for: dropped, counted, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world-internal.h"

static unsigned stale_replies(struct world *w) {
        const struct engine_input question = {
                .type = ENGINE_IN_CONTROL,
                .id = 1,
                .control = {.method = "GET", .path = "/metrics", .body = "", .peer = "uid 0"},
        };
        unsigned n = 0;
        world_input(w, &question);
        world_pump(w);
        const char *line = strstr(w->reply, "\ns2svpn_api_stale_replies_total ");
        assert_non_null(line);
        assert_int_equal(sscanf(line, " s2svpn_api_stale_replies_total %u", &n), 1);
        return n;
}

static void ids_that_are_not_in_flight_are_counted(void **state) {
        _cleanup_(world_freep) struct world *w = world_new(&(struct world_options){.seed = 8, .mode = "observe"});
        const struct engine_input inputs[] = {
                {.type = ENGINE_IN_HTTP_DONE, .id = 1u << 30},
                {.type = ENGINE_IN_HTTP_FAILED, .id = 1u << 30, .failed = {HTTP_MAYBE_SENT, "late"}},
                {.type = ENGINE_IN_SAVED, .id = 1u << 30},
                {.type = ENGINE_IN_MATERIAL, .id = 1u << 30, .material = {0, "x", 1}},
        };
        (void)state;
        world_run(w, 90 * SECOND_MS);
        assert_int_equal(stale_replies(w), 0);
        for (size_t i = 0; i < ELEMENTSOF(inputs); i++)
                world_input(w, &inputs[i]);
        assert_int_equal(stale_replies(w), ELEMENTSOF(inputs));
}

/* The same completion twice: the second one finds nobody. */
static void a_second_completion_is_stale(void **state) {
        _cleanup_(world_freep) struct world *w = world_new(&(struct world_options){.seed = 9, .mode = "observe"});
        uint64_t id = 0;
        (void)state;
        for (unsigned i = 0; i < 1000 && list_is_empty(&w->packets); i++)
                world_run(w, 1);
        assert_false(list_is_empty(&w->packets));
        id = CONTAINER_OF(w->packets.next, struct packet, link)->id;
        world_run(w, 30 * SECOND_MS);
        assert_int_equal(stale_replies(w), 0);
        world_input(w, &(struct engine_input){.type = ENGINE_IN_HTTP_DONE, .id = id});
        assert_int_equal(stale_replies(w), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_that_are_not_in_flight_are_counted),
                cmocka_unit_test(a_second_completion_is_stale),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
