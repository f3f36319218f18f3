/* SPDX-License-Identifier: Apache-2.0 */
/* Wall-clock text: RFC 3339, HTTP dates, SigV4 stamps; all UTC, milliseconds since 1970. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

#define WALL_TEXT_SIZE 32

/* formatting: into @out, which is also returned */
char *wall_to_rfc3339(int64_t wall_ms, char out[static WALL_TEXT_SIZE]);   /* 2026-01-02T03:04:05Z */
char *wall_to_basic(int64_t wall_ms, char out[static WALL_TEXT_SIZE]);     /* 20260102T030405Z */
char *wall_to_http_date(int64_t wall_ms, char out[static WALL_TEXT_SIZE]); /* Fri, 02 Jan 2026 03:04:05 GMT */

/* parsing: 0 or -EINVAL; fractions and offsets of RFC 3339 are understood */
int wall_from_rfc3339(const char *s, int64_t *ret_wall_ms) _must_use_;
int wall_from_http_date(const char *s, int64_t *ret_wall_ms) _must_use_;
