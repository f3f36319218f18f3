/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of EC2 and STS, read while they arrive: bytes in, facts out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/action.h"
#include "core/aws-facts.h"
#include "core/cloud-error.h"
#include "util/arena.h"

/* limits; passing one makes the reply malformed */
#define AWS_REPLY_BYTES_MAX (64u * 1024u * 1024u)
#define AWS_REPLY_ELEMENTS_MAX 2000000u
#define AWS_REPLY_DEPTH_MAX 24u
#define AWS_REPLY_TEXT_MAX (64u * 1024u) /* of one element */
#define AWS_REPLY_ITEMS_MAX 100000u      /* of one list */

/* Positive results. */
enum aws_reply_code {
        AWS_REPLY_ERROR = 1, /* the cloud refused: error says why */
        AWS_REPLY_MALFORMED, /* not a reply to this action: error.message says what is wrong, without content */
};

/* GetVpnTunnelReplacementStatus */
struct aws_tunnel_maintenance {
        const char *vpn_connection_id;
        struct ip4 outside;
        bool pending;
        const char *pending_text;      /* AWS's own word */
        int64_t auto_applied_after_ms; /* wall clock, 0: not given */
        int64_t last_applied_ms;
};

/* GetCallerIdentity */
struct aws_identity {
        const char *account;
        const char *arn;
        const char *user_id;
};

/* What a reply held; the action says which fields. All memory belongs to the arena, keys included. */
struct aws_result {
        enum aws_action action;
        struct arena *arena;
        const char *request_id; /* "" when not given */
        const char *next_token; /* "" on the last page */
        uint64_t content_hash;  /* of all that was read but request id and token: equal content, equal hash */
        struct aws_vpc *vpcs;
        size_t n_vpcs;
        struct aws_route_table *route_tables;
        size_t n_route_tables;
        struct aws_customer_gateway *customer_gateways; /* Describe, and the one of Create */
        size_t n_customer_gateways;
        struct aws_vpn_gateway *vpn_gateways; /* Describe, and the one of Create */
        size_t n_vpn_gateways;
        struct aws_vpn_connection *vpn_connections; /* Describe, and the one of Create and Modify */
        size_t n_vpn_connections;
        const char *attachment_vpc_id; /* AttachVpnGateway */
        enum aws_state attachment_state;
        bool accepted; /* <return>true</return> of calls that answer nothing else */
        struct aws_tunnel_maintenance maintenance;
        struct aws_identity identity;
        struct cloud_error error; /* with a positive return code */
};

#define AWS_RESULT_NULL ((struct aws_result){0})

void aws_result_deinit(struct aws_result *r);
#define _cleanup_aws_result_ _cleanup_(aws_result_deinit)

struct aws_reply;

struct aws_reply *aws_reply_new(enum aws_action action); /* NULL without memory */
struct aws_reply *aws_reply_free(struct aws_reply *r);
DEFINE_CLEANUP(struct aws_reply *, aws_reply_free)

/* 0, -ENOMEM, or AWS_REPLY_MALFORMED: the caller may stop the transfer, and still asks aws_reply_finish(). */
int aws_reply_feed(struct aws_reply *r, const void *bytes, size_t n) _must_use_;

/* 0, -ENOMEM or an enum aws_reply_code. @ret is set in every case but the negative one; with a positive code it holds
 * the error alone. The reply gives no second result. */
int aws_reply_finish(struct aws_reply *r, int http_status, struct aws_result *ret) _must_use_;
