/* SPDX-License-Identifier: Apache-2.0 */
/* Inside addresses of a pairing: which /30 each tunnel uses, and the rules of both clouds for them and for the ASNs. */
#pragma once

#include "core/declaration.h"
#include "util/buf.h"

/* The /30 of each tunnel. AWS takes the first host address, Azure (custom APIPA of the tunnel's instance) the second.
 */
struct address_plan {
        struct cidr inside[TUNNELS];
};

struct ip4 inside_aws(struct cidr inside);   /* .1 */
struct ip4 inside_azure(struct cidr inside); /* .2 */

#define ADDRESS_BLOCKS 32

enum {
        _ADDRESS_PLAN_SUCCESS,
        ADDRESS_PLAN_FULL, /* no free block left in 169.254.21.0/24 and 169.254.22.0/24 */
};

/* Lowest free block: block k is 169.254.21.(8k)/30, 169.254.22.(8k)/30, 169.254.21.(8k+4)/30, 169.254.22.(8k+4)/30.
 * @used: inside CIDRs of other pairings on the same gateway, of foreign connections, of other tunnels of the VPN
 * gateway. */
int address_plan_choose(const struct cidr *used, size_t n_used, struct address_plan *ret) _must_use_;

/* Rules; each appends what is wrong as one clear line naming the field and returns false. @text may be NULL. */
bool inside_cidr_is_valid(struct cidr c, struct buf *text); /* /30, Azure's APIPA range, not one of AWS's reserved */
bool azure_asn_is_valid(uint32_t asn, struct buf *text);    /* of an Azure gateway */
bool aws_asn_is_valid(uint32_t asn, struct buf *text);      /* of a VPN gateway */
bool customer_asn_is_valid(uint32_t asn, const char *region,
                           struct buf *text); /* Azure's ASN as AWS's customer gateway */
bool asns_differ(uint32_t azure, uint32_t aws, struct buf *text);

/* VNet and VPC prefixes must not overlap. */
bool prefixes_are_disjoint(const struct cidr *vnet, size_t n_vnet, const struct cidr *vpc, size_t n_vpc,
                           struct buf *text);
