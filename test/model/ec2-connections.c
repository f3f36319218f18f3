/* SPDX-License-Identifier: Apache-2.0 */
/* VPN connections: made and deleted. Their changes are in ec2-modify.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"

#define CREATE_MS (300 * 1000)
#define DELETE_MS (60 * 1000)
#define CONNECTIONS_MAX 50
#define CONNECTIONS_PER_GATEWAY_MAX 10
#define AWS_OCTET 52 /* outside addresses are 52.0.0.0/8 */

struct wish {
        struct ec2_customer_gateway *customer;
        struct ec2_vpn_gateway *gateway;
        struct ec2_tunnel_options tunnels[EC2_TUNNELS];
        const char *local_cidr, *remote_cidr;
};

/* what a virtual private gateway cannot do, or this model does not play */
static int refuse_other_kinds(struct ec2_call *c) {
        static const char *const switches[] = {"Options.StaticRoutesOnly", "Options.EnableAcceleration"};
        const char *version = ec2_form_get(&c->form, "Options.TunnelInsideIpVersion");
        const char *transit = ec2_form_get(&c->form, "TransitGatewayId");
        const char *storage = ec2_form_get(&c->form, "PreSharedKeyStorage");
        if (transit)
                return ec2_fail(c, "InvalidTransitGatewayID.NotFound",
                                "Transit Gateway %s was deleted or does not exist.", transit);
        if (ec2_form_get(&c->form, "VpnConcentratorId") || (version && strcmp(version, "ipv4") != 0))
                return ec2_fail(c, "UnsupportedOperation", "Not supported with a virtual private gateway");
        if (storage && strcmp(storage, "Standard") != 0)
                return ec2_fail(c, "UnsupportedOperation", "PreSharedKeyStorage %s is not available", storage);
        for (size_t i = 0; i < 2; i++) {
                bool on = false;
                int r = ec2_get_bool(c, switches[i], &on);
                if (r != 0)
                        return r;
                if (on)
                        return ec2_fail(c, "UnsupportedOperation", "%s is not supported here", switches[i]);
        }
        return 0;
}

static int read_network(struct ec2_call *c, const char *name, const char **ret) {
        struct cidr prefix;
        const char *text = ec2_form_get(&c->form, name);
        if (text && cidr_parse(text, &prefix) < 0)
                return ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter %s is invalid.", text, name);
        *ret = text ? text : "0.0.0.0/0";
        return 0;
}

static int read_tunnels(struct ec2_call *c, struct wish *w) {
        char prefix[64];
        struct ec2_tunnel_options *o = w->tunnels;
        for (size_t i = 0; i < c->form.n; i++)
                if (strncmp(c->form.items[i].name, "Options.TunnelOptions.", 22) == 0 &&
                    c->form.items[i].name[22] > '2')
                        return ec2_fail(c, "InvalidParameterValue", "At most two tunnels can have options");
        for (size_t i = 0; i < EC2_TUNNELS; i++) {
                snprintf(prefix, sizeof(prefix), "Options.TunnelOptions.%zu.", i + 1);
                int r = ec2_tunnel_options_read(c, prefix, &o[i]);
                if (r == 0 && o[i].inside.bits != 0)
                        r = ec2_inside_check(c, w->gateway->meta.id, NULL, o[i].inside);
                if (r != 0)
                        return r;
        }
        if (o[0].inside.bits != 0 && cidr_equal(o[0].inside, o[1].inside))
                return ec2_fail(c, "InvalidParameterValue", "The tunnels' inside CIDRs must differ");
        return 0;
}

static int check_states(struct ec2_call *c, const struct wish *w) {
        if (w->customer->meta.state != EC2_AVAILABLE)
                return ec2_fail(c, "InvalidCustomerGatewayState", "The customer gateway is not in a valid state");
        if (w->gateway->meta.state != EC2_AVAILABLE)
                return ec2_fail(c, "InvalidVpnGatewayState", "The virtual private gateway is not in a valid state");
        if (w->customer->asn == w->gateway->asn)
                return ec2_fail(c, "AsnConflict", "The ASN %u of the customer gateway is that of the VPN gateway",
                                w->gateway->asn);
        return 0;
}

static int read_wish(struct ec2_call *c, struct wish *w) {
        const char *type = NULL;
        int r = ec2_need(c, "Type", &type);
        if (r == 0 && strcmp(type, "ipsec.1") != 0)
                r = ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter type is invalid.", type);
        if (r == 0)
                r = refuse_other_kinds(c);
        if (r == 0)
                r = ec2_tags_check_specification(c, EC2_VPN_CONNECTION);
        if (r == 0)
                r = read_network(c, "Options.LocalIpv4NetworkCidr", &w->local_cidr);
        if (r == 0)
                r = read_network(c, "Options.RemoteIpv4NetworkCidr", &w->remote_cidr);
        if (r == 0)
                r = ec2_want(c, EC2_CUSTOMER_GATEWAY, "CustomerGatewayId", &w->customer);
        if (r == 0)
                r = ec2_want(c, EC2_VPN_GATEWAY, "VpnGatewayId", &w->gateway);
        if (r == 0)
                r = check_states(c, w);
        return r;
}

static struct ec2_vpn_connection *find_identical(struct ec2_call *c, const struct wish *w) {
        const struct ec2_world *world = &c->m->aws->world;
        for (size_t i = 0; i < world->tables[EC2_VPN_CONNECTION].n; i++) {
                struct ec2_vpn_connection *v = ec2_item(world, EC2_VPN_CONNECTION, i);
                if (ec2_alive(&v->meta) && strcmp(v->customer_gateway_id, w->customer->meta.id) == 0 &&
                    strcmp(v->vpn_gateway_id, w->gateway->meta.id) == 0)
                        return v;
        }
        return NULL;
}

static int check_quota(struct ec2_call *c, const struct wish *w) {
        const struct ec2_world *world = &c->m->aws->world;
        size_t n = 0, n_gateway = 0;
        for (size_t i = 0; i < world->tables[EC2_VPN_CONNECTION].n; i++) {
                const struct ec2_vpn_connection *v = ec2_item(world, EC2_VPN_CONNECTION, i);
                if (!ec2_alive(&v->meta) || strcmp(v->meta.account, c->account) != 0 ||
                    strcmp(v->meta.region, c->region) != 0)
                        continue;
                n++;
                n_gateway += strcmp(v->vpn_gateway_id, w->gateway->meta.id) == 0;
        }
        if (!c->m->options.aws_quotas || (n < CONNECTIONS_MAX && n_gateway < CONNECTIONS_PER_GATEWAY_MAX))
                return 0;
        return ec2_fail(c, "VpnConnectionLimitExceeded", "The maximum number of VPN connections has been reached.");
}

static void fill_tunnel(struct ec2_call *c, struct ec2_vpn_connection *v, size_t i, const struct wish *w) {
        struct ec2_tunnel *t = &v->tunnels[i];
        t->options = w->tunnels[i];
        do
                ec2_tunnel_options_default(c->m, v->vpn_gateway_id, &t->options);
        while (i > 0 && cidr_equal(v->tunnels[0].options.inside, t->options.inside));
        t->outside = model_public_ip(c->m, AWS_OCTET);
        t->telemetry_due_ms = INT64_MAX;
        t->shown.last_change_ms = t->coming.last_change_ms = c->m->now_ms;
}

static int create(struct ec2_call *c, const struct wish *w, struct ec2_vpn_connection **ret) {
        int r = check_quota(c, w);
        if (r != 0)
                return r;
        struct ec2_vpn_connection *v = ec2_add(c, EC2_VPN_CONNECTION);
        if (!v)
                return -ENOMEM;
        v->meta.state_due_ms = model_after(c->m, CREATE_MS);
        MODEL_COPY(v->customer_gateway_id, w->customer->meta.id);
        MODEL_COPY(v->vpn_gateway_id, w->gateway->meta.id);
        MODEL_COPY(v->local_cidr, w->local_cidr);
        MODEL_COPY(v->remote_cidr, w->remote_cidr);
        for (size_t i = 0; i < EC2_TUNNELS; i++)
                fill_tunnel(c, v, i, w);
        physics_changed(c->m);
        *ret = v;
        return ec2_tags_from_specification(c, &v->meta);
}

int ec2_create_vpn_connection(struct ec2_call *c) {
        struct wish wish = {0};
        int r = read_wish(c, &wish);
        if (r != 0)
                return r;
        struct ec2_vpn_connection *v = find_identical(c, &wish);
        if (v && !c->m->options.identical_create_vpn_returns_existing)
                return ec2_fail(c, "InvalidOption.Conflict", "A VPN connection between %s and %s already exists (%s)",
                                v->vpn_gateway_id, v->customer_gateway_id, v->meta.id);
        if (!v)
                r = read_tunnels(c, &wish);
        if (r == 0 && !v)
                r = create(c, &wish, &v);
        if (r != 0)
                return r;
        buf_puts(&c->out, "<vpnConnection>");
        ec2_write_vpn_connection(c, v);
        buf_puts(&c->out, "</vpnConnection>");
        return 0;
}

int ec2_delete_vpn_connection(struct ec2_call *c) {
        struct ec2_vpn_connection *v = NULL;
        int r = ec2_want(c, EC2_VPN_CONNECTION, "VpnConnectionId", &v);
        if (r != 0)
                return r;
        if (v->meta.state == EC2_MODIFYING)
                return ec2_fail(c, "IncorrectState", "The VPN connection %s is being modified", v->meta.id);
        if (v->meta.state != EC2_DELETING) {
                v->meta.state = EC2_DELETING;
                v->meta.state_due_ms = model_after(c->m, DELETE_MS);
                physics_changed(c->m);
        }
        ec2_bool(&c->out, "return", true);
        return 0;
}
