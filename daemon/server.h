/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP server: libmicrohttpd on a libuv loop. One for the control socket, one for metrics. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "util/macro.h"

struct server;

enum server_kind {
        SERVER_CONTROL, /* Unix socket: who asks is known */
        SERVER_METRICS, /* TCP: GET /metrics and nothing else */
};

struct server_request {
        const char *method, *path; /* path with query, as sent */
        const char *body;
        size_t len;
        bool may_write;
        const char *peer; /* "uid 1000" */
};

/* A whole request; its answer is server_reply() with the same id, but not before this returns. A negative errno: there
 * will be none, and the client is told so. */
typedef int (*server_handler)(void *userdata, uint64_t id, const struct server_request *request);

/* Takes over @listen_fd in every case. @next_id: counter shared by all servers. */
int server_new(uv_loop_t *loop, enum server_kind kind, int listen_fd, uint64_t *next_id, server_handler handler,
               void *userdata, struct server **ret) _must_use_;
/* Cuts all connections; freed once the loop has closed its handles. NULL is fine. */
void server_close(struct server *s);

/* false: nobody here waits for @id (any more) */
bool server_reply(struct server *s, uint64_t id, int status, const char *content_type, const char *body, size_t len);
