/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of outputs that the caller has not fetched yet. */
#include <errno.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

static void output_free(struct output *o) {
        arena_free(o->arena);
        mem_free(o);
}

/**
 * output_push() - Queues an output
 * @arena: owns everything that @out points to, freed when the caller has moved on; taken over in every case; NULL when
 *         somebody else keeps the memory alive
 *
 * Return: 0 or -ENOMEM.
 */
int output_push(struct engine *e, const struct engine_output *out, struct arena *arena) {
        struct output *o = mem_zalloc(1, sizeof(*o));
        if (!o) {
                arena_free(arena);
                return -ENOMEM;
        }
        o->out = *out;
        o->arena = arena;
        list_append(&e->outputs, &o->link);
        return 0;
}

void output_drop_all(struct engine *e) {
        if (e->borrowed)
                output_free(TAKE_PTR(e->borrowed));
        LIST_FOREACH(item, &e->outputs) {
                list_remove(item);
                output_free(CONTAINER_OF(item, struct output, link));
        }
}

bool engine_output(struct engine *e, struct engine_output *ret) {
        if (e->borrowed)
                output_free(TAKE_PTR(e->borrowed));
        if (list_is_empty(&e->outputs))
                return false;
        struct output *o = CONTAINER_OF(e->outputs.next, struct output, link);
        list_remove(&o->link);
        e->borrowed = o;
        *ret = o->out;
        return true;
}
