/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual network gateways: bodies, resets, and what begins with a POST. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define CREATE_LOW_MS (13 * 60000)
#define CREATE_HIGH_MS (23 * 60000)
#define UPDATE_LOW_MS 94000
#define UPDATE_HIGH_MS 214000
#define MODE_CHANGE_LOW_MS (30 * 60000)
#define MODE_CHANGE_HIGH_MS (45 * 60000)
#define RESET_MS 478000
#define OUTAGE_LOW_MS 60000
#define OUTAGE_HIGH_MS 180000
#define QUERY_MS 10000

size_t azure_gateway_instances(const struct azure_resource *gateway) {
        size_t n = json_array_size(json_at(gateway->body, "properties.ipConfigurations"));
        return n < AZURE_INSTANCES ? n : AZURE_INSTANCES;
}

static json_t *peering_entry(const struct azure_resource *gateway, size_t instance) {
        return json_array_get(json_at(gateway->body, "properties.bgpSettings.bgpPeeringAddresses"), instance);
}

json_t *azure_gateway_customs(const struct azure_resource *gateway, size_t instance) {
        return json_object_get(peering_entry(gateway, instance), "customBgpIpAddresses");
}

struct azure_resource *azure_gateway_public_ip(const struct azure_world *w, const struct azure_resource *gateway,
                                               size_t instance) {
        const json_t *config = json_array_get(json_at(gateway->body, "properties.ipConfigurations"), instance);
        return azure_find_kind(w, AZURE_PUBLIC_IP, azure_text(config, "properties.publicIPAddress.id"));
}

/* One entry for each ipConfiguration, in their order, whatever the caller sent. */
static json_t *peering_entries(const struct azure_call *c, const char *id) {
        json_t *out = json_array();
        size_t i, j;
        json_t *config, *sent;
        json_array_foreach(json_at(c->body, "properties.ipConfigurations"), i, config) {
                _cleanup_json_ json_t *config_id =
                        json_pack("s++", id, "/ipConfigurations/", azure_text(config, "name"));
                json_t *customs = NULL;
                json_array_foreach(json_at(c->body, "properties.bgpSettings.bgpPeeringAddresses"), j, sent) {
                        if (azure_same_id(azure_text(sent, "ipconfigurationId"), json_string_value(config_id)))
                                customs = json_object_get(sent, "customBgpIpAddresses");
                }
                json_array_append_new(out,
                                      json_pack("{s:O,s:o}", "ipconfigurationId", config_id, "customBgpIpAddresses",
                                                json_is_array(customs) ? json_deep_copy(customs) : json_array()));
        }
        return out;
}

static json_t *configurations(const struct azure_call *c) {
        json_t *out = json_array(), *config;
        size_t i;
        json_array_foreach(json_at(c->body, "properties.ipConfigurations"), i, config) {
                json_array_append_new(out,
                                      json_pack("{s:s,s:{s:s,s:{s:s},s:{s:s}}}", "name", azure_text(config, "name"),
                                                "properties", "privateIPAllocationMethod", "Dynamic", "publicIPAddress",
                                                "id", azure_text(config, "properties.publicIPAddress.id"), "subnet",
                                                "id", azure_text(config, "properties.subnet.id")));
        }
        return out;
}

/* A PUT replaces: what it does not say falls back to the default. */
static json_t *new_body(const struct azure_call *c, const char *id) {
        static const char *const flags[] = {"enablePrivateIpAddress",
                                            "disableIPSecReplayProtection",
                                            "enableBgpRouteTranslationForNat",
                                            "enableBgp",
                                            "activeActive",
                                            "enableHighBandwidthVpnGateway",
                                            "allowRemoteVnetTraffic",
                                            "allowVirtualWanTraffic"};
        static const char *const copied[] = {"vpnClientConfiguration", "customRoutes",
                                             "gatewayDefaultSite",     "natRules",
                                             "resiliencyModel",        "virtualNetworkGatewayPolicyGroups"};
        const json_t *sent = json_at(c->body, "properties"), *bgp = json_at(sent, "bgpSettings");
        const char *tier = azure_text(sent, "sku.tier"), *generation = azure_text(sent, "vpnGatewayGeneration");
        int64_t asn = azure_number(bgp, "asn", 0);
        json_t *p = json_pack(
                "{s:s,s:s,s:s,s:{s:s,s:s,s:i},s:o,s:{s:I,s:I,s:o},s:s,s:b,s:b,s:b,s:[],s:[]}", "gatewayType",
                azure_text(sent, "gatewayType"), "vpnType", azure_text(sent, "vpnType"), "vpnGatewayGeneration",
                *generation ? generation : "Generation1", "sku", "name", azure_text(sent, "sku.name"), "tier",
                *tier ? tier : azure_text(sent, "sku.name"), "capacity", 2, "ipConfigurations", configurations(c),
                "bgpSettings", "asn", (json_int_t)(asn ? asn : 65515), "peerWeight",
                (json_int_t)azure_number(bgp, "peerWeight", 0), "bgpPeeringAddresses", peering_entries(c, id),
                "packetCaptureDiagnosticState", "None", "isMigrateToCSES", 0, "isMigratedLegacySKU", 0,
                "blockUpgradeOfMigratedLegacyGateways", 0, "natRules", "virtualNetworkGatewayPolicyGroups");
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                json_object_set_new(p, flags[i], json_boolean(azure_flag(sent, flags[i])));
        for (size_t i = 0; i < ELEMENTSOF(copied); i++) {
                json_t *v = json_object_get(sent, copied[i]);
                if (v && !json_is_null(v))
                        json_object_set_new(p, copied[i], json_deep_copy(v));
        }
        json_t *out = json_pack("{s:s,s:o}", "location", azure_text(c->body, "location"), "properties", p);
        json_t *tags = json_object_get(c->body, "tags");
        if (json_is_object(tags))
                json_object_set_new(out, "tags", json_deep_copy(tags));
        return out;
}

static int render_configurations(const struct azure_resource *r, json_t *properties) {
        size_t i;
        json_t *config;
        int k = 0;
        json_array_foreach(json_object_get(properties, "ipConfigurations"), i, config) {
                k |= json_object_set_new(config, "id",
                                         json_pack("s++", r->id, "/ipConfigurations/", azure_text(config, "name")));
                k |= json_object_set_new(config, "etag", json_pack("s++", "W/\"", r->etag, "\""));
                k |= json_object_set_new(config, "type",
                                         json_string("Microsoft.Network/virtualNetworkGateways/ipConfigurations"));
                k |= json_object_set_new(json_object_get(config, "properties"), "provisioningState",
                                         json_string(azure_state_to_string(r->state)));
        }
        return k;
}

static int render_bgp(const struct azure_call *c, const struct azure_resource *r, json_t *bgp) {
        size_t i;
        json_t *entry;
        char one[IP4_TEXT_SIZE], all[2 * IP4_TEXT_SIZE + 1] = "";
        int k = 0;
        json_array_foreach(json_object_get(bgp, "bgpPeeringAddresses"), i, entry) {
                json_t *defaults = json_array();
                k |= json_object_set_new(entry, "defaultBgpIpAddresses", defaults);
                if (i >= AZURE_INSTANCES || r->private_ip[i].addr == 0)
                        continue;
                k |= json_array_append_new(defaults, json_string(ip4_format(r->private_ip[i], one)));
                snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i > 0 ? "," : "", one);
                const struct azure_resource *pip = azure_gateway_public_ip(c->world, r, i);
                if (pip)
                        k |= json_object_set_new(entry, "tunnelIpAddresses",
                                                 json_pack("[s]", ip4_format(pip->address, one)));
        }
        if (*all)
                k |= json_object_set_new(bgp, "bgpPeeringAddress", json_string(all));
        return k;
}

int azure_render_gateway(struct azure_call *c, const struct azure_resource *r, enum azure_view view,
                         json_t *properties) {
        int k = render_configurations(r, properties);
        k |= render_bgp(c, r, json_object_get(properties, "bgpSettings"));
        if (r->provisioned)
                k |= json_object_set_new(
                        properties, "virtualNetworkGatewayMigrationStatus",
                        json_pack("{s:s,s:s,s:s}", "state", "None", "phase", "None", "errorMessage", ""));
        if (view != AZURE_VIEW_PUT || json_object_get(properties, "vpnClientConfiguration"))
                return k;
        /* the answer to a PUT shows defaults that a GET does not */
        json_t *client =
                json_pack("{s:[s,s],s:[],s:[],s:[],s:[],s:[],s:[]}", "vpnClientProtocols", "OpenVPN", "IkeV2",
                          "vpnAuthenticationTypes", "vpnClientRootCertificates", "vpnClientRevokedCertificates",
                          "vngClientConnectionConfigurations", "radiusServers", "vpnClientIpsecPolicies");
        return k | json_object_set_new(properties, "vpnClientConfiguration", client);
}

/* Instances take the first free addresses of the subnet; alone, one takes the last. */
static void assign_private(struct model *m, struct azure_resource *r, size_t n) {
        const json_t *config = json_array_get(json_at(r->body, "properties.ipConfigurations"), 0);
        _cleanup_mem_ char *vnet_id = azure_parent_id(azure_text(config, "properties.subnet.id"), 1);
        const struct azure_resource *vnet = vnet_id ? azure_find_kind(&m->azure->live, AZURE_VNET, vnet_id) : NULL;
        json_t *subnet = vnet ? azure_subnet(vnet, "GatewaySubnet") : NULL;
        struct cidr prefix;
        if (!subnet || cidr_parse(azure_text(subnet, "properties.addressPrefix"), &prefix) < 0)
                return;
        uint32_t last = (prefix.addr | ~cidr_mask(prefix.bits)) - 1;
        r->private_ip[0].addr = n == 2 ? prefix.addr + 4 : last;
        r->private_ip[1].addr = n == 2 ? prefix.addr + 5 : 0;
}

/* The gateway is there: its addresses are known; a change of mode gives other ones. */
void azure_gateway_provisioned(struct model *m, struct azure_resource *r) {
        size_t n = azure_gateway_instances(r);
        bool had_two = r->private_ip[1].addr != 0;
        if (r->private_ip[0].addr == 0 || had_two != (n == 2))
                assign_private(m, r, n);
}

void azure_put_gateway(struct azure_call *c, const char *id, struct azure_resource *old) {
        if (!azure_check_gateway(c, id, old) || (old && !azure_gateway_is_free(c, id)))
                return;
        json_t *body = new_body(c, id);
        bool mode =
                old && azure_gateway_instances(old) != json_array_size(json_at(body, "properties.ipConfigurations"));
        struct azure_resource *r = old ? old : azure_add(c->m, AZURE_GATEWAY, id, body);
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        if (old) {
                json_decref(old->body);
                old->body = body;
                azure_touch(c->m, old, AZURE_UPDATING);
        }
        int64_t low_ms = old ? UPDATE_LOW_MS : CREATE_LOW_MS, high_ms = old ? UPDATE_HIGH_MS : CREATE_HIGH_MS;
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_PUT, r, id, mode ? MODE_CHANGE_LOW_MS : low_ms,
                                                           mode ? MODE_CHANGE_HIGH_MS : high_ms);
        azure_reply_put(c, r, !old, op);
        physics_changed(c->m);
        if (old) /* even one that changes nothing */
                physics_azure_addresses_changed(c->m, r->id);
}

bool azure_gateway_deletable(struct azure_call *c, const struct azure_resource *r) {
        for (const struct azure_resource *i = c->a->live.first[AZURE_CONNECTION]; i; i = i->next) {
                if (!azure_same_id(azure_connection_gateway(i), r->id))
                        continue;
                azure_reply_error(c, 400, "VirtualNetworkGatewayCannotBeDeleted",
                                  "Virtual network gateway %s cannot be deleted because it is used by connection %s.",
                                  r->id, i->id);
                return false;
        }
        return true;
}

/* Which instance: the one with this public IP; without a choice always the first. */
static bool reset_instance(struct azure_call *c, const struct azure_resource *r, unsigned *ret) {
        char vip[64], one[IP4_TEXT_SIZE];
        *ret = 0;
        if (!azure_query(c, "gatewayVip", vip, sizeof(vip)) || strcasecmp(vip, "None") == 0)
                return true;
        for (size_t i = 0; i < azure_gateway_instances(r); i++) {
                const struct azure_resource *pip = azure_gateway_public_ip(&c->a->live, r, i);
                if (!pip || strcmp(ip4_format(pip->address, one), vip) != 0)
                        continue;
                *ret = (unsigned)i;
                return true;
        }
        azure_reply_error(c, 400, "InvalidGatewayVip", "The gatewayVip %s is not an address of gateway %s.", vip,
                          r->id);
        return false;
}

static void reset(struct azure_call *c, struct azure_resource *r) {
        unsigned instance;
        if (!reset_instance(c, r, &instance) || !azure_gateway_is_free(c, r->id))
                return;
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_RESET, r, r->id, RESET_MS, RESET_MS);
        if (!op)
                return;
        azure_touch(c->m, r, AZURE_UPDATING);
        azure_outage(c->m, r, instance, model_after_between(c->m, OUTAGE_LOW_MS, OUTAGE_HIGH_MS));
        azure_reply_accepted(c, op);
        physics_azure_instance_reset(c->m, r->id, instance);
        physics_changed(c->m);
}

static void query(struct azure_call *c, struct azure_resource *r, enum azure_operation_kind kind) {
        char peer[64] = "";
        bool has_peer = azure_query(c, "peer", peer, sizeof(peer));
        if (kind == AZURE_OP_ADVERTISED && !has_peer)
                return azure_reply_error(c, 400, "MissingPeerParameter", "The query parameter 'peer' is required.");
        struct azure_operation *op = azure_operation_start(c, kind, r, NULL, QUERY_MS, QUERY_MS);
        if (op)
                MODEL_COPY(op->peer, peer);
        azure_reply_accepted(c, op);
}

void azure_post_gateway(struct azure_call *c, struct azure_resource *r, const char *action) {
        if (strcasecmp(action, "reset") == 0)
                return reset(c, r);
        if (strcasecmp(action, "getBgpPeerStatus") == 0)
                return query(c, r, AZURE_OP_PEER_STATUS);
        if (strcasecmp(action, "getLearnedRoutes") == 0)
                return query(c, r, AZURE_OP_LEARNED);
        if (strcasecmp(action, "getAdvertisedRoutes") == 0)
                return query(c, r, AZURE_OP_ADVERTISED);
        azure_reply_error(c, 404, "InvalidResourceType", "The action '%s' is not known.", action);
}
