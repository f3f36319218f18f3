/* SPDX-License-Identifier: Apache-2.0 */
/* Links follow from both configurations: one wrong field keeps exactly its tunnel down, for its own reason. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model-internal.h"
#include "physics-internal.h"

#define TUNNELS 4
#define AZURE_ENDS 8 /* each connection from both instances */
#define START_MS 1000000

/* The world that physics asks for; the halves are not linked in. */
static struct azure_end azure[AZURE_ENDS];
static struct aws_end aws[TUNNELS];
static struct cidr advertised[200];
static size_t n_advertised;
static struct cidr vpc[2];
static size_t n_vpc;
static bool azure_connection_gone[TUNNELS];

size_t azure_ends(struct model *m, struct azure_end *out, size_t max) {
        size_t n = 0;
        (void)m;
        for (size_t i = 0; i < AZURE_ENDS && n < max; i++)
                if (!azure_connection_gone[i / 2])
                        out[n++] = azure[i];
        return n;
}

size_t aws_ends(struct model *m, struct aws_end *out, size_t max) {
        (void)m;
        assert_true(max >= TUNNELS);
        memcpy(out, aws, sizeof(aws));
        return TUNNELS;
}

size_t azure_advertised(struct model *m, const char *gateway_id, struct cidr *out, size_t max) {
        (void)m;
        assert_string_equal(gateway_id, "/gw");
        assert_true(max >= n_advertised);
        memcpy(out, advertised, n_advertised * sizeof(*out));
        return n_advertised;
}

size_t aws_advertised(struct model *m, const char *vpn_gateway_id, struct cidr *out, size_t max) {
        (void)m;
        assert_string_equal(vpn_gateway_id, "vgw-1");
        assert_true(max >= n_vpc);
        memcpy(out, vpc, n_vpc * sizeof(*out));
        return n_vpc;
}

static struct ip4 ip(const char *s) {
        struct ip4 v;
        assert_int_equal(ip4_parse(s, &v), 0);
        return v;
}

static struct cidr prefix(const char *s) {
        struct cidr v;
        assert_int_equal(cidr_parse(s, &v), 0);
        return v;
}

static const char *const connections[TUNNELS] = {"/conn0", "/conn1", "/conn2", "/conn3"};
static const char *const outsides[TUNNELS] = {"52.0.0.1", "52.0.0.2", "52.0.0.3", "52.0.0.4"};
static const char *const insides[TUNNELS] = {"169.254.21.0/30", "169.254.22.0/30", "169.254.21.4/30",
                                             "169.254.22.4/30"};
static const char *const publics[2] = {"203.0.113.1", "203.0.113.2"};

/* tunnels 0 and 1 end on instance 0, 2 and 3 on instance 1; the other end of each connection is a discard */
static void build_world(void) {
        for (size_t t = 0; t < TUNNELS; t++) {
                struct cidr inside = prefix(insides[t]);
                aws[t] = (struct aws_end){
                        .connection_id = t < 2 ? "vpn-a" : "vpn-b",
                        .vpn_gateway_id = "vgw-1",
                        .usable = true,
                        .outside = ip(outsides[t]),
                        .customer_gateway = ip(publics[t / 2]),
                        .psk = "the.key_1",
                        .ikev2 = true,
                        .startup_start = true,
                        .p1_encryption = "AES256",
                        .p1_integrity = "SHA2-384",
                        .p1_dh = "20",
                        .p2_encryption = "AES256-GCM-16",
                        .p2_integrity = "SHA2-384",
                        .p2_dh = "20",
                        .asn = 64512,
                        .remote_asn = 65515,
                        .inside = inside,
                };
                for (unsigned i = 0; i < 2; i++)
                        azure[t * 2 + i] = (struct azure_end){
                                .connection_id = connections[t],
                                .gateway_id = "/gw",
                                .instance = i,
                                .usable = true,
                                .public_ip = ip(publics[i]),
                                .remote = ip(outsides[t]),
                                .psk = "the.key_1",
                                .ikev2 = true,
                                .bgp_enabled = true,
                                .can_initiate = true,
                                .ike_encryption = "AES256",
                                .ike_integrity = "SHA384",
                                .dh_group = "ECP384",
                                .ipsec_encryption = "GCMAES256",
                                .ipsec_integrity = "GCMAES256",
                                .pfs_group = "ECP384",
                                .asn = 65515,
                                .remote_asn = 64512,
                                .bgp_local = {inside.addr + 2},
                                .bgp_remote = {inside.addr + 1},
                        };
        }
        memset(azure_connection_gone, 0, sizeof(azure_connection_gone));
        advertised[0] = prefix("10.0.0.0/16");
        advertised[1] = prefix("10.5.0.0/16");
        n_advertised = 2;
        vpc[0] = prefix("10.1.0.0/16");
        vpc[1] = prefix("10.5.0.0/16");
        n_vpc = 2;
}

static int setup(void **state) {
        struct model *m = test_calloc(1, sizeof(*m));
        build_world();
        m->speed = 1;
        m->now_ms = START_MS;
        m->options.hold_time_negotiates_down = true;
        m->physics = physics_new();
        rng_seed(&m->rng, 7);
        physics_changed(m);
        *state = m;
        return 0;
}

static int teardown(void **state) {
        struct model *m = *state;
        physics_free(m->physics);
        test_free(m);
        return 0;
}

static void run_until(struct model *m, int64_t until_ms) {
        while (physics_next_ms(m) <= until_ms) {
                if (physics_next_ms(m) > m->now_ms)
                        m->now_ms = physics_next_ms(m);
                physics_advance(m);
        }
        m->now_ms = until_ms;
}

static void run_for(struct model *m, int64_t seconds) {
        run_until(m, m->now_ms + seconds * 1000);
}

/* the instance that AWS knows for a tunnel */
static struct azure_end *paired(size_t tunnel) {
        return &azure[tunnel * 2 + tunnel / 2];
}

static const struct link *link_of(struct model *m, size_t tunnel) {
        const struct link *l = physics_link_of_aws(m, aws[tunnel].outside);
        assert_non_null(l);
        return l;
}

static bool is_up(struct model *m, size_t tunnel) {
        return link_of(m, tunnel)->bgp_up;
}

static void test_four_up_four_discards(void **state) {
        struct model *m = *state;
        run_for(m, 36);
        for (size_t t = 0; t < TUNNELS; t++) {
                const struct link *l = link_of(m, t);
                assert_true(l->paired && l->ipsec_up && l->bgp_up);
                assert_string_equal(l->reason, "");
                assert_string_equal(l->azure_connection_id, connections[t]);
                const struct link *discard = physics_link_of_azure(m, connections[t], t < 2 ? 1 : 0);
                assert_false(discard->paired || discard->ipsec_up || discard->bgp_up);
                assert_non_null(strstr(discard->reason, "customer gateway"));
        }
        assert_int_equal(physics_next_ms(m), INT64_MAX);
}

static void test_takes_its_time(void **state) {
        struct model *m = *state;
        run_until(m, START_MS + 4999);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_false(link_of(m, t)->ipsec_up);
        run_until(m, START_MS + 9999);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_false(is_up(m, t));
        run_until(m, START_MS + 15000);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_true(link_of(m, t)->ipsec_up);
        run_until(m, START_MS + 35000);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_in_range(link_of(m, t)->bgp_since_ms, START_MS + 10000, START_MS + 35000);
}

static void test_speed(void **state) {
        struct model *m = *state;
        m->speed = 10;
        run_until(m, START_MS + 3500);
        assert_true(is_up(m, 0));
        assert_in_range(link_of(m, 0)->bgp_since_ms, START_MS + 1000, START_MS + 3500);
}

/* one wrong thing on tunnel 2 */
static void wrong_customer_gateway(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->customer_gateway = ip("203.0.113.77");
}
static void wrong_outside(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->remote = ip("52.9.9.9");
}
static void wrong_psk(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->psk = "another.key";
}
static void wrong_ike(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->ikev2 = false;
}
static void wrong_ike_encryption(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->ike_encryption = "AES128";
}
static void wrong_ike_integrity(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->p1_integrity = "SHA1,SHA2-256";
}
static void wrong_dh(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->p1_dh = "2,14";
}
static void wrong_esp_encryption(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->p2_encryption = "AES256";
}
static void wrong_esp_integrity(struct azure_end *az, struct aws_end *a) {
        az->ipsec_encryption = "AES256";
        az->ipsec_integrity = "SHA1";
        a->p2_encryption = "AES256";
}
static void wrong_pfs(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->pfs_group = "PFS2048";
}
static void no_pfs(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->pfs_group = "None";
}
static void nobody_dials(struct azure_end *az, struct aws_end *a) {
        az->can_initiate = false;
        a->startup_start = false;
}
static void azure_not_ready(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->usable = false;
}
static void aws_not_ready(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->usable = false;
}
static void wrong_inside(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->inside = prefix("169.254.30.0/30");
}
static void wrong_peer(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->bgp_remote.addr += 4;
}
static void no_bgp(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->bgp_enabled = false;
}
static void wrong_asn_at_azure(struct azure_end *az, struct aws_end *a) {
        (void)a;
        az->remote_asn = 64999;
}
static void wrong_asn_at_aws(struct azure_end *az, struct aws_end *a) {
        (void)az;
        a->remote_asn = 65001;
}

static const struct wrong {
        const char *name;
        void (*apply)(struct azure_end *az, struct aws_end *a);
        const char *reason;
        bool ipsec;
} wrongs[] = {
        {"customer gateway", wrong_customer_gateway, "no Azure end", false},
        {"outside address", wrong_outside, "no Azure end", false},
        {"key", wrong_psk, "pre-shared key", false},
        {"IKE version", wrong_ike, "IKEv1", false},
        {"IKE encryption", wrong_ike_encryption, "IKE proposal matches: encryption", false},
        {"IKE integrity", wrong_ike_integrity, "IKE proposal matches: integrity", false},
        {"DH group", wrong_dh, "DH group", false},
        {"ESP encryption", wrong_esp_encryption, "ESP proposal matches: encryption", false},
        {"ESP integrity", wrong_esp_integrity, "ESP proposal matches: integrity", false},
        {"PFS group", wrong_pfs, "PFS group", false},
        {"no PFS", no_pfs, "PFS group", false},
        {"nobody dials", nobody_dials, "neither side initiates", false},
        {"Azure not ready", azure_not_ready, "Azure's end is not ready", false},
        {"AWS not ready", aws_not_ready, "AWS's endpoint is not ready", false},
        {"inside CIDR", wrong_inside, "AWS dials 169.254.30.2", true},
        {"peer address", wrong_peer, "Azure expects the peer 169.254.21.9", true},
        {"BGP off", no_bgp, "BGP is off", true},
        {"ASN at Azure", wrong_asn_at_azure, "Azure expects 64999", true},
        {"ASN at AWS", wrong_asn_at_aws, "AWS expects 65001", true},
};

static void check_wrong(const struct wrong *w) {
        void *state = NULL;
        setup(&state);
        struct model *m = state;
        w->apply(paired(2), &aws[2]);
        run_for(m, 60);
        for (size_t t = 0; t < TUNNELS; t++)
                if (is_up(m, t) != (t != 2))
                        fail_msg("%s: tunnel %zu is %s", w->name, t, is_up(m, t) ? "up" : "down");
        if (link_of(m, 2)->ipsec_up != w->ipsec || !strstr(link_of(m, 2)->reason, w->reason))
                fail_msg("%s: IPsec %d, reason \"%s\"", w->name, link_of(m, 2)->ipsec_up, link_of(m, 2)->reason);
        build_world();
        physics_changed(m);
        run_for(m, 60);
        if (!is_up(m, 2) || *link_of(m, 2)->reason)
                fail_msg("%s: does not come up when put right: %s", w->name, link_of(m, 2)->reason);
        teardown(&state);
}

static void test_one_wrong_field(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(wrongs); i++)
                check_wrong(&wrongs[i]);
}

static void test_defaults_match(void **state) {
        struct model *m = *state;
        struct azure_end *az = paired(0);
        az->ike_encryption = az->ike_integrity = az->dh_group = az->ipsec_encryption = az->ipsec_integrity =
                az->pfs_group = "";
        run_for(m, 60);
        assert_false(is_up(m, 0)); /* Azure's defaults do not offer DH group 20 */
        aws[0].p1_encryption = aws[0].p1_integrity = aws[0].p1_dh = "";
        aws[0].p2_encryption = aws[0].p2_integrity = aws[0].p2_dh = "";
        physics_changed(m);
        run_for(m, 60);
        assert_true(is_up(m, 0));
}

static void test_one_dialler_is_enough(void **state) {
        struct model *m = *state;
        paired(0)->can_initiate = false;
        aws[1].startup_start = false;
        run_for(m, 60);
        assert_true(is_up(m, 0));
        assert_true(is_up(m, 1));
}

static void test_hold_time(void **state) {
        struct model *m = *state;
        static const int64_t hold_s[] = {180, 30};
        run_for(m, 60);
        for (size_t i = 0; i < 2; i++) {
                m->options.hold_time_negotiates_down = i;
                assert_int_equal(physics_break(m, aws[1].outside, LINK_ENDPOINT_BROKEN, INT64_MAX), 0);
                physics_advance(m);
                assert_false(link_of(m, 1)->ipsec_up);
                run_for(m, hold_s[i] - 1);
                assert_true(is_up(m, 1));
                run_for(m, 1);
                assert_false(is_up(m, 1));
                assert_true(is_up(m, 0));
                assert_int_equal(physics_break(m, aws[1].outside, LINK_OK, 0), 0);
                run_for(m, 60);
                assert_true(is_up(m, 1));
        }
}

static void test_session_survives_a_short_loss(void **state) {
        struct model *m = *state;
        run_for(m, 60);
        int64_t since_ms = link_of(m, 0)->bgp_since_ms;
        assert_int_equal(physics_break(m, aws[0].outside, LINK_IPSEC_STUCK, m->now_ms + 10000), 0);
        run_for(m, 60);
        assert_true(is_up(m, 0));
        assert_int_equal(link_of(m, 0)->bgp_since_ms, since_ms);
}

enum cure { CURE_NOTHING, CURE_RESET, CURE_INSTANCE, CURE_REPLACE, CURE_RECREATE };

static void apply_cure(struct model *m, enum cure c) {
        switch (c) {
        case CURE_NOTHING:
                break;
        case CURE_RESET:
                physics_azure_connection_reset(m, "/CONN2"); /* ids have no case */
                break;
        case CURE_INSTANCE:
                physics_azure_instance_reset(m, "/gw", 1);
                break;
        case CURE_REPLACE:
                physics_aws_tunnel_replaced(m, aws[2].outside);
                break;
        case CURE_RECREATE:
                azure_connection_gone[2] = true;
                physics_changed(m);
                run_for(m, 1);
                azure_connection_gone[2] = false;
                physics_changed(m);
                break;
        }
}

static void test_cures(void **state) {
        static const struct {
                enum link_fault fault;
                bool cured_by[5];
        } table[] = {
                {LINK_IPSEC_STUCK, {false, true, true, true, true}},
                {LINK_ENDPOINT_BROKEN, {false, false, false, true, false}},
                {LINK_BGP_STUCK, {false, true, true, true, true}},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                for (int c = CURE_NOTHING; c <= CURE_RECREATE; c++) {
                        void *own = NULL;
                        setup(&own);
                        struct model *m = own;
                        run_for(m, 60);
                        assert_int_equal(physics_break(m, aws[2].outside, table[i].fault, INT64_MAX), 0);
                        run_for(m, 200);
                        assert_false(is_up(m, 2));
                        assert_int_equal(link_of(m, 2)->ipsec_up, table[i].fault == LINK_BGP_STUCK);
                        apply_cure(m, (enum cure)c);
                        run_for(m, 60);
                        if (is_up(m, 2) != table[i].cured_by[c])
                                fail_msg("fault %d, cure %d: %s", table[i].fault, c, link_of(m, 2)->reason);
                        for (size_t t = 0; t < TUNNELS; t++)
                                assert_true(t == 2 || is_up(m, t));
                        teardown(&own);
                }
}

static void test_fault_ends_by_itself(void **state) {
        struct model *m = *state;
        run_for(m, 60);
        assert_int_equal(physics_break(m, aws[3].outside, LINK_ENDPOINT_BROKEN, m->now_ms + 600000), 0);
        run_for(m, 599);
        assert_false(is_up(m, 3));
        run_for(m, 60);
        assert_true(is_up(m, 3));
        assert_int_equal(physics_break(m, ip("52.9.9.9"), LINK_BGP_STUCK, INT64_MAX), -ENOENT);
}

static void test_address_change_drops_every_session_once(void **state) {
        struct model *m = *state;
        run_for(m, 60);
        physics_azure_addresses_changed(m, "/gw");
        physics_advance(m);
        for (size_t t = 0; t < TUNNELS; t++) {
                assert_false(is_up(m, t));
                assert_true(link_of(m, t)->ipsec_up);
        }
        run_for(m, 60);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_true(is_up(m, t));
}

static void test_routes(void **state) {
        struct model *m = *state;
        struct cidr got[MODEL_PREFIXES_MAX];
        assert_int_equal(physics_routes_to_aws(m, aws[0].outside, got, MODEL_PREFIXES_MAX), 0);
        run_for(m, 60);
        assert_int_equal(physics_routes_to_aws(m, aws[0].outside, got, MODEL_PREFIXES_MAX), 2);
        /* Azure refuses 10.5.0.0/16: it is its own */
        assert_int_equal(physics_routes_to_azure(m, "/conn0", 0, got, MODEL_PREFIXES_MAX), 1);
        assert_true(cidr_equal(got[0], vpc[0]));
        assert_int_equal(physics_routes_to_azure(m, "/conn0", 1, got, MODEL_PREFIXES_MAX), 0);
        for (n_advertised = 0; n_advertised < 101; n_advertised++)
                advertised[n_advertised] = (struct cidr){0x0a000000u + (uint32_t)(n_advertised << 16), 16};
        physics_changed(m);
        run_for(m, 60);
        for (size_t t = 0; t < TUNNELS; t++)
                assert_false(is_up(m, t));
        assert_non_null(strstr(link_of(m, 0)->reason, "maximum prefix limit"));
        n_advertised = 100;
        physics_changed(m);
        run_for(m, 60);
        assert_int_equal(physics_routes_to_aws(m, aws[0].outside, got, MODEL_PREFIXES_MAX), 100);
}

static void test_two_connections_to_one_endpoint(void **state) {
        struct model *m = *state;
        azure[2].remote = azure[3].remote = aws[0].outside; /* connection 1 dials connection 0's endpoint */
        run_for(m, 60);
        assert_true(is_up(m, 0));
        assert_false(physics_link_of_azure(m, "/conn1", 0)->ipsec_up);
        assert_non_null(strstr(physics_link_of_azure(m, "/conn1", 0)->reason, "another connection"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_four_up_four_discards),
                TEST(test_takes_its_time),
                TEST(test_speed),
                cmocka_unit_test(test_one_wrong_field),
                TEST(test_defaults_match),
                TEST(test_one_dialler_is_enough),
                TEST(test_hold_time),
                TEST(test_session_survives_a_short_loss),
                cmocka_unit_test(test_cures),
                TEST(test_fault_ends_by_itself),
                TEST(test_address_change_drops_every_session_once),
                TEST(test_routes),
                TEST(test_two_connections_to_one_endpoint),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
