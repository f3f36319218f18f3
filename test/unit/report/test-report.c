/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: recorded documents byte for byte, selection, secrets, failing memory, the summary line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "fixture.h"
#include "report/report.h"
#include "util/alloc.h"
#include "util/json.h"

typedef int (*report_fn)(const struct daemon_view *v, const char *pairing, struct buf *out);

static const struct {
        const char *name;
        report_fn report;
} documents[] = {
        {"status", report_status},
        {"plan", report_plan},
        {"history", report_history},
        {"routes", report_routes},
};

static void read_recorded(const char *world, const char *report, struct buf *out) {
        char path[512], chunk[4096];
        snprintf(path, sizeof(path), "%s/%s.%s.json", RECORDED, world, report);
        FILE *f = fopen(path, "re");
        assert_non_null(f);
        for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f)) > 0;)
                buf_append(out, chunk, n);
        fclose(f);
}

static void test_recorded(void **state) {
        static struct world w;
        (void)state;
        for (size_t i = 0; i < n_world_names; i++) {
                assert_true(world_init(&w, world_names[i]));
                for (size_t k = 0; k < ELEMENTSOF(documents); k++) {
                        _cleanup_buf_ struct buf want = BUF_NULL, got = BUF_NULL;
                        assert_int_equal(documents[k].report(&w.view, NULL, &got), 0);
                        read_recorded(world_names[i], documents[k].name, &want);
                        assert_string_equal(buf_str(&got), buf_str(&want));
                }
        }
}

static void test_parses_and_keeps_keys_out(void **state) {
        static struct world w;
        (void)state;
        for (size_t i = 0; i < n_world_names; i++) {
                assert_true(world_init(&w, world_names[i]));
                for (size_t k = 0; k < ELEMENTSOF(documents); k++) {
                        _cleanup_buf_ struct buf got = BUF_NULL;
                        _cleanup_json_ json_t *doc = NULL;
                        char error[128];
                        int64_t schema = 0;
                        assert_int_equal(documents[k].report(&w.view, NULL, &got), 0);
                        assert_int_equal(json_parse(got.data, got.len, false, &doc, error, sizeof(error)), 0);
                        assert_int_equal(json_get_int(doc, "schema", &schema), 0);
                        assert_int_equal(schema, REPORT_SCHEMA);
                        assert_null(strstr(got.data, "neverShown"));
                }
        }
}

static size_t n_pairings(const struct daemon_view *v, const char *pairing) {
        _cleanup_buf_ struct buf got = BUF_NULL;
        _cleanup_json_ json_t *doc = NULL;
        char error[128];
        assert_int_equal(report_status(v, pairing, &got), 0);
        assert_int_equal(json_parse(got.data, got.len, false, &doc, error, sizeof(error)), 0);
        return json_array_size(json_at(doc, "pairings"));
}

static void test_selection(void **state) {
        static struct world w;
        (void)state;
        assert_true(world_init(&w, "healthy"));
        struct declaration other = w.declaration;
        other.name = "hub-osaka";
        w.pairings[1] = w.pairings[0];
        w.pairings[1].declaration = &other;
        w.view.n_pairings = 2;
        assert_int_equal(n_pairings(&w.view, NULL), 2);
        assert_int_equal(n_pairings(&w.view, "hub-osaka"), 1);
        assert_int_equal(n_pairings(&w.view, "hub"), 0);
}

/* Unknown is null, and absent is not unknown. */
static void test_unknown_is_null(void **state) {
        static struct world w;
        _cleanup_buf_ struct buf got = BUF_NULL;
        _cleanup_json_ json_t *doc = NULL;
        char error[128];
        (void)state;
        assert_true(world_init(&w, "down"));
        assert_int_equal(report_status(&w.view, NULL, &got), 0);
        assert_int_equal(json_parse(got.data, got.len, false, &doc, error, sizeof(error)), 0);
        const json_t *pairing = json_array_get(json_at(doc, "pairings"), 0);
        const json_t *tunnel = json_array_get(json_at(pairing, "tunnels"), 0);
        assert_true(json_is_null(json_at(tunnel, "routes.to_aws.present")));
        assert_int_equal(json_integer_value(json_at(tunnel, "routes.to_azure.present")), 0);
        assert_true(json_is_integer(json_at(tunnel, "routes.to_azure.present")));
        assert_int_equal(json_integer_value(json_at(pairing, "routes.to_aws.unknown")), 3);
}

/* A first round in which no cloud answered: an empty plan must not read as "nothing to do". */
static void test_no_data_is_not_known(void **state) {
        static struct world w;
        (void)state;
        assert_true(world_init(&w, "healthy"));
        for (unsigned seen = 0; seen < 2; seen++) {
                _cleanup_buf_ struct buf plan = BUF_NULL, routes = BUF_NULL;
                w.assessment.oldest_fact = seen ? w.view.now.boot : MONOTIME_NEVER;
                assert_int_equal(report_plan(&w.view, NULL, &plan), 0);
                assert_int_equal(report_routes(&w.view, NULL, &routes), 0);
                assert_non_null(strstr(plan.data, seen ? "\"known\":true" : "\"known\":false"));
                assert_non_null(strstr(routes.data, seen ? "\"known\":true" : "\"known\":false"));
        }
}

/* Memory that ends at the nth allocation. */
static unsigned allocations_left;

static void *failing_alloc(size_t size) {
        return allocations_left > 0 && allocations_left-- ? malloc(size) : NULL;
}

static void *failing_realloc(void *p, size_t size) {
        return allocations_left > 0 && allocations_left-- ? realloc(p, size) : NULL;
}

static int report_all(const struct daemon_view *v, struct buf *out) {
        int r = 0;
        for (size_t k = 0; r == 0 && k < ELEMENTSOF(documents); k++)
                r = documents[k].report(v, NULL, out);
        r = r < 0 ? r : report_metrics(v, out);
        return r < 0 ? r : report_summary(v, out);
}

static void test_failing_memory(void **state) {
        static struct world w;
        int r = -ENOMEM;
        unsigned n;
        (void)state;
        assert_true(world_init(&w, "degraded"));
        for (n = 0; r == -ENOMEM && n < 1000; n++) {
                struct buf out = BUF_NULL;
                allocations_left = n;
                mem_set_hooks(&(const struct mem_hooks){failing_alloc, failing_realloc, free});
                r = report_all(&w.view, &out);
                buf_deinit(&out);
                mem_set_hooks(NULL);
        }
        assert_int_equal(r, 0);
        assert_true(n > 5);
}

static void test_summary(void **state) {
        static const struct {
                const char *world, *line;
        } rows[] = {
                {"healthy", "1 pairing: 1 healthy; 4/4 tunnels up; oldest data 4 s"},
                {"degraded", "1 pairing: 1 degraded; 3/4 tunnels up; oldest data 4 s"},
                {"down", "1 pairing: 1 down; 0/4 tunnels up; oldest data 4 s; writes stopped for 1"},
                {"unknown",
                 "1 pairing: 1 unknown; state cannot be saved, nothing is written; last configuration refused"},
                {"empty", "no pairings declared"},
        };
        static struct world w;
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_buf_ struct buf out = BUF_NULL;
                assert_true(world_init(&w, rows[i].world));
                assert_int_equal(report_summary(&w.view, &out), 0);
                assert_string_equal(buf_str(&out), rows[i].line);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_recorded),       cmocka_unit_test(test_parses_and_keeps_keys_out),
                cmocka_unit_test(test_selection),      cmocka_unit_test(test_unknown_is_null),
                cmocka_unit_test(test_failing_memory), cmocka_unit_test(test_no_data_is_not_known),
                cmocka_unit_test(test_summary),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
