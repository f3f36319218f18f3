/* SPDX-License-Identifier: Apache-2.0 */
/* Address plan: both clouds' rules for inside addresses and ASNs, and the choice of a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/address-plan.h"

static struct cidr parse(const char *text) {
        struct cidr c;
        assert_int_equal(cidr_parse(text, &c), 0);
        return c;
}

static void assert_cidr(struct cidr c, const char *text) {
        char word[CIDR_TEXT_SIZE];
        assert_string_equal(cidr_format(c, word), text);
}

static void test_blocks(void **state _unused_) {
        struct address_plan p;
        struct cidr used[2 * ADDRESS_BLOCKS];
        size_t n = 0;
        assert_int_equal(address_plan_choose(NULL, 0, &p), 0);
        assert_cidr(p.inside[0], "169.254.21.0/30");
        assert_cidr(p.inside[1], "169.254.22.0/30");
        assert_cidr(p.inside[2], "169.254.21.4/30");
        assert_cidr(p.inside[3], "169.254.22.4/30");
        assert_int_equal(inside_aws(p.inside[2]).addr, 0xa9fe1505);
        assert_int_equal(inside_azure(p.inside[2]).addr, 0xa9fe1506);
        /* one used address takes the whole block; a hole is filled */
        used[n++] = parse("169.254.22.4/30");
        used[n++] = parse("169.254.21.16/30");
        assert_int_equal(address_plan_choose(used, n, &p), 0);
        assert_cidr(p.inside[0], "169.254.21.8/30");
        used[n++] = p.inside[1];
        assert_int_equal(address_plan_choose(used, n, &p), 0);
        assert_cidr(p.inside[3], "169.254.22.28/30");
        /* thirty-two blocks, then none */
        n = 0;
        for (unsigned k = 0; k < ADDRESS_BLOCKS; k++) {
                assert_int_equal(address_plan_choose(used, n, &p), 0);
                for (unsigned t = 0; t < TUNNELS; t++)
                        assert_true(inside_cidr_is_valid(p.inside[t], NULL));
                used[n++] = p.inside[2];
        }
        assert_cidr(p.inside[3], "169.254.22.252/30");
        assert_int_equal(address_plan_choose(used, n, &p), ADDRESS_PLAN_FULL);
}

static void test_inside_cidrs(void **state _unused_) {
        static const struct {
                const char *cidr;
                const char *refused; /* NULL: fine */
        } cases[] = {
                {"169.254.21.0/30", NULL},
                {"169.254.22.252/30", NULL},
                {"169.254.20.252/30", "outside Azure's"},
                {"169.254.23.0/30", "outside Azure's"},
                {"169.254.21.0/29", "not a /30"},
                {"169.254.21.4/31", "not a /30"},
                {"10.0.0.0/30", "outside Azure's"},
                {"169.254.0.0/30", "reserved by AWS"},
                {"169.254.1.0/30", "reserved by AWS"},
                {"169.254.2.0/30", "reserved by AWS"},
                {"169.254.3.0/30", "reserved by AWS"},
                {"169.254.4.0/30", "reserved by AWS"},
                {"169.254.5.0/30", "reserved by AWS"},
                {"169.254.169.252/30", "reserved by AWS"},
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_buf_ struct buf text = BUF_NULL;
                assert_int_equal(inside_cidr_is_valid(parse(cases[i].cidr), &text), !cases[i].refused);
                if (cases[i].refused)
                        assert_non_null(strstr(buf_str(&text), cases[i].refused));
                else
                        assert_int_equal(text.len, 0);
        }
        _cleanup_buf_ struct buf text = BUF_NULL;
        assert_false(inside_cidr_is_valid((struct cidr){0xa9fe1502, 30}, &text));
        assert_non_null(strstr(buf_str(&text), "multiple of four"));
}

static void test_asns(void **state _unused_) {
        static const struct {
                uint32_t asn;
                bool azure, aws, customer;
        } cases[] = {
                {0, false, false, false},
                {1, true, false, true},
                {7224, true, false, false},
                {8074, false, false, true},
                {8075, false, false, true},
                {12076, false, false, true},
                {23456, false, false, true},
                {64496, false, false, true},
                {64511, false, false, true},
                {64512, true, true, true},
                {65514, true, true, true},
                {65515, true, false, true}, /* Azure's default: refused as a peer's */
                {65516, true, true, true},
                {65517, false, false, true},
                {65520, false, false, true},
                {65521, true, true, true},
                {65534, true, true, true},
                {65535, false, false, true},
                {65551, false, false, true},
                {65552, true, false, true},
                {429496729, false, false, true},
                {4199999999u, true, false, true},
                {4200000000u, true, true, true},
                {4294967294u, true, true, true},
                {4294967295u, false, false, true},
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint32_t asn = cases[i].asn;
                if (azure_asn_is_valid(asn, NULL) != cases[i].azure || aws_asn_is_valid(asn, NULL) != cases[i].aws ||
                    customer_asn_is_valid(asn, "us-east-1", NULL) != cases[i].customer)
                        fail_msg("%u", asn);
        }
        assert_false(customer_asn_is_valid(9059, "eu-west-1", NULL));
        assert_false(customer_asn_is_valid(10124, "ap-northeast-1", NULL));
        assert_false(customer_asn_is_valid(17943, "ap-southeast-1", NULL));
        assert_false(customer_asn_is_valid(17493, "ap-southeast-1", NULL));
        assert_true(customer_asn_is_valid(10124, "eu-west-1", NULL));
        _cleanup_buf_ struct buf text = BUF_NULL;
        assert_true(asns_differ(65515, 64512, &text));
        assert_false(asns_differ(64512, 64512, &text));
        assert_string_equal(buf_str(&text), "[Azure] Asn=64512 equals [AWS] Asn=: the two must differ\n");
}

static void test_overlaps(void **state _unused_) {
        const struct cidr vnet[] = {parse("10.12.0.0/16"), parse("10.14.0.0/16")};
        const struct cidr apart[] = {parse("10.13.0.0/16")};
        const struct cidr inner[] = {parse("10.20.0.0/16"), parse("10.14.7.0/24")};
        const struct cidr outer[] = {parse("10.0.0.0/8")};
        _cleanup_buf_ struct buf text = BUF_NULL;
        assert_true(prefixes_are_disjoint(vnet, 2, apart, 1, &text));
        assert_int_equal(text.len, 0);
        assert_false(prefixes_are_disjoint(vnet, 2, inner, 2, &text));
        assert_string_equal(buf_str(&text), "Azure's 10.14.0.0/16 and AWS's 10.14.7.0/24 overlap\n");
        assert_false(prefixes_are_disjoint(vnet, 2, outer, 1, NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_blocks),
                cmocka_unit_test(test_inside_cidrs),
                cmocka_unit_test(test_asns),
                cmocka_unit_test(test_overlaps),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
