/* SPDX-License-Identifier: Apache-2.0 */
/* Materials: files, variables and systemd credentials that the caller reads for the engine. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"

void material_batch_init(struct material_batch *b, material_done done, void *owner) {
        *b = (struct material_batch){.done = done, .owner = owner};
        list_init(&b->link);
}

void material_batch_deinit(struct material_batch *b) {
        if (b->link.next)
                list_remove(&b->link);
        for (size_t i = 0; i < b->n_items; i++)
                secret_deinit(&b->items[i].bytes);
        b->n_items = 0;
}

/**
 * material_ask() - Asks for one more material of a batch
 * @name: must live as long as the batch; the caller of the engine gets a copy
 *
 * The batch's done function is called once every material of it is answered.
 *
 * Return: 0 or -ENOMEM.
 */
int material_ask(struct engine *e, struct material_batch *b, enum material_kind kind, const char *name) {
        assert(b->n_items < MATERIALS_MAX);
        struct material *m = &b->items[b->n_items];
        struct arena *arena = arena_new();
        const char *copy = arena ? arena_strdup(arena, name) : NULL;
        if (!copy) {
                arena_free(arena);
                return -ENOMEM;
        }
        *m = (struct material){.kind = kind, .name = name, .id = ++e->next_id};
        const struct engine_output out = {
                .type = ENGINE_OUT_NEED_MATERIAL,
                .id = m->id,
                .material = {kind, copy, kind == MATERIAL_STATE ? STATE_FILE_BYTES_MAX : AWS_CONFIG_FILE_MAX},
        };
        int r = output_push(e, &out, arena);
        if (r < 0)
                return r;
        b->n_items++;
        list_remove(&b->link);
        list_append(&e->materials, &b->link);
        return 0;
}

const struct material *material_get(const struct material_batch *b, const char *name) {
        for (size_t i = 0; i < b->n_items; i++) {
                if (strcmp(b->items[i].name, name) == 0)
                        return &b->items[i];
        }
        return NULL;
}

const char *material_text(const struct material_batch *b, const char *name) {
        const struct material *m = material_get(b, name);
        return m && m->error == 0 ? m->bytes.bytes : NULL;
}

static struct material *find(struct material_batch *b, uint64_t id) {
        for (size_t i = 0; i < b->n_items; i++) {
                if (b->items[i].id == id)
                        return &b->items[i];
        }
        return NULL;
}

static bool is_complete(const struct material_batch *b) {
        for (size_t i = 0; i < b->n_items; i++) {
                if (b->items[i].id != 0)
                        return false;
        }
        return true;
}

int material_input(struct engine *e, const struct engine_input *in, const struct now *now) {
        LIST_FOREACH(item, &e->materials) {
                struct material_batch *b = CONTAINER_OF(item, struct material_batch, link);
                struct material *m = find(b, in->id);
                if (!m)
                        continue;
                m->id = 0;
                m->error = in->material.error;
                if (m->error == 0 &&
                    secret_set(&m->bytes, in->material.len ? in->material.bytes : "", in->material.len) < 0)
                        m->error = -ENOMEM;
                if (!is_complete(b))
                        return 0;
                list_remove(&b->link);
                e->wants_tick = true;
                return b->done(e, b->owner, now);
        }
        e->stale_replies++;
        return 0;
}
