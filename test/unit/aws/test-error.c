/* SPDX-License-Identifier: Apache-2.0 */
/* Error codes and their classes, and texts of a cloud. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/error.h"

static const struct {
        const char *code;
        int http;
        enum cloud_error_class class;
} rows[] = {
        {"RequestLimitExceeded", 503, CLOUD_ERROR_THROTTLED},
        {"Throttling", 400, CLOUD_ERROR_THROTTLED},
        {"InternalError", 500, CLOUD_ERROR_TRANSIENT},
        {"ServiceUnavailable", 503, CLOUD_ERROR_TRANSIENT},
        {"RequestExpired", 400, CLOUD_ERROR_AUTH_EXPIRED},
        {"ExpiredToken", 403, CLOUD_ERROR_AUTH_EXPIRED},
        {"AuthFailure", 401, CLOUD_ERROR_AUTH_EXPIRED},
        {"UnauthorizedOperation", 403, CLOUD_ERROR_AUTH_DENIED},
        {"AccessDenied", 403, CLOUD_ERROR_AUTH_DENIED},
        {"OptInRequired", 401, CLOUD_ERROR_AUTH_DENIED},
        {"InvalidVpnConnectionID.NotFound", 400, CLOUD_ERROR_NOT_FOUND},
        {"IncorrectState", 400, CLOUD_ERROR_CONFLICT_BUSY},
        {"Gateway.NotAttached", 400, CLOUD_ERROR_CONFLICT_BUSY},
        {"DependencyViolation", 400, CLOUD_ERROR_CONFLICT_BUSY},
        {"VpnConnectionLimitExceeded", 400, CLOUD_ERROR_QUOTA},
        {"InvalidParameterValue", 400, CLOUD_ERROR_INVALID},
        {"AsnConflict", 400, CLOUD_ERROR_INVALID},
        {"InvalidOption.Conflict", 400, CLOUD_ERROR_DUPLICATE},
        {"InvalidVpcState", 400, CLOUD_ERROR_DUPLICATE},
        /* by form */
        {"InvalidNewThingID.NotFound", 400, CLOUD_ERROR_NOT_FOUND},
        {"InvalidNewThingID.Malformed", 400, CLOUD_ERROR_INVALID},
        {"NewThingLimitExceeded", 400, CLOUD_ERROR_QUOTA},
        {"NewThingAlreadyExists", 400, CLOUD_ERROR_DUPLICATE},
        {"InvalidPermission.Duplicate", 400, CLOUD_ERROR_DUPLICATE},
        /* by status */
        {"NeverHeardOf", 503, CLOUD_ERROR_TRANSIENT},
        {"NeverHeardOf", 400, CLOUD_ERROR_OTHER},
        {"", 401, CLOUD_ERROR_AUTH_EXPIRED},
        {"", 403, CLOUD_ERROR_AUTH_DENIED},
        {"", 404, CLOUD_ERROR_OTHER},
        {"", 408, CLOUD_ERROR_TRANSIENT},
        {"", 429, CLOUD_ERROR_THROTTLED},
        {"", 500, CLOUD_ERROR_TRANSIENT},
        {"", 502, CLOUD_ERROR_TRANSIENT},
        {"", 504, CLOUD_ERROR_TRANSIENT},
        {"", 302, CLOUD_ERROR_OTHER},
};

static void classes(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                print_message("# '%s' %d\n", rows[i].code, rows[i].http);
                assert_int_equal(aws_error_class(rows[i].code, rows[i].http), rows[i].class);
        }
}

/* Each row of the table is found whatever the status says, each once, and no class is left out. */
static void table(void **state) {
        bool seen[CLOUD_ERROR_CLASSES] = {false};
        size_t n;
        const struct aws_error_row *t = aws_error_table(&n);
        (void)state;
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(aws_error_class(t[i].code, 400), t[i].class);
                assert_int_equal(aws_error_class(t[i].code, 503), t[i].class);
                seen[t[i].class] = true;
                for (size_t j = i + 1; j < n; j++)
                        assert_string_not_equal(t[i].code, t[j].code);
        }
        for (size_t i = 0; i < CLOUD_ERROR_CLASSES; i++)
                assert_true(seen[i]);
}

static void class_names(void **state) {
        (void)state;
        for (int i = 0; i < CLOUD_ERROR_CLASSES; i++) {
                const char *name = cloud_error_class_to_string((enum cloud_error_class)i);
                assert_non_null(name);
                for (int j = 0; j < i; j++)
                        assert_string_not_equal(name, cloud_error_class_to_string((enum cloud_error_class)j));
        }
        assert_string_equal(cloud_error_class_to_string(CLOUD_ERROR_CONFLICT_BUSY), "conflict-busy");
}

static void dry_run(void **state) {
        struct cloud_error yes = {.code = "DryRunOperation"}, no = {.code = "UnauthorizedOperation"};
        (void)state;
        assert_true(aws_error_is_dry_run_ok(&yes));
        assert_false(aws_error_is_dry_run_ok(&no));
}

static void header(struct http_response *head, const char *name, const char *value) {
        assert_int_equal(http_response_add_header(head, name, strlen(name), value, strlen(value)), 0);
}

static int64_t delay_ms(const char *name, const char *value) {
        _cleanup_http_response_ struct http_response head = {0};
        struct cloud_error e = {.request_id = ""};
        header(&head, name, value);
        aws_error_add_headers(&e, &head);
        return e.retry_after_ms;
}

static void headers(void **state) {
        _cleanup_http_response_ struct http_response head = {0};
        struct cloud_error e = {.request_id = ""}, with_id = {.request_id = "from-body"};
        (void)state;
        assert_int_equal(delay_ms("retry-after", "7"), 7000);
        assert_int_equal(delay_ms("x-amz-retry-after", "1500"), 1500);
        assert_int_equal(delay_ms("Retry-After", "99999999"), 3600000);
        assert_int_equal(delay_ms("Retry-After", "Fri, 02 Jan 2026 03:04:05 GMT"), 0);
        assert_int_equal(delay_ms("Retry-After", "-5"), 0);
        header(&head, "x-amzn-requestid", "abc\033[31m");
        aws_error_add_headers(&e, &head);
        aws_error_add_headers(&with_id, &head);
        assert_string_equal(e.request_id, "abc?[31m");
        assert_string_equal(with_id.request_id, "from-body");
}

static void text(const char *in, size_t n, size_t size, const char *expected) {
        char out[64];
        memset(out, 'x', sizeof(out));
        cloud_error_text(out, size, in, n);
        assert_string_equal(out, expected);
}

static void texts(void **state) {
        (void)state;
        text("plain", 5, 64, "plain");
        text("a\r\n\tb\x7f\x1b", 7, 64, "a???b??");
        text("a\0b", 3, 64, "a?b");
        text("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 14, 64, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
        text("\xc2\x9b"
             "31m",
             5, 64, "??31m");
        text("\xff\xc0\xaf\xed\xa0\x80", 6, 64, "??????");
        text("caf\xc3", 4, 64, "caf?");
        text("caf\xc3\xa9", 5, 5, "caf");
        text("caf\xc3\xa9", 5, 6, "caf\xc3\xa9");
        text("abc", 3, 1, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(classes), cmocka_unit_test(table),   cmocka_unit_test(class_names),
                cmocka_unit_test(dry_run), cmocka_unit_test(headers), cmocka_unit_test(texts),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
