/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peerings: two halves, each with what it holds of the other network's address space.
 *
 * What a half holds (remoteAddressSpace) is written when it is made and by a PUT with syncRemoteAddressSpace=true; what
 * the other network has today (remoteVirtualNetworkAddressSpace) is looked up. Where they differ, a sync is due.
 */
#include "azure-internal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define PEERING_MEMBERS                                                                                                \
        "allowVirtualNetworkAccess allowForwardedTraffic allowGatewayTransit useRemoteGateways remoteVirtualNetwork "  \
        "localAddressSpace localVirtualNetworkAddressSpace remoteAddressSpace remoteVirtualNetworkAddressSpace "       \
        "remoteBgpCommunities remoteVirtualNetworkEncryption peeringState peeringSyncLevel provisioningState "         \
        "doNotVerifyRemoteGateways resourceGuid peerCompleteVnets enableOnlyIPv6Peering localSubnetNames "             \
        "remoteSubnetNames routeServiceVips remoteGateways"

static const char *remote_of(const struct azure_resource *peering) {
        return azure_text(peering->body, "properties.remoteVirtualNetwork.id");
}

static const struct azure_resource *vnet_of(const struct azure_world *w, const struct azure_resource *peering) {
        _cleanup_mem_ char *id = azure_parent_id(peering->id, 1);
        return id ? azure_find_kind(w, AZURE_VNET, id) : NULL;
}

/**
 * azure_peering_back() - The other half.
 */
const struct azure_resource *azure_peering_back(const struct azure_world *w, const struct azure_resource *peering) {
        const struct azure_resource *own = vnet_of(w, peering);
        size_t n = strlen(remote_of(peering));
        for (const struct azure_resource *p = w->first[AZURE_PEERING]; own && p; p = p->next) {
                if (strncasecmp(p->id, remote_of(peering), n) == 0 && p->id[n] == '/' &&
                    azure_same_id(remote_of(p), own->id))
                        return p;
        }
        return NULL;
}

/**
 * azure_gateway_of_vnet() - The VPN gateway in a network's GatewaySubnet, at whatever stage of its life.
 */
struct azure_resource *azure_gateway_of_vnet(const struct azure_world *w, const char *vnet_id) {
        size_t n = strlen(vnet_id);
        for (struct azure_resource *g = w->first[AZURE_GATEWAY]; g; g = g->next) {
                const json_t *config = json_array_get(json_at(g->body, "properties.ipConfigurations"), 0);
                const char *subnet = azure_text(config, "properties.subnet.id");
                if (strncasecmp(subnet, vnet_id, n) == 0 && strncasecmp(subnet + n, "/subnets/", 9) == 0)
                        return g;
        }
        return NULL;
}

/* Both are lists of prefixes whose order does not matter. */
static bool same_space(const json_t *a, const json_t *b) {
        if (json_array_size(a) != json_array_size(b))
                return false;
        size_t i, j;
        json_t *one, *two;
        json_array_foreach(a, i, one) {
                bool found = false;
                json_array_foreach(b, j, two) {
                        found |= json_equal(one, two);
                }
                if (!found)
                        return false;
        }
        return true;
}

static json_t *space_of(const struct azure_resource *vnet) {
        return vnet ? json_at(vnet->body, "properties.addressSpace.addressPrefixes") : NULL;
}

static const char *sync_level(const struct azure_world *w, const struct azure_resource *p) {
        const struct azure_resource *back = azure_peering_back(w, p);
        const json_t *present = space_of(azure_find_kind(w, AZURE_VNET, remote_of(p)));
        bool local = same_space(json_at(p->body, "held"), present);
        bool remote = back && same_space(json_at(back->body, "held"), space_of(vnet_of(w, p)));
        if (local && remote)
                return "FullyInSync";
        if (local)
                return "RemoteNotInSync";
        return remote ? "LocalNotInSync" : "LocalAndRemoteNotInSync";
}

static const char *peering_state(const struct azure_world *w, const struct azure_resource *p) {
        if (azure_peering_back(w, p))
                return "Connected";
        return azure_flag(p->body, "connected") ? "Disconnected" : "Initiated";
}

static json_t *wrapped(const json_t *prefixes) {
        return json_pack("{s:o}", "addressPrefixes", prefixes ? json_deep_copy(prefixes) : json_array());
}

/* "held" and "connected" are ours; they do not go out. */
int azure_render_peering(struct azure_call *c, const struct azure_resource *r, json_t *properties) {
        const struct azure_resource *remote = azure_find_kind(c->world, AZURE_VNET, remote_of(r));
        const json_t *held = json_at(r->body, "held");
        int k = json_object_set_new(properties, "peeringState", json_string(peering_state(c->world, r)));
        k |= json_object_set_new(properties, "peeringSyncLevel", json_string(sync_level(c->world, r)));
        k |= json_object_set_new(properties, "remoteAddressSpace", wrapped(held));
        k |= json_object_set_new(properties, "remoteVirtualNetworkAddressSpace",
                                 wrapped(remote ? space_of(remote) : held));
        k |= json_object_set_new(properties, "routeServiceVips", json_object());
        const struct azure_resource *g = azure_gateway_of_vnet(c->world, remote_of(r));
        if (g && azure_flag(r->body, "properties.useRemoteGateways"))
                k |= json_object_set_new(properties, "remoteGateways", json_pack("[{s:s}]", "id", g->id));
        return k;
}

static bool check_remote_gateways(struct azure_call *c, const char *id) {
        const char *remote = azure_text(c->body, "properties.remoteVirtualNetwork.id");
        _cleanup_mem_ char *own = azure_parent_id(id, 1);
        if (!azure_flag(c->body, "properties.useRemoteGateways"))
                return true;
        if (own && azure_gateway_of_vnet(&c->a->live, own)) {
                azure_reply_error(
                        c, 400, "PeeringUseRemoteGatewaysWithOwnGateway",
                        "Peering %s cannot have UseRemoteGateways flag set to true because its virtual network "
                        "has a gateway.",
                        id);
                return false;
        }
        if (azure_flag(c->body, "properties.doNotVerifyRemoteGateways") || azure_gateway_of_vnet(&c->a->live, remote))
                return true;
        azure_reply_error(c, 400, "RemoteVnetHasNoGateways",
                          "Peering %s cannot have UseRemoteGateways flag set to true because remote virtual network %s "
                          "referenced by the peering does not have any gateways.",
                          id, remote);
        return false;
}

static bool check_overlap(struct azure_call *c, const struct azure_resource *own, const struct azure_resource *remote) {
        struct cidr a[64], b[64];
        size_t n = azure_prefixes(space_of(own), a, 64), k = azure_prefixes(space_of(remote), b, 64);
        for (size_t i = 0; i < n * k; i++) {
                if (!cidr_overlaps(a[i / k], b[i % k]))
                        continue;
                azure_reply_error(c, 400, "VnetAddressSpacesOverlap",
                                  "Cannot create or update peering: the address spaces of %s and %s overlap.", own->id,
                                  remote->id);
                return false;
        }
        return true;
}

static bool check_peering(struct azure_call *c, const char *id, const struct azure_resource *old) {
        char sync[16];
        const char *remote = azure_text(c->body, "properties.remoteVirtualNetwork.id");
        _cleanup_mem_ char *own_id = azure_parent_id(id, 1);
        const struct azure_resource *own = own_id ? azure_find_kind(&c->a->live, AZURE_VNET, own_id) : NULL;
        const struct azure_resource *other = azure_find_kind(&c->a->live, AZURE_VNET, remote);
        if (!azure_members_known(c, c->body, "virtualNetworkPeering", "id name type etag properties") ||
            !azure_members_known(c, json_at(c->body, "properties"), "properties", PEERING_MEMBERS))
                return false;
        if (azure_query(c, "syncRemoteAddressSpace", sync, sizeof(sync)) && strcmp(sync, "true") != 0) {
                azure_reply_error(c, 400, "InvalidParameter", "The value '%s' of syncRemoteAddressSpace is not valid.",
                                  sync);
                return false;
        }
        if (!own || !other) {
                azure_reply_error(c, 400, "InvalidResourceReference",
                                  "Resource %s referenced by resource %s was not found. Please make sure that the "
                                  "referenced resource exists, and that both resources are in the same region.",
                                  remote, id);
                return false;
        }
        if (old && !azure_same_id(remote_of(old), remote)) {
                azure_reply_error(c, 400, "ChangingRemoteVnetNotAllowed",
                                  "The remote virtual network of an existing peering cannot be changed.");
                return false;
        }
        return check_remote_gateways(c, id) && check_overlap(c, own, other);
}

static bool flag_or(const json_t *body, const char *path, bool fallback) {
        const json_t *v = json_at(body, path);
        return json_is_boolean(v) ? json_is_true(v) : fallback;
}

static json_t *new_body(const struct azure_call *c, const json_t *held, bool connected) {
        const json_t *b = c->body;
        return json_pack("{s:{s:{s:s},s:b,s:b,s:b,s:b,s:b,s:b},s:O,s:b}", "properties", "remoteVirtualNetwork", "id",
                         azure_text(b, "properties.remoteVirtualNetwork.id"), "allowVirtualNetworkAccess",
                         flag_or(b, "properties.allowVirtualNetworkAccess", true), "allowForwardedTraffic",
                         azure_flag(b, "properties.allowForwardedTraffic"), "allowGatewayTransit",
                         azure_flag(b, "properties.allowGatewayTransit"), "useRemoteGateways",
                         azure_flag(b, "properties.useRemoteGateways"), "doNotVerifyRemoteGateways",
                         azure_flag(b, "properties.doNotVerifyRemoteGateways"), "peerCompleteVnets",
                         flag_or(b, "properties.peerCompleteVnets", true), "held", held, "connected", connected);
}

/* From now on a lost other half means Disconnected, not Initiated. */
static void remember_connected(struct azure_world *w, struct azure_resource *r) {
        const struct azure_resource *back = azure_peering_back(w, r);
        if (!back)
                return;
        json_object_set_new(r->body, "connected", json_true());
        json_object_set_new(back->body, "connected", json_true());
}

void azure_put_peering(struct azure_call *c, const char *id, struct azure_resource *old) {
        char sync[16];
        if (!check_peering(c, id, old) || (old && !azure_resource_is_free(c, old)))
                return;
        const struct azure_resource *remote =
                azure_find_kind(&c->a->live, AZURE_VNET, azure_text(c->body, "properties.remoteVirtualNetwork.id"));
        bool fresh = !old || azure_query(c, "syncRemoteAddressSpace", sync, sizeof(sync));
        _cleanup_json_ json_t *held = json_deep_copy(fresh ? space_of(remote) : json_at(old->body, "held"));
        json_t *body = new_body(c, held, old && azure_flag(old->body, "connected"));
        struct azure_resource *r = old ? old : azure_add(c->m, AZURE_PEERING, id, body);
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        if (old) {
                json_decref(old->body);
                old->body = body;
                azure_touch(c->m, old, AZURE_UPDATING);
        }
        remember_connected(&c->a->live, r);
        azure_reply_put(c, r, !old, azure_operation_start(c, AZURE_OP_PUT, r, NULL, 3000, 15000));
        physics_changed(c->m);
}
