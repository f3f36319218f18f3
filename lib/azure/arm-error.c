/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ARM answers when it refuses.
 *
 * The class comes from the first of these that is known: the code of details[0], which names the cause, the code of the
 * error itself, the status. Codes that only a person can help against, locks and policies included, are AUTH_DENIED.
 */
#include "azure/arm-error.h"

#include <string.h>
#include <strings.h>

#include "util/json.h"

static const struct error_rule {
        const char *code;
        enum cloud_error_class class;
} rules[] = {
        {"AnotherOperationInProgress", CLOUD_ERROR_CONFLICT_BUSY},
        {"RetryableError", CLOUD_ERROR_CONFLICT_BUSY}, /* 429, but about a resource, not about our rate */
        {"ReferencedResourceNotProvisioned", CLOUD_ERROR_CONFLICT_BUSY},
        {"RetryableErrorDueToAnotherOperation", CLOUD_ERROR_CONFLICT_BUSY},
        {"CanceledAndSupersededDueToAnotherOperation", CLOUD_ERROR_CONFLICT_BUSY}, /* a later write won: read again */
        {"SubscriptionRequestsThrottled", CLOUD_ERROR_THROTTLED},
        {"TooManyRequests", CLOUD_ERROR_THROTTLED},
        {"InvalidAuthenticationToken", CLOUD_ERROR_AUTH_EXPIRED},
        {"ExpiredAuthenticationToken", CLOUD_ERROR_AUTH_EXPIRED},
        {"AuthenticationFailed", CLOUD_ERROR_AUTH_EXPIRED},
        {"InvalidAuthenticationTokenTenant", CLOUD_ERROR_AUTH_DENIED}, /* a fresh token would name the same tenant */
        {"AuthorizationFailed", CLOUD_ERROR_AUTH_DENIED},
        {"LinkedAuthorizationFailed", CLOUD_ERROR_AUTH_DENIED},
        {"RequestDisallowedByPolicy", CLOUD_ERROR_AUTH_DENIED},
        {"ScopeLocked", CLOUD_ERROR_AUTH_DENIED},
        {"SubscriptionNotFound", CLOUD_ERROR_AUTH_DENIED}, /* never "the resource is gone" */
        {"ReadOnlyDisabledSubscription", CLOUD_ERROR_AUTH_DENIED},
        {"ResourceNotFound", CLOUD_ERROR_NOT_FOUND},
        {"ResourceGroupNotFound", CLOUD_ERROR_NOT_FOUND},
        {"ParentResourceNotFound", CLOUD_ERROR_NOT_FOUND},
        {"NotFound", CLOUD_ERROR_NOT_FOUND},
        {"QuotaExceeded", CLOUD_ERROR_QUOTA},
        {"PublicIPCountLimitReached", CLOUD_ERROR_QUOTA},
        {"InvalidGatewaySkuSpecifiedForGatewayDeploymentType", CLOUD_ERROR_INVALID},
        {"VirtualNetworkGatewayBgpPeeringAddressCannotBeModified", CLOUD_ERROR_INVALID},
        {"InUseSubnetCannotBeDeleted", CLOUD_ERROR_INVALID},
        {"NetcfgSubnetRangesOverlap", CLOUD_ERROR_INVALID},
        {"InternalServerError", CLOUD_ERROR_TRANSIENT},
        {"ServiceUnavailable", CLOUD_ERROR_TRANSIENT},
        {"GatewayTimeout", CLOUD_ERROR_TRANSIENT},
};

static const struct error_rule *find_rule(const char *code) {
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                if (strcasecmp(rules[i].code, code) == 0)
                        return &rules[i];
        }
        return NULL;
}

static enum cloud_error_class class_of_status(int http, const char *code) {
        size_t n = strlen(code);
        bool in_progress = n >= 10 && strcasecmp(code + n - 10, "InProgress") == 0;
        if (in_progress && (http == 409 || http < 300))
                return CLOUD_ERROR_CONFLICT_BUSY;
        if (http == 401)
                return CLOUD_ERROR_AUTH_EXPIRED;
        if (http == 403)
                return CLOUD_ERROR_AUTH_DENIED;
        if (http == 404)
                return CLOUD_ERROR_NOT_FOUND;
        if (http == 429)
                return CLOUD_ERROR_THROTTLED;
        if (http == 408 || http >= 500)
                return CLOUD_ERROR_TRANSIENT;
        return http >= 400 ? CLOUD_ERROR_INVALID : CLOUD_ERROR_OTHER;
}

/**
 * azure_error_class() - What to do about an error
 * @http: status of the answer; 200 for a failed operation
 * @code: error.code, "" without one
 * @detail: error.details[0].code, "" without one
 *
 * Return: the class.
 */
enum cloud_error_class azure_error_class(int http, const char *code, const char *detail) {
        const struct error_rule *rule = find_rule(detail);
        if (!rule)
                rule = find_rule(code);
        return rule ? rule->class : class_of_status(http, code);
}

/* Seconds of a Retry-After; -1: absent or an HTTP date, which we cannot compare with a clock */
static int64_t retry_after_s(const struct http_response *response) {
        const char *text = http_response_header(response, "Retry-After");
        size_t n = text ? strspn(text, "0123456789") : 0;
        if (n == 0 || n > 9 || text[n])
                return -1;
        int64_t s = 0;
        for (size_t i = 0; i < n; i++)
                s = s * 10 + (text[i] - '0');
        return s;
}

int64_t azure_retry_after_ms(const struct http_response *response) {
        int64_t s = retry_after_s(response);
        if (s < 0)
                return AZURE_RETRY_AFTER_DEFAULT_MS;
        if (s < 1)
                s = 1;
        return s > AZURE_RETRY_AFTER_MAX_MS / 1000 ? AZURE_RETRY_AFTER_MAX_MS : s * 1000;
}

static void copy_message(const json_t *error, const json_t *detail, struct cloud_error *ret) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_puts(&text, json_text(error, "message"));
        if (*json_text(detail, "code"))
                buf_printf(&text, "%s%s: %s", text.len > 0 ? " / " : "", json_text(detail, "code"),
                           json_text(detail, "message"));
        if (buf_error(&text) == 0)
                cloud_error_text(ret->message, sizeof(ret->message), buf_str(&text), text.len);
}

void azure_error_from_json(const json_t *error, const struct http_response *response, struct cloud_error *ret) {
        *ret = (struct cloud_error){.http = response->status};
        json_t *details;
        const json_t *detail = NULL;
        if (error && json_get_array(error, "details", &details) == 0)
                detail = json_array_get(details, 0);
        const char *code = json_text(error, "code");
        ret->class = azure_error_class(response->status, code, json_text(detail, "code"));
        cloud_error_text(ret->code, sizeof(ret->code), code, strlen(code));
        copy_message(error, detail, ret);
        const char *id = http_response_header(response, "x-ms-request-id");
        if (!id)
                id = http_response_header(response, "x-ms-correlation-request-id");
        if (id)
                cloud_error_text(ret->request_id, sizeof(ret->request_id), id, strlen(id));
        ret->retry_after_ms = retry_after_s(response) >= 0 ? azure_retry_after_ms(response) : 0;
}

/**
 * azure_error_parse() - Reads the refusal of an answer
 * @response: any answer that is not a success
 * @ret: always filled: a body that cannot be read leaves code and message empty and goes by status
 */
void azure_error_parse(const struct http_response *response, struct cloud_error *ret) {
        _cleanup_json_ json_t *body = NULL;
        char why[80];
        if (response->body.len > 0 &&
            json_parse(response->body.data, response->body.len, true, &body, why, sizeof(why)) < 0)
                body = NULL;
        azure_error_from_json(body ? json_at(body, "error") : NULL, response, ret);
}
