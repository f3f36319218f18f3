/* SPDX-License-Identifier: Apache-2.0 */
/* Secret bytes in a type of their own: wiped on free, compared in constant time, never printable by accident. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

struct secret {
        char *bytes; /* zero-terminated for convenience; NULL: no secret */
        size_t len;
};

#define SECRET_NULL ((struct secret){0})

void secret_deinit(struct secret *s);
int secret_set(struct secret *s, const char *bytes, size_t len) _must_use_; /* copies; 0 or -ENOMEM */
bool secret_equal(const struct secret *a, const struct secret *b);

static inline bool secret_is_set(const struct secret *s) {
        return s->bytes != NULL;
}

#define _cleanup_secret_ _cleanup_(secret_deinit)
