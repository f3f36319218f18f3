/* SPDX-License-Identifier: Apache-2.0 */
/* ARM replies: bodies into facts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/azure-facts.h"
#include "util/arena.h"
#include "util/secret.h"

#define AZURE_BODY_MAX (8u * 1024 * 1024) /* ARM's own cap */
#define AZURE_ROWS_MAX 65536u             /* of one list or one query, all pages together */
#define AZURE_PAGES_MAX 1000u
#define AZURE_REPLY_TEXT_SIZE 160

enum azure_reply_result {
        AZ_REPLY_MALFORMED = 1, /* not what ARM sends; the text names the member */
};

/* The body of a 2xx answer and where what is read from it goes. */
struct azure_reply {
        const char *body;
        size_t body_len;
        struct arena *arena;               /* owns all that the parsers return */
        char error[AZURE_REPLY_TEXT_SIZE]; /* filled with AZ_REPLY_MALFORMED: "properties.asn: not an integer" */
};

/* Lists come in pages: start with {0}; each page is put behind the rows that are there. next_link NULL: complete, else
 * fetch it with azure_request_next_page() and parse it into the same list. */
struct azure_local_gateway_list {
        const struct az_local_gateway *rows;
        size_t n_rows;
        const char *next_link;
        size_t n_pages;
};
struct azure_connection_list {
        const struct az_connection *rows;
        size_t n_rows;
        const char *next_link;
        size_t n_pages;
};
/* connections of a gateway (GET .../virtualNetworkGateways/x/connections): the same rows */

/* Each returns 0, -ENOMEM or AZ_REPLY_MALFORMED; @ret is untouched unless 0. */
int azure_parse_vnet(struct azure_reply *reply, struct az_vnet *ret) _must_use_;
int azure_parse_peering(struct azure_reply *reply, struct az_peering *ret) _must_use_;
int azure_parse_public_ip(struct azure_reply *reply, struct az_public_ip *ret) _must_use_;
int azure_parse_gateway(struct azure_reply *reply, struct az_gateway *ret) _must_use_;
int azure_parse_local_gateway(struct azure_reply *reply, struct az_local_gateway *ret) _must_use_;
int azure_parse_connection(struct azure_reply *reply, struct az_connection *ret) _must_use_;
int azure_parse_local_gateways(struct azure_reply *reply, struct azure_local_gateway_list *list) _must_use_;
int azure_parse_connections(struct azure_reply *reply, struct azure_connection_list *list) _must_use_;
int azure_parse_shared_key(struct azure_reply *reply, struct secret *ret) _must_use_; /* arena may be NULL */

/* results of the BGP queries */
int azure_parse_bgp_rows(struct azure_reply *reply, struct az_bgp_rows *ret) _must_use_;
int azure_parse_routes(struct azure_reply *reply, struct az_routes *ret) _must_use_;

/* [d.]hh:mm:ss[.fffffff]; 0 or -EINVAL */
int azure_parse_timespan(const char *s, int64_t *ret_ms) _must_use_;
