/* SPDX-License-Identifier: Apache-2.0 */
/* Replies about resources: what is there and what is absent. */
#include "azure-test.h"
#include "bodies.h"

#include "azure/arm-reply.h"

static struct arena *arena;

static int set_up(void **state) {
        (void)state;
        arena = arena_new();
        return arena ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

static struct azure_reply reply_of(const char *body) {
        const char *text = json_of(arena, body);
        return (struct azure_reply){text, strlen(text), arena, ""};
}

static void a_vnet_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(VNET_BODY);
        struct az_vnet v;
        assert_int_equal(azure_parse_vnet(&reply, &v), 0);
        assert_string_equal(v.common.id, VNET);
        assert_string_equal(v.common.name, "hub");
        assert_string_equal(v.common.location, "japaneast");
        assert_int_equal(v.common.provisioning, AZ_SUCCEEDED);
        assert_int_equal(v.common.n_tags, 2);
        assert_string_equal(tag_find(v.common.tags, v.common.n_tags, "env"), "prod");
        assert_string_equal(tag_find(v.common.tags, v.common.n_tags, "none"), "");
        assert_int_equal(v.n_prefixes, 2); /* IPv6 is left out */
        assert_int_equal(v.prefixes[1].addr, ip("10.8.0.0").addr);
        assert_true(v.has_gateway_subnet);
        assert_string_equal(v.gateway_subnet_id, SUBNET);
        assert_int_equal(v.gateway_subnet.addr, ip("10.0.255.0").addr);
        assert_int_equal(v.gateway_subnet.bits, 27);
        assert_int_equal(v.n_peerings, 1);
        assert_string_equal(v.peerings[0].common.name, "to-spoke");
        assert_int_equal(v.peerings[0].sync, AZ_SYNC_REMOTE_NOT);
}

static void a_bare_vnet_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of("{'id':'" VNET "','tags':null,'properties':{'subnets':["
                                            "{'name':'GatewaySubnet','id':'s','properties':{'addressPrefix':"
                                            "'10.0.255.0/27'}}],'virtualNetworkPeerings':null}}");
        struct az_vnet v;
        assert_int_equal(azure_parse_vnet(&reply, &v), 0);
        assert_string_equal(v.common.name, "");
        assert_int_equal(v.common.provisioning, AZ_SUCCEEDED);
        assert_int_equal(v.n_prefixes + v.n_peerings + v.common.n_tags, 0);
        assert_int_equal(v.gateway_subnet.bits, 27);
        reply = reply_of("{'id':'" VNET "','properties':{}}");
        assert_int_equal(azure_parse_vnet(&reply, &v), 0);
        assert_false(v.has_gateway_subnet);
        assert_string_equal(v.gateway_subnet_id, "");
}

static void a_peering_is_read(void **state) {
        static const struct {
                const char *word;
                enum az_peering_sync sync;
        } syncs[] = {
                {"FullyInSync", AZ_SYNC_FULLY},
                {"RemoteNotInSync", AZ_SYNC_REMOTE_NOT},
                {"LocalNotInSync", AZ_SYNC_LOCAL_NOT},
                {"LocalAndRemoteNotInSync", AZ_SYNC_NEITHER},
                {"New", AZ_SYNC_UNKNOWN},
        };
        static const struct {
                const char *word;
                enum az_peering_state state;
        } states[] = {
                {"Initiated", AZ_PEERING_INITIATED},
                {"Connected", AZ_PEERING_CONNECTED},
                {"Disconnected", AZ_PEERING_DISCONNECTED},
                {"New", AZ_PEERING_OTHER},
        };
        (void)state;
        struct azure_reply reply = reply_of(PEERING_BODY);
        struct az_peering p;
        assert_int_equal(azure_parse_peering(&reply, &p), 0);
        assert_string_equal(p.remote_vnet_id, NET "/virtualNetworks/spoke");
        assert_true(p.allow_vnet_access && p.allow_forwarded_traffic && p.allow_gateway_transit);
        assert_false(p.use_remote_gateways || p.do_not_verify_remote_gateways);
        assert_true(p.has_peer_complete_vnets && p.peer_complete_vnets);
        assert_int_equal(p.n_remote_held, 1);
        assert_int_equal(p.n_remote_present, 2);
        assert_int_equal(p.remote_present[1].addr, ip("10.2.0.0").addr);
        assert_string_equal(p.unknown_member, "");
        for (size_t i = 0; i < ELEMENTSOF(syncs); i++) {
                reply = reply_of(
                        changed(arena, PEERING_BODY, "'RemoteNotInSync'", arena_printf(arena, "'%s'", syncs[i].word)));
                assert_int_equal(azure_parse_peering(&reply, &p), 0);
                assert_int_equal(p.sync, syncs[i].sync);
        }
        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                reply = reply_of(
                        changed(arena, PEERING_BODY, "'Connected'", arena_printf(arena, "'%s'", states[i].word)));
                assert_int_equal(azure_parse_peering(&reply, &p), 0);
                assert_int_equal(p.state, states[i].state);
        }
}

static void a_public_ip_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(PIP_BODY);
        struct az_public_ip p;
        assert_int_equal(azure_parse_public_ip(&reply, &p), 0);
        assert_int_equal(p.address.addr, ip("203.0.113.1").addr);
        assert_true(p.is_standard && p.is_static);
        assert_string_equal(p.attached_to, CONFIG0);
        reply = reply_of("{'id':'" PIP0 "','sku':{'name':'Basic'},'properties':{'provisioningState':'Updating',"
                         "'publicIPAllocationMethod':'Dynamic'}}");
        assert_int_equal(azure_parse_public_ip(&reply, &p), 0);
        assert_int_equal(p.address.addr, 0);
        assert_false(p.is_standard || p.is_static);
        assert_string_equal(p.attached_to, "");
        assert_int_equal(p.common.provisioning, AZ_BUSY);
}

static void a_gateway_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(GATEWAY_BODY);
        struct az_gateway g;
        assert_int_equal(azure_parse_gateway(&reply, &g), 0);
        assert_string_equal(g.sku, "VpnGw2AZ");
        assert_true(g.is_vpn && g.is_route_based && g.active_active && g.bgp_enabled);
        assert_int_equal(g.asn, 65515);
        assert_int_equal(g.n_instances, 2);
        /* instances follow ipConfigurations; their addresses are found by id, not by position */
        assert_string_equal(g.instances[0].ip_config_id, CONFIG0);
        assert_string_equal(g.instances[0].ip_config_name, "c0");
        assert_string_equal(g.instances[0].public_ip_id, PIP0);
        assert_int_equal(g.instances[0].public_ip.addr, ip("203.0.113.1").addr);
        assert_int_equal(g.instances[0].default_bgp.addr, ip("10.0.255.4").addr);
        assert_int_equal(g.instances[0].n_custom_bgp, 1);
        assert_int_equal(g.instances[1].public_ip.addr, ip("203.0.113.2").addr);
        assert_int_equal(g.instances[1].n_custom_bgp, 2);
        assert_int_equal(g.instances[1].custom_bgp[0].addr, ip("169.254.22.6").addr);
        assert_int_equal(g.instances[1].custom_bgp[1].addr, ip("169.254.21.6").addr);
        assert_string_equal(g.gateway_subnet_id, SUBNET);
        assert_true(g.has_point_to_site && g.has_nat_rules);
        assert_false(g.migrating);
        assert_string_equal(g.unknown_member, "");
        assert_string_equal(g.raw_json, reply.body);
}

static void odd_gateways_are_read(void **state) {
        (void)state;
        struct az_gateway g;
        struct azure_reply reply = reply_of("{'id':'" GATEWAY "','properties':{'provisioningState':'Updating',"
                                            "'gatewayType':'ExpressRoute','vpnType':'PolicyBased',"
                                            "'virtualNetworkGatewayMigrationStatus':{'state':'InProgress'}}}");
        assert_int_equal(azure_parse_gateway(&reply, &g), 0);
        assert_false(g.is_vpn || g.is_route_based || g.active_active || g.bgp_enabled || g.has_point_to_site);
        assert_true(g.migrating);
        assert_int_equal(g.n_instances, 0);
        assert_string_equal(g.gateway_subnet_id, "");
        reply = reply_of("{'id':'" GATEWAY "','properties':{'virtualNetworkGatewayMigrationStatus':{'state':'None'},"
                         "'ipConfigurations':[{'id':'a'},{'id':'B'},{'id':'c'}],'bgpSettings':{'bgpPeeringAddresses':["
                         "{'ipconfigurationId':'A','customBgpIpAddresses':[],'defaultBgpIpAddresses':[]},"
                         "{'ipconfigurationId':'c','tunnelIpAddresses':['203.0.113.3']}]}}}");
        assert_int_equal(azure_parse_gateway(&reply, &g), 0);
        assert_false(g.migrating);
        assert_int_equal(g.n_instances, 2); /* the third one serves point-to-site and has no BGP */
        assert_string_equal(g.instances[1].ip_config_id, "c");
        assert_int_equal(g.instances[1].public_ip.addr, ip("203.0.113.3").addr);
}

static void a_local_gateway_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(LOCAL_BODY);
        struct az_local_gateway l;
        assert_int_equal(azure_parse_local_gateway(&reply, &l), 0);
        assert_int_equal(l.address.addr, ip("203.0.113.9").addr);
        assert_int_equal(l.asn, 64512);
        assert_int_equal(l.bgp_address.addr, ip("169.254.21.1").addr);
        assert_int_equal(l.n_prefixes, 1);
        assert_string_equal(l.fqdn, "");
        assert_int_equal(l.common.provisioning, AZ_BUSY);
        reply = reply_of("{'id':'" LOCAL "','properties':{'fqdn':'site.example','gatewayIpAddress':null}}");
        assert_int_equal(azure_parse_local_gateway(&reply, &l), 0);
        assert_string_equal(l.fqdn, "site.example");
        assert_int_equal(l.address.addr + l.asn + l.bgp_address.addr + l.n_prefixes, 0);
}

static void a_connection_is_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(CONNECTION_BODY);
        struct az_connection c;
        assert_int_equal(azure_parse_connection(&reply, &c), 0);
        assert_string_equal(c.gateway_id, GATEWAY);
        assert_string_equal(c.local_gateway_id, LOCAL);
        assert_true(c.is_ipsec && c.is_ikev2 && c.bgp_enabled && c.policy.is_set);
        assert_int_equal(c.policy.sa_lifetime_s, 3600);
        assert_int_equal(c.policy.sa_data_kb, 102400000);
        assert_string_equal(c.policy.ipsec_encryption, "GCMAES256");
        assert_string_equal(c.policy.ike_integrity, "SHA384");
        assert_string_equal(c.policy.dh_group, "ECP384");
        assert_int_equal(c.n_custom_bgp, 2);
        assert_string_equal(c.custom_bgp[1].ip_config_id, CONFIG1);
        assert_int_equal(c.custom_bgp[1].address.addr, ip("169.254.21.6").addr);
        assert_int_equal(c.status, AZ_CONNECTION_CONNECTED);
        assert_int_equal(c.ingress_bytes, INT64_C(5000000000));
        assert_non_null(strstr(c.raw_json, "\"routingWeight\":10"));
        assert_null(strstr(c.raw_json, "S3cret"));
        assert_string_equal(c.unknown_member, "");
        reply = reply_of("{'id':'" CONNECTION "','properties':{'connectionType':'Vnet2Vnet',"
                         "'connectionProtocol':'IKEv1','connectionStatus':'NotConnected',"
                         "'certificateAuthentication':{},'quantumSafe':true,'gatewayCustomBgpIpAddresses':["
                         "{'ipconfigurationId':'wrong spelling'}]}}");
        assert_int_equal(azure_parse_connection(&reply, &c), 0);
        assert_false(c.is_ipsec || c.is_ikev2 || c.bgp_enabled || c.policy.is_set);
        assert_string_equal(c.local_gateway_id, "");
        assert_int_equal(c.status, AZ_CONNECTION_NOT_CONNECTED);
        assert_string_equal(c.unknown_member, "properties.quantumSafe");
        assert_string_equal(c.custom_bgp[0].ip_config_id, "");
}

static void provisioning_states(void **state) {
        static const struct {
                const char *word;
                enum az_provisioning value;
        } rows[] = {
                {"'Succeeded'", AZ_SUCCEEDED}, {"'Updating'", AZ_BUSY},       {"'Creating'", AZ_BUSY},
                {"'Deleting'", AZ_DELETING},   {"'Failed'", AZ_FAILED},       {"'Canceled'", AZ_CANCELED},
                {"'Dreaming'", AZ_BUSY},       {"'succeeded'", AZ_SUCCEEDED}, {"null", AZ_SUCCEEDED},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct azure_reply reply = reply_of(
                        arena_printf(arena, "{'id':'" LOCAL "','properties':{'provisioningState':%s}}", rows[i].word));
                struct az_local_gateway l;
                assert_int_equal(azure_parse_local_gateway(&reply, &l), 0);
                assert_int_equal(l.common.provisioning, rows[i].value);
        }
}

static void lists_come_in_pages(void **state) {
        (void)state;
        struct azure_connection_list list = {0};
        struct azure_reply reply = reply_of("{'value':[" CONNECTION_BODY "],'nextLink':'" BASE "/x?$skiptoken=%7b'}");
        assert_int_equal(azure_parse_connections(&reply, &list), 0);
        assert_int_equal(list.n_rows, 1);
        assert_string_equal(list.next_link, BASE "/x?$skiptoken=%7b");
        reply = reply_of("{'value':[],'nextLink':'" BASE "/y'}"); /* an empty page is not the end */
        assert_int_equal(azure_parse_connections(&reply, &list), 0);
        assert_string_equal(list.next_link, BASE "/y");
        reply = reply_of("{'value':7}"); /* a bad page leaves the list as it was */
        assert_int_equal(azure_parse_connections(&reply, &list), AZ_REPLY_MALFORMED);
        assert_int_equal(list.n_rows, 1);
        reply = reply_of("{'value':[{'id':'second','properties':{}},{'id':'third','properties':{}}],'nextLink':null}");
        assert_int_equal(azure_parse_connections(&reply, &list), 0);
        assert_null(list.next_link);
        assert_int_equal(list.n_rows, 3);
        assert_null(list.rows[0].raw_json);
        assert_int_equal(list.n_pages, 3);
        assert_string_equal(list.rows[0].common.id, CONNECTION);
        assert_string_equal(list.rows[0].gateway_id, GATEWAY);
        assert_string_equal(list.rows[2].common.id, "third");
        list.n_pages = AZURE_PAGES_MAX; /* pages that never end */
        assert_int_equal(azure_parse_connections(&reply, &list), AZ_REPLY_MALFORMED);
        struct azure_local_gateway_list locals = {0};
        reply = reply_of("{'value':[" LOCAL_BODY "," LOCAL_BODY "]}");
        assert_int_equal(azure_parse_local_gateways(&reply, &locals), 0);
        assert_int_equal(locals.n_rows, 2);
        assert_int_equal(locals.rows[1].asn, 64512);
        assert_null(locals.next_link);
}

static void a_key_is_read(void **state) {
        static const struct {
                const char *body, *error;
        } bad[] = {
                {"{'value':[]}", "value: not a text"}, /* has been seen */
                {"{'value':null}", "value: missing"},    {"{'value':''}", "value: missing"},
                {"{'value':'S3cret'", "body: not JSON"}, /* and does not quote what it could not read */
                {"'S3cret'", "body: not an object"},
        };
        (void)state;
        _cleanup_secret_ struct secret key = SECRET_NULL;
        struct azure_reply reply = reply_of("{'value':'a1b2c3'}");
        reply.arena = NULL;
        assert_int_equal(azure_parse_shared_key(&reply, &key), 0);
        assert_int_equal(key.len, 6);
        assert_string_equal(key.bytes, "a1b2c3");
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                reply = reply_of(bad[i].body);
                assert_int_equal(azure_parse_shared_key(&reply, &key), AZ_REPLY_MALFORMED);
                assert_string_equal(reply.error, bad[i].error);
        }
        assert_string_equal(key.bytes, "a1b2c3");
}

#define TEST(_name) cmocka_unit_test_setup_teardown(_name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_vnet_is_read),          TEST(a_bare_vnet_is_read),  TEST(a_peering_is_read),
                TEST(a_public_ip_is_read),     TEST(a_gateway_is_read),    TEST(odd_gateways_are_read),
                TEST(a_local_gateway_is_read), TEST(a_connection_is_read), TEST(provisioning_states),
                TEST(lists_come_in_pages),     TEST(a_key_is_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
