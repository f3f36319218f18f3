/* SPDX-License-Identifier: Apache-2.0 */
/* [Timing]: the same keys in s2svpnd.conf, for every pairing, and in a pairing's file, for it alone. */
#include <string.h>

#include "config/take.h"
#include "config/value.h"

#define SPAN_MIN_MS 100
#define SPAN_MAX_MS (INT64_C(7) * 24 * 60 * MINUTE_MS)

void take_span(struct taking *t, const struct ini_entry *e, void *target) {
        int64_t span_ms;
        if (value_parse_span(e->value, &span_ms) < 0)
                take_wrong(t, e, "not a time span; examples: 30s, 5min, 1h 30min, 500ms");
        else if (span_ms < SPAN_MIN_MS || span_ms > SPAN_MAX_MS)
                take_wrong(t, e, "out of range; allowed: 100ms to 7d");
        else
                *(int64_t *)target = span_ms;
}

static void take_number(struct taking *t, const struct ini_entry *e, unsigned low, unsigned high, unsigned *target) {
        uint32_t n;
        if (value_parse_uint(e->value, &n) == 0 && n >= low && n <= high)
                *target = n;
        else
                problems_add(t->problems, t->ini->path, e->line, "%s=%s: allowed: %u to %u", e->key, e->value, low,
                             high);
}

static void take_samples(struct taking *t, const struct ini_entry *e, void *target) {
        take_number(t, e, 1, 10, target);
}

static void take_budget(struct taking *t, const struct ini_entry *e, void *target) {
        take_number(t, e, 0, 1000, target);
}

#define SPAN(name, member)                                                                                             \
        { "Timing", name, take_span, offsetof(struct timing, member) }

static const struct key keys[] = {
        SPAN("RoundInterval", round_ms),
        SPAN("DeepInterval", deep_ms),
        SPAN("ProofMaxAge", proof_max_age_ms),
        SPAN("ProvenAfter", proven_after_ms),
        SPAN("FactMaxAge", fact_max_age_ms),
        {"Timing", "ConfirmSamples", take_samples, offsetof(struct timing, confirm_samples)},
        SPAN("HoldOffConfig", holdoff_config_ms),
        SPAN("HoldOffTunnel", holdoff_tunnel_ms),
        SPAN("HoldOffInstance", holdoff_instance_ms),
        SPAN("HoldOffAll", holdoff_all_ms),
        SPAN("HoldOffAwsChange", holdoff_aws_change_ms),
        SPAN("HoldOffGatewayOperation", holdoff_gateway_op_ms),
        SPAN("HoldOffAddressChange", holdoff_address_change_ms),
        SPAN("LadderBackoff", ladder_backoff_ms),
        SPAN("LadderBackoffCap", ladder_backoff_cap_ms),
        {"Timing", "LadderBudget", take_budget, offsetof(struct timing, ladder_budget)},
        SPAN("CreateSettle", create_settle_ms),
};

void timing_take(struct taking *t, struct timing *timing) {
        take_table(t, keys, ELEMENTSOF(keys), timing);
}

void timing_print(const struct timing *timing, struct buf *out) {
        buf_puts(out, "\n[Timing]\n");
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                const void *member = (const char *)timing + keys[i].offset;
                buf_printf(out, "%s=", keys[i].name);
                if (keys[i].take == take_span)
                        value_print_span(*(const int64_t *)member, out);
                else
                        buf_printf(out, "%u", *(const unsigned *)member);
                buf_putc(out, '\n');
        }
}

/* The last file that sets one of two keys is where a person must look. */
static void blame(const struct ini *inis, size_t n_inis, const char *a, const char *b, struct problems *problems,
                  const char *text) {
        for (size_t i = n_inis; i-- > 0;) {
                const struct ini_entry *e = ini_find(&inis[i], "Timing", a);
                if (!e)
                        e = ini_find(&inis[i], "Timing", b);
                if (e) {
                        problems_add(problems, inis[i].path, e->line, "%s", text);
                        return;
                }
        }
}

/**
 * timing_check() - Times that contradict each other
 * @timing: the result of all files
 * @inis: the files, the later ones override; a contradiction that none of them makes is somebody else's
 */
void timing_check(const struct timing *timing, const struct ini *inis, size_t n_inis, struct problems *problems) {
        if (timing->fact_max_age_ms < 2 * timing->round_ms)
                blame(inis, n_inis, "FactMaxAge", "RoundInterval", problems,
                      "FactMaxAge= must be at least twice RoundInterval=, or one late round makes every fact unknown");
        if (timing->deep_ms < timing->round_ms)
                blame(inis, n_inis, "DeepInterval", "RoundInterval", problems,
                      "DeepInterval= must not be shorter than RoundInterval=");
        if (timing->ladder_backoff_cap_ms < timing->ladder_backoff_ms)
                blame(inis, n_inis, "LadderBackoffCap", "LadderBackoff", problems,
                      "LadderBackoffCap= must not be shorter than LadderBackoff=");
}
