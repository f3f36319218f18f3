/* SPDX-License-Identifier: Apache-2.0 */
/* The list calls: ids, filters, pages, and the XML of everything but VPN connections. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/macro.h"

#define IDS_MAX 1000

struct listing {
        enum ec2_kind kind;
        const char *id_parameter; /* "VpcId" */
        const char *filters;
        const char *set;  /* "vpcSet" */
        int64_t page_max; /* 0: the call has no pages */
        void (*write)(struct ec2_call *c, const void *item);
};

static bool id_wanted(struct ec2_call *c, const struct listing *l, const char *id) {
        const char *wanted;
        bool any = false;
        for (int i = 1; (wanted = ec2_form_at(&c->form, "%s.%d", l->id_parameter, i)); i++) {
                if (strcmp(wanted, id) == 0)
                        return true;
                any = true;
        }
        return !any;
}

/* Every id that is asked for must exist, whatever the filters say. */
static int check_ids(struct ec2_call *c, const struct listing *l) {
        const char *id;
        for (int i = 1; (id = ec2_form_at(&c->form, "%s.%d", l->id_parameter, i)); i++) {
                int r = i > IDS_MAX ? ec2_fail(c, "InvalidParameterValue", "too many ids")
                                    : ec2_check_id(c, l->kind, id);
                if (r != 0)
                        return r;
                const struct ec2_meta *meta = ec2_find(ec2_view(c), l->kind, id);
                if (!meta || !ec2_visible(c, meta))
                        return ec2_not_found(c, l->kind, id);
        }
        return 0;
}

static int read_page(struct ec2_call *c, const struct listing *l, int64_t *ret_max, int64_t *ret_first) {
        const char *token = ec2_form_get(&c->form, "NextToken");
        *ret_max = INT64_MAX;
        *ret_first = 0;
        if (l->page_max == 0)
                return 0;
        int r = ec2_get_int(c, "MaxResults", 5, l->page_max, ret_max);
        if (r != 0)
                return ec2_fail(c, "InvalidMaxResults", "The value of MaxResults must be between 5 and %" PRIi64,
                                l->page_max);
        if (token && sscanf(token, "page-%" SCNi64, ret_first) != 1)
                return ec2_fail(c, "InvalidPaginationToken", "The pagination token is not valid");
        return 0;
}

static int describe(struct ec2_call *c, const struct listing *l) {
        const struct ec2_world *w = ec2_view(c);
        int64_t max, first, at = 0;
        int r = ec2_filters_check(c, l->filters);
        if (r == 0)
                r = check_ids(c, l);
        if (r == 0)
                r = read_page(c, l, &max, &first);
        if (r != 0)
                return r;
        buf_printf(&c->out, "<%s>", l->set);
        for (size_t i = 0; i < w->tables[l->kind].n; i++) {
                const struct ec2_meta *meta = ec2_item(w, l->kind, i);
                if (!ec2_visible(c, meta) || !id_wanted(c, l, meta->id) || !ec2_filters_match(c, l->kind, meta))
                        continue;
                if (at >= first && at - first < max) {
                        buf_puts(&c->out, "<item>");
                        l->write(c, meta);
                        buf_puts(&c->out, "</item>");
                }
                at++;
        }
        buf_printf(&c->out, "</%s>", l->set);
        if (at - first > max)
                buf_printf(&c->out, "<nextToken>page-%" PRIi64 "</nextToken>", first + max);
        return 0;
}

/* shapes */

void ec2_write_vpc(struct buf *out, const struct ec2_vpc *v) {
        char text[CIDR_TEXT_SIZE];
        ec2_text(out, "vpcId", v->meta.id);
        ec2_text(out, "ownerId", v->meta.account);
        ec2_text(out, "state", ec2_state_text(v->meta.state));
        ec2_text(out, "cidrBlock", cidr_format(v->cidrs[0], text));
        buf_puts(out, "<cidrBlockAssociationSet>");
        for (size_t i = 0; i < v->n_cidrs; i++) {
                buf_printf(out, "<item><associationId>vpc-cidr-assoc-%.8s%02zx</associationId>", v->meta.id + 5, i);
                ec2_text(out, "cidrBlock", cidr_format(v->cidrs[i], text));
                buf_puts(out, "<cidrBlockState><state>associated</state></cidrBlockState></item>");
        }
        buf_puts(out, "</cidrBlockAssociationSet><dhcpOptionsId>default</dhcpOptionsId>");
        buf_puts(out, "<instanceTenancy>default</instanceTenancy><isDefault>false</isDefault>");
        ec2_write_tags(out, &v->meta);
}

static void write_route(struct buf *out, struct cidr to, const char *gateway, const char *origin) {
        char text[CIDR_TEXT_SIZE];
        buf_puts(out, "<item>");
        ec2_text(out, "destinationCidrBlock", cidr_format(to, text));
        ec2_text(out, "gatewayId", gateway);
        ec2_text(out, "state", "active");
        ec2_text(out, "origin", origin);
        buf_puts(out, "</item>");
}

/* A propagated prefix that is the VPC's own stays out: the local route is there already. */
static void write_routes(struct ec2_call *c, const struct ec2_route_table *t) {
        const struct ec2_world *w = ec2_view(c);
        const struct ec2_vpc *vpc = ec2_find(w, EC2_VPC, t->vpc_id);
        const struct ec2_vpn_gateway *g = *t->propagating ? ec2_find(w, EC2_VPN_GATEWAY, t->propagating) : NULL;
        buf_puts(&c->out, "<routeSet>");
        for (size_t i = 0; vpc && i < vpc->n_cidrs; i++)
                write_route(&c->out, vpc->cidrs[i], "local", "CreateRouteTable");
        for (size_t i = 0; g && i < g->routes.n; i++)
                if (!vpc || !cidr_in_list(g->routes.prefixes[i], vpc->cidrs, vpc->n_cidrs))
                        write_route(&c->out, g->routes.prefixes[i], g->meta.id, "EnableVgwRoutePropagation");
        buf_puts(&c->out, "</routeSet>");
}

void ec2_write_route_table(struct ec2_call *c, const struct ec2_route_table *t) {
        ec2_text(&c->out, "routeTableId", t->meta.id);
        ec2_text(&c->out, "vpcId", t->vpc_id);
        ec2_text(&c->out, "ownerId", t->meta.account);
        write_routes(c, t);
        buf_puts(&c->out, "<associationSet>");
        if (t->main) {
                buf_printf(&c->out, "<item><routeTableAssociationId>rtbassoc-%s</routeTableAssociationId>",
                           t->meta.id + 4);
                ec2_text(&c->out, "routeTableId", t->meta.id);
                buf_puts(&c->out,
                         "<main>true</main><associationState><state>associated</state></associationState></item>");
        }
        buf_puts(&c->out, "</associationSet><propagatingVgwSet>");
        if (*t->propagating)
                buf_printf(&c->out, "<item><gatewayId>%s</gatewayId></item>", t->propagating);
        buf_puts(&c->out, "</propagatingVgwSet>");
        ec2_write_tags(&c->out, &t->meta);
}

/* ASNs above 2^31-1 have a member of their own */
void ec2_write_customer_gateway(struct buf *out, const struct ec2_customer_gateway *g) {
        char text[IP4_TEXT_SIZE];
        ec2_text(out, "customerGatewayId", g->meta.id);
        ec2_text(out, "state", ec2_state_text(g->meta.state));
        ec2_text(out, "type", "ipsec.1");
        ec2_text(out, "ipAddress", ip4_format(g->address, text));
        ec2_int(out, g->asn > INT32_MAX ? "bgpAsnExtended" : "bgpAsn", g->asn);
        if (*g->device_name)
                ec2_text(out, "deviceName", g->device_name);
        ec2_write_tags(out, &g->meta);
}

void ec2_write_vpn_gateway(struct buf *out, const struct ec2_vpn_gateway *g) {
        static const char *const words[] = {
                [EC2_DETACHED] = "detached",
                [EC2_ATTACHING] = "attaching",
                [EC2_ATTACHED] = "attached",
                [EC2_DETACHING] = "detaching",
        };
        ec2_text(out, "vpnGatewayId", g->meta.id);
        ec2_text(out, "state", ec2_state_text(g->meta.state));
        ec2_text(out, "type", "ipsec.1");
        buf_puts(out, "<attachments>");
        if (g->attachment != EC2_DETACHED) {
                buf_puts(out, "<item>");
                ec2_text(out, "vpcId", g->vpc_id);
                ec2_text(out, "state", words[g->attachment]);
                buf_puts(out, "</item>");
        }
        buf_puts(out, "</attachments>");
        ec2_int(out, "amazonSideAsn", g->asn);
        ec2_write_tags(out, &g->meta);
}

static void vpc_item(struct ec2_call *c, const void *item) {
        ec2_write_vpc(&c->out, item);
}

static void route_table_item(struct ec2_call *c, const void *item) {
        ec2_write_route_table(c, item);
}

static void customer_gateway_item(struct ec2_call *c, const void *item) {
        ec2_write_customer_gateway(&c->out, item);
}

static void vpn_gateway_item(struct ec2_call *c, const void *item) {
        ec2_write_vpn_gateway(&c->out, item);
}

static void vpn_connection_item(struct ec2_call *c, const void *item) {
        ec2_write_vpn_connection(c, item);
}

int ec2_describe_vpcs(struct ec2_call *c) {
        return describe(c, &(struct listing){EC2_VPC, "VpcId",
                                             "vpc-id cidr cidr-block-association.cidr-block "
                                             "cidr-block-association.state state owner-id is-default tag:* tag-key",
                                             "vpcSet", 1000, vpc_item});
}

int ec2_describe_route_tables(struct ec2_call *c) {
        return describe(c, &(struct listing){EC2_ROUTE_TABLE, "RouteTableId",
                                             "vpc-id route-table-id route.gateway-id route.origin route.state "
                                             "route.destination-cidr-block association.main association.subnet-id "
                                             "association.route-table-id owner-id tag:* tag-key",
                                             "routeTableSet", 100, route_table_item});
}

int ec2_describe_customer_gateways(struct ec2_call *c) {
        return describe(c, &(struct listing){EC2_CUSTOMER_GATEWAY, "CustomerGatewayId",
                                             "bgp-asn customer-gateway-id ip-address state type tag:* tag-key",
                                             "customerGatewaySet", 0, customer_gateway_item});
}

int ec2_describe_vpn_gateways(struct ec2_call *c) {
        return describe(c, &(struct listing){EC2_VPN_GATEWAY, "VpnGatewayId",
                                             "amazon-side-asn attachment.state attachment.vpc-id availability-zone "
                                             "state type vpn-gateway-id tag:* tag-key",
                                             "vpnGatewaySet", 0, vpn_gateway_item});
}

int ec2_describe_vpn_connections(struct ec2_call *c) {
        c->m->aws->n_described++;
        return describe(c, &(struct listing){EC2_VPN_CONNECTION, "VpnConnectionId",
                                             "customer-gateway-configuration customer-gateway-id state "
                                             "option.static-routes-only route.destination-cidr-block bgp-asn type "
                                             "vpn-connection-id vpn-gateway-id transit-gateway-id tag:* tag-key",
                                             "vpnConnectionSet", 0, vpn_connection_item});
}

int ec2_describe_regions(struct ec2_call *c) {
        static const char *const regions[] = {"ap-northeast-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"};
        int r = ec2_filters_check(c, "endpoint region-name opt-in-status");
        if (r != 0)
                return r;
        buf_puts(&c->out, "<regionInfo>");
        for (size_t i = 0; i < ELEMENTSOF(regions); i++)
                buf_printf(&c->out,
                           "<item><regionName>%s</regionName><regionEndpoint>ec2.%s.amazonaws.com</regionEndpoint>"
                           "<optInStatus>opt-in-not-required</optInStatus></item>",
                           regions[i], regions[i]);
        buf_puts(&c->out, "</regionInfo>");
        return 0;
}

/* This world has none. */
int ec2_describe_transit_gateways(struct ec2_call *c) {
        const char *id = ec2_form_get(&c->form, "TransitGatewayIds.1");
        if (id)
                return ec2_fail(c, "InvalidTransitGatewayID.NotFound",
                                "Transit Gateway %s was deleted or does not exist.", id);
        buf_puts(&c->out, "<transitGatewaySet/>");
        return 0;
}
