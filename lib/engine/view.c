/* SPDX-License-Identifier: Apache-2.0 */
/* View: the engine's state as reports read it. */
#include <errno.h>

#include "engine/engine-internal.h"

static size_t list_length(const struct list *head) {
        size_t n = 0;
        LIST_FOREACH(item, (struct list *)head)
        n++;
        return n;
}

/* The cloud's last word on what a write makes. */
static const char *word(const struct write *w) {
        if (w->state == WRITE_OPERATING)
                return "in progress";
        return write_state_to_string(w->state);
}

static int add_operations(struct pairing *p, struct arena *arena, struct pairing_view *v) {
        struct operation_view *rows = ARENA_ARRAY(arena, struct operation_view, list_length(&p->writes));
        if (!rows)
                return -ENOMEM;
        LIST_FOREACH(item, &p->writes) {
                const struct write *w = CONTAINER_OF(item, struct write, link);
                const char *what = arena_printf(arena, "%s %s", step_kind_to_string(w->kind), w->target);
                if (!what)
                        return -ENOMEM;
                rows[v->n_operations++] = (struct operation_view){
                        .what = what,
                        .started_wall_ms = w->started_wall_ms,
                        .typical_ms = write_typical_ms(w->kind),
                        .state = word(w),
                };
        }
        v->operations = rows;
        return 0;
}

const char *pairing_note(const struct pairing *p) {
        if (p->state_damaged)
                return "the state file cannot be used: observing only";
        if (*p->aws->why && !p->aws->identity_ok)
                return p->aws->why;
        if (*p->azure->why && !p->azure->identity_ok)
                return p->azure->why;
        if (*p->aws->read_error)
                return p->aws->read_error;
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                if (*p->units[i].error && p->units[i].id && unit_tier(&p->units[i]) == TIER_CHEAP)
                        return p->units[i].error;
        }
        return p->shown ? "" : "the first round is not over";
}

static int add_pairing(struct pairing *p, struct arena *arena, struct pairing_view *v) {
        const struct round_result *shown = p->shown;
        *v = (struct pairing_view){
                .declaration = p->d,
                .observed = shown ? &shown->observed : NULL,
                .assessment = shown ? &shown->assessment : NULL,
                .plan = shown ? &shown->plan : NULL,
                .memory = &p->memory,
                .history = p->history,
                .n_history = p->n_history,
                .steps = p->steps,
                .note = pairing_note(p),
                .last_round = p->round_finished,
                .round_interval_ms = p->round_interval_ms,
                .is_paused = p->memory.paused,
                .is_held = p->engine->hold_file,
                .state_damaged = p->state_damaged,
        };
        return add_operations(p, arena, v);
}

static int add_clouds(struct engine *e, struct arena *arena, struct daemon_view *v) {
        size_t n = list_length(&e->azure_accounts) + list_length(&e->aws_accounts);
        struct cloud_counters *rows = ARENA_ARRAY(arena, struct cloud_counters, n);
        if (!rows)
                return -ENOMEM;
        LIST_FOREACH(item, &e->azure_accounts)
        rows[v->n_clouds++] = CONTAINER_OF(item, struct azure_account, link)->counters;
        LIST_FOREACH(item, &e->aws_accounts)
        rows[v->n_clouds++] = CONTAINER_OF(item, struct aws_account, link)->counters;
        v->clouds = rows;
        return 0;
}

/**
 * view_make() - Fills a view of everything
 * @arena: owns the view's arrays
 *
 * Return: 0 or -ENOMEM. Valid until the next input.
 */
int view_make(struct engine *e, const struct now *now, struct arena *arena, struct daemon_view *ret) {
        struct daemon_view v = {
                .version = e->options.version,
                .started_wall_ms = e->started_wall_ms,
                .now = *now,
                .config_loaded_wall_ms = e->config_loaded_wall_ms,
                .config_last_reload_ok = e->config_last_ok,
                .store_ok = true,
                .stale_replies = e->stale_replies,
        };
        struct pairing_view *rows = ARENA_ARRAY(arena, struct pairing_view, list_length(&e->pairings));
        if (!rows)
                return -ENOMEM;
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                v.store_ok = v.store_ok && !p->store_failed;
                int r = add_pairing(p, arena, &rows[v.n_pairings++]);
                if (r < 0)
                        return r;
        }
        v.pairings = rows;
        int r = add_clouds(e, arena, &v);
        if (r == 0)
                *ret = v;
        return r;
}
