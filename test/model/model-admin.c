/* SPDX-License-Identifier: Apache-2.0 */
/* The admin interface over HTTP, and the helpers of its operations. */
#include "model-admin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model-aws.h"
#include "model-azure.h"
#include "model-break.h"
#include "model-internal.h"
#include "physics-internal.h"
#include "util/json.h"

int admin_need(const json_t *args, const char *key, const char **ret, char reterr[static ADMIN_TEXT_SIZE]) {
        if (json_get_string(args, key, ret) == 0 && **ret)
                return 0;
        snprintf(reterr, ADMIN_TEXT_SIZE, "%s: a text is needed", key);
        return -EINVAL;
}

const char *admin_text(const json_t *args, const char *key, const char *otherwise) {
        const char *s = json_string_value(json_object_get(args, key));
        return s ? s : otherwise;
}

/* Turns what a half said into a sentence. */
int admin_explain(int error, const char *what, char reterr[static ADMIN_TEXT_SIZE]) {
        if (error == 0 || error == -ENOMEM)
                return error;
        const char *why = error == -ENOENT ? "not found" : error == -EEXIST ? "exists already" : "not valid";
        snprintf(reterr, ADMIN_TEXT_SIZE, "%.200s: %s", what, why);
        return -EINVAL;
}

int model_admin(struct model *m, const char *op, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) {
        reterr[0] = 0;
        if (!json_is_object(args)) {
                snprintf(reterr, ADMIN_TEXT_SIZE, "the arguments must be a JSON object");
                return -EINVAL;
        }
        int k = strcmp(op, "seed") == 0 ? admin_seed(m, args, reterr) : break_run(m, op, args, reterr);
        physics_changed(m);
        model_advance(m, m->now_ms);
        return k;
}

int model_admin_text(struct model *m, const char *op, const char *args, char reterr[static ADMIN_TEXT_SIZE]) {
        _cleanup_json_ json_t *parsed = NULL;
        int k = json_parse(args, strlen(args), false, &parsed, reterr, ADMIN_TEXT_SIZE);
        if (k < 0)
                return k == -ENOMEM ? k : -EINVAL;
        return model_admin(m, op, parsed, reterr);
}

/* looking */

static json_t *dump_link(const struct link *l) {
        char outside[IP4_TEXT_SIZE], public_ip[IP4_TEXT_SIZE];
        return json_pack("{s:s, s:s, s:s, s:i, s:s, s:b, s:b, s:b, s:s}", "outside",
                         ip4_format(l->aws_outside, outside), "azurePublicIp", ip4_format(l->azure_public, public_ip),
                         "azureConnection", l->azure_connection_id, "instance", (int)l->azure_instance, "awsConnection",
                         l->aws_connection_id, "paired", l->paired, "ipsecUp", l->ipsec_up, "bgpUp", l->bgp_up,
                         "reason", l->reason);
}

static json_t *dump_links(const struct model *m) {
        const struct link *links = NULL;
        size_t n = physics_links(m, &links);
        json_t *all = json_array();
        for (size_t i = 0; i < n; i++)
                (void)json_array_append_new(all, dump_link(&links[i]));
        return all;
}

static json_t *dump_state(const struct model *m) {
        return json_pack("{s:I, s:f, s:o, s:o, s:o, s:o}", "nowMs", (json_int_t)m->now_ms, "speed", m->speed, "options",
                         model_options_dump(&m->options), "links", dump_links(m), "aws", aws_admin_dump(m), "azure",
                         azure_admin_dump(m));
}

static json_t *dump_entry(const struct model_log_entry *e) {
        static const char *const services[] = {"aws", "azure", "other"};
        static const char *const outcomes[] = {
                [MODEL_REPLY] = "reply",
                [MODEL_REPLY_LOST] = "lost",
                [MODEL_REFUSED] = "refused",
        };
        return json_pack("{s:I, s:s, s:s, s:b, s:i, s:s, s:s, s:s}", "timeMs", (json_int_t)e->time_ms, "service",
                         services[e->service], "what", e->what, "write", e->is_write, "status", e->status, "outcome",
                         outcomes[e->outcome], "code", e->code, "requestId", e->request_id);
}

static json_t *dump_log(const struct model *m, bool writes_only) {
        json_t *all = json_array();
        size_t first = m->n_logged > MODEL_LOG_MAX ? m->n_logged - MODEL_LOG_MAX : 0;
        for (size_t i = first; i < m->n_logged; i++) {
                const struct model_log_entry *e = &m->log[i % MODEL_LOG_MAX];
                if (e->is_write || !writes_only)
                        (void)json_array_append_new(all, dump_entry(e));
        }
        return all;
}

/* HTTP */

static int reply_json(int status, const json_t *value, struct http_response *ret) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        int k = value ? json_write(value, &b) : -ENOMEM;
        return k < 0 ? k : model_reply(ret, status, "application/json", buf_str(&b));
}

static int reply_error(int status, const char *text, struct http_response *ret) {
        _cleanup_json_ json_t *o = json_pack("{s:s}", "error", text);
        return reply_json(status, o, ret);
}

static bool is_path(const struct http_url *u, const char *path) {
        return u->path_len == strlen(path) && memcmp(u->path, path, u->path_len) == 0;
}

static int get(struct model *m, const struct http_url *u, struct http_response *ret) {
        _cleanup_json_ json_t *value = NULL;
        if (is_path(u, "/admin/state"))
                value = dump_state(m);
        else if (is_path(u, "/admin/log"))
                value = dump_log(m, u->query && strncmp(u->query, "writes=1", 8) == 0);
        else if (is_path(u, "/admin/help"))
                value = break_help();
        else
                return reply_error(404, "look at /admin/state, /admin/log or /admin/help", ret);
        return reply_json(200, value, ret);
}

static int post(struct model *m, const struct http_request *r, const struct http_url *u, struct http_response *ret) {
        char op[64], text[ADMIN_TEXT_SIZE];
        if (u->path_len <= strlen("/admin/") || u->path_len - strlen("/admin/") >= sizeof(op))
                return reply_error(404, "POST /admin/{operation}", ret);
        snprintf(op, sizeof(op), "%.*s", (int)(u->path_len - strlen("/admin/")), u->path + strlen("/admin/"));
        int k = model_admin_text(m, op, r->body.len > 0 ? buf_str(&r->body) : "{}", text);
        if (k == -EINVAL)
                return reply_error(400, text, ret);
        return k < 0 ? k : model_reply(ret, 200, "application/json", "{}");
}

enum model_outcome model_admin_http(struct model *m, const struct http_request *r, const struct http_url *u,
                                    struct http_response *ret) {
        int k = -EINVAL;
        if (r->method == HTTP_GET)
                k = get(m, u, ret);
        else if (r->method == HTTP_POST)
                k = post(m, r, u, ret);
        else
                k = reply_error(405, "GET or POST", ret);
        return k < 0 ? MODEL_REFUSED : MODEL_REPLY;
}
