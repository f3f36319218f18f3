/* SPDX-License-Identifier: Apache-2.0 */
/* Wall-clock text, both ways and with bad input. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/wall.h"

#define STAMP_MS 1767323045000 /* 2026-01-02T03:04:05Z */

static void formats(void **state) {
        char out[WALL_TEXT_SIZE];
        (void)state;
        assert_string_equal(wall_to_rfc3339(STAMP_MS, out), "2026-01-02T03:04:05Z");
        assert_string_equal(wall_to_basic(STAMP_MS, out), "20260102T030405Z");
        assert_string_equal(wall_to_http_date(STAMP_MS, out), "Fri, 02 Jan 2026 03:04:05 GMT");
}

static void parses(void **state) {
        int64_t ms;
        (void)state;
        assert_int_equal(wall_from_rfc3339("2026-01-02T03:04:05Z", &ms), 0);
        assert_int_equal(ms, STAMP_MS);
        assert_int_equal(wall_from_rfc3339("2026-01-02T12:04:05.250+09:00", &ms), 0);
        assert_int_equal(ms, STAMP_MS + 250);
        assert_int_equal(wall_from_http_date("Fri, 02 Jan 2026 03:04:05 GMT", &ms), 0);
        assert_int_equal(ms, STAMP_MS);
}

static void refuses(void **state) {
        static const char *const texts[] = {"",
                                            "2026",
                                            "2026-13-01T00:00:00Z",
                                            "2026-01-02T03:04:05",
                                            "2026-01-02T03:04:05+9",
                                            "2026-01-02X03:04:05Z",
                                            "2026-01-02T24:00:00Z"};
        int64_t ms;
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(wall_from_rfc3339(texts[i], &ms), -EINVAL);
        assert_int_equal(wall_from_http_date("Fri, 02 Foo 2026 03:04:05 GMT", &ms), -EINVAL);
        assert_int_equal(wall_from_http_date("yesterday", &ms), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(formats),
                cmocka_unit_test(parses),
                cmocka_unit_test(refuses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
