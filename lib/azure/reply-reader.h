/* SPDX-License-Identifier: Apache-2.0 */
/* Typed reading of a reply's members into an arena, with an error that sticks; not for others. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azure/arm-reply.h"

struct reader {
        struct azure_reply *reply;
        const char *where; /* put before the path in the error: "value[]." */
        int error;         /* 0, -ENOMEM or AZ_REPLY_MALFORMED; readers go on with empty values */
};

/* Parses the body; the top must be an object. */
int reader_begin(struct reader *r, struct azure_reply *reply, json_t **ret) _must_use_;
int reader_malformed(struct reader *r, const char *path, const char *what);

/* Absent and null are "", 0, false, NULL or -1 as said; another type is an error. */
const char *reader_text(struct reader *r, const json_t *object, const char *path); /* in the arena; "" */
const char *reader_word(struct reader *r, const json_t *object, const char *path); /* borrowed from the JSON; "" */
bool reader_bool(struct reader *r, const json_t *object, const char *path);
int64_t reader_int(struct reader *r, const json_t *object, const char *path, int64_t max); /* 0 to max; 0 */
struct ip4 reader_ip(struct reader *r, const json_t *object, const char *path);            /* {0}, also for IPv6 */
const json_t *reader_object(struct reader *r, const json_t *object, const char *path);     /* NULL */
json_t *reader_array(struct reader *r, const json_t *object, const char *path);            /* NULL */
const struct cidr *reader_cidrs(struct reader *r, const json_t *object, const char *path, size_t *ret_n); /* IPv4 */
const struct tag *reader_tags(struct reader *r, const json_t *object, const char *path, size_t *ret_n);
/* up to @max IPv4 addresses of an array of texts */
size_t reader_ips(struct reader *r, const json_t *object, const char *path, struct ip4 *out, size_t max);

/* id, name, location, tags, provisioningState */
void reader_common(struct reader *r, const json_t *object, struct az_common *ret);
