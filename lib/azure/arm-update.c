/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUTs of resources that exist: read, changed, written back.
 *
 * A PUT replaces the whole resource, and a gateway that gets other custom addresses than it had drops its BGP sessions.
 * So the body is what was read, without what is read-only, plus the change; a member that no table knows refuses it.
 */
#include <errno.h>
#include <string.h>

#include "azure/arm-call.h"
#include "azure/members.h"
#include "util/json.h"

/* Parses what was read and makes it fit to be sent. */
static int start_from(enum azure_members resource, const char *raw_json, json_t **ret) {
        _cleanup_json_ json_t *body = NULL;
        char text[AZURE_MEMBER_SIZE];
        if (!raw_json)
                return -EINVAL;
        int k = json_parse(raw_json, strlen(raw_json), false, &body, text, sizeof(text));
        if (k < 0)
                return k == -ENOMEM ? k : -EINVAL;
        if (!json_is_object(json_at(body, "properties")))
                return -EINVAL;
        if (azure_members_unknown(resource, body, text))
                return AZURE_REQUEST_UNKNOWN_MEMBER;
        k = azure_members_strip(resource, body);
        if (k == 0)
                *ret = TAKE_PTR(body);
        return k;
}

static int set_member(json_t *object, const char *name, json_t *value) {
        return json_object_set_new(object, name, value) < 0 ? -ENOMEM : 0;
}

/* The member if it is an object or array of the wanted type, else a fresh one in its place; NULL without memory. */
static json_t *want_member(json_t *object, const char *name, json_type type) {
        json_t *value = json_object_get(object, name);
        if (value && json_typeof(value) == type)
                return value;
        value = type == JSON_ARRAY ? json_array() : json_object();
        return json_object_set_new(object, name, value) < 0 ? NULL : value;
}

static int merge_tags(json_t *body, const struct tag *tags, size_t n_tags) {
        if (n_tags == 0)
                return 0;
        json_t *object = want_member(body, "tags", JSON_OBJECT);
        for (size_t i = 0; i < n_tags; i++) {
                if (!object || set_member(object, tags[i].key, json_string(tags[i].value)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static json_t *find_peering_address(json_t *entries, const char *ip_config_id) {
        json_t *entry;
        size_t i;
        json_array_foreach(entries, i, entry) {
                if (az_id_equal(json_text(entry, "ipconfigurationId"), ip_config_id))
                        return entry;
        }
        entry = json_pack("{s:s}", "ipconfigurationId", ip_config_id);
        return json_array_append_new(entries, entry) < 0 ? NULL : entry;
}

static bool array_has(const json_t *array, const char *text) {
        const json_t *value;
        size_t i;
        json_array_foreach((json_t *)array, i, value) {
                if (json_is_string(value) && strcmp(json_string_value(value), text) == 0)
                        return true;
        }
        return false;
}

static int append_addresses(json_t *settings, const struct azure_address_append *append) {
        json_t *entries = want_member(settings, "bgpPeeringAddresses", JSON_ARRAY);
        json_t *entry = entries ? find_peering_address(entries, append->ip_config_id) : NULL;
        json_t *custom = entry ? want_member(entry, "customBgpIpAddresses", JSON_ARRAY) : NULL;
        char text[IP4_TEXT_SIZE];
        for (size_t i = 0; custom && i < append->n_addresses; i++) {
                ip4_format(append->addresses[i], text);
                if (!array_has(custom, text) && json_array_append_new(custom, json_string(text)) < 0)
                        return -ENOMEM;
        }
        return custom ? 0 : -ENOMEM;
}

static int change_gateway(json_t *body, const struct azure_gateway_change *change) {
        json_t *properties = json_object_get(body, "properties");
        json_t *settings = want_member(properties, "bgpSettings", JSON_OBJECT);
        if (!settings)
                return -ENOMEM;
        int k = merge_tags(body, change->tags, change->n_tags);
        if (k == 0 && change->enable_bgp)
                k = set_member(properties, "enableBgp", json_true());
        if (k == 0 && change->asn > 0)
                k = set_member(settings, "asn", json_integer(change->asn));
        for (size_t i = 0; k == 0 && i < change->n_append; i++)
                k = append_addresses(settings, &change->append[i]);
        return k;
}

/**
 * azure_request_update_gateway() - Changes an existing gateway
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @gateway: as just read
 * @change: what shall be different
 *
 * Custom addresses are put behind those that are there: connections without an address of their own use the first.
 *
 * Return: 0, -ENOMEM, -EINVAL, or AZURE_REQUEST_UNKNOWN_MEMBER: @gateway->unknown_member names it.
 */
int azure_request_update_gateway(struct http_request *r, const struct azure_call *call,
                                 const struct az_gateway *gateway, const struct azure_gateway_change *change) {
        if (change->n_append > AZ_INSTANCES_MAX)
                return -EINVAL;
        for (size_t i = 0; i < change->n_append; i++) {
                if (!azure_id_is(change->append[i].ip_config_id, AZURE_IP_CONFIG))
                        return -EINVAL;
        }
        _cleanup_json_ json_t *body = NULL;
        int k = start_from(AZURE_MEMBERS_GATEWAY, gateway->raw_json, &body);
        if (k == 0)
                k = change_gateway(body, change);
        if (k != 0)
                return k;
        return arm_call_put(r, call, AZURE_GATEWAY, gateway->common.id, NULL, TAKE_PTR(body));
}

static int change_connection(json_t *body, const struct azure_connection_change *change) {
        json_t *properties = json_object_get(body, "properties");
        int k = merge_tags(body, change->tags, change->n_tags);
        if (k == 0 && change->enable_bgp)
                k = set_member(properties, "enableBgp", json_true());
        if (k == 0 && change->local_gateway_id)
                k = set_member(properties, "localNetworkGateway2", json_pack("{s:s}", "id", change->local_gateway_id));
        if (k == 0 && change->policy.is_set)
                k = set_member(properties, "ipsecPolicies", arm_ipsec_policy(&change->policy));
        if (k == 0 && change->n_custom_bgp > 0)
                k = set_member(properties, "gatewayCustomBgpIpAddresses",
                               arm_custom_bgp(change->custom_bgp, change->n_custom_bgp));
        return k;
}

/**
 * azure_request_update_connection() - Changes an existing connection
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @id: of the connection
 * @raw_json: of the connection as just read, or the body of the GET itself
 * @change: what shall be different
 *
 * Return: 0, -ENOMEM, -EINVAL or AZURE_REQUEST_UNKNOWN_MEMBER.
 */
int azure_request_update_connection(struct http_request *r, const struct azure_call *call, const char *id,
                                    const char *raw_json, const struct azure_connection_change *change) {
        if (change->n_custom_bgp > AZ_INSTANCES_MAX)
                return -EINVAL;
        _cleanup_json_ json_t *body = NULL;
        int k = start_from(AZURE_MEMBERS_CONNECTION, raw_json, &body);
        if (k == 0)
                k = change_connection(body, change);
        if (k != 0)
                return k;
        return arm_call_put(r, call, AZURE_CONNECTION, id, NULL, TAKE_PTR(body));
}

static json_t *peering_body(const struct az_peering *p) {
        json_t *properties = json_pack("{s:{s:s}, s:b, s:b, s:b, s:b, s:b}", "remoteVirtualNetwork", "id",
                                       p->remote_vnet_id, "allowVirtualNetworkAccess", p->allow_vnet_access,
                                       "allowForwardedTraffic", p->allow_forwarded_traffic, "allowGatewayTransit",
                                       p->allow_gateway_transit, "useRemoteGateways", p->use_remote_gateways,
                                       "doNotVerifyRemoteGateways", p->do_not_verify_remote_gateways);
        if (properties && p->has_peer_complete_vnets &&
            set_member(properties, "peerCompleteVnets", json_boolean(p->peer_complete_vnets)) < 0) {
                json_decref(properties);
                return NULL;
        }
        return json_pack("{s:s, s:o}", "name", p->common.name, "properties", properties);
}

/**
 * azure_request_sync_peering() - Makes a peering carry the present address space of its remote VNet
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @peering: as just read, on the VNet that did not change
 *
 * Return: 0, -ENOMEM, -EINVAL, or AZURE_REQUEST_UNKNOWN_MEMBER: @peering->unknown_member names it.
 */
int azure_request_sync_peering(struct http_request *r, const struct azure_call *call,
                               const struct az_peering *peering) {
        if (*peering->unknown_member)
                return AZURE_REQUEST_UNKNOWN_MEMBER;
        if (!azure_id_is(peering->remote_vnet_id, AZURE_VNET))
                return -EINVAL;
        return arm_call_put(r, call, AZURE_PEERING, peering->common.id, "syncRemoteAddressSpace=true",
                            peering_body(peering));
}
