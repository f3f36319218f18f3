/* SPDX-License-Identifier: Apache-2.0 */
/* Materials: where each kind is looked for, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "material.h"

static char dir[] = "/tmp/s2svpn-material-XXXXXX";

static int setup(void **state) {
        char path[128];
        (void)state;
        assert_non_null(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/secret", dir);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        fputs("hunter2\n", f);
        fclose(f);
        snprintf(path, sizeof(path), "%s/fifo", dir);
        assert_int_equal(mkfifo(path, 0600), 0);
        setenv("HOME", dir, 1);
        setenv("S2SVPN_TEST", "value", 1);
        unsetenv("CREDENTIALS_DIRECTORY");
        return 0;
}

static int teardown(void **state) {
        char path[128];
        (void)state;
        snprintf(path, sizeof(path), "%s/secret", dir);
        unlink(path);
        snprintf(path, sizeof(path), "%s/fifo", dir);
        unlink(path);
        return rmdir(dir);
}

static void check(enum material_kind kind, const char *name, size_t max, int expected, const char *text) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        assert_int_equal(material_read(kind, name, max, &b), expected);
        if (expected == 0)
                assert_string_equal(buf_str(&b), text);
}

static void files(void **state) {
        char path[128];
        (void)state;
        snprintf(path, sizeof(path), "%s/secret", dir);
        check(MATERIAL_FILE, path, 100, 0, "hunter2\n");
        check(MATERIAL_FILE, "~/secret", 8, 0, "hunter2\n");
        check(MATERIAL_FILE, "~/secret", 7, -EFBIG, NULL);
        check(MATERIAL_FILE, "~/absent", 100, -ENOENT, NULL);
        check(MATERIAL_FILE, "secret", 100, -EINVAL, NULL);
        check(MATERIAL_FILE, "~/fifo", 100, -EINVAL, NULL); /* and it does not wait for a writer */
        check(MATERIAL_FILE, dir, 100, -EISDIR, NULL);
}

static void variables(void **state) {
        (void)state;
        check(MATERIAL_ENV, "S2SVPN_TEST", 5, 0, "value");
        check(MATERIAL_ENV, "S2SVPN_TEST", 4, -EFBIG, NULL);
        check(MATERIAL_ENV, "S2SVPN_ABSENT", 100, -ENOENT, NULL);
}

static void credentials(void **state) {
        (void)state;
        check(MATERIAL_CREDENTIAL, "secret", 100, -ENOENT, NULL);
        setenv("CREDENTIALS_DIRECTORY", dir, 1);
        check(MATERIAL_CREDENTIAL, "secret", 100, 0, "hunter2\n");
        check(MATERIAL_CREDENTIAL, "../secret", 100, -EINVAL, NULL);
        check(MATERIAL_CREDENTIAL, "..", 100, -EINVAL, NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files),
                cmocka_unit_test(variables),
                cmocka_unit_test(credentials),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
