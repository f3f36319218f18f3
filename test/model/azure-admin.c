/* SPDX-License-Identifier: Apache-2.0 */
/* Setting the stage of Azure's half, and breaking it: at once, without an operation. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

int azure_admin_seed_app(struct model *m, const char *tenant, const char *client_id, const char *secret) {
        struct model_azure *a = m->azure;
        for (size_t i = 0; i < a->n_apps; i++) {
                if (azure_same_id(a->apps[i].tenant, tenant) && azure_same_id(a->apps[i].client_id, client_id))
                        return MODEL_COPY(a->apps[i].secret, secret) ? 0 : -EINVAL; /* a new secret */
        }
        struct azure_app *app = model_grow((void **)&a->apps, &a->n_apps, sizeof(*app));
        if (!app)
                return -ENOMEM;
        bool fits = MODEL_COPY(app->tenant, tenant) && MODEL_COPY(app->client_id, client_id) &&
                    MODEL_COPY(app->secret, secret);
        return fits ? 0 : -EINVAL;
}

int azure_admin_seed_subscription(struct model *m, const char *subscription, const char *tenant) {
        struct model_azure *a = m->azure;
        for (size_t i = 0; i < a->n_subscriptions; i++) {
                if (azure_same_id(a->subscriptions[i].id, subscription))
                        return MODEL_COPY(a->subscriptions[i].tenant, tenant) ? 0 : -EINVAL;
        }
        struct azure_subscription *s = model_grow((void **)&a->subscriptions, &a->n_subscriptions, sizeof(*s));
        if (!s)
                return -ENOMEM;
        return MODEL_COPY(s->id, subscription) && MODEL_COPY(s->tenant, tenant) ? 0 : -EINVAL;
}

/* A subscription that nobody declared belongs to the first application's tenant. */
static int ensure_subscription(struct model *m, const char *id) {
        char name[64];
        if (!azure_id_part(id, "subscriptions", name, sizeof(name)))
                return -EINVAL;
        for (size_t i = 0; i < m->azure->n_subscriptions; i++) {
                if (azure_same_id(m->azure->subscriptions[i].id, name))
                        return 0;
        }
        return m->azure->n_apps > 0 ? azure_admin_seed_subscription(m, name, m->azure->apps[0].tenant) : -EINVAL;
}

static int seed(struct model *m, enum azure_kind kind, const char *id, json_t *body) {
        _cleanup_json_ json_t *owned = body;
        int k = ensure_subscription(m, id);
        if (k < 0)
                return k;
        if (azure_find(&m->azure->live, id))
                return -EEXIST;
        struct azure_resource *r = azure_add(m, kind, id, json_incref(owned));
        if (!r)
                return -ENOMEM;
        azure_touch(m, r, AZURE_SUCCEEDED);
        return 0;
}

int azure_admin_seed_resource_group(struct model *m, const char *id, const char *location) {
        return seed(m, AZURE_GROUP, id, json_pack("{s:s,s:{}}", "location", location, "properties"));
}

/* The group of a seeded resource comes into being with it. */
static int ensure_group(struct model *m, const char *id, const char *location) {
        char subscription[64], group[128], text[MODEL_ID_SIZE];
        if (!azure_id_part(id, "subscriptions", subscription, sizeof(subscription)) ||
            !azure_id_part(id, "resourceGroups", group, sizeof(group)))
                return -EINVAL;
        snprintf(text, sizeof(text), "/subscriptions/%s/resourceGroups/%s", subscription, group);
        int k = azure_admin_seed_resource_group(m, text, location);
        return k == -EEXIST ? 0 : k;
}

static json_t *split_list(const char *text) {
        json_t *out = json_array();
        for (const char *p = text; *p; p += strcspn(p, ","), p += *p == ',')
                json_array_append_new(out, json_stringn(p, strcspn(p, ",")));
        return out;
}

int azure_admin_seed_vnet(struct model *m, const char *id, const char *location, const char *prefixes,
                          const char *gateway_subnet) {
        struct cidr parsed[64];
        json_t *list = split_list(prefixes);
        if (json_array_size(list) == 0 || azure_prefixes(list, parsed, ELEMENTSOF(parsed)) != json_array_size(list)) {
                json_decref(list);
                return -EINVAL;
        }
        json_t *body = azure_vnet_body(location, list);
        if (gateway_subnet)
                json_array_append_new(json_at(body, "properties.subnets"),
                                      json_pack("{s:s,s:{s:s}}", "name", "GatewaySubnet", "properties", "addressPrefix",
                                                gateway_subnet));
        int k = ensure_group(m, id, location);
        if (k < 0) {
                json_decref(body);
                return k;
        }
        return seed(m, AZURE_VNET, id, body);
}

int azure_admin_seed_peering(struct model *m, const char *id, const char *remote_vnet_id, bool allow_gateway_transit,
                             bool use_remote_gateways) {
        const struct azure_resource *remote = azure_find_kind(&m->azure->live, AZURE_VNET, remote_vnet_id);
        if (!remote)
                return -ENOENT;
        int k = seed(m, AZURE_PEERING, id,
                     json_pack("{s:{s:{s:s},s:b,s:b,s:b,s:b,s:b,s:b},s:o}", "properties", "remoteVirtualNetwork", "id",
                               remote_vnet_id, "allowVirtualNetworkAccess", 1, "allowForwardedTraffic", 1,
                               "allowGatewayTransit", allow_gateway_transit, "useRemoteGateways", use_remote_gateways,
                               "doNotVerifyRemoteGateways", 0, "peerCompleteVnets", 1, "held",
                               json_deep_copy(json_at(remote->body, "properties.addressSpace.addressPrefixes"))));
        if (k < 0)
                return k;
        struct azure_resource *r = azure_find(&m->azure->live, id);
        const struct azure_resource *back = azure_peering_back(&m->azure->live, r);
        if (back) {
                json_object_set_new(r->body, "connected", json_true());
                json_object_set_new(back->body, "connected", json_true());
        }
        physics_changed(m);
        return 0;
}

static json_t *space_of(struct model *m, const char *vnet_id, struct azure_resource **ret) {
        *ret = azure_find_kind(&m->azure->live, AZURE_VNET, vnet_id);
        return *ret ? json_at((*ret)->body, "properties.addressSpace.addressPrefixes") : NULL;
}

int azure_admin_add_prefix(struct model *m, const char *vnet_id, const char *cidr) {
        struct azure_resource *vnet;
        struct cidr parsed;
        json_t *space = space_of(m, vnet_id, &vnet);
        if (!space)
                return -ENOENT;
        if (cidr_parse(cidr, &parsed) < 0)
                return -EINVAL;
        if (json_array_append_new(space, json_string(cidr)) < 0)
                return -ENOMEM;
        azure_touch(m, vnet, vnet->state);
        azure_vnet_changed(m, vnet);
        return 0;
}

int azure_admin_remove_prefix(struct model *m, const char *vnet_id, const char *cidr) {
        struct azure_resource *vnet;
        json_t *space = space_of(m, vnet_id, &vnet);
        for (size_t i = 0; i < json_array_size(space); i++) {
                if (strcmp(json_string_value(json_array_get(space, i)), cidr) != 0)
                        continue;
                json_array_remove(space, i);
                azure_touch(m, vnet, vnet->state);
                azure_vnet_changed(m, vnet);
                return 0;
        }
        return -ENOENT;
}

int azure_admin_set_psk(struct model *m, const char *connection_id, const char *psk) {
        struct azure_resource *r = azure_find_kind(&m->azure->live, AZURE_CONNECTION, connection_id);
        if (!r)
                return -ENOENT;
        char *copy = mem_strdup(psk);
        if (!copy)
                return -ENOMEM;
        mem_free(r->psk);
        r->psk = copy;
        azure_touch(m, r, r->state);
        physics_changed(m);
        return 0;
}

/* A network takes its halves of peerings with it. */
void azure_remove_children(struct model_azure *a, const char *id) {
        size_t n = strlen(id);
        for (struct azure_resource *p = a->live.first[AZURE_PEERING], *next; p; p = next) {
                next = p->next;
                if (strncasecmp(p->id, id, n) == 0 && p->id[n] == '/')
                        azure_remove(a, p);
        }
}

int azure_admin_delete(struct model *m, const char *id) {
        struct azure_resource *r = azure_find(&m->azure->live, id);
        if (!r)
                return -ENOENT;
        azure_remove_children(m->azure, r->id);
        azure_remove(m->azure, r);
        physics_changed(m);
        return 0;
}

static void merge(json_t *into, const json_t *patch, unsigned depth) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)patch, name, value) {
                json_t *had = json_object_get(into, name);
                if (json_is_null(value))
                        json_object_del(into, name);
                else if (json_is_object(value) && json_is_object(had) && depth > 0)
                        merge(had, value, depth - 1);
                else
                        json_object_set_new(into, name, json_deep_copy(value));
        }
}

int azure_admin_patch(struct model *m, const char *id, const json_t *patch) {
        struct azure_resource *r = azure_find(&m->azure->live, id);
        if (!r)
                return -ENOENT;
        if (!json_is_object(patch))
                return -EINVAL;
        merge(r->body, patch, JSON_DEPTH_MAX);
        r->gateway_hash = 0;
        if (!json_is_object(json_object_get(r->body, "properties")))
                json_object_set_new(r->body, "properties", json_object());
        azure_touch(m, r, r->state);
        physics_changed(m);
        return 0;
}

int azure_admin_fail_operations(struct model *m, const char *part, const char *code, const char *message,
                                unsigned count) {
        struct model_azure *a = m->azure;
        a->fail_left = count;
        bool fits = MODEL_COPY(a->fail_part, part) && MODEL_COPY(a->fail_code, code) &&
                    MODEL_COPY(a->fail_message, message);
        return fits ? 0 : -EINVAL;
}

void azure_admin_throttle(struct model *m, unsigned count, unsigned retry_after_s) {
        m->azure->throttle_left = count;
        m->azure->throttle_after_s = retry_after_s;
}

int azure_admin_stale_begins(struct model *m) {
        struct azure_world *copy = azure_world_copy(&m->azure->live);
        if (!copy)
                return -ENOMEM;
        if (m->azure->stale)
                azure_world_deinit(m->azure->stale);
        mem_free(m->azure->stale);
        m->azure->stale = copy;
        return 0;
}

static json_t *dump_resource(const struct azure_resource *r) {
        json_t *out = json_deep_copy(r->body);
        json_object_set_new(out, "id", json_string(r->id));
        json_object_set_new(out, "state", json_string(azure_state_to_string(r->state)));
        if (r->psk)
                json_object_set_new(out, "sharedKey", json_string(r->psk));
        char text[IP4_TEXT_SIZE];
        if (r->address.addr != 0)
                json_object_set_new(out, "ipAddress", json_string(ip4_format(r->address, text)));
        return out;
}

json_t *azure_admin_dump(const struct model *m) {
        json_t *resources = json_array(), *operations = json_array();
        for (size_t k = 0; k < AZURE_KINDS; k++) {
                for (const struct azure_resource *r = m->azure->live.first[k]; r; r = r->next)
                        json_array_append_new(resources, dump_resource(r));
        }
        for (const struct azure_operation *op = m->azure->operations; op; op = op->next) {
                static const char *const states[] = {"InProgress", "Succeeded", "Failed"};
                json_array_append_new(operations, json_pack("{s:s,s:s,s:s,s:I,s:b}", "id", op->guid, "target",
                                                            op->target_id, "status", states[op->state], "dueMs",
                                                            (json_int_t)op->due_ms, "settled", op->settled));
        }
        return json_pack("{s:o,s:o}", "resources", resources, "operations", operations);
}
