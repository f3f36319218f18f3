/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's objects and how they hang together.
 *
 *   engine ─┬─ pairings ── units (Azure reads) ── snapshots
 *           │           ├─ round result (observed, assessment, plan) ── refs of the snapshots it stands on
 *           │           ├─ memory, history ── store (one file a pairing)
 *           │           └─ writes in flight
 *           ├─ aws accounts ── credentials, identity, inventory (one reading for all pairings of an account and region)
 *           ├─ azure accounts ── token
 *           ├─ exchanges: every HTTP request in flight or queued
 *           └─ outputs: what the caller has not fetched yet
 *
 * Only exchange.c emits HTTP. Whoever starts an exchange gives a function that is called exactly once when it is over,
 * unless the owner cancels it.
 */
#pragma once

#include "aws/credentials.h"
#include "aws/ec2-request.h"
#include "aws/error.h"
#include "aws/reply.h"
#include "aws/sigv4.h"
#include "azure/arm-error.h"
#include "azure/arm-reply.h"
#include "azure/operation.h"
#include "azure/token.h"
#include "core/join.h"
#include "core/plan.h"
#include "engine/engine.h"
#include "util/arena.h"
#include "util/list.h"
#include "util/secret.h"

struct aws_account;
struct azure_account;
struct exchange;
struct pairing;

/* ---- exchange.c: HTTP ---- */

#define EXCHANGES_IN_FLIGHT_MAX 32
#define EXCHANGE_TIMEOUT_MS 60000 /* ARM answers within 60 s or gives 504 */
#define AWS_ACTION_NONE (-1)

/* What became of a request. */
struct exchange_result {
        bool has_reply;            /* a whole HTTP answer came */
        enum http_failure failure; /* no answer */
        const char *failure_text;
        struct http_response *response; /* Azure, Entra ID; body included */
        struct aws_result *aws;         /* AWS: result, or error with aws_code; the owner may move it away */
        int aws_code;                   /* 0 or enum aws_reply_code */
        struct monotime asked;          /* when it was sent */
};

typedef int (*exchange_done)(struct engine *e, void *owner, unsigned tag, const struct exchange_result *r,
                             const struct now *now);

/* Takes over @request (left empty). @action: an enum aws_action, or AWS_ACTION_NONE for a plain body. */
int exchange_start(struct engine *e, struct http_request *request, int action, exchange_done done, void *owner,
                   unsigned tag, uint64_t *ret_id) _must_use_;
void exchange_cancel(struct engine *e, uint64_t *id); /* 0 is nothing; *id becomes 0 */
void exchange_cancel_all(struct engine *e);
int exchange_input(struct engine *e, const struct engine_input *in, const struct now *now) _must_use_;
int exchange_flush(struct engine *e, const struct now *now) _must_use_; /* queued ones leave while there is room */

/* ---- output.c: the queue to the caller ---- */

struct output {
        struct list link;
        struct engine_output out;
        struct arena *arena; /* owns what the output points to; NULL: its owner keeps it */
};

int output_push(struct engine *e, const struct engine_output *out, struct arena *arena) _must_use_;
void output_drop_all(struct engine *e);

/* ---- material.c: files, variables and credentials that the caller reads for us ---- */

#define MATERIALS_MAX 16

struct material {
        enum material_kind kind;
        const char *name;
        uint64_t id; /* 0: answered */
        int error;
        struct secret bytes; /* everything that comes this way may be a secret */
};

struct material_batch;
typedef int (*material_done)(struct engine *e, void *owner, const struct now *now);

struct material_batch {
        struct list link;
        struct material items[MATERIALS_MAX];
        size_t n_items;
        material_done done;
        void *owner;
};

void material_batch_init(struct material_batch *b, material_done done, void *owner);
void material_batch_deinit(struct material_batch *b);
int material_ask(struct engine *e, struct material_batch *b, enum material_kind kind, const char *name) _must_use_;
const struct material *material_get(const struct material_batch *b, const char *name);
const char *material_text(const struct material_batch *b, const char *name); /* NULL: absent or not readable */
int material_input(struct engine *e, const struct engine_input *in, const struct now *now) _must_use_;

/* ---- snapshot.c: what one read said, shared by the unit and by the rounds that stand on it ---- */

struct snapshot {
        unsigned refs;
        struct arena *arena;
        void *value;
        uint64_t hash;
};

struct snapshot *snapshot_new(void);
struct snapshot *snapshot_ref(struct snapshot *s);
struct snapshot *snapshot_unref(struct snapshot *s); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(struct snapshot *, snapshot_unref)

/* ---- backoff.c: how long a failing reader or writer waits ---- */

struct backoff {
        unsigned failures;
        struct monotime not_before;
};

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_CAP_MS 60000

void backoff_success(struct backoff *b);
void backoff_failure(struct backoff *b, struct engine *e, int64_t retry_after_ms, const struct now *now);

/* ---- azure-account.c ---- */

enum login_state {
        LOGIN_NONE,
        LOGIN_MATERIAL, /* waiting for files and variables */
        LOGIN_ASKING,   /* token or identity request in flight */
        LOGIN_READY,
        LOGIN_FAILED, /* again after the backoff */
};

const char *login_state_to_string(enum login_state s);

struct azure_account {
        struct list link;
        struct engine *engine;
        char *tenant, *client_id, *secret_file, *authority, *arm;
        enum login_state state;
        struct material_batch material;
        struct azure_token token;
        struct backoff backoff;
        uint64_t exchange;
        bool identity_ok;
        bool identity_wrong; /* surely another tenant */
        struct backoff throttle;
        char why[256]; /* not ready, or identity not ok */
        struct cloud_counters counters;
        unsigned users;
};

struct azure_account *azure_account_get(struct engine *e, const struct declaration *d);
void azure_account_put(struct azure_account *a);
int azure_account_tick(struct azure_account *a, const struct now *now) _must_use_;
bool azure_account_is_ready(const struct azure_account *a, const struct now *now);
void azure_account_token_refused(struct azure_account *a);
void azure_account_call(struct azure_account *a, struct azure_call *ret);
struct monotime azure_account_deadline(const struct azure_account *a, const struct now *now);

/* ---- aws-account.c, inventory.c ---- */

/* The five lists, asked for together. */
enum inventory_part {
        INVENTORY_VPCS,
        INVENTORY_ROUTE_TABLES,
        INVENTORY_CUSTOMER_GATEWAYS,
        INVENTORY_VPN_GATEWAYS,
        INVENTORY_VPN_CONNECTIONS,
        INVENTORY_PARTS,
};

struct inventory {
        unsigned refs;
        struct monotime asked;
        struct aws_result *pages; /* everything that was read; owns all rows */
        size_t n_pages;
        struct arena *arena; /* the merged lists */
        struct aws_inventory lists;
};

struct inventory *inventory_unref(struct inventory *i);

struct aws_account {
        struct list link;
        struct engine *engine;
        char *account_id, *region, *profile;
        struct aws_endpoint ec2, sts;
        enum login_state state;
        struct material_batch material;
        bool files_asked;
        struct aws_credentials credentials;
        struct backoff backoff;
        bool identity_ok;
        bool identity_wrong; /* surely another account */
        struct monotime identity_checked;
        uint64_t identity_exchange;
        char why[256];
        /* reading */
        struct inventory *current; /* last complete one; NULL before */
        struct inventory *reading; /* NULL: nothing in flight */
        uint64_t part_exchange[INVENTORY_PARTS];
        unsigned parts_pending;
        bool part_failed;
        struct monotime attempt_asked; /* when the last finished attempt, good or not, was asked for */
        char read_error[256];          /* why the last attempt failed; "" after a good one */
        struct backoff read_backoff;
        struct cloud_counters counters;
        unsigned users;
};

struct aws_account *aws_account_get(struct engine *e, const struct declaration *d);
void aws_account_put(struct aws_account *a);
int aws_account_tick(struct aws_account *a, const struct now *now) _must_use_;
void aws_account_keys_refused(struct aws_account *a);
bool aws_account_is_ready(const struct aws_account *a);
int aws_account_send(struct aws_account *a, struct http_request *request, enum aws_action action, exchange_done done,
                     void *owner, unsigned tag, uint64_t *ret_id, const struct now *now) _must_use_; /* signs, takes */
struct monotime aws_account_deadline(const struct aws_account *a, const struct now *now);
int inventory_read(struct aws_account *a, const struct now *now) _must_use_; /* nothing when one is in flight */
void inventory_cancel(struct aws_account *a);

/* ---- unit.c: one Azure read of a pairing ---- */

enum unit_kind {
        UNIT_VNET,
        UNIT_GATEWAY,
        UNIT_PUBLIC_IP,     /* index: instance */
        UNIT_LOCAL_GATEWAY, /* index: tunnel */
        UNIT_CONNECTION,    /* index: tunnel */
        UNIT_KEY,           /* index: tunnel */
        UNIT_FOREIGN,       /* connections of the gateway's resource group */
        UNIT_SPOKE,
        UNIT_BGP,
        UNIT_LEARNED,
        UNIT_ADVERTISED, /* index: tunnel */
};

const char *unit_kind_to_string(enum unit_kind k);

/* How often a unit is read. */
enum unit_tier {
        TIER_CHEAP, /* every round */
        TIER_SLOW,  /* a few times a proof interval: things that rarely change */
        TIER_DEEP,  /* long operations and keys: when proof is wanted */
};

struct unit {
        struct pairing *pairing;
        enum unit_kind kind;
        unsigned index;
        char *id; /* ARM id that is read; for UNIT_KEY and the queries the resource it hangs on */
        struct fact fact;
        struct snapshot *snapshot; /* while KNOWN */
        unsigned not_found;        /* in a row */
        uint64_t exchange;
        bool is_reading;
        bool is_in_round; /* the round waits for it */
        struct monotime asked;
        struct monotime poll_due; /* of the long operation in flight; never: none */
        struct azure_operation operation;
        bool has_operation;
        struct snapshot *partial; /* pages of a list so far */
        struct azure_connection_list list;
        struct backoff backoff;
        char error[256];
};

enum unit_tier unit_tier(const struct unit *u);
void unit_init(struct unit *u, struct pairing *p, enum unit_kind kind, unsigned index);
void unit_deinit(struct unit *u);
int unit_set_id(struct unit *u, const char *id) _must_use_; /* another id forgets what was read */
void unit_forget_id(struct unit *u);
int unit_read(struct unit *u, const struct now *now) _must_use_;
int unit_tick(struct unit *u, const struct now *now) _must_use_; /* polls that are due */
void unit_cancel(struct unit *u);

/* ---- write.c, execute-*.c: one step on its way ---- */

enum write_state {
        WRITE_SAVING,    /* the intent is being saved; nothing has left */
        WRITE_SENT,      /* waiting for the answer */
        WRITE_OPERATING, /* Azure's long operation runs */
        WRITE_DONE,
};

const char *write_state_to_string(enum write_state s);

struct write {
        struct list link;
        struct pairing *pairing;
        enum write_state state;
        enum step_kind kind;
        unsigned slot;
        char *target; /* for people */
        char *target_id;
        char *reason;
        char *intent_target;
        enum finding_kind finding;
        char *finding_subject;
        unsigned fields;
        bool is_disruptive;
        unsigned blast;
        uint64_t save_seq; /* leaves when this is saved */
        uint64_t exchange;
        struct monotime started;
        int64_t started_wall_ms;
        struct azure_operation operation;
        bool has_operation;
        struct monotime poll_due;
        char request_id[CLOUD_ERROR_REQUEST_ID_SIZE];
};

int write_start(struct pairing *p, const struct step *s, const struct now *now) _must_use_;
int write_saved(struct pairing *p, uint64_t seq, const struct now *now) _must_use_;
int write_tick(struct write *w, const struct now *now) _must_use_;
void write_free(struct write *w);
void write_drop_unsent(struct pairing *p); /* nothing of them has left, and nothing will */
int64_t write_typical_ms(enum step_kind k);

/* Builds and sends the request of a step. Positive: EXECUTE_STALE, the facts that it needs are gone. */
enum {
        _EXECUTE_SUCCESS,
        EXECUTE_STALE,
};
int execute_azure(struct write *w, struct http_request *ret) _must_use_;
int execute_aws(struct write *w, struct http_request *ret, enum aws_action *ret_action) _must_use_;

/* ---- round.c, evaluate.c ---- */

/* What a round found out, kept for reports until the next one. */
struct round_result {
        struct arena *arena;
        struct config_ref *config;
        const struct declaration *declaration;
        struct observed observed;
        struct assessment assessment;
        struct plan plan;
        struct snapshot **snapshots;
        size_t n_snapshots;
        struct inventory *inventory;
};

struct round_result *round_result_free(struct round_result *r);
DEFINE_CLEANUP(struct round_result *, round_result_free)

enum round_state {
        ROUND_IDLE,
        ROUND_READING,
};

const char *round_state_to_string(enum round_state s);

#define AWS_SLOTS (2 + 2 * INSTANCES + ROUTE_TABLES_MAX) /* vpc, vgw, cgws, vpns, tables: see evaluate.c */

struct config_ref {
        unsigned refs;
        struct configuration *config;
};

struct config_ref *config_ref_new(struct configuration *c);
struct config_ref *config_ref_get(struct config_ref *r);
struct config_ref *config_ref_put(struct config_ref *r);

#define UNITS_FIXED (2 + INSTANCES + 4 * TUNNELS + 3)

struct pairing {
        struct list link;
        struct engine *engine;
        struct config_ref *config;
        const struct declaration *d;
        struct azure_account *azure;
        struct aws_account *aws;
        struct unit units[UNITS_FIXED];
        struct unit **spokes;
        size_t n_spokes;

        enum round_state round;
        struct monotime round_started, round_due, round_finished;
        int64_t round_interval_ms;
        unsigned complete_rounds;
        unsigned bad_rounds; /* in a row: not everything cheap was answered */
        bool deep_wanted;
        struct monotime deep_started;
        struct monotime aws_after;        /* our last write: what was read before it is old */
        struct monotime inventory_needed; /* of this round: the inventory must have been asked for after this */
        uint64_t signals_hash;            /* cheap signals of the last round */
        unsigned aws_absent[AWS_SLOTS];
        struct monotime aws_absent_seen; /* inventory that the counts stand on */
        struct round_result *shown;

        struct memory memory;
        bool state_loaded, state_damaged;
        bool store_failed; /* the last save: nothing is written to the clouds until one succeeds */
        struct material_batch state_material;
        struct list writes;
        char approved_plan[17]; /* id of the plan that a person approved; "" when none */
        struct monotime approved_until;
        struct backoff write_backoff;
        struct step_counters steps;
        struct monotime refused[_STEP_KIND_COUNT];
        char *refused_why[_STEP_KIND_COUNT];

        struct event *history;
        size_t n_history;
        enum verdict last_verdict;
        bool has_verdict;

        uint64_t save_wanted, save_sent, save_done; /* sequence numbers */
};

int pairing_add(struct engine *e, struct config_ref *config, const struct declaration *d,
                const struct now *now) _must_use_;
void pairing_free(struct pairing *p);
int pairing_redeclare(struct pairing *p, struct config_ref *config, const struct declaration *d,
                      const struct now *now) _must_use_;
struct pairing *pairing_find(struct engine *e, const char *name);
struct unit *pairing_unit(struct pairing *p, enum unit_kind kind, unsigned index);
bool pairing_is_shared_gateway(const struct pairing *a, const struct pairing *b);

int round_tick(struct pairing *p, const struct now *now) _must_use_;
void round_unit_settled(struct unit *u, const struct now *now);
void round_soon(struct pairing *p, const struct now *now, int64_t in_ms);
struct monotime round_deadline(const struct pairing *p, const struct now *now);
int evaluate(struct pairing *p, const struct now *now) _must_use_;
int observe_pairing(struct pairing *p, const struct now *now, struct round_result *r) _must_use_;

/* ---- store.c, state-format.c ---- */

int store_request(struct pairing *p,
                  uint64_t *ret_seq) _must_use_; /* the state as it is now will be saved as @ret_seq */
int store_flush(struct pairing *p) _must_use_;
int store_input(struct engine *e, const struct engine_input *in, const struct now *now) _must_use_;
int state_encode(const struct pairing *p, struct buf *out) _must_use_;
/* 0, -ENOMEM, or 1: damaged or newer, @reterr_text says where */
int state_decode(struct pairing *p, const char *bytes, size_t len, const struct now *now,
                 struct buf *reterr_text) _must_use_;

/* ---- events.c ---- */

struct event_args {
        enum event_kind kind;
        int priority;
        unsigned tunnels;
        const char *finding, *action, *reason, *request_id; /* NULL is "" */
};
/* Goes to the journal and, for a pairing, into its history. */
int event_emit(struct engine *e, struct pairing *p, const struct now *now, const struct event_args *args,
               const char *format, ...) _printf_(5, 6) _must_use_;
int event_restore(struct pairing *p, const struct event *ev) _must_use_; /* from the state file, silently */
void history_deinit(struct pairing *p);

/* ---- control.c, view.c ---- */

int control_input(struct engine *e, const struct engine_input *in, const struct now *now) _must_use_;

/* Why there is nothing to show of a pairing, or why it is old; "" when all is read. */
const char *pairing_note(const struct pairing *p);

/* Pointers into the engine; lives in the arena until the next input. */
int view_make(struct engine *e, const struct now *now, struct arena *arena, struct daemon_view *ret) _must_use_;

struct engine {
        struct engine_options options;
        struct rng rng;
        struct config_ref *config;
        struct list pairings, azure_accounts, aws_accounts;
        struct list exchanges; /* in flight and queued */
        struct list materials; /* batches with something unanswered */
        struct list outputs;
        struct output *borrowed; /* the output that the caller looks at */
        unsigned n_in_flight;
        uint64_t next_id;
        uint64_t stale_replies;
        bool hold_file;
        bool is_stopping, stopped_said;
        bool config_last_ok;
        bool config_applied; /* every declared pairing is taken up */
        int64_t started_wall_ms, config_loaded_wall_ms;
        struct now last_input;
        struct monotime last_tick;
        struct monotime expected; /* the deadline after the last tick: what comes long after it slept */
        bool status_is_old;
        char *status;    /* last STATUS line */
        bool wants_tick; /* something became due during an input */
        bool is_behind;  /* the last call failed half way: the rest is done at the next tick, soon */
        uint64_t next_event;
};
