/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of VPN connections.
 *
 * One change at a time: the connection is "modifying" until it is done. A changed tunnel gets a new endpoint and is
 * down for minutes; the other one of the pair is not touched. A changed target takes both down.
 */
#include <errno.h>
#include <string.h>

#include "ec2.h"

#define SHORT_CHANGE_MS 10000

static int want_available(struct ec2_call *c, struct ec2_vpn_connection **ret) {
        struct ec2_vpn_connection *v = NULL;
        int r = ec2_want(c, EC2_VPN_CONNECTION, "VpnConnectionId", &v);
        if (r != 0)
                return r;
        if (v->meta.state != EC2_AVAILABLE)
                return ec2_fail(c, "InvalidVpnConnection.InvalidState",
                                "The VPN connection must be in the available state to complete the request.");
        *ret = v;
        return 0;
}

static int want_tunnel(struct ec2_call *c, struct ec2_vpn_connection *v, struct ec2_tunnel **ret) {
        const char *text = NULL;
        struct ip4 outside;
        int r = ec2_need(c, "VpnTunnelOutsideIpAddress", &text);
        if (r != 0)
                return r;
        for (size_t i = 0; ip4_parse(text, &outside) == 0 && i < EC2_TUNNELS; i++) {
                if (!ip4_equal(v->tunnels[i].outside, outside))
                        continue;
                *ret = &v->tunnels[i];
                return 0;
        }
        return ec2_fail(c, "InvalidParameterValue", "The VPN connection %s has no tunnel with the outside IP %s",
                        v->meta.id, text);
}

static int answer(struct ec2_call *c, const struct ec2_vpn_connection *v) {
        buf_puts(&c->out, "<vpnConnection>");
        ec2_write_vpn_connection(c, v);
        buf_puts(&c->out, "</vpnConnection>");
        return 0;
}

static void replace_both(struct model *m, struct ec2_vpn_connection *v) {
        for (size_t i = 0; i < EC2_TUNNELS; i++)
                ec2_tunnel_replace(m, v, &v->tunnels[i]);
}

static void change_shortly(struct ec2_call *c, struct ec2_vpn_connection *v) {
        v->meta.state = EC2_MODIFYING;
        v->meta.state_due_ms = model_after(c->m, SHORT_CHANGE_MS);
}

static bool sent_anything(const struct ec2_call *c, bool lifecycle_only) {
        static const char prefix[] = "TunnelOptions.", lifecycle[] = "TunnelOptions.EnableTunnelLifecycleControl";
        bool found = false;
        for (size_t i = 0; i < c->form.n; i++) {
                const char *name = c->form.items[i].name;
                if (strncmp(name, prefix, strlen(prefix)) != 0)
                        continue;
                found = true;
                if (lifecycle_only && strcmp(name, lifecycle) != 0)
                        return false;
        }
        return found;
}

static int check_skip(struct ec2_call *c, const struct ec2_tunnel *t, const struct ec2_tunnel_options *wish) {
        if (!sent_anything(c, true))
                return ec2_fail(c, "InvalidParameterCombination",
                                "SkipTunnelReplacement can only be used with EnableTunnelLifecycleControl");
        if (t->maintenance_pending && t->options.lifecycle_control && !wish->lifecycle_control)
                return ec2_fail(c, "InvalidParameterCombination",
                                "The tunnel has pending maintenance: its replacement cannot be skipped");
        return 0;
}

static int read_tunnel_change(struct ec2_call *c, struct ec2_vpn_connection *v, struct ec2_tunnel *t,
                              struct ec2_tunnel_options *wish, bool *ret_skip) {
        const char *storage = ec2_form_get(&c->form, "PreSharedKeyStorage");
        if (storage && strcmp(storage, "Standard") != 0)
                return ec2_fail(c, "UnsupportedOperation", "PreSharedKeyStorage %s is not available", storage);
        if (!sent_anything(c, false))
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter TunnelOptions");
        *wish = t->options;
        int r = ec2_tunnel_options_read(c, "TunnelOptions.", wish);
        if (r == 0)
                r = ec2_inside_check(c, v->vpn_gateway_id, t, wish->inside);
        if (r == 0)
                r = ec2_get_bool(c, "SkipTunnelReplacement", ret_skip);
        if (r == 0 && *ret_skip)
                r = check_skip(c, t, wish);
        return r;
}

int ec2_modify_vpn_tunnel_options(struct ec2_call *c) {
        struct ec2_vpn_connection *v = NULL;
        struct ec2_tunnel *t = NULL;
        struct ec2_tunnel_options wish;
        bool skip = false;
        int r = want_available(c, &v);
        if (r == 0)
                r = want_tunnel(c, v, &t);
        if (r == 0)
                r = read_tunnel_change(c, v, t, &wish, &skip);
        if (r != 0)
                return r;
        t->options = wish;
        if (skip) {
                change_shortly(c, v);
        } else {
                t->maintenance_pending = false; /* the new endpoint is up to date */
                ec2_tunnel_replace(c->m, v, t);
        }
        return answer(c, v);
}

static int new_customer(struct ec2_call *c, struct ec2_customer_gateway **ret) {
        int r = ec2_want(c, EC2_CUSTOMER_GATEWAY, "CustomerGatewayId", ret);
        if (r == 0 && (*ret)->meta.state != EC2_AVAILABLE)
                r = ec2_fail(c, "InvalidCustomerGatewayState", "The customer gateway is not in a valid state");
        return r;
}

static int new_gateway(struct ec2_call *c, struct ec2_vpn_gateway **ret) {
        int r = ec2_want(c, EC2_VPN_GATEWAY, "VpnGatewayId", ret);
        if (r == 0 && (*ret)->meta.state != EC2_AVAILABLE)
                r = ec2_fail(c, "InvalidVpnGatewayState", "The virtual private gateway is not in a valid state");
        return r;
}

int ec2_modify_vpn_connection(struct ec2_call *c) {
        struct ec2_vpn_connection *v = NULL;
        struct ec2_customer_gateway *customer = NULL;
        struct ec2_vpn_gateway *gateway = NULL;
        const char *transit = ec2_form_get(&c->form, "TransitGatewayId");
        int r = want_available(c, &v);
        if (r != 0)
                return r;
        if (transit)
                return ec2_fail(c, "InvalidTransitGatewayID.NotFound",
                                "Transit Gateway %s was deleted or does not exist.", transit);
        if (ec2_form_get(&c->form, "CustomerGatewayId"))
                r = new_customer(c, &customer);
        if (r == 0 && ec2_form_get(&c->form, "VpnGatewayId"))
                r = new_gateway(c, &gateway);
        if (r != 0)
                return r;
        if (!customer && !gateway)
                return ec2_fail(c, "MissingParameter", "The request must name a new gateway");
        const struct ec2_world *w = &c->m->aws->world;
        const struct ec2_customer_gateway *after =
                customer ? customer : ec2_find(w, EC2_CUSTOMER_GATEWAY, v->customer_gateway_id);
        const struct ec2_vpn_gateway *side = gateway ? gateway : ec2_find(w, EC2_VPN_GATEWAY, v->vpn_gateway_id);
        if (after && side && after->asn == side->asn)
                return ec2_fail(c, "AsnConflict", "Both gateways have the ASN %u", side->asn);
        if (customer)
                MODEL_COPY(v->customer_gateway_id, customer->meta.id);
        if (gateway)
                MODEL_COPY(v->vpn_gateway_id, gateway->meta.id);
        replace_both(c->m, v);
        return answer(c, v);
}

static int read_network(struct ec2_call *c, const char *name, char out[static CIDR_TEXT_SIZE]) {
        struct cidr prefix;
        const char *text = ec2_form_get(&c->form, name);
        if (text && cidr_parse(text, &prefix) < 0)
                return ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter %s is invalid.", text, name);
        if (text)
                cidr_format(prefix, out);
        return 0;
}

int ec2_modify_vpn_connection_options(struct ec2_call *c) {
        struct ec2_vpn_connection *v = NULL;
        char local[CIDR_TEXT_SIZE], remote[CIDR_TEXT_SIZE];
        int r = want_available(c, &v);
        if (r != 0)
                return r;
        MODEL_COPY(local, v->local_cidr);
        MODEL_COPY(remote, v->remote_cidr);
        r = read_network(c, "LocalIpv4NetworkCidr", local);
        if (r == 0)
                r = read_network(c, "RemoteIpv4NetworkCidr", remote);
        if (r != 0)
                return r;
        MODEL_COPY(v->local_cidr, local);
        MODEL_COPY(v->remote_cidr, remote);
        replace_both(c->m, v);
        return answer(c, v);
}

int ec2_replace_vpn_tunnel(struct ec2_call *c) {
        struct ec2_vpn_connection *v = NULL;
        struct ec2_tunnel *t = NULL;
        bool apply = false;
        int r = want_available(c, &v);
        if (r == 0)
                r = want_tunnel(c, v, &t);
        if (r == 0)
                r = ec2_get_bool(c, "ApplyPendingMaintenance", &apply);
        if (r != 0)
                return r;
        if (!t->maintenance_pending && c->m->options.aws_replace_needs_pending)
                return ec2_fail(c, "IncorrectState", "The tunnel has no pending maintenance");
        if (t->maintenance_pending && apply) {
                t->maintenance_pending = false;
                t->maintenance_done_ms = c->m->now_ms;
        }
        ec2_tunnel_replace(c->m, v, t);
        ec2_bool(&c->out, "return", true);
        return 0;
}

int ec2_tunnel_replacement_status(struct ec2_call *c) {
        static const char *const words[][2] = {{"None", "Available"}, {"false", "true"}, {"", "AVAILABLE"}};
        struct ec2_vpn_connection *v = NULL;
        struct ec2_tunnel *t = NULL;
        char text[IP4_TEXT_SIZE];
        int r = ec2_want(c, EC2_VPN_CONNECTION, "VpnConnectionId", &v);
        if (r == 0)
                r = want_tunnel(c, v, &t);
        if (r != 0)
                return r;
        ec2_text(&c->out, "vpnConnectionId", v->meta.id);
        ec2_text(&c->out, "customerGatewayId", v->customer_gateway_id);
        ec2_text(&c->out, "vpnGatewayId", v->vpn_gateway_id);
        ec2_text(&c->out, "vpnTunnelOutsideIpAddress", ip4_format(t->outside, text));
        buf_puts(&c->out, "<maintenanceDetails>");
        ec2_text(&c->out, "pendingMaintenance",
                 words[c->m->options.aws_pending_maintenance_words % 3][t->maintenance_pending]);
        if (t->maintenance_pending)
                ec2_time(&c->out, "maintenanceAutoAppliedAfter", t->maintenance_due_ms);
        if (t->maintenance_done_ms != 0)
                ec2_time(&c->out, "lastMaintenanceApplied", t->maintenance_done_ms);
        buf_puts(&c->out, "</maintenanceDetails>");
        return 0;
}
