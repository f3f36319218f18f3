/* SPDX-License-Identifier: Apache-2.0 */
/* Azure's half of the cloud model: Entra ID, and ARM as far as Microsoft.Network needs it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model.h"
#include "util/http.h"
#include "util/ip4.h"

struct model_azure;

/* life: model.c owns one as m->azure */
struct model_azure *model_azure_new(void);
struct model_azure *model_azure_free(struct model_azure *a);
DEFINE_CLEANUP(struct model_azure *, model_azure_free)
void model_azure_advance(struct model *m);
int64_t model_azure_next_ms(const struct model *m); /* INT64_MAX: nothing */

/* Does this path belong to Entra ID or ARM? */
bool azure_serves(const struct http_url *u);
enum model_outcome azure_http(struct model *m, const struct http_request *r, const struct http_url *u,
                              struct http_response *ret);

/* Changes something (PUT, PATCH, DELETE, POST except tokens and queries): for the log and for lost replies. */
bool azure_is_write(const struct http_request *r, const struct http_url *u);
/* Keep a copy of the state now: while model_is_stale(m, MODEL_SERVICE_AZURE), reads answer from it. */
int azure_admin_stale_begins(struct model *m) _must_use_;

/* setting the stage; ids are full ARM ids; 0, -EINVAL, -EEXIST, -ENOENT or -ENOMEM */
int azure_admin_seed_app(struct model *m, const char *tenant, const char *client_id, const char *secret) _must_use_;
int azure_admin_seed_subscription(struct model *m, const char *subscription, const char *tenant) _must_use_;
int azure_admin_seed_resource_group(struct model *m, const char *id, const char *location) _must_use_;
/* @prefixes: comma-separated; @gateway_subnet NULL: none */
int azure_admin_seed_vnet(struct model *m, const char *id, const char *location, const char *prefixes,
                          const char *gateway_subnet) _must_use_;
/* one side of a peering; both sides make it Connected */
int azure_admin_seed_peering(struct model *m, const char *id, const char *remote_vnet_id, bool allow_gateway_transit,
                             bool use_remote_gateways) _must_use_;

/* breaking: what a person in the portal or the platform itself would do, at once and without an operation */
int azure_admin_add_prefix(struct model *m, const char *vnet_id, const char *cidr) _must_use_;
int azure_admin_remove_prefix(struct model *m, const char *vnet_id, const char *cidr) _must_use_;
int azure_admin_set_psk(struct model *m, const char *connection_id, const char *psk) _must_use_;
int azure_admin_delete(struct model *m, const char *id) _must_use_;
/* merges @patch into the body, objects member by member; null removes */
int azure_admin_patch(struct model *m, const char *id, const json_t *patch) _must_use_;
/* The next @count writes on resources whose id contains @part are accepted and end as Failed. */
int azure_admin_fail_operations(struct model *m, const char *part, const char *code, const char *message,
                                unsigned count) _must_use_;
/* The next @count ARM requests answer 429. */
void azure_admin_throttle(struct model *m, unsigned count, unsigned retry_after_s);

/* looking: {"resources":[...],"operations":[...]}, keys included; NULL without memory */
json_t *azure_admin_dump(const struct model *m);
