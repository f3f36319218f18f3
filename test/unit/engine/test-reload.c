/* SPDX-License-Identifier: Apache-2.0 */
/* Reloads in the middle of things: outputs that wait, reads and writes in flight, saves that are slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world-internal.h"

#define MINUTE (60 * SECOND_MS)

static const struct world_options one = {.seed = 7, .mode = "build", .n_pairings = 1};
static const struct world_options two = {.seed = 7, .mode = "build", .n_pairings = 2};
static const struct world_options two_observing = {.seed = 7, .mode = "observe", .n_pairings = 2};

/* As in one turn of the daemon's loop: several inputs come before the outputs are fetched. */
static void pause_without_fetching(struct world *w, const char *pairing) {
        char body[64];
        snprintf(body, sizeof(body), "{\"pairing\":\"%s\"}", pairing);
        const struct now now = world_clocks(w);
        const struct engine_input in = {
                .type = ENGINE_IN_CONTROL,
                .id = 1000,
                .control = {"POST", "/v1/pause", body, strlen(body), true, "uid 0"},
        };
        assert_int_equal(engine_input(w->engine, &in, &now), 0);
}

static void an_unfetched_save_outlives_its_pairing(void **state) {
        (void)state;
        _cleanup_(world_freep) struct world *w = world_new(&two);
        world_run(w, 30 * SECOND_MS);
        pause_without_fetching(w, "hub2");
        world_reload(w, &one);
        world_run(w, MINUTE);
        assert_non_null(strstr(world_state_file(w, "hub2"), "\"paused\":true"));
}

static void an_unfetched_question_outlives_its_pairing(void **state) {
        (void)state;
        _cleanup_(world_freep) struct world *w = world_new(&one);
        const struct now now = world_clocks(w);
        for (unsigned i = 0; i < 4; i++) {
                const struct engine_input in = {.type = ENGINE_IN_CONFIG,
                                                .config = world_configuration(i % 2 ? &one : &two)};
                assert_int_equal(engine_input(w->engine, &in, &now), 0);
        }
        world_pump(w);
        assert_true(world_run_until(w, world_is_healthy, 120 * MINUTE));
}

/* Whatever is on its way when the declaration goes, comes back or changes: nothing is freed twice or made twice. */
static void reloads_at_any_moment(void **state) {
        (void)state;
        for (uint64_t seed = 1; seed <= 3; seed++) {
                struct world_options many = two, few = one, other = two;
                struct rng rng;
                rng_seed(&rng, seed);
                many.seed = few.seed = other.seed = seed;
                other.pairing = "[Policy]\nMinHealthyTunnels=2\n";
                _cleanup_(world_freep) struct world *w = world_new(&many);
                for (unsigned i = 0; i < 20; i++) {
                        world_run(w, (int64_t)rng_below(&rng, (uint64_t)(i < 12 ? 20 * SECOND_MS : 5 * MINUTE)));
                        uint64_t which = rng_below(&rng, 3);
                        world_reload(w, which == 0 ? &few : which == 1 ? &other : &many);
                }
                world_reload(w, &many);
                bool healthy = world_run_until(w, world_is_healthy, 180 * MINUTE);
                world_run(w, 60 * MINUTE);
                if (!healthy || world_links_up(w) != 8)
                        world_explain(w);
                assert_true(healthy);
                assert_int_equal(world_links_up(w), 8);
                assert_int_equal(world_count(w, "CreateVpnConnection"), 4);
                assert_int_equal(world_count(w, "CreateVpnGateway"), 2);
        }
}

/* A write whose save is slow was decided under the old declaration: it must not leave under a new one. */
static void a_slow_save_does_not_write_after_observe(void **state) {
        (void)state;
        _cleanup_(world_freep) struct world *w = world_new(&two);
        size_t writes = 0;
        for (unsigned i = 0; i < 6000 && writes == 0; i++) {
                world_run(w, 10);
                for (size_t k = 0; k < STATE_FILES_MAX; k++) {
                        if (w->saves[k].is_pending && strstr(w->saves[k].bytes, "\"sent\""))
                                writes++;
                }
        }
        assert_true(writes > 0);
        for (size_t k = 0; k < STATE_FILES_MAX; k++)
                w->saves[k].due_ms += 5 * MINUTE;
        size_t before = world_writes(w);
        world_reload(w, &two_observing);
        world_run(w, 10 * MINUTE);
        assert_int_equal(world_writes(w), before);
}

/* AWS takes three seconds for each list. */
static void slow_down_aws(struct world *w, uint64_t *last) {
        uint64_t newest = *last;
        LIST_FOREACH(item, &w->packets) {
                struct packet *p = CONTAINER_OF(item, struct packet, link);
                if (p->id <= *last)
                        continue;
                if (strstr(buf_str(&p->request.body), "Action=Describe"))
                        p->due_ms += 3 * SECOND_MS;
                newest = p->id > newest ? p->id : newest;
        }
        *last = newest;
}

static bool is_aws_being_read(const struct world *w) {
        LIST_FOREACH(item, (struct list *)&w->packets) {
                if (strstr(buf_str(&CONTAINER_OF(item, struct packet, link)->request.body), "Action=Describe"))
                        return true;
        }
        return false;
}

/* A write ends while a list is read, and a reload begins a new round that needs a newer list than that one. */
static void a_reading_that_is_overtaken_is_repeated(void **state) {
        (void)state;
        struct world_options other = one;
        other.pairing = "[Policy]\nMinHealthyTunnels=2\n";
        _cleanup_(world_freep) struct world *w = world_new(&one);
        uint64_t last = 0;
        bool is_overtaken = false;
        for (unsigned i = 0; i < 3600 * 200 && !is_overtaken; i++) {
                unsigned done = world_events(w, EVENT_STEP_DONE);
                slow_down_aws(w, &last);
                world_run(w, 5);
                is_overtaken = world_events(w, EVENT_STEP_DONE) > done && is_aws_being_read(w);
        }
        assert_true(is_overtaken);
        world_reload(w, &other);
        bool healthy = world_run_until(w, world_is_healthy, 120 * MINUTE);
        if (!healthy)
                world_explain(w);
        assert_true(healthy);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_unfetched_save_outlives_its_pairing),
                cmocka_unit_test(an_unfetched_question_outlives_its_pairing),
                cmocka_unit_test(reloads_at_any_moment),
                cmocka_unit_test(a_slow_save_does_not_write_after_observe),
                cmocka_unit_test(a_reading_that_is_overtaken_is_repeated),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
