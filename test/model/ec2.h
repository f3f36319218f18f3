/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the AWS half knows, and how its calls are written.
 *
 * Resources are plain structs in growable tables: a copy of the tables is a picture of the past, which stale reads
 * answer from. Texts of tags live in an arena until the model ends. A handler reads the form, checks, changes the world
 * and appends its XML to call->out; ec2_fail() makes it the documented error instead.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model-aws.h"
#include "model-internal.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/http.h"
#include "util/ip4.h"

#define EC2_ID_SIZE 32
#define EC2_TAGS_MAX 50
#define EC2_PROPAGATED_MAX 100
#define EC2_VPC_CIDRS_MAX 50
#define EC2_TUNNELS 2
#define EC2_LIST_SIZE 96
#define EC2_FAILED 1 /* a handler's answer: ec2_fail() was called */

enum ec2_kind {
        EC2_VPC,
        EC2_ROUTE_TABLE,
        EC2_CUSTOMER_GATEWAY,
        EC2_VPN_GATEWAY,
        EC2_VPN_CONNECTION,
};
#define EC2_KINDS 5

/* resources */

enum ec2_state {
        EC2_PENDING,
        EC2_AVAILABLE,
        EC2_MODIFYING,
        EC2_DELETING,
        EC2_DELETED,
};

struct ec2_tag {
        const char *key, *value;
};

/* how every resource begins */
struct ec2_meta {
        char id[EC2_ID_SIZE];
        char account[16];
        char region[24];
        enum ec2_state state;
        int64_t state_due_ms; /* when the state moves on; INT64_MAX: it stays */
        int64_t created_ms, deleted_ms;
        struct ec2_tag tags[EC2_TAGS_MAX];
        size_t n_tags;
};

struct ec2_vpc {
        struct ec2_meta meta;
        struct cidr cidrs[EC2_VPC_CIDRS_MAX];
        size_t n_cidrs;
};

struct ec2_route_table {
        struct ec2_meta meta;
        char vpc_id[EC2_ID_SIZE];
        bool main;
        char propagating[EC2_ID_SIZE]; /* a VPC has one virtual private gateway at most */
};

struct ec2_customer_gateway {
        struct ec2_meta meta;
        struct ip4 address;
        uint32_t asn;
        char device_name[256];
};

enum ec2_attachment {
        EC2_DETACHED,
        EC2_ATTACHING,
        EC2_ATTACHED,
        EC2_DETACHING,
};

struct ec2_routes {
        struct cidr prefixes[EC2_PROPAGATED_MAX];
        size_t n;
};

struct ec2_vpn_gateway {
        struct ec2_meta meta;
        uint32_t asn;
        char vpc_id[EC2_ID_SIZE];
        enum ec2_attachment attachment;
        int64_t attachment_due_ms;
        struct ec2_routes routes, coming; /* in route tables now, and from routes_due_ms on */
        struct ec2_routes measured;       /* what the tunnels bring at this instant */
        int64_t routes_due_ms;
};

struct ec2_telemetry {
        bool up, ipsec_up;
        unsigned accepted;
        int64_t last_change_ms;
};

/* Numbers and texts of 0 and "" were not set by the caller: AWS uses its defaults and does not list them. */
struct ec2_tunnel_options {
        struct cidr inside;
        char psk[65];
        int64_t phase1_life_s, phase2_life_s, rekey_margin_s, rekey_fuzz, replay_window, dpd_timeout_s;
        char dpd_action[8], startup[8];
        char p1_encryption[EC2_LIST_SIZE], p2_encryption[EC2_LIST_SIZE];
        char p1_integrity[EC2_LIST_SIZE], p2_integrity[EC2_LIST_SIZE];
        char p1_dh[EC2_LIST_SIZE], p2_dh[EC2_LIST_SIZE], ike[EC2_LIST_SIZE];
        bool lifecycle_control;
        bool log, bgp_log;
        char log_group[256], bgp_log_group[256], log_format[8], bgp_log_format[8];
};

struct ec2_tunnel {
        struct ip4 outside;
        struct ec2_tunnel_options options;
        int64_t busy_until_ms; /* the endpoint is being made anew; 0: it works */
        bool maintenance_pending;
        int64_t maintenance_due_ms, maintenance_done_ms; /* 0: never */
        struct ec2_telemetry shown, coming;
        int64_t telemetry_due_ms;
};

struct ec2_vpn_connection {
        struct ec2_meta meta;
        char customer_gateway_id[EC2_ID_SIZE], vpn_gateway_id[EC2_ID_SIZE];
        size_t customer_gateway_at, vpn_gateway_at; /* where they were last found */
        char local_cidr[CIDR_TEXT_SIZE], remote_cidr[CIDR_TEXT_SIZE];
        struct ec2_tunnel tunnels[EC2_TUNNELS];
};

struct ec2_table {
        void *items;
        size_t n;
};

struct ec2_world {
        struct ec2_table tables[EC2_KINDS];
};

struct ec2_credentials {
        char access_key[64], secret[128], token[512], account[16], arn[256];
        int64_t expires_ms; /* INT64_MAX: never */
};

struct ec2_role {
        char arn[256], external_id[128];
};

struct model_aws {
        struct ec2_world world, stale;
        struct arena *texts;
        struct ec2_credentials *credentials;
        size_t n_credentials;
        struct ec2_role *roles;
        size_t n_roles;
        uint64_t seen_generation; /* of physics */
        uint64_t n_described;     /* turns the order of tunnels */
};

/* one request */

struct ec2_parameter {
        char *name, *value;
};

struct ec2_form {
        struct ec2_parameter *items;
        size_t n;
};

struct ec2_call {
        struct model *m;
        struct ec2_form form;
        char account[16], region[24], arn[256], access_key[64];
        struct buf out;
        int status; /* of the failure */
        char code[64], message[512];
};

/* ec2-form.c: 0, -EINVAL or -ENOMEM */
int ec2_form_parse(const char *body, size_t n, struct ec2_form *ret) _must_use_;
void ec2_form_deinit(struct ec2_form *f);
const char *ec2_form_get(const struct ec2_form *f, const char *name);                          /* NULL: absent */
const char *ec2_form_at(const struct ec2_form *f, const char *format, ...) _printf_(2, 3);     /* by built name */
bool ec2_form_known(const struct ec2_form *f, const char *patterns, const char **ret_unknown); /* "Filter.#.Name ..." */

/* ec2-error.c */
int ec2_fail(struct ec2_call *c, const char *code, const char *format, ...) _printf_(3, 4); /* EC2_FAILED */
int ec2_status_of(const char *code);

/* checked parameters: 0 or EC2_FAILED */
int ec2_need(struct ec2_call *c, const char *name, const char **ret) _must_use_;
int ec2_get_bool(struct ec2_call *c, const char *name, bool *ret) _must_use_; /* absent: *ret stays */
int ec2_get_int(struct ec2_call *c, const char *name, int64_t low, int64_t high, int64_t *ret) _must_use_;

/* ec2-world.c: @world NULL means today's */
size_t ec2_size_of(enum ec2_kind k);
const char *ec2_prefix_of(enum ec2_kind k); /* "vpn-" */
const char *ec2_type_of(enum ec2_kind k);   /* "vpn-connection" */
void *ec2_item(const struct ec2_world *w, enum ec2_kind k, size_t i);
void *ec2_find(const struct ec2_world *w, enum ec2_kind k, const char *id); /* by id alone */
void *ec2_find_near(const struct ec2_world *w, enum ec2_kind k, const char *id, size_t *hint);
void *ec2_add(struct ec2_call *c, enum ec2_kind k); /* pending, with a fresh id; NULL: no memory */
void *ec2_add_to(struct model *m, enum ec2_kind k, const char *account, const char *region, const char *id);
const struct ec2_world *ec2_view(const struct ec2_call *c); /* what reads see */
bool ec2_visible(const struct ec2_call *c, const struct ec2_meta *meta);
/* a resource that a write names: 0, or EC2_FAILED with Malformed or NotFound */
int ec2_want(struct ec2_call *c, enum ec2_kind k, const char *parameter, void *ret) _must_use_;
int ec2_not_found(struct ec2_call *c, enum ec2_kind k, const char *id);
int ec2_check_id(struct ec2_call *c, enum ec2_kind k, const char *id) _must_use_;
const char *ec2_state_text(enum ec2_state s);
struct ec2_vpn_gateway *ec2_gateway_of_vpc(struct model *m, const char *vpc_id); /* NULL: none attached */

static inline bool ec2_alive(const struct ec2_meta *meta) {
        return meta->state != EC2_DELETING && meta->state != EC2_DELETED;
}

/* ec2-tags.c */
int ec2_tags_check_specification(struct ec2_call *c, enum ec2_kind k) _must_use_;
int ec2_tags_from_specification(struct ec2_call *c, struct ec2_meta *meta) _must_use_; /* after the check: 0, -ENOMEM */
void ec2_write_tags(struct buf *out, const struct ec2_meta *meta);

/* ec2-filter.c */
int ec2_filters_check(struct ec2_call *c, const char *names) _must_use_; /* names: "state tag:* vpc-id" */
bool ec2_filters_match(struct ec2_call *c, enum ec2_kind k, const struct ec2_meta *item);
bool ec2_wildcard_match(const char *pattern, const char *text);

/* XML: escaped */
void ec2_text(struct buf *out, const char *tag, const char *value);
void ec2_int(struct buf *out, const char *tag, int64_t value);
void ec2_bool(struct buf *out, const char *tag, bool value);
void ec2_time(struct buf *out, const char *tag, int64_t wall_ms);

/* ec2-tunnel-options.c: reads what is there into @o (members that are absent stay) */
int ec2_tunnel_options_read(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) _must_use_;
int ec2_inside_check(struct ec2_call *c, const char *gateway_id, const struct ec2_tunnel *self,
                     struct cidr inside) _must_use_;
void ec2_tunnel_options_default(struct model *m, const char *gateway_id, struct ec2_tunnel_options *o);
void ec2_write_tunnel_options(struct buf *out, const struct ec2_tunnel *t);

/* handlers: 0, EC2_FAILED or -ENOMEM */
int ec2_describe_vpcs(struct ec2_call *c);
int ec2_describe_route_tables(struct ec2_call *c);
int ec2_describe_customer_gateways(struct ec2_call *c);
int ec2_describe_vpn_gateways(struct ec2_call *c);
int ec2_describe_vpn_connections(struct ec2_call *c);
int ec2_describe_tags(struct ec2_call *c);
int ec2_describe_regions(struct ec2_call *c);
int ec2_describe_transit_gateways(struct ec2_call *c);
int ec2_create_vpc(struct ec2_call *c);
int ec2_create_route_table(struct ec2_call *c);
int ec2_create_customer_gateway(struct ec2_call *c);
int ec2_delete_customer_gateway(struct ec2_call *c);
int ec2_create_vpn_gateway(struct ec2_call *c);
int ec2_delete_vpn_gateway(struct ec2_call *c);
int ec2_attach_vpn_gateway(struct ec2_call *c);
int ec2_detach_vpn_gateway(struct ec2_call *c);
int ec2_enable_propagation(struct ec2_call *c);
int ec2_disable_propagation(struct ec2_call *c);
int ec2_create_vpn_connection(struct ec2_call *c);
int ec2_delete_vpn_connection(struct ec2_call *c);
int ec2_modify_vpn_connection(struct ec2_call *c);
int ec2_modify_vpn_connection_options(struct ec2_call *c);
int ec2_modify_vpn_tunnel_options(struct ec2_call *c);
int ec2_replace_vpn_tunnel(struct ec2_call *c);
int ec2_tunnel_replacement_status(struct ec2_call *c);
int ec2_create_tags(struct ec2_call *c);
int ec2_delete_tags(struct ec2_call *c);

void ec2_write_vpn_connection(struct ec2_call *c, const struct ec2_vpn_connection *v);
void ec2_write_customer_gateway(struct buf *out, const struct ec2_customer_gateway *g);
void ec2_write_vpn_gateway(struct buf *out, const struct ec2_vpn_gateway *g);
void ec2_write_vpc(struct buf *out, const struct ec2_vpc *v);
void ec2_write_route_table(struct ec2_call *c, const struct ec2_route_table *t);

/* ec2-sigv4.c: who signed: 0 with account, region, arn in @c, EC2_FAILED, or -ENOMEM; @service "ec2" or "sts" */
int ec2_authenticate(struct ec2_call *c, const struct http_request *r, const struct http_url *u,
                     const char *service) _must_use_;
const struct ec2_credentials *ec2_credentials_find(const struct model *m, const char *access_key);

/* sts.c: whole answer */
enum model_outcome sts_http(struct ec2_call *c, const struct http_request *r, const struct http_url *u,
                            struct http_response *ret);
struct ec2_credentials *sts_issue(struct model *m, const char *account, const char *arn, int64_t seconds);

/* ec2-metadata.c */
enum model_outcome ec2_metadata_http(struct model *m, const struct http_request *r, const struct http_url *u,
                                     struct http_response *ret);

/* tunnel work that the API and the admin interface share: @t of @v gets a new endpoint */
void ec2_tunnel_replace(struct model *m, struct ec2_vpn_connection *v, struct ec2_tunnel *t);
