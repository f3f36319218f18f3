/* SPDX-License-Identifier: Apache-2.0 */
/* Replies about gateways, their connections and keys. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/arm-reply.h"
#include "azure/members.h"
#include "azure/reply-list.h"
#include "azure/reply-reader.h"
#include "util/json.h"

#define IP_CONFIGS_MAX 16

/* The entry of bgpPeeringAddresses for an ip configuration; NULL without one. */
static const json_t *find_peering_address(struct reader *r, const json_t *o, const char *ip_config_id) {
        json_t *entries = reader_array(r, o, "properties.bgpSettings.bgpPeeringAddresses");
        const json_t *entry;
        size_t i;
        json_array_foreach(entries, i, entry) {
                if (az_id_equal(reader_word(r, entry, "ipconfigurationId"), ip_config_id))
                        return entry;
        }
        return NULL;
}

/* The first of a list that holds one address for each address family. */
static struct ip4 first_ip(struct reader *r, const json_t *entry, const char *path) {
        struct ip4 all[AZ_CUSTOM_ADDRESSES_MAX] = {0};
        reader_ips(r, entry, path, all, ELEMENTSOF(all));
        return all[0];
}

static void read_instance(struct reader *r, const json_t *config, const json_t *entry, struct az_instance *ret) {
        r->where = "properties.ipConfigurations[].";
        ret->ip_config_id = reader_text(r, config, "id");
        ret->ip_config_name = reader_text(r, config, "name");
        ret->public_ip_id = reader_text(r, config, "properties.publicIPAddress.id");
        if (!*ret->ip_config_id)
                reader_malformed(r, "id", "missing");
        r->where = "properties.bgpSettings.bgpPeeringAddresses[].";
        ret->public_ip = first_ip(r, entry, "tunnelIpAddresses");
        ret->default_bgp = first_ip(r, entry, "defaultBgpIpAddresses");
        ret->n_custom_bgp = reader_ips(r, entry, "customBgpIpAddresses", ret->custom_bgp, ELEMENTSOF(ret->custom_bgp));
        r->where = "";
}

/* An active-active gateway with point-to-site has a third ip configuration, which is no instance: it has no BGP. */
static void read_instances(struct reader *r, const json_t *o, struct az_gateway *ret) {
        json_t *configs = reader_array(r, o, "properties.ipConfigurations");
        bool is_surplus = json_array_size(configs) > AZ_INSTANCES_MAX;
        const json_t *config;
        size_t i;
        ret->gateway_subnet_id = "";
        if (json_array_size(configs) > IP_CONFIGS_MAX) {
                reader_malformed(r, "properties.ipConfigurations", "too many elements");
                return;
        }
        json_array_foreach(configs, i, config) {
                const json_t *entry = find_peering_address(r, o, json_text(config, "id"));
                if (!*ret->gateway_subnet_id)
                        ret->gateway_subnet_id = reader_text(r, config, "properties.subnet.id");
                if (ret->n_instances < AZ_INSTANCES_MAX && (entry || !is_surplus))
                        read_instance(r, config, entry, &ret->instances[ret->n_instances++]);
        }
}

static bool is_migrating(struct reader *r, const json_t *o) {
        const char *state = reader_word(r, o, "properties.virtualNetworkGatewayMigrationStatus.state");
        return *state && strcasecmp(state, "None") != 0;
}

static void read_gateway(struct reader *r, const json_t *o, struct az_gateway *ret) {
        reader_common(r, o, &ret->common);
        ret->sku = reader_text(r, o, "properties.sku.name");
        ret->is_vpn = strcasecmp(reader_word(r, o, "properties.gatewayType"), "Vpn") == 0;
        ret->is_route_based = strcasecmp(reader_word(r, o, "properties.vpnType"), "RouteBased") == 0;
        ret->active_active = reader_bool(r, o, "properties.activeActive");
        ret->bgp_enabled = reader_bool(r, o, "properties.enableBgp");
        ret->asn = (uint32_t)reader_int(r, o, "properties.bgpSettings.asn", UINT32_MAX);
        read_instances(r, o, ret);
        const char *pool = "properties.vpnClientConfiguration.vpnClientAddressPool.addressPrefixes";
        ret->has_point_to_site = json_array_size(reader_array(r, o, pool)) > 0;
        ret->has_nat_rules = json_array_size(reader_array(r, o, "properties.natRules")) > 0;
        ret->migrating = is_migrating(r, o);
        ret->unknown_member = reader_unknown(r, AZURE_MEMBERS_GATEWAY, o);
        ret->raw_json = arena_strndup(r->reply->arena, r->reply->body, r->reply->body_len);
        if (!ret->raw_json && !r->error)
                r->error = -ENOMEM;
}

/**
 * azure_parse_gateway() - Reads a gateway
 * @reply: the answer to a GET or a PUT
 * @ret: the gateway; with the whole body, from which a PUT starts
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_gateway(struct azure_reply *reply, struct az_gateway *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_gateway gateway = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        read_gateway(&r, body, &gateway);
        if (r.error == 0)
                *ret = gateway;
        return r.error;
}

static void read_policy(struct reader *r, const json_t *o, struct az_ipsec_policy *ret) {
        const json_t *p = json_array_get(reader_array(r, o, "properties.ipsecPolicies"), 0);
        r->where = "properties.ipsecPolicies[].";
        *ret = (struct az_ipsec_policy){
                .is_set = p != NULL,
                .sa_lifetime_s = (uint32_t)reader_int(r, p, "saLifeTimeSeconds", UINT32_MAX),
                .sa_data_kb = (uint32_t)reader_int(r, p, "saDataSizeKilobytes", UINT32_MAX),
                .ipsec_encryption = reader_text(r, p, "ipsecEncryption"),
                .ipsec_integrity = reader_text(r, p, "ipsecIntegrity"),
                .ike_encryption = reader_text(r, p, "ikeEncryption"),
                .ike_integrity = reader_text(r, p, "ikeIntegrity"),
                .dh_group = reader_text(r, p, "dhGroup"),
                .pfs_group = reader_text(r, p, "pfsGroup"),
        };
        r->where = "";
}

static void read_custom_bgp(struct reader *r, const json_t *o, struct az_connection *ret) {
        json_t *entries = reader_array(r, o, "properties.gatewayCustomBgpIpAddresses");
        const json_t *entry;
        size_t i;
        if (json_array_size(entries) > AZ_INSTANCES_MAX) {
                reader_malformed(r, "properties.gatewayCustomBgpIpAddresses", "more than two");
                return;
        }
        r->where = "properties.gatewayCustomBgpIpAddresses[].";
        json_array_foreach(entries, i, entry) {
                ret->custom_bgp[i].ip_config_id = reader_text(r, entry, "ipConfigurationId");
                ret->custom_bgp[i].address = reader_ip(r, entry, "customBgpIpAddress");
        }
        ret->n_custom_bgp = json_array_size(entries);
        r->where = "";
}

static enum az_connection_status connection_status(const char *word) {
        if (strcasecmp(word, "Connecting") == 0)
                return AZ_CONNECTION_CONNECTING;
        if (strcasecmp(word, "Connected") == 0)
                return AZ_CONNECTION_CONNECTED;
        return strcasecmp(word, "NotConnected") == 0 ? AZ_CONNECTION_NOT_CONNECTED : AZ_CONNECTION_UNKNOWN;
}

static void read_connection(struct reader *r, const json_t *o, void *row) {
        struct az_connection *ret = row;
        const char *where = r->where;
        reader_common(r, o, &ret->common);
        ret->gateway_id = reader_text(r, o, "properties.virtualNetworkGateway1.id");
        ret->local_gateway_id = reader_text(r, o, "properties.localNetworkGateway2.id");
        ret->is_ipsec = strcasecmp(reader_word(r, o, "properties.connectionType"), "IPsec") == 0;
        ret->is_ikev2 = strcasecmp(reader_word(r, o, "properties.connectionProtocol"), "IKEv2") == 0;
        ret->bgp_enabled = reader_bool(r, o, "properties.enableBgp");
        ret->status = connection_status(reader_word(r, o, "properties.connectionStatus"));
        ret->ingress_bytes = reader_int(r, o, "properties.ingressBytesTransferred", INT64_MAX);
        ret->egress_bytes = reader_int(r, o, "properties.egressBytesTransferred", INT64_MAX);
        read_policy(r, o, &ret->policy);
        read_custom_bgp(r, o, ret);
        ret->unknown_member = reader_unknown(r, AZURE_MEMBERS_CONNECTION, o);
        r->where = where;
}

/* Old api-versions echo the key: it must not live on in a snapshot. */
static void drop_key(json_t *properties, const char *name) {
        const json_t *key = json_object_get(properties, name);
        if (json_is_string(key))
                explicit_bzero((char *)json_string_value(key), json_string_length(key)); /* dies with the member */
        json_object_del(properties, name);
}

static const char *raw_without_keys(struct reader *r, json_t *body) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        drop_key(json_object_get(body, "properties"), "sharedKey");
        drop_key(json_object_get(body, "properties"), "authorizationKey");
        int k = json_write(body, &text);
        const char *copy = k == 0 ? arena_strndup(r->reply->arena, text.data, text.len) : NULL;
        if (!copy && !r->error)
                r->error = k < 0 ? k : -ENOMEM;
        return copy;
}

/**
 * azure_parse_connection() - Reads a connection
 * @reply: the answer to a GET or a PUT
 * @ret: the connection; with the body less its keys, from which a PUT starts
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_connection(struct azure_reply *reply, struct az_connection *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_connection connection = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        read_connection(&r, body, &connection);
        connection.raw_json = raw_without_keys(&r, body);
        if (r.error == 0)
                *ret = connection;
        return r.error;
}

/**
 * azure_parse_connections() - Puts a page behind a list
 * @reply: the page, of a resource group's or of a gateway's connections
 * @list: {0} before the first page; untouched unless the result is 0
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_connections(struct azure_reply *reply, struct azure_connection_list *list) {
        struct page page = {list->rows, list->n_rows, sizeof(*list->rows), list->n_pages, NULL};
        int k = page_append(reply, &page, read_connection);
        if (k == 0)
                *list = (struct azure_connection_list){page.rows, page.n_rows, page.next_link, page.n_pages};
        return k;
}

/**
 * azure_parse_shared_key() - Reads a pre-shared key
 * @reply: {"value":"..."}; the arena is not used
 * @ret: the key; an older one in it is wiped
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_shared_key(struct azure_reply *reply, struct secret *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        const char *value = reader_word(&r, body, "value");
        if (!*value)
                return reader_malformed(&r, "value", "missing");
        int k = secret_set(ret, value, strlen(value));
        explicit_bzero((char *)value, strlen(value)); /* ours: the value dies with @body */
        return k;
}
