/* SPDX-License-Identifier: Apache-2.0 */
/* What the request builders share; not for others. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "azure/arm-request.h"

/* Starts @r: method, URL (base, canonical id, @below such as "/sharedkey" or "", @query such as "peer=1.2.3.4" or NULL,
 * api-version) and headers. 0, -ENOMEM or -EINVAL. */
int arm_call_begin(struct http_request *r, const struct azure_call *call, enum http_method method, enum azure_type type,
                   const char *id, const char *below, const char *query) _must_use_;

/* Starts a PUT and gives it @body (stolen, NULL: out of memory). */
int arm_call_put(struct http_request *r, const struct azure_call *call, enum azure_type type, const char *id,
                 const char *query, json_t *body) _must_use_;

/* The last steps of a PUT whose body was written into @r. */
int arm_call_put_done(struct http_request *r) _must_use_;

/* Is @link ours: same scheme and host as @base, https or loopback, sendable as it is? */
bool arm_link_is_ours(const char *base, const char *link);

/* parts of bodies; NULL without memory */
json_t *arm_tags(const struct tag *tags, size_t n_tags);
json_t *arm_address(struct ip4 address);
json_t *arm_addresses(const struct ip4 *addresses, size_t n);
json_t *arm_ipsec_policy(const struct az_ipsec_policy *policy);
json_t *arm_custom_bgp(const struct az_custom_bgp *entries, size_t n);

/* Appends a JSON string literal. */
void arm_quote(struct buf *out, const char *s, size_t n);
