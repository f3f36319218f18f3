/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a pairing's file: what each may say on its own. */
#include <string.h>

#include "config/pairing-keys.h"
#include "config/value.h"

const char *const pairing_sections[] = {"Pairing", "Azure", "AWS", "Policy", "Timing", NULL};

static void take_checked(struct taking *t, const struct ini_entry *e, bool is_valid, const char *what, void *target) {
        if (!is_valid) {
                take_wrong(t, e, what);
                return;
        }
        const char *copy = take_copy(t, e->value, strlen(e->value));
        if (copy)
                *(const char **)target = copy;
}

static void take_topology(struct taking *t, const struct ini_entry *e, void *target) {
        enum topology *topology = target;
        if (strcmp(e->value, "four") == 0)
                *topology = TOPOLOGY_FOUR;
        else if (strcmp(e->value, "two") == 0)
                *topology = TOPOLOGY_TWO;
        else
                take_wrong(t, e, "not a topology; allowed: four, two");
}

static void take_mode(struct taking *t, const struct ini_entry *e, void *target) {
        enum pairing_mode *mode = target;
        if (strcmp(e->value, "observe") == 0)
                *mode = MODE_OBSERVE;
        else if (strcmp(e->value, "repair") == 0)
                *mode = MODE_REPAIR;
        else if (strcmp(e->value, "build") == 0)
                *mode = MODE_BUILD;
        else
                take_wrong(t, e, "not a mode; allowed: observe, repair, build");
}

static bool is_inside(const char *s) {
        struct cidr c;
        return cidr_parse(s, &c) == 0 && c.bits == 30;
}

/* The rules of both clouds for them come later, with the whole pairing at hand. */
static void take_addresses(struct taking *t, const struct ini_entry *e, void *target) {
        struct cidr *inside = target;
        struct cidr read[TUNNELS];
        struct word_list list;
        if (!take_words(t, e, TUNNELS, is_inside, "not a /30 prefix such as 169.254.21.0/30", &list))
                return;
        if (list.n != TUNNELS) {
                take_wrong(t, e, "four prefixes are needed, one a tunnel, in the order of tunnels 1 to 4");
                return;
        }
        for (size_t i = 0; i < TUNNELS; i++) {
                if (cidr_parse(list.words[i], &read[i]) < 0)
                        return;
        }
        memcpy(inside, read, sizeof(read));
}

static void take_group(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, value_is_azure_group(e->value),
                     "not a resource group; allowed: 1 to 90 letters, digits and _-.(), no dot at the end", target);
}

static void take_location(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, value_is_azure_location(e->value),
                     "not an Azure location; the form is japaneast: lower case, no blanks", target);
}

static void take_vnet(struct taking *t, const struct ini_entry *e, void *target) {
        bool is_id = e->value[0] == '/';
        take_checked(t, e,
                     is_id ? value_is_azure_id(e->value, "virtualNetworks")
                           : strlen(e->value) >= 2 && value_is_azure_name(e->value, 64),
                     is_id ? "not the id of a virtual network; the form is /subscriptions/GUID/resourceGroups/GROUP/"
                             "providers/Microsoft.Network/virtualNetworks/NAME"
                           : "not a virtual network; allowed: a name of 2 to 64 letters, digits and _-., or a full id",
                     target);
}

static void take_gateway(struct taking *t, const struct ini_entry *e, void *target) {
        bool is_id = e->value[0] == '/';
        take_checked(t, e,
                     is_id ? value_is_azure_id(e->value, "virtualNetworkGateways") : value_is_azure_name(e->value, 80),
                     is_id ? "not the id of a gateway; the form is /subscriptions/GUID/resourceGroups/GROUP/"
                             "providers/Microsoft.Network/virtualNetworkGateways/NAME"
                           : "not a gateway; allowed: a name of 1 to 80 letters, digits and _-., or a full id",
                     target);
}

static void take_sku(struct taking *t, const struct ini_entry *e, void *target) {
        const char *s = e->value;
        bool is_known =
                strncmp(s, "VpnGw", 5) == 0 && s[5] >= '1' && s[5] <= '5' && (!s[6] || strcmp(s + 6, "AZ") == 0);
        take_checked(t, e, is_known,
                     strcmp(s, "Basic") == 0
                             ? "a Basic gateway has no BGP; allowed: VpnGw1AZ to VpnGw5AZ"
                             : "unknown SKU; allowed: VpnGw1AZ to VpnGw5AZ (VpnGw1 to VpnGw5 where they "
                               "still exist)",
                     target);
}

static bool is_peering(const char *s) {
        return strcmp(s, "*") == 0 || value_is_azure_name(s, 80);
}

static void take_peerings(struct taking *t, const struct ini_entry *e, void *target) {
        struct word_list *list = target;
        take_words(t, e, PEERINGS_MAX, is_peering, "not the name of a peering of the VNet; allowed: names, or *", list);
        for (size_t i = 0; list->n > 1 && i < list->n; i++) {
                if (strcmp(list->words[i], "*") == 0)
                        take_wrong(t, e, "* stands alone: it means every peering");
        }
}

static void take_account(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, value_is_account(e->value), "not an AWS account id; the form is 12 digits", target);
}

static void take_region(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, value_is_region(e->value), "not an AWS region; the form is ap-northeast-1", target);
}

static void take_vpc(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, value_is_aws_id(e->value, "vpc-"), "not a VPC id; the form is vpc- and 8 or 17 hex digits",
                     target);
}

static bool is_route_table(const char *s) {
        return value_is_aws_id(s, "rtb-");
}

static void take_route_tables(struct taking *t, const struct ini_entry *e, void *target) {
        take_words(t, e, ROUTE_TABLES_MAX, is_route_table,
                   "not a route table id; the form is rtb- and 8 or 17 hex digits", target);
}

static void take_profile(struct taking *t, const struct ini_entry *e, void *target) {
        take_checked(t, e, strlen(e->value) <= 128 && !strpbrk(e->value, "[]"),
                     "not a profile of the shared AWS files; allowed: up to 128 characters without brackets", target);
}

static void take_min_healthy(struct taking *t, const struct ini_entry *e, void *target) {
        uint32_t n;
        if (value_parse_uint(e->value, &n) < 0 || n < 1 || n > TUNNELS)
                take_wrong(t, e, "allowed: 1 to 4");
        else
                *(unsigned *)target = n;
}

#define MEMBER(m) offsetof(struct pairing_values, m)

static const struct key keys[] = {
        {"Pairing", "Topology", take_topology, MEMBER(d.topology)},
        {"Pairing", "Mode", take_mode, MEMBER(d.mode)},
        {"Pairing", "Addresses", take_addresses, MEMBER(d.inside)},
        {"Pairing", "Own", take_unsupported, 0},
        {"Azure", "Tenant", take_guid, MEMBER(d.azure.tenant)},
        {"Azure", "Subscription", take_guid, MEMBER(d.azure.subscription)},
        {"Azure", "ResourceGroup", take_group, MEMBER(d.azure.resource_group)},
        {"Azure", "Location", take_location, MEMBER(d.azure.location)},
        {"Azure", "VirtualNetwork", take_vnet, MEMBER(vnet)},
        {"Azure", "Gateway", take_gateway, MEMBER(gateway)},
        {"Azure", "GatewaySku", take_sku, MEMBER(d.azure.gateway_sku)},
        {"Azure", "Asn", take_asn, MEMBER(d.azure.asn)},
        {"Azure", "ClientId", take_guid, MEMBER(d.azure.client_id)},
        {"Azure", "SyncPeerings", take_peerings, MEMBER(peerings)},
        {"Azure", "Diagnostics", take_unsupported, 0},
        {"AWS", "AccountId", take_account, MEMBER(d.aws.account_id)},
        {"AWS", "Region", take_region, MEMBER(d.aws.region)},
        {"AWS", "Vpc", take_vpc, MEMBER(d.aws.vpc_id)},
        {"AWS", "Asn", take_asn, MEMBER(d.aws.asn)},
        {"AWS", "RouteTables", take_route_tables, MEMBER(route_tables)},
        {"AWS", "Profile", take_profile, MEMBER(d.aws.profile)},
        {"AWS", "TransitGateway", take_unsupported, 0},
        {"AWS", "TgwRouteTables", take_unsupported, 0},
        {"Policy", "MinHealthyTunnels", take_min_healthy, MEMBER(d.policy.min_healthy_tunnels)},
        {"Policy", "AllowGatewayReset", take_bool, MEMBER(d.policy.allow_gateway_reset)},
        {"Policy", "AllowTunnelReplace", take_bool, MEMBER(d.policy.allow_tunnel_replace)},
        {"Policy", "MaintenanceWindow", take_unsupported, 0},
        {"Policy", "TimeZone", take_unsupported, 0},
};

void pairing_take(struct taking *t, struct pairing_values *values) {
        take_table(t, keys, ELEMENTSOF(keys), values);
        timing_take(t, &values->d.timing);
}
