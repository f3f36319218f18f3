/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one pairing remembers between rounds: since when findings are there, how far each tunnel's ladder has gone,
 * which fields were repaired, and which creates are still unanswered. Small, bounded, persisted by the engine
 * (wall-clock times).
 */
#pragma once

#include "core/finding.h"
#include "core/plan-step.h"

struct declaration;
struct policy;

/* A finding that is or was just there. Keyed by (kind, subject). */
struct remembered_finding {
        enum finding_kind kind;
        char subject[96];
        int64_t since_wall_ms;
        struct monotime since; /* in this process; recomputed from wall after a restart */
        unsigned samples;
        bool present; /* in the last assessment */
};

/* Ladder of one tunnel. Rungs in the order of the repair ladder. */
enum rung {
        RUNG_NONE,
        RUNG_RESET_CONNECTION,
        RUNG_REPLACE_TUNNEL,
        RUNG_RECREATE_CONNECTION,
        RUNG_RESET_INSTANCE,
        RUNG_GAVE_UP,
};

const char *rung_to_string(enum rung r);

struct ladder {
        enum rung last; /* last rung tried for the fault that is there now */
        unsigned tries; /* of that rung */
        unsigned actions_today;
        int64_t day_start_wall_ms;
        int64_t next_allowed_wall_ms;  /* backoff */
        int64_t healthy_since_wall_ms; /* 0: not healthy; the ladder starts afresh after a healthy hour */
};

/* A repaired subject: changed back twice within a day means that somebody else wants it otherwise. */
struct repaired {
        enum finding_kind kind;
        char subject[96];
        unsigned times; /* occurrences that were repaired; a repeated try of one occurrence counts once */
        unsigned tries; /* of the occurrence that is there now */
        int64_t first_wall_ms;
        int64_t last_wall_ms;
};

/* Since when the clouds agree or disagree about one tunnel. Not persisted: after a restart the wait begins anew. */
struct tunnel_memory {
        struct monotime both_down_since, disagree_since; /* {0}: they do not */
        struct monotime touched;                         /* our last step on it: what Azure said of it before is old */
        int64_t last_change_ms;                          /* AWS: when its status last changed; 0: not seen */
        struct monotime changes_since;                   /* when the first of @n_changes was seen */
        unsigned n_changes;                              /* of its status within an hour */
};

/* A write that was sent and not yet seen in an observation. Saved before the request leaves. */
struct intent {
        uint64_t id;
        enum step_kind kind;
        unsigned slot;
        char target[96]; /* route table or peering name, else "" */
        char nonce[33];
        int64_t sent_wall_ms;
        bool answered;       /* a reply came: the resource exists, though it may not be listed yet */
        char created_id[64]; /* AWS id from the reply, "" when none */
};

/* The rung that a step is; RUNG_NONE: no part of the ladder. */
enum rung step_rung(enum step_kind kind);

/* The rung after the last one that was tried; a rung that policy forbids is passed over, but for the last one. */
enum rung ladder_next(const struct ladder *l, const struct policy *p);

/* No rung is left that policy allows, and the last one has had its time. */
bool ladder_is_exhausted(const struct declaration *d, const struct ladder *l, int64_t now_wall_ms);

#define REMEMBERED_MAX 256
#define REPAIRED_MAX 64
#define INTENTS_MAX 16

/* Owns its arrays and strings. */
struct memory {
        struct remembered_finding *findings; /* at most REMEMBERED_MAX */
        size_t n_findings;
        struct ladder ladders[TUNNELS];
        struct repaired *repaired; /* at most REPAIRED_MAX */
        size_t n_repaired;
        struct intent *intents; /* at most INTENTS_MAX */
        size_t n_intents;
        bool paused;
        char paused_by[64];
        int64_t last_gateway_op_wall_ms, last_aws_change_wall_ms, last_address_change_wall_ms;
        uint64_t vnet_prefixes_hash; /* to notice an address-space change */
        uint32_t seen;               /* bit of each slot (slots.h) that was there; persisted */
        bool was_complete;           /* all used tunnels were up once: the first build is over; persisted */
        struct tunnel_memory tunnels[TUNNELS];
        struct monotime counted_at; /* when samples were last counted: deciding twice on one reading is no new sample */
};

struct assessment;
struct observed;

void memory_deinit(struct memory *m); /* a zeroed struct is a valid, empty memory */

/* Takes over an assessment: counts samples, starts and ends findings, resets ladders of tunnels that stayed healthy,
 * notes an address-space change. @ret_changed: something that must be persisted changed. 0 or -ENOMEM. */
int memory_note_assessment(struct memory *m, const struct declaration *d, const struct observed *o,
                           const struct assessment *a, const struct now *now, bool *ret_changed) _must_use_;

/* A step left: moves the ladder, counts the repair. */
int memory_note_step(struct memory *m, const struct declaration *d, const struct step *s,
                     const struct now *now) _must_use_;

/* Enough time has passed since the last round that was counted for the facts to be new ones. */
bool memory_counts(const struct memory *m, const struct declaration *d, const struct now *now);

/* The cloud refused it before it did anything (busy, throttled, not sent): it does not count as a try. */
void memory_unnote_step(struct memory *m, enum step_kind kind, enum finding_kind finding, const char *subject,
                        unsigned blast);

/* When the configuration of that tunnel was last repaired by us; 0: never, as far as we remember. Wall clock. */
int64_t memory_tunnel_configured_wall_ms(const struct memory *m, unsigned tunnel);

/* A person resumed: what vanished is believed to be gone, and every ladder starts afresh. Unpauses. */
void memory_resume(struct memory *m);

/* Repaired twice within a day: if it is there again, somebody else wants it otherwise. */
bool memory_is_contested(const struct memory *m, enum finding_kind kind, const char *subject, int64_t now_wall_ms);

/* How long a step for this occurrence of a finding must wait since its last try; <= 0: not at all. @ret_tries so far.
 */
int64_t memory_retry_wait_ms(const struct memory *m, const struct declaration *d, enum finding_kind kind,
                             const char *subject, int64_t now_wall_ms, unsigned *ret_tries);

/* true if a step for this finding left at most @window_ms ago */
bool memory_repaired_lately(const struct memory *m, enum finding_kind kind, const char *subject, int64_t now_wall_ms,
                            int64_t window_ms);

const struct remembered_finding *memory_find(const struct memory *m, enum finding_kind kind, const char *subject);

/* intents: found by what they do; added before a write leaves, dropped when the observation shows its effect */
struct intent *memory_intent(const struct memory *m, enum step_kind kind, unsigned slot,
                             const char *target);                                                     /* NULL: none */
int memory_add_intent(struct memory *m, const struct intent *intent, struct intent **ret) _must_use_; /* copies */
void memory_drop_intent(struct memory *m, struct intent *intent);
