/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics: one row a fact that an alert or a graph stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "report/report.h"

#define P "pairing=\"hub-tokyo\""

static const struct {
        const char *world, *line;
} present[] = {
        {"healthy", "s2svpn_build_info{version=\"0.1.0\"} 1"},
        {"healthy", "s2svpn_pairing_verdict{" P ",verdict=\"healthy\"} 1"},
        {"healthy", "s2svpn_pairing_verdict{" P ",verdict=\"down\"} 0"},
        {"healthy", "s2svpn_tunnel_up{" P ",tunnel=\"4\"} 1"},
        {"healthy", "s2svpn_tunnel_proven{" P ",tunnel=\"1\"} 1"},
        {"healthy", "s2svpn_bgp_peer_up{" P ",tunnel=\"1\"} 1"},
        {"healthy", "s2svpn_findings{" P ",kind=\"gave-up\"} 0"},
        {"healthy", "s2svpn_plan_steps{" P ",status=\"held\"} 0"},
        {"healthy", "s2svpn_observation_age_seconds{" P "} 4.250"},
        {"healthy", "s2svpn_round_interval_seconds{" P "} 30.125"},
        {"healthy", "s2svpn_routes_present{" P ",direction=\"to-aws\"} 3"},
        {"healthy", "s2svpn_api_requests_total{cloud=\"aws\",account=\"123456789012\",kind=\"write\"} 1"},
        {"healthy", "s2svpn_api_throttled_total{cloud=\"aws\",account=\"123456789012\"} 0"},
        {"healthy", "s2svpn_start_timestamp_seconds 1767222245.000"},
        {"two", "s2svpn_tunnels_expected{" P "} 2"},
        {"two", "s2svpn_tunnel_up{" P ",tunnel=\"4\"} 1"},
        {"degraded", "s2svpn_tunnel_up{" P ",tunnel=\"2\"} 0"},
        {"degraded", "s2svpn_tunnel_known{" P ",tunnel=\"2\"} 1"},
        {"degraded", "s2svpn_findings{" P ",kind=\"tunnel-down\"} 1"},
        {"degraded", "s2svpn_plan_steps{" P ",status=\"held\"} 1"},
        {"degraded", "s2svpn_routes_present{" P ",direction=\"to-aws\"} 2"},
        {"degraded", "s2svpn_routes_unexpected{" P ",direction=\"to-azure\"} 1"},
        {"degraded", "s2svpn_steps_total{" P ",event=\"failed\"} 1"},
        {"down", "s2svpn_paused{" P "} 1"},
        {"down", "s2svpn_held{" P "} 1"},
        {"down", "s2svpn_routes_unknown{" P ",direction=\"to-aws\"} 3"},
        {"unknown", "s2svpn_pairing_verdict{" P ",verdict=\"unknown\"} 1"},
        {"unknown", "s2svpn_tunnel_up{" P ",tunnel=\"1\"} 0"},
        {"unknown", "s2svpn_tunnel_known{" P ",tunnel=\"1\"} 0"},
        {"unknown", "s2svpn_observation_age_seconds{" P "} +Inf"},
        {"unknown", "s2svpn_state_damaged{" P "} 1"},
        {"unknown", "s2svpn_store_ok 0"},
        {"unknown", "s2svpn_config_reload_ok 0"},
        {"empty", "s2svpn_pairings 0"},
        {"hostile", "s2svpn_api_throttled_total{cloud=\"azure\",account=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1"},
};

static bool has_line(const char *text, const char *line) {
        size_t n = strlen(line);
        for (const char *p = text; (p = strstr(p, line)); p++) {
                if ((p == text || p[-1] == '\n') && p[n] == '\n')
                        return true;
        }
        return false;
}

static void metrics_of(const char *world, struct buf *out) {
        static struct world w;
        assert_true(world_init(&w, world));
        assert_int_equal(report_metrics(&w.view, out), 0);
}

static void test_lines(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(present); i++) {
                _cleanup_buf_ struct buf out = BUF_NULL;
                metrics_of(present[i].world, &out);
                if (!has_line(out.data, present[i].line))
                        print_error("%s lacks: %s\n", present[i].world, present[i].line);
                assert_true(has_line(out.data, present[i].line));
        }
}

/* Spares are down by design: no sample that an alert on "== 0" would meet. */
static void test_spares_have_no_samples(void **state) {
        _cleanup_buf_ struct buf out = BUF_NULL;
        (void)state;
        metrics_of("two", &out);
        assert_null(strstr(out.data, "tunnel=\"2\""));
        assert_null(strstr(out.data, "tunnel=\"3\""));
}

static void test_no_family_without_samples(void **state) {
        _cleanup_buf_ struct buf out = BUF_NULL;
        (void)state;
        metrics_of("empty", &out);
        assert_null(strstr(out.data, "s2svpn_tunnel_up"));
        assert_non_null(strstr(out.data, "s2svpn_api_requests_total{"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_spares_have_no_samples),
                cmocka_unit_test(test_no_family_without_samples),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
