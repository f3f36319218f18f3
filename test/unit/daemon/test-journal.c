/* SPDX-License-Identifier: Apache-2.0 */
/* Journal fields of an event, and when it goes to standard error instead. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal.h"

static struct buf sent;
static int answer;

int __wrap_sd_journal_sendv(const struct iovec *iov, int n);

int __wrap_sd_journal_sendv(const struct iovec *iov, int n) {
        for (int i = 0; i < n; i++) {
                buf_append(&sent, iov[i].iov_base, iov[i].iov_len);
                buf_putc(&sent, '\n');
        }
        return answer;
}

static const struct event event = {
        .kind = EVENT_STEP_SENT,
        .priority = LOG_NOTICE,
        .pairing = "hub",
        .tunnels = 1u << 0 | 1u << 3,
        .finding = "",
        .action = "reset-connection conn1",
        .reason = "both clouds say down",
        .request_id = "",
        .message = "hub: resetting connection 1",
};

/* What is written to standard error during @call. */
static void capture(const struct journal *j, char *out, size_t size) {
        char path[] = "/tmp/s2svpn-journal-XXXXXX";
        int fd = mkstemp(path), saved = dup(STDERR_FILENO);
        assert_true(fd >= 0 && saved >= 0);
        unlink(path);
        dup2(fd, STDERR_FILENO);
        journal_event(j, &event);
        fflush(stderr);
        dup2(saved, STDERR_FILENO);
        close(saved);
        ssize_t n = pread(fd, out, size - 1, 0);
        assert_true(n >= 0);
        out[n] = 0;
        close(fd);
}

static void say_that_stderr_is_the_journal(void) {
        char stream[64];
        struct stat st;
        assert_int_equal(fstat(STDERR_FILENO, &st), 0);
        snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
        setenv("JOURNAL_STREAM", stream, 1);
}

static int setup(void **state) {
        (void)state;
        answer = 0;
        buf_clear(&sent);
        unsetenv("JOURNAL_STREAM");
        return 0;
}

static int teardown(void **state) {
        (void)state;
        buf_deinit(&sent);
        return 0;
}

static void fields_are_sent(void **state) {
        struct journal j;
        _cleanup_buf_ struct buf expected = BUF_NULL;
        (void)state;
        say_that_stderr_is_the_journal();
        journal_init(&j, LOG_INFO);
        journal_event(&j, &event);
        buf_printf(&expected,
                   "MESSAGE=hub: resetting connection 1\nPRIORITY=5\nSYSLOG_IDENTIFIER=s2svpnd\nMESSAGE_ID=%s\n"
                   "S2SVPN_EVENT=step-sent\nS2SVPN_PAIRING=hub\nS2SVPN_TUNNEL=1\nS2SVPN_TUNNEL=4\n"
                   "S2SVPN_ACTION=reset-connection conn1\nS2SVPN_REASON=both clouds say down\n",
                   event_kind_message_id(EVENT_STEP_SENT));
        assert_string_equal(buf_str(&sent), buf_str(&expected));
}

static void without_a_journal_it_is_one_line(void **state) {
        struct journal j;
        char text[256];
        (void)state;
        setenv("JOURNAL_STREAM", "1:1", 1); /* stderr was redirected since */
        journal_init(&j, LOG_INFO);
        capture(&j, text, sizeof(text));
        assert_string_equal(strchr(text, ' '), " notice hub: resetting connection 1\n");
        assert_int_equal(sent.len, 0);
}

static void a_journal_that_refuses_loses_nothing(void **state) {
        struct journal j;
        char text[256];
        (void)state;
        say_that_stderr_is_the_journal();
        journal_init(&j, LOG_INFO);
        answer = -ENOBUFS;
        capture(&j, text, sizeof(text));
        assert_non_null(strstr(text, "hub: resetting connection 1\n"));
}

static void levels_are_filtered(void **state) {
        struct journal j;
        char text[256];
        (void)state;
        journal_init(&j, LOG_WARNING);
        capture(&j, text, sizeof(text));
        assert_string_equal(text, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(fields_are_sent, setup, teardown),
                cmocka_unit_test_setup_teardown(without_a_journal_it_is_one_line, setup, teardown),
                cmocka_unit_test_setup_teardown(a_journal_that_refuses_loses_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(levels_are_filtered, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
