/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP server.
 *
 * The listening socket is the loop's, not libmicrohttpd's: at its connection limit libmicrohttpd would take the socket
 * out of its epoll set for good. So connections are accepted here, counted by user, and handed over; its epoll
 * descriptor is watched by the loop. A request is suspended until its answer is there.
 */
#include "server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/list.h"

#define CONNECTIONS_MAX 64u
#define CONNECTIONS_FOR_ROOT 8u /* of them, so that users cannot lock root out */
#define CONNECTIONS_PER_USER 16u
#define BODY_MAX (64u << 10)
#define IDLE_TIMEOUT_S 30u
#define CONNECTION_MEMORY (16u << 10)
#define TOO_LARGE "the body is too large; at most 64 KiB are allowed"

struct server {
        uv_loop_t *loop;
        enum server_kind kind;
        int listen_fd;
        uv_poll_t listen_poll, epoll_poll;
        uv_timer_t timer;
        unsigned open_handles;
        struct MHD_Daemon *mhd;
        struct list connections, requests;
        unsigned n_connections;
        uint64_t *next_id;
        server_handler handler;
        void *userdata;
};

struct connection {
        struct list link;
        struct peer peer;
};

struct request {
        struct list link;
        uint64_t id; /* 0: not handed out */
        struct MHD_Connection *connection;
        char *path;
        struct buf body;
        bool head_seen, failed;
        struct MHD_Response *response; /* set: resumed to send it */
        unsigned status;
};

/* ---- requests ---- */

static struct request *request_free(struct request *r) {
        if (!r)
                return NULL;
        list_remove(&r->link);
        if (r->response)
                MHD_destroy_response(r->response);
        buf_deinit(&r->body);
        mem_free(r->path);
        mem_free(r);
        return NULL;
}

/* The only place where the target comes as it was sent, query included. */
static void *on_uri(void *userdata, const char *uri, struct MHD_Connection *connection) {
        struct server *s = userdata;
        struct request *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        r->connection = connection;
        r->body = BUF_CAPPED(BODY_MAX);
        r->path = mem_strdup(uri);
        list_init(&r->link);
        list_append(&s->requests, &r->link);
        return r;
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code) {
        (void)userdata;
        (void)connection;
        (void)code;
        *request = request_free(*request);
}

static struct MHD_Response *make_response(const char *content_type, const char *body, size_t len) {
        struct MHD_Response *response = MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);
        if (response && (MHD_add_response_header(response, "Content-Type", content_type) == MHD_NO ||
                         MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_NO)) {
                MHD_destroy_response(response);
                return NULL;
        }
        return response;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text) {
        char body[256];
        int n = snprintf(body, sizeof(body), "{\"schema\":1,\"error\":\"%s\"}\n", text);
        struct MHD_Response *response = make_response("application/json", body, (size_t)n);
        if (!response)
                return MHD_NO;
        enum MHD_Result k = MHD_queue_response(connection, status, response);
        MHD_destroy_response(response);
        return k;
}

static const struct connection *connection_of(struct MHD_Connection *connection) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return info ? info->socket_context : NULL;
}

/* 0, or the status with which the request is refused */
static unsigned judge(const struct server *s, const struct connection *c, const struct request *r, const char *method,
                      const char **ret_text) {
        *ret_text = "not enough memory";
        if (!r->path || !c)
                return MHD_HTTP_INTERNAL_SERVER_ERROR;
        if (s->kind == SERVER_CONTROL) {
                *ret_text = "only members of group " GROUP_READ " may ask";
                return c->peer.may_read ? 0 : MHD_HTTP_FORBIDDEN;
        }
        *ret_text = "only /metrics is served here";
        if (strcmp(r->path, "/metrics") != 0)
                return MHD_HTTP_NOT_FOUND;
        *ret_text = "only GET is served here";
        return strcmp(method, "GET") == 0 ? 0 : MHD_HTTP_METHOD_NOT_ALLOWED;
}

static enum MHD_Result hand_out(struct server *s, struct request *r, const struct connection *c, const char *method) {
        char peer[32] = "metrics";
        if (s->kind == SERVER_CONTROL)
                snprintf(peer, sizeof(peer), "uid %u", (unsigned)c->peer.uid);
        const struct server_request request = {
                .method = method,
                .path = r->path,
                .body = buf_str(&r->body),
                .len = r->body.len,
                .may_write = s->kind == SERVER_CONTROL && c->peer.may_write,
                .peer = peer,
        };
        r->id = ++*s->next_id;
        if (s->handler(s->userdata, r->id, &request) < 0) {
                r->id = 0;
                return refuse(r->connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not enough memory");
        }
        MHD_suspend_connection(r->connection);
        return MHD_YES;
}

static bool announces_too_much(struct MHD_Connection *connection) {
        const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
        return length && strtoull(length, NULL, 10) > BODY_MAX;
}

/* Called for the head, for each piece of the body, at its end, and again when the request is resumed. */
static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *data_len,
                                  void **request) {
        struct server *s = userdata;
        struct request *r = *request;
        const char *text;
        (void)url;
        (void)version;
        if (!r || r->failed)
                return MHD_NO;
        if (r->response)
                return MHD_queue_response(connection, r->status, r->response);
        if (!r->head_seen) {
                r->head_seen = true;
                return announces_too_much(connection) ? refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LARGE)
                                                      : MHD_YES;
        }
        if (*data_len > 0) { /* a body without a length that grows beyond the limit is cut */
                buf_append(&r->body, data, *data_len);
                *data_len = 0;
                return buf_error(&r->body) < 0 ? MHD_NO : MHD_YES;
        }
        const struct connection *c = connection_of(connection);
        unsigned status = judge(s, c, r, method, &text);
        return status ? refuse(connection, status, text) : hand_out(s, r, c, method);
}

/* ---- the loop ---- */

static void on_timer(uv_timer_t *timer);

/* Until it has nothing to do at once: a closed connection makes room only in the next turn. */
static void run(struct server *s) {
        MHD_UNSIGNED_LONG_LONG wait_ms = 0;
        for (int turn = 0; turn < 4; turn++) {
                (void)MHD_run(s->mhd);
                if (MHD_get_timeout(s->mhd, &wait_ms) == MHD_NO) {
                        uv_timer_stop(&s->timer);
                        return;
                }
                if (wait_ms > 0)
                        break;
        }
        uv_timer_start(&s->timer, on_timer, wait_ms, 0);
}

static void on_timer(uv_timer_t *timer) {
        run(timer->data);
}

static void on_epoll(uv_poll_t *poll, int status, int events) {
        (void)status;
        (void)events;
        run(poll->data);
}

static void on_connection(void *userdata, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code) {
        struct server *s = userdata;
        struct connection *c = *context;
        if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
                if (!c)
                        return;
                list_remove(&c->link);
                s->n_connections--;
                mem_free(c);
                *context = NULL;
                return;
        }
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        c = mem_zalloc(1, sizeof(*c));
        if (!c)
                return;
        if (s->kind == SERVER_CONTROL && (!info || peer_of(info->connect_fd, &c->peer) < 0))
                c->peer = (struct peer){.uid = (uid_t)-1};
        list_append(&s->connections, &c->link);
        s->n_connections++;
        *context = c;
}

static bool has_room(const struct server *s, int fd) {
        struct peer peer = {.uid = (uid_t)-1};
        unsigned of_user = 0;
        if (s->kind == SERVER_METRICS)
                return s->n_connections < CONNECTIONS_PER_USER;
        if (peer_of(fd, &peer) < 0)
                return false;
        if (peer.uid == 0)
                return s->n_connections < CONNECTIONS_MAX;
        LIST_FOREACH(item, &s->connections)
        of_user += CONTAINER_OF(item, struct connection, link)->peer.uid == peer.uid;
        return of_user < CONNECTIONS_PER_USER && s->n_connections < CONNECTIONS_MAX - CONNECTIONS_FOR_ROOT;
}

static void on_listen(uv_poll_t *poll, int status, int events) {
        struct server *s = poll->data;
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof(address);
        (void)events;
        if (status < 0)
                return;
        int fd = accept4(s->listen_fd, (struct sockaddr *)&address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return;
        if (!has_room(s, fd))
                close(fd);
        else
                (void)MHD_add_connection(s->mhd, fd, (struct sockaddr *)&address, len); /* closes on failure */
        run(s);
}

bool server_reply(struct server *s, uint64_t id, int status, const char *content_type, const char *body, size_t len) {
        LIST_FOREACH(item, &s->requests) {
                struct request *r = CONTAINER_OF(item, struct request, link);
                if (r->id != id || r->response)
                        continue;
                r->response = make_response(content_type, body, len);
                r->status = (unsigned)status;
                r->failed = !r->response; /* no memory: the connection is cut */
                MHD_resume_connection(r->connection);
                run(s);
                return true;
        }
        return false;
}

/* ---- lifetime ---- */

static void on_handle_closed(uv_handle_t *handle) {
        struct server *s = handle->data;
        if (--s->open_handles > 0)
                return;
        close(s->listen_fd);
        mem_free(s);
}

static void close_handle(uv_handle_t *handle) {
        if (!uv_is_closing(handle))
                uv_close(handle, on_handle_closed);
}

/* libmicrohttpd forbids to stop while a connection is suspended. */
static void resume_all(struct server *s) {
        LIST_FOREACH(item, &s->requests) {
                struct request *r = CONTAINER_OF(item, struct request, link);
                if (r->id == 0 || r->response || r->failed)
                        continue;
                r->failed = true;
                MHD_resume_connection(r->connection);
        }
        run(s);
}

void server_close(struct server *s) {
        if (!s)
                return;
        uv_poll_stop(&s->listen_poll);
        if (s->mhd) {
                resume_all(s);
                uv_poll_stop(&s->epoll_poll);
                MHD_stop_daemon(s->mhd);
                s->mhd = NULL;
        }
        uv_timer_stop(&s->timer);
        close_handle((uv_handle_t *)&s->listen_poll);
        close_handle((uv_handle_t *)&s->timer);
        if (s->epoll_poll.data)
                close_handle((uv_handle_t *)&s->epoll_poll);
}

static int start_mhd(struct server *s) {
        s->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                                  on_request, s, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
                                  on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
                                  MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX + 8u, MHD_OPTION_CONNECTION_TIMEOUT,
                                  IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                  MHD_OPTION_END);
        const union MHD_DaemonInfo *info = s->mhd ? MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
        if (!info)
                return -ENOMEM;
        int k = uv_poll_init(s->loop, &s->epoll_poll, info->epoll_fd);
        if (k < 0)
                return k;
        s->open_handles++;
        s->epoll_poll.data = s;
        return uv_poll_start(&s->epoll_poll, UV_READABLE, on_epoll);
}

int server_new(uv_loop_t *loop, enum server_kind kind, int listen_fd, uint64_t *next_id, server_handler handler,
               void *userdata, struct server **ret) {
        struct server *s = mem_zalloc(1, sizeof(*s));
        int k = s ? uv_poll_init(loop, &s->listen_poll, listen_fd) : -ENOMEM;
        if (k < 0) {
                mem_free(s);
                close(listen_fd);
                return k;
        }
        s->loop = loop;
        s->kind = kind;
        s->listen_fd = listen_fd;
        s->next_id = next_id;
        s->handler = handler;
        s->userdata = userdata;
        list_init(&s->connections);
        list_init(&s->requests);
        (void)uv_timer_init(loop, &s->timer); /* cannot fail */
        s->listen_poll.data = s->timer.data = s;
        s->open_handles = 2;
        k = start_mhd(s);
        if (k == 0)
                k = uv_poll_start(&s->listen_poll, UV_READABLE, on_listen);
        if (k < 0) {
                server_close(s);
                return k;
        }
        *ret = s;
        return 0;
}
