/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess: does every prefix arrive on the other side?
 *
 * Rules, in the order of the code:
 * P1 Azure should announce the VNet's prefixes and those of every spoke whose peering is Connected, allows gateway
 *    transit and is used from the spoke's side; of a spoke that we may not read, nothing is expected and nothing
 *    is wrong
 * P2 a peering that carries another address space than its remote VNet has is out of sync: it is the cause of
 *    routes that are missing, and named instead of them. The link to repair is that of the VNet that did not
 *    change. Addresses decide; the sync level, a word, only where they are not given
 * P3 a prefix is there if every declared route table has it, or a summary of it, active and propagated by our VPN
 *    gateway
 * P4 propagation that is off on a table is the finding, not each route that the table lacks
 * P5 the VPC should announce its prefixes; they are there if the gateway learned them from any of our AWS peers
 * P6 while no tunnel is up, missing routes are a consequence and UNKNOWN; so is what Azure learned while it says of
 *    no session that it is up: AWS's telemetry may be ahead of it
 * P7 what our VPN gateway propagates and nobody expects is advice
 */
#include <errno.h>
#include <string.h>

#include "core/assess-internal.h"

struct collector {
        struct assessor *s;
        struct route_view *views;
        size_t n, size;
};

static bool is_expected_already(const struct collector *c, struct cidr prefix, enum route_direction direction) {
        for (size_t i = 0; i < c->n; i++) {
                if (c->views[i].direction == direction && cidr_equal(c->views[i].prefix, prefix))
                        return true;
        }
        return false;
}

static void add_view(struct collector *c, struct cidr prefix, enum route_direction direction, bool is_expected,
                     const char *origin) {
        if (is_expected_already(c, prefix, direction))
                return;
        if (c->n == 2 * PREFIXES_MAX) {
                c->s->error = -E2BIG;
                return;
        }
        if (c->n == c->size) {
                size_t size = c->size == 0 ? 16 : 2 * c->size;
                struct route_view *views = ARENA_ARRAY(c->s->arena, struct route_view, size);
                if (!views) {
                        c->s->error = -ENOMEM;
                        return;
                }
                if (c->n > 0)
                        memcpy(views, c->views, c->n * sizeof(*views));
                c->views = views;
                c->size = size;
        }
        c->views[c->n++] = (struct route_view){
                .prefix = prefix,
                .direction = direction,
                .is_expected = is_expected,
                .origin = origin,
        };
}

/* P1 */
static bool carries_gateway_routes(const struct spoke *spoke) {
        return spoke->hub_side->state == AZ_PEERING_CONNECTED && spoke->hub_side->allow_gateway_transit &&
               (!spoke->spoke_side || spoke->spoke_side->use_remote_gateways);
}

static void expect_from_azure(struct collector *c) {
        const struct observed_azure *o = &c->s->o->azure;
        if (!is_known(&o->vnet.fact))
                return;
        for (size_t i = 0; i < o->vnet.value->n_prefixes; i++)
                add_view(c, o->vnet.value->prefixes[i], ROUTE_TO_AWS, true, o->vnet.value->common.name);
        for (size_t i = 0; i < o->n_spokes; i++) {
                const struct spoke *spoke = &o->spokes[i];
                if (!carries_gateway_routes(spoke))
                        continue;
                const char *name = strrchr(spoke->vnet_id, '/');
                const char *origin = assessor_printf(c->s, "spoke %s", name ? name + 1 : spoke->vnet_id);
                for (size_t j = 0; j < spoke->hub_side->n_remote_present; j++)
                        add_view(c, spoke->hub_side->remote_present[j], ROUTE_TO_AWS, spoke->spoke_side != NULL,
                                 origin);
        }
}

/* P2 */
static bool same_prefixes(const struct cidr *a, size_t n_a, const struct cidr *b, size_t n_b) {
        for (size_t i = 0; i < n_a; i++) {
                if (!cidr_in_list(a[i], b, n_b))
                        return false;
        }
        for (size_t i = 0; i < n_b; i++) {
                if (!cidr_in_list(b[i], a, n_a))
                        return false;
        }
        return true;
}

static bool link_is_old(const struct az_peering *p) {
        return p && p->n_remote_present > 0 &&
               !same_prefixes(p->remote_held, p->n_remote_held, p->remote_present, p->n_remote_present);
}

static bool level_is_off(const struct az_peering *p) {
        return p && p->sync != AZ_SYNC_UNKNOWN && p->sync != AZ_SYNC_FULLY;
}

/**
 * spoke_stale_link() - the link of a peering that carries an old address space
 * @spoke: both sides, as far as they are known
 * @ret: the link to sync, NULL while it is not known which
 *
 * The addresses tell which link is old; peeringSyncLevel only that one is. A spoke that was read before the hub changed
 * still looks in sync: then it is not known yet which.
 *
 * Return: false if both links are in sync
 */
bool spoke_stale_link(const struct spoke *spoke, const struct az_peering **ret) {
        const struct az_peering *hub = spoke->hub_side, *far = spoke->spoke_side;
        bool hub_is_old = link_is_old(hub), far_is_old = link_is_old(far);
        if (hub->state != AZ_PEERING_CONNECTED)
                return false;
        if (!hub_is_old && !far_is_old && !level_is_off(hub) && !level_is_off(far))
                return false;
        *ret = hub_is_old ? hub : far_is_old ? far : NULL;
        return true;
}

static const char *list_text(struct assessor *s, const struct cidr *list, size_t n) {
        const char *text = "";
        for (size_t i = 0; i < n && i < 8; i++) {
                char a[CIDR_TEXT_SIZE];
                text = assessor_printf(s, "%s%s%s", text, i > 0 ? " " : "", cidr_format(list[i], a));
        }
        return n > 8 ? assessor_printf(s, "%s and %zu more", text, n - 8) : text;
}

static void find_stale_peerings(struct assessor *s) {
        const struct observed_azure *o = &s->o->azure;
        for (size_t i = 0; is_known(&o->vnet.fact) && i < o->n_spokes; i++) {
                const struct az_peering *stale = NULL;
                if (!spoke_stale_link(&o->spokes[i], &stale))
                        continue;
                const struct az_peering *hub = o->spokes[i].hub_side;
                const char *changed = !stale         ? "not known yet"
                                      : stale == hub ? "the spoke's address space changed"
                                                     : "the hub's address space changed";
                const struct az_peering *shown = stale ? stale : hub;
                assessor_find(s, FINDING_PEERING_OUT_OF_SYNC, SEVERITY_DRIFT,
                              assessor_printf(s, "peering:%s", hub->common.name), 0, changed,
                              "Azure: peering %s holds %s; its remote VNet has %s", shown->common.name,
                              list_text(s, shown->remote_held, shown->n_remote_held),
                              list_text(s, shown->remote_present, shown->n_remote_present));
        }
}

/* true if a peering that is out of sync explains that this prefix does not arrive */
static bool waits_for_sync(const struct assessor *s, struct cidr prefix) {
        const struct observed_azure *o = &s->o->azure;
        for (size_t i = 0; i < o->n_spokes; i++) {
                const struct az_peering *stale = NULL, *hub = o->spokes[i].hub_side;
                if (spoke_stale_link(&o->spokes[i], &stale) &&
                    cidr_in_list(prefix, hub->remote_present, hub->n_remote_present))
                        return true;
        }
        return false;
}

/* P3; a default route summarises nothing */
static bool table_has(const struct aws_route_table *table, const char *vgw, struct cidr prefix) {
        for (size_t i = 0; i < table->n_routes; i++) {
                const struct aws_route *r = &table->routes[i];
                if (r->propagated && r->state == AWS_ROUTE_ACTIVE && strcmp(r->target, vgw) == 0 &&
                    r->destination.bits > 0 && cidr_contains(r->destination, prefix))
                        return true;
        }
        return false;
}

static const char *vgw_id(const struct observed *o) {
        return is_known(&o->aws.vpn_gateway.fact) ? o->aws.vpn_gateway.value->id : "";
}

static bool table_propagates(const struct observed *o, const struct aws_route_table *table) {
        for (size_t i = 0; i < table->n_propagating_vgws; i++) {
                if (strcmp(table->propagating_vgws[i], vgw_id(o)) == 0)
                        return true;
        }
        return false;
}

/* a static route for the same prefix beats the propagated one */
static const char *rival_of(const struct aws_route_table *table, struct cidr prefix) {
        for (size_t i = 0; i < table->n_routes; i++) {
                if (!table->routes[i].propagated && cidr_equal(table->routes[i].destination, prefix))
                        return table->routes[i].target;
        }
        return NULL;
}

struct lack {
        const char *tables; /* those that lack the prefix although they propagate; "" none */
        const char *cause;
        bool unknown, anywhere;
};

static struct lack look_in_tables(struct assessor *s, struct cidr prefix) {
        struct lack lack = {.tables = "", .cause = ""};
        lack.unknown = s->o->aws.vpn_gateway.fact.state == FACT_UNKNOWN;
        for (size_t r = 0; r < s->d->aws.n_route_tables && !lack.unknown; r++) {
                const struct aws_route_table *table = s->o->aws.route_table[r].value;
                if (!is_known(&s->o->aws.route_table[r].fact)) {
                        lack.unknown = true;
                        break;
                }
                if (table_has(table, vgw_id(s->o), prefix))
                        continue;
                lack.anywhere = true;
                if (!table_propagates(s->o, table))
                        continue;
                lack.tables = assessor_printf(s, "%s%s%s", lack.tables, *lack.tables ? ", " : "", table->id);
                const char *rival = rival_of(table, prefix);
                if (rival)
                        lack.cause = assessor_printf(s, "a static route of %s to %s takes its place", table->id, rival);
        }
        return lack;
}

static void check_to_aws(struct assessor *s, struct route_view *view) {
        struct lack lack = look_in_tables(s, view->prefix);
        char a[CIDR_TEXT_SIZE];
        bool nobody_carries = s->a->n_up == 0;
        view->present = FACT_KNOWN;
        if (!lack.unknown && !lack.anywhere)
                return;
        bool is_proof = lack.anywhere && !nobody_carries && view->is_expected;
        view->present = is_proof ? FACT_ABSENT : FACT_UNKNOWN;
        if (!is_proof || *lack.tables == '\0' || waits_for_sync(s, view->prefix))
                return;
        assessor_find(s, FINDING_ROUTE_MISSING, SEVERITY_FAULT,
                      assessor_printf(s, "route:%s@to-aws", cidr_format(view->prefix, a)), 0, lack.cause,
                      "Azure should announce it (%s); AWS: not in %s", view->origin, lack.tables);
}

/* P4 */
static void find_propagation_off(struct assessor *s) {
        for (size_t r = 0; r < s->d->aws.n_route_tables; r++) {
                if (!is_known(&s->o->aws.route_table[r].fact) || s->o->aws.vpn_gateway.fact.state == FACT_UNKNOWN ||
                    s->has_vanished)
                        continue;
                const struct aws_route_table *table = s->o->aws.route_table[r].value;
                if (!table_propagates(s->o, table))
                        assessor_find(s, FINDING_PROPAGATION_OFF, SEVERITY_DRIFT, table->id, 0, "",
                                      "AWS: %s takes no routes from the VPN gateway", table->id);
        }
}

/* P5 */
static bool peer_announces(const struct assessor *s, unsigned t, struct cidr prefix) {
        const struct az_routes *learned = s->o->azure.learned.value;
        struct ip4 peer = inside_aws(s->a->tunnels[t].inside);
        for (size_t i = 0; i < learned->n_rows; i++) {
                const struct az_route *row = &learned->rows[i];
                if (ip4_equal(row->source_peer, peer) && row->network.bits > 0 && cidr_contains(row->network, prefix))
                        return true;
        }
        return false;
}

static bool azure_has_a_session(const struct assessor *s) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (s->a->tunnels[t].is_used && s->a->tunnels[t].azure_says == WORD_UP)
                        return true;
        }
        return false;
}

static void check_to_azure(struct assessor *s, struct route_view *view) {
        char a[CIDR_TEXT_SIZE];
        view->present = FACT_UNKNOWN;
        if (!is_known(&s->o->azure.learned.fact) || !s->o->addresses_known)
                return;
        for (unsigned t = 0; t < TUNNELS; t++) {
                struct tunnel_view *v = &s->a->tunnels[t];
                if (!v->is_used || !peer_announces(s, t, view->prefix))
                        continue;
                v->routes_to_azure_present++;
                view->present = FACT_KNOWN;
        }
        if (view->present == FACT_KNOWN || s->a->n_up == 0 || !azure_has_a_session(s))
                return;
        view->present = FACT_ABSENT;
        assessor_find(s, FINDING_ROUTE_MISSING, SEVERITY_FAULT,
                      assessor_printf(s, "route:%s@to-azure", cidr_format(view->prefix, a)), 0, "",
                      "AWS should announce it (%s); Azure: not learned from any AWS peer", view->origin);
}

static void expect_from_aws(struct collector *c) {
        const struct observed_aws *o = &c->s->o->aws;
        for (size_t i = 0; is_known(&o->vpc.fact) && i < o->vpc.value->n_cidrs; i++)
                add_view(c, o->vpc.value->cidrs[i], ROUTE_TO_AZURE, true, o->vpc.value->id);
}

/* P7; sees @known expected views, adds its own behind them */
static void find_unexpected(struct collector *c, const struct aws_route_table *table, size_t known) {
        struct assessor *s = c->s;
        for (size_t i = 0; i < table->n_routes; i++) {
                const struct aws_route *r = &table->routes[i];
                if (!r->propagated || strcmp(r->target, vgw_id(s->o)) != 0)
                        continue;
                bool is_explained = false;
                for (size_t j = 0; j < known; j++)
                        is_explained |= c->views[j].direction == ROUTE_TO_AWS && r->destination.bits > 0 &&
                                        cidr_overlaps(c->views[j].prefix, r->destination);
                if (is_explained || is_expected_already(c, r->destination, ROUTE_TO_AWS))
                        continue;
                char a[CIDR_TEXT_SIZE];
                add_view(c, r->destination, ROUTE_TO_AWS, false, "not expected");
                if (c->n > known)
                        c->views[c->n - 1].present = FACT_KNOWN;
                assessor_find(s, FINDING_ROUTE_UNEXPECTED, SEVERITY_ADVICE,
                              assessor_printf(s, "route:%s@to-aws", cidr_format(r->destination, a)), 0, "",
                              "AWS: %s propagates it; neither the VNet nor a spoke that we know has it", table->id);
        }
}

static void count_per_tunnel(struct assessor *s, const struct collector *c) {
        const struct observed *o = s->o;
        unsigned n_to_aws = 0, n_to_azure = 0;
        for (size_t i = 0; i < c->n; i++) {
                n_to_aws += c->views[i].is_expected && c->views[i].direction == ROUTE_TO_AWS;
                n_to_azure += c->views[i].direction == ROUTE_TO_AZURE;
        }
        for (unsigned t = 0; t < TUNNELS; t++) {
                struct tunnel_view *v = &s->a->tunnels[t];
                if (!v->is_used)
                        continue;
                v->routes_to_aws_expected = n_to_aws;
                v->routes_to_azure_expected = n_to_azure;
                v->routes_to_azure_known = is_known(&o->azure.learned.fact) && o->addresses_known;
                v->routes_to_aws_known = v->aws && v->aws->status != TELEMETRY_UNKNOWN;
                v->routes_to_aws_present = v->routes_to_aws_known ? v->aws->accepted_routes : 0;
        }
}

/**
 * assess_routes() - prefixes in both directions, propagation, peerings
 * @s: collector, with tunnels assessed
 */
void assess_routes(struct assessor *s) {
        struct collector c = {.s = s};
        find_stale_peerings(s);
        find_propagation_off(s);
        if (s->d->aws.n_route_tables > 0)
                expect_from_azure(&c);
        expect_from_aws(&c);
        for (size_t i = 0; i < c.n; i++) {
                if (c.views[i].direction == ROUTE_TO_AWS)
                        check_to_aws(s, &c.views[i]);
                else
                        check_to_azure(s, &c.views[i]);
        }
        size_t known = c.n;
        for (size_t r = 0; is_known(&s->o->azure.vnet.fact) && r < s->d->aws.n_route_tables; r++) {
                if (is_known(&s->o->aws.route_table[r].fact) && is_known(&s->o->aws.vpn_gateway.fact))
                        find_unexpected(&c, s->o->aws.route_table[r].value, known);
        }
        count_per_tunnel(s, &c);
        s->a->routes = c.views;
        s->a->n_routes = c.n;
}
