/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of ARM: spelled, taken apart in any case, refused when they are something else. */
#include "azure-test.h"

#include "azure/names.h"

static const struct {
        enum azure_type type;
        const char *id, *name, *child;
} ids[] = {
        {AZURE_VNET, VNET, "hub", ""},
        {AZURE_PUBLIC_IP, PIP0, "pip0", ""},
        {AZURE_GATEWAY, GATEWAY, "vgw", ""},
        {AZURE_LOCAL_GATEWAY, LOCAL, "lng1", ""},
        {AZURE_CONNECTION, CONNECTION, "cn1", ""},
        {AZURE_PEERING, PEERING, "hub", "to-spoke"},
        {AZURE_SUBNET, SUBNET, "hub", "GatewaySubnet"},
        {AZURE_IP_CONFIG, CONFIG1, "vgw", "c1"},
};

static void ids_go_both_ways(void **state) {
        (void)state;
        struct arena *a = arena_new();
        for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
                struct azure_id parts;
                assert_int_equal(azure_id_split(ids[i].id, &parts), 0);
                assert_int_equal(parts.type, ids[i].type);
                assert_string_equal(parts.subscription, SUB);
                assert_string_equal(parts.resource_group, "rg-hub");
                assert_string_equal(parts.name, ids[i].name);
                assert_string_equal(parts.child, ids[i].child);
                assert_string_equal(
                        azure_id_new(a, parts.type, parts.subscription, parts.resource_group, parts.name, parts.child),
                        ids[i].id);
                assert_true(azure_id_is(ids[i].id, ids[i].type));
        }
        arena_free(a);
}

static void words_are_read_in_any_case(void **state) {
        struct azure_id parts;
        (void)state;
        assert_int_equal(azure_id_split("/SUBSCRIPTIONS/" SUB "/resourcegroups/RG-Hub/PROVIDERS/microsoft.network/"
                                        "VIRTUALNETWORKGATEWAYS/Vgw/IPCONFIGURATIONS/C0",
                                        &parts),
                         0);
        assert_int_equal(parts.type, AZURE_IP_CONFIG);
        assert_string_equal(parts.resource_group, "RG-Hub");
        assert_string_equal(parts.name, "Vgw");
        assert_string_equal(parts.child, "C0");
}

static void other_ids_are_refused(void **state) {
        static const char *const bad[] = {
                "",
                "/",
                "vgw",
                "/subscriptions/",
                "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Network/connections/c",
                GROUP,
                GROUP "/providers/Microsoft.Compute/virtualMachines/vm",
                NET,
                NET "/connections",
                NET "/connections/",
                NET "/connections/c/",
                NET "/connections/c/sharedkey",
                NET "/natGateways/n",
                VNET "/subnets",
                VNET "/subnets/a/b",
                NET "/connections/a b",
                NET "/connections/..",
                NET "/connections/a?x=y",
                NET "/connections/a%2fb",
                NET "/connections/a123456789a123456789a123456789a123456789a123456789a123456789a123456789a123456789a",
                "/subscriptions/" SUB "/resourceGroups/../providers/Microsoft.Network/connections/c",
                "x" CONNECTION,
        };
        struct azure_id parts = {.name = "kept"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                if (azure_id_split(bad[i], &parts) != -EINVAL)
                        fail_msg("taken: %s", bad[i]);
        }
        assert_string_equal(parts.name, "kept");
}

static void names_are_checked(void **state) {
        (void)state;
        assert_true(azure_name_is_valid("a"));
        assert_true(azure_name_is_valid("_a.b-c_"));
        assert_false(azure_name_is_valid("a."));
        assert_false(azure_name_is_valid("-a"));
        assert_true(azure_resource_group_is_valid("rg(1)_x"));
        assert_false(azure_resource_group_is_valid("rg."));
        assert_true(azure_guid_is_valid(SUB));
        assert_false(azure_guid_is_valid("11111111-2222-3333-4444-55555555555g"));
        assert_false(azure_guid_is_valid("111111112222-3333-4444-5555555555555"));
        assert_false(azure_guid_is_valid(SUB "0"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_go_both_ways),
                cmocka_unit_test(words_are_read_in_any_case),
                cmocka_unit_test(other_ids_are_refused),
                cmocka_unit_test(names_are_checked),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
