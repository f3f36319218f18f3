/* SPDX-License-Identifier: Apache-2.0 */
/* A world: engine, model and everything between them, under virtual time. */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "engine/engine.h"
#include "model-admin.h"
#include "model-aws.h"
#include "model-azure.h"
#include "model-internal.h"
#include "util/alloc.h"
#include "util/list.h"

#define START_WALL_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define BOOT_OFFSET_MS INT64_C(5000000)
#define CLIENT_SECRET "canary-client-secret~Zq8"
#define SECRET_KEY "canarySecretAccessKey0123456789abcdefghi"
#define ACCESS_KEY "AKIACANARYCANARYCANA"
#define ACCOUNT "123456789012"
#define STATE_FILES_MAX 8

enum packet_state {
        PACKET_GOING,  /* to the model */
        PACKET_COMING, /* the answer */
};

struct packet {
        struct list link;
        uint64_t id;
        enum packet_state state;
        int64_t due_ms;
        struct http_request request;
        struct http_response response;
        enum model_outcome outcome;
};

struct state_file {
        char name[64];
        char *bytes;
};

struct save {
        bool is_pending;
        uint64_t seq;
        int64_t due_ms;
        char name[64];
        char *bytes;
};

struct world {
        struct world_options options;
        struct rng rng;
        struct model *model;
        struct engine *engine;
        int64_t now_ms;
        struct list packets;
        struct save saves[STATE_FILES_MAX];
        struct state_file files[STATE_FILES_MAX];
        bool fail_saves;
        bool hold;
        char *reply;
        int reply_status;
        unsigned events[_EVENT_KIND_COUNT];
        unsigned alerts;
        unsigned min_links;
        bool watch;
        uint64_t control_id;
        char (*writes)[256]; /* every write that reached the model, in order */
        size_t n_writes, n_reads, n_aws_reads;
        char **secrets;
        size_t n_secrets;
};

static struct now now_of(const struct world *w) {
        return (struct now){
                .boot = {w->now_ms - START_WALL_MS + BOOT_OFFSET_MS},
                .wall_ms = w->now_ms,
                .wall_trusted = true,
        };
}

static int seeded_fill(void *userdata, void *bytes, size_t n) {
        struct world *w = userdata;
        for (size_t i = 0; i < n; i++)
                ((uint8_t *)bytes)[i] = (uint8_t)rng_next(&w->rng);
        return 0;
}

/* ---- canaries ---- */

static void must_not_contain(const char *what, const char *text, const char *secret) {
        if (!secret || strlen(secret) < 8 || !strstr(text, secret))
                return;
        fprintf(stderr, "a secret appears in %s\n", what);
        abort();
}

/* Keys come into being with writes: they are collected then, and every output is searched for all of them. */
static void remember_secret(struct world *w, const char *s) {
        for (size_t i = 0; i < w->n_secrets; i++) {
                if (strcmp(w->secrets[i], s) == 0)
                        return;
        }
        w->secrets = realloc(w->secrets, (w->n_secrets + 1) * sizeof(*w->secrets));
        assert(w->secrets);
        w->secrets[w->n_secrets++] = strdup(s);
}

static void collect_secrets(struct world *w, json_t *v) {
        const char *key;
        json_t *member;
        size_t i;
        json_array_foreach(v, i, member) {
                collect_secrets(w, member);
        }
        json_object_foreach(v, key, member) {
                bool is_key = strstr(key, "psk") || strstr(key, "haredKey") || strstr(key, "hared_key");
                if (is_key && json_is_string(member))
                        remember_secret(w, json_string_value(member));
                collect_secrets(w, member);
        }
}

static void collect_new_secrets(struct world *w) {
        json_t *aws = aws_admin_dump(w->model), *azure = azure_admin_dump(w->model);
        collect_secrets(w, aws);
        collect_secrets(w, azure);
        json_decref(aws);
        json_decref(azure);
}

static void search_secrets(struct world *w, const char *what, const char *text) {
        must_not_contain(what, text, CLIENT_SECRET);
        must_not_contain(what, text, SECRET_KEY);
        must_not_contain(what, text, "eyJ"); /* every token begins so */
        for (size_t i = 0; i < w->n_secrets; i++)
                must_not_contain(what, text, w->secrets[i]);
}

/* ---- the daemon around the engine ---- */

static void input(struct world *w, const struct engine_input *in) {
        struct now now = now_of(w);
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

static const char *environment(const char *name) {
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
                bytes = environment(out->material.name);
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
        input(w, &in);
}

static void save(struct world *w, const struct engine_output *out) {
        search_secrets(w, "a state file", out->save.bytes);
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
        search_secrets(w, "an event", ev->message);
        search_secrets(w, "an event's reason", ev->reason);
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
                search_secrets(w, "a control reply", w->reply);
                break;
        case ENGINE_OUT_EVENT:
                event(w, &out->event);
                break;
        case ENGINE_OUT_STATUS:
                search_secrets(w, "the status line", out->status);
                break;
        case ENGINE_OUT_STOPPED:
                break;
        }
}

static void pump(struct world *w) {
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
        collect_new_secrets(w);
}

static void arrive(struct world *w, struct packet *p) {
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
                input(w, &in);
                return;
        }
        struct http_response r = p->response;
        p->response = (struct http_response){0};
        packet_free(p);
        input(w, &(struct engine_input){.type = ENGINE_IN_HTTP_HEAD, .id = id, .head = &r});
        for (size_t at = 0; at < r.body.len;) {
                size_t n = 1 + rng_below(&w->rng, r.body.len - at);
                const struct engine_input in = {.type = ENGINE_IN_HTTP_BODY, .id = id, .body = {r.body.data + at, n}};
                input(w, &in);
                at += n;
        }
        input(w, &(struct engine_input){.type = ENGINE_IN_HTTP_DONE, .id = id});
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
        input(w, &in);
}

static void run_due(struct world *w) {
        LIST_FOREACH(item, &w->packets) {
                struct packet *p = CONTAINER_OF(item, struct packet, link);
                if (p->due_ms > w->now_ms)
                        continue;
                if (p->state == PACKET_GOING) {
                        arrive(w, p);
                        continue;
                }
                deliver(w, p);
                pump(w);
                break; /* the list may be another one now */
        }
        for (size_t i = 0; i < STATE_FILES_MAX; i++) {
                if (w->saves[i].is_pending && w->saves[i].due_ms <= w->now_ms)
                        finish_save(w, &w->saves[i]);
        }
        pump(w);
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
        struct now now = now_of(w);
        if (deadline.ms <= now.boot.ms) {
                int r = engine_tick(w->engine, &now);
                assert(r == 0);
                pump(w);
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

/* ---- configuration ---- */

static char *pairing_text(const struct world_options *o, unsigned i) {
        char *text = NULL;
        char suffix[12] = "";
        if (i > 0)
                snprintf(suffix, sizeof(suffix), "%u", i + 1);
        int n = asprintf(
                &text,
                "[Pairing]\nTopology=%s\nMode=%s\n"
                "[Azure]\nTenant=" WORLD_TENANT "\nSubscription=" WORLD_SUBSCRIPTION "\nResourceGroup=rg-hub\n"
                "Location=japaneast\nVirtualNetwork=vnet-hub%s\nGateway=vgw-hub%s\nGatewaySku=VpnGw2AZ\nAsn=65515\n"
                "SyncPeerings=hub-to-app app-to-hub\n"
                "[AWS]\nAccountId=" ACCOUNT "\nRegion=ap-northeast-1\nVpc=vpc-0123456789abcdef%u\nAsn=64512\n"
                "RouteTables=rtb-0aaaaaaaaaaaaaaa%c\n%s\n",
                o->topology ? o->topology : "four", o->mode ? o->mode : "build", suffix, suffix, i, "abcdef"[i % 6],
                o -> pairing ? o -> pairing : "");
        assert(n > 0);
        return text;
}

static struct configuration *parse(const struct world_options *o) {
        char daemon_text[2048];
        struct config_file files[STATE_FILES_MAX];
        char names[STATE_FILES_MAX][32];
        struct configuration *c = NULL;
        _cleanup_buf_ struct buf errors = BUF_NULL;
        snprintf(daemon_text, sizeof(daemon_text), "[Daemon]\nOwner=test\n[Timing]\n%s\n", o->timing ? o->timing : "");
        const struct config_file daemon_file = {"s2svpnd.conf", daemon_text, strlen(daemon_text)};
        unsigned n = o->n_pairings ? o->n_pairings : 1;
        for (unsigned i = 0; i < n; i++) {
                char *text = pairing_text(o, i);
                snprintf(names[i], sizeof(names[i]), i ? WORLD_PAIRING "%u.conf" : WORLD_PAIRING ".conf", i + 1);
                files[i] = (struct config_file){names[i], text, strlen(text)};
        }
        int r = config_parse(&daemon_file, 1, files, n, &errors, &c);
        if (r != 0)
                fprintf(stderr, "%s\n", buf_str(&errors));
        assert(r == 0);
        for (unsigned i = 0; i < n; i++)
                free((char *)files[i].bytes);
        return c;
}

static void configure(struct world *w) {
        input(w, &(struct engine_input){.type = ENGINE_IN_CONFIG, .config = parse(&w->options)});
        pump(w);
}

static void start_engine(struct world *w) {
        const struct engine_options options = {
                .entropy = {seeded_fill, w},
                .seed = rng_next(&w->rng),
                .version = "test",
        };
        struct now now = now_of(w);
        int r = engine_new(&options, &now, &w->engine);
        assert(r == 0);
        if (w->hold)
                input(w, &(struct engine_input){.type = ENGINE_IN_HOLD, .hold = true});
        configure(w);
}

/* ---- the clouds as they were before ---- */

#define MUST(call)                                                                                                     \
        do {                                                                                                           \
                int must_ = (call);                                                                                    \
                if (must_ != 0) {                                                                                      \
                        fprintf(stderr, "%s: %d\n", #call, must_);                                                     \
                        abort();                                                                                       \
                }                                                                                                      \
        } while (0)

static void seed_pairing(struct world *w, unsigned i) {
        char vnet[512], vpc[64], table[64], prefixes[64], subnet[64], cidr[64];
        const char *account = w->options.aws_account ? w->options.aws_account : ACCOUNT;
        snprintf(vnet, sizeof(vnet), i ? WORLD_HUB "%u" : WORLD_HUB, i + 1);
        snprintf(vpc, sizeof(vpc), "vpc-0123456789abcdef%u", i);
        snprintf(table, sizeof(table), "rtb-0aaaaaaaaaaaaaaa%c", "abcdef"[i % 6]);
        snprintf(prefixes, sizeof(prefixes), "10.%u.0.0/16", 10 + 4 * i);
        snprintf(subnet, sizeof(subnet), "10.%u.255.0/27", 10 + 4 * i);
        snprintf(cidr, sizeof(cidr), "172.%u.0.0/16", 20 + i);
        MUST(azure_admin_seed_vnet(w->model, vnet, "japaneast", prefixes, subnet));
        MUST(aws_admin_seed_vpc(w->model, account, "ap-northeast-1", vpc, cidr));
        MUST(aws_admin_seed_route_table(w->model, vpc, table, true));
}

static void seed(struct world *w) {
        struct model *m = w->model;
        const char *account = w->options.aws_account ? w->options.aws_account : ACCOUNT;
        MUST(azure_admin_seed_app(m, WORLD_TENANT, environment("AZURE_CLIENT_ID"), CLIENT_SECRET));
        MUST(azure_admin_seed_subscription(m, WORLD_SUBSCRIPTION, WORLD_TENANT));
        MUST(azure_admin_seed_resource_group(m, WORLD_GROUP, "japaneast"));
        MUST(aws_admin_seed_credentials(m, ACCESS_KEY, SECRET_KEY, "", account));
        unsigned n = w->options.n_pairings ? w->options.n_pairings : 1;
        for (unsigned i = 0; i < n; i++)
                seed_pairing(w, i);
        MUST(azure_admin_seed_vnet(m, WORLD_SPOKE, "japaneast", "10.11.0.0/16", NULL));
        MUST(azure_admin_seed_peering(m, WORLD_HUB "/virtualNetworkPeerings/hub-to-app", WORLD_SPOKE, true, false));
        MUST(azure_admin_seed_peering(m, WORLD_SPOKE "/virtualNetworkPeerings/app-to-hub", WORLD_HUB, false, true));
}

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
        seed(w);
        start_engine(w);
        return w;
}

static void drop_packets(struct world *w) {
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
        drop_packets(w);
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
                        arrive(w, p);
        }
        drop_packets(w);
        w->now_ms += restart_after_ms;
        model_advance(w->model, w->now_ms);
        start_engine(w);
}

void world_reload(struct world *w, const struct world_options *o) {
        w->options = *o;
        configure(w);
}

void world_hold(struct world *w, bool hold) {
        w->hold = hold;
        input(w, &(struct engine_input){.type = ENGINE_IN_HOLD, .hold = hold});
        pump(w);
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
        collect_new_secrets(w);
        if (r != 0) {
                fprintf(stderr, "admin %s %s: %s\n", op, args, error);
                abort();
        }
}

/* ---- looking ---- */

static int control(struct world *w, const char *method, const char *path, const char *body, bool may_write) {
        const struct engine_input in = {
                .type = ENGINE_IN_CONTROL,
                .id = ++w->control_id,
                .control = {method, path, body, strlen(body), may_write, "uid 0"},
        };
        w->reply_status = 0;
        input(w, &in);
        pump(w);
        return w->reply_status;
}

json_t *world_get(struct world *w, const char *path) {
        int status = control(w, "GET", path, "", false);
        json_t *v = json_loads(w->reply, JSON_DECODE_ANY, NULL);
        assert(status == 200 || !v || json_object_get(v, "error"));
        return v;
}

int world_post(struct world *w, const char *path, const char *body, bool may_write) {
        return control(w, "POST", path, body, may_write);
}

static const json_t *first_pairing(const json_t *status) {
        return json_array_get(json_object_get(status, "pairings"), 0);
}

void world_explain(struct world *w) {
        static const char *const paths[] = {"/v1/status", "/v1/plan"};
        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                json_t *document = world_get(w, paths[i]);
                char *text = json_dumps(document, JSON_INDENT(1));
                fprintf(stderr, "%s\n", text);
                free(text);
                json_decref(document);
        }
}

const char *world_verdict(struct world *w) {
        static const char *const verdicts[] = {"healthy", "degraded", "down", "unknown", "building"};
        json_t *status = world_get(w, "/v1/status");
        const char *v = json_string_value(json_object_get(first_pairing(status), "verdict"));
        const char *found = "none";
        for (size_t i = 0; v && i < ELEMENTSOF(verdicts); i++) {
                if (strcasecmp(v, verdicts[i]) == 0)
                        found = verdicts[i];
        }
        json_decref(status);
        return found;
}

bool world_is_healthy(struct world *w) {
        return strcmp(world_verdict(w), "healthy") == 0;
}

unsigned world_tunnels_up(struct world *w) {
        json_t *status = world_get(w, "/v1/status");
        json_t *tunnel;
        size_t i;
        unsigned up = 0;
        json_array_foreach(json_object_get(first_pairing(status), "tunnels"), i, tunnel) {
                const char *state = json_string_value(json_object_get(tunnel, "state"));
                up += state && (strcmp(state, "up") == 0 || strcmp(state, "proven-up") == 0);
        }
        json_decref(status);
        return up;
}

bool world_has_finding(struct world *w, const char *kind) {
        json_t *status = world_get(w, "/v1/status");
        json_t *finding;
        size_t i;
        bool found = false;
        json_array_foreach(json_object_get(first_pairing(status), "findings"), i, finding) {
                const char *k = json_string_value(json_object_get(finding, "kind"));
                found = found || (k && strcmp(k, kind) == 0);
        }
        json_decref(status);
        return found;
}

unsigned world_links_up(struct world *w) {
        struct aws_end ends[MODEL_ENDS_MAX];
        size_t n = aws_ends(w->model, ends, MODEL_ENDS_MAX);
        unsigned up = 0;
        for (size_t i = 0; i < n; i++) {
                const struct link *l = physics_link_of_aws(w->model, ends[i].outside);
                up += l && l->bgp_up;
        }
        return up;
}

void world_watch_links(struct world *w) {
        w->watch = true;
        w->min_links = world_links_up(w);
}

unsigned world_min_links(const struct world *w) {
        return w->min_links;
}

size_t world_count(struct world *w, const char *action) {
        size_t n = 0;
        for (size_t i = 0; i < w->n_writes; i++)
                n += strstr(w->writes[i], action) != NULL;
        return n;
}

size_t world_writes(struct world *w) {
        return w->n_writes;
}

size_t world_reads(struct world *w) {
        return w->n_reads;
}

size_t world_aws_reads(struct world *w) {
        return w->n_aws_reads;
}

unsigned world_events(const struct world *w, enum event_kind kind) {
        return w->events[kind];
}

unsigned world_alerts(const struct world *w) {
        return w->alerts;
}

const char *world_outside(struct world *w, unsigned tunnel) {
        static char text[IP4_TEXT_SIZE];
        struct aws_end ends[MODEL_ENDS_MAX];
        static const char *const inside[] = {"169.254.21.0/30", "169.254.22.0/30", "169.254.21.4/30",
                                             "169.254.22.4/30"};
        size_t n = aws_ends(w->model, ends, MODEL_ENDS_MAX);
        struct cidr wanted;
        int r = cidr_parse(inside[tunnel - 1], &wanted);
        assert(r == 0);
        for (size_t i = 0; i < n; i++) {
                if (cidr_equal(ends[i].inside, wanted))
                        return ip4_format(ends[i].outside, text);
        }
        return "none";
}
