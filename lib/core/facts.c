/* SPDX-License-Identifier: Apache-2.0 */
/* Small readers over both clouds' facts. */
#include <string.h>
#include <strings.h>

#include "core/azure-facts.h"

const char *tag_find(const struct tag *tags, size_t n_tags, const char *key) {
        for (size_t i = 0; i < n_tags; i++) {
                if (strcmp(tags[i].key, key) == 0)
                        return tags[i].value;
        }
        return NULL;
}

bool az_id_equal(const char *a, const char *b) {
        return strcasecmp(a, b) == 0;
}
