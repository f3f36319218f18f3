/* SPDX-License-Identifier: Apache-2.0 */
/* What Azure refuses: each documented rule, each wrong field. */
#include "test-azure-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/json.h"

#define CX1 NETWORK "/connections/cx1"
#define LNG1 NETWORK "/localNetworkGateways/lng1"
#define GOOD0 "[\"169.254.21.2\",\"169.254.22.2\"]"
#define GOOD1 "[\"169.254.21.6\",\"169.254.22.6\"]"

/* @body with @find replaced by @with; freed by free() */
static char *changed(const char *body, const char *find, const char *with) {
        const char *at = strstr(body, find);
        char *out = NULL;
        assert_non_null(at);
        assert_true(asprintf(&out, "%.*s%s%s", (int)(at - body), body, with, at + strlen(find)) > 0);
        return out;
}

struct wrong {
        const char *find, *with;
        int status;
        const char *code;
};

static void check_wrong(struct world *w, const char *path, const char *good, const struct wrong *rows, size_t n) {
        for (size_t i = 0; i < n; i++) {
                char *body = changed(good, rows[i].find, rows[i].with);
                expect_error(w, HTTP_PUT, path, body, rows[i].status, rows[i].code);
                free(body);
        }
}

static const struct wrong wrong_gateways[] = {
        {"\"location\":\"japaneast\",", "", 400, "LocationRequired"},
        {"\"gatewayType\":\"Vpn\"", "\"gatewayType\":\"Vnp\"", 400, "InvalidRequestFormat"},
        {"\"vpnType\"", "\"vpnTyp\"", 400, "InvalidRequestFormat"},
        {"\"ipconfigurationId\"", "\"ipConfigurationId\"", 400, "InvalidRequestFormat"},
        {"\"name\":\"VpnGw2AZ\"", "\"name\":\"VpnGw9AZ\"", 400, "InvalidGatewaySkuSpecifiedForGatewayDeploymentType"},
        {"\"name\":\"VpnGw2AZ\"", "\"name\":\"VpnGw2\"", 400, "NonAzSkusNotAllowedForVPNGateway"},
        {"\"name\":\"VpnGw2AZ\"", "\"name\":\"VpnGw1AZ\"", 400, "VpnGatewayGenerationSkuMismatch"},
        {"\"Generation2\",\"sku\":{\"name\":\"VpnGw2AZ\"", "\"Generation1\",\"sku\":{\"name\":\"Basic\"", 400,
         "BgpNotSupportedOnBasicSku"},
        {"\"activeActive\":true", "\"activeActive\":false", 400, "VirtualNetworkGatewayIpConfigurationCountInvalid"},
        {"/subnets/GatewaySubnet", "/subnets/other", 400, "InvalidSubnetForVirtualNetworkGateway"},
        {"vnet-hub/subnets", "vnet-spoke/subnets", 400, "InvalidResourceReference"},
        {"publicIPAddresses/pip0", "publicIPAddresses/none", 400, "InvalidResourceReference"},
        {"publicIPAddresses/pip0", "publicIPAddresses/basic", 400, "VmssVpnGatewayPublicIpsMustBeStandardStatic"},
        {"\"asn\":65515", "\"asn\":8075", 400, "VirtualNetworkGatewayInvalidAsn"},
        {"\"asn\":65515", "\"asn\":65516,\"bgpPeeringAddres\":\"\"", 400, "InvalidRequestFormat"},
        {"\"asn\":65515", "\"asn\":65535", 400, "VirtualNetworkGatewayInvalidAsn"},
        {"\"asn\":65515", "\"asn\":65517", 400, "VirtualNetworkGatewayInvalidAsn"},
        {"\"169.254.21.2\"", "\"169.254.20.2\"", 400, "InvalidCustomBgpIpAddress"},
        {"\"169.254.22.6\"", "\"169.254.23.0\"", 400, "InvalidCustomBgpIpAddress"},
        {"\"169.254.21.6\"", "\"169.254.21.2\"", 400, "DuplicateCustomBgpIpAddress"},
        {"\"169.254.21.2\"", "\"here\"", 400, "InvalidIPAddressFormat"},
        {"/ipConfigurations/c1\"", "/ipConfigurations/c7\"", 400, "InvalidResourceReference"},
};

static void test_gateway(void **state) {
        struct world *w = *state;
        make_public_ips(w);
        json_decref(expect(w, HTTP_PUT, NETWORK "/publicIPAddresses/basic",
                           "{\"location\":\"japaneast\",\"sku\":{\"name\":\"Basic\"},"
                           "\"properties\":{\"publicIPAllocationMethod\":\"Static\"}}",
                           201));
        world_settle(w);
        char *good = gateway_body(GOOD0, GOOD1);
        check_wrong(w, GATEWAY, good, wrong_gateways, ELEMENTSOF(wrong_gateways));
        char *body = gateway_body("[\"169.254.21.0\"]", "[\"169.254.22.255\"]"); /* the ends of the range */
        json_decref(expect(w, HTTP_PUT, GATEWAY, body, 201));
        free(body);
        free(good);
}

static void test_gateway_needs_provisioned_ip(void **state) {
        struct world *w = *state;
        make_public_ips(w);
        static const char pip[] = "{\"location\":\"japaneast\",\"sku\":{\"name\":\"Standard\"},"
                                  "\"properties\":{\"publicIPAllocationMethod\":\"Static\"}}";
        json_decref(expect(w, HTTP_PUT, NETWORK "/publicIPAddresses/pip0", pip, 200));
        char *body = gateway_body("[]", "[]");
        _cleanup_answer_ struct answer a = ask(w, HTTP_PUT, GATEWAY, body);
        assert_int_equal(a.status, 429);
        assert_string_equal(answer_code(&a), "RetryableError");
        assert_string_equal(json_string_value(json_at(json_array_get(json_at(a.body, "error.details"), 0), "code")),
                            "ReferencedResourceNotProvisioned");
        free(body);
}

static void test_gateway_updates(void **state) {
        struct world *w = *state;
        static const struct wrong rows[] = {
                {"\"asn\":65515", "\"asn\":65515,\"bgpPeeringAddress\":\"10.1.255.4,10.1.255.9\"", 400,
                 "VirtualNetworkGatewayBgpPeeringAddressCannotBeModified"},
                {"\"location\":\"japaneast\"", "\"location\":\"westus\"", 409, "InvalidResourceLocation"},
                {"\"169.254.21.2\",", "", 400, "CustomBgpIpAddressInUse"},
                {"\"169.254.21.6\",", "", 400, "CustomBgpIpAddressInUse"}, /* as a filler */
                {"\"asn\":65515", "\"asn\":64512", 400, "VirtualNetworkGatewayAsnConflict"},
        };
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        char *good = gateway_body(GOOD0, GOOD1);
        check_wrong(w, GATEWAY, good, rows, ELEMENTSOF(rows));
        /* exactly what was read may be sent back; an address that nobody names may go */
        char *same = changed(good, "\"asn\":65515", "\"asn\":65515,\"bgpPeeringAddress\":\"10.1.255.4,10.1.255.5\"");
        json_decref(expect(w, HTTP_PUT, GATEWAY, same, 200));
        world_settle(w);
        char *fewer = changed(good, ",\"169.254.22.2\"", "");
        json_decref(expect(w, HTTP_PUT, GATEWAY, fewer, 200));
        free(good);
        free(same);
        free(fewer);
}

static const struct wrong wrong_connections[] = {
        {"\"location\":\"japaneast\",", "", 400, "LocationRequired"},
        {"\"connectionType\":\"IPsec\"", "\"connectionType\":\"IPSEK\"", 400, "InvalidRequestFormat"},
        {"\"enableBgp\"", "\"enableBGP\"", 400, "InvalidRequestFormat"},
        {"\"IKEv2\"", "\"IKEv3\"", 400, "InvalidRequestFormat"},
        {"virtualNetworkGateways/vgw\"", "virtualNetworkGateways/none\"", 400, "InvalidResourceReference"},
        {"localNetworkGateways/lng1", "localNetworkGateways/none", 400, "InvalidResourceReference"},
        {"\"ipConfigurationId\"", "\"ipconfigurationId\"", 400, "InvalidRequestFormat"},
        {"\"customBgpIpAddress\"", "\"customBgpIpAddresses\"", 400, "InvalidRequestFormat"},
        {"\"customBgpIpAddress\":\"169.254.21.2\"", "\"customBgpIpAddress\":\"169.254.21.10\"", 400,
         "GatewayCustomBgpIpAddressNotFound"},
        {"\"customBgpIpAddress\":\"169.254.21.2\"", "\"customBgpIpAddress\":\"169.254.21.6\"", 400,
         "GatewayCustomBgpIpAddressNotFound"},
        {",{\"ipConfigurationId\":\"" CONFIG1 "\",\"customBgpIpAddress\":\"169.254.21.6\"}", "", 400,
         "GatewayCustomBgpIpAddressesIncomplete"},
        {"\"enableBgp\":true", "\"enableBgp\":false", 400, "GatewayCustomBgpIpAddressesNotSupported"},
        {"Abcdefgh1234", "with space", 400, "InvalidSharedKey"},
        {"Abcdefgh1234", "with-hyphen", 400, "InvalidSharedKey"},
        {"Abcdefgh1234", "with~tilde", 400, "InvalidSharedKey"},
        {"\"enableBgp\"", "\"dpdTimeoutSeconds\":8,\"enableBgp\"", 400, "InvalidDpdTimeout"},
#define POLICY(seconds, kb, encryption, integrity, more)                                                               \
        "\"ipsecPolicies\":[{\"saLifeTimeSeconds\":" seconds ",\"saDataSizeKilobytes\":" kb                            \
        ",\"ipsecEncryption\":\"" encryption "\",\"ipsecIntegrity\":\"" integrity                                      \
        "\",\"ikeEncryption\":\"AES256\",\"ikeIntegrity\":\"SHA384\",\"dhGroup\":\"ECP384\"" more "}],\"enableBgp\""
#define PFS ",\"pfsGroup\":\"ECP384\""
        {"\"enableBgp\"", POLICY("3600", "102400000", "GCMAES256", "SHA256", PFS), 400,
         "IpsecEncryptionIntegrityMismatch"},
        {"\"enableBgp\"", POLICY("3600", "102400000", "AES256", "GCMAES256", PFS), 400,
         "IpsecEncryptionIntegrityMismatch"},
        {"\"enableBgp\"", POLICY("299", "102400000", "GCMAES256", "GCMAES256", PFS), 400, "InvalidIpsecPolicyLifetime"},
        {"\"enableBgp\"", POLICY("3600", "1023", "GCMAES256", "GCMAES256", PFS), 400, "InvalidIpsecPolicyLifetime"},
        {"\"enableBgp\"", POLICY("3600", "102400000", "GCMAES256", "GCMAES256", ""), 400, "InvalidRequestFormat"},
        {"\"enableBgp\"", POLICY("3600", "102400000", "AES512", "GCMAES256", PFS), 400, "InvalidRequestFormat"},
};

static void test_connection(void **state) {
        struct world *w = *state;
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        char *good = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        check_wrong(w, CX1, good, wrong_connections, ELEMENTSOF(wrong_connections));
        char *body = changed(good, "\"enableBgp\"", POLICY("3600", "102400000", "GCMAES256", "GCMAES256", PFS));
        json_decref(expect(w, HTTP_PUT, CX1, body, 201));
        world_settle(w);
        char *other = changed(good, "IKEv2", "IKEv1");
        expect_error(w, HTTP_PUT, CX1, other, 400, "ConnectionProtocolCannotBeModified");
        free(body);
        free(good);
        free(other);
}

/* A PUT does not change the key of an existing connection. */
static void test_put_keeps_key(void **state) {
        struct world *w = *state;
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        char *body = connection_body("lng1", "169.254.21.2", "169.254.21.6", "OtherKey1234");
        json_decref(expect(w, HTTP_PUT, CX1, body, 200));
        world_settle(w);
        json_t *key = expect(w, HTTP_GET, CX1 "/sharedkey", NULL, 200);
        assert_string_equal(json_string_value(json_at(key, "value")), "Abcdefgh1234");
        json_decref(key);
        expect_error(w, HTTP_PUT, CX1 "/sharedkey", "{\"value\":\"a b\"}", 400, "InvalidSharedKey");
        expect_error(w, HTTP_PUT, CX1 "/sharedkey", "{\"key\":\"abc\"}", 400, "InvalidRequestFormat");
        free(body);
}

/* Who may see what: the key in old versions only, the status by name only */
static void test_views(void **state) {
        struct world *w = *state;
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        json_t *now = expect(w, HTTP_GET, CX1, NULL, 200);
        assert_null(json_at(now, "properties.sharedKey"));
        assert_int_equal(json_integer_value(json_at(now, "properties.dpdTimeoutSeconds")), 0);
        assert_string_equal(json_string_value(json_at(now, "properties.connectionStatus")), "Connecting");
        assert_non_null(json_at(now, "properties.tunnelProperties"));
        json_decref(now);
        json_t *list = expect(w, HTTP_GET, GATEWAY "/connections", NULL, 200);
        assert_int_equal(json_array_size(json_at(list, "value")), 1);
        assert_null(json_at(json_array_get(json_at(list, "value"), 0), "properties.connectionStatus"));
        json_decref(list);
        list = expect(w, HTTP_GET, NETWORK "/connections", NULL, 200);
        assert_null(json_at(json_array_get(json_at(list, "value"), 0), "properties.connectionStatus"));
        json_decref(list);
        w->version = "api-version=2022-01-01";
        now = expect(w, HTTP_GET, CX1, NULL, 200);
        assert_string_equal(json_string_value(json_at(now, "properties.sharedKey")), "Abcdefgh1234");
        assert_null(json_at(now, "properties.tunnelProperties"));
        json_decref(now);
}

static const struct wrong wrong_local_gateways[] = {
        {"\"location\":\"japaneast\",", "", 400, "LocationRequired"},
        {"\"gatewayIpAddress\":\"52.1.1.1\"", "\"gatewayIpAddress\":\"52.1.1\"", 400, "InvalidIPAddressFormat"},
        {"\"gatewayIpAddress\":\"52.1.1.1\"", "\"gatewayIpAddress\":\"52.1.1.1\",\"fqdn\":\"a.example\"", 400,
         "LocalNetworkGatewayAddressOrFqdnRequired"},
        {"\"asn\":64512", "\"asn\":65515", 400, "LocalNetworkGatewayInvalidAsn"},
        {"\"asn\":64512", "\"asn\":64500", 400, "LocalNetworkGatewayInvalidAsn"},
        {"\"asn\":64512", "\"asn\":23456", 400, "LocalNetworkGatewayInvalidAsn"},
        {"\"169.254.21.1\"", "\"52.1.1.1\"", 400, "LocalNetworkGatewayBgpPeeringAddressInvalid"},
        {",\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"169.254.21.1\"}", "", 400,
         "LocalNetworkGatewayAddressSpaceRequired"},
};

static void test_local_gateway(void **state) {
        struct world *w = *state;
        static const char good[] = "{\"location\":\"japaneast\",\"properties\":{\"gatewayIpAddress\":\"52.1.1.1\","
                                   "\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"169.254.21.1\"}}}";
        check_wrong(w, LNG1, good, wrong_local_gateways, ELEMENTSOF(wrong_local_gateways));
        json_t *now = expect(w, HTTP_PUT, LNG1, good, 201);
        assert_int_equal(json_integer_value(json_at(now, "properties.bgpSettings.peerWeight")), 0);
        json_decref(now);
        /* a connection has to wait for it */
        make_gateway(w);
        json_decref(expect(w, HTTP_PUT, LNG1, good, 200));
        char *other = changed(good, "52.1.1.1", "52.1.1.2");
        json_decref(expect(w, HTTP_PUT, LNG1, other, 200));
        char *body = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        expect_error(w, HTTP_PUT, CX1, body, 429, "RetryableError");
        expect_error(w, HTTP_PUT, LNG1, good, 429, "RetryableErrorDueToAnotherOperation");
        free(body);
        free(other);
}

static void test_public_ip(void **state) {
        struct world *w = *state;
        static const char good[] = "{\"location\":\"japaneast\",\"sku\":{\"name\":\"Standard\"},"
                                   "\"properties\":{\"publicIPAllocationMethod\":\"Static\"}}";
        static const struct wrong rows[] = {
                {"\"location\":\"japaneast\",", "", 400, "LocationRequired"},
                {"\"Static\"", "\"Dynamic\"", 400, "StandardSkuPublicIPAddressesMustUseStaticAllocation"},
                {"\"Standard\"", "\"Gold\"", 400, "InvalidRequestFormat"},
                {"publicIPAllocationMethod", "publicIpAllocationMethod", 400, "InvalidRequestFormat"},
        };
        check_wrong(w, NETWORK "/publicIPAddresses/pip", good, rows, ELEMENTSOF(rows));
}

/* One write at a time on a gateway and what hangs on it. */
static void test_one_writer(void **state) {
        struct world *w = *state;
        static const char lng[] = "{\"location\":\"japaneast\",\"properties\":{\"gatewayIpAddress\":\"52.1.1.9\","
                                  "\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"169.254.21.1\"}}}";
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_local_gateway(w, "lng2", "52.1.1.2", "169.254.22.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        char *gateway = gateway_body(GOOD0, GOOD1);
        char *first = connection_body("lng1", "169.254.21.2", "169.254.21.6", "Abcdefgh1234");
        char *second = connection_body("lng2", "169.254.22.2", "169.254.22.6", "Abcdefgh1234");
        const struct {
                enum http_method method;
                const char *path, *body;
        } writes[] = {
                {HTTP_PUT, CX1, first},
                {HTTP_PUT, CX1 "/sharedkey", "{\"value\":\"NewKey12345\"}"},
                {HTTP_POST, CX1 "/resetconnection", NULL},
                {HTTP_POST, GATEWAY "/reset", NULL},
                {HTTP_PUT, GATEWAY, gateway},
                {HTTP_PUT, LNG1, lng},
        };
        for (size_t i = 0; i < ELEMENTSOF(writes); i++) {
                _cleanup_answer_ struct answer a = ask(w, writes[i].method, writes[i].path, writes[i].body);
                assert_in_range(a.status, 200, 202);
                for (size_t k = 0; k < ELEMENTSOF(writes); k++) {
                        _cleanup_answer_ struct answer b = ask(w, writes[k].method, writes[k].path, writes[k].body);
                        /* a connection whose gateway or LNG is not ready hears of that first */
                        assert_true(b.status == 409 || b.status == 429);
                        if (b.status == 429)
                                continue;
                        assert_string_equal(answer_code(&b), "AnotherOperationInProgress");
                        assert_non_null(
                                strstr(answer_text(&b, "error.message"), "use uri: https://management.azure.com/"));
                        assert_non_null(strstr(answer_text(&b, "error.message"), answer_header(&a, "x-ms-request-id")));
                }
                if (i == 0) /* another connection of the same gateway */
                        expect_error(w, HTTP_PUT, NETWORK "/connections/cx2", second, 409,
                                     "AnotherOperationInProgress");
                /* queries and reads go on */
                json_decref(expect(w, HTTP_POST, GATEWAY "/getBgpPeerStatus", NULL, 202));
                json_decref(expect(w, HTTP_GET, CX1, NULL, 200));
                world_settle(w);
        }
        free(gateway);
        free(first);
        free(second);
}

static void test_in_use(void **state) {
        struct world *w = *state;
        make_gateway(w);
        make_local_gateway(w, "lng1", "52.1.1.1", "169.254.21.1");
        make_connection(w, "cx1", "lng1", "169.254.21.2", "169.254.21.6");
        expect_error(w, HTTP_DELETE, LNG1, NULL, 400, "LocalNetworkGatewayInUse");
        expect_error(w, HTTP_DELETE, GATEWAY, NULL, 400, "VirtualNetworkGatewayCannotBeDeleted");
        expect_error(w, HTTP_DELETE, NETWORK "/publicIPAddresses/pip0", NULL, 400, "PublicIPAddressCannotBeDeleted");
        expect_error(w, HTTP_DELETE, HUB, NULL, 400, "InUseSubnetCannotBeDeleted");
        expect_error(w, HTTP_DELETE, HUB "/subnets/GatewaySubnet", NULL, 400, "InUseSubnetCannotBeDeleted");
        json_t *pip = expect(w, HTTP_GET, NETWORK "/publicIPAddresses/pip1", NULL, 200);
        assert_string_equal(json_string_value(json_at(pip, "properties.ipConfiguration.id")), CONFIG1);
        json_decref(pip);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_gateway),         TEST(test_gateway_needs_provisioned_ip),
                TEST(test_gateway_updates), TEST(test_connection),
                TEST(test_put_keeps_key),   TEST(test_views),
                TEST(test_local_gateway),   TEST(test_public_ip),
                TEST(test_one_writer),      TEST(test_in_use),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
