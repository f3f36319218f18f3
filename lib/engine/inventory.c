/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventory: one reading of an AWS account and region, for all pairings in it.
 *
 * Five lists asked for together; the reading counts only when all of them, all pages included, came. Connections and
 * customer gateways are read by our owner tag: an unfiltered read would pull everybody's keys into memory. VPN gateways
 * are read whole (there are five a region), since a foreign one on our VPC refuses a build. Route tables and VPCs are
 * asked for by filter and not by id, so that one deleted table does not fail the call for everybody.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"

#define FILTER_VALUES_MAX 200 /* EC2's limit for one filter; above it everything is read, in pages */

struct inventory *inventory_unref(struct inventory *i) {
        if (!i || --i->refs > 0)
                return NULL;
        for (size_t p = 0; p < i->n_pages; p++)
                aws_result_deinit(&i->pages[p]);
        mem_free(i->pages);
        arena_free(i->arena);
        mem_free(i);
        return NULL;
}

static struct inventory *inventory_new(struct monotime asked) {
        struct inventory *i = mem_zalloc(1, sizeof(*i));
        if (!i)
                return NULL;
        i->refs = 1;
        i->asked = asked;
        i->arena = arena_new();
        return i->arena ? i : inventory_unref(i);
}

void inventory_cancel(struct aws_account *a) {
        for (unsigned p = 0; p < INVENTORY_PARTS; p++)
                exchange_cancel(a->engine, &a->part_exchange[p]);
        a->reading = inventory_unref(a->reading);
        a->parts_pending = 0;
}

static enum aws_action action_of(enum inventory_part part) {
        switch (part) {
        case INVENTORY_VPCS:
                return AWS_DESCRIBE_VPCS;
        case INVENTORY_ROUTE_TABLES:
                return AWS_DESCRIBE_ROUTE_TABLES;
        case INVENTORY_CUSTOMER_GATEWAYS:
                return AWS_DESCRIBE_CUSTOMER_GATEWAYS;
        case INVENTORY_VPN_GATEWAYS:
                return AWS_DESCRIBE_VPN_GATEWAYS;
        case INVENTORY_VPN_CONNECTIONS:
        case INVENTORY_PARTS:
                break;
        }
        return AWS_DESCRIBE_VPN_CONNECTIONS;
}

struct values {
        const char *items[FILTER_VALUES_MAX];
        size_t n;
        bool too_many;
};

static void values_add(struct values *v, const char *s) {
        for (size_t i = 0; i < v->n; i++) {
                if (strcmp(v->items[i], s) == 0)
                        return;
        }
        if (v->n == FILTER_VALUES_MAX)
                v->too_many = true;
        else
                v->items[v->n++] = s;
}

static void collect(const struct aws_account *a, enum inventory_part part, struct values *v) {
        LIST_FOREACH(item, &a->engine->pairings) {
                const struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                if (p->aws != a)
                        continue;
                switch (part) {
                case INVENTORY_VPCS:
                        values_add(v, p->d->aws.vpc_id);
                        break;
                case INVENTORY_ROUTE_TABLES:
                        for (size_t i = 0; i < p->d->aws.n_route_tables; i++)
                                values_add(v, p->d->aws.route_tables[i]);
                        break;
                case INVENTORY_CUSTOMER_GATEWAYS:
                case INVENTORY_VPN_CONNECTIONS:
                        values_add(v, p->d->owner);
                        break;
                case INVENTORY_VPN_GATEWAYS:
                case INVENTORY_PARTS:
                        break;
                }
        }
}

static const char *filter_name(enum inventory_part part) {
        switch (part) {
        case INVENTORY_VPCS:
                return "vpc-id";
        case INVENTORY_ROUTE_TABLES:
                return "route-table-id";
        case INVENTORY_CUSTOMER_GATEWAYS:
        case INVENTORY_VPN_CONNECTIONS:
                return "tag:" TAG_OWNER;
        case INVENTORY_VPN_GATEWAYS:
        case INVENTORY_PARTS:
                break;
        }
        return NULL;
}

static int part_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                     const struct now *now);

static int ask(struct aws_account *a, enum inventory_part part, const char *next_token, const struct now *now) {
        struct values v = {.n = 0};
        collect(a, part, &v);
        struct aws_filter filter = {filter_name(part), v.items, v.n};
        bool has_filter = filter.name && v.n > 0 && !v.too_many;
        struct aws_query query = {&filter, has_filter ? 1 : 0, next_token};
        _cleanup_http_request_ struct http_request request = HTTP_REQUEST_NULL;
        int r = aws_request_describe(&request, &a->ec2, action_of(part), &query);
        if (r < 0)
                return r;
        return aws_account_send(a, &request, action_of(part), part_done, a, part, &a->part_exchange[part], now);
}

/* Merged lists are shallow: strings stay in the pages that the inventory owns. */
#define MERGE(i, type, field, count)                                                                                   \
        do {                                                                                                           \
                size_t total = 0;                                                                                      \
                for (size_t p = 0; p < (i)->n_pages; p++)                                                              \
                        total += (i)->pages[p].count;                                                                  \
                type *all = ARENA_ARRAY((i)->arena, type, total);                                                      \
                if (!all)                                                                                              \
                        return -ENOMEM;                                                                                \
                size_t n = 0;                                                                                          \
                for (size_t p = 0; p < (i)->n_pages; p++) {                                                            \
                        for (size_t k = 0; k < (i)->pages[p].count; k++)                                               \
                                all[n++] = (i)->pages[p].field[k];                                                     \
                }                                                                                                      \
                (i)->lists.field = all;                                                                                \
                (i)->lists.count = n;                                                                                  \
        } while (0)

static int merge(struct inventory *i) {
        const struct fact known = {.state = FACT_KNOWN, .seen = i->asked};
        MERGE(i, struct aws_vpc, vpcs, n_vpcs);
        MERGE(i, struct aws_route_table, route_tables, n_route_tables);
        MERGE(i, struct aws_customer_gateway, customer_gateways, n_customer_gateways);
        MERGE(i, struct aws_vpn_gateway, vpn_gateways, n_vpn_gateways);
        MERGE(i, struct aws_vpn_connection, vpn_connections, n_vpn_connections);
        i->lists.vpcs_fact = i->lists.route_tables_fact = i->lists.customer_gateways_fact = known;
        i->lists.vpn_gateways_fact = i->lists.vpn_connections_fact = known;
        return 0;
}

/* The reading is over: a whole one replaces the last, anything less only says why. */
static int finish(struct aws_account *a) {
        struct inventory *i = TAKE_PTR(a->reading);
        a->attempt_asked = i->asked;
        a->engine->wants_tick = true;
        if (a->part_failed) {
                inventory_unref(i);
                return 0;
        }
        int r = merge(i);
        if (r < 0) {
                inventory_unref(i);
                snprintf(a->read_error, sizeof(a->read_error), "no memory for the inventory");
                return r;
        }
        inventory_unref(a->current);
        a->current = i;
        a->read_error[0] = 0;
        backoff_success(&a->read_backoff);
        return 0;
}

static void note_failure(struct aws_account *a, enum inventory_part part, const struct exchange_result *result,
                         const struct now *now) {
        const struct cloud_error *error = result->has_reply ? &result->aws->error : NULL;
        a->counters.errors++;
        if (error && error->class == CLOUD_ERROR_THROTTLED)
                a->counters.throttled++;
        if (!a->part_failed)
                backoff_failure(&a->read_backoff, a->engine, error ? error->retry_after_ms : 0, now);
        a->part_failed = true;
        snprintf(a->read_error, sizeof(a->read_error), "%s: %.60s %.130s", aws_action_to_string(action_of(part)),
                 error ? error->code : "", error ? error->message : result->failure_text);
        /* Expired keys: read the sources again before the next try. */
        if (error && error->class == CLOUD_ERROR_AUTH_EXPIRED)
                aws_account_keys_refused(a);
}

static int take_page(struct inventory *i, struct aws_result *result) {
        if (i->n_pages >= PAGES_MAX * INVENTORY_PARTS)
                return -EMSGSIZE;
        struct aws_result *pages = mem_realloc(i->pages, (i->n_pages + 1) * sizeof(*pages));
        if (!pages)
                return -ENOMEM;
        i->pages = pages;
        i->pages[i->n_pages++] = *result;
        *result = AWS_RESULT_NULL;
        return 0;
}

static int part_done(struct engine *e, void *owner, unsigned tag, const struct exchange_result *result,
                     const struct now *now) {
        struct aws_account *a = owner;
        enum inventory_part part = tag;
        int r = 0;
        (void)e;
        assert(a->reading && a->parts_pending > 0);
        a->part_exchange[part] = 0;
        if (!result->has_reply || result->aws_code != 0) {
                note_failure(a, part, result, now);
        } else {
                const char *token = result->aws->next_token; /* stays valid: the page moves, its arena does not */
                r = take_page(a->reading, result->aws);
                if (r == 0 && *token) {
                        r = ask(a, part, token, now);
                        if (r == 0)
                                return 0;
                }
                if (r < 0) {
                        a->part_failed = true;
                        snprintf(a->read_error, sizeof(a->read_error), "%s: %s", aws_action_to_string(action_of(part)),
                                 strerror(-r));
                }
        }
        if (--a->parts_pending > 0)
                return 0;
        return finish(a);
}

/**
 * inventory_read() - Starts a reading unless one is in flight or the last failure's wait is not over
 *
 * Return: 0 or -ENOMEM.
 */
int inventory_read(struct aws_account *a, const struct now *now) {
        if (a->reading || !aws_account_is_ready(a) || monotime_before(now->boot, a->read_backoff.not_before))
                return 0;
        a->reading = inventory_new(now->boot);
        if (!a->reading)
                return -ENOMEM;
        a->part_failed = false;
        a->parts_pending = INVENTORY_PARTS;
        for (unsigned part = 0; part < INVENTORY_PARTS; part++) {
                int r = ask(a, part, NULL, now);
                if (r < 0) {
                        inventory_cancel(a);
                        return r;
                }
        }
        return 0;
}
