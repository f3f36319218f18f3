/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: bodies, keys, resets, and a status that comes late. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define CREATE_LOW_MS 30000
#define CREATE_HIGH_MS 60000
#define UPDATE_MS 32000
#define KEY_MS 40000
#define KEY_SETTLES_LOW_MS 5000 /* Succeeded, and still Updating for so long */
#define KEY_SETTLES_HIGH_MS 20000
#define RESET_MS 30000
#define REKEY_MS 5000
#define KEY_LENGTH_DEFAULT 128
#define BYTES_PER_S 120 /* keepalives */

const char *azure_connection_gateway(const struct azure_resource *connection) {
        return azure_text(connection->body, "properties.virtualNetworkGateway1.id");
}

const char *azure_connection_local_gateway(const struct azure_resource *connection) {
        return azure_text(connection->body, "properties.localNetworkGateway2.id");
}

/**
 * azure_connection_names() - Whether a connection names this custom address.
 */
bool azure_connection_names(const struct azure_resource *connection, const char *address) {
        size_t i;
        json_t *entry;
        json_array_foreach(json_at(connection->body, "properties.gatewayCustomBgpIpAddresses"), i, entry) {
                if (strcmp(azure_text(entry, "customBgpIpAddress"), address) == 0)
                        return true;
        }
        return false;
}

static void copy_reference(json_t *to, const json_t *from, const char *member) {
        const char *id = azure_text(json_object_get(from, member), "id");
        if (*id)
                json_object_set_new(to, member, json_pack("{s:s}", "id", id));
}

static json_t *array_of(const json_t *object, const char *member) {
        const json_t *v = json_object_get(object, member);
        return json_is_array(v) ? json_deep_copy(v) : json_array();
}

static const char *text_or(const json_t *object, const char *member, const char *fallback) {
        const char *s = azure_text(object, member);
        return *s ? s : fallback;
}

static json_t *new_body(const struct azure_call *c) {
        const json_t *sent = json_object_get(c->body, "properties"), *tags = json_object_get(c->body, "tags");
        json_t *p = json_pack(
                "{s:s,s:s,s:s,s:s,s:I,s:I,s:b,s:b,s:b,s:b,s:o,s:o,s:o,s:s}", "connectionType",
                azure_text(sent, "connectionType"), "connectionProtocol", text_or(sent, "connectionProtocol", "IKEv2"),
                "connectionMode", text_or(sent, "connectionMode", "Default"), "authenticationType",
                text_or(sent, "authenticationType", "PSK"), "routingWeight",
                (json_int_t)azure_number(sent, "routingWeight", 0), "dpdTimeoutSeconds",
                (json_int_t)azure_number(sent, "dpdTimeoutSeconds", 0), "enableBgp", azure_flag(sent, "enableBgp"),
                "useLocalAzureIpAddress", azure_flag(sent, "useLocalAzureIpAddress"), "usePolicyBasedTrafficSelectors",
                azure_flag(sent, "usePolicyBasedTrafficSelectors"), "expressRouteGatewayBypass",
                azure_flag(sent, "expressRouteGatewayBypass"), "ipsecPolicies", array_of(sent, "ipsecPolicies"),
                "trafficSelectorPolicies", array_of(sent, "trafficSelectorPolicies"), "gatewayCustomBgpIpAddresses",
                array_of(sent, "gatewayCustomBgpIpAddresses"), "packetCaptureDiagnosticState", "None");
        copy_reference(p, sent, "virtualNetworkGateway1");
        copy_reference(p, sent, "virtualNetworkGateway2");
        copy_reference(p, sent, "localNetworkGateway2");
        json_t *out = json_pack("{s:s,s:o}", "location", azure_text(c->body, "location"), "properties", p);
        if (json_is_object(tags))
                json_object_set_new(out, "tags", json_deep_copy(tags));
        return out;
}

static bool is_old_version(const struct azure_call *c) {
        return strcmp(c->api_version, "2024-01-01") < 0;
}

/* Status and bytes: by name only. The key: in old versions only. */
int azure_render_connection(struct azure_call *c, const struct azure_resource *r, enum azure_view view,
                            json_t *properties) {
        bool by_name = view == AZURE_VIEW_GET;
        int k = json_object_set_new(properties, "ingressBytesTransferred", json_integer(by_name ? r->shown_in : 0));
        k |= json_object_set_new(properties, "egressBytesTransferred", json_integer(by_name ? r->shown_out : 0));
        if (by_name)
                k |= json_object_set_new(properties, "connectionStatus", json_string(r->shown_status));
        if (is_old_version(c)) {
                if (r->psk && view != AZURE_VIEW_LIST)
                        k |= json_object_set_new(properties, "sharedKey", json_string(r->psk));
                return k;
        }
        k |= json_object_set_new(properties, "tunnelProperties", json_array());
        return k | json_object_set_new(properties, "enablePrivateLinkFastPath", json_false());
}

/* Azure makes a key when the caller gives none. */
static char *generated_key(struct model *m, size_t n) {
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        char *key = mem_zalloc(n + 1, 1);
        for (size_t i = 0; key && i < n; i++)
                key[i] = alphabet[rng_below(&m->rng, sizeof(alphabet) - 1)];
        return key;
}

static struct azure_resource *create(struct azure_call *c, const char *id, json_t *body) {
        struct azure_resource *r = azure_add(c->m, AZURE_CONNECTION, id, body);
        const char *key = azure_text(c->body, "properties.sharedKey");
        if (r)
                r->psk = *key ? mem_strdup(key) : generated_key(c->m, KEY_LENGTH_DEFAULT);
        return r && r->psk ? r : NULL;
}

void azure_put_connection(struct azure_call *c, const char *id, struct azure_resource *old) {
        if (!azure_check_connection(c, id, old) ||
            !azure_gateway_is_free(c, azure_text(c->body, "properties.virtualNetworkGateway1.id")))
                return;
        json_t *body = new_body(c);
        struct azure_resource *r = old ? old : create(c, id, body);
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        if (old) { /* its key stays what it was */
                json_decref(old->body);
                old->body = body;
                azure_touch(c->m, old, AZURE_UPDATING);
                azure_outage(c->m, old, 0, model_after(c->m, REKEY_MS));
        }
        struct azure_operation *op =
                azure_operation_start(c, AZURE_OP_PUT, r, azure_connection_gateway(r), old ? UPDATE_MS : CREATE_LOW_MS,
                                      old ? UPDATE_MS : CREATE_HIGH_MS);
        azure_reply_put(c, r, !old, op);
        physics_changed(c->m);
}

void azure_get_shared_key(struct azure_call *c, const struct azure_resource *r) {
        azure_reply_json(c, 200, json_pack("{s:s}", "value", r->psk ? r->psk : ""));
}

static struct azure_operation *start_key(struct azure_call *c, struct azure_resource *r, enum azure_operation_kind kind,
                                         char *key) {
        struct azure_operation *op = azure_operation_start(c, kind, r, azure_connection_gateway(r), KEY_MS, KEY_MS);
        if (!op || !key) {
                c->error = -ENOMEM;
                mem_free(key);
                return NULL;
        }
        op->new_key = key;
        op->settle_ms = op->due_ms + model_after_between(c->m, KEY_SETTLES_LOW_MS, KEY_SETTLES_HIGH_MS) - c->m->now_ms;
        azure_touch(c->m, r, AZURE_UPDATING);
        return op;
}

/* 200 without a body, and yet a long operation. */
void azure_put_shared_key(struct azure_call *c, struct azure_resource *r) {
        const char *key = azure_text(c->body, "value");
        if (!azure_members_known(c, c->body, "connectionSharedKey", "id value") || !azure_check_psk(c, key) ||
            !azure_gateway_is_free(c, azure_connection_gateway(r)))
                return;
        struct azure_operation *op = start_key(c, r, AZURE_OP_SHARED_KEY, mem_strdup(key));
        azure_reply_put(c, r, false, op);
        buf_clear(&c->ret->body);
}

static void reset_key(struct azure_call *c, struct azure_resource *r) {
        int64_t n = azure_number(c->body, "keyLength", 0);
        if (n < 1 || n > 128)
                return azure_reply_error(c, 400, "InvalidKeyLength", "keyLength must be from 1 to 128.");
        if (!azure_gateway_is_free(c, azure_connection_gateway(r)))
                return;
        azure_reply_accepted(c, start_key(c, r, AZURE_OP_RESET_KEY, generated_key(c->m, (size_t)n)));
}

static void reset(struct azure_call *c, struct azure_resource *r) {
        if (!azure_gateway_is_free(c, azure_connection_gateway(r)))
                return;
        struct azure_operation *op =
                azure_operation_start(c, AZURE_OP_RESET_CONNECTION, r, azure_connection_gateway(r), RESET_MS, RESET_MS);
        if (!op)
                return;
        azure_touch(c->m, r, AZURE_UPDATING);
        azure_reply_accepted(c, op);
        physics_azure_connection_reset(c->m, r->id);
}

void azure_post_connection(struct azure_call *c, struct azure_resource *r, const char *action) {
        if (strcasecmp(action, "resetconnection") == 0)
                return reset(c, r);
        if (strcasecmp(action, "sharedkey/reset") == 0)
                return reset_key(c, r);
        azure_reply_error(c, 404, "InvalidResourceType", "The action '%s' is not known.", action);
}

static const char *true_status(const struct azure_resource *r, bool up) {
        if (!r->provisioned)
                return "Unknown";
        if (up)
                return "Connected";
        return r->was_up ? "NotConnected" : "Connecting";
}

static bool any_link_up(const struct model *m, const struct azure_resource *r) {
        for (unsigned i = 0; i < AZURE_INSTANCES; i++) {
                const struct link *l = physics_link_of_azure(m, r->id, i);
                if (l && l->ipsec_up)
                        return true;
        }
        return false;
}

static void count_bytes(const struct model *m, struct azure_resource *r, int64_t lag_ms) {
        if (strcmp(r->true_status, "Connected") == 0) {
                r->bytes_in += (m->now_ms - r->counted_ms) * BYTES_PER_S / 1000;
                r->bytes_out += (m->now_ms - r->counted_ms) * BYTES_PER_S / 1000;
        }
        r->counted_ms = m->now_ms;
        if (m->now_ms - r->shown_ms < lag_ms)
                return;
        r->shown_ms = m->now_ms;
        r->shown_in = r->bytes_in;
        r->shown_out = r->bytes_out;
}

/**
 * azure_connection_observe() - Lets connectionStatus and the counters follow the links, late by option.
 */
void azure_connection_observe(struct model *m, struct azure_resource *r) {
        int64_t lag_ms = (int64_t)((double)m->options.azure_status_lag_ms / m->speed);
        if (m->now_ms - r->true_since_ms >= lag_ms)
                memcpy(r->shown_status, r->true_status, sizeof(r->shown_status));
        count_bytes(m, r, lag_ms);
        bool up = any_link_up(m, r);
        const char *status = true_status(r, up);
        r->was_up |= up;
        if (strcmp(status, r->true_status) == 0)
                return;
        model_copy(r->true_status, sizeof(r->true_status), status);
        r->true_since_ms = m->now_ms;
        if (lag_ms == 0)
                memcpy(r->shown_status, r->true_status, sizeof(r->shown_status));
}
