/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess: declaration and observed facts -> one verdict a tunnel, proof a prefix, and findings.
 *
 * Pure. The result lives in the given arena. Findings come in a total order: kind, then subject.
 */
#pragma once

#include "core/finding.h"
#include "core/memory.h"
#include "core/observed.h"
#include "util/arena.h"

enum tunnel_state {
        TUNNEL_UNKNOWN,
        TUNNEL_ABSENT, /* not built yet */
        TUNNEL_SPARE,  /* not used in this topology */
        TUNNEL_DOWN,   /* at least one cloud says so; the other is silent, late or agrees for less than the hold-off */
        TUNNEL_PROVEN_DOWN, /* both clouds say so for longer than the hold-off */
        TUNNEL_UP,          /* nobody says otherwise, at least one cloud says UP */
        TUNNEL_PROVEN_UP,   /* fresh peer status Connected with routes and old enough, and AWS says UP */
};

const char *tunnel_state_to_string(enum tunnel_state s);

/* What one cloud says of one tunnel. */
enum word {
        WORD_NONE, /* silent, or older than a contradicting word of the other cloud */
        WORD_UP,
        WORD_DOWN,
};

struct tunnel_view {
        unsigned index; /* 0..3; people see index + 1 */
        enum tunnel_state state;
        bool is_used;      /* carries BGP in this topology */
        unsigned instance; /* index into gateway.instances that carries it, by public IP; INSTANCES: not known */
        const struct aws_vpn_connection *vpn; /* NULL: not known or absent */
        const struct aws_tunnel *aws;
        const struct az_local_gateway *local_gateway;
        const struct az_connection *connection;
        const struct az_bgp_row *row;         /* of the carrying instance and this AWS peer */
        const struct az_bgp_row *discard_row; /* of the other instance: down by design */
        struct cidr inside;                   /* bits == 0: not known */
        enum word aws_says, azure_says;
        bool proof_is_fresh; /* the peer status is younger than proof_max_age_ms */
        bool has_held_off;   /* both say DOWN for longer than the hold-off */
        int64_t holdoff_ms;  /* the one that holds for this tunnel now */
        unsigned routes_to_azure_expected, routes_to_azure_present; /* VPC prefixes learned from this peer */
        unsigned routes_to_aws_expected, routes_to_aws_present;     /* VNet and spoke prefixes accepted by AWS */
        bool routes_to_azure_known, routes_to_aws_known;
};

enum route_direction {
        ROUTE_TO_AWS,   /* Azure's prefixes, seen in the VPC's route tables */
        ROUTE_TO_AZURE, /* the VPC's prefixes, seen in the gateway's learned routes */
};

struct route_view {
        struct cidr prefix;
        enum route_direction direction;
        bool is_expected;
        enum fact_state present; /* KNOWN: there; ABSENT: not there; UNKNOWN */
        const char *origin;      /* "vnet-hub", "spoke vnet-app", "vpc-0123" */
};

enum verdict {
        VERDICT_HEALTHY,
        VERDICT_DEGRADED, /* some tunnel or route is missing, or there is drift */
        VERDICT_DOWN,     /* no tunnel up */
        VERDICT_UNKNOWN,
        VERDICT_BUILDING, /* resources of the pairing are still missing or being created */
};

const char *verdict_to_string(enum verdict v);

struct assessment {
        enum verdict verdict;
        struct tunnel_view tunnels[TUNNELS];
        unsigned n_used, n_up, n_proven_up;
        unsigned n_discards, n_spares; /* Azure tunnels that are down by design, AWS tunnels unused by design */
        const struct route_view *routes;
        size_t n_routes;
        const struct finding *findings;
        size_t n_findings;
        struct monotime oldest_fact; /* age of the data that the verdict stands on */
};

/* 0 or -ENOMEM. Reads @memory (hold-offs, since-when), never changes it. */
int assess(const struct declaration *d, const struct observed *o, const struct memory *memory, const struct now *now,
           struct arena *arena, struct assessment *ret) _must_use_;

/* The first finding of that kind and subject, or NULL. */
const struct finding *assessment_find(const struct assessment *a, enum finding_kind kind, const char *subject);

/* The link of a peering that carries an old address space. false: in sync. @ret NULL: the spoke's, which we cannot read
 */
bool spoke_stale_link(const struct spoke *spoke, const struct az_peering **ret);
