/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: inputs to their modules, ticks in a fixed order, and the next deadline.
 *
 * Order of a tick: accounts, pairings (rounds, proofs, polls), writes, then the queue of requests. What becomes due
 * while an input is handled is done in the same call, so that the caller needs no timer for it.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "report/report.h"
#include "util/alloc.h"

#define TICK_REPEAT_MAX 8    /* an input that keeps making things due would otherwise hold the loop */
#define DEADLINE_FLOOR_MS 50 /* between ticks: something due that cannot be done yet must not spin */
#define SUSPEND_GAP_MS 60000 /* inputs that come this much after the deadline: the machine slept */

int engine_new(const struct engine_options *options, const struct now *now, struct engine **ret) {
        struct engine *e = mem_zalloc(1, sizeof(*e));
        if (!e)
                return -ENOMEM;
        e->options = *options;
        rng_seed(&e->rng, options->seed);
        list_init(&e->pairings);
        list_init(&e->azure_accounts);
        list_init(&e->aws_accounts);
        list_init(&e->exchanges);
        list_init(&e->materials);
        list_init(&e->outputs);
        e->expected = MONOTIME_FOREVER;
        e->status_is_old = true;
        e->config_last_ok = e->config_applied = true;
        e->started_wall_ms = now->wall_ms;
        e->last_input = *now;
        *ret = e;
        return 0;
}

struct engine *engine_free(struct engine *e) {
        if (!e)
                return NULL;
        LIST_FOREACH(item, &e->pairings)
        pairing_free(CONTAINER_OF(item, struct pairing, link));
        exchange_cancel_all(e);
        output_drop_all(e);
        config_ref_put(e->config);
        mem_free(e->status);
        assert(list_is_empty(&e->azure_accounts) && list_is_empty(&e->aws_accounts));
        mem_free(e);
        return NULL;
}

/* ---- configuration ---- */

static const struct declaration *find_declaration(const struct configuration *c, const char *name) {
        for (size_t i = 0; i < c->n_pairings; i++) {
                if (strcmp(c->pairings[i].name, name) == 0)
                        return &c->pairings[i];
        }
        return NULL;
}

/* A pairing that is no longer declared is let go: nothing of it is deleted in the clouds, its state file stays. */
static void drop_undeclared(struct engine *e, const struct configuration *c) {
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                if (!find_declaration(c, p->d->name))
                        pairing_free(p);
        }
}

/* May be done again from the start: what was taken up already stays as it is. */
static int apply_config(struct engine *e, const struct now *now) {
        const struct configuration *c = e->config->config;
        for (size_t i = 0; i < c->n_pairings; i++) {
                struct pairing *p = pairing_find(e, c->pairings[i].name);
                int r = p ? pairing_redeclare(p, e->config, &c->pairings[i], now)
                          : pairing_add(e, e->config, &c->pairings[i], now);
                if (r < 0)
                        return r;
        }
        e->config_applied = true;
        return event_emit(e, NULL, now, &(struct event_args){.kind = EVENT_CONFIG_LOADED, .priority = 5},
                          "configuration loaded: %zu pairing%s", c->n_pairings, c->n_pairings == 1 ? "" : "s");
}

static int take_config(struct engine *e, struct configuration *c, const struct now *now) {
        struct config_ref *ref = config_ref_new(c);
        if (!ref) {
                configuration_free(c);
                return -ENOMEM;
        }
        struct config_ref *old = e->config;
        e->config = ref;
        bool is_first = e->config_loaded_wall_ms == 0;
        e->config_last_ok = true;
        e->config_applied = false;
        e->config_loaded_wall_ms = now->wall_ms;
        drop_undeclared(e, c);
        int r = 0;
        if (is_first)
                r = event_emit(e, NULL, now, &(struct event_args){.kind = EVENT_DAEMON_STARTED, .priority = 5},
                               "s2svpnd %s started", e->options.version);
        if (r == 0)
                r = apply_config(e, now);
        config_ref_put(old);
        return r;
}

static size_t count_lines(const char *text) {
        size_t n = 0;
        for (; *text; text++)
                n += *text == '\n';
        return n;
}

/* One line of journal: the whole list is in the reason, and check-config prints it. */
static int refuse_config(struct engine *e, const char *text, const struct now *now) {
        size_t n = count_lines(text);
        e->config_last_ok = false;
        const struct event_args args = {.kind = EVENT_CONFIG_REFUSED, .priority = 3, .reason = text};
        return event_emit(e, NULL, now, &args,
                          "configuration refused, the running one stays: %zu mistake%s, the first: %.*s", n,
                          n == 1 ? "" : "s", (int)strcspn(text, "\n"), text);
}

/* ---- ticks ---- */

static int tick_accounts(struct engine *e, const struct now *now) {
        LIST_FOREACH(item, &e->azure_accounts) {
                int r = azure_account_tick(CONTAINER_OF(item, struct azure_account, link), now);
                if (r < 0)
                        return r;
        }
        LIST_FOREACH(link, &e->aws_accounts) {
                int r = aws_account_tick(CONTAINER_OF(link, struct aws_account, link), now);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int tick_pairing(struct pairing *p, const struct now *now) {
        int r = round_tick(p, now);
        LIST_FOREACH(item, &p->writes) {
                if (r == 0)
                        r = write_tick(CONTAINER_OF(item, struct write, link), now);
        }
        return r == 0 ? store_flush(p) : r;
}

static int tell_status(struct engine *e, const struct now *now) {
        _cleanup_(arena_freep) struct arena *scratch = arena_new();
        _cleanup_buf_ struct buf text = BUF_NULL;
        struct daemon_view view;
        if (!e->status_is_old)
                return 0;
        if (!scratch)
                return -ENOMEM;
        int r = view_make(e, now, scratch, &view);
        if (r == 0)
                r = report_summary(&view, &text);
        if (r < 0)
                return r;
        e->status_is_old = false;
        if (e->status && strcmp(e->status, buf_str(&text)) == 0)
                return 0;
        struct arena *arena = arena_new();
        char *line = arena ? arena_strdup(arena, buf_str(&text)) : NULL;
        if (!line) {
                arena_free(arena);
                return -ENOMEM;
        }
        mem_free(e->status);
        e->status = buf_steal(&text);
        return output_push(e, &(struct engine_output){.type = ENGINE_OUT_STATUS, .status = line}, arena);
}

static bool has_write_in_flight(const struct engine *e) {
        LIST_FOREACH(item, (struct list *)&e->pairings) {
                const struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                LIST_FOREACH(link, (struct list *)&p->writes) {
                        if (CONTAINER_OF(link, struct write, link)->state == WRITE_SENT)
                                return true;
                }
                if (p->save_sent > p->save_done)
                        return true;
        }
        return false;
}

/* A write that left is waited for (the caller has its own limit); long operations outlive us. */
static int tick_stopping(struct engine *e, const struct now *now) {
        if (e->stopped_said)
                return 0;
        if (has_write_in_flight(e))
                return exchange_flush(e, now);
        e->stopped_said = true;
        return output_push(e, &(struct engine_output){.type = ENGINE_OUT_STOPPED}, NULL);
}

static int tick_once(struct engine *e, const struct now *now) {
        e->wants_tick = false;
        if (e->is_stopping)
                return tick_stopping(e, now);
        int r = e->config_applied ? 0 : apply_config(e, now);
        if (r == 0)
                r = tick_accounts(e, now);
        LIST_FOREACH(item, &e->pairings) {
                if (r == 0)
                        r = tick_pairing(CONTAINER_OF(item, struct pairing, link), now);
        }
        if (r == 0)
                r = exchange_flush(e, now);
        return r;
}

/* After a sleep nothing that was known is fresh: two complete rounds come before any write. */
static void notice_suspend(struct engine *e, const struct now *now) {
        if (e->expected.ms != INT64_MAX && monotime_diff_ms(now->boot, e->expected) > SUSPEND_GAP_MS) {
                LIST_FOREACH(item, &e->pairings)
                CONTAINER_OF(item, struct pairing, link)->complete_rounds = 0;
        }
}

int engine_tick(struct engine *e, const struct now *now) {
        notice_suspend(e, now);
        e->last_input = *now;
        e->last_tick = now->boot;
        int r = tick_once(e, now);
        for (unsigned i = 0; i < TICK_REPEAT_MAX && r == 0 && e->wants_tick; i++)
                r = tick_once(e, now);
        if (r == 0)
                r = tell_status(e, now);
        e->is_behind = r < 0;
        e->expected = engine_deadline(e);
        return r;
}

static int begin_stop(struct engine *e, const struct now *now) {
        e->is_stopping = true;
        e->wants_tick = true;
        return event_emit(e, NULL, now, &(struct event_args){.kind = EVENT_DAEMON_STOPPING, .priority = 5}, "stopping");
}

static int dispatch(struct engine *e, const struct engine_input *in, const struct now *now) {
        switch (in->type) {
        case ENGINE_IN_CONFIG:
                return take_config(e, in->config, now);
        case ENGINE_IN_CONFIG_REFUSED:
                return refuse_config(e, in->text, now);
        case ENGINE_IN_MATERIAL:
                return material_input(e, in, now);
        case ENGINE_IN_HTTP_HEAD:
        case ENGINE_IN_HTTP_BODY:
        case ENGINE_IN_HTTP_DONE:
        case ENGINE_IN_HTTP_FAILED:
                return exchange_input(e, in, now);
        case ENGINE_IN_SAVED:
        case ENGINE_IN_SAVE_FAILED:
                return store_input(e, in, now);
        case ENGINE_IN_CONTROL:
                return control_input(e, in, now);
        case ENGINE_IN_HOLD:
                e->hold_file = in->hold;
                return 0;
        case ENGINE_IN_STOP:
                return begin_stop(e, now);
        }
        return -EINVAL;
}

int engine_input(struct engine *e, const struct engine_input *in, const struct now *now) {
        notice_suspend(e, now);
        e->last_input = *now;
        int r = dispatch(e, in, now);
        bool changes_much = in->type == ENGINE_IN_CONFIG || in->type == ENGINE_IN_STOP || in->type == ENGINE_IN_HOLD;
        if (r == 0 && (e->wants_tick || changes_much))
                return engine_tick(e, now);
        e->is_behind = e->is_behind || r < 0;
        return r;
}

struct monotime engine_deadline(const struct engine *e) {
        struct monotime t = MONOTIME_FOREVER;
        LIST_FOREACH(item, (struct list *)&e->azure_accounts)
        t = monotime_min(t, azure_account_deadline(CONTAINER_OF(item, struct azure_account, link), &e->last_input));
        LIST_FOREACH(item2, (struct list *)&e->aws_accounts)
        t = monotime_min(t, aws_account_deadline(CONTAINER_OF(item2, struct aws_account, link), &e->last_input));
        LIST_FOREACH(item3, (struct list *)&e->pairings) {
                const struct pairing *p = CONTAINER_OF(item3, struct pairing, link);
                t = monotime_min(t, round_deadline(p, &e->last_input));
                LIST_FOREACH(link, (struct list *)&p->writes) {
                        const struct write *w = CONTAINER_OF(link, struct write, link);
                        if (w->state == WRITE_OPERATING && !w->exchange)
                                t = monotime_min(t, w->poll_due);
                }
        }
        struct monotime floor = monotime_add_ms(e->last_tick, e->wants_tick ? 0 : DEADLINE_FLOOR_MS);
        return e->is_behind || monotime_before(t, floor) ? floor : t;
}
