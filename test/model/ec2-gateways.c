/* SPDX-License-Identifier: Apache-2.0 */
/* Customer gateways and virtual private gateways. */
#include <errno.h>
#include <string.h>

#include "ec2.h"
#include "util/macro.h"

#define CUSTOMER_GATEWAY_MS 2000
#define VPN_GATEWAY_MS 5000
#define ATTACH_MS 20000
#define DELETE_MS 5000
#define CUSTOMER_GATEWAYS_MAX 50
#define VPN_GATEWAYS_MAX 5

static size_t count(struct ec2_call *c, enum ec2_kind k) {
        const struct ec2_world *w = &c->m->aws->world;
        size_t n = 0;
        for (size_t i = 0; i < w->tables[k].n; i++) {
                const struct ec2_meta *meta = ec2_item(w, k, i);
                n += ec2_alive(meta) && strcmp(meta->account, c->account) == 0 && strcmp(meta->region, c->region) == 0;
        }
        return n;
}

static int check_type(struct ec2_call *c) {
        const char *type = NULL;
        int r = ec2_need(c, "Type", &type);
        if (r == 0 && strcmp(type, "ipsec.1") != 0)
                r = ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter type is invalid.", type);
        return r;
}

/* customer gateways */

struct customer_wish {
        struct ip4 address;
        uint32_t asn;
        const char *device_name;
};

static int read_asn(struct ec2_call *c, uint32_t *ret) {
        static const struct {
                const char *region;
                int64_t asn;
        } reserved[] = {{"", 7224}, {"eu-west-1", 9059}, {"ap-northeast-1", 10124}, {"ap-southeast-1", 17943}};
        int64_t asn = 65000, extended = 0;
        int r = ec2_get_int(c, "BgpAsn", 1, INT32_MAX, &asn);
        if (r == 0)
                r = ec2_get_int(c, "BgpAsnExtended", INT64_C(2147483648), INT64_C(4294967295), &extended);
        if (r != 0)
                return r;
        if (extended != 0 && ec2_form_get(&c->form, "BgpAsn"))
                return ec2_fail(c, "InvalidParameterCombination", "Specify either BgpAsn or BgpAsnExtended, not both");
        for (size_t i = 0; i < ELEMENTSOF(reserved); i++)
                if (reserved[i].asn == asn && (!*reserved[i].region || strcmp(reserved[i].region, c->region) == 0))
                        return ec2_fail(c, "InvalidParameterValue", "The ASN %u is reserved", (unsigned)asn);
        *ret = (uint32_t)(extended != 0 ? extended : asn);
        return 0;
}

static bool is_private(struct ip4 ip) {
        static const struct cidr blocks[] = {
                {0x0a000000, 8},  {0xac100000, 12}, {0xc0a80000, 16},
                {0x64400000, 10}, {0xa9fe0000, 16}, {0x7f000000, 8},
        };
        for (size_t i = 0; i < ELEMENTSOF(blocks); i++)
                if (cidr_contains_ip(blocks[i], ip))
                        return true;
        return false;
}

static int read_customer(struct ec2_call *c, struct customer_wish *w) {
        const char *address = ec2_form_get(&c->form, "IpAddress");
        const char *outside = ec2_form_get(&c->form, "OutsideIpAddressType");
        int r = check_type(c);
        if (r == 0)
                r = read_asn(c, &w->asn);
        if (r != 0)
                return r;
        if (outside && strcmp(outside, "PublicIpv4") != 0)
                return ec2_fail(c, "UnsupportedOperation", "Only PublicIpv4 outside addresses are supported here");
        if (!address)
                address = ec2_form_get(&c->form, "PublicIp");
        if (!address)
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter ipAddress");
        if (ip4_parse(address, &w->address) < 0 || is_private(w->address))
                return ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter ipAddress is invalid.", address);
        w->device_name = ec2_form_get(&c->form, "DeviceName");
        if (!w->device_name)
                w->device_name = "";
        if (strlen(w->device_name) > 255)
                return ec2_fail(c, "InvalidParameterValue", "The device name has more than 255 characters");
        return 0;
}

/* An identical gateway is not made twice, tags or not. */
static struct ec2_customer_gateway *find_identical(struct ec2_call *c, const struct customer_wish *w) {
        const struct ec2_world *world = &c->m->aws->world;
        for (size_t i = 0; i < world->tables[EC2_CUSTOMER_GATEWAY].n; i++) {
                struct ec2_customer_gateway *g = ec2_item(world, EC2_CUSTOMER_GATEWAY, i);
                if (ec2_alive(&g->meta) && strcmp(g->meta.account, c->account) == 0 &&
                    strcmp(g->meta.region, c->region) == 0 && ip4_equal(g->address, w->address) && g->asn == w->asn &&
                    strcmp(g->device_name, w->device_name) == 0)
                        return g;
        }
        return NULL;
}

static int new_customer(struct ec2_call *c, const struct customer_wish *w, struct ec2_customer_gateway **ret) {
        if (c->m->options.aws_quotas && count(c, EC2_CUSTOMER_GATEWAY) >= CUSTOMER_GATEWAYS_MAX)
                return ec2_fail(c, "CustomerGatewayLimitExceeded",
                                "The maximum number of customer gateways has been reached.");
        struct ec2_customer_gateway *g = ec2_add(c, EC2_CUSTOMER_GATEWAY);
        if (!g)
                return -ENOMEM;
        g->meta.state_due_ms = model_after(c->m, CUSTOMER_GATEWAY_MS);
        g->address = w->address;
        g->asn = w->asn;
        MODEL_COPY(g->device_name, w->device_name);
        *ret = g;
        return ec2_tags_from_specification(c, &g->meta);
}

int ec2_create_customer_gateway(struct ec2_call *c) {
        struct customer_wish wish;
        int r = read_customer(c, &wish);
        if (r == 0)
                r = ec2_tags_check_specification(c, EC2_CUSTOMER_GATEWAY);
        if (r != 0)
                return r;
        struct ec2_customer_gateway *g = find_identical(c, &wish);
        if (!g)
                r = new_customer(c, &wish, &g);
        if (r != 0)
                return r;
        buf_puts(&c->out, "<customerGateway>");
        ec2_write_customer_gateway(&c->out, g);
        buf_puts(&c->out, "</customerGateway>");
        return 0;
}

static bool is_used(struct ec2_call *c, const char *id) {
        const struct ec2_world *w = &c->m->aws->world;
        for (size_t i = 0; i < w->tables[EC2_VPN_CONNECTION].n; i++) {
                const struct ec2_vpn_connection *v = ec2_item(w, EC2_VPN_CONNECTION, i);
                if (v->meta.state != EC2_DELETED &&
                    (strcmp(v->customer_gateway_id, id) == 0 || strcmp(v->vpn_gateway_id, id) == 0))
                        return true;
        }
        return false;
}

static int start_delete(struct ec2_call *c, struct ec2_meta *meta) {
        if (meta->state != EC2_DELETING) {
                meta->state = EC2_DELETING;
                meta->state_due_ms = model_after(c->m, DELETE_MS);
                physics_changed(c->m);
        }
        ec2_bool(&c->out, "return", true);
        return 0;
}

int ec2_delete_customer_gateway(struct ec2_call *c) {
        struct ec2_customer_gateway *g = NULL;
        int r = ec2_want(c, EC2_CUSTOMER_GATEWAY, "CustomerGatewayId", &g);
        if (r != 0)
                return r;
        if (is_used(c, g->meta.id))
                return ec2_fail(c, "IncorrectState", "The customer gateway is in use.");
        return start_delete(c, &g->meta);
}

/* virtual private gateways */

static int read_amazon_asn(struct ec2_call *c, uint32_t *ret) {
        int64_t asn = 64512;
        int r = ec2_get_int(c, "AmazonSideAsn", 1, INT64_C(4294967295), &asn);
        if (r != 0)
                return r;
        if (!(asn >= 64512 && asn <= 65534) && !(asn >= INT64_C(4200000000) && asn <= INT64_C(4294967294)))
                return ec2_fail(c, "InvalidParameterValue", "Invalid value '%lld' for amazonSideAsn", (long long)asn);
        *ret = (uint32_t)asn;
        return 0;
}

int ec2_create_vpn_gateway(struct ec2_call *c) {
        uint32_t asn = 0;
        int r = check_type(c);
        if (r == 0)
                r = read_amazon_asn(c, &asn);
        if (r == 0)
                r = ec2_tags_check_specification(c, EC2_VPN_GATEWAY);
        if (r != 0)
                return r;
        if (c->m->options.aws_quotas && count(c, EC2_VPN_GATEWAY) >= VPN_GATEWAYS_MAX)
                return ec2_fail(c, "VpnGatewayLimitExceeded",
                                "The maximum number of virtual private gateways has been reached.");
        struct ec2_vpn_gateway *g = ec2_add(c, EC2_VPN_GATEWAY);
        if (!g)
                return -ENOMEM;
        g->meta.state_due_ms = model_after(c->m, VPN_GATEWAY_MS);
        g->asn = asn;
        g->attachment_due_ms = g->routes_due_ms = INT64_MAX;
        r = ec2_tags_from_specification(c, &g->meta);
        if (r != 0)
                return r;
        buf_puts(&c->out, "<vpnGateway>");
        ec2_write_vpn_gateway(&c->out, g);
        buf_puts(&c->out, "</vpnGateway>");
        return 0;
}

int ec2_delete_vpn_gateway(struct ec2_call *c) {
        struct ec2_vpn_gateway *g = NULL;
        int r = ec2_want(c, EC2_VPN_GATEWAY, "VpnGatewayId", &g);
        if (r != 0)
                return r;
        if (g->attachment != EC2_DETACHED)
                return ec2_fail(c, "IncorrectState", "The vpnGateway ID '%s' is attached to a VPC", g->meta.id);
        if (is_used(c, g->meta.id))
                return ec2_fail(c, "IncorrectState", "The vpnGateway ID '%s' has VPN connections", g->meta.id);
        return start_delete(c, &g->meta);
}

static int write_attachment(struct ec2_call *c, const struct ec2_vpn_gateway *g) {
        buf_puts(&c->out, "<attachment>");
        ec2_text(&c->out, "vpcId", g->vpc_id);
        ec2_text(&c->out, "state", g->attachment == EC2_ATTACHED ? "attached" : "attaching");
        buf_puts(&c->out, "</attachment>");
        return 0;
}

int ec2_attach_vpn_gateway(struct ec2_call *c) {
        struct ec2_vpn_gateway *g = NULL;
        struct ec2_vpc *v = NULL;
        int r = ec2_want(c, EC2_VPN_GATEWAY, "VpnGatewayId", &g);
        if (r == 0)
                r = ec2_want(c, EC2_VPC, "VpcId", &v);
        if (r != 0)
                return r;
        if (g->meta.state != EC2_AVAILABLE)
                return ec2_fail(c, "InvalidVpnGatewayState", "The virtual private gateway is not in a valid state");
        if (g->attachment != EC2_DETACHED && strcmp(g->vpc_id, v->meta.id) == 0 && g->attachment != EC2_DETACHING)
                return write_attachment(c, g);
        if (g->attachment != EC2_DETACHED)
                return ec2_fail(c, "VpnGatewayAttachmentLimitExceeded", "The vpnGateway '%s' is attached to %s",
                                g->meta.id, g->vpc_id);
        if (ec2_gateway_of_vpc(c->m, v->meta.id))
                return ec2_fail(c, "InvalidVpcState", "VPC %s is already attached to a virtual private gateway",
                                v->meta.id);
        g->attachment = EC2_ATTACHING;
        g->attachment_due_ms = model_after(c->m, ATTACH_MS);
        MODEL_COPY(g->vpc_id, v->meta.id);
        return write_attachment(c, g);
}

int ec2_detach_vpn_gateway(struct ec2_call *c) {
        struct ec2_vpn_gateway *g = NULL;
        struct ec2_vpc *v = NULL;
        int r = ec2_want(c, EC2_VPN_GATEWAY, "VpnGatewayId", &g);
        if (r == 0)
                r = ec2_want(c, EC2_VPC, "VpcId", &v);
        if (r != 0)
                return r;
        if (g->attachment == EC2_DETACHED || strcmp(g->vpc_id, v->meta.id) != 0)
                return ec2_fail(c, "InvalidVpnGatewayAttachment.NotFound",
                                "The attachment with vpn gateway ID '%s' and vpc ID '%s' does not exist", g->meta.id,
                                v->meta.id);
        if (g->attachment != EC2_DETACHING) {
                g->attachment = EC2_DETACHING;
                g->attachment_due_ms = model_after(c->m, ATTACH_MS);
                physics_changed(c->m);
        }
        ec2_bool(&c->out, "return", true);
        return 0;
}
