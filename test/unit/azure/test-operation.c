/* SPDX-License-Identifier: Apache-2.0 */
/* Long operations: each row of the table of answers, polling, failures inside a 200, saving and taking up. */
#include "azure-test.h"

#include "azure/operation.h"

#define STATUS_URL BASE "/subscriptions/s/providers/Microsoft.Network/locations/jp/operations/1?t=1"
#define LOCATION_URL BASE "/subscriptions/s/providers/Microsoft.Network/locations/jp/operationResults/1?t=1"
#define NEWER_URL BASE "/subscriptions/s/providers/Microsoft.Network/locations/jp/operationResults/1?t=2"
#define EVIL_URL "https://evil.example/operations/1"

static const char *const status_only[] = {"Azure-AsyncOperation", STATUS_URL, "Retry-After", "20", NULL};
static const char *const location_only[] = {"Location", LOCATION_URL, NULL};
static const char *const both[] = {"location", LOCATION_URL, "azure-asyncoperation", STATUS_URL, NULL};
static const char *const newer[] = {"Location", NEWER_URL, "Retry-After", "5", NULL};
static const char *const evil[] = {"Location", EVIL_URL, "Azure-AsyncOperation", EVIL_URL, NULL};
static const char *const empty[] = {"Location", "", NULL};

static void first(struct azure_operation *op, int status, const char *body, const char *const headers[]) {
        struct http_response r = answer(status, body, headers);
        assert_int_equal(azure_operation_first(op, &r), 0);
        http_response_deinit(&r);
}

static void polled(struct azure_operation *op, int status, const char *body, const char *const headers[]) {
        struct http_response r = answer(status, body, headers);
        assert_int_equal(azure_operation_polled(op, &r), 0);
        http_response_deinit(&r);
}

#define POLL AZURE_OPERATION_POLL
#define READ AZURE_OPERATION_READ_RESOURCE
#define RESULT AZURE_OPERATION_RESULT
#define FAILED AZURE_OPERATION_FAILED

static void every_first_answer(void **state) {
        static const struct {
                const char *what;
                enum azure_operation_kind kind;
                int status;
                const char *body;
                const char *const *headers;
                enum azure_operation_state state;
                const char *url;
        } rows[] = {
                {"create", AZURE_OPERATION_PUT, 201, "{}", status_only, POLL, STATUS_URL},
                {"update", AZURE_OPERATION_PUT, 200, "{}", status_only, POLL, STATUS_URL},
                {"key: no body", AZURE_OPERATION_PUT, 200, "", status_only, POLL, STATUS_URL},
                {"no change, no header", AZURE_OPERATION_PUT, 200, "{}", NULL, READ, NULL},
                {"created at once", AZURE_OPERATION_PUT, 201, "{}", NULL, READ, NULL},
                {"put with both", AZURE_OPERATION_PUT, 201, "{}", both, POLL, STATUS_URL},
                {"put with Location", AZURE_OPERATION_PUT, 202, "", location_only, POLL, LOCATION_URL},
                {"delete", AZURE_OPERATION_DELETE, 202, "", both, POLL, STATUS_URL},
                {"delete of nothing", AZURE_OPERATION_DELETE, 204, "", NULL, READ, NULL},
                {"delete of nothing, odd header", AZURE_OPERATION_DELETE, 204, "", both, READ, NULL},
                {"delete at once", AZURE_OPERATION_DELETE, 200, "", NULL, READ, NULL},
                {"reset", AZURE_OPERATION_ACTION, 202, "", both, POLL, STATUS_URL},
                {"reset without a header", AZURE_OPERATION_ACTION, 202, "", NULL, READ, NULL},
                {"reset, empty header", AZURE_OPERATION_ACTION, 202, "", empty, READ, NULL},
                {"query", AZURE_OPERATION_QUERY, 202, "null", location_only, POLL, LOCATION_URL},
                {"query with both", AZURE_OPERATION_QUERY, 202, "null", both, POLL, LOCATION_URL},
                {"query at once", AZURE_OPERATION_QUERY, 200, "{\"value\":[]}", location_only, RESULT, NULL},
                {"query with status only", AZURE_OPERATION_QUERY, 202, "null", status_only, FAILED, NULL},
                {"query without a header", AZURE_OPERATION_QUERY, 202, "null", NULL, FAILED, NULL},
                {"query of nothing", AZURE_OPERATION_QUERY, 204, "", NULL, FAILED, NULL},
                {"foreign poll host", AZURE_OPERATION_PUT, 201, "{}", evil, READ, NULL},
                {"query, foreign poll host", AZURE_OPERATION_QUERY, 202, "null", evil, FAILED, NULL},
                {"refused", AZURE_OPERATION_PUT, 400, "{}", status_only, FAILED, NULL},
                {"busy", AZURE_OPERATION_PUT, 409, "{\"error\":{\"code\":\"AnotherOperationInProgress\"}}", NULL,
                 FAILED, NULL},
                {"no such thing", AZURE_OPERATION_ACTION, 404, "", NULL, FAILED, NULL},
                {"server error", AZURE_OPERATION_PUT, 500, "<html>", NULL, FAILED, NULL},
                {"redirect", AZURE_OPERATION_PUT, 302, "", location_only, FAILED, NULL},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_operation_ struct azure_operation op;
                assert_int_equal(azure_operation_init(&op, rows[i].kind, BASE), 0);
                first(&op, rows[i].status, rows[i].body, rows[i].headers);
                if (op.state != rows[i].state)
                        fail_msg("%s: %s", rows[i].what, azure_operation_state_to_string(op.state));
                if (rows[i].url)
                        assert_string_equal(op.poll_url, rows[i].url);
                else
                        assert_null(op.poll_url);
        }
}

static void refusals_carry_the_error(void **state) {
        _cleanup_azure_operation_ struct azure_operation op;
        (void)state;
        assert_int_equal(azure_operation_init(&op, AZURE_OPERATION_PUT, BASE), 0);
        first(&op, 409, "{\"error\":{\"code\":\"AnotherOperationInProgress\",\"message\":\"wait\"}}", NULL);
        assert_int_equal(op.error.class, CLOUD_ERROR_CONFLICT_BUSY);
        assert_int_equal(op.error.http, 409);
        assert_string_equal(op.error.message, "wait");
}

static void begin(struct azure_operation *op, enum azure_operation_kind kind, enum azure_poll_style style) {
        assert_int_equal(
                azure_operation_resume(op, kind, BASE, style, style == AZURE_POLL_STATUS ? STATUS_URL : LOCATION_URL),
                0);
}

static void every_poll_answer(void **state) {
        static const struct {
                const char *what;
                enum azure_operation_kind kind;
                enum azure_poll_style style;
                int status;
                const char *body;
                enum azure_operation_state state;
        } rows[] = {
                {"running", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"InProgress\"}", POLL},
                {"a new word", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"Pondering\"}", POLL},
                {"no word", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{}", POLL},
                {"odd word", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":7}", POLL},
                {"done", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"Succeeded\"}", READ},
                {"done, small letters", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"succeeded\"}",
                 READ},
                {"done, with state", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200,
                 "{\"properties\":{\"provisioningState\":\"Succeeded\"}}", READ},
                {"reset done", AZURE_OPERATION_ACTION, AZURE_POLL_STATUS, 200,
                 "{\"status\":\"Succeeded\",\"properties\":{}}", READ},
                {"failed", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"Failed\"}", FAILED},
                {"canceled", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "{\"status\":\"canceled\"}", FAILED},
                {"empty", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "", READ},
                {"null", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "null", READ},
                {"page", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 200, "<html>", READ},
                {"accepted", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 202, "", POLL},
                {"accepted null", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 202, "null", POLL},
                {"no content", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 204, "", READ},
                {"not found", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 404, "{\"error\":{\"code\":\"NotFound\"}}", READ},
                {"gone", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 410, "", READ},
                {"denied", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 403, "", READ},
                {"bad request", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 400, "", READ},
                {"old token", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 401, "", POLL},
                {"too fast", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 429, "", POLL},
                {"server error", AZURE_OPERATION_PUT, AZURE_POLL_STATUS, 500, "", POLL},
                {"running", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 202, "null", POLL},
                {"result", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 200, "{\"value\":[]}", RESULT},
                {"no result", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 204, "", FAILED},
                {"not found", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 404, "", FAILED},
                {"refused", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 400, "", FAILED},
                {"server error", AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION, 503, "", POLL},
                {"deleted", AZURE_OPERATION_DELETE, AZURE_POLL_LOCATION, 204, "", READ},
                {"reset", AZURE_OPERATION_ACTION, AZURE_POLL_LOCATION, 200, "null", READ},
                {"created", AZURE_OPERATION_PUT, AZURE_POLL_LOCATION, 201, "{}", READ},
                {"not found", AZURE_OPERATION_DELETE, AZURE_POLL_LOCATION, 404, "", READ},
                {"conflict", AZURE_OPERATION_DELETE, AZURE_POLL_LOCATION, 409, "", FAILED},
                {"bad request", AZURE_OPERATION_PUT, AZURE_POLL_LOCATION, 400, "", FAILED},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_operation_ struct azure_operation op;
                begin(&op, rows[i].kind, rows[i].style);
                polled(&op, rows[i].status, rows[i].body, NULL);
                if (op.state != rows[i].state)
                        fail_msg("%s %s %d: %s", azure_operation_kind_to_string(rows[i].kind), rows[i].what,
                                 rows[i].status, azure_operation_state_to_string(op.state));
                assert_int_equal(op.n_polls, 1);
        }
}

static void a_failure_inside_a_200_is_read(void **state) {
        _cleanup_azure_operation_ struct azure_operation op, bare;
        (void)state;
        begin(&op, AZURE_OPERATION_PUT, AZURE_POLL_STATUS);
        polled(&op, 200,
               "{\"status\":\"Failed\",\"error\":{\"code\":\"RetryableError\",\"message\":\"m\",\"details\":["
               "{\"code\":\"ReferencedResourceNotProvisioned\",\"message\":\"d\"}]}}",
               NULL);
        assert_int_equal(op.error.class, CLOUD_ERROR_CONFLICT_BUSY);
        assert_int_equal(op.error.http, 200);
        assert_string_equal(op.error.code, "RetryableError");
        begin(&bare, AZURE_OPERATION_PUT, AZURE_POLL_STATUS);
        polled(&bare, 200, "{\"status\":\"Canceled\"}", NULL);
        assert_int_equal(bare.error.class, CLOUD_ERROR_OTHER);
        assert_string_equal(bare.error.code, "Canceled");
}

static void the_newest_location_is_polled(void **state) {
        _cleanup_azure_operation_ struct azure_operation op, lured;
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        begin(&op, AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION);
        assert_int_equal(op.retry_after_ms, 10000);
        polled(&op, 202, "null", newer);
        assert_int_equal(op.retry_after_ms, 5000);
        assert_int_equal(azure_operation_request(&op, &test_call, &r), 0);
        assert_string_equal(r.url, NEWER_URL);
        assert_false(r.is_write);
        polled(&op, 202, "null", NULL);
        assert_string_equal(op.poll_url, NEWER_URL);
        polled(&op, 200, "{\"value\":[]}", location_only);
        assert_int_equal(op.state, RESULT);
        begin(&lured, AZURE_OPERATION_DELETE, AZURE_POLL_LOCATION);
        polled(&lured, 202, "", evil);
        assert_int_equal(lured.state, READ);
}

static void one_new_token_is_tried(void **state) {
        _cleanup_azure_operation_ struct azure_operation op;
        (void)state;
        begin(&op, AZURE_OPERATION_PUT, AZURE_POLL_STATUS);
        polled(&op, 401, "{\"error\":{\"code\":\"ExpiredAuthenticationToken\"}}", NULL);
        assert_int_equal(op.state, POLL);
        assert_int_equal(op.error.class, CLOUD_ERROR_AUTH_EXPIRED);
        polled(&op, 200, "{\"status\":\"InProgress\"}", NULL);
        assert_string_equal(op.error.code, "");
        polled(&op, 401, "", NULL);
        polled(&op, 401, "", NULL);
        assert_int_equal(op.state, READ);
}

static void errors_in_a_row_end_the_polling(void **state) {
        _cleanup_azure_operation_ struct azure_operation op, query;
        (void)state;
        begin(&op, AZURE_OPERATION_PUT, AZURE_POLL_STATUS);
        for (unsigned i = 0; i < AZURE_POLL_ERRORS_MAX; i++)
                polled(&op, 503, "", status_only);
        assert_int_equal(op.state, POLL);
        assert_int_equal(op.retry_after_ms, 20000);
        polled(&op, 200, "{\"status\":\"InProgress\"}", NULL);
        for (unsigned i = 0; i < AZURE_POLL_ERRORS_MAX; i++)
                azure_operation_poll_lost(&op);
        assert_int_equal(op.state, POLL);
        azure_operation_poll_lost(&op);
        assert_int_equal(op.state, READ);
        begin(&query, AZURE_OPERATION_QUERY, AZURE_POLL_LOCATION);
        for (unsigned i = 0; i <= AZURE_POLL_ERRORS_MAX; i++)
                polled(&query, 503, "", NULL);
        assert_int_equal(query.state, FAILED);
        assert_int_equal(query.error.class, CLOUD_ERROR_TRANSIENT);
}

static void a_saved_operation_is_taken_up(void **state) {
        _cleanup_azure_operation_ struct azure_operation op, later;
        struct azure_operation refused;
        (void)state;
        assert_int_equal(azure_operation_init(&op, AZURE_OPERATION_DELETE, BASE), 0);
        first(&op, 202, "", location_only);
        assert_int_equal(azure_operation_resume(&later, op.kind, BASE, op.style, op.poll_url), 0);
        assert_int_equal(later.state, POLL);
        polled(&later, 204, "", NULL);
        assert_int_equal(later.state, READ);
        assert_int_equal(azure_operation_resume(&refused, op.kind, BASE, op.style, EVIL_URL), AZURE_REQUEST_FOREIGN);
        assert_int_equal(azure_operation_resume(&refused, op.kind, "http://127.0.0.1:1", op.style, op.poll_url),
                         AZURE_REQUEST_FOREIGN);
}

static void words(void **state) {
        (void)state;
        assert_string_equal(azure_operation_kind_to_string(AZURE_OPERATION_QUERY), "query");
        assert_string_equal(azure_operation_state_to_string(AZURE_OPERATION_READ_RESOURCE), "read-resource");
        assert_string_equal(azure_poll_style_to_string(AZURE_POLL_STATUS), "status");
        assert_string_equal(azure_poll_style_to_string(AZURE_POLL_LOCATION), "location");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_first_answer),
                cmocka_unit_test(refusals_carry_the_error),
                cmocka_unit_test(every_poll_answer),
                cmocka_unit_test(a_failure_inside_a_200_is_read),
                cmocka_unit_test(the_newest_location_is_polled),
                cmocka_unit_test(one_new_token_is_tried),
                cmocka_unit_test(errors_in_a_row_end_the_polling),
                cmocka_unit_test(a_saved_operation_is_taken_up),
                cmocka_unit_test(words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
