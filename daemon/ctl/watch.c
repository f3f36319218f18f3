/* SPDX-License-Identifier: Apache-2.0 */
/* watch: status again and again. A terminal is redrawn; elsewhere each change is a line. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "util/json.h"

#define PERIOD_S 2
#define CLEAR "\033[H\033[2J"

static void draw(const struct invocation *inv, const json_t *document, struct buf *out) {
        buf_puts(out, CLEAR);
        render_status(document, &inv->render, out);
}

/* The verdict lines: their ages are left out, since time is not a change. */
static void put_lines(const struct invocation *inv, const json_t *document, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        for (size_t i = 0; i < json_array_size(pairings); i++)
                render_verdict(json_array_get(pairings, i), &inv->render.style, false, out);
}

static bool has_line(const char *text, const char *line, size_t len) {
        for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
                if (strcspn(p, "\n") + 1 == len && strncmp(p, line, len) == 0)
                        return true;
        }
        return false;
}

static void put_changes(const char *before, const char *after, const char *time, struct buf *out) {
        while (*after) {
                size_t len = strcspn(after, "\n") + 1;
                if (!has_line(before, after, len)) {
                        text_printf(out, "%s ", time);
                        buf_append(out, after, len);
                }
                after += len;
        }
}

/* One look; @lines are those of the last one. */
static int look(const struct invocation *inv, bool redraw, struct buf *lines) {
        _cleanup_buf_ struct buf reply = BUF_NULL, out = BUF_NULL, now = BUF_NULL;
        _cleanup_json_ json_t *document = NULL;
        int r = fetch(inv, "/v1/status", &reply, &document);
        if (r != 0)
                return EXIT_UNKNOWN;
        if (inv->json) {
                r = print(&reply);
                return r ? r : document_exit_code(document);
        }
        if (redraw) {
                draw(inv, document, &out);
        } else {
                put_lines(inv, document, &now);
                put_changes(buf_str(lines), buf_str(&now), member_text(document, "time"), &out);
                buf_clear(lines);
                buf_puts(lines, buf_str(&now));
        }
        r = print(&out);
        return r ? r : document_exit_code(document);
}

/**
 * verb_watch() - Shows status every two seconds, until interrupted or, with -n, so many times
 * @inv: the command line
 *
 * Return: the exit code of the last look.
 */
int verb_watch(const struct invocation *inv) {
        _cleanup_buf_ struct buf lines = BUF_NULL;
        bool redraw = isatty(STDOUT_FILENO);
        for (size_t i = 1;; i++) {
                int code = look(inv, redraw, &lines);
                if (ferror(stdout) || i == inv->render.last)
                        return code;
                nanosleep(&(const struct timespec){.tv_sec = PERIOD_S}, NULL);
        }
}
