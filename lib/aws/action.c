/* SPDX-License-Identifier: Apache-2.0 */
/* The API calls that we make. */
#include "aws/action.h"

#include <assert.h>

static const struct {
        const char *name;
        bool is_write;
} actions[AWS_ACTIONS] = {
        [AWS_DESCRIBE_VPCS] = {"DescribeVpcs", false},
        [AWS_DESCRIBE_ROUTE_TABLES] = {"DescribeRouteTables", false},
        [AWS_DESCRIBE_CUSTOMER_GATEWAYS] = {"DescribeCustomerGateways", false},
        [AWS_DESCRIBE_VPN_GATEWAYS] = {"DescribeVpnGateways", false},
        [AWS_DESCRIBE_VPN_CONNECTIONS] = {"DescribeVpnConnections", false},
        [AWS_CREATE_CUSTOMER_GATEWAY] = {"CreateCustomerGateway", true},
        [AWS_DELETE_CUSTOMER_GATEWAY] = {"DeleteCustomerGateway", true},
        [AWS_CREATE_VPN_GATEWAY] = {"CreateVpnGateway", true},
        [AWS_DELETE_VPN_GATEWAY] = {"DeleteVpnGateway", true},
        [AWS_ATTACH_VPN_GATEWAY] = {"AttachVpnGateway", true},
        [AWS_DETACH_VPN_GATEWAY] = {"DetachVpnGateway", true},
        [AWS_ENABLE_VGW_ROUTE_PROPAGATION] = {"EnableVgwRoutePropagation", true},
        [AWS_DISABLE_VGW_ROUTE_PROPAGATION] = {"DisableVgwRoutePropagation", true},
        [AWS_CREATE_VPN_CONNECTION] = {"CreateVpnConnection", true},
        [AWS_DELETE_VPN_CONNECTION] = {"DeleteVpnConnection", true},
        [AWS_MODIFY_VPN_TUNNEL_OPTIONS] = {"ModifyVpnTunnelOptions", true},
        [AWS_REPLACE_VPN_TUNNEL] = {"ReplaceVpnTunnel", true},
        [AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS] = {"GetVpnTunnelReplacementStatus", false},
        [AWS_CREATE_TAGS] = {"CreateTags", true},
        [AWS_GET_CALLER_IDENTITY] = {"GetCallerIdentity", false},
};

const char *aws_action_to_string(enum aws_action a) {
        assert(a < AWS_ACTIONS);
        return actions[a].name;
}

bool aws_action_is_write(enum aws_action a) {
        assert(a < AWS_ACTIONS);
        return actions[a].is_write;
}

enum aws_service aws_action_service(enum aws_action a) {
        assert(a < AWS_ACTIONS);
        return a == AWS_GET_CALLER_IDENTITY ? AWS_SERVICE_STS : AWS_SERVICE_EC2;
}
