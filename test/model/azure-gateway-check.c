/* SPDX-License-Identifier: Apache-2.0 */
/* What a PUT of a virtual network gateway may say. */
#include "azure-internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define TOP_MEMBERS "id name type location tags etag extendedLocation identity properties"
#define GATEWAY_MEMBERS                                                                                                \
        "autoScaleConfiguration ipConfigurations gatewayType vpnType vpnGatewayGeneration enableBgp "                  \
        "enablePrivateIpAddress virtualNetworkGatewayMigrationStatus activeActive enableHighBandwidthVpnGateway "      \
        "disableIPSecReplayProtection gatewayDefaultSite sku vpnClientConfiguration "                                  \
        "virtualNetworkGatewayPolicyGroups bgpSettings customRoutes resourceGuid provisioningState "                   \
        "enableDnsForwarding inboundDnsForwardingEndpoint vNetExtendedLocationResourceId natRules "                    \
        "enableBgpRouteTranslationForNat allowVirtualWanTraffic allowRemoteVnetTraffic adminState resiliencyModel "    \
        "packetCaptureDiagnosticState isMigrateToCSES isMigratedLegacySKU blockUpgradeOfMigratedLegacyGateways zones"
#define CUSTOMS_MAX 64

static const struct {
        const char *name;
        bool generation1, generation2, creatable;
} skus[] = {
        {"Basic", true, false, true},    {"Standard", true, false, false}, {"HighPerformance", true, false, false},
        {"VpnGw1", true, false, false},  {"VpnGw2", true, true, false},    {"VpnGw3", true, true, false},
        {"VpnGw4", false, true, false},  {"VpnGw5", false, true, false},   {"VpnGw1AZ", true, false, true},
        {"VpnGw2AZ", true, true, true},  {"VpnGw3AZ", true, true, true},   {"VpnGw4AZ", false, true, true},
        {"VpnGw5AZ", false, true, true},
};

/* BGP on APIPA: the range that Azure takes. */
bool azure_is_apipa(struct ip4 ip) {
        return ip.addr >= 0xa9fe1500 && ip.addr <= 0xa9fe16ff; /* 169.254.21.0 - 169.254.22.255 */
}

static bool check_sku(struct azure_call *c, const struct azure_resource *old) {
        const char *name = azure_text(c->body, "properties.sku.name");
        const char *generation = azure_text(c->body, "properties.vpnGatewayGeneration");
        size_t i = 0;
        while (i < ELEMENTSOF(skus) && strcasecmp(skus[i].name, name) != 0)
                i++;
        if (i == ELEMENTSOF(skus)) {
                azure_reply_error(c, 400, "InvalidGatewaySkuSpecifiedForGatewayDeploymentType",
                                  "Virtual network gateway Sku specified is not valid for gateway %s with "
                                  "DeploymentType VMScaleSet.",
                                  c->segments[7]);
                return false;
        }
        if (!old && !skus[i].creatable) {
                azure_reply_error(
                        c, 400, "NonAzSkusNotAllowedForVPNGateway",
                        "VpnGw1-5 non-AZ SKUs are no longer supported for creation of VPN gateways. Use the AZ "
                        "SKUs instead of %s.",
                        name);
                return false;
        }
        if ((strcasecmp(generation, "Generation1") == 0 && !skus[i].generation1) ||
            (strcasecmp(generation, "Generation2") == 0 && !skus[i].generation2)) {
                azure_reply_error(c, 400, "VpnGatewayGenerationSkuMismatch", "The sku %s is not available in %s.", name,
                                  generation);
                return false;
        }
        bool basic = strcasecmp(name, "Basic") == 0;
        if (!basic || (!azure_flag(c->body, "properties.enableBgp") && !azure_flag(c->body, "properties.activeActive")))
                return true;
        azure_reply_error(c, 400, "BgpNotSupportedOnBasicSku", "The sku Basic supports neither BGP nor active-active.");
        return false;
}

static void missing_reference(struct azure_call *c, const char *what, const char *id) {
        azure_reply_error(c, 400, "InvalidResourceReference",
                          "Resource %s referenced by resource %s was not found. Please make sure that the referenced "
                          "resource exists, and that both resources are in the same region.",
                          what, id);
}

static bool check_subnet(struct azure_call *c, const char *id, const json_t *config) {
        const char *subnet = azure_text(config, "properties.subnet.id");
        if (strcasecmp(azure_name(subnet), "GatewaySubnet") != 0) {
                azure_reply_error(c, 400, "InvalidSubnetForVirtualNetworkGateway",
                                  "The subnet of a virtual network gateway must be named GatewaySubnet, not '%s'.",
                                  azure_name(subnet));
                return false;
        }
        _cleanup_mem_ char *vnet_id = azure_parent_id(subnet, 1);
        const struct azure_resource *vnet = vnet_id ? azure_find_kind(&c->a->live, AZURE_VNET, vnet_id) : NULL;
        if (!vnet || !azure_subnet(vnet, "GatewaySubnet")) {
                missing_reference(c, subnet, id);
                return false;
        }
        const struct azure_resource *other = azure_gateway_of_vnet(&c->a->live, vnet->id);
        if (other && !azure_same_id(other->id, id)) {
                azure_reply_error(c, 400, "VirtualNetworkAlreadyHasGateway",
                                  "The virtual network %s already has the gateway %s.", vnet->id, other->id);
                return false;
        }
        return azure_dependency_ready(c, vnet, id);
}

static bool check_public_ip(struct azure_call *c, const char *id, const json_t *config) {
        const char *pip_id = azure_text(config, "properties.publicIPAddress.id");
        const struct azure_resource *pip = azure_find_kind(&c->a->live, AZURE_PUBLIC_IP, pip_id);
        char user[2 * MODEL_ID_SIZE];
        size_t n = strlen(id);
        if (!pip) {
                missing_reference(c, pip_id, id);
                return false;
        }
        if (strcasecmp(azure_text(pip->body, "sku.name"), "Standard") != 0 ||
            strcasecmp(azure_text(pip->body, "properties.publicIPAllocationMethod"), "Static") != 0) {
                azure_reply_error(c, 400, "VmssVpnGatewayPublicIpsMustBeStandardStatic",
                                  "The public IP address %s of VPN gateway %s must have the Standard sku and static "
                                  "allocation.",
                                  pip_id, id);
                return false;
        }
        if (azure_public_ip_user(&c->a->live, pip_id, user, sizeof(user)) && strncasecmp(user, id, n) != 0) {
                azure_reply_error(
                        c, 400, "PublicIPAddressInUse",
                        "Resource %s is referencing public IP address %s that is already allocated to resource "
                        "%s.",
                        id, pip_id, user);
                return false;
        }
        return azure_dependency_ready(c, pip, id);
}

static bool check_configurations(struct azure_call *c, const char *id) {
        const json_t *configs = json_at(c->body, "properties.ipConfigurations");
        size_t i, expected = azure_flag(c->body, "properties.activeActive") ? 2 : 1;
        json_t *config;
        if (json_array_size(configs) != expected) {
                azure_reply_error(c, 400, "VirtualNetworkGatewayIpConfigurationCountInvalid",
                                  "Gateway %s needs %zu ipConfigurations.", id, expected);
                return false;
        }
        json_array_foreach(configs, i, config) {
                if (!azure_members_known(c, config, "ipConfiguration", "id name etag type properties") ||
                    !azure_members_known(c, json_at(config, "properties"), "ipConfiguration.properties",
                                         "privateIPAllocationMethod subnet publicIPAddress privateIPAddress "
                                         "provisioningState") ||
                    !check_subnet(c, id, config) || !check_public_ip(c, id, config))
                        return false;
                if (i == 0 ||
                    strcasecmp(azure_text(config, "name"), azure_text(json_array_get(configs, 0), "name")) != 0)
                        continue;
                azure_reply_error(c, 400, "InvalidResourceName", "The names of ipConfigurations must differ.");
                return false;
        }
        return true;
}

/* The entry for an ipConfiguration must be one of ours; the member has a spelling of its own. */
static bool names_configuration(const struct azure_call *c, const char *gateway_id, const char *config_id) {
        size_t i, n = strlen(gateway_id);
        json_t *config;
        json_array_foreach(json_at(c->body, "properties.ipConfigurations"), i, config) {
                if (strncasecmp(config_id, gateway_id, n) == 0 &&
                    strncasecmp(config_id + n, "/ipConfigurations/", 18) == 0 &&
                    strcasecmp(config_id + n + 18, azure_text(config, "name")) == 0)
                        return true;
        }
        return false;
}

static bool check_custom(struct azure_call *c, const json_t *item, struct ip4 *seen, size_t *n_seen) {
        struct ip4 ip;
        const char *text = json_string_value(item);
        if (!azure_ip_member(c, "customBgpIpAddresses", text ? text : "", &ip))
                return false;
        if (!azure_is_apipa(ip)) {
                azure_reply_error(c, 400, "InvalidCustomBgpIpAddress",
                                  "The custom BGP IP address %s is not in the range 169.254.21.0 - 169.254.22.255.",
                                  text);
                return false;
        }
        for (size_t i = 0; i < *n_seen; i++) {
                if (!ip4_equal(seen[i], ip))
                        continue;
                azure_reply_error(c, 400, "DuplicateCustomBgpIpAddress",
                                  "The custom BGP IP address %s is given more than once.", text);
                return false;
        }
        if (*n_seen == CUSTOMS_MAX) {
                azure_reply_error(c, 400, "TooManyCustomBgpIpAddresses", "There are too many custom BGP IP addresses.");
                return false;
        }
        seen[(*n_seen)++] = ip;
        return true;
}

static bool check_customs(struct azure_call *c, const char *id) {
        struct ip4 seen[CUSTOMS_MAX];
        size_t i, j, n_seen = 0;
        json_t *entry, *item;
        json_array_foreach(json_at(c->body, "properties.bgpSettings.bgpPeeringAddresses"), i, entry) {
                const json_t *customs = json_object_get(entry, "customBgpIpAddresses");
                if (!azure_members_known(c, entry, "bgpPeeringAddress",
                                         "ipconfigurationId defaultBgpIpAddresses customBgpIpAddresses "
                                         "tunnelIpAddresses"))
                        return false;
                if (!names_configuration(c, id, azure_text(entry, "ipconfigurationId"))) {
                        missing_reference(c, azure_text(entry, "ipconfigurationId"), id);
                        return false;
                }
                if (json_array_size(customs) > 1 && !azure_flag(c->body, "properties.activeActive")) {
                        azure_reply_error(c, 400, "MultipleCustomBgpIpAddressesRequireActiveActive",
                                          "An active-standby gateway takes one custom BGP IP address.");
                        return false;
                }
                json_array_foreach(customs, j, item) {
                        if (!check_custom(c, item, seen, &n_seen))
                                return false;
                }
        }
        return true;
}

static bool still_given(const struct azure_call *c, const json_t *address) {
        size_t i, j;
        json_t *entry, *item;
        json_array_foreach(json_at(c->body, "properties.bgpSettings.bgpPeeringAddresses"), i, entry) {
                json_array_foreach(json_object_get(entry, "customBgpIpAddresses"), j, item) {
                        if (json_equal(item, address))
                                return true;
                }
        }
        return false;
}

/* An address that a connection names stays. */
static bool check_removed(struct azure_call *c, const struct azure_resource *old) {
        for (size_t i = 0; i < azure_gateway_instances(old); i++) {
                size_t j;
                json_t *item;
                json_array_foreach(azure_gateway_customs(old, i), j, item) {
                        if (still_given(c, item))
                                continue;
                        for (const struct azure_resource *k = c->a->live.first[AZURE_CONNECTION]; k; k = k->next) {
                                if (!azure_same_id(azure_connection_gateway(k), old->id) ||
                                    !azure_connection_names(k, json_string_value(item)))
                                        continue;
                                azure_reply_error(c, 400, "CustomBgpIpAddressInUse",
                                                  "The custom BGP IP address %s cannot be removed because connection "
                                                  "%s uses it.",
                                                  json_string_value(item), k->id);
                                return false;
                        }
                }
        }
        return true;
}

static bool check_bgp(struct azure_call *c, const char *id, const struct azure_resource *old) {
        const json_t *bgp = json_at(c->body, "properties.bgpSettings");
        int64_t asn = azure_number(bgp, "asn", 65515);
        const char *why = azure_asn_problem(asn == 0 ? 65515 : asn, true), *sent = azure_text(bgp, "bgpPeeringAddress");
        char had[2 * IP4_TEXT_SIZE + 1] = "", one[IP4_TEXT_SIZE];
        if (!azure_members_known(c, bgp, "bgpSettings", "asn bgpPeeringAddress peerWeight bgpPeeringAddresses"))
                return false;
        if (why) {
                azure_reply_error(c, 400, "VirtualNetworkGatewayInvalidAsn", "The ASN %lld of gateway %s %s.",
                                  (long long)asn, id, why);
                return false;
        }
        for (size_t i = 0; old && i < azure_gateway_instances(old) && old->provisioned; i++)
                snprintf(had + strlen(had), sizeof(had) - strlen(had), "%s%s", i > 0 ? "," : "",
                         ip4_format(old->private_ip[i], one));
        if (*sent && *had && strcmp(sent, had) != 0) {
                azure_reply_error(c, 400, "VirtualNetworkGatewayBgpPeeringAddressCannotBeModified",
                                  "BgpPeeringAddress %s for virtual network gateway %s cannot be modified to %s.", had,
                                  id, sent);
                return false;
        }
        return check_customs(c, id) && (!old || check_removed(c, old));
}

/* Its peers already have numbers of their own: each side must differ. */
static bool check_peers(struct azure_call *c, const struct azure_resource *old) {
        int64_t asn = azure_number(c->body, "properties.bgpSettings.asn", 65515);
        for (const struct azure_resource *k = c->a->live.first[AZURE_CONNECTION]; k; k = k->next) {
                const struct azure_resource *l =
                        azure_find_kind(&c->a->live, AZURE_LOCAL_GATEWAY, azure_connection_local_gateway(k));
                if (!l || !azure_same_id(azure_connection_gateway(k), old->id) ||
                    azure_number(l->body, "properties.bgpSettings.asn", 0) != asn)
                        continue;
                azure_reply_error(c, 400, "VirtualNetworkGatewayAsnConflict",
                                  "The ASN %lld is that of the local network gateway %s.", (long long)asn, l->id);
                return false;
        }
        return true;
}

static bool word_is(struct azure_call *c, const char *path, const char *words) {
        const char *value = azure_text(c->body, path);
        size_t n = strlen(value);
        for (const char *p = words; *p && n > 0; p += strcspn(p, " "), p += strspn(p, " ")) {
                if (strcspn(p, " ") == n && strncasecmp(p, value, n) == 0)
                        return true;
        }
        azure_reply_error(c, 400, "InvalidRequestFormat", "Cannot parse the request: '%s' at %s.", value, path);
        return false;
}

/**
 * azure_check_gateway() - Holds a PUT against the documented rules.
 *
 * Return: true when it may go on; else the 4xx is the answer.
 */
bool azure_check_gateway(struct azure_call *c, const char *id, const struct azure_resource *old) {
        const json_t *p = json_at(c->body, "properties");
        if (!azure_members_known(c, c->body, "virtualNetworkGateway", TOP_MEMBERS) ||
            !azure_members_known(c, p, "properties", GATEWAY_MEMBERS) ||
            !azure_members_known(c, json_at(p, "sku"), "sku", "name tier capacity"))
                return false;
        const char *location = azure_text(c->body, "location");
        if (!*location) {
                azure_reply_error(c, 400, "LocationRequired", "The location property is required for this definition.");
                return false;
        }
        if (old && strcasecmp(location, azure_text(old->body, "location")) != 0) {
                azure_reply_error(c, 409, "InvalidResourceLocation",
                                  "The resource '%s' already exists in location '%s'. A resource with the same name "
                                  "cannot be created in location '%s'.",
                                  c->segments[7], azure_text(old->body, "location"), location);
                return false;
        }
        return word_is(c, "properties.gatewayType", "Vpn ExpressRoute LocalGateway") &&
               word_is(c, "properties.vpnType", "RouteBased PolicyBased") && check_sku(c, old) &&
               check_configurations(c, id) && check_bgp(c, id, old) && (!old || check_peers(c, old));
}
