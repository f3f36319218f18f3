/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing: both sides' ends become links, which keep what they were by their key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model-internal.h"
#include "physics-internal.h"
#include "physics-judge.h"
#include "util/alloc.h"

#define AWS_ACCEPTS_MAX 100

static int compare_outside(const void *a, const void *b) {
        const struct aws_end *x = a, *y = b;
        return x->outside.addr < y->outside.addr ? -1 : x->outside.addr > y->outside.addr;
}

const struct aws_end *physics_find_aws(const struct physics *p, struct ip4 outside) {
        struct aws_end key = {.outside = outside};
        return p->n_aws == 0 ? NULL : bsearch(&key, p->aws, p->n_aws, sizeof(*p->aws), compare_outside);
}

static int collect_ends(struct model *m) {
        struct physics *p = m->physics;
        if (!p->azure)
                p->azure = mem_zalloc(MODEL_ENDS_MAX, sizeof(*p->azure));
        if (!p->aws)
                p->aws = mem_zalloc(MODEL_ENDS_MAX, sizeof(*p->aws));
        if (!p->link_of_aws)
                p->link_of_aws = mem_zalloc(MODEL_ENDS_MAX, sizeof(*p->link_of_aws));
        if (!p->azure || !p->aws || !p->link_of_aws)
                return -ENOMEM;
        p->n_azure = azure_ends(m, p->azure, MODEL_ENDS_MAX);
        p->n_aws = aws_ends(m, p->aws, MODEL_ENDS_MAX);
        qsort(p->aws, p->n_aws, sizeof(*p->aws), compare_outside);
        return 0;
}

static bool same_key(const struct link *a, const struct link *b) {
        return ip4_equal(a->aws_outside, b->aws_outside) && ip4_equal(a->azure_public, b->azure_public) &&
               a->azure_instance == b->azure_instance &&
               strcasecmp(a->azure_connection_id, b->azure_connection_id) == 0;
}

/* The order of ends hardly changes, so the place of the last hit is the best guess. */
static const struct link *find_old(const struct link *links, size_t n, const struct link *key, size_t *hint) {
        for (size_t i = 0; i < n; i++) {
                size_t at = (*hint + i) % n;
                if (!same_key(&links[at], key))
                        continue;
                *hint = at + 1;
                return &links[at];
        }
        return NULL;
}

static void judge_routes(struct model *m, const struct azure_end *az, struct link *l,
                         char reason[static MODEL_REASON_SIZE]) {
        size_t n = azure_advertised(m, az->gateway_id, m->physics->prefixes, MODEL_PREFIXES_MAX);
        l->n_advertised = n;
        if (n <= AWS_ACCEPTS_MAX)
                return;
        l->bgp_allowed = false;
        snprintf(reason, MODEL_REASON_SIZE, "maximum prefix limit: Azure advertises %zu, AWS accepts %d", n,
                 AWS_ACCEPTS_MAX);
}

static void make_link(struct model *m, const struct azure_end *az, struct link *l) {
        char reason[MODEL_REASON_SIZE];
        const struct aws_end *aws = physics_find_aws(m->physics, az->remote);
        enum verdict v = physics_judge(az, aws, reason);
        l->paired = aws && ip4_equal(aws->customer_gateway, az->public_ip);
        l->ipsec_allowed = v != VERDICT_NO_IPSEC;
        l->bgp_allowed = v == VERDICT_MATCH;
        MODEL_COPY(l->aws_connection_id, aws ? aws->connection_id : "");
        MODEL_COPY(l->aws_gateway_id, aws ? aws->vpn_gateway_id : "");
        if (v == VERDICT_MATCH)
                judge_routes(m, az, l, reason);
        MODEL_COPY(l->reason, reason);
}

static void add_link(struct model *m, struct link *links, size_t *n, const struct link *fresh, size_t *hint) {
        struct physics *p = m->physics;
        struct link *l = &links[*n];
        const struct link *old = find_old(p->links, p->n_links, fresh, hint);
        *l = *fresh;
        l->ipsec_due_ms = l->bgp_due_ms = INT64_MAX;
        l->last_change_ms = m->now_ms;
        if (old) {
                l->ipsec_up = old->ipsec_up;
                l->bgp_up = old->bgp_up;
                l->ipsec_due_ms = old->ipsec_due_ms;
                l->bgp_due_ms = old->bgp_due_ms;
                l->bgp_since_ms = old->bgp_since_ms;
                l->last_change_ms = old->last_change_ms;
        }
        (*n)++;
}

/* Two connections may dial one endpoint: it talks to the first. */
static void take_endpoint(struct physics *p, struct link *l, size_t at) {
        const struct aws_end *aws = l->paired ? physics_find_aws(p, l->aws_outside) : NULL;
        if (!aws)
                return;
        size_t *owner = &p->link_of_aws[aws - p->aws];
        if (*owner == SIZE_MAX) {
                *owner = at;
                return;
        }
        l->paired = l->ipsec_allowed = l->bgp_allowed = false;
        MODEL_COPY(l->reason, "another connection dials the same endpoint");
}

static void add_azure_links(struct model *m, struct link *links, size_t *n) {
        struct physics *p = m->physics;
        size_t hint = 0;
        for (size_t i = 0; i < p->n_azure; i++) {
                const struct azure_end *az = &p->azure[i];
                struct link fresh = {
                        .aws_outside = az->remote,
                        .azure_public = az->public_ip,
                        .azure_instance = az->instance,
                };
                MODEL_COPY(fresh.azure_connection_id, az->connection_id);
                MODEL_COPY(fresh.azure_gateway_id, az->gateway_id);
                make_link(m, az, &fresh);
                take_endpoint(p, &fresh, *n);
                add_link(m, links, n, &fresh, &hint);
        }
}

static void add_lonely_aws_links(struct model *m, struct link *links, size_t *n) {
        struct physics *p = m->physics;
        size_t hint = 0;
        for (size_t i = 0; i < p->n_aws; i++) {
                if (p->link_of_aws[i] != SIZE_MAX)
                        continue;
                struct link fresh = {.aws_outside = p->aws[i].outside};
                MODEL_COPY(fresh.aws_connection_id, p->aws[i].connection_id);
                MODEL_COPY(fresh.aws_gateway_id, p->aws[i].vpn_gateway_id);
                MODEL_COPY(fresh.reason, "no Azure end completes this tunnel");
                p->link_of_aws[i] = *n;
                add_link(m, links, n, &fresh, &hint);
        }
}

/* Room for all links. Two arrays take turns: making one anew for each change costs more than filling it. */
static struct link *take_spare(struct physics *p) {
        size_t n = p->n_azure + p->n_aws;
        if (!p->spare || n > p->spare_size) {
                size_t size = n < 64 ? 64 : n * 2;
                struct link *grown = mem_realloc(p->spare, size * sizeof(*grown));
                if (!grown)
                        return NULL;
                p->spare = grown;
                p->spare_size = size;
        }
        struct link *links = p->spare;
        size_t size = p->spare_size;
        p->spare = NULL;
        p->spare_size = p->links_size;
        p->links_size = size;
        return links;
}

/**
 * physics_pair() - lists both sides' ends anew and joins them; without memory everything stays, and dirty
 */
void physics_pair(struct model *m) {
        struct physics *p = m->physics;
        if (collect_ends(m) < 0)
                return; /* dirty still: tried again at the next step */
        struct link *links = take_spare(p);
        if (!links) {
                p->n_aws = 0; /* its links are not known */
                return;
        }
        size_t n = 0;
        for (size_t i = 0; i < p->n_aws; i++)
                p->link_of_aws[i] = SIZE_MAX;
        add_azure_links(m, links, &n);
        add_lonely_aws_links(m, links, &n);
        p->spare = p->links;
        p->links = links;
        p->n_links = n;
        p->dirty = false;
        p->generation++;
}
