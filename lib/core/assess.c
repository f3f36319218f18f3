/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess.
 *
 * The parts collect findings; here they get their causes, their place in memory, their order, and the verdict is
 * drawn. Rules, in the order of the code:
 * V1 a tunnel that is down names what is wrong with its resources as its cause
 * V2 since-when and samples continue what memory knows; a finding that is new begins now
 * V3 what was repaired twice within a day and is there again is contested
 * V4 a ladder at its end whose tunnel is still down gave up
 * V5 BUILDING: build mode, the pairing was never complete, and something is missing, being made or just made
 * V6 DOWN: no used tunnel is up and none is unknown
 * V7 DEGRADED: some used tunnel is down
 * V8 UNKNOWN: a fact that the verdict needs is UNKNOWN
 * V9 DEGRADED: drift, fault or a missing route; else HEALTHY
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/assess-internal.h"

static struct finding *assessor_add(struct assessor *s) {
        if (s->n_findings == FINDINGS_MAX) {
                s->error = -E2BIG;
                return NULL;
        }
        if (s->n_findings == s->findings_size) {
                size_t size = s->findings_size == 0 ? 16 : 2 * s->findings_size;
                struct finding *list = ARENA_ARRAY(s->arena, struct finding, size);
                if (!list) {
                        s->error = -ENOMEM;
                        return NULL;
                }
                if (s->n_findings > 0)
                        memcpy(list, s->findings, s->n_findings * sizeof(*list));
                s->findings = list;
                s->findings_size = size;
        }
        return &s->findings[s->n_findings++];
}

const char *assessor_printf(struct assessor *s, const char *format, ...) {
        va_list args;
        _cleanup_buf_ struct buf b = BUF_NULL;
        va_start(args, format);
        buf_vprintf(&b, format, args);
        va_end(args);
        const char *text = buf_error(&b) < 0 ? NULL : arena_strdup(s->arena, buf_str(&b));
        if (!text)
                s->error = -ENOMEM;
        return text ? text : "";
}

/* V2 */
static void remember(const struct assessor *s, struct finding *f) {
        const struct remembered_finding *r = memory_find(s->memory, f->kind, f->subject);
        bool goes_on = r && r->present;
        f->since = goes_on ? r->since : s->now->boot;
        f->since_wall_ms = goes_on ? r->since_wall_ms : s->now->wall_ms;
        f->samples = goes_on ? r->samples + memory_counts(s->memory, s->d, s->now) : 1;
}

/**
 * assessor_find() - one more finding
 * @s: collector
 * @kind: what
 * @severity: how bad
 * @subject: stable name; must live as long as the arena
 * @tunnels: bit t: concerns tunnel t
 * @cause: named root cause, "" when not known
 * @format: evidence
 */
void assessor_find(struct assessor *s, enum finding_kind kind, enum severity severity, const char *subject,
                   unsigned tunnels, const char *cause, const char *format, ...) {
        va_list args;
        _cleanup_buf_ struct buf b = BUF_NULL;
        va_start(args, format);
        buf_vprintf(&b, format, args);
        va_end(args);
        struct finding *f = assessor_add(s);
        if (!f)
                return;
        *f = (struct finding){
                .kind = kind,
                .severity = severity,
                .subject = subject,
                .tunnels = tunnels,
                .evidence = assessor_printf(s, "%s", buf_str(&b)),
                .cause = cause,
        };
        if (buf_error(&b) < 0)
                s->error = buf_error(&b);
        remember(s, f);
}

bool finding_kind_explains_down(enum finding_kind k) {
        switch (k) {
        case FINDING_RESOURCE_FAILED:
        case FINDING_RESOURCE_REFUSED:
        case FINDING_LOCAL_GATEWAY_WRONG:
        case FINDING_CONNECTION_WRONG:
        case FINDING_CUSTOMER_GATEWAY_WRONG:
        case FINDING_TUNNEL_OPTIONS_WRONG:
        case FINDING_APIPA_MISSING:
        case FINDING_PSK_MISMATCH:
        case FINDING_CROSSED_ADDRESSES:
        case FINDING_VANISHED:
                return true;
        case FINDING_RESOURCE_MISSING:
        case FINDING_TUNNEL_DOWN:
        case FINDING_BGP_PEER_DOWN:
        case FINDING_STATES_DISAGREE:
        case FINDING_ROUTE_MISSING:
        case FINDING_ROUTE_UNEXPECTED:
        case FINDING_PROPAGATION_OFF:
        case FINDING_PEERING_OUT_OF_SYNC:
        case FINDING_CIDR_OVERLAP:
        case FINDING_DUPLICATE_OWNED:
        case FINDING_CONTESTED:
        case FINDING_WRONG_ACCOUNT:
        case FINDING_CLOUD_REFUSES:
        case FINDING_GAVE_UP:
        case _FINDING_KIND_COUNT:
                break;
        }
        return false;
}

/* V1 */
static void name_causes(struct assessor *s) {
        for (size_t i = 0; i < s->n_findings; i++) {
                struct finding *down = &s->findings[i];
                if (down->kind != FINDING_TUNNEL_DOWN && down->kind != FINDING_BGP_PEER_DOWN)
                        continue;
                for (size_t j = 0; j < s->n_findings && *down->cause == '\0'; j++) {
                        const struct finding *f = &s->findings[j];
                        if ((f->tunnels & down->tunnels) && finding_kind_explains_down(f->kind))
                                down->cause = assessor_printf(s, "%s/%s", finding_kind_to_string(f->kind), f->subject);
                }
        }
}

/* V3, V4, and what others told us about ourselves */
static void find_from_memory(struct assessor *s) {
        size_t n = s->n_findings;
        for (size_t i = 0; i < n; i++) {
                const struct finding f = s->findings[i]; /* a copy: the list may move */
                if (memory_is_contested(s->memory, f.kind, f.subject, s->now->wall_ms))
                        assessor_find(s, FINDING_CONTESTED, SEVERITY_DRIFT,
                                      assessor_printf(s, "%s:%s", finding_kind_to_string(f.kind), f.subject), f.tunnels,
                                      "somebody else changes it back", "repaired twice within a day; %s", f.evidence);
        }
        for (unsigned t = 0; t < TUNNELS; t++) {
                bool is_down = s->a->tunnels[t].state == TUNNEL_DOWN || s->a->tunnels[t].state == TUNNEL_PROVEN_DOWN;
                if (is_down && ladder_is_exhausted(s->d, &s->memory->ladders[t], s->now->wall_ms))
                        assessor_find(s, FINDING_GAVE_UP, SEVERITY_FAULT, tunnel_subject(t), 1u << t,
                                      "every repair that policy allows was tried", "still down; the last repair was %s",
                                      rung_to_string(s->memory->ladders[t].last));
        }
}

static void find_about_us(struct assessor *s) {
        const struct observed *o = s->o;
        if (o->azure_identity_problem)
                assessor_find(s, FINDING_WRONG_ACCOUNT, SEVERITY_FAULT, "azure", 0, "", "Azure: %s",
                              o->azure_identity_problem);
        if (o->aws_identity_problem)
                assessor_find(s, FINDING_WRONG_ACCOUNT, SEVERITY_FAULT, "aws", 0, "", "AWS: %s",
                              o->aws_identity_problem);
        for (size_t i = 0; i < o->n_refusals; i++)
                assessor_find(s, FINDING_CLOUD_REFUSES, SEVERITY_DRIFT, step_kind_to_string(o->refusals[i].kind), 0,
                              "a person is needed", "%s: %s", step_kind_is_azure(o->refusals[i].kind) ? "Azure" : "AWS",
                              o->refusals[i].why);
}

static int compare_findings(const void *a, const void *b) {
        const struct finding *x = a, *y = b;
        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        return strcmp(x->subject, y->subject);
}

/**
 * assessment_find() - looks a finding up
 * @a: assessment
 * @kind: kind
 * @subject: subject
 *
 * Return: NULL if it is not there
 */
const struct finding *assessment_find(const struct assessment *a, enum finding_kind kind, const char *subject) {
        for (size_t i = 0; i < a->n_findings; i++) {
                if (a->findings[i].kind == kind && strcmp(a->findings[i].subject, subject) == 0)
                        return &a->findings[i];
        }
        return NULL;
}

/* A tunnel of a new connection comes up by itself: for its hold-off it is being made, not broken. */
static bool is_coming_up(const struct assessor *s) {
        for (size_t i = 0; i < s->a->n_findings; i++) {
                const struct finding *f = &s->a->findings[i];
                bool is_young = monotime_age_ms(f->since, s->now->boot) < s->d->timing.holdoff_tunnel_ms;
                if ((f->kind == FINDING_TUNNEL_DOWN || f->kind == FINDING_BGP_PEER_DOWN) && is_young)
                        return true;
        }
        return false;
}

/* V5 */
static bool is_building(const struct assessor *s) {
        if (s->d->mode != MODE_BUILD || s->memory->was_complete || s->a->n_up == s->a->n_used)
                return false;
        const struct observed *o = s->o;
        if (is_known(&o->azure.gateway.fact) && o->azure.gateway.value->common.provisioning == AZ_BUSY)
                return true;
        for (unsigned i = 0; i < SLOTS; i++) {
                const struct slot *slot = slot_at(i);
                if (assessment_find(s->a, FINDING_RESOURCE_MISSING, slot->subject))
                        return true;
        }
        return is_coming_up(s);
}

/* What is unknown now was seen once: its age goes on. */
static void oldest(struct monotime *t, const struct fact *f) {
        if (monotime_is_set(f->seen))
                *t = monotime_is_set(*t) ? monotime_min(*t, f->seen) : f->seen;
}

/* V8; also dates the assessment by what is read every round: local network gateways hardly change and are read less */
static bool something_is_unknown(const struct assessor *s, struct monotime *ret_oldest) {
        const struct observed *o = s->o;
        const struct fact *needed[SLOTS + ROUTE_TABLES_MAX + 2];
        size_t n = 0;
        bool unknown = false;
        needed[n++] = &o->azure.vnet.fact;
        needed[n++] = &o->aws.vpc.fact;
        for (unsigned i = 0; i < SLOTS; i++) {
                const struct slot *slot = slot_at(i);
                if (slot->kind == SLOT_PUBLIC_IP || !slot_is_wanted(s->d, slot))
                        continue;
                if (slot->kind == SLOT_LOCAL_GATEWAY)
                        unknown |= slot_fact(o, slot)->state == FACT_UNKNOWN;
                else
                        needed[n++] = slot_fact(o, slot);
        }
        for (size_t r = 0; r < s->d->aws.n_route_tables; r++)
                needed[n++] = &o->aws.route_table[r].fact;
        for (size_t i = 0; i < n; i++) {
                unknown |= needed[i]->state == FACT_UNKNOWN;
                oldest(ret_oldest, needed[i]);
        }
        for (size_t i = 0; i < s->a->n_routes; i++)
                unknown |= s->a->routes[i].is_expected && s->a->routes[i].present == FACT_UNKNOWN;
        return unknown;
}

static bool something_is_wrong(const struct assessment *a) {
        for (size_t i = 0; i < a->n_routes; i++) {
                if (a->routes[i].is_expected && a->routes[i].present == FACT_ABSENT)
                        return true;
        }
        for (size_t i = 0; i < a->n_findings; i++) {
                if (a->findings[i].severity != SEVERITY_ADVICE)
                        return true;
        }
        return a->n_up < a->n_used;
}

/* V5 - V9 */
static enum verdict judge(const struct assessor *s, struct monotime *ret_oldest) {
        const struct assessment *a = s->a;
        unsigned n_unknown = 0;
        for (unsigned t = 0; t < TUNNELS; t++)
                n_unknown += a->tunnels[t].state == TUNNEL_UNKNOWN;
        bool unknown = something_is_unknown(s, ret_oldest);
        if (is_building(s))
                return VERDICT_BUILDING;
        if (a->n_up == 0 && n_unknown == 0)
                return VERDICT_DOWN;
        if (a->n_up > 0 && a->n_up + n_unknown < a->n_used)
                return VERDICT_DEGRADED;
        if (unknown || n_unknown > 0)
                return VERDICT_UNKNOWN;
        return something_is_wrong(a) ? VERDICT_DEGRADED : VERDICT_HEALTHY;
}

/**
 * assess() - what is so, and what of it should not be
 * @d: declaration
 * @o: observation; the result points into it
 * @memory: hold-offs and since-when; not changed
 * @now: both clocks
 * @arena: for the result
 * @ret: assessment
 *
 * Return: 0, -ENOMEM, or -E2BIG past a limit
 */
int assess(const struct declaration *d, const struct observed *o, const struct memory *memory, const struct now *now,
           struct arena *arena, struct assessment *ret) {
        struct assessment a = {0};
        struct assessor s = {.d = d, .o = o, .memory = memory, .now = now, .arena = arena, .a = &a};
        assess_vanished(&s);
        assess_resources(&s);
        assess_drift(&s);
        assess_tunnels(&s);
        assess_routes(&s);
        name_causes(&s);
        find_from_memory(&s);
        find_about_us(&s);
        if (s.error < 0)
                return s.error;
        if (s.n_findings > 0)
                qsort(s.findings, s.n_findings, sizeof(*s.findings), compare_findings);
        a.findings = s.findings;
        a.n_findings = s.n_findings;
        a.verdict = judge(&s, &a.oldest_fact);
        *ret = a;
        return 0;
}
