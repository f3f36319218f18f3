/* SPDX-License-Identifier: Apache-2.0 */
/* What several pairings say of the same gateway or the same VPC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/declare.h"
#include "util/encode.h"

static int by_name(const void *pa, const void *pb) {
        const struct pairing_source *a = pa, *b = pb;
        int k = strcmp(a->declaration.name, b->declaration.name);
        return k != 0 ? k : strcmp(a->ini.path, b->ini.path);
}

static int by_gateway(const void *pa, const void *pb) {
        const struct pairing_source *a = *(const struct pairing_source *const *)pa;
        const struct pairing_source *b = *(const struct pairing_source *const *)pb;
        int k = strcasecmp(a->declaration.azure.gateway_id, b->declaration.azure.gateway_id);
        return k != 0 ? k : by_name(a, b);
}

static int by_vpc(const void *pa, const void *pb) {
        const struct pairing_source *a = *(const struct pairing_source *const *)pa;
        const struct pairing_source *b = *(const struct pairing_source *const *)pb;
        int k = strcmp(a->declaration.aws.region, b->declaration.aws.region);
        if (k == 0)
                k = strcmp(a->declaration.aws.vpc_id, b->declaration.aws.vpc_id);
        return k != 0 ? k : by_name(a, b);
}

static void wrong(const struct pairing_source *at, const char *section, const char *key,
                  const struct pairing_source *other, const char *text, struct problems *problems) {
        problems_add(problems, at->ini.path, ini_line(&at->ini, section, key), "%s= %s pairing %s", key, text,
                     other->declaration.name);
}

static void check_pins(const struct pairing_source *a, const struct pairing_source *b, const char *text,
                       struct problems *problems) {
        if (!a->declaration.addresses_pinned || !b->declaration.addresses_pinned)
                return;
        for (size_t i = 0; i < TUNNELS; i++) {
                if (!cidr_in_list(b->declaration.inside[i], a->declaration.inside, TUNNELS))
                        continue;
                wrong(b, "Pairing", "Addresses", a, text, problems);
                return;
        }
}

static void check_same_gateway(const struct pairing_source *a, const struct pairing_source *b,
                               struct problems *problems) {
        const struct declaration *da = &a->declaration, *db = &b->declaration;
        check_pins(a, b, "takes addresses that the same gateway uses for", problems);
        if (strcmp(da->aws.vpc_id, db->aws.vpc_id) == 0 && *da->aws.vpc_id)
                wrong(b, "AWS", "Vpc", a, "joins the same gateway and the same VPC as", problems);
        if (da->azure.asn != db->azure.asn)
                wrong(b, "Azure", "Asn", a, "of the same gateway differs from that of", problems);
        if (strcmp(da->azure.gateway_sku, db->azure.gateway_sku) != 0 && *da->azure.gateway_sku &&
            *db->azure.gateway_sku)
                wrong(b, "Azure", "GatewaySku", a, "of the same gateway differs from that of", problems);
}

static void check_same_vpc(const struct pairing_source *a, const struct pairing_source *b, struct problems *problems) {
        if (a->declaration.aws.asn != b->declaration.aws.asn)
                wrong(b, "AWS", "Asn", a, "of the same VPC's gateway differs from that of", problems);
        if (strcasecmp(a->declaration.azure.gateway_id, b->declaration.azure.gateway_id) != 0)
                check_pins(a, b, "takes addresses that the same VPC's gateway uses for", problems);
}

static void check_neighbours(struct pairing_source **sorted, size_t n, int (*compare)(const void *, const void *),
                             bool (*same)(const struct declaration *, const struct declaration *),
                             void (*check)(const struct pairing_source *, const struct pairing_source *,
                                           struct problems *),
                             struct problems *problems) {
        qsort(sorted, n, sizeof(*sorted), compare);
        for (size_t i = 0; i < n; i++) {
                for (size_t j = i + 1; j < n && same(&sorted[i]->declaration, &sorted[j]->declaration); j++)
                        check(sorted[i], sorted[j], problems);
        }
}

static bool same_gateway(const struct declaration *a, const struct declaration *b) {
        return *a->azure.gateway_id && strcasecmp(a->azure.gateway_id, b->azure.gateway_id) == 0;
}

static bool same_vpc(const struct declaration *a, const struct declaration *b) {
        return *a->aws.vpc_id && strcmp(a->aws.region, b->aws.region) == 0 && strcmp(a->aws.vpc_id, b->aws.vpc_id) == 0;
}

/* One pairing makes a shared gateway, the first by name; the others wait for it. */
static void name_builders(struct pairing_source **by_gateway_and_name, size_t n) {
        for (size_t i = 1; i < n; i++) {
                const struct declaration *before = &by_gateway_and_name[i - 1]->declaration;
                struct declaration *d = &by_gateway_and_name[i]->declaration;
                if (!same_gateway(before, d))
                        continue;
                d->azure.gateway_builder =
                        *before->azure.gateway_builder ? before->azure.gateway_builder : before->name;
                d->hash = hash_bytes(d->hash, d->azure.gateway_builder, strlen(d->azure.gateway_builder));
        }
}

/**
 * check_together() - Contradictions between pairings
 * @sources: all of them; sorted by name afterwards
 *
 * Each is told at the file whose name sorts last, naming the other one.
 */
void check_together(struct pairing_source *sources, size_t n, struct problems *problems) {
        if (n < 2)
                return;
        qsort(sources, n, sizeof(*sources), by_name);
        for (size_t i = 1; i < n; i++) {
                if (strcmp(sources[i - 1].declaration.name, sources[i].declaration.name) == 0)
                        problems_add(problems, sources[i].ini.path, 1, "pairing %s is also declared by %s",
                                     sources[i].declaration.name, sources[i - 1].ini.path);
        }
        struct pairing_source **sorted = ARENA_ARRAY(problems->arena, struct pairing_source *, n);
        if (!sorted) {
                problems->error = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < n; i++)
                sorted[i] = &sources[i];
        check_neighbours(sorted, n, by_gateway, same_gateway, check_same_gateway, problems);
        name_builders(sorted, n);
        check_neighbours(sorted, n, by_vpc, same_vpc, check_same_vpc, problems);
}
