/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assess: do the resources hold what they should?
 *
 * Only fields that decide whether a tunnel can work are compared. Rules, in the order of the code:
 * D1 a local network gateway that holds an address of another tunnel of the pairing, or an AWS connection on the
 *    other instance's customer gateway: identities disagree, crossed-addresses, for a person
 * D2 a local network gateway has its tunnel's outside address, its inside AWS address and the AWS ASN
 * D3 a connection has BGP, our policy, its own local network gateway and an address of each instance
 * D4 a customer gateway has the public IP of its instance and Azure's ASN; it cannot be changed, only reported
 * D5 an AWS tunnel dials if it is used, does not if it is spare, and has its pinned inside addresses
 * D6 the gateway has the custom addresses of all used tunnels; not asked while it is being changed
 * D7 both clouds hold one key; AWS is its store
 * D8 prefixes of both sides do not overlap
 */

#include <string.h>

#include "core/assess-internal.h"

/* Differences of one resource, as text. */
struct differences {
        struct assessor *s;
        const char *text; /* "" while there are none */
};

static void differs(struct differences *x, const char *what) {
        x->text = assessor_printf(x->s, "%s%s%s", x->text, *x->text ? "; " : "", what);
}

static void differs_address(struct differences *x, const char *field, struct ip4 is, struct ip4 wanted) {
        char a[IP4_TEXT_SIZE], b[IP4_TEXT_SIZE];
        if (!ip4_equal(is, wanted))
                differs(x, assessor_printf(x->s, "%s %s, wanted %s", field, ip4_format(is, a), ip4_format(wanted, b)));
}

static void differs_number(struct differences *x, const char *field, uint32_t is, uint32_t wanted) {
        if (is != wanted)
                differs(x, assessor_printf(x->s, "%s %u, wanted %u", field, is, wanted));
}

/* D1; the other tunnel that an address belongs to, TUNNELS if none */
static unsigned tunnel_with_outside(const struct observed *o, struct ip4 ip, unsigned except) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                const struct aws_tunnel *end = tunnel_aws_end(o, t);
                if (t != except && end && ip.addr != 0 && ip4_equal(end->outside, ip))
                        return t;
        }
        return TUNNELS;
}

static unsigned tunnel_with_inside(const struct observed *o, struct ip4 ip, unsigned except) {
        for (unsigned t = 0; o->addresses_known && t < TUNNELS; t++) {
                if (t != except && ip4_equal(inside_aws(o->addresses.inside[t]), ip))
                        return t;
        }
        return TUNNELS;
}

static bool find_crossed(struct assessor *s, unsigned t) {
        const struct az_local_gateway *lng = s->o->azure.local_gateway[t].value;
        unsigned outside = tunnel_with_outside(s->o, lng->address, t);
        unsigned inside = tunnel_with_inside(s->o, lng->bgp_address, t);
        if (outside == TUNNELS && inside == TUNNELS)
                return false;
        char a[IP4_TEXT_SIZE], b[IP4_TEXT_SIZE];
        unsigned tunnels = 1u << t | (outside < TUNNELS ? 1u << outside : 0) | (inside < TUNNELS ? 1u << inside : 0);
        assessor_find(s, FINDING_CROSSED_ADDRESSES, SEVERITY_DRIFT, tunnel_subject(t), tunnels,
                      "two ways to tell the tunnels apart disagree; a person must decide",
                      "Azure: local network gateway %u has outside address %s (%s) and BGP peer %s (%s)", t + 1,
                      ip4_format(lng->address, a), tunnel_text(outside < TUNNELS ? outside : t),
                      ip4_format(lng->bgp_address, b), tunnel_text(inside < TUNNELS ? inside : t));
        return true;
}

static void find_crossed_instances(struct assessor *s, unsigned i) {
        const struct observed_aws *o = &s->o->aws;
        if (!is_known(&o->vpn[i].fact) || !is_known(&o->customer_gateway[i].fact) ||
            strcmp(o->vpn[i].value->customer_gateway_id, o->customer_gateway[i].value->id) == 0)
                return;
        const struct slot *slot = slot_of(SLOT_VPN_CONNECTION, i);
        assessor_find(s, FINDING_CROSSED_ADDRESSES, SEVERITY_DRIFT, slot->subject, slot->tunnels,
                      "a VPN connection stands on another customer gateway than its own",
                      "AWS: %s uses %s, its slot's customer gateway is %s", o->vpn[i].value->id,
                      o->vpn[i].value->customer_gateway_id, o->customer_gateway[i].value->id);
}

/* D2 */
static void check_local_gateway(struct assessor *s, unsigned t) {
        const struct az_local_gateway *lng = s->o->azure.local_gateway[t].value;
        const struct aws_tunnel *end = tunnel_aws_end(s->o, t);
        if (!is_known(&s->o->azure.local_gateway[t].fact) || find_crossed(s, t))
                return;
        struct differences x = {s, ""};
        if (end && end->outside.addr != 0)
                differs_address(&x, "address", lng->address, end->outside);
        differs_number(&x, "ASN", lng->asn, s->d->aws.asn);
        if (end && s->o->addresses_known)
                differs_address(&x, "BGP peer", lng->bgp_address, inside_aws(s->o->addresses.inside[t]));
        if (*x.text)
                assessor_find(s, FINDING_LOCAL_GATEWAY_WRONG, SEVERITY_DRIFT, slot_of(SLOT_LOCAL_GATEWAY, t)->subject,
                              1u << t, "", "Azure: %s", x.text);
}

static bool instance_has(const struct az_instance *x, struct ip4 ip) {
        for (size_t i = 0; i < x->n_custom_bgp; i++) {
                if (ip4_equal(x->custom_bgp[i], ip))
                        return true;
        }
        return false;
}

static struct ip4 named_address(const struct az_connection *c, const char *ip_config_id) {
        for (size_t i = 0; i < c->n_custom_bgp; i++) {
                if (az_id_equal(c->custom_bgp[i].ip_config_id, ip_config_id))
                        return c->custom_bgp[i].address;
        }
        return (struct ip4){0};
}

/* D3; a filler is right as long as it belongs to its instance, and a single custom address need not be named */
static void check_connection_addresses(struct differences *x, unsigned t, const struct az_connection *c) {
        const struct observed *o = x->s->o;
        struct az_custom_bgp wanted[AZ_INSTANCES_MAX];
        if (!wanted_connection_addresses(x->s->d, o, t, wanted) ||
            o->azure.gateway.value->common.provisioning != AZ_SUCCEEDED)
                return;
        unsigned carrier = gateway_instance(o, t / TUNNELS_PER_INSTANCE);
        for (unsigned k = 0; k < INSTANCES; k++) {
                const struct az_instance *instance = &o->azure.gateway.value->instances[k];
                struct ip4 named = named_address(c, instance->ip_config_id);
                if (c->n_custom_bgp == 0 && instance->n_custom_bgp == 1)
                        named = instance->custom_bgp[0];
                if (k == carrier)
                        differs_address(x, "own custom address", named, wanted[k].address);
                else if (!instance_has(instance, named))
                        differs(x, "the other instance's custom address is none of its own");
        }
}

static void check_connection(struct assessor *s, unsigned t) {
        const struct observed_azure *o = &s->o->azure;
        const struct az_connection *c = o->connection[t].value;
        if (!is_known(&o->connection[t].fact) || !c->is_ipsec || !c->is_ikev2)
                return;
        const struct az_ipsec_policy policy = wanted_ipsec_policy();
        struct differences x = {s, ""};
        if (!c->bgp_enabled)
                differs(&x, "BGP is off");
        if (!ipsec_policy_equal(&c->policy, &policy))
                differs(&x, "another IPsec policy");
        if (is_known(&o->local_gateway[t].fact) &&
            !az_id_equal(c->local_gateway_id, o->local_gateway[t].value->common.id))
                differs(&x, "another local network gateway");
        check_connection_addresses(&x, t, c);
        if (*x.text)
                assessor_find(s, FINDING_CONNECTION_WRONG, SEVERITY_DRIFT, slot_of(SLOT_CONNECTION, t)->subject,
                              1u << t, "", "Azure: %s", x.text);
}

/* D4 */
static void check_customer_gateway(struct assessor *s, unsigned i) {
        const struct aws_customer_gateway *c = s->o->aws.customer_gateway[i].value;
        struct ip4 wanted = wanted_public_ip(s->o, i);
        if (!is_known(&s->o->aws.customer_gateway[i].fact))
                return;
        struct differences x = {s, ""};
        if (wanted.addr != 0)
                differs_address(&x, "address", c->address, wanted);
        differs_number(&x, "ASN", c->asn, s->d->azure.asn);
        const struct slot *slot = slot_of(SLOT_CUSTOMER_GATEWAY, i);
        if (*x.text)
                assessor_find(s, FINDING_CUSTOMER_GATEWAY_WRONG, SEVERITY_DRIFT, slot->subject, slot->tunnels,
                              "AWS cannot change a customer gateway: create a right one and move the VPN connection to "
                              "it, or remove both and let the daemon build them again",
                              "AWS: %s: %s", c->id, x.text);
}

/* D5 */
static void check_tunnel_options(struct assessor *s, unsigned t) {
        const struct aws_tunnel *end = tunnel_aws_end(s->o, t);
        if (!end)
                return;
        char a[CIDR_TEXT_SIZE], b[CIDR_TEXT_SIZE];
        bool used = topology_uses_tunnel(s->d->topology, t);
        struct differences x = {s, ""};
        if (end->startup_start != used)
                differs(&x, used ? "StartupAction=add on a used tunnel: it never dials"
                                 : "StartupAction=start on a spare tunnel: it dials for ever");
        struct cidr wanted = s->o->addresses_known ? wanted_inside(s->d, s->o, t) : end->inside;
        if (!cidr_equal(end->inside, wanted))
                differs(&x, assessor_printf(s, "inside %s, pinned %s", cidr_format(end->inside, a),
                                            cidr_format(wanted, b)));
        if (*x.text)
                assessor_find(s, FINDING_TUNNEL_OPTIONS_WRONG, SEVERITY_DRIFT, tunnel_subject(t), 1u << t, "",
                              "AWS: %s", x.text);
}

/* D6 */
static void check_custom_addresses(struct assessor *s) {
        const struct observed *o = s->o;
        if (!is_known(&o->azure.gateway.fact) || o->azure.gateway.value->common.provisioning != AZ_SUCCEEDED ||
            !o->addresses_known)
                return;
        struct differences x = {s, ""};
        unsigned tunnels = 0;
        for (unsigned i = 0; i < INSTANCES; i++) {
                struct ip4 wanted[2 * TUNNELS_PER_INSTANCE];
                size_t n = wanted_custom_addresses(s->d, o, i, wanted);
                unsigned k = gateway_instance(o, i);
                for (size_t j = 0; k < INSTANCES && j < n; j++) {
                        char a[IP4_TEXT_SIZE];
                        if (instance_has(&o->azure.gateway.value->instances[k], wanted[j]))
                                continue;
                        differs(&x, assessor_printf(s, "instance %u lacks %s", i, ip4_format(wanted[j], a)));
                        for (unsigned t = i * TUNNELS_PER_INSTANCE; t < (i + 1) * TUNNELS_PER_INSTANCE; t++) {
                                if (ip4_equal(inside_azure(o->addresses.inside[t]), wanted[j]))
                                        tunnels |= 1u << t;
                        }
                }
        }
        if (*x.text)
                assessor_find(s, FINDING_APIPA_MISSING, SEVERITY_DRIFT, "gateway", tunnels, "", "Azure: %s", x.text);
}

/* D7; neither key is ever printed */
static void check_key(struct assessor *s, unsigned t) {
        const struct aws_tunnel *end = tunnel_aws_end(s->o, t);
        if (!is_known(&s->o->azure.key[t].fact) || !is_known(&s->o->azure.connection[t].fact) || !end)
                return;
        const char *azure = s->o->azure.key[t].value, *aws = end->psk;
        if (*azure == '\0' || *aws == '\0' || strcmp(azure, aws) == 0)
                return;
        assessor_find(s, FINDING_PSK_MISMATCH, SEVERITY_DRIFT, tunnel_subject(t), 1u << t, "",
                      "Azure and AWS hold different pre-shared keys; AWS's is taken");
}

/* D8 */
static void check_overlap(struct assessor *s) {
        const struct observed *o = s->o;
        if (!is_known(&o->azure.vnet.fact) || !is_known(&o->aws.vpc.fact))
                return;
        const struct az_vnet *vnet = o->azure.vnet.value;
        _cleanup_buf_ struct buf text = BUF_NULL;
        if (prefixes_are_disjoint(vnet->prefixes, vnet->n_prefixes, o->aws.vpc.value->cidrs, o->aws.vpc.value->n_cidrs,
                                  &text))
                return;
        if (buf_error(&text) < 0)
                s->error = buf_error(&text);
        else {
                buf_truncate(&text, text.len - 1);
                assessor_find(s, FINDING_CIDR_OVERLAP, SEVERITY_FAULT, "vnet", TUNNELS_ALL,
                              "the networks cannot reach each other over any VPN", "%s", buf_str(&text));
        }
}

/**
 * assess_drift() - fields that are not as they should be
 * @s: collector
 */
void assess_drift(struct assessor *s) {
        for (unsigned t = 0; t < TUNNELS; t++) {
                check_tunnel_options(s, t);
                if (!topology_uses_tunnel(s->d->topology, t))
                        continue;
                check_local_gateway(s, t);
                check_connection(s, t);
                check_key(s, t);
        }
        for (unsigned i = 0; i < INSTANCES; i++) {
                find_crossed_instances(s, i);
                check_customer_gateway(s, i);
        }
        check_custom_addresses(s);
        check_overlap(s);
}
