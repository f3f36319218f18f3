/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of the configuration directory are read, in which order, and what happens to those that cannot be. */
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

#include "config-files.h"

static char dir[] = "/tmp/s2svpn-config-XXXXXX";

#define PAIRING(gateway, vpc)                                                                                          \
        "[Azure]\nSubscription=00000000-0000-0000-0000-000000000001\nResourceGroup=rg\nVirtualNetwork=vnet\n"          \
        "Gateway=" gateway "\n[AWS]\nRegion=ap-northeast-1\nVpc=" vpc "\n"

static void put(const char *name, const char *text) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
}

static void make(const char *name) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        assert_int_equal(mkdir(path, 0700), 0);
}

static int setup(void **state) {
        (void)state;
        assert_non_null(mkdtemp(dir));
        return 0;
}

static int teardown(void **state) {
        char command[128];
        (void)state;
        snprintf(command, sizeof(command), "rm -r %s", dir);
        return system(command);
}

/* In one test, since each step adds files to the directory. */
static void files_are_found_and_ordered(void **state) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        struct configuration *c = NULL;
        (void)state;
        assert_int_equal(config_files_load(dir, &errors, &c), 0);
        assert_int_equal(c->n_pairings, 0);
        c = configuration_free(c);

        make("s2svpnd.conf.d");
        make("pairings.d");
        put("s2svpnd.conf", "[Daemon]\nOwner=a\n");
        put("s2svpnd.conf.d/20.conf", "[Daemon]\nOwner=c\n");
        put("s2svpnd.conf.d/10.conf", "[Daemon]\nOwner=b\n");
        put("s2svpnd.conf.d/30.conf.bak", "not read");
        put("pairings.d/b.conf", PAIRING("gw1", "vpc-01234567"));
        put("pairings.d/a.conf", PAIRING("gw2", "vpc-89abcdef"));
        put("pairings.d/example.conf.sample", "not read");
        put("pairings.d/.hidden.conf", "not read");
        int k = config_files_load(dir, &errors, &c);
        if (k != 0)
                fail_msg("%s", buf_str(&errors));
        assert_string_equal(c->daemon.owner, "c");
        assert_int_equal(c->n_pairings, 2);
        assert_string_equal(c->pairings[0].name, "a");
        c = configuration_free(c);

        make("pairings.d/dir.conf");
        assert_int_equal(config_files_load(dir, &errors, &c), CONFIG_INVALID);
        assert_null(c);
        assert_non_null(strstr(buf_str(&errors), "/pairings.d/dir.conf:1: cannot be read: "));
}

static void a_directory_that_is_not_there_is_a_mistake(void **state) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        struct configuration *c = NULL;
        (void)state;
        assert_int_equal(config_files_load("/nonexistent/s2svpn", &errors, &c), CONFIG_INVALID);
        assert_string_equal(buf_str(&errors), "/nonexistent/s2svpn:1: cannot be read: No such file or directory\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_are_found_and_ordered),
                cmocka_unit_test(a_directory_that_is_not_there_is_a_mistake),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
