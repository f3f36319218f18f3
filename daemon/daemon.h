/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: the engine, and everything that moves its inputs and outputs. */
#pragma once

#include <uv.h>

#include "engine/engine.h"
#include "http-client.h"
#include "journal.h"
#include "listen.h"
#include "server.h"
#include "state-files.h"

struct options {
        const char *config_dir, *state_dir, *socket;
        int log_level;
};

enum daemon_state {
        DAEMON_STARTING,
        DAEMON_RUNNING,
        DAEMON_STOPPING, /* the engine ends what is in flight */
        DAEMON_CLOSING,  /* the loop ends */
};

const char *daemon_state_to_string(enum daemon_state s);

struct daemon {
        const struct options *options;
        enum daemon_state state;
        struct journal journal;
        uv_loop_t loop;
        uv_prepare_t pump;
        uv_timer_t tick, watchdog, stop_timeout;
        uv_signal_t signals[3];
        uv_fs_event_t hold_watch;
        struct engine *engine;
        struct http_client *http;
        struct server *control, *metrics;
        struct listening passed;
        char *metrics_listen; /* of the open metrics server; NULL: closed */
        struct state_dir *state_dir;
        uint64_t next_control_id;
        bool hold;
};

/* Runs until a signal ends it; the exit status of the process. */
int daemon_run(const struct options *options);

/* loop.c: inputs and outputs */
struct now daemon_now(void);
int daemon_input(struct daemon *d, const struct engine_input *in); /* a failure is in the journal already */
void daemon_pump(struct daemon *d);

/* reload.c */
int daemon_load_config(struct daemon *d, bool is_first); /* 0, or what config_files_load() says */
void daemon_reload(struct daemon *d);
void daemon_check_hold(struct daemon *d);

/* control.c */
int daemon_open_control(struct daemon *d);
void daemon_open_metrics(struct daemon *d, const char *address);
