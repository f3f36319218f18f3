/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model as a whole: one clock, and requests given to the half that they are for.
 *
 * Time moves from event to event: each half and physics say when they are next due, the earliest instant is entered,
 * and all three do what is due there. A request is answered after everything that was due before it.
 */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model-admin.h"
#include "model-aws.h"
#include "model-azure.h"
#include "model-internal.h"
#include "physics-internal.h"
#include "util/alloc.h"
#include "util/wall.h"

/* a half whose next event does not come any nearer would hang its caller */
#define STEPS_MAX 1000000

void model_config_default(struct model_config *c) {
        *c = (struct model_config){
                .seed = 1,
                .start_wall_ms = INT64_C(1767225600000), /* 2026-01-01 */
                .speed = 1,
                .options =
                        {
                                .hold_time_negotiates_down = true,
                                .advertised_rows_have_local_address = true,
                                .learned_includes_sibling_rows = true,
                                .aws_telemetry_lag_ms = 30000,
                                .aws_deleted_stays_listed_ms = 3600000,
                                .vgw_route_propagation_delay_ms = 20000,
                                .aws_quotas = true,
                                .azure_status_lag_ms = 60000,
                        },
        };
}

struct model *model_free(struct model *m) {
        if (!m)
                return NULL;
        m->aws = model_aws_free(m->aws);
        m->azure = model_azure_free(m->azure);
        m->physics = physics_free(m->physics);
        mem_free(m->log);
        mem_free(m);
        return NULL;
}

/**
 * model_new() - an empty world: no accounts, no resources
 *
 * Return: the model, or NULL without memory.
 */
struct model *model_new(const struct model_config *config) {
        _cleanup_(model_freep) struct model *m = mem_zalloc(1, sizeof(*m));
        if (!m)
                return NULL;
        m->seed = config->seed;
        m->now_ms = config->start_wall_ms;
        m->speed = config->speed > 0 ? config->speed : 1;
        m->options = config->options;
        rng_seed(&m->rng, config->seed);
        m->log = mem_zalloc(MODEL_LOG_MAX, sizeof(*m->log));
        m->physics = physics_new();
        m->aws = model_aws_new();
        m->azure = model_azure_new();
        if (!m->log || !m->physics || !m->aws || !m->azure)
                return NULL;
        return TAKE_PTR(m);
}

/* time */

int64_t model_next_ms(const struct model *m) {
        int64_t next_ms = model_earlier(model_aws_next_ms(m), model_azure_next_ms(m));
        return model_earlier(next_ms, physics_next_ms(m));
}

/* Both halves read the links when they advance, so physics goes first; what they change makes it due again. */
static void step(struct model *m) {
        physics_advance(m);
        model_aws_advance(m);
        model_azure_advance(m);
}

void model_advance(struct model *m, int64_t now_ms) {
        for (int i = 0; i < STEPS_MAX; i++) {
                int64_t next_ms = model_next_ms(m);
                if (next_ms > now_ms)
                        break;
                if (next_ms > m->now_ms)
                        m->now_ms = next_ms;
                step(m);
        }
        if (now_ms > m->now_ms)
                m->now_ms = now_ms;
}

/* faults */

static enum model_service service_of(const struct http_url *u) {
        if (u->path_len >= 6 && memcmp(u->path, "/admin", 6) == 0)
                return MODEL_SERVICE_OTHER;
        if (u->path_len <= 1 || (u->path_len >= 8 && memcmp(u->path, "/latest/", 8) == 0))
                return MODEL_SERVICE_AWS;
        return MODEL_SERVICE_AZURE;
}

static bool use_up(unsigned *n) {
        if (*n == 0)
                return false;
        (*n)--;
        return true;
}

static int reply_throttled(struct model *m, struct http_response *ret) {
        if (m->current.service == MODEL_SERVICE_AWS)
                return aws_reply_error(m, 503, "RequestLimitExceeded", "Request limit exceeded.", ret);
        model_log_code(m, "TooManyRequests");
        int k = model_reply_header(ret, "Retry-After", "10");
        return k < 0 ? k
                     : model_reply(ret, 429, "application/json; charset=utf-8",
                                   "{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"The request is being "
                                   "throttled.\"}}");
}

/* Return: true when a fault decided the outcome before the service saw the request. */
static bool strike_before(struct model *m, struct http_response *ret, enum model_outcome *ret_outcome) {
        struct model_faults *f = &m->faults[m->current.service];
        *ret_outcome = MODEL_REPLY;
        if (use_up(&f->refuse_next)) {
                *ret_outcome = MODEL_REFUSED;
                return true;
        }
        if (use_up(&f->throttle_next)) {
                if (reply_throttled(m, ret) < 0)
                        *ret_outcome = MODEL_REFUSED;
                return true;
        }
        if ((!f->fail_writes_only || m->current.is_write) && use_up(&f->fail_next)) {
                if (model_reply(ret, f->fail_status, f->fail_type, f->fail_body) < 0)
                        *ret_outcome = MODEL_REFUSED;
                return true;
        }
        return false;
}

/* log */

static void begin_log(struct model *m, const struct http_request *r, const struct http_url *u) {
        struct model_log_entry *e = &m->current;
        *e = (struct model_log_entry){.time_ms = m->now_ms, .service = service_of(u)};
        if (e->service == MODEL_SERVICE_AWS && u->path_len <= 1) {
                aws_describe_request(r, e->what, sizeof(e->what), &e->is_write);
                return;
        }
        snprintf(e->what, sizeof(e->what), "%s %.*s", http_method_to_string(r->method), (int)u->path_len, u->path);
        e->is_write = e->service == MODEL_SERVICE_AZURE && azure_is_write(r, u);
}

static void end_log(struct model *m, enum model_outcome outcome, const struct http_response *ret) {
        struct model_log_entry *e = &m->current;
        e->outcome = outcome;
        e->status = outcome == MODEL_REPLY ? ret->status : 0;
        if (e->service != MODEL_SERVICE_OTHER)
                m->log[m->n_logged++ % MODEL_LOG_MAX] = *e;
}

/* requests */

static enum model_outcome answer(struct model *m, const struct http_request *r, const struct http_url *u,
                                 struct http_response *ret) {
        enum model_outcome outcome;
        if (m->current.service == MODEL_SERVICE_OTHER)
                return model_admin_http(m, r, u, ret);
        if (strike_before(m, ret, &outcome))
                return outcome;
        if (m->current.service == MODEL_SERVICE_AWS)
                outcome = aws_http(m, r, u, ret);
        else
                outcome = azure_http(m, r, u, ret);
        if (outcome == MODEL_REPLY && m->current.is_write && use_up(&m->faults[m->current.service].lose_next))
                return MODEL_REPLY_LOST;
        return outcome;
}

static int add_common_headers(struct model *m, struct http_response *ret) {
        char date[WALL_TEXT_SIZE];
        if (http_response_header(ret, "Date"))
                return 0;
        return model_reply_header(ret, "Date", wall_to_http_date(m->now_ms, date));
}

static int absolute_url(const char *url, struct buf *out) {
        buf_puts(out, *url == '/' ? "http://model" : "");
        buf_puts(out, url);
        return buf_error(out);
}

enum model_outcome model_http(struct model *m, const struct http_request *request, int64_t now_ms,
                              struct http_response *ret) {
        _cleanup_buf_ struct buf url = BUF_NULL;
        struct http_url u;
        model_advance(m, now_ms);
        *ret = (struct http_response){0};
        if (!request->url || absolute_url(request->url, &url) < 0 || http_url_split(url.data, &u) < 0)
                return MODEL_REFUSED;
        begin_log(m, request, &u);
        enum model_outcome outcome = answer(m, request, &u, ret);
        /* a change reaches the wire before anybody can look again */
        model_advance(m, m->now_ms);
        if (outcome == MODEL_REPLY && add_common_headers(m, ret) < 0)
                outcome = MODEL_REPLY_LOST;
        end_log(m, outcome, ret);
        if (outcome != MODEL_REPLY)
                http_response_deinit(ret);
        return outcome;
}
