/* SPDX-License-Identifier: Apache-2.0 */
/* JSON written straight into a buffer, members in the order of the calls: same calls, same bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/ip4.h"

/* Errors stick in @out. */
struct json_writer {
        struct buf *out;
        bool need_comma;
};

/* In every call @key is the member's name, or NULL for an element of an array and for the document itself. */
void jw_begin(struct json_writer *w, const char *key, char bracket); /* '{' or '[' */
void jw_end(struct json_writer *w, char bracket);                    /* '}' or ']' */
void jw_null(struct json_writer *w, const char *key);
void jw_bool(struct json_writer *w, const char *key, bool value);
void jw_int(struct json_writer *w, const char *key, int64_t value);
void jw_uint(struct json_writer *w, const char *key, uint64_t value);
void jw_string(struct json_writer *w, const char *key, const char *value); /* NULL: null */
void jw_text(struct json_writer *w, const char *key, const char *value);   /* NULL and "": null */
void jw_time(struct json_writer *w, const char *key, int64_t wall_ms);     /* 0: null */
void jw_ip4(struct json_writer *w, const char *key, struct ip4 ip);        /* none: null */
void jw_cidr(struct json_writer *w, const char *key, struct cidr c);       /* no bits: null */
void jw_bits(struct json_writer *w, const char *key, unsigned bits);       /* bit t: number t + 1 */
