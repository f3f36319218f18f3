/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: what differs from the declaration or between the clouds, with evidence and root cause. */
#pragma once

#include "core/limits.h"
#include "util/ip4.h"
#include "util/monotime.h"

/* The text of each is its stable name in ids, metrics, journal and documents. */
enum finding_kind {
        FINDING_RESOURCE_MISSING,       /* resource-missing */
        FINDING_RESOURCE_FAILED,        /* resource-failed: provisioningState Failed or Canceled */
        FINDING_RESOURCE_REFUSED,       /* resource-refused: recognised and never written (design: Basic, IKEv1, ...) */
        FINDING_LOCAL_GATEWAY_WRONG,    /* local-gateway-wrong */
        FINDING_CONNECTION_WRONG,       /* connection-wrong */
        FINDING_CUSTOMER_GATEWAY_WRONG, /* customer-gateway-wrong */
        FINDING_TUNNEL_OPTIONS_WRONG,   /* tunnel-options-wrong */
        FINDING_TUNNEL_DOWN,            /* tunnel-down: no IPsec */
        FINDING_BGP_PEER_DOWN,          /* bgp-peer-down: IPsec without BGP */
        FINDING_STATES_DISAGREE,        /* states-disagree: the clouds say different things about one tunnel */
        FINDING_ROUTE_MISSING,          /* route-missing */
        FINDING_ROUTE_UNEXPECTED,       /* route-unexpected */
        FINDING_PROPAGATION_OFF,        /* propagation-off */
        FINDING_APIPA_MISSING,          /* apipa-missing */
        FINDING_PSK_MISMATCH,           /* psk-mismatch */
        FINDING_CROSSED_ADDRESSES,      /* crossed-addresses */
        FINDING_PEERING_OUT_OF_SYNC,    /* peering-out-of-sync */
        FINDING_CIDR_OVERLAP,           /* cidr-overlap */
        FINDING_DUPLICATE_OWNED,        /* duplicate-owned */
        FINDING_CONTESTED,              /* contested */
        FINDING_VANISHED,               /* vanished: too much disappeared at once to be believed */
        FINDING_WRONG_ACCOUNT,          /* wrong-account: credentials are not of the declared account or tenant */
        FINDING_CLOUD_REFUSES,          /* cloud-refuses: a write needs a person (policy, lock, quota, authorisation) */
        FINDING_GAVE_UP,                /* gave-up: the ladder is exhausted */
        _FINDING_KIND_COUNT,
};

const char *finding_kind_to_string(enum finding_kind k);

enum severity {
        SEVERITY_ADVICE, /* nothing is broken */
        SEVERITY_DRIFT,  /* differs; traffic may still flow */
        SEVERITY_FAULT,  /* redundancy or routes lost */
};

struct finding {
        enum finding_kind kind;
        enum severity severity;
        const char *subject;   /* "tunnel1", "connection3", "route:10.1.0.0/16@to-aws", "rtb-0aaa"; stable */
        unsigned tunnels;      /* bit t: concerns tunnel t */
        const char *evidence;  /* both clouds' words */
        const char *cause;     /* named root cause, "" when not known */
        int64_t since_wall_ms; /* first seen, from memory */
        struct monotime since;
        unsigned samples; /* in a row */
};
