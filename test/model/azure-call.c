/* SPDX-License-Identifier: Apache-2.0 */
/* One ARM request taken apart, and the forms that answers have. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/encode.h"
#include "util/wall.h"

static char *decoded(const char *s, size_t n, bool plus_is_space) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        if (decode_percent(s, n, plus_is_space, &b) < 0 || buf_error(&b) < 0)
                return NULL;
        return mem_strdup(buf_str(&b));
}

static int split_path(struct azure_call *c) {
        const char *p = c->u->path, *end = c->u->path + c->u->path_len;
        while (p < end) {
                size_t n = 0;
                while (p + n < end && p[n] != '/')
                        n++;
                if (n > 0) {
                        if (c->n_segments == AZURE_SEGMENTS_MAX)
                                return 0; /* too deep for anything that we serve: found nowhere */
                        char *s = decoded(p, n, false);
                        if (!s)
                                return -ENOMEM;
                        c->segments[c->n_segments++] = s;
                }
                p += n + 1;
        }
        return 0;
}

/* Long operations hand out absolute URLs: on the host that the caller used. */
static char *base_of(const struct azure_call *c) {
        char text[AZURE_TEXT_SIZE];
        const char *host = http_request_header(c->r, "Host");
        if (*c->r->url != '/')
                snprintf(text, sizeof(text), "%.*s://%.*s", (int)c->u->scheme_len, c->u->scheme, (int)c->u->host_len,
                         c->u->host);
        else
                snprintf(text, sizeof(text), "%s%s", host ? "http://" : "https://",
                         host ? host : "management.azure.com");
        return mem_strdup(text);
}

int azure_call_init(struct azure_call *c, struct model *m, const struct http_request *r, const struct http_url *u,
                    struct http_response *ret) {
        *c = (struct azure_call){.m = m, .a = m->azure, .world = &m->azure->live, .r = r, .u = u, .ret = ret};
        model_uuid(m, c->request_id);
        c->base = base_of(c);
        return c->base ? split_path(c) : -ENOMEM;
}

void azure_call_deinit(struct azure_call *c) {
        for (size_t i = 0; i < c->n_segments; i++)
                mem_free(c->segments[i]);
        mem_free(c->base);
        json_decref(c->body);
}

bool azure_segment_is(const struct azure_call *c, size_t i, const char *s) {
        return i < c->n_segments && strcasecmp(c->segments[i], s) == 0;
}

/**
 * azure_query() - Reads a query parameter; its name compares without regard to case, as ARM does.
 *
 * Return: true when it is there.
 */
bool azure_query(const struct azure_call *c, const char *name, char *out, size_t size) {
        const char *p = c->u->query, *end = p ? p + c->u->query_len : NULL;
        size_t n_name = strlen(name);
        for (; p && p < end; p++) {
                size_t n = 0;
                while (p + n < end && p[n] != '&')
                        n++;
                if (n > n_name && p[n_name] == '=' && strncasecmp(p, name, n_name) == 0) {
                        _cleanup_mem_ char *value = decoded(p + n_name + 1, n - n_name - 1, true);
                        return value && model_copy(out, size, value);
                }
                p += n;
        }
        return false;
}

void azure_header(struct azure_call *c, const char *name, const char *value) {
        int k = http_response_add_header(c->ret, name, strlen(name), value, strlen(value));
        if (k < 0)
                c->error = k;
}

static void common_headers(struct azure_call *c) {
        char text[AZURE_TEXT_SIZE], date[WALL_TEXT_SIZE], uuid[MODEL_UUID_SIZE], basic[WALL_TEXT_SIZE];
        const char *id = http_request_header(c->r, "x-ms-client-request-id");
        const char *wanted = http_request_header(c->r, "x-ms-return-client-request-id");
        model_uuid(c->m, uuid);
        azure_header(c, "Date", wall_to_http_date(c->m->now_ms, date));
        azure_header(c, "Cache-Control", "no-cache");
        azure_header(c, "Pragma", "no-cache");
        azure_header(c, "Expires", "-1");
        azure_header(c, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        azure_header(c, "X-Content-Type-Options", "nosniff");
        azure_header(c, "x-ms-request-id", c->request_id);
        azure_header(c, "x-ms-correlation-request-id", uuid);
        snprintf(text, sizeof(text), "JAPANEAST:%s:%s", wall_to_basic(c->m->now_ms, basic), uuid);
        azure_header(c, "x-ms-routing-request-id", text);
        if (id && wanted && strcasecmp(wanted, "true") == 0)
                azure_header(c, "x-ms-client-request-id", id);
        model_log_request_id(c->m, c->request_id);
}

void azure_reply_json(struct azure_call *c, int status, json_t *body) {
        _cleanup_json_ json_t *owned = body;
        if (!owned || json_write(owned, &c->ret->body) < 0) {
                c->error = -ENOMEM;
                return;
        }
        c->ret->status = status;
        azure_header(c, "Content-Type", "application/json; charset=utf-8");
        common_headers(c);
}

void azure_reply_empty(struct azure_call *c, int status) {
        c->ret->status = status;
        common_headers(c);
}

void azure_reply_error_with(struct azure_call *c, int status, const char *code, const char *message,
                            const char *detail_code, const char *detail_message) {
        json_t *details = json_array();
        if (detail_code)
                json_array_append_new(details, json_pack("{s:s,s:s}", "code", detail_code, "message", detail_message));
        model_log_code(c->m, code);
        azure_reply_json(c, status,
                         json_pack("{s:{s:s,s:s,s:o}}", "error", "code", code, "message", message, "details", details));
}

void azure_reply_error(struct azure_call *c, int status, const char *code, const char *format, ...) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        va_list args;
        va_start(args, format);
        buf_vprintf(&text, format, args);
        va_end(args);
        azure_reply_error_with(c, status, code, buf_str(&text), NULL, NULL);
}

char *azure_resource_path(const struct azure_call *c, size_t n_segments) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        for (size_t i = 0; i < n_segments && i < c->n_segments; i++)
                buf_printf(&b, "/%s", c->segments[i]);
        return buf_error(&b) < 0 ? NULL : buf_steal(&b);
}

static bool listed(const char *name, const char *names) {
        size_t n = strlen(name);
        for (const char *p = names; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
                if (strcspn(p, " ") == n && strncmp(p, name, n) == 0)
                        return true;
        }
        return false;
}

/**
 * azure_members_known() - The provider's parser refuses members that its types do not have.
 * @path: of @object inside the request, for the message
 * @names: what the type has, separated by spaces
 *
 * Return: true when all are known; else the 400 is the answer.
 */
bool azure_members_known(struct azure_call *c, const json_t *object, const char *path, const char *names) {
        char text[2 * AZURE_TEXT_SIZE];
        const char *name;
        json_t *value;
        if (object && !json_is_object(object) && !json_is_null(object)) {
                snprintf(text, sizeof(text), "Error converting value to the type of '%s'.", path);
                azure_reply_error_with(c, 400, "InvalidRequestFormat", "Cannot parse the request.", "InvalidJson",
                                       text);
                return false;
        }
        json_object_foreach((json_t *)object, name, value) {
                if (listed(name, names))
                        continue;
                snprintf(text, sizeof(text), "Could not find member '%s' on object of type '%s'. Path '%s.%s'.", name,
                         path, path, name);
                azure_reply_error_with(c, 400, "InvalidRequestFormat", "Cannot parse the request.", "InvalidJson",
                                       text);
                return false;
        }
        return true;
}

bool azure_ip_member(struct azure_call *c, const char *what, const char *text, struct ip4 *ret) {
        if (ip4_parse(text, ret) == 0)
                return true;
        azure_reply_error(c, 400, "InvalidIPAddressFormat", "The %s '%s' is not a valid IPv4 address.", what, text);
        return false;
}
