/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random numbers for jitter and ids. Never for secrets: those come from struct entropy. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

struct rng {
        uint64_t state[4];
};

/* Source of secret bytes; the daemon passes OpenSSL's, the simulation a seeded one. */
struct entropy {
        int (*fill)(void *userdata, void *bytes, size_t n); /* 0 or negative errno */
        void *userdata;
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t bound); /* 0 .. bound-1; bound > 0 */
