/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges: every HTTP request of the engine, from the queue to its last byte.
 *
 * At most EXCHANGES_IN_FLIGHT_MAX are with the caller; writes leave before reads. EC2 and STS replies are parsed while
 * they arrive, everything else is collected. An exchange that was cancelled, or that the caller finishes twice, is not
 * found by its id any more: its inputs are stale, dropped and counted.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

struct exchange {
        struct list link;
        uint64_t id;
        struct http_request request;
        struct http_response response;
        struct aws_reply *aws;
        int action;
        exchange_done done;
        void *owner;
        unsigned tag;
        bool is_out;    /* the caller has it */
        bool malformed; /* the AWS reader gave up: what still arrives is ignored */
        struct monotime asked;
};

static void exchange_free(struct exchange *x) {
        http_request_deinit(&x->request);
        http_response_deinit(&x->response);
        aws_reply_free(x->aws);
        mem_free(x);
}

static struct exchange *find(struct engine *e, uint64_t id) {
        LIST_FOREACH(item, &e->exchanges) {
                struct exchange *x = CONTAINER_OF(item, struct exchange, link);
                if (x->id == id)
                        return x;
        }
        return NULL;
}

/**
 * exchange_start() - Queues a request
 * @request: taken over, left empty, also on failure
 * @done: called once with what became of it, unless it is cancelled
 * @ret_id: for exchange_cancel(); set before @done can be called
 *
 * Return: 0 or -ENOMEM.
 */
int exchange_start(struct engine *e, struct http_request *request, int action, exchange_done done, void *owner,
                   unsigned tag, uint64_t *ret_id) {
        struct exchange *x = mem_zalloc(1, sizeof(*x));
        if (!x) {
                http_request_deinit(request);
                return -ENOMEM;
        }
        x->id = ++e->next_id;
        x->request = *request;
        *request = HTTP_REQUEST_NULL;
        x->response.body.max = REPLY_BYTES_MAX;
        x->action = action;
        x->done = done;
        x->owner = owner;
        x->tag = tag;
        if (x->request.is_write)
                list_prepend(&e->exchanges, &x->link);
        else
                list_append(&e->exchanges, &x->link);
        *ret_id = x->id;
        e->wants_tick = true;
        return 0;
}

static int send(struct engine *e, struct exchange *x, const struct now *now) {
        const struct engine_output out = {
                .type = ENGINE_OUT_HTTP,
                .id = x->id,
                .http =
                        {
                                .request = &x->request,
                                .timeout_ms = EXCHANGE_TIMEOUT_MS,
                                .body_max = x->action == AWS_ACTION_NONE ? REPLY_BYTES_MAX : AWS_REPLY_BYTES_MAX,
                        },
        };
        int r = output_push(e, &out, NULL);
        if (r < 0)
                return r;
        x->is_out = true;
        x->asked = now->boot;
        e->n_in_flight++;
        return 0;
}

int exchange_flush(struct engine *e, const struct now *now) {
        LIST_FOREACH(item, &e->exchanges) {
                struct exchange *x = CONTAINER_OF(item, struct exchange, link);
                bool is_pointless = e->is_stopping && !x->request.is_write;
                if (e->n_in_flight >= EXCHANGES_IN_FLIGHT_MAX)
                        return 0;
                int r = x->is_out || is_pointless ? 0 : send(e, x, now);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Withdraws the output if the caller has not fetched it yet: its memory goes away now. */
static bool withdraw(struct engine *e, uint64_t id) {
        LIST_FOREACH(item, &e->outputs) {
                struct output *o = CONTAINER_OF(item, struct output, link);
                if (o->out.type != ENGINE_OUT_HTTP || o->out.id != id)
                        continue;
                list_remove(item);
                arena_free(o->arena);
                mem_free(o);
                return true;
        }
        return false;
}

static void forget(struct engine *e, struct exchange *x) {
        if (x->is_out)
                e->n_in_flight--;
        list_remove(&x->link);
        exchange_free(x);
}

/**
 * exchange_cancel() - Forgets an exchange; its done function is not called
 * @id: 0 is nothing to do; becomes 0
 */
void exchange_cancel(struct engine *e, uint64_t *id) {
        uint64_t wanted = *id;
        *id = 0;
        struct exchange *x = wanted ? find(e, wanted) : NULL;
        if (!x)
                return;
        if (x->is_out && !withdraw(e, x->id)) {
                const struct engine_output out = {.type = ENGINE_OUT_CANCEL, .id = x->id};
                /* Without memory the caller goes on and its completion is stale, which is only wasteful. */
                (void)!output_push(e, &out, NULL);
        }
        forget(e, x);
}

void exchange_cancel_all(struct engine *e) {
        LIST_FOREACH(item, &e->exchanges) {
                uint64_t id = CONTAINER_OF(item, struct exchange, link)->id;
                exchange_cancel(e, &id);
        }
}

static int take_head(struct exchange *x, const struct http_response *head) {
        http_response_deinit(&x->response);
        x->response.body.max = REPLY_BYTES_MAX;
        x->response.status = head->status;
        for (size_t i = 0; i < head->n_headers; i++) {
                const struct http_header *h = &head->headers[i];
                int r = http_response_add_header(&x->response, h->name, strlen(h->name), h->value, strlen(h->value));
                if (r < 0)
                        return r;
        }
        if (x->action == AWS_ACTION_NONE)
                return 0;
        aws_reply_free(x->aws);
        x->malformed = false;
        x->aws = aws_reply_new((enum aws_action)x->action);
        return x->aws ? 0 : -ENOMEM;
}

static int take_body(struct exchange *x, const char *bytes, size_t len) {
        if (x->action == AWS_ACTION_NONE) {
                buf_append(&x->response.body, bytes, len);
                /* Too large is for the reader to say: it sees a cut document. */
                return buf_error(&x->response.body) == -EMSGSIZE ? 0 : buf_error(&x->response.body);
        }
        if (!x->aws || x->malformed)
                return 0;
        int r = aws_reply_feed(x->aws, bytes, len);
        x->malformed = r > 0;
        return r < 0 ? r : 0;
}

/* The exchange is out of the list before its owner hears of it: the owner may start the next one at once. */
static int finish(struct engine *e, struct exchange *x, struct exchange_result *result, const struct now *now) {
        list_remove(&x->link);
        e->n_in_flight--;
        result->asked = x->asked;
        int r = x->done(e, x->owner, x->tag, result, now);
        exchange_free(x);
        e->wants_tick = true;
        return r;
}

static int finish_reply(struct engine *e, struct exchange *x, const struct now *now) {
        struct exchange_result result = {.has_reply = true, .response = &x->response};
        if (x->action == AWS_ACTION_NONE)
                return finish(e, x, &result, now);
        _cleanup_aws_result_ struct aws_result aws = AWS_RESULT_NULL;
        result.aws_code = aws_reply_finish(x->aws, x->response.status, &aws);
        if (result.aws_code < 0) {
                result = (struct exchange_result){
                        .failure = HTTP_MAYBE_SENT,
                        .failure_text = "no memory for the reply",
                };
                return finish(e, x, &result, now);
        }
        if (result.aws_code > 0)
                aws_error_add_headers(&aws.error, &x->response);
        result.aws = &aws;
        return finish(e, x, &result, now);
}

int exchange_input(struct engine *e, const struct engine_input *in, const struct now *now) {
        struct exchange *x = find(e, in->id);
        if (!x || !x->is_out) {
                e->stale_replies++;
                return 0;
        }
        int r = 0;
        if (in->type == ENGINE_IN_HTTP_HEAD)
                r = take_head(x, in->head);
        else if (in->type == ENGINE_IN_HTTP_BODY)
                r = take_body(x, in->body.bytes, in->body.len);
        else if (in->type == ENGINE_IN_HTTP_DONE && x->response.status != 0)
                return finish_reply(e, x, now);
        else {
                struct exchange_result result = {
                        .failure = in->type == ENGINE_IN_HTTP_FAILED ? in->failed.failure : HTTP_MAYBE_SENT,
                        .failure_text =
                                in->type == ENGINE_IN_HTTP_FAILED ? in->failed.text : "an answer without a status",
                };
                return finish(e, x, &result, now);
        }
        if (r == 0)
                return 0;
        /* Half a reply is no reply. */
        struct exchange_result result = {.failure = HTTP_MAYBE_SENT, .failure_text = "no memory for the reply"};
        uint64_t id = x->id;
        const struct engine_output cancel = {.type = ENGINE_OUT_CANCEL, .id = id};
        (void)!output_push(e, &cancel, NULL);
        return finish(e, x, &result, now);
}
