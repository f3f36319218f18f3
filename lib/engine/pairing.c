/* SPDX-License-Identifier: Apache-2.0 */
/* A pairing in the engine: its units, accounts and lifetime over reloads. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/names.h"
#include "engine/engine-internal.h"
#include "util/alloc.h"

/* ---- configuration references ---- */

struct config_ref *config_ref_new(struct configuration *c) {
        struct config_ref *r = mem_zalloc(1, sizeof(*r));
        if (r)
                *r = (struct config_ref){.refs = 1, .config = c};
        return r;
}

struct config_ref *config_ref_get(struct config_ref *r) {
        assert(r->refs > 0);
        r->refs++;
        return r;
}

struct config_ref *config_ref_put(struct config_ref *r) {
        if (!r || --r->refs > 0)
                return NULL;
        configuration_free(r->config);
        mem_free(r);
        return NULL;
}

/* ---- units ---- */

static const struct {
        enum unit_kind kind;
        unsigned count;
} fixed_units[] = {
        {UNIT_VNET, 1},
        {UNIT_GATEWAY, 1},
        {UNIT_PUBLIC_IP, INSTANCES},
        {UNIT_LOCAL_GATEWAY, TUNNELS},
        {UNIT_CONNECTION, TUNNELS},
        {UNIT_KEY, TUNNELS},
        {UNIT_FOREIGN, 1},
        {UNIT_BGP, 1},
        {UNIT_LEARNED, 1},
        {UNIT_ADVERTISED, TUNNELS},
};

static void units_init(struct pairing *p) {
        size_t n = 0;
        for (size_t i = 0; i < ELEMENTSOF(fixed_units); i++) {
                for (unsigned k = 0; k < fixed_units[i].count; k++)
                        unit_init(&p->units[n++], p, fixed_units[i].kind, k);
        }
        assert(n == UNITS_FIXED);
}

/**
 * pairing_unit() - One of the units that every pairing has
 */
struct unit *pairing_unit(struct pairing *p, enum unit_kind kind, unsigned index) {
        for (size_t i = 0; i < UNITS_FIXED; i++) {
                if (p->units[i].kind == kind && p->units[i].index == index)
                        return &p->units[i];
        }
        assert(!"every fixed unit exists");
        return NULL;
}

struct pairing *pairing_find(struct engine *e, const char *name) {
        LIST_FOREACH(item, &e->pairings) {
                struct pairing *p = CONTAINER_OF(item, struct pairing, link);
                if (strcmp(p->d->name, name) == 0)
                        return p;
        }
        return NULL;
}

/* One writer per Azure gateway, whoever declares it. */
bool pairing_is_shared_gateway(const struct pairing *a, const struct pairing *b) {
        return az_id_equal(a->d->azure.gateway_id, b->d->azure.gateway_id);
}

/* ---- lifetime ---- */

static int state_answered(struct engine *e, void *owner, const struct now *now) {
        struct pairing *p = owner;
        const struct material *m = material_get(&p->state_material, p->d->name);
        _cleanup_buf_ struct buf text = BUF_NULL;
        int r = 0;
        p->state_loaded = true;
        if (m->error == 0)
                r = state_decode(p, m->bytes.bytes, m->bytes.len, now, &text);
        else if (m->error != -ENOENT)
                buf_printf(&text, "%s", strerror(-m->error));
        p->state_damaged = r != 0 || (m->error != 0 && m->error != -ENOENT);
        material_batch_deinit(&p->state_material);
        if (!p->state_damaged)
                return 0;
        return event_emit(e, p, now,
                          &(struct event_args){.kind = EVENT_STATE_DAMAGED, .priority = 2, .reason = buf_str(&text)},
                          "%s: the state file cannot be used (%s); observing only, and leaving it as it is", p->d->name,
                          r == -ENOMEM ? "no memory" : buf_str(&text));
}

void pairing_free(struct pairing *p) {
        if (!p)
                return;
        list_remove(&p->link);
        LIST_FOREACH(item, &p->writes)
        write_free(CONTAINER_OF(item, struct write, link));
        for (size_t i = 0; i < UNITS_FIXED; i++)
                unit_deinit(&p->units[i]);
        for (size_t i = 0; i < p->n_spokes; i++) {
                unit_deinit(p->spokes[i]);
                mem_free(p->spokes[i]);
        }
        mem_free(p->spokes);
        round_result_free(p->shown);
        history_deinit(p);
        memory_deinit(&p->memory);
        material_batch_deinit(&p->state_material);
        for (size_t i = 0; i < ELEMENTSOF(p->refused_why); i++)
                mem_free(p->refused_why[i]);
        azure_account_put(p->azure);
        aws_account_put(p->aws);
        config_ref_put(p->config);
        mem_free(p);
}

/**
 * pairing_add() - Takes up a declared pairing; its state file is asked for first
 *
 * Return: 0 or -ENOMEM.
 */
int pairing_add(struct engine *e, struct config_ref *config, const struct declaration *d, const struct now *now) {
        struct pairing *p = mem_zalloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->engine = e;
        p->d = d;
        p->config = config_ref_get(config);
        list_init(&p->writes);
        list_init(&p->link);
        units_init(p);
        material_batch_init(&p->state_material, state_answered, p);
        p->round_due = now->boot;
        p->aws_after = now->boot; /* a list of before was not asked for this pairing's resources */
        p->azure = azure_account_get(e, d);
        p->aws = aws_account_get(e, d);
        int r = p->azure && p->aws ? material_ask(e, &p->state_material, MATERIAL_STATE, d->name) : -ENOMEM;
        if (r < 0) {
                pairing_free(p);
                return r;
        }
        list_append(&e->pairings, &p->link);
        return 0;
}

/**
 * pairing_redeclare() - A reload: the same pairing, perhaps declared otherwise
 *
 * What was remembered stays. What was read is read again if anything changed, and nothing is written before two
 * complete rounds.
 *
 * Return: 0 or -ENOMEM.
 */
int pairing_redeclare(struct pairing *p, struct config_ref *config, const struct declaration *d,
                      const struct now *now) {
        bool changed = p->d->hash != d->hash;
        struct azure_account *azure = azure_account_get(p->engine, d);
        struct aws_account *aws = aws_account_get(p->engine, d);
        if (!azure || !aws) {
                azure_account_put(azure);
                aws_account_put(aws);
                return -ENOMEM;
        }
        if (changed) {
                write_drop_unsent(p);
                memset(p->aws_absent, 0, sizeof(p->aws_absent));
                p->aws_after = now->boot; /* older lists were not asked for what is declared now */
                p->complete_rounds = 0;
                p->round = ROUND_IDLE;
                p->round_due = now->boot;
        }
        /* What another login said is not about this pairing; else findings go on, and nobody is alerted twice. */
        if (azure != p->azure || aws != p->aws) {
                for (size_t i = 0; i < UNITS_FIXED; i++)
                        unit_forget_id(&p->units[i]);
                p->shown = round_result_free(p->shown);
        }
        azure_account_put(p->azure);
        aws_account_put(p->aws);
        p->azure = azure;
        p->aws = aws;
        struct config_ref *old = p->config;
        p->config = config_ref_get(config);
        p->d = d;
        config_ref_put(old);
        return 0;
}
