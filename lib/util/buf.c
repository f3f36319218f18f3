/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable byte buffer.
 *
 * Builders append without looking at results and ask buf_error() once at the end: after the first failure every call
 * is a no-op, so a half-written buffer can never be taken for a whole one. Old memory is wiped whenever it is given
 * back, growth included, since most buffers here carry request bodies.
 */
#include "util/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

static void release(char *p, size_t size) {
        if (p)
                explicit_bzero(p, size);
        mem_free(p);
}

void buf_deinit(struct buf *b) {
        release(b->data, b->size);
        *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b) {
        if (b->data) {
                explicit_bzero(b->data, b->size);
                b->data[0] = 0;
        }
        b->len = 0;
        b->error = 0;
}

/**
 * buf_steal() - Hands over the content as a string
 *
 * Return: zero-terminated memory for mem_free(), or NULL if building had failed; the buffer is empty afterwards.
 */
char *buf_steal(struct buf *b) {
        if (!b->error && !b->data)
                buf_append(b, "", 0);
        char *p = b->error ? NULL : TAKE_PTR(b->data);
        buf_deinit(b);
        return p;
}

static int reserve(struct buf *b, size_t extra) {
        size_t need;
        if (b->error)
                return b->error;
        if (__builtin_add_overflow(b->len + 1, extra, &need))
                return b->error = -ENOMEM;
        if (b->max > 0 && need - 1 > b->max)
                return b->error = -EMSGSIZE;
        if (need <= b->size)
                return 0;
        size_t size = b->size ? b->size : 64;
        while (size < need) {
                if (__builtin_mul_overflow(size, 2, &size))
                        return b->error = -ENOMEM;
        }
        char *p = mem_alloc(size);
        if (!p)
                return b->error = -ENOMEM;
        if (b->data)
                memcpy(p, b->data, b->len + 1);
        release(b->data, b->size);
        b->data = p;
        b->size = size;
        return 0;
}

void buf_append(struct buf *b, const void *data, size_t n) {
        if (reserve(b, n) < 0)
                return;
        if (n > 0)
                memcpy(b->data + b->len, data, n);
        b->len += n;
        b->data[b->len] = 0;
}

void buf_puts(struct buf *b, const char *s) {
        buf_append(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c) {
        buf_append(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *format, va_list args) {
        va_list again;
        va_copy(again, args);
        int n = vsnprintf(NULL, 0, format, args);
        assert(n >= 0);
        if (reserve(b, (size_t)n) == 0) {
                vsnprintf(b->data + b->len, (size_t)n + 1, format, again);
                b->len += (size_t)n;
        }
        va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...) {
        va_list args;
        va_start(args, format);
        buf_vprintf(b, format, args);
        va_end(args);
}

void buf_truncate(struct buf *b, size_t len) {
        assert(len <= b->len);
        b->len = len;
        if (b->data)
                b->data[len] = 0;
}

int buf_error(const struct buf *b) {
        return b->error;
}

/**
 * buf_str() - The content as a zero-terminated string; "" while nothing was written
 */
const char *buf_str(const struct buf *b) {
        return b->data ? b->data : "";
}
