/* SPDX-License-Identifier: Apache-2.0 */
/* What one read said: immutable once made, freed (and wiped) when nobody stands on it any more. */
#include <assert.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

struct snapshot *snapshot_new(void) {
        struct snapshot *s = mem_zalloc(1, sizeof(*s));
        if (!s)
                return NULL;
        s->refs = 1;
        s->arena = arena_new();
        if (!s->arena) {
                mem_free(s);
                return NULL;
        }
        return s;
}

struct snapshot *snapshot_ref(struct snapshot *s) {
        assert(s->refs > 0);
        s->refs++;
        return s;
}

struct snapshot *snapshot_unref(struct snapshot *s) {
        if (!s || --s->refs > 0)
                return NULL;
        arena_free(s->arena);
        mem_free(s);
        return NULL;
}
