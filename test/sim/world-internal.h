/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a world share. */
#pragma once

#include "engine/engine.h"
#include "model-internal.h"
#include "util/list.h"
#include "world.h"

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

/* world.c */
struct now world_clocks(const struct world *w);
void world_input(struct world *w, const struct engine_input *in);
void world_pump(struct world *w); /* takes every output */
void world_arrive(struct world *w, struct packet *p);
void world_drop_packets(struct world *w);
const char *world_variable(const char *name); /* the daemon's environment; NULL: not set */

/* world-setup.c */
void world_seed(struct world *w); /* the clouds as they were before */
void world_start_engine(struct world *w);
struct configuration *world_configuration(const struct world_options *o); /* what the files say */

/* world-secrets.c */
void world_collect_secrets(struct world *w);
void world_search_secrets(struct world *w, const char *what, const char *text); /* aborts when it finds one */
