/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of single values. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/value.h"

static void spans_are_read_and_printed(void **state) {
        static const struct {
                const char *text;
                int64_t ms;
                const char *canonical;
        } rows[] = {
                {"30", 30000, "30s"},           {"30s", 30000, "30s"},
                {"5min", 300000, "5min"},       {"1h 30min", 5400000, "1h 30min"},
                {"1h30m", 5400000, "1h 30min"}, {"500ms", 500, "500ms"},
                {"90 sec", 90000, "1min 30s"},  {"2 hours 1 second", 7201000, "2h 1s"},
                {"1day", 86400000, "1d"},       {"0", 0, "0s"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_buf_ struct buf out = BUF_NULL;
                int64_t ms = -1;
                assert_int_equal(value_parse_span(rows[i].text, &ms), 0);
                assert_int_equal(ms, rows[i].ms);
                value_print_span(ms, &out);
                assert_string_equal(buf_str(&out), rows[i].canonical);
                assert_int_equal(value_parse_span(buf_str(&out), &ms), 0);
                assert_int_equal(ms, rows[i].ms);
        }
}

static void bad_spans_are_refused(void **state) {
        static const char *const rows[] = {"",    "s",         "5 fortnights",   "-5s",
                                           "5s,", "1.5h",      "9999999999999s", "999999999999d",
                                           " 5s", "5min soon", "infinity"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                int64_t ms = -7;
                assert_int_equal(value_parse_span(rows[i], &ms), -EINVAL);
                assert_int_equal(ms, -7);
        }
}

static void numbers_have_one_spelling(void **state) {
        static const char *const bad[] = {"", "01", "-1", "+1", "4294967296", "1 ", "0x1", "99999999999"};
        uint32_t n = 7;
        (void)state;
        assert_int_equal(value_parse_uint("4294967295", &n), 0);
        assert_int_equal(n, UINT32_MAX);
        assert_int_equal(value_parse_uint("0", &n), 0);
        assert_int_equal(n, 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(value_parse_uint(bad[i], &n), -EINVAL);
}

static bool is_name(const char *s) {
        return value_is_azure_name(s, 80);
}
static bool is_vnet_id(const char *s) {
        return value_is_azure_id(s, "virtualNetworks");
}
static bool is_vpc(const char *s) {
        return value_is_aws_id(s, "vpc-");
}
static bool is_pairing(const char *s) {
        return value_is_pairing_name(s, strlen(s));
}

#define GUID "01234567-89ab-cdef-0123-456789abcdef"
#define VNET "/subscriptions/" GUID "/resourceGroups/rg(1)/providers/Microsoft.Network/virtualNetworks/vnet"

static void forms_are_told_apart(void **state) {
        static const struct {
                bool (*is)(const char *);
                const char *text;
                bool expected;
        } rows[] = {
                {value_is_guid, GUID, true},
                {value_is_guid, "01234567-89AB-CDEF-0123-456789ABCDEF", true},
                {value_is_guid, "{" GUID "}", false},
                {value_is_guid, "0123456789abcdef0123456789abcdef0123", false},
                {value_is_azure_location, "japaneast", true},
                {value_is_azure_location, "westus2", true},
                {value_is_azure_location, "Japan East", false},
                {value_is_azure_location, "2west", false},
                {value_is_azure_group, "rg-(a).b_", true},
                {value_is_azure_group, "rg.", false},
                {value_is_azure_group, "r/g", false},
                {value_is_azure_group, "", false},
                {is_name, "vgw-hub_1.x", true},
                {is_name, "-vgw", false},
                {is_name, "vgw-", false},
                {is_name, "v", true},
                {is_vnet_id, VNET, true},
                {is_vnet_id, "/SUBSCRIPTIONS/" GUID "/resourcegroups/rg/providers/microsoft.network/VIRTUALNETWORKS/v",
                 true},
                {is_vnet_id, VNET "/subnets/x", false},
                {is_vnet_id, VNET "/", false},
                {is_vnet_id, "x" VNET, false},
                {is_vnet_id, "/subscriptions/" GUID, false},
                {is_vnet_id,
                 "/subscriptions/" GUID "/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/v", false},
                {value_is_account, "123456789012", true},
                {value_is_account, "1234-5678-9012", false},
                {value_is_region, "ap-northeast-1", true},
                {value_is_region, "us-gov-west-1", true},
                {value_is_region, "ap-northeast", false},
                {value_is_region, "ap-northeast-1a", false},
                {value_is_region, "apx-northeast-1", false},
                {value_is_region, "ap-1", false},
                {is_vpc, "vpc-01234567", true},
                {is_vpc, "vpc-0123456789abcdef0", true},
                {is_vpc, "vpc-0123456789ABCDEF0", false},
                {is_vpc, "vpc-0123", false},
                {is_vpc, "rtb-01234567", false},
                {value_is_owner, "team-a.net_1", true},
                {value_is_owner, "team a", false},
                {is_pairing, "hub-1", true},
                {is_pairing, "Hub", false},
                {is_pairing, "-hub", false},
                {is_pairing, "hub-", false},
                {is_pairing, "a23456789012345678901234567890123456789012345678901234567890123", true},
                {is_pairing, "a234567890123456789012345678901234567890123456789012345678901234", false},
                {value_is_listen, "127.0.0.1:9321", true},
                {value_is_listen, "[::1]:9321", true},
                {value_is_listen, "::1:9321", false},
                {value_is_listen, "localhost:9321", false},
                {value_is_listen, "127.0.0.1:65536", false},
                {value_is_listen, "127.0.0.1:0", false},
                {value_is_endpoint, "https://management.example", true},
                {value_is_endpoint, "http://127.0.0.1:8080", true},
                {value_is_endpoint, "http://[::1]:8080", true},
                {value_is_endpoint, "http://localhost", true},
                {value_is_endpoint, "http://localhost.example", false},
                {value_is_endpoint, "http://127.0.0.1.example", false},
                {value_is_endpoint, "http://127.0.0.1@example", false},
                {value_is_endpoint, "https://a?b", false},
                {value_is_endpoint, "ftp://localhost", false},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                if (rows[i].is(rows[i].text) != rows[i].expected)
                        fail_msg("row %zu: \"%s\"", i, rows[i].text);
        }
}

static void lists_are_split_at_blanks_and_commas(void **state) {
        const char *s = " a, bc\td,,e ";
        static const char *const expected[] = {"a", "bc", "d", "e"};
        size_t len;
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                const char *word = value_next_word(&s, &len);
                assert_non_null(word);
                assert_int_equal(len, strlen(expected[i]));
                assert_memory_equal(word, expected[i], len);
        }
        assert_null(value_next_word(&s, &len));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(spans_are_read_and_printed),
                cmocka_unit_test(bad_spans_are_refused),
                cmocka_unit_test(numbers_have_one_spelling),
                cmocka_unit_test(forms_are_told_apart),
                cmocka_unit_test(lists_are_split_at_blanks_and_commas),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
