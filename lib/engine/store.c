/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Store: one small state file a pairing, one save in flight each.
 *
 * A request only raises the wanted sequence number; when the caller is free the newest state is written, so that
 * requests that come while a save runs share the next one. Writes wait for their number.
 */
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"

/**
 * store_request() - Asks for the state as it is now to be saved
 * @ret_seq: what write_saved() will be told once it is
 *
 * Return: 0 or -ENOMEM.
 */
int store_request(struct pairing *p, uint64_t *ret_seq) {
        *ret_seq = p->save_wanted = ++p->engine->next_id;
        p->engine->wants_tick = true;
        return store_flush(p);
}

/* Sends the newest state unless a save is in flight. Never touches a file that could not be read. */
int store_flush(struct pairing *p) {
        bool is_busy = p->save_sent > p->save_done;
        if (is_busy || p->save_wanted == p->save_sent || p->state_damaged || !p->state_loaded)
                return 0;
        _cleanup_buf_ struct buf text = BUF_NULL;
        int r = state_encode(p, &text);
        if (r < 0)
                return r;
        /* The pairing may be gone before the caller looks. */
        struct arena *arena = arena_new();
        const char *name = arena ? arena_strdup(arena, p->d->name) : NULL;
        const char *bytes = name ? arena_strndup(arena, buf_str(&text), text.len) : NULL;
        if (!bytes) {
                arena_free(arena);
                return -ENOMEM;
        }
        const struct engine_output out = {
                .type = ENGINE_OUT_SAVE,
                .id = p->save_wanted,
                .save = {name, bytes, text.len},
        };
        r = output_push(p->engine, &out, arena);
        if (r == 0)
                p->save_sent = p->save_wanted;
        return r;
}

static struct pairing *find(struct engine *e, uint64_t seq) {
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                if (p->save_sent == seq && p->save_done < seq)
                        return p;
        }
        return NULL;
}

static int saved(struct pairing *p, const struct now *now) {
        p->save_done = p->save_sent;
        p->store_failed = false;
        int r = write_saved(p, p->save_done, now);
        int k = store_flush(p);
        return r < 0 ? r : k;
}

/* Saving stops writes, never reads. The next evaluation that changes anything tries again. */
static int not_saved(struct pairing *p, int error, const struct now *now) {
        struct engine *e = p->engine;
        bool was_ok = !p->store_failed;
        p->store_failed = true;
        p->save_done = p->save_sent;
        write_drop_unsent(p);
        if (!was_ok)
                return 0;
        return event_emit(
                e, p, now,
                &(struct event_args){.kind = EVENT_STATE_UNSAVABLE, .priority = 2, .reason = strerror(-error)},
                "%s: the state cannot be saved (%s); nothing is written to the clouds until it can", p->d->name,
                strerror(-error));
}

int store_input(struct engine *e, const struct engine_input *in, const struct now *now) {
        struct pairing *p = find(e, in->id);
        if (!p) {
                e->stale_replies++;
                return 0;
        }
        return in->type == ENGINE_IN_SAVED ? saved(p, now) : not_saved(p, in->save_failed.error, now);
}
