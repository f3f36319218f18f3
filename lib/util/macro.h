/* SPDX-License-Identifier: Apache-2.0 */
/* Small language helpers: cleanup attributes, ownership transfer, array length. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_ __attribute__((unused))
#define _must_use_ __attribute__((warn_unused_result))

#define ELEMENTSOF(x) (sizeof(x) / sizeof((x)[0]))

/* Moves the value out of a variable that a cleanup attribute owns. */
#define TAKE_PTR(p)                                                                                                    \
        ({                                                                                                             \
                __typeof__(p) *_pp_ = &(p);                                                                            \
                __typeof__(p) _taken_ = *_pp_;                                                                         \
                *_pp_ = NULL;                                                                                          \
                _taken_;                                                                                               \
        })

/* Defines name(), fit for _cleanup_(), from a free function that accepts NULL. */
#define DEFINE_CLEANUP(type, func)                                                                                     \
        static inline _unused_ void func##p(type *p) {                                                                 \
                if (*p)                                                                                                \
                        func(*p);                                                                                      \
        }
