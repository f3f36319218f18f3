/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which members of a resource may go back in a PUT.
 *
 * A PUT replaces the whole resource: what it leaves out is reset. So what was read goes back member by member, and a
 * member that stands in none of these tables holds the PUT: it may be a setting of an api-version newer than we are.
 * The tables follow the published descriptions of api-versions 2024-03-01 to 2025-09-01, and the members that answers
 * carry although no description has them (marked "unpublished"), which are all state.
 *
 * A level is one kind of object inside the resource: the resource itself, "properties", each element of an array. An
 * open level keeps what its table does not name; there the table only takes out what is read-only.
 */
#include "azure/members.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/json.h"
#include "util/macro.h"

enum member_kind {
        MEMBER_WRITE,     /* goes back as it was read */
        MEMBER_READ,      /* taken out */
        MEMBER_REFERENCE, /* cut down to its id */
        MEMBER_EMPTY,     /* taken out while it says nothing (false, "", [], {}); else the PUT would lose it */
        MEMBER_IDENTITY,  /* a map of ids: the values are read-only */
};

struct member {
        const char *name;
        enum member_kind kind;
};

struct level {
        const char *array; /* path of an array, NULL: none */
        const char *path;  /* of the object in the resource, or in each element; "": itself */
        bool is_open;
        struct member members[48]; /* ends with a NULL name */
};

#define W(_name)                                                                                                       \
        { _name, MEMBER_WRITE }
#define R(_name)                                                                                                       \
        { _name, MEMBER_READ }

static const struct level gateway_levels[] = {
        {NULL,
         "",
         false,
         {W("id"), R("name"), W("location"), W("tags"), W("extendedLocation"), W("identity"), W("properties"),
          R("type"), R("etag"), R("systemData")}},
        {NULL, "identity", true, {R("principalId"), R("tenantId"), {"userAssignedIdentities", MEMBER_IDENTITY}}},
        {NULL,
         "properties",
         false,
         {W("autoScaleConfiguration"), W("ipConfigurations"), W("gatewayType"), W("vpnType"), W("vpnGatewayGeneration"),
          W("enableBgp"), W("enablePrivateIpAddress"), W("virtualNetworkGatewayMigrationStatus"), W("activeActive"),
          W("enableHighBandwidthVpnGateway"), W("disableIPSecReplayProtection"), W("gatewayDefaultSite"), W("sku"),
          W("vpnClientConfiguration"), W("virtualNetworkGatewayPolicyGroups"), W("bgpSettings"), W("customRoutes"),
          W("enableDnsForwarding"), W("vNetExtendedLocationResourceId"), W("natRules"),
          W("enableBgpRouteTranslationForNat"), W("allowVirtualWanTraffic"), W("allowRemoteVnetTraffic"),
          W("adminState"), W("resiliencyModel"), R("resourceGuid"), R("provisioningState"),
          R("inboundDnsForwardingEndpoint"),
          /* unpublished */
          R("packetCaptureDiagnosticState"), R("isMigrateToCSES"), R("isMigratedLegacySKU"),
          R("blockUpgradeOfMigratedLegacyGateways"), R("zones")}},
        {NULL, "properties.sku", false, {W("name"), W("tier"), R("capacity")}},
        /* bgpPeeringAddress is assigned: another value than the present one is refused, so it never goes back */
        {NULL,
         "properties.bgpSettings",
         false,
         {W("asn"), W("peerWeight"), W("bgpPeeringAddresses"), R("bgpPeeringAddress")}},
        {"properties.bgpSettings.bgpPeeringAddresses",
         "",
         false,
         {W("ipconfigurationId"), W("customBgpIpAddresses"), R("defaultBgpIpAddresses"), R("tunnelIpAddresses")}},
        {"properties.ipConfigurations", "", false, {W("id"), W("name"), W("properties"), R("etag"), R("type")}},
        {"properties.ipConfigurations",
         "properties",
         false,
         {W("privateIPAllocationMethod"),
          {"publicIPAddress", MEMBER_REFERENCE},
          {"subnet", MEMBER_REFERENCE},
          R("privateIPAddress"),
          R("provisioningState")}},
        {"properties.natRules", "", true, {R("etag"), R("type")}},
        {"properties.natRules", "properties", true, {R("provisioningState")}},
        {"properties.virtualNetworkGatewayPolicyGroups", "", true, {R("etag"), R("type")}},
        {"properties.virtualNetworkGatewayPolicyGroups",
         "properties",
         true,
         {R("provisioningState"), R("vngClientConnectionConfigurations")}},
        /* RADIUS secrets are not given back by a GET: a PUT would take them away */
        {NULL,
         "properties.vpnClientConfiguration",
         true,
         {{"radiusServers", MEMBER_EMPTY}, {"radiusServerAddress", MEMBER_EMPTY}}},
        {"properties.vpnClientConfiguration.vpnClientRootCertificates", "", true, {R("etag")}},
        {"properties.vpnClientConfiguration.vpnClientRootCertificates", "properties", true, {R("provisioningState")}},
        {"properties.vpnClientConfiguration.vpnClientRevokedCertificates", "", true, {R("etag")}},
        {"properties.vpnClientConfiguration.vpnClientRevokedCertificates",
         "properties",
         true,
         {R("provisioningState")}},
        {"properties.vpnClientConfiguration.vngClientConnectionConfigurations", "", true, {R("etag")}},
        {"properties.vpnClientConfiguration.vngClientConnectionConfigurations",
         "properties",
         true,
         {R("provisioningState")}},
};

static const struct level connection_levels[] = {
        {NULL,
         "",
         false,
         {W("id"), R("name"), W("location"), W("tags"), W("properties"), R("type"), R("etag"), R("systemData")}},
        {NULL,
         "properties",
         false,
         {{"authorizationKey", MEMBER_EMPTY},
          {"virtualNetworkGateway1", MEMBER_REFERENCE},
          {"virtualNetworkGateway2", MEMBER_REFERENCE},
          {"localNetworkGateway2", MEMBER_REFERENCE},
          W("ingressNatRules"),
          W("egressNatRules"),
          W("connectionType"),
          W("connectionProtocol"),
          W("routingWeight"),
          W("dpdTimeoutSeconds"),
          W("connectionMode"),
          W("tunnelProperties"),
          W("peer"),
          W("enableBgp"),
          W("gatewayCustomBgpIpAddresses"),
          W("useLocalAzureIpAddress"),
          W("usePolicyBasedTrafficSelectors"),
          W("ipsecPolicies"),
          W("trafficSelectorPolicies"),
          W("expressRouteGatewayBypass"),
          W("enablePrivateLinkFastPath"),
          W("authenticationType"),
          W("certificateAuthentication"),
          R("sharedKey"), /* a PUT does not change the key of an existing connection */
          R("connectionStatus"),
          R("tunnelConnectionStatus"),
          R("egressBytesTransferred"),
          R("ingressBytesTransferred"),
          R("resourceGuid"),
          R("provisioningState"),
          /* unpublished */
          R("packetCaptureDiagnosticState")}},
};

/* The sync of a peering is built from facts, so all that is writable and no fact must say nothing. */
static const struct level peering_levels[] = {
        {NULL, "", false, {W("id"), W("name"), W("properties"), R("type"), R("etag"), R("systemData")}},
        {NULL,
         "properties",
         false,
         {{"remoteVirtualNetwork", MEMBER_REFERENCE},
          W("allowVirtualNetworkAccess"),
          W("allowForwardedTraffic"),
          W("allowGatewayTransit"),
          W("useRemoteGateways"),
          W("doNotVerifyRemoteGateways"),
          W("peerCompleteVnets"),
          {"enableOnlyIPv6Peering", MEMBER_EMPTY},
          {"localSubnetNames", MEMBER_EMPTY},
          {"remoteSubnetNames", MEMBER_EMPTY},
          R("localAddressSpace"),
          R("localVirtualNetworkAddressSpace"),
          R("remoteAddressSpace"),
          R("remoteVirtualNetworkAddressSpace"),
          R("remoteBgpCommunities"),
          R("remoteVirtualNetworkEncryption"),
          R("peeringState"),
          R("peeringSyncLevel"),
          R("provisioningState"),
          R("resourceGuid"),
          /* unpublished */
          R("remoteGateways"),
          R("routeServiceVips")}},
};

static const struct {
        const struct level *levels;
        size_t n_levels;
} resources[] = {
        [AZURE_MEMBERS_GATEWAY] = {gateway_levels, ELEMENTSOF(gateway_levels)},
        [AZURE_MEMBERS_CONNECTION] = {connection_levels, ELEMENTSOF(connection_levels)},
        [AZURE_MEMBERS_PEERING] = {peering_levels, ELEMENTSOF(peering_levels)},
};

static size_t level_count(const struct level *level, const json_t *body) {
        return level->array ? json_array_size(json_at(body, level->array)) : 1;
}

/* Object number @i of a level; NULL when it is absent or no object. */
static json_t *level_object(const struct level *level, const json_t *body, size_t i) {
        json_t *at = level->array ? json_array_get(json_at(body, level->array), i) : (json_t *)body;
        json_t *object = at ? json_at(at, level->path) : NULL;
        return json_is_object(object) ? object : NULL;
}

static const struct member *find_member(const struct level *level, const char *name) {
        for (const struct member *m = level->members; m->name; m++) {
                if (strcmp(m->name, name) == 0)
                        return m;
        }
        return NULL;
}

static bool says_nothing(const json_t *value) {
        switch (json_typeof(value)) {
        case JSON_NULL:
        case JSON_FALSE:
                return true;
        case JSON_OBJECT:
                return json_object_size(value) == 0;
        case JSON_ARRAY:
                return json_array_size(value) == 0;
        case JSON_STRING:
                return json_string_length(value) == 0;
        case JSON_TRUE:
        case JSON_INTEGER:
        case JSON_REAL:
                break;
        }
        return false;
}

static bool is_lost(const struct level *level, const char *name, const json_t *value) {
        const struct member *m = find_member(level, name);
        if (m)
                return m->kind == MEMBER_EMPTY && !says_nothing(value);
        return !level->is_open && !json_is_null(value);
}

static const char *first_lost(const struct level *level, const json_t *object) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)object, name, value) {
                if (is_lost(level, name, value))
                        return name;
        }
        return NULL;
}

/**
 * azure_members_unknown() - Finds what a read-modify-write would lose
 * @resource: whose table
 * @body: the resource as read
 * @ret: the member's path
 *
 * Return: true if there is one.
 */
bool azure_members_unknown(enum azure_members resource, const json_t *body, char ret[static AZURE_MEMBER_SIZE]) {
        for (size_t l = 0; l < resources[resource].n_levels; l++) {
                const struct level *level = &resources[resource].levels[l];
                for (size_t i = 0; i < level_count(level, body); i++) {
                        const json_t *object = level_object(level, body, i);
                        const char *name = object ? first_lost(level, object) : NULL;
                        if (!name)
                                continue;
                        snprintf(ret, AZURE_MEMBER_SIZE, "%s%s%s%s%.40s", level->array ? level->array : "",
                                 level->array ? "[]." : "", level->path, *level->path ? "." : "", name);
                        return true;
                }
        }
        return false;
}

static int cut_to_id(json_t *object, const char *name, const json_t *value) {
        json_t *id = json_object_get(value, "id");
        if (!id)
                return 0;
        return json_object_set_new(object, name, json_pack("{s:O}", "id", id)) < 0 ? -ENOMEM : 0;
}

static int empty_values(json_t *map) {
        const char *name;
        json_t *value;
        json_object_foreach(map, name, value) {
                if (json_object_clear(value) < 0 && json_is_object(value))
                        return -ENOMEM;
        }
        return 0;
}

static int strip_member(json_t *object, const struct member *m) {
        json_t *value = json_object_get(object, m->name);
        if (!value)
                return 0;
        switch (m->kind) {
        case MEMBER_WRITE:
                return 0;
        case MEMBER_READ:
        case MEMBER_EMPTY:
                json_object_del(object, m->name);
                return 0;
        case MEMBER_REFERENCE:
                return cut_to_id(object, m->name, value);
        case MEMBER_IDENTITY:
                return empty_values(value);
        }
        return 0;
}

/**
 * azure_members_strip() - Makes what was read fit to be sent back
 * @resource: whose table
 * @body: the resource as read, without unknown members; changed
 *
 * Return: 0 or -ENOMEM.
 */
int azure_members_strip(enum azure_members resource, json_t *body) {
        for (size_t l = 0; l < resources[resource].n_levels; l++) {
                const struct level *level = &resources[resource].levels[l];
                for (size_t i = 0; i < level_count(level, body); i++) {
                        json_t *object = level_object(level, body, i);
                        for (const struct member *m = level->members; object && m->name; m++) {
                                if (strip_member(object, m) < 0)
                                        return -ENOMEM;
                        }
                }
        }
        return 0;
}
