/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three BGP queries of a gateway.
 *
 * There is a row for each instance and connection: half of them are those of the instance that the other side does not
 * know, and they stay Connecting. An instance that restarts has no rows, a gateway that is not there yet answers empty.
 */
#include "azure-internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LOCAL_WEIGHT 32768

struct session {
        struct azure_end end;
        const struct link *link; /* NULL: never came up */
        bool up;
};

static bool instance_is_up(const struct model *m, const struct azure_resource *g, size_t instance) {
        return g->provisioned && instance < azure_gateway_instances(g) && g->down_until_ms[instance] <= m->now_ms;
}

static bool session_of(struct model *m, const struct azure_resource *g, struct azure_resource *connection,
                       size_t instance, struct session *ret) {
        if (!azure_same_id(azure_connection_gateway(connection), g->id) || !instance_is_up(m, g, instance) ||
            !connection->provisioned || !azure_end_of(m, connection, instance, &ret->end) || !ret->end.bgp_enabled)
                return false;
        ret->link = physics_link_of_azure(m, connection->id, (unsigned)instance);
        ret->up = ret->link && ret->link->bgp_up;
        return true;
}

/* .NET's TimeSpan: [d.]hh:mm:ss.fffffff */
static void duration(int64_t ms, char out[static 48]) {
        int64_t s = ms / 1000, days = s / 86400;
        size_t n = 0;
        if (days > 0)
                n = (size_t)snprintf(out, 48, "%lld.", (long long)days);
        snprintf(out + n, 48 - n, "%02d:%02d:%02d.%03d0000", (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60),
                 (int)(ms % 1000));
}

static json_t *peer_row(const char *local, const char *neighbor, uint32_t asn, int64_t up_ms, size_t routes) {
        char text[48];
        json_t *row = json_pack("{s:s,s:s,s:I,s:s,s:I,s:I,s:I}", "localAddress", local, "neighbor", neighbor, "asn",
                                (json_int_t)asn, "state", up_ms >= 0 ? "Connected" : "Connecting", "routesReceived",
                                (json_int_t)routes, "messagesSent", (json_int_t)(up_ms >= 0 ? up_ms / 60000 + 2 : 0),
                                "messagesReceived", (json_int_t)(up_ms >= 0 ? up_ms / 10000 + 2 : 0));
        if (up_ms < 0)
                return row;
        duration(up_ms, text);
        json_object_set_new(row, "connectedDuration", json_string(text));
        return row;
}

static bool wanted(const struct azure_operation *op, const char *neighbor) {
        return !op->peer[0] || strcmp(op->peer, neighbor) == 0;
}

/* The other instance, as an internal peer. */
static void sibling_rows(struct model *m, const struct azure_resource *g, const struct azure_operation *op,
                         json_t *value) {
        char local[IP4_TEXT_SIZE], neighbor[IP4_TEXT_SIZE];
        uint32_t asn = (uint32_t)azure_number(g->body, "properties.bgpSettings.asn", 0);
        for (size_t i = 0; i < AZURE_INSTANCES && azure_gateway_instances(g) == 2; i++) {
                if (!instance_is_up(m, g, i))
                        continue;
                bool up = instance_is_up(m, g, 1 - i);
                ip4_format(g->private_ip[i], local);
                ip4_format(g->private_ip[1 - i], neighbor);
                if (wanted(op, neighbor))
                        json_array_append_new(value, peer_row(local, neighbor, asn, up ? 3600000 : -1, 0));
        }
}

static void peer_status(struct model *m, const struct azure_resource *g, const struct azure_operation *op,
                        json_t *value) {
        char local[IP4_TEXT_SIZE], neighbor[IP4_TEXT_SIZE];
        struct cidr routes[MODEL_PREFIXES_MAX];
        for (struct azure_resource *c = m->azure->live.first[AZURE_CONNECTION]; c; c = c->next) {
                for (size_t i = 0; i < AZURE_INSTANCES; i++) {
                        struct session s;
                        if (!session_of(m, g, c, i, &s))
                                continue;
                        ip4_format(s.end.bgp_local, local);
                        ip4_format(s.end.bgp_remote, neighbor);
                        size_t n =
                                s.up ? physics_routes_to_azure(m, c->id, (unsigned)i, routes, MODEL_PREFIXES_MAX) : 0;
                        int64_t up_ms = s.up ? m->now_ms - s.link->bgp_since_ms : -1;
                        if (wanted(op, neighbor))
                                json_array_append_new(value, peer_row(local, neighbor, s.end.remote_asn, up_ms, n));
                }
        }
        if (m->options.learned_includes_sibling_rows)
                sibling_rows(m, g, op, value);
}

/* @next_hop NULL: a route of the gateway's own */
static void learned_row(json_t *value, const char *local, struct cidr network, const char *next_hop, const char *source,
                        const char *origin, const char *path) {
        char text[CIDR_TEXT_SIZE];
        json_t *row =
                json_pack("{s:s,s:s,s:s,s:s,s:s,s:i}", "localAddress", local, "network", cidr_format(network, text),
                          "sourcePeer", source, "origin", origin, "asPath", path, "weight", LOCAL_WEIGHT);
        if (next_hop)
                json_object_set_new(row, "nextHop", json_string(next_hop));
        json_array_append_new(value, row);
}

static void own_routes(struct model *m, const struct azure_resource *g, size_t instance, json_t *value) {
        struct cidr prefixes[MODEL_PREFIXES_MAX];
        char local[IP4_TEXT_SIZE];
        ip4_format(g->private_ip[instance], local);
        size_t n = azure_advertised(m, g->id, prefixes, MODEL_PREFIXES_MAX);
        for (size_t i = 0; i < n; i++)
                learned_row(value, local, prefixes[i], NULL, local, "Network", "");
}

static void session_routes(struct model *m, const struct azure_resource *g, const struct session *s, size_t instance,
                           json_t *value) {
        struct cidr routes[MODEL_PREFIXES_MAX];
        char local[IP4_TEXT_SIZE], neighbor[IP4_TEXT_SIZE], sibling[IP4_TEXT_SIZE], other[IP4_TEXT_SIZE], path[16];
        ip4_format(s->end.bgp_local, local);
        ip4_format(s->end.bgp_remote, neighbor);
        ip4_format(g->private_ip[instance], sibling);
        ip4_format(g->private_ip[1 - instance], other);
        snprintf(path, sizeof(path), "%u", s->end.remote_asn);
        size_t n = physics_routes_to_azure(m, s->end.connection_id, (unsigned)instance, routes, MODEL_PREFIXES_MAX);
        for (size_t i = 0; i < n; i++) {
                learned_row(value, local, routes[i], neighbor, neighbor, "EBgp", path);
                if (m->options.learned_includes_sibling_rows && instance_is_up(m, g, 1 - instance))
                        learned_row(value, other, routes[i], neighbor, sibling, "IBgp", path);
        }
}

static void learned(struct model *m, const struct azure_resource *g, json_t *value) {
        for (size_t i = 0; i < AZURE_INSTANCES; i++) {
                if (instance_is_up(m, g, i))
                        own_routes(m, g, i, value);
        }
        for (struct azure_resource *c = m->azure->live.first[AZURE_CONNECTION]; c; c = c->next) {
                for (size_t i = 0; i < AZURE_INSTANCES; i++) {
                        struct session s;
                        if (session_of(m, g, c, i, &s) && s.up)
                                session_routes(m, g, &s, i, value);
                }
        }
}

/* The form of 2019: by session, with addresses and a path. */
static void advertised_by_session(struct model *m, const struct azure_resource *g, const struct azure_operation *op,
                                  const struct cidr *prefixes, size_t n, json_t *value) {
        char local[IP4_TEXT_SIZE], neighbor[IP4_TEXT_SIZE], text[CIDR_TEXT_SIZE], path[16];
        for (struct azure_resource *c = m->azure->live.first[AZURE_CONNECTION]; c; c = c->next) {
                for (size_t i = 0; i < AZURE_INSTANCES; i++) {
                        struct session s;
                        if (!session_of(m, g, c, i, &s) || !s.up)
                                continue;
                        ip4_format(s.end.bgp_local, local);
                        ip4_format(s.end.bgp_remote, neighbor);
                        snprintf(path, sizeof(path), "%u", s.end.asn);
                        for (size_t k = 0; k < n && wanted(op, neighbor); k++)
                                json_array_append_new(value,
                                                      json_pack("{s:s,s:s,s:s,s:s,s:s,s:i}", "localAddress", local,
                                                                "network", cidr_format(prefixes[k], text), "nextHop",
                                                                local, "origin", "Igp", "asPath", path, "weight", 0));
                }
        }
}

/* The form of 2025: what the gateway has, whatever the peer's state; recorded even for a peer that does not exist. */
static void advertised_by_gateway(const struct cidr *prefixes, size_t n, json_t *value) {
        char text[CIDR_TEXT_SIZE];
        for (size_t k = 0; k < n; k++)
                json_array_append_new(value, json_pack("{s:s,s:s,s:s,s:s,s:i}", "localAddress", "", "network",
                                                       cidr_format(prefixes[k], text), "nextHop", "Virtual Network",
                                                       "origin", "Network", "weight", 0));
}

static void advertised(struct model *m, const struct azure_resource *g, const struct azure_operation *op,
                       json_t *value) {
        struct cidr prefixes[MODEL_PREFIXES_MAX];
        size_t n = azure_advertised(m, g->id, prefixes, MODEL_PREFIXES_MAX);
        if (m->options.advertised_rows_have_local_address)
                advertised_by_session(m, g, op, prefixes, n, value);
        else
                advertised_by_gateway(prefixes, n, value);
}

/**
 * azure_bgp_result() - What a query answers, seen when its time is over.
 *
 * Return: {"value":[...]}, or NULL without memory.
 */
json_t *azure_bgp_result(struct model *m, const struct azure_operation *op) {
        const struct azure_resource *g = azure_find_kind(&m->azure->live, AZURE_GATEWAY, op->target_id);
        json_t *value = json_array();
        if (g && g->provisioned && op->kind == AZURE_OP_PEER_STATUS)
                peer_status(m, g, op, value);
        else if (g && g->provisioned && op->kind == AZURE_OP_LEARNED)
                learned(m, g, value);
        else if (g && g->provisioned)
                advertised(m, g, op, value);
        return json_pack("{s:o}", "value", value);
}
