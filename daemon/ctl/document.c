/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the daemon's documents, and the pieces of text that several of them share. */
#include "document.h"

#include <inttypes.h>
#include <string.h>

#include "util/json.h"
#include "util/wall.h"

const char *member_text(const json_t *object, const char *path) {
        const char *s = "";
        return json_get_string(object, path, &s) == 0 ? s : "";
}

int64_t member_int(const json_t *object, const char *path, int64_t fallback) {
        int64_t n = 0;
        return json_get_int(object, path, &n) == 0 ? n : fallback;
}

bool member_flag(const json_t *object, const char *path) {
        bool b = false;
        return json_get_bool(object, path, &b) == 0 && b;
}

const json_t *member_list(const json_t *object, const char *path) {
        json_t *list = NULL;
        return json_get_array(object, path, &list) == 0 ? list : NULL;
}

static int verdict_exit_code(const char *verdict) {
        if (strcmp(verdict, "healthy") == 0)
                return EXIT_HEALTHY;
        if (strcmp(verdict, "degraded") == 0 || strcmp(verdict, "building") == 0)
                return EXIT_DEGRADED;
        return strcmp(verdict, "down") == 0 ? EXIT_DOWN : EXIT_UNKNOWN;
}

/**
 * document_exit_code() - What a status document means for a script
 * @document: status
 *
 * Return: that of the worst pairing, down before unknown; nothing declared is unknown, not healthy.
 */
int document_exit_code(const json_t *document) {
        static const int badness[] = {[EXIT_HEALTHY] = 0, [EXIT_DEGRADED] = 1, [EXIT_DOWN] = 3, [EXIT_UNKNOWN] = 2};
        const json_t *pairings = member_list(document, "pairings");
        int worst = json_array_size(pairings) > 0 ? EXIT_HEALTHY : EXIT_UNKNOWN;
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                int code = verdict_exit_code(member_text(json_array_get(pairings, i), "verdict"));
                worst = badness[code] > badness[worst] ? code : worst;
        }
        return worst;
}

static enum colour verdict_colour(const char *verdict) {
        switch (verdict_exit_code(verdict)) {
        case EXIT_HEALTHY:
                return COLOUR_GOOD;
        case EXIT_DOWN:
                return COLOUR_BAD;
        default:
                return COLOUR_WARN;
        }
}

/* "2/3 to AWS", "?/3 to AWS" when none could be looked for, "1/3 to AWS (2 not known)" in between */
static void put_route_sum(const json_t *pairing, const char *path, const char *text, struct buf *out) {
        const json_t *n = json_at(pairing, path);
        int64_t unknown = member_int(n, "unknown", 0), expected = member_int(n, "expected", 0);
        bool nothing_known = expected > 0 && unknown == expected;
        if (nothing_known)
                buf_putc(out, '?');
        else
                buf_printf(out, "%" PRId64, member_int(n, "present", 0));
        buf_printf(out, "/%" PRId64 " %s", expected, text);
        if (unknown > 0 && !nothing_known)
                buf_printf(out, " (%" PRId64 " not known)", unknown);
}

void render_verdict(const json_t *pairing, const struct style *style, bool with_age, struct buf *out) {
        _cleanup_buf_ struct buf word = BUF_NULL;
        int64_t age_s = member_int(pairing, "age_seconds", -1);
        text_upper(&word, member_text(pairing, "verdict"));
        text_printf(out, "%s: ", member_text(pairing, "pairing"));
        text_paint(out, style, verdict_colour(member_text(pairing, "verdict")), buf_str(&word));
        if (json_is_object(json_at(pairing, "counts"))) {
                buf_printf(out, ", %" PRId64 "/%" PRId64 " tunnels up, routes ", member_int(pairing, "counts.up", 0),
                           member_int(pairing, "counts.paired", 0));
                put_route_sum(pairing, "routes.to_aws", "to AWS", out);
                buf_puts(out, ", ");
                put_route_sum(pairing, "routes.to_azure", "to Azure", out);
        }
        buf_puts(out, " (");
        if (with_age && age_s < 0)
                buf_puts(out, "no data yet, ");
        if (with_age && age_s >= 0) {
                buf_puts(out, "data ");
                text_duration(out, age_s);
                buf_puts(out, " old, ");
        }
        text_line(out, "%s mode%s%s)", member_text(pairing, "mode"),
                  !with_age && member_flag(pairing, "paused") ? ", paused" : "",
                  !with_age && member_flag(pairing, "held") ? ", held" : "");
}

void render_since(const json_t *document, const char *time, struct buf *out) {
        int64_t then_ms, now_ms;
        text_put(out, *time ? time : "a time that is not known");
        if (wall_from_rfc3339(time, &then_ms) != 0 || wall_from_rfc3339(member_text(document, "time"), &now_ms) != 0)
                return;
        buf_puts(out, " (");
        text_duration(out, (now_ms - then_ms) / 1000);
        buf_puts(out, ")");
}

static enum colour step_colour(const char *status) {
        if (strcmp(status, "held") == 0)
                return COLOUR_WARN;
        return strcmp(status, "ready") == 0 || strcmp(status, "running") == 0 ? COLOUR_GOOD : COLOUR_NONE;
}

void render_step_status(const json_t *step, const struct style *style, struct buf *out) {
        _cleanup_buf_ struct buf word = BUF_NULL;
        const char *status = member_text(step, "status");
        const char *waits_for = member_text(step, "waits_for"), *held_by = member_text(step, "held_by");
        const char *held_why = member_text(step, "held_why");
        text_upper(&word, status);
        text_paint(out, style, step_colour(status), buf_str(&word));
        if (*waits_for)
                text_printf(out, " for %s", waits_for);
        if (*held_by)
                text_printf(out, " by %s", held_by);
        if (*held_why)
                text_printf(out, ": %s", held_why);
}

void render_numbers(const json_t *list, struct buf *out) {
        for (size_t i = 0; i < json_array_size(list); i++)
                buf_printf(out, "%s%" PRId64, i > 0 ? ", " : "", (int64_t)json_integer_value(json_array_get(list, i)));
}
