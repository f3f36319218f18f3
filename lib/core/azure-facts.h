/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Azure said: one struct a resource, as data.
 *
 * lib/azure fills them from ARM replies; the rest of the core reads them. All memory, strings included, belongs to the
 * arena of the snapshot that holds them. A missing text is "", a missing number 0, a missing address {0}. Ids compare
 * without regard to case: ARM gives them back in other letters than it got.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws-facts.h" /* struct tag */
#include "util/ip4.h"
#include "util/monotime.h"

/* provisioningState; a missing one is SUCCEEDED (ARM RPC), an unknown one BUSY */
enum az_provisioning {
        AZ_SUCCEEDED,
        AZ_BUSY, /* Updating, Creating and every word that we do not know */
        AZ_DELETING,
        AZ_FAILED,
        AZ_CANCELED,
};

struct az_common {
        const char *id;
        const char *name;
        const char *location;
        enum az_provisioning provisioning;
        const struct tag *tags;
        size_t n_tags;
};

enum az_peering_state {
        AZ_PEERING_INITIATED,
        AZ_PEERING_CONNECTED,
        AZ_PEERING_DISCONNECTED,
        AZ_PEERING_OTHER,
};

/* peeringSyncLevel */
enum az_peering_sync {
        AZ_SYNC_UNKNOWN, /* absent or a new word */
        AZ_SYNC_FULLY,
        AZ_SYNC_REMOTE_NOT,
        AZ_SYNC_LOCAL_NOT,
        AZ_SYNC_NEITHER,
};

struct az_peering {
        struct az_common common;
        const char *remote_vnet_id;
        enum az_peering_state state;
        enum az_peering_sync sync;
        bool allow_vnet_access, allow_forwarded_traffic, allow_gateway_transit, use_remote_gateways;
        bool do_not_verify_remote_gateways, peer_complete_vnets, has_peer_complete_vnets;
        const struct cidr *remote_held; /* remoteAddressSpace: what this link carries today */
        size_t n_remote_held;
        const struct cidr *remote_present; /* remoteVirtualNetworkAddressSpace: what the remote VNet has now */
        size_t n_remote_present;
        const char *unknown_member; /* a writable-looking member that we do not know: holds a PUT; "" when none */
};

struct az_vnet {
        struct az_common common;
        const struct cidr *prefixes; /* IPv4 */
        size_t n_prefixes;
        bool has_gateway_subnet;
        const char *gateway_subnet_id;
        struct cidr gateway_subnet;
        const struct az_peering *peerings;
        size_t n_peerings;
};

struct az_public_ip {
        struct az_common common;
        struct ip4 address; /* {0} until provisioning ends */
        bool is_standard, is_static;
        const char *attached_to; /* ipConfiguration id, "" while free */
};

#define AZ_INSTANCES_MAX 2
#define AZ_CUSTOM_ADDRESSES_MAX 32

struct az_instance {
        const char *ip_config_id;
        const char *ip_config_name;
        const char *public_ip_id;
        struct ip4 public_ip;                           /* tunnelIpAddresses; {0} until provisioned */
        struct ip4 default_bgp;                         /* defaultBgpIpAddresses[0] */
        struct ip4 custom_bgp[AZ_CUSTOM_ADDRESSES_MAX]; /* order as in the reply */
        size_t n_custom_bgp;
};

struct az_gateway {
        struct az_common common;
        const char *sku;
        bool is_vpn, is_route_based, active_active, bgp_enabled;
        uint32_t asn;
        struct az_instance instances[AZ_INSTANCES_MAX]; /* order of ipConfigurations */
        size_t n_instances;
        const char *gateway_subnet_id;
        bool has_point_to_site, has_nat_rules, migrating;
        const char *unknown_member; /* holds every PUT; "" when none */
        const char *raw_json;       /* the reply, for the read-modify-write of a PUT */
};

struct az_local_gateway {
        struct az_common common;
        struct ip4 address; /* {0} when the site is given by name */
        const char *fqdn;
        uint32_t asn; /* 0: no BGP settings */
        struct ip4 bgp_address;
        size_t n_prefixes;
};

/* connectionStatus: coarse and minutes late */
enum az_connection_status {
        AZ_CONNECTION_UNKNOWN,
        AZ_CONNECTION_CONNECTING,
        AZ_CONNECTION_CONNECTED,
        AZ_CONNECTION_NOT_CONNECTED,
};

struct az_ipsec_policy {
        bool is_set;
        uint32_t sa_lifetime_s, sa_data_kb;
        const char *ipsec_encryption, *ipsec_integrity, *ike_encryption, *ike_integrity, *dh_group, *pfs_group;
};

struct az_custom_bgp {
        const char *ip_config_id;
        struct ip4 address;
};

struct az_connection {
        struct az_common common;
        const char *gateway_id;       /* virtualNetworkGateway1 */
        const char *local_gateway_id; /* localNetworkGateway2, "" for other kinds */
        bool is_ipsec, is_ikev2, bgp_enabled;
        struct az_ipsec_policy policy;
        struct az_custom_bgp custom_bgp[AZ_INSTANCES_MAX];
        size_t n_custom_bgp;
        enum az_connection_status status; /* UNKNOWN in lists: only a GET by name has it */
        int64_t ingress_bytes, egress_bytes;
        const char *unknown_member;
        const char *raw_json; /* the reply, for the read-modify-write of a PUT; NULL in lists */
};

/* getBgpPeerStatus */
enum az_bgp_state {
        AZ_BGP_UNKNOWN,
        AZ_BGP_STOPPED,
        AZ_BGP_IDLE,
        AZ_BGP_CONNECTING,
        AZ_BGP_CONNECTED,
};

struct az_bgp_row {
        struct ip4 local, neighbor;
        uint32_t asn;
        enum az_bgp_state state;
        int64_t connected_ms; /* -1: not connected or not given */
        uint32_t routes_received;
};

/* getLearnedRoutes and getAdvertisedRoutes */
struct az_route {
        struct cidr network;
        struct ip4 local, source_peer; /* {0} when not an address */
        struct ip4 next_hop;           /* {0} for "Virtual Network" or absent */
        bool is_ebgp;
        const char *as_path;
};

struct az_bgp_rows {
        const struct az_bgp_row *rows;
        size_t n_rows;
};

struct az_routes {
        const struct az_route *rows;
        size_t n_rows;
};

/* ARM ids: equal without regard to ASCII case */
bool az_id_equal(const char *a, const char *b);
