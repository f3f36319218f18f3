/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: every callback turns what happened into one input; outputs are fetched once per turn of the loop, just
 * before it waits.
 *
 * That is never from within libcurl or libmicrohttpd, neither of which may be called from its own callbacks.
 */
#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "daemon.h"
#include "material.h"
#include "notify.h"

/* A clock before this was never set. */
#define WALL_PLAUSIBLE_MS INT64_C(1735689600000) /* 2025-01-01 */
/* libuv's clock stands still during suspend: look at ours at least so often. */
#define TICK_MAX_MS 10000

static int64_t clock_ms(clockid_t clock) {
        struct timespec t = {0};
        (void)clock_gettime(clock, &t);
        return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct now daemon_now(void) {
        int64_t wall_ms = clock_ms(CLOCK_REALTIME);
        return (struct now){
                .boot = {clock_ms(CLOCK_BOOTTIME)},
                .wall_ms = wall_ms,
                .wall_trusted = wall_ms >= WALL_PLAUSIBLE_MS,
        };
}

static int report(struct daemon *d, int k, const char *what) {
        if (k < 0)
                journal_print(&d->journal, LOG_ERR, "%s: %s", what, strerror(-k));
        return k;
}

int daemon_input(struct daemon *d, const struct engine_input *in) {
        const struct now now = daemon_now();
        return report(d, engine_input(d->engine, in, &now), "input not taken in");
}

static void answer_material(struct daemon *d, const struct engine_output *out) {
        _cleanup_buf_ struct buf bytes = BUF_NULL;
        int k = out->material.kind == MATERIAL_STATE
                        ? state_dir_read(d->state_dir, out->material.name, out->material.max, &bytes)
                        : material_read(out->material.kind, out->material.name, out->material.max, &bytes);
        struct engine_input in = {.type = ENGINE_IN_MATERIAL, .id = out->id};
        in.material.error = k;
        in.material.bytes = k == 0 ? buf_str(&bytes) : "";
        in.material.len = k == 0 ? bytes.len : 0;
        daemon_input(d, &in);
}

static void save(struct daemon *d, const struct engine_output *out) {
        int k = state_dir_write(d->state_dir, out->save.name, out->save.bytes, out->save.len);
        struct engine_input in = {.type = k == 0 ? ENGINE_IN_SAVED : ENGINE_IN_SAVE_FAILED, .id = out->id};
        if (k < 0)
                in.save_failed.error = k;
        daemon_input(d, &in);
}

static void stopped(struct daemon *d) {
        if (d->state == DAEMON_STOPPING)
                uv_stop(&d->loop);
}

static void carry_out(struct daemon *d, const struct engine_output *out) {
        switch (out->type) {
        case ENGINE_OUT_HTTP:
                http_client_start(d->http, out);
                return;
        case ENGINE_OUT_CANCEL:
                http_client_cancel(d->http, out->id);
                return;
        case ENGINE_OUT_NEED_MATERIAL:
                answer_material(d, out);
                return;
        case ENGINE_OUT_SAVE:
                save(d, out);
                return;
        case ENGINE_OUT_CONTROL_REPLY:
                if (!server_reply(d->control, out->id, out->reply.status, out->reply.content_type, out->reply.body,
                                  out->reply.len))
                        (void)server_reply(d->metrics, out->id, out->reply.status, out->reply.content_type,
                                           out->reply.body, out->reply.len);
                return;
        case ENGINE_OUT_EVENT:
                journal_event(&d->journal, &out->event);
                return;
        case ENGINE_OUT_STATUS:
                notify_status(out->status);
                return;
        case ENGINE_OUT_STOPPED:
                stopped(d);
                return;
        }
}

static void on_tick(uv_timer_t *timer) {
        struct daemon *d = timer->data;
        const struct now now = daemon_now();
        daemon_check_hold(d);
        report(d, engine_tick(d->engine, &now), "tick not done");
}

/**
 * daemon_pump() - Carries out all outputs and sets the clock for the next tick
 */
void daemon_pump(struct daemon *d) {
        struct engine_output out;
        while (engine_output(d->engine, &out))
                carry_out(d, &out);
        const struct now now = daemon_now();
        int64_t wait_ms = monotime_diff_ms(engine_deadline(d->engine), now.boot);
        if (wait_ms < 0)
                wait_ms = 0;
        if (wait_ms > TICK_MAX_MS)
                wait_ms = TICK_MAX_MS;
        uv_update_time(&d->loop);
        uv_timer_start(&d->tick, on_tick, (uint64_t)wait_ms, 0);
}
