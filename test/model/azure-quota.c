/* SPDX-License-Identifier: Apache-2.0 */
/* Throttling: what a subscription may ask for, and the headers that tell what is left. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

static struct azure_quota *quota_of(struct azure_call *c) {
        struct model_azure *a = c->a;
        for (size_t i = 0; i < a->n_quotas; i++) {
                if (strcasecmp(a->quotas[i].subscription, c->segments[1]) == 0)
                        return &a->quotas[i];
        }
        struct azure_quota *q = model_grow((void **)&a->quotas, &a->n_quotas, sizeof(*q));
        if (!q || !MODEL_COPY(q->subscription, c->segments[1]))
                return NULL;
        q->filled_ms = INT64_MIN;
        return q;
}

static const struct {
        const char *name;
        int64_t size, per_s;
} buckets[AZURE_BUCKETS] = {
        [AZURE_READS] = {"read", 250, 25},
        [AZURE_WRITES] = {"write", 200, 10},
        [AZURE_DELETES] = {"delete", 200, 10},
};

static enum azure_bucket bucket_of_method(enum http_method m) {
        if (m == HTTP_GET)
                return AZURE_READS;
        return m == HTTP_DELETE ? AZURE_DELETES : AZURE_WRITES;
}

static void refill(struct azure_quota *q, int64_t now_ms, double speed) {
        for (size_t i = 0; i < AZURE_BUCKETS; i++) {
                int64_t full = buckets[i].size * 1000;
                bool idle = q->filled_ms == INT64_MIN || now_ms - q->filled_ms > 1000 * 1000;
                double gained = idle ? (double)full : (double)((now_ms - q->filled_ms) * buckets[i].per_s) * speed;
                q->tokens_milli[i] =
                        gained >= (double)(full - q->tokens_milli[i]) ? full : q->tokens_milli[i] + (int64_t)gained;
        }
        q->filled_ms = now_ms;
}

static void throttled(struct azure_call *c, const char *what, unsigned after_s) {
        char text[16];
        snprintf(text, sizeof(text), "%u", after_s);
        azure_header(c, "Retry-After", text);
        azure_reply_error(c, 429, "SubscriptionRequestsThrottled",
                          "Number of '%s' requests for subscription '%s' actor '%s' exceeded. Please try again after "
                          "'%s' seconds after additional tokens are available.",
                          what, c->segments[1], c->tenant, text);
}

/**
 * azure_take_token() - A token bucket per subscription (the model knows one principal a tenant), filled as fast as the
 * model runs.
 *
 * Return: true when the request may go on; else the 429 is the answer.
 */
bool azure_take_token(struct azure_call *c) {
        enum azure_bucket b = bucket_of_method(c->r->method);
        struct azure_quota *q = quota_of(c);
        char header[96], text[24];
        if (!q) {
                c->error = -ENOMEM;
                return false;
        }
        refill(q, c->m->now_ms, c->m->speed);
        if (c->a->throttle_left > 0) {
                c->a->throttle_left--;
                throttled(c, buckets[b].name, c->a->throttle_after_s);
                return false;
        }
        if (q->tokens_milli[b] < 1000) {
                throttled(c, buckets[b].name, 1);
                return false;
        }
        q->tokens_milli[b] -= 1000;
        snprintf(header, sizeof(header), "x-ms-ratelimit-remaining-subscription-%ss", buckets[b].name);
        snprintf(text, sizeof(text), "%lld", (long long)(q->tokens_milli[b] / 1000));
        azure_header(c, header, text);
        snprintf(header, sizeof(header), "x-ms-ratelimit-remaining-subscription-global-%ss", buckets[b].name);
        snprintf(text, sizeof(text), "%lld",
                 (long long)(buckets[b].size * 15 - buckets[b].size + q->tokens_milli[b] / 1000));
        azure_header(c, header, text);
        return true;
}
