/* SPDX-License-Identifier: Apache-2.0 */
/* ARM's front door: whose request is it, may it pass, which resource does it mean. */
#include "azure-internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

/* /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Network/{type}/{name}/{child}/{childname} */
#define AT_TYPE 6
#define AT_NAME 7
#define AT_CHILD 8
#define AT_CHILD_NAME 9

const char *azure_kind_segment(enum azure_kind kind) {
        switch (kind) {
        case AZURE_GROUP:
                return "resourceGroups";
        case AZURE_VNET:
                return "virtualNetworks";
        case AZURE_PEERING:
                return "virtualNetworkPeerings";
        case AZURE_PUBLIC_IP:
                return "publicIPAddresses";
        case AZURE_GATEWAY:
                return "virtualNetworkGateways";
        case AZURE_LOCAL_GATEWAY:
                return "localNetworkGateways";
        case AZURE_CONNECTION:
                return "connections";
        }
        return NULL;
}

const char *azure_state_to_string(enum azure_state s) {
        switch (s) {
        case AZURE_SUCCEEDED:
                return "Succeeded";
        case AZURE_UPDATING:
                return "Updating";
        case AZURE_DELETING:
                return "Deleting";
        case AZURE_FAILED:
                return "Failed";
        }
        return NULL;
}

static int render_properties(struct azure_call *c, const struct azure_resource *r, enum azure_view view,
                             json_t *properties) {
        switch (r->kind) {
        case AZURE_GROUP:
        case AZURE_LOCAL_GATEWAY:
                return 0;
        case AZURE_VNET:
                return azure_render_vnet(c, r, properties);
        case AZURE_PEERING:
                return azure_render_peering(c, r, properties);
        case AZURE_PUBLIC_IP:
                return azure_render_public_ip(c, r, properties);
        case AZURE_GATEWAY:
                return azure_render_gateway(c, r, view, properties);
        case AZURE_CONNECTION:
                return azure_render_connection(c, r, view, properties);
        }
        return 0;
}

/**
 * azure_render() - The resource as the wire has it.
 *
 * Return: a new object, or NULL without memory.
 */
json_t *azure_render(struct azure_call *c, const struct azure_resource *r, enum azure_view view) {
        _cleanup_json_ json_t *out = json_deep_copy(r->body);
        json_t *properties = json_object_get(out, "properties");
        char type[128], etag[64];
        snprintf(type, sizeof(type), "Microsoft.Network/%s%s", r->kind == AZURE_PEERING ? "virtualNetworks/" : "",
                 azure_kind_segment(r->kind));
        snprintf(etag, sizeof(etag), "W/\"%s\"", r->etag);
        json_object_del(out, "held"); /* a peering's own memory */
        json_object_del(out, "connected");
        int k = json_object_set_new(out, "id", json_string(r->id));
        k |= json_object_set_new(out, "name", json_string(azure_name(r->id)));
        k |= json_object_set_new(properties, "provisioningState", json_string(azure_state_to_string(r->state)));
        if (r->kind == AZURE_GROUP) {
                k |= json_object_set_new(out, "type", json_string("Microsoft.Resources/resourceGroups"));
                return k == 0 ? json_incref(out) : NULL;
        }
        k |= json_object_set_new(out, "type", json_string(type));
        k |= json_object_set_new(out, "etag", json_string(etag));
        k |= json_object_set_new(properties, "resourceGuid", json_string(r->guid));
        k |= render_properties(c, r, view, properties);
        return k == 0 ? json_incref(out) : NULL;
}

static void not_found(struct azure_call *c) {
        const char *group = c->segments[3];
        if (c->n_segments > AT_CHILD_NAME)
                azure_reply_error(c, 404, "NotFound", "Resource %s not found.", c->segments[AT_CHILD_NAME]);
        else
                azure_reply_error(c, 404, "ResourceNotFound",
                                  "The Resource 'Microsoft.Network/%s/%s' under resource group '%s' was not found. For "
                                  "more details please go to https://aka.ms/ARMResourceNotFoundFix",
                                  c->segments[AT_TYPE], c->segments[AT_NAME], group);
}

static void no_method(struct azure_call *c) {
        azure_reply_error(c, 405, "MethodNotAllowed", "The requested resource does not support http method '%s'.",
                          http_method_to_string(c->r->method));
}

static bool is_hidden(const struct azure_call *c) {
        return c->r->method == HTTP_GET && c->m->faults[MODEL_SERVICE_AZURE].hide;
}

static void reply_get(struct azure_call *c, const struct azure_resource *r) {
        char etag[64];
        if (!r || is_hidden(c))
                return not_found(c);
        struct azure_resource *live = c->world == &c->a->live ? azure_find(c->world, r->id) : NULL;
        if (live && live->kind == AZURE_CONNECTION)
                azure_connection_observe(c->m, live);
        snprintf(etag, sizeof(etag), "W/\"%s\"", r->etag);
        if (r->kind != AZURE_GATEWAY && r->kind != AZURE_CONNECTION)
                azure_header(c, "ETag", etag);
        azure_reply_json(c, 200, azure_render(c, r, AZURE_VIEW_GET));
}

static bool starts_with(const char *id, const char *prefix) {
        size_t n = strlen(prefix);
        return strncasecmp(id, prefix, n) == 0 && id[n] == '/';
}

/* @under: the id that listed resources lie below */
static void reply_list(struct azure_call *c, enum azure_kind kind, const char *under) {
        _cleanup_json_ json_t *value = json_array();
        for (const struct azure_resource *r = c->world->first[kind]; r && !is_hidden(c); r = r->next) {
                if (starts_with(r->id, under) && json_array_append_new(value, azure_render(c, r, AZURE_VIEW_LIST)) < 0)
                        c->error = -ENOMEM;
        }
        azure_reply_json(c, 200, json_pack("{s:O}", "value", value));
}

/* DELETE of what is missing says 204; of what is in use, 400. */
static bool deletable(struct azure_call *c, const struct azure_resource *r) {
        switch (r->kind) {
        case AZURE_VNET:
                return azure_vnet_deletable(c, r) && azure_resource_is_free(c, r);
        case AZURE_PUBLIC_IP:
                return azure_public_ip_deletable(c, r) && azure_resource_is_free(c, r);
        case AZURE_LOCAL_GATEWAY:
                return azure_local_gateway_deletable(c, r) && azure_resource_is_free(c, r);
        case AZURE_GATEWAY:
                return azure_gateway_deletable(c, r) && azure_gateway_is_free(c, r->id);
        case AZURE_CONNECTION:
                return azure_gateway_is_free(c, azure_connection_gateway(r));
        case AZURE_PEERING:
                return azure_resource_is_free(c, r);
        case AZURE_GROUP:
                break;
        }
        no_method(c);
        return false;
}

static void delete_resource(struct azure_call *c, struct azure_resource *r) {
        static const int64_t durations_ms[AZURE_KINDS][2] = {
                [AZURE_VNET] = {1000, 12000},          [AZURE_PEERING] = {1000, 12000},
                [AZURE_PUBLIC_IP] = {1000, 12000},     [AZURE_GATEWAY] = {783000, 783000},
                [AZURE_LOCAL_GATEWAY] = {1000, 22000}, [AZURE_CONNECTION] = {54000, 54000},
        };
        if (!r)
                return azure_reply_empty(c, 204);
        if (!deletable(c, r))
                return;
        const char *gateway = r->kind == AZURE_GATEWAY ? r->id : NULL;
        if (r->kind == AZURE_CONNECTION)
                gateway = azure_connection_gateway(r);
        struct azure_operation *op = azure_operation_start(c, AZURE_OP_DELETE, r, gateway, durations_ms[r->kind][0],
                                                           durations_ms[r->kind][1]);
        if (!op)
                return;
        azure_touch(c->m, r, AZURE_DELETING);
        azure_reply_accepted(c, op);
        physics_changed(c->m);
}

static void put_resource(struct azure_call *c, enum azure_kind kind, const char *id, struct azure_resource *old) {
        switch (kind) {
        case AZURE_GROUP:
                return azure_put_group(c, id, old);
        case AZURE_VNET:
                return azure_put_vnet(c, id, old);
        case AZURE_PEERING:
                return azure_put_peering(c, id, old);
        case AZURE_PUBLIC_IP:
                return azure_put_public_ip(c, id, old);
        case AZURE_GATEWAY:
                return azure_put_gateway(c, id, old);
        case AZURE_LOCAL_GATEWAY:
                return azure_put_local_gateway(c, id, old);
        case AZURE_CONNECTION:
                return azure_put_connection(c, id, old);
        }
}

/* One resource by name, the four ordinary methods. */
static void serve_resource(struct azure_call *c, enum azure_kind kind, size_t n_segments) {
        _cleanup_mem_ char *id = azure_resource_path(c, n_segments);
        if (!id) {
                c->error = -ENOMEM;
                return;
        }
        struct azure_resource *live = azure_find_kind(&c->a->live, kind, id);
        switch (c->r->method) {
        case HTTP_GET:
                return reply_get(c, azure_find_kind(c->world, kind, id));
        case HTTP_PUT:
                if (!c->body)
                        return azure_reply_error(c, 400, "InvalidRequestContent",
                                                 "The request content was invalid and could not be deserialized.");
                return put_resource(c, kind, id, live);
        case HTTP_DELETE:
                return delete_resource(c, live);
        case HTTP_POST:
        case HTTP_PATCH:
                break;
        }
        no_method(c);
}

static void list_gateway_connections(struct azure_call *c, const struct azure_resource *gateway) {
        _cleanup_json_ json_t *value = json_array();
        for (const struct azure_resource *r = c->world->first[AZURE_CONNECTION]; r && !is_hidden(c); r = r->next) {
                if (azure_same_id(azure_connection_gateway(r), gateway->id) &&
                    json_array_append_new(value, azure_render(c, r, AZURE_VIEW_LIST)) < 0)
                        c->error = -ENOMEM;
        }
        azure_reply_json(c, 200, json_pack("{s:O}", "value", value));
}

static void serve_subnets(struct azure_call *c, struct azure_resource *vnet) {
        const char *name = c->n_segments > AT_CHILD_NAME ? c->segments[AT_CHILD_NAME] : NULL;
        if (name && c->r->method == HTTP_PUT)
                return azure_put_subnet(c, vnet, name);
        if (name && c->r->method == HTTP_DELETE)
                return azure_delete_subnet(c, vnet, name);
        if (c->r->method != HTTP_GET)
                return no_method(c);
        if (name && (!azure_subnet(vnet, name) || is_hidden(c)))
                return not_found(c);
        if (name) {
                char etag[64];
                snprintf(etag, sizeof(etag), "W/\"%s\"", vnet->etag);
                azure_header(c, "ETag", etag);
                return azure_reply_json(c, 200, azure_render_subnet(c, vnet, azure_subnet(vnet, name)));
        }
        _cleanup_json_ json_t *value = json_array();
        size_t i;
        json_t *subnet;
        json_array_foreach(json_at(vnet->body, "properties.subnets"), i, subnet) {
                if (!is_hidden(c))
                        json_array_append_new(value, azure_render_subnet(c, vnet, subnet));
        }
        azure_reply_json(c, 200, json_pack("{s:O}", "value", value));
}

static void serve_child(struct azure_call *c, enum azure_kind kind, struct azure_resource *parent) {
        bool deep = c->n_segments > AT_CHILD_NAME;
        if (kind == AZURE_VNET && azure_segment_is(c, AT_CHILD, "subnets"))
                return serve_subnets(c, parent);
        if (kind == AZURE_VNET && azure_segment_is(c, AT_CHILD, "virtualNetworkPeerings") && deep)
                return serve_resource(c, AZURE_PEERING, AT_CHILD_NAME + 1);
        if (kind == AZURE_VNET && azure_segment_is(c, AT_CHILD, "virtualNetworkPeerings"))
                return c->r->method == HTTP_GET ? reply_list(c, AZURE_PEERING, parent->id) : no_method(c);
        if (kind == AZURE_GATEWAY && azure_segment_is(c, AT_CHILD, "connections"))
                return c->r->method == HTTP_GET ? list_gateway_connections(c, parent) : no_method(c);
        if (kind == AZURE_GATEWAY && azure_segment_is(c, AT_CHILD, "natRules"))
                return azure_reply_json(c, 200, json_pack("{s:[]}", "value"));
        if (kind == AZURE_GATEWAY && c->r->method == HTTP_POST)
                return azure_post_gateway(c, parent, c->segments[AT_CHILD]);
        if (kind == AZURE_CONNECTION && azure_segment_is(c, AT_CHILD, "sharedkey") && !deep) {
                if (c->r->method == HTTP_GET)
                        return azure_get_shared_key(c, parent);
                if (c->r->method == HTTP_PUT)
                        return azure_put_shared_key(c, parent);
        }
        if (kind == AZURE_CONNECTION && c->r->method == HTTP_POST)
                return azure_post_connection(c, parent, deep ? "sharedkey/reset" : c->segments[AT_CHILD]);
        no_method(c);
}

static bool kind_of_segment(const struct azure_call *c, size_t i, enum azure_kind *ret) {
        static const enum azure_kind top[] = {AZURE_VNET, AZURE_PUBLIC_IP, AZURE_GATEWAY, AZURE_LOCAL_GATEWAY,
                                              AZURE_CONNECTION};
        for (size_t k = 0; k < ELEMENTSOF(top); k++) {
                if (azure_segment_is(c, i, azure_kind_segment(top[k]))) {
                        *ret = top[k];
                        return true;
                }
        }
        return false;
}

static void no_type(struct azure_call *c) {
        azure_reply_error(c, 404, "InvalidResourceType",
                          "The resource type could not be found in the namespace 'Microsoft.Network' for api version "
                          "'%s'.",
                          c->api_version);
}

/* /subscriptions/{s}/resourceGroups/{g}/... */
static void serve_group(struct azure_call *c) {
        enum azure_kind kind;
        _cleanup_mem_ char *group = azure_resource_path(c, 4);
        _cleanup_mem_ char *id = azure_resource_path(c, AT_NAME + 1);
        if (!group || !id) {
                c->error = -ENOMEM;
                return;
        }
        const struct azure_resource *g = azure_find_kind(c->world, AZURE_GROUP, group);
        if (!g && !(c->n_segments == 4 && c->r->method == HTTP_PUT))
                return azure_reply_error(c, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
                                         c->segments[3]);
        if (c->n_segments == 4)
                return serve_resource(c, AZURE_GROUP, 4);
        if (!azure_segment_is(c, 4, "providers") || !azure_segment_is(c, 5, "Microsoft.Network") ||
            !kind_of_segment(c, AT_TYPE, &kind))
                return no_type(c);
        if (c->n_segments == AT_NAME)
                return c->r->method == HTTP_GET ? reply_list(c, kind, group) : no_method(c);
        if (c->n_segments == AT_CHILD)
                return serve_resource(c, kind, AT_CHILD);
        struct azure_resource *parent = azure_find_kind(c->r->method == HTTP_GET ? c->world : &c->a->live, kind, id);
        if (parent && !is_hidden(c))
                return serve_child(c, kind, parent);
        if (c->r->method == HTTP_DELETE)
                return azure_reply_empty(c, 204);
        azure_reply_error(c, 404, c->r->method == HTTP_PUT ? "ParentResourceNotFound" : "ResourceNotFound",
                          "The Resource 'Microsoft.Network/%s/%s' under resource group '%s' was not found.",
                          c->segments[AT_TYPE], c->segments[AT_NAME], c->segments[3]);
}

static void serve_subscription(struct azure_call *c) {
        enum azure_kind kind;
        _cleanup_mem_ char *subscription = azure_resource_path(c, 2);
        if (!subscription) {
                c->error = -ENOMEM;
                return;
        }
        if (c->n_segments == 2)
                return azure_reply_json(c, 200,
                                        json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", subscription, "subscriptionId",
                                                  c->segments[1], "tenantId", c->tenant, "displayName", "model",
                                                  "state", "Enabled"));
        if (azure_segment_is(c, 2, "resourceGroups") && c->n_segments >= 4)
                return serve_group(c);
        if (!azure_segment_is(c, 2, "providers") || !azure_segment_is(c, 3, "Microsoft.Network"))
                return no_type(c);
        if (azure_segment_is(c, 4, "locations") && c->n_segments == 8 &&
            (azure_segment_is(c, 6, "operations") || azure_segment_is(c, 6, "operationResults"))) {
                if (c->r->method != HTTP_GET)
                        return no_method(c);
                return azure_operation_poll(c, c->segments[7], azure_segment_is(c, 6, "operationResults"));
        }
        /* gateways and connections have no list over the whole subscription */
        if (c->n_segments == 5 && kind_of_segment(c, 4, &kind) && (kind == AZURE_VNET || kind == AZURE_PUBLIC_IP) &&
            c->r->method == HTTP_GET)
                return reply_list(c, kind, subscription);
        no_type(c);
}

static bool version_is_valid(const char *v) {
        for (size_t i = 0; i < 10; i++) {
                if (i == 4 || i == 7 ? v[i] != '-' : !isdigit((unsigned char)v[i]))
                        return false;
        }
        return v[10] == 0 || strcmp(v + 10, "-preview") == 0;
}

static bool check_version(struct azure_call *c) {
        if (!azure_query(c, "api-version", c->api_version, sizeof(c->api_version))) {
                azure_reply_error(c, 400, "MissingApiVersionParameter",
                                  "The api-version query parameter (?api-version=) is required for all requests.");
                return false;
        }
        if (version_is_valid(c->api_version))
                return true;
        azure_reply_error(c, 400, "InvalidApiVersionParameter", "The api-version '%s' is invalid.", c->api_version);
        return false;
}

static bool parse_body(struct azure_call *c) {
        char error[160];
        if (c->r->body.len == 0)
                return true;
        int k = json_parse(c->r->body.data, c->r->body.len, false, &c->body, error, sizeof(error));
        if (k == 0 && json_is_object(c->body))
                return true;
        azure_reply_error(c, 400, "InvalidRequestContent",
                          "The request content was invalid and could not be deserialized: '%s'.",
                          k == 0 ? "not an object" : error);
        return false;
}

bool azure_serves(const struct http_url *u) {
        static const char arm[] = "/subscriptions/";
        return azure_entra_serves(u) || (u->path_len > strlen(arm) && strncasecmp(u->path, arm, strlen(arm)) == 0);
}

bool azure_is_write(const struct http_request *r, const struct http_url *u) {
        static const char *const queries[] = {"/getBgpPeerStatus", "/getLearnedRoutes", "/getAdvertisedRoutes"};
        if (r->method == HTTP_GET || azure_entra_serves(u))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(queries); i++) {
                size_t n = strlen(queries[i]);
                if (u->path_len > n && strncasecmp(u->path + u->path_len - n, queries[i], n) == 0)
                        return false;
        }
        return true;
}

static void serve(struct azure_call *c) {
        if (azure_entra_serves(c->u))
                return azure_entra_http(c);
        if (c->n_segments < 2 || !azure_segment_is(c, 0, "subscriptions"))
                return azure_reply_error(c, 404, "NotFound", "There is nothing here.");
        if (!check_version(c) || !azure_authorize(c, c->segments[1]) || !azure_take_token(c) || !parse_body(c))
                return;
        serve_subscription(c);
}

/**
 * azure_http() - Answers one request to Entra ID or ARM.
 *
 * Return: MODEL_REPLY, or MODEL_REFUSED without memory.
 */
enum model_outcome azure_http(struct model *m, const struct http_request *r, const struct http_url *u,
                              struct http_response *ret) {
        struct azure_call c;
        *ret = (struct http_response){0};
        int k = azure_call_init(&c, m, r, u, ret);
        if (k == 0) {
                if (r->method == HTTP_GET && model_is_stale(m, MODEL_SERVICE_AZURE) && m->azure->stale)
                        c.world = m->azure->stale;
                serve(&c);
                k = c.error;
        }
        azure_call_deinit(&c);
        if (k == 0)
                return MODEL_REPLY;
        http_response_deinit(ret);
        return MODEL_REFUSED;
}
