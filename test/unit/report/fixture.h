/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds as the engine would show them. */
#pragma once

#include "report/view.h"

/* One pairing and all that its view points to. */
struct world {
        struct daemon_view view;
        struct cloud_counters clouds[2];
        struct pairing_view pairings[2];
        struct declaration declaration;
        struct memory memory;
        struct observed observed;
        struct az_gateway gateway;
        struct aws_vpn_connection vpns[INSTANCES];
        struct az_local_gateway local_gateways[TUNNELS];
        struct az_connection connections[TUNNELS];
        struct az_bgp_row rows[TUNNELS], discards[TUNNELS];
        struct assessment assessment;
        struct route_view routes[5];
        struct finding findings[3];
        struct plan plan;
        struct step steps[4];
        struct event history[6];
        struct operation_view operations[2];
};

/* names: healthy, two, degraded, down, unknown, building, empty, hostile; false: there is no such world */
bool world_init(struct world *w, const char *name);
extern const char *const world_names[];
extern const size_t n_world_names;
