/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluate: observe -> assess -> plan -> guard, once a round; then tell what changed and start what may leave.
 *
 * All decisions are the core's. Here they only meet the clock, the memory and the writes in flight.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"
#include "util/encode.h"

static struct round_result *round_result_new(struct pairing *p) {
        struct round_result *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        r->config = config_ref_get(p->config);
        r->declaration = p->d;
        r->arena = arena_new();
        return r->arena ? r : round_result_free(r);
}

/* ---- what the guard has to know ---- */

static void busy_with(struct guard_context *c, const struct write *w, bool is_ours) {
        if (step_writes_gateway(w->kind, w->is_disruptive)) {
                c->gateway_busy = true;
                c->gateway_busy_why = step_kind_to_string(w->kind);
        }
        if (w->is_disruptive)
                c->disruptive_in_flight = true;
        if (is_ours && (w->kind == STEP_MODIFY_TUNNEL || w->kind == STEP_REPLACE_TUNNEL))
                c->aws_busy[w->slot / TUNNELS_PER_INSTANCE] = true;
}

/* The plan keeps pointing to the texts: they are copied, since the account's change under it. */
static int guard_context_fill(struct pairing *p, const struct now *now, struct arena *arena, struct guard_context *c) {
        struct engine *e = p->engine;
        const char *azure_why = arena_strdup(arena, p->azure->why), *aws_why = arena_strdup(arena, p->aws->why);
        if (!azure_why || !aws_why)
                return -ENOMEM;
        *c = (struct guard_context){
                .hold_file = e->hold_file,
                .azure_identity_ok = p->azure->identity_ok,
                .azure_identity_why = azure_why,
                .aws_identity_ok = p->aws->identity_ok,
                .aws_identity_why = aws_why,
                .complete_rounds = p->complete_rounds,
                .store_ok = !p->store_failed && !p->state_damaged,
                .approved_plan = monotime_before(now->boot, p->approved_until) ? p->approved_plan : NULL,
        };
        for (unsigned k = 0; k < _STEP_KIND_COUNT; k++) {
                c->cloud_refused[k] = p->refused[k];
                c->cloud_refused_why[k] = p->refused_why[k];
        }
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *other = CONTAINER_OF(item, struct pairing, link);
                if (other != p && !pairing_is_shared_gateway(p, other))
                        continue;
                LIST_FOREACH(link, &other->writes)
                busy_with(c, CONTAINER_OF(link, struct write, link), other == p);
        }
        return 0;
}

/* ---- what is worth telling ---- */

static int priority_of(const struct finding *f) {
        switch (f->severity) {
        case SEVERITY_ADVICE:
                return 6;
        case SEVERITY_DRIFT:
                return 5;
        case SEVERITY_FAULT:
                return 4;
        }
        return 4;
}

static bool needs_a_person(enum finding_kind k) {
        return k == FINDING_VANISHED || k == FINDING_WRONG_ACCOUNT || k == FINDING_GAVE_UP || k == FINDING_CONTESTED ||
               k == FINDING_CROSSED_ADDRESSES || k == FINDING_CLOUD_REFUSES;
}

static const struct finding *find_finding(const struct assessment *a, const struct finding *f) {
        for (size_t i = 0; a && i < a->n_findings; i++) {
                if (a->findings[i].kind == f->kind && strcmp(a->findings[i].subject, f->subject) == 0)
                        return &a->findings[i];
        }
        return NULL;
}

/* What is missing during a first build is the work to do, not a fault. */
static int priority_in(const struct round_result *r, const struct finding *f) {
        int priority = priority_of(f);
        return r->assessment.verdict == VERDICT_BUILDING && priority < 6 ? 6 : priority;
}

static int tell_finding(struct pairing *p, struct round_result *r, const struct finding *f, bool opened,
                        const struct now *now) {
        const char *kind = finding_kind_to_string(f->kind);
        const char *id = arena_printf(r->arena, "%s/%s/%s", p->d->name, kind, f->subject);
        if (!id)
                return -ENOMEM;
        bool alert = opened && needs_a_person(f->kind);
        const struct event_args args = {
                .kind = alert    ? EVENT_ALERT
                        : opened ? EVENT_FINDING_OPENED
                                 : EVENT_FINDING_CLOSED,
                .priority = alert    ? 2
                            : opened ? priority_in(r, f)
                                     : 6,
                .tunnels = f->tunnels,
                .finding = id,
                .reason = f->cause,
        };
        if (!opened)
                return event_emit(p->engine, p, now, &args, "%s: %s %s is over", p->d->name, kind, f->subject);
        return event_emit(p->engine, p, now, &args, "%s: %s %s: %s%s%s", p->d->name, kind, f->subject, f->evidence,
                          *f->cause ? "; cause: " : "", f->cause);
}

static int tell_findings(struct pairing *p, struct round_result *r, const struct now *now) {
        const struct assessment *old = p->shown ? &p->shown->assessment : NULL, *now_is = &r->assessment;
        int k = 0;
        for (size_t i = 0; i < now_is->n_findings && k == 0; i++) {
                if (!find_finding(old, &now_is->findings[i]))
                        k = tell_finding(p, r, &now_is->findings[i], true, now);
        }
        for (size_t i = 0; old && i < old->n_findings && k == 0; i++) {
                if (!find_finding(now_is, &old->findings[i]))
                        k = tell_finding(p, r, &old->findings[i], false, now);
        }
        return k;
}

static int tell_verdict(struct pairing *p, const struct assessment *a, const struct now *now) {
        if (p->has_verdict && p->last_verdict == a->verdict)
                return 0;
        enum verdict old = p->last_verdict;
        bool had = p->has_verdict;
        p->has_verdict = true;
        p->last_verdict = a->verdict;
        const struct event_args args = {
                .kind = EVENT_VERDICT_CHANGED,
                .priority = a->verdict == VERDICT_DOWN       ? 2
                            : a->verdict == VERDICT_DEGRADED ? 4
                                                             : 5,
        };
        return event_emit(p->engine, p, now, &args, "%s: %s%s%s, %u of %u tunnels up", p->d->name,
                          had ? verdict_to_string(old) : "", had ? " -> " : "", verdict_to_string(a->verdict), a->n_up,
                          a->n_used);
}

static const struct step *find_step(const struct plan *plan, const struct step *s) {
        for (size_t i = 0; plan && i < plan->n_steps; i++) {
                const struct step *k = &plan->steps[i];
                if (k->kind == s->kind && k->slot == s->slot && strcmp(k->target, s->target) == 0)
                        return k;
        }
        return NULL;
}

/* Being held for turn-taking is no news: G4 passes by itself, G13 is the queue. */
static bool is_worth_telling(const struct step *s) {
        return s->status == STEP_HELD && s->held_by != GUARD_ROUNDS && s->held_by != GUARD_BUSY;
}

static int tell_held(struct pairing *p, const struct plan *plan, const struct now *now) {
        for (size_t i = 0; i < plan->n_steps; i++) {
                const struct step *s = &plan->steps[i];
                const struct step *old = find_step(p->shown ? &p->shown->plan : NULL, s);
                bool is_old = old && old->status == STEP_HELD && old->held_by == s->held_by;
                if (!is_worth_telling(s) || is_old)
                        continue;
                const struct event_args args = {
                        .kind = EVENT_STEP_HELD,
                        .priority = 6,
                        .tunnels = s->blast,
                        .action = step_kind_to_string(s->kind),
                        .reason = s->held_why,
                };
                int r = event_emit(p->engine, p, now, &args, "%s: not doing %s %s: %s: %s", p->d->name,
                                   step_kind_to_string(s->kind), s->target, guard_rule_to_string(s->held_by),
                                   s->held_why);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- when deep proof is due at once ---- */

static uint64_t signals(const struct round_result *r) {
        const struct observed *o = &r->observed;
        uint64_t h = HASH_INIT;
        for (unsigned i = 0; i < INSTANCES; i++) {
                const struct aws_vpn_connection *v =
                        o->aws.vpn[i].fact.state == FACT_KNOWN ? o->aws.vpn[i].value : NULL;
                for (size_t t = 0; v && t < v->n_tunnels; t++) {
                        h = hash_bytes(h, &v->tunnels[t].status, sizeof(v->tunnels[t].status));
                        h = hash_bytes(h, &v->tunnels[t].accepted_routes, sizeof(v->tunnels[t].accepted_routes));
                        h = hash_bytes(h, &v->tunnels[t].last_change_ms, sizeof(v->tunnels[t].last_change_ms));
                }
        }
        for (unsigned t = 0; t < TUNNELS; t++) {
                const struct az_connection *c =
                        o->azure.connection[t].fact.state == FACT_KNOWN ? o->azure.connection[t].value : NULL;
                if (c)
                        h = hash_bytes(h, &c->status, sizeof(c->status));
        }
        return h;
}

static bool has_unproven_tunnel(const struct assessment *a) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                enum tunnel_state s = a->tunnels[t].state;
                if (a->tunnels[t].is_used && s != TUNNEL_PROVEN_UP && s != TUNNEL_ABSENT)
                        return true;
        }
        return false;
}

static void want_proof(struct pairing *p, const struct round_result *r, const struct now *now) {
        uint64_t h = signals(r);
        int64_t age_ms = monotime_age_ms(p->deep_started, now->boot);
        bool changed = h != p->signals_hash;
        bool is_stale = has_unproven_tunnel(&r->assessment) && age_ms > p->d->timing.proof_max_age_ms / 2;
        p->signals_hash = h;
        if (changed || is_stale || plan_wants_proof(&r->plan))
                p->deep_wanted = true;
}

/* ---- intents ---- */

static bool is_created(const struct observed *o, const struct intent *i) {
        switch (i->kind) {
        case STEP_CREATE_PUBLIC_IP:
                return o->azure.public_ip[i->slot].fact.state == FACT_KNOWN;
        case STEP_CREATE_GATEWAY:
                return o->azure.gateway.fact.state == FACT_KNOWN;
        case STEP_CREATE_CUSTOMER_GATEWAY:
                return o->aws.customer_gateway[i->slot].fact.state == FACT_KNOWN;
        case STEP_CREATE_VPN_GATEWAY:
                return o->aws.vpn_gateway.fact.state == FACT_KNOWN;
        case STEP_CREATE_VPN_CONNECTION:
                return o->aws.vpn[i->slot].fact.state == FACT_KNOWN;
        case STEP_ADD_APIPA:
        case STEP_ATTACH_VPN_GATEWAY:
        case STEP_ENABLE_PROPAGATION:
        case STEP_PUT_LOCAL_GATEWAY:
        case STEP_PUT_CONNECTION:
        case STEP_SET_KEY:
        case STEP_MODIFY_TUNNEL:
        case STEP_SYNC_PEERING:
        case STEP_RESET_CONNECTION:
        case STEP_REPLACE_TUNNEL:
        case STEP_DELETE_CONNECTION:
        case STEP_RESET_INSTANCE:
        case _STEP_KIND_COUNT:
                break;
        }
        return false;
}

static bool is_in_flight(const struct pairing *p, enum step_kind kind, unsigned slot) {
        LIST_FOREACH(item, (struct list *)&p->writes) {
                const struct write *w = CONTAINER_OF(item, struct write, link);
                if (w->kind == kind && w->slot == slot)
                        return true;
        }
        return false;
}

/* An intent is over when its resource is seen; what only changed something is planned again from what is observed. */
static bool drop_intents(struct pairing *p, const struct observed *o) {
        bool dropped = false;
        for (size_t i = 0; i < p->memory.n_intents; i++) {
                struct intent *in = &p->memory.intents[i];
                bool is_over = step_kind_creates_base(in->kind) ? is_created(o, in) : true;
                if (is_in_flight(p, in->kind, in->slot) || !is_over)
                        continue;
                memory_drop_intent(&p->memory, in);
                dropped = true;
                i--;
        }
        return dropped;
}

/* ---- doing it ---- */

static bool is_gateway_taken(const struct pairing *p) {
        LIST_FOREACH(item, &p->engine->pairings) {
                struct pairing *other = CONTAINER_OF(item, struct pairing, link);
                if (other != p && !pairing_is_shared_gateway(p, other))
                        continue;
                LIST_FOREACH(link, &other->writes) {
                        const struct write *w = CONTAINER_OF(link, struct write, link);
                        if (step_writes_gateway(w->kind, w->is_disruptive))
                                return true;
                }
        }
        return false;
}

static int start_ready(struct pairing *p, struct plan *plan, const struct now *now) {
        if (monotime_before(now->boot, p->write_backoff.not_before) || p->engine->is_stopping)
                return 0;
        for (size_t i = 0; i < plan->n_steps; i++) {
                struct step *s = &plan->steps[i];
                if (s->status != STEP_READY || is_in_flight(p, s->kind, s->slot) ||
                    (step_writes_gateway(s->kind, s->is_disruptive) && is_gateway_taken(p)))
                        continue;
                int r = write_start(p, s, now);
                if (r < 0)
                        return r;
                s->status = STEP_RUNNING;
        }
        return 0;
}

static void mark_running(const struct pairing *p, struct plan *plan) {
        for (size_t i = 0; i < plan->n_steps; i++) {
                if (is_in_flight(p, plan->steps[i].kind, plan->steps[i].slot))
                        plan->steps[i].status = STEP_RUNNING;
        }
}

static int think(struct pairing *p, struct round_result *r, bool *ret_changed, const struct now *now) {
        struct guard_context context;
        int k = observe_pairing(p, now, r);
        if (k < 0)
                return k;
        *ret_changed = drop_intents(p, &r->observed);
        bool noted = false;
        k = assess(p->d, &r->observed, &p->memory, now, r->arena, &r->assessment);
        if (k == 0)
                k = memory_note_assessment(&p->memory, p->d, &r->observed, &r->assessment, now, &noted);
        if (k == 0)
                k = plan_make(p->d, &r->observed, &r->assessment, &p->memory, now, r->arena, &r->plan);
        if (k < 0)
                return k;
        *ret_changed = *ret_changed || noted;
        k = guard_context_fill(p, now, r->arena, &context);
        if (k < 0)
                return k;
        k = guard_check(p->d, &r->observed, &r->assessment, &p->memory, &context, now, r->arena, &r->plan);
        mark_running(p, &r->plan);
        return k;
}

/**
 * evaluate() - One pass of the loop over what was read
 *
 * Return: 0 or -ENOMEM; then the last round stays shown and nothing was started.
 */
int evaluate(struct pairing *p, const struct now *now) {
        _cleanup_(round_result_freep) struct round_result *r = round_result_new(p);
        bool changed = false;
        uint64_t seq;
        if (!r)
                return -ENOMEM;
        int k = think(p, r, &changed, now);
        if (k == 0)
                k = tell_verdict(p, &r->assessment, now);
        if (k == 0)
                k = tell_findings(p, r, now);
        if (k == 0)
                k = tell_held(p, &r->plan, now);
        if (k < 0)
                return k;
        want_proof(p, r, now);
        round_result_free(p->shown);
        p->shown = TAKE_PTR(r);
        p->engine->status_is_old = true;
        /* A disk that was full is tried again every round: writes wait for it. */
        if ((changed || p->store_failed) && !p->state_damaged)
                k = store_request(p, &seq);
        return k == 0 ? start_ready(p, &p->shown->plan, now) : k;
}
