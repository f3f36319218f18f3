/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's half in time: states that move on, endpoints, telemetry and propagated routes that follow; and its tunnel ends.
 */
#include <string.h>

#include "ec2.h"
#include "physics.h"

#define ENDPOINT_MS (180 * 1000)

/* the items of a table in order; NULL after the last */
static struct ec2_vpn_connection *connection_at(const struct model *m, size_t i) {
        return i < m->aws->world.tables[EC2_VPN_CONNECTION].n ? ec2_item(&m->aws->world, EC2_VPN_CONNECTION, i) : NULL;
}

static struct ec2_vpn_gateway *gateway_at(const struct model *m, size_t i) {
        return i < m->aws->world.tables[EC2_VPN_GATEWAY].n ? ec2_item(&m->aws->world, EC2_VPN_GATEWAY, i) : NULL;
}

static struct ec2_route_table *table_at(const struct model *m, size_t i) {
        return i < m->aws->world.tables[EC2_ROUTE_TABLE].n ? ec2_item(&m->aws->world, EC2_ROUTE_TABLE, i) : NULL;
}

/* what physics asks */

static bool allows(const char *list, const char *word) {
        return !*list || strstr(list, word) != NULL;
}

static void fill_end(const struct model *m, struct ec2_vpn_connection *v, const struct ec2_tunnel *t,
                     struct aws_end *e) {
        const struct ec2_world *w = &m->aws->world;
        const struct ec2_customer_gateway *customer =
                ec2_find_near(w, EC2_CUSTOMER_GATEWAY, v->customer_gateway_id, &v->customer_gateway_at);
        const struct ec2_vpn_gateway *gateway =
                ec2_find_near(w, EC2_VPN_GATEWAY, v->vpn_gateway_id, &v->vpn_gateway_at);
        const struct ec2_tunnel_options *o = &t->options;
        *e = (struct aws_end){
                .connection_id = v->meta.id,
                .vpn_gateway_id = v->vpn_gateway_id,
                .usable = customer && gateway && t->busy_until_ms == 0 && v->meta.state != EC2_PENDING,
                .outside = t->outside,
                .customer_gateway = customer ? customer->address : (struct ip4){0},
                .psk = o->psk,
                .ikev1 = allows(o->ike, "ikev1"),
                .ikev2 = allows(o->ike, "ikev2"),
                .startup_start = strcmp(o->startup, "start") == 0,
                .p1_encryption = o->p1_encryption,
                .p1_integrity = o->p1_integrity,
                .p1_dh = o->p1_dh,
                .p2_encryption = o->p2_encryption,
                .p2_integrity = o->p2_integrity,
                .p2_dh = o->p2_dh,
                .asn = gateway ? gateway->asn : 0,
                .remote_asn = customer ? customer->asn : 0,
                .inside = o->inside,
        };
}

size_t aws_ends(struct model *m, struct aws_end *out, size_t max) {
        struct ec2_vpn_connection *v;
        size_t n = 0;
        for (size_t i = 0; (v = connection_at(m, i)); i++) {
                if (!ec2_alive(&v->meta))
                        continue;
                for (size_t k = 0; k < EC2_TUNNELS && n < max; k++)
                        fill_end(m, v, &v->tunnels[k], &out[n++]);
        }
        return n;
}

size_t aws_advertised(struct model *m, const char *vpn_gateway_id, struct cidr *out, size_t max) {
        const struct ec2_world *w = &m->aws->world;
        const struct ec2_vpn_gateway *g = ec2_find(w, EC2_VPN_GATEWAY, vpn_gateway_id);
        const struct ec2_vpc *vpc = g && g->attachment == EC2_ATTACHED ? ec2_find(w, EC2_VPC, g->vpc_id) : NULL;
        size_t n = 0;
        for (size_t i = 0; vpc && i < vpc->n_cidrs && n < max; i++)
                out[n++] = vpc->cidrs[i];
        return n;
}

/* endpoints */

/**
 * ec2_tunnel_replace() - a tunnel gets a new endpoint: it is down until that works and somebody dials
 */
void ec2_tunnel_replace(struct model *m, struct ec2_vpn_connection *v, struct ec2_tunnel *t) {
        t->busy_until_ms = model_after(m, ENDPOINT_MS);
        v->meta.state = EC2_MODIFYING;
        v->meta.state_due_ms = t->busy_until_ms;
        for (size_t i = 0; i < EC2_TUNNELS; i++)
                if (v->tunnels[i].busy_until_ms > v->meta.state_due_ms)
                        v->meta.state_due_ms = v->tunnels[i].busy_until_ms;
        physics_aws_tunnel_replaced(m, t->outside);
        physics_changed(m);
}

static void advance_endpoint(struct model *m, struct ec2_vpn_connection *v, struct ec2_tunnel *t) {
        if (t->busy_until_ms != 0 && t->busy_until_ms <= m->now_ms) {
                t->busy_until_ms = 0;
                physics_changed(m);
        }
        if (!t->maintenance_pending || t->maintenance_due_ms > m->now_ms || v->meta.state != EC2_AVAILABLE)
                return;
        t->maintenance_pending = false;
        t->maintenance_done_ms = m->now_ms;
        ec2_tunnel_replace(m, v, t);
}

/* telemetry */

static struct ec2_telemetry measure(struct model *m, const struct ec2_tunnel *t) {
        const struct link *l = physics_link_of_aws(m, t->outside);
        struct ec2_telemetry now = {.last_change_ms = t->coming.last_change_ms};
        if (!l)
                return now;
        now.ipsec_up = l->ipsec_up;
        now.up = l->ipsec_up && l->bgp_up;
        now.accepted = now.up ? (unsigned)l->n_advertised : 0;
        now.last_change_ms = l->last_change_ms;
        return now;
}

static bool same_telemetry(const struct ec2_telemetry *a, const struct ec2_telemetry *b) {
        return a->up == b->up && a->ipsec_up == b->ipsec_up && a->accepted == b->accepted &&
               a->last_change_ms == b->last_change_ms;
}

static void look_at_link(struct model *m, struct ec2_tunnel *t) {
        struct ec2_telemetry now = measure(m, t);
        if (same_telemetry(&now, &t->coming))
                return;
        t->coming = now;
        if (t->telemetry_due_ms != INT64_MAX)
                return;
        int64_t lag_ms = m->options.aws_telemetry_lag_ms;
        t->telemetry_due_ms = lag_ms > 0 ? model_after(m, lag_ms) : m->now_ms;
}

static void advance_telemetry(struct model *m, struct ec2_tunnel *t) {
        if (t->telemetry_due_ms > m->now_ms)
                return;
        t->shown = t->coming;
        t->telemetry_due_ms = INT64_MAX;
}

/* propagated routes */

static bool same_routes(const struct ec2_routes *a, const struct ec2_routes *b) {
        for (size_t i = 0; a->n == b->n && i < a->n; i++)
                if (!cidr_equal(a->prefixes[i], b->prefixes[i]))
                        return false;
        return a->n == b->n;
}

static void add_routes(struct model *m, const struct ec2_tunnel *t, struct ec2_routes *r) {
        struct cidr found[EC2_PROPAGATED_MAX];
        size_t n = physics_routes_to_aws(m, t->outside, found, EC2_PROPAGATED_MAX);
        for (size_t i = 0; i < n && r->n < EC2_PROPAGATED_MAX; i++) {
                if (cidr_in_list(found[i], r->prefixes, r->n))
                        continue;
                /* sorted, so that equal sets are equal whichever tunnel came first */
                size_t at = r->n++;
                for (; at > 0 && cidr_compare(r->prefixes[at - 1], found[i]) > 0; at--)
                        r->prefixes[at] = r->prefixes[at - 1];
                r->prefixes[at] = found[i];
        }
}

static void measure_routes(struct model *m, struct ec2_vpn_connection *v) {
        struct ec2_vpn_gateway *g =
                ec2_find_near(&m->aws->world, EC2_VPN_GATEWAY, v->vpn_gateway_id, &v->vpn_gateway_at);
        for (size_t i = 0; g && ec2_alive(&v->meta) && i < EC2_TUNNELS; i++)
                add_routes(m, &v->tunnels[i], &g->measured);
}

static void compare_routes(struct model *m, struct ec2_vpn_gateway *g) {
        if (same_routes(&g->measured, &g->coming))
                return;
        g->coming = g->measured;
        if (g->routes_due_ms == INT64_MAX)
                g->routes_due_ms = model_after(m, m->options.vgw_route_propagation_delay_ms);
}

static void look_at_routes(struct model *m) {
        struct ec2_vpn_gateway *g;
        struct ec2_vpn_connection *v;
        for (size_t i = 0; (g = gateway_at(m, i)); i++)
                g->measured.n = 0;
        for (size_t i = 0; (v = connection_at(m, i)); i++)
                measure_routes(m, v);
        for (size_t i = 0; (g = gateway_at(m, i)); i++)
                compare_routes(m, g);
}

static void advance_routes(struct model *m, struct ec2_vpn_gateway *g) {
        if (g->routes_due_ms > m->now_ms)
                return;
        g->routes = g->coming;
        g->routes_due_ms = INT64_MAX;
}

static void look_at_links(struct model *m) {
        struct ec2_vpn_connection *v;
        if (m->aws->seen_generation == physics_generation(m))
                return;
        m->aws->seen_generation = physics_generation(m);
        for (size_t i = 0; (v = connection_at(m, i)); i++)
                for (size_t k = 0; k < EC2_TUNNELS; k++)
                        look_at_link(m, &v->tunnels[k]);
        look_at_routes(m);
}

/* states */

static void forget_propagation(struct model *m, const char *gateway) {
        struct ec2_route_table *t;
        for (size_t i = 0; (t = table_at(m, i)); i++)
                if (strcmp(t->propagating, gateway) == 0)
                        t->propagating[0] = 0;
}

static void advance_attachment(struct model *m, struct ec2_vpn_gateway *g) {
        if (g->attachment_due_ms > m->now_ms)
                return;
        g->attachment_due_ms = INT64_MAX;
        if (g->attachment == EC2_ATTACHING) {
                g->attachment = EC2_ATTACHED;
        } else {
                g->attachment = EC2_DETACHED;
                g->vpc_id[0] = 0;
                forget_propagation(m, g->meta.id);
        }
        physics_changed(m);
}

static void advance_state(struct model *m, struct ec2_meta *meta) {
        if (meta->state_due_ms > m->now_ms)
                return;
        meta->state_due_ms = INT64_MAX;
        if (meta->state == EC2_DELETING) {
                meta->state = EC2_DELETED;
                meta->deleted_ms = m->now_ms;
        } else {
                meta->state = EC2_AVAILABLE;
        }
        physics_changed(m);
}

static int64_t listed_until_ms(const struct model *m, const struct ec2_meta *meta) {
        if (meta->state != EC2_DELETED)
                return INT64_MAX;
        return meta->deleted_ms + (int64_t)((double)m->options.aws_deleted_stays_listed_ms / m->speed);
}

static void drop_deleted(struct model *m, enum ec2_kind k) {
        struct ec2_table *t = &m->aws->world.tables[k];
        for (size_t i = t->n; i-- > 0;)
                if (listed_until_ms(m, ec2_item(&m->aws->world, k, i)) <= m->now_ms)
                        model_remove(t->items, &t->n, ec2_size_of(k), i);
}

static void advance_states(struct model *m) {
        for (size_t k = 0; k < EC2_KINDS; k++) {
                drop_deleted(m, (enum ec2_kind)k);
                for (size_t i = 0; i < m->aws->world.tables[k].n; i++)
                        advance_state(m, ec2_item(&m->aws->world, (enum ec2_kind)k, i));
        }
}

void model_aws_advance(struct model *m) {
        struct ec2_vpn_connection *v;
        struct ec2_vpn_gateway *g;
        look_at_links(m);
        advance_states(m);
        for (size_t i = 0; (v = connection_at(m, i)); i++)
                for (size_t k = 0; k < EC2_TUNNELS; k++) {
                        advance_endpoint(m, v, &v->tunnels[k]);
                        advance_telemetry(m, &v->tunnels[k]);
                }
        for (size_t i = 0; (g = gateway_at(m, i)); i++) {
                advance_attachment(m, g);
                advance_routes(m, g);
        }
}

static int64_t next_of_tunnel(const struct ec2_vpn_connection *v, const struct ec2_tunnel *t) {
        int64_t next_ms = t->telemetry_due_ms;
        if (t->busy_until_ms != 0)
                next_ms = model_earlier(next_ms, t->busy_until_ms);
        if (t->maintenance_pending && v->meta.state == EC2_AVAILABLE)
                next_ms = model_earlier(next_ms, t->maintenance_due_ms);
        return next_ms;
}

static int64_t next_state_ms(const struct model *m) {
        int64_t next_ms = INT64_MAX;
        for (size_t k = 0; k < EC2_KINDS; k++)
                for (size_t i = 0; i < m->aws->world.tables[k].n; i++) {
                        const struct ec2_meta *meta = ec2_item(&m->aws->world, (enum ec2_kind)k, i);
                        next_ms = model_earlier(next_ms, model_earlier(meta->state_due_ms, listed_until_ms(m, meta)));
                }
        return next_ms;
}

int64_t model_aws_next_ms(const struct model *m) {
        const struct ec2_vpn_connection *v;
        const struct ec2_vpn_gateway *g;
        int64_t next_ms = next_state_ms(m);
        for (size_t i = 0; (v = connection_at(m, i)); i++)
                for (size_t k = 0; k < EC2_TUNNELS; k++)
                        next_ms = model_earlier(next_ms, next_of_tunnel(v, &v->tunnels[k]));
        for (size_t i = 0; (g = gateway_at(m, i)); i++)
                next_ms = model_earlier(next_ms, model_earlier(g->attachment_due_ms, g->routes_due_ms));
        return next_ms;
}
