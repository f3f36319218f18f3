/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard: may this step leave now?
 *
 * It only takes away: READY becomes HELD, nothing else changes. Rules are asked in this order and the first one
 * that says no is shown; each says in plain words what would change its mind.
 * G1 mode: observe never writes, repair never creates gateways, public IPs or VPN connections
 * G2 paused, or the HOLD file is there
 * G3 the credentials are not proven to be of the declared account or tenant
 * G4 fewer than two complete rounds since start, reload or suspend, or a wall clock that is not set
 * G5 the state cannot be saved
 * G6 too much vanished at once
 * G7 not ours and not listed
 * G8 refused shapes, crossed addresses, duplicates, overlapping networks
 * G9 a PUT would drop a member that we do not know
 * G10 not confirmed, or the platform's own recovery still has its time
 * G11 repaired and changed back twice within a day
 * G12 ladder: policy, backoff, budget; any other repair that did not help: its backoff
 * G13 another write on the same gateway, VPN connection or pairing is on its way
 * G14 a newer proof could free it, and is asked for
 * G15 too few proven tunnels would be left; UNKNOWN is up inside the blast radius and down outside it
 * G16 somebody else's traffic, or a whole gateway with a tunnel that may be up: a person approves
 * G17 the cloud said that a person is needed; asked again after an hour
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/plan-internal.h"

#define ROUNDS_BEFORE_WRITES 2
#define REFUSAL_MS (60 * (int64_t)MINUTE_MS)

struct guard {
        const struct declaration *d;
        const struct observed *o;
        const struct assessment *a;
        const struct memory *m;
        const struct guard_context *c;
        const struct now *now;
        struct arena *arena;
        const struct plan *plan;
        /* steps of this plan that are on their way or were let through */
        const struct step *on_gateway, *disruptive, *on_vpn[INSTANCES];
        int error;
};

static const char *say(struct guard *g, const char *format, ...) _printf_(2, 3);
static const char *say(struct guard *g, const char *format, ...) {
        va_list args;
        _cleanup_buf_ struct buf b = BUF_NULL;
        va_start(args, format);
        buf_vprintf(&b, format, args);
        va_end(args);
        const char *text = buf_error(&b) < 0 ? NULL : arena_strdup(g->arena, buf_str(&b));
        if (!text)
                g->error = -ENOMEM;
        return text ? text : "no memory to say why";
}

static const char *say_wait(struct guard *g, int64_t wait_ms, const char *what) {
        int64_t s = (wait_ms + 999) / 1000;
        if (s < 60)
                return say(g, "%s: %lld s more", what, (long long)s);
        return say(g, "%s: %lld min %lld s more", what, (long long)(s / 60), (long long)(s % 60));
}

static const struct finding *finding_of(const struct guard *g, const struct step *s) {
        return assessment_find(g->a, s->finding, s->finding_subject);
}

static bool is_gateway_put(const struct step *s) {
        return s->kind == STEP_ADD_APIPA || s->kind == STEP_CREATE_GATEWAY;
}

/* Each rule: NULL to let it pass, else why not. */

static const char *ask_mode(struct guard *g, const struct step *s) {
        switch (g->d->mode) {
        case MODE_OBSERVE:
                return "Mode=observe never writes; Mode=repair or Mode=build would";
        case MODE_REPAIR:
                return step_kind_creates_base(s->kind) ? "Mode=repair never creates it; Mode=build would" : NULL;
        case MODE_BUILD:
                return NULL;
        }
        return "unknown mode";
}

static const char *ask_paused(struct guard *g, const struct step *s _unused_) {
        if (g->m->paused)
                return say(g, "paused by %s until somebody resumes it",
                           *g->m->paused_by ? g->m->paused_by : "somebody");
        return g->c->hold_file ? "the file HOLD is there; removing it releases all writes" : NULL;
}

static const char *ask_identity(struct guard *g, const struct step *s) {
        bool azure = step_kind_is_azure(s->kind);
        const char *why = azure ? g->c->azure_identity_why : g->c->aws_identity_why;
        if (azure ? g->c->azure_identity_ok : g->c->aws_identity_ok)
                return NULL;
        if (why && *why)
                return why;
        return azure ? "the tenant of the credentials is not proven yet"
                     : "the account of the credentials is not proven yet";
}

static const char *ask_rounds(struct guard *g, const struct step *s _unused_) {
        if (!g->now->wall_trusted)
                return "the wall clock is not set: hold-offs and signatures mean nothing";
        if (g->c->complete_rounds >= ROUNDS_BEFORE_WRITES)
                return NULL;
        return say(g, "%u of %u complete rounds seen", g->c->complete_rounds, ROUNDS_BEFORE_WRITES);
}

static const char *ask_store(struct guard *g, const struct step *s _unused_) {
        return g->c->store_ok ? NULL : "the state cannot be saved; a write that is not recorded does not leave";
}

static const char *ask_vanished(struct guard *g, const struct step *s _unused_) {
        const struct finding *f = assessment_find(g->a, FINDING_VANISHED, "pairing");
        return f ? f->evidence : NULL;
}

static bool is_listed(const struct guard *g, const char *peering) {
        for (size_t i = 0; i < g->d->azure.n_sync_peerings; i++) {
                const char *name = g->d->azure.sync_peerings[i];
                if (strcmp(name, "*") == 0 || az_id_equal(name, peering))
                        return true;
        }
        return false;
}

/* the resources that the step writes to, or that decide about its tunnel */
static const char *ask_ownership(struct guard *g, const struct step *s) {
        if (s->kind == STEP_SYNC_PEERING)
                return is_listed(g, s->target) ? NULL : say(g, "SyncPeerings= does not list %s", s->target);
        bool on_connection = s->kind == STEP_PUT_CONNECTION || s->kind == STEP_SET_KEY ||
                             s->kind == STEP_RESET_CONNECTION || s->kind == STEP_DELETE_CONNECTION;
        const struct slot *slot = slot_created_by(on_connection ? STEP_PUT_CONNECTION : s->kind, s->slot);
        if (!slot || slot_is_ours(g->d, g->o, slot))
                return NULL;
        return say(g, "%s has no tags of ours: somebody else made it", slot_id(g->o, slot));
}

static bool concerns(const struct finding *f, const struct step *s) {
        return f->tunnels == TUNNELS_ALL || (f->tunnels & s->blast) != 0;
}

static const char *first_custom_address_user(const struct guard *g) {
        const struct observed_azure *o = &g->o->azure;
        for (size_t i = 0; o->foreign.fact.state == FACT_KNOWN && i < o->n_foreign; i++) {
                if (!o->foreign.value[i].names_custom_address)
                        return o->foreign.value[i].id;
        }
        return NULL;
}

static const char *ask_refused(struct guard *g, const struct step *s) {
        for (size_t i = 0; i < g->a->n_findings; i++) {
                const struct finding *f = &g->a->findings[i];
                bool is_held = f->kind == FINDING_RESOURCE_REFUSED || f->kind == FINDING_CROSSED_ADDRESSES ||
                               f->kind == FINDING_DUPLICATE_OWNED ||
                               (f->kind == FINDING_CIDR_OVERLAP && step_kind_creates_base(s->kind));
                if (is_held && concerns(f, s))
                        return say(g, "%s %s: %s", finding_kind_to_string(f->kind), f->subject, f->evidence);
        }
        const char *user = s->kind == STEP_ADD_APIPA ? first_custom_address_user(g) : NULL;
        if (user)
                return say(g, "%s names no custom address and uses the first one; let it name its own first", user);
        return NULL;
}

static const char *unknown_member_of_link(const struct guard *g, const char *id) {
        for (size_t i = 0; i < g->o->azure.n_spokes; i++) {
                const struct spoke *spoke = &g->o->azure.spokes[i];
                if (az_id_equal(spoke->hub_side->common.id, id))
                        return spoke->hub_side->unknown_member;
                if (spoke->spoke_side && az_id_equal(spoke->spoke_side->common.id, id))
                        return spoke->spoke_side->unknown_member;
        }
        return "";
}

static const char *ask_unknown_member(struct guard *g, const struct step *s) {
        const struct observed_azure *o = &g->o->azure;
        const char *member = NULL;
        if (is_gateway_put(s) && o->gateway.fact.state == FACT_KNOWN)
                member = o->gateway.value->unknown_member;
        if ((s->kind == STEP_PUT_CONNECTION || s->kind == STEP_DELETE_CONNECTION) &&
            o->connection[s->slot].fact.state == FACT_KNOWN)
                member = o->connection[s->slot].value->unknown_member;
        if (s->kind == STEP_SYNC_PEERING)
                member = unknown_member_of_link(g, s->target_id);
        if (!member || *member == '\0')
                return NULL;
        return say(g, "the resource has a member \"%s\" that a PUT could lose; a newer version may know it", member);
}

static int64_t rest_ms(const struct guard *g, int64_t stamp_wall_ms, int64_t holdoff_ms) {
        return stamp_wall_ms == 0 ? 0 : stamp_wall_ms + holdoff_ms - g->now->wall_ms;
}

/* a fault waits for the platform, and for the dust of the last change to settle */
static const char *ask_fault_holdoff(struct guard *g, const struct finding *f) {
        const struct timing *t = &g->d->timing;
        const struct tunnel_view *v = &g->a->tunnels[tunnel_of_subject(f->subject)];
        struct monotime both = g->m->tunnels[v->index].both_down_since;
        struct monotime since = monotime_is_set(both) ? both : f->since;
        const struct {
                const char *what;
                int64_t rest_ms;
        } waits[] = {
                {"time for the platform's own recovery",
                 v->has_held_off ? 0 : v->holdoff_ms - monotime_age_ms(since, g->now->boot)},
                {"after the last repair of its configuration",
                 rest_ms(g, memory_tunnel_configured_wall_ms(g->m, v->index), t->holdoff_tunnel_ms)},
                {"after a change at AWS", rest_ms(g, g->m->last_aws_change_wall_ms, t->holdoff_aws_change_ms)},
                {"after a gateway operation", rest_ms(g, g->m->last_gateway_op_wall_ms, t->holdoff_gateway_op_ms)},
                {"after a change of the address space",
                 rest_ms(g, g->m->last_address_change_wall_ms, t->holdoff_address_change_ms)},
        };
        for (size_t i = 0; i < ELEMENTSOF(waits); i++) {
                if (waits[i].rest_ms > 0)
                        return say_wait(g, waits[i].rest_ms, waits[i].what);
        }
        return NULL;
}

static const char *ask_holdoff(struct guard *g, const struct step *s) {
        const struct finding *f = finding_of(g, s);
        if (s->is_urgent_half)
                return NULL;
        if (!f)
                return "its finding is gone";
        if (f->samples < g->d->timing.confirm_samples)
                return say(g, "seen %u of %u times in a row", f->samples, g->d->timing.confirm_samples);
        /* Nothing was there before: nobody is at work on it but us. */
        if (!g->m->was_complete && (f->kind == FINDING_RESOURCE_MISSING || f->kind == FINDING_PROPAGATION_OFF))
                return NULL;
        if (f->kind == FINDING_TUNNEL_DOWN || f->kind == FINDING_BGP_PEER_DOWN)
                return ask_fault_holdoff(g, f);
        int64_t left_ms = g->d->timing.holdoff_config_ms - monotime_age_ms(f->since, g->now->boot);
        return left_ms > 0 ? say_wait(g, left_ms, "it may be a change in progress") : NULL;
}

static const char *ask_contested(struct guard *g, const struct step *s) {
        if (!memory_is_contested(g->m, s->finding, s->finding_subject, g->now->wall_ms))
                return NULL;
        return say(g, "repaired twice within a day and changed back: agree on who decides, then s2svpnctl resume %s",
                   g->d->name);
}

/* the same repair, once more */
static const char *ask_retry(struct guard *g, const struct step *s) {
        unsigned tries;
        int64_t wait_ms = memory_retry_wait_ms(g->m, g->d, s->finding, s->finding_subject, g->now->wall_ms, &tries);
        if (wait_ms <= 0 || s->is_urgent_half)
                return NULL;
        return say_wait(g, wait_ms, say(g, "tried %u time%s and still seen", tries, tries == 1 ? "" : "s"));
}

static const char *ask_ladder(struct guard *g, const struct step *s) {
        if (step_rung(s->kind) == RUNG_NONE)
                return ask_retry(g, s);
        if (s->kind == STEP_REPLACE_TUNNEL && !g->d->policy.allow_tunnel_replace)
                return "AllowTunnelReplace=no; yes would allow it";
        if (s->kind == STEP_RESET_INSTANCE && !g->d->policy.allow_gateway_reset)
                return "AllowGatewayReset=no; yes would allow it";
        const struct ladder *l = &g->m->ladders[tunnel_of_subject(s->finding_subject)];
        if (l->actions_today >= g->d->timing.ladder_budget)
                return say(g,
                           "%u of %u repairs of this tunnel within a day are used up; s2svpnctl resume %s begins again",
                           l->actions_today, g->d->timing.ladder_budget, g->d->name);
        int64_t wait_ms = l->next_allowed_wall_ms - g->now->wall_ms;
        return wait_ms > 0 ? say_wait(g, wait_ms, "time for the last repair to help") : NULL;
}

static bool is_on_vpn(const struct step *s) {
        return s->kind == STEP_MODIFY_TUNNEL || s->kind == STEP_REPLACE_TUNNEL;
}

static const char *ask_busy(struct guard *g, const struct step *s) {
        unsigned i = s->slot / TUNNELS_PER_INSTANCE;
        if (step_writes_gateway(s->kind, s->is_disruptive) && g->c->gateway_busy)
                return say(g, "one write at a time on the Azure gateway: %s is on its way",
                           g->c->gateway_busy_why && *g->c->gateway_busy_why ? g->c->gateway_busy_why : "another");
        if (step_writes_gateway(s->kind, s->is_disruptive) && g->on_gateway)
                return say(g, "one write at a time on the Azure gateway: %s of %s goes first",
                           step_kind_to_string(g->on_gateway->kind), g->on_gateway->target);
        if (is_on_vpn(s) && g->c->aws_busy[i])
                return "another write on this VPN connection runs";
        if (is_on_vpn(s) && g->on_vpn[i])
                return say(g, "one tunnel of a VPN connection at a time: %s goes first", g->on_vpn[i]->target);
        if (s->is_disruptive && g->c->disruptive_in_flight)
                return "another repair that takes a tunnel down is on its way";
        if (s->is_disruptive && g->disruptive)
                return say(g, "one repair at a time: %s of %s goes first", step_kind_to_string(g->disruptive->kind),
                           g->disruptive->target);
        return NULL;
}

/* What G14 and G15 weigh, now and with the best that a fresh proof could show. */
struct survivors {
        bool nothing_to_lose, maybe_nothing_to_lose;
        unsigned proven, maybe_proven;
};

static struct survivors count_survivors(const struct guard *g, const struct step *s) {
        struct survivors n = {.nothing_to_lose = true, .maybe_nothing_to_lose = true};
        for (unsigned t = 0; t < TUNNELS; t++) {
                const struct tunnel_view *v = &g->a->tunnels[t];
                bool is_inside = (s->blast & (1u << t)) != 0, is_old = !v->proof_is_fresh;
                bool is_gone = v->state == TUNNEL_PROVEN_DOWN || v->state == TUNNEL_ABSENT || v->state == TUNNEL_SPARE;
                bool may_be_gone = v->state == TUNNEL_DOWN && is_old && v->aws_says == WORD_DOWN;
                if (is_inside) {
                        n.nothing_to_lose &= is_gone;
                        n.maybe_nothing_to_lose &= is_gone || may_be_gone;
                        continue;
                }
                n.proven += v->is_used && v->state == TUNNEL_PROVEN_UP;
                n.maybe_proven += v->is_used && (v->state == TUNNEL_PROVEN_UP || (v->state == TUNNEL_UP && is_old));
        }
        return n;
}

static unsigned least_tunnels(const struct guard *g) {
        return g->d->policy.min_healthy_tunnels > 0 ? g->d->policy.min_healthy_tunnels : 1;
}

/* A PUT of the whole gateway has no tunnels outside its radius: G16 asks a person instead. */
static bool survivors_count(const struct step *s) {
        return s->is_disruptive && !s->is_urgent_half && !is_gateway_put(s);
}

static const char *ask_proof(struct guard *g, const struct step *s) {
        struct survivors n = count_survivors(g, s);
        unsigned least = least_tunnels(g);
        if (!survivors_count(s) || n.nothing_to_lose || n.proven >= least)
                return NULL;
        if (!n.maybe_nothing_to_lose && n.maybe_proven < least)
                return NULL;
        return "the last peer status is too old to prove what would be left; a new one is asked for";
}

static const char *ask_last_tunnel(struct guard *g, const struct step *s) {
        struct survivors n = count_survivors(g, s);
        if (!survivors_count(s) || n.nothing_to_lose || n.proven >= least_tunnels(g))
                return NULL;
        return say(g,
                   "%u proven tunnels would be left, MinHealthyTunnels=%u; it waits until more are proven up, or until "
                   "those that it touches are proven down",
                   n.proven, least_tunnels(g));
}

static const char *ask_approval(struct guard *g, const struct step *s) {
        struct survivors n = count_survivors(g, s);
        bool risks_all = is_gateway_put(s) && s->is_disruptive && !n.nothing_to_lose;
        if (!s->touches_foreign_up && !risks_all)
                return NULL;
        if (g->c->approved_plan && strcmp(g->c->approved_plan, g->plan->id) == 0)
                return NULL;
        return say(g, "it disturbs %s; s2svpnctl approve %s lets it go",
                   *s->blast_text ? s->blast_text : "tunnels that may be up", g->plan->id);
}

static const char *ask_cloud(struct guard *g, const struct step *s) {
        struct monotime refused = g->c->cloud_refused[s->kind];
        const char *why = g->c->cloud_refused_why[s->kind];
        if (!monotime_is_set(refused))
                return NULL;
        int64_t left_ms = REFUSAL_MS - monotime_age_ms(refused, g->now->boot);
        if (left_ms <= 0)
                return NULL;
        return say_wait(g, left_ms, say(g, "a person is needed: %s; asked again", why ? why : "the cloud refused"));
}

static const struct {
        enum guard_rule rule;
        const char *(*ask)(struct guard *g, const struct step *s);
} rules[] = {
        {GUARD_MODE, ask_mode},           {GUARD_PAUSED, ask_paused},       {GUARD_IDENTITY, ask_identity},
        {GUARD_ROUNDS, ask_rounds},       {GUARD_STORE, ask_store},         {GUARD_VANISHED, ask_vanished},
        {GUARD_OWNERSHIP, ask_ownership}, {GUARD_REFUSED, ask_refused},     {GUARD_UNKNOWN_MEMBER, ask_unknown_member},
        {GUARD_HOLDOFF, ask_holdoff},     {GUARD_CONTESTED, ask_contested}, {GUARD_LADDER, ask_ladder},
        {GUARD_BUSY, ask_busy},           {GUARD_PROOF, ask_proof},         {GUARD_LAST_TUNNEL, ask_last_tunnel},
        {GUARD_APPROVAL, ask_approval},   {GUARD_CLOUD_REFUSES, ask_cloud},
};

static void hold(struct step *s, enum guard_rule rule, const char *why) {
        s->status = STEP_HELD;
        s->held_by = rule;
        s->held_why = why;
}

static void take(struct guard *g, const struct step *s) {
        if (step_writes_gateway(s->kind, s->is_disruptive) && !g->on_gateway)
                g->on_gateway = s;
        if (is_on_vpn(s) && !g->on_vpn[s->slot / TUNNELS_PER_INSTANCE])
                g->on_vpn[s->slot / TUNNELS_PER_INSTANCE] = s;
        if (s->is_disruptive && !g->disruptive)
                g->disruptive = s;
}

static void check(struct guard *g, struct step *s) {
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                const char *why = rules[i].ask(g, s);
                if (!why)
                        continue;
                hold(s, rules[i].rule, why);
                return;
        }
        take(g, s);
}

/**
 * guard_check() - holds what must not leave now
 * @d: declaration
 * @o: observation
 * @a: its assessment
 * @m: memory
 * @c: what is known beyond the pairing
 * @now: both clocks
 * @arena: for the texts
 * @plan: its READY steps may become HELD
 *
 * Return: 0, or -ENOMEM with every READY step held
 */
int guard_check(const struct declaration *d, const struct observed *o, const struct assessment *a,
                const struct memory *m, const struct guard_context *c, const struct now *now, struct arena *arena,
                struct plan *plan) {
        struct guard g = {.d = d, .o = o, .a = a, .m = m, .c = c, .now = now, .arena = arena, .plan = plan};
        for (size_t i = 0; i < plan->n_steps; i++) {
                if (plan->steps[i].status == STEP_RUNNING)
                        take(&g, &plan->steps[i]);
        }
        for (size_t i = 0; i < plan->n_steps; i++) {
                if (plan->steps[i].status == STEP_READY)
                        check(&g, &plan->steps[i]);
        }
        if (g.error == 0)
                return 0;
        for (size_t i = 0; i < plan->n_steps; i++) {
                if (plan->steps[i].status == STEP_READY)
                        hold(&plan->steps[i], GUARD_STORE, "no memory to check it");
        }
        return g.error;
}
