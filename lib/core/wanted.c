/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wanted.
 *
 * An instance of the Azure gateway is its public IP; "0" and "1" are labels of ours. The address that AWS has as
 * customer gateway says which instance can carry a tunnel, so everything here goes from the address to the index, never
 * back.
 */
#include "core/wanted.h"

#include <assert.h>
#include <string.h>

#define SA_LIFETIME_S 3600
#define SA_DATA_KB 102400000

/* by the id of our public IP, else by the address that AWS knows */
static unsigned match_instance(const struct observed *o, unsigned instance) {
        const struct az_gateway *g = o->azure.gateway.value;
        for (unsigned k = 0; k < g->n_instances; k++) {
                if (o->azure.public_ip[instance].fact.state == FACT_KNOWN &&
                    az_id_equal(g->instances[k].public_ip_id, o->azure.public_ip[instance].value->common.id))
                        return k;
        }
        if (o->aws.customer_gateway[instance].fact.state != FACT_KNOWN)
                return INSTANCES;
        struct ip4 known_to_aws = o->aws.customer_gateway[instance].value->address;
        for (unsigned k = 0; k < g->n_instances; k++) {
                if (known_to_aws.addr != 0 && ip4_equal(g->instances[k].public_ip, known_to_aws))
                        return k;
        }
        return INSTANCES;
}

/**
 * gateway_instance() - which instance of the gateway is the pairing's instance 0 or 1
 * @o: observation
 * @instance: 0 or 1
 *
 * Return: index into gateway.instances, INSTANCES while the gateway is not known or has another shape
 */
unsigned gateway_instance(const struct observed *o, unsigned instance) {
        assert(instance < INSTANCES);
        if (o->azure.gateway.fact.state != FACT_KNOWN || o->azure.gateway.value->n_instances != INSTANCES)
                return INSTANCES;
        unsigned mine = match_instance(o, instance), other = match_instance(o, 1 - instance);
        if (mine == other)
                return instance;
        return mine != INSTANCES ? mine : 1 - other;
}

/**
 * wanted_public_ip() - the address that AWS must have as customer gateway
 * @o: observation
 * @instance: 0 or 1
 *
 * Return: {0} while not known
 */
struct ip4 wanted_public_ip(const struct observed *o, unsigned instance) {
        unsigned k = gateway_instance(o, instance);
        if (k < INSTANCES && o->azure.gateway.value->instances[k].public_ip.addr != 0)
                return o->azure.gateway.value->instances[k].public_ip;
        if (o->azure.public_ip[instance].fact.state == FACT_KNOWN)
                return o->azure.public_ip[instance].value->address;
        return (struct ip4){0};
}

/**
 * tunnel_aws_end() - the AWS end of a tunnel
 * @o: observation
 * @tunnel: 0..3
 *
 * Return: NULL while not known
 */
const struct aws_tunnel *tunnel_aws_end(const struct observed *o, unsigned tunnel) {
        assert(tunnel < TUNNELS);
        unsigned i = tunnel / TUNNELS_PER_INSTANCE;
        if (o->aws.vpn[i].fact.state != FACT_KNOWN)
                return NULL;
        const struct aws_vpn_connection *vpn = o->aws.vpn[i].value;
        for (size_t j = 0; o->addresses_known && j < vpn->n_tunnels; j++) {
                if (cidr_equal(vpn->tunnels[j].inside, o->addresses.inside[tunnel]))
                        return &vpn->tunnels[j];
        }
        size_t by_order = tunnel % TUNNELS_PER_INSTANCE;
        return by_order < vpn->n_tunnels ? &vpn->tunnels[by_order] : NULL;
}

/**
 * wanted_inside() - the inside addresses that a tunnel should have
 * @d: declaration
 * @o: observation with known addresses
 * @tunnel: 0..3
 *
 * Return: the pinned ones, else those in use
 */
struct cidr wanted_inside(const struct declaration *d, const struct observed *o, unsigned tunnel) {
        assert(tunnel < TUNNELS);
        if (d->addresses_pinned && d->inside[tunnel].bits != 0)
                return d->inside[tunnel];
        return o->addresses.inside[tunnel];
}

static size_t add_address(struct ip4 *list, size_t n, struct ip4 ip) {
        for (size_t i = 0; i < n; i++) {
                if (ip4_equal(list[i], ip))
                        return n;
        }
        list[n] = ip;
        return n + 1;
}

/**
 * wanted_custom_addresses() - custom addresses that the pairing needs on one instance
 * @d: declaration
 * @o: observation with known addresses
 * @instance: 0 or 1, the pairing's
 * @ret: in use first, then those of a change that is under way
 *
 * Return: how many
 */
size_t wanted_custom_addresses(const struct declaration *d, const struct observed *o, unsigned instance,
                               struct ip4 ret[static 2 * TUNNELS_PER_INSTANCE]) {
        assert(instance < INSTANCES && o->addresses_known);
        size_t n = 0;
        unsigned first = instance * TUNNELS_PER_INSTANCE, end = first + TUNNELS_PER_INSTANCE;
        for (unsigned t = first; t < end; t++) {
                if (topology_uses_tunnel(d->topology, t))
                        n = add_address(ret, n, inside_azure(o->addresses.inside[t]));
        }
        for (unsigned t = first; t < end; t++) {
                if (topology_uses_tunnel(d->topology, t))
                        n = add_address(ret, n, inside_azure(wanted_inside(d, o, t)));
        }
        return n;
}

/**
 * wanted_custom_address() - the address that a connection names for one instance
 * @d: declaration
 * @o: observation with known addresses
 * @tunnel: 0..3, the connection's
 * @instance: 0 or 1, the pairing's
 *
 * If the gateway has several custom addresses, every connection names one for both instances. Only one instance can
 * carry the tunnel; for the other one any of its custom addresses will do.
 *
 * Return: the tunnel's own address, or the first of the other instance's that is ours
 */
struct ip4 wanted_custom_address(const struct declaration *d, const struct observed *o, unsigned tunnel,
                                 unsigned instance) {
        assert(tunnel < TUNNELS);
        if (tunnel / TUNNELS_PER_INSTANCE == instance)
                return inside_azure(o->addresses.inside[tunnel]);
        struct ip4 list[2 * TUNNELS_PER_INSTANCE];
        size_t n = wanted_custom_addresses(d, o, instance, list);
        assert(n > 0);
        return list[0];
}

/**
 * wanted_connection_addresses() - the custom address entries of a connection
 * @d: declaration
 * @o: observation
 * @tunnel: 0..3
 * @ret: one entry an instance of the gateway, in the gateway's order
 *
 * Return: false while gateway or addresses are not known
 */
bool wanted_connection_addresses(const struct declaration *d, const struct observed *o, unsigned tunnel,
                                 struct az_custom_bgp ret[static AZ_INSTANCES_MAX]) {
        if (!o->addresses_known || gateway_instance(o, 0) == INSTANCES)
                return false;
        for (unsigned i = 0; i < INSTANCES; i++) {
                unsigned k = gateway_instance(o, i);
                ret[k] = (struct az_custom_bgp){
                        .ip_config_id = o->azure.gateway.value->instances[k].ip_config_id,
                        .address = wanted_custom_address(d, o, tunnel, i),
                };
        }
        return true;
}

/**
 * wanted_ipsec_policy() - the policy of Azure connections that we own
 *
 * Return: all eight members, as Azure wants them
 */
struct az_ipsec_policy wanted_ipsec_policy(void) {
        return (struct az_ipsec_policy){
                .is_set = true,
                .sa_lifetime_s = SA_LIFETIME_S,
                .sa_data_kb = SA_DATA_KB,
                .ipsec_encryption = "GCMAES256",
                .ipsec_integrity = "GCMAES256",
                .ike_encryption = "AES256",
                .ike_integrity = "SHA384",
                .dh_group = "ECP384",
                .pfs_group = "ECP384",
        };
}

/**
 * ipsec_policy_equal() - do two policies agree in all eight members?
 * @a: one
 * @b: the other
 *
 * Return: true if they do, or if neither is set
 */
bool ipsec_policy_equal(const struct az_ipsec_policy *a, const struct az_ipsec_policy *b) {
        if (!a->is_set || !b->is_set)
                return a->is_set == b->is_set;
        return a->sa_lifetime_s == b->sa_lifetime_s && a->sa_data_kb == b->sa_data_kb &&
               strcmp(a->ipsec_encryption, b->ipsec_encryption) == 0 &&
               strcmp(a->ipsec_integrity, b->ipsec_integrity) == 0 &&
               strcmp(a->ike_encryption, b->ike_encryption) == 0 && strcmp(a->ike_integrity, b->ike_integrity) == 0 &&
               strcmp(a->dh_group, b->dh_group) == 0 && strcmp(a->pfs_group, b->pfs_group) == 0;
}
