/* SPDX-License-Identifier: Apache-2.0 */
/* Azure's half of the model: Entra ID, ARM, the network resources, as the dispatcher and the admin interface see it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "util/http.h"
#include "util/ip4.h"

struct model_azure;

/* lifetime: the model exists already, its clock and randomness work */
struct model_azure *model_azure_new(struct model *m);
struct model_azure *model_azure_free(struct model_azure *a);

/* time: do what is due by m->now_ms; when is the next thing due (INT64_MAX: nothing) */
void azure_advance(struct model *m);
int64_t azure_next_ms(const struct model *m);

/* requests: everything that is not POST / (AWS), /latest/ (AWS instance metadata) or /admin/ */
enum model_outcome azure_http(struct model *m, const struct http_request *r, const struct http_url *u,
                              struct http_response *ret);
bool azure_is_write(const struct http_request *r, const struct http_url *u); /* for the log and for lost replies */
int azure_reply_throttled(struct model *m, const struct http_url *u, struct http_response *ret); /* 0 or -ENOMEM */

/* admin: 0, -ENOMEM, or -EINVAL with a sentence in @reterr (of @size bytes) */
int azure_admin_seed(struct model *m, const json_t *azure, char *reterr, size_t size); /* "azure" of a scenario */
int azure_admin_delete(struct model *m, const char *id, char *reterr, size_t size);    /* by a person, no checks */
int azure_admin_set_psk(struct model *m, const char *connection_id, const char *psk, char *reterr, size_t size);
int azure_admin_add_cidr(struct model *m, const char *vnet_id, struct cidr prefix, char *reterr, size_t size);
int azure_admin_set_property(struct model *m, const char *id, const char *path, const json_t *value, char *reterr,
                             size_t size); /* a person's edit: "properties.routingWeight" */
void azure_admin_stale_begins(struct model *m); /* keep a copy: reads answer from it until faults[].stale_until_ms */
json_t *azure_admin_state(struct model *m);     /* new reference; NULL: no memory */
