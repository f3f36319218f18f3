/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of the library, through one hook that tests replace to trace and to fail. */
#pragma once

#include <stddef.h>

#include "util/macro.h"

struct mem_hooks {
        void *(*alloc)(size_t size);
        void *(*realloc)(void *p, size_t size);
        void (*free)(void *p);
};

/* hook: the only global of lib/; NULL restores malloc(3) */
void mem_set_hooks(const struct mem_hooks *hooks);

/* allocation: NULL without memory */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t count, size_t size);
void *mem_realloc(void *p, size_t size);
void mem_free(void *p);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);

static inline void mem_freep(void *p) {
        mem_free(*(void **)p);
}
#define _cleanup_mem_ _cleanup_(mem_freep)
