/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes: one step on its way, from the saved intent to the last word of the cloud.
 *
 *   SAVING -> SENT -> OPERATING -> DONE
 *
 * A request leaves only after the state that records it is on disk. What the cloud answers decides whether the intent
 * stays: a create that may have happened is looked for before it is sent again; everything else is planned again from
 * what the next round observes. No write is ever repeated here.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"
#include "util/encode.h"

#define SETTLE_MS 1000 /* after a write: time for it to become visible before the next round */
#define BUSY_WAIT_MS 10000

const char *write_state_to_string(enum write_state s) {
        switch (s) {
        case WRITE_SAVING:
                return "saving";
        case WRITE_SENT:
                return "sent";
        case WRITE_OPERATING:
                return "operating";
        case WRITE_DONE:
                return "done";
        }
        return NULL;
}

/* Documented and observed typical durations, for progress. */
int64_t write_typical_ms(enum step_kind k) {
        switch (k) {
        case STEP_CREATE_GATEWAY:
                return 25 * MINUTE_MS;
        case STEP_ADD_APIPA:
                return 3 * MINUTE_MS;
        case STEP_CREATE_VPN_CONNECTION:
                return 5 * MINUTE_MS;
        case STEP_MODIFY_TUNNEL:
        case STEP_REPLACE_TUNNEL:
                return 4 * MINUTE_MS;
        case STEP_RESET_INSTANCE:
                return 8 * MINUTE_MS;
        case STEP_PUT_CONNECTION:
        case STEP_SET_KEY:
        case STEP_DELETE_CONNECTION:
        case STEP_RESET_CONNECTION:
                return MINUTE_MS;
        case STEP_CREATE_PUBLIC_IP:
        case STEP_CREATE_CUSTOMER_GATEWAY:
        case STEP_CREATE_VPN_GATEWAY:
        case STEP_ATTACH_VPN_GATEWAY:
        case STEP_ENABLE_PROPAGATION:
        case STEP_PUT_LOCAL_GATEWAY:
        case STEP_SYNC_PEERING:
                return 20000;
        case _STEP_KIND_COUNT:
                break;
        }
        return 0;
}

static void enter(struct write *w, enum write_state s) {
        assert(s > w->state || s == WRITE_DONE || w->state == s);
        w->state = s;
}

void write_free(struct write *w) {
        exchange_cancel(w->pairing->engine, &w->exchange);
        if (w->has_operation)
                azure_operation_deinit(&w->operation);
        list_remove(&w->link);
        mem_free(w->target);
        mem_free(w->target_id);
        mem_free(w->reason);
        mem_free(w->intent_target);
        mem_free(w->finding_subject);
        mem_free(w);
}

static struct intent *intent_of(const struct write *w) {
        return memory_intent(&w->pairing->memory, w->kind, w->slot, w->intent_target);
}

/* It did nothing, so it was no try. */
static void unnote(struct write *w) {
        memory_unnote_step(&w->pairing->memory, w->kind, w->finding, w->finding_subject, w->blast);
}

/**
 * write_drop_unsent() - Forgets the writes that still wait for their save: nothing of them has left, and nothing will
 */
void write_drop_unsent(struct pairing *p) {
        LIST_FOREACH(item, &p->writes) {
                struct write *w = CONTAINER_OF(item, struct write, link);
                if (w->state != WRITE_SAVING)
                        continue;
                struct intent *in = intent_of(w);
                if (in)
                        memory_drop_intent(&p->memory, in);
                unnote(w);
                write_free(w);
        }
}

/* ---- ends ---- */

static int finish(struct write *w, bool keep_intent, const struct now *now) {
        struct pairing *p = w->pairing;
        struct intent *in = intent_of(w);
        uint64_t seq;
        if (in && !keep_intent)
                memory_drop_intent(&p->memory, in);
        enter(w, WRITE_DONE);
        write_free(w);
        p->aws_after = now->boot;
        p->deep_wanted = true;
        round_soon(p, now, SETTLE_MS);
        return store_request(p, &seq);
}

static int succeed(struct write *w, const struct now *now) {
        struct pairing *p = w->pairing;
        struct intent *in = intent_of(w);
        backoff_success(&p->write_backoff);
        p->steps.done++;
        if (in)
                in->answered = true;
        const struct event_args args = {
                .kind = EVENT_STEP_DONE,
                .priority = 5,
                .tunnels = w->blast,
                .action = step_kind_to_string(w->kind),
                .reason = w->reason,
                .request_id = w->request_id,
        };
        int r = event_emit(p->engine, p, now, &args, "%s: %s %s done", p->d->name, step_kind_to_string(w->kind),
                           w->target);
        int k = finish(w, step_kind_creates_base(w->kind), now);
        return r < 0 ? r : k;
}

static int fail(struct write *w, bool maybe_done, int priority, const char *text, const struct now *now) {
        struct pairing *p = w->pairing;
        p->steps.failed++;
        const struct event_args args = {
                .kind = EVENT_STEP_FAILED,
                .priority = priority,
                .tunnels = w->blast,
                .action = step_kind_to_string(w->kind),
                .reason = text,
                .request_id = w->request_id,
        };
        int r = event_emit(p->engine, p, now, &args, "%s: %s %s failed: %s%s", p->d->name, step_kind_to_string(w->kind),
                           w->target, text, maybe_done ? " (it may have been done; looking first)" : "");
        int k = finish(w, maybe_done && step_kind_creates_base(w->kind), now);
        return r < 0 ? r : k;
}

static void remember_refusal(struct write *w, const char *text, const struct now *now) {
        struct pairing *p = w->pairing;
        mem_free(p->refused_why[w->kind]);
        p->refused_why[w->kind] = mem_strdup(text); /* without memory the guard says no more than "refused" */
        p->refused[w->kind] = now->boot;
}

/* The cloud said no: who has to act, and how long to wait. */
static int refused(struct write *w, const struct cloud_error *error, const struct now *now) {
        struct pairing *p = w->pairing;
        struct cloud_counters *counters = step_kind_is_azure(w->kind) ? &p->azure->counters : &p->aws->counters;
        char text[CLOUD_ERROR_CODE_SIZE + CLOUD_ERROR_MESSAGE_SIZE + 4];
        bool maybe_done = false;
        int priority = 4;
        int64_t wait_ms = error->retry_after_ms;
        counters->errors++;
        counters->throttled += error->class == CLOUD_ERROR_THROTTLED;
        snprintf(text, sizeof(text), "%s: %s", error->code, error->message);
        if (*error->request_id)
                memcpy(w->request_id, error->request_id, sizeof(w->request_id));
        switch (error->class) {
        case CLOUD_ERROR_AUTH_DENIED:
        case CLOUD_ERROR_QUOTA:
        case CLOUD_ERROR_INVALID:
                remember_refusal(w, text, now);
                priority = 3;
                break;
        case CLOUD_ERROR_AUTH_EXPIRED:
                if (step_kind_is_azure(w->kind))
                        azure_account_token_refused(p->azure);
                else
                        aws_account_keys_refused(p->aws);
                unnote(w);
                break;
        case CLOUD_ERROR_CONFLICT_BUSY:
                unnote(w);
                wait_ms = wait_ms ? wait_ms : BUSY_WAIT_MS;
                priority = 6;
                break;
        case CLOUD_ERROR_TRANSIENT:
        case CLOUD_ERROR_OTHER:
                maybe_done = true;
                break;
        case CLOUD_ERROR_THROTTLED:
                unnote(w);
                break;
        case CLOUD_ERROR_NOT_FOUND:
        case CLOUD_ERROR_DUPLICATE:
                break;
        }
        if (wait_ms > p->d->timing.round_ms && error->class == CLOUD_ERROR_CONFLICT_BUSY && !error->retry_after_ms)
                wait_ms = p->d->timing.round_ms;
        backoff_failure(&p->write_backoff, p->engine, wait_ms, now);
        return fail(w, maybe_done, priority, text, now);
}

static int lost(struct write *w, enum http_failure failure, const char *text, const struct now *now) {
        backoff_failure(&w->pairing->write_backoff, w->pairing->engine, 0, now);
        if (failure == HTTP_NOT_SENT)
                unnote(w);
        return fail(w, failure == HTTP_MAYBE_SENT, 4, text, now);
}

/* ---- answers ---- */

static int operation_next(struct write *w, const struct now *now) {
        switch (w->operation.state) {
        case AZURE_OPERATION_START:
        case AZURE_OPERATION_POLL:
                enter(w, WRITE_OPERATING);
                w->poll_due = monotime_add_ms(now->boot, w->operation.retry_after_ms);
                return 0;
        case AZURE_OPERATION_READ_RESOURCE:
        case AZURE_OPERATION_RESULT:
                return succeed(w, now);
        case AZURE_OPERATION_FAILED:
                return refused(w, &w->operation.error, now);
        }
        return 0;
}

static int azure_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                      const struct now *now) {
        struct write *w = owner;
        bool is_first = w->operation.state == AZURE_OPERATION_START;
        int r = 0;
        (void)e;
        (void)tag;
        w->exchange = 0;
        if (!result->has_reply && is_first)
                return lost(w, result->failure, result->failure_text, now);
        if (!result->has_reply) {
                azure_operation_poll_lost(&w->operation);
                return operation_next(w, now);
        }
        const char *id = http_response_header(result->response, "x-ms-request-id");
        if (is_first && id)
                snprintf(w->request_id, sizeof(w->request_id), "%s", id);
        if (is_first)
                r = azure_operation_first(&w->operation, result->response);
        else
                r = azure_operation_polled(&w->operation, result->response);
        if (r < 0)
                return lost(w, HTTP_MAYBE_SENT, strerror(-r), now);
        if (w->operation.state == AZURE_OPERATION_POLL && w->operation.error.class == CLOUD_ERROR_AUTH_EXPIRED &&
            w->operation.n_poll_errors > 0)
                azure_account_token_refused(w->pairing->azure);
        /* The resource now exists in some state: AWS's side of a build may go on beside it. */
        if (is_first)
                round_soon(w->pairing, now, SETTLE_MS);
        return operation_next(w, now);
}

static const char *created_id(const struct aws_result *r) {
        if (r->n_customer_gateways > 0)
                return r->customer_gateways[0].id;
        if (r->n_vpn_gateways > 0)
                return r->vpn_gateways[0].id;
        if (r->n_vpn_connections > 0)
                return r->vpn_connections[0].id;
        return "";
}

static int aws_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                    const struct now *now) {
        struct write *w = owner;
        struct intent *in = intent_of(w);
        (void)e;
        (void)tag;
        w->exchange = 0;
        if (!result->has_reply)
                return lost(w, result->failure, result->failure_text, now);
        if (result->aws_code != 0) {
                struct cloud_error error = result->aws->error;
                /* An answer that cannot be read may be the answer to a create. */
                if (result->aws_code == AWS_REPLY_MALFORMED)
                        error.class = CLOUD_ERROR_TRANSIENT;
                return refused(w, &error, now);
        }
        snprintf(w->request_id, sizeof(w->request_id), "%s", result->aws->request_id);
        if (in)
                snprintf(in->created_id, sizeof(in->created_id), "%s", created_id(result->aws));
        return succeed(w, now);
}

/* ---- sending ---- */

/* The world may have changed while the intent was being saved. */
static const char *why_not_now(const struct write *w, const struct now *now) {
        const struct pairing *p = w->pairing;
        if (p->engine->hold_file)
                return "the HOLD file is there";
        if (p->memory.paused)
                return "paused";
        if (p->engine->is_stopping)
                return "stopping";
        if (!p->shown)
                return "the declaration changed";
        if (!p->azure->identity_ok || !p->aws->identity_ok)
                return "the account or tenant is not proven";
        if (step_kind_is_azure(w->kind) ? !azure_account_is_ready(p->azure, now) : !aws_account_is_ready(p->aws))
                return "the login is not ready, or throttled";
        return NULL;
}

static int tell_sent(struct write *w, const struct now *now) {
        struct pairing *p = w->pairing;
        p->steps.sent++;
        const struct event_args args = {
                .kind = EVENT_STEP_SENT,
                .priority = 5,
                .tunnels = w->blast,
                .action = step_kind_to_string(w->kind),
                .reason = w->reason,
        };
        return event_emit(p->engine, p, now, &args, "%s: %s %s: %s", p->d->name, step_kind_to_string(w->kind),
                          w->target, w->reason);
}

/* Both: 0 is on its way, EXECUTE_STALE or a negative errno: nothing left. */
static int send_azure(struct write *w) {
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        struct pairing *p = w->pairing;
        int r = execute_azure(w, &request);
        if (r != 0)
                return r;
        enum azure_operation_kind kind = request.method == HTTP_PUT      ? AZURE_OPERATION_PUT
                                         : request.method == HTTP_DELETE ? AZURE_OPERATION_DELETE
                                                                         : AZURE_OPERATION_ACTION;
        r = azure_operation_init(&w->operation, kind, p->azure->arm);
        if (r < 0)
                return r;
        w->has_operation = true;
        p->azure->counters.writes++;
        return exchange_start(p->engine, &request, AWS_ACTION_NONE, azure_done, w, 0, &w->exchange);
}

static int send_aws(struct write *w, const struct now *now) {
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        enum aws_action action;
        int r = execute_aws(w, &request, &action);
        return r == 0 ? aws_account_send(w->pairing->aws, &request, action, aws_done, w, 0, &w->exchange, now) : r;
}

static int send(struct write *w, const struct now *now) {
        const char *why = why_not_now(w, now);
        if (why) {
                unnote(w);
                return fail(w, false, 6, why, now);
        }
        enter(w, WRITE_SENT);
        int r = step_kind_is_azure(w->kind) ? send_azure(w) : send_aws(w, now);
        if (r != 0)
                return lost(w, HTTP_NOT_SENT, r < 0 ? strerror(-r) : "what it needs is no longer known", now);
        return tell_sent(w, now);
}

/**
 * write_saved() - The state up to @seq is on disk: writes that waited for it leave
 *
 * Return: 0 or -ENOMEM.
 */
int write_saved(struct pairing *p, uint64_t seq, const struct now *now) {
        LIST_FOREACH(item, &p->writes) {
                struct write *w = CONTAINER_OF(item, struct write, link);
                if (w->state != WRITE_SAVING || w->save_seq > seq)
                        continue;
                int r = send(w, now);
                if (r < 0)
                        return r;
        }
        return 0;
}

int write_tick(struct write *w, const struct now *now) {
        struct pairing *p = w->pairing;
        if (w->state != WRITE_OPERATING || w->exchange || monotime_before(now->boot, w->poll_due) ||
            !azure_account_is_ready(p->azure, now))
                return 0;
        struct azure_call call;
        azure_account_call(p->azure, &call);
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        int r = azure_operation_request(&w->operation, &call, &request);
        if (r > 0)
                return lost(w, HTTP_MAYBE_SENT, "the poll address is not acceptable", now);
        if (r < 0)
                return r;
        p->azure->counters.reads++;
        return exchange_start(p->engine, &request, AWS_ACTION_NONE, azure_done, w, 0, &w->exchange);
}

/* ---- starting ---- */

static int make_nonce(struct engine *e, char nonce[33]) {
        uint8_t bytes[16];
        _cleanup_buf_ struct buf text = BUF_NULL;
        int r = e->options.entropy.fill(e->options.entropy.userdata, bytes, sizeof(bytes));
        if (r < 0)
                return r;
        encode_hex(&text, bytes, sizeof(bytes));
        snprintf(nonce, 33, "%s", buf_str(&text));
        return buf_error(&text);
}

static int remember(struct write *w, const struct step *s, const struct now *now) {
        struct pairing *p = w->pairing;
        struct intent fresh = {
                .id = ++p->engine->next_id, .kind = s->kind, .slot = s->slot, .sent_wall_ms = now->wall_ms};
        struct intent *old = intent_of(w), *added;
        int r = make_nonce(p->engine, fresh.nonce);
        if (r == 0)
                r = memory_note_step(&p->memory, p->d, s, now);
        if (r < 0)
                return r;
        if (old)
                memory_drop_intent(&p->memory, old);
        snprintf(fresh.target, sizeof(fresh.target), "%s", w->intent_target);
        r = memory_add_intent(&p->memory, &fresh, &added);
        if (r < 0)
                unnote(w);
        return r;
}

/**
 * write_start() - Records a step as an intent; its request leaves when that is saved
 *
 * Return: 0 or a negative errno.
 */
int write_start(struct pairing *p, const struct step *s, const struct now *now) {
        struct write *w = mem_zalloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        *w = (struct write){
                .pairing = p,
                .kind = s->kind,
                .slot = s->slot,
                .target = mem_strdup(s->target),
                .target_id = mem_strdup(s->target_id),
                .reason = mem_strdup(s->reason),
                .intent_target = mem_strdup(step_intent_target(s)),
                .finding = s->finding,
                .finding_subject = mem_strdup(s->finding_subject),
                .fields = s->fields,
                .is_disruptive = s->is_disruptive,
                .blast = s->blast,
                .started = now->boot,
                .started_wall_ms = now->wall_ms,
        };
        list_init(&w->link);
        int r = w->target && w->target_id && w->reason && w->intent_target && w->finding_subject ? remember(w, s, now)
                                                                                                 : -ENOMEM;
        if (r < 0) {
                write_free(w);
                return r;
        }
        list_append(&p->writes, &w->link);
        return store_request(p, &w->save_seq); /* without memory it is asked for again at the next tick */
}
