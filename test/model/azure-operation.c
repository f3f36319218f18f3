/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long operations: accepted at once, seen through URLs of 3.5 KB that carry a signature, over when the clock says so.
 *
 * A gateway takes one write at a time, and what hangs on it counts: its connections, their keys, resets, and the local
 * network gateways that its connections use. A shared key operation reads Succeeded before the connection is free.
 */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/encode.h"

#define CERTIFICATE_CHARS 2600
#define SIGNATURE_CHARS 342
#define HASH_CHARS 43
#define TICKS_1970 INT64_C(621355968000000000)

static void operation_free(struct azure_operation *op) {
        mem_free(op->target_id);
        mem_free(op->gateway_id);
        mem_free(op->base);
        mem_free(op->new_key);
        json_decref(op->result);
        mem_free(op);
}

void azure_operations_free(struct model_azure *a) {
        while (a->operations) {
                struct azure_operation *next = a->operations->next;
                operation_free(a->operations);
                a->operations = next;
        }
}

static bool is_query(enum azure_operation_kind kind) {
        return kind == AZURE_OP_PEER_STATUS || kind == AZURE_OP_LEARNED || kind == AZURE_OP_ADVERTISED;
}

/* @n characters that depend on @seed and on nothing else */
static void filler(struct buf *out, const char *seed, size_t n) {
        uint8_t block[SHA256_BYTES];
        size_t start = out->len;
        _cleanup_buf_ struct buf text = BUF_NULL;
        for (unsigned i = 0; out->len - start < n && buf_error(out) == 0; i++) {
                buf_clear(&text);
                buf_printf(&text, "%u:%s", i, seed);
                if (digest_sha256(buf_str(&text), text.len, block) < 0)
                        return;
                encode_base64url(out, block, sizeof(block));
        }
        buf_truncate(out, start + n);
}

/* What the signature of a poll URL covers. */
static void signature_of(const char *path_and_version, const char *ticks, struct buf *out) {
        _cleanup_buf_ struct buf seed = BUF_NULL;
        buf_printf(&seed, "%s|%s", path_and_version, ticks);
        filler(out, buf_str(&seed), SIGNATURE_CHARS);
}

/* Each answer brings a new URL: another time, another signature. */
static void poll_url(struct model *m, struct azure_operation *op, const char *what, struct buf *out) {
        _cleanup_buf_ struct buf path = BUF_NULL;
        char ticks[32];
        buf_printf(&path, "/subscriptions/%s/providers/Microsoft.Network/locations/%s/%s/%s?api-version=%s",
                   op->subscription, op->location, what, op->guid, op->api_version);
        snprintf(ticks, sizeof(ticks), "%lld", (long long)(TICKS_1970 + m->now_ms * 10000 + ++op->polls));
        buf_printf(out, "%s%s&t=%s&c=", op->base, buf_str(&path), ticks);
        filler(out, "certificate", CERTIFICATE_CHARS);
        buf_puts(out, "&s=");
        signature_of(buf_str(&path), ticks, out);
        buf_puts(out, "&h=");
        filler(out, ticks, HASH_CHARS);
}

static void url_header(struct azure_call *c, struct azure_operation *op, const char *header, const char *what) {
        _cleanup_buf_ struct buf url = BUF_NULL;
        poll_url(c->m, op, what, &url);
        azure_header(c, header, buf_str(&url));
}

/* Whole seconds, as seen in recordings, shortened with everything else when the model runs fast. */
static void retry_after(struct azure_call *c, const struct azure_operation *op) {
        static const unsigned schedule_s[] = {10, 10, 20, 20, 40, 40, 80, 160, 100};
        size_t last = ELEMENTSOF(schedule_s) - 1, i = op->polls / 2 < last ? op->polls / 2 : last;
        double seconds = is_query(op->kind) ? 10 : schedule_s[i];
        char text[16];
        snprintf(text, sizeof(text), "%d", seconds / c->m->speed < 1 ? 1 : (int)(seconds / c->m->speed));
        azure_header(c, "Retry-After", text);
}

static void inject_failure(struct model_azure *a, struct azure_operation *op) {
        if (a->fail_left == 0 || is_query(op->kind) || !strcasestr(op->target_id, a->fail_part))
                return;
        a->fail_left--;
        MODEL_COPY(op->fail_code, a->fail_code);
        MODEL_COPY(op->fail_message, a->fail_message);
}

/* Old operations are forgotten: their URLs answer 404 from then on. */
static void forget_old(struct model_azure *a, int64_t now_ms) {
        for (struct azure_operation **p = &a->operations; *p;) {
                struct azure_operation *op = *p;
                int64_t kept_ms = is_query(op->kind) ? AZURE_QUERY_KEPT_MS : AZURE_OPERATION_KEPT_MS;
                if (!op->settled || op->settle_ms + kept_ms > now_ms) {
                        p = &op->next;
                        continue;
                }
                *p = op->next;
                operation_free(op);
        }
}

/**
 * azure_operation_start() - Accepts a long operation.
 * @gateway_id: the gateway that it keeps busy, or NULL
 * @low_ms: documented durations; the same twice for a fixed one
 *
 * Return: the operation, or NULL without memory, which the call then knows.
 */
struct azure_operation *azure_operation_start(struct azure_call *c, enum azure_operation_kind kind,
                                              struct azure_resource *target, const char *gateway_id, int64_t low_ms,
                                              int64_t high_ms) {
        forget_old(c->a, c->m->now_ms);
        struct azure_operation *op = mem_zalloc(1, sizeof(*op));
        if (op) {
                op->target_id = mem_strdup(target->id);
                op->gateway_id = gateway_id ? mem_strdup(gateway_id) : NULL;
                op->base = mem_strdup(c->base);
        }
        if (!op || !op->target_id || !op->base || (gateway_id && !op->gateway_id)) {
                if (op)
                        operation_free(op);
                c->error = -ENOMEM;
                return NULL;
        }
        op->kind = kind;
        op->start_ms = c->m->now_ms;
        op->due_ms = low_ms == high_ms ? model_after(c->m, low_ms) : model_after_between(c->m, low_ms, high_ms);
        op->settle_ms = op->due_ms;
        if (high_ms == 0) { /* nothing to do */
                op->state = AZURE_OP_SUCCEEDED;
                op->settled = true;
        }
        model_uuid(c->m, op->guid);
        MODEL_COPY(op->subscription, c->segments[1]);
        MODEL_COPY(op->tenant, c->tenant);
        const char *location = azure_text(target->body, "location");
        if (target->kind == AZURE_PEERING) {
                _cleanup_mem_ char *parent = azure_parent_id(target->id, 1);
                const struct azure_resource *vnet = parent ? azure_find(&c->a->live, parent) : NULL;
                location = vnet ? azure_text(vnet->body, "location") : "global";
        }
        MODEL_COPY(op->location, location);
        /* the key's operations are served by an older version than the caller asked for */
        MODEL_COPY(op->api_version,
                   kind == AZURE_OP_SHARED_KEY || kind == AZURE_OP_RESET_KEY ? "2022-01-01" : c->api_version);
        inject_failure(c->a, op);
        memcpy(c->request_id, op->guid, sizeof(c->request_id));
        op->next = c->a->operations;
        c->a->operations = op;
        return op;
}

void azure_reply_put(struct azure_call *c, struct azure_resource *r, bool created, struct azure_operation *op) {
        if (!op)
                return;
        azure_header(c, "azure-asyncnotification", "Enabled");
        url_header(c, op, "Azure-AsyncOperation", "operations");
        retry_after(c, op);
        azure_reply_json(c, created ? 201 : 200, azure_render(c, r, AZURE_VIEW_PUT));
}

/* 202: without a body for what changes something, with the word null for queries */
void azure_reply_accepted(struct azure_call *c, struct azure_operation *op) {
        if (!op)
                return;
        azure_header(c, "azure-asyncnotification", "Enabled");
        if (!is_query(op->kind))
                url_header(c, op, "Azure-AsyncOperation", "operations");
        url_header(c, op, "Location", "operationResults");
        retry_after(c, op);
        if (is_query(op->kind))
                azure_reply_json(c, 202, json_null());
        else
                azure_reply_empty(c, 202);
}

/* Does this unsettled operation keep the gateway busy? */
static bool holds_gateway(const struct model_azure *a, const struct azure_operation *op, const char *gateway_id) {
        if (op->gateway_id)
                return azure_same_id(op->gateway_id, gateway_id);
        if (!azure_find_kind(&a->live, AZURE_LOCAL_GATEWAY, op->target_id))
                return false;
        for (const struct azure_resource *i = a->live.first[AZURE_CONNECTION]; i; i = i->next) {
                if (azure_same_id(azure_connection_local_gateway(i), op->target_id) &&
                    azure_same_id(azure_connection_gateway(i), gateway_id))
                        return true;
        }
        return false;
}

static void another_in_progress(struct azure_call *c, struct azure_operation *op) {
        azure_reply_error(c, 409, "AnotherOperationInProgress",
                          "Another operation on this or dependent resource is in progress. To retrieve status of the "
                          "operation use uri: "
                          "%s/subscriptions/%s/providers/Microsoft.Network/locations/%s/operations/%s?api-version=%s.",
                          op->base, op->subscription, op->location, op->guid, op->api_version);
}

bool azure_gateway_is_free(struct azure_call *c, const char *gateway_id) {
        for (struct azure_operation *op = c->a->operations; op; op = op->next) {
                if (op->settled || is_query(op->kind) || !holds_gateway(c->a, op, gateway_id))
                        continue;
                another_in_progress(c, op);
                return false;
        }
        return true;
}

bool azure_resource_is_free(struct azure_call *c, const struct azure_resource *r) {
        for (struct azure_operation *op = c->a->operations; op; op = op->next) {
                if (op->settled || is_query(op->kind) || !azure_same_id(op->target_id, r->id))
                        continue;
                char text[2 * AZURE_TEXT_SIZE];
                snprintf(text, sizeof(text), "Operation on resource %s is in progress.", r->id);
                azure_header(c, "Retry-After", "10");
                azure_reply_error_with(c, 429, "RetryableErrorDueToAnotherOperation",
                                       "The operation cannot proceed because another operation is in progress. Please "
                                       "retry.",
                                       "RetryableErrorDueToAnotherOperation", text);
                return false;
        }
        return true;
}

/* A resource may be referred to only once it is provisioned. */
bool azure_dependency_ready(struct azure_call *c, const struct azure_resource *dependency, const char *user_id) {
        if (dependency->state == AZURE_SUCCEEDED)
                return true;
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_printf(&text,
                   "Cannot proceed with operation because resource %s used by resource %s is not in Succeeded state. "
                   "Resource is in %s state and the last operation that updated/is updating the resource is "
                   "PutOperation.",
                   dependency->id, user_id, azure_state_to_string(dependency->state));
        azure_header(c, "Retry-After", "10");
        azure_reply_error_with(c, 429, "RetryableError", "A retryable error occurred.",
                               "ReferencedResourceNotProvisioned", buf_str(&text));
        return false;
}

static void finish_put(struct model *m, struct azure_resource *r) {
        azure_touch(m, r, AZURE_SUCCEEDED);
        if (r->kind == AZURE_PUBLIC_IP && r->address.addr == 0)
                r->address = model_public_ip(m, 20);
        if (r->kind == AZURE_GATEWAY)
                azure_gateway_provisioned(m, r);
}

static void take_key(struct model *m, struct azure_resource *r, struct azure_operation *op) {
        mem_free(r->psk);
        r->psk = TAKE_PTR(op->new_key);
        azure_touch(m, r, r->state);
}

static void remove_all(struct model_azure *a, struct azure_resource *r) {
        azure_remove_children(a, r->id);
        azure_remove(a, r);
}

static bool is_key_operation(const struct azure_operation *op) {
        return op->kind == AZURE_OP_SHARED_KEY || op->kind == AZURE_OP_RESET_KEY;
}

/* The operation itself is over; what it wanted has happened or has not. */
static void conclude(struct model *m, struct azure_operation *op) {
        struct azure_resource *r = azure_find(&m->azure->live, op->target_id);
        op->state = op->fail_code[0] ? AZURE_OP_FAILED : AZURE_OP_SUCCEEDED;
        if (is_query(op->kind)) {
                op->result = azure_bgp_result(m, op);
                return;
        }
        if (!r)
                return;
        if (op->state == AZURE_OP_FAILED)
                azure_touch(m, r, op->kind == AZURE_OP_PUT || op->kind == AZURE_OP_DELETE ? AZURE_FAILED : r->state);
        else if (op->kind == AZURE_OP_PUT)
                finish_put(m, r);
        else if (op->kind == AZURE_OP_DELETE)
                remove_all(m->azure, r);
        else if (is_key_operation(op))
                take_key(m, r, op);
        physics_changed(m);
}

/* The resource is free again. */
static void settle(struct model *m, struct azure_operation *op) {
        struct azure_resource *r = azure_find(&m->azure->live, op->target_id);
        op->settled = true;
        if (r && !is_query(op->kind) && r->state == AZURE_UPDATING) {
                azure_touch(m, r, AZURE_SUCCEEDED);
                physics_changed(m);
        }
}

/* An instance restarts, or a connection makes new keys: no tunnel until then. */
void azure_outage(struct model *m, struct azure_resource *r, size_t instance, int64_t until_ms) {
        r->down_until_ms[instance] = until_ms;
        if (m->azure->outage_ms == 0 || until_ms < m->azure->outage_ms)
                m->azure->outage_ms = until_ms;
        physics_changed(m);
}

static void end_outages(struct model *m) {
        static const enum azure_kind kinds[] = {AZURE_GATEWAY, AZURE_CONNECTION};
        int64_t next_ms = 0;
        for (size_t k = 0; k < ELEMENTSOF(kinds) * AZURE_INSTANCES; k++) {
                size_t i = k % AZURE_INSTANCES;
                for (struct azure_resource *r = m->azure->live.first[kinds[k / AZURE_INSTANCES]]; r; r = r->next) {
                        if (r->down_until_ms[i] <= m->now_ms)
                                r->down_until_ms[i] = 0;
                        else if (next_ms == 0 || r->down_until_ms[i] < next_ms)
                                next_ms = r->down_until_ms[i];
                }
        }
        m->azure->outage_ms = next_ms;
        physics_changed(m);
}

/**
 * model_azure_advance() - Lets everything of Azure's happen that is due by the model's clock.
 */
void model_azure_advance(struct model *m) {
        struct model_azure *a = m->azure;
        bool changed = physics_generation(m) != a->seen_generation;
        for (struct azure_operation *op = a->operations; op; op = op->next) {
                if (op->state == AZURE_OP_RUNNING && op->due_ms <= m->now_ms) {
                        conclude(m, op);
                        changed = true;
                }
                if (op->state != AZURE_OP_RUNNING && !op->settled && op->settle_ms <= m->now_ms)
                        settle(m, op);
        }
        if (a->outage_ms != 0 && a->outage_ms <= m->now_ms)
                end_outages(m);
        for (struct azure_resource *r = a->live.first[AZURE_CONNECTION]; changed && r; r = r->next)
                azure_connection_observe(m, r);
        a->seen_generation = physics_generation(m);
}

int64_t model_azure_next_ms(const struct model *m) {
        int64_t next_ms = m->azure->outage_ms ? m->azure->outage_ms : INT64_MAX;
        for (const struct azure_operation *op = m->azure->operations; op; op = op->next) {
                if (op->state == AZURE_OP_RUNNING)
                        next_ms = model_earlier(next_ms, op->due_ms);
                else if (!op->settled)
                        next_ms = model_earlier(next_ms, op->settle_ms);
        }
        return next_ms;
}

/* The URL must come back as it was given: the signature covers path, version and time. */
static bool signature_holds(const struct azure_call *c) {
        char ticks[32], given[SIGNATURE_CHARS + 2];
        if (!azure_query(c, "t", ticks, sizeof(ticks)))
                return true; /* the bare form, as named in 409 texts */
        if (!azure_query(c, "s", given, sizeof(given)))
                return false;
        _cleanup_buf_ struct buf path = BUF_NULL, expected = BUF_NULL;
        buf_append(&path, c->u->path, c->u->path_len);
        buf_printf(&path, "?api-version=%s", c->api_version);
        signature_of(buf_str(&path), ticks, &expected);
        return strcmp(buf_str(&expected), given) == 0;
}

static json_t *error_of(const struct azure_operation *op) {
        return json_pack("{s:s,s:s,s:[]}", "code", op->fail_code, "message", op->fail_message, "details");
}

/* operations/: always 200 while the status can be read, a failure included */
static void poll_status(struct azure_call *c, struct azure_operation *op) {
        if (op->state == AZURE_OP_RUNNING) {
                op->polls++;
                retry_after(c, op);
                return azure_reply_json(c, 200, json_pack("{s:s}", "status", "InProgress"));
        }
        if (op->state == AZURE_OP_FAILED)
                return azure_reply_json(c, 200, json_pack("{s:s,s:o}", "status", "Failed", "error", error_of(op)));
        if (op->kind == AZURE_OP_RESET || op->kind == AZURE_OP_RESET_CONNECTION || op->kind == AZURE_OP_RESET_KEY)
                return azure_reply_json(c, 200, json_pack("{s:s,s:{}}", "status", "Succeeded", "properties"));
        azure_reply_json(c, 200, json_pack("{s:s}", "status", "Succeeded"));
}

/* operationResults/: 202 until done, then what the call would have answered at once; the Location changes each time */
static void poll_result(struct azure_call *c, struct azure_operation *op) {
        azure_header(c, "azure-asyncnotification", "Enabled");
        if (!is_query(op->kind))
                url_header(c, op, "Azure-AsyncOperation", "operations");
        url_header(c, op, "Location", "operationResults");
        if (op->state == AZURE_OP_RUNNING) {
                retry_after(c, op);
                if (op->kind == AZURE_OP_DELETE)
                        return azure_reply_empty(c, 202);
                return azure_reply_json(c, 202, json_null());
        }
        if (op->state == AZURE_OP_FAILED)
                return azure_reply_json(c, 409, json_pack("{s:o}", "error", error_of(op)));
        if (op->kind == AZURE_OP_DELETE)
                return azure_reply_empty(c, 204);
        azure_reply_json(c, 200, op->result ? json_incref(op->result) : json_null());
}

void azure_operation_poll(struct azure_call *c, const char *guid, bool is_result) {
        struct azure_operation *op = c->a->operations;
        while (op && strcasecmp(op->guid, guid) != 0)
                op = op->next;
        if (!op || strcasecmp(op->subscription, c->segments[1]) != 0)
                return azure_reply_error(c, 404, "OperationNotFound", "The operation %s was not found.", guid);
        if (!signature_holds(c))
                return azure_reply_error(c, 403, "AuthorizationFailed", "The signature of the URL is not valid.");
        if (is_result)
                poll_result(c, op);
        else
                poll_status(c, op);
}
