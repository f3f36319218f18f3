/* SPDX-License-Identifier: Apache-2.0 */
/* Arena: memory of one snapshot or one plan, freed (and wiped) as a whole. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "util/macro.h"

struct arena;

struct arena *arena_new(void);
struct arena *arena_free(struct arena *a);
DEFINE_CLEANUP(struct arena *, arena_free)

/* zeroed memory, aligned for any type; NULL without memory */
void *arena_alloc(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *format, ...) _printf_(2, 3);

/* bytes held from the allocator */
size_t arena_size(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), (n), sizeof(type)))
