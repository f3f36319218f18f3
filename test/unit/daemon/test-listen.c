/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: modes, what is in the way, and those that systemd passed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "listen.h"
#include "util/macro.h"

static char path[64];

static int setup(void **state) {
        (void)state;
        snprintf(path, sizeof(path), "/tmp/s2svpn-listen-%d", (int)getpid());
        return 0;
}

static int teardown(void **state) {
        (void)state;
        unlink(path);
        return 0;
}

static void the_socket_is_not_for_everybody(void **state) {
        struct stat st;
        (void)state;
        for (int i = 0; i < 2; i++) { /* the second time over what the first left behind */
                int fd = listen_unix(path, "no-such-group");
                assert_true(fd >= 0);
                assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
                assert_int_equal(stat(path, &st), 0);
                assert_true(S_ISSOCK(st.st_mode));
                assert_int_equal(st.st_mode & 0777, 0600);
                close(fd);
        }
}

static void a_file_in_the_way_is_not_removed(void **state) {
        struct stat st;
        (void)state;
        int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
        assert_int_equal(listen_unix(path, "no-such-group"), -EEXIST);
        assert_int_equal(stat(path, &st), 0);
}

static void addresses_are_read(void **state) {
        static const char *const bad[] = {"", "9321", "127.0.0.1", "::1:9321", "[::1:9321", "name:1", "[]:1"};
        (void)state;
        int fd = listen_tcp("127.0.0.1:0");
        assert_true(fd >= 0);
        close(fd);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(listen_tcp(bad[i]), -EINVAL);
}

/* In a child: descriptors 3 and 4 are what systemd would pass. */
static int take(int first, int second) {
        struct listening l;
        char pid[16];
        snprintf(pid, sizeof(pid), "%d", (int)getpid());
        int a = fcntl(first, F_DUPFD, 10), b = fcntl(second, F_DUPFD, 10);
        dup2(a, 3);
        dup2(b, 4);
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "2", 1);
        int k = listen_take_passed(&l);
        if (k < 0)
                return k == -EINVAL ? 1 : 2;
        return l.control == 3 && l.metrics == 4 && l.control_is_passed && l.metrics_is_passed ? 0 : 3;
}

static int in_child(int first, int second) {
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
                _exit(take(first, second));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WEXITSTATUS(status);
}

static void passed_sockets_are_told_apart(void **state) {
        struct listening l;
        (void)state;
        int control = listen_unix(path, "no-such-group"), metrics = listen_tcp("127.0.0.1:0");
        assert_int_equal(in_child(control, metrics), 0);
        assert_int_equal(in_child(control, control), 1); /* what would the second one be for? */
        close(control);
        close(metrics);
        assert_int_equal(listen_take_passed(&l), 0);
        assert_int_equal(l.control, -1);
        assert_false(l.control_is_passed);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_socket_is_not_for_everybody, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_in_the_way_is_not_removed, setup, teardown),
                cmocka_unit_test_setup_teardown(addresses_are_read, setup, teardown),
                cmocka_unit_test_setup_teardown(passed_sockets_are_told_apart, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
