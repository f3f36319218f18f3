/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS error codes.
 *
 * One table, because a class decides what the daemon does next. AUTH_EXPIRED holds every code that new credentials or a
 * set clock may cure: EC2 says RequestExpired for both, and AuthFailure for keys that were rotated away. An unknown
 * code is judged by its form, then by the status of the reply.
 */
#include "aws/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DRY_RUN_OK "DryRunOperation"
#define RETRY_AFTER_MAX_MS (3600 * INT64_C(1000))

static const struct aws_error_row table[] = {
        /* slow down */
        {"BandwidthLimitExceeded", CLOUD_ERROR_THROTTLED},
        {"EC2ThrottledException", CLOUD_ERROR_THROTTLED},
        {"LimitExceededException", CLOUD_ERROR_THROTTLED},
        {"ProvisionedThroughputExceededException", CLOUD_ERROR_THROTTLED},
        {"RequestLimitExceeded", CLOUD_ERROR_THROTTLED},
        {"RequestThrottled", CLOUD_ERROR_THROTTLED},
        {"RequestThrottledException", CLOUD_ERROR_THROTTLED},
        {"SlowDown", CLOUD_ERROR_THROTTLED},
        {"ThrottledException", CLOUD_ERROR_THROTTLED},
        {"Throttling", CLOUD_ERROR_THROTTLED},
        {"ThrottlingException", CLOUD_ERROR_THROTTLED},
        {"TooManyRequestsException", CLOUD_ERROR_THROTTLED},
        {"TransactionInProgressException", CLOUD_ERROR_THROTTLED},
        /* again later */
        {"IDPCommunicationError", CLOUD_ERROR_TRANSIENT},
        {"InternalError", CLOUD_ERROR_TRANSIENT},
        {"InternalFailure", CLOUD_ERROR_TRANSIENT},
        {"PriorRequestNotComplete", CLOUD_ERROR_TRANSIENT},
        {"RequestTimeout", CLOUD_ERROR_TRANSIENT},
        {"RequestTimeoutException", CLOUD_ERROR_TRANSIENT},
        {"ServerInternal", CLOUD_ERROR_TRANSIENT},
        {"ServiceUnavailable", CLOUD_ERROR_TRANSIENT},
        {"Unavailable", CLOUD_ERROR_TRANSIENT},
        /* credentials or clock */
        {"AuthFailure", CLOUD_ERROR_AUTH_EXPIRED},
        {"ExpiredToken", CLOUD_ERROR_AUTH_EXPIRED},
        {"ExpiredTokenException", CLOUD_ERROR_AUTH_EXPIRED},
        {"InvalidClientTokenId", CLOUD_ERROR_AUTH_EXPIRED},
        {"InvalidIdentityToken", CLOUD_ERROR_AUTH_EXPIRED},
        {"InvalidSecurity.RequestHasExpired", CLOUD_ERROR_AUTH_EXPIRED},
        {"InvalidSignatureException", CLOUD_ERROR_AUTH_EXPIRED},
        {"RequestExpired", CLOUD_ERROR_AUTH_EXPIRED},
        {"RequestInTheFuture", CLOUD_ERROR_AUTH_EXPIRED},
        {"RequestTimeTooSkewed", CLOUD_ERROR_AUTH_EXPIRED},
        {"SignatureDoesNotMatch", CLOUD_ERROR_AUTH_EXPIRED},
        /* permission */
        {"AccessDenied", CLOUD_ERROR_AUTH_DENIED},
        {"AccessDeniedException", CLOUD_ERROR_AUTH_DENIED},
        {"Blocked", CLOUD_ERROR_AUTH_DENIED},
        {"IDPRejectedClaim", CLOUD_ERROR_AUTH_DENIED},
        {"OptInRequired", CLOUD_ERROR_AUTH_DENIED},
        {"PendingVerification", CLOUD_ERROR_AUTH_DENIED},
        {"RegionDisabledException", CLOUD_ERROR_AUTH_DENIED},
        {"UnauthorizedOperation", CLOUD_ERROR_AUTH_DENIED},
        /* not there, or not seen yet */
        {"InvalidCustomerGatewayID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidGatewayID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidRoute.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidRouteTableID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidTransitGatewayAttachmentID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidTransitGatewayID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidVpcID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidVpnConnectionID", CLOUD_ERROR_NOT_FOUND},
        {"InvalidVpnConnectionID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidVpnGatewayAttachment.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"InvalidVpnGatewayID.NotFound", CLOUD_ERROR_NOT_FOUND},
        {"TransitGatewayRouteTablePropagation.NotFound", CLOUD_ERROR_NOT_FOUND},
        /* not now */
        {"ConcurrentMutationLimitExceeded", CLOUD_ERROR_CONFLICT_BUSY},
        {"ConcurrentTagAccess", CLOUD_ERROR_CONFLICT_BUSY},
        {"DependencyViolation", CLOUD_ERROR_CONFLICT_BUSY},
        {"Gateway.NotAttached", CLOUD_ERROR_CONFLICT_BUSY},
        {"IncorrectState", CLOUD_ERROR_CONFLICT_BUSY},
        {"InvalidCustomerGatewayState", CLOUD_ERROR_CONFLICT_BUSY},
        {"InvalidVpnConnection.InvalidState", CLOUD_ERROR_CONFLICT_BUSY},
        {"InvalidVpnGatewayState", CLOUD_ERROR_CONFLICT_BUSY},
        /* quotas */
        {"CustomerGatewayLimitExceeded", CLOUD_ERROR_QUOTA},
        {"FilterLimitExceeded", CLOUD_ERROR_QUOTA},
        {"RouteLimitExceeded", CLOUD_ERROR_QUOTA},
        {"TagLimitExceeded", CLOUD_ERROR_QUOTA},
        {"VpnConnectionLimitExceeded", CLOUD_ERROR_QUOTA},
        {"VpnGatewayAttachmentLimitExceeded", CLOUD_ERROR_QUOTA},
        {"VpnGatewayLimitExceeded", CLOUD_ERROR_QUOTA},
        /* exists: the VPC has a gateway, the two gateways have a connection */
        {"InvalidCustomerGateway.DuplicateIpAddress", CLOUD_ERROR_DUPLICATE},
        {"InvalidOption.Conflict", CLOUD_ERROR_DUPLICATE},
        {"InvalidVpcState", CLOUD_ERROR_DUPLICATE},
        {"RouteAlreadyExists", CLOUD_ERROR_DUPLICATE},
        /* can never work */
        {"AsnConflict", CLOUD_ERROR_INVALID},
        {"IncompleteSignature", CLOUD_ERROR_INVALID},
        {"InvalidAction", CLOUD_ERROR_INVALID},
        {"InvalidCidr.InUse", CLOUD_ERROR_INVALID},
        {"InvalidCustomerGatewayId.Malformed", CLOUD_ERROR_INVALID},
        {"InvalidFilter", CLOUD_ERROR_INVALID},
        {"InvalidMaxResults", CLOUD_ERROR_INVALID},
        {"InvalidNextToken", CLOUD_ERROR_INVALID},
        {"InvalidPaginationToken", CLOUD_ERROR_INVALID},
        {"InvalidParameter", CLOUD_ERROR_INVALID},
        {"InvalidParameterCombination", CLOUD_ERROR_INVALID},
        {"InvalidParameterValue", CLOUD_ERROR_INVALID},
        {"InvalidRouteTableId.Malformed", CLOUD_ERROR_INVALID},
        {"InvalidVpnConnection.InvalidType", CLOUD_ERROR_INVALID},
        {"MalformedPolicyDocument", CLOUD_ERROR_INVALID},
        {"MissingAuthenticationToken", CLOUD_ERROR_INVALID},
        {"MissingParameter", CLOUD_ERROR_INVALID},
        {"PackedPolicyTooLarge", CLOUD_ERROR_INVALID},
        {"UnknownParameter", CLOUD_ERROR_INVALID},
        {"UnsupportedOperation", CLOUD_ERROR_INVALID},
        /* the good answer to a dry run */
        {DRY_RUN_OK, CLOUD_ERROR_OTHER},
};

/* Forms of codes that the table does not have; the order counts. */
static const struct aws_error_row endings[] = {
        {".NotFound", CLOUD_ERROR_NOT_FOUND},     {".Malformed", CLOUD_ERROR_INVALID},
        {"LimitExceeded", CLOUD_ERROR_QUOTA},     {".Duplicate", CLOUD_ERROR_DUPLICATE},
        {"AlreadyExists", CLOUD_ERROR_DUPLICATE},
};

const struct aws_error_row *aws_error_table(size_t *ret_n) {
        *ret_n = ELEMENTSOF(table);
        return table;
}

static enum cloud_error_class class_of_status(int status) {
        switch (status) {
        case 401:
                return CLOUD_ERROR_AUTH_EXPIRED;
        case 403:
                return CLOUD_ERROR_AUTH_DENIED;
        case 429:
                return CLOUD_ERROR_THROTTLED;
        case 408:
        case 500:
        case 502:
        case 503:
        case 504:
                return CLOUD_ERROR_TRANSIENT;
        default:
                return CLOUD_ERROR_OTHER;
        }
}

static bool ends_with(const char *s, const char *end) {
        size_t n = strlen(s), m = strlen(end);
        return n >= m && strcmp(s + n - m, end) == 0;
}

/**
 * aws_error_class() - What an error asks us to do
 * @code: the Code element, "" when there was none
 * @http_status: of the reply; judges what the code does not
 *
 * A 404 without a code is no NOT_FOUND: a proxy may have said it.
 */
enum cloud_error_class aws_error_class(const char *code, int http_status) {
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                if (strcmp(table[i].code, code) == 0)
                        return table[i].class;
        }
        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                if (ends_with(code, endings[i].code))
                        return endings[i].class;
        }
        return class_of_status(http_status);
}

bool aws_error_is_dry_run_ok(const struct cloud_error *e) {
        return strcmp(e->code, DRY_RUN_OK) == 0;
}

/* Digits only, at most an hour; 0 for anything else: a date in Retry-After would need a clock. */
static int64_t delay_ms(const char *text, int64_t unit_ms) {
        size_t n = strlen(text);
        if (n == 0 || n > 9 || strspn(text, "0123456789") != n)
                return 0;
        int64_t ms = strtoll(text, NULL, 10) * unit_ms;
        return ms < RETRY_AFTER_MAX_MS ? ms : RETRY_AFTER_MAX_MS;
}

void aws_error_add_headers(struct cloud_error *e, const struct http_response *head) {
        const char *seconds = http_response_header(head, "Retry-After");
        const char *milliseconds = http_response_header(head, "x-amz-retry-after");
        const char *id = http_response_header(head, "x-amzn-RequestId");
        if (milliseconds)
                e->retry_after_ms = delay_ms(milliseconds, 1);
        else if (seconds)
                e->retry_after_ms = delay_ms(seconds, 1000);
        if (!e->request_id[0] && id)
                cloud_error_text(e->request_id, sizeof(e->request_id), id, strlen(id));
}
