/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links between the clouds: pairing, timers, faults.
 *
 * Links are rebuilt from both sides' ends whenever a configuration changed, and keep their state by key. Each has at
 * most two timers: one for IPsec (always the way up; the way down is at once) and one for BGP, which is the way up
 * while BGP is down and the hold timer while BGP is up without IPsec. Faults are kept beside the links, since an
 * endpoint stays broken whatever Azure does.
 */
#include "physics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model-internal.h"
#include "physics-internal.h"
#include "util/alloc.h"

#define IKE_LOW_MS 5000
#define IKE_HIGH_MS 15000
#define BGP_LOW_MS 5000
#define BGP_HIGH_MS 20000
#define HOLD_AWS_MS 30000
#define HOLD_AZURE_MS 180000
#define SUSPEND_LOW_MS 10000
#define SUSPEND_HIGH_MS 30000
#define AZURE_ACCEPTS_MAX 4000

struct physics *physics_new(void) {
        return mem_zalloc(1, sizeof(struct physics));
}

struct physics *physics_free(struct physics *p) {
        if (!p)
                return NULL;
        mem_free(p->links);
        mem_free(p->spare);
        mem_free(p->azure);
        mem_free(p->aws);
        mem_free(p->link_of_aws);
        mem_free(p->faults);
        mem_free(p);
        return NULL;
}

/* faults */

static struct fault *find_fault(struct physics *p, const struct link *l) {
        for (size_t i = 0; i < p->n_faults; i++) {
                struct fault *f = &p->faults[i];
                if (ip4_equal(f->aws_outside, l->aws_outside) &&
                    (!*f->azure_connection_id || strcasecmp(f->azure_connection_id, l->azure_connection_id) == 0))
                        return f;
        }
        return NULL;
}

static bool connection_exists(const struct physics *p, const char *id) {
        for (size_t i = 0; i < p->n_links; i++)
                if (strcasecmp(p->links[i].azure_connection_id, id) == 0)
                        return true;
        return false;
}

/* What is over, and what went away with the resource that had it. */
static void drop_old_faults(struct model *m) {
        struct physics *p = m->physics;
        for (size_t i = p->n_faults; i-- > 0;) {
                const struct fault *f = &p->faults[i];
                if (f->until_ms <= m->now_ms || !physics_find_aws(p, f->aws_outside) ||
                    (*f->azure_connection_id && !connection_exists(p, f->azure_connection_id)))
                        model_remove(p->faults, &p->n_faults, sizeof(*f), i);
        }
}

static void cure(struct model *m, const struct link *l, bool endpoint_too) {
        struct physics *p = m->physics;
        for (size_t i = p->n_faults; i-- > 0;) {
                const struct fault *f = &p->faults[i];
                if (ip4_equal(f->aws_outside, l->aws_outside) && (endpoint_too || f->kind != LINK_ENDPOINT_BROKEN))
                        model_remove(p->faults, &p->n_faults, sizeof(*f), i);
        }
}

/* one link */

static void enter_ipsec(struct model *m, struct link *l, bool up) {
        l->ipsec_up = up;
        l->ipsec_due_ms = INT64_MAX;
        l->last_change_ms = m->now_ms;
        m->physics->generation++;
}

static void enter_bgp(struct model *m, struct link *l, bool up) {
        l->bgp_up = up;
        l->bgp_due_ms = INT64_MAX;
        l->bgp_since_ms = up ? m->now_ms : 0;
        l->last_change_ms = m->now_ms;
        m->physics->generation++;
}

static const char *fault_text(enum link_fault f) {
        switch (f) {
        case LINK_OK:
                return "";
        case LINK_IPSEC_STUCK:
                return "IPsec is stuck";
        case LINK_ENDPOINT_BROKEN:
                return "AWS's endpoint is broken";
        case LINK_BGP_STUCK:
                return "BGP is stuck";
        case LINK_BGP_SUSPENDED:
                return "Azure restarts BGP after an address-space change";
        }
        return "";
}

static void say_why(struct link *l, const char *blocked) {
        const char *text = *blocked ? blocked : fault_text(l->fault);
        if (!*text && !l->ipsec_up)
                text = "IKE is under way";
        if (!*text && !l->bgp_up)
                text = "BGP is connecting";
        model_copy(l->reason, sizeof(l->reason), text);
}

static int64_t hold_ms(const struct model *m) {
        return m->options.hold_time_negotiates_down ? HOLD_AWS_MS : HOLD_AZURE_MS;
}

/* Moves a link as far as this instant allows and sets its timers. */
static void settle(struct model *m, struct link *l) {
        bool ipsec_ok = l->ipsec_allowed && l->fault != LINK_IPSEC_STUCK && l->fault != LINK_ENDPOINT_BROKEN;
        bool bgp_ok = l->bgp_allowed && l->fault != LINK_BGP_STUCK && l->fault != LINK_BGP_SUSPENDED;
        if (!ipsec_ok && l->ipsec_up)
                enter_ipsec(m, l, false);
        if (!ipsec_ok)
                l->ipsec_due_ms = INT64_MAX;
        else if (!l->ipsec_up && l->ipsec_due_ms == INT64_MAX)
                l->ipsec_due_ms = model_after_between(m, IKE_LOW_MS, IKE_HIGH_MS);
        else if (!l->ipsec_up && l->ipsec_due_ms <= m->now_ms)
                enter_ipsec(m, l, true);

        /* a session ends at once when BGP itself is refused, after the hold time when only packets stop */
        if (l->bgp_up && ((ipsec_ok && !bgp_ok) || l->bgp_due_ms <= m->now_ms))
                enter_bgp(m, l, false);
        if (l->bgp_up) {
                if (l->ipsec_up)
                        l->bgp_due_ms = INT64_MAX;
                else if (l->bgp_due_ms == INT64_MAX)
                        l->bgp_due_ms = model_after(m, hold_ms(m));
                return;
        }
        if (!l->ipsec_up || !bgp_ok)
                l->bgp_due_ms = INT64_MAX;
        else if (l->bgp_due_ms == INT64_MAX)
                l->bgp_due_ms = model_after_between(m, BGP_LOW_MS, BGP_HIGH_MS);
        else if (l->bgp_due_ms <= m->now_ms)
                enter_bgp(m, l, true);
}

/* both ends forget each other: no hold timer */
static void drop(struct model *m, struct link *l) {
        if (l->ipsec_up)
                enter_ipsec(m, l, false);
        if (l->bgp_up)
                enter_bgp(m, l, false);
        l->ipsec_due_ms = l->bgp_due_ms = INT64_MAX;
}

static void apply_fault(struct model *m, struct link *l) {
        const struct fault *f = l->paired ? find_fault(m->physics, l) : NULL;
        l->fault = f ? f->kind : LINK_OK;
        l->fault_until_ms = f ? f->until_ms : INT64_MAX;
}

static void settle_all(struct model *m) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                struct link *l = &p->links[i];
                char blocked[MODEL_REASON_SIZE] = "";
                if (!l->bgp_allowed || !l->ipsec_allowed)
                        model_copy(blocked, sizeof(blocked), l->reason);
                apply_fault(m, l);
                settle(m, l);
                say_why(l, blocked);
        }
}

/**
 * physics_changed() - the configuration of either side changed
 *
 * The links follow at the end of the step, when the change is complete.
 */
void physics_changed(struct model *m) {
        m->physics->dirty = true;
}

/**
 * physics_advance() - pairs again if something changed, and runs every timer that is due
 */
void physics_advance(struct model *m) {
        struct physics *p = m->physics;
        if (p->dirty)
                physics_pair(m);
        drop_old_faults(m);
        settle_all(m);
}

int64_t physics_next_ms(const struct model *m) {
        const struct physics *p = m->physics;
        int64_t next_ms = p->dirty ? m->now_ms : INT64_MAX;
        for (size_t i = 0; i < p->n_links; i++)
                next_ms = model_earlier(next_ms, model_earlier(p->links[i].ipsec_due_ms, p->links[i].bgp_due_ms));
        for (size_t i = 0; i < p->n_faults; i++)
                next_ms = model_earlier(next_ms, p->faults[i].until_ms);
        return next_ms;
}

/* looking */

uint64_t physics_generation(const struct model *m) {
        return m->physics->generation;
}

size_t physics_links(const struct model *m, const struct link **ret) {
        *ret = m->physics->links;
        return m->physics->n_links;
}

const struct link *physics_link_of_aws(const struct model *m, struct ip4 aws_outside) {
        const struct physics *p = m->physics;
        const struct aws_end *aws = p->links ? physics_find_aws(p, aws_outside) : NULL;
        return aws ? &p->links[p->link_of_aws[aws - p->aws]] : NULL;
}

const struct link *physics_link_of_azure(const struct model *m, const char *connection_id, unsigned instance) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                size_t at = (p->last_azure + i) % p->n_links;
                const struct link *l = &p->links[at];
                if (l->azure_instance != instance || strcasecmp(l->azure_connection_id, connection_id) != 0)
                        continue;
                p->last_azure = at;
                return l;
        }
        return NULL;
}

size_t physics_routes_to_aws(struct model *m, struct ip4 aws_outside, struct cidr *out, size_t max) {
        const struct link *l = physics_link_of_aws(m, aws_outside);
        return l && l->bgp_up ? azure_advertised(m, l->azure_gateway_id, out, max) : 0;
}

/* Azure refuses what it advertises itself: the prefixes of its VNet and of the peered ones. */
size_t physics_routes_to_azure(struct model *m, const char *connection_id, unsigned instance, struct cidr *out,
                               size_t max) {
        struct physics *p = m->physics;
        const struct link *l = physics_link_of_azure(m, connection_id, instance);
        if (!l || !l->bgp_up)
                return 0;
        size_t n_own = azure_advertised(m, l->azure_gateway_id, p->prefixes, MODEL_PREFIXES_MAX);
        size_t n = aws_advertised(m, l->aws_gateway_id, out, max), kept = 0;
        for (size_t i = 0; i < n && i < AZURE_ACCEPTS_MAX; i++)
                if (!cidr_in_list(out[i], p->prefixes, n_own))
                        out[kept++] = out[i];
        return kept;
}

/* touching */

void physics_azure_connection_reset(struct model *m, const char *connection_id) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                struct link *l = &p->links[i];
                if (!*l->azure_connection_id || strcasecmp(l->azure_connection_id, connection_id) != 0)
                        continue;
                if (l->paired)
                        cure(m, l, false);
                drop(m, l);
        }
        p->dirty = true;
}

void physics_azure_instance_reset(struct model *m, const char *gateway_id, unsigned instance) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                struct link *l = &p->links[i];
                if (l->azure_instance != instance || strcasecmp(l->azure_gateway_id, gateway_id) != 0)
                        continue;
                if (l->paired)
                        cure(m, l, false);
                drop(m, l);
        }
        p->dirty = true;
}

static int add_fault(struct model *m, const struct link *l, enum link_fault kind, int64_t until_ms) {
        struct physics *p = m->physics;
        struct fault *f = find_fault(p, l);
        if (!f) {
                void *faults = p->faults;
                f = model_grow(&faults, &p->n_faults, sizeof(*f));
                p->faults = f ? faults : p->faults;
        }
        if (!f)
                return -ENOMEM;
        *f = (struct fault){.aws_outside = l->aws_outside, .kind = kind, .until_ms = until_ms};
        if (kind != LINK_ENDPOINT_BROKEN)
                model_copy(f->azure_connection_id, sizeof(f->azure_connection_id), l->azure_connection_id);
        p->dirty = true;
        return 0;
}

void physics_azure_addresses_changed(struct model *m, const char *gateway_id) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                const struct link *l = &p->links[i];
                if (!l->paired || strcasecmp(l->azure_gateway_id, gateway_id) != 0 || l->fault != LINK_OK)
                        continue;
                /* without memory the session stays up: a milder cloud, still a possible one */
                (void)add_fault(m, l, LINK_BGP_SUSPENDED, model_after_between(m, SUSPEND_LOW_MS, SUSPEND_HIGH_MS));
        }
        p->dirty = true;
}

void physics_aws_tunnel_replaced(struct model *m, struct ip4 outside) {
        struct physics *p = m->physics;
        for (size_t i = 0; i < p->n_links; i++) {
                struct link *l = &p->links[i];
                if (!ip4_equal(l->aws_outside, outside) || !l->paired)
                        continue;
                cure(m, l, true);
                drop(m, l);
        }
        p->dirty = true;
}

/**
 * physics_break() - breaks the link of an AWS tunnel
 * @m: the model
 * @aws_outside: the tunnel
 * @fault: how; LINK_OK heals it
 * @until_ms: when it heals by itself; INT64_MAX: never
 *
 * Return: 0, -ENOENT when no Azure end is paired with it, or -ENOMEM.
 */
int physics_break(struct model *m, struct ip4 aws_outside, enum link_fault fault, int64_t until_ms) {
        physics_advance(m);
        const struct link *l = physics_link_of_aws(m, aws_outside);
        if (!l || !l->paired)
                return -ENOENT;
        if (fault != LINK_OK)
                return add_fault(m, l, fault, until_ms);
        cure(m, l, true);
        m->physics->dirty = true;
        return 0;
}
