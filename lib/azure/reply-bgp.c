/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of the BGP queries.
 *
 * Rows of IPv6 peers and prefixes are left out. A next hop or a source may be words ("Virtual Network") or nothing.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/arm-reply.h"
#include "azure/reply-list.h"
#include "azure/reply-reader.h"
#include "util/json.h"

#define TIMESPAN_DAYS_MAX 10675199 /* what .NET can say */

/* Reads up to @max_digits digits; returns how many, 0 without any or with more. */
static size_t read_digits(const char *s, size_t max_digits, int64_t *ret) {
        size_t n = strspn(s, "0123456789");
        if (n == 0 || n > max_digits)
                return 0;
        *ret = 0;
        for (size_t i = 0; i < n; i++)
                *ret = *ret * 10 + (s[i] - '0');
        return n;
}

/**
 * azure_parse_timespan() - Reads a duration as .NET writes it
 * @s: [d.]hh:mm:ss[.fffffff]
 * @ret_ms: milliseconds; what is below is cut off
 *
 * Return: 0 or -EINVAL.
 */
int azure_parse_timespan(const char *s, int64_t *ret_ms) {
        int64_t days = 0, hours, minutes, seconds, fraction = 0;
        size_t n = read_digits(s, 8, &hours);
        if (n > 0 && s[n] == '.') {
                days = hours;
                s += n + 1;
                n = read_digits(s, 2, &hours);
        }
        if (n != 2 || s[2] != ':' || read_digits(s + 3, 2, &minutes) != 2 || s[5] != ':' ||
            read_digits(s + 6, 2, &seconds) != 2)
                return -EINVAL;
        s += 8;
        if (*s == '.') {
                n = read_digits(s + 1, 7, &fraction);
                if (n == 0)
                        return -EINVAL;
                s += 1 + n;
                for (; n < 3; n++)
                        fraction *= 10;
                for (; n > 3; n--)
                        fraction /= 10;
        }
        if (*s || days > TIMESPAN_DAYS_MAX || hours > 23 || minutes > 59 || seconds > 59)
                return -EINVAL;
        *ret_ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + fraction;
        return 0;
}

static enum az_bgp_state bgp_state(const char *word) {
        static const struct {
                const char *word;
                enum az_bgp_state state;
        } words[] = {
                {"Stopped", AZ_BGP_STOPPED},
                {"Idle", AZ_BGP_IDLE},
                {"Connecting", AZ_BGP_CONNECTING},
                {"Connected", AZ_BGP_CONNECTED},
        };
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                if (strcasecmp(words[i].word, word) == 0)
                        return words[i].state;
        }
        return AZ_BGP_UNKNOWN;
}

static int64_t connected_ms(struct reader *r, const json_t *o) {
        const char *text = reader_word(r, o, "connectedDuration");
        int64_t ms = -1;
        if (*text && azure_parse_timespan(text, &ms) < 0)
                reader_malformed(r, "connectedDuration", "not a duration");
        return ms;
}

static void read_bgp_row(struct reader *r, const json_t *o, void *row) {
        *(struct az_bgp_row *)row = (struct az_bgp_row){
                .local = reader_ip(r, o, "localAddress"),
                .neighbor = reader_ip(r, o, "neighbor"),
                .asn = (uint32_t)reader_int(r, o, "asn", UINT32_MAX),
                .state = bgp_state(reader_word(r, o, "state")),
                .connected_ms = connected_ms(r, o),
                .routes_received = (uint32_t)reader_int(r, o, "routesReceived", UINT32_MAX),
        };
        if (!*reader_word(r, o, "neighbor"))
                reader_malformed(r, "neighbor", "missing");
}

/* An address, or {0} for the words that stand there instead */
static struct ip4 ip_or_words(struct reader *r, const json_t *o, const char *path) {
        struct ip4 ip = {0};
        return ip4_parse(reader_word(r, o, path), &ip) < 0 ? (struct ip4){0} : ip;
}

static void read_route(struct reader *r, const json_t *o, void *row) {
        struct az_route *ret = row;
        const char *network = reader_word(r, o, "network");
        bool is_ip6 = strchr(network, ':') != NULL;
        if (!is_ip6 && cidr_parse(network, &ret->network) < 0)
                reader_malformed(r, "network", "not a prefix");
        ret->local = ip_or_words(r, o, "localAddress");
        ret->source_peer = ip_or_words(r, o, "sourcePeer");
        ret->next_hop = ip_or_words(r, o, "nextHop");
        ret->is_ebgp = strcasecmp(reader_word(r, o, "origin"), "EBgp") == 0;
        /* no path at all marks the rows of IPv6 prefixes, which are dropped below */
        ret->as_path = is_ip6 ? NULL : reader_text(r, o, "asPath");
}

/**
 * azure_parse_bgp_rows() - Reads the result of getBgpPeerStatus
 * @reply: {"value":[...]}; empty also while the gateway is not ready
 * @ret: one row for each instance and IPv4 peer
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_bgp_rows(struct azure_reply *reply, struct az_bgp_rows *ret) {
        struct page page = {.row_size = sizeof(struct az_bgp_row)};
        int k = page_append(reply, &page, read_bgp_row);
        if (k != 0)
                return k;
        struct az_bgp_row *rows = (struct az_bgp_row *)page.rows;
        size_t n = 0;
        for (size_t i = 0; i < page.n_rows; i++) {
                if (rows[i].neighbor.addr != 0)
                        rows[n++] = rows[i];
        }
        *ret = (struct az_bgp_rows){rows, n};
        return 0;
}

/**
 * azure_parse_routes() - Reads the result of getLearnedRoutes or getAdvertisedRoutes
 * @reply: {"value":[...]}
 * @ret: the IPv4 routes
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_routes(struct azure_reply *reply, struct az_routes *ret) {
        struct page page = {.row_size = sizeof(struct az_route)};
        int k = page_append(reply, &page, read_route);
        if (k != 0)
                return k;
        struct az_route *rows = (struct az_route *)page.rows;
        size_t n = 0;
        for (size_t i = 0; i < page.n_rows; i++) {
                if (rows[i].as_path)
                        rows[n++] = rows[i];
        }
        *ret = (struct az_routes){rows, n};
        return 0;
}
