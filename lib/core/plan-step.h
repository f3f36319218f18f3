/* SPDX-License-Identifier: Apache-2.0 */
/* One step of a plan: one API call, its reason, its blast radius, and what holds it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws-facts.h"
#include "core/finding.h"
#include "util/ip4.h"

/* In the order of the dependency graph. The text of each is its stable name. */
enum step_kind {
        STEP_CREATE_PUBLIC_IP, /* slot: instance */
        STEP_CREATE_GATEWAY,
        STEP_ADD_APIPA,               /* gateway PUT that appends missing custom addresses */
        STEP_CREATE_CUSTOMER_GATEWAY, /* slot: instance */
        STEP_CREATE_VPN_GATEWAY,
        STEP_ATTACH_VPN_GATEWAY,
        STEP_CREATE_VPN_CONNECTION, /* slot: instance */
        STEP_ENABLE_PROPAGATION,    /* slot: index of the route table */
        STEP_PUT_LOCAL_GATEWAY,     /* slot: tunnel; creates or corrects */
        STEP_PUT_CONNECTION,        /* slot: tunnel; creates or corrects */
        STEP_SET_KEY,               /* slot: tunnel; Azure takes over AWS's key */
        STEP_MODIFY_TUNNEL,         /* slot: tunnel; AWS tunnel options, all differences in one call */
        STEP_SYNC_PEERING,          /* target: the hub's name of the peering; target_id: the link to PUT with sync */
        STEP_RESET_CONNECTION,      /* slot: tunnel */
        STEP_REPLACE_TUNNEL,        /* slot: tunnel; AWS endpoint */
        STEP_DELETE_CONNECTION,     /* slot: tunnel; first half of recreating it */
        STEP_RESET_INSTANCE,        /* slot: instance */
        _STEP_KIND_COUNT,
};

const char *step_kind_to_string(enum step_kind k);
bool step_kind_creates_base(enum step_kind k); /* gateways, public IPs, VPN connections: only in build mode */
bool step_kind_is_azure(enum step_kind k);
bool step_writes_gateway(enum step_kind k, bool in_use); /* the Azure gateway or what hangs on it: one at a time */

enum step_status {
        STEP_READY,
        STEP_WAITING, /* for another step or for a resource that the platform works on: @waits_for says which */
        STEP_HELD,    /* by a guard rule: @held_by and @held_why */
        STEP_RUNNING, /* sent, and not seen to be finished */
};

const char *step_status_to_string(enum step_status s);

/* Guard rules, in the order in which they are asked. The text is "G1 mode" and so on. */
enum guard_rule {
        GUARD_PASS,
        GUARD_MODE,           /* G1: the mode does not allow it */
        GUARD_PAUSED,         /* G2: paused, or the HOLD file is there */
        GUARD_IDENTITY,       /* G3: account or tenant is not proven to be the declared one */
        GUARD_ROUNDS,         /* G4: fewer than two complete rounds since start, reload or suspend */
        GUARD_STORE,          /* G5: the state cannot be saved */
        GUARD_VANISHED,       /* G6: too much vanished at once */
        GUARD_OWNERSHIP,      /* G7: not ours, not listed */
        GUARD_REFUSED,        /* G8: recognised and never written, crossed addresses, duplicates */
        GUARD_UNKNOWN_MEMBER, /* G9: a PUT would drop or change a member that we do not know */
        GUARD_HOLDOFF,        /* G10: the platform's own recovery has its time */
        GUARD_CONTESTED,      /* G11: repaired and changed back twice within a day */
        GUARD_LADDER,         /* G12: backoff, budget, or a rung that policy does not allow */
        GUARD_BUSY,           /* G13: another write on the same gateway, connection or pairing is in flight */
        GUARD_PROOF,          /* G14: the proof of the survivors is too old; a new one is asked for */
        GUARD_LAST_TUNNEL,    /* G15: too few proven tunnels outside the blast radius */
        GUARD_APPROVAL,       /* G16: touches something that is up and needs a person's approval */
        GUARD_CLOUD_REFUSES,  /* G17: the cloud said that a person is needed; asked again hourly */
};

const char *guard_rule_to_string(enum guard_rule r);

struct step {
        enum step_kind kind;
        unsigned slot;         /* as the kind says, else 0 */
        const char *target;    /* stable text for people and ids: "tunnel 2", "rtb-0aaa", "public IP 0" */
        const char *target_id; /* cloud id when one exists, else "" */
        const char *reason;    /* why, with the finding */
        enum finding_kind finding;
        const char *finding_subject;
        enum step_status status;
        const char *waits_for; /* WAITING */
        enum guard_rule held_by;
        const char *held_why;
        bool is_disruptive;      /* takes a working tunnel down */
        bool is_urgent_half;     /* second half of a two-sided change or a recreation: not held by G10, G12, G15 */
        unsigned blast;          /* bit t: tunnel t of this pairing is worked on (and down meanwhile, if disruptive) */
        const char *blast_text;  /* everything else on the touched resource, for people */
        bool touches_foreign_up; /* a foreign connection or another pairing's tunnel that is up is in the radius */
        const char *billed;      /* what it costs: "VPN gateway VpnGw2AZ, per hour", "" when nothing */
        unsigned fields;         /* STEP_MODIFY_TUNNEL: bits of enum tunnel_field */
};

enum tunnel_field {
        TUNNEL_FIELD_STARTUP = 1 << 0,
        TUNNEL_FIELD_INSIDE_CIDR = 1 << 1,
};

/* what an intent of this step has as its target: "" unless the slot alone does not say it */
const char *step_intent_target(const struct step *s);

struct plan {
        struct step *steps;
        size_t n_steps;
        char id[17]; /* hash over steps and what they stand on */
};
