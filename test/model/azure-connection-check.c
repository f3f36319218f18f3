/* SPDX-License-Identifier: Apache-2.0 */
/* What a PUT of a connection, or of its key, may say. */
#include "azure-internal.h"

#include <string.h>
#include <strings.h>

#define CONNECTION_MEMBERS                                                                                             \
        "authorizationKey virtualNetworkGateway1 virtualNetworkGateway2 localNetworkGateway2 ingressNatRules "         \
        "egressNatRules connectionType connectionProtocol routingWeight dpdTimeoutSeconds connectionMode "             \
        "tunnelProperties sharedKey connectionStatus tunnelConnectionStatus egressBytesTransferred "                   \
        "ingressBytesTransferred peer enableBgp gatewayCustomBgpIpAddresses useLocalAzureIpAddress "                   \
        "usePolicyBasedTrafficSelectors ipsecPolicies trafficSelectorPolicies resourceGuid provisioningState "         \
        "expressRouteGatewayBypass enablePrivateLinkFastPath authenticationType certificateAuthentication "            \
        "packetCaptureDiagnosticState"
#define POLICY_MEMBERS                                                                                                 \
        "saLifeTimeSeconds saDataSizeKilobytes ipsecEncryption ipsecIntegrity ikeEncryption ikeIntegrity dhGroup "     \
        "pfsGroup"
#define PSK_MAX 128

static const struct {
        const char *member, *words;
} policy_words[] = {
        {"ipsecEncryption", "None DES DES3 AES128 AES192 AES256 GCMAES128 GCMAES192 GCMAES256"},
        {"ipsecIntegrity", "MD5 SHA1 SHA256 GCMAES128 GCMAES192 GCMAES256"},
        {"ikeEncryption", "DES DES3 AES128 AES192 AES256 GCMAES128 GCMAES256"},
        {"ikeIntegrity", "MD5 SHA1 SHA256 SHA384 GCMAES128 GCMAES256"},
        {"dhGroup", "None DHGroup1 DHGroup2 DHGroup14 DHGroup2048 DHGroup24 ECP256 ECP384"},
        {"pfsGroup", "None PFS1 PFS2 PFS14 PFS2048 PFS24 PFSMM ECP256 ECP384"},
};

static bool is_word(const char *value, const char *words) {
        size_t n = strlen(value);
        for (const char *p = words; *p && n > 0; p += strcspn(p, " "), p += strspn(p, " ")) {
                if (strcspn(p, " ") == n && strncasecmp(p, value, n) == 0)
                        return true;
        }
        return false;
}

/* @value absent is fine when @optional */
static bool check_word(struct azure_call *c, const json_t *object, const char *member, const char *words,
                       bool optional) {
        const char *value = azure_text(object, member);
        if ((optional && !json_object_get(object, member)) || is_word(value, words))
                return true;
        azure_reply_error_with(c, 400, "InvalidRequestFormat", "Cannot parse the request.", "InvalidJson", member);
        return false;
}

/**
 * azure_check_psk() - Azure's alphabet: printable ASCII without space, hyphen and tilde.
 */
bool azure_check_psk(struct azure_call *c, const char *psk) {
        size_t n = strlen(psk);
        bool good = n >= 1 && n <= PSK_MAX;
        for (const char *p = psk; *p; p++)
                good &= *p > ' ' && *p < '~' && *p != '-';
        if (!good)
                azure_reply_error(
                        c, 400, "InvalidSharedKey",
                        "The shared key must have 1 to %d printable ASCII characters other than space, hyphen "
                        "and tilde.",
                        PSK_MAX);
        return good;
}

static bool check_policy(struct azure_call *c, const json_t *policy) {
        int64_t seconds = azure_number(policy, "saLifeTimeSeconds", -1);
        int64_t kilobytes = azure_number(policy, "saDataSizeKilobytes", -1);
        if (!azure_members_known(c, policy, "ipsecPolicy", POLICY_MEMBERS))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(policy_words); i++) {
                if (!check_word(c, policy, policy_words[i].member, policy_words[i].words, false))
                        return false;
        }
        if (seconds < 300 || kilobytes < 1024) {
                azure_reply_error(c, 400, "InvalidIpsecPolicyLifetime",
                                  "saLifeTimeSeconds must be at least 300 and saDataSizeKilobytes at least 1024.");
                return false;
        }
        const char *encryption = azure_text(policy, "ipsecEncryption"),
                   *integrity = azure_text(policy, "ipsecIntegrity");
        bool gcm = strncasecmp(encryption, "GCM", 3) == 0 || strncasecmp(integrity, "GCM", 3) == 0;
        if (!gcm || strcasecmp(encryption, integrity) == 0)
                return true;
        azure_reply_error(c, 400, "IpsecEncryptionIntegrityMismatch",
                          "If GCMAES is used for ipsecEncryption, ipsecIntegrity must be the same: %s, %s.", encryption,
                          integrity);
        return false;
}

static bool check_policies(struct azure_call *c) {
        const json_t *policies = json_at(c->body, "properties.ipsecPolicies");
        if (json_array_size(policies) == 0)
                return true;
        if (json_array_size(policies) == 1)
                return check_policy(c, json_array_get(policies, 0));
        azure_reply_error(c, 400, "OnlyOneIpsecPolicyAllowed", "A connection takes one ipsecPolicy.");
        return false;
}

static bool on_instance(const struct azure_resource *gateway, size_t instance, const char *config_id,
                        const char *address) {
        const json_t *entry =
                json_array_get(json_at(gateway->body, "properties.bgpSettings.bgpPeeringAddresses"), instance);
        size_t i;
        json_t *item;
        if (!azure_same_id(azure_text(entry, "ipconfigurationId"), config_id))
                return false;
        json_array_foreach(azure_gateway_customs(gateway, instance), i, item) {
                if (strcmp(json_string_value(item), address) == 0)
                        return true;
        }
        return false;
}

/* Addresses that a connection names are on the gateway already, and one for each of its ipConfigurations. */
static bool check_customs(struct azure_call *c, const struct azure_resource *gateway) {
        const json_t *entries = json_at(c->body, "properties.gatewayCustomBgpIpAddresses");
        unsigned covered = 0;
        size_t i;
        json_t *entry;
        json_array_foreach(entries, i, entry) {
                const char *config = azure_text(entry, "ipConfigurationId");
                const char *address = azure_text(entry, "customBgpIpAddress");
                if (!azure_members_known(c, entry, "gatewayCustomBgpIpAddress", "ipConfigurationId customBgpIpAddress"))
                        return false;
                unsigned found = 0;
                for (size_t k = 0; k < azure_gateway_instances(gateway); k++)
                        found |= on_instance(gateway, k, config, address) ? 1U << k : 0;
                if (!found) {
                        azure_reply_error(c, 400, "GatewayCustomBgpIpAddressNotFound",
                                          "The custom BGP IP address %s is not on ipConfiguration %s.", address,
                                          config);
                        return false;
                }
                covered |= found;
        }
        if (json_array_size(entries) == 0)
                return true;
        if (!azure_flag(gateway->body, "properties.activeActive") || !azure_flag(c->body, "properties.enableBgp")) {
                azure_reply_error(c, 400, "GatewayCustomBgpIpAddressesNotSupported",
                                  "gatewayCustomBgpIpAddresses needs an active-active gateway and enableBgp.");
                return false;
        }
        if (covered == (1U << azure_gateway_instances(gateway)) - 1 &&
            json_array_size(entries) == azure_gateway_instances(gateway))
                return true;
        azure_reply_error(c, 400, "GatewayCustomBgpIpAddressesIncomplete",
                          "gatewayCustomBgpIpAddresses must name one address for each ipConfiguration.");
        return false;
}

static bool check_bgp(struct azure_call *c, const struct azure_resource *gateway, const struct azure_resource *local) {
        if (!azure_flag(c->body, "properties.enableBgp"))
                return true;
        if (!azure_flag(gateway->body, "properties.enableBgp") || !json_at(local->body, "properties.bgpSettings")) {
                azure_reply_error(c, 400, "ConnectionBgpNotEnabledOnGateways",
                                  "enableBgp needs BGP on gateway %s and bgpSettings on %s.", gateway->id, local->id);
                return false;
        }
        int64_t asn = azure_number(gateway->body, "properties.bgpSettings.asn", 0);
        if (asn != azure_number(local->body, "properties.bgpSettings.asn", 0))
                return true;
        azure_reply_error(c, 400, "ConnectionAsnConflict", "Both ends have the ASN %lld.", (long long)asn);
        return false;
}

static const struct azure_resource *referenced(struct azure_call *c, const char *id, enum azure_kind kind,
                                               const char *path) {
        const char *target = azure_text(c->body, path);
        const struct azure_resource *r = azure_find_kind(&c->a->live, kind, target);
        if (!r)
                azure_reply_error(c, 400, "InvalidResourceReference",
                                  "Resource %s referenced by resource %s was not found. Please make sure that the "
                                  "referenced resource exists, and that both resources are in the same region.",
                                  target, id);
        return r;
}

static bool check_form(struct azure_call *c) {
        const json_t *p = json_at(c->body, "properties");
        int64_t dpd = azure_number(p, "dpdTimeoutSeconds", 0);
        if (!azure_members_known(c, c->body, "virtualNetworkGatewayConnection",
                                 "id name type location tags etag properties") ||
            !azure_members_known(c, p, "properties", CONNECTION_MEMBERS))
                return false;
        if (!*azure_text(c->body, "location")) {
                azure_reply_error(c, 400, "LocationRequired", "The location property is required for this definition.");
                return false;
        }
        if (!check_word(c, p, "connectionType", "IPsec Vnet2Vnet ExpressRoute VPNClient", false) ||
            !check_word(c, p, "connectionProtocol", "IKEv2 IKEv1", true) ||
            !check_word(c, p, "connectionMode", "Default ResponderOnly InitiatorOnly", true))
                return false;
        if (dpd == 0 || (dpd >= 9 && dpd <= 3600))
                return true;
        azure_reply_error(c, 400, "InvalidDpdTimeout", "dpdTimeoutSeconds must be from 9 to 3600.");
        return false;
}

static bool check_unchangeable(struct azure_call *c, const struct azure_resource *old) {
        const char *protocol = azure_text(c->body, "properties.connectionProtocol");
        if (strcasecmp(azure_text(c->body, "properties.connectionType"),
                       azure_text(old->body, "properties.connectionType")) != 0 ||
            !azure_same_id(azure_text(c->body, "properties.virtualNetworkGateway1.id"),
                           azure_connection_gateway(old))) {
                azure_reply_error(c, 400, "ConnectionCannotBeModified",
                                  "The type and the gateway of an existing connection cannot be changed.");
                return false;
        }
        if (!*protocol || strcasecmp(protocol, azure_text(old->body, "properties.connectionProtocol")) == 0)
                return true;
        azure_reply_error(c, 400, "ConnectionProtocolCannotBeModified",
                          "The protocol of an existing connection cannot be changed.");
        return false;
}

/**
 * azure_check_connection() - Holds a PUT against the documented rules.
 *
 * Return: true when it may go on; else the 4xx is the answer.
 */
bool azure_check_connection(struct azure_call *c, const char *id, const struct azure_resource *old) {
        const char *key = azure_text(c->body, "properties.sharedKey");
        if (!check_form(c) || (old && !check_unchangeable(c, old)))
                return false;
        const struct azure_resource *gateway = referenced(c, id, AZURE_GATEWAY, "properties.virtualNetworkGateway1.id");
        if (!gateway)
                return false;
        if (strcasecmp(azure_text(c->body, "properties.connectionType"), "IPsec") != 0)
                return azure_dependency_ready(c, gateway, id);
        const struct azure_resource *local =
                referenced(c, id, AZURE_LOCAL_GATEWAY, "properties.localNetworkGateway2.id");
        return local && (!*key || azure_check_psk(c, key)) && check_policies(c) && check_bgp(c, gateway, local) &&
               check_customs(c, gateway) && azure_dependency_ready(c, local, id) &&
               azure_dependency_ready(c, gateway, id);
}
