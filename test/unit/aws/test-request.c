/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of every kind, and where they go. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "request-cases.h"
#include "util/alloc.h"

static struct aws_endpoint endpoint(enum aws_service service) {
        struct aws_endpoint e;
        assert_int_equal(aws_endpoint_init(&e, service, "eu-west-1", NULL), 0);
        return e;
}

static void bodies(void **state) {
        bool seen[AWS_ACTIONS] = {false};
        (void)state;
        for (size_t i = 0; i < n_request_cases; i++) {
                const struct request_case *c = &request_cases[i];
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                const struct aws_endpoint e = endpoint(aws_action_service(c->action));
                bool is_dry = strstr(c->body, "DryRun=true");
                print_message("# %s\n", c->name);
                assert_int_equal(c->build(&r, &e), 0);
                assert_string_equal(buf_str(&r.body), c->body);
                assert_int_equal(r.method, HTTP_POST);
                assert_string_equal(r.url, e.url);
                assert_string_equal(http_request_header(&r, "content-type"),
                                    "application/x-www-form-urlencoded; charset=utf-8");
                assert_null(http_request_header(&r, "authorization"));
                assert_int_equal(r.is_write, aws_action_is_write(c->action) && !is_dry);
                seen[c->action] = true;
        }
        for (size_t i = 0; i < AWS_ACTIONS; i++)
                assert_true(seen[i]);
}

static void actions(void **state) {
        (void)state;
        for (int i = 0; i < AWS_ACTIONS; i++) {
                const char *name = aws_action_to_string((enum aws_action)i);
                bool reads = strncmp(name, "Describe", 8) == 0 || strncmp(name, "Get", 3) == 0;
                assert_int_equal(aws_action_is_write((enum aws_action)i), !reads);
        }
}

#define REFUSED(_call)                                                                                                 \
        do {                                                                                                           \
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;                                      \
                assert_int_equal(_call, -EINVAL);                                                                      \
        } while (0)

static void refuses_reads(void **state) {
        const struct aws_endpoint e = endpoint(AWS_SERVICE_EC2), sts = endpoint(AWS_SERVICE_STS);
        static const char *const values[] = {"a", ""};
        const struct aws_filter no_values = {"vpc-id", values, 0}, no_name = {"", values, 1},
                                no_text = {"a", values, 2};
        (void)state;
        REFUSED(aws_request_describe_vpcs(&r, &sts, &(struct aws_query){0}));
        REFUSED(aws_request_get_caller_identity(&r, &e));
        REFUSED(aws_request_describe_vpcs(&r, &e, &(struct aws_query){&no_values, 1, NULL}));
        REFUSED(aws_request_describe_vpcs(&r, &e, &(struct aws_query){&no_name, 1, NULL}));
        REFUSED(aws_request_describe_vpcs(&r, &e, &(struct aws_query){&no_text, 1, NULL}));
        REFUSED(aws_request_describe_vpn_connections(&r, &e, &(struct aws_query){NULL, 0, "token"}));
        REFUSED(aws_request_describe(&r, &e, AWS_CREATE_TAGS, &(struct aws_query){0}));
        REFUSED(aws_request_get_vpn_tunnel_replacement_status(&r, &e, "vpn-0a", (struct ip4){0}));
}

static void refuses_writes(void **state) {
        const struct aws_endpoint e = endpoint(AWS_SERVICE_EC2);
        const struct ip4 outside = {0xc633640a};
        const struct secret empty = SECRET_NULL;
        const struct aws_tunnel_options none = {0}, no_key = {.psk = &empty}, gap = {.phase1_dh = "14,,20"},
                                        both = {.phase2_dh = "20", .lifecycle_control = AWS_SWITCH_ON};
        (void)state;
        REFUSED(aws_request_create_customer_gateway(&r, &e, &(struct aws_customer_gateway_spec){.asn = 65515}));
        REFUSED(aws_request_create_customer_gateway(&r, &e, &(struct aws_customer_gateway_spec){.address = outside}));
        REFUSED(aws_request_delete_vpn_gateway(&r, &e, ""));
        REFUSED(aws_request_delete_vpn_connection(&r, &e, NULL));
        REFUSED(aws_request_create_vpn_connection(&r, &e,
                                                  &(struct aws_vpn_connection_spec){.customer_gateway_id = "cgw-0a"}));
        REFUSED(aws_request_create_vpn_connection(&r, &e,
                                                  &(struct aws_vpn_connection_spec){.customer_gateway_id = "cgw-0a",
                                                                                    .vpn_gateway_id = "vgw-0a",
                                                                                    .transit_gateway_id = "tgw-0a"}));
        REFUSED(aws_request_create_vpn_connection(&r, &e,
                                                  &(struct aws_vpn_connection_spec){.customer_gateway_id = "cgw-0a",
                                                                                    .vpn_gateway_id = "vgw-0a",
                                                                                    .tunnels = {none, no_key}}));
        REFUSED(aws_request_modify_vpn_tunnel_options(&r, &e, "vpn-0a", outside, &none, false));
        REFUSED(aws_request_modify_vpn_tunnel_options(&r, &e, "vpn-0a", outside, &no_key, false));
        REFUSED(aws_request_modify_vpn_tunnel_options(&r, &e, "vpn-0a", outside, &gap, false));
        REFUSED(aws_request_modify_vpn_tunnel_options(&r, &e, "vpn-0a", outside, &both, true));
        REFUSED(aws_request_create_tags(&r, &e, NULL, 0, NULL, 0));
}

static void endpoints(void **state) {
        static const struct {
                enum aws_service service;
                const char *region, *override, *url;
        } rows[] = {
                {AWS_SERVICE_EC2, "ap-northeast-1", NULL, "https://ec2.ap-northeast-1.amazonaws.com/"},
                {AWS_SERVICE_STS, "ap-northeast-1", NULL, "https://sts.ap-northeast-1.amazonaws.com/"},
                {AWS_SERVICE_EC2, "cn-north-1", NULL, "https://ec2.cn-north-1.amazonaws.com.cn/"},
                {AWS_SERVICE_EC2, "us-gov-west-1", NULL, "https://ec2.us-gov-west-1.amazonaws.com/"},
                {AWS_SERVICE_EC2, "eusc-de-east-1", NULL, "https://ec2.eusc-de-east-1.amazonaws.eu/"},
                {AWS_SERVICE_EC2, "eu-west-1", "http://127.0.0.1:4566", "http://127.0.0.1:4566/"},
                {AWS_SERVICE_EC2, "eu-west-1", "https://proxy.example/aws/", "https://proxy.example/aws/"},
                {AWS_SERVICE_EC2, "", NULL, NULL},
                {AWS_SERVICE_EC2, "eu-west-1.evil.example/", NULL, NULL},
                {AWS_SERVICE_EC2, "EU-WEST-1", NULL, NULL},
                {AWS_SERVICE_EC2, "-eu-west-1", NULL, NULL},
                {AWS_SERVICE_EC2, "eu-west-1-but-much-too-long-for-one", NULL, NULL},
                {AWS_SERVICE_EC2, "eu-west-1", "ftp://a.example/", NULL},
                {AWS_SERVICE_EC2, "eu-west-1", "https://user@a.example/", NULL},
                {AWS_SERVICE_EC2, "eu-west-1", "https://a.example/?x=1", NULL},
                {AWS_SERVICE_EC2, "eu-west-1", "", NULL},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct aws_endpoint e;
                int k = aws_endpoint_init(&e, rows[i].service, rows[i].region, rows[i].override);
                assert_int_equal(k, rows[i].url ? 0 : -EINVAL);
                if (!rows[i].url)
                        continue;
                assert_string_equal(e.url, rows[i].url);
                assert_string_equal(e.region, rows[i].region);
        }
        assert_string_equal(aws_service_to_string(AWS_SERVICE_EC2), "ec2");
        assert_string_equal(aws_service_to_string(AWS_SERVICE_STS), "sts");
}

/* memory that ends */

static size_t allocations_left;

static void *counted_alloc(size_t size) {
        return allocations_left > 0 && allocations_left-- ? malloc(size) : NULL;
}

static void *counted_realloc(void *p, size_t size) {
        return allocations_left > 0 && allocations_left-- ? realloc(p, size) : NULL;
}

static int build_and_sign(const struct request_case *c, const struct aws_endpoint *e) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_aws_credentials_ struct aws_credentials keys = AWS_CREDENTIALS_NULL;
        int k = c->build(&r, e);
        if (k == 0)
                k = aws_credentials_init(&keys, "AKID", "secret", "token", 0);
        return k == 0 ? aws_sigv4_sign(&r, &keys, e->region, aws_service_to_string(e->service), 0) : k;
}

static int unhook(void **state) {
        (void)state;
        mem_set_hooks(NULL);
        return 0;
}

static void without_memory(void **state) {
        static const struct mem_hooks hooks = {counted_alloc, counted_realloc, free};
        (void)state;
        for (size_t i = 0; i < n_request_cases; i++) {
                const struct aws_endpoint e = endpoint(aws_action_service(request_cases[i].action));
                size_t n = 0;
                int k;
                mem_set_hooks(&hooks);
                do {
                        allocations_left = n++;
                        k = build_and_sign(&request_cases[i], &e);
                } while (k == -ENOMEM);
                mem_set_hooks(NULL);
                assert_int_equal(k, 0);
                assert_true(n > 10);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(bodies),        cmocka_unit_test(actions),
                cmocka_unit_test(refuses_reads), cmocka_unit_test(refuses_writes),
                cmocka_unit_test(endpoints),     cmocka_unit_test_teardown(without_memory, unhook),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
