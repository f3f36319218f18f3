/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's half in virtual time: how long things take, what is refused and in which words, what is late. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model-admin.h"
#include "model-internal.h"
#include "util/alloc.h"
#include "util/encode.h"
#include "util/wall.h"

#define KEY "AKIATEST"
#define SECRET "secret"
#define VPC "vpc-0123456789abcdef0"
#define TABLE "rtb-0123456789abcdef0"

struct world {
        struct model *model;
        int64_t now_ms;
        int64_t skew_ms; /* of the client's clock */
        const char *region;
        struct http_response response;
        char text[65536];
};

/* a signer of the test's own */
static void hmac(uint8_t key[static SHA256_BYTES], size_t key_len, const char *text) {
        uint8_t out[SHA256_BYTES];
        assert_int_equal(digest_hmac_sha256(key, key_len, text, strlen(text), out), 0);
        memcpy(key, out, sizeof(out));
}

static void sign(const struct world *w, struct http_request *r, const char *service) {
        char stamp[WALL_TEXT_SIZE], line[512];
        uint8_t sum[SHA256_BYTES], key[64] = "AWS4" SECRET;
        _cleanup_buf_ struct buf request = BUF_NULL, text = BUF_NULL;
        wall_to_basic(w->now_ms + w->skew_ms, stamp);
        buf_printf(&request, "POST\n/\n\nhost:model\nx-amz-date:%s\n\nhost;x-amz-date\n", stamp);
        assert_int_equal(digest_sha256(r->body.data, r->body.len, sum), 0);
        encode_hex(&request, sum, sizeof(sum));
        assert_int_equal(digest_sha256(request.data, request.len, sum), 0);
        buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n", stamp, stamp, w->region, service);
        encode_hex(&text, sum, sizeof(sum));
        snprintf(line, sizeof(line), "%.8s", stamp);
        hmac(key, strlen("AWS4" SECRET), line);
        hmac(key, SHA256_BYTES, w->region);
        hmac(key, SHA256_BYTES, service);
        hmac(key, SHA256_BYTES, "aws4_request");
        hmac(key, SHA256_BYTES, text.data);
        buf_clear(&text);
        buf_printf(&text,
                   "AWS4-HMAC-SHA256 Credential=" KEY "/%.8s/%s/%s/aws4_request, SignedHeaders=host;x-amz-date, "
                   "Signature=",
                   stamp, w->region, service);
        encode_hex(&text, key, SHA256_BYTES);
        http_request_add_header(r, "Authorization", text.data);
        http_request_add_header(r, "X-Amz-Date", stamp);
}

static int post(struct world *w, const char *body, const char *service) {
        struct http_request r = {.method = HTTP_POST};
        http_request_set_url(&r, "http://model/");
        buf_puts(&r.body, body);
        sign(w, &r, service);
        assert_int_equal(http_request_error(&r), 0);
        http_response_deinit(&w->response);
        enum model_outcome outcome = model_http(w->model, &r, w->now_ms, &w->response);
        http_request_deinit(&r);
        w->text[0] = 0;
        if (outcome != MODEL_REPLY)
                return -(int)outcome;
        snprintf(w->text, sizeof(w->text), "%s", buf_str(&w->response.body));
        return w->response.status;
}

/* "Action&more", answered with @status */
static const char *call(struct world *w, int status, const char *format, ...) _printf_(3, 4);
static const char *call(struct world *w, int status, const char *format, ...) {
        char body[4096] = "Version=2016-11-15&Action=";
        va_list args;
        va_start(args, format);
        vsnprintf(body + strlen(body), sizeof(body) - strlen(body), format, args);
        va_end(args);
        int got = post(w, body, "ec2");
        if (got != status)
                fail_msg("%s: %d instead of %d: %s", body, got, status, w->text);
        return w->text;
}

/* the text of the first element with this name, in a static buffer */
static const char *element(const struct world *w, const char *name) {
        static char value[256];
        char open[64];
        snprintf(open, sizeof(open), "<%s>", name);
        const char *at = strstr(w->text, open);
        if (!at)
                return "";
        at += strlen(open);
        snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "<"), at);
        return value;
}

static void refused(struct world *w, int status, const char *code, const char *body) {
        call(w, status, "%s", body);
        if (strcmp(element(w, "Code"), code) != 0)
                fail_msg("%s: %s instead of %s: %s", body, element(w, "Code"), code, w->text);
        assert_non_null(strstr(w->text, "<Response><Errors><Error>"));
        assert_true(*element(w, "Message"));
        assert_true(*element(w, "RequestID"));
}

static void pass(struct world *w, int64_t seconds) {
        w->now_ms += seconds * 1000;
        model_advance(w->model, w->now_ms);
}

static void admin(struct world *w, const char *op, const char *args) {
        char error[ADMIN_TEXT_SIZE];
        if (model_admin_text(w->model, op, args, error) < 0)
                fail_msg("%s %s: %s", op, args, error);
}

static int setup(void **state) {
        struct model_config config;
        struct world *w = test_calloc(1, sizeof(*w));
        model_config_default(&config);
        config.options.aws_new_unseen_ms = 0;
        w->now_ms = config.start_wall_ms;
        w->region = "ap-northeast-1";
        w->model = model_new(&config);
        assert_non_null(w->model);
        admin(w, "seed",
              "{\"aws\":{\"credentials\":[{\"accessKeyId\":\"" KEY "\",\"secretAccessKey\":\"" SECRET
              "\",\"account\":\"123456789012\"}],\"vpcs\":[{\"account\":\"123456789012\",\"region\":\"ap-northeast-1\","
              "\"id\":\"" VPC "\",\"cidrs\":[\"10.1.0.0/16\"],\"routeTables\":[{\"id\":\"" TABLE
              "\",\"main\":true}]}]}}");
        *state = w;
        return 0;
}

static int teardown(void **state) {
        struct world *w = *state;
        http_response_deinit(&w->response);
        model_free(w->model);
        test_free(w);
        return 0;
}

struct ids {
        char cgw[32], vgw[32], vpn[32];
};

static void build_gateways(struct world *w, struct ids *ids) {
        call(w, 200, "CreateCustomerGateway&Type=ipsec.1&BgpAsn=65515&IpAddress=203.0.113.1");
        snprintf(ids->cgw, sizeof(ids->cgw), "%s", element(w, "customerGatewayId"));
        call(w, 200, "CreateVpnGateway&Type=ipsec.1&AmazonSideAsn=64512");
        snprintf(ids->vgw, sizeof(ids->vgw), "%s", element(w, "vpnGatewayId"));
        pass(w, 10);
}

static void build_connection(struct world *w, struct ids *ids) {
        call(w, 200, "CreateVpnConnection&Type=ipsec.1&CustomerGatewayId=%s&VpnGatewayId=%s", ids->cgw, ids->vgw);
        snprintf(ids->vpn, sizeof(ids->vpn), "%s", element(w, "vpnConnectionId"));
}

static const char *state_of(struct world *w, const struct ids *ids) {
        call(w, 200, "DescribeVpnConnections&VpnConnectionId.1=%s", ids->vpn);
        return element(w, "state");
}

static void test_durations(void **state) {
        struct world *w = *state;
        struct ids ids;
        build_gateways(w, &ids);
        build_connection(w, &ids);
        pass(w, 299);
        assert_string_equal(state_of(w, &ids), "pending");
        pass(w, 1);
        assert_string_equal(state_of(w, &ids), "available");

        call(w, 200, "AttachVpnGateway&VpcId=" VPC "&VpnGatewayId=%s", ids.vgw);
        pass(w, 19);
        call(w, 400, "EnableVgwRoutePropagation&RouteTableId=" TABLE "&GatewayId=%s", ids.vgw);
        assert_string_equal(element(w, "Code"), "Gateway.NotAttached");
        pass(w, 1);
        call(w, 200, "EnableVgwRoutePropagation&RouteTableId=" TABLE "&GatewayId=%s", ids.vgw);

        call(w, 200, "DescribeVpnConnections&VpnConnectionId.1=%s", ids.vpn);
        char outside[32];
        snprintf(outside, sizeof(outside), "%s", element(w, "outsideIpAddress"));
        call(w, 200,
             "ModifyVpnTunnelOptions&VpnConnectionId=%s&VpnTunnelOutsideIpAddress=%s&TunnelOptions.PreSharedKey=ab.cd_"
             "ef",
             ids.vpn, outside);
        pass(w, 179);
        assert_string_equal(state_of(w, &ids), "modifying");
        pass(w, 1);
        assert_string_equal(state_of(w, &ids), "available");

        call(w, 200, "DeleteVpnConnection&VpnConnectionId=%s", ids.vpn);
        assert_string_equal(state_of(w, &ids), "deleting");
        pass(w, 60);
        assert_string_equal(state_of(w, &ids), "deleted");
        pass(w, 3600);
        call(w, 400, "DescribeVpnConnections&VpnConnectionId.1=%s", ids.vpn);
        assert_string_equal(element(w, "Code"), "InvalidVpnConnectionID.NotFound");
}

static void test_one_seed_one_world(void **state) {
        struct world *w = *state;
        void *second = NULL;
        struct ids ids;
        build_gateways(w, &ids);
        build_connection(w, &ids);
        setup(&second);
        struct world *other = second;
        build_gateways(other, &ids);
        build_connection(other, &ids);
        assert_string_equal(w->text, other->text);
        teardown(&second);
}

static void test_authentication(void **state) {
        struct world *w = *state;
        w->skew_ms = 4 * 60 * 1000;
        call(w, 200, "DescribeVpcs");
        w->skew_ms = 6 * 60 * 1000;
        refused(w, 400, "RequestExpired", "DescribeVpcs");
        w->skew_ms = -w->skew_ms;
        refused(w, 400, "RequestExpired", "DescribeVpcs");
        w->skew_ms = 0;
        assert_int_equal(post(w, "Action=GetCallerIdentity&Version=2011-06-15", "sts"), 200);
        assert_string_equal(element(w, "Account"), "123456789012");
        assert_int_equal(post(w, "Action=GetCallerIdentity&Version=2011-06-15", "ec2"), 403);
        assert_string_equal(element(w, "Code"), "SignatureDoesNotMatch");
        assert_int_equal(post(w, "Action=DescribeVpcs&Version=2016-11-15", "sts"), 403);
}

static void test_refusals(void **state) {
        static const struct {
                const char *code, *body;
        } table[] = {
                {"MissingParameter", "CreateCustomerGateway&BgpAsn=1&IpAddress=203.0.113.1"},
                {"MissingParameter", "CreateCustomerGateway&Type=ipsec.1&BgpAsn=1"},
                {"InvalidParameterValue", "CreateCustomerGateway&Type=ipsec.2&IpAddress=203.0.113.1"},
                {"InvalidParameterValue", "CreateCustomerGateway&Type=ipsec.1&IpAddress=203.0.113.1&BgpAsn=0"},
                {"InvalidParameterValue", "CreateCustomerGateway&Type=ipsec.1&IpAddress=203.0.113.1&BgpAsn=4200000000"},
                {"InvalidParameterValue", "CreateCustomerGateway&Type=ipsec.1&IpAddress=203.0.113.1&BgpAsn=10124"},
                {"InvalidParameterCombination",
                 "CreateCustomerGateway&Type=ipsec.1&IpAddress=203.0.113.1&BgpAsn=1&BgpAsnExtended=4200000000"},
                {"InvalidParameterValue", "CreateVpnGateway&Type=ipsec.1&AmazonSideAsn=64511"},
                {"InvalidParameterValue", "CreateVpnGateway&Type=ipsec.1&AmazonSideAsn=4294967295"},
                {"InvalidParameterValue",
                 "CreateVpnGateway&Type=ipsec.1&TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=a"},
                {"InvalidVpnGatewayID.NotFound", "AttachVpnGateway&VpnGatewayId=vgw-0aaaaaaaaaaaaaaaa&VpcId=" VPC},
                {"InvalidVpnGatewayId.Malformed", "DeleteVpnGateway&VpnGatewayId=" VPC},
                {"InvalidRouteTableID.NotFound",
                 "EnableVgwRoutePropagation&RouteTableId=rtb-0aaaaaaaaaaaaaaaa&GatewayId=vgw-0aaaaaaaaaaaaaaaa"},
                {"UnknownParameter", "DescribeVpcs&VpcIds.1=" VPC},
                {"UnknownParameter", "DescribeVpcs&VpcId.0=" VPC},
                {"InvalidMaxResults", "DescribeVpcs&MaxResults=4"},
                {"InvalidPaginationToken", "DescribeVpcs&NextToken=x"},
                {"InvalidParameterValue", "DescribeVpcs&DryRun=maybe"},
                {"InvalidParameterValue", "DescribeVpcs&Filter.1.Name=vpc-id"},
                {"InvalidAction", "MakeCoffee"},
        };
        struct world *w = *state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                refused(w, 400, table[i].code, table[i].body);
        refused(w, 412, "DryRunOperation", "CreateVpnGateway&Type=ipsec.1&DryRun=true");
        assert_int_equal(post(w, "Action=DescribeVpcs&Version=2016-11-15&Action=DescribeTags", "ec2"), 400);
        assert_string_equal(element(w, "Code"), "MalformedQueryString");
        assert_int_equal(post(w, "Action=DescribeVpcs&Version=2016-11-15&%zz=1", "ec2"), 400);
        call(w, 200, "DescribeVpnGateways");
        assert_non_null(strstr(w->text, "<vpnGatewaySet></vpnGatewaySet>")); /* nothing was made by the way */
}

static void test_asn_conflict_and_states(void **state) {
        struct world *w = *state;
        struct ids ids;
        call(w, 200, "CreateCustomerGateway&Type=ipsec.1&BgpAsn=64512&IpAddress=203.0.113.1");
        snprintf(ids.cgw, sizeof(ids.cgw), "%s", element(w, "customerGatewayId"));
        call(w, 200, "CreateVpnGateway&Type=ipsec.1");
        snprintf(ids.vgw, sizeof(ids.vgw), "%s", element(w, "vpnGatewayId"));
        call(w, 400, "CreateVpnConnection&Type=ipsec.1&CustomerGatewayId=%s&VpnGatewayId=%s", ids.cgw, ids.vgw);
        assert_string_equal(element(w, "Code"), "InvalidCustomerGatewayState");
        pass(w, 10);
        call(w, 400, "CreateVpnConnection&Type=ipsec.1&CustomerGatewayId=%s&VpnGatewayId=%s", ids.cgw, ids.vgw);
        assert_string_equal(element(w, "Code"), "AsnConflict");
}

static void test_identical_connection(void **state) {
        struct world *w = *state;
        struct ids ids;
        build_gateways(w, &ids);
        build_connection(w, &ids);
        call(w, 400, "CreateVpnConnection&Type=ipsec.1&CustomerGatewayId=%s&VpnGatewayId=%s", ids.cgw, ids.vgw);
        assert_string_equal(element(w, "Code"), "InvalidOption.Conflict");
        admin(w, "set-option", "{\"name\":\"identical_create_vpn_returns_existing\",\"value\":\"true\"}");
        call(w, 200, "CreateVpnConnection&Type=ipsec.1&CustomerGatewayId=%s&VpnGatewayId=%s", ids.cgw, ids.vgw);
        assert_string_equal(element(w, "vpnConnectionId"), ids.vpn);
}

static void test_new_ids_may_be_unseen(void **state) {
        struct world *w = *state;
        admin(w, "set-option", "{\"name\":\"aws_new_unseen_ms\",\"value\":\"3000\"}");
        call(w, 200, "CreateCustomerGateway&Type=ipsec.1&BgpAsn=65515&IpAddress=203.0.113.1");
        char id[32];
        snprintf(id, sizeof(id), "%s", element(w, "customerGatewayId"));
        call(w, 400, "DescribeCustomerGateways&CustomerGatewayId.1=%s", id);
        assert_string_equal(element(w, "Code"), "InvalidCustomerGatewayID.NotFound");
        call(w, 200, "DescribeCustomerGateways");
        assert_null(strstr(w->text, id));
        pass(w, 3);
        call(w, 200, "DescribeCustomerGateways&CustomerGatewayId.1=%s", id);
}

static void test_quotas(void **state) {
        struct world *w = *state;
        for (int i = 0; i < 5; i++)
                call(w, 200, "CreateVpnGateway&Type=ipsec.1");
        refused(w, 400, "VpnGatewayLimitExceeded", "CreateVpnGateway&Type=ipsec.1");
        w->region = "eu-west-1"; /* quotas and resources are a region's */
        call(w, 200, "CreateVpnGateway&Type=ipsec.1");
        for (int i = 0; i < 50; i++)
                call(w, 200, "CreateCustomerGateway&Type=ipsec.1&BgpAsn=65515&IpAddress=203.0.113.%d", i + 1);
        refused(w, 400, "CustomerGatewayLimitExceeded",
                "CreateCustomerGateway&Type=ipsec.1&BgpAsn=65515&IpAddress=203.0.113.200");
        admin(w, "set-option", "{\"name\":\"aws_quotas\",\"value\":\"false\"}");
        call(w, 200, "CreateCustomerGateway&Type=ipsec.1&BgpAsn=65515&IpAddress=203.0.113.200");
}

static void test_faults(void **state) {
        struct world *w = *state;
        admin(w, "throttle", "{\"service\":\"aws\",\"count\":1}");
        refused(w, 503, "RequestLimitExceeded", "DescribeVpcs");
        admin(w, "refuse", "{\"service\":\"aws\",\"count\":1}");
        assert_int_equal(post(w, "Action=CreateVpnGateway&Version=2016-11-15&Type=ipsec.1", "ec2"), -MODEL_REFUSED);
        admin(w, "lose-replies", "{\"service\":\"aws\",\"count\":1}");
        call(w, 200, "DescribeVpnGateways"); /* reads keep their replies */
        assert_null(strstr(w->text, "vgw-"));
        assert_int_equal(post(w, "Action=CreateVpnGateway&Version=2016-11-15&Type=ipsec.1", "ec2"), -MODEL_REPLY_LOST);
        call(w, 200, "DescribeVpnGateways");
        assert_non_null(strstr(w->text, "vgw-"));
        admin(w, "html", "{\"service\":\"aws\",\"count\":1}");
        call(w, 503, "DescribeVpcs");
        assert_non_null(strstr(w->text, "<html>"));
        call(w, 200, "DescribeVpcs");
}

static void test_automatic_maintenance(void **state) {
        struct world *w = *state;
        struct ids ids;
        char outside[32], args[128];
        build_gateways(w, &ids);
        build_connection(w, &ids);
        pass(w, 300);
        state_of(w, &ids);
        snprintf(outside, sizeof(outside), "%s", element(w, "outsideIpAddress"));
        snprintf(args, sizeof(args), "{\"outside\":\"%s\",\"auto_applied_after_s\":600}", outside);
        admin(w, "maintenance", args);
        pass(w, 599);
        assert_string_equal(state_of(w, &ids), "available");
        pass(w, 1);
        assert_string_equal(state_of(w, &ids), "modifying");
        pass(w, 180);
        assert_string_equal(state_of(w, &ids), "available");
        call(w, 200, "GetVpnTunnelReplacementStatus&VpnConnectionId=%s&VpnTunnelOutsideIpAddress=%s", ids.vpn, outside);
        assert_string_equal(element(w, "pendingMaintenance"), "None");
        assert_true(*element(w, "lastMaintenanceApplied"));
}

static void test_admin_errors(void **state) {
        struct world *w = *state;
        char error[ADMIN_TEXT_SIZE];
        assert_int_equal(model_admin_text(w->model, "no-such", "{}", error), -EINVAL);
        assert_non_null(strstr(error, "no such operation"));
        assert_int_equal(model_admin_text(w->model, "delete", "{\"id\":\"vpn-1\"}", error), -EINVAL);
        assert_string_equal(error, "vpn-1: not found");
        assert_int_equal(model_admin_text(w->model, "delete", "[", error), -EINVAL);
        assert_int_equal(model_admin_text(w->model, "break-tunnel", "{\"outside\":\"1.2.3.4\"}", error), -EINVAL);
        assert_int_equal(model_admin_text(w->model, "throttle", "{\"service\":\"gcp\"}", error), -EINVAL);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_durations),
                TEST(test_one_seed_one_world),
                TEST(test_authentication),
                TEST(test_refusals),
                TEST(test_asn_conflict_and_states),
                TEST(test_identical_connection),
                TEST(test_new_ids_may_be_unseen),
                TEST(test_quotas),
                TEST(test_faults),
                TEST(test_automatic_maintenance),
                TEST(test_admin_errors),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
