/* SPDX-License-Identifier: Apache-2.0 */
/* Slots: the table, and what is observed of each. */
#include "core/slots.h"

#include <assert.h>
#include <string.h>

#define INSTANCE0 0x3u
#define INSTANCE1 0xcu

static const struct slot slots[SLOTS] = {
        {SLOT_PUBLIC_IP, 0, "public-ip0", "public IP 0", STEP_CREATE_PUBLIC_IP, INSTANCE0},
        {SLOT_PUBLIC_IP, 1, "public-ip1", "public IP 1", STEP_CREATE_PUBLIC_IP, INSTANCE1},
        {SLOT_GATEWAY, 0, "gateway", "the Azure VPN gateway", STEP_CREATE_GATEWAY, TUNNELS_ALL},
        {SLOT_CUSTOMER_GATEWAY, 0, "customer-gateway0", "customer gateway 0", STEP_CREATE_CUSTOMER_GATEWAY, INSTANCE0},
        {SLOT_CUSTOMER_GATEWAY, 1, "customer-gateway1", "customer gateway 1", STEP_CREATE_CUSTOMER_GATEWAY, INSTANCE1},
        {SLOT_VPN_GATEWAY, 0, "vpn-gateway", "the AWS VPN gateway", STEP_CREATE_VPN_GATEWAY, TUNNELS_ALL},
        {SLOT_VPN_CONNECTION, 0, "vpn-connection0", "VPN connection 0", STEP_CREATE_VPN_CONNECTION, INSTANCE0},
        {SLOT_VPN_CONNECTION, 1, "vpn-connection1", "VPN connection 1", STEP_CREATE_VPN_CONNECTION, INSTANCE1},
        {SLOT_LOCAL_GATEWAY, 0, "local-gateway1", "local network gateway 1", STEP_PUT_LOCAL_GATEWAY, 1u << 0},
        {SLOT_LOCAL_GATEWAY, 1, "local-gateway2", "local network gateway 2", STEP_PUT_LOCAL_GATEWAY, 1u << 1},
        {SLOT_LOCAL_GATEWAY, 2, "local-gateway3", "local network gateway 3", STEP_PUT_LOCAL_GATEWAY, 1u << 2},
        {SLOT_LOCAL_GATEWAY, 3, "local-gateway4", "local network gateway 4", STEP_PUT_LOCAL_GATEWAY, 1u << 3},
        {SLOT_CONNECTION, 0, "connection1", "Azure connection 1", STEP_PUT_CONNECTION, 1u << 0},
        {SLOT_CONNECTION, 1, "connection2", "Azure connection 2", STEP_PUT_CONNECTION, 1u << 1},
        {SLOT_CONNECTION, 2, "connection3", "Azure connection 3", STEP_PUT_CONNECTION, 1u << 2},
        {SLOT_CONNECTION, 3, "connection4", "Azure connection 4", STEP_PUT_CONNECTION, 1u << 3},
};

/**
 * slot_at() - walks the table
 * @i: below SLOTS
 *
 * Return: never NULL
 */
const struct slot *slot_at(unsigned i) {
        assert(i < SLOTS);
        return &slots[i];
}

/**
 * slot_of() - finds a slot that must exist
 * @kind: kind
 * @index: instance or tunnel, else 0
 *
 * Return: never NULL
 */
const struct slot *slot_of(enum slot_kind kind, unsigned index) {
        for (unsigned i = 0; i < SLOTS; i++) {
                if (slots[i].kind == kind && slots[i].index == index)
                        return &slots[i];
        }
        assert(!"no such slot");
        return NULL;
}

/**
 * slot_bit() - a slot in a set of slots
 * @s: slot
 *
 * Return: one bit
 */
unsigned slot_bit(const struct slot *s) {
        assert(s >= slots && s < slots + SLOTS);
        return 1u << (s - slots);
}

/**
 * slot_created_by() - what a step creates or corrects
 * @create: kind of the step
 * @index: slot of the step
 *
 * Return: NULL if it creates nothing
 */
const struct slot *slot_created_by(enum step_kind create, unsigned index) {
        for (unsigned i = 0; i < SLOTS; i++) {
                if (slots[i].create == create && slots[i].index == index)
                        return &slots[i];
        }
        return NULL;
}

/**
 * slot_fact() - what is observed of a slot
 * @o: observation
 * @s: slot
 *
 * Return: never NULL
 */
const struct fact *slot_fact(const struct observed *o, const struct slot *s) {
        switch (s->kind) {
        case SLOT_PUBLIC_IP:
                return &o->azure.public_ip[s->index].fact;
        case SLOT_GATEWAY:
                return &o->azure.gateway.fact;
        case SLOT_LOCAL_GATEWAY:
                return &o->azure.local_gateway[s->index].fact;
        case SLOT_CONNECTION:
                return &o->azure.connection[s->index].fact;
        case SLOT_CUSTOMER_GATEWAY:
                return &o->aws.customer_gateway[s->index].fact;
        case SLOT_VPN_GATEWAY:
                return &o->aws.vpn_gateway.fact;
        case SLOT_VPN_CONNECTION:
                return &o->aws.vpn[s->index].fact;
        case _SLOT_KIND_COUNT:
                break;
        }
        assert(!"no such slot kind");
        return NULL;
}

/* only while the slot is KNOWN */
static const struct az_common *azure_common(const struct observed_azure *o, const struct slot *s) {
        switch (s->kind) {
        case SLOT_PUBLIC_IP:
                return &o->public_ip[s->index].value->common;
        case SLOT_GATEWAY:
                return &o->gateway.value->common;
        case SLOT_LOCAL_GATEWAY:
                return &o->local_gateway[s->index].value->common;
        case SLOT_CONNECTION:
                return &o->connection[s->index].value->common;
        case SLOT_CUSTOMER_GATEWAY:
        case SLOT_VPN_GATEWAY:
        case SLOT_VPN_CONNECTION:
        case _SLOT_KIND_COUNT:
                break;
        }
        return NULL;
}

/**
 * slot_id() - the cloud's id of the resource in a slot
 * @o: observation
 * @s: slot
 *
 * Return: "" unless it is KNOWN
 */
const char *slot_id(const struct observed *o, const struct slot *s) {
        if (slot_fact(o, s)->state != FACT_KNOWN)
                return "";
        const struct az_common *azure = azure_common(&o->azure, s);
        if (azure)
                return azure->id;
        if (s->kind == SLOT_CUSTOMER_GATEWAY)
                return o->aws.customer_gateway[s->index].value->id;
        if (s->kind == SLOT_VPN_GATEWAY)
                return o->aws.vpn_gateway.value->id;
        return o->aws.vpn[s->index].value->id;
}

/**
 * slot_is_ours() - may we write to the resource in this slot?
 * @d: declaration
 * @o: observation
 * @s: slot
 *
 * AWS slots are found by our tags. In Azure the name decides, so somebody else's resource can stand there. The Azure
 * gateway is declared by name and may well have been made by others.
 *
 * Return: true as well when nothing is there
 */
bool slot_is_ours(const struct declaration *d, const struct observed *o, const struct slot *s) {
        if (s->kind == SLOT_GATEWAY || slot_fact(o, s)->state != FACT_KNOWN)
                return true;
        const struct az_common *c = azure_common(&o->azure, s);
        if (!c)
                return true;
        const char *owner = tag_find(c->tags, c->n_tags, TAG_OWNER);
        const char *pairing = tag_find(c->tags, c->n_tags, TAG_PAIRING);
        return owner && pairing && strcmp(owner, d->owner) == 0 && strcmp(pairing, d->name) == 0;
}

/**
 * slot_is_wanted() - should there be something in this slot?
 * @d: declaration
 * @s: slot
 *
 * Return: false for the Azure half of a spare tunnel
 */
bool slot_is_wanted(const struct declaration *d, const struct slot *s) {
        if (s->kind != SLOT_LOCAL_GATEWAY && s->kind != SLOT_CONNECTION)
                return true;
        return topology_uses_tunnel(d->topology, s->index);
}

static const char *const subjects[TUNNELS] = {"tunnel1", "tunnel2", "tunnel3", "tunnel4"};
static const char *const texts[TUNNELS] = {"tunnel 1", "tunnel 2", "tunnel 3", "tunnel 4"};

const char *tunnel_subject(unsigned tunnel) {
        assert(tunnel < TUNNELS);
        return subjects[tunnel];
}

const char *tunnel_text(unsigned tunnel) {
        assert(tunnel < TUNNELS);
        return texts[tunnel];
}

/**
 * tunnel_of_subject() - which tunnel a finding is about
 * @subject: "tunnel3"
 *
 * Return: TUNNELS if it is no tunnel
 */
unsigned tunnel_of_subject(const char *subject) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                if (strcmp(subject, subjects[t]) == 0)
                        return t;
        }
        return TUNNELS;
}
