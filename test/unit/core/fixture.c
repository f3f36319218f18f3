/* SPDX-License-Identifier: Apache-2.0 */
/* A whole healthy pairing. */
#include "fixture.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define IP(a, b, c, d) ((struct ip4){(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)})
#define CIDR(a, b, c, d, n) ((struct cidr){(uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d), n})
#define ROOT "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/"
#define GATEWAY_ID ROOT "virtualNetworkGateways/gw"

static const struct tag tags[] = {{TAG_OWNER, "me"}, {TAG_PAIRING, "tokyo"}};
static const char *const table_ids[] = {"rtb-0aaa", "rtb-0bbb"};
static const char *const lng_ids[] = {ROOT "localNetworkGateways/tokyo-lng1", ROOT "localNetworkGateways/tokyo-lng2",
                                      ROOT "localNetworkGateways/tokyo-lng3", ROOT "localNetworkGateways/tokyo-lng4"};
static const char *const connection_ids[] = {ROOT "connections/tokyo-conn1", ROOT "connections/tokyo-conn2",
                                             ROOT "connections/tokyo-conn3", ROOT "connections/tokyo-conn4"};
static const char *const pip_ids[] = {ROOT "publicIPAddresses/tokyo-pip0", ROOT "publicIPAddresses/tokyo-pip1"};
static const char *const config_ids[] = {GATEWAY_ID "/ipConfigurations/s2svpn-0",
                                         GATEWAY_ID "/ipConfigurations/s2svpn-1"};
static const char *const cgw_ids[] = {"cgw-0", "cgw-1"};
static const char *const vpn_ids[] = {"vpn-0", "vpn-1"};

static struct ip4 public_ip(unsigned i) {
        return IP(20, 0, 0, 10 + i);
}

static struct ip4 outside(unsigned t) {
        return IP(52, 0, 0, 1 + t);
}

static struct cidr inside(unsigned t) {
        static const struct cidr list[] = {{0xa9fe1500, 30}, {0xa9fe1600, 30}, {0xa9fe1504, 30}, {0xa9fe1604, 30}};
        return list[t];
}

static struct az_common common(const char *id, const char *name) {
        return (struct az_common){id, name, "japaneast", AZ_SUCCEEDED, tags, ELEMENTSOF(tags)};
}

static void declare(struct fixture *f, enum topology topology) {
        f->d = (struct declaration){
                .name = "tokyo",
                .owner = "me",
                .topology = topology,
                .mode = MODE_BUILD,
                .azure = {.tenant = "t",
                          .subscription = "s",
                          .resource_group = "rg",
                          .location = "japaneast",
                          .client_id = "",
                          .vnet_id = ROOT "virtualNetworks/vnet-hub",
                          .gateway_id = GATEWAY_ID,
                          .gateway_name = "gw",
                          .gateway_sku = "VpnGw2AZ",
                          .gateway_builder = "",
                          .asn = 65515},
                .aws = {.account_id = "123456789012",
                        .region = "ap-northeast-1",
                        .vpc_id = "vpc-0",
                        .profile = "",
                        .asn = 64512,
                        .route_tables = table_ids,
                        .n_route_tables = 2},
                .policy = {.min_healthy_tunnels = 1},
                .timing = TIMING_DEFAULT,
        };
        static const char *const every[] = {"*"};
        f->d.azure.sync_peerings = every;
        f->d.azure.n_sync_peerings = 1;
        f->c = (struct guard_context){
                .azure_identity_ok = true, .aws_identity_ok = true, .complete_rounds = 9, .store_ok = true};
}

static void put_gateway(struct fixture *f) {
        f->gateway = (struct az_gateway){
                .common = common(GATEWAY_ID, "gw"),
                .sku = "VpnGw2AZ",
                .is_vpn = true,
                .is_route_based = true,
                .active_active = true,
                .bgp_enabled = true,
                .asn = 65515,
                .n_instances = INSTANCES,
                .gateway_subnet_id = "",
                .unknown_member = "",
                .raw_json = "{}",
        };
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct az_instance *x = &f->gateway.instances[i];
                *x = (struct az_instance){
                        .ip_config_id = config_ids[i],
                        .ip_config_name = pairing_ip_config_name(i),
                        .public_ip_id = pip_ids[i],
                        .public_ip = public_ip(i),
                        .default_bgp = IP(10, 12, 255, 4 + i),
                };
                for (unsigned t = 2 * i; t < 2 * i + 2; t++) {
                        if (topology_uses_tunnel(f->d.topology, t))
                                x->custom_bgp[x->n_custom_bgp++] = inside_azure(inside(t));
                }
        }
}

static void put_connection(struct fixture *f, unsigned t) {
        unsigned own = t / 2;
        unsigned far = own == 0 ? 3 : 0;
        f->connections[t] = (struct az_connection){
                .common = common(connection_ids[t], strrchr(connection_ids[t], '/') + 1),
                .gateway_id = GATEWAY_ID,
                .local_gateway_id = lng_ids[t],
                .is_ipsec = true,
                .is_ikev2 = true,
                .bgp_enabled = true,
                .policy = wanted_ipsec_policy(),
                .n_custom_bgp = INSTANCES,
                .status = AZ_CONNECTION_CONNECTED,
                .unknown_member = "",
        };
        f->connections[t].custom_bgp[own] = (struct az_custom_bgp){config_ids[own], inside_azure(inside(t))};
        f->connections[t].custom_bgp[1 - own] = (struct az_custom_bgp){config_ids[1 - own], inside_azure(inside(far))};
        snprintf(f->keys[t], sizeof(f->keys[t]), "key%u", t);
        f->o.azure.key[t].fact.state = FACT_KNOWN;
        f->o.azure.key[t].value = f->keys[t];
}

static void put_vpn(struct fixture *f, unsigned i) {
        static const char *const psks[] = {"key0", "key1", "key2", "key3"};
        f->vpns[i] = (struct aws_vpn_connection){
                .id = vpn_ids[i],
                .state = AWS_STATE_AVAILABLE,
                .customer_gateway_id = cgw_ids[i],
                .vpn_gateway_id = "vgw-0",
                .transit_gateway_id = "",
                .n_tunnels = 2,
                .tags = tags,
                .n_tags = ELEMENTSOF(tags),
        };
        for (unsigned j = 0; j < 2; j++) {
                unsigned t = 2 * i + j;
                f->vpns[i].tunnels[j] = (struct aws_tunnel){
                        .outside = outside(t),
                        .inside = inside(t),
                        .psk = psks[t],
                        .startup_start = topology_uses_tunnel(f->d.topology, t),
                        .status = TELEMETRY_DOWN,
                        .status_message = "IPSEC IS DOWN",
                };
        }
}

void fixture_put(struct fixture *f, const struct slot *s) {
        unsigned i = s->index;
        switch (s->kind) {
        case SLOT_PUBLIC_IP:
                f->pips[i] = (struct az_public_ip){common(pip_ids[i], "pip"), public_ip(i), true, true, ""};
                break;
        case SLOT_GATEWAY:
                put_gateway(f);
                break;
        case SLOT_LOCAL_GATEWAY:
                f->lngs[i] = (struct az_local_gateway){common(lng_ids[i], "lng"), outside(i), "", 64512,
                                                       inside_aws(inside(i)),     0};
                break;
        case SLOT_CONNECTION:
                put_connection(f, i);
                break;
        case SLOT_CUSTOMER_GATEWAY:
                f->cgws[i] = (struct aws_customer_gateway){cgw_ids[i], AWS_STATE_AVAILABLE, public_ip(i), 65515, "",
                                                           tags,       ELEMENTSOF(tags)};
                break;
        case SLOT_VPN_GATEWAY:
                f->vgw = (struct aws_vpn_gateway){"vgw-0", AWS_STATE_AVAILABLE, 64512, "vpc-0", AWS_STATE_AVAILABLE,
                                                  tags,    ELEMENTSOF(tags)};
                break;
        case SLOT_VPN_CONNECTION:
                put_vpn(f, i);
                break;
        case _SLOT_KIND_COUNT:
                break;
        }
        fixture_set(f, s->kind, i, FACT_KNOWN);
}

struct fact *fixture_fact(struct fixture *f, enum slot_kind kind, unsigned index) {
        return (struct fact *)slot_fact(&f->o, slot_of(kind, index));
}

void fixture_set(struct fixture *f, enum slot_kind kind, unsigned index, enum fact_state state) {
        struct fact *fact = fixture_fact(f, kind, index);
        fact->state = state;
        fact->seen = f->now.boot;
        if (kind == SLOT_CONNECTION && state != FACT_KNOWN)
                f->o.azure.key[index].fact.state = state;
}

static void put_network(struct fixture *f) {
        f->vnet_prefixes[0] = CIDR(10, 12, 0, 0, 16);
        f->spoke_present[0] = f->spoke_held[0] = CIDR(10, 13, 0, 0, 16);
        f->hub_held[0] = f->vnet_prefixes[0];
        f->vpc_cidrs[0] = CIDR(10, 20, 0, 0, 16);
        f->hub_side = (struct az_peering){
                .common = common(ROOT "virtualNetworks/vnet-hub/virtualNetworkPeerings/to-app", "to-app"),
                .remote_vnet_id = ROOT "virtualNetworks/vnet-app",
                .state = AZ_PEERING_CONNECTED,
                .sync = AZ_SYNC_FULLY,
                .allow_gateway_transit = true,
                .remote_held = f->spoke_held,
                .n_remote_held = 1,
                .remote_present = f->spoke_present,
                .n_remote_present = 1,
                .unknown_member = "",
        };
        f->spoke_side = (struct az_peering){
                .common = common(ROOT "virtualNetworks/vnet-app/virtualNetworkPeerings/to-hub", "to-hub"),
                .remote_vnet_id = f->d.azure.vnet_id,
                .state = AZ_PEERING_CONNECTED,
                .sync = AZ_SYNC_FULLY,
                .use_remote_gateways = true,
                .remote_held = f->hub_held,
                .n_remote_held = 1,
                .remote_present = f->vnet_prefixes,
                .n_remote_present = 1,
                .unknown_member = "",
        };
        f->vnet = (struct az_vnet){common(f->d.azure.vnet_id, "vnet-hub"), f->vnet_prefixes, 1, true, "", {0}, NULL, 0};
        f->spoke_vnet = (struct az_vnet){.common = common(ROOT "virtualNetworks/vnet-app", "vnet-app")};
        f->spoke = (struct spoke){.vnet_id = ROOT "virtualNetworks/vnet-app",
                                  .vnet = {{FACT_KNOWN, f->now.boot, NULL}, &f->spoke_vnet},
                                  .hub_side = &f->hub_side,
                                  .spoke_side = &f->spoke_side};
        f->vpc = (struct aws_vpc){"vpc-0", AWS_STATE_AVAILABLE, f->vpc_cidrs, 1, "123456789012"};
        for (unsigned r = 0; r < 2; r++) {
                f->propagating[r][0] = "vgw-0";
                f->tables[r] = (struct aws_route_table){table_ids[r], "vpc-0", f->propagating[r], 1, f->routes[r], 2};
                f->routes[r][0] = (struct aws_route){f->vnet_prefixes[0], "vgw-0", true, AWS_ROUTE_ACTIVE};
                f->routes[r][1] = (struct aws_route){f->spoke_present[0], "vgw-0", true, AWS_ROUTE_ACTIVE};
        }
}

static void point(struct fixture *f) {
        struct observed_azure *az = &f->o.azure;
        struct observed_aws *aws = &f->o.aws;
        az->vnet.value = &f->vnet;
        az->gateway.value = &f->gateway;
        az->bgp.value = &f->bgp;
        az->learned.value = &f->learned;
        az->spokes = &f->spoke;
        az->n_spokes = 1;
        az->foreign.value = f->foreign;
        for (unsigned t = 0; t < TUNNELS; t++) {
                az->local_gateway[t].value = &f->lngs[t];
                az->connection[t].value = &f->connections[t];
        }
        for (unsigned i = 0; i < INSTANCES; i++) {
                az->public_ip[i].value = &f->pips[i];
                aws->customer_gateway[i].value = &f->cgws[i];
                aws->vpn[i].value = &f->vpns[i];
                aws->route_table[i].value = &f->tables[i];
        }
        aws->vpc.value = &f->vpc;
        aws->vpn_gateway.value = &f->vgw;
        aws->foreign_vgw = "";
        aws->duplicates = f->duplicates;
        az->vnet.fact.state = az->bgp.fact.state = az->learned.fact.state = az->foreign.fact.state = FACT_KNOWN;
        aws->vpc.fact.state = aws->route_table[0].fact.state = aws->route_table[1].fact.state = FACT_KNOWN;
}

static void touch(struct fact *fact, const struct fixture *f) {
        if (fact->state != FACT_UNKNOWN)
                fact->seen = f->now.boot;
}

static void read_again(struct fixture *f) {
        struct observed_azure *az = &f->o.azure;
        for (unsigned i = 0; i < SLOTS; i++)
                touch(fixture_fact(f, slot_at(i)->kind, slot_at(i)->index), f);
        for (unsigned t = 0; t < TUNNELS; t++)
                touch(&az->key[t].fact, f);
        touch(&az->vnet.fact, f);
        touch(&az->bgp.fact, f);
        touch(&az->learned.fact, f);
        touch(&az->foreign.fact, f);
        touch(&f->spoke.vnet.fact, f);
        touch(&f->o.aws.vpc.fact, f);
        touch(&f->o.aws.route_table[0].fact, f);
        touch(&f->o.aws.route_table[1].fact, f);
}

/* rows 2t: of the carrying instance; 2t + 1: the discard */
static void set_words(struct fixture *f, unsigned t, bool is_up, const char *message) {
        struct aws_tunnel *end = &f->vpns[t / 2].tunnels[t % 2];
        end->status = is_up ? TELEMETRY_UP : TELEMETRY_DOWN;
        end->status_message = message;
        end->accepted_routes = is_up ? 2 : 0;
        for (unsigned k = 0; k < 2; k++) {
                bool is_carrier = k == 0;
                unsigned instance = is_carrier ? t / 2 : 1 - t / 2;
                f->rows[2 * t + k] = (struct az_bgp_row){
                        .local = IP(10, 12, 255, 4 + instance),
                        .neighbor = inside_aws(inside(t)),
                        .asn = 64512,
                        .state = is_up && is_carrier ? AZ_BGP_CONNECTED : AZ_BGP_CONNECTING,
                        .connected_ms = is_up && is_carrier ? 600000 : -1,
                        .routes_received = is_up && is_carrier ? 1 : 0,
                };
        }
        f->learned_rows[t] = (struct az_route){
                .network = is_up ? f->vpc_cidrs[0] : CIDR(0, 0, 0, 0, 32),
                .source_peer = inside_aws(inside(t)),
                .is_ebgp = true,
                .as_path = "64512",
        };
}

void fixture_tunnel_up(struct fixture *f, unsigned t) {
        set_words(f, t, true, "1 BGP ROUTES");
}

void fixture_tunnel_down(struct fixture *f, unsigned t, const char *message) {
        set_words(f, t, false, message);
}

bool fixture_tunnel_can_work(const struct fixture *f, unsigned t) {
        unsigned i = t / 2;
        const struct observed *o = &f->o;
        const struct az_local_gateway *lng = &f->lngs[t];
        bool has_address = false;
        for (size_t j = 0; j < f->gateway.instances[i].n_custom_bgp; j++)
                has_address |= ip4_equal(f->gateway.instances[i].custom_bgp[j], inside_azure(inside(t)));
        return topology_uses_tunnel(f->d.topology, t) && o->azure.gateway.fact.state != FACT_ABSENT && has_address &&
               o->azure.local_gateway[t].fact.state != FACT_ABSENT && ip4_equal(lng->address, outside(t)) &&
               ip4_equal(lng->bgp_address, inside_aws(inside(t))) && lng->asn == 64512 &&
               o->azure.connection[t].fact.state != FACT_ABSENT && f->connections[t].bgp_enabled &&
               o->aws.vpn[i].fact.state != FACT_ABSENT && o->aws.vpn_gateway.fact.state != FACT_ABSENT &&
               *f->vgw.attached_vpc_id && o->aws.customer_gateway[i].fact.state != FACT_ABSENT &&
               ip4_equal(f->cgws[i].address, public_ip(i)) && strcmp(f->keys[t], f->vpns[i].tunnels[t % 2].psk) == 0;
}

void fixture_live(struct fixture *f) {
        bool some_up = false;
        for (unsigned t = 0; t < TUNNELS; t++) {
                bool works = fixture_tunnel_can_work(f, t);
                set_words(f, t, works, works ? "1 BGP ROUTES" : "IPSEC IS DOWN");
                some_up |= works;
        }
        for (unsigned r = 0; r < 2; r++)
                f->tables[r].n_routes = some_up && f->tables[r].n_propagating_vgws > 0 ? 2 : 0;
}

void fixture_init(struct fixture *f, enum topology topology) {
        fixture_deinit(f);
        *f = (struct fixture){.now = {{1000000}, 1800000000000, true}};
        declare(f, topology);
        put_network(f);
        point(f);
        for (unsigned i = 0; i < SLOTS; i++) {
                if (slot_is_wanted(&f->d, slot_at(i)))
                        fixture_put(f, slot_at(i));
                else
                        fixture_set(f, slot_at(i)->kind, slot_at(i)->index, FACT_ABSENT);
        }
        f->bgp = (struct az_bgp_rows){f->rows, 2 * TUNNELS};
        f->learned = (struct az_routes){f->learned_rows, TUNNELS};
        fixture_live(f);
        read_again(f);
}

void fixture_deinit(struct fixture *f) {
        f->arena = arena_free(f->arena);
        memory_deinit(&f->m);
}

void fixture_decide(struct fixture *f) {
        bool changed;
        arena_free(f->arena);
        f->arena = arena_new();
        assert(f->arena);
        join_addresses(&f->d, NULL, 0, &f->o);
        int r = assess(&f->d, &f->o, &f->m, &f->now, f->arena, &f->a);
        assert(r == 0);
        r = memory_note_assessment(&f->m, &f->d, &f->o, &f->a, &f->now, &changed);
        assert(r == 0);
        r = plan_make(&f->d, &f->o, &f->a, &f->m, &f->now, f->arena, &f->plan);
        assert(r == 0);
        r = guard_check(&f->d, &f->o, &f->a, &f->m, &f->c, &f->now, f->arena, &f->plan);
        assert(r == 0);
}

void fixture_round_after(struct fixture *f, int64_t ms) {
        f->now.boot.ms += ms;
        f->now.wall_ms += ms;
        read_again(f);
        fixture_decide(f);
}

void fixture_round(struct fixture *f) {
        fixture_round_after(f, FIXTURE_ROUND_MS);
}

void fixture_rounds(struct fixture *f, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                fixture_round(f);
}

const struct step *fixture_step(const struct fixture *f, enum step_kind kind, unsigned slot) {
        for (size_t i = 0; i < f->plan.n_steps; i++) {
                if (f->plan.steps[i].kind == kind && f->plan.steps[i].slot == slot)
                        return &f->plan.steps[i];
        }
        return NULL;
}

size_t fixture_count_ready(const struct fixture *f) {
        size_t n = 0;
        for (size_t i = 0; i < f->plan.n_steps; i++)
                n += f->plan.steps[i].status == STEP_READY;
        return n;
}
