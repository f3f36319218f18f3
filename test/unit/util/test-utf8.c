/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: what is a character and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "util/macro.h"
#include "util/utf8.h"

static void test_decode(void **state) {
        static const struct {
                const char *text;
                size_t len;
                uint32_t code;
        } rows[] = {
                {"a", 1, 'a'},
                {"\x7f", 1, 0x7f},
                {"\xc2\x80", 2, 0x80},
                {"\xdf\xbf", 2, 0x7ff},
                {"\xe0\xa0\x80", 3, 0x800},
                {"\xe6\x9d\xb1", 3, 0x6771},
                {"\xef\xbf\xbf", 3, 0xffff},
                {"\xf0\x90\x80\x80", 4, 0x10000},
                {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
                {"", 0, 0},
                {"\x80", 0, 0},             /* continuation alone */
                {"\xc1\xbf", 0, 0},         /* overlong */
                {"\xe0\x9f\xbf", 0, 0},     /* overlong */
                {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
                {"\xed\xa0\x80", 0, 0},     /* surrogate */
                {"\xf4\x90\x80\x80", 0, 0}, /* above U+10FFFF */
                {"\xf5\x80\x80\x80", 0, 0},
                {"\xff", 0, 0},
                {"\xe6\x9d", 0, 0}, /* cut */
                {"\xe6\x9d"
                 "a",
                 0, 0},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint32_t code = 0;
                size_t len = utf8_decode(rows[i].text, strlen(rows[i].text), &code);
                assert_int_equal(len, rows[i].len);
                assert_int_equal(code, rows[i].code);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_decode)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
