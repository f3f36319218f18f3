/* SPDX-License-Identifier: Apache-2.0 */
/* plan: the ordered steps, why each is wanted, what it touches, what it costs, and what holds it. */
#include <inttypes.h>
#include <string.h>

#include "document.h"

static void put_touches(const json_t *step, struct buf *out) {
        const json_t *blast = member_list(step, "blast");
        const char *text = member_text(step, "blast_text");
        buf_puts(out, "     touches: ");
        if (json_array_size(blast) > 0) {
                buf_puts(out, json_array_size(blast) == 1 ? "tunnel " : "tunnels ");
                render_numbers(blast, out);
        }
        if (*text)
                text_printf(out, "%s%s", json_array_size(blast) > 0 ? "; " : "", text);
        if (!*text && json_array_size(blast) == 0)
                buf_puts(out, "nothing that carries traffic");
        if (member_flag(step, "disruptive"))
                buf_puts(out, " (down while it runs)");
        if (member_flag(step, "touches_foreign_up"))
                buf_puts(out, " (others' connections that are up are touched)");
        buf_putc(out, '\n');
}

static void put_step(const json_t *step, const struct render_options *options, struct buf *out) {
        const char *id = member_text(step, "target_id"), *billed = member_text(step, "billed");
        text_printf(out, "  %" PRId64 ". %s %s: ", member_int(step, "number", 0), member_text(step, "action"),
                    member_text(step, "target"));
        render_step_status(step, &options->style, out);
        buf_putc(out, '\n');
        text_line(out, "     why:     %s", member_text(step, "reason"));
        text_line(out, "     finding: %s", member_text(step, "finding"));
        if (*id)
                text_line(out, "     on:      %s", id);
        put_touches(step, out);
        if (*billed)
                text_line(out, "     costs:   %s", billed);
}

static void put_counts(const json_t *steps, struct buf *out) {
        static const char *const words[] = {"ready", "running", "waiting", "held"};
        for (size_t k = 0; k < ELEMENTSOF(words); k++) {
                size_t n = 0;
                for (size_t i = 0; i < json_array_size(steps); i++)
                        n += strcmp(member_text(json_array_get(steps, i), "status"), words[k]) == 0;
                if (n > 0)
                        buf_printf(out, ", %zu %s", n, words[k]);
        }
}

static void put_pairing(const json_t *pairing, const struct render_options *options, struct buf *out) {
        const json_t *steps = member_list(pairing, "steps");
        size_t n = json_array_size(steps);
        text_printf(out, "%s: ", member_text(pairing, "pairing"));
        if (n == 0 && !member_flag(pairing, "known")) {
                buf_puts(out, "no plan yet, the clouds have not been read in whole\n");
                return;
        }
        if (n == 0 && *member_text(pairing, "note")) {
                text_line(out, "nothing can be planned: %s (%s mode)", member_text(pairing, "note"),
                          member_text(pairing, "mode"));
                return;
        }
        if (n == 0) {
                text_line(out, "nothing is planned (%s mode)", member_text(pairing, "mode"));
                return;
        }
        buf_printf(out, "%zu step%s", n, n == 1 ? "" : "s");
        put_counts(steps, out);
        text_line(out, " (plan %s, %s mode)", member_text(pairing, "plan_id"), member_text(pairing, "mode"));
        for (size_t i = 0; i < n; i++)
                put_step(json_array_get(steps, i), options, out);
}

void render_plan(const json_t *document, const struct render_options *options, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                buf_puts(out, i > 0 ? "\n" : "");
                put_pairing(json_array_get(pairings, i), options, out);
        }
        if (json_array_size(pairings) == 0)
                buf_puts(out, "No pairing is declared.\n");
}
