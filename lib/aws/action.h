/* SPDX-License-Identifier: Apache-2.0 */
/* The API calls that we make, as one list. */
#pragma once

#include <stdbool.h>

#include "aws/endpoint.h"

enum aws_action {
        AWS_DESCRIBE_VPCS,
        AWS_DESCRIBE_ROUTE_TABLES,
        AWS_DESCRIBE_CUSTOMER_GATEWAYS,
        AWS_DESCRIBE_VPN_GATEWAYS,
        AWS_DESCRIBE_VPN_CONNECTIONS,
        AWS_CREATE_CUSTOMER_GATEWAY,
        AWS_DELETE_CUSTOMER_GATEWAY,
        AWS_CREATE_VPN_GATEWAY,
        AWS_DELETE_VPN_GATEWAY,
        AWS_ATTACH_VPN_GATEWAY,
        AWS_DETACH_VPN_GATEWAY,
        AWS_ENABLE_VGW_ROUTE_PROPAGATION,
        AWS_DISABLE_VGW_ROUTE_PROPAGATION,
        AWS_CREATE_VPN_CONNECTION,
        AWS_DELETE_VPN_CONNECTION,
        AWS_MODIFY_VPN_TUNNEL_OPTIONS,
        AWS_REPLACE_VPN_TUNNEL,
        AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS,
        AWS_CREATE_TAGS,
        AWS_GET_CALLER_IDENTITY,
};
#define AWS_ACTIONS (AWS_GET_CALLER_IDENTITY + 1)

const char *aws_action_to_string(enum aws_action a); /* as on the wire: "DescribeVpcs" */
bool aws_action_is_write(enum aws_action a);
enum aws_service aws_action_service(enum aws_action a);
