/* SPDX-License-Identifier: Apache-2.0 */
/* ARM requests: reads, writes, actions and polls, as plain HTTP messages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azure/names.h"
#include "core/azure-facts.h"
#include "util/http.h"
#include "util/secret.h"

#define AZURE_ARM_PUBLIC "https://management.azure.com"

/* One version for all resources: a general one whose description we hold member by member, new enough to show what a
 * PUT could lose (certificate authentication, migration state, high-bandwidth gateways). What the description of
 * 2025-09-01 adds is only a connection's routingConfiguration; where that shows up, it holds the PUT. */
#define AZURE_API_VERSION "2025-05-01"

#define AZURE_POLL_URL_MAX 8192

enum azure_request_result {
        AZURE_REQUEST_FOREIGN = 1,    /* a link to another host or over plain HTTP: it would carry our token away */
        AZURE_REQUEST_UNKNOWN_MEMBER, /* a read-modify-write would lose a member that we do not know */
};

/* What every call to ARM needs. */
struct azure_call {
        const char *base; /* AZURE_ARM_PUBLIC, a sovereign cloud's or a test's; no path */
        const struct secret *bearer;
        const char *client_request_id; /* x-ms-client-request-id; NULL: none */
};

/* Each builder fills a fresh @r (HTTP_REQUEST_NULL), returns 0, -ENOMEM, -EINVAL for an id of another shape or a call
 * that cannot be made, or a positive azure_request_result where it says so. Ids are full ARM ids. */

/* reads */
int azure_request_get(struct http_request *r, const struct azure_call *call, enum azure_type type,
                      const char *id) _must_use_;
int azure_request_list(struct http_request *r, const struct azure_call *call, enum azure_type type,
                       const char *subscription, const char *resource_group) _must_use_;
int azure_request_gateway_connections(struct http_request *r, const struct azure_call *call,
                                      const char *gateway_id) _must_use_;
int azure_request_shared_key(struct http_request *r, const struct azure_call *call,
                             const char *connection_id) _must_use_;
int azure_request_next_page(struct http_request *r, const struct azure_call *call,
                            const char *next_link) _must_use_; /* AZURE_REQUEST_FOREIGN */
int azure_request_poll(struct http_request *r, const struct azure_call *call,
                       const char *poll_url) _must_use_; /* AZURE_REQUEST_FOREIGN */

/* deletes: AZURE_LOCAL_GATEWAY, AZURE_CONNECTION, AZURE_PUBLIC_IP, AZURE_GATEWAY; -EINVAL for others */
int azure_request_delete(struct http_request *r, const struct azure_call *call, enum azure_type type,
                         const char *id) _must_use_;

/* actions; the BGP queries are long operations that count as writes for throttling but change nothing */
int azure_request_bgp_peer_status(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                  struct ip4 peer) _must_use_; /* peer {0}: all */
int azure_request_learned_routes(struct http_request *r, const struct azure_call *call,
                                 const char *gateway_id) _must_use_;
int azure_request_advertised_routes(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                    struct ip4 peer) _must_use_;
int azure_request_reset_connection(struct http_request *r, const struct azure_call *call,
                                   const char *connection_id) _must_use_;
int azure_request_reset_gateway(struct http_request *r, const struct azure_call *call, const char *gateway_id,
                                struct ip4 vip) _must_use_; /* vip: the public IP of the instance to reset */

/* puts */
struct azure_public_ip_spec {
        const char *location;
        bool zone_redundant; /* zones 1 to 3: what the AZ gateway SKUs want, in regions that have zones */
        const struct tag *tags;
        size_t n_tags;
};
int azure_request_put_public_ip(struct http_request *r, const struct azure_call *call, const char *id,
                                const struct azure_public_ip_spec *spec) _must_use_;

struct azure_instance_spec {
        const char *ip_config_name;
        const char *public_ip_id;
        const struct ip4 *custom_bgp;
        size_t n_custom_bgp;
};
struct azure_gateway_spec {
        const char *location;
        const char *sku; /* VpnGw2AZ */
        uint32_t asn;
        const char *gateway_subnet_id;
        struct azure_instance_spec instances[AZ_INSTANCES_MAX]; /* both: we build active-active only */
        const struct tag *tags;
        size_t n_tags;
};
/* A gateway that does not exist yet. */
int azure_request_put_gateway(struct http_request *r, const struct azure_call *call, const char *id,
                              const struct azure_gateway_spec *spec) _must_use_;

/* What a PUT of an existing gateway changes; all else goes back as it was read. */
struct azure_address_append {
        const char *ip_config_id;
        const struct ip4 *addresses; /* put behind those that are there, without those that are there already */
        size_t n_addresses;
};
struct azure_gateway_change {
        struct azure_address_append append[AZ_INSTANCES_MAX];
        size_t n_append;
        bool enable_bgp;        /* set enableBgp; false: as read */
        uint32_t asn;           /* 0: as read */
        const struct tag *tags; /* added to or replacing those of the same key */
        size_t n_tags;
};
int azure_request_update_gateway(struct http_request *r, const struct azure_call *call,
                                 const struct az_gateway *gateway, const struct azure_gateway_change *change)
        _must_use_; /* AZURE_REQUEST_UNKNOWN_MEMBER */

struct azure_local_gateway_spec {
        const char *location;
        struct ip4 address; /* AWS outside address */
        uint32_t asn;
        struct ip4 bgp_address; /* AWS inside address */
        const struct tag *tags;
        size_t n_tags;
};
int azure_request_put_local_gateway(struct http_request *r, const struct azure_call *call, const char *id,
                                    const struct azure_local_gateway_spec *spec) _must_use_;

struct azure_connection_spec {
        const char *location;
        const char *gateway_id, *local_gateway_id;
        struct az_ipsec_policy policy;                     /* must be set */
        struct az_custom_bgp custom_bgp[AZ_INSTANCES_MAX]; /* one entry for each ip configuration */
        size_t n_custom_bgp;
        const struct secret *shared_key; /* for a create; NULL for an existing one, whose key a PUT does not change */
        const struct tag *tags;
        size_t n_tags;
};
/* A connection that does not exist yet. */
int azure_request_put_connection(struct http_request *r, const struct azure_call *call, const char *id,
                                 const struct azure_connection_spec *spec) _must_use_;

/* What a PUT of an existing connection changes; all else goes back as it was read. */
struct azure_connection_change {
        struct az_ipsec_policy policy;                     /* is_set false: as read */
        struct az_custom_bgp custom_bgp[AZ_INSTANCES_MAX]; /* all entries; none: as read */
        size_t n_custom_bgp;
        bool enable_bgp;
        const char *local_gateway_id; /* NULL: as read */
        const struct tag *tags;
        size_t n_tags;
};
int azure_request_update_connection(struct http_request *r, const struct azure_call *call, const char *id,
                                    const char *raw_json, const struct azure_connection_change *change) _must_use_;

int azure_request_put_shared_key(struct http_request *r, const struct azure_call *call, const char *connection_id,
                                 const struct secret *key) _must_use_;

/* Makes a peering carry the present address space of its remote VNet; sends the writable members back. */
int azure_request_sync_peering(struct http_request *r, const struct azure_call *call,
                               const struct az_peering *peering) _must_use_; /* AZURE_REQUEST_UNKNOWN_MEMBER */
