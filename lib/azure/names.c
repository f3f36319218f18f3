/* SPDX-License-Identifier: Apache-2.0 */
/* ARM resource ids and names. */
#include "azure/names.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define PROVIDER "Microsoft.Network"

static const struct type_words {
        const char *parent;
        const char *child; /* NULL: the type is no child */
} types[] = {
        [AZURE_VNET] = {"virtualNetworks", NULL},
        [AZURE_PUBLIC_IP] = {"publicIPAddresses", NULL},
        [AZURE_GATEWAY] = {"virtualNetworkGateways", NULL},
        [AZURE_LOCAL_GATEWAY] = {"localNetworkGateways", NULL},
        [AZURE_CONNECTION] = {"connections", NULL},
        [AZURE_PEERING] = {"virtualNetworks", "virtualNetworkPeerings"},
        [AZURE_SUBNET] = {"virtualNetworks", "subnets"},
        [AZURE_IP_CONFIG] = {"virtualNetworkGateways", "ipConfigurations"},
};

static bool is_alnum(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool all_of(const char *s, const char *also) {
        for (; *s; s++) {
                if (!is_alnum(*s) && !strchr(also, *s))
                        return false;
        }
        return true;
}

bool azure_guid_is_valid(const char *s) {
        if (strlen(s) != AZURE_GUID_SIZE - 1)
                return false;
        for (size_t i = 0; s[i]; i++) {
                bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
                if (is_dash ? s[i] != '-' : !strchr("0123456789abcdefABCDEF", s[i]))
                        return false;
        }
        return true;
}

bool azure_name_is_valid(const char *s) {
        size_t n = strlen(s);
        if (n == 0 || n >= AZURE_NAME_SIZE || !(is_alnum(s[0]) || s[0] == '_'))
                return false;
        return all_of(s, "._-") && (is_alnum(s[n - 1]) || s[n - 1] == '_');
}

bool azure_resource_group_is_valid(const char *s) {
        size_t n = strlen(s);
        return n > 0 && n < AZURE_GROUP_SIZE && all_of(s, "._-()") && s[0] != '.' && s[n - 1] != '.';
}

/**
 * azure_id_append() - Spells the id of a resource
 * @out: grows
 * @type: kind of resource
 * @subscription: GUID
 * @resource_group: name
 * @name: of the resource, or of the parent of a child
 * @child: of the child; unused for other types
 */
void azure_id_append(struct buf *out, enum azure_type type, const char *subscription, const char *resource_group,
                     const char *name, const char *child) {
        buf_printf(out, "/subscriptions/%s/resourceGroups/%s/providers/" PROVIDER "/%s/%s", subscription,
                   resource_group, types[type].parent, name);
        if (types[type].child)
                buf_printf(out, "/%s/%s", types[type].child, child);
}

char *azure_id_new(struct arena *a, enum azure_type type, const char *subscription, const char *resource_group,
                   const char *name, const char *child) {
        _cleanup_buf_ struct buf id = BUF_NULL;
        azure_id_append(&id, type, subscription, resource_group, name, child);
        return buf_error(&id) < 0 ? NULL : arena_strdup(a, buf_str(&id));
}

/* Takes "/word/" off the front, in any case; NULL if something else stands there. */
static const char *skip_word(const char *s, const char *word) {
        size_t n = strlen(word);
        if (!s || *s != '/' || strncasecmp(s + 1, word, n) != 0 || s[n + 1] != '/')
                return NULL;
        return s + n + 2;
}

/* Copies up to the next slash; NULL if it does not fit. */
static const char *take(const char *s, char *out, size_t size) {
        if (!s)
                return NULL;
        size_t n = strcspn(s, "/");
        if (n == 0 || n >= size)
                return NULL;
        memcpy(out, s, n);
        out[n] = 0;
        return s + n;
}

static bool names_are_valid(const struct azure_id *id) {
        return azure_guid_is_valid(id->subscription) && azure_resource_group_is_valid(id->resource_group) &&
               azure_name_is_valid(id->name) && (!types[id->type].child || azure_name_is_valid(id->child));
}

/**
 * azure_id_split() - Takes a full resource id apart
 * @id: as ARM or a person wrote it, in any case
 * @ret: the parts
 *
 * Return: 0, or -EINVAL when it is not the id of a resource of a kind that we know.
 */
int azure_id_split(const char *id, struct azure_id *ret) {
        struct azure_id parts = {0};
        const char *s = take(skip_word(id, "subscriptions"), parts.subscription, sizeof(parts.subscription));
        s = take(skip_word(s, "resourceGroups"), parts.resource_group, sizeof(parts.resource_group));
        const char *rest = s ? skip_word(s, "providers/" PROVIDER) : NULL;
        if (!rest)
                return -EINVAL;
        rest--; /* the slash before the type */
        for (size_t i = 0; i < ELEMENTSOF(types); i++) {
                parts.type = (enum azure_type)i;
                s = take(skip_word(rest, types[i].parent), parts.name, sizeof(parts.name));
                if (s && types[i].child)
                        s = take(skip_word(s, types[i].child), parts.child, sizeof(parts.child));
                if (!s || *s)
                        continue;
                if (!names_are_valid(&parts))
                        return -EINVAL;
                *ret = parts;
                return 0;
        }
        return -EINVAL;
}

bool azure_id_is(const char *id, enum azure_type type) {
        struct azure_id parts;
        return azure_id_split(id, &parts) == 0 && parts.type == type;
}
