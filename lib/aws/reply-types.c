/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of EC2's and STS's replies.
 *
 * Element names are those of the EC2 model 2016-11-15. A text that AWS leaves out is "", a state that it leaves out or
 * that we do not know is BUSY: the defaults stand beside each type. close() turns what was read into the fact.
 */
#include "aws/reply-types.h"

#include <errno.h>
#include <string.h>

#define FIELD(_name, _kind, _struct, _member, ...)                                                                     \
        { .name = _name, .kind = _kind, .offset = offsetof(_struct, _member), __VA_ARGS__ }
#define LIST(_name, _struct, _member, _type, ...)                                                                      \
        {                                                                                                              \
                .name = _name, .kind = XML_LIST, .offset = offsetof(_struct, _member),                                 \
                .count_offset = offsetof(_struct, n_##_member), .type = &(_type), __VA_ARGS__                          \
        }
#define SINGLE(_name, _struct, _member, _type)                                                                         \
        {                                                                                                              \
                .name = _name, .kind = XML_SINGLE, .offset = offsetof(_struct, _member),                               \
                .count_offset = offsetof(_struct, n_##_member), .type = &(_type)                                       \
        }
#define NESTED(_name, _type)                                                                                           \
        { .name = _name, .kind = XML_STRUCT, .type = &(_type) }
#define LEVEL(_fields)                                                                                                 \
        { .fields = (_fields), .n_fields = ELEMENTSOF(_fields) }
#define ITEM(_fields, _raw, _out, _close, ...)                                                                         \
        {                                                                                                              \
                .fields = (_fields), .n_fields = ELEMENTSOF(_fields), .size = sizeof(_raw), .out_size = sizeof(_out),  \
                .close = (_close), .defaults = &(const _raw)__VA_ARGS__                                                \
        }

/* words */

static const struct xml_word states[] = {
        {"pending", AWS_STATE_PENDING},   {"available", AWS_STATE_AVAILABLE}, {"modifying", AWS_STATE_BUSY},
        {"deleting", AWS_STATE_DELETING}, {"deleted", AWS_STATE_DELETED},     {NULL, AWS_STATE_BUSY},
};

static const struct xml_word attachment_states[] = {
        {"attaching", AWS_STATE_BUSY},
        {"attached", AWS_STATE_AVAILABLE},
        {"detaching", AWS_STATE_DELETING},
        {"detached", AWS_STATE_DELETED},
        {NULL, AWS_STATE_BUSY},
};

static const struct xml_word route_states[] = {
        {"active", AWS_ROUTE_ACTIVE},
        {"blackhole", AWS_ROUTE_BLACKHOLE},
        {NULL, AWS_ROUTE_OTHER},
};

static const struct xml_word telemetry_states[] = {
        {"UP", TELEMETRY_UP},
        {"DOWN", TELEMETRY_DOWN},
        {NULL, TELEMETRY_UNKNOWN},
};

static const struct xml_word is_start[] = {{"start", 1}};
static const struct xml_word is_associated[] = {{"associated", 1}};
static const struct xml_word is_propagation[] = {{"EnableVgwRoutePropagation", 1}};

/* shared small types */

static const struct xml_field tag_fields[] = {
        FIELD("key", XML_TEXT, struct tag, key),
        FIELD("value", XML_TEXT, struct tag, value),
};
static const struct xml_type tag_type = ITEM(tag_fields, struct tag, struct tag, NULL, {"", ""});

struct raw_text {
        const char *text;
};

static const struct xml_field joined_fields[] = {
        FIELD("value", XML_TEXT, struct raw_text, text, .is_scratch = true),
};
static const struct xml_type joined_type = ITEM(joined_fields, struct raw_text, struct raw_text, NULL, {""});

/* VPCs */

struct raw_vpc_cidr {
        struct cidr cidr;
        bool associated;
};

static const struct xml_field vpc_cidr_state_fields[] = {
        FIELD("state", XML_FLAG, struct raw_vpc_cidr, associated, .words = is_associated),
};
static const struct xml_type vpc_cidr_state_type = LEVEL(vpc_cidr_state_fields);

static const struct xml_field vpc_cidr_fields[] = {
        FIELD("cidrBlock", XML_CIDR, struct raw_vpc_cidr, cidr),
        NESTED("cidrBlockState", vpc_cidr_state_type),
};

static int close_vpc_cidr(struct arena *a, const void *item, void *ret_out) {
        const struct raw_vpc_cidr *raw = item;
        (void)a;
        memcpy(ret_out, &raw->cidr, sizeof(raw->cidr));
        return raw->associated && raw->cidr.bits > 0 ? XML_KEEP : XML_DROP;
}
static const struct xml_type vpc_cidr_type =
        ITEM(vpc_cidr_fields, struct raw_vpc_cidr, struct cidr, close_vpc_cidr, {.associated = false});

struct raw_vpc {
        struct aws_vpc vpc;
        struct cidr primary;
};

static const struct xml_field vpc_fields[] = {
        FIELD("vpcId", XML_TEXT, struct raw_vpc, vpc.id),
        FIELD("state", XML_WORD, struct raw_vpc, vpc.state, .words = states),
        FIELD("ownerId", XML_TEXT, struct raw_vpc, vpc.owner_id),
        FIELD("cidrBlock", XML_CIDR, struct raw_vpc, primary),
        {.name = "cidrBlockAssociationSet",
         .kind = XML_LIST,
         .offset = offsetof(struct raw_vpc, vpc.cidrs),
         .count_offset = offsetof(struct raw_vpc, vpc.n_cidrs),
         .type = &vpc_cidr_type},
};

/* The primary block is among the associations; it stands in where AWS lists none. */
static int close_vpc(struct arena *a, const void *item, void *ret_out) {
        const struct raw_vpc *raw = item;
        struct aws_vpc vpc = raw->vpc;
        if (vpc.n_cidrs == 0 && raw->primary.bits > 0) {
                struct cidr *only = ARENA_NEW(a, struct cidr);
                if (!only)
                        return -ENOMEM;
                *only = raw->primary;
                vpc.cidrs = only;
                vpc.n_cidrs = 1;
        }
        memcpy(ret_out, &vpc, sizeof(vpc));
        return vpc.id[0] ? XML_KEEP : XML_BAD;
}
static const struct xml_type vpc_type = ITEM(vpc_fields, struct raw_vpc, struct aws_vpc, close_vpc,
                                             {.vpc = {.id = "", .state = AWS_STATE_BUSY, .owner_id = ""}});

/* route tables */

#define NO_DESTINATION UINT8_MAX

static const struct xml_field route_fields[] = {
        FIELD("destinationCidrBlock", XML_CIDR, struct aws_route, destination),
        FIELD("gatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("transitGatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("natGatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("networkInterfaceId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("instanceId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("vpcPeeringConnectionId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("egressOnlyInternetGatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("localGatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("carrierGatewayId", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("coreNetworkArn", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("odbNetworkArn", XML_TEXT_FIRST, struct aws_route, target),
        FIELD("origin", XML_FLAG, struct aws_route, propagated, .words = is_propagation),
        FIELD("state", XML_WORD, struct aws_route, state, .words = route_states),
};

/* Routes to IPv6 networks and prefix lists have no IPv4 destination. */
static int close_route(struct arena *a, const void *item, void *ret_out) {
        const struct aws_route *raw = item;
        (void)a;
        memcpy(ret_out, raw, sizeof(*raw));
        return raw->destination.bits == NO_DESTINATION ? XML_DROP : XML_KEEP;
}
static const struct xml_type route_type =
        ITEM(route_fields, struct aws_route, struct aws_route, close_route,
             {.destination = {.bits = NO_DESTINATION}, .target = "", .state = AWS_ROUTE_OTHER});

static const struct xml_field propagating_fields[] = {
        FIELD("gatewayId", XML_TEXT, struct raw_text, text),
};
static const struct xml_type propagating_type = ITEM(propagating_fields, struct raw_text, const char *, NULL, {""});

static const struct xml_field route_table_fields[] = {
        FIELD("routeTableId", XML_TEXT, struct aws_route_table, id),
        FIELD("vpcId", XML_TEXT, struct aws_route_table, vpc_id),
        LIST("propagatingVgwSet", struct aws_route_table, propagating_vgws, propagating_type),
        LIST("routeSet", struct aws_route_table, routes, route_type),
};

static int close_route_table(struct arena *a, const void *item, void *ret_out) {
        const struct aws_route_table *raw = item;
        (void)a;
        memcpy(ret_out, raw, sizeof(*raw));
        return raw->id[0] ? XML_KEEP : XML_BAD;
}
static const struct xml_type route_table_type = ITEM(route_table_fields, struct aws_route_table, struct aws_route_table,
                                                     close_route_table, {.id = "", .vpc_id = ""});

/* customer gateways */

struct raw_customer_gateway {
        struct aws_customer_gateway gateway;
        uint32_t asn_extended;
};

static const struct xml_field customer_gateway_fields[] = {
        FIELD("customerGatewayId", XML_TEXT, struct raw_customer_gateway, gateway.id),
        FIELD("state", XML_WORD, struct raw_customer_gateway, gateway.state, .words = states),
        FIELD("ipAddress", XML_IP4, struct raw_customer_gateway, gateway.address),
        FIELD("bgpAsn", XML_U32, struct raw_customer_gateway, gateway.asn),
        FIELD("bgpAsnExtended", XML_U32, struct raw_customer_gateway, asn_extended),
        FIELD("deviceName", XML_TEXT, struct raw_customer_gateway, gateway.device_name),
        {.name = "tagSet",
         .kind = XML_LIST,
         .offset = offsetof(struct raw_customer_gateway, gateway.tags),
         .count_offset = offsetof(struct raw_customer_gateway, gateway.n_tags),
         .type = &tag_type},
};

static int close_customer_gateway(struct arena *a, const void *item, void *ret_out) {
        const struct raw_customer_gateway *raw = item;
        struct aws_customer_gateway gateway = raw->gateway;
        (void)a;
        if (raw->asn_extended)
                gateway.asn = raw->asn_extended;
        memcpy(ret_out, &gateway, sizeof(gateway));
        return gateway.id[0] ? XML_KEEP : XML_BAD;
}
static const struct xml_type customer_gateway_type =
        ITEM(customer_gateway_fields, struct raw_customer_gateway, struct aws_customer_gateway, close_customer_gateway,
             {.gateway = {.id = "", .state = AWS_STATE_BUSY, .device_name = ""}});

/* VPN gateways */

struct raw_attachment {
        const char *vpc_id;
        enum aws_state state;
};

static const struct xml_field attachment_fields[] = {
        FIELD("vpcId", XML_TEXT, struct raw_attachment, vpc_id),
        FIELD("state", XML_WORD, struct raw_attachment, state, .words = attachment_states),
};
static const struct xml_type attachment_type =
        ITEM(attachment_fields, struct raw_attachment, struct raw_attachment, NULL, {"", AWS_STATE_BUSY});

struct raw_vpn_gateway {
        struct aws_vpn_gateway gateway;
        const struct raw_attachment *attachments;
        size_t n_attachments;
};

static const struct xml_field vpn_gateway_fields[] = {
        FIELD("vpnGatewayId", XML_TEXT, struct raw_vpn_gateway, gateway.id),
        FIELD("state", XML_WORD, struct raw_vpn_gateway, gateway.state, .words = states),
        FIELD("amazonSideAsn", XML_U64, struct raw_vpn_gateway, gateway.asn),
        LIST("attachments", struct raw_vpn_gateway, attachments, attachment_type, .is_scratch = true),
        {.name = "tagSet",
         .kind = XML_LIST,
         .offset = offsetof(struct raw_vpn_gateway, gateway.tags),
         .count_offset = offsetof(struct raw_vpn_gateway, gateway.n_tags),
         .type = &tag_type},
};

/* A gateway that moved lists where it was too: the attachment that stands, or comes, is the one that counts. */
static int attachment_rank(enum aws_state s) {
        switch (s) {
        case AWS_STATE_AVAILABLE:
                return 3;
        case AWS_STATE_PENDING:
        case AWS_STATE_BUSY:
                return 2;
        case AWS_STATE_DELETING:
                return 1;
        case AWS_STATE_DELETED:
                return 0;
        }
        return 0;
}

static int close_vpn_gateway(struct arena *a, const void *item, void *ret_out) {
        const struct raw_vpn_gateway *raw = item;
        struct aws_vpn_gateway gateway = raw->gateway;
        (void)a;
        for (size_t i = 0; i < raw->n_attachments; i++) {
                const struct raw_attachment *at = &raw->attachments[i];
                if (attachment_rank(at->state) <= attachment_rank(gateway.attachment_state))
                        continue;
                gateway.attachment_state = at->state;
                gateway.attached_vpc_id = at->vpc_id;
        }
        memcpy(ret_out, &gateway, sizeof(gateway));
        return gateway.id[0] ? XML_KEEP : XML_BAD;
}
static const struct xml_type vpn_gateway_type = ITEM(
        vpn_gateway_fields, struct raw_vpn_gateway, struct aws_vpn_gateway, close_vpn_gateway,
        {.gateway = {.id = "", .state = AWS_STATE_BUSY, .attached_vpc_id = "", .attachment_state = AWS_STATE_DELETED}});

/* VPN connections */

#define CRYPTO_LIST(_name, _member) FIELD(_name, XML_JOINED, struct aws_tunnel, _member, .type = &joined_type)

static const struct xml_field tunnel_fields[] = {
        FIELD("outsideIpAddress", XML_IP4, struct aws_tunnel, outside),
        FIELD("tunnelInsideCidr", XML_CIDR, struct aws_tunnel, inside),
        FIELD("preSharedKey", XML_TEXT, struct aws_tunnel, psk),
        FIELD("startupAction", XML_FLAG, struct aws_tunnel, startup_start, .words = is_start),
        FIELD("enableTunnelLifecycleControl", XML_BOOL, struct aws_tunnel, lifecycle_control),
        FIELD("phase1LifetimeSeconds", XML_U32, struct aws_tunnel, phase1_lifetime_s),
        FIELD("phase2LifetimeSeconds", XML_U32, struct aws_tunnel, phase2_lifetime_s),
        FIELD("dpdTimeoutSeconds", XML_U32, struct aws_tunnel, dpd_timeout_s),
        CRYPTO_LIST("phase1EncryptionAlgorithmSet", phase1_encryption),
        CRYPTO_LIST("phase1IntegrityAlgorithmSet", phase1_integrity),
        CRYPTO_LIST("phase2EncryptionAlgorithmSet", phase2_encryption),
        CRYPTO_LIST("phase2IntegrityAlgorithmSet", phase2_integrity),
        CRYPTO_LIST("phase1DHGroupNumberSet", phase1_dh),
        CRYPTO_LIST("phase2DHGroupNumberSet", phase2_dh),
        CRYPTO_LIST("ikeVersionSet", ike_versions),
};

static int close_tunnel(struct arena *a, const void *item, void *ret_out) {
        struct aws_tunnel tunnel = *(const struct aws_tunnel *)item;
        (void)a;
        tunnel.ikev2_only = strcmp(tunnel.ike_versions, "ikev2") == 0;
        memcpy(ret_out, &tunnel, sizeof(tunnel));
        return XML_KEEP;
}
static const struct xml_type tunnel_type = ITEM(tunnel_fields, struct aws_tunnel, struct aws_tunnel, close_tunnel,
                                                {.psk = "",
                                                 .phase1_encryption = "",
                                                 .phase1_integrity = "",
                                                 .phase2_encryption = "",
                                                 .phase2_integrity = "",
                                                 .phase1_dh = "",
                                                 .phase2_dh = "",
                                                 .ike_versions = "",
                                                 .status_message = ""});

struct raw_telemetry {
        struct ip4 outside;
        enum telemetry_status status;
        const char *message;
        uint32_t accepted_routes;
        int64_t last_change_ms;
};

static const struct xml_field telemetry_fields[] = {
        FIELD("outsideIpAddress", XML_IP4, struct raw_telemetry, outside),
        FIELD("status", XML_WORD, struct raw_telemetry, status, .words = telemetry_states),
        FIELD("statusMessage", XML_TEXT, struct raw_telemetry, message),
        FIELD("acceptedRouteCount", XML_U32, struct raw_telemetry, accepted_routes),
        FIELD("lastStatusChange", XML_TIME, struct raw_telemetry, last_change_ms),
};
static const struct xml_type telemetry_type =
        ITEM(telemetry_fields, struct raw_telemetry, struct raw_telemetry, NULL, {.message = ""});

struct raw_connection {
        struct aws_vpn_connection connection;
        const struct aws_tunnel *tunnels;
        size_t n_tunnels;
        const struct raw_telemetry *telemetry;
        size_t n_telemetry;
};

static const struct xml_field connection_options_fields[] = {
        FIELD("staticRoutesOnly", XML_BOOL, struct raw_connection, connection.static_routes_only),
        FIELD("enableAcceleration", XML_BOOL, struct raw_connection, connection.accelerated),
        LIST("tunnelOptionSet", struct raw_connection, tunnels, tunnel_type, .is_scratch = true),
};
static const struct xml_type connection_options_type = LEVEL(connection_options_fields);

static const struct xml_field connection_fields[] = {
        FIELD("vpnConnectionId", XML_TEXT, struct raw_connection, connection.id),
        FIELD("state", XML_WORD, struct raw_connection, connection.state, .words = states),
        FIELD("customerGatewayId", XML_TEXT, struct raw_connection, connection.customer_gateway_id),
        FIELD("vpnGatewayId", XML_TEXT, struct raw_connection, connection.vpn_gateway_id),
        FIELD("transitGatewayId", XML_TEXT, struct raw_connection, connection.transit_gateway_id),
        NESTED("options", connection_options_type),
        LIST("vgwTelemetry", struct raw_connection, telemetry, telemetry_type, .is_scratch = true),
        {.name = "tagSet",
         .kind = XML_LIST,
         .offset = offsetof(struct raw_connection, connection.tags),
         .count_offset = offsetof(struct raw_connection, connection.n_tags),
         .type = &tag_type},
};

static bool tunnel_before(const struct aws_tunnel *x, const struct aws_tunnel *y) {
        int order = cidr_compare(x->inside, y->inside);
        return order < 0 || (order == 0 && x->outside.addr < y->outside.addr);
}

static void add_telemetry(struct aws_tunnel *t, const struct raw_connection *raw) {
        for (size_t i = 0; i < raw->n_telemetry; i++) {
                const struct raw_telemetry *seen = &raw->telemetry[i];
                if (!t->outside.addr || !ip4_equal(seen->outside, t->outside))
                        continue;
                t->status = seen->status;
                t->status_message = seen->message;
                t->accepted_routes = seen->accepted_routes;
                t->last_change_ms = seen->last_change_ms;
        }
}

static int close_connection(struct arena *a, const void *item, void *ret_out) {
        const struct raw_connection *raw = item;
        struct aws_vpn_connection c = raw->connection;
        (void)a;
        if (!c.id[0] || raw->n_tunnels > AWS_TUNNELS_PER_CONNECTION)
                return XML_BAD;
        for (size_t i = 0; i < raw->n_tunnels; i++) {
                c.tunnels[i] = raw->tunnels[i];
                add_telemetry(&c.tunnels[i], raw);
        }
        c.n_tunnels = raw->n_tunnels;
        if (c.n_tunnels == 2 && tunnel_before(&c.tunnels[1], &c.tunnels[0])) {
                struct aws_tunnel first = c.tunnels[1];
                c.tunnels[1] = c.tunnels[0];
                c.tunnels[0] = first;
        }
        memcpy(ret_out, &c, sizeof(c));
        return XML_KEEP;
}
static const struct xml_type connection_type =
        ITEM(connection_fields, struct raw_connection, struct aws_vpn_connection, close_connection,
             {.connection = {.id = "",
                             .state = AWS_STATE_BUSY,
                             .customer_gateway_id = "",
                             .vpn_gateway_id = "",
                             .transit_gateway_id = ""}});

/* roots */

static const struct xml_field result_attachment_fields[] = {
        FIELD("vpcId", XML_TEXT, struct aws_result, attachment_vpc_id),
        FIELD("state", XML_WORD, struct aws_result, attachment_state, .words = attachment_states),
};
static const struct xml_type result_attachment_type = LEVEL(result_attachment_fields);

static const struct xml_field maintenance_fields[] = {
        FIELD("pendingMaintenance", XML_TEXT, struct aws_result, maintenance.pending_text),
        FIELD("maintenanceAutoAppliedAfter", XML_TIME, struct aws_result, maintenance.auto_applied_after_ms),
        FIELD("lastMaintenanceApplied", XML_TIME, struct aws_result, maintenance.last_applied_ms),
};
static const struct xml_type maintenance_type = LEVEL(maintenance_fields);

static const struct xml_field identity_fields[] = {
        FIELD("Account", XML_TEXT, struct aws_result, identity.account),
        FIELD("Arn", XML_TEXT, struct aws_result, identity.arn),
        FIELD("UserId", XML_TEXT, struct aws_result, identity.user_id),
};
static const struct xml_type identity_type = LEVEL(identity_fields);

static const struct xml_field metadata_fields[] = {
        FIELD("RequestId", XML_TEXT, struct aws_result, request_id, .is_unstable = true),
};
static const struct xml_type metadata_type = LEVEL(metadata_fields);

static const struct xml_field result_fields[] = {
        FIELD("requestId", XML_TEXT, struct aws_result, request_id, .is_unstable = true),
        FIELD("nextToken", XML_TEXT, struct aws_result, next_token, .is_unstable = true),
        LIST("vpcSet", struct aws_result, vpcs, vpc_type),
        LIST("routeTableSet", struct aws_result, route_tables, route_table_type),
        LIST("customerGatewaySet", struct aws_result, customer_gateways, customer_gateway_type),
        LIST("vpnGatewaySet", struct aws_result, vpn_gateways, vpn_gateway_type),
        LIST("vpnConnectionSet", struct aws_result, vpn_connections, connection_type),
        SINGLE("customerGateway", struct aws_result, customer_gateways, customer_gateway_type),
        SINGLE("vpnGateway", struct aws_result, vpn_gateways, vpn_gateway_type),
        SINGLE("vpnConnection", struct aws_result, vpn_connections, connection_type),
        NESTED("attachment", result_attachment_type),
        FIELD("return", XML_BOOL, struct aws_result, accepted),
        FIELD("vpnConnectionId", XML_TEXT, struct aws_result, maintenance.vpn_connection_id),
        FIELD("vpnTunnelOutsideIpAddress", XML_IP4, struct aws_result, maintenance.outside),
        NESTED("maintenanceDetails", maintenance_type),
        NESTED("GetCallerIdentityResult", identity_type),
        NESTED("ResponseMetadata", metadata_type),
};
const struct xml_type aws_result_type = LEVEL(result_fields);

static const struct xml_field error_fields[] = {
        FIELD("Code", XML_TEXT_FIRST, struct aws_raw_error, code),
        FIELD("Message", XML_TEXT_FIRST, struct aws_raw_error, message),
};
static const struct xml_type error_item_type = LEVEL(error_fields);

static const struct xml_field errors_fields[] = {
        NESTED("Error", error_item_type),
};
static const struct xml_type errors_type = LEVEL(errors_fields);

static const struct xml_field error_root_fields[] = {
        NESTED("Errors", errors_type),
        NESTED("Error", error_item_type),
        FIELD("RequestID", XML_TEXT, struct aws_raw_error, request_id),
        FIELD("RequestId", XML_TEXT, struct aws_raw_error, request_id),
};
const struct xml_type aws_error_type = LEVEL(error_root_fields);
