/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan.
 *
 * Every step answers one finding; without a finding there is no step, and what is UNKNOWN has no finding. First
 * what is missing, then what differs, then the ladder. Rules, in the order of the code:
 * S1 a write whose intent is open is not planned again: a create waits until a complete reading younger than its
 *    settling time still lacks it; anything else is RUNNING as long as its long operation, or until an observation
 *    could show it
 * S2 whoever touches the whole Azure gateway says who else is on it
 * S3 the id of a plan hashes its steps and the identity, not the age, of the facts below them
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/plan-internal.h"
#include "util/encode.h"

const char *planner_printf(struct planner *p, const char *format, ...) {
        va_list args;
        _cleanup_buf_ struct buf b = BUF_NULL;
        va_start(args, format);
        buf_vprintf(&b, format, args);
        va_end(args);
        const char *text = buf_error(&b) < 0 ? NULL : arena_strdup(p->arena, buf_str(&b));
        if (!text)
                p->error = -ENOMEM;
        return text ? text : "";
}

static struct step *next_step(struct planner *p) {
        if (p->n_steps == STEPS_MAX) {
                p->error = -E2BIG;
                return &p->scratch;
        }
        if (p->n_steps == p->steps_size) {
                size_t size = p->steps_size == 0 ? 8 : 2 * p->steps_size;
                struct step *steps = ARENA_ARRAY(p->arena, struct step, size);
                if (!steps) {
                        p->error = -ENOMEM;
                        return &p->scratch;
                }
                if (p->n_steps > 0)
                        memcpy(steps, p->steps, p->n_steps * sizeof(*steps));
                p->steps = steps;
                p->steps_size = size;
        }
        return &p->steps[p->n_steps++];
}

static const char *billed(struct planner *p, enum step_kind kind) {
        if (kind == STEP_CREATE_PUBLIC_IP)
                return "Azure public IP address, per hour";
        if (kind == STEP_CREATE_GATEWAY)
                return planner_printf(p, "Azure VPN gateway %s, per hour", p->d->azure.gateway_sku);
        if (kind == STEP_PUT_CONNECTION)
                return "Azure S2S tunnel, per hour";
        if (kind == STEP_CREATE_VPN_CONNECTION)
                return "AWS VPN connection, per hour";
        return "";
}

/* S1 */
static bool is_settled(const struct planner *p, const struct intent *x, const struct fact *shows) {
        int64_t settled_wall_ms = x->sent_wall_ms + p->d->timing.create_settle_ms;
        if (!shows)
                return p->now->wall_ms >= settled_wall_ms;
        if (shows->state == FACT_UNKNOWN || !monotime_is_set(shows->seen))
                return false;
        int64_t seen_wall_ms = p->now->wall_ms - monotime_age_ms(shows->seen, p->now->boot);
        return seen_wall_ms >= settled_wall_ms;
}

static bool kind_creates(const struct step_init *init) {
        return init->finding->kind == FINDING_RESOURCE_MISSING;
}

static void consult_intent(const struct planner *p, struct step *s, const struct step_init *init) {
        const struct intent *x = memory_intent(p->m, s->kind, s->slot, step_intent_target(s));
        if (!x || is_settled(p, x, init->shows))
                return;
        if (kind_creates(init)) {
                step_needs(s, false, "created, not yet listed");
                return;
        }
        s->status = STEP_RUNNING;
}

struct step *planner_add(struct planner *p, const struct step_init *init) {
        struct step *s = next_step(p);
        *s = (struct step){
                .kind = init->kind,
                .slot = init->slot,
                .target = init->target,
                .target_id = init->target_id,
                .finding = init->finding->kind,
                .finding_subject = init->finding->subject,
                .waits_for = "",
                .held_why = "",
                .is_disruptive = init->is_disruptive,
                .blast = init->blast,
                .blast_text = "",
                .billed = kind_creates(init) ? billed(p, init->kind) : "",
        };
        s->reason = planner_printf(p, "%s %s: %s", finding_kind_to_string(init->finding->kind), init->finding->subject,
                                   init->finding->evidence);
        consult_intent(p, s, init);
        return s;
}

void step_needs(struct step *s, bool ok, const char *what) {
        if (ok || s->status != STEP_READY)
                return;
        s->status = STEP_WAITING;
        s->waits_for = what;
}

/* S2 */
void step_touches_gateway(struct planner *p, struct step *s) {
        const struct observed_azure *o = &p->o->azure;
        const char *text = "";
        bool is_known = o->foreign.fact.state == FACT_KNOWN;
        s->touches_foreign_up = !is_known;
        for (size_t i = 0; is_known && i < o->n_foreign; i++) {
                const struct foreign_connection *f = &o->foreign.value[i];
                s->touches_foreign_up |= f->is_up;
                text = planner_printf(p, "%s%s%s%s", text, *text ? ", " : "", f->id, f->is_up ? " (up)" : "");
        }
        if (o->gateway.fact.state == FACT_KNOWN && o->gateway.value->has_point_to_site) {
                s->touches_foreign_up = true;
                text = planner_printf(p, "%s%spoint-to-site users", text, *text ? ", " : "");
        }
        s->blast_text = is_known ? text : "other connections of the gateway are not known";
}

bool gateway_is_idle(const struct observed *o) {
        return o->azure.gateway.fact.state == FACT_KNOWN && o->azure.gateway.value->common.provisioning == AZ_SUCCEEDED;
}

bool connection_is_idle(const struct observed *o, unsigned tunnel) {
        if (o->azure.connection[tunnel].fact.state != FACT_KNOWN)
                return false;
        enum az_provisioning p = o->azure.connection[tunnel].value->common.provisioning;
        return p != AZ_BUSY && p != AZ_DELETING;
}

bool vpn_is_idle(const struct observed *o, unsigned tunnel) {
        unsigned i = tunnel / TUNNELS_PER_INSTANCE;
        return o->aws.vpn[i].fact.state == FACT_KNOWN && o->aws.vpn[i].value->state == AWS_STATE_AVAILABLE;
}

/* S3 */
static uint64_t hash_text(uint64_t h, const char *text) {
        return hash_bytes(h, text, strlen(text) + 1);
}

static void make_id(const struct planner *p, char id[static 17]) {
        uint64_t h = HASH_INIT;
        for (size_t i = 0; i < p->n_steps; i++) {
                const struct step *s = &p->steps[i];
                uint32_t numbers[] = {(uint32_t)s->kind, s->slot, s->fields, (uint32_t)s->finding};
                h = hash_bytes(h, numbers, sizeof(numbers));
                h = hash_text(hash_text(h, s->target), s->target_id);
        }
        for (unsigned i = 0; i < SLOTS; i++) {
                uint8_t state = (uint8_t)slot_fact(p->o, slot_at(i))->state;
                h = hash_text(hash_bytes(h, &state, sizeof(state)), slot_id(p->o, slot_at(i)));
        }
        snprintf(id, 17, "%016llx", (unsigned long long)h);
}

/**
 * plan_make() - what should be done, in order
 * @d: declaration
 * @o: observation
 * @a: its assessment
 * @m: memory
 * @now: both clocks
 * @arena: for the steps
 * @ret: plan; its steps are READY, WAITING or RUNNING, and none may leave before guard_check()
 *
 * Return: 0, -ENOMEM, or -E2BIG past a limit
 */
int plan_make(const struct declaration *d, const struct observed *o, const struct assessment *a, const struct memory *m,
              const struct now *now, struct arena *arena, struct plan *ret) {
        struct planner p = {.d = d, .o = o, .a = a, .m = m, .now = now, .arena = arena};
        plan_build(&p);
        plan_drift(&p);
        plan_ladder(&p);
        if (p.error < 0)
                return p.error;
        ret->steps = p.steps;
        ret->n_steps = p.n_steps;
        make_id(&p, ret->id);
        return 0;
}

/**
 * plan_wants_proof() - would a newer peer status help?
 * @plan: after guard_check()
 *
 * Return: true if only the age of the proof holds some step
 */
bool plan_wants_proof(const struct plan *plan) {
        for (size_t i = 0; i < plan->n_steps; i++) {
                if (plan->steps[i].status == STEP_HELD && plan->steps[i].held_by == GUARD_PROOF)
                        return true;
        }
        return false;
}
