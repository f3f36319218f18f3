/* SPDX-License-Identifier: Apache-2.0 */
/* s2svpnd.conf and its drop-ins. */
#include <string.h>

#include "config/declare.h"
#include "config/value.h"

const char *const daemon_sections[] = {"Daemon", "Azure", "AWS", "Timing", NULL};

static void take_owner(struct taking *t, const struct ini_entry *e, void *target) {
        if (!value_is_owner(e->value)) {
                take_wrong(t, e, "not an owner; allowed: 1 to 64 of a-z A-Z 0-9 . _ -");
                return;
        }
        const char *copy = take_copy(t, e->value, strlen(e->value));
        if (copy)
                *(const char **)target = copy;
}

static void take_listen(struct taking *t, const struct ini_entry *e, void *target) {
        if (e->value[0] && !value_is_listen(e->value)) {
                take_wrong(t, e, "not ADDRESS:PORT; examples: 127.0.0.1:9321, [::1]:9321; empty: no metrics");
                return;
        }
        const char *copy = take_copy(t, e->value, strlen(e->value));
        if (copy)
                *(const char **)target = copy;
}

#define MEMBER(m) offsetof(struct daemon_source, m)

static const struct key keys[] = {
        {"Daemon", "Owner", take_owner, MEMBER(config.owner)},
        {"Daemon", "MetricsListen", take_listen, MEMBER(config.metrics_listen)},
        {"Daemon", "CaFile", take_path, MEMBER(config.ca_file)},
        {"Azure", "AuthorityUrl", take_endpoint, MEMBER(config.authority_url)},
        {"Azure", "ArmUrl", take_endpoint, MEMBER(config.arm_url)},
        {"Azure", "ClientId", take_guid, MEMBER(client_id)},
        {"Azure", "ClientSecretFile", take_path, MEMBER(config.client_secret_file)},
        {"AWS", "EndpointUrl", take_endpoint, MEMBER(config.aws_url)},
};

void declare_daemon(const struct ini *inis, size_t n_inis, struct problems *problems, struct daemon_source *ret) {
        struct daemon_source d = {
                .config = {.owner = "s2svpn",
                           .metrics_listen = "127.0.0.1:9321",
                           .ca_file = "",
                           .authority_url = "",
                           .arm_url = "",
                           .aws_url = "",
                           .client_secret_file = "",
                           .timing = TIMING_DEFAULT},
                .client_id = "",
        };
        for (size_t i = 0; i < n_inis; i++) {
                struct taking t = {&inis[i], problems};
                take_table(&t, keys, ELEMENTSOF(keys), &d);
                timing_take(&t, &d.config.timing);
        }
        timing_check(&d.config.timing, inis, n_inis, problems);
        *ret = d;
}
