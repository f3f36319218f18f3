/* SPDX-License-Identifier: Apache-2.0 */
/* EC2 and STS query requests: reading, gateways, propagation, tags. */
#include "aws/ec2-request.h"

#include <errno.h>

#include "aws/form.h"

static bool has_pages(enum aws_action action) {
        return action == AWS_DESCRIBE_VPCS || action == AWS_DESCRIBE_ROUTE_TABLES;
}

static bool is_describe(enum aws_action action) {
        return has_pages(action) || action == AWS_DESCRIBE_CUSTOMER_GATEWAYS || action == AWS_DESCRIBE_VPN_GATEWAYS ||
               action == AWS_DESCRIBE_VPN_CONNECTIONS;
}

static void add_filter(struct http_request *r, const struct aws_filter *f, size_t number) {
        aws_form_text(r, f->n_values ? f->name : NULL, "Filter.%zu.Name", number);
        for (size_t i = 0; i < f->n_values; i++)
                aws_form_text(r, f->values[i], "Filter.%zu.Value.%zu", number, i + 1);
}

/**
 * aws_request_describe() - Builds one of the describe calls
 * @r: empty request
 * @e: EC2 of the region
 * @action: AWS_DESCRIBE_*
 * @query: filters and page
 *
 * Return: 0; -ENOMEM; -EINVAL for another action, an empty filter or a page token where there are no pages
 */
int aws_request_describe(struct http_request *r, const struct aws_endpoint *e, enum aws_action action,
                         const struct aws_query *query) {
        bool has_token = query->next_token && query->next_token[0];
        if (!is_describe(action) || (has_token && !has_pages(action)))
                return -EINVAL;
        aws_form_begin(r, e, action);
        for (size_t i = 0; i < query->n_filters; i++)
                add_filter(r, &query->filters[i], i + 1);
        if (has_token)
                aws_form_text(r, query->next_token, "NextToken");
        return aws_form_end(r);
}

int aws_request_describe_vpcs(struct http_request *r, const struct aws_endpoint *e, const struct aws_query *query) {
        return aws_request_describe(r, e, AWS_DESCRIBE_VPCS, query);
}

int aws_request_describe_route_tables(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_query *query) {
        return aws_request_describe(r, e, AWS_DESCRIBE_ROUTE_TABLES, query);
}

int aws_request_describe_customer_gateways(struct http_request *r, const struct aws_endpoint *e,
                                           const struct aws_query *query) {
        return aws_request_describe(r, e, AWS_DESCRIBE_CUSTOMER_GATEWAYS, query);
}

int aws_request_describe_vpn_gateways(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_query *query) {
        return aws_request_describe(r, e, AWS_DESCRIBE_VPN_GATEWAYS, query);
}

int aws_request_describe_vpn_connections(struct http_request *r, const struct aws_endpoint *e,
                                         const struct aws_query *query) {
        return aws_request_describe(r, e, AWS_DESCRIBE_VPN_CONNECTIONS, query);
}

/**
 * aws_request_get_caller_identity() - Asks STS who we are; needs no permission
 */
int aws_request_get_caller_identity(struct http_request *r, const struct aws_endpoint *e) {
        aws_form_begin(r, e, AWS_GET_CALLER_IDENTITY);
        return aws_form_end(r);
}

/**
 * aws_request_create_customer_gateway() - Builds CreateCustomerGateway
 *
 * ASNs above a signed 32-bit number have a parameter of their own. AWS returns an existing gateway for an identical
 * request: the device name is what makes one pairing's gateway its own.
 *
 * Return: 0; -ENOMEM; -EINVAL without address or ASN
 */
int aws_request_create_customer_gateway(struct http_request *r, const struct aws_endpoint *e,
                                        const struct aws_customer_gateway_spec *spec) {
        if (spec->asn == 0)
                return -EINVAL;
        aws_form_begin(r, e, AWS_CREATE_CUSTOMER_GATEWAY);
        aws_form_text(r, "ipsec.1", "Type");
        aws_form_ip4(r, spec->address, "IpAddress");
        aws_form_number(r, spec->asn, spec->asn <= INT32_MAX ? "BgpAsn" : "BgpAsnExtended");
        if (spec->device_name)
                aws_form_text(r, spec->device_name, "DeviceName");
        aws_form_tag_specification(r, "customer-gateway", spec->tags, spec->n_tags);
        return aws_form_end(r);
}

int aws_request_delete_customer_gateway(struct http_request *r, const struct aws_endpoint *e,
                                        const char *customer_gateway_id) {
        aws_form_begin(r, e, AWS_DELETE_CUSTOMER_GATEWAY);
        aws_form_text(r, customer_gateway_id, "CustomerGatewayId");
        return aws_form_end(r);
}

/**
 * aws_request_create_vpn_gateway() - Builds CreateVpnGateway
 * @r: empty request
 * @e: EC2 of the region
 * @asn: Amazon's side, fixed for the gateway's life; 0: AWS's default
 * @tags: set together with the creation
 * @n_tags: may be 0
 *
 * Return: 0 or -ENOMEM, -EINVAL
 */
int aws_request_create_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, uint64_t asn,
                                   const struct tag *tags, size_t n_tags) {
        aws_form_begin(r, e, AWS_CREATE_VPN_GATEWAY);
        aws_form_text(r, "ipsec.1", "Type");
        if (asn)
                aws_form_number(r, asn, "AmazonSideAsn");
        aws_form_tag_specification(r, "vpn-gateway", tags, n_tags);
        return aws_form_end(r);
}

int aws_request_delete_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, const char *vpn_gateway_id) {
        aws_form_begin(r, e, AWS_DELETE_VPN_GATEWAY);
        aws_form_text(r, vpn_gateway_id, "VpnGatewayId");
        return aws_form_end(r);
}

static int gateway_and_vpc(struct http_request *r, const struct aws_endpoint *e, enum aws_action action,
                           const char *vpn_gateway_id, const char *vpc_id) {
        aws_form_begin(r, e, action);
        aws_form_text(r, vpc_id, "VpcId");
        aws_form_text(r, vpn_gateway_id, "VpnGatewayId");
        return aws_form_end(r);
}

int aws_request_attach_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, const char *vpn_gateway_id,
                                   const char *vpc_id) {
        return gateway_and_vpc(r, e, AWS_ATTACH_VPN_GATEWAY, vpn_gateway_id, vpc_id);
}

int aws_request_detach_vpn_gateway(struct http_request *r, const struct aws_endpoint *e, const char *vpn_gateway_id,
                                   const char *vpc_id) {
        return gateway_and_vpc(r, e, AWS_DETACH_VPN_GATEWAY, vpn_gateway_id, vpc_id);
}

static int gateway_and_table(struct http_request *r, const struct aws_endpoint *e, enum aws_action action,
                             const char *vpn_gateway_id, const char *route_table_id) {
        aws_form_begin(r, e, action);
        aws_form_text(r, vpn_gateway_id, "GatewayId");
        aws_form_text(r, route_table_id, "RouteTableId");
        return aws_form_end(r);
}

int aws_request_enable_vgw_route_propagation(struct http_request *r, const struct aws_endpoint *e,
                                             const char *vpn_gateway_id, const char *route_table_id) {
        return gateway_and_table(r, e, AWS_ENABLE_VGW_ROUTE_PROPAGATION, vpn_gateway_id, route_table_id);
}

int aws_request_disable_vgw_route_propagation(struct http_request *r, const struct aws_endpoint *e,
                                              const char *vpn_gateway_id, const char *route_table_id) {
        return gateway_and_table(r, e, AWS_DISABLE_VGW_ROUTE_PROPAGATION, vpn_gateway_id, route_table_id);
}

int aws_request_create_tags(struct http_request *r, const struct aws_endpoint *e, const char *const *resource_ids,
                            size_t n_resource_ids, const struct tag *tags, size_t n_tags) {
        if (n_resource_ids == 0 || n_tags == 0)
                return -EINVAL;
        aws_form_begin(r, e, AWS_CREATE_TAGS);
        for (size_t i = 0; i < n_resource_ids; i++)
                aws_form_text(r, resource_ids[i], "ResourceId.%zu", i + 1);
        aws_form_tags(r, tags, n_tags, "");
        return aws_form_end(r);
}

/**
 * aws_request_set_dry_run() - Makes a built EC2 request test the permission only
 * @r: built and not signed yet
 *
 * Nothing changes then, so the request counts as a read.
 */
void aws_request_set_dry_run(struct http_request *r) {
        aws_form_text(r, "true", "DryRun");
        r->is_write = false;
}
