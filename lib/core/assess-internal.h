/* SPDX-License-Identifier: Apache-2.0 */
/* Assess, inside: the collector that its parts share. */
#pragma once

#include "core/assessment.h"
#include "core/join.h"
#include "core/slots.h"
#include "core/wanted.h"

/* Errors are sticky: the parts go on, assess() looks once. */
struct assessor {
        const struct declaration *d;
        const struct observed *o;
        const struct memory *memory;
        const struct now *now;
        struct arena *arena;
        struct assessment *a;
        struct finding *findings;
        size_t n_findings, findings_size;
        bool has_vanished; /* what is ABSENT now is not believed */
        int error;
};

void assessor_find(struct assessor *s, enum finding_kind kind, enum severity severity, const char *subject,
                   unsigned tunnels, const char *cause, const char *format, ...) _printf_(7, 8);
const char *assessor_printf(struct assessor *s, const char *format, ...) _printf_(2, 3); /* never NULL */

static inline bool is_known(const struct fact *f) {
        return f->state == FACT_KNOWN;
}

/* in the order in which assess() calls them */
void assess_vanished(struct assessor *s);
void assess_resources(struct assessor *s); /* missing, failed, refused, duplicate */
void assess_drift(struct assessor *s);     /* wrong fields */
void assess_tunnels(struct assessor *s);   /* views and verdict of each tunnel */
void assess_routes(struct assessor *s);    /* prefixes, propagation, peerings */

/* a wrong resource of one of these kinds explains why its tunnel is down */
bool finding_kind_explains_down(enum finding_kind k);
