/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and prefixes: text both ways, containment, overlap. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/ip4.h"

static struct cidr cidr(const char *s) {
        struct cidr c;
        assert_int_equal(cidr_parse(s, &c), 0);
        return c;
}

static void text_goes_both_ways(void **state) {
        static const char *const texts[] = {"0.0.0.0/0", "10.0.0.0/8", "169.254.21.4/30", "255.255.255.255/32"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                char out[CIDR_TEXT_SIZE];
                assert_string_equal(cidr_format(cidr(texts[i]), out), texts[i]);
        }
}

static void bad_text_is_refused(void **state) {
        static const char *const texts[] = {"",
                                            "10.0.0.0",
                                            "10.0.0.0/",
                                            "10.0.0.0/33",
                                            "10.0.0.1/8",
                                            "10.0.0/8",
                                            "10.0.0.0/08",
                                            "10.0.0.0/8 ",
                                            "::/0",
                                            "10.0.0.0/-1",
                                            "10.0.0.0/1a",
                                            "256.0.0.0/8",
                                            "10.0.0.0/123"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                struct cidr c;
                assert_int_equal(cidr_parse(texts[i], &c), -EINVAL);
        }
}

static void containment_and_overlap(void **state) {
        (void)state;
        assert_true(cidr_contains(cidr("10.0.0.0/8"), cidr("10.1.0.0/16")));
        assert_true(cidr_contains(cidr("0.0.0.0/0"), cidr("10.1.0.0/16")));
        assert_false(cidr_contains(cidr("10.1.0.0/16"), cidr("10.0.0.0/8")));
        assert_false(cidr_contains(cidr("10.0.0.0/16"), cidr("10.1.0.0/16")));
        assert_true(cidr_overlaps(cidr("10.1.0.0/16"), cidr("10.0.0.0/8")));
        assert_false(cidr_overlaps(cidr("10.0.0.0/16"), cidr("10.1.0.0/16")));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_goes_both_ways),
                cmocka_unit_test(bad_text_is_refused),
                cmocka_unit_test(containment_and_overlap),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
