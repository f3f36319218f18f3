/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation hook. */
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct mem_hooks system_hooks = {malloc, realloc, free};
static struct mem_hooks hooks_in_use = {malloc, realloc, free};

/**
 * mem_set_hooks() - Replaces the allocator of the whole library
 * @hooks: the functions to use from now on, or NULL for malloc(3) and friends
 *
 * Call it before anything is allocated: memory goes back through the hook in use when it is freed.
 */
void mem_set_hooks(const struct mem_hooks *hooks) {
        hooks_in_use = hooks ? *hooks : system_hooks;
}

void *mem_alloc(size_t size) {
        return hooks_in_use.alloc(size ? size : 1);
}

/**
 * mem_zalloc() - Allocates a zeroed array
 *
 * Return: the memory, or NULL without memory or when the product overflows.
 */
void *mem_zalloc(size_t count, size_t size) {
        size_t bytes;
        if (__builtin_mul_overflow(count, size, &bytes))
                return NULL;
        void *p = mem_alloc(bytes);
        if (p)
                memset(p, 0, bytes);
        return p;
}

void *mem_realloc(void *p, size_t size) {
        return hooks_in_use.realloc(p, size ? size : 1);
}

void mem_free(void *p) {
        hooks_in_use.free(p);
}

char *mem_strdup(const char *s) {
        return mem_strndup(s, strlen(s));
}

char *mem_strndup(const char *s, size_t n) {
        char *p = mem_alloc(n + 1);
        if (!p)
                return NULL;
        memcpy(p, s, n);
        p[n] = 0;
        return p;
}
