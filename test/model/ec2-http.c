/* SPDX-License-Identifier: Apache-2.0 */
/* One EC2 request from bytes to bytes: form, signature, action, parameters, handler, envelope. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/encode.h"
#include "util/macro.h"

#define FILTERS "Filter.#.Name Filter.#.Value.# "
#define PAGES "MaxResults NextToken "
#define TAGS "TagSpecification.#.ResourceType TagSpecification.#.Tag.#.Key TagSpecification.#.Tag.#.Value "
#define LOGS(p)                                                                                                        \
        p "LogOptions.CloudWatchLogOptions.LogEnabled " p "LogOptions.CloudWatchLogOptions.LogGroupArn " p             \
          "LogOptions.CloudWatchLogOptions.LogOutputFormat " p "LogOptions.CloudWatchLogOptions.BgpLogEnabled " p      \
          "LogOptions.CloudWatchLogOptions.BgpLogGroupArn " p "LogOptions.CloudWatchLogOptions.BgpLogOutputFormat "
#define TUNNEL(p)                                                                                                      \
        p "TunnelInsideCidr " p "TunnelInsideIpv6Cidr " p "PreSharedKey " p "Phase1LifetimeSeconds " p                 \
          "Phase2LifetimeSeconds " p "RekeyMarginTimeSeconds " p "RekeyFuzzPercentage " p "ReplayWindowSize " p        \
          "DPDTimeoutSeconds " p "DPDTimeoutAction " p "StartupAction " p "Phase1EncryptionAlgorithm.#.Value " p       \
          "Phase2EncryptionAlgorithm.#.Value " p "Phase1IntegrityAlgorithm.#.Value " p                                 \
          "Phase2IntegrityAlgorithm.#.Value " p "Phase1DHGroupNumber.#.Value " p "Phase2DHGroupNumber.#.Value " p      \
          "IKEVersion.#.Value " p "EnableTunnelLifecycleControl " LOGS(p)

static const struct action {
        const char *name;
        int (*handler)(struct ec2_call *c);
        const char *parameters;
} actions[] = {
        {"DescribeVpcs", ec2_describe_vpcs, "VpcId.# " FILTERS PAGES},
        {"DescribeRouteTables", ec2_describe_route_tables, "RouteTableId.# " FILTERS PAGES},
        {"DescribeCustomerGateways", ec2_describe_customer_gateways, "CustomerGatewayId.# " FILTERS},
        {"DescribeVpnGateways", ec2_describe_vpn_gateways, "VpnGatewayId.# " FILTERS},
        {"DescribeVpnConnections", ec2_describe_vpn_connections, "VpnConnectionId.# " FILTERS},
        {"DescribeTags", ec2_describe_tags, FILTERS PAGES},
        {"DescribeRegions", ec2_describe_regions, "RegionName.# AllRegions " FILTERS},
        {"DescribeTransitGateways", ec2_describe_transit_gateways, "TransitGatewayIds.# " FILTERS PAGES},
        {"CreateVpc", ec2_create_vpc, "CidrBlock InstanceTenancy AmazonProvidedIpv6CidrBlock " TAGS},
        {"CreateRouteTable", ec2_create_route_table, "VpcId " TAGS},
        {"CreateCustomerGateway", ec2_create_customer_gateway,
         "Type BgpAsn BgpAsnExtended IpAddress PublicIp CertificateArn DeviceName OutsideIpAddressType " TAGS},
        {"DeleteCustomerGateway", ec2_delete_customer_gateway, "CustomerGatewayId"},
        {"CreateVpnGateway", ec2_create_vpn_gateway, "Type AvailabilityZone AmazonSideAsn " TAGS},
        {"DeleteVpnGateway", ec2_delete_vpn_gateway, "VpnGatewayId"},
        {"AttachVpnGateway", ec2_attach_vpn_gateway, "VpcId VpnGatewayId"},
        {"DetachVpnGateway", ec2_detach_vpn_gateway, "VpcId VpnGatewayId"},
        {"EnableVgwRoutePropagation", ec2_enable_propagation, "GatewayId RouteTableId"},
        {"DisableVgwRoutePropagation", ec2_disable_propagation, "GatewayId RouteTableId"},
        {"CreateVpnConnection", ec2_create_vpn_connection,
         "Type CustomerGatewayId VpnGatewayId TransitGatewayId VpnConcentratorId PreSharedKeyStorage "
         "Options.StaticRoutesOnly Options.EnableAcceleration Options.TunnelInsideIpVersion "
         "Options.LocalIpv4NetworkCidr Options.RemoteIpv4NetworkCidr Options.LocalIpv6NetworkCidr "
         "Options.RemoteIpv6NetworkCidr Options.OutsideIpAddressType Options.TransportTransitGatewayAttachmentId "
         "Options.TunnelBandwidth " TUNNEL("Options.TunnelOptions.#.") TAGS},
        {"DeleteVpnConnection", ec2_delete_vpn_connection, "VpnConnectionId"},
        {"ModifyVpnConnection", ec2_modify_vpn_connection,
         "VpnConnectionId TransitGatewayId VpnGatewayId CustomerGatewayId"},
        {"ModifyVpnConnectionOptions", ec2_modify_vpn_connection_options,
         "VpnConnectionId LocalIpv4NetworkCidr RemoteIpv4NetworkCidr LocalIpv6NetworkCidr RemoteIpv6NetworkCidr "
         "TunnelBandwidth"},
        {"ModifyVpnTunnelOptions", ec2_modify_vpn_tunnel_options,
         "VpnConnectionId VpnTunnelOutsideIpAddress SkipTunnelReplacement PreSharedKeyStorage " TUNNEL(
                 "TunnelOptions.")},
        {"ReplaceVpnTunnel", ec2_replace_vpn_tunnel,
         "VpnConnectionId VpnTunnelOutsideIpAddress ApplyPendingMaintenance"},
        {"GetVpnTunnelReplacementStatus", ec2_tunnel_replacement_status, "VpnConnectionId VpnTunnelOutsideIpAddress"},
        {"CreateTags", ec2_create_tags, "ResourceId.# Tag.#.Key Tag.#.Value"},
        {"DeleteTags", ec2_delete_tags, "ResourceId.# Tag.#.Key Tag.#.Value"},
};

static const struct action *find_action(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(actions); i++)
                if (strcmp(actions[i].name, name) == 0)
                        return &actions[i];
        return NULL;
}

static int run(struct ec2_call *c, const char *name) {
        const char *unknown = NULL;
        bool dry_run = false;
        const struct action *a = find_action(name);
        if (!a)
                return ec2_fail(c, "InvalidAction", "The action %s is not valid for this web service.", name);
        const char *version = ec2_form_get(&c->form, "Version");
        if (!version)
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter Version");
        if (strcmp(version, "2016-11-15") != 0)
                return ec2_fail(c, "NoSuchVersion", "The requested version (%s) of service AmazonEC2 does not exist",
                                version);
        if (!ec2_form_known(&c->form, a->parameters, &unknown))
                return ec2_fail(c, "UnknownParameter", "The parameter %s is not recognized", unknown);
        int k = ec2_get_bool(c, "DryRun", &dry_run);
        if (k != 0)
                return k;
        if (dry_run)
                return ec2_fail(c, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        return a->handler(c);
}

static int envelope(struct ec2_call *c, const char *name, struct http_response *ret) {
        char id[MODEL_UUID_SIZE];
        _cleanup_buf_ struct buf b = BUF_NULL;
        model_uuid(c->m, id);
        model_log_request_id(c->m, id);
        buf_printf(&b,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<%sResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">",
                   name);
        ec2_text(&b, "requestId", id);
        buf_puts(&b, buf_str(&c->out));
        buf_printf(&b, "</%sResponse>", name);
        if (buf_error(&c->out) < 0)
                return buf_error(&c->out);
        int k = model_reply_header(ret, "x-amzn-requestid", id);
        return k < 0 ? k : model_reply(ret, 200, "text/xml;charset=UTF-8", buf_str(&b));
}

static enum model_outcome ec2_http(struct ec2_call *c, const struct http_request *r, const struct http_url *u,
                                   struct http_response *ret) {
        const char *name = ec2_form_get(&c->form, "Action");
        int k = name ? 0 : ec2_fail(c, "MissingAction", "The request must contain the parameter Action");
        if (k == 0)
                k = ec2_authenticate(c, r, u, "ec2");
        if (k == 0)
                k = run(c, name);
        if (k == 0)
                k = envelope(c, name, ret);
        else if (k == EC2_FAILED)
                k = aws_reply_error(c->m, c->status, c->code, c->message, ret);
        return k < 0 ? MODEL_REFUSED : MODEL_REPLY;
}

static enum model_outcome bad_body(struct model *m, int k, struct http_response *ret) {
        if (k == -EINVAL)
                k = aws_reply_error(m, 400, "MalformedQueryString", "The query string contains a syntax error.", ret);
        return k < 0 ? MODEL_REFUSED : MODEL_REPLY;
}

enum model_outcome aws_http(struct model *m, const struct http_request *r, const struct http_url *u,
                            struct http_response *ret) {
        struct ec2_call c = {.m = m};
        if (u->path_len > 1)
                return ec2_metadata_http(m, r, u, ret);
        int k = r->method == HTTP_POST ? ec2_form_parse(buf_str(&r->body), r->body.len, &c.form) : -EINVAL;
        if (k < 0) {
                ec2_form_deinit(&c.form);
                return bad_body(m, k, ret);
        }
        const char *version = ec2_form_get(&c.form, "Version");
        enum model_outcome outcome =
                version && strcmp(version, "2011-06-15") == 0 ? sts_http(&c, r, u, ret) : ec2_http(&c, r, u, ret);
        ec2_form_deinit(&c.form);
        buf_deinit(&c.out);
        return outcome;
}

static bool begins(const char *s, const char *prefix) {
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

void aws_describe_request(const struct http_request *r, char *what, size_t size, bool *ret_is_write) {
        const char *body = buf_str(&r->body), *at = strstr(body, "Action=");
        while (at && at != body && at[-1] != '&')
                at = strstr(at + 1, "Action=");
        at = at ? at + strlen("Action=") : "";
        snprintf(what, size, "%.*s", (int)strcspn(at, "&"), at);
        *ret_is_write = *what && !begins(what, "Describe") && !begins(what, "Get") && !begins(what, "AssumeRole");
}
