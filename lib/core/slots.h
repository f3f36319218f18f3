/* SPDX-License-Identifier: Apache-2.0 */
/* Slots: the sixteen resources of a pairing, as a table that assessments, plans and memory walk alike. */
#pragma once

#include "core/observed.h"

enum slot_kind {
        SLOT_PUBLIC_IP,
        SLOT_GATEWAY,
        SLOT_LOCAL_GATEWAY,
        SLOT_CONNECTION,
        SLOT_CUSTOMER_GATEWAY,
        SLOT_VPN_GATEWAY,
        SLOT_VPN_CONNECTION,
        _SLOT_KIND_COUNT,
};

struct slot {
        enum slot_kind kind;
        unsigned index;        /* instance or tunnel, else 0 */
        const char *subject;   /* of findings: "public-ip0", "local-gateway2" */
        const char *text;      /* for people: "public IP 0", "local network gateway 2" */
        enum step_kind create; /* the step that creates it */
        unsigned tunnels;      /* bit t: tunnel t cannot be without it */
};

#define SLOTS 16
#define TUNNELS_ALL ((1u << TUNNELS) - 1)

const struct slot *slot_at(unsigned i);
const struct slot *slot_of(enum slot_kind kind, unsigned index);
unsigned slot_bit(const struct slot *s);
const struct slot *slot_created_by(enum step_kind create, unsigned index); /* NULL: the step creates none */

/* What is observed of it. */
const struct fact *slot_fact(const struct observed *o, const struct slot *s);
const char *slot_id(const struct observed *o, const struct slot *s); /* "" unless KNOWN */
bool slot_is_ours(const struct declaration *d, const struct observed *o, const struct slot *s);

/* false: a tunnel of the pairing that this topology does not use has no such resource */
bool slot_is_wanted(const struct declaration *d, const struct slot *s);

/* "tunnel1" as a subject, "tunnel 1" for people, and back: TUNNELS if it is none */
const char *tunnel_subject(unsigned tunnel);
const char *tunnel_text(unsigned tunnel);
unsigned tunnel_of_subject(const char *subject);
