/* SPDX-License-Identifier: Apache-2.0 */
/* A world: engine, model and everything between them, under virtual time. */
#include "world-internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model-admin.h"
#include "model-azure.h"

struct now world_clocks(const struct world *w) {
        return (struct now){
                .boot = {w->now_ms - START_WALL_MS + BOOT_OFFSET_MS},
                .wall_ms = w->now_ms,
                .wall_trusted = true,
        };
}

/* ---- the daemon around the engine ---- */

void world_input(struct world *w, const struct engine_input *in) {
        struct now now = world_clocks(w);
        int r = engine_input(w->engine, in, &now);
        assert(r == 0);
}

static void travel(struct world *w, const struct engine_output *out) {
        struct packet *p = calloc(1, sizeof(*p));
        const struct http_request *r = out->http.request;
        assert(p);
        p->id = out->id;
        p->due_ms = w->now_ms + 5 + (int64_t)rng_below(&w->rng, 60);
        p->request.method = r->method;
        p->request.is_write = r->is_write;
        http_request_set_url(&p->request, r->url);
        for (size_t i = 0; i < r->n_headers; i++)
                http_request_add_header(&p->request, r->headers[i].name, r->headers[i].value);
        buf_append(&p->request.body, buf_str(&r->body), r->body.len);
        list_append(&w->packets, &p->link);
}

static void packet_free(struct packet *p) {
        list_remove(&p->link);
        http_request_deinit(&p->request);
        http_response_deinit(&p->response);
        free(p);
}

static void cancel(struct world *w, uint64_t id) {
        LIST_FOREACH(item, &w->packets) {
                struct packet *p = CONTAINER_OF(item, struct packet, link);
                if (p->id == id)
                        packet_free(p);
        }
}

const char *world_variable(const char *name) {
        if (strcmp(name, "AWS_ACCESS_KEY_ID") == 0)
                return ACCESS_KEY;
        if (strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0)
                return SECRET_KEY;
        if (strcmp(name, "AZURE_CLIENT_ID") == 0)
                return "33333333-3333-3333-3333-333333333333";
        return NULL;
}

const char *world_state_file(const struct world *w, const char *pairing) {
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                if (strcmp(w->files[i].name, pairing) == 0)
                        return w->files[i].bytes;
        }
        return NULL;
}

void world_set_state_file(struct world *w, const char *pairing, const char *bytes) {
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                struct state_file *f = &w->files[i];
                if (*f->name && strcmp(f->name, pairing) != 0)
                        continue;
                snprintf(f->name, sizeof(f->name), "%s", pairing);
                free(f->bytes);
                f->bytes = strdup(bytes);
                return;
        }
        abort();
}

static void material(struct world *w, const struct engine_output *out) {
        const char *bytes = NULL;
        switch (out->material.kind) {
        case MATERIAL_ENV:
                bytes = world_variable(out->material.name);
                break;
        case MATERIAL_CREDENTIAL:
                bytes = strcmp(out->material.name, "azure-client-secret") == 0 ? CLIENT_SECRET "\n" : NULL;
                break;
        case MATERIAL_STATE:
                bytes = world_state_file(w, out->material.name);
                break;
        case MATERIAL_FILE:
                break;
        }
        const struct engine_input in = {
                .type = ENGINE_IN_MATERIAL,
                .id = out->id,
                .material = {bytes ? 0 : -ENOENT, bytes ? bytes : "", bytes ? strlen(bytes) : 0},
        };
        world_input(w, &in);
}

static void save(struct world *w, const struct engine_output *out) {
        world_search_secrets(w, "a state file", out->save.bytes);
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                struct save *s = &w->saves[i];
                if (s->is_pending)
                        continue;
                *s = (struct save){.is_pending = true, .seq = out->id, .due_ms = w->now_ms + 2};
                snprintf(s->name, sizeof(s->name), "%s", out->save.name);
                s->bytes = strndup(out->save.bytes, out->save.len);
                return;
        }
        abort();
}

static void event(struct world *w, const struct event *ev) {
        w->events[ev->kind]++;
        w->alerts += ev->priority <= 2;
        world_search_secrets(w, "an event", ev->message);
        world_search_secrets(w, "an event's reason", ev->reason);
        if (getenv("WORLD_TRACE"))
                printf("# %9.3f <%d> %s\n", (double)(w->now_ms - START_WALL_MS) / 1000, ev->priority, ev->message);
}

static void take(struct world *w, const struct engine_output *out) {
        switch (out->type) {
        case ENGINE_OUT_HTTP:
                travel(w, out);
                break;
        case ENGINE_OUT_CANCEL:
                cancel(w, out->id);
                break;
        case ENGINE_OUT_NEED_MATERIAL:
                material(w, out);
                break;
        case ENGINE_OUT_SAVE:
                save(w, out);
                break;
        case ENGINE_OUT_CONTROL_REPLY:
                free(w->reply);
                w->reply = strndup(out->reply.body, out->reply.len);
                w->reply_status = out->reply.status;
                world_search_secrets(w, "a control reply", w->reply);
                break;
        case ENGINE_OUT_EVENT:
                event(w, &out->event);
                break;
        case ENGINE_OUT_STATUS:
                world_search_secrets(w, "the status line", out->status);
                break;
        case ENGINE_OUT_STOPPED:
                break;
        }
}

void world_pump(struct world *w) {
        struct engine_output out;
        while (engine_output(w->engine, &out))
                take(w, &out);
}

/* ---- events of the world ---- */

/* The model's own log is a ring; a long run would push the build out of it. */
static void note_request(struct world *w) {
        const struct model_log_entry *e = &w->model->log[(w->model->n_logged - 1) % MODEL_LOG_MAX];
        if (!e->is_write) {
                w->n_reads++;
                w->n_aws_reads += e->service == MODEL_SERVICE_AWS;
                return;
        }
        w->writes = realloc(w->writes, (w->n_writes + 1) * sizeof(*w->writes));
        assert(w->writes);
        snprintf(w->writes[w->n_writes++], sizeof(*w->writes), "%s", e->what);
        world_collect_secrets(w);
}

void world_arrive(struct world *w, struct packet *p) {
        if (getenv("WORLD_HTTP"))
                printf("# %9.3f %s %s %s\n", (double)(w->now_ms - START_WALL_MS) / 1000,
                       http_method_to_string(p->request.method), p->request.url,
                       strlen(buf_str(&p->request.body)) < 400 ? buf_str(&p->request.body) : "...");
        p->outcome = model_http(w->model, &p->request, w->now_ms, &p->response);
        note_request(w);
        p->state = PACKET_COMING;
        p->due_ms = w->now_ms + 5 + (int64_t)rng_below(&w->rng, 60);
}

static void deliver(struct world *w, struct packet *p) {
        uint64_t id = p->id;
        if (p->outcome != MODEL_REPLY) {
                const struct engine_input in = {
                        .type = ENGINE_IN_HTTP_FAILED,
                        .id = id,
                        .failed = {p->outcome == MODEL_REFUSED ? HTTP_NOT_SENT : HTTP_MAYBE_SENT, "connection lost"},
                };
                packet_free(p);
                world_input(w, &in);
                return;
        }
        struct http_response r = p->response;
        p->response = (struct http_response){0};
        packet_free(p);
        world_input(w, &(struct engine_input){.type = ENGINE_IN_HTTP_HEAD, .id = id, .head = &r});
        for (size_t at = 0; at < r.body.len;) {
                size_t n = 1 + rng_below(&w->rng, r.body.len - at);
                const struct engine_input in = {.type = ENGINE_IN_HTTP_BODY, .id = id, .body = {r.body.data + at, n}};
                world_input(w, &in);
                at += n;
        }
        world_input(w, &(struct engine_input){.type = ENGINE_IN_HTTP_DONE, .id = id});
        http_response_deinit(&r);
}

static void finish_save(struct world *w, struct save *s) {
        struct engine_input in = {.type = ENGINE_IN_SAVED, .id = s->seq};
        if (w->fail_saves)
                in = (struct engine_input){.type = ENGINE_IN_SAVE_FAILED, .id = s->seq, .save_failed = {-ENOSPC}};
        else
                world_set_state_file(w, s->name, s->bytes);
        free(s->bytes);
        *s = (struct save){0};
        world_input(w, &in);
}

static void run_due(struct world *w) {
        LIST_FOREACH(item, &w->packets) {
                struct packet *p = CONTAINER_OF(item, struct packet, link);
                if (p->due_ms > w->now_ms)
                        continue;
                if (p->state == PACKET_GOING) {
                        world_arrive(w, p);
                        continue;
                }
                deliver(w, p);
                world_pump(w);
                break; /* the list may be another one now */
        }
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                if (w->saves[i].is_pending && w->saves[i].due_ms <= w->now_ms)
                        finish_save(w, &w->saves[i]);
        }
        world_pump(w);
}

static int64_t next_ms(const struct world *w) {
        int64_t t = INT64_MAX;
        LIST_FOREACH(item, (struct list *)&w->packets)
        t = model_earlier(t, CONTAINER_OF(item, struct packet, link)->due_ms);
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                if (w->saves[i].is_pending)
                        t = model_earlier(t, w->saves[i].due_ms);
        }
        struct monotime deadline = engine_deadline(w->engine);
        if (deadline.ms != INT64_MAX)
                t = model_earlier(t, deadline.ms - BOOT_OFFSET_MS + START_WALL_MS);
        return model_earlier(t, model_next_ms(w->model));
}

static void step(struct world *w, int64_t limit_ms) {
        int64_t t = next_ms(w);
        t = t > limit_ms ? limit_ms : t;
        if (t > w->now_ms)
                w->now_ms = t;
        model_advance(w->model, w->now_ms);
        if (w->watch) {
                unsigned up = world_links_up(w);
                w->min_links = up < w->min_links ? up : w->min_links;
        }
        struct monotime deadline = engine_deadline(w->engine);
        struct now now = world_clocks(w);
        if (deadline.ms <= now.boot.ms) {
                int r = engine_tick(w->engine, &now);
                assert(r == 0);
                world_pump(w);
        }
        run_due(w);
}

void world_run(struct world *w, int64_t ms) {
        int64_t end_ms = w->now_ms + ms;
        while (w->now_ms < end_ms)
                step(w, end_ms);
}

bool world_run_until(struct world *w, world_test is_so, int64_t max_ms) {
        int64_t end_ms = w->now_ms + max_ms;
        while (w->now_ms < end_ms) {
                world_run(w, 5 * SECOND_MS);
                if (is_so(w))
                        return true;
        }
        return false;
}

int64_t world_now_ms(const struct world *w) {
        return w->now_ms;
}

/* ---- life ---- */

struct world *world_new(const struct world_options *o) {
        struct world *w = calloc(1, sizeof(*w));
        struct model_config config;
        assert(w);
        w->options = *o;
        w->now_ms = START_WALL_MS;
        list_init(&w->packets);
        rng_seed(&w->rng, o->seed);
        model_config_default(&config);
        config.seed = o->seed;
        config.start_wall_ms = START_WALL_MS;
        w->model = model_new(&config);
        assert(w->model);
        world_seed(w);
        world_start_engine(w);
        return w;
}

void world_drop_packets(struct world *w) {
        LIST_FOREACH(item, &w->packets)
        packet_free(CONTAINER_OF(item, struct packet, link));
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                free(w->saves[i].bytes);
                w->saves[i] = (struct save){0};
        }
}

struct world *world_free(struct world *w) {
        if (!w)
                return NULL;
        engine_free(w->engine);
        world_drop_packets(w);
        model_free(w->model);
        for (size_t i = 0; i < STATE_FILES_MAX; i++)
                free(w->files[i].bytes);
        free(w->reply);
        free(w->writes);
        for (size_t i = 0; i < w->n_secrets; i++)
                free(w->secrets[i]);
        free(w->secrets);
        free(w);
        return NULL;
}

/* ---- breaking ---- */

/* kill -9: requests that are on their way reach the cloud or do not, as it happens; nobody hears the answers. */
void world_crash(struct world *w, int64_t restart_after_ms) {
        engine_free(w->engine);
        w->engine = NULL;
        LIST_FOREACH(item, &w->packets) {
                struct packet *p = CONTAINER_OF(item, struct packet, link);
                if (p->state == PACKET_GOING && rng_below(&w->rng, 2) == 0)
                        world_arrive(w, p);
        }
        world_drop_packets(w);
        w->now_ms += restart_after_ms;
        model_advance(w->model, w->now_ms);
        world_start_engine(w);
}

void world_hold(struct world *w, bool hold) {
        w->hold = hold;
        world_input(w, &(struct engine_input){.type = ENGINE_IN_HOLD, .hold = hold});
        world_pump(w);
}

void world_fail_saves(struct world *w, bool fail) {
        w->fail_saves = fail;
}

struct model *world_model(struct world *w) {
        return w->model;
}

void world_admin(struct world *w, const char *op, const char *format, ...) {
        char args[1024], error[ADMIN_TEXT_SIZE] = "";
        va_list list;
        va_start(list, format);
        vsnprintf(args, sizeof(args), format, list);
        va_end(list);
        model_advance(w->model, w->now_ms);
        int r = model_admin_text(w->model, op, args, error);
        world_collect_secrets(w);
        if (r != 0) {
                fprintf(stderr, "admin %s %s: %s\n", op, args, error);
                abort();
        }
}
