/* SPDX-License-Identifier: Apache-2.0 */
/* EC2 query requests: VPN connections and their tunnels. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "aws/ec2-request.h"
#include "aws/form.h"

#define WORD_SIZE 48

static bool is_set(const char *s) {
        return s && s[0];
}

/* "A,B" becomes NAME.1.Value=A, NAME.2.Value=B. */
static void add_words(struct http_request *r, const char *prefix, const char *name, const char *words) {
        char word[WORD_SIZE];
        if (!is_set(words))
                return;
        for (size_t number = 1;; number++) {
                size_t n = strcspn(words, ",");
                bool fits = n < sizeof(word);
                snprintf(word, sizeof(word), "%.*s", fits ? (int)n : 0, words);
                aws_form_text(r, word, "%s%s.%zu.Value", prefix, name, number);
                if (!words[n])
                        return;
                words += n + 1;
        }
}

static const char *dpd_word(enum aws_dpd_action a) {
        switch (a) {
        case AWS_DPD_UNSET:
                return NULL;
        case AWS_DPD_CLEAR:
                return "clear";
        case AWS_DPD_NONE:
                return "none";
        case AWS_DPD_RESTART:
                return "restart";
        }
        return NULL;
}

static const char *startup_word(enum aws_startup_action a) {
        switch (a) {
        case AWS_STARTUP_UNSET:
                return NULL;
        case AWS_STARTUP_ADD:
                return "add";
        case AWS_STARTUP_START:
                return "start";
        }
        return NULL;
}

static const char *switch_word(enum aws_switch s) {
        switch (s) {
        case AWS_SWITCH_UNSET:
                return NULL;
        case AWS_SWITCH_OFF:
                return "false";
        case AWS_SWITCH_ON:
                return "true";
        }
        return NULL;
}

static void add_text(struct http_request *r, const char *prefix, const char *name, const char *value) {
        if (is_set(value))
                aws_form_text(r, value, "%s%s", prefix, name);
}

static void add_number(struct http_request *r, const char *prefix, const char *name, uint32_t value) {
        if (value)
                aws_form_number(r, value, "%s%s", prefix, name);
}

static void add_options(struct http_request *r, const char *prefix, const struct aws_tunnel_options *o) {
        char inside[CIDR_TEXT_SIZE];
        add_text(r, prefix, "TunnelInsideCidr", o->inside.bits ? cidr_format(o->inside, inside) : NULL);
        add_text(r, prefix, "PreSharedKey", o->psk ? o->psk->bytes : NULL);
        add_number(r, prefix, "Phase1LifetimeSeconds", o->phase1_lifetime_s);
        add_number(r, prefix, "Phase2LifetimeSeconds", o->phase2_lifetime_s);
        add_number(r, prefix, "DPDTimeoutSeconds", o->dpd_timeout_s);
        add_text(r, prefix, "DPDTimeoutAction", dpd_word(o->dpd_action));
        add_words(r, prefix, "Phase1EncryptionAlgorithm", o->phase1_encryption);
        add_words(r, prefix, "Phase2EncryptionAlgorithm", o->phase2_encryption);
        add_words(r, prefix, "Phase1IntegrityAlgorithm", o->phase1_integrity);
        add_words(r, prefix, "Phase2IntegrityAlgorithm", o->phase2_integrity);
        add_words(r, prefix, "Phase1DHGroupNumber", o->phase1_dh);
        add_words(r, prefix, "Phase2DHGroupNumber", o->phase2_dh);
        add_words(r, prefix, "IKEVersion", o->ike_versions);
        add_text(r, prefix, "StartupAction", startup_word(o->startup_action));
        add_text(r, prefix, "EnableTunnelLifecycleControl", switch_word(o->lifecycle_control));
}

static bool has_more_than_lifecycle(const struct aws_tunnel_options *o) {
        return o->inside.bits || o->psk || o->phase1_lifetime_s || o->phase2_lifetime_s || o->dpd_timeout_s ||
               o->dpd_action != AWS_DPD_UNSET || o->startup_action != AWS_STARTUP_UNSET ||
               is_set(o->phase1_encryption) || is_set(o->phase1_integrity) || is_set(o->phase1_dh) ||
               is_set(o->phase2_encryption) || is_set(o->phase2_integrity) || is_set(o->phase2_dh) ||
               is_set(o->ike_versions);
}

/* A key that is named but not there would let AWS make up one of its own. */
static bool is_valid(const struct aws_tunnel_options *o) {
        return !o->psk || (secret_is_set(o->psk) && o->psk->len > 0);
}

/**
 * aws_request_create_vpn_connection() - Builds CreateVpnConnection with BGP
 *
 * Return: 0; -ENOMEM; -EINVAL unless exactly one AWS gateway is named, or when a key is empty
 */
int aws_request_create_vpn_connection(struct http_request *r, const struct aws_endpoint *e,
                                      const struct aws_vpn_connection_spec *spec) {
        if (is_set(spec->vpn_gateway_id) == is_set(spec->transit_gateway_id))
                return -EINVAL;
        aws_form_begin(r, e, AWS_CREATE_VPN_CONNECTION);
        aws_form_text(r, "ipsec.1", "Type");
        aws_form_text(r, spec->customer_gateway_id, "CustomerGatewayId");
        add_text(r, "", "VpnGatewayId", spec->vpn_gateway_id);
        add_text(r, "", "TransitGatewayId", spec->transit_gateway_id);
        aws_form_text(r, "false", "Options.StaticRoutesOnly");
        for (size_t i = 0; i < AWS_TUNNELS_PER_CONNECTION; i++) {
                char prefix[40];
                if (!is_valid(&spec->tunnels[i]))
                        return -EINVAL;
                snprintf(prefix, sizeof(prefix), "Options.TunnelOptions.%zu.", i + 1);
                add_options(r, prefix, &spec->tunnels[i]);
        }
        aws_form_tag_specification(r, "vpn-connection", spec->tags, spec->n_tags);
        return aws_form_end(r);
}

int aws_request_delete_vpn_connection(struct http_request *r, const struct aws_endpoint *e,
                                      const char *vpn_connection_id) {
        aws_form_begin(r, e, AWS_DELETE_VPN_CONNECTION);
        aws_form_text(r, vpn_connection_id, "VpnConnectionId");
        return aws_form_end(r);
}

static void begin_tunnel(struct http_request *r, const struct aws_endpoint *e, enum aws_action action,
                         const char *vpn_connection_id, struct ip4 outside) {
        aws_form_begin(r, e, action);
        aws_form_text(r, vpn_connection_id, "VpnConnectionId");
        aws_form_ip4(r, outside, "VpnTunnelOutsideIpAddress");
}

/**
 * aws_request_modify_vpn_tunnel_options() - Builds ModifyVpnTunnelOptions
 * @r: empty request
 * @e: EC2 of the region
 * @vpn_connection_id: whose tunnel
 * @outside: which tunnel; AWS knows it by nothing else
 * @options: members that are set are changed, all in this one call
 * @skip_replacement: leave the endpoint in place; for a change of lifecycle control alone
 *
 * Return: 0; -ENOMEM; -EINVAL when nothing would change, or when the endpoint cannot stay
 */
int aws_request_modify_vpn_tunnel_options(struct http_request *r, const struct aws_endpoint *e,
                                          const char *vpn_connection_id, struct ip4 outside,
                                          const struct aws_tunnel_options *options, bool skip_replacement) {
        bool more = has_more_than_lifecycle(options);
        if (!is_valid(options) || (!more && options->lifecycle_control == AWS_SWITCH_UNSET) ||
            (more && skip_replacement))
                return -EINVAL;
        begin_tunnel(r, e, AWS_MODIFY_VPN_TUNNEL_OPTIONS, vpn_connection_id, outside);
        add_options(r, "TunnelOptions.", options);
        if (skip_replacement)
                aws_form_text(r, "true", "SkipTunnelReplacement");
        return aws_form_end(r);
}

int aws_request_replace_vpn_tunnel(struct http_request *r, const struct aws_endpoint *e, const char *vpn_connection_id,
                                   struct ip4 outside, bool apply_pending_maintenance) {
        begin_tunnel(r, e, AWS_REPLACE_VPN_TUNNEL, vpn_connection_id, outside);
        aws_form_text(r, apply_pending_maintenance ? "true" : "false", "ApplyPendingMaintenance");
        return aws_form_end(r);
}

int aws_request_get_vpn_tunnel_replacement_status(struct http_request *r, const struct aws_endpoint *e,
                                                  const char *vpn_connection_id, struct ip4 outside) {
        begin_tunnel(r, e, AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS, vpn_connection_id, outside);
        return aws_form_end(r);
}
