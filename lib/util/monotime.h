/* SPDX-License-Identifier: Apache-2.0 */
/* Time as types: an instant of the boot clock, a duration, and the pair of clocks that every input carries. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* An instant of CLOCK_BOOTTIME (it goes on during suspend). {0} means "never". */
struct monotime {
        int64_t ms;
};

/* What the caller's clocks said when an input arrived. */
struct now {
        struct monotime boot; /* ages and deadlines */
        int64_t wall_ms;      /* ms since 1970, UTC: signing, windows and what is persisted */
        bool wall_trusted;    /* false before the clock was set */
};

#define MONOTIME_NEVER ((struct monotime){0})
#define MONOTIME_FOREVER ((struct monotime){INT64_MAX})

static inline bool monotime_is_set(struct monotime t) {
        return t.ms != 0;
}
static inline struct monotime monotime_add_ms(struct monotime t, int64_t delta_ms) {
        int64_t sum_ms;
        if (__builtin_add_overflow(t.ms, delta_ms, &sum_ms))
                return MONOTIME_FOREVER;
        return (struct monotime){sum_ms};
}
static inline int64_t monotime_diff_ms(struct monotime later, struct monotime earlier) {
        return later.ms - earlier.ms;
}
static inline bool monotime_before(struct monotime a, struct monotime b) {
        return a.ms < b.ms;
}
static inline struct monotime monotime_min(struct monotime a, struct monotime b) {
        return a.ms < b.ms ? a : b;
}
/* Age of something seen at @t; an instant that is not set is infinitely old. */
static inline int64_t monotime_age_ms(struct monotime t, struct monotime now) {
        return monotime_is_set(t) ? now.ms - t.ms : INT64_MAX;
}
