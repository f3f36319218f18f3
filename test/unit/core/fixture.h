/* SPDX-License-Identifier: Apache-2.0 */
/* A whole healthy pairing with one spoke, that tests then break. */
#pragma once

#include "core/join.h"
#include "core/plan.h"
#include "core/slots.h"
#include "core/wanted.h"

#define FIXTURE_ROUND_MS 30000

struct fixture {
        struct declaration d;
        struct observed o;
        struct memory m;
        struct guard_context c;
        struct now now;
        struct arena *arena; /* of the last round */
        struct assessment a;
        struct plan plan;

        /* what the facts point to */
        struct cidr vnet_prefixes[2], spoke_held[2], spoke_present[2], hub_held[2], vpc_cidrs[1];
        struct az_vnet vnet, spoke_vnet;
        struct az_peering hub_side, spoke_side;
        struct spoke spoke;
        struct az_public_ip pips[INSTANCES];
        struct az_gateway gateway;
        struct az_local_gateway lngs[TUNNELS];
        struct az_connection connections[TUNNELS];
        char keys[TUNNELS][16];
        struct az_bgp_row rows[2 * TUNNELS];
        struct az_bgp_rows bgp;
        struct az_route learned_rows[TUNNELS];
        struct az_routes learned;
        struct foreign_connection foreign[1];
        struct aws_vpc vpc;
        struct aws_route routes[2][4];
        struct aws_route_table tables[2];
        const char *propagating[2][1];
        struct aws_vpn_gateway vgw;
        struct aws_customer_gateway cgws[INSTANCES];
        struct aws_vpn_connection vpns[INSTANCES];
        struct duplicate duplicates[4];
};

void fixture_init(struct fixture *f, enum topology topology); /* also: back to the beginning */
void fixture_deinit(struct fixture *f);

/* Puts the right thing into a slot. */
void fixture_put(struct fixture *f, const struct slot *s);
void fixture_set(struct fixture *f, enum slot_kind kind, unsigned index, enum fact_state state);
struct fact *fixture_fact(struct fixture *f, enum slot_kind kind, unsigned index);

/* The clouds' words about a tunnel: both UP with routes, both DOWN, or as the resources let it be. */
void fixture_tunnel_up(struct fixture *f, unsigned t);
void fixture_tunnel_down(struct fixture *f, unsigned t, const char *message);
bool fixture_tunnel_can_work(const struct fixture *f, unsigned t);

/* The clouds do what their resources let them. */
void fixture_live(struct fixture *f);

/* Time passes, everything is read again and decided upon. */
void fixture_round_after(struct fixture *f, int64_t ms);
void fixture_round(struct fixture *f);
void fixture_rounds(struct fixture *f, unsigned n);
/* Only decides again: no time, no reading. */
void fixture_decide(struct fixture *f);

const struct step *fixture_step(const struct fixture *f, enum step_kind kind, unsigned slot); /* NULL: none */
size_t fixture_count_ready(const struct fixture *f);
