/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EC2 and STS query requests, unsigned.
 *
 * Each builder fills an empty struct http_request: POST, form body, is_write for calls that change something. It
 * returns 0, -ENOMEM, or -EINVAL when the arguments cannot make a valid call. Keys stand in the body alone, which is
 * wiped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/action.h"
#include "core/aws-facts.h"
#include "util/http.h"
#include "util/secret.h"

/* Values of one filter are alternatives, filters add up. Ids go here, never into the id parameters of a call: an id
 * that does not exist then yields an empty set instead of failing the call for everybody. */
struct aws_filter {
        const char *name; /* "vpc-id", "route-table-id", "vpn-connection-id", "state", "tag:KEY", … */
        const char *const *values;
        size_t n_values; /* at least 1 */
};

struct aws_query {
        const struct aws_filter *filters;
        size_t n_filters;
        const char *next_token; /* NULL or "": first page; only VPCs and route tables have pages */
};

/* reading; @action is one of AWS_DESCRIBE_* */
int aws_request_describe(struct http_request *r, const struct aws_endpoint *e, enum aws_action action,
                         const struct aws_query *query) _must_use_;
int aws_request_describe_vpcs(struct http_request *r, const struct aws_endpoint *e,
                              const struct aws_query *query) _must_use_;
int aws_request_describe_route_tables(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_query *query) _must_use_;
int aws_request_describe_customer_gateways(struct http_request *r, const struct aws_endpoint *e,
                                           const struct aws_query *query) _must_use_;
int aws_request_describe_vpn_gateways(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_query *query) _must_use_;
int aws_request_describe_vpn_connections(struct http_request *r, const struct aws_endpoint *e,
                                         const struct aws_query *query) _must_use_;
int aws_request_get_vpn_tunnel_replacement_status(struct http_request *r, const struct aws_endpoint *e,
                                                  const char *vpn_connection_id, struct ip4 outside) _must_use_;
int aws_request_get_caller_identity(struct http_request *r, const struct aws_endpoint *e) _must_use_;

/* gateways */
struct aws_customer_gateway_spec {
        struct ip4 address;
        uint32_t asn;
        const char *device_name; /* NULL: none */
        const struct tag *tags;
        size_t n_tags;
};
int aws_request_create_customer_gateway(struct http_request *r, const struct aws_endpoint *e,
                                        const struct aws_customer_gateway_spec *spec) _must_use_;
int aws_request_delete_customer_gateway(struct http_request *r, const struct aws_endpoint *e,
                                        const char *customer_gateway_id) _must_use_;
/* @asn: 0 is AWS's default */
int aws_request_create_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, uint64_t asn,
                                   const struct tag *tags, size_t n_tags) _must_use_;
int aws_request_delete_vpn_gateway(struct http_request *r, const struct aws_endpoint *e,
                                   const char *vpn_gateway_id) _must_use_;
int aws_request_attach_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, const char *vpn_gateway_id,
                                   const char *vpc_id) _must_use_;
int aws_request_detach_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, const char *vpn_gateway_id,
                                   const char *vpc_id) _must_use_;
int aws_request_enable_vgw_route_propagation(struct http_request *r, const struct aws_endpoint *e,
                                             const char *vpn_gateway_id, const char *route_table_id) _must_use_;
int aws_request_disable_vgw_route_propagation(struct http_request *r, const struct aws_endpoint *e,
                                              const char *vpn_gateway_id, const char *route_table_id) _must_use_;

/* tunnels: a member that is not set is not sent; AWS keeps its value, or uses its default in a create */
enum aws_switch {
        AWS_SWITCH_UNSET,
        AWS_SWITCH_OFF,
        AWS_SWITCH_ON,
};

enum aws_startup_action {
        AWS_STARTUP_UNSET,
        AWS_STARTUP_ADD,
        AWS_STARTUP_START,
};

enum aws_dpd_action {
        AWS_DPD_UNSET,
        AWS_DPD_CLEAR,
        AWS_DPD_NONE,
        AWS_DPD_RESTART,
};

/* Lists are texts "A,B" as in struct aws_tunnel; NULL or "": not set. Numbers: 0 is not set. */
struct aws_tunnel_options {
        struct cidr inside;       /* bits 0: not set */
        const struct secret *psk; /* NULL: not set */
        const char *phase1_encryption, *phase1_integrity, *phase1_dh;
        const char *phase2_encryption, *phase2_integrity, *phase2_dh;
        const char *ike_versions; /* "ikev2" */
        uint32_t phase1_lifetime_s, phase2_lifetime_s, dpd_timeout_s;
        enum aws_dpd_action dpd_action;
        enum aws_startup_action startup_action;
        enum aws_switch lifecycle_control;
};

/* VPN connections; exactly one of vpn_gateway_id and transit_gateway_id; always BGP */
struct aws_vpn_connection_spec {
        const char *customer_gateway_id;
        const char *vpn_gateway_id;
        const char *transit_gateway_id;
        struct aws_tunnel_options tunnels[AWS_TUNNELS_PER_CONNECTION]; /* both, or AWS's weak defaults apply */
        const struct tag *tags;
        size_t n_tags;
};
int aws_request_create_vpn_connection(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_vpn_connection_spec *spec) _must_use_;
int aws_request_delete_vpn_connection(struct http_request *r, const struct aws_endpoint *e,
                                      const char *vpn_connection_id) _must_use_;
/* @skip_replacement: only for a change of lifecycle_control alone */
int aws_request_modify_vpn_tunnel_options(struct http_request *r, const struct aws_endpoint *e,
                                          const char *vpn_connection_id, struct ip4 outside,
                                          const struct aws_tunnel_options *options, bool skip_replacement) _must_use_;
int aws_request_replace_vpn_tunnel(struct http_request *r, const struct aws_endpoint *e, const char *vpn_connection_id,
                                   struct ip4 outside, bool apply_pending_maintenance) _must_use_;

int aws_request_create_tags(struct http_request *r, const struct aws_endpoint *e, const char *const *resource_ids,
                            size_t n_resource_ids, const struct tag *tags, size_t n_tags) _must_use_;

/* Turns a built EC2 request into a test of the permission, which changes nothing and is always answered by an error:
 * see aws_error_is_dry_run_ok(). */
void aws_request_set_dry_run(struct http_request *r);
