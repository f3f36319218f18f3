/* SPDX-License-Identifier: Apache-2.0 */
/* One pairing's file: names completed, and what its values say together. */
#include <errno.h>
#include <string.h>

#include "config/pairing-keys.h"
#include "config/value.h"
#include "core/address-plan.h"
#include "util/encode.h"

struct checking {
        const struct ini *ini;
        struct problems *problems;
};

static void wrong(struct checking *c, const char *section, const char *key, const char *text) {
        problems_add(c->problems, c->ini->path, ini_line(c->ini, section, key), "[%s] %s", section, text);
}

/* The core's rules speak in whole lines; here each becomes the text behind "file:line:". */
static void wrong_by_core(struct checking *c, const char *section, const char *key, struct buf *text) {
        while (text->len > 0 && text->data[text->len - 1] == '\n')
                buf_truncate(text, text->len - 1);
        if (buf_error(text) < 0)
                c->problems->error = -ENOMEM;
        problems_add(c->problems, c->ini->path, ini_line(c->ini, section, key), "%s", buf_str(text));
        buf_clear(text);
}

static bool require(struct checking *c, const char *section, const char *key, const char *why) {
        if (ini_find(c->ini, section, key))
                return true;
        problems_add(c->problems, c->ini->path, ini_line(c->ini, section, key), "[%s] %s= is missing%s", section, key,
                     why);
        return false;
}

static const char *complete(struct checking *c, const struct azure_declaration *azure, const char *type,
                            const char *name_or_id) {
        if (!*name_or_id || *name_or_id == '/')
                return name_or_id;
        const char *id = arena_printf(c->problems->arena,
                                      "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/%s/%s",
                                      azure->subscription, azure->resource_group, type, name_or_id);
        if (!id)
                c->problems->error = -ENOMEM;
        return id ? id : "";
}

static const char *part(struct checking *c, const char *id, unsigned n) {
        size_t len;
        const char *s = value_azure_id_part(id, n, &len);
        char *copy = s ? arena_strndup(c->problems->arena, s, len) : NULL;
        if (!copy)
                c->problems->error = -ENOMEM;
        return copy ? copy : "";
}

/* Subscription and resource group may be told by the gateway's id. */
static void complete_azure(struct checking *c, struct pairing_values *v) {
        struct azure_declaration *azure = &v->d.azure;
        const struct ini_entry *gateway = ini_find(c->ini, "Azure", "Gateway");
        bool has_id = v->gateway[0] == '/';
        if (has_id && !ini_find(c->ini, "Azure", "Subscription"))
                azure->subscription = part(c, v->gateway, 2);
        if (has_id && !ini_find(c->ini, "Azure", "ResourceGroup"))
                azure->resource_group = part(c, v->gateway, 4);
        if (!gateway || gateway->value[0] != '/') {
                require(c, "Azure", "Subscription", ", and Gateway= is not a full id");
                require(c, "Azure", "ResourceGroup", ", and Gateway= is not a full id");
        }
        require(c, "Azure", "VirtualNetwork", "");
        require(c, "Azure", "Gateway", "");
        azure->vnet_id = complete(c, azure, "virtualNetworks", v->vnet);
        azure->gateway_id = complete(c, azure, "virtualNetworkGateways", v->gateway);
        azure->gateway_name = has_id ? part(c, v->gateway, 8) : v->gateway;
}

static void check_mode(struct checking *c, const struct declaration *d) {
        if (d->mode == MODE_OBSERVE)
                return;
        require(c, "Azure", "Tenant", "; Mode=repair and Mode=build compare it with what the credentials belong to");
        require(c, "AWS", "AccountId", "; Mode=repair and Mode=build compare it with what the credentials belong to");
        if (d->mode != MODE_BUILD)
                return;
        require(c, "Azure", "Location", "; Mode=build needs it");
        if (require(c, "Azure", "GatewaySku", "; Mode=build needs it: VpnGw1AZ to VpnGw5AZ") &&
            d->azure.gateway_sku[0] && !strstr(d->azure.gateway_sku, "AZ"))
                wrong(c, "Azure", "GatewaySku",
                      "GatewaySku= without AZ: Azure creates such gateways no longer; allowed with Mode=build: "
                      "VpnGw1AZ "
                      "to VpnGw5AZ");
}

static void check_asns(struct checking *c, const struct declaration *d) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        bool azure_ok = azure_asn_is_valid(d->azure.asn, &text);
        if (azure_ok)
                azure_ok = customer_asn_is_valid(d->azure.asn, d->aws.region, &text);
        if (!azure_ok)
                wrong_by_core(c, "Azure", "Asn", &text);
        if (!aws_asn_is_valid(d->aws.asn, &text))
                wrong_by_core(c, "AWS", "Asn", &text);
        else if (!asns_differ(d->azure.asn, d->aws.asn, &text))
                wrong_by_core(c, "AWS", "Asn", &text);
}

static void check_addresses(struct checking *c, struct declaration *d) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        d->addresses_pinned = d->inside[0].bits > 0;
        for (size_t i = 0; d->addresses_pinned && i < TUNNELS; i++) {
                if (!inside_cidr_is_valid(d->inside[i], &text))
                        wrong_by_core(c, "Pairing", "Addresses", &text);
        }
}

static void check_policy(struct checking *c, const struct declaration *d) {
        unsigned used = 0;
        for (unsigned t = 0; t < TUNNELS; t++)
                used += topology_uses_tunnel(d->topology, t);
        if (d->policy.min_healthy_tunnels > used)
                problems_add(c->problems, c->ini->path, ini_line(c->ini, "Policy", "MinHealthyTunnels"),
                             "MinHealthyTunnels=%u: the topology uses %u tunnels; allowed: 1 to %u",
                             d->policy.min_healthy_tunnels, used, used);
}

/* The file's name is the identity of the pairing, in tags and in names at Azure. */
static const char *pairing_name(struct checking *c) {
        const char *path = c->ini->path, *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        size_t n = strlen(name);
        if (n > 5 && strcmp(name + n - 5, ".conf") == 0)
                n -= 5;
        else
                n = 0;
        if (!value_is_pairing_name(name, n))
                problems_add(
                        c->problems, path, 1,
                        "the file's name is that of the pairing; allowed: NAME.conf with 1 to %d of a-z 0-9 -, no - "
                        "at either end",
                        NAME_MAX_LEN);
        char *copy = arena_strndup(c->problems->arena, name, n);
        if (!copy)
                c->problems->error = -ENOMEM;
        return copy ? copy : "";
}

static void hash(struct checking *c, struct declaration *d) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_printf(&text, "%s\n%s\n", d->name, d->owner);
        print_pairing(d, &text);
        if (buf_error(&text) < 0)
                c->problems->error = -ENOMEM;
        d->hash = hash_bytes(HASH_INIT, buf_str(&text), text.len);
}

static struct pairing_values defaults(const struct daemon_source *daemon) {
        return (struct pairing_values){
                .d = {.owner = daemon->config.owner,
                      .topology = TOPOLOGY_FOUR,
                      .mode = MODE_OBSERVE,
                      .azure = {.tenant = "",
                                .gateway_builder = "",
                                .subscription = "",
                                .resource_group = "",
                                .location = "",
                                .client_id = daemon->client_id,
                                .gateway_sku = "",
                                .asn = 65515},
                      .aws = {.account_id = "", .region = "", .vpc_id = "", .profile = "", .asn = 64512},
                      .policy = {.min_healthy_tunnels = 1},
                      .timing = daemon->config.timing},
                .vnet = "",
                .gateway = "",
        };
}

/**
 * declare_pairing() - Makes the declaration of one file
 * @source: the file, taken apart; its declaration is set
 * @daemon: defaults
 * @problems: collects mistakes, the sticky -ENOMEM included
 */
void declare_pairing(struct pairing_source *source, const struct daemon_source *daemon, struct problems *problems) {
        struct pairing_values v = defaults(daemon);
        struct taking t = {&source->ini, problems};
        struct checking c = {&source->ini, problems};
        pairing_take(&t, &v);
        v.d.name = pairing_name(&c);
        v.d.azure.sync_peerings = v.peerings.words;
        v.d.azure.n_sync_peerings = v.peerings.n;
        v.d.aws.route_tables = v.route_tables.words;
        v.d.aws.n_route_tables = v.route_tables.n;
        complete_azure(&c, &v);
        require(&c, "AWS", "Region", "");
        require(&c, "AWS", "Vpc", "");
        check_mode(&c, &v.d);
        check_asns(&c, &v.d);
        check_addresses(&c, &v.d);
        check_policy(&c, &v.d);
        timing_check(&v.d.timing, &source->ini, 1, problems);
        hash(&c, &v.d);
        source->declaration = v.d;
}
