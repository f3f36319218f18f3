/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VPN connection as XML.
 *
 * The three lists of its tunnels promise no order, and have none: each is turned by its own bits of a counter, so that
 * whoever pairs them by index is wrong every other time.
 */
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/encode.h"

static void write_address(struct buf *out, const char *side, struct ip4 outside, struct ip4 inside, uint32_t asn) {
        char text[IP4_TEXT_SIZE];
        buf_printf(out, "    <%s>\n      <tunnel_outside_address>\n        <ip_address>%s</ip_address>\n", side,
                   ip4_format(outside, text));
        buf_printf(
                out,
                "      </tunnel_outside_address>\n      <tunnel_inside_address>\n        <ip_address>%s</ip_address>\n"
                "        <network_mask>255.255.255.252</network_mask>\n        <network_cidr>30</network_cidr>\n"
                "      </tunnel_inside_address>\n",
                ip4_format(inside, text));
        buf_printf(out,
                   "      <bgp>\n        <asn>%u</asn>\n        <hold_time>30</hold_time>\n      </bgp>\n    </%s>\n",
                   asn, side);
}

static void write_tunnel_configuration(struct buf *out, const struct ec2_tunnel *t,
                                       const struct ec2_customer_gateway *customer, const struct ec2_vpn_gateway *g) {
        buf_puts(out, "  <ipsec_tunnel>\n");
        write_address(out, "customer_gateway", customer ? customer->address : (struct ip4){0},
                      (struct ip4){t->options.inside.addr + 2}, customer ? customer->asn : 0);
        write_address(out, "vpn_gateway", t->outside, (struct ip4){t->options.inside.addr + 1}, g ? g->asn : 0);
        buf_puts(out, "    <ike>\n      <authentication_protocol>sha1</authentication_protocol>\n"
                      "      <encryption_protocol>aes-128-cbc</encryption_protocol>\n      <lifetime>28800</lifetime>\n"
                      "      <perfect_forward_secrecy>group2</perfect_forward_secrecy>\n      <mode>main</mode>\n"
                      "      <pre_shared_key>");
        encode_xml(out, t->options.psk);
        buf_puts(out, "</pre_shared_key>\n    </ike>\n    <ipsec>\n      <protocol>esp</protocol>\n"
                      "      <authentication_protocol>hmac-sha1-96</authentication_protocol>\n"
                      "      <encryption_protocol>aes-128-cbc</encryption_protocol>\n      <lifetime>3600</lifetime>\n"
                      "      <perfect_forward_secrecy>group2</perfect_forward_secrecy>\n      <mode>tunnel</mode>\n"
                      "      <clear_df_bit>true</clear_df_bit>\n"
                      "      <fragmentation_before_encryption>true</fragmentation_before_encryption>\n"
                      "      <tcp_mss_adjustment>1379</tcp_mss_adjustment>\n      <dead_peer_detection>\n"
                      "        <interval>10</interval>\n        <retries>3</retries>\n      </dead_peer_detection>\n"
                      "    </ipsec>\n  </ipsec_tunnel>\n");
}

/* A document of its own, carried as escaped text; it holds the keys. */
static void write_configuration(struct ec2_call *c, const struct ec2_vpn_connection *v, bool turned) {
        const struct ec2_world *w = ec2_view(c);
        const struct ec2_customer_gateway *customer = ec2_find(w, EC2_CUSTOMER_GATEWAY, v->customer_gateway_id);
        const struct ec2_vpn_gateway *g = ec2_find(w, EC2_VPN_GATEWAY, v->vpn_gateway_id);
        _cleanup_buf_ struct buf b = BUF_NULL;
        buf_printf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<vpn_connection id=\"%s\">\n", v->meta.id);
        buf_printf(&b,
                   "  <customer_gateway_id>%s</customer_gateway_id>\n  <vpn_gateway_id>%s</vpn_gateway_id>\n"
                   "  <vpn_connection_type>ipsec.1</vpn_connection_type>\n",
                   v->customer_gateway_id, v->vpn_gateway_id);
        for (size_t i = 0; i < EC2_TUNNELS; i++)
                write_tunnel_configuration(&b, &v->tunnels[turned ? EC2_TUNNELS - 1 - i : i], customer, g);
        buf_puts(&b, "</vpn_connection>");
        if (buf_error(&b) < 0)
                c->out.error = buf_error(&b);
        ec2_text(&c->out, "customerGatewayConfiguration", buf_str(&b));
}

static void write_telemetry(struct buf *out, const struct ec2_tunnel *t) {
        const struct ec2_telemetry *s = &t->shown;
        char text[IP4_TEXT_SIZE];
        buf_puts(out, "<item>");
        ec2_text(out, "outsideIpAddress", ip4_format(t->outside, text));
        ec2_text(out, "status", s->up ? "UP" : "DOWN");
        ec2_time(out, "lastStatusChange", s->last_change_ms);
        if (s->up)
                buf_printf(out, "<statusMessage>%u BGP ROUTES</statusMessage>", s->accepted);
        else
                ec2_text(out, "statusMessage", s->ipsec_up ? "IPSEC IS UP" : "IPSEC IS DOWN");
        ec2_int(out, "acceptedRouteCount", s->accepted);
        buf_puts(out, "</item>");
}

static void write_options(struct buf *out, const struct ec2_vpn_connection *v, bool turned) {
        buf_puts(out, "<options>");
        ec2_bool(out, "enableAcceleration", false);
        ec2_bool(out, "staticRoutesOnly", false);
        ec2_text(out, "localIpv4NetworkCidr", v->local_cidr);
        ec2_text(out, "remoteIpv4NetworkCidr", v->remote_cidr);
        ec2_text(out, "outsideIpAddressType", "PublicIpv4");
        ec2_text(out, "tunnelInsideIpVersion", "ipv4");
        buf_puts(out, "<tunnelOptionSet>");
        for (size_t i = 0; i < EC2_TUNNELS; i++) {
                buf_puts(out, "<item>");
                ec2_write_tunnel_options(out, &v->tunnels[turned ? EC2_TUNNELS - 1 - i : i]);
                buf_puts(out, "</item>");
        }
        buf_puts(out, "</tunnelOptionSet>");
        ec2_text(out, "tunnelBandwidth", "standard");
        buf_puts(out, "</options>");
}

void ec2_write_vpn_connection(struct ec2_call *c, const struct ec2_vpn_connection *v) {
        uint64_t turn = c->m->aws->n_described;
        ec2_text(&c->out, "vpnConnectionId", v->meta.id);
        ec2_text(&c->out, "state", ec2_state_text(v->meta.state));
        ec2_text(&c->out, "customerGatewayId", v->customer_gateway_id);
        ec2_text(&c->out, "vpnGatewayId", v->vpn_gateway_id);
        ec2_text(&c->out, "type", "ipsec.1");
        ec2_text(&c->out, "category", "VPN");
        ec2_text(&c->out, "gatewayAssociationState", ec2_alive(&v->meta) ? "associated" : "not-associated");
        if (ec2_alive(&v->meta))
                write_configuration(c, v, turn & 1);
        write_options(&c->out, v, turn & 2);
        buf_puts(&c->out, "<routes/>");
        ec2_write_tags(&c->out, &v->meta);
        buf_puts(&c->out, "<vgwTelemetry>");
        for (size_t i = 0; i < EC2_TUNNELS; i++)
                write_telemetry(&c->out, &v->tunnels[(turn & 4) ? EC2_TUNNELS - 1 - i : i]);
        buf_puts(&c->out, "</vgwTelemetry>");
}
