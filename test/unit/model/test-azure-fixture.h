/* SPDX-License-Identifier: Apache-2.0 */
/* A world for tests of Azure's half: one hub network, one application, and AWS ends as the test likes them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model-azure.h"
#include "model.h"
#include "physics.h"
#include "util/http.h"

#define TENANT "11111111-1111-4111-8111-111111111111"
#define CLIENT "22222222-2222-4222-8222-222222222222"
#define SECRET "s3cret/+"
#define SUBSCRIPTION "33333333-3333-4333-8333-333333333333"
#define GROUP "/subscriptions/" SUBSCRIPTION "/resourceGroups/rg-hub"
#define NETWORK GROUP "/providers/Microsoft.Network"
#define HUB NETWORK "/virtualNetworks/vnet-hub"
#define SPOKE NETWORK "/virtualNetworks/vnet-spoke"
#define GATEWAY NETWORK "/virtualNetworkGateways/vgw"
#define CONFIG0 GATEWAY "/ipConfigurations/c0"
#define CONFIG1 GATEWAY "/ipConfigurations/c1"
#define API "api-version=2024-07-01"

struct world {
        struct model *m;
        int64_t now_ms;
        char token[2048];
        const char *version; /* query text */
        struct aws_end ends[8];
        size_t n_ends;
};

struct answer {
        enum model_outcome outcome;
        struct http_response response;
        json_t *body; /* NULL: none */
        int status;
};

int world_setup(void **state);
int world_teardown(void **state);
void world_advance(struct world *w, int64_t ms);
void world_login(struct world *w);

/* @path without query; "?..." inside is kept and the version appended */
struct answer ask(struct world *w, enum http_method method, const char *path, const char *body);
struct answer ask_raw(struct world *w, enum http_method method, const char *url, const char *token, const char *body);
void answer_deinit(struct answer *a);
#define _cleanup_answer_ _cleanup_(answer_deinit)
const char *answer_header(const struct answer *a, const char *name);
const char *answer_text(const struct answer *a, const char *path);
const char *answer_code(const struct answer *a); /* error.code */

/* asks and insists on a status; returns the body (owned) */
json_t *expect(struct world *w, enum http_method method, const char *path, const char *body, int status);
void expect_error(struct world *w, enum http_method method, const char *path, const char *body, int status,
                  const char *code);
/* lets every long operation end */
void world_settle(struct world *w);

/* the usual things, provisioned */
char *gateway_body(const char *customs0, const char *customs1); /* JSON lists; freed by free() */
char *connection_body(const char *local, const char *custom0, const char *custom1, const char *psk);
void make_public_ips(struct world *w);
void make_gateway(struct world *w);
void make_local_gateway(struct world *w, const char *name, const char *outside, const char *peer);
void make_connection(struct world *w, const char *name, const char *local, const char *custom0, const char *custom1);
/* an AWS tunnel for the public IP of @instance */
void make_aws_end(struct world *w, const char *outside, const char *inside, unsigned instance, const char *psk);
