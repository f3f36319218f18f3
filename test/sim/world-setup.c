/* SPDX-License-Identifier: Apache-2.0 */
/* A world's beginnings: what was declared, the clouds as they were before, the engine's start. */
#include "world-internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "model-aws.h"
#include "model-azure.h"

static int seeded_fill(void *userdata, void *bytes, size_t n) {
        struct world *w = userdata;
        for (size_t i = 0; i < n; i++)
                ((uint8_t *)bytes)[i] = (uint8_t)rng_next(&w->rng);
        return 0;
}

static char *pairing_text(const struct world_options *o, unsigned i) {
        char *text = NULL;
        char suffix[12] = "";
        if (i > 0 && !o->shared_gateway)
                snprintf(suffix, sizeof(suffix), "%u", i + 1);
        int n = asprintf(
                &text,
                "[Pairing]\nTopology=%s\nMode=%s\n"
                "[Azure]\nTenant=" WORLD_TENANT "\nSubscription=" WORLD_SUBSCRIPTION "\nResourceGroup=rg-hub\n"
                "Location=japaneast\nVirtualNetwork=vnet-hub%s\nGateway=vgw-hub%s\nGatewaySku=VpnGw2AZ\nAsn=65515\n"
                "SyncPeerings=hub-to-app app-to-hub\n"
                "[AWS]\nAccountId=" ACCOUNT "\nRegion=ap-northeast-1\nVpc=vpc-0123456789abcdef%u\nAsn=64512\n"
                "RouteTables=rtb-0aaaaaaaaaaaaaaa%c\n%s\n",
                o->topology ? o->topology : "four", o->mode ? o->mode : "build", suffix, suffix, i, "abcdef"[i % 6],
                o -> pairing ? o -> pairing : "");
        assert(n > 0);
        return text;
}

struct configuration *world_configuration(const struct world_options *o) {
        char daemon_text[2048];
        struct config_file files[STATE_FILES_MAX];
        char names[STATE_FILES_MAX][32];
        struct configuration *c = NULL;
        _cleanup_buf_ struct buf errors = BUF_NULL;
        snprintf(daemon_text, sizeof(daemon_text), "[Daemon]\nOwner=test\n[Timing]\n%s\n", o->timing ? o->timing : "");
        const struct config_file daemon_file = {"s2svpnd.conf", daemon_text, strlen(daemon_text)};
        unsigned n = o->n_pairings ? o->n_pairings : 1;
        for (unsigned i = 0; i < n; i++) {
                char *text = pairing_text(o, i);
                snprintf(names[i], sizeof(names[i]), i ? WORLD_PAIRING "%u.conf" : WORLD_PAIRING ".conf", i + 1);
                files[i] = (struct config_file){names[i], text, strlen(text)};
        }
        int r = config_parse(&daemon_file, 1, files, n, &errors, &c);
        if (r != 0)
                fprintf(stderr, "%s\n", buf_str(&errors));
        assert(r == 0);
        for (unsigned i = 0; i < n; i++)
                free((char *)files[i].bytes);
        return c;
}

static void configure(struct world *w) {
        world_input(w, &(struct engine_input){.type = ENGINE_IN_CONFIG, .config = world_configuration(&w->options)});
        world_pump(w);
}

void world_start_engine(struct world *w) {
        const struct engine_options options = {
                .entropy = {seeded_fill, w},
                .seed = rng_next(&w->rng),
                .version = "test",
        };
        struct now now = world_clocks(w);
        int r = engine_new(&options, &now, &w->engine);
        assert(r == 0);
        if (w->hold)
                world_input(w, &(struct engine_input){.type = ENGINE_IN_HOLD, .hold = true});
        configure(w);
}

void world_reload(struct world *w, const struct world_options *o) {
        w->options = *o;
        configure(w);
}

/* ---- the clouds as they were before ---- */

#define MUST(call)                                                                                                     \
        do {                                                                                                           \
                int must_ = (call);                                                                                    \
                if (must_ != 0) {                                                                                      \
                        fprintf(stderr, "%s: %d\n", #call, must_);                                                     \
                        abort();                                                                                       \
                }                                                                                                      \
        } while (0)

static void seed_pairing(struct world *w, unsigned i) {
        char vnet[512], vpc[64], table[64], prefixes[64], subnet[64], cidr[64];
        const char *account = w->options.aws_account ? w->options.aws_account : ACCOUNT;
        snprintf(vnet, sizeof(vnet), i ? WORLD_HUB "%u" : WORLD_HUB, i + 1);
        snprintf(vpc, sizeof(vpc), "vpc-0123456789abcdef%u", i);
        snprintf(table, sizeof(table), "rtb-0aaaaaaaaaaaaaaa%c", "abcdef"[i % 6]);
        snprintf(prefixes, sizeof(prefixes), "10.%u.0.0/16", 10 + 4 * i);
        snprintf(subnet, sizeof(subnet), "10.%u.255.0/27", 10 + 4 * i);
        snprintf(cidr, sizeof(cidr), "172.%u.0.0/16", 20 + i);
        MUST(azure_admin_seed_vnet(w->model, vnet, "japaneast", prefixes, subnet));
        MUST(aws_admin_seed_vpc(w->model, account, "ap-northeast-1", vpc, cidr));
        MUST(aws_admin_seed_route_table(w->model, vpc, table, true));
}

void world_seed(struct world *w) {
        struct model *m = w->model;
        const char *account = w->options.aws_account ? w->options.aws_account : ACCOUNT;
        MUST(azure_admin_seed_app(m, WORLD_TENANT, world_variable("AZURE_CLIENT_ID"), CLIENT_SECRET));
        MUST(azure_admin_seed_subscription(m, WORLD_SUBSCRIPTION, WORLD_TENANT));
        MUST(azure_admin_seed_resource_group(m, WORLD_GROUP, "japaneast"));
        MUST(aws_admin_seed_credentials(m, ACCESS_KEY, SECRET_KEY, "", account));
        unsigned n = w->options.n_pairings ? w->options.n_pairings : 1;
        for (unsigned i = 0; i < n; i++)
                seed_pairing(w, i);
        MUST(azure_admin_seed_vnet(m, WORLD_SPOKE, "japaneast", "10.11.0.0/16", NULL));
        MUST(azure_admin_seed_peering(m, WORLD_HUB "/virtualNetworkPeerings/hub-to-app", WORLD_SPOKE, true, false));
        MUST(azure_admin_seed_peering(m, WORLD_SPOKE "/virtualNetworkPeerings/app-to-hub", WORLD_HUB, false, true));
}
