/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical text: every key in the order of the tables, names completed to ids, defaults spelled out. */
#include "config/declare.h"

static void print_optional(struct buf *out, const char *key, const char *value) {
        if (*value)
                buf_printf(out, "%s=%s\n", key, value);
}

static void print_list(struct buf *out, const char *key, const char *const *words, size_t n) {
        if (n == 0)
                return;
        buf_printf(out, "%s=", key);
        for (size_t i = 0; i < n; i++)
                buf_printf(out, "%s%s", i > 0 ? " " : "", words[i]);
        buf_putc(out, '\n');
}

void print_daemon(const struct daemon_config *d, struct buf *out) {
        buf_printf(out, "[Daemon]\nOwner=%s\nMetricsListen=%s\n", d->owner, d->metrics_listen);
        print_optional(out, "CaFile", d->ca_file);
        buf_puts(out, "\n[Azure]\n");
        print_optional(out, "AuthorityUrl", d->authority_url);
        print_optional(out, "ArmUrl", d->arm_url);
        print_optional(out, "ClientSecretFile", d->client_secret_file);
        buf_puts(out, "\n[AWS]\n");
        print_optional(out, "EndpointUrl", d->aws_url);
        timing_print(&d->timing, out);
}

static void print_azure(const struct azure_declaration *a, struct buf *out) {
        buf_puts(out, "\n[Azure]\n");
        print_optional(out, "Tenant", a->tenant);
        print_optional(out, "Subscription", a->subscription);
        print_optional(out, "ResourceGroup", a->resource_group);
        print_optional(out, "Location", a->location);
        print_optional(out, "VirtualNetwork", a->vnet_id);
        print_optional(out, "Gateway", a->gateway_id);
        print_optional(out, "GatewaySku", a->gateway_sku);
        buf_printf(out, "Asn=%u\n", a->asn);
        print_optional(out, "ClientId", a->client_id);
        print_list(out, "SyncPeerings", a->sync_peerings, a->n_sync_peerings);
}

static void print_aws(const struct aws_declaration *a, struct buf *out) {
        buf_puts(out, "\n[AWS]\n");
        print_optional(out, "AccountId", a->account_id);
        print_optional(out, "Region", a->region);
        print_optional(out, "Vpc", a->vpc_id);
        buf_printf(out, "Asn=%u\n", a->asn);
        print_list(out, "RouteTables", a->route_tables, a->n_route_tables);
        print_optional(out, "Profile", a->profile);
}

void print_pairing(const struct declaration *d, struct buf *out) {
        char text[CIDR_TEXT_SIZE];
        buf_printf(out, "[Pairing]\nTopology=%s\nMode=%s\n", topology_to_string(d->topology),
                   pairing_mode_to_string(d->mode));
        if (d->addresses_pinned) {
                buf_puts(out, "Addresses=");
                for (size_t i = 0; i < TUNNELS; i++)
                        buf_printf(out, "%s%s", i > 0 ? " " : "", cidr_format(d->inside[i], text));
                buf_putc(out, '\n');
        }
        print_azure(&d->azure, out);
        print_aws(&d->aws, out);
        buf_printf(out, "\n[Policy]\nMinHealthyTunnels=%u\nAllowGatewayReset=%s\nAllowTunnelReplace=%s\n",
                   d->policy.min_healthy_tunnels, d->policy.allow_gateway_reset ? "yes" : "no",
                   d->policy.allow_tunnel_replace ? "yes" : "no");
        timing_print(&d->timing, out);
}

/**
 * config_print() - The whole configuration as text
 * @c: a parsed configuration
 * @out: appended to; each file begins with a comment "# file: NAME"
 *
 * Return: 0 or -ENOMEM. Cut at the comments and parsed again, the text gives an equal configuration.
 */
int config_print(const struct configuration *c, struct buf *out) {
        buf_puts(out, "# file: s2svpnd.conf\n");
        print_daemon(&c->daemon, out);
        for (size_t i = 0; i < c->n_pairings; i++) {
                buf_printf(out, "\n# file: pairings.d/%s.conf\n", c->pairings[i].name);
                print_pairing(&c->pairings[i], out);
        }
        return buf_error(out);
}
