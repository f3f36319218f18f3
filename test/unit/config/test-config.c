/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: every mistake is told at its line, good ones come back the same, and changes are seen. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "util/alloc.h"

#define FILES_MAX 8

static struct buf read_path(const char *path) {
        struct buf b = BUF_NULL;
        char chunk[4096];
        FILE *f = fopen(path, "re");
        if (!f)
                fail_msg("cannot read %s", path);
        for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f)) > 0;)
                buf_append(&b, chunk, n);
        fclose(f);
        return b;
}

static struct buf read_data(const char *name, const char *suffix) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s%s", DATA, name, suffix);
        return read_path(path);
}

static struct config_file file(const char *path, const char *text) {
        return (struct config_file){path, text, strlen(text)};
}

static int parse_pairing(const char *text, struct buf *errors, struct configuration **ret) {
        struct config_file f = file("hub.conf", text);
        return config_parse(NULL, 0, &f, 1, errors, ret);
}

/* "text *" at the end of an expected line stands for any words: those of the core's rules. */
static void assert_errors(const char *name, const char *actual, const char *expected) {
        const char *a = actual, *e = expected;
        while (*e) {
                size_t na = strcspn(a, "\n"), ne = strcspn(e, "\n");
                bool open = ne > 0 && e[ne - 1] == '*';
                bool same = open ? na >= ne && memcmp(a, e, ne - 1) == 0 : na == ne && memcmp(a, e, ne) == 0;
                if (!same)
                        fail_msg("%s: \"%.*s\" instead of \"%.*s\"\nall:\n%s", name, (int)na, a, (int)ne, e, actual);
                a += na + (a[na] == '\n');
                e += ne + 1;
        }
        if (*a)
                fail_msg("%s: not expected: %s", name, a);
}

struct row {
        const char *name; /* of the .err file */
        const char *daemon[2], *pairings[4];
};

static void check_row(const struct row *row) {
        struct buf texts[FILES_MAX];
        struct config_file daemon[2], pairings[4];
        char paths[FILES_MAX][64];
        size_t n_daemon = 0, n_pairings = 0, n = 0;
        for (size_t i = 0; i < ELEMENTSOF(row->daemon) && row->daemon[i]; i++, n++) {
                texts[n] = read_data(row->daemon[i], ".conf");
                snprintf(paths[n], sizeof(paths[n]), "%s.conf", row->daemon[i]);
                daemon[n_daemon++] = (struct config_file){paths[n], buf_str(&texts[n]), texts[n].len};
        }
        for (size_t i = 0; i < ELEMENTSOF(row->pairings) && row->pairings[i]; i++, n++) {
                texts[n] = read_data(row->pairings[i], ".conf");
                snprintf(paths[n], sizeof(paths[n]), "%s.conf", row->pairings[i]);
                pairings[n_pairings++] = (struct config_file){paths[n], buf_str(&texts[n]), texts[n].len};
        }
        _cleanup_buf_ struct buf errors = BUF_NULL, expected = read_data(row->name, ".err");
        struct configuration *c = NULL;
        int k = config_parse(daemon, n_daemon, pairings, n_pairings, &errors, &c);
        for (size_t i = 0; i < n; i++)
                buf_deinit(&texts[i]);
        if (k != CONFIG_INVALID)
                fail_msg("%s: taken", row->name);
        assert_null(c);
        assert_errors(row->name, buf_str(&errors), buf_str(&expected));
}

static void every_mistake_is_told(void **state) {
        static const struct row rows[] = {
                {"syntax", {NULL}, {"syntax"}},
                {"values", {NULL}, {"values"}},
                {"ids", {NULL}, {"ids"}},
                {"missing", {NULL}, {"missing"}},
                {"build", {NULL}, {"build"}},
                {"repair", {NULL}, {"repair"}},
                {"rules", {NULL}, {"rules"}},
                {"addresses", {NULL}, {"addresses"}},
                {"Bad_Name", {NULL}, {"Bad_Name"}},
                {"together", {NULL}, {"together-c", "together-a", "together-b"}},
                {"vpc", {NULL}, {"vpc-a", "vpc-b"}},
                {"twice", {NULL}, {"together-a", "together-a"}},
                {"daemon", {"daemon", "daemon-dropin"}, {NULL}},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                check_row(&rows[i]);
}

#define GOOD                                                                                                           \
        "[Azure]\nSubscription=00000000-0000-0000-0000-000000000001\nResourceGroup=rg\nVirtualNetwork=vnet\n"          \
        "Gateway=gw\n[AWS]\nRegion=ap-northeast-1\nVpc=vpc-01234567\n"

static void bad_bytes_are_told(void **state) {
        static const struct {
                const char *bytes;
                size_t len;
                const char *expected;
        } rows[] = {
                {"[Pairing]\nMode\0=x\n", 18, "hub.conf:2: the line holds a NUL byte; only text is allowed\n"},
                {"[Pairing]\n# \xff\n", 14, "hub.conf:2: the line is not valid UTF-8\n"},
                {"[Pairing]\n# \xc0\xaf\n", 15, "hub.conf:2: the line is not valid UTF-8\n"},
                {"# \x01\n", 4, "hub.conf:1: the line holds a control character; only text is allowed\n"},
                {"# a\rb\n", 6, "hub.conf:1: the line holds a control character; only text is allowed\n"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_buf_ struct buf text = BUF_NULL, errors = BUF_NULL;
                struct configuration *c = NULL;
                buf_append(&text, rows[i].bytes, rows[i].len);
                buf_puts(&text, GOOD);
                struct config_file f = {"hub.conf", text.data, text.len};
                assert_int_equal(config_parse(NULL, 0, &f, 1, &errors, &c), CONFIG_INVALID);
                assert_string_equal(buf_str(&errors), rows[i].expected);
        }
}

static void sizes_are_bounded(void **state) {
        _cleanup_buf_ struct buf text = BUF_NULL, errors = BUF_NULL;
        struct configuration *c = NULL;
        (void)state;
        buf_puts(&text, GOOD "# ");
        for (int i = 0; i < 4000; i++)
                buf_putc(&text, 'x');
        assert_int_equal(parse_pairing(buf_str(&text), &errors, &c), CONFIG_INVALID);
        assert_string_equal(buf_str(&errors), "hub.conf:9: the line is too long; at most 4000 bytes are allowed\n");
        buf_clear(&text);
        buf_clear(&errors);
        buf_puts(&text, GOOD);
        for (int i = 0; i < 4000; i++)
                buf_putc(&text, '\n');
        assert_int_equal(parse_pairing(buf_str(&text), &errors, &c), CONFIG_INVALID);
        assert_string_equal(buf_str(&errors), "hub.conf:4001: too many lines; at most 4000 are allowed\n");
        for (int i = 0; i < 70; i++)
                buf_printf(&text, "%04000d\n", 0);
        buf_clear(&errors);
        assert_int_equal(parse_pairing(buf_str(&text), &errors, &c), CONFIG_INVALID);
        assert_non_null(strstr(buf_str(&errors), "hub.conf:1: the file is too large; at most 256 KiB are allowed\n"));
}

static void defaults_hold(void **state) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        (void)state;
        assert_int_equal(parse_pairing("\xef\xbb\xbf" GOOD "Profile=\r\n", &errors, &c), 0);
        assert_int_equal(c->n_pairings, 1);
        const struct declaration *d = &c->pairings[0];
        assert_string_equal(c->daemon.owner, "s2svpn");
        assert_string_equal(c->daemon.metrics_listen, "127.0.0.1:9321");
        assert_string_equal(c->daemon.ca_file, "");
        assert_string_equal(d->name, "hub");
        assert_string_equal(d->owner, "s2svpn");
        assert_int_equal(d->topology, TOPOLOGY_FOUR);
        assert_int_equal(d->mode, MODE_OBSERVE);
        assert_int_equal(d->azure.asn, 65515);
        assert_int_equal(d->aws.asn, 64512);
        assert_int_equal(d->policy.min_healthy_tunnels, 1);
        assert_false(d->policy.allow_gateway_reset);
        assert_false(d->addresses_pinned);
        assert_int_equal(d->timing.round_ms, 30000);
        assert_int_equal(d->timing.create_settle_ms, 120000);
        assert_string_equal(d->azure.vnet_id, "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/"
                                              "providers/Microsoft.Network/virtualNetworks/vnet");
        assert_string_equal(d->azure.gateway_name, "gw");
        assert_string_equal(d->azure.client_id, "");
        assert_int_equal(d->aws.n_route_tables, 0);
}

static void a_gateway_id_tells_subscription_and_group(void **state) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        (void)state;
        assert_int_equal(parse_pairing("[Azure]\nVirtualNetwork=vnet\nGateway=/subscriptions/"
                                       "00000000-0000-0000-0000-000000000009/resourceGroups/rg9/providers/"
                                       "Microsoft.Network/virtualNetworkGateways/gw9\n"
                                       "[AWS]\nRegion=ap-northeast-1\nVpc=vpc-01234567\n",
                                       &errors, &c),
                         0);
        const struct azure_declaration *a = &c->pairings[0].azure;
        assert_string_equal(a->subscription, "00000000-0000-0000-0000-000000000009");
        assert_string_equal(a->resource_group, "rg9");
        assert_string_equal(a->gateway_name, "gw9");
        assert_string_equal(a->vnet_id, "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg9/"
                                        "providers/Microsoft.Network/virtualNetworks/vnet");
}

static void later_files_override(void **state) {
        struct config_file daemon[] = {
                file("s2svpnd.conf", "[Daemon]\nOwner=a\nMetricsListen=\n[Azure]\n"
                                     "ClientId=00000000-0000-0000-0000-00000000000a\nArmUrl=http://127.0.0.1:1/\n"
                                     "[Timing]\nRoundInterval=20s\nHoldOffAll=1min\n"),
                file("s2svpnd.conf.d/10.conf", "[Daemon]\nOwner=b\n[Timing]\nRoundInterval=10s\n"),
        };
        struct config_file pairing = file("hub.conf", GOOD "[Timing]\nHoldOffAll=2min\n");
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        (void)state;
        assert_int_equal(config_parse(daemon, 2, &pairing, 1, &errors, &c), 0);
        assert_string_equal(c->daemon.owner, "b");
        assert_string_equal(c->daemon.metrics_listen, "");
        assert_string_equal(c->daemon.arm_url, "http://127.0.0.1:1");
        assert_int_equal(c->daemon.timing.holdoff_all_ms, 60000);
        assert_string_equal(c->pairings[0].owner, "b");
        assert_string_equal(c->pairings[0].azure.client_id, "00000000-0000-0000-0000-00000000000a");
        assert_int_equal(c->pairings[0].timing.round_ms, 10000);
        assert_int_equal(c->pairings[0].timing.holdoff_all_ms, 120000);
}

/* Cuts canonical text at its "# file: NAME" comments and parses it again. */
static void assert_round_trip(const struct configuration *c) {
        _cleanup_buf_ struct buf once = BUF_NULL, twice = BUF_NULL, errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *again = NULL;
        struct config_file files[FILES_MAX];
        char paths[FILES_MAX][128];
        size_t n = 0;
        assert_int_equal(config_print(c, &once), 0);
        for (const char *p = buf_str(&once); p && *p; n++) {
                assert_int_equal(strncmp(p, "# file: ", 8), 0);
                snprintf(paths[n], sizeof(paths[n]), "%.*s", (int)strcspn(p + 8, "\n"), p + 8);
                const char *end = strstr(p + 8, "# file: ");
                files[n] = (struct config_file){paths[n], p, end ? (size_t)(end - p) : strlen(p)};
                p = end;
        }
        int k = config_parse(files, 1, files + 1, n - 1, &errors, &again);
        if (k != 0)
                fail_msg("%d: %s", k, buf_str(&errors));
        assert_int_equal(config_print(again, &twice), 0);
        assert_string_equal(buf_str(&once), buf_str(&twice));
        assert_int_equal(again->n_pairings, c->n_pairings);
        for (size_t i = 0; i < c->n_pairings; i++)
                assert_int_equal(again->pairings[i].hash, c->pairings[i].hash);
}

static void shipped_examples_are_valid_and_round_trip(void **state) {
        _cleanup_buf_ struct buf daemon = read_path(SHIPPED "/s2svpnd.conf"), errors = BUF_NULL;
        _cleanup_buf_ struct buf pairing = read_path(SHIPPED "/pairings.d/example.conf.sample");
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        (void)state;
        struct config_file files[] = {file("s2svpnd.conf", buf_str(&daemon)), file("example.conf", buf_str(&pairing))};
        int k = config_parse(&files[0], 1, &files[1], 1, &errors, &c);
        if (k != 0)
                fail_msg("%s", buf_str(&errors));
        assert_string_equal(c->pairings[0].azure.gateway_sku, "VpnGw2AZ");
        assert_int_equal(c->pairings[0].aws.n_route_tables, 2);
        assert_round_trip(c);
}

/* The commented keys of s2svpnd.conf claim to be the defaults. */
static void shown_defaults_are_the_defaults(void **state) {
        _cleanup_buf_ struct buf shown = read_path(SHIPPED "/s2svpnd.conf"), errors = BUF_NULL;
        _cleanup_buf_ struct buf expected = BUF_NULL, actual = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *with = NULL, *without = NULL;
        (void)state;
        char *timing = strstr(shown.data, "[Timing]");
        assert_non_null(timing);
        for (char *p = timing; (p = strstr(p, "\n#")); p++) {
                if (p[2] != ' ')
                        p[1] = ' ';
        }
        struct config_file files[] = {file("s2svpnd.conf", timing)};
        assert_int_equal(config_parse(files, 1, NULL, 0, &errors, &with), 0);
        assert_int_equal(config_parse(NULL, 0, NULL, 0, &errors, &without), 0);
        assert_int_equal(config_print(with, &actual), 0);
        assert_int_equal(config_print(without, &expected), 0);
        assert_string_equal(buf_str(&actual), buf_str(&expected));
        for (size_t n = 0; n < 17; n++) /* all keys are shown */
                assert_non_null(timing = strchr(timing + 1, '='));
}

static void everything_round_trips(void **state) {
        struct config_file daemon = file("s2svpnd.conf", "[Daemon]\nOwner=o\nCaFile=/ca\nMetricsListen=\n[Azure]\n"
                                                         "AuthorityUrl=https://a\nArmUrl=https://b\n"
                                                         "ClientSecretFile=/s\n[AWS]\nEndpointUrl=https://c\n");
        struct config_file pairings[] = {
                file("b.conf", "[Pairing]\nTopology=two\nMode=build\n"
                               "Addresses=169.254.21.0/30 169.254.22.0/30 169.254.21.4/30 169.254.22.4/30\n" GOOD
                               "AccountId=123456789012\nRouteTables=rtb-01234567,rtb-89abcdef\nProfile=p q\nAsn=64600\n"
                               "[Policy]\nMinHealthyTunnels=2\nAllowGatewayReset=Yes\nAllowTunnelReplace=1\n"
                               "[Timing]\nLadderBudget=0\nConfirmSamples=1\nRoundInterval=500ms\n"),
                file("a.conf", GOOD),
        };
        _cleanup_buf_ struct buf errors = BUF_NULL, text = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        (void)state;
        buf_puts(&text, pairings[0].bytes);
        char *at = strstr(text.data, "Gateway=gw\n");
        assert_non_null(at);
        _cleanup_buf_ struct buf whole = BUF_NULL;
        buf_append(&whole, text.data, (size_t)(at - text.data));
        buf_puts(&whole, "Tenant=00000000-0000-0000-0000-000000000002\nLocation=japaneast\nGatewaySku=VpnGw1AZ\n"
                         "ClientId=00000000-0000-0000-0000-000000000003\nSyncPeerings=*\nAsn=65001\n");
        buf_puts(&whole, at);
        char *vpc = strstr(whole.data, "vpc-01234567");
        memcpy(vpc, "vpc-76543210", 12);
        char *gateway = strstr(whole.data, "Gateway=gw");
        memcpy(gateway, "Gateway=GG", 10);
        pairings[0] = file("b.conf", buf_str(&whole));
        int k = config_parse(&daemon, 1, pairings, 2, &errors, &c);
        if (k != 0)
                fail_msg("%s", buf_str(&errors));
        assert_string_equal(c->pairings[0].name, "a");
        assert_string_equal(c->pairings[1].name, "b");
        assert_true(c->pairings[1].addresses_pinned);
        assert_round_trip(c);
}

static void the_hash_sees_every_change(void **state) {
        static const char *const additions[] = {
                "",
                "Profile=p\n",
                "Asn=64600\n",
                "RouteTables=rtb-01234567\n",
                "[Policy]\nMinHealthyTunnels=2\n",
                "[Policy]\nAllowTunnelReplace=yes\n",
                "[Timing]\nHoldOffConfig=6min\n",
                "[Timing]\nLadderBudget=9\n",
                "[Pairing]\nTopology=two\n",
                "[Pairing]\nAddresses=169.254.21.0/30 169.254.22.0/30 169.254.21.4/30 169.254.22.4/30\n",
        };
        uint64_t hashes[ELEMENTSOF(additions)];
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(additions); i++) {
                _cleanup_buf_ struct buf text = BUF_NULL, errors = BUF_NULL;
                _cleanup_(configuration_freep) struct configuration *c = NULL;
                buf_printf(&text, GOOD "%s", additions[i]);
                assert_int_equal(parse_pairing(buf_str(&text), &errors, &c), 0);
                hashes[i] = c->pairings[0].hash;
                for (size_t j = 0; j < i; j++)
                        assert_true(hashes[j] != hashes[i]);
        }
}

static size_t allocations_left;
static void *failing_alloc(size_t size) {
        if (allocations_left == 0)
                return NULL;
        allocations_left--;
        return malloc(size);
}
static void *failing_realloc(void *p, size_t size) {
        if (allocations_left == 0)
                return NULL;
        allocations_left--;
        return realloc(p, size);
}

static void every_allocation_may_fail(void **state) {
        static const struct mem_hooks hooks = {failing_alloc, failing_realloc, free};
        static const char *const texts[] = {GOOD "[Timing]\nRoundInterval=1s\n", GOOD "Nonsense=1\n[Bad\n"};
        (void)state;
        for (size_t t = 0; t < ELEMENTSOF(texts); t++) {
                int k = -ENOMEM;
                for (size_t n = 0; k == -ENOMEM; n++) {
                        struct buf errors = BUF_NULL;
                        struct configuration *c = NULL;
                        assert_true(n < 1000);
                        mem_set_hooks(&hooks);
                        allocations_left = n;
                        k = parse_pairing(texts[t], &errors, &c);
                        configuration_free(c);
                        buf_deinit(&errors);
                        mem_set_hooks(NULL);
                }
                assert_int_equal(k, t == 0 ? 0 : CONFIG_INVALID);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_mistake_is_told),
                cmocka_unit_test(bad_bytes_are_told),
                cmocka_unit_test(sizes_are_bounded),
                cmocka_unit_test(defaults_hold),
                cmocka_unit_test(a_gateway_id_tells_subscription_and_group),
                cmocka_unit_test(later_files_override),
                cmocka_unit_test(shipped_examples_are_valid_and_round_trip),
                cmocka_unit_test(shown_defaults_are_the_defaults),
                cmocka_unit_test(everything_round_trips),
                cmocka_unit_test(the_hash_sees_every_change),
                cmocka_unit_test(every_allocation_may_fail),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
