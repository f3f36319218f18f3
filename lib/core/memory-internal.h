/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of memory share. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "core/memory.h"

#define HOUR_MS (60 * (int64_t)MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static inline void copy_text(char *out, size_t size, const char *text) {
        size_t n = strnlen(text, size - 1);
        memcpy(out, text, n);
        out[n] = '\0';
}

/* stored texts may be cut; they still compare */
static inline bool text_equal(const char *stored, size_t size, const char *text) {
        return strncmp(stored, text, size - 1) == 0;
}
