/* SPDX-License-Identifier: Apache-2.0 */
/* What reports are made from: pointers into the engine's state, valid during the call. */
#pragma once

#include "core/assessment.h"
#include "core/declaration.h"
#include "core/memory.h"
#include "core/observed.h"
#include "core/plan.h"

/* What happened, kept for `history` and told to the journal. The text of each is its stable name. */
enum event_kind {
        EVENT_DAEMON_STARTED,
        EVENT_DAEMON_STOPPING,
        EVENT_CONFIG_LOADED,
        EVENT_CONFIG_REFUSED, /* alert: the running configuration stays */
        EVENT_VERDICT_CHANGED,
        EVENT_FINDING_OPENED,
        EVENT_FINDING_CLOSED,
        EVENT_STEP_SENT,
        EVENT_STEP_DONE,
        EVENT_STEP_FAILED,
        EVENT_STEP_HELD, /* a step that was not held, or held by another rule, is held now */
        EVENT_PAUSED,
        EVENT_RESUMED,
        EVENT_APPROVED,         /* a person approved a plan */
        EVENT_CLOUD_UNREADABLE, /* a unit could not be read */
        EVENT_CLOUD_READABLE,
        EVENT_STATE_DAMAGED,   /* alert: observe only */
        EVENT_STATE_UNSAVABLE, /* alert: writes stop */
        EVENT_ALERT,           /* wrong account, vanished, gave up: a person must act */
        _EVENT_KIND_COUNT,
};

const char *event_kind_to_string(enum event_kind k);
const char *event_kind_message_id(enum event_kind k); /* 32 hex digits, journal MESSAGE_ID */

struct event {
        enum event_kind kind;
        int priority; /* syslog level, 0..7 */
        int64_t wall_ms;
        const char *pairing;    /* "" when it concerns the daemon */
        unsigned tunnels;       /* bit t */
        const char *finding;    /* id: pairing/kind/subject; "" */
        const char *action;     /* step kind and target; "" */
        const char *reason;     /* why, or why not; "" */
        const char *request_id; /* the cloud's; "" */
        const char *message;    /* one line for people, complete on its own */
};

/* A long operation in flight. */
struct operation_view {
        const char *what; /* "create-gateway gateway" */
        int64_t started_wall_ms;
        int64_t typical_ms; /* documented typical duration, 0 unknown: for progress */
        const char *state;  /* the cloud's last word: "Updating" */
};

/* Steps of a pairing since the daemon's start: monotonic, unlike history, which forgets. */
struct step_counters {
        uint64_t sent, done, failed;
};

struct pairing_view {
        const struct declaration *declaration;
        const struct observed *observed;     /* NULL before the first round */
        const struct assessment *assessment; /* NULL before the first round */
        const struct plan *plan;             /* NULL before the first round */
        const struct memory *memory;
        const struct event *history; /* newest last; strings owned by the engine */
        size_t n_history;
        const struct operation_view *operations;
        size_t n_operations;
        struct step_counters steps;
        const char *note; /* why there is no assessment yet or why data is old; "" */
        struct monotime last_round;
        int64_t round_interval_ms; /* achieved */
        bool is_paused, is_held;   /* by command; by file */
        bool state_damaged;
};

/* Counters: monotonic since start. */
struct cloud_counters {
        const char *cloud, *account; /* "azure" | "aws"; subscription or account id */
        uint64_t reads, writes, throttled, errors;
};

struct daemon_view {
        const char *version;
        int64_t started_wall_ms;
        struct now now;
        const struct pairing_view *pairings;
        size_t n_pairings;
        const struct cloud_counters *clouds;
        size_t n_clouds;
        int64_t config_loaded_wall_ms;
        bool config_last_reload_ok;
        bool store_ok;
        uint64_t stale_replies; /* that nobody waited for any more */
};
