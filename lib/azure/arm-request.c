/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARM requests without a body: reads, deletes, actions and polls.
 *
 * Ids are taken apart and spelled anew, so that nothing that came from a reply or a file reaches a URL unchecked. Links
 * that ARM hands out (poll URLs, next pages) are signed and go back byte for byte; they get our token only when they
 * lead to the host that we were told to talk to.
 */
#include "azure/arm-request.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/arm-call.h"

static bool is_loopback(const struct http_url *u) {
        static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
        for (size_t i = 0; i < ELEMENTSOF(hosts); i++) {
                size_t n = strlen(hosts[i]);
                if (u->host_len >= n && strncasecmp(u->host, hosts[i], n) == 0 &&
                    (u->host_len == n || u->host[n] == ':'))
                        return true;
        }
        return false;
}

static bool is_scheme(const struct http_url *u, const char *scheme) {
        return u->scheme_len == strlen(scheme) && strncasecmp(u->scheme, scheme, u->scheme_len) == 0;
}

static bool base_is_valid(const char *base, struct http_url *ret) {
        if (http_url_split(base, ret) < 0 || ret->path_len > 0 || ret->query || ret->host[ret->host_len] != 0)
                return false;
        return is_scheme(ret, "https") || (is_scheme(ret, "http") && is_loopback(ret));
}

/* Length of the host without the port that the scheme implies anyway. */
static size_t host_length(const struct http_url *u) {
        const char *port = is_scheme(u, "https") ? ":443" : ":80";
        size_t n = strlen(port);
        if (u->host_len > n && strncmp(u->host + u->host_len - n, port, n) == 0)
                return u->host_len - n;
        return u->host_len;
}

bool arm_link_is_ours(const char *base, const char *link) {
        struct http_url b, l;
        size_t n = strlen(link);
        for (size_t i = 0; i < n; i++) {
                if (link[i] <= 0x20 || link[i] >= 0x7f)
                        return false;
        }
        if (n > AZURE_POLL_URL_MAX || !base_is_valid(base, &b) || http_url_split(link, &l) < 0)
                return false;
        if (b.scheme_len != l.scheme_len || strncasecmp(b.scheme, l.scheme, b.scheme_len) != 0)
                return false;
        return host_length(&b) == host_length(&l) && strncasecmp(b.host, l.host, host_length(&b)) == 0;
}

static int add_headers(struct http_request *r, const struct azure_call *call) {
        if (!secret_is_set(call->bearer))
                return -EINVAL;
        _cleanup_buf_ struct buf value = BUF_NULL;
        buf_puts(&value, "Bearer ");
        buf_append(&value, call->bearer->bytes, call->bearer->len);
        if (buf_error(&value) < 0)
                return buf_error(&value);
        http_request_add_header(r, "Authorization", buf_str(&value));
        http_request_add_header(r, "Accept", "application/json");
        if (call->client_request_id)
                http_request_add_header(r, "x-ms-client-request-id", call->client_request_id);
        return http_request_error(r);
}

static int begin_url(struct http_request *r, const struct azure_call *call, enum http_method method, const char *url) {
        r->method = method;
        r->is_write = method != HTTP_GET;
        http_request_set_url(r, url);
        return add_headers(r, call);
}

int arm_call_begin(struct http_request *r, const struct azure_call *call, enum http_method method, enum azure_type type,
                   const char *id, const char *below, const char *query) {
        struct azure_id parts;
        struct http_url base;
        if (azure_id_split(id, &parts) < 0 || parts.type != type || !base_is_valid(call->base, &base))
                return -EINVAL;
        _cleanup_buf_ struct buf url = BUF_NULL;
        buf_puts(&url, call->base);
        azure_id_append(&url, type, parts.subscription, parts.resource_group, parts.name, parts.child);
        buf_printf(&url, "%s?%s%sapi-version=" AZURE_API_VERSION, below, query ? query : "", query ? "&" : "");
        return buf_error(&url) < 0 ? buf_error(&url) : begin_url(r, call, method, buf_str(&url));
}

/**
 * azure_request_get() - Reads one resource
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @type: what it is
 * @id: its full id
 *
 * Return: 0, -ENOMEM, or -EINVAL if @id is not the id of a @type.
 */
int azure_request_get(struct http_request *r, const struct azure_call *call, enum azure_type type, const char *id) {
        return arm_call_begin(r, call, HTTP_GET, type, id, "", NULL);
}

static const char *list_word(enum azure_type type) {
        switch (type) {
        case AZURE_VNET:
                return "virtualNetworks";
        case AZURE_PUBLIC_IP:
                return "publicIPAddresses";
        case AZURE_GATEWAY:
                return "virtualNetworkGateways";
        case AZURE_LOCAL_GATEWAY:
                return "localNetworkGateways";
        case AZURE_CONNECTION:
                return "connections";
        case AZURE_PEERING:
        case AZURE_SUBNET:
        case AZURE_IP_CONFIG:
                break;
        }
        return NULL;
}

/**
 * azure_request_list() - Reads all resources of one type in a resource group
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @type: what to list; children cannot be listed
 * @subscription: GUID
 * @resource_group: name
 *
 * Return: 0, -ENOMEM or -EINVAL.
 */
int azure_request_list(struct http_request *r, const struct azure_call *call, enum azure_type type,
                       const char *subscription, const char *resource_group) {
        const char *word = list_word(type);
        struct http_url base;
        if (!word || !azure_guid_is_valid(subscription) || !azure_resource_group_is_valid(resource_group) ||
            !base_is_valid(call->base, &base))
                return -EINVAL;
        _cleanup_buf_ struct buf url = BUF_NULL;
        buf_printf(&url,
                   "%s/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/%s"
                   "?api-version=" AZURE_API_VERSION,
                   call->base, subscription, resource_group, word);
        return buf_error(&url) < 0 ? buf_error(&url) : begin_url(r, call, HTTP_GET, buf_str(&url));
}

int azure_request_gateway_connections(struct http_request *r, const struct azure_call *call, const char *gateway_id) {
        return arm_call_begin(r, call, HTTP_GET, AZURE_GATEWAY, gateway_id, "/connections", NULL);
}

int azure_request_shared_key(struct http_request *r, const struct azure_call *call, const char *connection_id) {
        return arm_call_begin(r, call, HTTP_GET, AZURE_CONNECTION, connection_id, "/sharedkey", NULL);
}

/**
 * azure_request_poll() - Asks a poll URL
 * @r: fresh request; filled
 * @call: base, token, correlation id
 * @poll_url: from a header; sent byte for byte
 *
 * Return: 0, -ENOMEM, -EINVAL, or AZURE_REQUEST_FOREIGN when it does not lead to the host of @call.
 */
int azure_request_poll(struct http_request *r, const struct azure_call *call, const char *poll_url) {
        if (!arm_link_is_ours(call->base, poll_url))
                return AZURE_REQUEST_FOREIGN;
        return begin_url(r, call, HTTP_GET, poll_url);
}

int azure_request_next_page(struct http_request *r, const struct azure_call *call, const char *next_link) {
        return azure_request_poll(r, call, next_link);
}

int azure_request_delete(struct http_request *r, const struct azure_call *call, enum azure_type type, const char *id) {
        /* a VNet, its subnets and its peerings are not ours to delete */
        if (type != AZURE_PUBLIC_IP && type != AZURE_GATEWAY && type != AZURE_LOCAL_GATEWAY && type != AZURE_CONNECTION)
                return -EINVAL;
        return arm_call_begin(r, call, HTTP_DELETE, type, id, "", NULL);
}

static int gateway_action(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                          const char *below, const char *parameter, struct ip4 address) {
        if (address.addr == 0)
                return arm_call_begin(r, call, HTTP_POST, AZURE_GATEWAY, gateway_id, below, NULL);
        char text[IP4_TEXT_SIZE];
        _cleanup_buf_ struct buf query = BUF_NULL;
        buf_printf(&query, "%s=%s", parameter, ip4_format(address, text));
        if (buf_error(&query) < 0)
                return buf_error(&query);
        return arm_call_begin(r, call, HTTP_POST, AZURE_GATEWAY, gateway_id, below, buf_str(&query));
}

int azure_request_bgp_peer_status(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                  struct ip4 peer) {
        return gateway_action(r, call, gateway_id, "/getBgpPeerStatus", "peer", peer);
}

int azure_request_learned_routes(struct http_request *r, const struct azure_call *call, const char *gateway_id) {
        return gateway_action(r, call, gateway_id, "/getLearnedRoutes", "", (struct ip4){0});
}

int azure_request_advertised_routes(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                    struct ip4 peer) {
        if (peer.addr == 0) /* mandatory here */
                return -EINVAL;
        return gateway_action(r, call, gateway_id, "/getAdvertisedRoutes", "peer", peer);
}

int azure_request_reset_connection(struct http_request *r, const struct azure_call *call, const char *connection_id) {
        return arm_call_begin(r, call, HTTP_POST, AZURE_CONNECTION, connection_id, "/resetconnection", NULL);
}

int azure_request_reset_gateway(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                struct ip4 vip) {
        if (vip.addr == 0) /* without it the primary instance is reset again and again */
                return -EINVAL;
        return gateway_action(r, call, gateway_id, "/reset", "gatewayVip", vip);
}
