/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Join: what a whole account and region answered -> the slots of one pairing.
 *
 * AWS is read once for all pairings; this picks a pairing's resources by its tags. Resources that are being deleted
 * count as absent. Two live resources with one slot's tag: the older create (smaller id) keeps the slot, the rest are
 * duplicates.
 */
#pragma once

#include "core/observed.h"
#include "core/plan-step.h"
#include "util/arena.h"

/* One reading of an account and region. Each list is KNOWN (complete, all pages) or UNKNOWN. */
struct aws_inventory {
        struct fact vpcs_fact, route_tables_fact, customer_gateways_fact, vpn_gateways_fact, vpn_connections_fact;
        const struct aws_vpc *vpcs;
        size_t n_vpcs;
        const struct aws_route_table *route_tables;
        size_t n_route_tables;
        const struct aws_customer_gateway *customer_gateways;
        size_t n_customer_gateways;
        const struct aws_vpn_gateway *vpn_gateways; /* tagged ones, and those attached to the declared VPCs */
        size_t n_vpn_gateways;
        const struct aws_vpn_connection *vpn_connections;
        size_t n_vpn_connections;
};

/* Names of a pairing's resources: "NAME-pip0", "NAME-lng1".., "NAME-conn1".., "s2svpn-0", slots "cgw0", "vgw", "vpn1".
 */
char *pairing_public_ip_name(struct arena *a, const struct declaration *d, unsigned instance);
char *pairing_local_gateway_name(struct arena *a, const struct declaration *d, unsigned tunnel);
char *pairing_connection_name(struct arena *a, const struct declaration *d, unsigned tunnel);
const char *pairing_ip_config_name(unsigned instance);
const char *pairing_slot_name(enum step_kind create, unsigned slot);

int join_aws(const struct declaration *d, const struct aws_inventory *inventory, struct arena *arena,
             struct observed_aws *ret) _must_use_;

/* Connections of the gateway that are not this pairing's. @all: the listed connections of the subscription. */
int join_foreign(const struct declaration *d, const struct az_connection *all, size_t n_all, const struct fact *listed,
                 struct arena *arena, struct observed_azure *o) _must_use_;

/* Fills o->addresses: read from the AWS tunnels if they exist, else pinned, else the lowest block that neither
 * @reserved (other pairings) nor the gateway's custom addresses in use by others nor foreign tunnels touch. */
void join_addresses(const struct declaration *d, const struct cidr *reserved, size_t n_reserved, struct observed *o);

/* Ages facts: one that is older than the limit becomes UNKNOWN. */
void observed_expire(const struct declaration *d, struct observed *o, struct monotime now);
