/* SPDX-License-Identifier: Apache-2.0 */
/* A world for tests of Azure's half; the AWS half is a list of ends here. */
#include "test-azure-fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model-admin.h"
#include "model-aws.h"
#include "util/alloc.h"
#include "util/encode.h"
#include "util/json.h"

/* The AWS half */

static struct world *current; /* one world a test */

struct model_aws *model_aws_new(void) {
        return mem_zalloc(1, 1);
}

struct model_aws *model_aws_free(struct model_aws *a) {
        mem_free(a);
        return NULL;
}

void model_aws_advance(struct model *m) {
        (void)m;
}

int64_t model_aws_next_ms(const struct model *m) {
        (void)m;
        return INT64_MAX;
}

enum model_outcome aws_http(struct model *m, const struct http_request *r, const struct http_url *u,
                            struct http_response *ret) {
        (void)m, (void)r, (void)u, (void)ret;
        return MODEL_REFUSED;
}

void aws_describe_request(const struct http_request *r, char *what, size_t size, bool *ret_is_write) {
        (void)r;
        snprintf(what, size, "none");
        *ret_is_write = false;
}

int aws_reply_error(struct model *m, int status, const char *code, const char *message, struct http_response *ret) {
        (void)m, (void)status, (void)code, (void)message, (void)ret;
        return -ENOMEM;
}

enum model_outcome model_admin_http(struct model *m, const struct http_request *r, const struct http_url *u,
                                    struct http_response *ret) {
        (void)m, (void)r, (void)u, (void)ret;
        return MODEL_REFUSED;
}

size_t aws_ends(struct model *m, struct aws_end *out, size_t max) {
        (void)m;
        size_t n = current && current->n_ends < max ? current->n_ends : 0;
        if (n > 0)
                memcpy(out, current->ends, n * sizeof(*out));
        return n;
}

size_t aws_advertised(struct model *m, const char *vpn_gateway_id, struct cidr *out, size_t max) {
        (void)m, (void)vpn_gateway_id, (void)max;
        assert_int_equal(cidr_parse("10.200.0.0/16", &out[0]), 0);
        return 1;
}

/* The world */

static void fill_world(struct world *w) {
        assert_int_equal(azure_admin_seed_app(w->m, TENANT, CLIENT, SECRET), 0);
        assert_int_equal(azure_admin_seed_vnet(w->m, HUB, "japaneast", "10.1.0.0/16", "10.1.255.0/27"), 0);
        assert_int_equal(azure_admin_seed_vnet(w->m, SPOKE, "japaneast", "10.2.0.0/16", NULL), 0);
        world_login(w);
}

int world_setup(void **state) {
        struct model_config config;
        struct world *w = calloc(1, sizeof(*w));
        assert_non_null(w);
        model_config_default(&config);
        config.options.learned_includes_sibling_rows = false;
        config.options.azure_status_lag_ms = 0;
        w->m = model_new(&config);
        assert_non_null(w->m);
        w->now_ms = config.start_wall_ms;
        w->version = API;
        current = w;
        fill_world(w);
        *state = w;
        return 0;
}

int world_teardown(void **state) {
        struct world *w = *state;
        current = NULL;
        model_free(w->m);
        free(w);
        return 0;
}

void world_advance(struct world *w, int64_t ms) {
        w->now_ms += ms;
        model_advance(w->m, w->now_ms);
        if (w->token[0] && ms > 1800000)
                world_login(w);
}

void world_settle(struct world *w) {
        world_advance(w, 3600000);
}

struct answer ask_raw(struct world *w, enum http_method method, const char *url, const char *token, const char *body) {
        struct http_request r = HTTP_REQUEST_NULL;
        struct answer a = {0};
        char error[160];
        r.method = method;
        http_request_set_url(&r, url);
        if (token) {
                char header[2100];
                snprintf(header, sizeof(header), "Bearer %s", token);
                http_request_add_header(&r, "Authorization", header);
        }
        if (body)
                buf_puts(&r.body, body);
        assert_int_equal(http_request_error(&r), 0);
        a.outcome = model_http(w->m, &r, w->now_ms, &a.response);
        http_request_deinit(&r);
        if (a.outcome != MODEL_REPLY)
                return a;
        a.status = a.response.status;
        if (a.response.body.len > 0)
                assert_int_equal(
                        json_parse(a.response.body.data, a.response.body.len, false, &a.body, error, sizeof(error)), 0);
        return a;
}

struct answer ask(struct world *w, enum http_method method, const char *path, const char *body) {
        char url[1024];
        snprintf(url, sizeof(url), "https://management.azure.com%s%s%s", path, strchr(path, '?') ? "&" : "?",
                 w->version);
        return ask_raw(w, method, url, w->token, body);
}

void answer_deinit(struct answer *a) {
        json_decref(a->body);
        http_response_deinit(&a->response);
        *a = (struct answer){0};
}

const char *answer_header(const struct answer *a, const char *name) {
        return http_response_header(&a->response, name);
}

const char *answer_text(const struct answer *a, const char *path) {
        const char *s = "";
        return json_get_string(a->body, path, &s) == 0 ? s : "";
}

const char *answer_code(const struct answer *a) {
        return answer_text(a, "error.code");
}

void world_login(struct world *w) {
        _cleanup_answer_ struct answer a =
                ask_raw(w, HTTP_POST, "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token", NULL,
                        "client_id=" CLIENT "&client_secret=s3cret%2F%2B&grant_type=client_credentials&"
                        "scope=https%3A%2F%2Fmanagement.azure.com%2F.default");
        assert_int_equal(a.status, 200);
        snprintf(w->token, sizeof(w->token), "%s", answer_text(&a, "access_token"));
}

json_t *expect(struct world *w, enum http_method method, const char *path, const char *body, int status) {
        _cleanup_answer_ struct answer a = ask(w, method, path, body);
        if (a.status != status)
                print_message("# %s %s: %d %s\n", http_method_to_string(method), path, a.status,
                              buf_str(&a.response.body));
        assert_int_equal(a.status, status);
        return a.body ? json_incref(a.body) : NULL;
}

void expect_error(struct world *w, enum http_method method, const char *path, const char *body, int status,
                  const char *code) {
        _cleanup_answer_ struct answer a = ask(w, method, path, body);
        if (a.status != status || strcmp(answer_code(&a), code) != 0)
                print_message("# %s %s: %d %s\n", http_method_to_string(method), path, a.status,
                              buf_str(&a.response.body));
        assert_int_equal(a.status, status);
        assert_string_equal(answer_code(&a), code);
}

static void put(struct world *w, const char *path, const char *body) {
        json_decref(expect(w, HTTP_PUT, path, body, 201));
        world_settle(w);
}

void make_public_ips(struct world *w) {
        static const char body[] = "{\"location\":\"japaneast\",\"sku\":{\"name\":\"Standard\"},"
                                   "\"properties\":{\"publicIPAllocationMethod\":\"Static\"}}";
        put(w, NETWORK "/publicIPAddresses/pip0", body);
        put(w, NETWORK "/publicIPAddresses/pip1", body);
}

static char *text(const char *format, ...) {
        va_list args;
        char *out = NULL;
        va_start(args, format);
        assert_true(vasprintf(&out, format, args) > 0);
        va_end(args);
        return out;
}

char *gateway_body(const char *customs0, const char *customs1) {
#define CONFIGURATION(name, pip)                                                                                       \
        "{\"name\":\"" name "\",\"properties\":{\"privateIPAllocationMethod\":\"Dynamic\","                            \
        "\"publicIPAddress\":{\"id\":\"" NETWORK "/publicIPAddresses/" pip "\"},"                                      \
        "\"subnet\":{\"id\":\"" HUB "/subnets/GatewaySubnet\"}}}"
        return text(
                "{\"location\":\"japaneast\",\"properties\":{\"gatewayType\":\"Vpn\",\"vpnType\":\"RouteBased\","
                "\"vpnGatewayGeneration\":\"Generation2\",\"sku\":{\"name\":\"VpnGw2AZ\",\"tier\":\"VpnGw2AZ\"},"
                "\"activeActive\":true,\"enableBgp\":true,\"ipConfigurations\":[" CONFIGURATION(
                        "c0",
                        "pip0") "," CONFIGURATION("c1",
                                                  "pip1") "],\"bgpSettings\":{\"asn\":65515,\"bgpPeeringAddresses\":["
                                                          "{\"ipconfigurationId\":\"" CONFIG0
                                                          "\",\"customBgpIpAddresses\":%s},"
                                                          "{\"ipconfigurationId\":\"" CONFIG1
                                                          "\",\"customBgpIpAddresses\":%s}]}}}",
                customs0, customs1);
}

void make_gateway(struct world *w) {
        make_public_ips(w);
        char *body = gateway_body("[\"169.254.21.2\",\"169.254.22.2\"]", "[\"169.254.21.6\",\"169.254.22.6\"]");
        put(w, GATEWAY, body);
        free(body);
}

void make_local_gateway(struct world *w, const char *name, const char *outside, const char *peer) {
        char *path = text(NETWORK "/localNetworkGateways/%s", name);
        char *body = text("{\"location\":\"japaneast\",\"properties\":{\"gatewayIpAddress\":\"%s\","
                          "\"bgpSettings\":{\"asn\":64512,\"bgpPeeringAddress\":\"%s\"}}}",
                          outside, peer);
        put(w, path, body);
        free(path);
        free(body);
}

char *connection_body(const char *local, const char *custom0, const char *custom1, const char *psk) {
        return text("{\"location\":\"japaneast\",\"properties\":{\"connectionType\":\"IPsec\","
                    "\"virtualNetworkGateway1\":{\"id\":\"" GATEWAY "\"},"
                    "\"localNetworkGateway2\":{\"id\":\"" NETWORK "/localNetworkGateways/%s\"},"
                    "\"connectionProtocol\":\"IKEv2\",\"enableBgp\":true,\"sharedKey\":\"%s\","
                    "\"gatewayCustomBgpIpAddresses\":["
                    "{\"ipConfigurationId\":\"" CONFIG0 "\",\"customBgpIpAddress\":\"%s\"},"
                    "{\"ipConfigurationId\":\"" CONFIG1 "\",\"customBgpIpAddress\":\"%s\"}]}}",
                    local, psk, custom0, custom1);
}

void make_connection(struct world *w, const char *name, const char *local, const char *custom0, const char *custom1) {
        char *path = text(NETWORK "/connections/%s", name);
        char *body = connection_body(local, custom0, custom1, "Abcdefgh1234");
        put(w, path, body);
        free(path);
        free(body);
}

static struct ip4 public_ip(struct world *w, unsigned instance) {
        char path[] = NETWORK "/publicIPAddresses/pip0";
        struct ip4 ip;
        path[strlen(path) - 1] = (char)('0' + instance);
        json_t *body = expect(w, HTTP_GET, path, NULL, 200);
        assert_int_equal(ip4_parse(json_string_value(json_at(body, "properties.ipAddress")), &ip), 0);
        json_decref(body);
        return ip;
}

void make_aws_end(struct world *w, const char *outside, const char *inside, unsigned instance, const char *psk) {
        struct aws_end *e = &w->ends[w->n_ends++];
        *e = (struct aws_end){
                .connection_id = "vpn-0123456789abcdef0",
                .vpn_gateway_id = "vgw-0123456789abcdef0",
                .usable = true,
                .customer_gateway = public_ip(w, instance),
                .psk = psk,
                .ikev2 = true,
                .startup_start = true,
                .p1_encryption = "",
                .p1_integrity = "",
                .p1_dh = "",
                .p2_encryption = "",
                .p2_integrity = "",
                .p2_dh = "",
                .asn = 64512,
                .remote_asn = 65515,
        };
        assert_int_equal(ip4_parse(outside, &e->outside), 0);
        assert_int_equal(cidr_parse(inside, &e->inside), 0);
        physics_changed(w->m);
        model_advance(w->m, w->now_ms);
}
