/* SPDX-License-Identifier: Apache-2.0 */
/* Events: every kind has a name, an id of its own, and an entry in the journal catalog. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/view.h"
#include "util/buf.h"

static void test_names_and_ids(void **state) {
        (void)state;
        for (unsigned k = 0; k < _EVENT_KIND_COUNT; k++) {
                const char *name = event_kind_to_string((enum event_kind)k);
                const char *id = event_kind_message_id((enum event_kind)k);
                assert_non_null(name);
                assert_non_null(id);
                assert_int_equal(strlen(id), 32);
                assert_int_equal(strspn(id, "0123456789abcdef"), 32);
                for (unsigned other = 0; other < k; other++) {
                        assert_string_not_equal(name, event_kind_to_string((enum event_kind)other));
                        assert_string_not_equal(id, event_kind_message_id((enum event_kind)other));
                }
        }
}

static void read_file(const char *path, struct buf *out) {
        char chunk[4096];
        FILE *f = fopen(path, "re");
        assert_non_null(f);
        for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f)) > 0;)
                buf_append(out, chunk, n);
        fclose(f);
}

/* One entry an event, and no entry for an id that is not sent. */
static void test_catalog(void **state) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        unsigned n = 0;
        (void)state;
        read_file(CATALOG, &text);
        for (unsigned k = 0; k < _EVENT_KIND_COUNT; k++) {
                char head[40];
                snprintf(head, sizeof(head), "\n-- %s\n", event_kind_message_id((enum event_kind)k));
                if (!strstr(text.data, head))
                        print_error("no entry for %s\n", event_kind_to_string((enum event_kind)k));
                assert_non_null(strstr(text.data, head));
        }
        for (const char *p = text.data; (p = strstr(p, "\n-- ")); p++)
                n++;
        assert_int_equal(n, _EVENT_KIND_COUNT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names_and_ids),
                cmocka_unit_test(test_catalog),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
