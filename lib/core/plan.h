/* SPDX-License-Identifier: Apache-2.0 */
/* Plan: findings -> ordered steps. Guard: which of them may leave now. Both pure; the guard only removes. */
#pragma once

#include "core/assessment.h"

/* 0 or -ENOMEM. Steps live in @arena, in the order in which they should be done. */
int plan_make(const struct declaration *d, const struct observed *o, const struct assessment *a, const struct memory *m,
              const struct now *now, struct arena *arena, struct plan *ret) _must_use_;

/* What the guard knows beyond the pairing itself. */
struct guard_context {
        bool hold_file; /* /etc/s2svpn/HOLD is there */
        bool azure_identity_ok, aws_identity_ok;
        const char *azure_identity_why, *aws_identity_why;
        unsigned complete_rounds; /* since start, reload, suspend */
        bool store_ok;
        bool gateway_busy; /* a write on the Azure gateway is in flight, by us */
        const char *gateway_busy_why;
        bool disruptive_in_flight;                       /* in this pairing or on a shared gateway */
        bool aws_busy[INSTANCES];                        /* a write on that VPN connection is in flight */
        struct monotime cloud_refused[_STEP_KIND_COUNT]; /* when a person was last said to be needed; {0} never */
        const char *cloud_refused_why[_STEP_KIND_COUNT];
        const char *approved_plan; /* id of the plan that a person approved and that is still valid; NULL: none */
};

/* Marks steps as HELD, never changes anything else. 0 or -ENOMEM (then every step is held). */
int guard_check(const struct declaration *d, const struct observed *o, const struct assessment *a,
                const struct memory *m, const struct guard_context *c, const struct now *now, struct arena *arena,
                struct plan *plan) _must_use_;

/* true if a step is held only because a newer proof is needed: the engine then asks for one */
bool plan_wants_proof(const struct plan *plan);
