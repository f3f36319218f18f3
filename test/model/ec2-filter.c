/* SPDX-License-Identifier: Apache-2.0 */
/* Filters: values of one are alternatives, filters together must all hold; '*' and '?' are wildcards, '\' quotes. */
#include <stdio.h>
#include <string.h>

#include "ec2.h"

#define VALUES_MAX 200

/* Remembers the last '*' and comes back to it: no recursion. */
bool ec2_wildcard_match(const char *pattern, const char *text) {
        const char *star = NULL, *resume = NULL;
        while (*text) {
                bool quoted = *pattern == '\\' && pattern[1];
                if (!quoted && *pattern == '*') {
                        star = ++pattern;
                        resume = text;
                } else if ((!quoted && *pattern == '?') || (*pattern && pattern[quoted] == *text)) {
                        pattern += 1 + quoted;
                        text++;
                } else if (star) {
                        pattern = star;
                        text = ++resume;
                } else {
                        return false;
                }
        }
        while (*pattern == '*')
                pattern++;
        return !*pattern;
}

static bool is_known(const char *name, const char *names) {
        while (*names) {
                size_t n = strcspn(names, " ");
                bool any = names[n - 1] == '*';
                if (any ? strncmp(name, names, n - 1) == 0 && name[n - 1]
                        : strlen(name) == n && memcmp(name, names, n) == 0)
                        return true;
                names += n + (names[n] == ' ');
        }
        return false;
}

/**
 * ec2_filters_check() - are the filters of a call well formed?
 * @c: the call
 * @names: those that it knows, separated by spaces; one that ends in '*' takes any rest
 *
 * Return: 0 or EC2_FAILED.
 */
int ec2_filters_check(struct ec2_call *c, const char *names) {
        for (int i = 1;; i++) {
                const char *name = ec2_form_at(&c->form, "Filter.%d.Name", i);
                if (!name && ec2_form_at(&c->form, "Filter.%d.Value.1", i))
                        return ec2_fail(c, "InvalidParameterValue", "The filter 'null' is invalid");
                if (!name)
                        return 0;
                if (!is_known(name, names))
                        return ec2_fail(c, "InvalidParameterValue", "The filter '%s' is invalid", name);
                if (!ec2_form_at(&c->form, "Filter.%d.Value.1", i))
                        return ec2_fail(c, "InvalidParameterValue", "The filter '%s' has no values", name);
                if (ec2_form_at(&c->form, "Filter.%d.Value.%d", i, VALUES_MAX + 1))
                        return ec2_fail(c, "FilterLimitExceeded",
                                        "The maximum number of filter values specified on a single call is %d",
                                        VALUES_MAX);
        }
}

/* One filter under test: a field offers its values to it. */
struct probe {
        struct ec2_call *call;
        int filter;
        const char *name;
        bool hit;
};

static void offer(struct probe *p, const char *name, const char *value) {
        if (p->hit || strcmp(p->name, name) != 0)
                return;
        for (int n = 1;; n++) {
                const char *wanted = ec2_form_at(&p->call->form, "Filter.%d.Value.%d", p->filter, n);
                if (!wanted)
                        return;
                if (ec2_wildcard_match(wanted, value)) {
                        p->hit = true;
                        return;
                }
        }
}

static void offer_int(struct probe *p, const char *name, uint32_t value) {
        char text[16];
        snprintf(text, sizeof(text), "%u", value);
        offer(p, name, text);
}

static void offer_cidr(struct probe *p, const char *name, struct cidr value) {
        char text[CIDR_TEXT_SIZE];
        offer(p, name, cidr_format(value, text));
}

static void offer_tags(struct probe *p, const struct ec2_meta *meta) {
        char name[160];
        for (size_t i = 0; i < meta->n_tags; i++) {
                snprintf(name, sizeof(name), "tag:%s", meta->tags[i].key);
                offer(p, name, meta->tags[i].value);
                offer(p, "tag-key", meta->tags[i].key);
        }
}

static void offer_vpc(struct probe *p, const struct ec2_vpc *v) {
        offer(p, "vpc-id", v->meta.id);
        offer(p, "is-default", "false");
        offer(p, "owner-id", v->meta.account);
        offer_cidr(p, "cidr", v->cidrs[0]);
        for (size_t i = 0; i < v->n_cidrs; i++)
                offer_cidr(p, "cidr-block-association.cidr-block", v->cidrs[i]);
        offer(p, "cidr-block-association.state", "associated");
}

static void offer_routes(struct probe *p, const struct ec2_route_table *t) {
        const struct ec2_world *w = ec2_view(p->call);
        const struct ec2_vpc *vpc = ec2_find(w, EC2_VPC, t->vpc_id);
        const struct ec2_vpn_gateway *g = *t->propagating ? ec2_find(w, EC2_VPN_GATEWAY, t->propagating) : NULL;
        offer(p, "route.gateway-id", "local");
        offer(p, "route.origin", "CreateRouteTable");
        offer(p, "route.state", "active");
        for (size_t i = 0; vpc && i < vpc->n_cidrs; i++)
                offer_cidr(p, "route.destination-cidr-block", vpc->cidrs[i]);
        for (size_t i = 0; g && i < g->routes.n; i++) {
                offer(p, "route.gateway-id", g->meta.id);
                offer(p, "route.origin", "EnableVgwRoutePropagation");
                offer_cidr(p, "route.destination-cidr-block", g->routes.prefixes[i]);
        }
}

static void offer_route_table(struct probe *p, const struct ec2_route_table *t) {
        offer(p, "route-table-id", t->meta.id);
        offer(p, "vpc-id", t->vpc_id);
        offer(p, "owner-id", t->meta.account);
        if (t->main) {
                offer(p, "association.main", "true");
                offer(p, "association.route-table-id", t->meta.id);
        }
        offer_routes(p, t);
}

static void offer_customer_gateway(struct probe *p, const struct ec2_customer_gateway *g) {
        char text[IP4_TEXT_SIZE];
        offer(p, "customer-gateway-id", g->meta.id);
        offer(p, "ip-address", ip4_format(g->address, text));
        offer_int(p, "bgp-asn", g->asn);
}

static const char *attachment_text(enum ec2_attachment a) {
        switch (a) {
        case EC2_DETACHED:
                return "detached";
        case EC2_ATTACHING:
                return "attaching";
        case EC2_ATTACHED:
                return "attached";
        case EC2_DETACHING:
                return "detaching";
        }
        return NULL;
}

static void offer_vpn_gateway(struct probe *p, const struct ec2_vpn_gateway *g) {
        offer(p, "vpn-gateway-id", g->meta.id);
        offer_int(p, "amazon-side-asn", g->asn);
        if (g->attachment == EC2_DETACHED)
                return;
        offer(p, "attachment.vpc-id", g->vpc_id);
        offer(p, "attachment.state", attachment_text(g->attachment));
}

static void offer_vpn_connection(struct probe *p, const struct ec2_vpn_connection *v) {
        const struct ec2_customer_gateway *g =
                ec2_find(ec2_view(p->call), EC2_CUSTOMER_GATEWAY, v->customer_gateway_id);
        offer(p, "vpn-connection-id", v->meta.id);
        offer(p, "customer-gateway-id", v->customer_gateway_id);
        offer(p, "vpn-gateway-id", v->vpn_gateway_id);
        offer(p, "option.static-routes-only", "false");
        if (g)
                offer_int(p, "bgp-asn", g->asn);
}

static void offer_fields(struct probe *p, enum ec2_kind k, const void *item) {
        const struct ec2_meta *meta = item;
        offer_tags(p, meta);
        offer(p, "state", ec2_state_text(meta->state));
        offer(p, "type", "ipsec.1");
        switch (k) {
        case EC2_VPC:
                offer_vpc(p, item);
                break;
        case EC2_ROUTE_TABLE:
                offer_route_table(p, item);
                break;
        case EC2_CUSTOMER_GATEWAY:
                offer_customer_gateway(p, item);
                break;
        case EC2_VPN_GATEWAY:
                offer_vpn_gateway(p, item);
                break;
        case EC2_VPN_CONNECTION:
                offer_vpn_connection(p, item);
                break;
        }
}

bool ec2_filters_match(struct ec2_call *c, enum ec2_kind k, const struct ec2_meta *item) {
        for (int i = 1;; i++) {
                struct probe p = {.call = c, .filter = i, .name = ec2_form_at(&c->form, "Filter.%d.Name", i)};
                if (!p.name)
                        return true;
                offer_fields(&p, k, item);
                if (!p.hit)
                        return false;
        }
}
