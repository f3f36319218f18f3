/* SPDX-License-Identifier: Apache-2.0 */
/* Wanted: what the resources of a pairing should hold. Assessment compares with it, the engine writes it. */
#pragma once

#include "core/observed.h"

/* Index into gateway.instances of the pairing's instance 0 or 1, by public IP; INSTANCES while not known. */
unsigned gateway_instance(const struct observed *o, unsigned instance);

/* The public IP of that instance, known before the gateway is; {0} while not known. */
struct ip4 wanted_public_ip(const struct observed *o, unsigned instance);

/* The AWS end of a tunnel, by inside CIDR, else by elimination; NULL while not known. */
const struct aws_tunnel *tunnel_aws_end(const struct observed *o, unsigned tunnel);

/* The addresses that a tunnel should have: as pinned, else as in use. */
struct cidr wanted_inside(const struct declaration *d, const struct observed *o, unsigned tunnel);

/* Custom addresses that the pairing needs on an instance, in the order of its tunnels. Return: how many */
size_t wanted_custom_addresses(const struct declaration *d, const struct observed *o, unsigned instance,
                               struct ip4 ret[static 2 * TUNNELS_PER_INSTANCE]);

/* What connection @tunnel names for the pairing's @instance: its own address, or the other instance's first as filler.
 */
struct ip4 wanted_custom_address(const struct declaration *d, const struct observed *o, unsigned tunnel,
                                 unsigned instance);

/* One entry an instance, with ids of the gateway's IP configurations; false while the gateway is not known. */
bool wanted_connection_addresses(const struct declaration *d, const struct observed *o, unsigned tunnel,
                                 struct az_custom_bgp ret[static AZ_INSTANCES_MAX]);

/* Policy of Azure connections that we own. */
struct az_ipsec_policy wanted_ipsec_policy(void);
bool ipsec_policy_equal(const struct az_ipsec_policy *a, const struct az_ipsec_policy *b);
