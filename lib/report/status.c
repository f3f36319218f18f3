/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status of one pairing as JSON.
 *
 * What is not known is null, never zero and never left out: a reader can tell "no route" from "nobody could look".
 */
#include "report/internal.h"

static const char *connection_word(enum az_connection_status s) {
        switch (s) {
        case AZ_CONNECTION_UNKNOWN:
                return NULL;
        case AZ_CONNECTION_CONNECTING:
                return "Connecting";
        case AZ_CONNECTION_CONNECTED:
                return "Connected";
        case AZ_CONNECTION_NOT_CONNECTED:
                return "NotConnected";
        }
        return NULL;
}

static const char *provisioning_word(enum az_provisioning p) {
        switch (p) {
        case AZ_SUCCEEDED:
                return "Succeeded";
        case AZ_BUSY:
                return "Updating";
        case AZ_DELETING:
                return "Deleting";
        case AZ_FAILED:
                return "Failed";
        case AZ_CANCELED:
                return "Canceled";
        }
        return NULL;
}

static const char *telemetry_word(enum telemetry_status s) {
        switch (s) {
        case TELEMETRY_UNKNOWN:
                return NULL;
        case TELEMETRY_UP:
                return "UP";
        case TELEMETRY_DOWN:
                return "DOWN";
        }
        return NULL;
}

static const char *bgp_word(enum az_bgp_state s) {
        switch (s) {
        case AZ_BGP_UNKNOWN:
                return NULL;
        case AZ_BGP_STOPPED:
                return "Stopped";
        case AZ_BGP_IDLE:
                return "Idle";
        case AZ_BGP_CONNECTING:
                return "Connecting";
        case AZ_BGP_CONNECTED:
                return "Connected";
        }
        return NULL;
}

/* tunnelIpAddresses of the gateway say where a tunnel ends; the public IP resource is the next best word. */
static struct ip4 instance_address(const struct observed *o, unsigned instance) {
        if (!o || instance >= INSTANCES)
                return (struct ip4){0};
        if (o->azure.gateway.fact.state == FACT_KNOWN && instance < o->azure.gateway.value->n_instances)
                return o->azure.gateway.value->instances[instance].public_ip;
        if (o->azure.public_ip[instance].fact.state == FACT_KNOWN)
                return o->azure.public_ip[instance].value->address;
        return (struct ip4){0};
}

static void write_azure_side(struct json_writer *w, const struct observed *o, const struct tunnel_view *t) {
        const struct az_connection *c = t->connection;
        jw_begin(w, "azure", '{');
        if (t->instance < INSTANCES)
                jw_uint(w, "instance", t->instance);
        else
                jw_null(w, "instance");
        jw_ip4(w, "public_ip", instance_address(o, t->instance));
        jw_text(w, "connection", c ? c->common.name : NULL);
        jw_string(w, "status", c ? connection_word(c->status) : NULL);
        jw_string(w, "provisioning", c ? provisioning_word(c->common.provisioning) : NULL);
        jw_text(w, "local_gateway", t->local_gateway ? t->local_gateway->common.name : NULL);
        jw_end(w, '}');
}

static void write_aws_side(struct json_writer *w, const struct tunnel_view *t) {
        jw_begin(w, "aws", '{');
        jw_text(w, "connection", t->vpn ? t->vpn->id : NULL);
        jw_ip4(w, "outside_ip", t->aws ? t->aws->outside : (struct ip4){0});
        jw_string(w, "status", t->aws ? telemetry_word(t->aws->status) : NULL);
        jw_text(w, "status_message", t->aws ? t->aws->status_message : NULL);
        jw_time(w, "last_change", t->aws ? t->aws->last_change_ms : 0);
        jw_end(w, '}');
}

static void write_bgp(struct json_writer *w, const struct tunnel_view *t) {
        bool inside = t->inside.bits > 0;
        jw_begin(w, "bgp", '{');
        jw_string(w, "state", t->row ? bgp_word(t->row->state) : NULL);
        if (t->row && t->row->connected_ms >= 0)
                jw_int(w, "connected_seconds", t->row->connected_ms / 1000);
        else
                jw_null(w, "connected_seconds");
        jw_ip4(w, "azure_address", inside ? inside_azure(t->inside) : (struct ip4){0});
        jw_ip4(w, "aws_address", inside ? inside_aws(t->inside) : (struct ip4){0});
        jw_end(w, '}');
}

static void write_route_pair(struct json_writer *w, const char *key, unsigned expected, bool known, unsigned present) {
        jw_begin(w, key, '{');
        jw_uint(w, "expected", expected);
        if (known)
                jw_uint(w, "present", present);
        else
                jw_null(w, "present");
        jw_end(w, '}');
}

static void write_tunnel(struct json_writer *w, const struct observed *o, const struct tunnel_view *t) {
        jw_begin(w, NULL, '{');
        jw_uint(w, "tunnel", t->index + 1);
        jw_string(w, "state", tunnel_state_to_string(t->state));
        jw_string(w, "role", t->is_used ? "used" : "spare");
        jw_cidr(w, "inside_cidr", t->inside);
        write_azure_side(w, o, t);
        write_aws_side(w, t);
        write_bgp(w, t);
        jw_begin(w, "routes", '{');
        write_route_pair(w, "to_aws", t->routes_to_aws_expected, t->routes_to_aws_known, t->routes_to_aws_present);
        write_route_pair(w, "to_azure", t->routes_to_azure_expected, t->routes_to_azure_known,
                         t->routes_to_azure_present);
        jw_end(w, '}');
        jw_string(w, "discard_bgp_state", t->discard_row ? bgp_word(t->discard_row->state) : NULL);
        jw_end(w, '}');
}

static void write_counts(struct json_writer *w, const struct assessment *a) {
        jw_begin(w, "counts", '{');
        jw_uint(w, "paired", a->n_used);
        jw_uint(w, "up", a->n_up);
        jw_uint(w, "proven_up", a->n_proven_up);
        jw_uint(w, "discards", a->n_discards);
        jw_uint(w, "spares", a->n_spares);
        jw_end(w, '}');
}

static void write_route_counts(struct json_writer *w, const struct assessment *a) {
        static const char *const keys[ROUTE_DIRECTIONS] = {[ROUTE_TO_AWS] = "to_aws", [ROUTE_TO_AZURE] = "to_azure"};
        jw_begin(w, "routes", '{');
        for (unsigned d = 0; d < ROUTE_DIRECTIONS; d++) {
                struct route_count n = count_routes(a, (enum route_direction)d);
                jw_begin(w, keys[d], '{');
                jw_uint(w, "expected", n.expected);
                jw_uint(w, "present", n.present);
                jw_uint(w, "unknown", n.unknown);
                jw_uint(w, "unexpected", n.unexpected);
                jw_end(w, '}');
        }
        jw_end(w, '}');
}

static const char *severity_word(enum severity s) {
        switch (s) {
        case SEVERITY_ADVICE:
                return "advice";
        case SEVERITY_DRIFT:
                return "drift";
        case SEVERITY_FAULT:
                return "fault";
        }
        return NULL;
}

static void write_findings(struct json_writer *w, const char *pairing, const struct assessment *a) {
        jw_begin(w, "findings", '[');
        for (size_t i = 0; a && i < a->n_findings; i++) {
                const struct finding *f = &a->findings[i];
                jw_begin(w, NULL, '{');
                write_finding_id(w, "id", pairing, f->kind, f->subject);
                jw_string(w, "kind", finding_kind_to_string(f->kind));
                jw_string(w, "subject", f->subject);
                jw_string(w, "severity", severity_word(f->severity));
                jw_time(w, "since", f->since_wall_ms);
                jw_bits(w, "tunnels", f->tunnels);
                jw_text(w, "evidence", f->evidence);
                jw_text(w, "cause", f->cause);
                jw_uint(w, "samples", f->samples);
                jw_end(w, '}');
        }
        jw_end(w, ']');
}

static void write_operations(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p) {
        jw_begin(w, "operations", '[');
        for (size_t i = 0; i < p->n_operations; i++) {
                const struct operation_view *o = &p->operations[i];
                int64_t elapsed_ms = v->now.wall_ms - o->started_wall_ms;
                jw_begin(w, NULL, '{');
                jw_string(w, "what", o->what);
                jw_text(w, "state", o->state);
                jw_time(w, "started", o->started_wall_ms);
                jw_int(w, "elapsed_seconds", elapsed_ms > 0 ? elapsed_ms / 1000 : 0);
                if (o->typical_ms > 0)
                        jw_int(w, "typical_seconds", o->typical_ms / 1000);
                else
                        jw_null(w, "typical_seconds");
                jw_end(w, '}');
        }
        jw_end(w, ']');
}

/* The newest change that history still holds; null when it has rolled out of it. */
static int64_t verdict_since(const struct pairing_view *p) {
        for (size_t i = p->n_history; i > 0; i--) {
                if (p->history[i - 1].kind == EVENT_VERDICT_CHANGED)
                        return p->history[i - 1].wall_ms;
        }
        return 0;
}

static void write_head(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p) {
        const struct declaration *d = p->declaration;
        int64_t age_ms = view_data_age_ms(v, p);
        jw_string(w, "pairing", d->name);
        jw_string(w, "verdict", verdict_to_string(view_verdict(p)));
        jw_time(w, "verdict_since", verdict_since(p));
        if (age_ms >= 0)
                jw_int(w, "age_seconds", age_ms / 1000);
        else
                jw_null(w, "age_seconds");
        jw_string(w, "mode", pairing_mode_to_string(d->mode));
        jw_string(w, "topology", topology_to_string(d->topology));
        jw_bool(w, "paused", p->is_paused);
        jw_text(w, "paused_by", p->is_paused && p->memory ? p->memory->paused_by : NULL);
        jw_bool(w, "held", p->is_held);
        jw_bool(w, "state_damaged", p->state_damaged);
        jw_text(w, "note", p->note);
}

/**
 * write_pairing_status() - One element of the status document's "pairings"
 * @w: where
 * @v: the daemon, for its clocks
 * @p: one of its pairings
 */
void write_pairing_status(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p) {
        jw_begin(w, NULL, '{');
        write_head(w, v, p);
        if (p->assessment) {
                write_counts(w, p->assessment);
                write_route_counts(w, p->assessment);
        } else {
                jw_null(w, "counts");
                jw_null(w, "routes");
        }
        jw_begin(w, "tunnels", '[');
        for (unsigned t = 0; p->assessment && t < TUNNELS; t++)
                write_tunnel(w, p->observed, &p->assessment->tunnels[t]);
        jw_end(w, ']');
        write_findings(w, p->declaration->name, p->assessment);
        write_steps(w, p);
        write_operations(w, v, p);
        jw_end(w, '}');
}
