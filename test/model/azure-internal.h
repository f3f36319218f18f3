/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure's half from inside: resources, long operations, one request at work.
 *
 * A resource keeps what the caller may write (body) apart from what the service adds (state, etag, addresses); the two
 * are put together for each answer. Error codes are those of the documentation and of recorded traffic; where neither
 * names a code for a documented rule, the code is named after the rule, so clients must go by status and not by it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model-azure.h"
#include "model-internal.h"
#include "util/buf.h"
#include "util/json.h"

#define AZURE_SEGMENTS_MAX 12
#define AZURE_INSTANCES 2
#define AZURE_ID_BUCKETS 8192
#define AZURE_TEXT_SIZE 256
#define AZURE_OPERATION_KEPT_MS (INT64_C(3600) * 1000)
#define AZURE_QUERY_KEPT_MS (INT64_C(300) * 1000)

enum azure_kind {
        AZURE_GROUP,
        AZURE_VNET,
        AZURE_PEERING,
        AZURE_PUBLIC_IP,
        AZURE_GATEWAY,
        AZURE_LOCAL_GATEWAY,
        AZURE_CONNECTION,
};
#define AZURE_KINDS 7

enum azure_state {
        AZURE_SUCCEEDED,
        AZURE_UPDATING,
        AZURE_DELETING,
        AZURE_FAILED,
};

/* How the same resource looks depends on who asks. */
enum azure_view {
        AZURE_VIEW_GET,
        AZURE_VIEW_PUT,
        AZURE_VIEW_LIST,
};

struct azure_resource;

/* What azure_end_of() worked out, good while none of the three has changed and nothing was removed. */
struct azure_end_cache {
        uint64_t removals, stamp, gateway_stamp, local_stamp;
        const struct azure_resource *gateway, *local; /* NULL: nothing kept */
        struct azure_end end;
};

struct azure_resource {
        struct azure_resource *next, *hash_next;
        enum azure_kind kind;
        enum azure_state state;
        bool provisioned; /* was Succeeded once */
        char *id;         /* in the letters of its creator */
        json_t *body;     /* {"location","tags","sku","zones","properties"} */
        char etag[MODEL_UUID_SIZE], guid[MODEL_UUID_SIZE];
        struct ip4 address;                            /* public IP */
        struct ip4 private_ip[AZURE_INSTANCES];        /* gateway */
        int64_t down_until_ms[AZURE_INSTANCES];        /* gateway: instance restarts; connection: [0], re-keying */
        char *psk;                                     /* connection */
        struct azure_end_cache cache[AZURE_INSTANCES]; /* connection */
        uint64_t stamp;                                /* another number after every change */
        uint64_t gateway_hash;                         /* connection: of its gateway's id; 0: not computed yet */
        char true_status[16], shown_status[16];        /* connection: GET says the second, late by option */
        bool was_up;
        int64_t true_since_ms, counted_ms, bytes_in, bytes_out, shown_ms, shown_in, shown_out;
};

struct azure_world {
        struct azure_resource *first[AZURE_KINDS], *last[AZURE_KINDS];
        struct azure_resource *buckets[AZURE_ID_BUCKETS];
};

enum azure_operation_kind {
        AZURE_OP_PUT,
        AZURE_OP_DELETE,
        AZURE_OP_SHARED_KEY,
        AZURE_OP_RESET_KEY,
        AZURE_OP_RESET,
        AZURE_OP_RESET_CONNECTION,
        AZURE_OP_PEER_STATUS,
        AZURE_OP_LEARNED,
        AZURE_OP_ADVERTISED,
};

enum azure_operation_state {
        AZURE_OP_RUNNING,
        AZURE_OP_SUCCEEDED,
        AZURE_OP_FAILED,
};

struct azure_operation {
        struct azure_operation *next;
        enum azure_operation_kind kind;
        enum azure_operation_state state;
        bool settled; /* nothing more will happen; until then the gateway takes no other write */
        char guid[MODEL_UUID_SIZE];
        char *target_id, *gateway_id; /* gateway_id NULL: holds no gateway */
        char *base;                   /* scheme and host of the caller's requests */
        char subscription[64], location[64], api_version[32], tenant[64];
        int64_t start_ms, due_ms, settle_ms;
        unsigned polls;
        char *new_key;      /* shared key operations */
        char peer[64];      /* queries */
        json_t *result;     /* queries, once done */
        char fail_code[64]; /* not empty: will end as Failed */
        char fail_message[AZURE_TEXT_SIZE];
};

struct azure_app {
        char tenant[64], client_id[64], secret[128];
};

struct azure_subscription {
        char id[64], tenant[64];
};

/* Token buckets of a subscription: reads, writes, deletes; in thousandths of a request. */
enum azure_bucket {
        AZURE_READS,
        AZURE_WRITES,
        AZURE_DELETES,
};
#define AZURE_BUCKETS 3

struct azure_quota {
        char subscription[64];
        int64_t tokens_milli[AZURE_BUCKETS];
        int64_t filled_ms;
};

struct model_azure {
        struct azure_world live;
        struct azure_world *stale; /* copy of the time when staleness began */
        struct azure_operation *operations;
        struct azure_app *apps;
        size_t n_apps;
        struct azure_subscription *subscriptions;
        size_t n_subscriptions;
        struct azure_quota *quotas;
        size_t n_quotas;
        unsigned throttle_left, throttle_after_s;
        unsigned fail_left;
        char fail_part[AZURE_TEXT_SIZE], fail_code[64], fail_message[AZURE_TEXT_SIZE];
        uint64_t stamps, removals;
        uint64_t seen_generation; /* of the links */
        int64_t outage_ms;        /* the earliest end of one; 0: none */
};

/* One request at work. */
struct azure_call {
        struct model *m;
        struct model_azure *a;
        struct azure_world *world; /* where reads look */
        const struct http_request *r;
        const struct http_url *u;
        struct http_response *ret;
        char *segments[AZURE_SEGMENTS_MAX]; /* decoded */
        size_t n_segments;
        char api_version[32];
        char tenant[64];
        char *base;
        json_t *body; /* NULL: none */
        char request_id[MODEL_UUID_SIZE];
        int error; /* -ENOMEM: no answer can be given */
};

/* state (azure-state.c) */
struct azure_resource *azure_find(const struct azure_world *w, const char *id);
struct azure_resource *azure_find_kind(const struct azure_world *w, enum azure_kind kind, const char *id);
struct azure_resource *azure_add(struct model *m, enum azure_kind kind, const char *id, json_t *body);
void azure_remove(struct model_azure *a, struct azure_resource *r);
void azure_remove_children(struct model_azure *a, const char *id); /* azure-admin.c */
struct azure_world *azure_world_copy(const struct azure_world *w);
void azure_world_deinit(struct azure_world *w);
void azure_touch(struct model *m, struct azure_resource *r, enum azure_state state); /* new etag */
const char *azure_name(const char *id);
char *azure_parent_id(const char *id, unsigned levels); /* without the last @levels pairs of type and name */
bool azure_same_id(const char *a, const char *b);
uint64_t azure_id_hash(const char *id);                                       /* without regard to case; never 0 */
bool azure_id_part(const char *id, const char *type, char *out, size_t size); /* the name after "/type/" */
const char *azure_text(const json_t *object, const char *path);               /* "" when absent */
bool azure_flag(const json_t *object, const char *path);
int64_t azure_number(const json_t *object, const char *path, int64_t fallback);

/* kinds (azure-http.c) */
const char *azure_kind_segment(enum azure_kind kind);
const char *azure_state_to_string(enum azure_state s);

/* answers (azure-call.c) */
int azure_call_init(struct azure_call *c, struct model *m, const struct http_request *r, const struct http_url *u,
                    struct http_response *ret) _must_use_;
void azure_call_deinit(struct azure_call *c);
bool azure_segment_is(const struct azure_call *c, size_t i, const char *s);
bool azure_query(const struct azure_call *c, const char *name, char *out, size_t size);
void azure_header(struct azure_call *c, const char *name, const char *value);
void azure_reply_json(struct azure_call *c, int status, json_t *body); /* takes @body */
void azure_reply_empty(struct azure_call *c, int status);
void azure_reply_error(struct azure_call *c, int status, const char *code, const char *format, ...) _printf_(4, 5);
void azure_reply_error_with(struct azure_call *c, int status, const char *code, const char *message,
                            const char *detail_code, const char *detail_message);
char *azure_resource_path(const struct azure_call *c, size_t n_segments); /* "/subscriptions/..." of the first @n */
bool azure_members_known(struct azure_call *c, const json_t *object, const char *path, const char *names);
bool azure_ip_member(struct azure_call *c, const char *what, const char *text, struct ip4 *ret);

/* throttling (azure-quota.c) */
bool azure_take_token(struct azure_call *c);

/* tokens (azure-entra.c) */
bool azure_entra_serves(const struct http_url *u);
void azure_entra_http(struct azure_call *c);
bool azure_authorize(struct azure_call *c, const char *subscription);

/* long operations (azure-operation.c) */
struct azure_operation *azure_operation_start(struct azure_call *c, enum azure_operation_kind kind,
                                              struct azure_resource *target, const char *gateway_id, int64_t low_ms,
                                              int64_t high_ms);
void azure_operation_poll(struct azure_call *c, const char *guid, bool is_result);
void azure_reply_put(struct azure_call *c, struct azure_resource *r, bool created, struct azure_operation *op);
void azure_reply_accepted(struct azure_call *c, struct azure_operation *op);
/* true when free; else the 409 or 429 is the answer */
bool azure_gateway_is_free(struct azure_call *c, const char *gateway_id);
bool azure_resource_is_free(struct azure_call *c, const struct azure_resource *r);
bool azure_dependency_ready(struct azure_call *c, const struct azure_resource *dependency, const char *user_id);
void azure_operations_free(struct model_azure *a);
void azure_outage(struct model *m, struct azure_resource *r, size_t instance, int64_t until_ms);

/* the kinds: bodies, rules, what they add to an answer */
json_t *azure_render(struct azure_call *c, const struct azure_resource *r, enum azure_view view);
void azure_put_group(struct azure_call *c, const char *id, struct azure_resource *old);
void azure_put_vnet(struct azure_call *c, const char *id, struct azure_resource *old);
void azure_put_subnet(struct azure_call *c, struct azure_resource *vnet, const char *name);
void azure_delete_subnet(struct azure_call *c, struct azure_resource *vnet, const char *name);
json_t *azure_subnet(const struct azure_resource *vnet, const char *name); /* borrowed */
json_t *azure_render_subnet(const struct azure_call *c, const struct azure_resource *vnet, const json_t *subnet);
int azure_render_vnet(struct azure_call *c, const struct azure_resource *r, json_t *properties);
json_t *azure_vnet_body(const char *location, json_t *prefixes); /* takes @prefixes */
void azure_vnet_changed(struct model *m, const struct azure_resource *vnet);
bool azure_vnet_deletable(struct azure_call *c, const struct azure_resource *vnet);
size_t azure_prefixes(const json_t *array, struct cidr *out, size_t max);

void azure_put_peering(struct azure_call *c, const char *id, struct azure_resource *old);
int azure_render_peering(struct azure_call *c, const struct azure_resource *r, json_t *properties);
const struct azure_resource *azure_peering_back(const struct azure_world *w, const struct azure_resource *peering);
struct azure_resource *azure_gateway_of_vnet(const struct azure_world *w, const char *vnet_id);

void azure_put_public_ip(struct azure_call *c, const char *id, struct azure_resource *old);
int azure_render_public_ip(struct azure_call *c, const struct azure_resource *r, json_t *properties);
bool azure_public_ip_deletable(struct azure_call *c, const struct azure_resource *r);
const char *azure_public_ip_user(const struct azure_world *w, const char *pip_id, char *out, size_t size);

void azure_put_local_gateway(struct azure_call *c, const char *id, struct azure_resource *old);
bool azure_local_gateway_deletable(struct azure_call *c, const struct azure_resource *r);
const char *azure_asn_problem(int64_t asn, bool own);

void azure_put_gateway(struct azure_call *c, const char *id, struct azure_resource *old);
bool azure_check_gateway(struct azure_call *c, const char *id, const struct azure_resource *old);
int azure_render_gateway(struct azure_call *c, const struct azure_resource *r, enum azure_view view,
                         json_t *properties);
void azure_gateway_provisioned(struct model *m, struct azure_resource *r);
bool azure_gateway_deletable(struct azure_call *c, const struct azure_resource *r);
void azure_post_gateway(struct azure_call *c, struct azure_resource *r, const char *action);
bool azure_is_apipa(struct ip4 ip);
/* custom addresses of an ipConfiguration: borrowed array or NULL */
json_t *azure_gateway_customs(const struct azure_resource *gateway, size_t instance);
struct azure_resource *azure_gateway_public_ip(const struct azure_world *w, const struct azure_resource *gateway,
                                               size_t instance);
size_t azure_gateway_instances(const struct azure_resource *gateway);

void azure_put_connection(struct azure_call *c, const char *id, struct azure_resource *old);
bool azure_check_connection(struct azure_call *c, const char *id, const struct azure_resource *old);
bool azure_check_psk(struct azure_call *c, const char *psk);
int azure_render_connection(struct azure_call *c, const struct azure_resource *r, enum azure_view view,
                            json_t *properties);
void azure_get_shared_key(struct azure_call *c, const struct azure_resource *r);
void azure_put_shared_key(struct azure_call *c, struct azure_resource *r);
void azure_post_connection(struct azure_call *c, struct azure_resource *r, const char *action);
void azure_connection_observe(struct model *m, struct azure_resource *r);
bool azure_connection_names(const struct azure_resource *connection, const char *address);
const char *azure_connection_gateway(const struct azure_resource *connection);
const char *azure_connection_local_gateway(const struct azure_resource *connection);

/* BGP queries (azure-bgp.c); NULL without memory */
json_t *azure_bgp_result(struct model *m, const struct azure_operation *op);

/* one connection's end at one instance (azure-ends.c) */
bool azure_end_of(struct model *m, struct azure_resource *connection, size_t instance, struct azure_end *ret);
