/* SPDX-License-Identifier: Apache-2.0 */
/* Intents: writes that were sent and whose effect is not seen yet. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "util/alloc.h"

/**
 * memory_intent() - is a write of this kind on its way?
 * @m: memory
 * @kind: kind of the step
 * @slot: its slot
 * @target: step_intent_target()
 *
 * Return: NULL if not
 */
struct intent *memory_intent(const struct memory *m, enum step_kind kind, unsigned slot, const char *target) {
        for (size_t i = 0; i < m->n_intents; i++) {
                struct intent *x = &m->intents[i];
                if (x->kind == kind && x->slot == slot && strncmp(x->target, target, sizeof(x->target) - 1) == 0)
                        return x;
        }
        return NULL;
}

/**
 * memory_add_intent() - remembers a write before it leaves
 * @m: memory
 * @intent: copied
 * @ret: the copy; valid until the next intent is added or dropped
 *
 * Return: 0, -ENOMEM, or -ENOSPC when too many are on their way; then the write must not leave
 */
int memory_add_intent(struct memory *m, const struct intent *intent, struct intent **ret) {
        if (m->n_intents == INTENTS_MAX)
                return -ENOSPC;
        if (!m->intents) {
                m->intents = mem_zalloc(INTENTS_MAX, sizeof(*m->intents));
                if (!m->intents)
                        return -ENOMEM;
        }
        struct intent *x = &m->intents[m->n_intents++];
        *x = *intent;
        *ret = x;
        return 0;
}

/**
 * memory_drop_intent() - its effect was seen, or it is known not to come
 * @m: memory
 * @intent: one of its own; others may move
 */
void memory_drop_intent(struct memory *m, struct intent *intent) {
        size_t i = (size_t)(intent - m->intents);
        assert(i < m->n_intents);
        m->n_intents--;
        memmove(intent, intent + 1, (m->n_intents - i) * sizeof(*intent));
}
