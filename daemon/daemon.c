/* SPDX-License-Identifier: Apache-2.0 */
/* Start, signals and end of the daemon. */
#include "daemon.h"

#include <errno.h>
#include <openssl/rand.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "notify.h"
#include "util/alloc.h"

#define STOP_TIMEOUT_MS 10000

const char *daemon_state_to_string(enum daemon_state s) {
        switch (s) {
        case DAEMON_STARTING:
                return "starting";
        case DAEMON_RUNNING:
                return "running";
        case DAEMON_STOPPING:
                return "stopping";
        case DAEMON_CLOSING:
                return "closing";
        }
        return NULL;
}

static void enter(struct daemon *d, enum daemon_state s) {
        journal_print(&d->journal, LOG_DEBUG, "%s -> %s", daemon_state_to_string(d->state), daemon_state_to_string(s));
        d->state = s;
}

/* ---- HTTP ends as inputs ---- */

static void on_head(void *userdata, uint64_t id, const struct http_response *head) {
        const struct engine_input in = {.type = ENGINE_IN_HTTP_HEAD, .id = id, .head = head};
        daemon_input(userdata, &in);
}

static void on_body(void *userdata, uint64_t id, const char *bytes, size_t len) {
        const struct engine_input in = {.type = ENGINE_IN_HTTP_BODY, .id = id, .body = {bytes, len}};
        daemon_input(userdata, &in);
}

static void on_done(void *userdata, uint64_t id) {
        const struct engine_input in = {.type = ENGINE_IN_HTTP_DONE, .id = id};
        daemon_input(userdata, &in);
}

static void on_failed(void *userdata, uint64_t id, enum http_failure failure, const char *text) {
        const struct engine_input in = {.type = ENGINE_IN_HTTP_FAILED, .id = id, .failed = {failure, text}};
        daemon_input(userdata, &in);
}

/* ---- loop callbacks ---- */

static void on_prepare(uv_prepare_t *handle) {
        daemon_pump(handle->data);
}

static void on_watchdog(uv_timer_t *timer) {
        (void)timer;
        notify_watchdog();
}

static void on_stop_timeout(uv_timer_t *timer) {
        struct daemon *d = timer->data;
        journal_print(&d->journal, LOG_WARNING, "requests are still in flight after 10 s; leaving");
        uv_stop(&d->loop);
}

static void on_hold_change(uv_fs_event_t *handle, const char *name, int events, int status) {
        (void)name;
        (void)events;
        (void)status;
        daemon_check_hold(handle->data);
}

static void stop(struct daemon *d) {
        if (d->state == DAEMON_STOPPING) { /* asked twice: at once */
                uv_stop(&d->loop);
                return;
        }
        const struct engine_input in = {.type = ENGINE_IN_STOP};
        enter(d, DAEMON_STOPPING);
        notify_stopping();
        uv_timer_start(&d->stop_timeout, on_stop_timeout, STOP_TIMEOUT_MS, 0);
        daemon_input(d, &in);
}

static void on_signal(uv_signal_t *handle, int number) {
        struct daemon *d = handle->data;
        if (number == SIGHUP && d->state == DAEMON_RUNNING)
                daemon_reload(d);
        else if (number != SIGHUP)
                stop(d);
}

/* ---- start and end ---- */

static int fill_random(void *userdata, void *bytes, size_t n) {
        (void)userdata;
        return n <= INT32_MAX && RAND_bytes(bytes, (int)n) == 1 ? 0 : -EIO;
}

static int start_engine(struct daemon *d) {
        const struct now now = daemon_now();
        struct engine_options options = {.entropy = {.fill = fill_random}, .version = S2SVPN_VERSION};
        int k = fill_random(NULL, &options.seed, sizeof(options.seed));
        return k < 0 ? k : engine_new(&options, &now, &d->engine);
}

static int open_state(struct daemon *d) {
        int k = state_dir_open(d->options->state_dir, &d->state_dir);
        if (k == STATE_DIR_LOCKED)
                journal_print(&d->journal, LOG_ERR, "%s: another s2svpnd is using this state directory",
                              d->options->state_dir);
        else if (k < 0)
                journal_print(&d->journal, LOG_ERR, "%s: %s", d->options->state_dir, strerror(-k));
        return k;
}

/* None of these can fail. */
static void init_handles(struct daemon *d) {
        static const int numbers[ELEMENTSOF(d->signals)] = {SIGHUP, SIGINT, SIGTERM};
        (void)uv_prepare_init(&d->loop, &d->pump);
        (void)uv_timer_init(&d->loop, &d->tick);
        (void)uv_timer_init(&d->loop, &d->watchdog);
        (void)uv_timer_init(&d->loop, &d->stop_timeout);
        (void)uv_fs_event_init(&d->loop, &d->hold_watch);
        d->pump.data = d->tick.data = d->watchdog.data = d->stop_timeout.data = d->hold_watch.data = d;
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                (void)uv_signal_init(&d->loop, &d->signals[i]);
                d->signals[i].data = d;
                (void)uv_signal_start(&d->signals[i], on_signal, numbers[i]);
        }
}

static void start_handles(struct daemon *d) {
        uint64_t watchdog_ms = notify_watchdog_interval_ms();
        if (watchdog_ms > 0)
                uv_timer_start(&d->watchdog, on_watchdog, watchdog_ms, watchdog_ms);
        /* Without the watch HOLD is seen at the next tick. */
        (void)uv_fs_event_start(&d->hold_watch, on_hold_change, d->options->config_dir, 0);
        uv_prepare_start(&d->pump, on_prepare);
}

/* An exit status; everything that is told to a person was told. */
static int start(struct daemon *d) {
        static const struct http_events events = {on_head, on_body, on_done, on_failed};
        if (open_state(d) != 0)
                return EX_CANTCREAT;
        int k = listen_take_passed(&d->passed);
        if (k == 0)
                k = http_client_new(&d->loop, &events, d, &d->http);
        if (k == 0)
                k = start_engine(d);
        if (k < 0) {
                journal_print(&d->journal, LOG_ERR, "cannot start: %s", strerror(-k));
                return EX_OSERR;
        }
        daemon_check_hold(d);
        k = daemon_load_config(d, true);
        if (k != 0)
                return k > 0 ? EX_CONFIG : EX_OSERR;
        if (daemon_open_control(d) < 0)
                return EX_OSERR;
        start_handles(d);
        enter(d, DAEMON_RUNNING);
        notify_ready();
        return 0;
}

static void close_handle(uv_handle_t *handle, void *userdata) {
        (void)userdata;
        if (!uv_is_closing(handle))
                uv_close(handle, NULL);
}

static void end(struct daemon *d) {
        enter(d, DAEMON_CLOSING);
        bool socket_is_ours = d->control && !d->passed.control_is_passed;
        http_client_close(TAKE_PTR(d->http));
        server_close(TAKE_PTR(d->control));
        server_close(TAKE_PTR(d->metrics));
        engine_free(TAKE_PTR(d->engine));
        uv_walk(&d->loop, close_handle, NULL); /* what is left is embedded in @d */
        while (uv_run(&d->loop, UV_RUN_DEFAULT) != 0) {
        }
        (void)uv_loop_close(&d->loop);
        if (socket_is_ours)
                (void)unlink(d->options->socket);
        state_dir_close(TAKE_PTR(d->state_dir));
        mem_free(TAKE_PTR(d->metrics_listen));
}

int daemon_run(const struct options *options) {
        struct daemon d = {.options = options, .passed = {.control = -1, .metrics = -1}};
        journal_init(&d.journal, options->log_level);
        int k = uv_loop_init(&d.loop);
        if (k < 0) {
                journal_print(&d.journal, LOG_ERR, "cannot start: %s", uv_strerror(k));
                return EX_OSERR;
        }
        init_handles(&d);
        int status = start(&d);
        if (status == 0)
                (void)uv_run(&d.loop, UV_RUN_DEFAULT);
        end(&d);
        return status;
}
