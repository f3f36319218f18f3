/* SPDX-License-Identifier: Apache-2.0 */
/* Facts out of replies; argv[1] is the directory of samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reply-samples.h"

static const char *directory;

static void load(const char *file, enum aws_action action, struct aws_result *ret) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        sample_load(directory, file, &text);
        assert_int_equal(sample_read(action, 200, text.data, text.len, text.len, ret), 0);
}

static int read_text(enum aws_action action, int http, const char *text, struct aws_result *ret) {
        return sample_read(action, http, text, strlen(text), 7, ret);
}

static void ip_is(struct ip4 ip, const char *expected) {
        char text[IP4_TEXT_SIZE];
        assert_string_equal(ip4_format(ip, text), expected);
}

static void cidr_is(struct cidr c, const char *expected) {
        char text[CIDR_TEXT_SIZE];
        assert_string_equal(cidr_format(c, text), expected);
}

/* The reply lists the second tunnel first, and its telemetry in yet another order. */
static void check_tunnels(const struct aws_vpn_connection *c) {
        const struct aws_tunnel *one = &c->tunnels[0], *two = &c->tunnels[1];
        assert_int_equal(c->n_tunnels, 2);
        ip_is(one->outside, "198.51.100.10");
        cidr_is(one->inside, "169.254.21.0/30");
        assert_string_equal(one->psk, "SYNTHETIC.one");
        assert_true(one->startup_start && one->lifecycle_control && one->ikev2_only);
        assert_int_equal(one->phase1_lifetime_s, 28800);
        assert_int_equal(one->phase2_lifetime_s, 3600);
        assert_int_equal(one->dpd_timeout_s, 40);
        assert_string_equal(one->phase1_encryption, "AES256");
        assert_string_equal(one->phase1_integrity, "SHA2-384");
        assert_string_equal(one->phase2_encryption, "AES256-GCM-16");
        assert_string_equal(one->phase2_integrity, "");
        assert_string_equal(one->phase1_dh, "14,20");
        assert_string_equal(one->phase2_dh, "20");
        assert_string_equal(one->ike_versions, "ikev2");
        assert_int_equal(one->status, TELEMETRY_DOWN);
        assert_string_equal(one->status_message, "IPSEC IS DOWN");
        assert_int_equal(one->accepted_routes, 0);
        assert_int_equal(one->last_change_ms, 1767323046000);
        ip_is(two->outside, "198.51.100.20");
        cidr_is(two->inside, "169.254.22.0/30");
        assert_string_equal(two->psk, "SYNTHETIC.two");
        assert_false(two->startup_start || two->lifecycle_control || two->ikev2_only);
        assert_string_equal(two->ike_versions, "ikev1,ikev2");
        assert_int_equal(two->status, TELEMETRY_UP);
        assert_string_equal(two->status_message, "3 BGP ROUTES");
        assert_int_equal(two->accepted_routes, 3);
        assert_int_equal(two->last_change_ms, 1767323045000);
}

static void check_connection(const struct aws_vpn_connection *c) {
        assert_string_equal(c->id, "vpn-0aaa");
        assert_int_equal(c->state, AWS_STATE_AVAILABLE);
        assert_string_equal(c->customer_gateway_id, "cgw-0aaa");
        assert_string_equal(c->vpn_gateway_id, "vgw-0aaa");
        assert_string_equal(c->transit_gateway_id, "");
        assert_false(c->static_routes_only);
        assert_true(c->accelerated);
        assert_int_equal(c->n_tags, 2);
        assert_string_equal(tag_find(c->tags, c->n_tags, "Name"), "a & b <c> \xc3\xa9");
        assert_string_equal(tag_find(c->tags, c->n_tags, "s2svpn-owner"), "");
        check_tunnels(c);
}

static void connections(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        load("describe-vpn-connections.xml", AWS_DESCRIBE_VPN_CONNECTIONS, &r);
        assert_int_equal(r.action, AWS_DESCRIBE_VPN_CONNECTIONS);
        assert_string_equal(r.request_id, "req-1");
        assert_string_equal(r.next_token, "");
        assert_int_equal(r.n_vpn_connections, 3);
        check_connection(&r.vpn_connections[0]);
        const struct aws_vpn_connection *pending = &r.vpn_connections[1], *foreign = &r.vpn_connections[2];
        assert_int_equal(pending->state, AWS_STATE_PENDING);
        assert_string_equal(pending->transit_gateway_id, "tgw-0aaa");
        assert_string_equal(pending->vpn_gateway_id, "");
        assert_int_equal(pending->n_tunnels, 0);
        assert_int_equal(pending->n_tags, 0);
        /* somebody's IPv6 connection spoils nothing */
        assert_int_equal(foreign->state, AWS_STATE_BUSY);
        assert_int_equal(foreign->n_tunnels, 1);
        assert_int_equal(foreign->tunnels[0].outside.addr, 0);
        assert_int_equal(foreign->tunnels[0].inside.bits, 0);
        assert_string_equal(foreign->tunnels[0].psk, "");
        assert_string_equal(foreign->tunnels[0].status_message, "");
        assert_string_equal(foreign->tunnels[0].phase1_dh, "");
        assert_int_equal(foreign->tunnels[0].status, TELEMETRY_UNKNOWN);
}

static void one_connection(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        load("modify-vpn-tunnel-options.xml", AWS_MODIFY_VPN_TUNNEL_OPTIONS, &r);
        assert_int_equal(r.n_vpn_connections, 1);
        check_connection(&r.vpn_connections[0]);
}

static void route_is(const struct aws_route *r, const char *destination, const char *target, bool propagated,
                     enum aws_route_state state) {
        cidr_is(r->destination, destination);
        assert_string_equal(r->target, target);
        assert_int_equal(r->propagated, propagated);
        assert_int_equal(r->state, state);
}

static void route_tables(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        load("describe-route-tables.xml", AWS_DESCRIBE_ROUTE_TABLES, &r);
        assert_string_equal(r.next_token, "tok==");
        assert_int_equal(r.n_route_tables, 2);
        const struct aws_route_table *t = &r.route_tables[0];
        assert_string_equal(t->id, "rtb-0aaa");
        assert_string_equal(t->vpc_id, "vpc-0aaa");
        assert_int_equal(t->n_propagating_vgws, 2);
        assert_string_equal(t->propagating_vgws[0], "vgw-0aaa");
        assert_string_equal(t->propagating_vgws[1], "vgw-0bbb");
        assert_int_equal(t->n_routes, 4);
        route_is(&t->routes[0], "10.10.0.0/16", "local", false, AWS_ROUTE_ACTIVE);
        route_is(&t->routes[1], "10.99.0.0/16", "vgw-0aaa", true, AWS_ROUTE_ACTIVE);
        route_is(&t->routes[2], "0.0.0.0/0", "i-0a", false, AWS_ROUTE_BLACKHOLE);
        route_is(&t->routes[3], "10.20.0.0/16", "tgw-0a", false, AWS_ROUTE_OTHER);
        assert_int_equal(r.route_tables[1].n_routes, 0);
        assert_int_equal(r.route_tables[1].n_propagating_vgws, 0);
}

static void vpcs(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        load("describe-vpcs.xml", AWS_DESCRIBE_VPCS, &r);
        assert_int_equal(r.n_vpcs, 2);
        assert_string_equal(r.vpcs[0].id, "vpc-0aaa");
        assert_string_equal(r.vpcs[0].owner_id, "123456789012");
        assert_int_equal(r.vpcs[0].state, AWS_STATE_AVAILABLE);
        assert_int_equal(r.vpcs[0].n_cidrs, 2);
        cidr_is(r.vpcs[0].cidrs[0], "10.10.0.0/16");
        cidr_is(r.vpcs[0].cidrs[1], "10.12.0.0/16");
        assert_int_equal(r.vpcs[1].state, AWS_STATE_PENDING);
        assert_string_equal(r.vpcs[1].owner_id, "");
        assert_int_equal(r.vpcs[1].n_cidrs, 1);
        cidr_is(r.vpcs[1].cidrs[0], "10.50.0.0/16");
}

static void vpn_gateways(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        load("describe-gateways.xml", AWS_DESCRIBE_VPN_GATEWAYS, &r);
        assert_int_equal(r.n_vpn_gateways, 3);
        assert_true(r.vpn_gateways[0].asn == 4200000000);
        assert_string_equal(r.vpn_gateways[0].attached_vpc_id, "vpc-0aaa");
        assert_int_equal(r.vpn_gateways[0].attachment_state, AWS_STATE_AVAILABLE);
        assert_int_equal(r.vpn_gateways[0].n_tags, 1);
        assert_int_equal(r.vpn_gateways[1].state, AWS_STATE_DELETED);
        assert_string_equal(r.vpn_gateways[1].attached_vpc_id, "");
        assert_int_equal(r.vpn_gateways[1].attachment_state, AWS_STATE_DELETED);
        assert_int_equal(r.vpn_gateways[2].state, AWS_STATE_BUSY);
        assert_string_equal(r.vpn_gateways[2].attached_vpc_id, "vpc-0new");
        assert_int_equal(r.vpn_gateways[2].attachment_state, AWS_STATE_BUSY);
}

static void customer_gateways(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL, one = AWS_RESULT_NULL;
        (void)state;
        assert_int_equal(read_text(AWS_DESCRIBE_CUSTOMER_GATEWAYS, 200,
                                   "<DescribeCustomerGatewaysResponse><customerGatewaySet>"
                                   "<item><customerGatewayId>cgw-0a</customerGatewayId><bgpAsn>65515</bgpAsn>"
                                   "<ipAddress>203.0.113.10</ipAddress><deviceName>hub/cgw0</deviceName>"
                                   "<state>deleting</state></item>"
                                   "<item><customerGatewayId>cgw-0b</customerGatewayId><bgpAsn>23456</bgpAsn>"
                                   "<bgpAsnExtended>4200000001</bgpAsnExtended><ipAddress>2001:db8::1</ipAddress>"
                                   "</item></customerGatewaySet></DescribeCustomerGatewaysResponse>",
                                   &r),
                         0);
        assert_int_equal(r.n_customer_gateways, 2);
        assert_int_equal(r.customer_gateways[0].asn, 65515);
        assert_int_equal(r.customer_gateways[0].state, AWS_STATE_DELETING);
        assert_string_equal(r.customer_gateways[0].device_name, "hub/cgw0");
        ip_is(r.customer_gateways[0].address, "203.0.113.10");
        assert_true(r.customer_gateways[1].asn == 4200000001);
        assert_int_equal(r.customer_gateways[1].address.addr, 0);
        assert_int_equal(read_text(AWS_CREATE_CUSTOMER_GATEWAY, 200,
                                   "<CreateCustomerGatewayResponse><customerGateway><customerGatewayId>cgw-0c"
                                   "</customerGatewayId><state>pending</state></customerGateway>"
                                   "</CreateCustomerGatewayResponse>",
                                   &one),
                         0);
        assert_int_equal(one.n_customer_gateways, 1);
        assert_string_equal(one.customer_gateways[0].id, "cgw-0c");
}

/* Every word that the model has, and one that it has not, for a connection and for an attachment. */
static void state_words(void **state) {
        static const struct {
                const char *word;
                enum aws_state state;
        } words[] = {
                {"pending", AWS_STATE_PENDING}, {"available", AWS_STATE_AVAILABLE},
                {"modifying", AWS_STATE_BUSY},  {"deleting", AWS_STATE_DELETING},
                {"deleted", AWS_STATE_DELETED}, {"resting", AWS_STATE_BUSY},
                {"Available", AWS_STATE_BUSY},  {"", AWS_STATE_BUSY},
        };
        static const struct {
                const char *word;
                enum aws_state state;
        } attachments[] = {
                {"attaching", AWS_STATE_BUSY},   {"attached", AWS_STATE_AVAILABLE}, {"detaching", AWS_STATE_DELETING},
                {"detached", AWS_STATE_DELETED}, {"resting", AWS_STATE_BUSY},
        };
        char text[512];
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                snprintf(text, sizeof(text),
                         "<CreateVpnConnectionResponse><vpnConnection><vpnConnectionId>v</vpnConnectionId><state>%s"
                         "</state></vpnConnection></CreateVpnConnectionResponse>",
                         words[i].word);
                assert_int_equal(read_text(AWS_CREATE_VPN_CONNECTION, 200, text, &r), 0);
                assert_int_equal(r.vpn_connections[0].state, words[i].state);
        }
        for (size_t i = 0; i < ELEMENTSOF(attachments); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                snprintf(text, sizeof(text),
                         "<AttachVpnGatewayResponse><attachment><vpcId>vpc-0a</vpcId><state>%s</state></attachment>"
                         "</AttachVpnGatewayResponse>",
                         attachments[i].word);
                assert_int_equal(read_text(AWS_ATTACH_VPN_GATEWAY, 200, text, &r), 0);
                assert_int_equal(r.attachment_state, attachments[i].state);
                assert_string_equal(r.attachment_vpc_id, "vpc-0a");
        }
}

static void empty_sets(void **state) {
        static const char *const texts[] = {
                "<DescribeVpnConnectionsResponse><vpnConnectionSet/></DescribeVpnConnectionsResponse>",
                "<DescribeVpnConnectionsResponse><vpnConnectionSet></vpnConnectionSet></"
                "DescribeVpnConnectionsResponse>",
                "<DescribeVpnConnectionsResponse><requestId>x</requestId></DescribeVpnConnectionsResponse>",
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                assert_int_equal(read_text(AWS_DESCRIBE_VPN_CONNECTIONS, 200, texts[i], &r), 0);
                assert_int_equal(r.n_vpn_connections, 0);
        }
}

static void small_replies(void **state) {
        _cleanup_aws_result_ struct aws_result yes = AWS_RESULT_NULL, no = AWS_RESULT_NULL, bare = AWS_RESULT_NULL,
                                               who = AWS_RESULT_NULL;
        (void)state;
        assert_int_equal(read_text(AWS_CREATE_TAGS, 200,
                                   "<CreateTagsResponse><requestId>r</requestId><return>true</return>"
                                   "</CreateTagsResponse>",
                                   &yes),
                         0);
        assert_true(yes.accepted);
        assert_int_equal(read_text(AWS_REPLACE_VPN_TUNNEL, 200,
                                   "<ReplaceVpnTunnelResponse><return>false</return></ReplaceVpnTunnelResponse>", &no),
                         0);
        assert_false(no.accepted);
        assert_int_equal(read_text(AWS_DELETE_VPN_CONNECTION, 200, "<DeleteVpnConnectionResponse/>", &bare), 0);
        assert_true(bare.accepted);
        assert_int_equal(read_text(AWS_GET_CALLER_IDENTITY, 200,
                                   "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                                   "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/x</Arn>"
                                   "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
                                   "<ResponseMetadata><RequestId>req-6</RequestId></ResponseMetadata>"
                                   "</GetCallerIdentityResponse>",
                                   &who),
                         0);
        assert_string_equal(who.identity.account, "123456789012");
        assert_string_equal(who.identity.arn, "arn:aws:iam::123456789012:user/x");
        assert_string_equal(who.identity.user_id, "AIDA");
        assert_string_equal(who.request_id, "req-6");
}

static void maintenance(void **state) {
        static const struct {
                const char *word;
                bool pending;
        } words[] = {{"Available", true}, {"None", false},  {"none", false},
                     {"", false},         {"false", false}, {"yes", true}};
        char text[768];
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                snprintf(text, sizeof(text),
                         "<GetVpnTunnelReplacementStatusResponse><vpnConnectionId>vpn-0a</vpnConnectionId>"
                         "<vpnTunnelOutsideIpAddress>198.51.100.10</vpnTunnelOutsideIpAddress><maintenanceDetails>"
                         "<pendingMaintenance>%s</pendingMaintenance><maintenanceAutoAppliedAfter>2026-01-02T03:04:05Z"
                         "</maintenanceAutoAppliedAfter><lastMaintenanceApplied/></maintenanceDetails>"
                         "</GetVpnTunnelReplacementStatusResponse>",
                         words[i].word);
                assert_int_equal(read_text(AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS, 200, text, &r), 0);
                assert_int_equal(r.maintenance.pending, words[i].pending);
                assert_string_equal(r.maintenance.pending_text, words[i].word);
                assert_string_equal(r.maintenance.vpn_connection_id, "vpn-0a");
                ip_is(r.maintenance.outside, "198.51.100.10");
                assert_int_equal(r.maintenance.auto_applied_after_ms, 1767323045000);
                assert_int_equal(r.maintenance.last_applied_ms, 0);
        }
}

static uint64_t hash_of(const char *text) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        assert_int_equal(read_text(AWS_DESCRIBE_VPN_GATEWAYS, 200, text, &r), 0);
        return r.content_hash;
}

/* Equal content under another request id has the same hash; anything that we read changes it. */
static void content_hash(void **state) {
#define GATEWAY(_id, _state, _request)                                                                                 \
        "<DescribeVpnGatewaysResponse><vpnGatewaySet><item><vpnGatewayId>" _id "</vpnGatewayId><state>" _state         \
        "</state></item></vpnGatewaySet><requestId>" _request "</requestId></DescribeVpnGatewaysResponse>"
        uint64_t hash = hash_of(GATEWAY("vgw-0a", "available", "one"));
        (void)state;
        assert_true(hash == hash_of(GATEWAY("vgw-0a", "available", "two")));
        assert_true(hash != hash_of(GATEWAY("vgw-0a", "pending", "one")));
        assert_true(hash != hash_of(GATEWAY("vgw-0b", "available", "one")));
}

/* However the bytes arrive, the facts are the same. */
static void chunks(void **state) {
        (void)state;
        for (size_t i = 0; i < n_reply_samples; i++) {
                const struct reply_sample *s = &reply_samples[i];
                _cleanup_buf_ struct buf text = BUF_NULL;
                uint64_t first = 0;
                sample_load(directory, s->file, &text);
                for (size_t chunk = 1; chunk <= 64; chunk *= 4) {
                        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                        assert_int_equal(sample_read(s->action, s->http, text.data, text.len, chunk, &r), s->result);
                        if (chunk == 1)
                                first = r.content_hash;
                        assert_true(r.content_hash == first);
                }
        }
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(connections), cmocka_unit_test(one_connection), cmocka_unit_test(route_tables),
                cmocka_unit_test(vpcs),        cmocka_unit_test(vpn_gateways),   cmocka_unit_test(customer_gateways),
                cmocka_unit_test(state_words), cmocka_unit_test(empty_sets),     cmocka_unit_test(small_replies),
                cmocka_unit_test(maintenance), cmocka_unit_test(content_hash),   cmocka_unit_test(chunks),
        };
        directory = argc > 1 ? argv[1] : "replies";
        return cmocka_run_group_tests(tests, NULL, NULL);
}
