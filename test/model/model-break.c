/* SPDX-License-Identifier: Apache-2.0 */
/* What can be broken, mended and steered at run time. */
#include "model-break.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model-aws.h"
#include "model-azure.h"
#include "model-internal.h"
#include "physics-internal.h"
#include "util/json.h"

#define ARGS struct model *m, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]

static int complain(char reterr[static ADMIN_TEXT_SIZE], const char *sentence) {
        snprintf(reterr, ADMIN_TEXT_SIZE, "%s", sentence);
        return -EINVAL;
}

/* arguments */

static int get_count(const json_t *args, const char *key, int64_t otherwise, int64_t *ret,
                     char reterr[static ADMIN_TEXT_SIZE]) {
        *ret = otherwise;
        int k = json_get_int(args, key, ret);
        if (k == -ENOENT || (k == 0 && *ret >= 0))
                return 0;
        snprintf(reterr, ADMIN_TEXT_SIZE, "%s: a number from 0 on is needed", key);
        return -EINVAL;
}

/* "for_s" from now; absent: for ever */
static int get_until(struct model *m, const json_t *args, int64_t *ret_ms, char reterr[static ADMIN_TEXT_SIZE]) {
        int64_t for_s;
        int k = get_count(args, "for_s", -1, &for_s, reterr);
        if (k == 0)
                *ret_ms = for_s < 0 ? INT64_MAX : m->now_ms + for_s * 1000;
        return k;
}

/* "service": "aws", "azure" or, absent, both */
static int for_services(struct model *m, const json_t *args, struct model_faults *out[static MODEL_SERVICES + 1],
                        char reterr[static ADMIN_TEXT_SIZE]) {
        const char *name = admin_text(args, "service", "any");
        size_t n = 0;
        if (strcmp(name, "aws") == 0 || strcmp(name, "any") == 0)
                out[n++] = &m->faults[MODEL_SERVICE_AWS];
        if (strcmp(name, "azure") == 0 || strcmp(name, "any") == 0)
                out[n++] = &m->faults[MODEL_SERVICE_AZURE];
        out[n] = NULL;
        return n > 0 ? 0 : complain(reterr, "service: aws, azure or any");
}

/* "outside": an address, or "connection": "vpn-..." with "tunnel": 0 or 1 */
static int get_tunnel(struct model *m, const json_t *args, struct ip4 *ret, char reterr[static ADMIN_TEXT_SIZE]) {
        const char *outside = admin_text(args, "outside", NULL), *connection = admin_text(args, "connection", NULL);
        int64_t tunnel;
        if (outside)
                return admin_explain(ip4_parse(outside, ret), outside, reterr);
        if (!connection)
                return complain(reterr, "outside, or connection and tunnel, are needed");
        int k = get_count(args, "tunnel", 0, &tunnel, reterr);
        return k < 0 ? k : admin_explain(aws_outside_of(m, connection, (unsigned)tunnel, ret), connection, reterr);
}

static int get_fault(const json_t *args, enum link_fault *ret, char reterr[static ADMIN_TEXT_SIZE]) {
        static const struct {
                const char *name;
                enum link_fault fault;
        } names[] = {
                {"ipsec-stuck", LINK_IPSEC_STUCK},
                {"endpoint-broken", LINK_ENDPOINT_BROKEN},
                {"bgp-stuck", LINK_BGP_STUCK},
        };
        const char *name = admin_text(args, "fault", "ipsec-stuck");
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcmp(names[i].name, name) == 0) {
                        *ret = names[i].fault;
                        return 0;
                }
        return complain(reterr, "fault: ipsec-stuck, endpoint-broken or bgp-stuck");
}

/* tunnels */

static int break_tunnel(ARGS) {
        struct ip4 outside;
        enum link_fault fault;
        int64_t until_ms = INT64_MAX;
        int k = get_tunnel(m, args, &outside, reterr);
        if (k == 0)
                k = get_fault(args, &fault, reterr);
        if (k == 0)
                k = get_until(m, args, &until_ms, reterr);
        return k < 0 ? k : admin_explain(physics_break(m, outside, fault, until_ms), "a tunnel with both ends", reterr);
}

static int touch_all(struct model *m, enum link_fault fault, int64_t until_ms) {
        const struct link *links = NULL;
        size_t n = physics_links(m, &links);
        for (size_t i = 0; i < n; i++) {
                int k = links[i].paired ? physics_break(m, links[i].aws_outside, fault, until_ms) : 0;
                n = physics_links(m, &links); /* pairing may have made them anew */
                if (k == -ENOMEM)
                        return k;
        }
        return 0;
}

static int break_all(ARGS) {
        enum link_fault fault;
        int64_t until_ms = INT64_MAX;
        int k = get_fault(args, &fault, reterr);
        if (k == 0)
                k = get_until(m, args, &until_ms, reterr);
        return k < 0 ? k : touch_all(m, fault, until_ms);
}

static int heal(ARGS) {
        struct ip4 outside;
        int k = get_tunnel(m, args, &outside, reterr);
        return k < 0 ? k : admin_explain(physics_break(m, outside, LINK_OK, 0), "a tunnel with both ends", reterr);
}

static int heal_all(ARGS) {
        (void)args;
        reterr[0] = 0;
        return touch_all(m, LINK_OK, 0);
}

static int set_psk(ARGS) {
        const char *psk = NULL, *azure = admin_text(args, "azureConnection", NULL);
        struct ip4 outside;
        int k = admin_need(args, "psk", &psk, reterr);
        if (k < 0)
                return k;
        if (azure)
                return admin_explain(azure_admin_set_psk(m, azure, psk), azure, reterr);
        k = get_tunnel(m, args, &outside, reterr);
        return k < 0 ? k : admin_explain(aws_admin_set_psk(m, outside, psk), "psk", reterr);
}

static int maintenance(ARGS) {
        struct ip4 outside;
        int64_t after_s;
        int k = get_tunnel(m, args, &outside, reterr);
        if (k == 0)
                k = get_count(args, "auto_applied_after_s", 14 * 86400, &after_s, reterr);
        if (k < 0)
                return k;
        return admin_explain(aws_admin_maintenance(m, outside, m->now_ms + after_s * 1000), "tunnel", reterr);
}

/* resources */

static int propagation(ARGS) {
        const char *table = NULL;
        bool on = json_is_true(json_object_get(args, "on"));
        int k = admin_need(args, "routeTable", &table, reterr);
        if (k < 0)
                return k;
        return admin_explain(aws_admin_propagation(m, table, admin_text(args, "gateway", ""), on), table, reterr);
}

static int delete (ARGS) {
        const char *id = NULL;
        int k = admin_need(args, "id", &id, reterr);
        if (k < 0)
                return k;
        return admin_explain(*id == '/' ? azure_admin_delete(m, id) : aws_admin_delete(m, id), id, reterr);
}

static int add_cidr(ARGS) {
        const char *cidr = NULL, *vnet = admin_text(args, "vnet", NULL), *vpc = admin_text(args, "vpc", NULL);
        int k = admin_need(args, "cidr", &cidr, reterr);
        if (k < 0)
                return k;
        if (vnet)
                return admin_explain(azure_admin_add_prefix(m, vnet, cidr), vnet, reterr);
        return vpc ? admin_explain(aws_admin_add_vpc_cidr(m, vpc, cidr), vpc, reterr)
                   : complain(reterr, "vnet or vpc is needed");
}

static int remove_cidr(ARGS) {
        const char *cidr = NULL, *vnet = NULL;
        int k = admin_need(args, "cidr", &cidr, reterr);
        if (k == 0)
                k = admin_need(args, "vnet", &vnet, reterr);
        return k < 0 ? k : admin_explain(azure_admin_remove_prefix(m, vnet, cidr), vnet, reterr);
}

static int patch(ARGS) {
        const char *id = NULL;
        const json_t *change = json_object_get(args, "patch");
        int k = admin_need(args, "id", &id, reterr);
        if (k < 0)
                return k;
        return json_is_object(change) ? admin_explain(azure_admin_patch(m, id, change), id, reterr)
                                      : complain(reterr, "patch: an object is needed");
}

static int fail_operations(ARGS) {
        const char *part = NULL;
        int64_t count;
        int k = admin_need(args, "part", &part, reterr);
        if (k == 0)
                k = get_count(args, "count", 1, &count, reterr);
        if (k < 0)
                return k;
        return admin_explain(azure_admin_fail_operations(m, part, admin_text(args, "code", "InternalServerError"),
                                                         admin_text(args, "message", "An error occurred."),
                                                         (unsigned)count),
                             part, reterr);
}

/* services */

static int throttle(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int64_t count, retry_after_s;
        int k = for_services(m, args, f, reterr);
        if (k == 0)
                k = get_count(args, "count", 1, &count, reterr);
        if (k == 0)
                k = get_count(args, "retry_after_s", 10, &retry_after_s, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++) {
                if (f[i] == &m->faults[MODEL_SERVICE_AZURE])
                        azure_admin_throttle(m, (unsigned)count, (unsigned)retry_after_s);
                else
                        f[i]->throttle_next = (unsigned)count;
        }
        return k;
}

static int lose_replies(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int64_t count;
        int k = for_services(m, args, f, reterr);
        if (k == 0)
                k = get_count(args, "count", 1, &count, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++)
                f[i]->lose_next = (unsigned)count;
        return k;
}

static int refuse(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int64_t count;
        int k = for_services(m, args, f, reterr);
        if (k == 0)
                k = get_count(args, "count", 1, &count, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++)
                f[i]->refuse_next = (unsigned)count;
        return k;
}

static int fail_with(ARGS, const char *type, const char *body, int64_t status) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int64_t count;
        int k = for_services(m, args, f, reterr);
        if (k == 0)
                k = get_count(args, "count", 1, &count, reterr);
        if (k == 0)
                k = get_count(args, "status", status, &status, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++) {
                f[i]->fail_next = (unsigned)count;
                f[i]->fail_status = (int)status;
                f[i]->fail_writes_only = json_is_true(json_object_get(args, "writes_only"));
                if (!MODEL_COPY(f[i]->fail_type, type) || !MODEL_COPY(f[i]->fail_body, body))
                        k = complain(reterr, "body: too long");
        }
        return k;
}

static int fail(ARGS) {
        return fail_with(m, args, reterr, admin_text(args, "type", "text/plain"), admin_text(args, "body", ""), 500);
}

static int html(ARGS) {
        return fail_with(m, args, reterr, "text/html",
                         "<html><head><title>503 Service Unavailable</title></head><body>Sorry</body></html>", 503);
}

static int stale(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int64_t until_ms = INT64_MAX;
        int k = for_services(m, args, f, reterr);
        if (k == 0)
                k = get_until(m, args, &until_ms, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++) {
                bool azure = f[i] == &m->faults[MODEL_SERVICE_AZURE];
                k = admin_explain(azure ? azure_admin_stale_begins(m) : aws_admin_stale_begins(m), "stale", reterr);
                if (k == 0)
                        f[i]->stale_until_ms = until_ms;
        }
        return k;
}

static int hide(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int k = for_services(m, args, f, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++)
                f[i]->hide = !json_is_false(json_object_get(args, "on"));
        return k;
}

static int wrong_account(ARGS) {
        struct model_faults *f[MODEL_SERVICES + 1];
        int k = for_services(m, args, f, reterr);
        for (size_t i = 0; k == 0 && f[i]; i++)
                f[i]->wrong_account = !json_is_false(json_object_get(args, "on"));
        return k;
}

static int set_speed(ARGS) {
        double speed = json_number_value(json_object_get(args, "speed"));
        if (speed <= 0)
                return complain(reterr, "speed: a number above 0 is needed");
        m->speed = speed;
        return 0;
}

static int set_option(ARGS) {
        const char *name = NULL, *value = NULL;
        int k = admin_need(args, "name", &name, reterr);
        if (k == 0)
                k = admin_need(args, "value", &value, reterr);
        return k < 0 ? k : admin_explain(model_options_set(&m->options, name, value), name, reterr);
}

#define TUNNEL_ARGS "outside | connection, tunnel"

static const struct {
        const char *name;
        int (*fn)(ARGS);
        const char *help;
} operations[] = {
        {"add-cidr", add_cidr, "vnet | vpc, cidr"},
        {"break-all", break_all, "fault: ipsec-stuck | endpoint-broken | bgp-stuck, for_s"},
        {"break-tunnel", break_tunnel, TUNNEL_ARGS ", fault: ipsec-stuck | endpoint-broken | bgp-stuck, for_s"},
        {"delete", delete, "id"},
        {"fail", fail, "service, count, status, type, body, writes_only"},
        {"fail-operations", fail_operations, "part, count, code, message (Azure's long operations)"},
        {"heal", heal, TUNNEL_ARGS},
        {"heal-all", heal_all, ""},
        {"hide", hide, "service, on"},
        {"html", html, "service, count, status"},
        {"lose-replies", lose_replies, "service, count"},
        {"maintenance", maintenance, TUNNEL_ARGS ", auto_applied_after_s"},
        {"patch", patch, "id, patch (Azure)"},
        {"propagation", propagation, "routeTable, gateway, on"},
        {"propagation-off", propagation, "routeTable"},
        {"refuse", refuse, "service, count"},
        {"remove-cidr", remove_cidr, "vnet, cidr"},
        {"set-option", set_option, "name, value"},
        {"set-psk", set_psk, "azureConnection | " TUNNEL_ARGS ", psk"},
        {"set-speed", set_speed, "speed"},
        {"stale", stale, "service, for_s"},
        {"throttle", throttle, "service, count, retry_after_s"},
        {"wrong-account", wrong_account, "service, on"},
};

int break_run(struct model *m, const char *op, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) {
        for (size_t i = 0; i < ELEMENTSOF(operations); i++)
                if (strcmp(operations[i].name, op) == 0)
                        return operations[i].fn(m, args, reterr);
        return complain(reterr, "no such operation: GET /admin/help lists them");
}

json_t *break_help(void) {
        json_t *all = json_pack("{s:s}", "seed", "aws, azure, options: see model-seed.c");
        for (size_t i = 0; i < ELEMENTSOF(operations); i++)
                (void)json_object_set_new(all, operations[i].name, json_string(operations[i].help));
        return all;
}
