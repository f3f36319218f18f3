/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is wrong in the files. */
#include "config/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define PROBLEMS_MAX 1000u

void problems_deinit(struct problems *p) {
        mem_free(p->list);
        p->list = NULL;
        p->n = p->size = 0;
}

static int grow(struct problems *p) {
        if (p->n < p->size)
                return 0;
        size_t size = p->size > 0 ? p->size * 2 : 16;
        struct problem *list = mem_realloc(p->list, size * sizeof(*list));
        if (!list)
                return -ENOMEM;
        p->list = list;
        p->size = size;
        return 0;
}

/**
 * problems_add() - Notes one mistake
 * @p: the collection
 * @path: file, as people see it; must live as long as @p
 * @line: from 1
 * @format: what is wrong and what is allowed
 *
 * Beyond a thousand mistakes nothing is added: nobody reads further.
 */
void problems_add(struct problems *p, const char *path, unsigned line, const char *format, ...) {
        if (p->error < 0 || p->n >= PROBLEMS_MAX)
                return;
        _cleanup_buf_ struct buf text = BUF_NULL;
        va_list args;
        va_start(args, format);
        buf_vprintf(&text, format, args);
        va_end(args);
        char *copy = buf_error(&text) == 0 ? arena_strdup(p->arena, buf_str(&text)) : NULL;
        if (!copy || grow(p) < 0) {
                p->error = -ENOMEM;
                return;
        }
        p->list[p->n++] = (struct problem){path, line, copy};
}

/* Ties, that is several mistakes in one line, are told in the order of their words, so that the order is total. */
static int compare(const void *pa, const void *pb) {
        const struct problem *a = pa, *b = pb;
        int k = strcmp(a->path, b->path);
        if (k != 0)
                return k;
        if (a->line != b->line)
                return a->line < b->line ? -1 : 1;
        return strcmp(a->text, b->text);
}

/**
 * problems_print() - Appends "file:line: text", a line each
 */
void problems_print(struct problems *p, struct buf *out) {
        if (p->n > 0)
                qsort(p->list, p->n, sizeof(*p->list), compare);
        for (size_t i = 0; i < p->n; i++)
                buf_printf(out, "%s:%u: %s\n", p->list[i].path, p->list[i].line, p->list[i].text);
}
