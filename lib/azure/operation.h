/* SPDX-License-Identifier: Apache-2.0 */
/* Long operations of ARM: what to do after each answer. No I/O, no clock. */
#pragma once

#include <stdint.h>

#include "azure/arm-request.h"
#include "core/cloud-error.h"
#include "util/http.h"

/* What was asked for: decides what the end of the operation means. */
enum azure_operation_kind {
        AZURE_OPERATION_PUT,
        AZURE_OPERATION_DELETE,
        AZURE_OPERATION_ACTION, /* POST without a result: resets */
        AZURE_OPERATION_QUERY,  /* POST with a result: BGP peers, routes */
};

/* The next step. */
enum azure_operation_state {
        AZURE_OPERATION_START,         /* waits for the first answer */
        AZURE_OPERATION_POLL,          /* ask poll_url again after retry_after_ms */
        AZURE_OPERATION_READ_RESOURCE, /* over, or nobody knows: the resource itself tells (a DELETE: 404) */
        AZURE_OPERATION_RESULT,        /* the body of the answer just fed is the result */
        AZURE_OPERATION_FAILED,        /* error says why */
};

/* How poll_url answers. */
enum azure_poll_style {
        AZURE_POLL_STATUS,   /* Azure-AsyncOperation: always 200, a status word inside */
        AZURE_POLL_LOCATION, /* Location: 202 until it answers like the call itself */
};

struct azure_operation {
        enum azure_operation_kind kind;
        enum azure_operation_state state;
        enum azure_poll_style style;
        char *base;             /* poll URLs of other hosts are refused */
        char *poll_url;         /* NULL before the first answer named one; fit to be saved, with kind and style */
        int64_t retry_after_ms; /* of the next poll */
        unsigned n_poll_errors; /* in a row */
        unsigned n_polls;
        struct cloud_error error; /* FAILED; after a poll that could not be read also with POLL: AUTH_EXPIRED asks for a
                                   * new token */
};

#define AZURE_POLL_ERRORS_MAX 5

const char *azure_operation_kind_to_string(enum azure_operation_kind kind);
const char *azure_operation_state_to_string(enum azure_operation_state state);
const char *azure_poll_style_to_string(enum azure_poll_style style);

/* lifetime */
int azure_operation_init(struct azure_operation *op, enum azure_operation_kind kind, const char *base) _must_use_;
int azure_operation_resume(struct azure_operation *op, enum azure_operation_kind kind, const char *base,
                           enum azure_poll_style style, const char *poll_url) _must_use_; /* AZURE_REQUEST_FOREIGN */
void azure_operation_deinit(struct azure_operation *op);
#define _cleanup_azure_operation_ _cleanup_(azure_operation_deinit)

/* answers: the first one, then one a poll; 0 or -ENOMEM, what to do next is in @op */
int azure_operation_first(struct azure_operation *op, const struct http_response *response) _must_use_;
int azure_operation_polled(struct azure_operation *op, const struct http_response *response) _must_use_;
/* a poll that got no answer at all */
void azure_operation_poll_lost(struct azure_operation *op);

/* the poll request of an operation in POLL */
int azure_operation_request(const struct azure_operation *op, const struct azure_call *call,
                            struct http_request *r) _must_use_;
