/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model behind loopback HTTP.
 *
 * libmicrohttpd is polled from the one thread that there is, so the model never meets two requests at a time. The URI
 * is taken from the request line as it came: signatures cover its bytes. A lost reply and a refused request both end as
 * a closed connection without an answer.
 */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "model-internal.h"
#include "util/alloc.h"
#include "util/http.h"
#include "util/wall.h"

#define BODY_MAX (4u << 20)
#define CONNECTIONS_MAX 256
#define WAIT_MAX_MS 200

struct server {
        struct model *model;
        struct MHD_Daemon *daemon;
        FILE *log;
        bool tls;
};

int64_t server_now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* requests */

static void *begin(void *userdata, const char *uri, struct MHD_Connection *connection) {
        (void)userdata;
        (void)connection;
        struct http_request *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        http_request_set_url(r, uri);
        r->body.max = BODY_MAX;
        return r;
}

static void end(void *userdata, struct MHD_Connection *connection, void **request,
                enum MHD_RequestTerminationCode why) {
        (void)userdata;
        (void)connection;
        (void)why;
        if (!*request)
                return;
        http_request_deinit(*request);
        mem_free(*request);
        *request = NULL;
}

static enum MHD_Result add_header(void *request, enum MHD_ValueKind kind, const char *name, const char *value) {
        (void)kind;
        http_request_add_header(request, name, value ? value : "");
        return MHD_YES;
}

static bool parse_method(const char *s, enum http_method *ret) {
        static const enum http_method methods[] = {HTTP_GET, HTTP_PUT, HTTP_POST, HTTP_DELETE, HTTP_PATCH};
        for (size_t i = 0; i < ELEMENTSOF(methods); i++)
                if (strcmp(http_method_to_string(methods[i]), s) == 0) {
                        *ret = methods[i];
                        return true;
                }
        return false;
}

/* answers */

static enum MHD_Result send_response(struct MHD_Connection *connection, struct http_response *r) {
        struct MHD_Response *response =
                MHD_create_response_from_buffer(r->body.len, (void *)buf_str(&r->body), MHD_RESPMEM_MUST_COPY);
        if (!response)
                return MHD_NO;
        for (size_t i = 0; i < r->n_headers; i++)
                if (strcasecmp(r->headers[i].name, "Date") != 0 &&
                    strcasecmp(r->headers[i].name, "Content-Length") != 0)
                        (void)MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
        enum MHD_Result k = MHD_queue_response(connection, (unsigned)r->status, response);
        MHD_destroy_response(response);
        return k;
}

static enum MHD_Result send_plain(struct MHD_Connection *connection, int status) {
        struct http_response r = {.status = status};
        return send_response(connection, &r);
}

static void write_log(const struct server *s) {
        static const char *const outcomes[] = {
                [MODEL_REPLY] = "reply",
                [MODEL_REPLY_LOST] = "lost",
                [MODEL_REFUSED] = "refused",
        };
        const struct model_log_entry *e = &s->model->current;
        char when[WALL_TEXT_SIZE];
        if (!s->log)
                return;
        fprintf(s->log, "%s %s %s %d %s %s %s\n", wall_to_rfc3339(e->time_ms, when), e->is_write ? "write" : "read",
                outcomes[e->outcome], e->status, e->request_id, e->what, e->code);
        fflush(s->log);
}

/* Answers name URLs to come back to: the model has to know that they are to be https. */
static void make_absolute(struct http_request *r) {
        const char *host = http_request_header(r, "Host");
        _cleanup_buf_ struct buf url = BUF_NULL;
        if (!host || *r->url != '/')
                return;
        buf_printf(&url, "https://%s%s", host, r->url);
        if (buf_error(&url) == 0)
                http_request_set_url(r, buf_str(&url));
}

static enum MHD_Result answer(struct server *s, struct MHD_Connection *connection, struct http_request *r,
                              const char *method) {
        _cleanup_http_response_ struct http_response response = {0};
        if (!parse_method(method, &r->method))
                return send_plain(connection, 405);
        if (r->body.error == -EMSGSIZE)
                return send_plain(connection, 413);
        MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, r);
        if (http_request_error(r) < 0)
                return MHD_NO;
        if (s->tls)
                make_absolute(r);
        enum model_outcome outcome = model_http(s->model, r, server_now_ms(), &response);
        write_log(s);
        return outcome == MODEL_REPLY ? send_response(connection, &response) : MHD_NO;
}

/* Called for the head, for each piece of the body, and once more at the end. */
static enum MHD_Result handle(void *userdata, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *n, void **request) {
        (void)url;
        (void)version;
        struct http_request *r = *request;
        if (!r)
                return MHD_NO;
        if (!r->is_write) { /* our mark that the head was seen; the model does not read it */
                r->is_write = true;
                return MHD_YES;
        }
        if (*n > 0) {
                buf_append(&r->body, data, *n);
                *n = 0;
                return MHD_YES;
        }
        return answer(userdata, connection, r, method);
}

/* life */

static struct MHD_Daemon *start(struct server *s, const struct server_config *config) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(config->port)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        struct MHD_OptionItem tls[] = {
                {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)config->tls_certificate},
                {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)config->tls_key},
                {MHD_OPTION_END, 0, NULL},
        };
        struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
        return MHD_start_daemon(config->tls_certificate ? MHD_USE_TLS : MHD_NO_FLAG, config->port, NULL, NULL, handle,
                                s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
                                CONNECTIONS_MAX, MHD_OPTION_URI_LOG_CALLBACK, begin, s, MHD_OPTION_NOTIFY_COMPLETED,
                                end, s, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY,
                                config->tls_certificate ? tls : none, MHD_OPTION_END);
}

struct server *server_free(struct server *s) {
        if (!s)
                return NULL;
        if (s->daemon)
                MHD_stop_daemon(s->daemon);
        model_free(s->model);
        mem_free(s);
        return NULL;
}

struct server *server_new(struct model *m, const struct server_config *config) {
        _cleanup_(server_freep) struct server *s = mem_zalloc(1, sizeof(*s));
        if (!s) {
                model_free(m);
                return NULL;
        }
        s->model = m;
        s->log = config->log;
        s->tls = config->tls_certificate != NULL;
        s->daemon = start(s, config);
        return s->daemon ? TAKE_PTR(s) : NULL;
}

uint16_t server_port(const struct server *s) {
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
        return info ? info->port : 0;
}

int server_run(struct server *s) {
        int64_t now_ms = server_now_ms();
        model_advance(s->model, now_ms);
        int64_t wait_ms = model_next_ms(s->model) - now_ms;
        if (wait_ms > WAIT_MAX_MS)
                wait_ms = WAIT_MAX_MS;
        return MHD_run_wait(s->daemon, wait_ms > 0 ? (int32_t)wait_ms : 0) == MHD_YES ? 0 : -EIO;
}
