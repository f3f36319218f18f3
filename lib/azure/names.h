/* SPDX-License-Identifier: Apache-2.0 */
/* ARM resource ids and names: built, taken apart and checked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/buf.h"

#define AZURE_GUID_SIZE 37
#define AZURE_GROUP_SIZE 91
#define AZURE_NAME_SIZE 81

/* The kinds of Microsoft.Network resources that we read or write; the last three are children of another one. */
enum azure_type {
        AZURE_VNET,
        AZURE_PUBLIC_IP,
        AZURE_GATEWAY,
        AZURE_LOCAL_GATEWAY,
        AZURE_CONNECTION,
        AZURE_PEERING,   /* of a VNet */
        AZURE_SUBNET,    /* of a VNet */
        AZURE_IP_CONFIG, /* of a gateway */
};

/* A full id, taken apart; texts in the letter case that they came in. */
struct azure_id {
        enum azure_type type;
        char subscription[AZURE_GUID_SIZE];
        char resource_group[AZURE_GROUP_SIZE];
        char name[AZURE_NAME_SIZE];
        char child[AZURE_NAME_SIZE]; /* "" unless the type is a child */
};

/* building: the id as ARM spells it; @child NULL unless the type is a child */
void azure_id_append(struct buf *out, enum azure_type type, const char *subscription, const char *resource_group,
                     const char *name, const char *child);
char *azure_id_new(struct arena *a, enum azure_type type, const char *subscription, const char *resource_group,
                   const char *name, const char *child); /* NULL without memory */

/* reading: 0 or -EINVAL (another provider, another shape, a bad name) */
int azure_id_split(const char *id, struct azure_id *ret) _must_use_;
bool azure_id_is(const char *id, enum azure_type type);

/* checking */
bool azure_guid_is_valid(const char *s);
bool azure_name_is_valid(const char *s);           /* resources */
bool azure_resource_group_is_valid(const char *s); /* also parentheses, up to 90 */
