/* SPDX-License-Identifier: Apache-2.0 */
/* Typed reading of JSON that somebody else wrote: a wrong type is an error, never a crash or a guess. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"

#define _cleanup_json_ _cleanup_(json_decrefp)

#define JSON_DEPTH_MAX 64

/* Parses; scalars at the top are allowed (the clouds send "null" and strings), duplicate keys are not, and integers
 * come back as they are unless @big_integers, which reads all numbers as reals. */
int json_parse(const char *data, size_t n, bool big_integers, json_t **ret, char *reterr_text,
               size_t text_size) _must_use_;

/* Walks "properties.bgpSettings.asn"; NULL when a step is absent or not an object. */
json_t *json_at(const json_t *object, const char *path);

/* Each returns 0 and sets @ret; -ENOENT for absent or null, -EPROTO for another type. */
int json_get_string(const json_t *object, const char *path, const char **ret) _must_use_; /* borrowed */
int json_get_int(const json_t *object, const char *path, int64_t *ret) _must_use_;
int json_get_bool(const json_t *object, const char *path, bool *ret) _must_use_;
int json_get_array(const json_t *object, const char *path, json_t **ret) _must_use_; /* borrowed */
const char *json_text(const json_t *object, const char *path); /* "" unless there is a text; borrowed */

/* Appends compact text with sorted keys: same value, same bytes. */
int json_write(const json_t *value, struct buf *out) _must_use_;
