/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUTs of resources that do not exist yet, and of shared keys.
 *
 * Bodies are jansson values, except for pre-shared keys: these are written straight into the body's buffer, which is
 * wiped, so that no copy of them stays behind in freed memory.
 */
#include <errno.h>
#include <string.h>

#include "azure/arm-call.h"
#include "util/json.h"

/* least values that Azure takes */
#define SA_DATA_KB_MIN 1024
#define SA_LIFETIME_MIN_S 300
#define DPD_TIMEOUT_S 45 /* Azure's default, said aloud: what is sent is what is compared */

json_t *arm_tags(const struct tag *tags, size_t n_tags) {
        json_t *object = json_object();
        for (size_t i = 0; object && i < n_tags; i++) {
                if (json_object_set_new(object, tags[i].key, json_string(tags[i].value)) < 0) {
                        json_decref(object);
                        return NULL;
                }
        }
        return object;
}

json_t *arm_address(struct ip4 address) {
        char text[IP4_TEXT_SIZE];
        return json_string(ip4_format(address, text));
}

json_t *arm_addresses(const struct ip4 *addresses, size_t n) {
        json_t *array = json_array();
        for (size_t i = 0; array && i < n; i++) {
                if (json_array_append_new(array, arm_address(addresses[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        }
        return array;
}

json_t *arm_ipsec_policy(const struct az_ipsec_policy *p) {
        return json_pack("[{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}]", "saLifeTimeSeconds",
                         (json_int_t)p->sa_lifetime_s, "saDataSizeKilobytes", (json_int_t)p->sa_data_kb,
                         "ipsecEncryption", p->ipsec_encryption, "ipsecIntegrity", p->ipsec_integrity, "ikeEncryption",
                         p->ike_encryption, "ikeIntegrity", p->ike_integrity, "dhGroup", p->dh_group, "pfsGroup",
                         p->pfs_group);
}

/* A connection says ipConfigurationId and customBgpIpAddress; the gateway says ipconfigurationId. */
json_t *arm_custom_bgp(const struct az_custom_bgp *entries, size_t n) {
        json_t *array = json_array();
        for (size_t i = 0; array && i < n; i++) {
                json_t *entry = json_pack("{s:s, s:o}", "ipConfigurationId", entries[i].ip_config_id,
                                          "customBgpIpAddress", arm_address(entries[i].address));
                if (json_array_append_new(array, entry) < 0) {
                        json_decref(array);
                        return NULL;
                }
        }
        return array;
}

void arm_quote(struct buf *out, const char *s, size_t n) {
        buf_putc(out, '"');
        for (size_t i = 0; i < n; i++) {
                if (s[i] == '"' || s[i] == '\\')
                        buf_putc(out, '\\');
                buf_putc(out, s[i]);
        }
        buf_putc(out, '"');
}

int arm_call_put_done(struct http_request *r) {
        http_request_add_header(r, "Content-Type", "application/json");
        return http_request_error(r);
}

int arm_call_put(struct http_request *r, const struct azure_call *call, enum azure_type type, const char *id,
                 const char *query, json_t *body) {
        _cleanup_json_ json_t *owned = body;
        if (!owned)
                return -ENOMEM;
        int k = arm_call_begin(r, call, HTTP_PUT, type, id, "", query);
        if (k == 0)
                k = json_write(owned, &r->body);
        return k < 0 ? k : arm_call_put_done(r);
}

/**
 * azure_request_put_public_ip() - Creates a Standard static public IP
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @id: of the new resource
 * @spec: what it shall be
 *
 * Return: 0, -ENOMEM or -EINVAL.
 */
int azure_request_put_public_ip(struct http_request *r, const struct azure_call *call, const char *id,
                                const struct azure_public_ip_spec *spec) {
        json_t *body = json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:s, s:s, s:i}}", "location", spec->location, "sku",
                                 "name", "Standard", "tier", "Regional", "tags", arm_tags(spec->tags, spec->n_tags),
                                 "properties", "publicIPAllocationMethod", "Static", "publicIPAddressVersion", "IPv4",
                                 "idleTimeoutInMinutes", 4);
        if (body && spec->zone_redundant &&
            json_object_set_new(body, "zones", json_pack("[s, s, s]", "1", "2", "3")) < 0) {
                json_decref(body);
                return -ENOMEM;
        }
        return arm_call_put(r, call, AZURE_PUBLIC_IP, id, NULL, body);
}

static json_t *ip_configuration(const struct azure_instance_spec *instance, const char *subnet_id) {
        return json_pack("{s:s, s:{s:s, s:{s:s}, s:{s:s}}}", "name", instance->ip_config_name, "properties",
                         "privateIPAllocationMethod", "Dynamic", "publicIPAddress", "id", instance->public_ip_id,
                         "subnet", "id", subnet_id);
}

static json_t *peering_address(const struct azure_instance_spec *instance, const struct azure_id *gateway) {
        _cleanup_buf_ struct buf id = BUF_NULL;
        azure_id_append(&id, AZURE_IP_CONFIG, gateway->subscription, gateway->resource_group, gateway->name,
                        instance->ip_config_name);
        if (buf_error(&id) < 0)
                return NULL;
        return json_pack("{s:s, s:o}", "ipconfigurationId", buf_str(&id), "customBgpIpAddresses",
                         arm_addresses(instance->custom_bgp, instance->n_custom_bgp));
}

static json_t *gateway_body(const struct azure_id *id, const struct azure_gateway_spec *spec) {
        const struct azure_instance_spec *i = spec->instances;
        json_t *properties =
                json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:b, s:b, s:[o, o], s:{s:I, s:[o, o]}}", "gatewayType", "Vpn",
                          "vpnType", "RouteBased", "vpnGatewayGeneration", "Generation2", "sku", "name", spec->sku,
                          "tier", spec->sku, "activeActive", true, "enableBgp", true, "ipConfigurations",
                          ip_configuration(&i[0], spec->gateway_subnet_id),
                          ip_configuration(&i[1], spec->gateway_subnet_id), "bgpSettings", "asn", (json_int_t)spec->asn,
                          "bgpPeeringAddresses", peering_address(&i[0], id), peering_address(&i[1], id));
        return json_pack("{s:s, s:o, s:o}", "location", spec->location, "tags", arm_tags(spec->tags, spec->n_tags),
                         "properties", properties);
}

/* VpnGw1 and VpnGw1AZ exist as Generation1 only. */
static bool is_generation1_only(const char *sku) {
        return strncasecmp(sku, "VpnGw1", 6) == 0;
}

/**
 * azure_request_put_gateway() - Creates an active-active, route-based gateway with BGP
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @id: of the new gateway
 * @spec: what it shall be
 *
 * Return: 0, -ENOMEM or -EINVAL.
 */
int azure_request_put_gateway(struct http_request *r, const struct azure_call *call, const char *id,
                              const struct azure_gateway_spec *spec) {
        struct azure_id parts;
        if (azure_id_split(id, &parts) < 0 || !azure_id_is(spec->gateway_subnet_id, AZURE_SUBNET))
                return -EINVAL;
        for (size_t i = 0; i < AZ_INSTANCES_MAX; i++) {
                if (!azure_name_is_valid(spec->instances[i].ip_config_name) ||
                    !azure_id_is(spec->instances[i].public_ip_id, AZURE_PUBLIC_IP))
                        return -EINVAL;
        }
        json_t *body = gateway_body(&parts, spec);
        if (body && is_generation1_only(spec->sku) &&
            json_object_set_new(json_at(body, "properties"), "vpnGatewayGeneration", json_string("Generation1")) < 0) {
                json_decref(body);
                return -ENOMEM;
        }
        return arm_call_put(r, call, AZURE_GATEWAY, id, NULL, body);
}

/**
 * azure_request_put_local_gateway() - Creates or replaces a local network gateway
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @id: of the resource
 * @spec: what it shall be; no prefixes, since BGP brings them
 *
 * Return: 0, -ENOMEM or -EINVAL.
 */
int azure_request_put_local_gateway(struct http_request *r, const struct azure_call *call, const char *id,
                                    const struct azure_local_gateway_spec *spec) {
        if (spec->address.addr == 0 || spec->bgp_address.addr == 0 || spec->asn == 0)
                return -EINVAL;
        json_t *body = json_pack("{s:s, s:o, s:{s:o, s:{s:[]}, s:{s:I, s:o, s:i}}}", "location", spec->location, "tags",
                                 arm_tags(spec->tags, spec->n_tags), "properties", "gatewayIpAddress",
                                 arm_address(spec->address), "localNetworkAddressSpace", "addressPrefixes",
                                 "bgpSettings", "asn", (json_int_t)spec->asn, "bgpPeeringAddress",
                                 arm_address(spec->bgp_address), "peerWeight", 0);
        return arm_call_put(r, call, AZURE_LOCAL_GATEWAY, id, NULL, body);
}

/* All members are required, and the set is what the daemon builds: no value of it is a default. */
static bool policy_is_complete(const struct az_ipsec_policy *p) {
        return p->is_set && p->sa_lifetime_s >= SA_LIFETIME_MIN_S && p->sa_data_kb >= SA_DATA_KB_MIN &&
               p->ipsec_encryption && p->ipsec_integrity && p->ike_encryption && p->ike_integrity && p->dh_group &&
               p->pfs_group;
}

static json_t *connection_properties(const struct azure_connection_spec *spec) {
        return json_pack("{s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:b, s:i, s:i, s:b, s:b, s:o, s:o, s:[]}", "connectionType",
                         "IPsec", "connectionProtocol", "IKEv2", "connectionMode", "Default", "virtualNetworkGateway1",
                         "id", spec->gateway_id, "localNetworkGateway2", "id", spec->local_gateway_id, "enableBgp",
                         true, "dpdTimeoutSeconds", DPD_TIMEOUT_S, "routingWeight", 0, "usePolicyBasedTrafficSelectors",
                         false, "useLocalAzureIpAddress", false, "ipsecPolicies", arm_ipsec_policy(&spec->policy),
                         "gatewayCustomBgpIpAddresses", arm_custom_bgp(spec->custom_bgp, spec->n_custom_bgp),
                         "trafficSelectorPolicies");
}

/* {"location":...,"properties":{...,"sharedKey":"..."},"tags":{...}} with the key written by hand */
static int write_connection(const struct azure_connection_spec *spec, struct buf *out) {
        _cleanup_json_ json_t *properties = connection_properties(spec);
        _cleanup_json_ json_t *tags = arm_tags(spec->tags, spec->n_tags);
        if (!properties || !tags)
                return -ENOMEM;
        buf_puts(out, "{\"location\":");
        arm_quote(out, spec->location, strlen(spec->location));
        buf_puts(out, ",\"properties\":");
        int k = json_write(properties, out);
        if (k < 0)
                return k;
        if (spec->shared_key) {
                buf_truncate(out, out->len - 1); /* the closing brace */
                buf_puts(out, ",\"sharedKey\":");
                arm_quote(out, spec->shared_key->bytes, spec->shared_key->len);
                buf_putc(out, '}');
        }
        buf_puts(out, ",\"tags\":");
        k = json_write(tags, out);
        buf_putc(out, '}');
        return k < 0 ? k : buf_error(out);
}

static bool key_is_sendable(const struct secret *key) {
        if (!secret_is_set(key) || key->len == 0 || key->len > 128)
                return false;
        for (size_t i = 0; i < key->len; i++) {
                if (key->bytes[i] <= 0x20 || key->bytes[i] >= 0x7f)
                        return false;
        }
        return true;
}

/**
 * azure_request_put_connection() - Creates an IPsec connection with BGP
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @id: of the new connection
 * @spec: what it shall be
 *
 * Return: 0, -ENOMEM, or -EINVAL: an id of another type, an incomplete policy, a custom address that is missing for one
 * of the two ip configurations, a key that is no printable text.
 */
int azure_request_put_connection(struct http_request *r, const struct azure_call *call, const char *id,
                                 const struct azure_connection_spec *spec) {
        if (!azure_id_is(spec->gateway_id, AZURE_GATEWAY) ||
            !azure_id_is(spec->local_gateway_id, AZURE_LOCAL_GATEWAY) || !policy_is_complete(&spec->policy) ||
            spec->n_custom_bgp != AZ_INSTANCES_MAX)
                return -EINVAL;
        for (size_t i = 0; i < spec->n_custom_bgp; i++) {
                if (!azure_id_is(spec->custom_bgp[i].ip_config_id, AZURE_IP_CONFIG) ||
                    spec->custom_bgp[i].address.addr == 0)
                        return -EINVAL;
        }
        if (spec->shared_key && !key_is_sendable(spec->shared_key))
                return -EINVAL;
        int k = arm_call_begin(r, call, HTTP_PUT, AZURE_CONNECTION, id, "", NULL);
        if (k == 0)
                k = write_connection(spec, &r->body);
        return k < 0 ? k : arm_call_put_done(r);
}

/**
 * azure_request_put_shared_key() - Sets the pre-shared key of an existing connection
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @connection_id: whose key
 * @key: printable ASCII
 *
 * Return: 0, -ENOMEM or -EINVAL.
 */
int azure_request_put_shared_key(struct http_request *r, const struct azure_call *call, const char *connection_id,
                                 const struct secret *key) {
        if (!key_is_sendable(key))
                return -EINVAL;
        int k = arm_call_begin(r, call, HTTP_PUT, AZURE_CONNECTION, connection_id, "/sharedkey", NULL);
        if (k < 0)
                return k;
        buf_puts(&r->body, "{\"value\":");
        arm_quote(&r->body, key->bytes, key->len);
        buf_putc(&r->body, '}');
        return arm_call_put_done(r);
}
