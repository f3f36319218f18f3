/* SPDX-License-Identifier: Apache-2.0 */
/* What ARM answers when it refuses: code, message and class. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "core/cloud-error.h"
#include "util/http.h"

/* Retry-After of a 429 or 503 that gives none, and the most that is believed */
#define AZURE_RETRY_AFTER_DEFAULT_MS 10000
#define AZURE_RETRY_AFTER_MAX_MS 600000

/* Reads the refusal of an answer: never fails, a body that cannot be read goes by status. */
void azure_error_parse(const struct http_response *response, struct cloud_error *ret);
/* The same from an "error" object that came inside a 200 of an operation; @error may be NULL. */
void azure_error_from_json(const json_t *error, const struct http_response *response, struct cloud_error *ret);

/* Class of a status, a code and the code of details[0] ("" when absent) */
enum cloud_error_class azure_error_class(int http, const char *code, const char *detail);

/* Retry-After in milliseconds, within 1 s and the maximum; the default when absent or not a number of seconds */
int64_t azure_retry_after_ms(const struct http_response *response);
