/* SPDX-License-Identifier: Apache-2.0 */
/* Which members of a resource may go back in a PUT: one table a resource. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#define AZURE_MEMBER_SIZE 128

enum azure_members {
        AZURE_MEMBERS_GATEWAY,
        AZURE_MEMBERS_CONNECTION,
        AZURE_MEMBERS_PEERING,
};

/* The first member that a PUT would lose, as "properties.bgpSettings.x" (cut to fit); false when there is none. */
bool azure_members_unknown(enum azure_members resource, const json_t *body, char ret[static AZURE_MEMBER_SIZE]);
/* Takes what is read-only out of @body. */
int azure_members_strip(enum azure_members resource, json_t *body);
