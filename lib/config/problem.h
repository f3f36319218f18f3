/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is wrong in the files, collected, then told in the order of files and lines. */
#pragma once

#include <stddef.h>

#include "util/arena.h"
#include "util/buf.h"

struct problem {
        const char *path;
        unsigned line;
        const char *text;
};

/* Sticky error, as in struct buf; the texts live in @arena. */
struct problems {
        struct arena *arena;
        struct problem *list;
        size_t n, size;
        int error;
};

void problems_deinit(struct problems *p);
#define _cleanup_problems_ _cleanup_(problems_deinit)

void problems_add(struct problems *p, const char *path, unsigned line, const char *format, ...) _printf_(4, 5);
void problems_print(struct problems *p, struct buf *out); /* sorts */
