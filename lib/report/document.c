/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON documents of the control API. Each has "schema" and "document" and lists pairings in the order of the view.
 */
#include "report/report.h"

#include <string.h>

#include "report/internal.h"

const char *route_direction_to_string(enum route_direction d) {
        switch (d) {
        case ROUTE_TO_AWS:
                return "to-aws";
        case ROUTE_TO_AZURE:
                return "to-azure";
        }
        return NULL;
}

struct route_count count_routes(const struct assessment *a, enum route_direction d) {
        struct route_count n = {0};
        for (size_t i = 0; a && i < a->n_routes; i++) {
                const struct route_view *r = &a->routes[i];
                if (r->direction != d)
                        continue;
                n.expected += r->is_expected;
                n.present += r->is_expected && r->present == FACT_KNOWN;
                n.unknown += r->is_expected && r->present == FACT_UNKNOWN;
                n.unexpected += !r->is_expected && r->present == FACT_KNOWN;
        }
        return n;
}

enum verdict view_verdict(const struct pairing_view *p) {
        return p->assessment ? p->assessment->verdict : VERDICT_UNKNOWN;
}

int64_t view_data_age_ms(const struct daemon_view *v, const struct pairing_view *p) {
        if (!p->assessment || !monotime_is_set(p->assessment->oldest_fact))
                return -1;
        int64_t age_ms = monotime_diff_ms(v->now.boot, p->assessment->oldest_fact);
        return age_ms > 0 ? age_ms : 0;
}

void write_finding_id(struct json_writer *w, const char *key, const char *pairing, enum finding_kind kind,
                      const char *subject) {
        _cleanup_buf_ struct buf id = BUF_NULL;
        buf_printf(&id, "%s/%s/%s", pairing, finding_kind_to_string(kind), subject);
        if (buf_error(&id) < 0 && w->out->error == 0)
                w->out->error = buf_error(&id);
        jw_string(w, key, buf_str(&id));
}

static void write_step(struct json_writer *w, const char *pairing, size_t number, const struct step *s) {
        bool held = s->status == STEP_HELD;
        jw_begin(w, NULL, '{');
        jw_uint(w, "number", number);
        jw_string(w, "action", step_kind_to_string(s->kind));
        jw_text(w, "target", s->target);
        jw_text(w, "target_id", s->target_id);
        jw_string(w, "status", step_status_to_string(s->status));
        jw_text(w, "reason", s->reason);
        write_finding_id(w, "finding", pairing, s->finding, s->finding_subject ? s->finding_subject : "");
        jw_text(w, "waits_for", s->status == STEP_WAITING ? s->waits_for : NULL);
        jw_string(w, "held_by", held ? guard_rule_to_string(s->held_by) : NULL);
        jw_text(w, "held_why", held ? s->held_why : NULL);
        jw_bool(w, "disruptive", s->is_disruptive);
        jw_bits(w, "blast", s->blast);
        jw_text(w, "blast_text", s->blast_text);
        jw_bool(w, "touches_foreign_up", s->touches_foreign_up);
        jw_text(w, "billed", s->billed);
        jw_end(w, '}');
}

void write_steps(struct json_writer *w, const struct pairing_view *p) {
        jw_text(w, "plan_id", p->plan ? p->plan->id : NULL);
        jw_begin(w, "steps", '[');
        for (size_t i = 0; p->plan && i < p->plan->n_steps; i++)
                write_step(w, p->declaration->name, i + 1, &p->plan->steps[i]);
        jw_end(w, ']');
}

static void write_pairing_plan(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p) {
        jw_begin(w, NULL, '{');
        jw_string(w, "pairing", p->declaration->name);
        jw_string(w, "mode", pairing_mode_to_string(p->declaration->mode));
        jw_bool(w, "paused", p->is_paused);
        jw_bool(w, "held", p->is_held);
        jw_bool(w, "known", p->plan && view_data_age_ms(v, p) >= 0); /* an empty plan without data says nothing */
        jw_text(w, "note", p->note);
        write_steps(w, p);
        jw_end(w, '}');
}

static void write_pairing_history(struct json_writer *w, const struct daemon_view *v _unused_,
                                  const struct pairing_view *p) {
        jw_begin(w, NULL, '{');
        jw_string(w, "pairing", p->declaration->name);
        jw_begin(w, "events", '[');
        for (size_t i = 0; i < p->n_history; i++) {
                const struct event *e = &p->history[i];
                jw_begin(w, NULL, '{');
                jw_time(w, "time", e->wall_ms);
                jw_string(w, "event", event_kind_to_string(e->kind));
                jw_int(w, "priority", e->priority);
                jw_bits(w, "tunnels", e->tunnels);
                jw_text(w, "finding", e->finding);
                jw_text(w, "action", e->action);
                jw_text(w, "reason", e->reason);
                jw_text(w, "request_id", e->request_id);
                jw_text(w, "message", e->message);
                jw_end(w, '}');
        }
        jw_end(w, ']');
        jw_end(w, '}');
}

static void write_present(struct json_writer *w, enum fact_state present) {
        if (present == FACT_UNKNOWN)
                jw_null(w, "present");
        else
                jw_bool(w, "present", present == FACT_KNOWN);
}

static void write_pairing_routes(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p) {
        const struct assessment *a = p->assessment;
        int64_t age_ms = view_data_age_ms(v, p);
        jw_begin(w, NULL, '{');
        jw_string(w, "pairing", p->declaration->name);
        if (age_ms >= 0)
                jw_int(w, "age_seconds", age_ms / 1000);
        else
                jw_null(w, "age_seconds");
        jw_bool(w, "known", age_ms >= 0);
        jw_begin(w, "routes", '[');
        for (size_t i = 0; a && i < a->n_routes; i++) {
                const struct route_view *r = &a->routes[i];
                char prefix[CIDR_TEXT_SIZE];
                jw_begin(w, NULL, '{');
                jw_string(w, "prefix", cidr_format(r->prefix, prefix));
                jw_string(w, "direction", route_direction_to_string(r->direction));
                jw_bool(w, "expected", r->is_expected);
                write_present(w, r->present);
                jw_text(w, "origin", r->origin);
                jw_end(w, '}');
        }
        jw_end(w, ']');
        jw_end(w, '}');
}

static void write_daemon(struct json_writer *w, const struct daemon_view *v) {
        jw_begin(w, "daemon", '{');
        jw_string(w, "version", v->version);
        jw_time(w, "started", v->started_wall_ms);
        jw_time(w, "config_loaded", v->config_loaded_wall_ms);
        jw_bool(w, "config_reload_ok", v->config_last_reload_ok);
        jw_bool(w, "store_ok", v->store_ok);
        jw_bool(w, "clock_trusted", v->now.wall_trusted);
        jw_end(w, '}');
}

typedef void (*write_pairing_fn)(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p);

static int write_document(const struct daemon_view *v, const char *name, const char *pairing, write_pairing_fn write,
                          struct buf *out) {
        struct json_writer w = {.out = out};
        jw_begin(&w, NULL, '{');
        jw_int(&w, "schema", REPORT_SCHEMA);
        jw_string(&w, "document", name);
        jw_time(&w, "time", v->now.wall_ms);
        write_daemon(&w, v);
        jw_begin(&w, "pairings", '[');
        for (size_t i = 0; i < v->n_pairings; i++) {
                if (!pairing || strcmp(pairing, v->pairings[i].declaration->name) == 0)
                        write(&w, v, &v->pairings[i]);
        }
        jw_end(&w, ']');
        jw_end(&w, '}');
        buf_putc(out, '\n');
        return buf_error(out);
}

/**
 * report_status() - What is the state of each pairing, and what is done about it
 * @v: the engine's state
 * @pairing: one pairing's name, NULL for all; a name that is not there gives an empty list
 * @out: the document is appended
 *
 * Return: 0 or -ENOMEM. The same holds for the other documents.
 */
int report_status(const struct daemon_view *v, const char *pairing, struct buf *out) {
        return write_document(v, "status", pairing, write_pairing_status, out);
}

int report_plan(const struct daemon_view *v, const char *pairing, struct buf *out) {
        return write_document(v, "plan", pairing, write_pairing_plan, out);
}

int report_history(const struct daemon_view *v, const char *pairing, struct buf *out) {
        return write_document(v, "history", pairing, write_pairing_history, out);
}

int report_routes(const struct daemon_view *v, const char *pairing, struct buf *out) {
        return write_document(v, "routes", pairing, write_pairing_routes, out);
}
