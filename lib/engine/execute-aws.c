/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on AWS's side -> EC2 requests, from what the last round observed. */
#include <errno.h>
#include <string.h>

#include "core/wanted.h"
#include "engine/engine-internal.h"

struct aws_step {
        const struct write *w;
        const struct declaration *d;
        const struct observed *o;
        const struct assessment *a;
        const struct aws_endpoint *ec2;
        const struct entropy *entropy;
        struct tag tags[5];
        size_t n_tags;
};

#define KNOWN(slot) ((slot).fact.state == FACT_KNOWN ? (slot).value : NULL)

/* What both clouds accept: AWS takes 8 to 64 of [A-Za-z0-9._] without a leading 0, Azure printable ASCII. 'A' stands
 * twice, so that there are 64 and a byte maps without a remainder. */
static const char psk_alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789._A";
#define PSK_LEN 32

static int make_psk(const struct entropy *e, struct secret *ret) {
        unsigned char bytes[PSK_LEN];
        char text[PSK_LEN];
        int r = e->fill(e->userdata, bytes, sizeof(bytes));
        if (r < 0)
                return r;
        for (size_t i = 0; i < PSK_LEN; i++)
                text[i] = psk_alphabet[bytes[i] % sizeof(psk_alphabet)];
        r = secret_set(ret, text, sizeof(text));
        explicit_bzero(bytes, sizeof(bytes));
        explicit_bzero(text, sizeof(text));
        return r;
}

static int create_customer_gateway(struct aws_step *s, struct http_request *ret) {
        const struct az_public_ip *ip = KNOWN(s->o->azure.public_ip[s->w->slot]);
        char device[NAME_MAX_LEN + 16];
        if (!ip || ip->address.addr == 0)
                return EXECUTE_STALE;
        /* An identical create returns the existing gateway, also a foreign one: the device name makes it ours. */
        snprintf(device, sizeof(device), "%s-%s", s->d->name, pairing_slot_name(s->w->kind, s->w->slot));
        const struct aws_customer_gateway_spec spec = {
                .address = ip->address,
                .asn = s->d->azure.asn,
                .device_name = device,
                .tags = s->tags,
                .n_tags = s->n_tags,
        };
        return aws_request_create_customer_gateway(ret, s->ec2, &spec);
}

/* The crypto set of connections that we build; wanted_ipsec_policy() is the same in Azure's words (group 20: ECP384).
 */
static void tunnel_options(const struct aws_step *s, unsigned tunnel, const struct secret *psk,
                           struct aws_tunnel_options *ret) {
        *ret = (struct aws_tunnel_options){
                .inside = s->o->addresses.inside[tunnel],
                .psk = psk,
                .phase1_encryption = "AES256",
                .phase1_integrity = "SHA2-384",
                .phase1_dh = "20",
                .phase2_encryption = "AES256-GCM-16",
                .phase2_integrity = "SHA2-384",
                .phase2_dh = "20",
                .ike_versions = "ikev2",
                .phase1_lifetime_s = 28800,
                .phase2_lifetime_s = 3600,
                .dpd_action = AWS_DPD_RESTART,
                .startup_action = topology_uses_tunnel(s->d->topology, tunnel) ? AWS_STARTUP_START : AWS_STARTUP_ADD,
                .lifecycle_control = AWS_SWITCH_ON,
        };
}

static int create_vpn_connection(struct aws_step *s, struct http_request *ret) {
        const struct aws_customer_gateway *cgw = KNOWN(s->o->aws.customer_gateway[s->w->slot]);
        const struct aws_vpn_gateway *vgw = KNOWN(s->o->aws.vpn_gateway);
        _cleanup_secret_ struct secret psk0 = SECRET_NULL;
        _cleanup_secret_ struct secret psk1 = SECRET_NULL;
        struct aws_vpn_connection_spec spec = {.tags = s->tags, .n_tags = s->n_tags};
        if (!cgw || !vgw || !s->o->addresses_known)
                return EXECUTE_STALE;
        spec.customer_gateway_id = cgw->id;
        spec.vpn_gateway_id = vgw->id;
        int r = make_psk(s->entropy, &psk0);
        if (r == 0)
                r = make_psk(s->entropy, &psk1);
        if (r < 0)
                return r;
        tunnel_options(s, s->w->slot * TUNNELS_PER_INSTANCE, &psk0, &spec.tunnels[0]);
        tunnel_options(s, s->w->slot * TUNNELS_PER_INSTANCE + 1, &psk1, &spec.tunnels[1]);
        return aws_request_create_vpn_connection(ret, s->ec2, &spec);
}

static int modify_tunnel(struct aws_step *s, struct http_request *ret) {
        const struct tunnel_view *t = &s->a->tunnels[s->w->slot];
        struct aws_tunnel_options options = {0};
        if (!t->vpn || !t->aws)
                return EXECUTE_STALE;
        if (s->w->fields & TUNNEL_FIELD_STARTUP)
                options.startup_action = t->is_used ? AWS_STARTUP_START : AWS_STARTUP_ADD;
        if (s->w->fields & TUNNEL_FIELD_INSIDE_CIDR)
                options.inside = wanted_inside(s->d, s->o, s->w->slot);
        return aws_request_modify_vpn_tunnel_options(ret, s->ec2, t->vpn->id, t->aws->outside, &options, false);
}

static int replace_tunnel(struct aws_step *s, struct http_request *ret) {
        const struct tunnel_view *t = &s->a->tunnels[s->w->slot];
        if (!t->vpn || !t->aws)
                return EXECUTE_STALE;
        return aws_request_replace_vpn_tunnel(ret, s->ec2, t->vpn->id, t->aws->outside, true);
}

static int on_vpn_gateway(struct aws_step *s, struct http_request *ret) {
        const struct aws_vpn_gateway *vgw = KNOWN(s->o->aws.vpn_gateway);
        if (!vgw)
                return EXECUTE_STALE;
        if (s->w->kind == STEP_ATTACH_VPN_GATEWAY)
                return aws_request_attach_vpn_gateway(ret, s->ec2, vgw->id, s->d->aws.vpc_id);
        if (s->w->slot >= s->d->aws.n_route_tables)
                return EXECUTE_STALE;
        return aws_request_enable_vgw_route_propagation(ret, s->ec2, vgw->id, s->d->aws.route_tables[s->w->slot]);
}

static int dispatch(struct aws_step *s, struct http_request *ret, enum aws_action *ret_action) {
        switch (s->w->kind) {
        case STEP_CREATE_CUSTOMER_GATEWAY:
                *ret_action = AWS_CREATE_CUSTOMER_GATEWAY;
                return create_customer_gateway(s, ret);
        case STEP_CREATE_VPN_GATEWAY:
                *ret_action = AWS_CREATE_VPN_GATEWAY;
                return aws_request_create_vpn_gateway(ret, s->ec2, s->d->aws.asn, s->tags, s->n_tags);
        case STEP_ATTACH_VPN_GATEWAY:
                *ret_action = AWS_ATTACH_VPN_GATEWAY;
                return on_vpn_gateway(s, ret);
        case STEP_CREATE_VPN_CONNECTION:
                *ret_action = AWS_CREATE_VPN_CONNECTION;
                return create_vpn_connection(s, ret);
        case STEP_ENABLE_PROPAGATION:
                *ret_action = AWS_ENABLE_VGW_ROUTE_PROPAGATION;
                return on_vpn_gateway(s, ret);
        case STEP_MODIFY_TUNNEL:
                *ret_action = AWS_MODIFY_VPN_TUNNEL_OPTIONS;
                return modify_tunnel(s, ret);
        case STEP_REPLACE_TUNNEL:
                *ret_action = AWS_REPLACE_VPN_TUNNEL;
                return replace_tunnel(s, ret);
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
        case _STEP_KIND_COUNT:
                break;
        }
        return -EINVAL;
}

/**
 * execute_aws() - Builds the request of a step
 *
 * Keys of new connections are made here and live on in the request's body alone: AWS is their store.
 *
 * Return: 0, EXECUTE_STALE when what it needs is not known any more, -ENOMEM or -EINVAL.
 */
int execute_aws(struct write *w, struct http_request *ret, enum aws_action *ret_action) {
        struct pairing *p = w->pairing;
        const struct round_result *shown = p->shown;
        const struct intent *in = memory_intent(&p->memory, w->kind, w->slot, w->intent_target);
        if (!shown)
                return EXECUTE_STALE;
        struct aws_step s = {
                .w = w,
                .d = p->d,
                .o = &shown->observed,
                .a = &shown->assessment,
                .ec2 = &p->aws->ec2,
                .entropy = &p->engine->options.entropy,
        };
        const char *slot = step_kind_creates_base(w->kind) ? pairing_slot_name(w->kind, w->slot) : NULL;
        s.tags[s.n_tags++] = (struct tag){TAG_OWNER, p->d->owner};
        s.tags[s.n_tags++] = (struct tag){TAG_PAIRING, p->d->name};
        s.tags[s.n_tags++] = (struct tag){"Name", p->d->name};
        if (slot)
                s.tags[s.n_tags++] = (struct tag){TAG_SLOT, slot};
        if (in)
                s.tags[s.n_tags++] = (struct tag){TAG_NONCE, in->nonce};
        return dispatch(&s, ret, ret_action);
}
