/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: what steps leave behind: ladders, repairs, and what is contested.
 *
 * Rules, in the order of the code:
 * M6 a ladder's wait doubles with each rung, up to the cap
 * M7 a repair counts once an occurrence: a field that stays wrong is tried again, further and further apart, and
 *    not contested
 */
#include "core/memory-internal.h"

#include <assert.h>
#include <errno.h>

#include "core/declaration.h"
#include "util/alloc.h"

#define CONTESTED_TIMES 2

/**
 * ladder_next() - what to try next
 * @l: ladder of a tunnel
 * @p: policy
 *
 * Return: a rung; RUNG_RESET_INSTANCE even where policy forbids it, so that people see what it would be
 */
enum rung ladder_next(const struct ladder *l, const struct policy *p) {
        switch (l->last) {
        case RUNG_NONE:
                return RUNG_RESET_CONNECTION;
        case RUNG_RESET_CONNECTION:
                return p->allow_tunnel_replace ? RUNG_REPLACE_TUNNEL : RUNG_RECREATE_CONNECTION;
        case RUNG_REPLACE_TUNNEL:
                return RUNG_RECREATE_CONNECTION;
        case RUNG_RECREATE_CONNECTION:
                return RUNG_RESET_INSTANCE;
        case RUNG_RESET_INSTANCE:
        case RUNG_GAVE_UP:
                break;
        }
        return RUNG_GAVE_UP;
}

/**
 * ladder_is_exhausted() - is there nothing left to try?
 * @d: declaration
 * @l: ladder of a tunnel
 * @now_wall_ms: wall clock
 *
 * Return: true once the last rung that policy allows has had its time
 */
bool ladder_is_exhausted(const struct declaration *d, const struct ladder *l, int64_t now_wall_ms) {
        enum rung next = ladder_next(l, &d->policy);
        bool at_end = next == RUNG_GAVE_UP || (next == RUNG_RESET_INSTANCE && !d->policy.allow_gateway_reset);
        return at_end && now_wall_ms >= l->next_allowed_wall_ms;
}

/* M6 */
static void note_rung(struct ladder *l, enum rung rung, const struct timing *timing, int64_t now_wall_ms) {
        int64_t wait_ms = timing->ladder_backoff_ms;
        assert(rung != RUNG_NONE);
        l->tries = l->last == rung ? l->tries + 1 : 1;
        l->last = rung;
        for (unsigned i = 1; i < (unsigned)rung + l->tries - 1 && wait_ms < timing->ladder_backoff_cap_ms; i++)
                wait_ms *= 2;
        if (wait_ms > timing->ladder_backoff_cap_ms)
                wait_ms = timing->ladder_backoff_cap_ms;
        l->next_allowed_wall_ms = now_wall_ms + wait_ms;
        l->healthy_since_wall_ms = 0;
        if (l->actions_today == 0)
                l->day_start_wall_ms = now_wall_ms;
        l->actions_today++;
}

static void note_rung_of_step(struct memory *m, const struct declaration *d, const struct step *s,
                              int64_t now_wall_ms) {
        enum rung rung = step_rung(s->kind);
        if (rung == RUNG_NONE)
                return;
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (s->blast & (1u << t))
                        note_rung(&m->ladders[t], rung, &d->timing, now_wall_ms);
        }
}

/* M7; only what a second hand can change back */
static bool is_contestable(enum finding_kind finding) {
        return finding != FINDING_RESOURCE_MISSING && finding != FINDING_RESOURCE_FAILED &&
               finding != FINDING_PEERING_OUT_OF_SYNC;
}

static struct repaired *find_repaired(const struct memory *m, enum finding_kind kind, const char *subject) {
        for (size_t i = 0; i < m->n_repaired; i++) {
                struct repaired *r = &m->repaired[i];
                if (r->kind == kind && text_equal(r->subject, sizeof(r->subject), subject))
                        return r;
        }
        return NULL;
}

/* Makes room by forgetting the oldest. */
static struct repaired *add_repaired(struct memory *m, const struct step *s, int64_t now_wall_ms) {
        if (!m->repaired) {
                m->repaired = mem_zalloc(REPAIRED_MAX, sizeof(*m->repaired));
                if (!m->repaired)
                        return NULL;
        }
        if (m->n_repaired == REPAIRED_MAX) {
                memmove(m->repaired, m->repaired + 1, (REPAIRED_MAX - 1) * sizeof(*m->repaired));
                m->n_repaired--;
        }
        struct repaired *r = &m->repaired[m->n_repaired++];
        *r = (struct repaired){.kind = s->finding, .first_wall_ms = now_wall_ms};
        copy_text(r->subject, sizeof(r->subject), s->finding_subject);
        return r;
}

static int note_repair(struct memory *m, const struct step *s, int64_t now_wall_ms) {
        struct repaired *r = find_repaired(m, s->finding, s->finding_subject);
        const struct remembered_finding *f = memory_find(m, s->finding, s->finding_subject);
        bool is_again = r && !(f && f->since_wall_ms > r->last_wall_ms);
        if (!r)
                r = add_repaired(m, s, now_wall_ms);
        if (!r)
                return -ENOMEM;
        r->tries = is_again ? r->tries + 1 : 1;
        /* what the first build does is no repair */
        r->times += !is_again && m->was_complete && is_contestable(s->finding);
        r->last_wall_ms = now_wall_ms;
        return 0;
}

static void note_change(struct memory *m, enum step_kind kind, int64_t now_wall_ms) {
        if (kind == STEP_CREATE_GATEWAY || kind == STEP_ADD_APIPA || kind == STEP_RESET_INSTANCE)
                m->last_gateway_op_wall_ms = now_wall_ms;
        if (kind == STEP_MODIFY_TUNNEL || kind == STEP_REPLACE_TUNNEL || kind == STEP_CREATE_VPN_CONNECTION)
                m->last_aws_change_wall_ms = now_wall_ms;
}

/**
 * memory_note_step() - a step leaves
 * @m: memory
 * @d: declaration
 * @s: step
 * @now: both clocks
 *
 * Return: 0 or -ENOMEM; then the step must not leave
 */
int memory_note_step(struct memory *m, const struct declaration *d, const struct step *s, const struct now *now) {
        if (step_rung(s->kind) == RUNG_NONE && !s->is_urgent_half) {
                int r = note_repair(m, s, now->wall_ms);
                if (r < 0)
                        return r;
        }
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (s->blast & (1u << t))
                        m->tunnels[t].touched = now->boot;
        }
        note_rung_of_step(m, d, s, now->wall_ms);
        note_change(m, s->kind, now->wall_ms);
        return 0;
}

/**
 * memory_unnote_step() - a step that left was refused before it did anything
 * @m: memory
 * @kind: of the step
 * @finding: that it was for
 * @subject: of the finding
 * @blast: tunnels of the step
 *
 * A busy gateway or a throttled account says nothing about whether the step would have helped.
 */
void memory_unnote_step(struct memory *m, enum step_kind kind, enum finding_kind finding, const char *subject,
                        unsigned blast) {
        enum rung rung = step_rung(kind);
        struct repaired *r = find_repaired(m, finding, subject);
        if (rung == RUNG_NONE && r && r->tries > 0) {
                r->tries--;
                r->times -= r->tries == 0 && r->times > 0 && is_contestable(finding);
        }
        for (unsigned t = 0; t < TUNNELS && rung != RUNG_NONE; t++) {
                struct ladder *l = &m->ladders[t];
                if (!(blast & (1u << t)) || l->last != rung || l->tries == 0)
                        continue;
                l->next_allowed_wall_ms = 0;
                l->actions_today -= l->actions_today > 0;
                if (--l->tries == 0)
                        l->last = (enum rung)(rung - 1); /* the rung before it: ladder_next() comes back to this one */
        }
}

static bool is_of_tunnel(const char *subject, unsigned tunnel) {
        static const char *const prefixes[] = {"tunnel", "connection", "local-gateway"};
        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++) {
                size_t n = strlen(prefixes[i]);
                if (strncmp(subject, prefixes[i], n) == 0 && subject[n] == (char)('1' + tunnel) && !subject[n + 1])
                        return true;
        }
        return false;
}

/**
 * memory_tunnel_configured_wall_ms() - when we last repaired what configures a tunnel
 * @m: memory
 * @tunnel: 0..3
 *
 * Return: wall clock of the newest repair of its key, connection, local network gateway or options; 0 for none
 */
int64_t memory_tunnel_configured_wall_ms(const struct memory *m, unsigned tunnel) {
        int64_t newest_ms = 0;
        for (size_t i = 0; i < m->n_repaired; i++) {
                const struct repaired *r = &m->repaired[i];
                if (r->tries > 0 && is_of_tunnel(r->subject, tunnel) && r->last_wall_ms > newest_ms)
                        newest_ms = r->last_wall_ms;
        }
        return newest_ms;
}

/**
 * memory_resume() - a person says that things are as they should be
 * @m: memory
 *
 * What vanished is believed to be gone, ladders start afresh, nothing is contested any more, the pause ends.
 */
void memory_resume(struct memory *m) {
        m->paused = false;
        m->paused_by[0] = '\0';
        m->seen = 0;
        m->n_repaired = 0;
        for (unsigned t = 0; t < TUNNELS; t++)
                m->ladders[t] = (struct ladder){0};
}

/**
 * memory_is_contested() - does somebody else want it otherwise?
 * @m: memory
 * @kind: of the finding
 * @subject: of the finding
 * @now_wall_ms: wall clock
 *
 * Return: true if it was repaired twice within a day and came back after the second time
 */
bool memory_is_contested(const struct memory *m, enum finding_kind kind, const char *subject, int64_t now_wall_ms) {
        const struct repaired *r = find_repaired(m, kind, subject);
        if (!r || r->times < CONTESTED_TIMES || now_wall_ms - r->first_wall_ms >= DAY_MS)
                return false;
        const struct remembered_finding *f = memory_find(m, kind, subject);
        return !f || f->since_wall_ms > r->last_wall_ms;
}

/**
 * memory_retry_wait_ms() - a repair that does not help is not repeated at once
 * @m: memory
 * @d: declaration
 * @kind: of the finding
 * @subject: of the finding
 * @now_wall_ms: wall clock
 * @ret_tries: how often this occurrence was tried
 *
 * Return: time left, 0 or less for none; the wait doubles with each try up to the ladder's cap
 */
int64_t memory_retry_wait_ms(const struct memory *m, const struct declaration *d, enum finding_kind kind,
                             const char *subject, int64_t now_wall_ms, unsigned *ret_tries) {
        const struct repaired *r = find_repaired(m, kind, subject);
        const struct remembered_finding *f = memory_find(m, kind, subject);
        int64_t wait_ms = d->timing.create_settle_ms;
        *ret_tries = 0;
        if (!r || r->tries == 0 || !f || f->since_wall_ms > r->last_wall_ms)
                return 0;
        *ret_tries = r->tries;
        for (unsigned i = 1; i < r->tries && wait_ms < d->timing.ladder_backoff_cap_ms; i++)
                wait_ms *= 2;
        if (wait_ms > d->timing.ladder_backoff_cap_ms)
                wait_ms = d->timing.ladder_backoff_cap_ms;
        return r->last_wall_ms + wait_ms - now_wall_ms;
}

/**
 * memory_repaired_lately() - did a repair of this finding leave not long ago?
 * @m: memory
 * @kind: of the finding
 * @subject: of the finding
 * @now_wall_ms: wall clock
 * @window_ms: what "not long" means
 *
 * Return: true if one did
 */
bool memory_repaired_lately(const struct memory *m, enum finding_kind kind, const char *subject, int64_t now_wall_ms,
                            int64_t window_ms) {
        const struct repaired *r = find_repaired(m, kind, subject);
        return r && now_wall_ms - r->last_wall_ms <= window_ms;
}
