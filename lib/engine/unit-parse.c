/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of unit asks for and how its reply becomes a value. */
#include "engine/unit-parse.h"

#include <errno.h>
#include <string.h>

int unit_request(const struct unit *u, const struct azure_call *call, struct http_request *ret) {
        struct ip4 peer = {0};
        switch (u->kind) {
        case UNIT_VNET:
        case UNIT_SPOKE:
                return azure_request_get(ret, call, AZURE_VNET, u->id);
        case UNIT_GATEWAY:
                return azure_request_get(ret, call, AZURE_GATEWAY, u->id);
        case UNIT_PUBLIC_IP:
                return azure_request_get(ret, call, AZURE_PUBLIC_IP, u->id);
        case UNIT_LOCAL_GATEWAY:
                return azure_request_get(ret, call, AZURE_LOCAL_GATEWAY, u->id);
        case UNIT_CONNECTION:
                return azure_request_get(ret, call, AZURE_CONNECTION, u->id);
        case UNIT_KEY:
                return azure_request_shared_key(ret, call, u->id);
        case UNIT_FOREIGN:
                return azure_request_gateway_connections(ret, call, u->id);
        case UNIT_BGP:
                return azure_request_bgp_peer_status(ret, call, u->id, peer);
        case UNIT_LEARNED:
                return azure_request_learned_routes(ret, call, u->id);
        case UNIT_ADVERTISED:
                if (u->pairing->shown)
                        peer = inside_aws(u->pairing->shown->observed.addresses.inside[u->index]);
                return azure_request_advertised_routes(ret, call, u->id, peer);
        }
        return -EINVAL;
}

/* A key is a secret: it goes straight into the arena, which is wiped. */
static int parse_key(struct azure_reply *reply, struct snapshot *into) {
        _cleanup_secret_ struct secret key = SECRET_NULL;
        int r = azure_parse_shared_key(reply, &key);
        if (r != 0)
                return r;
        into->value = arena_strndup(into->arena, key.bytes, key.len);
        return into->value ? 0 : -ENOMEM;
}

static int parse_list(struct unit *u, struct azure_reply *reply, struct snapshot *into) {
        int r = azure_parse_connections(reply, &u->list);
        if (r == 0 && !u->list.next_link) {
                struct azure_connection_list *copy = ARENA_NEW(into->arena, struct azure_connection_list);
                if (!copy)
                        return -ENOMEM;
                *copy = u->list;
                into->value = copy;
        }
        return r;
}

/* Allocates the value and parses into it. */
#define PARSE_INTO(type, function)                                                                                     \
        ({                                                                                                             \
                type *value = ARENA_NEW(into->arena, type);                                                            \
                into->value = value;                                                                                   \
                value ? function(&reply, value) : -ENOMEM;                                                             \
        })

int unit_parse(struct unit *u, const struct http_response *response, struct snapshot *into,
               char reterr_text[static AZURE_REPLY_TEXT_SIZE]) {
        struct azure_reply reply = {
                .body = buf_str(&response->body), .body_len = response->body.len, .arena = into->arena};
        int r = -EINVAL;
        switch (u->kind) {
        case UNIT_VNET:
        case UNIT_SPOKE:
                r = PARSE_INTO(struct az_vnet, azure_parse_vnet);
                break;
        case UNIT_GATEWAY:
                r = PARSE_INTO(struct az_gateway, azure_parse_gateway);
                break;
        case UNIT_PUBLIC_IP:
                r = PARSE_INTO(struct az_public_ip, azure_parse_public_ip);
                break;
        case UNIT_LOCAL_GATEWAY:
                r = PARSE_INTO(struct az_local_gateway, azure_parse_local_gateway);
                break;
        case UNIT_CONNECTION:
                r = PARSE_INTO(struct az_connection, azure_parse_connection);
                break;
        case UNIT_KEY:
                r = parse_key(&reply, into);
                break;
        case UNIT_FOREIGN:
                r = parse_list(u, &reply, into);
                break;
        case UNIT_BGP:
                r = PARSE_INTO(struct az_bgp_rows, azure_parse_bgp_rows);
                break;
        case UNIT_LEARNED:
        case UNIT_ADVERTISED:
                r = PARSE_INTO(struct az_routes, azure_parse_routes);
                break;
        }
        if (r > 0)
                memcpy(reterr_text, reply.error, AZURE_REPLY_TEXT_SIZE);
        return r;
}
