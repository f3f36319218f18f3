/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan: what is missing.
 *
 * The whole build is in the plan from the start; a step whose ground is not there yet says what it waits for.
 * Azure's gateway takes most of the time, so that AWS's side is built beside it. Rules, in the order of the code:
 * B1 public IPs need a VNet with a GatewaySubnet; a shared gateway and its public IPs are made by one pairing
 * B2 the gateway needs both public IPs with their addresses, and has all custom addresses from its first body
 * B3 customer gateways need the gateway's PUT accepted, and the public IP of their instance
 * B4 the AWS VPN gateway needs the same and the VPC; then it is attached; then route tables take its routes
 * B5 a VPN connection needs a right customer gateway and the VPN gateway, both available
 * B6 a local network gateway needs the outside address of its AWS tunnel, not the Azure gateway
 * B7 a connection needs gateway and local network gateway finished and right, and AWS's key
 * B8 the second half of a recreation is urgent: a tunnel was taken down for it
 * B9 what failed to be provisioned is put again, unless something else already stands on it
 */
#include "core/plan-internal.h"

static bool is_known(const struct fact *f) {
        return f->state == FACT_KNOWN;
}

static bool vnet_is_ready(const struct observed *o) {
        return is_known(&o->azure.vnet.fact) && o->azure.vnet.value->has_gateway_subnet;
}

static bool public_ip_is_ready(const struct observed *o, unsigned i) {
        return is_known(&o->azure.public_ip[i].fact) &&
               o->azure.public_ip[i].value->common.provisioning == AZ_SUCCEEDED &&
               o->azure.public_ip[i].value->address.addr != 0;
}

static bool customer_gateway_is_ready(const struct planner *p, unsigned i) {
        return is_known(&p->o->aws.customer_gateway[i].fact) &&
               p->o->aws.customer_gateway[i].value->state == AWS_STATE_AVAILABLE &&
               !assessment_find(p->a, FINDING_CUSTOMER_GATEWAY_WRONG, slot_of(SLOT_CUSTOMER_GATEWAY, i)->subject);
}

static bool vpn_gateway_is_ready(const struct observed *o) {
        return is_known(&o->aws.vpn_gateway.fact) && o->aws.vpn_gateway.value->state == AWS_STATE_AVAILABLE;
}

static bool vpn_gateway_is_attached(const struct observed *o) {
        return vpn_gateway_is_ready(o) && *o->aws.vpn_gateway.value->attached_vpc_id &&
               o->aws.vpn_gateway.value->attachment_state == AWS_STATE_AVAILABLE;
}

static bool local_gateway_is_ready(const struct planner *p, unsigned t) {
        return is_known(&p->o->azure.local_gateway[t].fact) &&
               p->o->azure.local_gateway[t].value->common.provisioning == AZ_SUCCEEDED &&
               !assessment_find(p->a, FINDING_LOCAL_GATEWAY_WRONG, slot_of(SLOT_LOCAL_GATEWAY, t)->subject);
}

/* B9; a gateway is only put again while nothing hangs on it */
static bool may_put_again(const struct planner *p, const struct slot *slot) {
        const struct observed_azure *o = &p->o->azure;
        if (slot->kind == SLOT_PUBLIC_IP)
                return o->gateway.fact.state == FACT_ABSENT;
        if (slot->kind != SLOT_GATEWAY)
                return true;
        bool alone = is_known(&o->foreign.fact) && o->n_foreign == 0;
        for (unsigned t = 0; t < TUNNELS; t++)
                alone &= o->connection[t].fact.state == FACT_ABSENT || !topology_uses_tunnel(p->d->topology, t);
        return alone;
}

static const struct finding *reason_to_create(const struct planner *p, const struct slot *slot) {
        const struct finding *f = assessment_find(p->a, FINDING_RESOURCE_MISSING, slot->subject);
        if (f)
                return f;
        f = assessment_find(p->a, FINDING_RESOURCE_FAILED, slot->subject);
        return f && may_put_again(p, slot) ? f : NULL;
}

/* NULL: there is no reason to */
static struct step *add_create(struct planner *p, enum slot_kind kind, unsigned index) {
        const struct slot *slot = slot_of(kind, index);
        const struct finding *f = reason_to_create(p, slot);
        if (!f)
                return NULL;
        bool has_connection =
                slot->kind == SLOT_LOCAL_GATEWAY && p->o->azure.connection[index].fact.state != FACT_ABSENT;
        bool exists = f->kind == FINDING_RESOURCE_FAILED;
        struct step_init init = {
                .kind = slot->create,
                .slot = index,
                .target = slot->text,
                .target_id = slot_id(p->o, slot),
                .finding = f,
                .shows = slot_fact(p->o, slot),
                .blast = slot->tunnels,
                .is_disruptive = exists && (has_connection || slot->kind == SLOT_CONNECTION),
        };
        return planner_add(p, &init);
}

/* B1, B2 */
static void build_azure_gateway(struct planner *p) {
        const struct observed *o = p->o;
        const char *builder = p->d->azure.gateway_builder;
        bool is_builder = !*builder;
        const char *other = is_builder ? "" : planner_printf(p, "pairing %s, which makes the shared gateway", builder);
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct step *s = add_create(p, SLOT_PUBLIC_IP, i);
                if (!s)
                        continue;
                step_needs(s, is_builder, other);
                step_needs(s, vnet_is_ready(o), "a virtual network with a GatewaySubnet");
        }
        struct step *s = add_create(p, SLOT_GATEWAY, 0);
        if (!s)
                return;
        step_needs(s, is_builder, other);
        step_needs(s, vnet_is_ready(o), "a virtual network with a GatewaySubnet");
        step_needs(s, public_ip_is_ready(o, 0), "public IP 0");
        step_needs(s, public_ip_is_ready(o, 1), "public IP 1");
        step_needs(s, o->addresses_known, "the inside addresses: not all facts to choose them are known");
}

/* B3 */
static void build_customer_gateways(struct planner *p) {
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct step *s = add_create(p, SLOT_CUSTOMER_GATEWAY, i);
                if (!s)
                        continue;
                step_needs(s, is_known(&p->o->azure.gateway.fact), "the Azure VPN gateway, once its PUT is accepted");
                step_needs(s, wanted_public_ip(p->o, i).addr != 0, "the public IP address of its instance");
        }
}

/* B4 */
static void build_vpn_gateway(struct planner *p) {
        const struct observed *o = p->o;
        struct step *s = add_create(p, SLOT_VPN_GATEWAY, 0);
        if (s) {
                step_needs(s, is_known(&o->azure.gateway.fact), "the Azure VPN gateway, once its PUT is accepted");
                step_needs(s, is_known(&o->aws.vpc.fact), "the VPC");
        }
        const struct finding *f = assessment_find(p->a, FINDING_RESOURCE_MISSING, "vpn-gateway-attachment");
        if (!f)
                return;
        struct step_init init = {
                .kind = STEP_ATTACH_VPN_GATEWAY,
                .target = "the AWS VPN gateway",
                .target_id = slot_id(o, slot_of(SLOT_VPN_GATEWAY, 0)),
                .finding = f,
                .shows = &o->aws.vpn_gateway.fact,
                .blast = TUNNELS_ALL,
        };
        s = planner_add(p, &init);
        step_needs(s, vpn_gateway_is_ready(o), "the AWS VPN gateway");
        step_needs(s, is_known(&o->aws.vpc.fact), "the VPC");
}

/* B5 */
static void build_vpn_connections(struct planner *p) {
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct step *s = add_create(p, SLOT_VPN_CONNECTION, i);
                if (!s)
                        continue;
                step_needs(s, customer_gateway_is_ready(p, i), slot_of(SLOT_CUSTOMER_GATEWAY, i)->text);
                step_needs(s, vpn_gateway_is_ready(p->o), "the AWS VPN gateway");
                step_needs(s, p->o->addresses_known, "the inside addresses: not all facts to choose them are known");
        }
}

/* B4 */
static void build_propagation(struct planner *p) {
        for (size_t r = 0; r < p->d->aws.n_route_tables; r++) {
                const struct finding *f = assessment_find(p->a, FINDING_PROPAGATION_OFF, p->d->aws.route_tables[r]);
                if (!f)
                        continue;
                struct step_init init = {
                        .kind = STEP_ENABLE_PROPAGATION,
                        .slot = (unsigned)r,
                        .target = p->d->aws.route_tables[r],
                        .target_id = p->d->aws.route_tables[r],
                        .finding = f,
                        .shows = &p->o->aws.route_table[r].fact,
                };
                struct step *s = planner_add(p, &init);
                step_needs(s, vpn_gateway_is_attached(p->o), "the attachment of the AWS VPN gateway");
        }
}

/* B6 */
static void build_local_gateways(struct planner *p) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                struct step *s = add_create(p, SLOT_LOCAL_GATEWAY, t);
                if (!s)
                        continue;
                const struct aws_tunnel *end = tunnel_aws_end(p->o, t);
                step_needs(s, end && end->outside.addr != 0 && p->o->addresses_known,
                           slot_of(SLOT_VPN_CONNECTION, t / TUNNELS_PER_INSTANCE)->text);
        }
}

/* B7, B8 */
static void build_connections(struct planner *p) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                struct step *s = add_create(p, SLOT_CONNECTION, t);
                if (!s)
                        continue;
                const struct aws_tunnel *end = tunnel_aws_end(p->o, t);
                s->is_urgent_half = !s->is_disruptive && p->m->ladders[t].last == RUNG_RECREATE_CONNECTION;
                step_needs(s, gateway_is_idle(p->o), "the Azure VPN gateway");
                step_needs(s, !assessment_find(p->a, FINDING_APIPA_MISSING, "gateway"),
                           "the custom addresses of the Azure VPN gateway");
                step_needs(s, local_gateway_is_ready(p, t), slot_of(SLOT_LOCAL_GATEWAY, t)->text);
                step_needs(s, end && *end->psk, "the pre-shared key that AWS keeps");
        }
}

/**
 * plan_build() - steps for what is missing
 * @p: planner
 */
void plan_build(struct planner *p) {
        build_azure_gateway(p);
        build_customer_gateways(p);
        build_vpn_gateway(p);
        build_vpn_connections(p);
        build_propagation(p);
        build_local_gateways(p);
        build_connections(p);
}
