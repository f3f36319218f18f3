/* SPDX-License-Identifier: Apache-2.0 */
/* Replies about what lies around the gateway: VNets, peerings, public IPs, local gateways. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/arm-reply.h"
#include "azure/members.h"
#include "azure/reply-list.h"
#include "azure/reply-reader.h"
#include "util/json.h"

static enum az_peering_state peering_state(const char *word) {
        if (strcasecmp(word, "Initiated") == 0)
                return AZ_PEERING_INITIATED;
        if (strcasecmp(word, "Connected") == 0)
                return AZ_PEERING_CONNECTED;
        return strcasecmp(word, "Disconnected") == 0 ? AZ_PEERING_DISCONNECTED : AZ_PEERING_OTHER;
}

static enum az_peering_sync peering_sync(const char *word) {
        if (strcasecmp(word, "FullyInSync") == 0)
                return AZ_SYNC_FULLY;
        if (strcasecmp(word, "RemoteNotInSync") == 0)
                return AZ_SYNC_REMOTE_NOT;
        if (strcasecmp(word, "LocalNotInSync") == 0)
                return AZ_SYNC_LOCAL_NOT;
        return strcasecmp(word, "LocalAndRemoteNotInSync") == 0 ? AZ_SYNC_NEITHER : AZ_SYNC_UNKNOWN;
}

static void read_peering(struct reader *r, const json_t *o, struct az_peering *ret) {
        reader_common(r, o, &ret->common);
        ret->remote_vnet_id = reader_text(r, o, "properties.remoteVirtualNetwork.id");
        ret->state = peering_state(reader_word(r, o, "properties.peeringState"));
        ret->sync = peering_sync(reader_word(r, o, "properties.peeringSyncLevel"));
        ret->allow_vnet_access = reader_bool(r, o, "properties.allowVirtualNetworkAccess");
        ret->allow_forwarded_traffic = reader_bool(r, o, "properties.allowForwardedTraffic");
        ret->allow_gateway_transit = reader_bool(r, o, "properties.allowGatewayTransit");
        ret->use_remote_gateways = reader_bool(r, o, "properties.useRemoteGateways");
        ret->do_not_verify_remote_gateways = reader_bool(r, o, "properties.doNotVerifyRemoteGateways");
        ret->peer_complete_vnets = reader_bool(r, o, "properties.peerCompleteVnets");
        ret->has_peer_complete_vnets = json_is_boolean(json_at(o, "properties.peerCompleteVnets"));
        ret->remote_held = reader_cidrs(r, o, "properties.remoteAddressSpace.addressPrefixes", &ret->n_remote_held);
        ret->remote_present = reader_cidrs(r, o, "properties.remoteVirtualNetworkAddressSpace.addressPrefixes",
                                           &ret->n_remote_present);
        ret->unknown_member = reader_unknown(r, AZURE_MEMBERS_PEERING, o);
}

/* A subnet has its prefix in addressPrefix or in addressPrefixes. */
static void read_gateway_subnet(struct reader *r, const json_t *subnet, struct az_vnet *ret) {
        ret->has_gateway_subnet = true;
        ret->gateway_subnet_id = reader_text(r, subnet, "id");
        const char *text = reader_word(r, subnet, "properties.addressPrefix");
        if (*text && !strchr(text, ':')) {
                if (cidr_parse(text, &ret->gateway_subnet) < 0)
                        reader_malformed(r, "properties.addressPrefix", "not a prefix");
                return;
        }
        size_t n;
        const struct cidr *all = reader_cidrs(r, subnet, "properties.addressPrefixes", &n);
        if (n > 0)
                ret->gateway_subnet = all[0];
}

static void read_subnets(struct reader *r, const json_t *o, struct az_vnet *ret) {
        json_t *subnets = reader_array(r, o, "properties.subnets");
        const json_t *subnet;
        size_t i;
        ret->gateway_subnet_id = "";
        r->where = "properties.subnets[].";
        json_array_foreach(subnets, i, subnet) {
                if (strcasecmp(reader_word(r, subnet, "name"), "GatewaySubnet") == 0)
                        read_gateway_subnet(r, subnet, ret);
        }
        r->where = "";
}

static void read_peerings(struct reader *r, const json_t *o, struct az_vnet *ret) {
        json_t *peerings = reader_array(r, o, "properties.virtualNetworkPeerings");
        size_t n = json_array_size(peerings);
        struct az_peering *rows = n > 0 ? ARENA_ARRAY(r->reply->arena, struct az_peering, n) : NULL;
        if (n > 0 && !rows) {
                r->error = -ENOMEM;
                return;
        }
        r->where = "properties.virtualNetworkPeerings[].";
        for (size_t i = 0; i < n && !r->error; i++)
                read_peering(r, json_array_get(peerings, i), &rows[i]);
        r->where = "";
        ret->peerings = rows;
        ret->n_peerings = n;
}

int azure_parse_vnet(struct azure_reply *reply, struct az_vnet *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_vnet vnet = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        reader_common(&r, body, &vnet.common);
        vnet.prefixes = reader_cidrs(&r, body, "properties.addressSpace.addressPrefixes", &vnet.n_prefixes);
        read_subnets(&r, body, &vnet);
        read_peerings(&r, body, &vnet);
        if (r.error == 0)
                *ret = vnet;
        return r.error;
}

int azure_parse_peering(struct azure_reply *reply, struct az_peering *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_peering peering = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        read_peering(&r, body, &peering);
        if (r.error == 0)
                *ret = peering;
        return r.error;
}

int azure_parse_public_ip(struct azure_reply *reply, struct az_public_ip *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_public_ip ip = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        reader_common(&r, body, &ip.common);
        ip.address = reader_ip(&r, body, "properties.ipAddress");
        ip.is_standard = strncasecmp(reader_word(&r, body, "sku.name"), "Standard", 8) == 0; /* also StandardV2 */
        ip.is_static = strcasecmp(reader_word(&r, body, "properties.publicIPAllocationMethod"), "Static") == 0;
        ip.attached_to = reader_text(&r, body, "properties.ipConfiguration.id");
        if (r.error == 0)
                *ret = ip;
        return r.error;
}

static void read_local_gateway(struct reader *r, const json_t *o, void *row) {
        struct az_local_gateway *ret = row;
        size_t n;
        reader_common(r, o, &ret->common);
        ret->address = reader_ip(r, o, "properties.gatewayIpAddress");
        ret->fqdn = reader_text(r, o, "properties.fqdn");
        ret->asn = (uint32_t)reader_int(r, o, "properties.bgpSettings.asn", UINT32_MAX);
        ret->bgp_address = reader_ip(r, o, "properties.bgpSettings.bgpPeeringAddress");
        reader_cidrs(r, o, "properties.localNetworkAddressSpace.addressPrefixes", &n);
        ret->n_prefixes = n;
}

int azure_parse_local_gateway(struct azure_reply *reply, struct az_local_gateway *ret) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct az_local_gateway gateway = {0};
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        read_local_gateway(&r, body, &gateway);
        if (r.error == 0)
                *ret = gateway;
        return r.error;
}

/**
 * azure_parse_local_gateways() - Puts a page behind a list
 * @reply: the page
 * @list: {0} before the first page; untouched unless the result is 0
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int azure_parse_local_gateways(struct azure_reply *reply, struct azure_local_gateway_list *list) {
        struct page page = {list->rows, list->n_rows, sizeof(*list->rows), list->n_pages, NULL};
        int k = page_append(reply, &page, read_local_gateway);
        if (k == 0)
                *list = (struct azure_local_gateway_list){page.rows, page.n_rows, page.next_link, page.n_pages};
        return k;
}
