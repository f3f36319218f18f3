/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control interface: HTTP requests of s2svpnctl and Prometheus -> documents and commands.
 *
 *   GET  /v1/status /v1/plan /v1/history /v1/routes   ?pairing=NAME
 *   POST /v1/pause /v1/resume                         {"pairing": NAME} or {"all": true}
 *   POST /v1/approve                                  {"plan": ID}
 *   GET  /metrics
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "report/report.h"
#include "util/encode.h"
#include "util/json.h"

#define APPROVAL_LIFE_MS (15 * MINUTE_MS)

struct reply {
        int status;
        const char *content_type;
        struct buf body;
};

typedef int (*report_one)(const struct daemon_view *v, const char *pairing, struct buf *out);

static const struct {
        const char *path;
        report_one make;
} reports[] = {
        {"/v1/status", report_status},
        {"/v1/plan", report_plan},
        {"/v1/history", report_history},
        {"/v1/routes", report_routes},
};

static int refuse(struct reply *r, int status, const char *format, const char *detail) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_printf(&text, "%s%s", format, detail);
        _cleanup_json_ json_t *root = json_pack("{s:s}", "error", buf_str(&text));
        r->status = status;
        r->content_type = "application/json";
        buf_clear(&r->body);
        /* A name that is not UTF-8 cannot stand in JSON. */
        if (!root)
                buf_puts(&r->body, "{\"error\":\"bad request\"}");
        return root ? json_write(root, &r->body) : buf_error(&r->body);
}

static int query_pairing(const char *path, struct buf *name) {
        const char *query = strchr(path, '?');
        static const char key[] = "pairing=";
        if (!query || strncmp(query + 1, key, strlen(key)) != 0)
                return 0;
        const char *value = query + 1 + strlen(key);
        return decode_percent(value, strcspn(value, "&"), true, name);
}

static int get_report(struct engine *e, const struct engine_input *in, report_one make, const struct now *now,
                      struct reply *r) {
        _cleanup_buf_ struct buf name = BUF_NULL;
        _cleanup_(arena_freep) struct arena *arena = arena_new();
        struct daemon_view view;
        int k = query_pairing(in->control.path, &name);
        if (k == -EINVAL)
                return refuse(r, 400, "bad query", "");
        if (k < 0 || !arena)
                return -ENOMEM;
        if (name.len > 0 && !pairing_find(e, buf_str(&name)))
                return refuse(r, 404, "no pairing named ", buf_str(&name));
        k = view_make(e, now, arena, &view);
        return k == 0 ? make(&view, name.len > 0 ? buf_str(&name) : NULL, &r->body) : k;
}

static int get_metrics(struct engine *e, const struct now *now, struct reply *r) {
        _cleanup_(arena_freep) struct arena *arena = arena_new();
        struct daemon_view view;
        if (!arena)
                return -ENOMEM;
        int k = view_make(e, now, arena, &view);
        r->content_type = "text/plain; version=0.0.4; charset=utf-8";
        return k == 0 ? report_metrics(&view, &r->body) : k;
}

static int set_paused(struct pairing *p, bool paused, const char *peer, const struct now *now) {
        uint64_t seq;
        const struct event_args args = {.kind = paused ? EVENT_PAUSED : EVENT_RESUMED, .priority = 5, .reason = peer};
        if (paused) {
                p->memory.paused = true;
                snprintf(p->memory.paused_by, sizeof(p->memory.paused_by), "%s", peer);
        } else {
                memory_resume(&p->memory);
        }
        int r = event_emit(p->engine, p, now, &args, "%s: %s by %s", p->d->name, paused ? "paused" : "resumed", peer);
        round_soon(p, now, 0);
        return r == 0 ? store_request(p, &seq) : r;
}

static int pause_all(struct engine *e, bool paused, const char *peer, const struct now *now) {
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                int r = p->state_loaded ? set_paused(p, paused, peer, now) : -EAGAIN;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int post_pause(struct engine *e, const struct engine_input *in, bool paused, const struct now *now,
                      struct reply *r) {
        _cleanup_json_ json_t *body = NULL;
        char error[160];
        const char *name = NULL;
        bool all = false;
        if (!in->control.may_write)
                return refuse(r, 403, "only root and group s2svpn-admin may do that", "");
        int k = json_parse(in->control.body, in->control.body_len, false, &body, error, sizeof(error));
        if (k < 0)
                return k == -ENOMEM ? k : refuse(r, 400, "bad JSON: ", error);
        int has_name = json_get_string(body, "pairing", &name), has_all = json_get_bool(body, "all", &all);
        if (has_name == -EPROTO || has_all == -EPROTO || (has_name == 0) == all)
                return refuse(r, 400, "give either \"pairing\" or \"all\": true", "");
        struct pairing *p = name ? pairing_find(e, name) : NULL;
        if (name && !p)
                return refuse(r, 404, "no pairing named ", name);
        /* Its state file would overwrite it. */
        if (p && !p->state_loaded)
                return refuse(r, 503, "its state is still being read; ask again", "");
        k = p ? set_paused(p, paused, in->control.peer, now) : pause_all(e, paused, in->control.peer, now);
        if (k == -EAGAIN)
                return refuse(r, 503, "a state file is still being read; ask again", "");
        buf_puts(&r->body, "{\"schema\":1}");
        return k < 0 ? k : buf_error(&r->body);
}

static struct pairing *find_plan(struct engine *e, const char *id) {
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                if (p->shown && p->shown->plan.n_steps > 0 && strcmp(p->shown->plan.id, id) == 0)
                        return p;
        }
        return NULL;
}

/* For exactly the plan that the person saw, and not for long: whatever changes gives it another id. */
static int post_approve(struct engine *e, const struct engine_input *in, const struct now *now, struct reply *r) {
        _cleanup_json_ json_t *body = NULL;
        char error[160];
        const char *id = NULL;
        if (!in->control.may_write)
                return refuse(r, 403, "only root and group s2svpn-admin may do that", "");
        int k = json_parse(in->control.body, in->control.body_len, false, &body, error, sizeof(error));
        if (k < 0)
                return k == -ENOMEM ? k : refuse(r, 400, "bad JSON: ", error);
        if (json_get_string(body, "plan", &id) < 0)
                return refuse(r, 400, "give \"plan\"", "");
        struct pairing *p = find_plan(e, id);
        if (!p)
                return refuse(r, 409, "no plan is called that now; look at the plan again: ", id);
        memcpy(p->approved_plan, p->shown->plan.id, sizeof(p->approved_plan));
        p->approved_until = monotime_add_ms(now->boot, APPROVAL_LIFE_MS);
        round_soon(p, now, 0);
        const struct event_args args = {.kind = EVENT_APPROVED, .priority = 5, .reason = in->control.peer};
        k = event_emit(e, p, now, &args, "%s: plan %s approved by %s", p->d->name, id, in->control.peer);
        buf_puts(&r->body, "{\"schema\":1}");
        return k < 0 ? k : buf_error(&r->body);
}

static bool is_path(const char *path, const char *wanted) {
        size_t n = strcspn(path, "?");
        return n == strlen(wanted) && strncmp(path, wanted, n) == 0;
}

static int dispatch(struct engine *e, const struct engine_input *in, const struct now *now, struct reply *r) {
        const char *path = in->control.path;
        bool is_get = strcmp(in->control.method, "GET") == 0;
        bool is_post = strcmp(in->control.method, "POST") == 0;
        bool is_pause = is_path(path, "/v1/pause"), is_resume = is_path(path, "/v1/resume");
        for (size_t i = 0; i < ELEMENTSOF(reports); i++) {
                if (is_path(path, reports[i].path))
                        return is_get ? get_report(e, in, reports[i].make, now, r) : refuse(r, 405, "use GET", "");
        }
        if (is_path(path, "/metrics"))
                return is_get ? get_metrics(e, now, r) : refuse(r, 405, "use GET", "");
        if (is_path(path, "/v1/approve"))
                return is_post ? post_approve(e, in, now, r) : refuse(r, 405, "use POST", "");
        if (is_pause || is_resume)
                return is_post ? post_pause(e, in, is_pause, now, r) : refuse(r, 405, "use POST", "");
        return refuse(r, 404, "no such document: ", path);
}

int control_input(struct engine *e, const struct engine_input *in, const struct now *now) {
        struct reply r = {.status = 200, .content_type = "application/json"};
        int k = dispatch(e, in, now, &r);
        if (k < 0) {
                buf_deinit(&r.body);
                r = (struct reply){.status = 503, .content_type = "application/json"};
                buf_puts(&r.body, "{\"error\":\"no memory\"}");
        }
        struct arena *arena = arena_new();
        const char *body = arena ? arena_strndup(arena, buf_str(&r.body), r.body.len) : NULL;
        const struct engine_output out = {
                .type = ENGINE_OUT_CONTROL_REPLY,
                .id = in->id,
                .reply = {body ? r.status : 503, r.content_type, body ? body : "", body ? r.body.len : 0},
        };
        buf_deinit(&r.body);
        return output_push(e, &out, arena);
}
