/* SPDX-License-Identifier: Apache-2.0 */
/* Results of the BGP queries, odd forms included, and .NET's durations. */
#include "azure-test.h"

#include "azure/arm-reply.h"

static struct arena *arena;

static int set_up(void **state) {
        (void)state;
        arena = arena_new();
        return arena ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        arena = arena_free(arena);
        return 0;
}

static struct azure_reply reply_of(const char *body) {
        const char *text = json_of(arena, body);
        return (struct azure_reply){text, strlen(text), arena, ""};
}

static void timespans(void **state) {
        static const struct {
                const char *text;
                int64_t ms;
        } good[] = {
                {"00:00:00", 0},
                {"00:02:03", 123000},
                {"23:59:59.9999999", 86399999},
                {"9.01:04:53.5768637", 9 * 86400000 + 3893576},
                {"1.00:00:00", 86400000},
                {"10675199.02:48:05.4775807", INT64_C(922337203685477)},
                {"00:00:01.5", 1500},
                {"00:00:01.05", 1050},
        };
        static const char *const bad[] = {
                "",
                "0",
                "00:00",
                "00:00:60",
                "24:00:00",
                "00:60:00",
                "0:00:00",
                "1:00:00:00",
                "00:00:00.",
                "00:00:00.x",
                "-00:00:01",
                "00:00:00 ",
                "1.0:00:00",
                "P1D",
                ".00:00:00",
                "1.1.00:00",
                "00:00:00.12345678",
                "99999999.00:00:00",
                "123456789.00:00:00",
                "1.",
                "00:0",
        };
        int64_t ms;
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                assert_int_equal(azure_parse_timespan(good[i].text, &ms), 0);
                assert_int_equal(ms, good[i].ms);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                if (azure_parse_timespan(bad[i], &ms) != -EINVAL)
                        fail_msg("taken: %s", bad[i]);
        }
}

static void peers_are_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(
                "{'value':["
                "{'localAddress':'10.0.255.4','neighbor':'169.254.21.1','asn':64512,'state':'Connected',"
                "'connectedDuration':'9.01:04:53.5768637','routesReceived':3,'messagesSent':1,'messagesReceived':2},"
                "{'localAddress':'10.0.255.5','neighbor':'169.254.21.1','asn':4200000000,'state':'Connecting',"
                "'routesReceived':0},"
                "{'localAddress':'fd00::4','neighbor':'fd00::1','asn':1,'state':'Connected'},"
                "{'neighbor':'10.0.255.4','state':'idle','connectedDuration':null},"
                "{'neighbor':'10.0.255.6','state':'Stopped'},{'neighbor':'10.0.255.7','state':'Dreaming'}]}");
        struct az_bgp_rows rows;
        assert_int_equal(azure_parse_bgp_rows(&reply, &rows), 0);
        assert_int_equal(rows.n_rows, 5);
        assert_int_equal(rows.rows[0].local.addr, ip("10.0.255.4").addr);
        assert_int_equal(rows.rows[0].neighbor.addr, ip("169.254.21.1").addr);
        assert_int_equal(rows.rows[0].asn, 64512);
        assert_int_equal(rows.rows[0].state, AZ_BGP_CONNECTED);
        assert_int_equal(rows.rows[0].connected_ms, 9 * 86400000 + 3893576);
        assert_int_equal(rows.rows[0].routes_received, 3);
        assert_int_equal(rows.rows[1].asn, 4200000000u);
        assert_int_equal(rows.rows[1].state, AZ_BGP_CONNECTING);
        assert_int_equal(rows.rows[1].connected_ms, -1);
        assert_int_equal(rows.rows[2].state, AZ_BGP_IDLE);
        assert_int_equal(rows.rows[2].local.addr, 0);
        assert_int_equal(rows.rows[2].connected_ms, -1);
        assert_int_equal(rows.rows[3].state, AZ_BGP_STOPPED);
        assert_int_equal(rows.rows[4].state, AZ_BGP_UNKNOWN);
}

static void routes_are_read(void **state) {
        (void)state;
        struct azure_reply reply = reply_of(
                "{'value':["
                "{'localAddress':'10.0.255.4','network':'10.0.0.0/16','sourcePeer':'10.0.255.4','origin':'Network',"
                "'asPath':'','weight':32768},"
                "{'localAddress':'10.0.255.4','network':'10.9.0.0/16','nextHop':'169.254.21.1',"
                "'sourcePeer':'169.254.21.1','origin':'EBgp','asPath':'64512-65001','weight':32768},"
                "{'localAddress':'','network':'10.3.0.0/16','nextHop':'Virtual Network','origin':'Network','weight':0},"
                "{'localAddress':'10.0.255.4','network':'fd00::/48','nextHop':'fd00::1','origin':'EBgp','asPath':'1'},"
                "{'localAddress':null,'network':'0.0.0.0/0','nextHop':null,'sourcePeer':null,'origin':'Igp',"
                "'asPath':'65515'}]}");
        struct az_routes routes;
        assert_int_equal(azure_parse_routes(&reply, &routes), 0);
        assert_int_equal(routes.n_rows, 4);
        assert_int_equal(routes.rows[0].next_hop.addr, 0);
        assert_false(routes.rows[0].is_ebgp);
        assert_string_equal(routes.rows[0].as_path, "");
        assert_int_equal(routes.rows[1].network.addr, ip("10.9.0.0").addr);
        assert_int_equal(routes.rows[1].network.bits, 16);
        assert_int_equal(routes.rows[1].local.addr, ip("10.0.255.4").addr);
        assert_int_equal(routes.rows[1].source_peer.addr, ip("169.254.21.1").addr);
        assert_int_equal(routes.rows[1].next_hop.addr, ip("169.254.21.1").addr);
        assert_true(routes.rows[1].is_ebgp);
        assert_string_equal(routes.rows[1].as_path, "64512-65001");
        assert_int_equal(routes.rows[2].next_hop.addr, 0);
        assert_int_equal(routes.rows[2].local.addr, 0);
        assert_string_equal(routes.rows[2].as_path, "");
        assert_int_equal(routes.rows[3].network.bits, 0);
}

static void no_rows_are_no_error(void **state) {
        (void)state;
        struct azure_reply reply = reply_of("{'value':[]}");
        struct az_bgp_rows rows;
        struct az_routes routes;
        assert_int_equal(azure_parse_bgp_rows(&reply, &rows), 0);
        assert_int_equal(rows.n_rows, 0);
        assert_int_equal(azure_parse_routes(&reply, &routes), 0);
        assert_int_equal(routes.n_rows, 0);
}

static void bad_rows_are_named(void **state) {
        static const struct {
                const char *body, *error;
        } peers[] =
                {
                        {"null", "body: not an object"},
                        {"{}", "value: missing"},
                        {"{'value':null}", "value: missing"},
                        {"{'value':{}}", "value: not an array"},
                        {"{'value':[7]}", "value[].: not an object"},
                        {"{'value':[{}]}", "value[].neighbor: missing"},
                        {"{'value':[{'neighbor':'x'}]}", "value[].neighbor: not an address"},
                        {"{'value':[{'neighbor':7}]}", "value[].neighbor: not a text"},
                        {"{'value':[{'neighbor':'1.2.3.4','asn':'x'}]}", "value[].asn: not an integer"},
                        {"{'value':[{'neighbor':'1.2.3.4','asn':-1}]}", "value[].asn: out of range"},
                        {"{'value':[{'neighbor':'1.2.3.4','asn':4294967296}]}", "value[].asn: out of range"},
                        {"{'value':[{'neighbor':'1.2.3.4','connectedDuration':'1h'}]}",
                         "value[].connectedDuration: not a duration"},
                },
          routes[] = {
                  {"{'value':[{}]}", "value[].network: not a prefix"},
                  {"{'value':[{'network':'10.0.0.1/8'}]}", "value[].network: not a prefix"},
                  {"{'value':[{'network':'10.0.0.0/8','nextHop':7}]}", "value[].nextHop: not a text"},
                  {"{'value':[{'network':'10.0.0.0/8','asPath':[]}]}", "value[].asPath: not a text"},
          };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(peers); i++) {
                struct azure_reply reply = reply_of(peers[i].body);
                struct az_bgp_rows rows = {.n_rows = 77};
                assert_int_equal(azure_parse_bgp_rows(&reply, &rows), AZ_REPLY_MALFORMED);
                assert_string_equal(reply.error, peers[i].error);
                assert_int_equal(rows.n_rows, 77);
        }
        for (size_t i = 0; i < ELEMENTSOF(routes); i++) {
                struct azure_reply reply = reply_of(routes[i].body);
                struct az_routes rows;
                assert_int_equal(azure_parse_routes(&reply, &rows), AZ_REPLY_MALFORMED);
                assert_string_equal(reply.error, routes[i].error);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(timespans),
                cmocka_unit_test_setup_teardown(peers_are_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(routes_are_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(no_rows_are_no_error, set_up, tear_down),
                cmocka_unit_test_setup_teardown(bad_rows_are_named, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
