/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings against RFC 4648 examples, percent coding, buffer limits, JSON reading. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/encode.h"
#include "util/json.h"

static void base64_of_rfc4648(void **state) {
        static const char *const rows[][2] = {{"", ""},
                                              {"f", "Zg=="},
                                              {"fo", "Zm8="},
                                              {"foo", "Zm9v"},
                                              {"foob", "Zm9vYg=="},
                                              {"fooba", "Zm9vYmE="},
                                              {"foobar", "Zm9vYmFy"}};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_buf_ struct buf b = BUF_NULL, back = BUF_NULL;
                encode_base64(&b, rows[i][0], strlen(rows[i][0]));
                assert_string_equal(buf_str(&b), rows[i][1]);
                assert_int_equal(decode_base64url(buf_str(&b), b.len, &back), 0);
                assert_string_equal(buf_str(&back), rows[i][0]);
        }
}

static void percent_both_ways(void **state) {
        _cleanup_buf_ struct buf b = BUF_NULL, back = BUF_NULL, bad = BUF_NULL;
        (void)state;
        encode_percent(&b, "a b/\xc3\xa9~", 7, "/");
        assert_string_equal(buf_str(&b), "a%20b/%C3%A9~");
        assert_int_equal(decode_percent(buf_str(&b), b.len, false, &back), 0);
        assert_string_equal(buf_str(&back), "a b/\xc3\xa9~");
        assert_int_equal(decode_percent("%4", 2, false, &bad), -EINVAL);
}

static void a_capped_buffer_keeps_its_first_error(void **state) {
        _cleanup_buf_ struct buf b = BUF_CAPPED(4);
        (void)state;
        buf_puts(&b, "1234");
        assert_int_equal(buf_error(&b), 0);
        buf_putc(&b, '5');
        assert_int_equal(buf_error(&b), -EMSGSIZE);
        assert_string_equal(buf_str(&b), "1234");
        assert_null(buf_steal(&b));
}

static void json_types_are_checked(void **state) {
        static const char text[] = "{\"a\":{\"n\":5,\"s\":\"x\",\"z\":null}}";
        _cleanup_json_ json_t *v = NULL;
        char error[128];
        int64_t n;
        const char *s;
        (void)state;
        assert_int_equal(json_parse(text, strlen(text), false, &v, error, sizeof(error)), 0);
        assert_int_equal(json_get_int(v, "a.n", &n), 0);
        assert_int_equal(n, 5);
        assert_int_equal(json_get_int(v, "a.s", &n), -EPROTO);
        assert_int_equal(json_get_string(v, "a.z", &s), -ENOENT);
        assert_int_equal(json_get_string(v, "b.c", &s), -ENOENT);
}

static void json_refuses_depth_and_duplicates(void **state) {
        _cleanup_buf_ struct buf deep = BUF_NULL;
        json_t *v = NULL;
        char error[128];
        (void)state;
        for (int i = 0; i < JSON_DEPTH_MAX + 1; i++)
                buf_putc(&deep, '[');
        assert_int_equal(json_parse(buf_str(&deep), deep.len, false, &v, error, sizeof(error)), -EPROTO);
        assert_non_null(strstr(error, "nested"));
        assert_int_equal(json_parse("{\"a\":1,\"a\":2}", 13, false, &v, error, sizeof(error)), -EPROTO);
        assert_int_equal(json_parse("\"a\\u0000b\"", 10, false, &v, error, sizeof(error)), -EPROTO);
        assert_int_equal(json_parse("<html>", 6, false, &v, error, sizeof(error)), -EPROTO);
        assert_null(v);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(base64_of_rfc4648),
                cmocka_unit_test(percent_both_ways),
                cmocka_unit_test(a_capped_buffer_keeps_its_first_error),
                cmocka_unit_test(json_types_are_checked),
                cmocka_unit_test(json_refuses_depth_and_duplicates),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
