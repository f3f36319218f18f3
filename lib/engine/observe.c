/* SPDX-License-Identifier: Apache-2.0 */
/* Observe: the pairing's snapshots and the account's inventory -> what the core calls observed. */
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

struct round_result *round_result_free(struct round_result *r) {
        if (!r)
                return NULL;
        for (size_t i = 0; i < r->n_snapshots; i++)
                snapshot_unref(r->snapshots[i]);
        mem_free(r->snapshots);
        inventory_unref(r->inventory);
        arena_free(r->arena);
        config_ref_put(r->config);
        mem_free(r);
        return NULL;
}

/* The result stands on the snapshot; units may go on to newer ones while reports still show this one. */
static int hold(struct round_result *r, struct snapshot *s) {
        struct snapshot **grown = mem_realloc(r->snapshots, (r->n_snapshots + 1) * sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        r->snapshots = grown;
        r->snapshots[r->n_snapshots++] = snapshot_ref(s);
        return 0;
}

/* Copies a unit's fact; the reason is copied too, since the unit's text changes under it. */
static int take(struct round_result *r, const struct unit *u, struct fact *fact, const void **value) {
        *fact = u->fact;
        *value = NULL;
        if (fact->why) {
                fact->why = arena_strdup(r->arena, fact->why);
                if (!fact->why)
                        return -ENOMEM;
        }
        if (u->fact.state != FACT_KNOWN)
                return 0;
        *value = u->snapshot->value;
        return hold(r, u->snapshot);
}

#define TAKE_UNIT(r, u, slot) take((r), (u), &(slot).fact, (const void **)&(slot).value)

static const struct az_peering *peering_towards(const struct az_vnet *v, const char *vnet_id) {
        for (size_t i = 0; i < v->n_peerings; i++) {
                if (az_id_equal(v->peerings[i].remote_vnet_id, vnet_id))
                        return &v->peerings[i];
        }
        return NULL;
}

static const struct unit *spoke_unit(const struct pairing *p, const char *vnet_id) {
        for (size_t i = 0; i < p->n_spokes; i++) {
                if (az_id_equal(p->spokes[i]->id, vnet_id))
                        return p->spokes[i];
        }
        return NULL;
}

/* Every VNet that may use our gateway, also one that was found in this very round and is not read yet. */
static int observe_spokes(struct pairing *p, struct round_result *r) {
        const struct az_vnet *hub = r->observed.azure.vnet.value;
        if (!hub || hub->n_peerings == 0)
                return 0;
        struct spoke *spokes = ARENA_ARRAY(r->arena, struct spoke, hub->n_peerings);
        if (!spokes)
                return -ENOMEM;
        size_t n = 0;
        for (size_t i = 0; i < hub->n_peerings; i++) {
                const struct az_peering *peering = &hub->peerings[i];
                const struct unit *u = spoke_unit(p, peering->remote_vnet_id);
                struct spoke *s = &spokes[n];
                if (!peering->allow_gateway_transit)
                        continue;
                *s = (struct spoke){.vnet_id = peering->remote_vnet_id, .hub_side = peering};
                s->vnet.fact = (struct fact){.state = FACT_UNKNOWN, .why = "not read yet"};
                int k = u ? TAKE_UNIT(r, u, s->vnet) : 0;
                if (k < 0)
                        return k;
                if (s->vnet.value)
                        s->spoke_side = peering_towards(s->vnet.value, hub->common.id);
                n++;
        }
        r->observed.azure.spokes = spokes;
        r->observed.azure.n_spokes = n;
        return 0;
}

static int observe_azure(struct pairing *p, struct round_result *r) {
        struct observed_azure *o = &r->observed.azure;
        struct unit *foreign = pairing_unit(p, UNIT_FOREIGN, 0);
        int k = TAKE_UNIT(r, pairing_unit(p, UNIT_VNET, 0), o->vnet);
        if (k == 0)
                k = TAKE_UNIT(r, pairing_unit(p, UNIT_GATEWAY, 0), o->gateway);
        for (unsigned i = 0; i < INSTANCES && k == 0; i++)
                k = TAKE_UNIT(r, pairing_unit(p, UNIT_PUBLIC_IP, i), o->public_ip[i]);
        for (unsigned t = 0; t < TUNNELS && k == 0; t++) {
                k = TAKE_UNIT(r, pairing_unit(p, UNIT_LOCAL_GATEWAY, t), o->local_gateway[t]);
                if (k == 0)
                        k = TAKE_UNIT(r, pairing_unit(p, UNIT_CONNECTION, t), o->connection[t]);
                if (k == 0)
                        k = TAKE_UNIT(r, pairing_unit(p, UNIT_KEY, t), o->key[t]);
                if (k == 0)
                        k = TAKE_UNIT(r, pairing_unit(p, UNIT_ADVERTISED, t), o->advertised[t]);
        }
        if (k == 0)
                k = TAKE_UNIT(r, pairing_unit(p, UNIT_BGP, 0), o->bgp);
        if (k == 0)
                k = TAKE_UNIT(r, pairing_unit(p, UNIT_LEARNED, 0), o->learned);
        if (k == 0)
                k = observe_spokes(p, r);
        if (k < 0)
                return k;
        struct fact listed = {0};
        const struct azure_connection_list *list = NULL;
        k = take(r, foreign, &listed, (const void **)&list);
        if (k < 0)
                return k;
        return join_foreign(p->d, list ? list->rows : NULL, list ? list->n_rows : 0, &listed, r->arena, o);
}

/* Every AWS slot's fact, in one order, for the confirmation of absences. */
static size_t aws_facts(const struct declaration *d, struct observed_aws *o, struct fact *facts[AWS_SLOTS]) {
        size_t n = 0;
        facts[n++] = &o->vpc.fact;
        facts[n++] = &o->vpn_gateway.fact;
        for (unsigned i = 0; i < INSTANCES; i++) {
                facts[n++] = &o->customer_gateway[i].fact;
                facts[n++] = &o->vpn[i].fact;
        }
        for (size_t i = 0; i < d->aws.n_route_tables; i++)
                facts[n++] = &o->route_table[i].fact;
        return n;
}

/* One reading without a resource is not an absence: the list may lag behind. */
static void confirm_absences(struct pairing *p, struct observed_aws *o, struct monotime seen) {
        struct fact *facts[AWS_SLOTS];
        size_t n = aws_facts(p->d, o, facts);
        bool is_new = seen.ms != p->aws_absent_seen.ms;
        p->aws_absent_seen = seen;
        for (size_t i = 0; i < n; i++) {
                if (facts[i]->state != FACT_ABSENT) {
                        p->aws_absent[i] = 0;
                        continue;
                }
                p->aws_absent[i] += is_new;
                if (p->aws_absent[i] < p->d->timing.confirm_samples)
                        *facts[i] = (struct fact){
                                .state = FACT_UNKNOWN,
                                .seen = seen,
                                .why = "missing in one reading; not yet confirmed",
                        };
        }
}

static int observe_aws(struct pairing *p, struct round_result *r) {
        struct aws_account *a = p->aws;
        if (a->current && !a->identity_wrong) {
                r->inventory = a->current;
                a->current->refs++;
                int k = join_aws(p->d, &a->current->lists, r->arena, &r->observed.aws);
                if (k == 0)
                        confirm_absences(p, &r->observed.aws, a->current->asked);
                return k;
        }
        /* Nothing that another account says is about this pairing. */
        const char *text = a->identity_wrong || !*a->read_error ? a->why : a->read_error;
        const char *why = arena_strdup(r->arena, *text ? text : "not read yet");
        struct fact *facts[AWS_SLOTS];
        size_t n = aws_facts(p->d, &r->observed.aws, facts);
        for (size_t i = 0; i < n; i++)
                *facts[i] = (struct fact){.state = FACT_UNKNOWN, .why = why};
        r->observed.aws.foreign_vgw = "";
        return why ? 0 : -ENOMEM;
}

/* Inside CIDRs that other pairings of the same gateway use or plan to use. */
static size_t reserved_addresses(struct pairing *p, struct cidr *out, size_t max) {
        size_t n = 0;
        LIST_FOREACH(item, &p->engine->pairings) {
                const struct pairing *other = CONTAINER_OF(item, struct pairing, link);
                bool is_known = other->shown && other->shown->observed.addresses_known;
                if (other == p || !pairing_is_shared_gateway(p, other) || (!is_known && !other->d->addresses_pinned))
                        continue;
                const struct cidr *inside = is_known ? other->shown->observed.addresses.inside : other->d->inside;
                for (unsigned t = 0; t < TUNNELS && n < max; t++)
                        out[n++] = inside[t];
        }
        return n;
}

#define REFUSAL_LIFE_MS (60 * MINUTE_MS)

/* What stands in the way on our side: somebody else's account, or a cloud that wants a person first. */
static int observe_ourselves(struct pairing *p, const struct now *now, struct round_result *r) {
        struct observed *o = &r->observed;
        struct refusal *refusals = ARENA_ARRAY(r->arena, struct refusal, _STEP_KIND_COUNT);
        if (!refusals)
                return -ENOMEM;
        if (p->aws->identity_wrong)
                o->aws_identity_problem = arena_strdup(r->arena, p->aws->why);
        if (p->azure->identity_wrong)
                o->azure_identity_problem = arena_strdup(r->arena, p->azure->why);
        if ((p->aws->identity_wrong && !o->aws_identity_problem) ||
            (p->azure->identity_wrong && !o->azure_identity_problem))
                return -ENOMEM;
        for (unsigned k = 0; k < _STEP_KIND_COUNT; k++) {
                if (monotime_age_ms(p->refused[k], now->boot) > REFUSAL_LIFE_MS)
                        continue;
                const char *why = arena_strdup(r->arena, p->refused_why[k] ? p->refused_why[k] : "refused");
                if (!why)
                        return -ENOMEM;
                refusals[o->n_refusals++] = (struct refusal){k, why};
        }
        o->refusals = refusals;
        return 0;
}

/**
 * observe_pairing() - Fills a round's observed facts from what the units and the account last read
 *
 * Return: 0 or -ENOMEM.
 */
int observe_pairing(struct pairing *p, const struct now *now, struct round_result *r) {
        struct cidr reserved[4 * AZ_CUSTOM_ADDRESSES_MAX];
        int k = observe_azure(p, r);
        if (k == 0)
                k = observe_aws(p, r);
        if (k == 0)
                k = observe_ourselves(p, now, r);
        if (k < 0)
                return k;
        join_addresses(p->d, reserved, reserved_addresses(p, reserved, ELEMENTSOF(reserved)), &r->observed);
        observed_expire(p->d, &r->observed, now->boot);
        return 0;
}
