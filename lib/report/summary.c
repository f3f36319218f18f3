/* SPDX-License-Identifier: Apache-2.0 */
/* The one line that systemctl status shows. */
#include "report/internal.h"
#include "report/report.h"

#include <inttypes.h>

/* Worst first, as people read. */
static const enum verdict order[] = {
        VERDICT_DOWN, VERDICT_UNKNOWN, VERDICT_DEGRADED, VERDICT_BUILDING, VERDICT_HEALTHY,
};

static void put_verdicts(const struct daemon_view *v, struct buf *out) {
        const char *separator = ": ";
        for (size_t k = 0; k < ELEMENTSOF(order); k++) {
                size_t n = 0;
                for (size_t i = 0; i < v->n_pairings; i++)
                        n += view_verdict(&v->pairings[i]) == order[k];
                if (n == 0)
                        continue;
                buf_printf(out, "%s%zu %s", separator, n, verdict_to_string(order[k]));
                separator = ", ";
        }
}

static void put_tunnels(const struct daemon_view *v, struct buf *out) {
        unsigned up = 0, used = 0;
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct assessment *a = v->pairings[i].assessment;
                up += a ? a->n_up : 0;
                used += a ? a->n_used : 0;
        }
        if (used > 0)
                buf_printf(out, "; %u/%u tunnels up", up, used);
}

static void put_age(const struct daemon_view *v, struct buf *out) {
        int64_t oldest_ms = -1;
        for (size_t i = 0; i < v->n_pairings; i++) {
                int64_t age_ms = view_data_age_ms(v, &v->pairings[i]);
                oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
        }
        if (oldest_ms >= 0)
                buf_printf(out, "; oldest data %" PRId64 " s", oldest_ms / 1000);
}

/**
 * report_summary() - One line about everything
 * @v: the engine's state
 * @out: the line is appended, without a line break
 *
 * Return: 0 or -ENOMEM.
 */
int report_summary(const struct daemon_view *v, struct buf *out) {
        size_t stopped = 0;
        if (v->n_pairings == 0) {
                buf_puts(out, "no pairings declared");
                return buf_error(out);
        }
        buf_printf(out, "%zu pairing%s", v->n_pairings, v->n_pairings == 1 ? "" : "s");
        put_verdicts(v, out);
        put_tunnels(v, out);
        put_age(v, out);
        for (size_t i = 0; i < v->n_pairings; i++)
                stopped += v->pairings[i].is_paused || v->pairings[i].is_held;
        if (stopped > 0)
                buf_printf(out, "; writes stopped for %zu", stopped);
        if (!v->store_ok)
                buf_puts(out, "; state cannot be saved, nothing is written");
        if (!v->config_last_reload_ok)
                buf_puts(out, "; last configuration refused");
        return buf_error(out);
}
