/* SPDX-License-Identifier: Apache-2.0 */
/* Read, change, write: nothing is lost, nothing read-only is sent, what is unknown is named. */
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

static struct az_gateway gateway_of(const char *body) {
        const char *text = json_of(arena, body);
        struct azure_reply reply = {text, strlen(text), arena, ""};
        struct az_gateway gateway;
        if (azure_parse_gateway(&reply, &gateway) != 0)
                fail_msg("%s", reply.error);
        return gateway;
}

#define CONFIGS                                                                                                        \
        "'ipConfigurations':["                                                                                         \
        "{'name':'c0','id':'" CONFIG0 "','properties':{'privateIPAllocationMethod':'Dynamic',"                         \
        "'publicIPAddress':{'id':'" PIP0 "'},'subnet':{'id':'" SUBNET "'}}},"                                          \
        "{'name':'c1','id':'" CONFIG1 "','properties':{'privateIPAllocationMethod':'Dynamic',"                         \
        "'publicIPAddress':{'id':'" PIP1 "'},'subnet':{'id':'" SUBNET "'}}}]"

#define GATEWAY_SENT(_tags, _asn, _custom1, _custom0)                                                                  \
        "{'id':'" GATEWAY "','location':'japaneast','tags':{'a':'1','b':''" _tags "},"                                 \
        "'identity':{'type':'UserAssigned','userAssignedIdentities':{'/subscriptions/x':{}}},"                         \
        "'properties':{'enablePrivateIpAddress':false," CONFIGS ","                                                    \
        "'natRules':[{'name':'n','id':'x','properties':{'type':'Static','mode':'EgressSnat',"                          \
        "'internalMappings':[{'addressSpace':'10.1.0.0/24'}]}}],'virtualNetworkGatewayPolicyGroups':[],"               \
        "'enableBgpRouteTranslationForNat':false,'disableIPSecReplayProtection':false,"                                \
        "'sku':{'name':'VpnGw2AZ','tier':'VpnGw2AZ'},'gatewayType':'Vpn','vpnType':'RouteBased','enableBgp':true,"     \
        "'enableHighBandwidthVpnGateway':false,'activeActive':true,'vpnClientConfiguration':{"                         \
        "'vpnClientAddressPool':{'addressPrefixes':['172.16.0.0/24']},'vpnClientProtocols':['OpenVPN'],"               \
        "'vpnClientRootCertificates':[{'name':'r','properties':{'publicCertData':'MII'}}]},"                           \
        "'bgpSettings':{'asn':" _asn ",'peerWeight':0,'bgpPeeringAddresses':["                                         \
        "{'ipconfigurationId':'" CONFIG1 "','customBgpIpAddresses':['169.254.22.6','169.254.21.6'" _custom1 "]},"      \
        "{'ipconfigurationId':'" CONFIG0 "','customBgpIpAddresses':['169.254.21.2'" _custom0 "]}]},"                   \
        "'customRoutes':{'addressPrefixes':['101.168.0.6/32']},'vpnGatewayGeneration':'Generation2',"                  \
        "'allowRemoteVnetTraffic':false,'allowVirtualWanTraffic':false}}"

static void a_gateway_keeps_what_it_has(void **state) {
        (void)state;
        struct az_gateway gateway = gateway_of(GATEWAY_BODY);
        const struct azure_gateway_change nothing = {0};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_update_gateway(&r, &test_call, &gateway, &nothing), 0);
        assert_int_equal(r.method, HTTP_PUT);
        assert_true(r.is_write);
        assert_string_equal(r.url, BASE GATEWAY "?" VERSION);
        assert_body(&r, GATEWAY_SENT("", "65515", "", ""));
}

static void addresses_go_behind_the_others(void **state) {
        (void)state;
        struct az_gateway gateway = gateway_of(GATEWAY_BODY);
        const struct ip4 first[] = {ip("169.254.21.10"), ip("169.254.21.2"), ip("169.254.22.10")};
        const struct ip4 second[] = {ip("169.254.21.14")};
        const struct tag tags[] = {{"c", "3"}};
        /* ids come back in other letters than they were sent in */
        const struct azure_gateway_change change = {
                .append = {{NET "/virtualNetworkGateways/VGW/ipConfigurations/C0", first, 3}, {CONFIG1, second, 1}},
                .n_append = 2,
                .enable_bgp = true,
                .asn = 65010,
                .tags = tags,
                .n_tags = 1,
        };
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_update_gateway(&r, &test_call, &gateway, &change), 0);
        assert_body(&r, GATEWAY_SENT(",'c':'3'", "65010", ",'169.254.21.14'", ",'169.254.21.10','169.254.22.10'"));
        assert_null(strstr(r.body.data, "\"bgpPeeringAddress\""));
}

static void missing_settings_are_made(void **state) {
        (void)state;
        struct az_gateway gateway =
                gateway_of("{" COMMON(GATEWAY, "vgw") ",'properties':{'enableBgp':false," CONFIGS "}}");
        const struct ip4 address[] = {ip("169.254.21.2")};
        const struct azure_gateway_change change = {
                .append = {{CONFIG0, address, 1}}, .n_append = 1, .enable_bgp = true, .asn = 65515};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_update_gateway(&r, &test_call, &gateway, &change), 0);
        assert_body(&r, "{'id':'" GATEWAY "','location':'japaneast','properties':{'enableBgp':true," CONFIGS
                        ",'bgpSettings':{'asn':65515,'bgpPeeringAddresses':[{'ipconfigurationId':'" CONFIG0
                        "','customBgpIpAddresses':['169.254.21.2']}]}}}");
}

static void unknown_members_of_a_gateway_hold(void **state) {
        static const struct {
                const char *from, *to, *name;
        } rows[] = {
                {"'tags'", "'quantum':1,'tags'", "quantum"},
                {"'natRules'", "'newSwitch':true,'natRules'", "properties.newSwitch"},
                {"'capacity'", "'burst':2,'capacity'", "properties.sku.burst"},
                {"'peerWeight'", "'timers':{},'peerWeight'", "properties.bgpSettings.timers"},
                {"'tunnelIpAddresses'", "'holdTime':30,'tunnelIpAddresses'",
                 "properties.bgpSettings.bgpPeeringAddresses[].holdTime"},
                {"'name':'c1'", "'name':'c1','zones':['1']", "properties.ipConfigurations[].zones"},
                {"'privateIPAddress'", "'ipv6':'x','privateIPAddress'",
                 "properties.ipConfigurations[].properties.ipv6"},
                {"'radiusServers':[]", "'radiusServers':[{'radiusServerAddress':'10.0.0.9'}]",
                 "properties.vpnClientConfiguration.radiusServers"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct az_gateway gateway = gateway_of(changed(arena, GATEWAY_BODY, rows[i].from, rows[i].to));
                const struct azure_gateway_change nothing = {0};
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_string_equal(gateway.unknown_member, rows[i].name);
                assert_int_equal(azure_request_update_gateway(&r, &test_call, &gateway, &nothing),
                                 AZURE_REQUEST_UNKNOWN_MEMBER);
                assert_null(r.url);
        }
}

static void members_inside_of_kept_objects_are_kept(void **state) {
        (void)state;
        char *body = changed(arena, GATEWAY_BODY, "'vpnClientProtocols'", "'newClientThing':[1],'vpnClientProtocols'");
        body = changed(arena, body, "'mode'", "'newRuleThing':2,'mode'");
        body = changed(arena, body, "'natRules'", "'newNothing':null,'natRules'");
        struct az_gateway gateway = gateway_of(body);
        const struct azure_gateway_change nothing = {0};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_string_equal(gateway.unknown_member, "");
        assert_int_equal(azure_request_update_gateway(&r, &test_call, &gateway, &nothing), 0);
        assert_non_null(strstr(r.body.data, "\"newClientThing\":[1]"));
        assert_non_null(strstr(r.body.data, "\"newRuleThing\":2"));
}

#define CONNECTION_SENT(_lifetime, _address)                                                                           \
        "{'id':'" CONNECTION "','location':'japaneast','tags':{},'properties':{"                                       \
        "'virtualNetworkGateway1':{'id':'" GATEWAY "'},'localNetworkGateway2':{'id':'" LOCAL "'},"                     \
        "'connectionType':'IPsec','connectionProtocol':'IKEv2','routingWeight':10,'authenticationType':'PSK',"         \
        "'enableBgp':true,'useLocalAzureIpAddress':false,'usePolicyBasedTrafficSelectors':false,"                      \
        "'ipsecPolicies':[{'saLifeTimeSeconds':" _lifetime ",'saDataSizeKilobytes':102400000,"                         \
        "'ipsecEncryption':'GCMAES256','ipsecIntegrity':'GCMAES256','ikeEncryption':'AES256',"                         \
        "'ikeIntegrity':'SHA384','dhGroup':'ECP384','pfsGroup':'ECP384'}],'trafficSelectorPolicies':[],"               \
        "'expressRouteGatewayBypass':false,'dpdTimeoutSeconds':0,'connectionMode':'Default',"                          \
        "'gatewayCustomBgpIpAddresses':[{'ipConfigurationId':'" CONFIG0 "','customBgpIpAddress':'" _address "'},"      \
        "{'ipConfigurationId':'" CONFIG1 "','customBgpIpAddress':'169.254.21.6'}]}}"

static void a_connection_keeps_what_it_has(void **state) {
        (void)state;
        const char *text = json_of(arena, CONNECTION_BODY);
        struct azure_reply reply = {text, strlen(text), arena, ""};
        struct az_connection connection;
        assert_int_equal(azure_parse_connection(&reply, &connection), 0);
        const char *raw = connection.raw_json;
        struct azure_connection_change change = {0};
        _cleanup_http_request_ struct http_request same = HTTP_REQUEST_NULL, other = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_update_connection(&same, &test_call, CONNECTION, raw, &change), 0);
        assert_body(&same, CONNECTION_SENT("3600", "169.254.21.2"));
        change = (struct azure_connection_change){
                .policy = {true, 1800, 102400000, "GCMAES256", "GCMAES256", "AES256", "SHA384", "ECP384", "ECP384"},
                .custom_bgp = {{CONFIG0, ip("169.254.22.2")}, {CONFIG1, ip("169.254.21.6")}},
                .n_custom_bgp = 2,
                .enable_bgp = true,
        };
        assert_int_equal(azure_request_update_connection(&other, &test_call, CONNECTION, raw, &change), 0);
        assert_body(&other, CONNECTION_SENT("1800", "169.254.22.2"));
        _cleanup_http_request_ struct http_request moved = HTTP_REQUEST_NULL;
        change = (struct azure_connection_change){.local_gateway_id = LOCAL "-other"};
        assert_int_equal(azure_request_update_connection(&moved, &test_call, CONNECTION, raw, &change), 0);
        assert_non_null(strstr(buf_str(&moved.body), "\"localNetworkGateway2\":{\"id\":\"" LOCAL "-other\"}"));
}

static void unusable_connections_are_refused(void **state) {
        (void)state;
        const struct azure_connection_change nothing = {0};
        const char *bad[] = {"", "null", "[]", "{}", "{\"properties\":7}", "{\"properties\":{"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_int_equal(azure_request_update_connection(&r, &test_call, CONNECTION, bad[i], &nothing),
                                 -EINVAL);
        }
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        const char *raw =
                json_of(arena, changed(arena, CONNECTION_BODY, "'routingWeight'", "'ikeFragments':1,'routingWeight'"));
        assert_int_equal(azure_request_update_connection(&r, &test_call, CONNECTION, raw, &nothing),
                         AZURE_REQUEST_UNKNOWN_MEMBER);
        raw = json_of(arena, CONNECTION_BODY);
        assert_int_equal(azure_request_update_connection(&r, &test_call, CONNECTION, raw, &nothing), 0);
        assert_null(strstr(r.body.data, "S3cret"));
}

static struct az_peering peering_of(const char *body) {
        const char *text = json_of(arena, body);
        struct azure_reply reply = {text, strlen(text), arena, ""};
        struct az_peering peering;
        if (azure_parse_peering(&reply, &peering) != 0)
                fail_msg("%s", reply.error);
        return peering;
}

static void a_sync_sends_the_flags_back(void **state) {
        (void)state;
        struct az_peering peering = peering_of(PEERING_BODY);
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, old = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_sync_peering(&r, &test_call, &peering), 0);
        assert_string_equal(r.url, BASE PEERING "?syncRemoteAddressSpace=true&" VERSION);
        assert_int_equal(r.method, HTTP_PUT);
        assert_body(&r,
                    "{'name':'to-spoke','properties':{'remoteVirtualNetwork':{'id':'" NET "/virtualNetworks/spoke'},"
                    "'allowVirtualNetworkAccess':true,'allowForwardedTraffic':true,'allowGatewayTransit':true,"
                    "'useRemoteGateways':false,'doNotVerifyRemoteGateways':false,'peerCompleteVnets':true}}");
        peering = peering_of(changed(arena, PEERING_BODY, ",'peerCompleteVnets':true", ""));
        assert_int_equal(azure_request_sync_peering(&old, &test_call, &peering), 0);
        assert_null(strstr(old.body.data, "peerCompleteVnets"));
}

static void what_a_sync_would_lose_holds(void **state) {
        static const struct {
                const char *extra, *name;
        } rows[] = {
                {"'localSubnetNames':['a'],", "properties.localSubnetNames"},
                {"'enableOnlyIPv6Peering':true,", "properties.enableOnlyIPv6Peering"},
                {"'newFlag':false,", "properties.newFlag"},
                {"'localSubnetNames':[],'remoteSubnetNames':[],'enableOnlyIPv6Peering':false,", ""},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char *to = arena_printf(arena, "%s'resourceGuid'", rows[i].extra);
                struct az_peering peering = peering_of(changed(arena, PEERING_BODY, "'resourceGuid'", to));
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_string_equal(peering.unknown_member, rows[i].name);
                assert_int_equal(azure_request_sync_peering(&r, &test_call, &peering),
                                 *rows[i].name ? AZURE_REQUEST_UNKNOWN_MEMBER : 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_gateway_keeps_what_it_has, set_up, tear_down),
                cmocka_unit_test_setup_teardown(addresses_go_behind_the_others, set_up, tear_down),
                cmocka_unit_test_setup_teardown(missing_settings_are_made, set_up, tear_down),
                cmocka_unit_test_setup_teardown(unknown_members_of_a_gateway_hold, set_up, tear_down),
                cmocka_unit_test_setup_teardown(members_inside_of_kept_objects_are_kept, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_connection_keeps_what_it_has, set_up, tear_down),
                cmocka_unit_test_setup_teardown(unusable_connections_are_refused, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_sync_sends_the_flags_back, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_a_sync_would_lose_holds, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
