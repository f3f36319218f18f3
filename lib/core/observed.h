/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known about one pairing at one moment, joined from both clouds.
 *
 * Each slot of the pairing is a fact: KNOWN with a value, ABSENT (a complete, confirmed read did not have it), or
 * UNKNOWN (never read, failed, too old, not trusted) with the reason. UNKNOWN is not absent: nothing is planned from
 * it.
 */
#pragma once

#include "core/address-plan.h"
#include "core/aws-facts.h"
#include "core/azure-facts.h"
#include "core/declaration.h"
#include "core/plan-step.h"
#include "util/monotime.h"

enum fact_state {
        FACT_UNKNOWN,
        FACT_ABSENT,
        FACT_KNOWN,
};

struct fact {
        enum fact_state state;
        struct monotime seen; /* when the reply that says so was asked for */
        const char *why;      /* UNKNOWN: the reason, for people; else NULL */
};

#define FACT_OF(type)                                                                                                  \
        struct {                                                                                                       \
                struct fact fact;                                                                                      \
                const type *value; /* valid only while KNOWN */                                                        \
        }

const char *fact_state_to_string(enum fact_state s);

/* A spoke: a VNet behind one of the hub's peerings, as far as we may read it. */
struct spoke {
        const char *vnet_id;
        FACT_OF(struct az_vnet) vnet;
        const struct az_peering *hub_side;   /* never NULL */
        const struct az_peering *spoke_side; /* NULL while the spoke is not KNOWN or has none */
};

/* An owned resource beyond the one in its slot. */
struct duplicate {
        const char *slot;
        const char *id;
};

/* A connection on our gateway that is not of this pairing. */
struct foreign_connection {
        const char *id;
        bool names_custom_address;           /* false: it uses the gateway's first one, which must then stay first */
        bool is_up;                          /* or not known to be down */
        const char *pairing;                 /* another pairing of this daemon, or "" */
        unsigned tunnel;                     /* of that pairing; TUNNELS: not known */
        struct ip4 custom[AZ_INSTANCES_MAX]; /* the custom addresses that it names */
        size_t n_custom;
};

struct observed_azure {
        FACT_OF(struct az_vnet) vnet;
        FACT_OF(struct az_public_ip) public_ip[INSTANCES];
        FACT_OF(struct az_gateway) gateway;
        FACT_OF(struct az_local_gateway) local_gateway[TUNNELS];
        FACT_OF(struct az_connection) connection[TUNNELS];
        FACT_OF(char) key[TUNNELS];      /* sharedkey; a secret in the snapshot's arena */
        FACT_OF(struct az_bgp_rows) bgp; /* getBgpPeerStatus */
        FACT_OF(struct az_routes) learned;
        FACT_OF(struct az_routes) advertised[TUNNELS]; /* to the AWS peer of that tunnel */
        const struct spoke *spokes;
        size_t n_spokes;
        FACT_OF(struct foreign_connection) foreign; /* array of n_foreign; ABSENT never, UNKNOWN until listed */
        size_t n_foreign;
};

struct observed_aws {
        FACT_OF(struct aws_vpc) vpc;
        FACT_OF(struct aws_route_table) route_table[ROUTE_TABLES_MAX]; /* order of the declaration */
        FACT_OF(struct aws_vpn_gateway) vpn_gateway;
        FACT_OF(struct aws_customer_gateway) customer_gateway[INSTANCES];
        FACT_OF(struct aws_vpn_connection) vpn[INSTANCES];
        const char *foreign_vgw; /* another VPN gateway attached to our VPC: a build is refused; "" when none */
        const struct duplicate *duplicates;
        size_t n_duplicates;
        const struct cidr *foreign_inside; /* inside CIDRs of other tunnels on our VPN gateway */
        size_t n_foreign_inside;
};

/* A write that the cloud refused until a person acts: policy, lock, quota, authorisation. */
struct refusal {
        enum step_kind kind;
        const char *why;
};

struct observed {
        struct address_plan addresses; /* in use if read from the clouds, else planned */
        bool addresses_known;          /* false: facts needed to choose them are missing */
        struct observed_azure azure;
        struct observed_aws aws;
        /* about ourselves; all may stay zero */
        const char *azure_identity_problem, *aws_identity_problem; /* not the declared tenant, account; NULL: none */
        const struct refusal *refusals;                            /* not older than an hour; at most one a kind */
        size_t n_refusals;
};
