/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 addresses and prefixes. */
#include "util/ip4.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int ip4_parse(const char *s, struct ip4 *ret) {
        struct in_addr in;
        if (inet_pton(AF_INET, s, &in) != 1)
                return -EINVAL;
        ret->addr = ntohl(in.s_addr);
        return 0;
}

char *ip4_format(struct ip4 ip, char out[static IP4_TEXT_SIZE]) {
        snprintf(out, IP4_TEXT_SIZE, "%u.%u.%u.%u", ip.addr >> 24, ip.addr >> 16 & 255, ip.addr >> 8 & 255,
                 ip.addr & 255);
        return out;
}

uint32_t cidr_mask(uint8_t bits) {
        assert(bits <= 32);
        return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

int cidr_parse(const char *s, struct cidr *ret) {
        char text[IP4_TEXT_SIZE];
        struct ip4 ip;
        const char *slash = strchr(s, '/');
        if (!slash || (size_t)(slash - s) >= sizeof(text))
                return -EINVAL;
        memcpy(text, s, (size_t)(slash - s));
        text[slash - s] = 0;
        if (ip4_parse(text, &ip) < 0)
                return -EINVAL;
        size_t n = strlen(++slash);
        if (n < 1 || n > 2 || strspn(slash, "0123456789") != n || (n == 2 && slash[0] == '0'))
                return -EINVAL;
        unsigned bits = (unsigned)(slash[0] - '0');
        if (n == 2)
                bits = bits * 10 + (unsigned)(slash[1] - '0');
        if (bits > 32 || (ip.addr & ~cidr_mask((uint8_t)bits)))
                return -EINVAL;
        *ret = (struct cidr){ip.addr, (uint8_t)bits};
        return 0;
}

char *cidr_format(struct cidr c, char out[static CIDR_TEXT_SIZE]) {
        snprintf(out, CIDR_TEXT_SIZE, "%u.%u.%u.%u/%u", c.addr >> 24, c.addr >> 16 & 255, c.addr >> 8 & 255,
                 c.addr & 255, (unsigned)c.bits % 100u);
        return out;
}

bool cidr_contains_ip(struct cidr c, struct ip4 ip) {
        return (ip.addr & cidr_mask(c.bits)) == c.addr;
}

bool cidr_contains(struct cidr outer, struct cidr inner) {
        return outer.bits <= inner.bits && (inner.addr & cidr_mask(outer.bits)) == outer.addr;
}

bool cidr_overlaps(struct cidr a, struct cidr b) {
        return cidr_contains(a, b) || cidr_contains(b, a);
}

int cidr_compare(struct cidr a, struct cidr b) {
        if (a.addr != b.addr)
                return a.addr < b.addr ? -1 : 1;
        return (int)a.bits - (int)b.bits;
}

bool cidr_in_list(struct cidr c, const struct cidr *list, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (cidr_equal(c, list[i]))
                        return true;
        }
        return false;
}
