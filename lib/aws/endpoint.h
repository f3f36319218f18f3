/* SPDX-License-Identifier: Apache-2.0 */
/* Where a service of a region answers. */
#pragma once

#include "util/macro.h"

enum aws_service {
        AWS_SERVICE_EC2,
        AWS_SERVICE_STS,
};

#define AWS_REGION_SIZE 32
#define AWS_ENDPOINT_URL_SIZE 256

struct aws_endpoint {
        enum aws_service service;
        char region[AWS_REGION_SIZE];
        char url[AWS_ENDPOINT_URL_SIZE]; /* with the path, "https://ec2.eu-west-1.amazonaws.com/" */
};

/* The name for the signature: "ec2", "sts". */
const char *aws_service_to_string(enum aws_service s);

/* @override_url: base URL instead of the region's own, or NULL. 0, or -EINVAL for a bad region or URL. */
int aws_endpoint_init(struct aws_endpoint *e, enum aws_service service, const char *region,
                      const char *override_url) _must_use_;
