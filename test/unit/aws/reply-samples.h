/* SPDX-License-Identifier: Apache-2.0 */
/* Sample replies, read from files, and the ways to feed them. */
#pragma once

#include <stddef.h>

#include "aws/reply.h"
#include "util/buf.h"

struct reply_sample {
        const char *file;
        enum aws_action action;
        int http;
        int result;
};

extern const struct reply_sample reply_samples[];
extern const size_t n_reply_samples;

/* Reads DIRECTORY/FILE without the blanks at its end; fails the test if it cannot. */
void sample_load(const char *directory, const char *file, struct buf *out);

/* Feeds @n bytes in chunks and finishes. */
int sample_read(enum aws_action action, int http, const char *bytes, size_t n, size_t chunk, struct aws_result *ret);
