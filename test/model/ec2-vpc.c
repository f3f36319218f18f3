/* SPDX-License-Identifier: Apache-2.0 */
/* VPCs and their route tables, as far as a VPN needs them. */
#include <errno.h>
#include <string.h>

#include "ec2.h"

#define CREATE_MS 2000

static int read_cidr(struct ec2_call *c, const char *name, struct cidr *ret) {
        const char *text = NULL;
        struct cidr prefix;
        int r = ec2_need(c, name, &text);
        if (r != 0)
                return r;
        if (cidr_parse(text, &prefix) < 0)
                return ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid.", text);
        if (prefix.bits < 16 || prefix.bits > 28)
                return ec2_fail(c, "InvalidVpc.Range", "The CIDR '%s' is invalid.", text);
        *ret = prefix;
        return 0;
}

static int add_table(struct ec2_call *c, const char *vpc_id, bool main, struct ec2_route_table **ret) {
        struct ec2_route_table *t = ec2_add(c, EC2_ROUTE_TABLE);
        if (!t)
                return -ENOMEM;
        t->meta.state = EC2_AVAILABLE;
        MODEL_COPY(t->vpc_id, vpc_id);
        t->main = main;
        *ret = t;
        return 0;
}

int ec2_create_vpc(struct ec2_call *c) {
        struct cidr prefix;
        struct ec2_route_table *t = NULL;
        int r = read_cidr(c, "CidrBlock", &prefix);
        if (r == 0)
                r = ec2_tags_check_specification(c, EC2_VPC);
        if (r != 0)
                return r;
        struct ec2_vpc *v = ec2_add(c, EC2_VPC);
        if (!v)
                return -ENOMEM;
        v->meta.state_due_ms = model_after(c->m, CREATE_MS);
        v->cidrs[0] = prefix;
        v->n_cidrs = 1;
        r = ec2_tags_from_specification(c, &v->meta);
        if (r == 0)
                r = add_table(c, v->meta.id, true, &t);
        if (r < 0)
                return r;
        buf_puts(&c->out, "<vpc>");
        ec2_write_vpc(&c->out, v);
        buf_puts(&c->out, "</vpc>");
        return 0;
}

int ec2_create_route_table(struct ec2_call *c) {
        struct ec2_vpc *v = NULL;
        struct ec2_route_table *t = NULL;
        int r = ec2_want(c, EC2_VPC, "VpcId", &v);
        if (r == 0)
                r = ec2_tags_check_specification(c, EC2_ROUTE_TABLE);
        if (r == 0)
                r = add_table(c, v->meta.id, false, &t);
        if (r == 0)
                r = ec2_tags_from_specification(c, &t->meta);
        if (r != 0)
                return r;
        buf_puts(&c->out, "<routeTable>");
        ec2_write_route_table(c, t);
        buf_puts(&c->out, "</routeTable>");
        return 0;
}

/* A table takes routes from a gateway only while that is attached to its VPC. */
static int want_pair(struct ec2_call *c, struct ec2_route_table **ret_table, struct ec2_vpn_gateway **ret_gateway) {
        int r = ec2_want(c, EC2_ROUTE_TABLE, "RouteTableId", ret_table);
        if (r == 0)
                r = ec2_want(c, EC2_VPN_GATEWAY, "GatewayId", ret_gateway);
        return r;
}

int ec2_enable_propagation(struct ec2_call *c) {
        struct ec2_route_table *t = NULL;
        struct ec2_vpn_gateway *g = NULL;
        int r = want_pair(c, &t, &g);
        if (r != 0)
                return r;
        if (g->attachment != EC2_ATTACHED || strcmp(g->vpc_id, t->vpc_id) != 0)
                return ec2_fail(c, "Gateway.NotAttached", "resource %s is not attached to the VPC %s", g->meta.id,
                                t->vpc_id);
        MODEL_COPY(t->propagating, g->meta.id);
        ec2_bool(&c->out, "return", true);
        return 0;
}

int ec2_disable_propagation(struct ec2_call *c) {
        struct ec2_route_table *t = NULL;
        struct ec2_vpn_gateway *g = NULL;
        int r = want_pair(c, &t, &g);
        if (r != 0)
                return r;
        if (strcmp(t->propagating, g->meta.id) == 0)
                t->propagating[0] = 0;
        ec2_bool(&c->out, "return", true);
        return 0;
}
