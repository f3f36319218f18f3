/* SPDX-License-Identifier: Apache-2.0 */
/* The admin interface: building the world that is there before, breaking it at run time, and looking behind the APIs.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model.h"
#include "util/http.h"
#include "util/macro.h"

#define ADMIN_TEXT_SIZE 256

enum model_outcome model_admin_http(struct model *m, const struct http_request *r, const struct http_url *u,
                                    struct http_response *ret);

/* One operation, as POST /admin/@op does it; 0, -EINVAL with a sentence in @reterr, or -ENOMEM */
int model_admin(struct model *m, const char *op, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;

/* "name" and "value" of struct model_options; 0 or -EINVAL */
int model_set_option(struct model *m, const char *name, const char *value) _must_use_;
int model_options_set(struct model_options *o, const char *name, const char *value) _must_use_;
