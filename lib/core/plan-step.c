/* SPDX-License-Identifier: Apache-2.0 */
/* What is true of a kind of step, whatever the pairing. */
#include "core/plan-step.h"

#include "core/memory.h"

/**
 * step_kind_creates_base() - only Mode=build does this
 * @k: kind of the step
 *
 * Return: true for gateways, public IPs and VPN connections
 */
bool step_kind_creates_base(enum step_kind k) {
        return k == STEP_CREATE_PUBLIC_IP || k == STEP_CREATE_GATEWAY || k == STEP_CREATE_CUSTOMER_GATEWAY ||
               k == STEP_CREATE_VPN_GATEWAY || k == STEP_CREATE_VPN_CONNECTION;
}

/**
 * step_kind_is_azure() - which cloud is written to?
 * @k: kind of the step
 *
 * Return: false for AWS
 */
bool step_kind_is_azure(enum step_kind k) {
        switch (k) {
        case STEP_CREATE_PUBLIC_IP:
        case STEP_CREATE_GATEWAY:
        case STEP_ADD_APIPA:
        case STEP_PUT_LOCAL_GATEWAY:
        case STEP_PUT_CONNECTION:
        case STEP_SET_KEY:
        case STEP_SYNC_PEERING:
        case STEP_RESET_CONNECTION:
        case STEP_DELETE_CONNECTION:
        case STEP_RESET_INSTANCE:
                return true;
        case STEP_CREATE_CUSTOMER_GATEWAY:
        case STEP_CREATE_VPN_GATEWAY:
        case STEP_ATTACH_VPN_GATEWAY:
        case STEP_CREATE_VPN_CONNECTION:
        case STEP_ENABLE_PROPAGATION:
        case STEP_MODIFY_TUNNEL:
        case STEP_REPLACE_TUNNEL:
        case _STEP_KIND_COUNT:
                break;
        }
        return false;
}

/**
 * step_writes_gateway() - does Azure refuse it while another write on the gateway runs?
 * @k: kind of the step
 * @in_use: it disturbs a tunnel: a local network gateway hangs on the gateway once a connection uses it
 *
 * Return: true for the gateway and everything that hangs on it
 */
bool step_writes_gateway(enum step_kind k, bool in_use) {
        return (k == STEP_PUT_LOCAL_GATEWAY && in_use) || k == STEP_CREATE_GATEWAY || k == STEP_ADD_APIPA ||
               k == STEP_PUT_CONNECTION || k == STEP_SET_KEY || k == STEP_RESET_CONNECTION ||
               k == STEP_DELETE_CONNECTION || k == STEP_RESET_INSTANCE;
}

/**
 * step_rung() - which rung of the ladder a step is
 * @kind: kind of the step
 *
 * Return: RUNG_NONE for one that is no part of it
 */
enum rung step_rung(enum step_kind kind) {
        if (kind == STEP_RESET_CONNECTION)
                return RUNG_RESET_CONNECTION;
        if (kind == STEP_REPLACE_TUNNEL)
                return RUNG_REPLACE_TUNNEL;
        if (kind == STEP_DELETE_CONNECTION)
                return RUNG_RECREATE_CONNECTION;
        if (kind == STEP_RESET_INSTANCE)
                return RUNG_RESET_INSTANCE;
        return RUNG_NONE;
}

/**
 * step_intent_target() - what tells two intents of one kind and slot apart
 * @s: step
 *
 * Return: route table or peering; "" where the slot says it all
 */
const char *step_intent_target(const struct step *s) {
        return s->kind == STEP_ENABLE_PROPAGATION || s->kind == STEP_SYNC_PEERING ? s->target : "";
}
