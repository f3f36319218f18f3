/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds as the engine would show them. */
#include "fixture.h"

#include <string.h>

#define NOW_MS 100000000
#define WALL_MS 1767225845000 /* 2026-01-01T00:04:05Z */
#define IP(a, b, c, d) ((struct ip4){(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)})
#define NET(a, b, c, d, n) ((struct cidr){(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d), n})

static const char *const connection_names[] = {"hub-tokyo-conn1", "hub-tokyo-conn2", "hub-tokyo-conn3",
                                               "hub-tokyo-conn4"};
static const char *const local_gateway_names[] = {"hub-tokyo-lng1", "hub-tokyo-lng2", "hub-tokyo-lng3",
                                                  "hub-tokyo-lng4"};

static void declare(struct world *w, enum topology topology, enum pairing_mode mode) {
        w->declaration = (struct declaration){
                .name = "hub-tokyo",
                .owner = "s2svpn",
                .topology = topology,
                .mode = mode,
                .azure = {.location = "japaneast", .gateway_name = "vgw-hub", .asn = 65515},
                .aws = {.account_id = "123456789012", .region = "ap-northeast-1", .asn = 64512},
                .policy = {.min_healthy_tunnels = 1},
        };
        w->clouds[0] = (struct cloud_counters){"azure", "11111111-2222-3333-4444-555555555555", 120, 3, 1, 2};
        w->clouds[1] = (struct cloud_counters){"aws", "123456789012", 60, 1, 0, 0};
        w->pairings[0] = (struct pairing_view){
                .declaration = &w->declaration,
                .memory = &w->memory,
                .note = "",
                .last_round = {NOW_MS - 2000},
                .round_interval_ms = 30125,
        };
        w->view = (struct daemon_view){
                .version = "0.1.0",
                .started_wall_ms = WALL_MS - 3600000,
                .now = {{NOW_MS}, WALL_MS, true},
                .pairings = w->pairings,
                .n_pairings = 1,
                .clouds = w->clouds,
                .n_clouds = 2,
                .config_loaded_wall_ms = WALL_MS - 3600000,
                .config_last_reload_ok = true,
                .store_ok = true,
        };
}

static void observe_tunnel(struct world *w, unsigned t) {
        struct aws_tunnel *aws = &w->vpns[t / 2].tunnels[t % 2];
        struct cidr inside = NET(169, 254, 21 + t % 2, 4 * (t / 2), 30);
        *aws = (struct aws_tunnel){
                .outside = IP(203, 0, 113, 10 + t),
                .inside = inside,
                .psk = "neverShown0123456789",
                .status = TELEMETRY_UP,
                .status_message = "1 BGP ROUTES",
                .last_change_ms = WALL_MS - 7200000,
        };
        w->connections[t] = (struct az_connection){
                .common = {.name = connection_names[t]},
                .status = AZ_CONNECTION_CONNECTED,
        };
        w->local_gateways[t] = (struct az_local_gateway){.common = {.name = local_gateway_names[t]}};
        w->rows[t] = (struct az_bgp_row){.state = AZ_BGP_CONNECTED, .connected_ms = 93784000, .routes_received = 1};
        w->discards[t] = (struct az_bgp_row){.state = AZ_BGP_CONNECTING, .connected_ms = -1};
        w->assessment.tunnels[t] = (struct tunnel_view){
                .index = t,
                .state = TUNNEL_PROVEN_UP,
                .is_used = true,
                .instance = t / 2,
                .vpn = &w->vpns[t / 2],
                .aws = aws,
                .local_gateway = &w->local_gateways[t],
                .connection = &w->connections[t],
                .row = &w->rows[t],
                .discard_row = &w->discards[t],
                .inside = inside,
                .routes_to_azure_expected = 1,
                .routes_to_azure_present = 1,
                .routes_to_aws_expected = 3,
                .routes_to_aws_present = 3,
                .routes_to_azure_known = true,
                .routes_to_aws_known = true,
        };
}

static void observe_healthy(struct world *w) {
        static const char *const vpn_ids[INSTANCES] = {"vpn-0aaaaaaaaaaaaaaaa", "vpn-0bbbbbbbbbbbbbbbb"};
        w->gateway = (struct az_gateway){.n_instances = 2};
        for (unsigned i = 0; i < INSTANCES; i++) {
                w->gateway.instances[i].public_ip = IP(20, 48, 0, 10 + i);
                w->vpns[i].id = vpn_ids[i];
        }
        w->observed.azure.gateway.fact = (struct fact){FACT_KNOWN, {NOW_MS - 4250}, NULL};
        w->observed.azure.gateway.value = &w->gateway;
        for (unsigned t = 0; t < TUNNELS; t++)
                observe_tunnel(w, t);
        w->routes[0] = (struct route_view){NET(10, 1, 0, 0, 16), ROUTE_TO_AWS, true, FACT_KNOWN, "vnet-hub"};
        w->routes[1] = (struct route_view){NET(10, 2, 0, 0, 16), ROUTE_TO_AWS, true, FACT_KNOWN, "spoke vnet-app"};
        w->routes[2] = (struct route_view){NET(10, 3, 0, 0, 16), ROUTE_TO_AWS, true, FACT_KNOWN, "spoke vnet-db"};
        w->routes[3] = (struct route_view){NET(172, 16, 0, 0, 16), ROUTE_TO_AZURE, true, FACT_KNOWN, "vpc-0123"};
        w->assessment.verdict = VERDICT_HEALTHY;
        w->assessment.n_used = w->assessment.n_up = w->assessment.n_proven_up = 4;
        w->assessment.n_discards = 4;
        w->assessment.routes = w->routes;
        w->assessment.n_routes = 4;
        w->assessment.findings = w->findings;
        w->assessment.oldest_fact = (struct monotime){NOW_MS - 4250};
        w->plan = (struct plan){.steps = w->steps, .id = "0123456789abcdef"};
        w->pairings[0].observed = &w->observed;
        w->pairings[0].assessment = &w->assessment;
        w->pairings[0].plan = &w->plan;
        w->pairings[0].history = w->history;
        w->pairings[0].operations = w->operations;
}

static void add_finding(struct world *w, struct finding f) {
        f.since_wall_ms = WALL_MS - 720000;
        f.samples = 24;
        w->findings[w->assessment.n_findings++] = f;
}

static void add_step(struct world *w, struct step s) {
        w->steps[w->plan.n_steps++] = s;
}

static void add_event(struct world *w, enum event_kind kind, int64_t ago_ms, const char *action, const char *reason,
                      const char *message) {
        w->history[w->pairings[0].n_history++] = (struct event){
                .kind = kind,
                .priority = 5,
                .wall_ms = WALL_MS - ago_ms,
                .pairing = "hub-tokyo",
                .tunnels = 1u << 1,
                .finding = "hub-tokyo/tunnel-down/tunnel2",
                .action = action,
                .reason = reason,
                .request_id = kind == EVENT_STEP_SENT ? "5c9f2f1e-0000-4000-8000-00000000beef" : "",
                .message = message,
        };
}

static void take_down(struct world *w, unsigned t, enum tunnel_state state) {
        w->assessment.tunnels[t].state = state;
        w->vpns[t / 2].tunnels[t % 2].status = TELEMETRY_DOWN;
        w->vpns[t / 2].tunnels[t % 2].status_message = "IPSEC IS DOWN";
        w->vpns[t / 2].tunnels[t % 2].last_change_ms = WALL_MS - 720000;
        w->connections[t].status = AZ_CONNECTION_NOT_CONNECTED;
        w->rows[t] = (struct az_bgp_row){.state = AZ_BGP_CONNECTING, .connected_ms = -1};
        w->assessment.tunnels[t].routes_to_azure_present = 0;
        w->assessment.tunnels[t].routes_to_aws_present = 0;
}

static void make_two(struct world *w) {
        w->declaration.topology = TOPOLOGY_TWO;
        for (unsigned t = 1; t < 3; t++) {
                struct tunnel_view *v = &w->assessment.tunnels[t];
                w->vpns[t / 2].tunnels[t % 2].status = TELEMETRY_DOWN;
                w->vpns[t / 2].tunnels[t % 2].status_message = "";
                *v = (struct tunnel_view){
                        .index = t,
                        .state = TUNNEL_SPARE,
                        .instance = t / 2,
                        .vpn = v->vpn,
                        .aws = v->aws,
                        .inside = v->inside,
                };
        }
        w->assessment.n_used = w->assessment.n_up = w->assessment.n_proven_up = 2;
        w->assessment.n_discards = w->assessment.n_spares = 2;
}

static void make_degraded(struct world *w) {
        take_down(w, 1, TUNNEL_PROVEN_DOWN);
        w->assessment.verdict = VERDICT_DEGRADED;
        w->assessment.n_up = w->assessment.n_proven_up = 3;
        w->routes[2].present = FACT_ABSENT;
        w->routes[4] = (struct route_view){NET(192, 168, 0, 0, 16), ROUTE_TO_AZURE, false, FACT_KNOWN, ""};
        w->assessment.n_routes = 5;
        add_finding(w, (struct finding){FINDING_TUNNEL_DOWN,
                                        SEVERITY_FAULT,
                                        "tunnel2",
                                        1u << 1,
                                        "AWS: DOWN (IPSEC IS DOWN); Azure: NotConnected",
                                        "",
                                        0,
                                        {0},
                                        0});
        add_finding(w, (struct finding){FINDING_ROUTE_MISSING,
                                        SEVERITY_FAULT,
                                        "route:10.3.0.0/16@to-aws",
                                        0,
                                        "Azure advertises 10.1.0.0/16 and 10.2.0.0/16 only",
                                        "peering hub-to-db is out of sync",
                                        0,
                                        {0},
                                        0});
        add_finding(w, (struct finding){FINDING_CONTESTED,
                                        SEVERITY_DRIFT,
                                        "rtb-0aaa",
                                        0,
                                        "propagation was switched off twice after a repair",
                                        "somebody else writes it",
                                        0,
                                        {0},
                                        0});
        add_step(w, (struct step){.kind = STEP_SYNC_PEERING,
                                  .target = "peering hub-to-db",
                                  .reason = "the peering carries an old address space",
                                  .finding = FINDING_ROUTE_MISSING,
                                  .finding_subject = "route:10.3.0.0/16@to-aws",
                                  .status = STEP_READY,
                                  .blast_text = "routes of spoke vnet-db"});
        add_step(w, (struct step){.kind = STEP_RESET_CONNECTION,
                                  .slot = 1,
                                  .target = "tunnel 2",
                                  .reason = "both clouds say that tunnel 2 is down",
                                  .finding = FINDING_TUNNEL_DOWN,
                                  .finding_subject = "tunnel2",
                                  .status = STEP_HELD,
                                  .held_by = GUARD_HOLDOFF,
                                  .held_why = "the platform's own recovery has 3 min left",
                                  .is_disruptive = true,
                                  .blast = 1u << 1});
        add_event(w, EVENT_VERDICT_CHANGED, 720000, "", "", "hub-tokyo is DEGRADED: tunnel 2 is down");
        add_event(w, EVENT_STEP_SENT, 300000, "put-connection tunnel 2", "connection 2 differs from the declaration",
                  "hub-tokyo: put-connection tunnel 2 sent");
        add_event(w, EVENT_STEP_FAILED, 290000, "put-connection tunnel 2", "AnotherOperationInProgress",
                  "hub-tokyo: put-connection tunnel 2 failed");
        add_event(w, EVENT_PAUSED, 200000, "", "uid 0", "hub-tokyo: paused by uid 0");
        add_event(w, EVENT_RESUMED, 100000, "", "uid 0", "hub-tokyo: resumed by uid 0");
        w->pairings[0].steps = (struct step_counters){3, 2, 1};
}

static void make_down(struct world *w) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                take_down(w, t, TUNNEL_DOWN);
                w->assessment.tunnels[t].routes_to_aws_known = false;
        }
        w->assessment.verdict = VERDICT_DOWN;
        w->assessment.n_up = w->assessment.n_proven_up = 0;
        for (size_t i = 0; i < w->assessment.n_routes; i++)
                w->routes[i].present = i < 3 ? FACT_UNKNOWN : FACT_ABSENT;
        w->pairings[0].is_paused = true;
        w->pairings[0].is_held = true;
        strcpy(w->memory.paused_by, "uid 1000");
}

static void make_unknown(struct world *w) {
        w->pairings[0].observed = NULL;
        w->pairings[0].assessment = NULL;
        w->pairings[0].plan = NULL;
        w->pairings[0].note = "Azure: no token yet (resolve login.microsoftonline.com: timed out)";
        w->pairings[0].state_damaged = true;
        w->view.store_ok = false;
        w->view.config_last_reload_ok = false;
}

static void make_building(struct world *w) {
        w->declaration.mode = MODE_BUILD;
        w->observed.azure.gateway.fact.state = FACT_ABSENT;
        for (unsigned t = 0; t < TUNNELS; t++)
                w->assessment.tunnels[t] = (struct tunnel_view){
                        .index = t,
                        .state = TUNNEL_ABSENT,
                        .is_used = true,
                        .instance = INSTANCES,
                };
        w->assessment.verdict = VERDICT_BUILDING;
        w->assessment.n_up = w->assessment.n_proven_up = w->assessment.n_discards = 0;
        w->assessment.n_routes = 0;
        add_finding(w, (struct finding){FINDING_RESOURCE_MISSING,
                                        SEVERITY_DRIFT,
                                        "gateway",
                                        0xf,
                                        "Azure has no gateway vgw-hub",
                                        "not built yet",
                                        0,
                                        {0},
                                        0});
        add_step(w, (struct step){.kind = STEP_CREATE_GATEWAY,
                                  .target = "gateway",
                                  .reason = "Azure has no gateway vgw-hub",
                                  .finding = FINDING_RESOURCE_MISSING,
                                  .finding_subject = "gateway",
                                  .status = STEP_RUNNING,
                                  .blast = 0xf,
                                  .billed = "VPN gateway VpnGw2AZ, per hour"});
        add_step(w, (struct step){.kind = STEP_PUT_CONNECTION,
                                  .target = "tunnel 1",
                                  .reason = "Azure has no connection for tunnel 1",
                                  .finding = FINDING_RESOURCE_MISSING,
                                  .finding_subject = "connection1",
                                  .status = STEP_WAITING,
                                  .waits_for = "create-gateway gateway",
                                  .blast = 1});
        w->operations[0] = (struct operation_view){"create-gateway gateway", WALL_MS - 600000, 1800000, "Updating"};
        w->operations[1] = (struct operation_view){"create-vpn-connection vpn1", WALL_MS - 65000, 0, "pending"};
        w->pairings[0].n_operations = 2;
}

/* Nothing that a cloud says may move the cursor, forge a line or break a document. */
static void make_hostile(struct world *w) {
        make_degraded(w);
        w->vpns[0].tunnels[1].status_message = "\x1b[2J\x1b]0;gone\x07 \"DOWN\"\r\nhub-tokyo: HEALTHY";
        w->connections[1].common.name = "conn\\2\xff\xc0\xaf";
        w->findings[0].evidence = "right-to-left \xe2\x80\xae"
                                  "nwod\xc2\x9b"
                                  "31m";
        w->steps[1].held_why = "tab\there\nand a line";
        w->pairings[0].note = "caf\xc3\xa9 \xe6\x9d\xb1\xe4\xba\xac {\"a\":1}";
        w->history[1].message = "sent\x1b[31m\nforged line";
        w->clouds[0].account = "a\"b\\c\nd\xff";
}

static const struct {
        const char *name;
        void (*make)(struct world *w);
} makers[] = {
        {"healthy", NULL},         {"two", make_two},           {"degraded", make_degraded}, {"down", make_down},
        {"unknown", make_unknown}, {"building", make_building}, {"hostile", make_hostile},
};

const char *const world_names[] = {"healthy", "two", "degraded", "down", "unknown", "building", "hostile", "empty"};
const size_t n_world_names = ELEMENTSOF(world_names);

bool world_init(struct world *w, const char *name) {
        *w = (struct world){0};
        declare(w, TOPOLOGY_FOUR, MODE_REPAIR);
        observe_healthy(w);
        w->view.n_pairings = strcmp(name, "empty") == 0 ? 0 : 1;
        for (size_t i = 0; i < ELEMENTSOF(makers); i++) {
                if (strcmp(makers[i].name, name) != 0)
                        continue;
                if (makers[i].make)
                        makers[i].make(w);
                return true;
        }
        return w->view.n_pairings == 0;
}
