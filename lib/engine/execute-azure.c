/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on Azure's side -> ARM requests, from what the last round observed. */
#include <errno.h>
#include <string.h>

#include "azure/names.h"
#include "core/wanted.h"
#include "engine/engine-internal.h"

struct azure_step {
        const struct write *w;
        const struct declaration *d;
        const struct observed *o;
        const struct assessment *a;
        struct azure_call call;
        struct arena *scratch;
        struct tag tags[4]; /* owner, pairing, slot, nonce */
        size_t n_tags;
};

#define KNOWN(slot) ((slot).fact.state == FACT_KNOWN ? (slot).value : NULL)

static void add_tag(struct azure_step *s, const char *key, const char *value) {
        s->tags[s->n_tags++] = (struct tag){key, value};
}

static char *id_of(const struct azure_step *s, enum azure_type type, const char *name) {
        return name ? azure_id_new(s->scratch, type, s->d->azure.subscription, s->d->azure.resource_group, name, NULL)
                    : NULL;
}

static bool is_az_sku(const char *sku) {
        size_t n = strlen(sku);
        return n > 2 && strcmp(sku + n - 2, "AZ") == 0;
}

static int create_public_ip(struct azure_step *s, struct http_request *ret) {
        const struct azure_public_ip_spec spec = {
                .location = s->d->azure.location,
                .zone_redundant = is_az_sku(s->d->azure.gateway_sku),
                .tags = s->tags,
                .n_tags = s->n_tags,
        };
        char *id = id_of(s, AZURE_PUBLIC_IP, pairing_public_ip_name(s->scratch, s->d, s->w->slot));
        return id ? azure_request_put_public_ip(ret, &s->call, id, &spec) : -ENOMEM;
}

static int create_gateway(struct azure_step *s, struct http_request *ret) {
        const struct az_vnet *vnet = KNOWN(s->o->azure.vnet);
        struct ip4 addresses[INSTANCES][2 * TUNNELS_PER_INSTANCE];
        struct azure_gateway_spec spec = {
                .location = s->d->azure.location,
                .sku = s->d->azure.gateway_sku,
                .asn = s->d->azure.asn,
                .tags = s->tags,
                .n_tags = s->n_tags,
        };
        if (!vnet || !s->o->addresses_known)
                return EXECUTE_STALE;
        spec.gateway_subnet_id = vnet->gateway_subnet_id;
        for (unsigned i = 0; i < INSTANCES; i++) {
                const struct az_public_ip *ip = KNOWN(s->o->azure.public_ip[i]);
                if (!ip)
                        return EXECUTE_STALE;
                spec.instances[i] = (struct azure_instance_spec){
                        .ip_config_name = pairing_ip_config_name(i),
                        .public_ip_id = ip->common.id,
                        .custom_bgp = addresses[i],
                        .n_custom_bgp = wanted_custom_addresses(s->d, s->o, i, addresses[i]),
                };
        }
        return azure_request_put_gateway(ret, &s->call, s->d->azure.gateway_id, &spec);
}

static int add_apipa(struct azure_step *s, struct http_request *ret) {
        const struct az_gateway *g = KNOWN(s->o->azure.gateway);
        struct ip4 addresses[INSTANCES][2 * TUNNELS_PER_INSTANCE];
        struct azure_gateway_change change = {0};
        if (!g || !s->o->addresses_known)
                return EXECUTE_STALE;
        for (unsigned i = 0; i < INSTANCES; i++) {
                unsigned k = gateway_instance(s->o, i);
                if (k >= g->n_instances)
                        return EXECUTE_STALE;
                change.append[change.n_append++] = (struct azure_address_append){
                        .ip_config_id = g->instances[k].ip_config_id,
                        .addresses = addresses[i],
                        .n_addresses = wanted_custom_addresses(s->d, s->o, i, addresses[i]),
                };
        }
        return azure_request_update_gateway(ret, &s->call, g, &change);
}

static int put_local_gateway(struct azure_step *s, struct http_request *ret) {
        const struct aws_tunnel *tunnel = s->a->tunnels[s->w->slot].aws;
        const struct aws_vpn_gateway *vgw = KNOWN(s->o->aws.vpn_gateway);
        if (!tunnel || !vgw || tunnel->outside.addr == 0)
                return EXECUTE_STALE;
        const struct azure_local_gateway_spec spec = {
                .location = s->d->azure.location,
                .address = tunnel->outside,
                .asn = (uint32_t)vgw->asn,
                .bgp_address = inside_aws(tunnel->inside),
                .tags = s->tags,
                .n_tags = s->n_tags,
        };
        char *id = id_of(s, AZURE_LOCAL_GATEWAY, pairing_local_gateway_name(s->scratch, s->d, s->w->slot));
        return id ? azure_request_put_local_gateway(ret, &s->call, id, &spec) : -ENOMEM;
}

static int create_connection(struct azure_step *s, const char *id, struct http_request *ret) {
        const struct az_gateway *g = KNOWN(s->o->azure.gateway);
        const struct az_local_gateway *lng = KNOWN(s->o->azure.local_gateway[s->w->slot]);
        const struct aws_tunnel *tunnel = s->a->tunnels[s->w->slot].aws;
        _cleanup_secret_ struct secret key = SECRET_NULL;
        if (!g || !lng || !tunnel || !*tunnel->psk)
                return EXECUTE_STALE;
        struct azure_connection_spec spec = {
                .location = s->d->azure.location,
                .gateway_id = g->common.id,
                .local_gateway_id = lng->common.id,
                .policy = wanted_ipsec_policy(),
                .shared_key = &key,
                .tags = s->tags,
                .n_tags = s->n_tags,
        };
        if (!wanted_connection_addresses(s->d, s->o, s->w->slot, spec.custom_bgp))
                return EXECUTE_STALE;
        spec.n_custom_bgp = INSTANCES;
        int r = secret_set(&key, tunnel->psk, strlen(tunnel->psk));
        return r == 0 ? azure_request_put_connection(ret, &s->call, id, &spec) : r;
}

static int put_connection(struct azure_step *s, struct http_request *ret) {
        const struct az_connection *existing = KNOWN(s->o->azure.connection[s->w->slot]);
        char *id = id_of(s, AZURE_CONNECTION, pairing_connection_name(s->scratch, s->d, s->w->slot));
        if (!id)
                return -ENOMEM;
        if (s->o->azure.connection[s->w->slot].fact.state == FACT_ABSENT)
                return create_connection(s, id, ret);
        const struct az_local_gateway *lng = KNOWN(s->o->azure.local_gateway[s->w->slot]);
        if (!existing || !lng)
                return EXECUTE_STALE;
        struct azure_connection_change change = {
                .policy = wanted_ipsec_policy(),
                .enable_bgp = true,
                .local_gateway_id = lng->common.id,
        };
        if (!wanted_connection_addresses(s->d, s->o, s->w->slot, change.custom_bgp))
                return EXECUTE_STALE;
        change.n_custom_bgp = INSTANCES;
        return azure_request_update_connection(ret, &s->call, id, existing->raw_json, &change);
}

static int set_key(struct azure_step *s, struct http_request *ret) {
        const struct az_connection *c = KNOWN(s->o->azure.connection[s->w->slot]);
        const struct aws_tunnel *tunnel = s->a->tunnels[s->w->slot].aws;
        _cleanup_secret_ struct secret key = SECRET_NULL;
        if (!c || !tunnel || !*tunnel->psk)
                return EXECUTE_STALE;
        int r = secret_set(&key, tunnel->psk, strlen(tunnel->psk));
        return r == 0 ? azure_request_put_shared_key(ret, &s->call, c->common.id, &key) : r;
}

static const struct az_peering *peering_by_id(const struct az_vnet *v, const char *id) {
        for (size_t i = 0; v && i < v->n_peerings; i++) {
                if (az_id_equal(v->peerings[i].common.id, id))
                        return &v->peerings[i];
        }
        return NULL;
}

static int sync_peering(struct azure_step *s, struct http_request *ret) {
        const struct az_peering *peering = peering_by_id(KNOWN(s->o->azure.vnet), s->w->target_id);
        for (size_t i = 0; !peering && i < s->o->azure.n_spokes; i++)
                peering = peering_by_id(KNOWN(s->o->azure.spokes[i].vnet), s->w->target_id);
        return peering ? azure_request_sync_peering(ret, &s->call, peering) : EXECUTE_STALE;
}

static int on_connection(struct azure_step *s, struct http_request *ret) {
        const struct az_connection *c = KNOWN(s->o->azure.connection[s->w->slot]);
        if (!c)
                return EXECUTE_STALE;
        return s->w->kind == STEP_RESET_CONNECTION
                       ? azure_request_reset_connection(ret, &s->call, c->common.id)
                       : azure_request_delete(ret, &s->call, AZURE_CONNECTION, c->common.id);
}

static int reset_instance(struct azure_step *s, struct http_request *ret) {
        const struct az_public_ip *ip = KNOWN(s->o->azure.public_ip[s->w->slot]);
        if (!ip || ip->address.addr == 0)
                return EXECUTE_STALE;
        return azure_request_reset_gateway(ret, &s->call, s->d->azure.gateway_id, ip->address);
}

static int dispatch(struct azure_step *s, struct http_request *ret) {
        switch (s->w->kind) {
        case STEP_CREATE_PUBLIC_IP:
                return create_public_ip(s, ret);
        case STEP_CREATE_GATEWAY:
                return create_gateway(s, ret);
        case STEP_ADD_APIPA:
                return add_apipa(s, ret);
        case STEP_PUT_LOCAL_GATEWAY:
                return put_local_gateway(s, ret);
        case STEP_PUT_CONNECTION:
                return put_connection(s, ret);
        case STEP_SET_KEY:
                return set_key(s, ret);
        case STEP_SYNC_PEERING:
                return sync_peering(s, ret);
        case STEP_RESET_CONNECTION:
        case STEP_DELETE_CONNECTION:
                return on_connection(s, ret);
        case STEP_RESET_INSTANCE:
                return reset_instance(s, ret);
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
        return -EINVAL;
}

/**
 * execute_azure() - Builds the request of a step
 *
 * Return: 0, EXECUTE_STALE when what it needs is not known any more, -ENOMEM or -EINVAL.
 */
int execute_azure(struct write *w, struct http_request *ret) {
        _cleanup_(arena_freep) struct arena *scratch = arena_new();
        struct pairing *p = w->pairing;
        const struct round_result *shown = p->shown;
        const struct intent *in = memory_intent(&p->memory, w->kind, w->slot, w->intent_target);
        if (!scratch)
                return -ENOMEM;
        if (!shown)
                return EXECUTE_STALE;
        struct azure_step s = {.w = w, .d = p->d, .o = &shown->observed, .a = &shown->assessment, .scratch = scratch};
        azure_account_call(p->azure, &s.call);
        add_tag(&s, TAG_OWNER, p->d->owner);
        add_tag(&s, TAG_PAIRING, p->d->name);
        const char *slot = w->slot < TUNNELS ? pairing_slot_name(w->kind, w->slot) : NULL;
        if (slot)
                add_tag(&s, TAG_SLOT, slot);
        if (in)
                add_tag(&s, TAG_NONCE, in->nonce);
        int r = dispatch(&s, ret);
        return r > 0 ? EXECUTE_STALE : r;
}
