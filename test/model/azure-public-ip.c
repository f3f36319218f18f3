/* SPDX-License-Identifier: Apache-2.0 */
/* Public IP addresses: their address is known once they are provisioned. */
#include "azure-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PUBLIC_IP_MEMBERS                                                                                              \
        "publicIPAllocationMethod publicIPAddressVersion ipConfiguration dnsSettings ddosSettings ipTags ipAddress "   \
        "publicIPPrefix idleTimeoutInMinutes resourceGuid provisioningState servicePublicIPAddress natGateway "        \
        "migrationPhase linkedPublicIPAddress deleteOption"

/**
 * azure_public_ip_user() - The ipConfiguration that uses a public IP.
 *
 * Return: @out, or NULL when it is free.
 */
const char *azure_public_ip_user(const struct azure_world *w, const char *pip_id, char *out, size_t size) {
        for (const struct azure_resource *g = w->first[AZURE_GATEWAY]; g; g = g->next) {
                size_t i;
                json_t *config;
                json_array_foreach(json_at(g->body, "properties.ipConfigurations"), i, config) {
                        if (!azure_same_id(azure_text(config, "properties.publicIPAddress.id"), pip_id))
                                continue;
                        snprintf(out, size, "%s/ipConfigurations/%s", g->id, azure_text(config, "name"));
                        return out;
                }
        }
        return NULL;
}

int azure_render_public_ip(struct azure_call *c, const struct azure_resource *r, json_t *properties) {
        char text[IP4_TEXT_SIZE], user[2 * MODEL_ID_SIZE];
        int k = 0;
        if (r->address.addr != 0)
                k |= json_object_set_new(properties, "ipAddress", json_string(ip4_format(r->address, text)));
        if (azure_public_ip_user(c->world, r->id, user, sizeof(user)))
                k |= json_object_set_new(properties, "ipConfiguration", json_pack("{s:s}", "id", user));
        return k;
}

static bool one_of(const char *s, const char *const *list) {
        for (; *list; list++) {
                if (strcasecmp(s, *list) == 0)
                        return true;
        }
        return false;
}

static const char *text_or(const json_t *body, const char *path, const char *fallback) {
        const char *s = azure_text(body, path);
        return *s ? s : fallback;
}

static bool check(struct azure_call *c, const struct azure_resource *old) {
        static const char *const skus[] = {"Basic", "Standard", "StandardV2", NULL};
        static const char *const methods[] = {"Static", "Dynamic", NULL};
        const char *sku = text_or(c->body, "sku.name", "Basic");
        const char *method = text_or(c->body, "properties.publicIPAllocationMethod", "Dynamic");
        if (!azure_members_known(c, c->body, "publicIPAddress",
                                 "id name type location tags etag sku zones extendedLocation properties") ||
            !azure_members_known(c, json_at(c->body, "properties"), "properties", PUBLIC_IP_MEMBERS) ||
            !azure_members_known(c, json_at(c->body, "sku"), "sku", "name tier"))
                return false;
        if (!*azure_text(c->body, "location")) {
                azure_reply_error(c, 400, "LocationRequired", "The location property is required for this definition.");
                return false;
        }
        if (!one_of(sku, skus) || !one_of(method, methods)) {
                azure_reply_error(c, 400, "InvalidRequestFormat", "Cannot parse the request.");
                return false;
        }
        if (strcasecmp(sku, "Basic") != 0 && strcasecmp(method, "Static") != 0) {
                azure_reply_error(c, 400, "StandardSkuPublicIPAddressesMustUseStaticAllocation",
                                  "Standard sku publicIp %s must use static allocation.", c->segments[7]);
                return false;
        }
        if (!old || strcasecmp(sku, azure_text(old->body, "sku.name")) == 0)
                return true;
        azure_reply_error(c, 400, "SkuCannotBeChangedOnUpdate", "Sku property cannot be changed on update.");
        return false;
}

static json_t *new_body(const struct azure_call *c) {
        const json_t *b = c->body, *tags = json_object_get(b, "tags"), *zones = json_object_get(b, "zones");
        json_t *out = json_pack("{s:s,s:{s:s,s:s},s:{s:s,s:s,s:I,s:[],s:{s:s}}}", "location", azure_text(b, "location"),
                                "sku", "name", text_or(b, "sku.name", "Basic"), "tier",
                                text_or(b, "sku.tier", "Regional"), "properties", "publicIPAddressVersion",
                                text_or(b, "properties.publicIPAddressVersion", "IPv4"), "publicIPAllocationMethod",
                                text_or(b, "properties.publicIPAllocationMethod", "Dynamic"), "idleTimeoutInMinutes",
                                (json_int_t)azure_number(b, "properties.idleTimeoutInMinutes", 4), "ipTags",
                                "ddosSettings", "protectionMode", "VirtualNetworkInherited");
        if (json_is_object(tags))
                json_object_set_new(out, "tags", json_deep_copy(tags));
        if (json_is_array(zones))
                json_object_set_new(out, "zones", json_deep_copy(zones));
        return out;
}

void azure_put_public_ip(struct azure_call *c, const char *id, struct azure_resource *old) {
        if (!check(c, old) || (old && !azure_resource_is_free(c, old)))
                return;
        json_t *body = new_body(c);
        struct azure_resource *r = old ? old : azure_add(c->m, AZURE_PUBLIC_IP, id, body);
        if (!r || !body) {
                c->error = -ENOMEM;
                return;
        }
        if (old) {
                json_decref(old->body);
                old->body = body;
                azure_touch(c->m, old, AZURE_UPDATING);
        }
        azure_reply_put(c, r, !old, azure_operation_start(c, AZURE_OP_PUT, r, NULL, 1000, 12000));
}

bool azure_public_ip_deletable(struct azure_call *c, const struct azure_resource *r) {
        char user[2 * MODEL_ID_SIZE];
        if (!azure_public_ip_user(&c->a->live, r->id, user, sizeof(user)))
                return true;
        azure_reply_error(c, 400, "PublicIPAddressCannotBeDeleted",
                          "Public IP address %s can not be deleted since it is still allocated to resource %s.", r->id,
                          user);
        return false;
}
