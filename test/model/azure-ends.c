/* SPDX-License-Identifier: Apache-2.0 */
/* What physics asks of Azure: tunnel ends and advertised prefixes. */
#include "azure-internal.h"

#include <string.h>
#include <strings.h>

#include "util/alloc.h"

static struct ip4 address_at(const json_t *object, const char *path) {
        struct ip4 ip = {0};
        return ip4_parse(azure_text(object, path), &ip) == 0 ? ip : (struct ip4){0};
}

static struct ip4 first_custom(const struct azure_resource *gateway, size_t instance) {
        struct ip4 ip = {0};
        const char *s = json_string_value(json_array_get(azure_gateway_customs(gateway, instance), 0));
        return s && ip4_parse(s, &ip) == 0 ? ip : (struct ip4){0};
}

/* The one that the connection names for this ipConfiguration, else the first. */
static struct ip4 custom_for(const struct azure_resource *connection, const struct azure_resource *gateway,
                             size_t instance) {
        const json_t *own =
                json_array_get(json_at(gateway->body, "properties.bgpSettings.bgpPeeringAddresses"), instance);
        size_t i;
        json_t *entry;
        json_array_foreach(json_at(connection->body, "properties.gatewayCustomBgpIpAddresses"), i, entry) {
                if (azure_same_id(azure_text(entry, "ipConfigurationId"), azure_text(own, "ipconfigurationId")))
                        return address_at(entry, "customBgpIpAddress");
        }
        return first_custom(gateway, instance);
}

static bool is_usable(const struct model *m, const struct azure_resource *connection,
                      const struct azure_resource *gateway, const struct azure_resource *local, size_t instance) {
        return connection->provisioned && connection->state != AZURE_DELETING &&
               connection->down_until_ms[0] <= m->now_ms && gateway->provisioned && gateway->state != AZURE_DELETING &&
               gateway->down_until_ms[instance] <= m->now_ms && local->provisioned;
}

static bool work_out(struct model *m, const struct azure_resource *connection, size_t instance,
                     struct azure_end_cache *cache) {
        struct azure_end *ret = &cache->end;
        const struct azure_world *w = &m->azure->live;
        const json_t *p = json_object_get(connection->body, "properties");
        const json_t *policy = json_array_get(json_object_get(p, "ipsecPolicies"), 0);
        const struct azure_resource *g = azure_find_kind(w, AZURE_GATEWAY, azure_connection_gateway(connection));
        const struct azure_resource *l =
                azure_find_kind(w, AZURE_LOCAL_GATEWAY, azure_connection_local_gateway(connection));
        const struct azure_resource *pip = g ? azure_gateway_public_ip(w, g, instance) : NULL;
        if (!g || !l || !pip || instance >= azure_gateway_instances(g))
                return false;
        struct ip4 remote_bgp = address_at(l->body, "properties.bgpSettings.bgpPeeringAddress");
        *ret = (struct azure_end){
                .connection_id = connection->id,
                .gateway_id = g->id,
                .instance = (unsigned)instance,
                .usable = strcasecmp(azure_text(p, "authenticationType"), "PSK") == 0,
                .public_ip = pip->address,
                .remote = address_at(l->body, "properties.gatewayIpAddress"),
                .psk = connection->psk ? connection->psk : "",
                .ikev2 = strcasecmp(azure_text(p, "connectionProtocol"), "IKEv2") == 0,
                .bgp_enabled = azure_flag(p, "enableBgp") && azure_flag(g->body, "properties.enableBgp"),
                .can_initiate = strcasecmp(azure_text(p, "connectionMode"), "ResponderOnly") != 0,
                .ike_encryption = azure_text(policy, "ikeEncryption"),
                .ike_integrity = azure_text(policy, "ikeIntegrity"),
                .dh_group = azure_text(policy, "dhGroup"),
                .ipsec_encryption = azure_text(policy, "ipsecEncryption"),
                .ipsec_integrity = azure_text(policy, "ipsecIntegrity"),
                .pfs_group = azure_text(policy, "pfsGroup"),
                .asn = (uint32_t)azure_number(g->body, "properties.bgpSettings.asn", 0),
                .remote_asn = (uint32_t)azure_number(l->body, "properties.bgpSettings.asn", 0),
                .bgp_local = g->private_ip[instance],
                .bgp_remote = remote_bgp,
        };
        struct ip4 custom = custom_for(connection, g, instance);
        *cache = (struct azure_end_cache){.removals = m->azure->removals,
                                          .stamp = connection->stamp,
                                          .gateway_stamp = g->stamp,
                                          .local_stamp = l->stamp,
                                          .gateway = g,
                                          .local = l,
                                          .end = cache->end};
        if ((remote_bgp.addr >> 16) == 0xa9fe && custom.addr != 0) /* 169.254/16 on the other side */
                ret->bgp_local = custom;
        return true;
}

/**
 * azure_end_of() - The end that one gateway instance has of a connection.
 *
 * Return: false when the connection has none there.
 */
bool azure_end_of(struct model *m, struct azure_resource *connection, size_t instance, struct azure_end *ret) {
        struct azure_end_cache *k = &connection->cache[instance];
        bool good = k->gateway && k->removals == m->azure->removals && k->stamp == connection->stamp &&
                    k->gateway_stamp == k->gateway->stamp && k->local_stamp == k->local->stamp;
        if (!good && !work_out(m, connection, instance, k)) {
                k->gateway = NULL;
                return false;
        }
        *ret = k->end;
        ret->usable = is_usable(m, connection, k->gateway, k->local, instance) && k->end.usable;
        return true;
}

size_t azure_ends(struct model *m, struct azure_end *out, size_t max) {
        size_t n = 0;
        for (struct azure_resource *r = m->azure->live.first[AZURE_CONNECTION]; r; r = r->next) {
                for (size_t i = 0; i < AZURE_INSTANCES && n < max; i++) {
                        if (azure_end_of(m, r, i, &out[n]))
                                n++;
                }
        }
        return n;
}

static const struct azure_resource *vnet_of_gateway(const struct model *m, const char *gateway_id) {
        const struct azure_world *w = &m->azure->live;
        const struct azure_resource *g = azure_find_kind(w, AZURE_GATEWAY, gateway_id);
        const json_t *config = g ? json_array_get(json_at(g->body, "properties.ipConfigurations"), 0) : NULL;
        _cleanup_mem_ char *id = azure_parent_id(azure_text(config, "properties.subnet.id"), 1);
        return id ? azure_find_kind(w, AZURE_VNET, id) : NULL;
}

static void add_prefixes(const json_t *array, struct cidr *out, size_t *n, size_t max) {
        size_t i;
        json_t *item;
        struct cidr prefix;
        json_array_foreach(array, i, item) {
                if (*n < max && json_is_string(item) && cidr_parse(json_string_value(item), &prefix) == 0 &&
                    !cidr_in_list(prefix, out, *n))
                        out[(*n)++] = prefix;
        }
}

static size_t own_prefixes(struct model *m, const char *gateway_id, struct cidr *out, size_t max) {
        const struct azure_resource *vnet = vnet_of_gateway(m, gateway_id);
        size_t n = 0;
        if (vnet)
                add_prefixes(json_at(vnet->body, "properties.addressSpace.addressPrefixes"), out, &n, max);
        return n;
}

/* A spoke counts with what the hub's half of the peering holds: not what it has today. */
static void add_spokes(struct model *m, const struct azure_resource *hub, struct cidr *out, size_t *n, size_t max) {
        const struct azure_world *w = &m->azure->live;
        size_t len = strlen(hub->id);
        for (const struct azure_resource *p = w->first[AZURE_PEERING]; p; p = p->next) {
                if (strncasecmp(p->id, hub->id, len) != 0 || p->id[len] != '/' || p->state == AZURE_DELETING ||
                    !azure_flag(p->body, "properties.allowGatewayTransit"))
                        continue;
                const struct azure_resource *back = azure_peering_back(w, p);
                if (back && azure_flag(back->body, "properties.useRemoteGateways"))
                        add_prefixes(json_object_get(p->body, "held"), out, n, max);
        }
}

/* Whether a connection is on this gateway: asked for every pair of them, so by hash first. */
static bool is_on(struct azure_resource *connection, const char *gateway_id, uint64_t hash) {
        if (connection->gateway_hash == 0)
                connection->gateway_hash = azure_id_hash(azure_connection_gateway(connection));
        return connection->gateway_hash == hash && azure_same_id(azure_connection_gateway(connection), gateway_id);
}

/* Prefixes of local network gateways are static routes, and are passed on. */
static void add_static(struct model *m, const char *gateway_id, struct cidr *out, size_t *n, size_t max) {
        const struct azure_world *w = &m->azure->live;
        uint64_t hash = azure_id_hash(gateway_id);
        for (struct azure_resource *c = w->first[AZURE_CONNECTION]; c; c = c->next) {
                if (!is_on(c, gateway_id, hash))
                        continue;
                const struct azure_resource *l =
                        azure_find_kind(w, AZURE_LOCAL_GATEWAY, azure_connection_local_gateway(c));
                if (l)
                        add_prefixes(json_at(l->body, "properties.localNetworkAddressSpace.addressPrefixes"), out, n,
                                     max);
        }
}

size_t azure_advertised(struct model *m, const char *gateway_id, struct cidr *out, size_t max) {
        const struct azure_resource *vnet = vnet_of_gateway(m, gateway_id);
        size_t n = own_prefixes(m, gateway_id, out, max);
        if (vnet)
                add_spokes(m, vnet, out, &n, max);
        add_static(m, gateway_id, out, &n, max);
        return n;
}
