/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals of ARM: every code to its class, bodies of all sorts, Retry-After. */
#include "azure-test.h"

#include "azure/arm-error.h"

static const struct {
        int http;
        const char *code, *detail;
        enum cloud_error_class class;
} codes[] = {
        {409, "AnotherOperationInProgress", "", CLOUD_ERROR_CONFLICT_BUSY},
        {429, "RetryableError", "", CLOUD_ERROR_CONFLICT_BUSY},
        {429, "RetryableError", "ReferencedResourceNotProvisioned", CLOUD_ERROR_CONFLICT_BUSY},
        {429, "SomethingNew", "ReferencedResourceNotProvisioned", CLOUD_ERROR_CONFLICT_BUSY},
        {429, "RetryableErrorDueToAnotherOperation", "", CLOUD_ERROR_CONFLICT_BUSY},
        {200, "CanceledAndSupersededDueToAnotherOperation", "", CLOUD_ERROR_CONFLICT_BUSY},
        {409, "SomethingInProgress", "", CLOUD_ERROR_CONFLICT_BUSY},
        {429, "SubscriptionRequestsThrottled", "", CLOUD_ERROR_THROTTLED},
        {429, "TooManyRequests", "", CLOUD_ERROR_THROTTLED},
        {429, "", "", CLOUD_ERROR_THROTTLED},
        {400, "InvalidGatewaySkuSpecifiedForGatewayDeploymentType", "", CLOUD_ERROR_INVALID},
        {400, "VirtualNetworkGatewayBgpPeeringAddressCannotBeModified", "", CLOUD_ERROR_INVALID},
        {400, "NetcfgSubnetRangesOverlap", "", CLOUD_ERROR_INVALID},
        {409, "InUseSubnetCannotBeDeleted", "", CLOUD_ERROR_INVALID},
        {404, "ResourceNotFound", "", CLOUD_ERROR_NOT_FOUND},
        {404, "ResourceGroupNotFound", "", CLOUD_ERROR_NOT_FOUND},
        {404, "ParentResourceNotFound", "", CLOUD_ERROR_NOT_FOUND},
        {404, "NotFound", "", CLOUD_ERROR_NOT_FOUND},
        {404, "", "", CLOUD_ERROR_NOT_FOUND},
        {404, "SubscriptionNotFound", "", CLOUD_ERROR_AUTH_DENIED},
        {403, "AuthorizationFailed", "", CLOUD_ERROR_AUTH_DENIED},
        {403, "LinkedAuthorizationFailed", "", CLOUD_ERROR_AUTH_DENIED},
        {403, "RequestDisallowedByPolicy", "", CLOUD_ERROR_AUTH_DENIED},
        {409, "ScopeLocked", "", CLOUD_ERROR_AUTH_DENIED},
        {409, "ReadOnlyDisabledSubscription", "", CLOUD_ERROR_AUTH_DENIED},
        {403, "", "", CLOUD_ERROR_AUTH_DENIED},
        {401, "InvalidAuthenticationToken", "", CLOUD_ERROR_AUTH_EXPIRED},
        {401, "ExpiredAuthenticationToken", "", CLOUD_ERROR_AUTH_EXPIRED},
        {401, "AuthenticationFailed", "", CLOUD_ERROR_AUTH_EXPIRED},
        {401, "InvalidAuthenticationTokenTenant", "", CLOUD_ERROR_AUTH_DENIED},
        {401, "", "", CLOUD_ERROR_AUTH_EXPIRED},
        {400, "PublicIPCountLimitReached", "", CLOUD_ERROR_QUOTA},
        {409, "QuotaExceeded", "", CLOUD_ERROR_QUOTA},
        {500, "InternalServerError", "", CLOUD_ERROR_TRANSIENT},
        {200, "InternalServerError", "", CLOUD_ERROR_TRANSIENT},
        {503, "ServiceUnavailable", "", CLOUD_ERROR_TRANSIENT},
        {504, "GatewayTimeout", "", CLOUD_ERROR_TRANSIENT},
        {502, "", "", CLOUD_ERROR_TRANSIENT},
        {408, "", "", CLOUD_ERROR_TRANSIENT},
        {400, "SomethingNew", "", CLOUD_ERROR_INVALID},
        {409, "SomethingNew", "", CLOUD_ERROR_INVALID},
        {200, "SomethingNew", "", CLOUD_ERROR_OTHER},
        {409, "anotheroperationinprogress", "", CLOUD_ERROR_CONFLICT_BUSY},
};

static void every_code_has_its_class(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++) {
                enum cloud_error_class class = azure_error_class(codes[i].http, codes[i].code, codes[i].detail);
                if (class != codes[i].class)
                        fail_msg("%d %s/%s is %s", codes[i].http, codes[i].code, codes[i].detail,
                                 cloud_error_class_to_string(class));
        }
}

static void a_body_is_read(void **state) {
        static const char *const headers[] = {"Retry-After", "17", "x-ms-request-id", "req-1", NULL};
        (void)state;
        struct arena *a = arena_new();
        struct http_response r = answer(
                429,
                json_of(a, "{'error':{'code':'RetryableError','message':'A retryable error occurred.','details':["
                           "{'code':'ReferencedResourceNotProvisioned','message':'lng1 is not in Succeeded state'}]}}"),
                headers);
        struct cloud_error e;
        azure_error_parse(&r, &e);
        assert_int_equal(e.class, CLOUD_ERROR_CONFLICT_BUSY);
        assert_int_equal(e.http, 429);
        assert_int_equal(e.retry_after_ms, 17000);
        assert_string_equal(e.code, "RetryableError");
        assert_string_equal(e.message, "A retryable error occurred. / ReferencedResourceNotProvisioned: "
                                       "lng1 is not in Succeeded state");
        assert_string_equal(e.request_id, "req-1");
        http_response_deinit(&r);
        arena_free(a);
}

static void unreadable_bodies_go_by_status(void **state) {
        static const char *const bodies[] = {
                "",
                "null",
                "<html><body>Bad gateway</body></html>",
                "[]",
                "{}",
                "{\"error\":7}",
                "{\"error\":{\"code\":7,\"message\":[],\"details\":{}}}",
                "{\"error\":{\"details\":[7]}}",
                "{\"error\":{\"code\":null,\"details\":[]}}",
                "\"error\"",
                "{\"error\":{\"code\":\"",
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bodies); i++) {
                struct http_response r = answer(503, bodies[i], NULL);
                struct cloud_error e;
                azure_error_parse(&r, &e);
                assert_int_equal(e.class, CLOUD_ERROR_TRANSIENT);
                assert_string_equal(e.code, "");
                assert_string_equal(e.message, "");
                assert_int_equal(e.retry_after_ms, 0);
                http_response_deinit(&r);
        }
}

static void retry_after_is_bounded(void **state) {
        static const struct {
                const char *value;
                int64_t ms;
        } rows[] = {
                {"10", 10000},         {"0", 1000},
                {"100", 100000},       {"601", 600000},
                {"999999999", 600000}, {"9999999999", 10000},
                {"", 10000},           {"-5", 10000},
                {"1.5", 10000},        {"Wed, 21 Oct 2026 07:28:00 GMT", 10000},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *const headers[] = {"retry-after", rows[i].value, NULL};
                struct http_response r = answer(202, "", headers);
                assert_int_equal(azure_retry_after_ms(&r), rows[i].ms);
                http_response_deinit(&r);
        }
        struct http_response none = {.status = 202};
        assert_int_equal(azure_retry_after_ms(&none), 10000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_code_has_its_class),
                cmocka_unit_test(a_body_is_read),
                cmocka_unit_test(unreadable_bodies_go_by_status),
                cmocka_unit_test(retry_after_is_bounded),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
