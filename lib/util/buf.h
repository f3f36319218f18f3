/* SPDX-License-Identifier: Apache-2.0 */
/* Growable byte buffer, always zero-terminated, with a sticky error so that builders check once. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

struct buf {
        char *data; /* NULL while empty; else data[len] == 0 */
        size_t len;
        size_t size;
        size_t max; /* 0: no cap */
        int error;  /* first failure: -ENOMEM or -EMSGSIZE; later calls do nothing */
};

#define BUF_NULL ((struct buf){0})
#define BUF_CAPPED(_max) ((struct buf){.max = (_max)})

/* lifetime; the memory is wiped before it is given back */
void buf_deinit(struct buf *b);
void buf_clear(struct buf *b);
char *buf_steal(struct buf *b);

/* building */
void buf_append(struct buf *b, const void *data, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) _printf_(2, 3);
void buf_vprintf(struct buf *b, const char *format, va_list args);
void buf_truncate(struct buf *b, size_t len);

/* reading */
int buf_error(const struct buf *b) _must_use_;
const char *buf_str(const struct buf *b);

#define _cleanup_buf_ _cleanup_(buf_deinit)
