/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random numbers: xoshiro256**, seeded by splitmix64 (Blackman and Vigna, public domain algorithms). */
#include "util/rng.h"

#include <assert.h>

static uint64_t splitmix(uint64_t *x) {
        uint64_t z = (*x += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k) {
        return (x << k) | (x >> (64 - k));
}

void rng_seed(struct rng *r, uint64_t seed) {
        for (size_t i = 0; i < ELEMENTSOF(r->state); i++)
                r->state[i] = splitmix(&seed);
}

uint64_t rng_next(struct rng *r) {
        uint64_t *s = r->state;
        uint64_t result = rotl(s[1] * 5, 7) * 9;
        uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotl(s[3], 45);
        return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound) {
        assert(bound > 0);
        uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
        for (;;) {
                uint64_t x = rng_next(r);
                if (x < limit)
                        return x % bound;
        }
}
