/* SPDX-License-Identifier: Apache-2.0 */
/* Plan, inside: the planner that its parts share. */
#pragma once

#include "core/plan.h"
#include "core/slots.h"
#include "core/wanted.h"

/* Errors are sticky: the parts go on, plan_make() looks once. */
struct planner {
        const struct declaration *d;
        const struct observed *o;
        const struct assessment *a;
        const struct memory *m;
        const struct now *now;
        struct arena *arena;
        struct step *steps;
        size_t n_steps, steps_size;
        struct step scratch; /* what planner_add() gives out when there is no memory */
        int error;
};

/* What a step is about; the rest follows from its kind. */
struct step_init {
        enum step_kind kind;
        unsigned slot;
        const char *target, *target_id;
        const struct finding *finding;
        const struct fact *shows; /* the observation that will show its effect; NULL: none */
        unsigned blast;
        bool is_disruptive;
};

struct step *planner_add(struct planner *p, const struct step_init *init); /* valid until the next one */
const char *planner_printf(struct planner *p, const char *format, ...) _printf_(2, 3);

/* A step that is not met by @ok waits; the first reason stays. */
void step_needs(struct step *s, bool ok, const char *what);
/* Everything else on the Azure gateway, for steps that touch all of it. */
void step_touches_gateway(struct planner *p, struct step *s);

bool gateway_is_idle(const struct observed *o);
bool connection_is_idle(const struct observed *o, unsigned tunnel);
bool vpn_is_idle(const struct observed *o, unsigned tunnel);

/* in the order in which plan_make() calls them */
void plan_build(struct planner *p);
void plan_drift(struct planner *p);
void plan_ladder(struct planner *p);
