/* SPDX-License-Identifier: Apache-2.0 */
/* What is there before anybody calls, and what a person in the console or the platform itself does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/alloc.h"
#include "util/json.h"

int aws_admin_seed_credentials(struct model *m, const char *access_key, const char *secret, const char *token,
                               const char *account) {
        if (ec2_credentials_find(m, access_key))
                return -EEXIST;
        void *items = m->aws->credentials;
        struct ec2_credentials *c = model_grow(&items, &m->aws->n_credentials, sizeof(*c));
        if (!c)
                return -ENOMEM;
        m->aws->credentials = items;
        c->expires_ms = INT64_MAX;
        snprintf(c->arn, sizeof(c->arn), "arn:aws:iam::%s:user/s2svpn", account);
        bool fits = MODEL_COPY(c->access_key, access_key) && MODEL_COPY(c->secret, secret) &&
                    MODEL_COPY(c->token, token) && MODEL_COPY(c->account, account);
        if (!fits)
                m->aws->n_credentials--;
        return fits ? 0 : -EINVAL;
}

int aws_admin_seed_role(struct model *m, const char *arn, const char *external_id) {
        void *items = m->aws->roles;
        struct ec2_role *r = model_grow(&items, &m->aws->n_roles, sizeof(*r));
        if (!r)
                return -ENOMEM;
        m->aws->roles = items;
        bool fits = MODEL_COPY(r->arn, arn) && MODEL_COPY(r->external_id, external_id);
        if (!fits)
                m->aws->n_roles--;
        return fits ? 0 : -EINVAL;
}

static int parse_cidrs(const char *text, struct ec2_vpc *v) {
        char one[CIDR_TEXT_SIZE];
        while (*text) {
                size_t n = strcspn(text, ",");
                if (n >= sizeof(one) || v->n_cidrs >= EC2_VPC_CIDRS_MAX)
                        return -EINVAL;
                memcpy(one, text, n);
                one[n] = 0;
                if (cidr_parse(one, &v->cidrs[v->n_cidrs]) < 0)
                        return -EINVAL;
                v->n_cidrs++;
                text += n + (text[n] == ',');
        }
        return v->n_cidrs > 0 ? 0 : -EINVAL;
}

int aws_admin_seed_vpc(struct model *m, const char *account, const char *region, const char *id, const char *cidrs) {
        struct ec2_vpc wish = {0};
        if (ec2_find(&m->aws->world, EC2_VPC, id))
                return -EEXIST;
        if (strlen(id) >= EC2_ID_SIZE || parse_cidrs(cidrs, &wish) < 0)
                return -EINVAL;
        struct ec2_vpc *v = ec2_add_to(m, EC2_VPC, account, region, id);
        if (!v)
                return -ENOMEM;
        v->n_cidrs = wish.n_cidrs;
        memcpy(v->cidrs, wish.cidrs, sizeof(v->cidrs));
        v->meta.created_ms = 0; /* known everywhere already */
        return 0;
}

int aws_admin_seed_route_table(struct model *m, const char *vpc_id, const char *id, bool main) {
        const struct ec2_vpc *v = ec2_find(&m->aws->world, EC2_VPC, vpc_id);
        if (ec2_find(&m->aws->world, EC2_ROUTE_TABLE, id))
                return -EEXIST;
        if (!v || strlen(id) >= EC2_ID_SIZE)
                return -EINVAL;
        struct ec2_route_table *t = ec2_add_to(m, EC2_ROUTE_TABLE, v->meta.account, v->meta.region, id);
        if (!t)
                return -ENOMEM;
        MODEL_COPY(t->vpc_id, vpc_id);
        t->main = main;
        t->meta.created_ms = 0;
        return 0;
}

static struct ec2_tunnel *find_tunnel(struct model *m, struct ip4 outside, struct ec2_vpn_connection **ret) {
        const struct ec2_world *w = &m->aws->world;
        for (size_t i = 0; i < w->tables[EC2_VPN_CONNECTION].n; i++) {
                struct ec2_vpn_connection *v = ec2_item(w, EC2_VPN_CONNECTION, i);
                for (size_t n = 0; ec2_alive(&v->meta) && n < EC2_TUNNELS; n++)
                        if (ip4_equal(v->tunnels[n].outside, outside)) {
                                *ret = v;
                                return &v->tunnels[n];
                        }
        }
        return NULL;
}

/* At once, whatever depends on it: a person may have detached and emptied it before. */
int aws_admin_delete(struct model *m, const char *id) {
        for (size_t k = 0; k < EC2_KINDS; k++) {
                struct ec2_meta *meta = ec2_find(&m->aws->world, (enum ec2_kind)k, id);
                if (!meta || meta->state == EC2_DELETED)
                        continue;
                meta->state = EC2_DELETED;
                meta->state_due_ms = INT64_MAX;
                meta->deleted_ms = m->now_ms;
                if (k == EC2_VPN_GATEWAY) {
                        struct ec2_vpn_gateway *g = (struct ec2_vpn_gateway *)meta;
                        g->attachment = EC2_DETACHING; /* so that its routes go with it */
                        g->attachment_due_ms = m->now_ms;
                }
                if (k == EC2_VPC || k == EC2_ROUTE_TABLE)
                        model_remove(m->aws->world.tables[k].items, &m->aws->world.tables[k].n,
                                     ec2_size_of((enum ec2_kind)k),
                                     (size_t)((char *)meta - (char *)m->aws->world.tables[k].items) /
                                             ec2_size_of((enum ec2_kind)k));
                physics_changed(m);
                return 0;
        }
        return -ENOENT;
}

int aws_admin_set_psk(struct model *m, struct ip4 outside, const char *psk) {
        struct ec2_vpn_connection *v = NULL;
        struct ec2_tunnel *t = find_tunnel(m, outside, &v);
        if (!t)
                return -ENOENT;
        if (!MODEL_COPY(t->options.psk, psk))
                return -EINVAL;
        ec2_tunnel_replace(m, v, t);
        return 0;
}

int aws_admin_propagation(struct model *m, const char *route_table, const char *gateway, bool on) {
        struct ec2_route_table *t = ec2_find(&m->aws->world, EC2_ROUTE_TABLE, route_table);
        const struct ec2_vpn_gateway *g = ec2_find(&m->aws->world, EC2_VPN_GATEWAY, gateway);
        if (!t || (on && !g))
                return -ENOENT;
        if (on && (g->attachment != EC2_ATTACHED || strcmp(g->vpc_id, t->vpc_id) != 0))
                return -EINVAL;
        MODEL_COPY(t->propagating, on ? gateway : "");
        return 0;
}

int aws_admin_maintenance(struct model *m, struct ip4 outside, int64_t auto_applied_after_ms) {
        struct ec2_vpn_connection *v = NULL;
        struct ec2_tunnel *t = find_tunnel(m, outside, &v);
        if (!t)
                return -ENOENT;
        t->maintenance_pending = true;
        t->maintenance_due_ms = auto_applied_after_ms;
        return 0;
}

int aws_admin_add_vpc_cidr(struct model *m, const char *vpc_id, const char *cidr) {
        struct ec2_vpc *v = ec2_find(&m->aws->world, EC2_VPC, vpc_id);
        if (!v)
                return -ENOENT;
        if (v->n_cidrs >= EC2_VPC_CIDRS_MAX || cidr_parse(cidr, &v->cidrs[v->n_cidrs]) < 0)
                return -EINVAL;
        v->n_cidrs++;
        physics_changed(m);
        return 0;
}

int aws_outside_of(const struct model *m, const char *connection_id, unsigned tunnel, struct ip4 *ret) {
        const struct ec2_vpn_connection *v = ec2_find(&m->aws->world, EC2_VPN_CONNECTION, connection_id);
        if (!v || tunnel >= EC2_TUNNELS)
                return -ENOENT;
        *ret = v->tunnels[tunnel].outside;
        return 0;
}

/* looking */

static json_t *dump_tags(const struct ec2_meta *meta) {
        json_t *tags = json_object();
        for (size_t i = 0; i < meta->n_tags; i++)
                (void)json_object_set_new(tags, meta->tags[i].key, json_string(meta->tags[i].value));
        return tags;
}

static json_t *dump_tunnel(const struct model *m, const struct ec2_tunnel *t) {
        char ip[IP4_TEXT_SIZE], inside[CIDR_TEXT_SIZE];
        const struct link *l = physics_link_of_aws(m, t->outside);
        return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:s}", "outside", ip4_format(t->outside, ip), "inside",
                         cidr_format(t->options.inside, inside), "psk", t->options.psk, "busy", t->busy_until_ms != 0,
                         "maintenancePending", t->maintenance_pending, "ipsecUp", l && l->ipsec_up, "bgpUp",
                         l && l->bgp_up, "reason", l ? l->reason : "");
}

static void add_details(const struct model *m, enum ec2_kind k, const struct ec2_meta *meta, json_t *o) {
        char text[CIDR_TEXT_SIZE];
        if (k == EC2_VPC) {
                const struct ec2_vpc *v = (const struct ec2_vpc *)meta;
                json_t *cidrs = json_array();
                for (size_t i = 0; i < v->n_cidrs; i++)
                        (void)json_array_append_new(cidrs, json_string(cidr_format(v->cidrs[i], text)));
                (void)json_object_set_new(o, "cidrs", cidrs);
        } else if (k == EC2_ROUTE_TABLE) {
                const struct ec2_route_table *t = (const struct ec2_route_table *)meta;
                (void)json_object_set_new(o, "vpc", json_string(t->vpc_id));
                (void)json_object_set_new(o, "propagating", json_string(t->propagating));
        } else if (k == EC2_CUSTOMER_GATEWAY) {
                const struct ec2_customer_gateway *g = (const struct ec2_customer_gateway *)meta;
                (void)json_object_set_new(o, "address", json_string(ip4_format(g->address, text)));
                (void)json_object_set_new(o, "asn", json_integer(g->asn));
        } else if (k == EC2_VPN_GATEWAY) {
                const struct ec2_vpn_gateway *g = (const struct ec2_vpn_gateway *)meta;
                (void)json_object_set_new(o, "vpc", json_string(g->vpc_id));
                (void)json_object_set_new(o, "attached", json_boolean(g->attachment == EC2_ATTACHED));
                (void)json_object_set_new(o, "asn", json_integer(g->asn));
        } else {
                const struct ec2_vpn_connection *v = (const struct ec2_vpn_connection *)meta;
                json_t *tunnels = json_array();
                for (size_t i = 0; i < EC2_TUNNELS; i++)
                        (void)json_array_append_new(tunnels, dump_tunnel(m, &v->tunnels[i]));
                (void)json_object_set_new(o, "customerGateway", json_string(v->customer_gateway_id));
                (void)json_object_set_new(o, "vpnGateway", json_string(v->vpn_gateway_id));
                (void)json_object_set_new(o, "tunnels", tunnels);
        }
}

json_t *aws_admin_dump(const struct model *m) {
        _cleanup_json_ json_t *resources = json_array();
        for (size_t k = 0; k < EC2_KINDS; k++)
                for (size_t i = 0; i < m->aws->world.tables[k].n; i++) {
                        const struct ec2_meta *meta = ec2_item(&m->aws->world, (enum ec2_kind)k, i);
                        json_t *o =
                                json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "id", meta->id, "type",
                                          ec2_type_of((enum ec2_kind)k), "state", ec2_state_text(meta->state),
                                          "account", meta->account, "region", meta->region, "tags", dump_tags(meta));
                        if (!o)
                                return NULL;
                        add_details(m, (enum ec2_kind)k, meta, o);
                        if (json_array_append_new(resources, o) < 0)
                                return NULL;
                }
        return json_pack("{s:O}", "resources", resources);
}
