/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world that is there before the first request, from JSON:
 *
 *   {"options": {"aws_telemetry_lag_ms": 0},
 *    "aws": {"credentials": [{"accessKeyId", "secretAccessKey", "sessionToken"?, "account"}],
 *            "roles": [{"arn", "externalId"?}],
 *            "vpcs": [{"account", "region", "id", "cidrs": [], "routeTables": [{"id", "main"?}]}]},
 *    "azure": {"apps": [{"tenant", "clientId", "secret"}], "subscriptions": [{"id", "tenant"}],
 *              "resourceGroups": [{"id", "location"}],
 *              "vnets": [{"id", "location", "prefixes": [], "gatewaySubnet"?}],
 *              "peerings": [{"id", "remoteVnetId", "allowGatewayTransit"?, "useRemoteGateways"?}]}}
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model-admin.h"
#include "model-aws.h"
#include "model-azure.h"
#include "model-internal.h"
#include "util/json.h"

typedef int (*seed_fn)(struct model *m, const json_t *item, char reterr[static ADMIN_TEXT_SIZE]);

static int join(const json_t *list, struct buf *out) {
        for (size_t i = 0; i < json_array_size(list); i++) {
                const char *s = json_string_value(json_array_get(list, i));
                buf_printf(out, "%s%s", i > 0 ? "," : "", s ? s : "");
        }
        return buf_error(out);
}

static int seed_credentials(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *key = NULL, *secret = NULL, *account = NULL;
        int k = admin_need(o, "accessKeyId", &key, reterr);
        if (k == 0)
                k = admin_need(o, "secretAccessKey", &secret, reterr);
        if (k == 0)
                k = admin_need(o, "account", &account, reterr);
        if (k < 0)
                return k;
        return admin_explain(aws_admin_seed_credentials(m, key, secret, admin_text(o, "sessionToken", ""), account),
                             key, reterr);
}

static int seed_role(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *arn = NULL;
        int k = admin_need(o, "arn", &arn, reterr);
        return k < 0 ? k : admin_explain(aws_admin_seed_role(m, arn, admin_text(o, "externalId", "")), arn, reterr);
}

static int seed_route_tables(struct model *m, const json_t *vpc, const char *vpc_id,
                             char reterr[static ADMIN_TEXT_SIZE]) {
        const json_t *tables = json_object_get(vpc, "routeTables");
        for (size_t i = 0; i < json_array_size(tables); i++) {
                const json_t *t = json_array_get(tables, i);
                const char *id = NULL;
                int k = admin_need(t, "id", &id, reterr);
                if (k == 0)
                        k = admin_explain(
                                aws_admin_seed_route_table(m, vpc_id, id, json_is_true(json_object_get(t, "main"))), id,
                                reterr);
                if (k < 0)
                        return k;
        }
        return 0;
}

static int seed_vpc(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *account = NULL, *region = NULL, *id = NULL;
        _cleanup_buf_ struct buf cidrs = BUF_NULL;
        int k = admin_need(o, "account", &account, reterr);
        if (k == 0)
                k = admin_need(o, "region", &region, reterr);
        if (k == 0)
                k = admin_need(o, "id", &id, reterr);
        if (k == 0)
                k = join(json_object_get(o, "cidrs"), &cidrs);
        if (k == 0)
                k = admin_explain(aws_admin_seed_vpc(m, account, region, id, buf_str(&cidrs)), id, reterr);
        return k < 0 ? k : seed_route_tables(m, o, id, reterr);
}

static int seed_app(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *tenant = NULL, *client = NULL, *secret = NULL;
        int k = admin_need(o, "tenant", &tenant, reterr);
        if (k == 0)
                k = admin_need(o, "clientId", &client, reterr);
        if (k == 0)
                k = admin_need(o, "secret", &secret, reterr);
        return k < 0 ? k : admin_explain(azure_admin_seed_app(m, tenant, client, secret), client, reterr);
}

static int seed_subscription(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *id = NULL, *tenant = NULL;
        int k = admin_need(o, "id", &id, reterr);
        if (k == 0)
                k = admin_need(o, "tenant", &tenant, reterr);
        return k < 0 ? k : admin_explain(azure_admin_seed_subscription(m, id, tenant), id, reterr);
}

static int seed_group(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *id = NULL, *location = NULL;
        int k = admin_need(o, "id", &id, reterr);
        if (k == 0)
                k = admin_need(o, "location", &location, reterr);
        return k < 0 ? k : admin_explain(azure_admin_seed_resource_group(m, id, location), id, reterr);
}

static int seed_vnet(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *id = NULL, *location = NULL;
        _cleanup_buf_ struct buf prefixes = BUF_NULL;
        int k = admin_need(o, "id", &id, reterr);
        if (k == 0)
                k = admin_need(o, "location", &location, reterr);
        if (k == 0)
                k = join(json_object_get(o, "prefixes"), &prefixes);
        if (k < 0)
                return k;
        return admin_explain(
                azure_admin_seed_vnet(m, id, location, buf_str(&prefixes), admin_text(o, "gatewaySubnet", NULL)), id,
                reterr);
}

static int seed_peering(struct model *m, const json_t *o, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *id = NULL, *remote = NULL;
        int k = admin_need(o, "id", &id, reterr);
        if (k == 0)
                k = admin_need(o, "remoteVnetId", &remote, reterr);
        if (k < 0)
                return k;
        return admin_explain(azure_admin_seed_peering(m, id, remote,
                                                      json_is_true(json_object_get(o, "allowGatewayTransit")),
                                                      json_is_true(json_object_get(o, "useRemoteGateways"))),
                             id, reterr);
}

static int seed_options(struct model *m, const json_t *options, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)options, name, value) {
                char text[32];
                if (json_is_boolean(value))
                        snprintf(text, sizeof(text), "%s", json_is_true(value) ? "true" : "false");
                else
                        snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
                if (model_options_set(&m->options, name, text) < 0)
                        return admin_explain(-EINVAL, name, reterr);
        }
        return 0;
}

/* in the order in which they need each other */
static const struct {
        const char *path;
        seed_fn fn;
} kinds[] = {
        {"aws.credentials", seed_credentials},
        {"aws.roles", seed_role},
        {"aws.vpcs", seed_vpc},
        {"azure.apps", seed_app},
        {"azure.subscriptions", seed_subscription},
        {"azure.resourceGroups", seed_group},
        {"azure.vnets", seed_vnet},
        {"azure.peerings", seed_peering},
};

int admin_seed(struct model *m, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) {
        int k = seed_options(m, json_object_get(args, "options"), reterr);
        for (size_t i = 0; k == 0 && i < ELEMENTSOF(kinds); i++) {
                const json_t *list = json_at(args, kinds[i].path);
                if (list && !json_is_array(list))
                        return admin_explain(-EINVAL, kinds[i].path, reterr);
                for (size_t n = 0; k == 0 && n < json_array_size(list); n++)
                        k = kinds[i].fn(m, json_array_get(list, n), reterr);
        }
        return k;
}
