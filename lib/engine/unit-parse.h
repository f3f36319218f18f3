/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of unit asks for and how its reply becomes a value. */
#pragma once

#include "engine/engine-internal.h"

int unit_request(const struct unit *u, const struct azure_call *call, struct http_request *ret) _must_use_;

/* Parses one page into @into. 0, -ENOMEM, or AZ_REPLY_MALFORMED with a text. */
int unit_parse(struct unit *u, const struct http_response *response, struct snapshot *into,
               char reterr_text[static AZURE_REPLY_TEXT_SIZE]) _must_use_;
