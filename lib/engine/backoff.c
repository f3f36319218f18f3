/* SPDX-License-Identifier: Apache-2.0 */
/* How long a failing reader or writer waits: doubling with a cap, jittered, never before Retry-After. */
#include "engine/engine-internal.h"

void backoff_success(struct backoff *b) {
        *b = (struct backoff){0};
}

/**
 * backoff_failure() - Counts a failure and sets when the next try may start
 * @retry_after_ms: what the cloud asked for, 0: nothing
 *
 * The wait is drawn from the upper half of the step, so that many pairings that failed together do not come back
 * together and none comes back at once.
 */
void backoff_failure(struct backoff *b, struct engine *e, int64_t retry_after_ms, const struct now *now) {
        struct monotime asked = monotime_add_ms(now->boot, retry_after_ms);
        /* What failed together failed once. */
        if (monotime_before(now->boot, b->not_before)) {
                if (monotime_before(b->not_before, asked))
                        b->not_before = asked;
                return;
        }
        int64_t step_ms = BACKOFF_FIRST_MS;
        for (unsigned i = 0; i < b->failures && step_ms < BACKOFF_CAP_MS; i++)
                step_ms *= 2;
        if (step_ms > BACKOFF_CAP_MS)
                step_ms = BACKOFF_CAP_MS;
        int64_t wait_ms = step_ms / 2 + (int64_t)rng_below(&e->rng, (uint64_t)step_ms / 2 + 1);
        if (wait_ms < retry_after_ms)
                wait_ms = retry_after_ms;
        b->failures++;
        b->not_before = monotime_add_ms(now->boot, wait_ms);
}
