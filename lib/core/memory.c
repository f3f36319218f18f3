/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: what assessments leave behind. What steps leave behind is in memory-steps.c.
 *
 * Rules, in the order of the code:
 * M1 a finding begins when it is first seen and ends when one assessment does not have it; what is past the limit
 *    is not remembered, so that it never gets past its hold-off
 * M2 a wait that both clouds must agree upon begins anew as soon as one of them says otherwise, or AWS says that the
 *    tunnel came back in between: two clouds that look at different moments may never see it
 * M3 a slot was there as long as nothing says that it is gone by itself; what vanished in a crowd stays expected
 * M4 a ladder starts afresh after a healthy hour, its budget after a day
 * M5 stamps in the future come from a clock that was set back: they become now
 */
#include "core/memory-internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/assessment.h"
#include "core/slots.h"
#include "util/alloc.h"
#include "util/encode.h"

/**
 * memory_deinit() - gives everything back
 * @m: memory; empty afterwards, and usable
 */
void memory_deinit(struct memory *m) {
        mem_free(m->findings);
        mem_free(m->repaired);
        mem_free(m->intents);
        *m = (struct memory){0};
}

static struct remembered_finding *find(const struct memory *m, enum finding_kind kind, const char *subject) {
        for (size_t i = 0; i < m->n_findings; i++) {
                struct remembered_finding *r = &m->findings[i];
                if (r->kind == kind && text_equal(r->subject, sizeof(r->subject), subject))
                        return r;
        }
        return NULL;
}

/**
 * memory_find() - what is remembered of a finding
 * @m: memory
 * @kind: kind
 * @subject: subject
 *
 * Return: NULL if it was not there
 */
const struct remembered_finding *memory_find(const struct memory *m, enum finding_kind kind, const char *subject) {
        return find(m, kind, subject);
}

static struct remembered_finding remembered(const struct finding *f) {
        struct remembered_finding r = {
                .kind = f->kind,
                .since_wall_ms = f->since_wall_ms,
                .since = f->since,
                .samples = f->samples,
                .present = true,
        };
        copy_text(r.subject, sizeof(r.subject), f->subject);
        return r;
}

/* M1 */
static int note_findings(struct memory *m, const struct assessment *a, bool *changed) {
        size_t n = 0, size = m->n_findings + a->n_findings;
        if (size > 0) {
                struct remembered_finding *list = mem_realloc(m->findings, size * sizeof(*list));
                if (!list)
                        return -ENOMEM;
                m->findings = list;
        }
        for (size_t i = 0; i < m->n_findings; i++)
                m->findings[i].present = false;
        for (size_t i = 0; i < a->n_findings; i++) {
                struct remembered_finding *r = find(m, a->findings[i].kind, a->findings[i].subject);
                *changed |= !r;
                if (!r)
                        r = &m->findings[m->n_findings++];
                *r = remembered(&a->findings[i]);
        }
        for (size_t i = 0; i < m->n_findings; i++) {
                *changed |= !m->findings[i].present;
                if (m->findings[i].present && n < REMEMBERED_MAX)
                        m->findings[n++] = m->findings[i];
        }
        m->n_findings = n;
        return 0;
}

/**
 * memory_counts() - is this a new round?
 * @m: memory
 * @d: declaration
 * @now: both clocks
 *
 * Return: false for a second decision on the same readings
 */
bool memory_counts(const struct memory *m, const struct declaration *d, const struct now *now) {
        return monotime_age_ms(m->counted_at, now->boot) >= d->timing.round_ms / 2;
}

/* M2 */
static void note_since(struct monotime *since, bool holds, const struct now *now) {
        if (!holds)
                *since = MONOTIME_NEVER;
        else if (!monotime_is_set(*since))
                *since = now->boot;
}

static void note_change_of_status(struct tunnel_memory *t, const struct aws_tunnel *end, const struct now *now) {
        if (!end || end->last_change_ms == 0 || end->last_change_ms == t->last_change_ms)
                return;
        bool is_first = t->last_change_ms == 0;
        t->last_change_ms = end->last_change_ms;
        if (is_first)
                return;
        t->both_down_since = MONOTIME_NEVER;
        if (t->n_changes == 0 || monotime_age_ms(t->changes_since, now->boot) > HOUR_MS) {
                t->changes_since = now->boot;
                t->n_changes = 0;
        }
        t->n_changes++;
}

static void note_tunnels(struct memory *m, const struct assessment *a, const struct now *now, bool *changed) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                enum word aws = a->tunnels[t].aws_says, azure = a->tunnels[t].azure_says;
                bool both = aws != WORD_NONE && azure != WORD_NONE;
                note_change_of_status(&m->tunnels[t], a->tunnels[t].aws, now);
                /* an old row that telemetry outruns neither agrees nor disagrees */
                if (!both && a->tunnels[t].state == TUNNEL_DOWN && aws == WORD_DOWN)
                        continue;
                note_since(&m->tunnels[t].both_down_since, both && aws == WORD_DOWN && azure == WORD_DOWN, now);
                note_since(&m->tunnels[t].disagree_since, both && aws != azure, now);
        }
        bool is_complete = a->n_used > 0 && a->n_up == a->n_used;
        *changed |= !m->was_complete && is_complete;
        m->was_complete |= is_complete;
}

/* M3 */
static void note_seen(struct memory *m, const struct observed *o, const struct assessment *a, bool *changed) {
        uint32_t seen = m->seen;
        if (assessment_find(a, FINDING_VANISHED, "pairing"))
                return;
        for (unsigned i = 0; i < SLOTS; i++) {
                const struct slot *slot = slot_at(i);
                enum fact_state state = slot_fact(o, slot)->state;
                if (state == FACT_KNOWN)
                        seen |= slot_bit(slot);
                if (state == FACT_ABSENT)
                        seen &= ~slot_bit(slot);
        }
        *changed |= seen != m->seen;
        m->seen = seen;
}

/* M4 */
static void note_ladder(struct ladder *l, enum tunnel_state state, int64_t now_wall_ms, bool *changed) {
        bool is_up = state == TUNNEL_UP || state == TUNNEL_PROVEN_UP;
        bool is_down = state == TUNNEL_DOWN || state == TUNNEL_PROVEN_DOWN;
        if (l->last == RUNG_NONE && l->actions_today == 0)
                return;
        if (is_down && l->healthy_since_wall_ms != 0) {
                l->healthy_since_wall_ms = 0;
                *changed = true;
        }
        if (is_up && l->healthy_since_wall_ms == 0) {
                l->healthy_since_wall_ms = now_wall_ms;
                *changed = true;
        }
        if (is_up && now_wall_ms - l->healthy_since_wall_ms >= HOUR_MS && l->last != RUNG_NONE) {
                l->last = RUNG_NONE;
                l->tries = 0;
                l->next_allowed_wall_ms = 0;
                *changed = true;
        }
        if (now_wall_ms - l->day_start_wall_ms >= DAY_MS && l->actions_today > 0) {
                l->actions_today = 0;
                *changed = true;
        }
}

/* M5 */
static void not_after(int64_t *stamp, int64_t latest_ms, bool *changed) {
        if (*stamp <= latest_ms)
                return;
        *stamp = latest_ms;
        *changed = true;
}

static void repair_stamps(struct memory *m, const struct declaration *d, int64_t now_ms, bool *changed) {
        not_after(&m->last_gateway_op_wall_ms, now_ms, changed);
        not_after(&m->last_aws_change_wall_ms, now_ms, changed);
        not_after(&m->last_address_change_wall_ms, now_ms, changed);
        for (unsigned t = 0; t < TUNNELS; t++) {
                not_after(&m->ladders[t].next_allowed_wall_ms, now_ms + d->timing.ladder_backoff_cap_ms, changed);
                not_after(&m->ladders[t].day_start_wall_ms, now_ms, changed);
                not_after(&m->ladders[t].healthy_since_wall_ms, now_ms, changed);
        }
        for (size_t i = 0; i < m->n_repaired; i++) {
                not_after(&m->repaired[i].first_wall_ms, now_ms, changed);
                not_after(&m->repaired[i].last_wall_ms, now_ms, changed);
        }
}

/* the same for any order of the reply */
static uint64_t hash_prefixes(const struct az_vnet *vnet) {
        uint64_t sum = 1; /* never 0, which means "not known yet" */
        for (size_t i = 0; i < vnet->n_prefixes; i++) {
                uint64_t key[2] = {vnet->prefixes[i].addr, vnet->prefixes[i].bits};
                sum += hash_bytes(HASH_INIT, key, sizeof(key));
        }
        return sum != 0 ? sum : 1;
}

static void note_prefixes(struct memory *m, const struct observed *o, int64_t now_wall_ms, bool *changed) {
        if (o->azure.vnet.fact.state != FACT_KNOWN)
                return;
        uint64_t hash = hash_prefixes(o->azure.vnet.value);
        if (hash == m->vnet_prefixes_hash)
                return;
        if (m->vnet_prefixes_hash != 0)
                m->last_address_change_wall_ms = now_wall_ms;
        m->vnet_prefixes_hash = hash;
        *changed = true;
}

static void forget_old_repairs(struct memory *m, int64_t now_wall_ms, bool *changed) {
        size_t n = 0;
        for (size_t i = 0; i < m->n_repaired; i++) {
                if (now_wall_ms - m->repaired[i].first_wall_ms < DAY_MS)
                        m->repaired[n++] = m->repaired[i];
        }
        *changed |= n != m->n_repaired;
        m->n_repaired = n;
}

/**
 * memory_note_assessment() - takes over what one round found
 * @m: memory
 * @d: declaration
 * @o: observation that was assessed
 * @a: assessment
 * @now: both clocks
 * @ret_changed: something that must be persisted changed
 *
 * Return: 0, or -ENOMEM with the memory unchanged
 */
int memory_note_assessment(struct memory *m, const struct declaration *d, const struct observed *o,
                           const struct assessment *a, const struct now *now, bool *ret_changed) {
        bool changed = false;
        int r = note_findings(m, a, &changed);
        if (r < 0)
                return r;
        if (memory_counts(m, d, now))
                m->counted_at = now->boot;
        repair_stamps(m, d, now->wall_ms, &changed);
        note_tunnels(m, a, now, &changed);
        note_seen(m, o, a, &changed);
        for (unsigned t = 0; t < TUNNELS; t++)
                note_ladder(&m->ladders[t], a->tunnels[t].state, now->wall_ms, &changed);
        note_prefixes(m, o, now->wall_ms, &changed);
        forget_old_repairs(m, now->wall_ms, &changed);
        *ret_changed = changed;
        return 0;
}
