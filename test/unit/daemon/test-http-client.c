/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client against a server of plain sockets that counts: nothing goes out twice, and what failed how is told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http-client.h"

/* ---- the server, in a thread ---- */

#define PEERS_MAX 16

struct peer {
        int fd; /* -1: free */
        unsigned n_requests;
        struct buf in;
};

struct counting_server {
        int fd, port;
        int stop[2];
        pthread_t thread;
        struct peer peers[PEERS_MAX];
        /* read by the tests once the answer is there */
        unsigned n_connections, n_requests, n_puts;
        char last[4096]; /* head of the last request */
        size_t last_body;
};

static struct counting_server server;

static void hang_up(struct peer *p) {
        close(p->fd);
        buf_deinit(&p->in);
        p->fd = -1;
}

static void answer(struct peer *p, const char *text) {
        (void)!write(p->fd, text, strlen(text));
}

static void answer_large(struct peer *p) {
        char body[4096];
        memset(body, 'x', sizeof(body));
        answer(p, "HTTP/1.1 200 OK\r\nContent-Length: 409600\r\n\r\n");
        for (int i = 0; i < 100; i++) {
                if (send(p->fd, body, sizeof(body), MSG_NOSIGNAL) < 0)
                        return;
        }
}

/* What is done depends on the path. The second request of a connection is never answered: the connection closes. */
static void serve(struct peer *p, size_t head_len, size_t body_len) {
        const char *path = strchr(p->in.data, ' ') + 1;
        server.n_requests++;
        server.n_puts += strncmp(p->in.data, "PUT ", 4) == 0;
        snprintf(server.last, sizeof(server.last), "%.*s", (int)head_len, p->in.data);
        server.last_body = body_len;
        if (++p->n_requests > 1 || strncmp(path, "/close", 6) == 0)
                hang_up(p);
        else if (strncmp(path, "/large", 6) == 0)
                answer_large(p);
        else if (strncmp(path, "/redirect", 9) == 0)
                answer(p, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
        else if (strncmp(path, "/interim", 8) == 0)
                answer(p, "HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n"
                          "HTTP/1.1 201 Created\r\nX-A:  late \r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n");
        else if (strncmp(path, "/cut", 4) == 0) {
                answer(p, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123");
                hang_up(p);
        } else if (strncmp(path, "/hang", 5) != 0)
                answer(p, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (p->fd >= 0)
                buf_clear(&p->in);
}

static void on_readable(struct peer *p) {
        char chunk[65536];
        ssize_t n = read(p->fd, chunk, sizeof(chunk));
        if (n <= 0) {
                hang_up(p);
                return;
        }
        buf_append(&p->in, chunk, (size_t)n);
        const char *end = memmem(p->in.data, p->in.len, "\r\n\r\n", 4);
        if (!end)
                return;
        size_t head_len = (size_t)(end + 4 - p->in.data), body_len = 0;
        const char *length = strcasestr(p->in.data, "\r\nContent-Length:");
        if (length && length < end)
                body_len = strtoul(length + 17, NULL, 10);
        if (p->in.len >= head_len + body_len)
                serve(p, head_len, body_len);
}

static void accept_peer(void) {
        for (size_t i = 0; i < PEERS_MAX; i++) {
                if (server.peers[i].fd >= 0)
                        continue;
                server.peers[i] = (struct peer){.fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC)};
                server.n_connections++;
                return;
        }
}

static void *serve_all(void *userdata) {
        (void)userdata;
        for (;;) {
                struct pollfd fds[PEERS_MAX + 2] = {{server.stop[0], POLLIN, 0}, {server.fd, POLLIN, 0}};
                for (size_t i = 0; i < PEERS_MAX; i++)
                        fds[i + 2] = (struct pollfd){server.peers[i].fd, POLLIN, 0};
                if (poll(fds, ELEMENTSOF(fds), -1) < 0 || fds[0].revents)
                        return NULL;
                for (size_t i = 0; i < PEERS_MAX; i++) {
                        if (server.peers[i].fd >= 0 && fds[i + 2].revents)
                                on_readable(&server.peers[i]);
                }
                if (fds[1].revents)
                        accept_peer();
        }
}

/* ---- the client ---- */

struct outcome {
        unsigned n_heads, n_ends;
        bool failed;
        enum http_failure failure;
        char text[512];
        int status;
        char header[64]; /* X-A */
        struct buf body;
};

static uv_loop_t loop;
static struct http_client *client;
static struct outcome outcome;
static uint64_t last_id;

static void on_head(void *userdata, uint64_t id, const struct http_response *head) {
        const char *value = http_response_header(head, "x-a");
        (void)userdata;
        assert_int_equal(id, last_id);
        outcome.n_heads++;
        outcome.status = head->status;
        snprintf(outcome.header, sizeof(outcome.header), "%s", value ? value : "");
}
static void on_body(void *userdata, uint64_t id, const char *bytes, size_t len) {
        (void)userdata;
        assert_int_equal(id, last_id);
        buf_append(&outcome.body, bytes, len);
}
static void on_done(void *userdata, uint64_t id) {
        (void)userdata;
        assert_int_equal(id, last_id);
        outcome.n_ends++;
}
static void on_failed(void *userdata, uint64_t id, enum http_failure failure, const char *text) {
        (void)userdata;
        assert_int_equal(id, last_id);
        outcome.n_ends++;
        outcome.failed = true;
        outcome.failure = failure;
        snprintf(outcome.text, sizeof(outcome.text), "%s", text);
}

struct question {
        enum http_method method;
        const char *path; /* below the server, or a whole URL */
        size_t body_len;
        bool is_write, is_metadata;
        int64_t timeout_ms; /* 0: 5 s */
};

static void start(const struct question *q) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_buf_ struct buf url = BUF_NULL;
        buf_printf(&url, q->path[0] == '/' ? "http://127.0.0.1:%d%s" : "%.0d%s", server.port, q->path);
        r.method = q->method;
        r.is_write = q->is_write;
        http_request_set_url(&r, q->path[0] == '/' ? buf_str(&url) : q->path);
        http_request_add_header(&r, "Authorization", "Bearer t");
        for (size_t i = 0; i < q->body_len; i++)
                buf_putc(&r.body, 'b');
        assert_int_equal(http_request_error(&r), 0);
        struct engine_output out = {.type = ENGINE_OUT_HTTP, .id = ++last_id};
        out.http.request = &r;
        out.http.timeout_ms = q->timeout_ms ? q->timeout_ms : 5000;
        out.http.body_max = 1000;
        out.http.is_metadata = q->is_metadata;
        buf_clear(&outcome.body);
        outcome = (struct outcome){.body = outcome.body};
        http_client_start(client, &out);
        /* the request is gone before anything is sent */
}

static void ask(const struct question *q) {
        start(q);
        while (outcome.n_ends == 0)
                uv_run(&loop, UV_RUN_ONCE);
        for (int i = 0; i < 5; i++)
                uv_run(&loop, UV_RUN_NOWAIT);
        assert_int_equal(outcome.n_ends, 1);
}

static int setup(void **state) {
        static const struct http_events events = {on_head, on_body, on_done, on_failed};
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t len = sizeof(address);
        (void)state;
        server = (struct counting_server){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        for (size_t i = 0; i < PEERS_MAX; i++)
                server.peers[i].fd = -1;
        assert_int_equal(bind(server.fd, (struct sockaddr *)&address, len), 0);
        assert_int_equal(listen(server.fd, 16), 0);
        assert_int_equal(getsockname(server.fd, (struct sockaddr *)&address, &len), 0);
        server.port = ntohs(address.sin_port);
        assert_int_equal(pipe2(server.stop, O_CLOEXEC), 0);
        assert_int_equal(pthread_create(&server.thread, NULL, serve_all, NULL), 0);
        assert_int_equal(uv_loop_init(&loop), 0);
        assert_int_equal(http_client_new(&loop, &events, NULL, &client), 0);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        http_client_close(client);
        uv_run(&loop, UV_RUN_DEFAULT);
        assert_int_equal(uv_loop_close(&loop), 0);
        buf_deinit(&outcome.body);
        assert_int_equal(write(server.stop[1], "x", 1), 1);
        pthread_join(server.thread, NULL);
        for (size_t i = 0; i < PEERS_MAX; i++) {
                if (server.peers[i].fd >= 0)
                        hang_up(&server.peers[i]);
        }
        close(server.fd);
        close(server.stop[0]);
        close(server.stop[1]);
        return 0;
}

static void assert_failed(enum http_failure failure) {
        if (!outcome.failed || outcome.failure != failure)
                fail_msg("failed %d as %d: %s", outcome.failed, outcome.failure, outcome.text);
}

static void an_answer_comes_in_pieces(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/interim"});
        assert_false(outcome.failed);
        assert_int_equal(outcome.n_heads, 1);
        assert_int_equal(outcome.status, 201);
        assert_string_equal(outcome.header, "late");
        assert_string_equal(buf_str(&outcome.body), "abc");
}

static void a_request_is_sent_byte_for_byte(void **state) {
        (void)state;
        ask(&(struct question){HTTP_POST, .path = "/a/../b%2fc?x=%20&y"});
        assert_int_equal(strncmp(server.last, "POST /a/../b%2fc?x=%20&y HTTP/1.1\r\n", 35), 0);
        assert_non_null(strstr(server.last, "\r\nAuthorization: Bearer t\r\n"));
        assert_non_null(strstr(server.last, "\r\nContent-Length: 0\r\n"));
        assert_null(strcasestr(server.last, "Content-Type"));
        assert_non_null(strstr(server.last, "\r\nUser-Agent: s2svpnd/"));
        ask(&(struct question){HTTP_PUT, .path = "/ok", .body_len = 2000000, .is_write = true});
        assert_int_equal(server.last_body, 2000000);
        assert_null(strcasestr(server.last, "Expect"));
        ask(&(struct question){HTTP_DELETE, .path = "/ok", .is_write = true});
        assert_int_equal(strncmp(server.last, "DELETE /ok ", 11), 0);
}

/* The server closes a kept connection on its second request: a write must not meet that. */
static void a_write_has_a_connection_of_its_own(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/ok"});
        assert_int_equal(server.n_connections, 1);
        for (unsigned i = 1; i <= 3; i++) {
                ask(&(struct question){HTTP_PUT, .path = "/ok", .body_len = 10, .is_write = true});
                assert_false(outcome.failed);
                assert_int_equal(outcome.status, 200);
                assert_int_equal(server.n_puts, i);
                assert_int_equal(server.n_connections, 1 + i);
        }
}

static void a_write_that_is_not_answered_goes_out_once(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/ok"});
        ask(&(struct question){HTTP_PUT, .path = "/close", .body_len = 10, .is_write = true});
        assert_failed(HTTP_MAYBE_SENT);
        assert_int_equal(server.n_puts, 1);
}

static void reads_keep_their_connection(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/ok"});
        ask(&(struct question){HTTP_GET, .path = "/ok"}); /* closed by the server, asked again by libcurl */
        assert_false(outcome.failed);
        assert_int_equal(server.n_requests, 3);
}

static void a_body_beyond_its_limit_ends_the_request(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/large"});
        assert_failed(HTTP_MAYBE_SENT);
        assert_string_equal(outcome.text, "the answer is larger than 1000 bytes");
        assert_true(outcome.body.len <= 1000);
}

static void a_redirect_is_an_answer(void **state) {
        (void)state;
        ask(&(struct question){HTTP_GET, .path = "/redirect"});
        assert_false(outcome.failed);
        assert_int_equal(outcome.status, 302);
        assert_int_equal(server.n_requests, 1);
}

static void half_an_answer_is_none(void **state) {
        (void)state;
        ask(&(struct question){HTTP_PUT, .path = "/cut", .is_write = true});
        assert_failed(HTTP_MAYBE_SENT);
        assert_int_equal(server.n_puts, 1);
}

static void silence_times_out(void **state) {
        (void)state;
        ask(&(struct question){HTTP_PUT, .path = "/hang", .is_write = true, .timeout_ms = 200});
        assert_failed(HTTP_MAYBE_SENT);
}

static void what_never_left_is_told(void **state) {
        char url[64];
        (void)state;
        ask(&(struct question){HTTP_PUT, .path = "http://127.0.0.1:1/", .is_write = true});
        assert_failed(HTTP_NOT_SENT);
        ask(&(struct question){HTTP_PUT, .path = "https://name.invalid/", .is_write = true});
        assert_failed(HTTP_NOT_SENT);
        snprintf(url, sizeof(url), "https://127.0.0.1:%d/close", server.port); /* no TLS there */
        ask(&(struct question){HTTP_PUT, .path = url, .is_write = true, .timeout_ms = 500});
        assert_failed(HTTP_NOT_SENT);
        assert_int_equal(server.n_puts, 0);
}

static void plain_http_is_for_loopback_and_metadata(void **state) {
        static const char *const urls[] = {"http://192.0.2.1/", "http://localhost.example/",
                                           "http://127.0.0.1@192.0.2.1/", "ftp://127.0.0.1/", "file:///etc/passwd"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(urls); i++) {
                ask(&(struct question){HTTP_GET, .path = urls[i]});
                assert_failed(HTTP_NOT_SENT);
                assert_string_equal(outcome.text, "refused: only https, and http to loopback and instance metadata");
        }
}

static void loopback_and_metadata_pass_by_the_proxy(void **state) {
        (void)state;
        setenv("http_proxy", "http://127.0.0.1:1", 1);
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
        ask(&(struct question){HTTP_GET, .path = "/ok"});
        assert_false(outcome.failed);
        /* nobody answers there, but nobody asks the proxy either: that would fail at once, as refused */
        ask(&(struct question){HTTP_GET, .path = "http://192.0.2.1/", .is_metadata = true, .timeout_ms = 100});
        assert_true(outcome.failed);
        assert_null(strstr(outcome.text, "127.0.0.1"));
        unsetenv("http_proxy");
        unsetenv("ALL_PROXY");
}

static void the_proxy_is_for_the_clouds(void **state) {
        char proxy[64];
        (void)state;
        snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", server.port);
        setenv("HTTPS_PROXY", proxy, 1);
        ask(&(struct question){HTTP_GET, .path = "https://management.invalid/x", .timeout_ms = 500});
        assert_true(outcome.failed);
        assert_int_equal(strncmp(server.last, "CONNECT management.invalid:443 ", 31), 0);
        assert_null(strstr(server.last, "Bearer"));
        setenv("NO_PROXY", "management.invalid", 1);
        ask(&(struct question){HTTP_GET, .path = "https://management.invalid/x"});
        assert_failed(HTTP_NOT_SENT);
        assert_int_equal(server.n_requests, 1);
        unsetenv("HTTPS_PROXY");
        unsetenv("NO_PROXY");
}

static void a_cancelled_request_is_silent(void **state) {
        (void)state;
        start(&(struct question){HTTP_GET, .path = "/hang"});
        for (int i = 0; i < 20 && server.n_requests == 0; i++)
                uv_run(&loop, UV_RUN_ONCE);
        http_client_cancel(client, last_id);
        http_client_cancel(client, last_id);
        for (int i = 0; i < 5; i++)
                uv_run(&loop, UV_RUN_NOWAIT);
        assert_int_equal(outcome.n_ends, 0);
        start(&(struct question){HTTP_GET, .path = "/hang"}); /* and one is in flight when the client is closed */
        uv_run(&loop, UV_RUN_ONCE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(an_answer_comes_in_pieces),
                TEST(a_request_is_sent_byte_for_byte),
                TEST(a_write_has_a_connection_of_its_own),
                TEST(a_write_that_is_not_answered_goes_out_once),
                TEST(reads_keep_their_connection),
                TEST(a_body_beyond_its_limit_ends_the_request),
                TEST(a_redirect_is_an_answer),
                TEST(half_an_answer_is_none),
                TEST(silence_times_out),
                TEST(what_never_left_is_told),
                TEST(plain_http_is_for_loopback_and_metadata),
                TEST(loopback_and_metadata_pass_by_the_proxy),
                TEST(the_proxy_is_for_the_clouds),
                TEST(a_cancelled_request_is_silent),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
