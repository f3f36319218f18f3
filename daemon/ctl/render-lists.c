/* SPDX-License-Identifier: Apache-2.0 */
/* routes and history: long lists, one line an entry. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "util/alloc.h"
#include "util/json.h"

static bool is_missing(const json_t *route) {
        const json_t *present = json_at(route, "present");
        return member_flag(route, "expected") && json_is_false(present);
}

static void route_row(struct table *t, const json_t *route) {
        const json_t *present = json_at(route, "present");
        bool expected = member_flag(route, "expected");
        const char *word = json_is_true(present) ? "present" : json_is_false(present) ? "missing" : "not known";
        table_row(t);
        table_cell(t, COLOUR_NONE, "%s", member_text(route, "prefix"));
        table_cell(t, COLOUR_NONE, "%s", member_text(route, "direction"));
        table_cell(t, COLOUR_NONE, "%s", expected ? "expected" : "not expected");
        table_cell(t, is_missing(route) ? COLOUR_BAD : COLOUR_NONE, "%s", word);
        table_cell(t, COLOUR_NONE, "%s", member_text(route, "origin"));
}

static void put_routes(const json_t *pairing, const struct render_options *options, struct buf *out) {
        static const char *const columns[] = {"PREFIX", "DIRECTION", "DECLARED", "STATE", "ORIGIN"};
        const json_t *routes = member_list(pairing, "routes");
        _cleanup_table_ struct table t = {0};
        size_t n = 0, missing = 0;
        table_init(&t, &options->style, columns, ELEMENTSOF(columns));
        for (size_t i = 0; i < json_array_size(routes); i++) {
                const json_t *r = json_array_get(routes, i);
                missing += is_missing(r);
                if (options->missing && !is_missing(r))
                        continue;
                route_row(&t, r);
                n++;
        }
        text_printf(out, "%s: ", member_text(pairing, "pairing"));
        if (json_array_size(routes) == 0 && !member_flag(pairing, "known")) {
                buf_puts(out, "routes are not known yet\n");
                return;
        }
        buf_printf(out, "%zu prefixes, %zu missing\n", json_array_size(routes), missing);
        if (n > 0)
                table_print(&t, 2, out);
}

void render_routes(const json_t *document, const struct render_options *options, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                buf_puts(out, i > 0 ? "\n" : "");
                put_routes(json_array_get(pairings, i), options, out);
        }
        if (json_array_size(pairings) == 0)
                buf_puts(out, "No pairing is declared.\n");
}

/* One event of some pairing; @order keeps equal times in the order of the documents. */
struct entry {
        const char *time, *pairing;
        const json_t *event;
        size_t order;
};

static int compare_entries(const void *a, const void *b) {
        const struct entry *x = a, *y = b;
        int r = strcmp(x->time, y->time); /* RFC 3339 in UTC sorts as text */
        return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

/* Writes, and what allowed or stopped them. */
static bool is_shown(const json_t *event, const struct render_options *options) {
        const char *kind = member_text(event, "event");
        return options->all || strcmp(kind, "step-sent") == 0 || strcmp(kind, "step-done") == 0 ||
               strcmp(kind, "step-failed") == 0 || strcmp(kind, "paused") == 0 || strcmp(kind, "resumed") == 0;
}

static void put_entry(const struct entry *e, struct buf *out) {
        const char *action = member_text(e->event, "action"), *reason = member_text(e->event, "reason");
        const char *finding = member_text(e->event, "finding"), *request_id = member_text(e->event, "request_id");
        text_line(out, "%s  %s  %s  %s", e->time, e->pairing, member_text(e->event, "event"),
                  *action ? action : member_text(e->event, "message"));
        if (*reason)
                text_line(out, "    why: %s", reason);
        if (*action && *finding)
                text_line(out, "    finding: %s", finding);
        if (*request_id)
                text_line(out, "    request: %s", request_id);
}

static size_t collect(const json_t *pairings, const struct render_options *options, struct entry *ret_entries) {
        size_t n = 0;
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                const json_t *p = json_array_get(pairings, i), *events = member_list(p, "events");
                for (size_t k = 0; k < json_array_size(events); k++) {
                        const json_t *e = json_array_get(events, k);
                        if (!is_shown(e, options))
                                continue;
                        if (ret_entries)
                                ret_entries[n] =
                                        (struct entry){member_text(e, "time"), member_text(p, "pairing"), e, n};
                        n++;
                }
        }
        return n;
}

void render_history(const json_t *document, const struct render_options *options, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        size_t n = collect(pairings, options, NULL);
        if (n == 0) {
                buf_puts(out, options->all ? "Nothing has happened.\n" : "Nothing was written to the clouds.\n");
                return;
        }
        _cleanup_mem_ struct entry *entries = mem_zalloc(n, sizeof(*entries));
        if (!entries) {
                out->error = -ENOMEM;
                return;
        }
        collect(pairings, options, entries);
        qsort(entries, n, sizeof(*entries), compare_entries);
        for (size_t i = options->last > 0 && options->last < n ? n - options->last : 0; i < n; i++)
                put_entry(&entries[i], out);
}
