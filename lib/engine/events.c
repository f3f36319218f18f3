/* SPDX-License-Identifier: Apache-2.0 */
/* Events: told to the journal and kept in the pairing's history. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

static void event_deinit(struct event *ev) {
        mem_free((char *)ev->finding);
        mem_free((char *)ev->action);
        mem_free((char *)ev->reason);
        mem_free((char *)ev->request_id);
        mem_free((char *)ev->message);
}

void history_deinit(struct pairing *p) {
        for (size_t i = 0; i < p->n_history; i++)
                event_deinit(&p->history[i]);
        mem_free(p->history);
        p->history = NULL;
        p->n_history = 0;
}

/* A text that a fixed buffer cut within a character would not fit into JSON. */
static const char *copy(const char *s) {
        size_t n = s ? strlen(s) : 0;
        char *text = mem_alloc(n + 1);
        if (text)
                cloud_error_text(text, n + 1, s ? s : "", n);
        return text;
}

/* A full history forgets its oldest quarter at once, so that not every event moves all of them. */
static void make_room(struct pairing *p) {
        size_t drop = HISTORY_MAX / 4;
        if (p->n_history < HISTORY_MAX)
                return;
        for (size_t i = 0; i < drop; i++)
                event_deinit(&p->history[i]);
        memmove(p->history, p->history + drop, (p->n_history - drop) * sizeof(*p->history));
        p->n_history -= drop;
}

int event_restore(struct pairing *p, const struct event *ev) {
        if (!p->history)
                p->history = mem_zalloc(HISTORY_MAX, sizeof(*p->history));
        if (!p->history)
                return -ENOMEM;
        make_room(p);
        struct event mine = *ev;
        mine.pairing = ""; /* known from where it hangs */
        mine.finding = copy(ev->finding);
        mine.action = copy(ev->action);
        mine.reason = copy(ev->reason);
        mine.request_id = copy(ev->request_id);
        mine.message = copy(ev->message);
        if (!mine.finding || !mine.action || !mine.reason || !mine.request_id || !mine.message) {
                event_deinit(&mine);
                return -ENOMEM;
        }
        p->history[p->n_history++] = mine;
        return 0;
}

static const char *kept(struct arena *a, const char *s) {
        char *text = arena_strdup(a, s ? s : "");
        if (text && s)
                cloud_error_text(text, strlen(s) + 1, s, strlen(s));
        return text;
}

/**
 * event_emit() - Tells an event
 * @p: the pairing that it concerns, NULL for the daemon
 * @format: one line for people, complete on its own
 *
 * Return: 0 or -ENOMEM.
 */
int event_emit(struct engine *e, struct pairing *p, const struct now *now, const struct event_args *args,
               const char *format, ...) {
        _cleanup_buf_ struct buf message = BUF_NULL;
        va_list list;
        e->status_is_old = true;
        va_start(list, format);
        buf_vprintf(&message, format, list);
        va_end(list);
        struct arena *arena = arena_new();
        if (!arena || buf_error(&message) < 0) {
                arena_free(arena);
                return -ENOMEM;
        }
        const struct event ev = {
                .kind = args->kind,
                .priority = args->priority,
                .wall_ms = now->wall_ms,
                .pairing = kept(arena, p ? p->d->name : ""),
                .tunnels = args->tunnels,
                .finding = kept(arena, args->finding),
                .action = kept(arena, args->action),
                .reason = kept(arena, args->reason),
                .request_id = kept(arena, args->request_id),
                .message = kept(arena, buf_str(&message)),
        };
        if (!ev.pairing || !ev.finding || !ev.action || !ev.reason || !ev.request_id || !ev.message) {
                arena_free(arena);
                return -ENOMEM;
        }
        int r = p ? event_restore(p, &ev) : 0;
        if (r < 0) {
                arena_free(arena);
                return r;
        }
        return output_push(e, &(struct engine_output){.type = ENGINE_OUT_EVENT, .id = ++e->next_event, .event = ev},
                           arena);
}
