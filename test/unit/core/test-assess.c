/* SPDX-License-Identifier: Apache-2.0 */
/* Assess: one row a kind of finding, the tunnels' states and counts, routes, verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define IP(a, b, c, d) ((struct ip4){(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)})

static struct fixture world;

static int begin(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_FOUR);
        fixture_rounds(&world, 3);
        return 0;
}

static int end(void **state _unused_) {
        fixture_deinit(&world);
        return 0;
}

/* One way to break the pairing, and the one finding that must say so. */
struct row {
        const char *name;
        void (*hurt)(struct fixture *f);
        unsigned rounds;
        enum finding_kind kind;
        const char *subject;
        const char *evidence; /* a piece of it */
        enum verdict verdict;
};

static void lose_connection(struct fixture *f) {
        fixture_set(f, SLOT_CONNECTION, 1, FACT_ABSENT);
        fixture_tunnel_down(f, 1, "IPSEC IS DOWN");
}
static void fail_lng(struct fixture *f) {
        f->lngs[2].common.provisioning = AZ_FAILED;
}
static void become_basic(struct fixture *f) {
        f->gateway.sku = "Basic";
}
static void become_ikev1(struct fixture *f) {
        f->connections[0].is_ikev2 = false;
}
static void foreign_vgw(struct fixture *f) {
        f->o.aws.foreign_vgw = "vgw-other";
}
static void accelerate(struct fixture *f) {
        f->vpns[1].accelerated = true;
}
static void move_lng(struct fixture *f) {
        f->lngs[1].address = IP(9, 9, 9, 9);
}
static void lng_asn(struct fixture *f) {
        f->lngs[1].asn = 64999;
}
static void lng_peer(struct fixture *f) {
        f->lngs[1].bgp_address = IP(169, 254, 21, 77);
}
static void connection_without_bgp(struct fixture *f) {
        f->connections[2].bgp_enabled = false;
}
static void connection_policy(struct fixture *f) {
        f->connections[2].policy.dh_group = "DHGroup2";
}
static void connection_own_address(struct fixture *f) {
        f->connections[2].custom_bgp[1].address = f->gateway.instances[1].custom_bgp[1];
}
static void connection_filler(struct fixture *f) {
        f->connections[2].custom_bgp[0].address = IP(169, 254, 21, 90);
}
static void move_cgw(struct fixture *f) {
        f->cgws[0].address = IP(20, 0, 0, 99);
}
static void stop_dialling(struct fixture *f) {
        f->vpns[0].tunnels[1].startup_start = false;
}
static void ipsec_down(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS DOWN");
}
static void bgp_down(struct fixture *f) {
        fixture_tunnel_down(f, 0, "IPSEC IS UP");
}
static void disagree(struct fixture *f) {
        f->rows[0].state = AZ_BGP_CONNECTING;
}
static void lose_route(struct fixture *f) {
        f->tables[1].n_routes = 1;
}
static void static_rival(struct fixture *f) {
        f->routes[1][1] = (struct aws_route){f->spoke_present[0], "tgw-0", false, AWS_ROUTE_ACTIVE};
}
static void forget_vpc(struct fixture *f) {
        f->learned.n_rows = 0;
}
static void strange_route(struct fixture *f) {
        f->routes[0][2] = (struct aws_route){{0xc0a80000, 24}, "vgw-0", true, AWS_ROUTE_ACTIVE};
        f->tables[0].n_routes = 3;
}
static void stop_propagation(struct fixture *f) {
        f->tables[1].n_propagating_vgws = 0;
        f->tables[1].n_routes = 0;
}
static void drop_custom_address(struct fixture *f) {
        f->gateway.instances[1].n_custom_bgp = 1;
}
static void other_key(struct fixture *f) {
        strcpy(f->keys[3], "canary");
}
static void cross(struct fixture *f) {
        f->lngs[0].address = f->lngs[1].address;
}
static void spoke_grows(struct fixture *f) {
        f->spoke_present[1] = (struct cidr){0x0a0e0000, 16};
        f->hub_side.n_remote_present = 2;
        f->hub_side.sync = AZ_SYNC_REMOTE_NOT;
        f->spoke_side.sync = AZ_SYNC_LOCAL_NOT;
}
static void overlap(struct fixture *f) {
        f->vpc_cidrs[0] = (struct cidr){0x0a0c8000, 20};
}
static void duplicate(struct fixture *f) {
        f->duplicates[0] = (struct duplicate){"vpn1", "vpn-9"};
        f->o.aws.n_duplicates = 1;
}
static void fight(struct fixture *f) {
        const struct step s = {.kind = STEP_SET_KEY, .finding = FINDING_PSK_MISMATCH, .finding_subject = "tunnel4"};
        for (int i = 0; i < 2; i++) {
                other_key(f);
                fixture_round(f);
                assert_int_equal(memory_note_step(&f->m, &f->d, &s, &f->now), 0);
                strcpy(f->keys[3], "key3");
                fixture_round(f);
        }
        other_key(f);
}
static void vanish(struct fixture *f) {
        fixture_set(f, SLOT_VPN_CONNECTION, 0, FACT_ABSENT);
        fixture_set(f, SLOT_CUSTOMER_GATEWAY, 0, FACT_ABSENT);
}
static void wrong_account(struct fixture *f) {
        f->o.aws_identity_problem = "the credentials are of 999999999999";
}
static void refuse(struct fixture *f) {
        static const struct refusal refusals[] = {{STEP_SET_KEY, "a lock"}};
        f->o.refusals = refusals;
        f->o.n_refusals = 1;
}
static void exhaust(struct fixture *f) {
        bgp_down(f);
        f->m.ladders[0].last = RUNG_RESET_INSTANCE;
}
static void detach(struct fixture *f) {
        f->vgw.attached_vpc_id = "";
}
static void no_subnet(struct fixture *f) {
        f->vnet.has_gateway_subnet = false;
}

static const struct row rows[] = {
        {"missing", lose_connection, 1, FINDING_RESOURCE_MISSING, "connection2", "did not have it", VERDICT_DEGRADED},
        {"missing subnet", no_subnet, 1, FINDING_RESOURCE_MISSING, "gateway-subnet", "vnet-hub", VERDICT_DEGRADED},
        {"detached", detach, 1, FINDING_RESOURCE_MISSING, "vpn-gateway-attachment", "vgw-0", VERDICT_DEGRADED},
        {"failed", fail_lng, 1, FINDING_RESOURCE_FAILED, "local-gateway3", "Failed", VERDICT_DEGRADED},
        {"Basic", become_basic, 1, FINDING_RESOURCE_REFUSED, "gateway", "Basic", VERDICT_DEGRADED},
        {"IKEv1", become_ikev1, 1, FINDING_RESOURCE_REFUSED, "connection1", "IKEv1", VERDICT_DEGRADED},
        {"foreign VGW", foreign_vgw, 1, FINDING_RESOURCE_REFUSED, "vpc", "vgw-other", VERDICT_DEGRADED},
        {"accelerated", accelerate, 1, FINDING_RESOURCE_REFUSED, "vpn-connection1", "accelerated", VERDICT_DEGRADED},
        {"LNG address", move_lng, 1, FINDING_LOCAL_GATEWAY_WRONG, "local-gateway2", "9.9.9.9, wanted 52.0.0.2",
         VERDICT_DEGRADED},
        {"LNG ASN", lng_asn, 1, FINDING_LOCAL_GATEWAY_WRONG, "local-gateway2", "ASN 64999", VERDICT_DEGRADED},
        {"LNG peer", lng_peer, 1, FINDING_LOCAL_GATEWAY_WRONG, "local-gateway2", "wanted 169.254.22.1",
         VERDICT_DEGRADED},
        {"connection BGP", connection_without_bgp, 1, FINDING_CONNECTION_WRONG, "connection3", "BGP is off",
         VERDICT_DEGRADED},
        {"connection policy", connection_policy, 1, FINDING_CONNECTION_WRONG, "connection3", "policy",
         VERDICT_DEGRADED},
        {"connection own address", connection_own_address, 1, FINDING_CONNECTION_WRONG, "connection3",
         "wanted 169.254.21.6", VERDICT_DEGRADED},
        {"connection filler", connection_filler, 1, FINDING_CONNECTION_WRONG, "connection3", "none of its own",
         VERDICT_DEGRADED},
        {"customer gateway", move_cgw, 1, FINDING_CUSTOMER_GATEWAY_WRONG, "customer-gateway0", "wanted 20.0.0.10",
         VERDICT_DEGRADED},
        {"startup", stop_dialling, 1, FINDING_TUNNEL_OPTIONS_WRONG, "tunnel2", "StartupAction=add", VERDICT_DEGRADED},
        {"IPsec down", ipsec_down, 1, FINDING_TUNNEL_DOWN, "tunnel1", "AWS: DOWN, \"IPSEC IS DOWN\"", VERDICT_DEGRADED},
        {"BGP down", bgp_down, 1, FINDING_BGP_PEER_DOWN, "tunnel1",
         "AWS: DOWN, \"IPSEC IS UP\"; Azure 10.12.255.4 -> 169.254.21.1: Connecting", VERDICT_DEGRADED},
        {"disagree", disagree, 3, FINDING_STATES_DISAGREE, "tunnel1", "AWS: UP", VERDICT_DEGRADED},
        {"route to AWS", lose_route, 1, FINDING_ROUTE_MISSING, "route:10.13.0.0/16@to-aws", "not in rtb-0bbb",
         VERDICT_DEGRADED},
        {"route beaten", static_rival, 1, FINDING_ROUTE_MISSING, "route:10.13.0.0/16@to-aws", "rtb-0bbb",
         VERDICT_DEGRADED},
        {"route to Azure", forget_vpc, 1, FINDING_ROUTE_MISSING, "route:10.20.0.0/16@to-azure", "vpc-0",
         VERDICT_DEGRADED},
        {"unexpected", strange_route, 1, FINDING_ROUTE_UNEXPECTED, "route:192.168.0.0/24@to-aws", "rtb-0aaa",
         VERDICT_HEALTHY},
        {"propagation", stop_propagation, 1, FINDING_PROPAGATION_OFF, "rtb-0bbb", "takes no routes", VERDICT_DEGRADED},
        {"APIPA", drop_custom_address, 1, FINDING_APIPA_MISSING, "gateway", "instance 1 lacks 169.254.22.6",
         VERDICT_DEGRADED},
        {"PSK", other_key, 1, FINDING_PSK_MISMATCH, "tunnel4", "different", VERDICT_DEGRADED},
        {"crossed", cross, 1, FINDING_CROSSED_ADDRESSES, "tunnel1", "52.0.0.2 (tunnel 2)", VERDICT_DEGRADED},
        {"peering", spoke_grows, 1, FINDING_PEERING_OUT_OF_SYNC, "peering:to-app", "10.14.0.0/16", VERDICT_DEGRADED},
        {"overlap", overlap, 1, FINDING_CIDR_OVERLAP, "vnet", "10.12.128.0/20", VERDICT_DEGRADED},
        {"duplicate", duplicate, 1, FINDING_DUPLICATE_OWNED, "vpn-connection1", "vpn-9", VERDICT_DEGRADED},
        {"contested", fight, 2, FINDING_CONTESTED, "psk-mismatch:tunnel4", "twice", VERDICT_DEGRADED},
        {"vanished", vanish, 1, FINDING_VANISHED, "pairing", "customer-gateway0, vpn-connection0", VERDICT_DEGRADED},
        {"account", wrong_account, 1, FINDING_WRONG_ACCOUNT, "aws", "999999999999", VERDICT_DEGRADED},
        {"cloud refuses", refuse, 1, FINDING_CLOUD_REFUSES, "set-key", "a lock", VERDICT_DEGRADED},
        {"gave up", exhaust, 1, FINDING_GAVE_UP, "tunnel1", "reset-instance", VERDICT_DEGRADED},
};

static void test_findings(void **state _unused_) {
        bool covered[_FINDING_KIND_COUNT] = {false};
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const struct row *row = &rows[i];
                begin(NULL);
                row->hurt(&world);
                fixture_rounds(&world, row->rounds);
                const struct finding *f = assessment_find(&world.a, row->kind, row->subject);
                if (!f || !strstr(f->evidence, row->evidence) || world.a.verdict != row->verdict) {
                        for (size_t j = 0; j < world.a.n_findings; j++)
                                print_message("# has %s/%s: %s\n", finding_kind_to_string(world.a.findings[j].kind),
                                              world.a.findings[j].subject, world.a.findings[j].evidence);
                        fail_msg("%s: not found, or verdict %s", row->name, verdict_to_string(world.a.verdict));
                }
                for (size_t j = 0; j < world.a.n_findings; j++)
                        assert_null(strstr(world.a.findings[j].evidence, "canary"));
                covered[row->kind] = true;
        }
        for (unsigned k = 0; k < _FINDING_KIND_COUNT; k++) {
                if (!covered[k])
                        fail_msg("no row for %s", finding_kind_to_string(k));
        }
}

static void test_healthy_counts(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_FOUR);
        fixture_rounds(&world, 3);
        assert_int_equal(world.a.verdict, VERDICT_HEALTHY);
        assert_int_equal(world.a.n_findings, 0);
        assert_int_equal(world.plan.n_steps, 0);
        assert_int_equal(world.a.n_proven_up, 4);
        assert_int_equal(world.a.n_discards, 4);
        assert_int_equal(world.a.n_spares, 0);
        assert_int_equal(world.a.n_routes, 3);
        fixture_init(&world, TOPOLOGY_TWO);
        fixture_rounds(&world, 3);
        assert_int_equal(world.a.verdict, VERDICT_HEALTHY);
        assert_int_equal(world.a.n_findings, 0);
        assert_int_equal(world.a.n_proven_up, 2);
        assert_int_equal(world.a.n_discards, 2);
        assert_int_equal(world.a.n_spares, 2);
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_SPARE);
        assert_int_equal(world.a.tunnels[3].state, TUNNEL_PROVEN_UP);
}

static void test_single_custom_address_need_not_be_named(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_TWO);
        world.connections[0].n_custom_bgp = 0;
        fixture_rounds(&world, 2);
        assert_int_equal(world.a.n_findings, 0);
        fixture_init(&world, TOPOLOGY_FOUR);
        world.connections[0].n_custom_bgp = 0;
        fixture_rounds(&world, 2);
        assert_non_null(assessment_find(&world.a, FINDING_CONNECTION_WRONG, "connection1"));
}

/* The two clouds' words, and what they make of a tunnel. */
static void test_tunnel_states(void **state _unused_) {
        static const struct {
                enum telemetry_status aws;
                enum az_bgp_state azure;
                int64_t connected_ms, proof_age_ms;
                unsigned routes, rounds;
                enum tunnel_state state;
        } cases[] = {
                {TELEMETRY_UP, AZ_BGP_CONNECTED, 600000, 0, 1, 1, TUNNEL_PROVEN_UP},
                {TELEMETRY_UP, AZ_BGP_CONNECTED, 119999, 0, 1, 1, TUNNEL_UP}, /* too young */
                {TELEMETRY_UP, AZ_BGP_CONNECTED, 600000, 0, 0, 1, TUNNEL_UP}, /* no routes */
                {TELEMETRY_UP, AZ_BGP_CONNECTED, 600000, 120001, 1, 1, TUNNEL_UP},
                {TELEMETRY_UP, AZ_BGP_UNKNOWN, -1, 0, 0, 1, TUNNEL_UP},
                {TELEMETRY_UNKNOWN, AZ_BGP_CONNECTED, 600000, 0, 1, 1, TUNNEL_UP},
                {TELEMETRY_UNKNOWN, AZ_BGP_UNKNOWN, -1, 0, 0, 1, TUNNEL_UNKNOWN},
                {TELEMETRY_UP, AZ_BGP_CONNECTING, -1, 0, 0, 1, TUNNEL_DOWN},
                {TELEMETRY_UP, AZ_BGP_CONNECTING, -1, 120001, 0, 0, TUNNEL_UP},   /* telemetry is newer */
                {TELEMETRY_UP, AZ_BGP_CONNECTING, -1, 120001, 0, 1, TUNNEL_DOWN}, /* but it was no newer before */
                {TELEMETRY_DOWN, AZ_BGP_CONNECTED, 600000, 0, 1, 1, TUNNEL_DOWN},
                {TELEMETRY_DOWN, AZ_BGP_UNKNOWN, -1, 0, 0, 40, TUNNEL_DOWN},
                {TELEMETRY_UNKNOWN, AZ_BGP_IDLE, -1, 0, 0, 40, TUNNEL_DOWN},
                {TELEMETRY_DOWN, AZ_BGP_STOPPED, -1, 0, 0, 10, TUNNEL_DOWN}, /* 4.5 minutes since the first */
                {TELEMETRY_DOWN, AZ_BGP_STOPPED, -1, 0, 0, 11, TUNNEL_PROVEN_DOWN},
                {TELEMETRY_DOWN, AZ_BGP_STOPPED, -1, 120001, 0, 11, TUNNEL_DOWN},
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                begin(NULL);
                world.vpns[0].tunnels[0].status = cases[i].aws;
                world.rows[0].state = cases[i].azure;
                world.rows[0].connected_ms = cases[i].connected_ms;
                world.rows[0].routes_received = cases[i].routes;
                fixture_rounds(&world, cases[i].rounds);
                world.o.azure.bgp.fact.seen.ms = world.now.boot.ms - cases[i].proof_age_ms;
                fixture_decide(&world);
                if (world.a.tunnels[0].state != cases[i].state)
                        fail_msg("case %zu: %s", i, tunnel_state_to_string(world.a.tunnels[0].state));
        }
}

static void test_empty_peer_status_says_nothing(void **state _unused_) {
        world.bgp.n_rows = 0;
        world.vpns[0].tunnels[0].status = TELEMETRY_DOWN;
        fixture_rounds(&world, 40);
        assert_int_equal(world.a.tunnels[0].azure_says, WORD_NONE);
        assert_int_equal(world.a.tunnels[0].state, TUNNEL_DOWN);
        /* rows of the instance, but none for the peer: Azure has no such peer */
        begin(NULL);
        world.rows[0].neighbor = IP(169, 254, 21, 77);
        world.vpns[0].tunnels[0].status = TELEMETRY_DOWN;
        fixture_rounds(&world, 40);
        assert_int_equal(world.a.tunnels[0].state, TUNNEL_PROVEN_DOWN);
}

/* A row that was asked for before our own step, or while Azure works on the connection, is about the connection before.
 */
static void test_overtaken_rows_say_nothing(void **state _unused_) {
        fixture_round(&world);
        world.m.tunnels[1].touched = monotime_add_ms(world.o.azure.bgp.fact.seen, 1);
        fixture_decide(&world);
        assert_int_equal(world.a.tunnels[0].state, TUNNEL_PROVEN_UP);
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_UP); /* AWS's word alone */
        assert_false(world.a.tunnels[1].proof_is_fresh);
        world.connections[2].common.provisioning = AZ_BUSY;
        world.rows[2 * 2].state = AZ_BGP_IDLE; /* two rows a tunnel */
        fixture_decide(&world);
        assert_int_equal(world.a.tunnels[2].azure_says, WORD_NONE);
        assert_null(assessment_find(&world.a, FINDING_STATES_DISAGREE, "tunnel3"));
        world.m.tunnels[1].touched = monotime_add_ms(world.o.azure.bgp.fact.seen, -1);
        fixture_decide(&world); /* a newer proof counts again */
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_PROVEN_UP);
}

/* Both clouds say DOWN whenever they are asked, but AWS says that the tunnel was up in between. */
static void test_a_tunnel_that_came_back_begins_its_wait_anew(void **state _unused_) {
        fixture_tunnel_down(&world, 1, "IPSEC IS UP");
        world.vpns[0].tunnels[1].last_change_ms = 1000;
        fixture_rounds(&world, 9);
        world.vpns[0].tunnels[1].last_change_ms = 2000;
        fixture_rounds(&world, 9);
        assert_false(world.a.tunnels[1].has_held_off);
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_DOWN);
        assert_string_equal(assessment_find(&world.a, FINDING_BGP_PEER_DOWN, "tunnel2")->cause, "");
        fixture_rounds(&world, 3);
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_PROVEN_DOWN);
        world.vpns[0].tunnels[1].last_change_ms = 3000;
        fixture_round(&world); /* at once, not a round later */
        assert_int_equal(world.a.tunnels[1].state, TUNNEL_DOWN);
        for (int64_t ms = 4000; ms <= 8000; ms += 1000) {
                world.vpns[0].tunnels[1].last_change_ms = ms;
                fixture_round(&world);
        }
        assert_non_null(
                strstr(assessment_find(&world.a, FINDING_BGP_PEER_DOWN, "tunnel2")->cause, "hold-timer-suspect"));
}

static void test_discard_is_normal(void **state _unused_) {
        assert_non_null(world.a.tunnels[0].discard_row);
        assert_int_equal(world.a.tunnels[0].discard_row->state, AZ_BGP_CONNECTING);
        assert_int_equal(world.a.n_findings, 0);
}

static void test_down_names_its_cause(void **state _unused_) {
        other_key(&world);
        fixture_tunnel_down(&world, 3, "IPSEC IS DOWN");
        fixture_round(&world);
        assert_string_equal(assessment_find(&world.a, FINDING_TUNNEL_DOWN, "tunnel4")->cause, "psk-mismatch/tunnel4");
}

static void test_since_and_samples(void **state _unused_) {
        other_key(&world);
        fixture_round(&world);
        int64_t since_ms = world.now.wall_ms;
        fixture_rounds(&world, 4);
        const struct finding *f = assessment_find(&world.a, FINDING_PSK_MISMATCH, "tunnel4");
        assert_int_equal(f->samples, 5);
        assert_int_equal(f->since_wall_ms, since_ms);
        strcpy(world.keys[3], "key3");
        fixture_round(&world);
        other_key(&world);
        fixture_round(&world);
        assert_int_equal(assessment_find(&world.a, FINDING_PSK_MISMATCH, "tunnel4")->samples, 1);
}

static void test_routes_of_a_dead_pairing_are_a_consequence(void **state _unused_) {
        for (unsigned t = 0; t < TUNNELS; t++)
                fixture_tunnel_down(&world, t, "IPSEC IS DOWN");
        world.tables[0].n_routes = world.tables[1].n_routes = 0;
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_DOWN);
        for (size_t i = 0; i < world.a.n_routes; i++)
                assert_int_equal(world.a.routes[i].present, FACT_UNKNOWN);
        for (size_t i = 0; i < world.a.n_findings; i++)
                assert_int_not_equal(world.a.findings[i].kind, FINDING_ROUTE_MISSING);
}

/* The first tunnel is back, AWS says so; what Azure learned was asked for before. */
static void test_what_was_learned_without_a_session_proves_nothing(void **state _unused_) {
        for (unsigned t = 1; t < TUNNELS; t++)
                fixture_tunnel_down(&world, t, "IPSEC IS DOWN");
        world.learned.n_rows = 0;
        fixture_round(&world);
        assert_non_null(assessment_find(&world.a, FINDING_ROUTE_MISSING, "route:10.20.0.0/16@to-azure"));
        world.m.tunnels[0].touched = monotime_add_ms(world.o.azure.bgp.fact.seen, 1);
        fixture_decide(&world);
        assert_int_equal(world.a.n_up, 1);
        assert_null(assessment_find(&world.a, FINDING_ROUTE_MISSING, "route:10.20.0.0/16@to-azure"));
}

static void test_propagation_off_is_the_one_finding(void **state _unused_) {
        stop_propagation(&world);
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 1);
}

static void test_out_of_sync_is_the_one_finding(void **state _unused_) {
        spoke_grows(&world);
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 1);
        assert_int_equal(world.a.routes[2].present, FACT_ABSENT);
}

static void test_unreadable_spoke_is_not_missing(void **state _unused_) {
        world.spoke.spoke_side = NULL;
        world.spoke.vnet.fact.state = FACT_UNKNOWN;
        lose_route(&world);
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 0);
        assert_int_equal(world.a.verdict, VERDICT_HEALTHY);
        assert_int_equal(world.a.routes[1].present, FACT_UNKNOWN);
        /* a spoke that does not use the gateway expects nothing */
        begin(NULL);
        world.spoke_side.use_remote_gateways = false;
        world.tables[0].n_routes = world.tables[1].n_routes = 1;
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 0);
}

static void test_summary_covers(void **state _unused_) {
        for (unsigned r = 0; r < 2; r++) {
                world.routes[r][0] = (struct aws_route){{0x0a0c0000, 15}, "vgw-0", true, AWS_ROUTE_ACTIVE};
                world.tables[r].n_routes = 1;
        }
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 0);
        world.routes[0][0].state = AWS_ROUTE_BLACKHOLE;
        fixture_round(&world);
        assert_int_equal(world.a.n_findings, 2);
}

static void test_unknown_verdict(void **state _unused_) {
        world.o.azure.gateway.fact.state = FACT_UNKNOWN;
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_UNKNOWN);
        assert_int_equal(world.plan.n_steps, 0);
        begin(NULL);
        observed_expire(&world.d, &world.o, monotime_add_ms(world.now.boot, world.d.timing.fact_max_age_ms + 1));
        fixture_decide(&world);
        assert_int_equal(world.o.aws.vpn[0].fact.state, FACT_UNKNOWN);
        assert_int_equal(world.o.azure.bgp.fact.state, FACT_KNOWN);
        assert_int_equal(world.a.verdict, VERDICT_UNKNOWN);
        assert_int_equal(world.plan.n_steps, 0);
}

static void test_building_until_a_tunnel_was_up(void **state _unused_) {
        fixture_init(&world, TOPOLOGY_FOUR);
        for (unsigned i = 0; i < SLOTS; i++)
                fixture_set(&world, slot_at(i)->kind, slot_at(i)->index, FACT_ABSENT);
        fixture_live(&world);
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_BUILDING);
        world.d.mode = MODE_REPAIR;
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_DOWN);
        world.d.mode = MODE_BUILD;
        world.m.was_complete = true;
        fixture_round(&world);
        assert_int_equal(world.a.verdict, VERDICT_DOWN);
}

static void test_resume_believes_what_vanished(void **state _unused_) {
        vanish(&world);
        fixture_rounds(&world, 5);
        assert_non_null(assessment_find(&world.a, FINDING_VANISHED, "pairing"));
        assert_null(assessment_find(&world.a, FINDING_RESOURCE_MISSING, "vpn-connection0"));
        memory_resume(&world.m);
        fixture_round(&world);
        assert_null(assessment_find(&world.a, FINDING_VANISHED, "pairing"));
        assert_non_null(assessment_find(&world.a, FINDING_RESOURCE_MISSING, "vpn-connection0"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_findings, begin, end),
                cmocka_unit_test_setup_teardown(test_healthy_counts, begin, end),
                cmocka_unit_test_setup_teardown(test_single_custom_address_need_not_be_named, begin, end),
                cmocka_unit_test_setup_teardown(test_tunnel_states, begin, end),
                cmocka_unit_test_setup_teardown(test_empty_peer_status_says_nothing, begin, end),
                cmocka_unit_test_setup_teardown(test_overtaken_rows_say_nothing, begin, end),
                cmocka_unit_test_setup_teardown(test_a_tunnel_that_came_back_begins_its_wait_anew, begin, end),
                cmocka_unit_test_setup_teardown(test_discard_is_normal, begin, end),
                cmocka_unit_test_setup_teardown(test_down_names_its_cause, begin, end),
                cmocka_unit_test_setup_teardown(test_since_and_samples, begin, end),
                cmocka_unit_test_setup_teardown(test_routes_of_a_dead_pairing_are_a_consequence, begin, end),
                cmocka_unit_test_setup_teardown(test_what_was_learned_without_a_session_proves_nothing, begin, end),
                cmocka_unit_test_setup_teardown(test_propagation_off_is_the_one_finding, begin, end),
                cmocka_unit_test_setup_teardown(test_out_of_sync_is_the_one_finding, begin, end),
                cmocka_unit_test_setup_teardown(test_unreadable_spoke_is_not_missing, begin, end),
                cmocka_unit_test_setup_teardown(test_summary_covers, begin, end),
                cmocka_unit_test_setup_teardown(test_unknown_verdict, begin, end),
                cmocka_unit_test_setup_teardown(test_building_until_a_tunnel_was_up, begin, end),
                cmocka_unit_test_setup_teardown(test_resume_believes_what_vanished, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
