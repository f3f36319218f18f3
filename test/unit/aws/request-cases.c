/* SPDX-License-Identifier: Apache-2.0 */
/* One request of each kind, with the body that it must have. */
#include "request-cases.h"

#include <string.h>

#define EC2(_action) "Action=" _action "&Version=2016-11-15"
#define OUTSIDE ((struct ip4){0xc633640a}) /* 198.51.100.10 */

static const struct tag tags[] = {{"s2svpn-owner", "team a&b"}, {"s2svpn-slot", "vpn1"}, {"empty", ""}};

static int describe_vpcs(struct http_request *r, const struct aws_endpoint *e) {
        static const char *const ids[] = {"vpc-0aaa", "vpc-0bbb"}, *const states[] = {"available"};
        static const struct aws_filter filters[] = {{"vpc-id", ids, 2}, {"state", states, 1}};
        return aws_request_describe_vpcs(r, e, &(struct aws_query){filters, 2, "a+b/c=="});
}

static int describe_route_tables(struct http_request *r, const struct aws_endpoint *e) {
        static const char *const ids[] = {"rtb-0aaa"};
        static const struct aws_filter filter = {"route-table-id", ids, 1};
        return aws_request_describe_route_tables(r, e, &(struct aws_query){&filter, 1, NULL});
}

static int describe_customer_gateways(struct http_request *r, const struct aws_endpoint *e) {
        static const char *const owners[] = {"hub-1"};
        static const struct aws_filter filter = {"tag:s2svpn-owner", owners, 1};
        return aws_request_describe_customer_gateways(r, e, &(struct aws_query){&filter, 1, ""});
}

static int describe_vpn_gateways(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_describe_vpn_gateways(r, e, &(struct aws_query){0});
}

static int describe_vpn_connections(struct http_request *r, const struct aws_endpoint *e) {
        static const char *const ids[] = {"vpn-0aaa", "vpn-0bbb"};
        static const char *const states[] = {"pending", "available", "modifying", "deleting"};
        static const struct aws_filter filters[] = {{"vpn-connection-id", ids, 2}, {"state", states, 4}};
        return aws_request_describe_vpn_connections(r, e, &(struct aws_query){filters, 2, NULL});
}

static int create_customer_gateway(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_create_customer_gateway(
                r, e, &(struct aws_customer_gateway_spec){{0xcb00710a}, 65515, "hub/cgw0", tags, 3});
}

static int create_customer_gateway_wide(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_create_customer_gateway(
                r, e, &(struct aws_customer_gateway_spec){{0xcb00710a}, 4200000001, NULL, NULL, 0});
}

static int delete_customer_gateway(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_delete_customer_gateway(r, e, "cgw-0aaa");
}

static int create_vpn_gateway(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_create_vpn_gateway(r, e, 4200000000, tags, 2);
}

static int create_vpn_gateway_plain(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_create_vpn_gateway(r, e, 0, NULL, 0);
}

static int delete_vpn_gateway(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_delete_vpn_gateway(r, e, "vgw-0aaa");
}

static int attach(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_attach_vpn_gateway(r, e, "vgw-0aaa", "vpc-0aaa");
}

static int attach_dry(struct http_request *r, const struct aws_endpoint *e) {
        int k = aws_request_attach_vpn_gateway(r, e, "vgw-0aaa", "vpc-0aaa");
        aws_request_set_dry_run(r);
        return k;
}

static int detach(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_detach_vpn_gateway(r, e, "vgw-0aaa", "vpc-0aaa");
}

static int enable_propagation(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_enable_vgw_route_propagation(r, e, "vgw-0aaa", "rtb-0aaa");
}

static int disable_propagation(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_disable_vgw_route_propagation(r, e, "vgw-0aaa", "rtb-0aaa");
}

static int connection(struct http_request *r, const struct aws_endpoint *e, enum aws_switch lifecycle) {
        char first_key[] = "SYNTHETIC.key_1", second_key[] = "SYNTHETIC.key_2";
        const struct secret first = {first_key, strlen(first_key)}, second = {second_key, strlen(second_key)};
        const struct aws_tunnel_options options = {
                .inside = {0xa9fe1500, 30},
                .psk = &first,
                .phase1_encryption = "AES256",
                .phase1_integrity = "SHA2-384",
                .phase1_dh = "20",
                .phase2_encryption = "AES256-GCM-16",
                .phase2_integrity = "SHA2-256,SHA2-384",
                .phase2_dh = "20",
                .ike_versions = "ikev2",
                .phase1_lifetime_s = 28800,
                .phase2_lifetime_s = 3600,
                .dpd_timeout_s = 40,
                .dpd_action = AWS_DPD_RESTART,
                .startup_action = AWS_STARTUP_START,
                .lifecycle_control = lifecycle,
        };
        struct aws_vpn_connection_spec spec = {
                .customer_gateway_id = "cgw-0aaa",
                .vpn_gateway_id = "vgw-0aaa",
                .tunnels = {options, options},
                .tags = tags,
                .n_tags = 2,
        };
        spec.tunnels[1].inside.addr = 0xa9fe1600;
        spec.tunnels[1].psk = &second;
        spec.tunnels[1].startup_action = AWS_STARTUP_ADD;
        return aws_request_create_vpn_connection(r, e, &spec);
}

static int create_connection(struct http_request *r, const struct aws_endpoint *e) {
        return connection(r, e, AWS_SWITCH_UNSET);
}

static int create_connection_lifecycle(struct http_request *r, const struct aws_endpoint *e) {
        return connection(r, e, AWS_SWITCH_ON);
}

static int create_connection_transit(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_create_vpn_connection(
                r, e,
                &(struct aws_vpn_connection_spec){.customer_gateway_id = "cgw-0aaa", .transit_gateway_id = "tgw-0aaa"});
}

static int delete_connection(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_delete_vpn_connection(r, e, "vpn-0aaa");
}

static int modify_tunnel(struct http_request *r, const struct aws_endpoint *e) {
        char text[] = "SYNTHETIC.key_3";
        const struct secret key = {text, strlen(text)};
        return aws_request_modify_vpn_tunnel_options(
                r, e, "vpn-0aaa", OUTSIDE,
                &(struct aws_tunnel_options){
                        .psk = &key, .phase1_dh = "14,20", .dpd_action = AWS_DPD_NONE, .phase2_lifetime_s = 900},
                false);
}

static int modify_tunnel_lifecycle(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_modify_vpn_tunnel_options(
                r, e, "vpn-0aaa", OUTSIDE, &(struct aws_tunnel_options){.lifecycle_control = AWS_SWITCH_OFF}, true);
}

static int replace_tunnel(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_replace_vpn_tunnel(r, e, "vpn-0aaa", OUTSIDE, true);
}

static int replacement_status(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_get_vpn_tunnel_replacement_status(r, e, "vpn-0aaa", OUTSIDE);
}

static int create_tags(struct http_request *r, const struct aws_endpoint *e) {
        static const char *const ids[] = {"vgw-0aaa", "cgw-0aaa"};
        return aws_request_create_tags(r, e, ids, 2, tags, 3);
}

static int caller_identity(struct http_request *r, const struct aws_endpoint *e) {
        return aws_request_get_caller_identity(r, e);
}

#define TUNNEL_BODY(_n, _inside, _key, _startup, _rest)                                                                \
        "&Options.TunnelOptions." _n ".TunnelInsideCidr=" _inside "&Options.TunnelOptions." _n ".PreSharedKey=" _key   \
        "&Options.TunnelOptions." _n ".Phase1LifetimeSeconds=28800&Options.TunnelOptions." _n                          \
        ".Phase2LifetimeSeconds=3600&Options.TunnelOptions." _n ".DPDTimeoutSeconds=40&Options.TunnelOptions." _n      \
        ".DPDTimeoutAction=restart&Options.TunnelOptions." _n                                                          \
        ".Phase1EncryptionAlgorithm.1.Value=AES256&Options.TunnelOptions." _n                                          \
        ".Phase2EncryptionAlgorithm.1.Value=AES256-GCM-16&Options.TunnelOptions." _n                                   \
        ".Phase1IntegrityAlgorithm.1.Value=SHA2-384&Options.TunnelOptions." _n                                         \
        ".Phase2IntegrityAlgorithm.1.Value=SHA2-256&Options.TunnelOptions." _n                                         \
        ".Phase2IntegrityAlgorithm.2.Value=SHA2-384&Options.TunnelOptions." _n                                         \
        ".Phase1DHGroupNumber.1.Value=20&Options.TunnelOptions." _n                                                    \
        ".Phase2DHGroupNumber.1.Value=20&Options.TunnelOptions." _n                                                    \
        ".IKEVersion.1.Value=ikev2&Options.TunnelOptions." _n ".StartupAction=" _startup _rest
#define TUNNEL_LIFECYCLE(_n) "&Options.TunnelOptions." _n ".EnableTunnelLifecycleControl=true"
#define CONNECTION_BODY(_rest_1, _rest_2)                                                                              \
        EC2("CreateVpnConnection")                                                                                     \
        "&Type=ipsec.1&CustomerGatewayId=cgw-0aaa&VpnGatewayId=vgw-0aaa&Options.StaticRoutesOnly=false" TUNNEL_BODY(   \
                "1", "169.254.21.0%2F30", "SYNTHETIC.key_1", "start", _rest_1)                                         \
                TUNNEL_BODY("2", "169.254.22.0%2F30", "SYNTHETIC.key_2", "add", _rest_2)                               \
                        TAG_SPECIFICATION("vpn-connection")
#define TAG_SPECIFICATION(_type)                                                                                       \
        "&TagSpecification.1.ResourceType=" _type "&TagSpecification.1.Tag.1.Key=s2svpn-owner"                         \
        "&TagSpecification.1.Tag.1.Value=team%20a%26b&TagSpecification.1.Tag.2.Key=s2svpn-slot"                        \
        "&TagSpecification.1.Tag.2.Value=vpn1"

const struct request_case request_cases[] = {
        {"describe-vpcs", AWS_DESCRIBE_VPCS, describe_vpcs,
         EC2("DescribeVpcs") "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-0aaa&Filter.1.Value.2=vpc-0bbb"
                             "&Filter.2.Name=state&Filter.2.Value.1=available&NextToken=a%2Bb%2Fc%3D%3D"},
        {"describe-route-tables", AWS_DESCRIBE_ROUTE_TABLES, describe_route_tables,
         EC2("DescribeRouteTables") "&Filter.1.Name=route-table-id&Filter.1.Value.1=rtb-0aaa"},
        {"describe-customer-gateways", AWS_DESCRIBE_CUSTOMER_GATEWAYS, describe_customer_gateways,
         EC2("DescribeCustomerGateways") "&Filter.1.Name=tag%3As2svpn-owner&Filter.1.Value.1=hub-1"},
        {"describe-vpn-gateways", AWS_DESCRIBE_VPN_GATEWAYS, describe_vpn_gateways, EC2("DescribeVpnGateways")},
        {"describe-vpn-connections", AWS_DESCRIBE_VPN_CONNECTIONS, describe_vpn_connections,
         EC2("DescribeVpnConnections") "&Filter.1.Name=vpn-connection-id&Filter.1.Value.1=vpn-0aaa"
                                       "&Filter.1.Value.2=vpn-0bbb&Filter.2.Name=state&Filter.2.Value.1=pending"
                                       "&Filter.2.Value.2=available&Filter.2.Value.3=modifying"
                                       "&Filter.2.Value.4=deleting"},
        {"create-customer-gateway", AWS_CREATE_CUSTOMER_GATEWAY, create_customer_gateway,
         EC2("CreateCustomerGateway") "&Type=ipsec.1&IpAddress=203.0.113.10&BgpAsn=65515&DeviceName=hub%"
                                      "2Fcgw0" TAG_SPECIFICATION(
                                              "customer-gateway") "&TagSpecification.1.Tag.3.Key=empty&"
                                                                  "TagSpecification.1.Tag.3.Value="},
        {"create-customer-gateway-wide", AWS_CREATE_CUSTOMER_GATEWAY, create_customer_gateway_wide,
         EC2("CreateCustomerGateway") "&Type=ipsec.1&IpAddress=203.0.113.10&BgpAsnExtended=4200000001"},
        {"delete-customer-gateway", AWS_DELETE_CUSTOMER_GATEWAY, delete_customer_gateway,
         EC2("DeleteCustomerGateway") "&CustomerGatewayId=cgw-0aaa"},
        {"create-vpn-gateway", AWS_CREATE_VPN_GATEWAY, create_vpn_gateway,
         EC2("CreateVpnGateway") "&Type=ipsec.1&AmazonSideAsn=4200000000" TAG_SPECIFICATION("vpn-gateway")},
        {"create-vpn-gateway-plain", AWS_CREATE_VPN_GATEWAY, create_vpn_gateway_plain,
         EC2("CreateVpnGateway") "&Type=ipsec.1"},
        {"delete-vpn-gateway", AWS_DELETE_VPN_GATEWAY, delete_vpn_gateway,
         EC2("DeleteVpnGateway") "&VpnGatewayId=vgw-0aaa"},
        {"attach-vpn-gateway", AWS_ATTACH_VPN_GATEWAY, attach,
         EC2("AttachVpnGateway") "&VpcId=vpc-0aaa&VpnGatewayId=vgw-0aaa"},
        {"attach-vpn-gateway-dry", AWS_ATTACH_VPN_GATEWAY, attach_dry,
         EC2("AttachVpnGateway") "&VpcId=vpc-0aaa&VpnGatewayId=vgw-0aaa&DryRun=true"},
        {"detach-vpn-gateway", AWS_DETACH_VPN_GATEWAY, detach,
         EC2("DetachVpnGateway") "&VpcId=vpc-0aaa&VpnGatewayId=vgw-0aaa"},
        {"enable-propagation", AWS_ENABLE_VGW_ROUTE_PROPAGATION, enable_propagation,
         EC2("EnableVgwRoutePropagation") "&GatewayId=vgw-0aaa&RouteTableId=rtb-0aaa"},
        {"disable-propagation", AWS_DISABLE_VGW_ROUTE_PROPAGATION, disable_propagation,
         EC2("DisableVgwRoutePropagation") "&GatewayId=vgw-0aaa&RouteTableId=rtb-0aaa"},
        {"create-vpn-connection", AWS_CREATE_VPN_CONNECTION, create_connection, CONNECTION_BODY("", "")},
        {"create-vpn-connection-lifecycle", AWS_CREATE_VPN_CONNECTION, create_connection_lifecycle,
         CONNECTION_BODY(TUNNEL_LIFECYCLE("1"), TUNNEL_LIFECYCLE("2"))},
        {"create-vpn-connection-transit", AWS_CREATE_VPN_CONNECTION, create_connection_transit,
         EC2("CreateVpnConnection") "&Type=ipsec.1&CustomerGatewayId=cgw-0aaa&TransitGatewayId=tgw-0aaa"
                                    "&Options.StaticRoutesOnly=false"},
        {"delete-vpn-connection", AWS_DELETE_VPN_CONNECTION, delete_connection,
         EC2("DeleteVpnConnection") "&VpnConnectionId=vpn-0aaa"},
        {"modify-tunnel", AWS_MODIFY_VPN_TUNNEL_OPTIONS, modify_tunnel,
         EC2("ModifyVpnTunnelOptions") "&VpnConnectionId=vpn-0aaa&VpnTunnelOutsideIpAddress=198.51.100.10"
                                       "&TunnelOptions.PreSharedKey=SYNTHETIC.key_3"
                                       "&TunnelOptions.Phase2LifetimeSeconds=900"
                                       "&TunnelOptions.DPDTimeoutAction=none"
                                       "&TunnelOptions.Phase1DHGroupNumber.1.Value=14"
                                       "&TunnelOptions.Phase1DHGroupNumber.2.Value=20"},
        {"modify-tunnel-lifecycle", AWS_MODIFY_VPN_TUNNEL_OPTIONS, modify_tunnel_lifecycle,
         EC2("ModifyVpnTunnelOptions") "&VpnConnectionId=vpn-0aaa&VpnTunnelOutsideIpAddress=198.51.100.10"
                                       "&TunnelOptions.EnableTunnelLifecycleControl=false"
                                       "&SkipTunnelReplacement=true"},
        {"replace-tunnel", AWS_REPLACE_VPN_TUNNEL, replace_tunnel,
         EC2("ReplaceVpnTunnel") "&VpnConnectionId=vpn-0aaa&VpnTunnelOutsideIpAddress=198.51.100.10"
                                 "&ApplyPendingMaintenance=true"},
        {"replacement-status", AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS, replacement_status,
         EC2("GetVpnTunnelReplacementStatus") "&VpnConnectionId=vpn-0aaa&VpnTunnelOutsideIpAddress=198.51.100.10"},
        {"create-tags", AWS_CREATE_TAGS, create_tags,
         EC2("CreateTags") "&ResourceId.1=vgw-0aaa&ResourceId.2=cgw-0aaa&Tag.1.Key=s2svpn-owner"
                           "&Tag.1.Value=team%20a%26b&Tag.2.Key=s2svpn-slot&Tag.2.Value=vpn1&Tag.3.Key=empty"
                           "&Tag.3.Value="},
        {"caller-identity", AWS_GET_CALLER_IDENTITY, caller_identity, "Action=GetCallerIdentity&Version=2011-06-15"},
};
const size_t n_request_cases = ELEMENTSOF(request_cases);
