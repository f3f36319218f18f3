/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 addresses and prefixes, in host byte order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define IP4_TEXT_SIZE 16
#define CIDR_TEXT_SIZE 19

struct ip4 {
        uint32_t addr; /* 0 means "none" wherever an address is optional */
};

struct cidr {
        uint32_t addr; /* host bits are 0 in every prefix that cidr_parse() returned */
        uint8_t bits;
};

/* text: parsers return 0 or -EINVAL; formatters write into @out and return it */
int ip4_parse(const char *s, struct ip4 *ret) _must_use_;
char *ip4_format(struct ip4 ip, char out[static IP4_TEXT_SIZE]);
int cidr_parse(const char *s, struct cidr *ret) _must_use_; /* host bits set: -EINVAL */
char *cidr_format(struct cidr c, char out[static CIDR_TEXT_SIZE]);

/* sets */
uint32_t cidr_mask(uint8_t bits);
bool cidr_contains_ip(struct cidr c, struct ip4 ip);
bool cidr_contains(struct cidr outer, struct cidr inner);
bool cidr_overlaps(struct cidr a, struct cidr b);

static inline bool ip4_equal(struct ip4 a, struct ip4 b) {
        return a.addr == b.addr;
}
static inline bool cidr_equal(struct cidr a, struct cidr b) {
        return a.addr == b.addr && a.bits == b.bits;
}
int cidr_compare(struct cidr a, struct cidr b); /* total order: address, then length */
bool cidr_in_list(struct cidr c, const struct cidr *list, size_t n);
