/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one pairing's file, each valid on its own. */
#pragma once

#include "config/declare.h"

struct pairing_values {
        struct declaration d;
        const char *vnet, *gateway; /* names or ids; "" = missing */
        struct word_list peerings, route_tables;
};

void pairing_take(struct taking *t, struct pairing_values *values);
