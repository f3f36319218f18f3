/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the AWS half: finding, adding, and who sees what. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/alloc.h"

static const struct {
        size_t size;
        const char *prefix, *type, *word, *not_found, *malformed;
} kinds[EC2_KINDS] = {
        [EC2_VPC] = {sizeof(struct ec2_vpc), "vpc-", "vpc", "vpc", "InvalidVpcID.NotFound", "InvalidVpcId.Malformed"},
        [EC2_ROUTE_TABLE] = {sizeof(struct ec2_route_table), "rtb-", "route-table", "routeTable",
                             "InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed"},
        [EC2_CUSTOMER_GATEWAY] = {sizeof(struct ec2_customer_gateway), "cgw-", "customer-gateway", "customerGateway",
                                  "InvalidCustomerGatewayID.NotFound", "InvalidCustomerGatewayId.Malformed"},
        [EC2_VPN_GATEWAY] = {sizeof(struct ec2_vpn_gateway), "vgw-", "vpn-gateway", "vpnGateway",
                             "InvalidVpnGatewayID.NotFound", "InvalidVpnGatewayId.Malformed"},
        [EC2_VPN_CONNECTION] = {sizeof(struct ec2_vpn_connection), "vpn-", "vpn-connection", "vpnConnection",
                                "InvalidVpnConnectionID.NotFound", "InvalidVpnConnectionId.Malformed"},
};

size_t ec2_size_of(enum ec2_kind k) {
        return kinds[k].size;
}

const char *ec2_prefix_of(enum ec2_kind k) {
        return kinds[k].prefix;
}

const char *ec2_type_of(enum ec2_kind k) {
        return kinds[k].type;
}

const char *ec2_state_text(enum ec2_state s) {
        switch (s) {
        case EC2_PENDING:
                return "pending";
        case EC2_AVAILABLE:
                return "available";
        case EC2_MODIFYING:
                return "modifying";
        case EC2_DELETING:
                return "deleting";
        case EC2_DELETED:
                return "deleted";
        }
        return NULL;
}

void *ec2_item(const struct ec2_world *w, enum ec2_kind k, size_t i) {
        return (char *)w->tables[k].items + i * kinds[k].size;
}

void *ec2_find(const struct ec2_world *w, enum ec2_kind k, const char *id) {
        for (size_t i = 0; i < w->tables[k].n; i++) {
                struct ec2_meta *meta = ec2_item(w, k, i);
                if (strcmp(meta->id, id) == 0)
                        return meta;
        }
        return NULL;
}

/**
 * ec2_find_near() - like ec2_find(), for those who ask often
 * @hint: where it was the last time
 */
void *ec2_find_near(const struct ec2_world *w, enum ec2_kind k, const char *id, size_t *hint) {
        struct ec2_meta *meta = *hint < w->tables[k].n ? ec2_item(w, k, *hint) : NULL;
        if (meta && strcmp(meta->id, id) == 0)
                return meta;
        meta = ec2_find(w, k, id);
        if (meta)
                *hint = (size_t)((char *)meta - (char *)w->tables[k].items) / kinds[k].size;
        return meta;
}

/**
 * ec2_add_to() - a new resource, available
 * @m: the model
 * @k: its kind
 * @account: whose
 * @region: where
 * @id: "": a fresh one
 *
 * Pointers to other resources of the kind are void afterwards.
 *
 * Return: the resource, or NULL without memory.
 */
void *ec2_add_to(struct model *m, enum ec2_kind k, const char *account, const char *region, const char *id) {
        struct ec2_table *t = &m->aws->world.tables[k];
        char digits[18];
        struct ec2_meta *meta = model_grow(&t->items, &t->n, kinds[k].size);
        if (!meta)
                return NULL;
        snprintf(meta->id, sizeof(meta->id), "%s", id);
        if (!*id)
                snprintf(meta->id, sizeof(meta->id), "%s0%s", kinds[k].prefix, model_hex(m, 16, digits));
        MODEL_COPY(meta->account, account);
        MODEL_COPY(meta->region, region);
        meta->state = EC2_AVAILABLE;
        meta->state_due_ms = INT64_MAX;
        meta->created_ms = m->now_ms;
        return meta;
}

void *ec2_add(struct ec2_call *c, enum ec2_kind k) {
        struct ec2_meta *meta = ec2_add_to(c->m, k, c->account, c->region, "");
        if (meta)
                meta->state = EC2_PENDING;
        return meta;
}

const struct ec2_world *ec2_view(const struct ec2_call *c) {
        return model_is_stale(c->m, MODEL_SERVICE_AWS) ? &c->m->aws->stale : &c->m->aws->world;
}

/* Another account's and another region's resources do not exist; new ones may not be known everywhere yet. */
bool ec2_visible(const struct ec2_call *c, const struct ec2_meta *meta) {
        int64_t unseen_ms = (int64_t)((double)c->m->options.aws_new_unseen_ms / c->m->speed);
        if (unseen_ms > 0 && meta->created_ms + unseen_ms > c->m->now_ms)
                return false;
        return !c->m->faults[MODEL_SERVICE_AWS].hide && strcmp(meta->account, c->account) == 0 &&
               strcmp(meta->region, c->region) == 0;
}

int ec2_not_found(struct ec2_call *c, enum ec2_kind k, const char *id) {
        return ec2_fail(c, kinds[k].not_found, "The %s ID '%s' does not exist", kinds[k].word, id);
}

/* 0 for "vpc-" and 8 or 17 hex digits */
int ec2_check_id(struct ec2_call *c, enum ec2_kind k, const char *id) {
        size_t n = strlen(kinds[k].prefix);
        size_t digits = strncmp(id, kinds[k].prefix, n) == 0 ? strlen(id + n) : 0;
        if ((digits == 8 || digits == 17) && strspn(id + n, "0123456789abcdef") == digits)
                return 0;
        return ec2_fail(c, kinds[k].malformed, "Invalid id: \"%s\" (expecting \"%s...\")", id, kinds[k].prefix);
}

int ec2_want(struct ec2_call *c, enum ec2_kind k, const char *parameter, void *ret) {
        const char *id;
        int r = ec2_need(c, parameter, &id);
        if (r == 0)
                r = ec2_check_id(c, k, id);
        if (r != 0)
                return r;
        struct ec2_meta *meta = ec2_find(&c->m->aws->world, k, id);
        if (!meta || !ec2_visible(c, meta) || meta->state == EC2_DELETED)
                return ec2_not_found(c, k, id);
        *(void **)ret = meta;
        return 0;
}

struct ec2_vpn_gateway *ec2_gateway_of_vpc(struct model *m, const char *vpc_id) {
        const struct ec2_world *w = &m->aws->world;
        for (size_t i = 0; i < w->tables[EC2_VPN_GATEWAY].n; i++) {
                struct ec2_vpn_gateway *g = ec2_item(w, EC2_VPN_GATEWAY, i);
                if (g->attachment != EC2_DETACHED && strcmp(g->vpc_id, vpc_id) == 0)
                        return g;
        }
        return NULL;
}

/* life */

static void world_deinit(struct ec2_world *w) {
        for (size_t k = 0; k < EC2_KINDS; k++)
                mem_free(w->tables[k].items);
        *w = (struct ec2_world){0};
}

struct model_aws *model_aws_free(struct model_aws *a) {
        if (!a)
                return NULL;
        world_deinit(&a->world);
        world_deinit(&a->stale);
        arena_free(a->texts);
        mem_free(a->credentials);
        mem_free(a->roles);
        mem_free(a);
        return NULL;
}

struct model_aws *model_aws_new(void) {
        struct model_aws *a = mem_zalloc(1, sizeof(*a));
        if (!a)
                return NULL;
        a->texts = arena_new();
        return a->texts ? a : model_aws_free(a);
}

int aws_admin_stale_begins(struct model *m) {
        struct ec2_world copy = {0};
        for (size_t k = 0; k < EC2_KINDS; k++) {
                const struct ec2_table *t = &m->aws->world.tables[k];
                if (t->n == 0)
                        continue;
                copy.tables[k].items = mem_alloc(t->n * kinds[k].size);
                if (!copy.tables[k].items) {
                        world_deinit(&copy);
                        return -ENOMEM;
                }
                memcpy(copy.tables[k].items, t->items, t->n * kinds[k].size);
                copy.tables[k].n = t->n;
        }
        world_deinit(&m->aws->stale);
        m->aws->stale = copy;
        return 0;
}
