/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin interface: building the world that is there before, breaking it at run time, and looking behind the APIs.
 *
 *   POST /admin/{op}            one operation, its arguments as a JSON object; 200 {} or 400 {"error": "..."}
 *   GET  /admin/state           everything, keys included
 *   GET  /admin/log?writes=1    requests so far, oldest first
 *   GET  /admin/help            the operations and their arguments
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
/* the same with its arguments as JSON text: handy for tests */
int model_admin_text(struct model *m, const char *op, const char *args, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;

/* options by name: 0 or -EINVAL */
int model_options_set(struct model_options *o, const char *name, const char *value) _must_use_;
json_t *model_options_dump(const struct model_options *o);

/* model-seed.c */
int admin_seed(struct model *m, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;
/* model-admin.c: 0, or -EINVAL with a sentence */
int admin_need(const json_t *args, const char *key, const char **ret, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;
int admin_explain(int error, const char *what, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;
const char *admin_text(const json_t *args, const char *key, const char *otherwise);
