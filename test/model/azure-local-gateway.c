/* SPDX-License-Identifier: Apache-2.0 */
/* Local network gateways: what Azure knows of the other end. */
#include "azure-internal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define LOCAL_GATEWAY_MEMBERS                                                                                          \
        "localNetworkAddressSpace gatewayIpAddress fqdn bgpSettings resourceGuid provisioningState"

/**
 * azure_asn_problem() - Autonomous system numbers that Azure does not take.
 * @own: of the Azure gateway itself, for which 65515 is the default; else of a peer
 *
 * Return: why not, or NULL.
 */
const char *azure_asn_problem(int64_t asn, bool own) {
        static const int64_t azure_reserved[] = {8074, 8075, 12076, 65515, 65517, 65518, 65519, 65520};
        if (asn < 1 || asn > UINT32_MAX)
                return "is out of range";
        if (own && asn == 65515)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(azure_reserved); i++) {
                if (asn == azure_reserved[i])
                        return "is reserved by Azure";
        }
        if (asn == 23456 || (asn >= 64496 && asn <= 64511) || (asn >= 65535 && asn <= 65551) || asn == UINT32_MAX)
                return "is reserved by IANA";
        return NULL;
}

static bool check_bgp(struct azure_call *c, struct ip4 outside) {
        const json_t *bgp = json_at(c->body, "properties.bgpSettings");
        const char *why = azure_asn_problem(azure_number(bgp, "asn", 0), false);
        struct ip4 peer;
        if (!azure_members_known(c, bgp, "bgpSettings", "asn bgpPeeringAddress peerWeight bgpPeeringAddresses"))
                return false;
        if (why) {
                azure_reply_error(c, 400, "LocalNetworkGatewayInvalidAsn",
                                  "The ASN %lld specified for local network gateway %s %s.",
                                  (long long)azure_number(bgp, "asn", 0), c->segments[7], why);
                return false;
        }
        if (!azure_ip_member(c, "bgpPeeringAddress", azure_text(bgp, "bgpPeeringAddress"), &peer))
                return false;
        if (!ip4_equal(peer, outside))
                return true;
        azure_reply_error(c, 400, "LocalNetworkGatewayBgpPeeringAddressInvalid",
                          "The BGP peering address must not be the public IP address of the device.");
        return false;
}

static bool check(struct azure_call *c) {
        const json_t *p = json_at(c->body, "properties"), *bgp = json_at(p, "bgpSettings");
        const json_t *prefixes = json_at(p, "localNetworkAddressSpace.addressPrefixes");
        const char *address = azure_text(p, "gatewayIpAddress"), *fqdn = azure_text(p, "fqdn");
        struct ip4 outside = {0};
        struct cidr parsed[256];
        if (!azure_members_known(c, c->body, "localNetworkGateway", "id name type location tags etag properties") ||
            !azure_members_known(c, p, "properties", LOCAL_GATEWAY_MEMBERS))
                return false;
        if (!*azure_text(c->body, "location")) {
                azure_reply_error(c, 400, "LocationRequired", "The location property is required for this definition.");
                return false;
        }
        if (!*address == !*fqdn) {
                azure_reply_error(c, 400, "LocalNetworkGatewayAddressOrFqdnRequired",
                                  "Exactly one of gatewayIpAddress and fqdn must be given.");
                return false;
        }
        if (*address && !azure_ip_member(c, "gatewayIpAddress", address, &outside))
                return false;
        if (azure_prefixes(prefixes, parsed, ELEMENTSOF(parsed)) != json_array_size(prefixes)) {
                azure_reply_error(c, 400, "InvalidAddressPrefixFormat", "An address prefix of %s is not valid.",
                                  c->segments[7]);
                return false;
        }
        if (json_is_object(bgp))
                return check_bgp(c, outside);
        if (json_array_size(prefixes) > 0)
                return true;
        azure_reply_error(c, 400, "LocalNetworkGatewayAddressSpaceRequired",
                          "The address space of a local network gateway without BGP settings must not be empty.");
        return false;
}

static json_t *new_body(const struct azure_call *c) {
        const json_t *p = json_at(c->body, "properties"), *bgp = json_at(p, "bgpSettings");
        const json_t *prefixes = json_at(p, "localNetworkAddressSpace.addressPrefixes");
        const json_t *tags = json_object_get(c->body, "tags");
        bool by_name = *azure_text(p, "fqdn");
        json_t *out = json_pack(
                "{s:s,s:{s:{s:o},s:s}}", "location", azure_text(c->body, "location"), "properties",
                "localNetworkAddressSpace", "addressPrefixes", prefixes ? json_deep_copy(prefixes) : json_array(),
                by_name ? "fqdn" : "gatewayIpAddress", azure_text(p, by_name ? "fqdn" : "gatewayIpAddress"));
        if (json_is_object(bgp))
                json_object_set_new(json_object_get(out, "properties"), "bgpSettings",
                                    json_pack("{s:I,s:s,s:I}", "asn", (json_int_t)azure_number(bgp, "asn", 0),
                                              "bgpPeeringAddress", azure_text(bgp, "bgpPeeringAddress"), "peerWeight",
                                              (json_int_t)azure_number(bgp, "peerWeight", 0)));
        if (json_is_object(tags))
                json_object_set_new(out, "tags", json_deep_copy(tags));
        return out;
}

/* An LNG in use is part of its gateways: one write at a time. */
static bool is_free(struct azure_call *c, const struct azure_resource *r) {
        for (const struct azure_resource *i = c->a->live.first[AZURE_CONNECTION]; i; i = i->next) {
                if (azure_same_id(azure_connection_local_gateway(i), r->id) &&
                    !azure_gateway_is_free(c, azure_connection_gateway(i)))
                        return false;
        }
        return azure_resource_is_free(c, r);
}

void azure_put_local_gateway(struct azure_call *c, const char *id, struct azure_resource *old) {
        if (!check(c) || (old && !is_free(c, old)))
                return;
        _cleanup_json_ json_t *body = new_body(c);
        bool same = old && json_equal(old->body, body) && old->state == AZURE_SUCCEEDED;
        struct azure_resource *r = old ? old : azure_add(c->m, AZURE_LOCAL_GATEWAY, id, json_incref(body));
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_PUT, r, NULL, same ? 0 : 1000, same ? 0 : 22000);
        if (old && !same) {
                json_decref(old->body);
                old->body = json_incref(body);
                azure_touch(c->m, old, AZURE_UPDATING);
        }
        azure_reply_put(c, r, !old, op);
        physics_changed(c->m);
}

bool azure_local_gateway_deletable(struct azure_call *c, const struct azure_resource *r) {
        for (const struct azure_resource *i = c->a->live.first[AZURE_CONNECTION]; i; i = i->next) {
                if (!azure_same_id(azure_connection_local_gateway(i), r->id))
                        continue;
                azure_reply_error(c, 400, "LocalNetworkGatewayInUse",
                                  "Local network gateway %s cannot be deleted because it is used by connection %s.",
                                  r->id, i->id);
                return false;
        }
        return true;
}
