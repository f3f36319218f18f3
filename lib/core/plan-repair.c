/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan: what differs, and the ladder of a tunnel that is down although nothing differs.
 *
 * Rules, in the order of the code:
 * R1 missing custom addresses are appended in one PUT of the gateway
 * R2 a wrong local network gateway or connection is put right; while the platform works on it, that waits
 * R3 the rest of a two-sided change is urgent once its first half took the tunnel down
 * R4 Azure takes over AWS's key
 * R5 all differences of one AWS tunnel go into one call; new inside addresses wait for their custom addresses
 * R6 an old peering link is synced, one link a peering
 * R7 the ladder begins only when nothing else is known to be wrong with the tunnel, no cloud says UP and some says
 *    DOWN
 * R8 milder rungs come first, whatever the tunnel
 * R9 no rung while a platform works on the resource
 */
#include "core/assess-internal.h"
#include "core/plan-internal.h"

#include <string.h>

/* R1 */
static void plan_custom_addresses(struct planner *p) {
        const struct finding *f = assessment_find(p->a, FINDING_APIPA_MISSING, "gateway");
        if (!f)
                return;
        struct step_init init = {
                .kind = STEP_ADD_APIPA,
                .target = "the Azure VPN gateway",
                .target_id = p->o->azure.gateway.value->common.id,
                .finding = f,
                .shows = &p->o->azure.gateway.fact,
                .blast = TUNNELS_ALL,
                .is_disruptive = true,
        };
        struct step *s = planner_add(p, &init);
        step_touches_gateway(p, s);
}

/* R3 */
static bool is_second_half(const struct planner *p, unsigned t) {
        const struct tunnel_view *v = &p->a->tunnels[t];
        if (v->aws_says == WORD_UP || v->azure_says == WORD_UP || !p->d->addresses_pinned ||
            !cidr_equal(p->o->addresses.inside[t], p->d->inside[t]))
                return false;
        return memory_repaired_lately(p->m, FINDING_TUNNEL_OPTIONS_WRONG, tunnel_subject(t), p->now->wall_ms,
                                      p->d->timing.holdoff_aws_change_ms);
}

/* R2 */
static void plan_correction(struct planner *p, enum slot_kind kind, enum finding_kind finding, unsigned t) {
        const struct slot *slot = slot_of(kind, t);
        const struct finding *f = assessment_find(p->a, finding, slot->subject);
        /* what failed to be provisioned is put again anyway */
        if (!f || assessment_find(p->a, FINDING_RESOURCE_FAILED, slot->subject))
                return;
        bool in_use = p->o->azure.connection[t].fact.state != FACT_ABSENT;
        struct step_init init = {
                .kind = slot->create,
                .slot = t,
                .target = slot->text,
                .target_id = slot_id(p->o, slot),
                .finding = f,
                .shows = slot_fact(p->o, slot),
                .blast = 1u << t,
                .is_disruptive = in_use,
        };
        struct step *s = planner_add(p, &init);
        s->is_urgent_half = is_second_half(p, t);
        step_needs(s, !in_use || gateway_is_idle(p->o), "the Azure VPN gateway");
        step_needs(s, !in_use || connection_is_idle(p->o, t), slot_of(SLOT_CONNECTION, t)->text);
        if (kind == SLOT_LOCAL_GATEWAY) {
                step_needs(s, p->o->azure.local_gateway[t].value->common.provisioning == AZ_SUCCEEDED, slot->text);
                return;
        }
        step_needs(s, !assessment_find(p->a, FINDING_APIPA_MISSING, "gateway"),
                   "the custom addresses of the Azure VPN gateway");
        step_needs(s,
                   p->o->azure.local_gateway[t].fact.state == FACT_KNOWN &&
                           p->o->azure.local_gateway[t].value->common.provisioning == AZ_SUCCEEDED,
                   slot_of(SLOT_LOCAL_GATEWAY, t)->text);
}

/* R4 */
static void plan_key(struct planner *p, unsigned t) {
        const struct finding *f = assessment_find(p->a, FINDING_PSK_MISMATCH, tunnel_subject(t));
        if (!f)
                return;
        struct step_init init = {
                .kind = STEP_SET_KEY,
                .slot = t,
                .target = slot_of(SLOT_CONNECTION, t)->text,
                .target_id = slot_id(p->o, slot_of(SLOT_CONNECTION, t)),
                .finding = f,
                .shows = &p->o->azure.key[t].fact,
                .blast = 1u << t,
                .is_disruptive = true,
        };
        struct step *s = planner_add(p, &init);
        step_needs(s, gateway_is_idle(p->o), "the Azure VPN gateway");
        step_needs(s, connection_is_idle(p->o, t), slot_of(SLOT_CONNECTION, t)->text);
}

/* R5 */
static void plan_tunnel_options(struct planner *p, unsigned t) {
        const struct finding *f = assessment_find(p->a, FINDING_TUNNEL_OPTIONS_WRONG, tunnel_subject(t));
        const struct aws_tunnel *end = tunnel_aws_end(p->o, t);
        if (!f || !end)
                return;
        bool readdress = p->o->addresses_known && !cidr_equal(end->inside, wanted_inside(p->d, p->o, t));
        bool redial = end->startup_start != topology_uses_tunnel(p->d->topology, t);
        struct step_init init = {
                .kind = STEP_MODIFY_TUNNEL,
                .slot = t,
                .target = tunnel_text(t),
                .target_id = slot_id(p->o, slot_of(SLOT_VPN_CONNECTION, t / TUNNELS_PER_INSTANCE)),
                .finding = f,
                .shows = &p->o->aws.vpn[t / TUNNELS_PER_INSTANCE].fact,
                .blast = 1u << t,
                .is_disruptive = true,
        };
        struct step *s = planner_add(p, &init);
        s->fields = (redial ? TUNNEL_FIELD_STARTUP : 0u) | (readdress ? TUNNEL_FIELD_INSIDE_CIDR : 0u);
        step_needs(s, vpn_is_idle(p->o, t), slot_of(SLOT_VPN_CONNECTION, t / TUNNELS_PER_INSTANCE)->text);
        step_needs(s, !readdress || !assessment_find(p->a, FINDING_APIPA_MISSING, "gateway"),
                   "the custom addresses of the Azure VPN gateway");
}

/* R6 */
static void plan_sync(struct planner *p, const struct spoke *spoke) {
        const struct az_peering *link = NULL;
        const char *subject = planner_printf(p, "peering:%s", spoke->hub_side->common.name);
        const struct finding *f = assessment_find(p->a, FINDING_PEERING_OUT_OF_SYNC, subject);
        if (!f || !spoke_stale_link(spoke, &link) || !link)
                return;
        struct step_init init = {
                .kind = STEP_SYNC_PEERING,
                .target = spoke->hub_side->common.name,
                .target_id = link->common.id,
                .finding = f,
                .shows = link == spoke->hub_side ? &p->o->azure.vnet.fact : &spoke->vnet.fact,
        };
        struct step *s = planner_add(p, &init);
        step_needs(s, link->common.provisioning == AZ_SUCCEEDED, "the peering: Azure works on it");
}

/**
 * plan_drift() - steps for what differs
 * @p: planner
 */
void plan_drift(struct planner *p) {
        plan_custom_addresses(p);
        for (unsigned t = 0; t < TUNNELS; t++) {
                plan_correction(p, SLOT_LOCAL_GATEWAY, FINDING_LOCAL_GATEWAY_WRONG, t);
                plan_correction(p, SLOT_CONNECTION, FINDING_CONNECTION_WRONG, t);
                plan_key(p, t);
                plan_tunnel_options(p, t);
        }
        for (size_t i = 0; i < p->o->azure.n_spokes; i++)
                plan_sync(p, &p->o->azure.spokes[i]);
}

/* R7; NULL: no rung for this tunnel */
static const struct finding *reason_to_climb(const struct planner *p, unsigned t) {
        const struct tunnel_view *v = &p->a->tunnels[t];
        if ((v->state != TUNNEL_DOWN && v->state != TUNNEL_PROVEN_DOWN) || v->aws_says == WORD_UP ||
            v->azure_says == WORD_UP || !v->connection)
                return NULL;
        for (size_t i = 0; i < p->a->n_findings; i++) {
                const struct finding *f = &p->a->findings[i];
                if ((f->tunnels & (1u << t)) && finding_kind_explains_down(f->kind))
                        return NULL;
        }
        const struct finding *f = assessment_find(p->a, FINDING_BGP_PEER_DOWN, tunnel_subject(t));
        return f ? f : assessment_find(p->a, FINDING_TUNNEL_DOWN, tunnel_subject(t));
}

static enum step_kind kind_of_rung(enum rung r) {
        switch (r) {
        case RUNG_RESET_CONNECTION:
                return STEP_RESET_CONNECTION;
        case RUNG_REPLACE_TUNNEL:
                return STEP_REPLACE_TUNNEL;
        case RUNG_RECREATE_CONNECTION:
                return STEP_DELETE_CONNECTION;
        case RUNG_RESET_INSTANCE:
                return STEP_RESET_INSTANCE;
        case RUNG_NONE:
        case RUNG_GAVE_UP:
                break;
        }
        return _STEP_KIND_COUNT;
}

/* R9 */
static void climb_needs_rest(struct planner *p, struct step *s, unsigned t) {
        step_needs(s, gateway_is_idle(p->o), "the Azure VPN gateway");
        step_needs(s, connection_is_idle(p->o, t), slot_of(SLOT_CONNECTION, t)->text);
        step_needs(s, vpn_is_idle(p->o, t), slot_of(SLOT_VPN_CONNECTION, t / TUNNELS_PER_INSTANCE)->text);
}

static void climb_tunnel(struct planner *p, enum rung rung, unsigned t, const struct finding *f) {
        unsigned i = t / TUNNELS_PER_INSTANCE;
        const struct slot *slot =
                rung == RUNG_REPLACE_TUNNEL ? slot_of(SLOT_VPN_CONNECTION, i) : slot_of(SLOT_CONNECTION, t);
        struct step_init init = {
                .kind = kind_of_rung(rung),
                .slot = t,
                .target = rung == RUNG_REPLACE_TUNNEL ? tunnel_text(t) : slot->text,
                .target_id = slot_id(p->o, slot),
                .finding = f,
                .blast = 1u << t,
                .is_disruptive = true,
        };
        climb_needs_rest(p, planner_add(p, &init), t);
        if (rung != RUNG_RECREATE_CONNECTION)
                return;
        init.kind = STEP_PUT_CONNECTION;
        init.is_disruptive = false;
        struct step *s = planner_add(p, &init);
        s->is_urgent_half = true;
        step_needs(s, false, "its deletion");
}

static void climb_instance(struct planner *p, unsigned t, const struct finding *f) {
        unsigned i = t / TUNNELS_PER_INSTANCE, used = 0;
        for (unsigned u = i * TUNNELS_PER_INSTANCE; u < (i + 1) * TUNNELS_PER_INSTANCE; u++)
                used |= topology_uses_tunnel(p->d->topology, u) ? 1u << u : 0;
        struct step_init init = {
                .kind = STEP_RESET_INSTANCE,
                .slot = i,
                .target = i == 0 ? "gateway instance 0" : "gateway instance 1",
                .target_id = slot_id(p->o, slot_of(SLOT_GATEWAY, 0)),
                .finding = f,
                .blast = used,
                .is_disruptive = true,
        };
        struct step *s = planner_add(p, &init);
        step_touches_gateway(p, s);
        climb_needs_rest(p, s, t);
}

/**
 * plan_ladder() - the next rung of tunnels that are down although nothing differs
 * @p: planner
 */
void plan_ladder(struct planner *p) {
        unsigned instances = 0; /* that have their reset in the plan */
        /* R8 */
        for (enum rung rung = RUNG_RESET_CONNECTION; rung < RUNG_GAVE_UP; rung++) {
                for (unsigned t = 0; t < TUNNELS; t++) {
                        const struct finding *f = reason_to_climb(p, t);
                        if (!f || ladder_next(&p->m->ladders[t], &p->d->policy) != rung)
                                continue;
                        if (rung != RUNG_RESET_INSTANCE) {
                                climb_tunnel(p, rung, t, f);
                                continue;
                        }
                        if ((instances & (1u << (t / TUNNELS_PER_INSTANCE))) == 0)
                                climb_instance(p, t, f);
                        instances |= 1u << (t / TUNNELS_PER_INSTANCE);
                }
        }
}
