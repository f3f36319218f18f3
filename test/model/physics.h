/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the wire between the clouds does: IKE, IPsec, BGP and routes as they follow from both configurations.
 *
 * Each half of the model lists its tunnel ends. Physics pairs them by outside addresses, decides why a pair cannot come
 * up (the first reason found is kept as text), runs the timers, and writes down links that both halves read back for
 * telemetry, connectionStatus, BGP rows and routes. Azure makes one end per (connection, instance): the ends that no
 * AWS tunnel knows are the discards, and they stay down.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/ip4.h"

struct model;

#define MODEL_ENDS_MAX 16384
#define MODEL_PREFIXES_MAX 1100
#define MODEL_REASON_SIZE 128

/* One end on Azure's side. Strings are views into the model's state, valid until the next change. */
struct azure_end {
        const char *connection_id;
        const char *gateway_id;
        unsigned instance;    /* 0 or 1, by ipConfigurations order */
        bool usable;          /* gateway, connection, local gateway exist, provisioned, not being reset */
        struct ip4 public_ip; /* of this instance */
        struct ip4 remote;    /* the local network gateway's address */
        const char *psk;
        bool ikev2, bgp_enabled;
        bool can_initiate; /* connectionMode is not ResponderOnly */
        const char *ike_encryption, *ike_integrity,
                *dh_group; /* "" = Azure's default proposals, which AWS's defaults match */
        const char *ipsec_encryption, *ipsec_integrity, *pfs_group;
        uint32_t asn, remote_asn;
        struct ip4 bgp_local; /* the custom address in use for this instance, or the private one */
        struct ip4 bgp_remote;
};

/* One end on AWS's side. */
struct aws_end {
        const char *connection_id;
        const char *vpn_gateway_id;
        bool usable; /* available, endpoint not being replaced */
        struct ip4 outside;
        struct ip4 customer_gateway;
        const char *psk;
        bool ikev1, ikev2; /* allowed versions */
        bool startup_start;
        /* allowed values, comma-separated as sent by the caller; "" = everything that AWS allows by default */
        const char *p1_encryption, *p1_integrity, *p1_dh, *p2_encryption, *p2_integrity, *p2_dh;
        uint32_t asn, remote_asn; /* VPN gateway's and customer gateway's */
        struct cidr inside;       /* AWS .1, customer .2 of the /30 */
};

enum link_fault {
        LINK_OK,
        LINK_IPSEC_STUCK, /* cured by an Azure connection, gateway reset or recreation, or an endpoint replacement */
        LINK_ENDPOINT_BROKEN, /* cured by ReplaceVpnTunnel or by time */
        LINK_BGP_STUCK,       /* IPsec up, no BGP: cured by an Azure connection reset, gateway reset or recreation */
        LINK_BGP_SUSPENDED,   /* heals by itself at fault_until_ms: an address-space change */
};

/*
 * One for every Azure end (a discard is one that AWS does not know), and one for every AWS end that no Azure end
 * completes: its azure_connection_id is "". Key: outside and public address, connection and instance.
 */
struct link {
        struct ip4 aws_outside, azure_public;
        char azure_connection_id[512];
        unsigned azure_instance;
        char azure_gateway_id[512];
        char aws_connection_id[32], aws_gateway_id[32];
        enum link_fault fault;
        int64_t fault_until_ms; /* INT64_MAX: until cured */
        bool paired; /* AWS's customer gateway is this instance; false for discards and for AWS ends without a partner
                      */
        bool ipsec_allowed, bgp_allowed; /* by configuration */
        bool ipsec_up, bgp_up;
        int64_t ipsec_due_ms, bgp_due_ms; /* when the next change comes; INT64_MAX: none */
        int64_t bgp_since_ms;             /* valid while bgp_up */
        int64_t last_change_ms;
        size_t n_advertised;            /* prefixes that Azure sends over it */
        char reason[MODEL_REASON_SIZE]; /* why it is not up; "" when it is */
};

/* Azure's half gives (model-azure.c) */
size_t azure_ends(struct model *m, struct azure_end *out, size_t max);
/* prefixes that this gateway advertises over BGP: VNet, peered VNets with gateway transit as far as synced */
size_t azure_advertised(struct model *m, const char *gateway_id, struct cidr *out, size_t max);

/* AWS's half gives (model-aws.c) */
size_t aws_ends(struct model *m, struct aws_end *out, size_t max);
size_t aws_advertised(struct model *m, const char *vpn_gateway_id, struct cidr *out, size_t max);

/* Physics gives */
void physics_changed(struct model *m); /* configuration of either side changed: pair and judge again */
void physics_advance(struct model *m); /* run what is due by the model's now */
int64_t physics_next_ms(const struct model *m);
uint64_t physics_generation(const struct model *m); /* another number after every change of any link */
const struct link *physics_link_of_aws(const struct model *m, struct ip4 aws_outside);
const struct link *physics_link_of_azure(const struct model *m, const char *connection_id, unsigned instance);
void physics_azure_connection_reset(struct model *m, const char *connection_id);
void physics_azure_instance_reset(struct model *m, const char *gateway_id, unsigned instance);
void physics_azure_addresses_changed(struct model *m, const char *gateway_id); /* each session drops once, comes back */
void physics_aws_tunnel_replaced(struct model *m, struct ip4 outside);

/* What each end accepts over one session; none while it is down. AWS drops a session that brings more than 100. */
size_t physics_routes_to_aws(struct model *m, struct ip4 aws_outside, struct cidr *out, size_t max);
size_t physics_routes_to_azure(struct model *m, const char *connection_id, unsigned instance, struct cidr *out,
                               size_t max);

/* admin: 0, or -ENOENT when no link has this outside address */
int physics_break(struct model *m, struct ip4 aws_outside, enum link_fault fault, int64_t until_ms);
