/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations that fail, now here, now there, during a build: nothing crashes, hangs or is made twice afterwards. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "world-internal.h"

#define MINUTE (60 * SECOND_MS)
#define SEEDS 4

/* Only the engine's own calls run out of memory: the model and the test need theirs. */
static struct {
        bool is_engine;
        uint64_t one_in; /* 0: enough for everybody */
        struct rng rng;
        unsigned failed;
} scarce;

static bool is_out(void) {
        if (!scarce.is_engine || scarce.one_in == 0 || rng_below(&scarce.rng, scarce.one_in) != 0)
                return false;
        scarce.failed++;
        return true;
}

static void *scarce_alloc(size_t n) {
        return is_out() ? NULL : malloc(n);
}

static void *scarce_realloc(void *p, size_t n) {
        return is_out() ? NULL : realloc(p, n);
}

static const struct mem_hooks hooks = {scarce_alloc, scarce_realloc, free};

/* ---- the daemon, as far as it is needed, with the answers at once ---- */

static void give(struct world *w, const struct engine_input *in) {
        const struct now now = world_clocks(w);
        unsigned failed = scarce.failed;
        scarce.is_engine = true;
        int r = engine_input(w->engine, in, &now);
        scarce.is_engine = false;
        assert_true(r == 0 || (r == -ENOMEM && scarce.failed > failed));
}

static void travel(struct world *w, const struct engine_output *out) {
        struct packet p = {.request = *out->http.request}; /* lent */
        uint64_t id = out->id;
        world_arrive(w, &p);
        assert_int_equal(p.outcome, MODEL_REPLY);
        give(w, &(struct engine_input){.type = ENGINE_IN_HTTP_HEAD, .id = id, .head = &p.response});
        give(w, &(struct engine_input){.type = ENGINE_IN_HTTP_BODY,
                                       .id = id,
                                       .body = {buf_str(&p.response.body), p.response.body.len}});
        give(w, &(struct engine_input){.type = ENGINE_IN_HTTP_DONE, .id = id});
        http_response_deinit(&p.response);
}

static void answer(struct world *w, const struct engine_output *out) {
        const char *bytes = NULL;
        if (out->material.kind == MATERIAL_ENV)
                bytes = world_variable(out->material.name);
        else if (out->material.kind == MATERIAL_CREDENTIAL && strstr(out->material.name, "azure"))
                bytes = CLIENT_SECRET;
        const struct engine_input in = {
                .type = ENGINE_IN_MATERIAL,
                .id = out->id,
                .material = {bytes ? 0 : -ENOENT, bytes ? bytes : "", bytes ? strlen(bytes) : 0},
        };
        give(w, &in);
}

static void carry_out(struct world *w) {
        struct engine_output out;
        while (engine_output(w->engine, &out)) {
                if (out.type == ENGINE_OUT_HTTP)
                        travel(w, &out);
                else if (out.type == ENGINE_OUT_NEED_MATERIAL)
                        answer(w, &out);
                else if (out.type == ENGINE_OUT_SAVE)
                        give(w, &(struct engine_input){.type = ENGINE_IN_SAVED, .id = out.id});
        }
}

static void turn(struct world *w) {
        int64_t due_ms = engine_deadline(w->engine).ms - BOOT_OFFSET_MS + START_WALL_MS;
        w->now_ms = due_ms > w->now_ms + 1000 ? w->now_ms + 1000 : due_ms > w->now_ms ? due_ms : w->now_ms + 1;
        model_advance(w->model, w->now_ms);
        const struct now now = world_clocks(w);
        unsigned failed = scarce.failed;
        scarce.is_engine = true;
        int r = engine_tick(w->engine, &now);
        scarce.is_engine = false;
        assert_true(r == 0 || (r == -ENOMEM && scarce.failed > failed));
        carry_out(w);
}

static void live(struct world *w, int64_t ms) {
        for (int64_t end_ms = w->now_ms + ms; w->now_ms < end_ms;)
                turn(w);
}

static int fill(void *userdata, void *bytes, size_t n) {
        struct world *w = userdata;
        for (size_t i = 0; i < n; i++)
                ((uint8_t *)bytes)[i] = (uint8_t)rng_next(&w->rng);
        return 0;
}

/* The configuration is taken up by an engine that is short of memory from the start. */
static void start_anew(struct world *w) {
        const struct engine_options options = {.entropy = {fill, w}, .seed = 1, .version = "test"};
        const struct now now = world_clocks(w);
        engine_free(w->engine);
        world_drop_packets(w);
        assert_int_equal(engine_new(&options, &now, &w->engine), 0);
        give(w, &(struct engine_input){.type = ENGINE_IN_CONFIG, .config = world_configuration(&w->options)});
        carry_out(w);
}

static void build_while_memory_is_scarce(uint64_t seed, uint64_t one_in) {
        _cleanup_(world_freep) struct world *w =
                world_new(&(struct world_options){.seed = seed, .mode = "build", .n_pairings = 2});
        rng_seed(&scarce.rng, seed);
        scarce.one_in = one_in;
        start_anew(w);
        live(w, 45 * MINUTE);
        scarce.one_in = 0;
        live(w, 120 * MINUTE);
        if (world_links_up(w) != 8 || world_count(w, "CreateVpnConnection") != 4 ||
            world_count(w, "CreateVpnGateway") != 2)
                fail_msg("seed %llu, one in %llu: %u links, %zu VPN connections, %zu VPN gateways made",
                         (unsigned long long)seed, (unsigned long long)one_in, world_links_up(w),
                         world_count(w, "CreateVpnConnection"), world_count(w, "CreateVpnGateway"));
}

static void scarce_memory_delays_and_breaks_nothing(void **state) {
        (void)state;
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
                build_while_memory_is_scarce(seed, seed % 2 ? 300 : 5000);
        assert_true(scarce.failed > 100);
        print_message("# %u allocations failed\n", scarce.failed);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(scarce_memory_delays_and_breaks_nothing)};
        mem_set_hooks(&hooks);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
