/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world: the production engine and the cloud model in one process under virtual time.
 *
 * Everything that the daemon does around the engine is played here: requests travel with a latency, replies come in
 * pieces, states are saved and survive a crash, materials are read from a table. One seed, one history. Every output is
 * searched for every secret that passed through.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "report/view.h"

#define WORLD_TENANT "11111111-1111-1111-1111-111111111111"
#define WORLD_SUBSCRIPTION "22222222-2222-2222-2222-222222222222"
#define WORLD_GROUP "/subscriptions/" WORLD_SUBSCRIPTION "/resourceGroups/rg-hub"
#define WORLD_HUB WORLD_GROUP "/providers/Microsoft.Network/virtualNetworks/vnet-hub"
#define WORLD_SPOKE WORLD_GROUP "/providers/Microsoft.Network/virtualNetworks/vnet-app"
#define WORLD_GATEWAY WORLD_GROUP "/providers/Microsoft.Network/virtualNetworkGateways/vgw-hub"
#define WORLD_VPC "vpc-0123456789abcdef0"
#define WORLD_TABLE "rtb-0aaaaaaaaaaaaaaaa"
#define WORLD_PAIRING "hub"
#define SECOND_MS INT64_C(1000)

struct world_options {
        uint64_t seed;
        const char *topology;    /* "four", "two" */
        const char *mode;        /* "build" */
        const char *timing;      /* extra lines of [Timing] */
        const char *pairing;     /* extra lines of the pairing's file */
        unsigned n_pairings;     /* 1: "hub"; more: "hub", "hub2", each with a gateway and VPC of its own */
        bool shared_gateway;     /* all pairings on the first one's Azure gateway */
        const char *aws_account; /* what the credentials are really of; NULL: as declared */
};

struct world;

struct world *world_new(const struct world_options *o);
struct world *world_free(struct world *w);
DEFINE_CLEANUP(struct world *, world_free)

/* time */
void world_run(struct world *w, int64_t ms);
typedef bool (*world_test)(struct world *w);
bool world_run_until(struct world *w, world_test is_so, int64_t max_ms); /* false: not within that time */
int64_t world_now_ms(const struct world *w);

/* looking: documents of the control interface; the caller owns them */
json_t *world_get(struct world *w, const char *path);
int world_post(struct world *w, const char *path, const char *body, bool may_write); /* HTTP status */
const char *world_verdict(struct world *w);      /* of the first pairing; static text */
unsigned world_tunnels_up(struct world *w);      /* of the first pairing, in the daemon's words */
unsigned world_links_up(struct world *w);        /* BGP sessions that really are up, in the model's truth */
unsigned world_min_links(const struct world *w); /* lowest count since world_watch_links() */
void world_watch_links(struct world *w);
bool world_has_finding(struct world *w, const char *kind);
bool world_is_healthy(struct world *w);
size_t world_count(struct world *w, const char *action); /* writes in the model's log whose text contains @action */
size_t world_writes(struct world *w);
size_t world_reads(struct world *w);
size_t world_aws_reads(struct world *w);
unsigned world_events(const struct world *w, enum event_kind kind);
unsigned world_alerts(const struct world *w); /* events of priority 2 and more urgent */
const char *world_state_file(const struct world *w, const char *pairing);
void world_set_state_file(struct world *w, const char *pairing, const char *bytes);

void world_explain(struct world *w); /* prints status and plan, for a test that fails */

/* breaking */
void world_admin(struct world *w, const char *op, const char *format, ...) _printf_(3, 4);
void world_crash(struct world *w, int64_t restart_after_ms); /* kill -9: what was not saved is lost */
void world_reload(struct world *w, const struct world_options *o);
void world_hold(struct world *w, bool hold);
void world_fail_saves(struct world *w, bool fail);
struct model *world_model(struct world *w);
/* the AWS outside address of tunnel 1..4, as text */
const char *world_outside(struct world *w, unsigned tunnel);
