/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's half of the model: the EC2 Query API, STS and instance metadata. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "util/http.h"
#include "util/ip4.h"
#include "util/macro.h"

struct model_aws;

/* life: model.c owns one as m->aws */
struct model_aws *model_aws_new(void);
struct model_aws *model_aws_free(struct model_aws *a);
void model_aws_advance(struct model *m);
int64_t model_aws_next_ms(const struct model *m); /* INT64_MAX: nothing */

/* requests: POST / and /latest/ */
enum model_outcome aws_http(struct model *m, const struct http_request *r, const struct http_url *u,
                            struct http_response *ret);
/* for the log: the Action, and whether it changes something */
void aws_describe_request(const struct http_request *r, char *what, size_t size, bool *ret_is_write);
/* EC2's error document; 0 or -ENOMEM */
int aws_reply_error(struct model *m, int status, const char *code, const char *message,
                    struct http_response *ret) _must_use_;

/* setting the stage: 0, -EINVAL, -EEXIST or -ENOMEM */
int aws_admin_seed_credentials(struct model *m, const char *access_key, const char *secret, const char *token,
                               const char *account) _must_use_;
int aws_admin_seed_role(struct model *m, const char *arn, const char *external_id) _must_use_;
int aws_admin_seed_vpc(struct model *m, const char *account, const char *region, const char *id,
                       const char *cidrs) _must_use_; /* comma-separated, the first is the primary one */
int aws_admin_seed_route_table(struct model *m, const char *vpc_id, const char *id, bool main) _must_use_;

/* breaking: what a person in the console would do, at once: 0, -ENOENT, -EINVAL or -ENOMEM */
int aws_admin_delete(struct model *m, const char *id) _must_use_;
int aws_admin_set_psk(struct model *m, struct ip4 outside, const char *psk) _must_use_;
int aws_admin_propagation(struct model *m, const char *route_table, const char *gateway, bool on) _must_use_;
int aws_admin_maintenance(struct model *m, struct ip4 outside, int64_t auto_applied_after_ms) _must_use_;
int aws_admin_add_vpc_cidr(struct model *m, const char *vpc_id, const char *cidr) _must_use_;
int aws_admin_stale_begins(struct model *m) _must_use_;

/* the outside address of a connection's tunnel, 0 or 1 in the order of creation; 0 or -ENOENT */
int aws_outside_of(const struct model *m, const char *connection_id, unsigned tunnel, struct ip4 *ret) _must_use_;

/* looking: everything, keys included; NULL without memory */
json_t *aws_admin_dump(const struct model *m);
