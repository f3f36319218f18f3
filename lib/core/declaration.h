/* SPDX-License-Identifier: Apache-2.0 */
/* What a person declared: one pairing, as data. lib/config fills it; strings belong to the arena of the configuration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "util/ip4.h"

enum pairing_mode {
        MODE_OBSERVE, /* never writes */
        MODE_REPAIR,  /* fixes what exists; never creates or deletes gateways, public IPs or VPN connections */
        MODE_BUILD,   /* also creates what is missing */
};

enum topology {
        TOPOLOGY_FOUR, /* all four tunnels carry BGP */
        TOPOLOGY_TWO,  /* one APIPA an instance: tunnels 0 and 3 carry BGP, 1 and 2 are spares */
};

const char *pairing_mode_to_string(enum pairing_mode m);
const char *topology_to_string(enum topology t);

struct azure_declaration {
        const char *tenant, *subscription, *resource_group, *location;
        const char *client_id; /* "" = from the environment */
        const char *vnet_id;   /* full ids: names were completed with subscription and resource group */
        const char *gateway_id;
        const char *gateway_name;
        const char *gateway_sku;
        const char *gateway_builder; /* the pairing that makes a shared gateway and its public IPs; "" = this one */
        uint32_t asn;
        const char *const *sync_peerings; /* names of hub peerings that may be synced; "*" = every one */
        size_t n_sync_peerings;
};

struct aws_declaration {
        const char *account_id, *region, *vpc_id;
        const char *profile; /* "" = the chain's default */
        uint32_t asn;        /* of the VPN gateway */
        const char *const *route_tables;
        size_t n_route_tables;
};

struct policy {
        unsigned min_healthy_tunnels;
        bool allow_gateway_reset, allow_tunnel_replace;
};

struct declaration {
        const char *name;  /* the file's name without .conf: identity in tags, state, metrics */
        const char *owner; /* Owner= of s2svpnd.conf: tag s2svpn-owner */
        enum topology topology;
        enum pairing_mode mode;
        struct azure_declaration azure;
        struct aws_declaration aws;
        struct policy policy;
        struct timing timing;
        struct cidr inside[TUNNELS]; /* Addresses=; bits == 0: not pinned */
        bool addresses_pinned;
        uint64_t hash; /* of everything above: has a reload changed this pairing? */
};

/* Names and tags that derive from a declaration. */
#define TAG_OWNER "s2svpn-owner"
#define TAG_PAIRING "s2svpn-pairing"
#define TAG_SLOT "s2svpn-slot"
#define TAG_NONCE "s2svpn-nonce"

/* true if tunnel @t carries BGP in this topology; the others are spares by design */
bool topology_uses_tunnel(enum topology t, unsigned tunnel);
