/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Join.
 *
 * Rules, in the order of the code:
 * J1 an AWS resource is ours by three tags: owner, pairing and slot; its name, position and age say nothing
 * J2 what is being deleted is absent; what is pending is there
 * J3 of two live resources with one slot's tags the smaller id keeps the slot, whatever the order of the reply
 * J4 a list that is UNKNOWN makes all of its slots UNKNOWN
 * J5 a connection of the Azure gateway with another id than our four is foreign
 * J6 addresses in use stay; missing ones complete the block of those in use; else pinned, else the lowest free
 *    block
 */
#include "core/join.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/**
 * pairing_public_ip_name() - Azure name of a public IP
 * @a: for the text
 * @d: declaration
 * @instance: 0 or 1
 *
 * Return: NULL without memory
 */
char *pairing_public_ip_name(struct arena *a, const struct declaration *d, unsigned instance) {
        return arena_printf(a, "%s-pip%u", d->name, instance);
}

/**
 * pairing_local_gateway_name() - Azure name of a local network gateway
 * @a: for the text
 * @d: declaration
 * @tunnel: 0..3
 *
 * Return: NULL without memory
 */
char *pairing_local_gateway_name(struct arena *a, const struct declaration *d, unsigned tunnel) {
        return arena_printf(a, "%s-lng%u", d->name, tunnel + 1);
}

/**
 * pairing_connection_name() - Azure name of a connection
 * @a: for the text
 * @d: declaration
 * @tunnel: 0..3
 *
 * Return: NULL without memory
 */
char *pairing_connection_name(struct arena *a, const struct declaration *d, unsigned tunnel) {
        return arena_printf(a, "%s-conn%u", d->name, tunnel + 1);
}

/**
 * pairing_ip_config_name() - name of an IP configuration of a gateway that we create
 * @instance: 0 or 1
 *
 * Return: static text
 */
const char *pairing_ip_config_name(unsigned instance) {
        assert(instance < INSTANCES);
        return instance == 0 ? "s2svpn-0" : "s2svpn-1";
}

/**
 * pairing_slot_name() - value of the slot tag
 * @create: the step that creates the resource
 * @slot: its instance or tunnel
 *
 * Return: "vpn1"; NULL for a step that creates nothing
 */
const char *pairing_slot_name(enum step_kind create, unsigned slot) {
        static const char *const names[_STEP_KIND_COUNT][TUNNELS] = {
                [STEP_CREATE_PUBLIC_IP] = {"pip0", "pip1"},
                [STEP_CREATE_GATEWAY] = {"gateway"},
                [STEP_CREATE_CUSTOMER_GATEWAY] = {"cgw0", "cgw1"},
                [STEP_CREATE_VPN_GATEWAY] = {"vgw"},
                [STEP_CREATE_VPN_CONNECTION] = {"vpn0", "vpn1"},
                [STEP_PUT_LOCAL_GATEWAY] = {"lng1", "lng2", "lng3", "lng4"},
                [STEP_PUT_CONNECTION] = {"conn1", "conn2", "conn3", "conn4"},
        };
        assert((size_t)create < ELEMENTSOF(names) && slot < TUNNELS);
        return names[create][slot];
}

static bool tag_is(const struct tag *tags, size_t n, const char *key, const char *value) {
        const char *found = tag_find(tags, n, key);
        return found && strcmp(found, value) == 0;
}

/* J1 */
static bool is_in_slot(const struct declaration *d, const struct tag *tags, size_t n, const char *slot) {
        return tag_is(tags, n, TAG_OWNER, d->owner) && tag_is(tags, n, TAG_PAIRING, d->name) &&
               tag_is(tags, n, TAG_SLOT, slot);
}

/* J2 */
static bool is_live(enum aws_state s) {
        switch (s) {
        case AWS_STATE_PENDING:
        case AWS_STATE_AVAILABLE:
        case AWS_STATE_BUSY:
                return true;
        case AWS_STATE_DELETING:
        case AWS_STATE_DELETED:
                return false;
        }
        return false;
}

/* Duplicates are rare: the list doubles as it grows. */
static int add_duplicate(struct arena *arena, struct observed_aws *o, const char *slot, const char *id) {
        size_t n = o->n_duplicates;
        struct duplicate *list = (struct duplicate *)o->duplicates;
        if ((n & (n - 1)) == 0) {
                list = ARENA_ARRAY(arena, struct duplicate, n == 0 ? 1 : 2 * n);
                if (!list)
                        return -ENOMEM;
                if (n > 0)
                        memcpy(list, o->duplicates, n * sizeof(*list));
        }
        list[n] = (struct duplicate){slot, id};
        o->duplicates = list;
        o->n_duplicates = n + 1;
        return 0;
}

/* J3, J4: the same for three types that share the members id, state, tags */
#define DEFINE_PICK(name, type)                                                                                        \
        static int name(const struct declaration *d, const struct fact *listed, const type *list, size_t n,            \
                        const char *slot, struct arena *arena, struct observed_aws *o, struct fact *ret_fact,          \
                        const type **ret) {                                                                            \
                const type *found = NULL;                                                                              \
                *ret_fact = *listed;                                                                                   \
                if (listed->state == FACT_UNKNOWN)                                                                     \
                        return 0;                                                                                      \
                for (size_t i = 0; i < n; i++) {                                                                       \
                        const type *x = &list[i];                                                                      \
                        if (!is_live(x->state) || !is_in_slot(d, x->tags, x->n_tags, slot))                            \
                                continue;                                                                              \
                        bool keeps = !found || strcmp(x->id, found->id) < 0;                                           \
                        if (found && add_duplicate(arena, o, slot, keeps ? found->id : x->id) < 0)                     \
                                return -ENOMEM;                                                                        \
                        if (keeps)                                                                                     \
                                found = x;                                                                             \
                }                                                                                                      \
                ret_fact->state = found ? FACT_KNOWN : FACT_ABSENT;                                                    \
                *ret = found;                                                                                          \
                return 0;                                                                                              \
        }
DEFINE_PICK(pick_customer_gateway, struct aws_customer_gateway)
DEFINE_PICK(pick_vpn_gateway, struct aws_vpn_gateway)
DEFINE_PICK(pick_vpn_connection, struct aws_vpn_connection)

static int pick_slots(const struct declaration *d, const struct aws_inventory *v, struct arena *arena,
                      struct observed_aws *o) {
        int r = pick_vpn_gateway(d, &v->vpn_gateways_fact, v->vpn_gateways, v->n_vpn_gateways,
                                 pairing_slot_name(STEP_CREATE_VPN_GATEWAY, 0), arena, o, &o->vpn_gateway.fact,
                                 &o->vpn_gateway.value);
        for (unsigned i = 0; r == 0 && i < INSTANCES; i++) {
                r = pick_customer_gateway(d, &v->customer_gateways_fact, v->customer_gateways, v->n_customer_gateways,
                                          pairing_slot_name(STEP_CREATE_CUSTOMER_GATEWAY, i), arena, o,
                                          &o->customer_gateway[i].fact, &o->customer_gateway[i].value);
                if (r < 0)
                        return r;
                r = pick_vpn_connection(d, &v->vpn_connections_fact, v->vpn_connections, v->n_vpn_connections,
                                        pairing_slot_name(STEP_CREATE_VPN_CONNECTION, i), arena, o, &o->vpn[i].fact,
                                        &o->vpn[i].value);
        }
        return r;
}

static void pick_network(const struct declaration *d, const struct aws_inventory *v, struct observed_aws *o) {
        o->vpc.fact = v->vpcs_fact;
        if (v->vpcs_fact.state != FACT_UNKNOWN)
                o->vpc.fact.state = FACT_ABSENT;
        for (size_t i = 0; o->vpc.fact.state == FACT_ABSENT && i < v->n_vpcs; i++) {
                if (strcmp(v->vpcs[i].id, d->aws.vpc_id) == 0 && is_live(v->vpcs[i].state)) {
                        o->vpc.fact.state = FACT_KNOWN;
                        o->vpc.value = &v->vpcs[i];
                }
        }
        assert(d->aws.n_route_tables <= ROUTE_TABLES_MAX);
        for (size_t r = 0; r < d->aws.n_route_tables; r++) {
                o->route_table[r].fact = v->route_tables_fact;
                if (v->route_tables_fact.state != FACT_UNKNOWN)
                        o->route_table[r].fact.state = FACT_ABSENT;
                for (size_t i = 0; o->route_table[r].fact.state == FACT_ABSENT && i < v->n_route_tables; i++) {
                        if (strcmp(v->route_tables[i].id, d->aws.route_tables[r]) == 0) {
                                o->route_table[r].fact.state = FACT_KNOWN;
                                o->route_table[r].value = &v->route_tables[i];
                        }
                }
        }
}

/* another VPN gateway that has, or is about to have, our VPC */
static const char *find_foreign_vgw(const struct declaration *d, const struct aws_inventory *v,
                                    const struct observed_aws *o) {
        for (size_t i = 0; v->vpn_gateways_fact.state == FACT_KNOWN && i < v->n_vpn_gateways; i++) {
                const struct aws_vpn_gateway *g = &v->vpn_gateways[i];
                bool is_ours = o->vpn_gateway.fact.state == FACT_KNOWN && g == o->vpn_gateway.value;
                if (!is_ours && is_live(g->state) && is_live(g->attachment_state) &&
                    strcmp(g->attached_vpc_id, d->aws.vpc_id) == 0)
                        return g->id;
        }
        return "";
}

static int list_foreign_inside(const struct aws_inventory *v, struct arena *arena, struct observed_aws *o) {
        if (o->vpn_gateway.fact.state != FACT_KNOWN || v->vpn_connections_fact.state != FACT_KNOWN)
                return 0;
        struct cidr *list = ARENA_ARRAY(arena, struct cidr, v->n_vpn_connections * AWS_TUNNELS_PER_CONNECTION);
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < v->n_vpn_connections; i++) {
                const struct aws_vpn_connection *c = &v->vpn_connections[i];
                if (!is_live(c->state) || c == o->vpn[0].value || c == o->vpn[1].value ||
                    strcmp(c->vpn_gateway_id, o->vpn_gateway.value->id) != 0)
                        continue;
                for (size_t j = 0; j < c->n_tunnels; j++)
                        list[o->n_foreign_inside++] = c->tunnels[j].inside;
        }
        o->foreign_inside = list;
        return 0;
}

/**
 * join_aws() - one pairing's share of an account and region
 * @d: declaration
 * @inventory: what the region answered; must outlive @ret
 * @arena: for what is made here
 * @ret: the slots
 *
 * Return: 0 or -ENOMEM
 */
int join_aws(const struct declaration *d, const struct aws_inventory *inventory, struct arena *arena,
             struct observed_aws *ret) {
        struct observed_aws o = {0};
        int r = pick_slots(d, inventory, arena, &o);
        if (r < 0)
                return r;
        pick_network(d, inventory, &o);
        o.foreign_vgw = find_foreign_vgw(d, inventory, &o);
        r = list_foreign_inside(inventory, arena, &o);
        if (r < 0)
                return r;
        *ret = o;
        return 0;
}

/* J5: ids end in the connection's name; group and subscription are the gateway's or they are foreign all the same */
static bool is_own_connection(const struct declaration *d, const struct az_connection *c, char *const names[]) {
        if (!tag_is(c->common.tags, c->common.n_tags, TAG_PAIRING, d->name) ||
            !tag_is(c->common.tags, c->common.n_tags, TAG_OWNER, d->owner))
                return false;
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (az_id_equal(c->common.name, names[t]))
                        return true;
        }
        return false;
}

static struct foreign_connection foreign_of(const struct declaration *d, const struct az_connection *c) {
        struct foreign_connection f = {
                .id = c->common.id,
                .names_custom_address = !c->bgp_enabled || c->n_custom_bgp > 0,
                .is_up = c->status != AZ_CONNECTION_NOT_CONNECTED,
                .pairing = "",
                .tunnel = TUNNELS,
                .n_custom = c->n_custom_bgp,
        };
        for (size_t i = 0; i < c->n_custom_bgp; i++)
                f.custom[i] = c->custom_bgp[i].address;
        const char *pairing = tag_find(c->common.tags, c->common.n_tags, TAG_PAIRING);
        if (!pairing || !tag_is(c->common.tags, c->common.n_tags, TAG_OWNER, d->owner))
                return f;
        f.pairing = pairing;
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (tag_is(c->common.tags, c->common.n_tags, TAG_SLOT, pairing_slot_name(STEP_PUT_CONNECTION, t)))
                        f.tunnel = t;
        }
        return f;
}

/**
 * join_foreign() - who else is on our Azure gateway
 * @d: declaration
 * @all: listed connections
 * @n_all: how many
 * @listed: KNOWN if the list is complete
 * @arena: for what is made here
 * @o: gets foreign and n_foreign
 *
 * Return: 0 or -ENOMEM
 */
int join_foreign(const struct declaration *d, const struct az_connection *all, size_t n_all, const struct fact *listed,
                 struct arena *arena, struct observed_azure *o) {
        o->foreign.fact = *listed;
        o->n_foreign = 0;
        if (listed->state == FACT_UNKNOWN)
                return 0;
        struct foreign_connection *list = ARENA_ARRAY(arena, struct foreign_connection, n_all);
        char *names[TUNNELS];
        bool complete = list != NULL;
        for (unsigned t = 0; t < TUNNELS; t++) {
                names[t] = pairing_connection_name(arena, d, t);
                complete &= names[t] != NULL;
        }
        if (!complete)
                return -ENOMEM;
        for (size_t i = 0; i < n_all; i++) {
                if (az_id_equal(all[i].gateway_id, d->azure.gateway_id) && !is_own_connection(d, &all[i], names))
                        list[o->n_foreign++] = foreign_of(d, &all[i]);
        }
        o->foreign.fact.state = FACT_KNOWN;
        o->foreign.value = list;
        return 0;
}

/* a connection that names no custom address uses the first one of each instance */
static bool foreign_uses(const struct observed_azure *o, struct cidr c) {
        bool first_is_used = false;
        for (size_t i = 0; i < o->n_foreign; i++) {
                first_is_used |= !o->foreign.value[i].names_custom_address;
                for (size_t j = 0; j < o->foreign.value[i].n_custom; j++) {
                        if (cidr_contains_ip(c, o->foreign.value[i].custom[j]))
                                return true;
                }
        }
        if (!first_is_used || o->gateway.fact.state != FACT_KNOWN)
                return false;
        for (size_t k = 0; k < o->gateway.value->n_instances; k++) {
                const struct az_instance *x = &o->gateway.value->instances[k];
                if (x->n_custom_bgp > 0 && cidr_contains_ip(c, x->custom_bgp[0]))
                        return true;
        }
        return false;
}

static bool block_is_free(const struct observed *o, const struct address_plan *p, const struct cidr *reserved,
                          size_t n_reserved) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                for (size_t i = 0; i < n_reserved; i++) {
                        if (cidr_overlaps(reserved[i], p->inside[t]))
                                return false;
                }
                for (size_t i = 0; i < o->aws.n_foreign_inside; i++) {
                        if (cidr_overlaps(o->aws.foreign_inside[i], p->inside[t]))
                                return false;
                }
                if (foreign_uses(&o->azure, p->inside[t]))
                        return false;
        }
        return true;
}

/* The tunnels of one connection by their pinned addresses if either fits, else in their own order. */
static void read_connection(const struct declaration *d, const struct aws_vpn_connection *vpn, unsigned instance,
                            struct address_plan *p) {
        unsigned first = instance * TUNNELS_PER_INSTANCE;
        if (vpn->n_tunnels < TUNNELS_PER_INSTANCE)
                return;
        bool swapped = d->addresses_pinned && (cidr_equal(vpn->tunnels[0].inside, d->inside[first + 1]) ||
                                               cidr_equal(vpn->tunnels[1].inside, d->inside[first]));
        p->inside[first] = vpn->tunnels[swapped ? 1 : 0].inside;
        p->inside[first + 1] = vpn->tunnels[swapped ? 0 : 1].inside;
}

static bool plan_is_complete(const struct address_plan *p) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (p->inside[t].bits == 0)
                        return false;
        }
        return true;
}

/* Does the block agree with the addresses that are already in use? */
static bool block_fits(const struct address_plan *block, const struct address_plan *in_use) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (in_use->inside[t].bits != 0 && !cidr_equal(in_use->inside[t], block->inside[t]))
                        return false;
        }
        return true;
}

static void fill_from(struct address_plan *p, const struct cidr source[static TUNNELS]) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (p->inside[t].bits == 0)
                        p->inside[t] = source[t];
        }
}

/* The lowest free block that continues the addresses in use; without such a one, the lowest free block. */
static bool complete_plan(const struct observed *o, const struct cidr *reserved, size_t n_reserved,
                          struct address_plan *p) {
        struct cidr skip[ADDRESS_BLOCKS + TUNNELS];
        for (int pass = 0; pass < 2; pass++) {
                struct address_plan block;
                size_t n_skip = 0;
                for (unsigned t = 0; pass == 1 && t < TUNNELS; t++) {
                        if (p->inside[t].bits != 0)
                                skip[n_skip++] = p->inside[t];
                }
                while (n_skip < ELEMENTSOF(skip) && address_plan_choose(skip, n_skip, &block) == 0) {
                        bool fits = pass == 1 || block_fits(&block, p);
                        if (fits && block_is_free(o, &block, reserved, n_reserved)) {
                                fill_from(p, block.inside);
                                return true;
                        }
                        skip[n_skip++] = block.inside[0];
                }
        }
        return false;
}

/**
 * join_addresses() - the inside addresses of the pairing
 * @d: declaration
 * @reserved: prefixes of other pairings on the gateway
 * @n_reserved: how many
 * @o: gets addresses and addresses_known
 */
void join_addresses(const struct declaration *d, const struct cidr *reserved, size_t n_reserved, struct observed *o) {
        struct address_plan p = {0};
        o->addresses_known = false;
        for (unsigned i = 0; i < INSTANCES; i++) {
                if (o->aws.vpn[i].fact.state == FACT_UNKNOWN)
                        return;
                if (o->aws.vpn[i].fact.state == FACT_KNOWN)
                        read_connection(d, o->aws.vpn[i].value, i, &p);
        }
        if (d->addresses_pinned)
                fill_from(&p, d->inside);
        enum fact_state gateway = o->azure.gateway.fact.state;
        bool others_known =
                gateway == FACT_ABSENT || (gateway == FACT_KNOWN && o->azure.foreign.fact.state == FACT_KNOWN);
        if (!plan_is_complete(&p)) {
                if (!others_known || !complete_plan(o, reserved, n_reserved, &p))
                        return;
        }
        o->addresses = p;
        o->addresses_known = true;
}

static void expire(struct fact *f, int64_t limit_ms, struct monotime now) {
        if (f->state == FACT_UNKNOWN || monotime_age_ms(f->seen, now) <= limit_ms)
                return;
        f->state = FACT_UNKNOWN;
        f->why = "the last reply is too old";
}

/**
 * observed_expire() - what is too old is not known any more
 * @d: declaration, for its limits
 * @o: observation
 * @now: boot clock
 *
 * Peer status, routes and keys are read on the slower clock of the deep proof and live as much longer. Whether they are
 * fresh enough to prove something is asked elsewhere.
 */
void observed_expire(const struct declaration *d, struct observed *o, struct monotime now) {
        int64_t cheap_ms = d->timing.fact_max_age_ms, deep_ms = cheap_ms + 2 * d->timing.deep_ms;
        expire(&o->azure.vnet.fact, cheap_ms, now);
        expire(&o->azure.gateway.fact, cheap_ms, now);
        expire(&o->azure.foreign.fact, deep_ms, now);
        expire(&o->azure.bgp.fact, deep_ms, now);
        expire(&o->azure.learned.fact, deep_ms, now);
        for (unsigned t = 0; t < TUNNELS; t++) {
                expire(&o->azure.local_gateway[t].fact, cheap_ms, now);
                expire(&o->azure.connection[t].fact, cheap_ms, now);
                expire(&o->azure.key[t].fact, deep_ms, now);
                expire(&o->azure.advertised[t].fact, deep_ms, now);
        }
        for (unsigned i = 0; i < INSTANCES; i++) {
                expire(&o->azure.public_ip[i].fact, cheap_ms, now);
                expire(&o->aws.customer_gateway[i].fact, cheap_ms, now);
                expire(&o->aws.vpn[i].fact, cheap_ms, now);
        }
        expire(&o->aws.vpc.fact, cheap_ms, now);
        expire(&o->aws.vpn_gateway.fact, cheap_ms, now);
        for (size_t r = 0; r < d->aws.n_route_tables; r++)
                expire(&o->aws.route_table[r].fact, cheap_ms, now);
}
