/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP client.
 *
 * What is sent is copied, so that a request may be cancelled and forgotten in any order. Writes use a connection of
 * their own: on a kept connection that the server closes at that moment libcurl would send the request again by itself.
 *
 * Nothing is ever logged here: headers carry tokens, bodies carry keys.
 */
#include "http-client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/list.h"

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"
#define CONNECT_TIMEOUT_MS 10000L
#define KEPT_CONNECTIONS 4L

struct http_client {
        uv_loop_t *loop;
        uv_timer_t timer;
        CURLM *multi;
        struct list transfers;
        struct http_events events;
        void *userdata;
        char *ca_file;
};

struct transfer {
        struct list link;
        struct http_client *client;
        uint64_t id;
        CURL *easy;
        struct curl_slist *headers;
        struct buf body;
        struct http_response head;
        bool head_told, too_large;
        bool is_https;
        size_t received, body_max;
        char error[CURL_ERROR_SIZE];
};

/* A socket of libcurl's in the loop. */
struct watch {
        uv_poll_t poll;
        struct http_client *client;
        curl_socket_t fd;
};

/* ---- one transfer ---- */

static void headers_free(struct curl_slist *headers) {
        for (struct curl_slist *h = headers; h; h = h->next)
                explicit_bzero(h->data, strlen(h->data));
        curl_slist_free_all(headers);
}

static void transfer_free(struct transfer *t) {
        list_remove(&t->link);
        if (t->easy) {
                (void)curl_multi_remove_handle(t->client->multi, t->easy);
                curl_easy_cleanup(t->easy);
        }
        headers_free(t->headers);
        buf_deinit(&t->body);
        http_response_deinit(&t->head);
        mem_free(t);
}

static bool add_header(struct transfer *t, const char *name, const char *value) {
        _cleanup_buf_ struct buf line = BUF_NULL;
        buf_printf(&line, *value ? "%s: %s" : "%s;", name, value);
        struct curl_slist *headers = buf_error(&line) == 0 ? curl_slist_append(t->headers, buf_str(&line)) : NULL;
        if (headers)
                t->headers = headers;
        return headers;
}

/* A header of libcurl's own that must not be sent. */
static bool drop_header(struct transfer *t, const char *line) {
        struct curl_slist *headers = curl_slist_append(t->headers, line);
        if (headers)
                t->headers = headers;
        return headers;
}

static bool add_headers(struct transfer *t, const struct http_request *r) {
        bool ok = drop_header(t, "Expect:");
        for (size_t i = 0; ok && i < r->n_headers; i++)
                ok = add_header(t, r->headers[i].name, r->headers[i].value);
        if (ok && !http_request_header(r, "Content-Type"))
                ok = drop_header(t, "Content-Type:");
        if (ok && !http_request_header(r, "User-Agent"))
                ok = add_header(t, "User-Agent", "s2svpnd/" S2SVPN_VERSION);
        return ok;
}

/* "HTTP/1.1 200 OK" begins a head; an informational one is followed by another. */
static size_t on_header(char *bytes, size_t size, size_t n, void *userdata) {
        struct transfer *t = userdata;
        size_t len = size * n;
        const char *colon = memchr(bytes, ':', len);
        while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r' || bytes[len - 1] == ' '))
                len--;
        if (t->head_told)
                return size * n; /* trailers mean nothing to us */
        if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
                const char *blank = memchr(bytes, ' ', len);
                http_response_deinit(&t->head);
                t->head.status = blank ? atoi(blank) : 0;
                return size * n;
        }
        if (len == 0) {
                if (t->head.status < 200)
                        return size * n;
                t->head_told = true;
                t->client->events.head(t->client->userdata, t->id, &t->head);
                return size * n;
        }
        if (!colon || colon >= bytes + len)
                return colon ? size * n : 0;
        const char *value = colon + 1, *end = bytes + len;
        while (value < end && (*value == ' ' || *value == '\t'))
                value++;
        int k = http_response_add_header(&t->head, bytes, (size_t)(colon - bytes), value, (size_t)(end - value));
        return k < 0 ? 0 : size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *userdata) {
        struct transfer *t = userdata;
        size_t len = size * n;
        t->too_large = len > t->body_max - t->received;
        if (t->too_large || !t->head_told)
                return 0;
        t->received += len;
        t->client->events.body(t->client->userdata, t->id, bytes, len);
        return len;
}

static bool starts_with(const char *s, const char *prefix) {
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_loopback(const char *url) {
        static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
        struct http_url u;
        if (http_url_split(url, &u) < 0 || memchr(u.host, '@', u.host_len))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(hosts); i++) {
                size_t n = strlen(hosts[i]);
                if (u.host_len >= n && memcmp(u.host, hosts[i], n) == 0 && (u.host_len == n || u.host[n] == ':'))
                        return true;
        }
        return false;
}

static bool set_method(CURL *easy, const struct transfer *t, enum http_method method) {
        bool ok = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
        if (method == HTTP_GET)
                return ok;
        /* A DELETE has no body here; the other methods have one, if of length 0. */
        if (method != HTTP_DELETE || t->body.len > 0)
                ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len) == CURLE_OK &&
                     curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_str(&t->body)) == CURLE_OK;
        return ok && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http_method_to_string(method)) == CURLE_OK;
}

static bool set_limits(CURL *easy, const char *protocols, int64_t timeout_ms, bool is_write) {
        long timeout = timeout_ms < 1 ? 1 : timeout_ms > INT32_MAX ? INT32_MAX : (long)timeout_ms;
        return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                timeout < CONNECT_TIMEOUT_MS ? timeout : CONNECT_TIMEOUT_MS) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_write ? 1L : 0L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, is_write ? 1L : 0L) == CURLE_OK;
}

/* CAPATH must be NULL: with a directory of certificates libcurl does not cache what it read. */
static bool set_callbacks(CURL *easy, struct transfer *t) {
        const char *ca_file = *t->client->ca_file ? t->client->ca_file : SYSTEM_CA_FILE;
        return curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HEADERDATA, t) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PRIVATE, t) == CURLE_OK;
}

static bool configure(struct transfer *t, const struct engine_output *out) {
        const struct http_request *r = out->http.request;
        bool is_local = out->http.is_metadata || is_loopback(r->url);
        t->easy = curl_easy_init();
        if (!t->easy)
                return false;
        bool ok = add_headers(t, r) && curl_easy_setopt(t->easy, CURLOPT_URL, r->url) == CURLE_OK &&
                  set_method(t->easy, t, r->method) &&
                  set_limits(t->easy, is_local ? "http,https" : "https", out->http.timeout_ms, r->is_write) &&
                  set_callbacks(t->easy, t);
        /* Instance metadata answers to this machine alone, and loopback is not the proxy's. */
        if (ok && is_local)
                ok = curl_easy_setopt(t->easy, CURLOPT_PROXY, "") == CURLE_OK;
        return ok && curl_multi_add_handle(t->client->multi, t->easy) == CURLM_OK;
}

/**
 * http_client_start() - Sends a request
 * @out: copied
 *
 * Every request ends in exactly one of done and failed, unless it is cancelled; failed may come before this returns.
 */
void http_client_start(struct http_client *c, const struct engine_output *out) {
        const struct http_request *r = out->http.request;
        struct transfer *t = mem_zalloc(1, sizeof(*t));
        if (!t) {
                c->events.failed(c->userdata, out->id, HTTP_NOT_SENT, "no memory");
                return;
        }
        t->client = c;
        t->id = out->id;
        t->body_max = out->http.body_max;
        t->is_https = starts_with(r->url, "https://");
        list_init(&t->link);
        buf_append(&t->body, buf_str(&r->body), r->body.len);
        if (!t->is_https && !(starts_with(r->url, "http://") && (out->http.is_metadata || is_loopback(r->url))))
                c->events.failed(c->userdata, out->id, HTTP_NOT_SENT,
                                 "refused: only https, and http to loopback and instance metadata");
        else if (buf_error(&t->body) < 0 || !configure(t, out))
                c->events.failed(c->userdata, out->id, HTTP_NOT_SENT, "the request cannot be set up");
        else {
                list_append(&c->transfers, &t->link);
                return;
        }
        transfer_free(t);
}

void http_client_cancel(struct http_client *c, uint64_t id) {
        LIST_FOREACH(item, &c->transfers) {
                struct transfer *t = CONTAINER_OF(item, struct transfer, link);
                if (t->id == id)
                        transfer_free(t);
        }
}

/* ---- ends ---- */

/*
 * Surely nothing left: the code says that there was no connection, and libcurl counted no byte of a request. Whatever
 * is in doubt counts as sent.
 */
static enum http_failure classify(const struct transfer *t, CURLcode code) {
        long request_bytes = 1;
        curl_off_t pretransfer_us = 1, connect_us = 1, tls_us = 1;
        (void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
        (void)curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
        (void)curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME_T, &connect_us);
        (void)curl_easy_getinfo(t->easy, CURLINFO_APPCONNECT_TIME_T, &tls_us);
        if (request_bytes != 0 || pretransfer_us != 0)
                return HTTP_MAYBE_SENT;
        if (code == CURLE_OPERATION_TIMEDOUT)
                return (t->is_https ? tls_us : connect_us) == 0 ? HTTP_NOT_SENT : HTTP_MAYBE_SENT;
        switch ((int)code) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_PEER_FAILED_VERIFICATION:
                return HTTP_NOT_SENT;
        }
        return HTTP_MAYBE_SENT;
}

static void finish(struct transfer *t, CURLcode code) {
        struct http_client *c = t->client;
        char text[CURL_ERROR_SIZE + 64];
        uint64_t id = t->id;
        if (code == CURLE_OK && t->head_told) {
                transfer_free(t);
                c->events.done(c->userdata, id);
                return;
        }
        enum http_failure failure = code == CURLE_OK ? HTTP_MAYBE_SENT : classify(t, code);
        if (t->too_large)
                snprintf(text, sizeof(text), "the answer is larger than %zu bytes", t->body_max);
        else
                snprintf(text, sizeof(text), "%s", t->error[0] ? t->error : curl_easy_strerror(code));
        transfer_free(t);
        c->events.failed(c->userdata, id, failure, text);
}

static void collect(struct http_client *c) {
        CURLMsg *m;
        int left;
        while ((m = curl_multi_info_read(c->multi, &left))) {
                char *p = NULL;
                CURLcode code = m->data.result;
                (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &p);
                if (m->msg == CURLMSG_DONE && p)
                        finish((struct transfer *)p, code);
        }
}

/* ---- the loop ---- */

static void on_timer(uv_timer_t *timer) {
        struct http_client *c = timer->data;
        int running;
        (void)curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        collect(c);
}

static int on_timer_change(CURLM *multi, long timeout_ms, void *userdata) {
        struct http_client *c = userdata;
        (void)multi;
        if (timeout_ms < 0)
                uv_timer_stop(&c->timer);
        else
                uv_timer_start(&c->timer, on_timer, (uint64_t)timeout_ms, 0);
        return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events) {
        struct watch *w = poll->data;
        struct http_client *c = w->client;
        int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
        int running;
        /* @w may be closed during the call */
        (void)curl_multi_socket_action(c->multi, w->fd, status < 0 ? CURL_CSELECT_ERR : flags, &running);
        collect(c);
}

static void on_watch_closed(uv_handle_t *handle) {
        mem_free(handle->data);
}

static struct watch *watch_new(struct http_client *c, curl_socket_t fd) {
        struct watch *w = mem_zalloc(1, sizeof(*w));
        if (!w || uv_poll_init_socket(c->loop, &w->poll, fd) < 0) {
                mem_free(w);
                return NULL;
        }
        w->client = c;
        w->fd = fd;
        w->poll.data = w;
        (void)curl_multi_assign(c->multi, fd, w);
        return w;
}

static int on_socket_change(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        struct http_client *c = userdata;
        struct watch *w = socket_data;
        (void)easy;
        if (what == CURL_POLL_REMOVE) {
                if (!w)
                        return 0;
                uv_poll_stop(&w->poll);
                (void)curl_multi_assign(c->multi, fd, NULL);
                uv_close((uv_handle_t *)&w->poll, on_watch_closed);
                return 0;
        }
        if (!w && !(w = watch_new(c, fd)))
                return -1;
        int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
        return uv_poll_start(&w->poll, events, on_poll) < 0 ? -1 : 0;
}

/* ---- lifetime ---- */

int http_client_set_ca_file(struct http_client *c, const char *path) {
        char *copy = mem_strdup(path);
        if (!copy)
                return -ENOMEM;
        mem_free(c->ca_file);
        c->ca_file = copy;
        return 0;
}

static bool set_multi(struct http_client *c) {
        return curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_change) == CURLM_OK &&
               curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c) == CURLM_OK &&
               curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_change) == CURLM_OK &&
               curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c) == CURLM_OK &&
               curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) == CURLM_OK &&
               curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS) == CURLM_OK;
}

int http_client_new(uv_loop_t *loop, const struct http_events *events, void *userdata, struct http_client **ret) {
        struct http_client *c = mem_zalloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (struct http_client){.loop = loop, .events = *events, .userdata = userdata};
        list_init(&c->transfers);
        c->multi = curl_multi_init();
        c->ca_file = mem_strdup("");
        if (!c->multi || !c->ca_file || !set_multi(c)) {
                curl_multi_cleanup(c->multi);
                mem_free(c->ca_file);
                mem_free(c);
                return -ENOMEM;
        }
        (void)uv_timer_init(loop, &c->timer); /* cannot fail */
        c->timer.data = c;
        *ret = c;
        return 0;
}

static void on_client_closed(uv_handle_t *handle) {
        struct http_client *c = handle->data;
        mem_free(c->ca_file);
        mem_free(c);
}

void http_client_close(struct http_client *c) {
        if (!c)
                return;
        LIST_FOREACH(item, &c->transfers)
        transfer_free(CONTAINER_OF(item, struct transfer, link));
        (void)curl_multi_cleanup(c->multi);
        uv_timer_stop(&c->timer);
        uv_close((uv_handle_t *)&c->timer, on_client_closed);
}
