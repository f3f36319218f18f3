/* SPDX-License-Identifier: Apache-2.0 */
/* One request of each kind, with the body that it must have. */
#pragma once

#include <stddef.h>

#include "aws/ec2-request.h"

struct request_case {
        const char *name;
        enum aws_action action;
        int (*build)(struct http_request *r, const struct aws_endpoint *e);
        const char *body;
};

extern const struct request_case request_cases[];
extern const size_t n_request_cases;
