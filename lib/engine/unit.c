/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units: one Azure read each, with the last thing it said.
 *
 * A unit's snapshot is replaced only by a whole, well-formed reply; one that says the same keeps the snapshot and
 * renews the time. A failure changes nothing but the age. A single "not found" is not an absence: it takes as many in a
 * row as the declaration asks for. BGP queries and key reads are long operations or secrets, so they belong to the deep
 * tier.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "engine/unit-parse.h"
#include "util/alloc.h"
#include "util/encode.h"

const char *unit_kind_to_string(enum unit_kind k) {
        switch (k) {
        case UNIT_VNET:
                return "virtual network";
        case UNIT_GATEWAY:
                return "gateway";
        case UNIT_PUBLIC_IP:
                return "public IP";
        case UNIT_LOCAL_GATEWAY:
                return "local network gateway";
        case UNIT_CONNECTION:
                return "connection";
        case UNIT_KEY:
                return "shared key";
        case UNIT_FOREIGN:
                return "connections of the gateway";
        case UNIT_SPOKE:
                return "spoke";
        case UNIT_BGP:
                return "BGP peer status";
        case UNIT_LEARNED:
                return "learned routes";
        case UNIT_ADVERTISED:
                return "advertised routes";
        }
        return NULL;
}

enum unit_tier unit_tier(const struct unit *u) {
        switch (u->kind) {
        case UNIT_VNET:
        case UNIT_GATEWAY:
        case UNIT_CONNECTION:
                return TIER_CHEAP;
        case UNIT_PUBLIC_IP:
        case UNIT_LOCAL_GATEWAY:
        case UNIT_SPOKE:
        case UNIT_FOREIGN:
                return TIER_SLOW;
        case UNIT_KEY:
        case UNIT_BGP:
        case UNIT_LEARNED:
        case UNIT_ADVERTISED:
                return TIER_DEEP;
        }
        return TIER_DEEP;
}

void unit_init(struct unit *u, struct pairing *p, enum unit_kind kind, unsigned index) {
        *u = (struct unit){.pairing = p, .kind = kind, .index = index, .fact.why = "not read yet"};
}

void unit_cancel(struct unit *u) {
        exchange_cancel(u->pairing->engine, &u->exchange);
        if (u->has_operation)
                azure_operation_deinit(&u->operation);
        u->has_operation = false;
        u->poll_due = MONOTIME_NEVER;
        u->partial = snapshot_unref(u->partial);
        u->list = (struct azure_connection_list){0};
        u->is_reading = false;
}

static void forget(struct unit *u, const char *why) {
        u->snapshot = snapshot_unref(u->snapshot);
        u->fact = (struct fact){.state = FACT_UNKNOWN, .why = why};
        u->not_found = 0;
        u->error[0] = 0;
}

void unit_deinit(struct unit *u) {
        unit_cancel(u);
        forget(u, "gone");
        mem_free(u->id);
        u->id = NULL;
}

/* There is nothing to read, and nothing that was read counts any more. */
void unit_forget_id(struct unit *u) {
        if (!u->id)
                return;
        unit_cancel(u);
        forget(u, "nothing to read it from");
        mem_free(u->id);
        u->id = NULL;
}

/**
 * unit_set_id() - Says what the unit reads
 * @id: a full ARM id, or NULL while it is not known; another one than before forgets what was read
 *
 * Return: 0 or -ENOMEM.
 */
int unit_set_id(struct unit *u, const char *id) {
        if (id && u->id && az_id_equal(id, u->id))
                return 0;
        char *copy = id ? mem_strdup(id) : NULL;
        if (id && !copy)
                return -ENOMEM;
        unit_forget_id(u);
        u->id = copy;
        if (id)
                u->fact.why = "not read yet";
        return 0;
}

/* ---- ends of a read; each settles the round's wait ---- */

static int settle(struct unit *u, const struct now *now) {
        unit_cancel(u);
        round_unit_settled(u, now);
        return 0;
}

static int failed(struct unit *u, const struct cloud_error *error, const char *text, const struct now *now) {
        struct azure_account *a = u->pairing->azure;
        a->counters.errors++;
        if (error && error->class == CLOUD_ERROR_THROTTLED) {
                a->counters.throttled++;
                /* The bucket is the subscription's: everybody waits, not just this unit. */
                backoff_failure(&a->throttle, u->pairing->engine, error->retry_after_ms, now);
        }
        if (error && error->class == CLOUD_ERROR_AUTH_EXPIRED)
                azure_account_token_refused(a);
        backoff_failure(&u->backoff, u->pairing->engine, error ? error->retry_after_ms : 0, now);
        snprintf(u->error, sizeof(u->error), "%.80s%s%.150s", error ? error->code : "", error ? " " : "",
                 error ? error->message : text);
        if (u->fact.state == FACT_UNKNOWN)
                u->fact.why = u->error;
        return settle(u, now);
}

static int not_found(struct unit *u, const struct now *now) {
        u->not_found++;
        backoff_success(&u->backoff);
        backoff_success(&u->pairing->azure->throttle);
        u->error[0] = 0;
        if (u->not_found >= u->pairing->d->timing.confirm_samples) {
                u->snapshot = snapshot_unref(u->snapshot);
                u->fact = (struct fact){.state = FACT_ABSENT, .seen = u->asked};
        } else {
                u->snapshot = snapshot_unref(u->snapshot);
                u->fact = (struct fact){
                        .state = FACT_UNKNOWN, .seen = u->asked, .why = "not found once; not yet confirmed"};
        }
        return settle(u, now);
}

static int read_well(struct unit *u, struct snapshot *s, const struct now *now) {
        if (u->snapshot && u->snapshot->hash == s->hash) {
                snapshot_unref(s);
        } else {
                snapshot_unref(u->snapshot);
                u->snapshot = s;
        }
        u->fact = (struct fact){.state = FACT_KNOWN, .seen = u->asked};
        u->not_found = 0;
        u->error[0] = 0;
        backoff_success(&u->backoff);
        backoff_success(&u->pairing->azure->throttle);
        return settle(u, now);
}

/* ---- replies ---- */

static int send(struct unit *u, struct http_request *request, exchange_done done) {
        u->pairing->azure->counters.reads++;
        return exchange_start(u->pairing->engine, request, AWS_ACTION_NONE, done, u, 0, &u->exchange);
}

static int page_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                     const struct now *now);

static int next_page(struct unit *u) {
        struct azure_call call;
        azure_account_call(u->pairing->azure, &call);
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        int r = azure_request_next_page(&request, &call, u->list.next_link);
        return r == 0 ? send(u, &request, page_done) : r;
}

static int parse(struct unit *u, const struct http_response *response, const struct now *now) {
        char text[AZURE_REPLY_TEXT_SIZE] = "";
        if (!u->partial)
                u->partial = snapshot_new();
        if (!u->partial)
                return failed(u, NULL, "no memory", now);
        if (buf_error(&response->body) < 0)
                return failed(u, NULL, "the answer is larger than 8 MiB", now);
        u->partial->hash = hash_bytes(u->partial->hash ? u->partial->hash : HASH_INIT, buf_str(&response->body),
                                      response->body.len);
        int r = unit_parse(u, response, u->partial, text);
        if (r == 0 && u->list.next_link)
                r = u->list.n_pages < PAGES_MAX ? next_page(u) : -EMSGSIZE;
        else if (r == 0)
                return read_well(u, TAKE_PTR(u->partial), now);
        if (r == 0)
                return 0;
        return failed(u, NULL, r > 0 ? (*text ? text : "the next page is on a foreign host") : strerror(-r), now);
}

static bool is_success(const struct http_response *response) {
        return response->status >= 200 && response->status < 300;
}

static int page_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                     const struct now *now) {
        struct unit *u = owner;
        struct cloud_error error;
        (void)e;
        (void)tag;
        u->exchange = 0;
        if (!result->has_reply)
                return failed(u, NULL, result->failure_text, now);
        if (is_success(result->response))
                return parse(u, result->response, now);
        azure_error_parse(result->response, &error);
        if (error.class == CLOUD_ERROR_NOT_FOUND)
                return not_found(u, now);
        return failed(u, &error, NULL, now);
}

/* ---- BGP queries: long operations ---- */

static int operation_next(struct unit *u, const struct http_response *response, const struct now *now) {
        switch (u->operation.state) {
        case AZURE_OPERATION_START:
        case AZURE_OPERATION_POLL:
                u->poll_due = monotime_add_ms(now->boot, u->operation.retry_after_ms);
                return 0;
        case AZURE_OPERATION_RESULT:
                return parse(u, response, now);
        case AZURE_OPERATION_READ_RESOURCE:
                return failed(u, NULL, "the query ended without a result", now);
        case AZURE_OPERATION_FAILED:
                return failed(u, &u->operation.error, NULL, now);
        }
        return 0;
}

static int query_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                      const struct now *now) {
        struct unit *u = owner;
        bool is_first = u->operation.state == AZURE_OPERATION_START;
        int r = 0;
        (void)e;
        (void)tag;
        u->exchange = 0;
        if (!result->has_reply && is_first)
                return failed(u, NULL, result->failure_text, now);
        if (!result->has_reply)
                azure_operation_poll_lost(&u->operation);
        else if (is_first)
                r = azure_operation_first(&u->operation, result->response);
        else
                r = azure_operation_polled(&u->operation, result->response);
        if (r < 0)
                return failed(u, NULL, strerror(-r), now);
        return operation_next(u, result->has_reply ? result->response : NULL, now);
}

/**
 * unit_tick() - Polls the unit's long operation when it is due
 *
 * Return: 0 or -ENOMEM.
 */
int unit_tick(struct unit *u, const struct now *now) {
        if (!monotime_is_set(u->poll_due) || monotime_before(now->boot, u->poll_due) || u->exchange)
                return 0;
        if (!azure_account_is_ready(u->pairing->azure, now))
                return 0;
        struct azure_call call;
        azure_account_call(u->pairing->azure, &call);
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        u->poll_due = MONOTIME_NEVER;
        int r = azure_operation_request(&u->operation, &call, &request);
        return r == 0 ? send(u, &request, query_done) : failed(u, NULL, "the poll address is not acceptable", now);
}

/**
 * unit_read() - Starts the unit's read
 *
 * Does nothing while one is in flight, while the unit waits after a failure, and without an id or a token.
 *
 * Return: 0 or -ENOMEM.
 */
int unit_read(struct unit *u, const struct now *now) {
        struct pairing *p = u->pairing;
        if (u->is_reading || !u->id || !azure_account_is_ready(p->azure, now) ||
            monotime_before(now->boot, u->backoff.not_before))
                return 0;
        struct azure_call call;
        azure_account_call(p->azure, &call);
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        u->asked = now->boot;
        int r = unit_request(u, &call, &request);
        if (r < 0)
                return r == -ENOMEM ? r : failed(u, NULL, "its id cannot be asked for", now);
        bool is_query = u->kind == UNIT_BGP || u->kind == UNIT_LEARNED || u->kind == UNIT_ADVERTISED;
        if (is_query) {
                r = azure_operation_init(&u->operation, AZURE_OPERATION_QUERY, p->azure->arm);
                if (r < 0)
                        return r;
                u->has_operation = true;
        }
        u->is_reading = true;
        r = send(u, &request, is_query ? query_done : page_done);
        if (r < 0)
                unit_cancel(u);
        return r;
}
