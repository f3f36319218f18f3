/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud model: both clouds as one pure state machine.
 *
 * (state, request bytes, now) -> reply bytes. No sockets, no clock, no globals: the same code runs in process under
 * virtual time, behind loopback HTTP as s2svpn-cloudsim, and as the reference for the official SDKs. It is written from
 * the clouds' documentation and shares nothing with lib/azure and lib/aws: only lib/util.
 *
 * Requests are told apart by their path and body, never by host, so one port can play every service:
 *   POST /                            EC2 or STS (Action=, Version=), SigV4-signed
 *   POST /{tenant}/oauth2/v2.0/token  Entra ID
 *   /subscriptions/...                ARM
 *   /latest/...                       EC2 instance metadata
 *   /admin/...                        breaking and looking (model-admin.h); never part of a cloud
 *
 * now_ms is wall time in milliseconds since 1970 everywhere; signatures and token lifetimes are judged by it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/http.h"

struct model;

/* Facts about the clouds that nobody could verify: named options, so that no client is tuned to one answer. */
struct model_options {
        bool hold_time_negotiates_down;             /* BGP loss is seen after 30 s instead of 180 s */
        bool identical_create_vpn_returns_existing; /* else InvalidOption.Conflict */
        bool advertised_rows_have_local_address;
        bool learned_includes_sibling_rows;     /* iBGP rows of the other instance */
        bool aws_replace_needs_pending;         /* ReplaceVpnTunnel fails without pending maintenance */
        unsigned aws_pending_maintenance_words; /* 0 None/Available, 1 false/true, 2 empty/AVAILABLE */
        int64_t aws_telemetry_lag_ms;
        int64_t aws_deleted_stays_listed_ms;
        int64_t vgw_route_propagation_delay_ms;
        int64_t aws_new_unseen_ms;   /* eventual consistency: a new id is not found for so long */
        bool aws_quotas;             /* the documented quotas hold; off for worlds of a thousand pairings */
        int64_t azure_status_lag_ms; /* connectionStatus */
};

struct model_config {
        uint64_t seed;
        int64_t start_wall_ms;
        double speed; /* long operations take documented time / speed; 1 = real; delays in options are divided too */
        struct model_options options;
};

void model_config_default(struct model_config *c);

struct model *model_new(const struct model_config *config);
struct model *model_free(struct model *m);
DEFINE_CLEANUP(struct model *, model_free)

/* Lets everything that is due by then happen: long operations, IKE, BGP, propagation. Time never goes back. */
void model_advance(struct model *m, int64_t now_ms);

/* When model_advance() has something to do next; INT64_MAX: nothing. */
int64_t model_next_ms(const struct model *m);

enum model_outcome {
        MODEL_REPLY,      /* *ret is the answer */
        MODEL_REPLY_LOST, /* the effect took place, the connection breaks without an answer */
        MODEL_REFUSED,    /* nothing happened, the connection breaks */
};

/* Answers one request. @request->url may be absolute or just a path with query. */
enum model_outcome model_http(struct model *m, const struct http_request *request, int64_t now_ms,
                              struct http_response *ret);
