/* SPDX-License-Identifier: Apache-2.0 */
/* AWS Signature Version 4, in the Authorization header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "util/buf.h"
#include "util/http.h"

/* Signs @r as it stands; an older signature is dropped first. 0, -ENOMEM or -EINVAL. */
int aws_sigv4_sign(struct http_request *r, const struct aws_credentials *c, const char *region, const char *service,
                   int64_t wall_ms) _must_use_;

/* The steps, for tests: each appends to @out. */
struct aws_sigv4_scope {
        const char *region;
        const char *service;
        int64_t wall_ms;
};

int aws_sigv4_canonical_request(const struct http_request *r, bool normalize_path, struct buf *out) _must_use_;
int aws_sigv4_string_to_sign(const struct aws_sigv4_scope *s, const struct buf *canonical_request,
                             struct buf *out) _must_use_;
int aws_sigv4_signature(const struct aws_sigv4_scope *s, const struct secret *secret_access_key,
                        const struct buf *string_to_sign, struct buf *out) _must_use_;
