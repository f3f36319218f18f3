/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state file: JSON with a version, wall-clock times, no secrets.
 *
 *   {"format": "s2svpn-state", "version": 1, "pairing": NAME, "memory": {...}, "history": [...]}
 *
 * A file with another format, a newer version, another pairing's name or a member of a wrong type is damaged as a
 * whole: half a memory would be worse than none, because the missing half may be the intent of a create.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "util/alloc.h"
#include "util/json.h"

#define STATE_FORMAT "s2svpn-state"
#define STATE_VERSION 1
#define STATE_DAMAGED 1

/* ---- encoding ---- */

/* A row that cannot be made spoils its list: half a memory must not be taken for a whole one. */
static void append(json_t **list, json_t *row) {
        if (!*list)
                json_decref(row);
        else if (row && json_array_append_new(*list, row) == 0)
                return;
        if (*list)
                json_decref(*list);
        *list = NULL;
}

static json_t *encode_findings(const struct memory *m) {
        json_t *list = json_array();
        for (size_t i = 0; i < m->n_findings; i++) {
                const struct remembered_finding *f = &m->findings[i];
                append(&list, json_pack("{s:s, s:s, s:I, s:i, s:b}", "kind", finding_kind_to_string(f->kind), "subject",
                                        f->subject, "since", (json_int_t)f->since_wall_ms, "samples", (int)f->samples,
                                        "present", f->present));
        }
        return list;
}

static json_t *encode_ladders(const struct memory *m) {
        json_t *list = json_array();
        for (unsigned t = 0; t < TUNNELS; t++) {
                const struct ladder *l = &m->ladders[t];
                append(&list,
                       json_pack("{s:i, s:i, s:i, s:I, s:I, s:I}", "last", (int)l->last, "tries", (int)l->tries,
                                 "actions_today", (int)l->actions_today, "day_start", (json_int_t)l->day_start_wall_ms,
                                 "next_allowed", (json_int_t)l->next_allowed_wall_ms, "healthy_since",
                                 (json_int_t)l->healthy_since_wall_ms));
        }
        return list;
}

static json_t *encode_repaired(const struct memory *m) {
        json_t *list = json_array();
        for (size_t i = 0; i < m->n_repaired; i++) {
                const struct repaired *r = &m->repaired[i];
                append(&list, json_pack("{s:s, s:s, s:i, s:i, s:I, s:I}", "kind", finding_kind_to_string(r->kind),
                                        "subject", r->subject, "times", (int)r->times, "tries", (int)r->tries, "first",
                                        (json_int_t)r->first_wall_ms, "last", (json_int_t)r->last_wall_ms));
        }
        return list;
}

static json_t *encode_intents(const struct memory *m) {
        json_t *list = json_array();
        for (size_t i = 0; i < m->n_intents; i++) {
                const struct intent *in = &m->intents[i];
                append(&list,
                       json_pack("{s:s, s:i, s:s, s:s, s:I, s:b, s:s}", "kind", step_kind_to_string(in->kind), "slot",
                                 (int)in->slot, "target", in->target, "nonce", in->nonce, "sent",
                                 (json_int_t)in->sent_wall_ms, "answered", in->answered, "created_id", in->created_id));
        }
        return list;
}

static json_t *encode_history(const struct pairing *p) {
        json_t *list = json_array();
        for (size_t i = 0; i < p->n_history; i++) {
                const struct event *ev = &p->history[i];
                append(&list, json_pack("{s:s, s:i, s:I, s:i, s:s, s:s, s:s, s:s, s:s}", "kind",
                                        event_kind_to_string(ev->kind), "priority", ev->priority, "at",
                                        (json_int_t)ev->wall_ms, "tunnels", (int)ev->tunnels, "finding", ev->finding,
                                        "action", ev->action, "reason", ev->reason, "request_id", ev->request_id,
                                        "message", ev->message));
        }
        return list;
}

/**
 * state_encode() - Writes what a pairing must not forget
 *
 * Return: 0 or -ENOMEM.
 */
int state_encode(const struct pairing *p, struct buf *out) {
        const struct memory *m = &p->memory;
        char hash[17];
        snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)m->vnet_prefixes_hash);
        _cleanup_json_ json_t *root = json_pack(
                "{s:s, s:i, s:s, s:{s:o, s:o, s:o, s:o, s:b, s:s, s:I, s:I, s:I, s:s, s:I, s:b}, s:o}", "format",
                STATE_FORMAT, "version", STATE_VERSION, "pairing", p->d->name, "memory", "findings", encode_findings(m),
                "ladders", encode_ladders(m), "repaired", encode_repaired(m), "intents", encode_intents(m), "paused",
                m->paused, "paused_by", m->paused_by, "last_gateway_op", (json_int_t)m->last_gateway_op_wall_ms,
                "last_aws_change", (json_int_t)m->last_aws_change_wall_ms, "last_address_change",
                (json_int_t)m->last_address_change_wall_ms, "vnet_prefixes_hash", hash, "seen", (json_int_t)m->seen,
                "was_complete", m->was_complete, "history", encode_history(p));
        return root ? json_write(root, out) : -ENOMEM;
}

/* ---- decoding ---- */

/* Reads members one after the other; the first that is wrong sticks, with its name. */
struct decoder {
        const json_t *object;
        const char *where;
        struct buf *error;
        bool is_damaged;
};

static void damaged(struct decoder *d, const char *member, const char *what) {
        if (d->is_damaged)
                return;
        d->is_damaged = true;
        buf_printf(d->error, "%s%s: %s", d->where, member, what);
}

static int64_t number(struct decoder *d, const char *member, int64_t max) {
        int64_t v = 0;
        if (json_get_int(d->object, member, &v) < 0)
                damaged(d, member, "not a number");
        else if (v < 0 || v > max)
                damaged(d, member, "out of range");
        return d->is_damaged ? 0 : v;
}

static bool boolean(struct decoder *d, const char *member) {
        bool v = false;
        if (json_get_bool(d->object, member, &v) < 0)
                damaged(d, member, "not true or false");
        return v;
}

static void text(struct decoder *d, const char *member, char *out, size_t size) {
        const char *v = "";
        if (json_get_string(d->object, member, &v) < 0)
                damaged(d, member, "not a text");
        else if (strlen(v) >= size)
                damaged(d, member, "too long");
        else
                memcpy(out, v, strlen(v) + 1);
}

static enum finding_kind finding_kind(struct decoder *d) {
        const char *name = "";
        if (json_get_string(d->object, "kind", &name) < 0)
                damaged(d, "kind", "not a text");
        for (unsigned k = 0; k < _FINDING_KIND_COUNT; k++) {
                if (strcmp(finding_kind_to_string(k), name) == 0)
                        return k;
        }
        damaged(d, "kind", "not a finding");
        return 0;
}

static enum step_kind step_kind(struct decoder *d) {
        const char *name = "";
        if (json_get_string(d->object, "kind", &name) < 0)
                damaged(d, "kind", "not a text");
        for (unsigned k = 0; k < _STEP_KIND_COUNT; k++) {
                if (strcmp(step_kind_to_string(k), name) == 0)
                        return k;
        }
        damaged(d, "kind", "not a step");
        return 0;
}

static json_t *list(struct decoder *d, const char *member, size_t max) {
        json_t *v = NULL;
        if (json_get_array(d->object, member, &v) < 0)
                damaged(d, member, "not a list");
        else if (json_array_size(v) > max)
                damaged(d, member, "too long");
        return d->is_damaged ? NULL : v;
}

/* Boot time of something remembered by wall clock; what lies in the future happened just now. */
static struct monotime since(int64_t wall_ms, const struct now *now) {
        int64_t age_ms = now->wall_ms > wall_ms ? now->wall_ms - wall_ms : 0;
        int64_t boot_ms = now->boot.ms - age_ms;
        return (struct monotime){boot_ms > 0 ? boot_ms : 1};
}

static int decode_findings(struct decoder *d, struct memory *m, const struct now *now) {
        json_t *items = list(d, "findings", REMEMBERED_MAX);
        struct decoder item = {.where = "memory.findings[].", .error = d->error};
        size_t i;
        if (json_array_size(items) == 0)
                return 0;
        m->findings = mem_zalloc(REMEMBERED_MAX, sizeof(*m->findings));
        if (!m->findings)
                return -ENOMEM;
        json_array_foreach(items, i, item.object) {
                struct remembered_finding *f = &m->findings[m->n_findings++];
                f->kind = finding_kind(&item);
                text(&item, "subject", f->subject, sizeof(f->subject));
                f->since_wall_ms = number(&item, "since", INT64_MAX);
                f->since = since(f->since_wall_ms, now);
                f->samples = (unsigned)number(&item, "samples", UINT32_MAX);
                f->present = boolean(&item, "present");
        }
        d->is_damaged = d->is_damaged || item.is_damaged;
        return 0;
}

static void decode_ladders(struct decoder *d, struct memory *m) {
        json_t *items = list(d, "ladders", TUNNELS);
        struct decoder item = {.where = "memory.ladders[].", .error = d->error};
        size_t i;
        json_array_foreach(items, i, item.object) {
                struct ladder *l = &m->ladders[i];
                l->last = (enum rung)number(&item, "last", RUNG_GAVE_UP);
                l->tries = (unsigned)number(&item, "tries", UINT32_MAX);
                l->actions_today = (unsigned)number(&item, "actions_today", UINT32_MAX);
                l->day_start_wall_ms = number(&item, "day_start", INT64_MAX);
                l->next_allowed_wall_ms = number(&item, "next_allowed", INT64_MAX);
                l->healthy_since_wall_ms = number(&item, "healthy_since", INT64_MAX);
        }
        d->is_damaged = d->is_damaged || item.is_damaged;
}

static int decode_repaired(struct decoder *d, struct memory *m) {
        json_t *items = list(d, "repaired", REPAIRED_MAX);
        struct decoder item = {.where = "memory.repaired[].", .error = d->error};
        size_t i;
        if (json_array_size(items) == 0)
                return 0;
        m->repaired = mem_zalloc(REPAIRED_MAX, sizeof(*m->repaired));
        if (!m->repaired)
                return -ENOMEM;
        json_array_foreach(items, i, item.object) {
                struct repaired *r = &m->repaired[m->n_repaired++];
                r->kind = finding_kind(&item);
                text(&item, "subject", r->subject, sizeof(r->subject));
                r->times = (unsigned)number(&item, "times", UINT32_MAX);
                r->tries = (unsigned)number(&item, "tries", UINT32_MAX);
                r->first_wall_ms = number(&item, "first", INT64_MAX);
                r->last_wall_ms = number(&item, "last", INT64_MAX);
        }
        d->is_damaged = d->is_damaged || item.is_damaged;
        return 0;
}

/* What a slot counts, and so how many there are: it indexes what is observed. */
static unsigned slots_of(enum step_kind kind) {
        switch (kind) {
        case STEP_CREATE_PUBLIC_IP:
        case STEP_CREATE_CUSTOMER_GATEWAY:
        case STEP_CREATE_VPN_CONNECTION:
        case STEP_RESET_INSTANCE:
                return INSTANCES;
        case STEP_PUT_LOCAL_GATEWAY:
        case STEP_PUT_CONNECTION:
        case STEP_SET_KEY:
        case STEP_MODIFY_TUNNEL:
        case STEP_RESET_CONNECTION:
        case STEP_REPLACE_TUNNEL:
        case STEP_DELETE_CONNECTION:
                return TUNNELS;
        case STEP_ENABLE_PROPAGATION:
                return ROUTE_TABLES_MAX;
        case STEP_CREATE_GATEWAY:
        case STEP_ADD_APIPA:
        case STEP_CREATE_VPN_GATEWAY:
        case STEP_ATTACH_VPN_GATEWAY:
        case STEP_SYNC_PEERING:
        case _STEP_KIND_COUNT:
                break;
        }
        return 1;
}

static int decode_intents(struct decoder *d, struct memory *m, struct engine *e) {
        json_t *items = list(d, "intents", INTENTS_MAX);
        struct decoder item = {.where = "memory.intents[].", .error = d->error};
        size_t i;
        json_array_foreach(items, i, item.object) {
                struct intent in = {.id = ++e->next_id}, *added;
                in.kind = step_kind(&item);
                in.slot = (unsigned)number(&item, "slot", slots_of(in.kind) - 1);
                text(&item, "target", in.target, sizeof(in.target));
                text(&item, "nonce", in.nonce, sizeof(in.nonce));
                text(&item, "created_id", in.created_id, sizeof(in.created_id));
                in.sent_wall_ms = number(&item, "sent", INT64_MAX);
                in.answered = boolean(&item, "answered");
                int r = memory_add_intent(m, &in, &added);
                if (r < 0)
                        return r;
        }
        d->is_damaged = d->is_damaged || item.is_damaged;
        return 0;
}

static int decode_memory(struct decoder *d, struct memory *m, struct engine *e, const struct now *now) {
        char hash[17] = "";
        unsigned long long prefixes_hash = 0;
        int r = decode_findings(d, m, now);
        decode_ladders(d, m);
        if (r == 0)
                r = decode_repaired(d, m);
        if (r == 0)
                r = decode_intents(d, m, e);
        m->paused = boolean(d, "paused");
        text(d, "paused_by", m->paused_by, sizeof(m->paused_by));
        m->last_gateway_op_wall_ms = number(d, "last_gateway_op", INT64_MAX);
        m->last_aws_change_wall_ms = number(d, "last_aws_change", INT64_MAX);
        m->last_address_change_wall_ms = number(d, "last_address_change", INT64_MAX);
        text(d, "vnet_prefixes_hash", hash, sizeof(hash));
        if (sscanf(hash, "%16llx", &prefixes_hash) != 1)
                damaged(d, "vnet_prefixes_hash", "not a number in hex");
        m->vnet_prefixes_hash = prefixes_hash;
        m->seen = (uint32_t)number(d, "seen", UINT32_MAX);
        m->was_complete = boolean(d, "was_complete");
        return r;
}

static enum event_kind event_kind(struct decoder *d) {
        const char *name = "";
        if (json_get_string(d->object, "kind", &name) < 0)
                damaged(d, "kind", "not a text");
        for (unsigned k = 0; k < _EVENT_KIND_COUNT; k++) {
                if (strcmp(event_kind_to_string(k), name) == 0)
                        return k;
        }
        damaged(d, "kind", "not an event");
        return 0;
}

static const char *borrowed(struct decoder *d, const char *member) {
        const char *v = "";
        if (json_get_string(d->object, member, &v) < 0)
                damaged(d, member, "not a text");
        return v;
}

static int decode_history(struct decoder *d, struct pairing *p) {
        json_t *items = list(d, "history", HISTORY_MAX);
        struct decoder item = {.where = "history[].", .error = d->error};
        size_t i;
        int r = 0;
        json_array_foreach(items, i, item.object) {
                const struct event ev = {
                        .kind = event_kind(&item),
                        .priority = (int)number(&item, "priority", 7),
                        .wall_ms = number(&item, "at", INT64_MAX),
                        .pairing = p->d->name,
                        .tunnels = (unsigned)number(&item, "tunnels", (1u << TUNNELS) - 1),
                        .finding = borrowed(&item, "finding"),
                        .action = borrowed(&item, "action"),
                        .reason = borrowed(&item, "reason"),
                        .request_id = borrowed(&item, "request_id"),
                        .message = borrowed(&item, "message"),
                };
                r = event_restore(p, &ev);
                if (r < 0)
                        return r;
        }
        d->is_damaged = d->is_damaged || item.is_damaged;
        return 0;
}

static void check_header(struct decoder *d, const char *name) {
        char value[NAME_MAX_LEN + 1] = "";
        text(d, "format", value, sizeof(value));
        if (strcmp(value, STATE_FORMAT) != 0)
                damaged(d, "format", "not " STATE_FORMAT);
        if (number(d, "version", INT64_MAX) != STATE_VERSION)
                damaged(d, "version", "written by another version of s2svpn");
        text(d, "pairing", value, sizeof(value));
        if (strcmp(value, name) != 0)
                damaged(d, "pairing", "of another pairing");
}

/**
 * state_decode() - Takes over what a state file says
 * @reterr_text: what is wrong with it, naming the member
 *
 * Return: 0, -ENOMEM, or 1 for a damaged file; then the pairing remembers nothing.
 */
int state_decode(struct pairing *p, const char *bytes, size_t len, const struct now *now, struct buf *reterr_text) {
        _cleanup_json_ json_t *root = NULL;
        char error[160];
        int r = json_parse(bytes, len, false, &root, error, sizeof(error));
        if (r < 0) {
                buf_puts(reterr_text, error);
                return r == -ENOMEM ? r : STATE_DAMAGED;
        }
        struct decoder d = {.object = root, .where = "", .error = reterr_text};
        check_header(&d, p->d->name);
        struct decoder m = {.object = json_at(root, "memory"), .where = "memory.", .error = reterr_text};
        struct memory memory = {0};
        if (!d.is_damaged)
                r = decode_memory(&m, &memory, p->engine, now);
        if (r == 0 && !d.is_damaged && !m.is_damaged)
                r = decode_history(&d, p);
        if (r == 0 && !d.is_damaged && !m.is_damaged) {
                memory_deinit(&p->memory);
                p->memory = memory;
                return 0;
        }
        memory_deinit(&memory);
        history_deinit(p);
        return r < 0 ? r : STATE_DAMAGED;
}
