/* SPDX-License-Identifier: Apache-2.0 */
/* Resource groups, virtual networks and their subnets. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define TOP_MEMBERS "id name type location tags etag properties extendedLocation managedBy"
#define VNET_MEMBERS                                                                                                   \
        "addressSpace dhcpOptions subnets virtualNetworkPeerings resourceGuid provisioningState enableDdosProtection " \
        "enableVmProtection ddosProtectionPlan bgpCommunities encryption ipAllocations flowLogs "                      \
        "flowTimeoutInMinutes privateEndpointVNetPolicies defaultPublicNatGateway summarizedGatewayPrefixes"
#define SUBNET_MEMBERS                                                                                                 \
        "addressPrefix addressPrefixes networkSecurityGroup routeTable natGateway serviceEndpoints "                   \
        "serviceEndpointPolicies privateEndpoints ipConfigurations ipConfigurationProfiles ipAllocations "             \
        "resourceNavigationLinks serviceAssociationLinks delegations purpose provisioningState "                       \
        "privateEndpointNetworkPolicies privateLinkServiceNetworkPolicies applicationGatewayIPConfigurations "         \
        "applicationGatewayIpConfigurations sharingScope defaultOutboundAccess ipamPoolPrefixAllocations"
#define PREFIXES_MAX 512

/* Resource groups answer at once. */
void azure_put_group(struct azure_call *c, const char *id, struct azure_resource *old) {
        const char *location = azure_text(c->body, "location");
        if (!*location)
                return azure_reply_error(c, 400, "LocationRequired",
                                         "The location property is required for this definition.");
        struct azure_resource *r = old;
        if (!r)
                r = azure_add(c->m, AZURE_GROUP, id, json_pack("{s:s,s:{}}", "location", location, "properties"));
        if (!r) {
                c->error = -ENOMEM;
                return;
        }
        azure_touch(c->m, r, AZURE_SUCCEEDED);
        azure_reply_json(c, old ? 200 : 201, azure_render(c, r, AZURE_VIEW_PUT));
}

/**
 * azure_prefixes() - Reads an array of prefixes; what is not an IPv4 prefix is passed over.
 */
size_t azure_prefixes(const json_t *array, struct cidr *out, size_t max) {
        size_t i, n = 0;
        json_t *item;
        json_array_foreach(array, i, item) {
                if (n < max && json_is_string(item) && cidr_parse(json_string_value(item), &out[n]) == 0)
                        n++;
        }
        return n;
}

static const char *subnet_prefix(const json_t *subnet) {
        const char *one = azure_text(subnet, "properties.addressPrefix");
        if (*one)
                return one;
        const char *first = json_string_value(json_array_get(json_at(subnet, "properties.addressPrefixes"), 0));
        return first ? first : "";
}

json_t *azure_subnet(const struct azure_resource *vnet, const char *name) {
        size_t i;
        json_t *subnet;
        json_array_foreach(json_at(vnet->body, "properties.subnets"), i, subnet) {
                if (strcasecmp(azure_text(subnet, "name"), name) == 0)
                        return subnet;
        }
        return NULL;
}

static bool is_gateway_subnet(const json_t *subnet) {
        return strcasecmp(azure_text(subnet, "name"), "GatewaySubnet") == 0;
}

/* The gateway in a subnet shows up as references to its IP configurations. */
static json_t *users_of(const struct azure_call *c, const struct azure_resource *vnet) {
        json_t *list = json_array();
        const struct azure_resource *g = azure_gateway_of_vnet(c->world, vnet->id);
        size_t i;
        json_t *config;
        if (!g)
                return list;
        json_array_foreach(json_at(g->body, "properties.ipConfigurations"), i, config) {
                json_array_append_new(
                        list, json_pack("{s:s++}", "id", g->id, "/ipConfigurations/", azure_text(config, "name")));
        }
        return list;
}

json_t *azure_render_subnet(const struct azure_call *c, const struct azure_resource *vnet, const json_t *subnet) {
        _cleanup_json_ json_t *out = json_deep_copy(subnet);
        json_t *p = json_object_get(out, "properties");
        char etag[64];
        snprintf(etag, sizeof(etag), "W/\"%s\"", vnet->etag);
        int k = json_object_set_new(out, "id", json_pack("s++", vnet->id, "/subnets/", azure_text(subnet, "name")));
        k |= json_object_set_new(out, "etag", json_string(etag));
        k |= json_object_set_new(out, "type", json_string("Microsoft.Network/virtualNetworks/subnets"));
        k |= json_object_set_new(p, "provisioningState", json_string(azure_state_to_string(vnet->state)));
        k |= json_object_set_new(p, "delegations", json_array());
        k |= json_object_set_new(p, "privateEndpointNetworkPolicies", json_string("Disabled"));
        k |= json_object_set_new(p, "privateLinkServiceNetworkPolicies", json_string("Enabled"));
        _cleanup_json_ json_t *users = is_gateway_subnet(subnet) ? users_of(c, vnet) : NULL;
        if (json_array_size(users) > 0)
                k |= json_object_set(p, "ipConfigurations", users);
        return k == 0 ? json_incref(out) : NULL;
}

int azure_render_vnet(struct azure_call *c, const struct azure_resource *r, json_t *properties) {
        json_t *subnets = json_array(), *peerings = json_array();
        size_t i;
        json_t *subnet;
        int k = 0;
        json_array_foreach(json_at(r->body, "properties.subnets"), i, subnet) {
                k |= json_array_append_new(subnets, azure_render_subnet(c, r, subnet));
        }
        for (const struct azure_resource *p = c->world->first[AZURE_PEERING]; p; p = p->next) {
                size_t n = strlen(r->id);
                if (strncasecmp(p->id, r->id, n) == 0 && p->id[n] == '/')
                        k |= json_array_append_new(peerings, azure_render(c, p, AZURE_VIEW_LIST));
        }
        k |= json_object_set_new(properties, "subnets", subnets);
        k |= json_object_set_new(properties, "virtualNetworkPeerings", peerings);
        return k;
}

/**
 * azure_vnet_body() - A virtual network's body without subnets.
 * @prefixes: array of strings; taken
 */
json_t *azure_vnet_body(const char *location, json_t *prefixes) {
        return json_pack("{s:s,s:{s:{s:o},s:[],s:b,s:s}}", "location", location, "properties", "addressSpace",
                         "addressPrefixes", prefixes, "subnets", "enableDdosProtection", 0,
                         "privateEndpointVNetPolicies", "Disabled");
}

/* Its prefixes are other ones: sessions of its gateway drop once, and of those gateways that it is reached through not;
 * they learn of it by a sync. */
void azure_vnet_changed(struct model *m, const struct azure_resource *vnet) {
        const struct azure_resource *g = azure_gateway_of_vnet(&m->azure->live, vnet->id);
        if (g)
                physics_azure_addresses_changed(m, g->id);
        physics_changed(m);
}

static bool check_prefixes(struct azure_call *c, const json_t *array) {
        struct cidr parsed;
        size_t i;
        json_t *item;
        json_array_foreach(array, i, item) {
                const char *s = json_string_value(item);
                if (s && (cidr_parse(s, &parsed) == 0 || strchr(s, ':')))
                        continue;
                azure_reply_error(c, 400, "InvalidAddressPrefixFormat", "Address prefix %s is not valid.", s ? s : "");
                return false;
        }
        if (json_array_size(array) > 0)
                return true;
        azure_reply_error(c, 400, "InvalidRequestFormat", "The address space of a virtual network is required.");
        return false;
}

static bool check_subnet(struct azure_call *c, const json_t *subnet, const struct cidr *space, size_t n_space) {
        struct cidr prefix;
        const char *text = subnet_prefix(subnet), *name = azure_text(subnet, "name");
        if (!azure_members_known(c, subnet, "subnet", "id name etag type properties") ||
            !azure_members_known(c, json_object_get(subnet, "properties"), "subnet.properties", SUBNET_MEMBERS))
                return false;
        if (cidr_parse(text, &prefix) < 0) {
                azure_reply_error(c, 400, "InvalidAddressPrefixFormat", "Address prefix %s of subnet %s is not valid.",
                                  text, name);
                return false;
        }
        bool inside = false;
        for (size_t i = 0; i < n_space; i++)
                inside |= cidr_contains(space[i], prefix);
        if (!inside) {
                azure_reply_error(c, 400, "NetcfgInvalidSubnet", "Subnet '%s' is not valid in virtual network.", name);
                return false;
        }
        if (!is_gateway_subnet(subnet))
                return true;
        if (prefix.bits > 29) {
                azure_reply_error(c, 400, "GatewaySubnetTooSmall", "The subnet %s is too small for a gateway.", name);
                return false;
        }
        if (!json_at(subnet, "properties.networkSecurityGroup.id"))
                return true;
        azure_reply_error(c, 400, "NsgNotSupportedOnGatewaySubnet",
                          "Network security groups are not supported on subnet %s.", name);
        return false;
}

static bool check_overlap(struct azure_call *c, const json_t *subnets) {
        struct cidr a, b;
        for (size_t i = 0; i < json_array_size(subnets); i++) {
                for (size_t j = 0; j < i; j++) {
                        const json_t *one = json_array_get(subnets, i), *two = json_array_get(subnets, j);
                        if (cidr_parse(subnet_prefix(one), &a) < 0 || cidr_parse(subnet_prefix(two), &b) < 0 ||
                            !cidr_overlaps(a, b))
                                continue;
                        azure_reply_error(c, 400, "NetcfgSubnetRangesOverlap",
                                          "Subnet '%s' is not valid because its IP address range overlaps with that of "
                                          "an existing subnet in virtual network.",
                                          azure_text(one, "name"));
                        return false;
                }
        }
        return true;
}

static bool in_use_subnet(struct azure_call *c, const struct azure_resource *vnet, const char *name) {
        const struct azure_resource *g = azure_gateway_of_vnet(&c->a->live, vnet->id);
        if (!g || strcasecmp(name, "GatewaySubnet") != 0)
                return false;
        azure_reply_error(c, 400, "InUseSubnetCannotBeDeleted",
                          "Subnet %s is in use by %s and cannot be deleted. In order to delete the subnet, delete all "
                          "the resources within the subnet.",
                          name, g->id);
        return true;
}

/* A PUT replaces: subnets that it does not name are deleted, if they can be. */
static bool check_lost_subnets(struct azure_call *c, const struct azure_resource *old, const json_t *subnets) {
        size_t i, j;
        json_t *had, *has;
        json_array_foreach(json_at(old->body, "properties.subnets"), i, had) {
                bool kept = false;
                json_array_foreach(subnets, j, has) {
                        kept |= strcasecmp(azure_text(had, "name"), azure_text(has, "name")) == 0;
                }
                if (!kept && in_use_subnet(c, old, azure_text(had, "name")))
                        return false;
        }
        return true;
}

static json_t *new_vnet_body(const struct azure_call *c) {
        json_t *prefixes = json_deep_copy(json_at(c->body, "properties.addressSpace.addressPrefixes"));
        json_t *body = azure_vnet_body(azure_text(c->body, "location"), prefixes);
        json_t *kept = json_at(body, "properties.subnets"), *tags = json_object_get(c->body, "tags");
        size_t i;
        json_t *subnet;
        json_array_foreach(json_at(c->body, "properties.subnets"), i, subnet) {
                json_array_append_new(kept, json_pack("{s:s,s:{s:s}}", "name", azure_text(subnet, "name"), "properties",
                                                      "addressPrefix", subnet_prefix(subnet)));
        }
        if (json_is_object(tags))
                json_object_set_new(body, "tags", json_deep_copy(tags));
        return body;
}

static bool check_vnet(struct azure_call *c, const struct azure_resource *old) {
        struct cidr space[PREFIXES_MAX];
        size_t i;
        json_t *subnet;
        const json_t *prefixes = json_at(c->body, "properties.addressSpace.addressPrefixes");
        const json_t *subnets = json_at(c->body, "properties.subnets");
        if (!azure_members_known(c, c->body, "virtualNetwork", TOP_MEMBERS) ||
            !azure_members_known(c, json_at(c->body, "properties"), "properties", VNET_MEMBERS) ||
            !check_prefixes(c, prefixes))
                return false;
        if (!*azure_text(c->body, "location")) {
                azure_reply_error(c, 400, "LocationRequired", "The location property is required for this definition.");
                return false;
        }
        size_t n = azure_prefixes(prefixes, space, PREFIXES_MAX);
        json_array_foreach(subnets, i, subnet) {
                if (!check_subnet(c, subnet, space, n))
                        return false;
        }
        return check_overlap(c, subnets) && (!old || check_lost_subnets(c, old, subnets));
}

void azure_put_vnet(struct azure_call *c, const char *id, struct azure_resource *old) {
        if (!check_vnet(c, old) || (old && !azure_resource_is_free(c, old)))
                return;
        _cleanup_json_ json_t *body = new_vnet_body(c);
        bool changed = old && !json_equal(json_at(old->body, "properties.addressSpace"),
                                          json_at(body, "properties.addressSpace"));
        struct azure_resource *r = old ? old : azure_add(c->m, AZURE_VNET, id, json_incref(body));
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        if (old) {
                json_decref(old->body);
                old->body = json_incref(body);
                azure_touch(c->m, old, AZURE_UPDATING);
        }
        azure_reply_put(c, r, !old, azure_operation_start(c, AZURE_OP_PUT, r, NULL, 1000, 12000));
        if (changed)
                azure_vnet_changed(c->m, r);
}

static void reply_subnet(struct azure_call *c, struct azure_resource *vnet, const char *name, bool created) {
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_PUT, vnet, NULL, 1000, 12000);
        if (!op)
                return;
        azure_touch(c->m, vnet, AZURE_UPDATING);
        azure_reply_put(c, vnet, created, op);
        buf_clear(&c->ret->body); /* the same headers, the subnet's body */
        _cleanup_json_ json_t *body = azure_render_subnet(c, vnet, azure_subnet(vnet, name));
        if (!body || json_write(body, &c->ret->body) < 0)
                c->error = -ENOMEM;
}

void azure_put_subnet(struct azure_call *c, struct azure_resource *vnet, const char *name) {
        struct cidr space[PREFIXES_MAX];
        size_t i,
                n = azure_prefixes(json_at(vnet->body, "properties.addressSpace.addressPrefixes"), space, PREFIXES_MAX);
        json_t *old = azure_subnet(vnet, name), *item;
        if (!c->body)
                return azure_reply_error(c, 400, "InvalidRequestContent", "The request content was invalid.");
        _cleanup_json_ json_t *subnet =
                json_pack("{s:s,s:{s:s}}", "name", name, "properties", "addressPrefix", subnet_prefix(c->body));
        json_object_set_new(c->body, "name", json_string(name));
        if (!check_subnet(c, c->body, space, n) || !azure_resource_is_free(c, vnet))
                return;
        _cleanup_json_ json_t *all = json_array();
        json_array_foreach(json_at(vnet->body, "properties.subnets"), i, item) {
                if (item != old)
                        json_array_append(all, item);
        }
        json_array_append(all, subnet);
        if (!check_overlap(c, all))
                return;
        json_object_set(json_at(vnet->body, "properties"), "subnets", all);
        reply_subnet(c, vnet, name, !old);
}

void azure_delete_subnet(struct azure_call *c, struct azure_resource *vnet, const char *name) {
        json_t *subnets = json_at(vnet->body, "properties.subnets");
        const json_t *old = azure_subnet(vnet, name);
        if (!old)
                return azure_reply_empty(c, 204);
        if (in_use_subnet(c, vnet, name) || !azure_resource_is_free(c, vnet))
                return;
        for (size_t i = 0; i < json_array_size(subnets); i++) {
                if (json_array_get(subnets, i) == old)
                        json_array_remove(subnets, i);
        }
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_PUT, vnet, NULL, 1000, 12000);
        if (!op)
                return;
        azure_touch(c->m, vnet, AZURE_UPDATING);
        azure_reply_accepted(c, op);
}

bool azure_vnet_deletable(struct azure_call *c, const struct azure_resource *vnet) {
        return !in_use_subnet(c, vnet, "GatewaySubnet");
}
