/* SPDX-License-Identifier: Apache-2.0 */
/* The control and metrics servers, with clients in the same loop: whole requests, who asks, limits, late answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "listen.h"
#include "server.h"
#include "util/buf.h"

#define CLIENTS_MAX 80

/* Groups of our own, whatever this machine has. */
#define GID_READ 60001
#define GID_WRITE 60002

struct group *__wrap_getgrnam(const char *name);

struct group *__wrap_getgrnam(const char *name) {
        static struct group group;
        group.gr_gid = strcmp(name, "s2svpn") == 0 ? GID_READ : GID_WRITE;
        return strncmp(name, "s2svpn", 6) == 0 ? &group : NULL;
}

struct fixture {
        uv_loop_t loop;
        uv_timer_t timer;
        struct server *server;
        uint64_t next_id;
        char path[64];
        struct sockaddr_storage address;
        socklen_t address_len;
        /* the last request */
        unsigned n_requests;
        uint64_t id;
        char method[16], target[128], peer[32];
        struct buf body;
        bool may_write;
        bool answer; /* at the next turn of the loop */
        bool refuse;
};

static void on_timer(uv_timer_t *timer) {
        struct fixture *f = timer->data;
        if (f->answer && f->id)
                assert_true(server_reply(f->server, f->id, 200, "text/plain", "hello\n", 6));
}

static int on_request(void *userdata, uint64_t id, const struct server_request *r) {
        struct fixture *f = userdata;
        if (f->refuse)
                return -ENOMEM;
        f->n_requests++;
        f->id = id;
        f->may_write = r->may_write;
        snprintf(f->method, sizeof(f->method), "%s", r->method);
        snprintf(f->target, sizeof(f->target), "%s", r->path);
        snprintf(f->peer, sizeof(f->peer), "%s", r->peer);
        buf_clear(&f->body);
        buf_append(&f->body, r->body, r->len);
        uv_timer_start(&f->timer, on_timer, 0, 0);
        return 0;
}

static struct fixture *fixture_new(enum server_kind kind) {
        struct fixture *f = calloc(1, sizeof(*f));
        int fd;
        assert_non_null(f);
        f->answer = true;
        assert_int_equal(uv_loop_init(&f->loop), 0);
        uv_timer_init(&f->loop, &f->timer);
        f->timer.data = f;
        if (kind == SERVER_CONTROL) {
                snprintf(f->path, sizeof(f->path), "/tmp/s2svpn-server-%d", (int)getpid());
                fd = listen_unix(f->path, "no-such-group");
        } else {
                fd = listen_tcp("127.0.0.1:0");
        }
        assert_true(fd >= 0);
        f->address_len = sizeof(f->address);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&f->address, &f->address_len), 0);
        assert_int_equal(server_new(&f->loop, kind, fd, &f->next_id, on_request, f, &f->server), 0);
        return f;
}

static int setup_control(void **state) {
        *state = fixture_new(SERVER_CONTROL);
        return 0;
}

static int setup_metrics(void **state) {
        *state = fixture_new(SERVER_METRICS);
        return 0;
}

static int teardown(void **state) {
        struct fixture *f = *state;
        server_close(f->server);
        uv_close((uv_handle_t *)&f->timer, NULL);
        uv_run(&f->loop, UV_RUN_DEFAULT);
        assert_int_equal(uv_loop_close(&f->loop), 0);
        if (*f->path)
                unlink(f->path);
        buf_deinit(&f->body);
        free(f);
        return 0;
}

static int dial(const struct fixture *f) {
        int fd = socket(f->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(fd >= 0);
        assert_int_equal(connect(fd, (const struct sockaddr *)&f->address, f->address_len), 0);
        return fd;
}

static void send_text(int fd, const char *text, size_t len) {
        assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static void turn(struct fixture *f, int n) {
        for (int i = 0; i < n; i++) {
                uv_run(&f->loop, UV_RUN_NOWAIT);
                usleep(200);
        }
}

/* Reads until @end has been seen; "" end: until the server closes. */
static void receive(struct fixture *f, int fd, const char *end, struct buf *out) {
        char chunk[1024];
        buf_clear(out);
        for (int i = 0; i < 5000; i++) {
                turn(f, 1);
                ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);
                if (n > 0)
                        buf_append(out, chunk, (size_t)n);
                bool is_closed = n == 0 || (n < 0 && errno != EAGAIN);
                if (is_closed || (*end && strstr(buf_str(out), end)))
                        return;
        }
        fail_msg("no answer: %s", buf_str(out));
}

static void a_request_comes_whole(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        char peer[32];
        static const char head[] = "POST /v1/pause?a=b%20c HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345";
        int fd = dial(f);
        send_text(fd, head, strlen(head));
        turn(f, 20);
        assert_int_equal(f->n_requests, 0);
        send_text(fd, "67890", 5);
        receive(f, fd, "hello\n", &out);
        assert_int_equal(strncmp(buf_str(&out), "HTTP/1.1 200 ", 13), 0);
        assert_string_equal(f->method, "POST");
        assert_string_equal(f->target, "/v1/pause?a=b%20c");
        assert_string_equal(buf_str(&f->body), "1234567890");
        snprintf(peer, sizeof(peer), "uid %u", (unsigned)getuid());
        assert_string_equal(f->peer, peer);
        assert_true(f->may_write); /* the daemon's own user */
        /* the connection is kept */
        static const char again[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
        send_text(fd, again, strlen(again));
        receive(f, fd, "hello\n", &out);
        assert_int_equal(f->n_requests, 2);
        assert_int_equal(f->body.len, 0);
        close(fd);
}

static void a_late_answer_reaches_its_request(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        f->answer = false;
        int first = dial(f), second = dial(f);
        send_text(first, get, strlen(get));
        turn(f, 50);
        uint64_t first_id = f->id;
        send_text(second, get, strlen(get));
        turn(f, 50);
        assert_int_equal(f->n_requests, 2);
        assert_true(server_reply(f->server, f->id, 404, "text/plain", "second\n", 7));
        receive(f, second, "second\n", &out);
        assert_int_equal(strncmp(buf_str(&out), "HTTP/1.1 404 ", 13), 0);
        assert_true(server_reply(f->server, first_id, 200, "text/plain", "first\n", 6));
        assert_false(server_reply(f->server, first_id, 200, "text/plain", "again\n", 6));
        assert_false(server_reply(f->server, 999, 200, "text/plain", "nobody\n", 7));
        receive(f, first, "first\n", &out);
        close(first);
        close(second);
}

static void large_bodies_are_refused(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL, big = BUF_NULL;
        buf_puts(&big, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
        int fd = dial(f);
        send_text(fd, buf_str(&big), big.len);
        receive(f, fd, "KiB", &out);
        assert_int_equal(strncmp(buf_str(&out), "HTTP/1.1 413 ", 13), 0);
        close(fd);
        buf_clear(&big);
        buf_puts(&big, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n12000\r\n");
        for (int i = 0; i < 0x12000; i++)
                buf_putc(&big, 'x');
        fd = dial(f);
        send_text(fd, buf_str(&big), big.len);
        receive(f, fd, "", &out); /* cut */
        assert_int_equal(f->n_requests, 0);
        close(fd);
}

static bool is_open(struct fixture *f, int fd) {
        char c;
        turn(f, 20);
        ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);
        return n < 0 && errno == EAGAIN;
}

static void connections_are_limited_and_come_back(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        int limit = geteuid() == 0 ? 64 : 16, fds[CLIENTS_MAX];
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int i = 0; i < limit; i++) {
                fds[i] = dial(f);
                turn(f, 2);
        }
        turn(f, 50);
        for (int i = 0; i < limit; i++)
                assert_true(is_open(f, fds[i]));
        int surplus = dial(f);
        assert_false(is_open(f, surplus));
        close(surplus);
        for (int round = 0; round < 3; round++) {
                close(fds[0]);
                turn(f, 50);
                fds[0] = dial(f);
                send_text(fds[0], get, strlen(get));
                receive(f, fds[0], "hello\n", &out);
        }
        for (int i = 0; i < limit; i++)
                close(fds[i]);
        turn(f, 50);
}

static void a_request_that_cannot_be_taken_is_answered(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        f->refuse = true;
        int fd = dial(f);
        send_text(fd, get, strlen(get));
        receive(f, fd, "}\n", &out);
        assert_int_equal(strncmp(buf_str(&out), "HTTP/1.1 503 ", 13), 0);
        close(fd);
}

/* The exit status is the first digit of the answer's status; 0: no answer. */
static int ask_as(const struct fixture *f, gid_t group) {
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        char answer[64];
        if (setgroups(group ? 1 : 0, &group) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
                return 9;
        int fd = dial(f);
        if (write(fd, get, strlen(get)) < 0 || read(fd, answer, sizeof(answer)) < 10)
                return 0;
        return answer[9] - '0';
}

/* Only root can become somebody else; for other users only the first rows of the rule can be seen, above. */
static void groups_decide_who_may(void **state) {
        static const struct {
                gid_t group;
                int answer;
                bool may_write;
        } rows[] = {{0, 4, false}, {12345, 4, false}, {GID_READ, 2, false}, {GID_WRITE, 2, true}};
        struct fixture *f = *state;
        assert_int_equal(chmod(f->path, 0666), 0);
        for (size_t i = 0; geteuid() == 0 && i < ELEMENTSOF(rows); i++) {
                int status;
                f->may_write = false;
                pid_t pid = fork();
                assert_true(pid >= 0);
                if (pid == 0)
                        _exit(ask_as(f, rows[i].group));
                while (waitpid(pid, &status, WNOHANG) == 0)
                        turn(f, 1);
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), rows[i].answer);
                assert_int_equal(f->may_write, rows[i].may_write);
        }
}

static void a_client_may_leave_while_it_waits(void **state) {
        struct fixture *f = *state;
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        f->answer = false;
        int fd = dial(f);
        send_text(fd, get, strlen(get));
        turn(f, 50);
        assert_int_equal(f->n_requests, 1);
        close(fd);
        turn(f, 50);
        (void)server_reply(f->server, f->id, 200, "text/plain", "hello\n", 6);
        turn(f, 50);
}

static void closing_cuts_those_who_wait(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        f->answer = false;
        int fd = dial(f);
        send_text(fd, get, strlen(get));
        turn(f, 50);
        assert_int_equal(f->n_requests, 1);
        server_close(f->server);
        f->server = NULL;
        receive(f, fd, "", &out);
        assert_int_equal(out.len, 0);
        close(fd);
}

static void only_metrics_are_served_on_tcp(void **state) {
        static const struct {
                const char *request, *status;
        } rows[] = {
                {"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 "},
                {"GET /metrics/x HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 "},
                {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 "},
        };
        struct fixture *f = *state;
        _cleanup_buf_ struct buf out = BUF_NULL;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                int fd = dial(f);
                send_text(fd, rows[i].request, strlen(rows[i].request));
                receive(f, fd, "}\n", &out);
                assert_int_equal(strncmp(buf_str(&out), rows[i].status, 13), 0);
                close(fd);
        }
        assert_int_equal(f->n_requests, 0);
        static const char get[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        int fd = dial(f);
        send_text(fd, get, strlen(get));
        receive(f, fd, "hello\n", &out);
        assert_false(f->may_write);
        assert_string_equal(f->peer, "metrics");
        close(fd);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_request_comes_whole, setup_control, teardown),
                cmocka_unit_test_setup_teardown(a_late_answer_reaches_its_request, setup_control, teardown),
                cmocka_unit_test_setup_teardown(large_bodies_are_refused, setup_control, teardown),
                cmocka_unit_test_setup_teardown(connections_are_limited_and_come_back, setup_control, teardown),
                cmocka_unit_test_setup_teardown(a_request_that_cannot_be_taken_is_answered, setup_control, teardown),
                cmocka_unit_test_setup_teardown(groups_decide_who_may, setup_control, teardown),
                cmocka_unit_test_setup_teardown(a_client_may_leave_while_it_waits, setup_control, teardown),
                cmocka_unit_test_setup_teardown(closing_cuts_those_who_wait, setup_control, teardown),
                cmocka_unit_test_setup_teardown(only_metrics_are_served_on_tcp, setup_metrics, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
