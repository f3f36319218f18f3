/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena.
 *
 * A chain of chunks; nothing is freed on its own. Snapshots hold pre-shared keys for the time between two reads, so
 * every chunk is wiped before it goes back to the allocator.
 */
#include "util/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

#define CHUNK_BYTES 4032u
#define ALIGNMENT 16u

struct chunk {
        struct chunk *next;
        size_t size; /* bytes behind the header */
        size_t used;
        _Alignas(ALIGNMENT) char data[];
};

struct arena {
        struct chunk *chunks;
        size_t bytes;
};

struct arena *arena_new(void) {
        return mem_zalloc(1, sizeof(struct arena));
}

struct arena *arena_free(struct arena *a) {
        if (!a)
                return NULL;
        while (a->chunks) {
                struct chunk *c = a->chunks;
                a->chunks = c->next;
                explicit_bzero(c->data, c->used);
                mem_free(c);
        }
        mem_free(a);
        return NULL;
}

static struct chunk *grow(struct arena *a, size_t need) {
        size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
        struct chunk *c = mem_alloc(sizeof(*c) + size);
        if (!c)
                return NULL;
        *c = (struct chunk){.size = size};
        /* A large block goes behind the open chunk, whose rest stays in use. */
        if (a->chunks && need > CHUNK_BYTES) {
                c->next = a->chunks->next;
                a->chunks->next = c;
        } else {
                c->next = a->chunks;
                a->chunks = c;
        }
        a->bytes += sizeof(*c) + size;
        return c;
}

void *arena_alloc(struct arena *a, size_t count, size_t size) {
        size_t bytes;
        if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
                return NULL;
        bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
        if (bytes == 0)
                bytes = ALIGNMENT;
        struct chunk *c = a->chunks;
        if (!c || c->size - c->used < bytes)
                c = grow(a, bytes);
        if (!c)
                return NULL;
        assert(c->size - c->used >= bytes);
        void *p = c->data + c->used;
        c->used += bytes;
        return memset(p, 0, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
        char *p = arena_alloc(a, n + 1, 1);
        if (p)
                memcpy(p, s, n);
        return p;
}

char *arena_strdup(struct arena *a, const char *s) {
        return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...) {
        va_list args;
        va_start(args, format);
        int n = vsnprintf(NULL, 0, format, args);
        va_end(args);
        assert(n >= 0);
        char *p = arena_alloc(a, (size_t)n + 1, 1);
        if (!p)
                return NULL;
        va_start(args, format);
        vsnprintf(p, (size_t)n + 1, format, args);
        va_end(args);
        return p;
}

size_t arena_size(const struct arena *a) {
        return a->bytes;
}
