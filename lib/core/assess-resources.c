/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess: are the resources there, and may we touch them at all?
 *
 * Rules, in the order of the code:
 * A1 two kinds of resources gone at once, or everything that AWS had, is not believed: vanished, until they are
 *    back or a person resumes
 * A2 a wanted slot that is ABSENT is missing; public IPs only matter until the gateway exists
 * A3 a network that the build stands on and the daemon never makes is missing as well
 * A4 provisioning that ended in Failed or Canceled is failed
 * A5 shapes that we recognise and never write are refused, with all tunnels that stand on them
 * A6 surplus resources with our tags are duplicates
 */

#include <string.h>
#include <strings.h>

#include "core/assess-internal.h"

/* A1 */
void assess_vanished(struct assessor *s) {
        unsigned gone_kinds = 0, aws_seen = 0, aws_gone = 0, tunnels = 0;
        const char *names = "";
        for (unsigned i = 0; i < SLOTS; i++) {
                const struct slot *slot = slot_at(i);
                if ((s->memory->seen & slot_bit(slot)) == 0)
                        continue;
                bool is_gone = slot_fact(s->o, slot)->state == FACT_ABSENT;
                if (!step_kind_is_azure(slot->create)) {
                        aws_seen++;
                        aws_gone += is_gone;
                }
                if (!is_gone)
                        continue;
                gone_kinds |= 1u << slot->kind;
                tunnels |= slot->tunnels;
                names = assessor_printf(s, "%s%s%s", names, *names ? ", " : "", slot->subject);
        }
        bool several = (gone_kinds & (gone_kinds - 1)) != 0;
        s->has_vanished = several || (aws_seen > 1 && aws_seen == aws_gone);
        if (s->has_vanished)
                assessor_find(s, FINDING_VANISHED, SEVERITY_FAULT, "pairing", tunnels, "",
                              "gone at once: %s; nothing is written until they are back, or s2svpnctl resume %s says "
                              "that they are gone for good",
                              names, s->d->name);
}

/* A2 */
static void find_missing(struct assessor *s, const struct slot *slot) {
        if (slot_fact(s->o, slot)->state != FACT_ABSENT || !slot_is_wanted(s->d, slot) || s->has_vanished)
                return;
        if (slot->kind == SLOT_PUBLIC_IP && s->o->azure.gateway.fact.state != FACT_ABSENT)
                return;
        assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, slot->subject, slot->tunnels, "",
                      "%s: a complete read of %s did not have it", slot->text,
                      step_kind_is_azure(slot->create) ? "Azure" : "AWS");
}

/* A3 */
static void find_missing_network(struct assessor *s) {
        const struct observed *o = s->o;
        if (o->azure.vnet.fact.state == FACT_ABSENT)
                assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, "vnet", TUNNELS_ALL,
                              "the daemon never creates a virtual network", "Azure has no %s", s->d->azure.vnet_id);
        if (is_known(&o->azure.vnet.fact) && !o->azure.vnet.value->has_gateway_subnet)
                assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, "gateway-subnet", TUNNELS_ALL,
                              "the daemon never creates a subnet", "%s has no GatewaySubnet",
                              o->azure.vnet.value->common.name);
        if (o->aws.vpc.fact.state == FACT_ABSENT)
                assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, "vpc", TUNNELS_ALL,
                              "the daemon never creates a VPC", "AWS has no %s", s->d->aws.vpc_id);
        for (size_t r = 0; r < s->d->aws.n_route_tables; r++) {
                if (o->aws.route_table[r].fact.state == FACT_ABSENT)
                        assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, s->d->aws.route_tables[r], 0,
                                      "the daemon never creates a route table", "AWS has no %s",
                                      s->d->aws.route_tables[r]);
        }
        if (o->aws.vpn_gateway.fact.state == FACT_UNKNOWN || s->has_vanished)
                return;
        /* while there is no gateway, nothing is attached either: the finding is confirmed by the time there is one */
        bool exists = is_known(&o->aws.vpn_gateway.fact);
        if (!exists || *o->aws.vpn_gateway.value->attached_vpc_id == '\0')
                assessor_find(s, FINDING_RESOURCE_MISSING, SEVERITY_DRIFT, "vpn-gateway-attachment", TUNNELS_ALL, "",
                              "AWS: %s is not attached to %s",
                              exists ? o->aws.vpn_gateway.value->id : "the VPN gateway", s->d->aws.vpc_id);
}

/* A4 */
static void find_failed(struct assessor *s, const struct slot *slot) {
        if (!is_known(slot_fact(s->o, slot)) || !slot_is_wanted(s->d, slot))
                return;
        enum az_provisioning p = AZ_SUCCEEDED;
        if (slot->kind == SLOT_PUBLIC_IP)
                p = s->o->azure.public_ip[slot->index].value->common.provisioning;
        if (slot->kind == SLOT_GATEWAY)
                p = s->o->azure.gateway.value->common.provisioning;
        if (slot->kind == SLOT_LOCAL_GATEWAY)
                p = s->o->azure.local_gateway[slot->index].value->common.provisioning;
        if (slot->kind == SLOT_CONNECTION)
                p = s->o->azure.connection[slot->index].value->common.provisioning;
        if (p == AZ_FAILED || p == AZ_CANCELED)
                assessor_find(s, FINDING_RESOURCE_FAILED, SEVERITY_DRIFT, slot->subject, slot->tunnels, "",
                              "Azure: provisioning of %s ended as %s", slot->text,
                              p == AZ_FAILED ? "Failed" : "Canceled");
}

static void refuse(struct assessor *s, const char *subject, unsigned tunnels, const char *what) {
        assessor_find(s, FINDING_RESOURCE_REFUSED, SEVERITY_DRIFT, subject, tunnels, what,
                      "%s: recognised, reported and never written", what);
}

/* A5 */
static const char *why_gateway_is_refused(const struct declaration *d, const struct az_gateway *g) {
        bool is_ready = g->common.provisioning == AZ_SUCCEEDED;
        if (!g->is_vpn)
                return "not a VPN gateway";
        if (!g->is_route_based)
                return "a policy-based gateway";
        if (strcasecmp(g->sku, "Basic") == 0)
                return "a Basic gateway has no BGP";
        if (!g->active_active || (is_ready && g->n_instances != INSTANCES))
                return "an active-standby gateway";
        if (!g->bgp_enabled)
                return "BGP is off on the Azure gateway";
        if (g->has_nat_rules)
                return "NAT rules do not work with APIPA peers";
        if (g->migrating)
                return "the Azure gateway is under migration";
        if (g->asn != d->azure.asn && g->asn != 0)
                return "the Azure gateway has another ASN than declared";
        return NULL;
}

static void find_refused_aws(struct assessor *s) {
        const struct observed_aws *o = &s->o->aws;
        if (o->foreign_vgw && *o->foreign_vgw)
                refuse(s, "vpc", TUNNELS_ALL,
                       assessor_printf(s, "the VPC already has another VPN gateway, %s", o->foreign_vgw));
        const struct aws_vpn_gateway *g = o->vpn_gateway.value;
        if (is_known(&o->vpn_gateway.fact) && *g->attached_vpc_id && strcmp(g->attached_vpc_id, s->d->aws.vpc_id) != 0)
                refuse(s, "vpn-gateway", TUNNELS_ALL,
                       assessor_printf(s, "the AWS VPN gateway is attached to %s", g->attached_vpc_id));
        else if (is_known(&o->vpn_gateway.fact) && g->asn != s->d->aws.asn && g->asn != 0)
                refuse(s, "vpn-gateway", TUNNELS_ALL, "the AWS VPN gateway has another ASN than declared");
        for (unsigned i = 0; i < INSTANCES; i++) {
                const struct slot *slot = slot_of(SLOT_VPN_CONNECTION, i);
                if (!is_known(&o->vpn[i].fact))
                        continue;
                const struct aws_vpn_connection *c = o->vpn[i].value;
                if (c->static_routes_only)
                        refuse(s, slot->subject, slot->tunnels, "a VPN connection with static routes");
                else if (c->accelerated)
                        refuse(s, slot->subject, slot->tunnels, "an accelerated VPN connection");
                else if (*c->transit_gateway_id)
                        refuse(s, slot->subject, slot->tunnels, "a VPN connection of a transit gateway");
                else if (is_known(&o->vpn_gateway.fact) && strcmp(c->vpn_gateway_id, g->id) != 0)
                        refuse(s, slot->subject, slot->tunnels, "a VPN connection of another VPN gateway");
        }
}

static void find_refused(struct assessor *s) {
        const struct observed_azure *o = &s->o->azure;
        if (is_known(&o->gateway.fact)) {
                const char *why = why_gateway_is_refused(s->d, o->gateway.value);
                if (why)
                        refuse(s, "gateway", TUNNELS_ALL, why);
        }
        for (unsigned t = 0; t < TUNNELS; t++) {
                const struct slot *slot = slot_of(SLOT_CONNECTION, t);
                if (!is_known(&o->connection[t].fact))
                        continue;
                if (!o->connection[t].value->is_ipsec)
                        refuse(s, slot->subject, slot->tunnels, "a connection of another kind than IPsec");
                else if (!o->connection[t].value->is_ikev2)
                        refuse(s, slot->subject, slot->tunnels, "an IKEv1 connection");
                else if (!az_id_equal(o->connection[t].value->gateway_id, s->d->azure.gateway_id))
                        refuse(s, slot->subject, slot->tunnels, "a connection of another gateway; it cannot be moved");
        }
        find_refused_aws(s);
}

/* A6; one finding a slot names them all */
static void find_duplicates(struct assessor *s, const struct slot *slot) {
        if (step_kind_is_azure(slot->create))
                return;
        const char *tag = pairing_slot_name(slot->create, slot->index), *ids = "";
        for (size_t i = 0; i < s->o->aws.n_duplicates; i++) {
                const struct duplicate *dup = &s->o->aws.duplicates[i];
                if (strcmp(dup->slot, tag) == 0)
                        ids = assessor_printf(s, "%s%s%s", ids, *ids ? ", " : "", dup->id);
        }
        if (*ids)
                assessor_find(s, FINDING_DUPLICATE_OWNED, SEVERITY_DRIFT, slot->subject, slot->tunnels, "",
                              "AWS: %s is kept, with the same tags there are %s", slot_id(s->o, slot), ids);
}

/**
 * assess_resources() - missing, failed, refused and duplicate resources
 * @s: collector
 */
void assess_resources(struct assessor *s) {
        for (unsigned i = 0; i < SLOTS; i++) {
                find_missing(s, slot_at(i));
                find_failed(s, slot_at(i));
                find_duplicates(s, slot_at(i));
        }
        find_missing_network(s);
        find_refused(s);
}
