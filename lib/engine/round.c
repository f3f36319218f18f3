/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds: when a pairing reads, and when it thinks.
 *
 * A round reads the cheap units (and those slow ones that are due) together with the account's inventory, and is over
 * when each has come or failed; then the pairing is evaluated once. Deep proof runs beside it, on its own clock: at
 * least every deep interval, and at once after a repair, when a cheap signal changed, or when a step waits for proof.
 * When it arrives the next round starts at once.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "azure/names.h"
#include "engine/engine-internal.h"
#include "util/alloc.h"

#define ACTIVE_ROUND_MS 10000 /* while something is being built or repaired */

const char *round_state_to_string(enum round_state s) {
        switch (s) {
        case ROUND_IDLE:
                return "idle";
        case ROUND_READING:
                return "reading";
        }
        return NULL;
}

void round_soon(struct pairing *p, const struct now *now, int64_t in_ms) {
        p->round_due = monotime_min(p->round_due, monotime_add_ms(now->boot, in_ms));
        p->engine->wants_tick = true;
}

/* ---- which resource each unit reads ---- */

static int set_derived_id(struct unit *u, enum azure_type type, char *name, struct arena *scratch) {
        const struct azure_declaration *z = &u->pairing->d->azure;
        char *id = name ? azure_id_new(scratch, type, z->subscription, z->resource_group, name, NULL) : NULL;
        return id ? unit_set_id(u, id) : -ENOMEM;
}

static const void *known_value(const struct unit *u) {
        return u->fact.state == FACT_KNOWN ? u->snapshot->value : NULL;
}

static int set_public_ip_ids(struct pairing *p, struct arena *scratch) {
        const struct az_gateway *g = known_value(pairing_unit(p, UNIT_GATEWAY, 0));
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct unit *u = pairing_unit(p, UNIT_PUBLIC_IP, i);
                bool from_gateway = g && i < g->n_instances && *g->instances[i].public_ip_id;
                int r = from_gateway
                                ? unit_set_id(u, g->instances[i].public_ip_id)
                                : set_derived_id(u, AZURE_PUBLIC_IP, pairing_public_ip_name(scratch, p->d, i), scratch);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int set_tunnel_ids(struct pairing *p, unsigned t, const char *gateway_id, struct arena *scratch) {
        struct unit *connection = pairing_unit(p, UNIT_CONNECTION, t);
        if (!topology_uses_tunnel(p->d->topology, t)) {
                /* Before a reload it may have been used. */
                unit_forget_id(pairing_unit(p, UNIT_LOCAL_GATEWAY, t));
                unit_forget_id(connection);
                unit_forget_id(pairing_unit(p, UNIT_KEY, t));
                unit_forget_id(pairing_unit(p, UNIT_ADVERTISED, t));
                return 0;
        }
        int r = set_derived_id(pairing_unit(p, UNIT_LOCAL_GATEWAY, t), AZURE_LOCAL_GATEWAY,
                               pairing_local_gateway_name(scratch, p->d, t), scratch);
        if (r == 0)
                r = set_derived_id(connection, AZURE_CONNECTION, pairing_connection_name(scratch, p->d, t), scratch);
        if (r == 0)
                r = unit_set_id(pairing_unit(p, UNIT_KEY, t), known_value(connection) ? connection->id : NULL);
        if (r == 0)
                r = unit_set_id(pairing_unit(p, UNIT_ADVERTISED, t), gateway_id);
        return r;
}

static bool has_spoke_unit(const struct pairing *p, const char *vnet_id) {
        for (size_t i = 0; i < p->n_spokes; i++) {
                if (az_id_equal(p->spokes[i]->id, vnet_id))
                        return true;
        }
        return false;
}

static int add_spoke_unit(struct pairing *p, const char *vnet_id) {
        struct unit **grown = mem_realloc(p->spokes, (p->n_spokes + 1) * sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        p->spokes = grown;
        struct unit *u = mem_zalloc(1, sizeof(*u));
        if (!u)
                return -ENOMEM;
        unit_init(u, p, UNIT_SPOKE, (unsigned)p->n_spokes);
        int r = unit_set_id(u, vnet_id);
        if (r < 0) {
                mem_free(u);
                return r;
        }
        p->spokes[p->n_spokes++] = u;
        return 0;
}

/* Spokes whose traffic may use our gateway; one that lost its peering is no longer read. */
static int set_spokes(struct pairing *p) {
        const struct az_vnet *hub = known_value(pairing_unit(p, UNIT_VNET, 0));
        if (!hub)
                return 0;
        for (size_t i = 0; i < hub->n_peerings && p->n_spokes < PEERINGS_MAX; i++) {
                const struct az_peering *peering = &hub->peerings[i];
                if (!peering->allow_gateway_transit || has_spoke_unit(p, peering->remote_vnet_id))
                        continue;
                int r = add_spoke_unit(p, peering->remote_vnet_id);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < p->n_spokes; i++) {
                bool is_there = false;
                for (size_t k = 0; k < hub->n_peerings; k++)
                        is_there = is_there || az_id_equal(hub->peerings[k].remote_vnet_id, p->spokes[i]->id);
                if (is_there)
                        continue;
                unit_deinit(p->spokes[i]);
                mem_free(p->spokes[i]);
                p->spokes[i--] = p->spokes[--p->n_spokes];
        }
        return 0;
}

static int set_ids(struct pairing *p) {
        _cleanup_(arena_freep) struct arena *scratch = arena_new();
        if (!scratch)
                return -ENOMEM;
        struct unit *gateway = pairing_unit(p, UNIT_GATEWAY, 0);
        int r = unit_set_id(pairing_unit(p, UNIT_VNET, 0), p->d->azure.vnet_id);
        if (r == 0)
                r = unit_set_id(gateway, p->d->azure.gateway_id);
        if (r == 0)
                r = set_public_ip_ids(p, scratch);
        const struct az_gateway *g = known_value(gateway);
        const char *listed = g ? gateway->id : NULL;
        /* A gateway that is being made or changed answers BGP queries with nothing. */
        const char *asked = g && g->common.provisioning == AZ_SUCCEEDED ? gateway->id : NULL;
        if (r == 0)
                r = unit_set_id(pairing_unit(p, UNIT_FOREIGN, 0), listed);
        if (r == 0)
                r = unit_set_id(pairing_unit(p, UNIT_BGP, 0), asked);
        if (r == 0)
                r = unit_set_id(pairing_unit(p, UNIT_LEARNED, 0), asked);
        for (unsigned t = 0; t < TUNNELS && r == 0; t++)
                r = set_tunnel_ids(p, t, asked, scratch);
        return r == 0 ? set_spokes(p) : r;
}

/* ---- reading ---- */

static bool is_active(const struct pairing *p) {
        return !list_is_empty(&p->writes) || p->memory.n_intents > 0 ||
               (p->shown && p->shown->assessment.verdict == VERDICT_BUILDING);
}

static int64_t interval_ms(const struct pairing *p) {
        int64_t round_ms = p->d->timing.round_ms;
        return is_active(p) && round_ms > ACTIVE_ROUND_MS ? ACTIVE_ROUND_MS : round_ms;
}

/* While the hub's peering is out of sync, which side is old is decided from what the spoke says now. */
static bool is_out_of_sync(const struct unit *spoke) {
        const struct az_vnet *hub = known_value(pairing_unit(spoke->pairing, UNIT_VNET, 0));
        for (size_t i = 0; hub && i < hub->n_peerings; i++) {
                if (az_id_equal(hub->peerings[i].remote_vnet_id, spoke->id))
                        return hub->peerings[i].sync != AZ_SYNC_FULLY;
        }
        return false;
}

static bool is_due(const struct unit *u, const struct now *now) {
        const struct timing *t = &u->pairing->d->timing;
        if (u->kind == UNIT_SPOKE && is_out_of_sync(u))
                return true;
        if (unit_tier(u) == TIER_CHEAP || u->fact.state != FACT_KNOWN || is_active(u->pairing))
                return true;
        return monotime_age_ms(u->fact.seen, now->boot) >= t->fact_max_age_ms / 2;
}

static int read_in_round(struct unit *u, const struct now *now) {
        u->is_in_round = false;
        if (!u->id || !is_due(u, now))
                return 0;
        int r = unit_read(u, now);
        u->is_in_round = u->is_reading;
        return r;
}

static bool is_inventory_new_enough(const struct pairing *p) {
        return p->aws->current && !monotime_before(p->aws->current->asked, p->inventory_needed);
}

static bool has_inventory_failed(const struct pairing *p) {
        struct monotime asked = p->aws->attempt_asked;
        return monotime_is_set(asked) && !monotime_before(asked, p->round_started);
}

/* Also when a reading ends that somebody else began too early for this round. */
static int read_inventory(struct pairing *p, const struct now *now) {
        return is_inventory_new_enough(p) || has_inventory_failed(p) ? 0 : inventory_read(p->aws, now);
}

static int begin(struct pairing *p, const struct now *now) {
        if (monotime_is_set(p->round_started))
                p->round_interval_ms = monotime_diff_ms(now->boot, p->round_started);
        p->round_started = now->boot;
        p->round = ROUND_READING;
        /* Half an interval old is fresh enough, so that pairings of one region share a reading; older than our own last
         * write is not. Fixed for the round: a write that ends meanwhile is the next round's business. */
        p->inventory_needed = monotime_add_ms(now->boot, -interval_ms(p) / 2);
        if (monotime_before(p->inventory_needed, p->aws_after))
                p->inventory_needed = p->aws_after;
        int r = set_ids(p);
        for (size_t i = 0; i < UNITS_FIXED && r == 0; i++) {
                if (unit_tier(&p->units[i]) != TIER_DEEP)
                        r = read_in_round(&p->units[i], now);
        }
        for (size_t i = 0; i < p->n_spokes && r == 0; i++)
                r = read_in_round(p->spokes[i], now);
        return r == 0 ? read_inventory(p, now) : r;
}

/* ---- deep proof ---- */

static bool wants_advertised(const struct pairing *p) {
        const struct assessment *a = p->shown ? &p->shown->assessment : NULL;
        for (size_t i = 0; a && i < a->n_findings; i++) {
                if (a->findings[i].kind == FINDING_ROUTE_MISSING)
                        return true;
        }
        return false;
}

static bool is_deep_running(const struct pairing *p) {
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                if (unit_tier(&p->units[i]) == TIER_DEEP && p->units[i].is_reading)
                        return true;
        }
        return false;
}

static int deep_begin(struct pairing *p, const struct now *now) {
        const struct unit *bgp = pairing_unit(p, UNIT_BGP, 0);
        int64_t age_ms = monotime_age_ms(p->deep_started, now->boot);
        bool is_due_now = age_ms >= p->d->timing.deep_ms || (p->deep_wanted && age_ms >= interval_ms(p));
        if (!bgp->id || !is_due_now || is_deep_running(p) || !azure_account_is_ready(p->azure, now))
                return 0;
        bool advertised = wants_advertised(p);
        p->deep_wanted = false;
        p->deep_started = now->boot;
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                struct unit *u = &p->units[i];
                if (unit_tier(u) != TIER_DEEP || (u->kind == UNIT_ADVERTISED && !advertised))
                        continue;
                int r = unit_read(u, now);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- the end of a round ---- */

static bool is_inventory_settled(const struct pairing *p, const struct now *now) {
        const struct aws_account *a = p->aws;
        if (is_inventory_new_enough(p))
                return true;
        if (a->reading)
                return false;
        return has_inventory_failed(p) || !aws_account_is_ready(a) ||
               monotime_before(now->boot, a->read_backoff.not_before);
}

static bool is_settled(const struct pairing *p, const struct now *now) {
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                if (p->units[i].is_in_round && p->units[i].is_reading)
                        return false;
        }
        for (size_t i = 0; i < p->n_spokes; i++) {
                if (p->spokes[i]->is_in_round && p->spokes[i]->is_reading)
                        return false;
        }
        return is_inventory_settled(p, now);
}

/* Complete: everything cheap was answered in this round, and so was AWS. */
static bool is_complete(const struct pairing *p) {
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                const struct unit *u = &p->units[i];
                bool was_answered = !monotime_before(u->fact.seen, p->round_started);
                if (u->id && unit_tier(u) == TIER_CHEAP && !was_answered)
                        return false;
        }
        return is_inventory_new_enough(p);
}

#define BAD_ROUNDS_TOLD 2 /* one lost reply is nobody's business */

static int tell_readable(struct pairing *p, bool complete, const struct now *now) {
        bool was_told = p->bad_rounds >= BAD_ROUNDS_TOLD;
        p->bad_rounds = complete ? 0 : p->bad_rounds + 1;
        if (complete && was_told)
                return event_emit(p->engine, p, now, &(struct event_args){.kind = EVENT_CLOUD_READABLE, .priority = 5},
                                  "%s: both clouds can be read again", p->d->name);
        if (p->bad_rounds != BAD_ROUNDS_TOLD)
                return 0;
        const char *why = pairing_note(p);
        const struct event_args args = {.kind = EVENT_CLOUD_UNREADABLE, .priority = 4, .reason = why};
        return event_emit(p->engine, p, now, &args, "%s: not everything can be read, what is old becomes unknown: %s",
                          p->d->name, *why ? why : "no answer yet");
}

static int end(struct pairing *p, const struct now *now) {
        bool complete = is_complete(p);
        p->round = ROUND_IDLE;
        p->round_finished = now->boot;
        p->complete_rounds += complete;
        int told = tell_readable(p, complete, now);
        if (told < 0)
                return told;
        p->round_due = monotime_add_ms(p->round_started, interval_ms(p));
        if (monotime_before(p->round_due, now->boot))
                p->round_due = now->boot;
        int r = evaluate(p, now);
        /* What was just evaluated may make the pairing active: building goes at its own pace. */
        p->round_due = monotime_min(p->round_due, monotime_add_ms(now->boot, interval_ms(p)));
        return r;
}

static bool is_login_pending(const struct pairing *p) {
        enum login_state azure = p->azure->state, aws = p->aws->state;
        return azure == LOGIN_NONE || azure == LOGIN_MATERIAL || azure == LOGIN_ASKING || aws == LOGIN_NONE ||
               aws == LOGIN_MATERIAL;
}

int round_tick(struct pairing *p, const struct now *now) {
        if (!p->state_loaded)
                return 0;
        int r = 0;
        if (p->round == ROUND_IDLE && !monotime_before(now->boot, p->round_due)) {
                /* The first round would find nothing but "no token yet". */
                if (is_login_pending(p) && !p->shown)
                        return 0;
                r = begin(p, now);
        } else if (p->round == ROUND_READING) {
                r = read_inventory(p, now);
        }
        if (r == 0)
                r = deep_begin(p, now);
        if (r == 0 && p->round == ROUND_READING && is_settled(p, now))
                r = end(p, now);
        for (size_t i = 0; i < UNITS_FIXED && r == 0; i++)
                r = unit_tick(&p->units[i], now);
        return r;
}

/* A unit came or failed. Proof that arrives is worth a round at once. */
void round_unit_settled(struct unit *u, const struct now *now) {
        struct pairing *p = u->pairing;
        p->engine->wants_tick = true;
        if (unit_tier(u) == TIER_DEEP && !is_deep_running(p))
                round_soon(p, now, 0);
}

static struct monotime unit_deadline(const struct unit *u) {
        if (!monotime_is_set(u->poll_due) || u->exchange)
                return MONOTIME_FOREVER;
        struct monotime allowed = u->pairing->azure->throttle.not_before;
        return monotime_before(u->poll_due, allowed) ? allowed : u->poll_due;
}

struct monotime round_deadline(const struct pairing *p, const struct now *now) {
        struct monotime t = MONOTIME_FOREVER;
        (void)now;
        if (p->round == ROUND_IDLE && p->state_loaded && !(is_login_pending(p) && !p->shown))
                t = p->round_due;
        if (p->round == ROUND_READING && monotime_is_set(p->aws->read_backoff.not_before))
                t = monotime_min(t, p->aws->read_backoff.not_before);
        if (pairing_unit((struct pairing *)p, UNIT_BGP, 0)->id && monotime_is_set(p->deep_started) &&
            !is_deep_running(p))
                t = monotime_min(
                        t, monotime_add_ms(p->deep_started, p->deep_wanted ? interval_ms(p) : p->d->timing.deep_ms));
        for (size_t i = 0; i < UNITS_FIXED; i++)
                t = monotime_min(t, unit_deadline(&p->units[i]));
        return t;
}
