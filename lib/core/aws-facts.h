/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS said: one struct a resource, as data.
 *
 * lib/aws fills them from EC2 replies; the rest of the core reads them. All memory, strings included, belongs to the
 * arena of the snapshot that holds them. A missing text is "", a missing number 0, a missing address {0}. States that
 * we do not know map to the BUSY value of their enum: somebody is working on the resource.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/ip4.h"
#include "util/monotime.h"

enum aws_state {
        AWS_STATE_PENDING,
        AWS_STATE_AVAILABLE,
        AWS_STATE_BUSY, /* modifying, attaching, and every word that we do not know */
        AWS_STATE_DELETING,
        AWS_STATE_DELETED,
};

struct tag {
        const char *key;
        const char *value;
};

struct aws_vpc {
        const char *id;
        enum aws_state state;
        const struct cidr *cidrs; /* IPv4, associated ones only */
        size_t n_cidrs;
        const char *owner_id;
};

enum aws_route_state {
        AWS_ROUTE_ACTIVE,
        AWS_ROUTE_BLACKHOLE,
        AWS_ROUTE_OTHER,
};

struct aws_route {
        struct cidr destination;
        const char *target; /* vgw-…, tgw-…, local, nat-…: the first id that the reply names */
        bool propagated;    /* origin EnableVgwRoutePropagation */
        enum aws_route_state state;
};

struct aws_route_table {
        const char *id;
        const char *vpc_id;
        const char *const *propagating_vgws;
        size_t n_propagating_vgws;
        const struct aws_route *routes; /* IPv4 destinations only */
        size_t n_routes;
};

struct aws_customer_gateway {
        const char *id;
        enum aws_state state;
        struct ip4 address;
        uint32_t asn;
        const char *device_name;
        const struct tag *tags;
        size_t n_tags;
};

struct aws_vpn_gateway {
        const char *id;
        enum aws_state state;
        uint64_t asn;
        const char *attached_vpc_id;     /* "" while not attached to anything */
        enum aws_state attachment_state; /* AVAILABLE: attached; DELETED: detached or none */
        const struct tag *tags;
        size_t n_tags;
};

enum telemetry_status {
        TELEMETRY_UNKNOWN,
        TELEMETRY_UP,
        TELEMETRY_DOWN,
};

#define AWS_TUNNELS_PER_CONNECTION 2

struct aws_tunnel {
        struct ip4 outside;
        struct cidr inside; /* /30; AWS takes the first host address, the customer gateway the second */
        const char *psk;    /* "" when the reply has none; lives and is wiped with the arena; never printed */
        bool startup_start; /* StartupAction=start */
        bool lifecycle_control;
        bool ikev2_only;
        uint32_t phase1_lifetime_s, phase2_lifetime_s, dpd_timeout_s;
        const char *phase1_encryption, *phase1_integrity, *phase2_encryption,
                *phase2_integrity; /* "A,B", reply's order */
        const char *phase1_dh, *phase2_dh, *ike_versions;
        /* telemetry, matched by outside address */
        enum telemetry_status status;
        const char *status_message;
        uint32_t accepted_routes;
        int64_t last_change_ms; /* wall clock, 0: unknown */
};

struct aws_vpn_connection {
        const char *id;
        enum aws_state state;
        const char *customer_gateway_id;
        const char *vpn_gateway_id; /* "" behind a transit gateway */
        const char *transit_gateway_id;
        bool static_routes_only;
        bool accelerated;
        struct aws_tunnel tunnels[AWS_TUNNELS_PER_CONNECTION]; /* sorted by inside CIDR, then by outside address */
        size_t n_tunnels;
        const struct tag *tags;
        size_t n_tags;
};

/* The value of a tag, or NULL. */
const char *tag_find(const struct tag *tags, size_t n_tags, const char *key);
