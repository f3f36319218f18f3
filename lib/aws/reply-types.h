/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of EC2's and STS's replies as tables for the XML reader. Internal to the folder. */
#pragma once

#include "aws/reply.h"
#include "aws/xml-map.h"

/* Where an error body goes. */
struct aws_raw_error {
        const char *code;
        const char *message;
        const char *request_id;
};

extern const struct xml_type aws_result_type; /* into a struct aws_result */
extern const struct xml_type aws_error_type;  /* into a struct aws_raw_error */
