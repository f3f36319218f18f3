/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess: one verdict a tunnel from both clouds.
 *
 * Rules, in the order of the code:
 * T1 Azure speaks through the peer status row of the instance that carries the tunnel; the other instance's row is
 *    a discard, down by design. A listing that has rows of the instance but none for the peer says DOWN; no rows
 *    of the instance at all say nothing
 * T2 an old row that contradicts fresh telemetry says nothing, unless it did so while it was fresh
 *    one that was asked for before our last step on the tunnel, or while Azure works on its connection, neither
 * T3 AWS speaks through telemetry
 * T4 unused by the topology: SPARE, whatever it says
 * T5 a resource that the tunnel needs is ABSENT and nobody says UP, or AWS has no such connection (Azure's row outlives
 *    it by the hold time): ABSENT
 * T6 nobody says anything: UNKNOWN
 * T7 both say DOWN, freshly, for longer than the hold-off: PROVEN_DOWN; one says DOWN: DOWN
 * T8 both say UP, freshly, with routes and an old enough session: PROVEN_UP; else UP
 * T9 hold-off: everything down; both tunnels of an instance; one tunnel; not over while AWS says that it came back
 * T10 fresh words that differ for longer than a round: states-disagree, and no tunnel-down meanwhile
 */

#include <string.h>
#include <strings.h>

#include "core/assess-internal.h"

#define HOUR_MS (60 * (int64_t)MINUTE_MS)
#define FLAPPING_CHANGES 6 /* down and up again three times */

static bool is_local_of(const struct az_instance *x, struct ip4 local) {
        bool found = local.addr != 0 && ip4_equal(x->default_bgp, local);
        for (size_t i = 0; i < x->n_custom_bgp; i++)
                found |= ip4_equal(x->custom_bgp[i], local);
        return found;
}

static struct ip4 aws_peer(const struct assessor *s, unsigned t) {
        if (s->o->addresses_known)
                return inside_aws(s->o->addresses.inside[t]);
        if (is_known(&s->o->azure.local_gateway[t].fact))
                return s->o->azure.local_gateway[t].value->bgp_address;
        return (struct ip4){0};
}

/* T1 */
static void read_rows(const struct assessor *s, struct tunnel_view *v, bool *ret_instance_answers) {
        *ret_instance_answers = false;
        struct ip4 peer = aws_peer(s, v->index);
        if (!is_known(&s->o->azure.bgp.fact) || v->instance == INSTANCES || peer.addr == 0)
                return;
        const struct az_gateway *g = s->o->azure.gateway.value;
        const struct az_bgp_rows *rows = s->o->azure.bgp.value;
        for (size_t i = 0; i < rows->n_rows; i++) {
                const struct az_bgp_row *row = &rows->rows[i];
                bool is_peer = ip4_equal(row->neighbor, peer);
                bool is_carrier = is_local_of(&g->instances[v->instance], row->local);
                *ret_instance_answers |= is_carrier;
                if (is_peer && is_carrier)
                        v->row = row;
                else if (is_peer)
                        v->discard_row = row;
        }
}

static enum word azure_word(const struct tunnel_view *v, bool instance_answers) {
        if (!v->row)
                return instance_answers ? WORD_DOWN : WORD_NONE;
        switch (v->row->state) {
        case AZ_BGP_UNKNOWN:
                return WORD_NONE;
        case AZ_BGP_STOPPED:
        case AZ_BGP_IDLE:
        case AZ_BGP_CONNECTING:
                return WORD_DOWN;
        case AZ_BGP_CONNECTED:
                return WORD_UP;
        }
        return WORD_NONE;
}

static enum word aws_word(const struct aws_tunnel *end) {
        if (!end || end->status == TELEMETRY_UNKNOWN)
                return WORD_NONE;
        return end->status == TELEMETRY_UP ? WORD_UP : WORD_DOWN;
}

/* T2: it is about the connection as it was */
static bool is_overtaken(const struct assessor *s, const struct tunnel_view *v) {
        return monotime_before(s->o->azure.bgp.fact.seen, s->memory->tunnels[v->index].touched) ||
               (v->connection && v->connection->common.provisioning == AZ_BUSY);
}

/* T1 - T3 */
static void listen(const struct assessor *s, struct tunnel_view *v) {
        bool instance_answers;
        v->aws_says = aws_word(v->aws);
        if (is_overtaken(s, v))
                return;
        read_rows(s, v, &instance_answers);
        int64_t age_ms = monotime_age_ms(s->o->azure.bgp.fact.seen, s->now->boot);
        v->proof_is_fresh = is_known(&s->o->azure.bgp.fact) && age_ms <= s->d->timing.proof_max_age_ms;
        v->azure_says = azure_word(v, instance_answers);
        bool stood_when_fresh = monotime_is_set(s->memory->tunnels[v->index].disagree_since);
        if (!v->proof_is_fresh && v->aws_says != WORD_NONE && v->azure_says != v->aws_says && !stood_when_fresh)
                v->azure_says = WORD_NONE;
}

static bool lacks_resource(const struct assessor *s, unsigned t) {
        const struct observed *o = s->o;
        return o->azure.gateway.fact.state == FACT_ABSENT || o->azure.local_gateway[t].fact.state == FACT_ABSENT ||
               o->azure.connection[t].fact.state == FACT_ABSENT ||
               o->aws.vpn[t / TUNNELS_PER_INSTANCE].fact.state == FACT_ABSENT;
}

static bool is_proven_up(const struct assessor *s, const struct tunnel_view *v) {
        return v->aws_says == WORD_UP && v->azure_says == WORD_UP && v->proof_is_fresh && v->row->routes_received > 0 &&
               v->row->connected_ms >= s->d->timing.proven_after_ms;
}

/* T4 - T8 */
static enum tunnel_state decide(const struct assessor *s, const struct tunnel_view *v) {
        bool some_up = v->aws_says == WORD_UP || v->azure_says == WORD_UP;
        bool some_down = v->aws_says == WORD_DOWN || v->azure_says == WORD_DOWN;
        if (!v->is_used)
                return TUNNEL_SPARE;
        bool has_aws_end = s->o->aws.vpn[v->index / TUNNELS_PER_INSTANCE].fact.state != FACT_ABSENT;
        if (lacks_resource(s, v->index) && (!some_up || !has_aws_end) && !s->has_vanished)
                return TUNNEL_ABSENT;
        if (some_down)
                return TUNNEL_DOWN;
        if (!some_up)
                return TUNNEL_UNKNOWN;
        return is_proven_up(s, v) ? TUNNEL_PROVEN_UP : TUNNEL_UP;
}

static void view_tunnel(const struct assessor *s, unsigned t, struct tunnel_view *v) {
        const struct observed *o = s->o;
        unsigned i = t / TUNNELS_PER_INSTANCE;
        *v = (struct tunnel_view){
                .index = t,
                .is_used = topology_uses_tunnel(s->d->topology, t),
                .instance = gateway_instance(o, i),
                .vpn = is_known(&o->aws.vpn[i].fact) ? o->aws.vpn[i].value : NULL,
                .aws = tunnel_aws_end(o, t),
                .local_gateway = is_known(&o->azure.local_gateway[t].fact) ? o->azure.local_gateway[t].value : NULL,
                .connection = is_known(&o->azure.connection[t].fact) ? o->azure.connection[t].value : NULL,
                .inside = o->addresses_known ? o->addresses.inside[t] : (struct cidr){0},
        };
        listen(s, v);
        v->state = decide(s, v);
}

/* T9 */
static int64_t holdoff_of(const struct assessor *s, unsigned t) {
        unsigned n_not_down = 0, n_mates = 0, n_mates_not_down = 0;
        for (unsigned u = 0; u < TUNNELS; u++) {
                const struct tunnel_view *v = &s->a->tunnels[u];
                bool is_down = v->state == TUNNEL_DOWN || v->state == TUNNEL_ABSENT;
                bool is_mate = v->is_used && u / TUNNELS_PER_INSTANCE == t / TUNNELS_PER_INSTANCE;
                n_not_down += v->is_used && !is_down;
                n_mates += is_mate;
                n_mates_not_down += is_mate && !is_down;
        }
        if (n_not_down == 0)
                return s->d->timing.holdoff_all_ms;
        if (n_mates == TUNNELS_PER_INSTANCE && n_mates_not_down == 0)
                return s->d->timing.holdoff_instance_ms;
        return s->d->timing.holdoff_tunnel_ms;
}

static void prove_down(const struct assessor *s, struct tunnel_view *v) {
        v->holdoff_ms = holdoff_of(s, v->index);
        struct monotime since = s->memory->tunnels[v->index].both_down_since;
        int64_t last_change_ms = s->memory->tunnels[v->index].last_change_ms;
        bool both = v->aws_says == WORD_DOWN && v->azure_says == WORD_DOWN;
        bool is_steady = last_change_ms == 0 || (v->aws && v->aws->last_change_ms == last_change_ms);
        v->has_held_off =
                both && is_steady && monotime_is_set(since) && monotime_age_ms(since, s->now->boot) >= v->holdoff_ms;
}

static const char *telemetry_text(struct assessor *s, const struct tunnel_view *v) {
        if (!v->aws || v->aws->status == TELEMETRY_UNKNOWN)
                return "AWS: unknown";
        return assessor_printf(s, "AWS: %s, \"%s\"", v->aws->status == TELEMETRY_UP ? "UP" : "DOWN",
                               v->aws->status_message);
}

static const char *bgp_state_text(enum az_bgp_state state) {
        switch (state) {
        case AZ_BGP_UNKNOWN:
                return "Unknown";
        case AZ_BGP_STOPPED:
                return "Stopped";
        case AZ_BGP_IDLE:
                return "Idle";
        case AZ_BGP_CONNECTING:
                return "Connecting";
        case AZ_BGP_CONNECTED:
                return "Connected";
        }
        return "Unknown";
}

static const char *peer_text(struct assessor *s, const struct tunnel_view *v) {
        char a[IP4_TEXT_SIZE], b[IP4_TEXT_SIZE];
        if (!v->row)
                return v->azure_says == WORD_DOWN ? "Azure: no such peer" : "Azure: unknown";
        return assessor_printf(s, "Azure %s -> %s: %s%s", ip4_format(v->row->local, a), ip4_format(v->row->neighbor, b),
                               bgp_state_text(v->row->state), v->proof_is_fresh ? "" : " (old)");
}

static const char *why_it_flaps(struct assessor *s, const struct tunnel_view *v) {
        const struct tunnel_memory *m = &s->memory->tunnels[v->index];
        if (m->n_changes < FLAPPING_CHANGES || monotime_age_ms(m->changes_since, s->now->boot) > 2 * HOUR_MS)
                return "";
        return assessor_printf(
                s,
                "it comes and goes, %u changes in %lld min: regular flapping at 30-60 s points at the BGP "
                "hold time (hold-timer-suspect)",
                m->n_changes, (long long)(monotime_age_ms(m->changes_since, s->now->boot) / MINUTE_MS + 1));
}

/* The side that says UP may not have noticed yet: Azure keeps a silent session for up to 180 s. */
static const char *why_they_disagree(const struct assessor *s, const struct tunnel_view *v, struct monotime since) {
        if (monotime_age_ms(since, s->now->boot) > s->d->timing.holdoff_tunnel_ms)
                return "";
        if (v->azure_says == WORD_UP)
                return "Azure may not have noticed yet: its BGP hold time is 180 s";
        return "one of them may lag behind: telemetry and peer status are up to some minutes old";
}

/* T10 */
static void find_down(struct assessor *s, const struct tunnel_view *v) {
        if (v->state != TUNNEL_DOWN && v->state != TUNNEL_PROVEN_DOWN)
                return;
        enum finding_kind kind = FINDING_TUNNEL_DOWN;
        enum severity severity = SEVERITY_FAULT;
        const char *cause = why_it_flaps(s, v);
        if (v->aws_says == WORD_UP || v->azure_says == WORD_UP) {
                struct monotime since = s->memory->tunnels[v->index].disagree_since;
                if (!monotime_is_set(since) || monotime_age_ms(since, s->now->boot) <= s->d->timing.round_ms)
                        return;
                kind = FINDING_STATES_DISAGREE;
                severity = SEVERITY_DRIFT;
                cause = *cause ? cause : why_they_disagree(s, v, since);
        } else if (v->aws_says == WORD_DOWN && strcasestr(v->aws->status_message, "IPSEC IS UP"))
                kind = FINDING_BGP_PEER_DOWN;
        assessor_find(s, kind, severity, tunnel_subject(v->index), 1u << v->index, cause, "%s; %s",
                      telemetry_text(s, v), peer_text(s, v));
}

static void count(struct assessment *a, const struct tunnel_view *v) {
        a->n_used += v->is_used;
        a->n_spares += v->state == TUNNEL_SPARE;
        a->n_discards += v->is_used && v->connection;
        a->n_up += v->state == TUNNEL_UP || v->state == TUNNEL_PROVEN_UP;
        a->n_proven_up += v->state == TUNNEL_PROVEN_UP;
}

/**
 * assess_tunnels() - views, states and counts; findings of tunnels that are down
 * @s: collector
 */
void assess_tunnels(struct assessor *s) {
        for (unsigned t = 0; t < TUNNELS; t++)
                view_tunnel(s, t, &s->a->tunnels[t]);
        for (unsigned t = 0; t < TUNNELS; t++)
                prove_down(s, &s->a->tunnels[t]);
        for (unsigned t = 0; t < TUNNELS; t++) {
                struct tunnel_view *v = &s->a->tunnels[t];
                if (v->state == TUNNEL_DOWN && v->has_held_off && v->proof_is_fresh)
                        v->state = TUNNEL_PROVEN_DOWN;
                count(s->a, v);
                find_down(s, v);
        }
}
