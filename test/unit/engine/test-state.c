/* SPDX-License-Identifier: Apache-2.0 */
/* The state file: what was saved is taken over, and what is wrong with a damaged one is named. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world-internal.h"

#define MINUTE (60 * SECOND_MS)

static const struct world_options building = {.seed = 3, .mode = "build"};

/* A state with something of everything: intents, ladders, repairs, findings, history. */
static json_t *some_state(void) {
        _cleanup_(world_freep) struct world *w = world_new(&building);
        json_t *root = NULL;
        for (unsigned i = 0; i < 100 * 120; i++) {
                world_run(w, 10);
                const char *text = world_state_file(w, WORLD_PAIRING);
                if (!text || !strstr(text, "\"sent\""))
                        continue;
                root = json_loads(text, 0, NULL);
                break;
        }
        assert_non_null(root);
        return root;
}

static int fill(void *userdata, void *bytes, size_t n) {
        (void)userdata;
        memset(bytes, 7, n);
        return 0;
}

/* What a fresh engine says to that file, and what it saves next: for free() and json_decref(). */
struct verdict_on_state {
        char *complaint;
        json_t *saved;
};

static struct verdict_on_state load(const char *bytes) {
        const struct engine_options options = {.entropy = {fill, NULL}, .seed = 1, .version = "test"};
        const struct now now = {.boot = {BOOT_OFFSET_MS}, .wall_ms = START_WALL_MS + 5 * MINUTE, .wall_trusted = true};
        static const char body[] = "{\"pairing\":\"hub\"}";
        struct verdict_on_state v = {0};
        struct engine_output out;
        _cleanup_(engine_freep) struct engine *e = NULL;
        assert_int_equal(engine_new(&options, &now, &e), 0);
        assert_int_equal(
                engine_input(e,
                             &(struct engine_input){.type = ENGINE_IN_CONFIG, .config = world_configuration(&building)},
                             &now),
                0);
        bool asked = false;
        while (engine_output(e, &out)) {
                const char *answer =
                        out.type == ENGINE_OUT_NEED_MATERIAL && out.material.kind == MATERIAL_STATE ? bytes : NULL;
                struct engine_input in = {.type = ENGINE_IN_MATERIAL, .id = out.id};
                in.material.error = answer ? 0 : -ENOENT;
                in.material.bytes = answer;
                in.material.len = answer ? strlen(answer) : 0;
                if (out.type == ENGINE_OUT_NEED_MATERIAL)
                        assert_int_equal(engine_input(e, &in, &now), 0);
                if (out.type == ENGINE_OUT_EVENT && out.event.kind == EVENT_STATE_DAMAGED)
                        v.complaint = strdup(out.event.reason);
                if (out.type == ENGINE_OUT_SAVE)
                        v.saved = json_loadb(out.save.bytes, out.save.len, 0, NULL);
                /* A pause makes it save. */
                if (answer && !asked) {
                        asked = true;
                        const struct engine_input pause = {
                                .type = ENGINE_IN_CONTROL,
                                .id = 1,
                                .control = {"POST", "/v1/pause", body, strlen(body), true, "uid 0"},
                        };
                        assert_int_equal(engine_input(e, &pause, &now), 0);
                }
        }
        return v;
}

static void what_was_saved_is_taken_over(void **state) {
        (void)state;
        json_t *root = some_state();
        char *text = json_dumps(root, JSON_SORT_KEYS);
        struct verdict_on_state v = load(text);
        assert_null(v.complaint);
        assert_non_null(v.saved);
        /* All but the pause, which is new. */
        json_t *before = json_object_get(root, "memory"), *after = json_object_get(v.saved, "memory");
        assert_true(json_array_size(json_object_get(before, "intents")) > 0);
        json_object_del(before, "paused");
        json_object_del(before, "paused_by");
        json_object_del(after, "paused");
        json_object_del(after, "paused_by");
        assert_true(json_equal(before, after));
        free(text);
        json_decref(root);
        json_decref(v.saved);
}

static void must_complain(const json_t *root, const char *member) {
        char *text = json_dumps(root, JSON_SORT_KEYS);
        struct verdict_on_state v = load(text);
        if (!v.complaint || !strstr(v.complaint, member) || v.saved)
                fail_msg("%s damaged: \"%s\", %s", member, v.complaint ? v.complaint : "no complaint",
                         v.saved ? "overwritten" : "left alone");
        free(v.complaint);
        free(text);
}

/* Every member in turn is gone, and of another type. */
static void damage_members(json_t *root, json_t *object) {
        json_t *keys = json_deep_copy(object), *unused; /* the object's own order changes below */
        const char *key;
        json_object_foreach(keys, key, unused) {
                json_t *kept = json_incref(json_object_get(object, key));
                json_t *inner = json_is_object(kept) ? kept : json_array_get(kept, 0);
                if (json_is_object(inner))
                        damage_members(root, inner);
                json_object_del(object, key);
                must_complain(root, key);
                json_object_set_new(object, key, json_real(0.5));
                must_complain(root, key);
                json_object_set_new(object, key, kept);
        }
        json_decref(keys);
}

static void every_damage_is_named(void **state) {
        (void)state;
        json_t *root = some_state();
        damage_members(root, root);
        json_decref(root);
}

/* Numbers that index something must not lead anywhere else. */
static void no_slot_is_out_of_range(void **state) {
        static const struct {
                const char *kind;
                int slots;
        } cases[] = {
                {"create-public-ip", 2}, {"create-gateway", 1}, {"create-vpn-connection", 2}, {"put-connection", 4}};
        (void)state;
        json_t *root = some_state();
        json_t *intent = json_array_get(json_object_get(json_object_get(root, "memory"), "intents"), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                json_object_set_new(intent, "kind", json_string(cases[i].kind));
                json_object_set_new(intent, "slot", json_integer(cases[i].slots));
                must_complain(root, "slot");
        }
        json_decref(root);
}

static void what_is_no_state_is_left_alone(void **state) {
        static const char *const texts[] = {"",    "{", "[]", "null", "{\"format\":\"s2svpn-state\",\"version\":2}",
                                            "\xff"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                struct verdict_on_state v = load(texts[i]);
                assert_non_null(v.complaint);
                assert_null(v.saved);
                free(v.complaint);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_saved_is_taken_over),
                cmocka_unit_test(every_damage_is_named),
                cmocka_unit_test(no_slot_is_out_of_range),
                cmocka_unit_test(what_is_no_state_is_left_alone),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
