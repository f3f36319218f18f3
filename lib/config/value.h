/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of single values: time spans, numbers, booleans, names and ids of both clouds, endpoints. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* text -> value: 0 or -EINVAL */
int value_parse_span(const char *s, int64_t *ret_ms) _must_use_; /* "1h 30min", "500ms", "30" = seconds */
int value_parse_bool(const char *s, bool *ret) _must_use_;       /* as systemd: yes no true false on off 1 0 */
int value_parse_uint(const char *s, uint32_t *ret) _must_use_;   /* decimal, no sign, no leading zero */
void value_print_span(int64_t ms, struct buf *out);

/* the next word of a list, split at blanks and commas; NULL at the end */
const char *value_next_word(const char **s, size_t *ret_len);

/* forms */
bool value_is_guid(const char *s);
bool value_is_azure_location(const char *s);
bool value_is_azure_group(const char *s);
bool value_is_azure_name(const char *s, size_t max);
/* "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/TYPE/NAME"; @type such as "virtualNetworks" */
bool value_is_azure_id(const char *s, const char *type);
const char *value_azure_id_part(const char *id, unsigned part,
                                size_t *ret_len); /* 2: subscription, 4: group, 8: name */
bool value_is_account(const char *s);
bool value_is_region(const char *s);
bool value_is_aws_id(const char *s, const char *prefix); /* "vpc-" and 8 or 17 hex digits */
bool value_is_owner(const char *s);
bool value_is_pairing_name(const char *s, size_t n);
bool value_is_listen(const char *s);   /* address:port, [v6]:port */
bool value_is_endpoint(const char *s); /* https, or http to loopback; no query */
