/* SPDX-License-Identifier: Apache-2.0 */
/* Stable names of the core's enums: they stand in ids, metrics, journal fields and documents. */
#include <assert.h>

#include "core/assessment.h"
#include "core/plan.h"

#define DEFINE_TO_STRING(name, type, table)                                                                            \
        const char *name(type v) {                                                                                     \
                assert((size_t)v < ELEMENTSOF(table) && table[v]);                                                     \
                return table[v];                                                                                       \
        }

static const char *const modes[] = {
        [MODE_OBSERVE] = "observe",
        [MODE_REPAIR] = "repair",
        [MODE_BUILD] = "build",
};
DEFINE_TO_STRING(pairing_mode_to_string, enum pairing_mode, modes)

static const char *const topologies[] = {
        [TOPOLOGY_FOUR] = "four",
        [TOPOLOGY_TWO] = "two",
};
DEFINE_TO_STRING(topology_to_string, enum topology, topologies)

static const char *const fact_states[] = {
        [FACT_UNKNOWN] = "unknown",
        [FACT_ABSENT] = "absent",
        [FACT_KNOWN] = "known",
};
DEFINE_TO_STRING(fact_state_to_string, enum fact_state, fact_states)

static const char *const finding_kinds[_FINDING_KIND_COUNT] = {
        [FINDING_RESOURCE_MISSING] = "resource-missing",
        [FINDING_RESOURCE_FAILED] = "resource-failed",
        [FINDING_RESOURCE_REFUSED] = "resource-refused",
        [FINDING_LOCAL_GATEWAY_WRONG] = "local-gateway-wrong",
        [FINDING_CONNECTION_WRONG] = "connection-wrong",
        [FINDING_CUSTOMER_GATEWAY_WRONG] = "customer-gateway-wrong",
        [FINDING_TUNNEL_OPTIONS_WRONG] = "tunnel-options-wrong",
        [FINDING_TUNNEL_DOWN] = "tunnel-down",
        [FINDING_BGP_PEER_DOWN] = "bgp-peer-down",
        [FINDING_STATES_DISAGREE] = "states-disagree",
        [FINDING_ROUTE_MISSING] = "route-missing",
        [FINDING_ROUTE_UNEXPECTED] = "route-unexpected",
        [FINDING_PROPAGATION_OFF] = "propagation-off",
        [FINDING_APIPA_MISSING] = "apipa-missing",
        [FINDING_PSK_MISMATCH] = "psk-mismatch",
        [FINDING_CROSSED_ADDRESSES] = "crossed-addresses",
        [FINDING_PEERING_OUT_OF_SYNC] = "peering-out-of-sync",
        [FINDING_CIDR_OVERLAP] = "cidr-overlap",
        [FINDING_DUPLICATE_OWNED] = "duplicate-owned",
        [FINDING_CONTESTED] = "contested",
        [FINDING_VANISHED] = "vanished",
        [FINDING_WRONG_ACCOUNT] = "wrong-account",
        [FINDING_CLOUD_REFUSES] = "cloud-refuses",
        [FINDING_GAVE_UP] = "gave-up",
};
DEFINE_TO_STRING(finding_kind_to_string, enum finding_kind, finding_kinds)

static const char *const tunnel_states[] = {
        [TUNNEL_UNKNOWN] = "unknown",     [TUNNEL_ABSENT] = "absent",           [TUNNEL_SPARE] = "spare",
        [TUNNEL_DOWN] = "down",           [TUNNEL_PROVEN_DOWN] = "proven-down", [TUNNEL_UP] = "up",
        [TUNNEL_PROVEN_UP] = "proven-up",
};
DEFINE_TO_STRING(tunnel_state_to_string, enum tunnel_state, tunnel_states)

static const char *const verdicts[] = {
        [VERDICT_HEALTHY] = "healthy", [VERDICT_DEGRADED] = "degraded", [VERDICT_DOWN] = "down",
        [VERDICT_UNKNOWN] = "unknown", [VERDICT_BUILDING] = "building",
};
DEFINE_TO_STRING(verdict_to_string, enum verdict, verdicts)

static const char *const rungs[] = {
        [RUNG_NONE] = "none",
        [RUNG_RESET_CONNECTION] = "reset-connection",
        [RUNG_REPLACE_TUNNEL] = "replace-tunnel",
        [RUNG_RECREATE_CONNECTION] = "recreate-connection",
        [RUNG_RESET_INSTANCE] = "reset-instance",
        [RUNG_GAVE_UP] = "gave-up",
};
DEFINE_TO_STRING(rung_to_string, enum rung, rungs)

static const char *const step_kinds[_STEP_KIND_COUNT] = {
        [STEP_CREATE_PUBLIC_IP] = "create-public-ip",
        [STEP_CREATE_GATEWAY] = "create-gateway",
        [STEP_ADD_APIPA] = "add-apipa",
        [STEP_CREATE_CUSTOMER_GATEWAY] = "create-customer-gateway",
        [STEP_CREATE_VPN_GATEWAY] = "create-vpn-gateway",
        [STEP_ATTACH_VPN_GATEWAY] = "attach-vpn-gateway",
        [STEP_CREATE_VPN_CONNECTION] = "create-vpn-connection",
        [STEP_ENABLE_PROPAGATION] = "enable-propagation",
        [STEP_PUT_LOCAL_GATEWAY] = "put-local-gateway",
        [STEP_PUT_CONNECTION] = "put-connection",
        [STEP_SET_KEY] = "set-key",
        [STEP_MODIFY_TUNNEL] = "modify-tunnel",
        [STEP_SYNC_PEERING] = "sync-peering",
        [STEP_RESET_CONNECTION] = "reset-connection",
        [STEP_REPLACE_TUNNEL] = "replace-tunnel",
        [STEP_DELETE_CONNECTION] = "delete-connection",
        [STEP_RESET_INSTANCE] = "reset-instance",
};
DEFINE_TO_STRING(step_kind_to_string, enum step_kind, step_kinds)

static const char *const step_statuses[] = {
        [STEP_READY] = "ready",
        [STEP_WAITING] = "waiting",
        [STEP_HELD] = "held",
        [STEP_RUNNING] = "running",
};
DEFINE_TO_STRING(step_status_to_string, enum step_status, step_statuses)

static const char *const guard_rules[] = {
        [GUARD_PASS] = "pass",
        [GUARD_MODE] = "G1 mode",
        [GUARD_PAUSED] = "G2 paused",
        [GUARD_IDENTITY] = "G3 identity",
        [GUARD_ROUNDS] = "G4 rounds",
        [GUARD_STORE] = "G5 store",
        [GUARD_VANISHED] = "G6 vanished",
        [GUARD_OWNERSHIP] = "G7 ownership",
        [GUARD_REFUSED] = "G8 refused",
        [GUARD_UNKNOWN_MEMBER] = "G9 unknown-member",
        [GUARD_HOLDOFF] = "G10 hold-off",
        [GUARD_CONTESTED] = "G11 contested",
        [GUARD_LADDER] = "G12 ladder",
        [GUARD_BUSY] = "G13 busy",
        [GUARD_PROOF] = "G14 proof",
        [GUARD_LAST_TUNNEL] = "G15 last-tunnel",
        [GUARD_APPROVAL] = "G16 approval",
        [GUARD_CLOUD_REFUSES] = "G17 cloud-refuses",
};
DEFINE_TO_STRING(guard_rule_to_string, enum guard_rule, guard_rules)
