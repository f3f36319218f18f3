/* SPDX-License-Identifier: Apache-2.0 */
/* State files: what is on the disk at each moment, what is never read, and that one daemon has them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "state-files.h"

/* ---- the order of calls ---- */

static char order[64];
static int fail_at = -1; /* index into the order */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);

static int note(char what) {
        size_t n = strlen(order);
        assert_true(n + 1 < sizeof(order));
        order[n] = what;
        order[n + 1] = 0;
        return (int)n == fail_at;
}

int __wrap_fsync(int fd) {
        struct stat st;
        assert_int_equal(fstat(fd, &st), 0);
        if (note(S_ISDIR(st.st_mode) ? 'D' : 'F')) {
                errno = EIO;
                return -1;
        }
        return __real_fsync(fd);
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to) {
        if (note('R')) {
                errno = EIO;
                return -1;
        }
        return __real_renameat(from_dir, from, to_dir, to);
}

/* ---- fixture: a directory of its own for each test ---- */

struct fixture {
        char path[64];
        struct state_dir *dir;
};

static int setup(void **state) {
        struct fixture *f = calloc(1, sizeof(*f));
        strcpy(f->path, "/tmp/s2svpn-state-XXXXXX");
        assert_non_null(mkdtemp(f->path));
        assert_int_equal(state_dir_open(f->path, &f->dir), 0);
        order[0] = 0;
        fail_at = -1;
        *state = f;
        return 0;
}

static int teardown(void **state) {
        static const char *const names[] = {"hub.pairing", ".hub.pairing.tmp", "daemon.state", "big.pairing"};
        struct fixture *f = *state;
        char path[128];
        state_dir_close(f->dir);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                snprintf(path, sizeof(path), "%s/%s", f->path, names[i]);
                unlink(path);
        }
        assert_int_equal(rmdir(f->path), 0);
        free(f);
        return 0;
}

static void put(const struct fixture *f, const char *name, const char *text) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", f->path, name);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
}

static void assert_content(const struct fixture *f, const char *name, const char *expected) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        assert_int_equal(state_dir_read(f->dir, name, 1000, &b), 0);
        assert_string_equal(buf_str(&b), expected);
}

static void what_is_written_is_read(void **state) {
        struct fixture *f = *state;
        char path[128];
        struct stat st;
        assert_int_equal(state_dir_write(f->dir, "hub", "one\0two", 7), 0);
        assert_int_equal(state_dir_write(f->dir, "", "daemon", 6), 0);
        _cleanup_buf_ struct buf b = BUF_NULL;
        assert_int_equal(state_dir_read(f->dir, "hub", 1000, &b), 0);
        assert_int_equal(b.len, 7);
        assert_memory_equal(b.data, "one\0two", 7);
        assert_content(f, "", "daemon");
        snprintf(path, sizeof(path), "%s/hub.pairing", f->path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
}

static void file_then_name_then_directory_reach_the_disk(void **state) {
        struct fixture *f = *state;
        assert_int_equal(state_dir_write(f->dir, "hub", "x", 1), 0);
        assert_string_equal(order, "FRD");
}

static void a_failed_step_leaves_the_old_file(void **state) {
        struct fixture *f = *state;
        assert_int_equal(state_dir_write(f->dir, "hub", "old", 3), 0);
        for (int step = 0; step < 2; step++) {
                order[0] = 0;
                fail_at = step;
                assert_int_equal(state_dir_write(f->dir, "hub", "new", 3), -EIO);
                assert_content(f, "hub", "old");
        }
        order[0] = 0;
        fail_at = 2;
        assert_int_equal(state_dir_write(f->dir, "hub", "new", 3), -EIO);
}

static void a_torn_temporary_is_not_read(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf b = BUF_NULL;
        put(f, ".hub.pairing.tmp", "half a fi");
        assert_int_equal(state_dir_read(f->dir, "hub", 1000, &b), -ENOENT);
        assert_int_equal(state_dir_write(f->dir, "hub", "x", 1), 0);
        assert_content(f, "hub", "x");
}

static void one_daemon_has_the_directory(void **state) {
        struct fixture *f = *state;
        struct state_dir *second = NULL;
        assert_int_equal(state_dir_open(f->path, &second), STATE_DIR_LOCKED);
        assert_null(second);
        f->dir = state_dir_close(f->dir);
        assert_int_equal(state_dir_open(f->path, &f->dir), 0);
}

static void sizes_and_names_are_bounded(void **state) {
        struct fixture *f = *state;
        _cleanup_buf_ struct buf b = BUF_NULL;
        put(f, "big.pairing", "0123456789");
        assert_int_equal(state_dir_read(f->dir, "big", 9, &b), -EFBIG);
        assert_int_equal(state_dir_read(f->dir, "../x", 9, &b), -EINVAL);
        assert_int_equal(state_dir_write(f->dir, "a/b", "x", 1), -EINVAL);
        assert_int_equal(state_dir_write(f->dir, ".hidden", "x", 1), -EINVAL);
        assert_string_equal(order, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_written_is_read, setup, teardown),
                cmocka_unit_test_setup_teardown(file_then_name_then_directory_reach_the_disk, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_step_leaves_the_old_file, setup, teardown),
                cmocka_unit_test_setup_teardown(a_torn_temporary_is_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(one_daemon_has_the_directory, setup, teardown),
                cmocka_unit_test_setup_teardown(sizes_and_names_are_bounded, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
