/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address plan.
 *
 * Azure accepts custom BGP addresses in 169.254.21.0 - 169.254.22.255 only; AWS accepts any /30 of 169.254.0.0/16 but
 * seven reserved ones. The common ground is two /24, cut into 32 blocks of four /30: two an instance.
 */
#include "core/address-plan.h"

#include <stdio.h>
#include <string.h>

#define RANGE_A 0xa9fe1500u /* 169.254.21.0 */
#define RANGE_B 0xa9fe1600u /* 169.254.22.0 */
#define INSIDE_BITS 30

/**
 * inside_aws() - AWS's end of a tunnel
 * @inside: /30
 *
 * Return: its first host address
 */
struct ip4 inside_aws(struct cidr inside) {
        return (struct ip4){inside.addr + 1};
}

/**
 * inside_azure() - Azure's end of a tunnel
 * @inside: /30
 *
 * Return: its second host address
 */
struct ip4 inside_azure(struct cidr inside) {
        return (struct ip4){inside.addr + 2};
}

static struct address_plan block_at(unsigned k) {
        uint32_t offset = 8 * k;
        return (struct address_plan){.inside = {
                                             {RANGE_A + offset, INSIDE_BITS},
                                             {RANGE_B + offset, INSIDE_BITS},
                                             {RANGE_A + offset + 4, INSIDE_BITS},
                                             {RANGE_B + offset + 4, INSIDE_BITS},
                                     }};
}

static bool overlaps_any(struct cidr c, const struct cidr *list, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (cidr_overlaps(c, list[i]))
                        return true;
        }
        return false;
}

/**
 * address_plan_choose() - the lowest free block
 * @used: prefixes that must not be touched
 * @n_used: how many
 * @ret: the block's four /30
 *
 * Return: 0, or ADDRESS_PLAN_FULL
 */
int address_plan_choose(const struct cidr *used, size_t n_used, struct address_plan *ret) {
        for (unsigned k = 0; k < ADDRESS_BLOCKS; k++) {
                struct address_plan p = block_at(k);
                bool taken = false;
                for (unsigned t = 0; t < TUNNELS; t++)
                        taken |= overlaps_any(p.inside[t], used, n_used);
                if (taken)
                        continue;
                *ret = p;
                return 0;
        }
        return ADDRESS_PLAN_FULL;
}

static bool refuse(struct buf *text, const char *line) {
        if (text)
                buf_printf(text, "%s\n", line);
        return false;
}

static bool refuse_cidr(struct buf *text, struct cidr c, const char *why) {
        char word[CIDR_TEXT_SIZE];
        if (text)
                buf_printf(text, "Inside address %s %s\n", cidr_format(c, word), why);
        return false;
}

static bool refuse_asn(struct buf *text, const char *whose, uint32_t asn, const char *why) {
        if (text)
                buf_printf(text, "%s Asn=%u %s\n", whose, asn, why);
        return false;
}

/**
 * inside_cidr_is_valid() - do both clouds accept these inside addresses?
 * @c: prefix
 * @text: gets a line if not; may be NULL
 *
 * Return: true if they do
 */
bool inside_cidr_is_valid(struct cidr c, struct buf *text) {
        static const struct cidr reserved_by_aws[] = {
                {0xa9fe0000u, 30}, {0xa9fe0100u, 30}, {0xa9fe0200u, 30}, {0xa9fe0300u, 30},
                {0xa9fe0400u, 30}, {0xa9fe0500u, 30}, {0xa9fea9fcu, 30},
        };
        static const struct cidr azure_range[] = {{RANGE_A, 24}, {RANGE_B, 24}};
        if (c.bits != INSIDE_BITS)
                return refuse_cidr(text, c, "is not a /30");
        if ((c.addr & ~cidr_mask(c.bits)) != 0)
                return refuse_cidr(text, c, "does not begin at a multiple of four");
        if (overlaps_any(c, reserved_by_aws, ELEMENTSOF(reserved_by_aws)))
                return refuse_cidr(text, c, "is reserved by AWS");
        if (!overlaps_any(c, azure_range, ELEMENTSOF(azure_range)))
                return refuse_cidr(text, c, "is outside Azure's 169.254.21.0 - 169.254.22.255");
        return true;
}

/* never on the Internet, never as a peer of either cloud */
static const char *reserved_asn(uint32_t asn) {
        if (asn == 0 || asn == 23456 || (asn >= 64496 && asn <= 64511) || (asn >= 65535 && asn <= 65551) ||
            asn == UINT32_MAX)
                return "is reserved by IANA";
        if (asn == 8074 || asn == 8075 || asn == 12076 || (asn >= 65517 && asn <= 65520) || asn == 429496729)
                return "is reserved by Azure";
        return NULL;
}

/**
 * azure_asn_is_valid() - may an Azure VPN gateway have this ASN?
 * @asn: number; 65515, Azure's default, is fine here
 * @text: gets a line if not; may be NULL
 *
 * Return: true if it may
 */
bool azure_asn_is_valid(uint32_t asn, struct buf *text) {
        const char *why = reserved_asn(asn);
        return !why || refuse_asn(text, "[Azure]", asn, why);
}

/**
 * aws_asn_is_valid() - may an AWS VPN gateway that Azure peers with have this ASN?
 * @asn: number
 * @text: gets a line if not; may be NULL
 *
 * Return: true if it may
 */
bool aws_asn_is_valid(uint32_t asn, struct buf *text) {
        const char *why = reserved_asn(asn);
        if (why)
                return refuse_asn(text, "[AWS]", asn, why);
        if (asn == 65515)
                return refuse_asn(text, "[AWS]", asn, "is refused by Azure as a peer's");
        bool is_private = (asn >= 64512 && asn <= 65534) || (asn >= 4200000000u && asn <= 4294967294u);
        if (!is_private)
                return refuse_asn(text, "[AWS]", asn, "is not private: 64512-65534 or 4200000000-4294967294");
        return true;
}

/**
 * customer_asn_is_valid() - does AWS accept Azure's ASN for a customer gateway?
 * @asn: the Azure gateway's
 * @region: AWS region; some numbers are its own there
 * @text: gets a line if not; may be NULL
 *
 * Return: true if it does
 */
bool customer_asn_is_valid(uint32_t asn, const char *region, struct buf *text) {
        static const struct {
                uint32_t asn;
                const char *region; /* NULL: everywhere */
        } own[] = {
                {7224, NULL},
                {9059, "eu-west-1"},
                {10124, "ap-northeast-1"},
                {17943, "ap-southeast-1"},
                {17493, "ap-southeast-1"},
        };
        if (asn == 0)
                return refuse_asn(text, "[Azure]", asn, "is not an ASN");
        for (size_t i = 0; i < ELEMENTSOF(own); i++) {
                if (asn == own[i].asn && (!own[i].region || strcmp(region, own[i].region) == 0))
                        return refuse_asn(text, "[Azure]", asn, "is AWS's own in this region");
        }
        return true;
}

/**
 * asns_differ() - BGP between the two must be external
 * @azure: the Azure gateway's
 * @aws: the VPN gateway's
 * @text: gets a line if not; may be NULL
 *
 * Return: true if they differ
 */
bool asns_differ(uint32_t azure, uint32_t aws, struct buf *text) {
        return azure != aws || refuse_asn(text, "[Azure]", azure, "equals [AWS] Asn=: the two must differ");
}

/**
 * prefixes_are_disjoint() - can both networks reach each other?
 * @vnet: prefixes of the VNet
 * @n_vnet: how many
 * @vpc: prefixes of the VPC
 * @n_vpc: how many
 * @text: gets a line for each overlap; may be NULL
 *
 * Return: false if any two overlap
 */
bool prefixes_are_disjoint(const struct cidr *vnet, size_t n_vnet, const struct cidr *vpc, size_t n_vpc,
                           struct buf *text) {
        bool disjoint = true;
        for (size_t i = 0; i < n_vnet; i++) {
                for (size_t j = 0; j < n_vpc; j++) {
                        char a[CIDR_TEXT_SIZE], b[CIDR_TEXT_SIZE], line[80];
                        if (!cidr_overlaps(vnet[i], vpc[j]))
                                continue;
                        snprintf(line, sizeof(line), "Azure's %s and AWS's %s overlap", cidr_format(vnet[i], a),
                                 cidr_format(vpc[j], b));
                        disjoint = refuse(text, line);
                }
        }
        return disjoint;
}
