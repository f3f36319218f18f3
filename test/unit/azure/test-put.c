/* SPDX-License-Identifier: Apache-2.0 */
/* PUTs of new resources and of keys: bodies as Azure's own tools send them. */
#include "azure-test.h"

static void assert_put(const struct http_request *r, const char *url) {
        assert_int_equal(http_request_error(r), 0);
        assert_int_equal(r->method, HTTP_PUT);
        assert_true(r->is_write);
        assert_string_equal(r->url, url);
        assert_string_equal(http_request_header(r, "Content-Type"), "application/json");
}

static const struct tag tags[] = {{"s2svpn-owner", "me"}, {"s2svpn-slot", "a\"b"}};

static void a_public_ip_is_standard_and_static(void **state) {
        (void)state;
        struct azure_public_ip_spec spec = {"japaneast", true, tags, ELEMENTSOF(tags)};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, flat = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_put_public_ip(&r, &test_call, PIP0, &spec), 0);
        assert_put(&r, BASE PIP0 "?" VERSION);
        assert_body(&r, "{'location':'japaneast','sku':{'name':'Standard','tier':'Regional'},'zones':['1','2','3'],"
                        "'tags':{'s2svpn-owner':'me','s2svpn-slot':'a\\'b'},'properties':{"
                        "'publicIPAllocationMethod':'Static','publicIPAddressVersion':'IPv4',"
                        "'idleTimeoutInMinutes':4}}");
        spec = (struct azure_public_ip_spec){.location = "westus"};
        assert_int_equal(azure_request_put_public_ip(&flat, &test_call, PIP0, &spec), 0);
        assert_body(&flat, "{'location':'westus','sku':{'name':'Standard','tier':'Regional'},'tags':{},'properties':{"
                           "'publicIPAllocationMethod':'Static','publicIPAddressVersion':'IPv4',"
                           "'idleTimeoutInMinutes':4}}");
}

static struct azure_gateway_spec gateway_spec(const struct ip4 custom[static 4]) {
        return (struct azure_gateway_spec){
                .location = "japaneast",
                .sku = "VpnGw2AZ",
                .asn = 4200000000u,
                .gateway_subnet_id = SUBNET,
                .instances = {{"c0", PIP0, custom, 2}, {"c1", PIP1, custom + 2, 2}},
        };
}

static void a_gateway_has_two_instances(void **state) {
        (void)state;
        const struct ip4 custom[] = {ip("169.254.21.2"), ip("169.254.22.2"), ip("169.254.21.6"), ip("169.254.22.6")};
        struct azure_gateway_spec spec = gateway_spec(custom);
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, small = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_put_gateway(&r, &test_call, GATEWAY, &spec), 0);
        assert_put(&r, BASE GATEWAY "?" VERSION);
        assert_body(&r,
                    "{'location':'japaneast','tags':{},'properties':{'gatewayType':'Vpn','vpnType':'RouteBased',"
                    "'vpnGatewayGeneration':'Generation2','sku':{'name':'VpnGw2AZ','tier':'VpnGw2AZ'},"
                    "'activeActive':true,'enableBgp':true,'ipConfigurations':["
                    "{'name':'c0','properties':{'privateIPAllocationMethod':'Dynamic','publicIPAddress':{'id':'" PIP0
                    "'},'subnet':{'id':'" SUBNET "'}}},"
                    "{'name':'c1','properties':{'privateIPAllocationMethod':'Dynamic','publicIPAddress':{'id':'" PIP1
                    "'},'subnet':{'id':'" SUBNET "'}}}],"
                    "'bgpSettings':{'asn':4200000000,'bgpPeeringAddresses':["
                    "{'ipconfigurationId':'" CONFIG0 "','customBgpIpAddresses':['169.254.21.2','169.254.22.2']},"
                    "{'ipconfigurationId':'" CONFIG1 "','customBgpIpAddresses':['169.254.21.6','169.254.22.6']}]}}}");
        spec.sku = "VpnGw1AZ";
        assert_int_equal(azure_request_put_gateway(&small, &test_call, GATEWAY, &spec), 0);
        assert_non_null(strstr(small.body.data, "\"vpnGatewayGeneration\":\"Generation1\""));
}

static void a_gateway_of_other_parts_is_refused(void **state) {
        (void)state;
        const struct ip4 custom[4] = {{1}, {2}, {3}, {4}};
        struct azure_gateway_spec good = gateway_spec(custom), bad[4] = {good, good, good, good};
        bad[0].gateway_subnet_id = VNET;
        bad[1].instances[1].public_ip_id = "pip1";
        bad[2].instances[0].ip_config_name = "a/b";
        for (size_t i = 0; i < 3; i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_int_equal(azure_request_put_gateway(&r, &test_call, GATEWAY, &bad[i]), -EINVAL);
        }
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_put_gateway(&r, &test_call, CONNECTION, &bad[3]), -EINVAL);
}

static void a_local_gateway_has_bgp_and_no_prefixes(void **state) {
        (void)state;
        struct azure_local_gateway_spec spec = {"japaneast", ip("203.0.113.9"), 64512, ip("169.254.21.1"), tags, 1};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, bad = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_put_local_gateway(&r, &test_call, LOCAL, &spec), 0);
        assert_put(&r, BASE LOCAL "?" VERSION);
        assert_body(&r, "{'location':'japaneast','tags':{'s2svpn-owner':'me'},'properties':{"
                        "'gatewayIpAddress':'203.0.113.9','localNetworkAddressSpace':{'addressPrefixes':[]},"
                        "'bgpSettings':{'asn':64512,'bgpPeeringAddress':'169.254.21.1','peerWeight':0}}}");
        spec.asn = 0;
        assert_int_equal(azure_request_put_local_gateway(&bad, &test_call, LOCAL, &spec), -EINVAL);
}

static struct azure_connection_spec connection_spec(const struct secret *key) {
        return (struct azure_connection_spec){
                .location = "japaneast",
                .gateway_id = GATEWAY,
                .local_gateway_id = LOCAL,
                .policy = {true, 3600, 102400000, "GCMAES256", "GCMAES256", "AES256", "SHA384", "ECP384", "ECP384"},
                .custom_bgp = {{CONFIG0, ip("169.254.21.2")}, {CONFIG1, ip("169.254.21.6")}},
                .n_custom_bgp = 2,
                .shared_key = key,
        };
}

#define CONNECTION_HEAD                                                                                                \
        "{'location':'japaneast','tags':{},'properties':{'connectionType':'IPsec','connectionProtocol':'IKEv2',"       \
        "'connectionMode':'Default','virtualNetworkGateway1':{'id':'" GATEWAY                                          \
        "'},'localNetworkGateway2':{'id':'" LOCAL                                                                      \
        "'},'enableBgp':true,'dpdTimeoutSeconds':45,'routingWeight':0,'usePolicyBasedTrafficSelectors':false,"         \
        "'useLocalAzureIpAddress':false,'ipsecPolicies':[{'saLifeTimeSeconds':3600,'saDataSizeKilobytes':102400000,"   \
        "'ipsecEncryption':'GCMAES256','ipsecIntegrity':'GCMAES256','ikeEncryption':'AES256','ikeIntegrity':'SHA384'," \
        "'dhGroup':'ECP384','pfsGroup':'ECP384'}],'gatewayCustomBgpIpAddresses':["                                     \
        "{'ipConfigurationId':'" CONFIG0 "','customBgpIpAddress':'169.254.21.2'},"                                     \
        "{'ipConfigurationId':'" CONFIG1 "','customBgpIpAddress':'169.254.21.6'}],'trafficSelectorPolicies':[]"

static void a_connection_carries_its_key_at_create(void **state) {
        static const struct secret key = {(char *)"k1.\\_\"x", 7};
        struct azure_connection_spec spec = connection_spec(&key);
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, bare = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_request_put_connection(&r, &test_call, CONNECTION, &spec), 0);
        assert_put(&r, BASE CONNECTION "?" VERSION);
        assert_body(&r, CONNECTION_HEAD ",'sharedKey':'k1.\\\\_\\'x'}}");
        spec.shared_key = NULL;
        assert_int_equal(azure_request_put_connection(&bare, &test_call, CONNECTION, &spec), 0);
        assert_body(&bare, CONNECTION_HEAD "}}");
}

/* The gateway says ipconfigurationId, the connection ipConfigurationId: each ignores the other's spelling. */
static void the_two_spellings_are_kept_apart(void **state) {
        (void)state;
        const struct ip4 custom[4] = {{1}, {2}, {3}, {4}};
        struct azure_gateway_spec gateway = gateway_spec(custom);
        struct azure_connection_spec connection = connection_spec(NULL);
        _cleanup_http_request_ struct http_request g = HTTP_REQUEST_NULL, c = HTTP_REQUEST_NULL;
        assert_int_equal(azure_request_put_gateway(&g, &test_call, GATEWAY, &gateway), 0);
        assert_non_null(strstr(g.body.data, "\"ipconfigurationId\""));
        assert_null(strstr(g.body.data, "\"ipConfigurationId\""));
        assert_int_equal(azure_request_put_connection(&c, &test_call, CONNECTION, &connection), 0);
        assert_non_null(strstr(c.body.data, "\"ipConfigurationId\""));
        assert_null(strstr(c.body.data, "\"ipconfigurationId\""));
        assert_null(strstr(c.body.data, "customBgpIpAddresses"));
}

static void a_half_described_connection_is_refused(void **state) {
        static const struct secret bad_keys[] = {{(char *)"a b", 3}, {(char *)"", 0}, {NULL, 0}, {(char *)"\x01", 1}};
        (void)state;
        struct azure_connection_spec good = connection_spec(NULL), bad[9];
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                bad[i] = good;
        bad[0].gateway_id = LOCAL;
        bad[1].local_gateway_id = GATEWAY;
        bad[2].policy.is_set = false;
        bad[3].policy.pfs_group = NULL;
        bad[4].n_custom_bgp = 1;
        bad[5].custom_bgp[1].address.addr = 0;
        bad[6].custom_bgp[0].ip_config_id = GATEWAY;
        bad[7].policy.sa_lifetime_s = 299;
        bad[8].policy.sa_data_kb = 1023;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                assert_int_equal(azure_request_put_connection(&r, &test_call, CONNECTION, &bad[i]), -EINVAL);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad_keys); i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL, k = HTTP_REQUEST_NULL;
                good.shared_key = &bad_keys[i];
                assert_int_equal(azure_request_put_connection(&r, &test_call, CONNECTION, &good), -EINVAL);
                assert_int_equal(azure_request_put_shared_key(&k, &test_call, CONNECTION, &bad_keys[i]), -EINVAL);
        }
}

static void a_key_is_set_on_its_own(void **state) {
        static const struct secret key = {(char *)"a1b2c3", 6};
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        (void)state;
        assert_int_equal(azure_request_put_shared_key(&r, &test_call, CONNECTION, &key), 0);
        assert_put(&r, BASE CONNECTION "/sharedkey?" VERSION);
        assert_string_equal(r.body.data, "{\"value\":\"a1b2c3\"}");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_public_ip_is_standard_and_static),
                cmocka_unit_test(a_gateway_has_two_instances),
                cmocka_unit_test(a_gateway_of_other_parts_is_refused),
                cmocka_unit_test(a_local_gateway_has_bgp_and_no_prefixes),
                cmocka_unit_test(a_connection_carries_its_key_at_create),
                cmocka_unit_test(the_two_spellings_are_kept_apart),
                cmocka_unit_test(a_half_described_connection_is_refused),
                cmocka_unit_test(a_key_is_set_on_its_own),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
