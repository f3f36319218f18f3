/* SPDX-License-Identifier: Apache-2.0 */
/* AWS error codes and what they mean for us; the data itself is a struct cloud_error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/cloud-error.h"
#include "util/http.h"

struct aws_error_row {
        const char *code;
        enum cloud_error_class class;
};

/* The one table of codes, for the tests too. */
const struct aws_error_row *aws_error_table(size_t *ret_n);

/* By code, then by the form of the code, then by status; @code may be "". */
enum cloud_error_class aws_error_class(const char *code, int http_status);

/* A dry run answered that the call would have been allowed. */
bool aws_error_is_dry_run_ok(const struct cloud_error *e);

/* Adds what the headers say: Retry-After, x-amz-retry-after, and the request id if the body had none. */
void aws_error_add_headers(struct cloud_error *e, const struct http_response *head);
