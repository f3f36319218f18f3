/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of pairings and tunnels. What is not known counts as not up, and s2svpn_tunnel_known says so. */
#include "report/internal.h"
#include "report/metrics.h"

#include <stdio.h>

static void emit_verdict(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct pairing_view *p = &v->pairings[i];
                for (unsigned k = 0; k < VERDICTS; k++) {
                        const struct label labels[] = {
                                {"pairing", p->declaration->name},
                                {"verdict", verdict_to_string((enum verdict)k)},
                        };
                        metric_uint(out, name, labels, ELEMENTSOF(labels), view_verdict(p) == (enum verdict)k);
                }
        }
}

static void emit_info(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct declaration *d = v->pairings[i].declaration;
                const struct label labels[] = {
                        {"pairing", d->name},
                        {"mode", pairing_mode_to_string(d->mode)},
                        {"topology", topology_to_string(d->topology)},
                        {"azure_location", d->azure.location},
                        {"aws_region", d->aws.region},
                };
                metric_uint(out, name, labels, ELEMENTSOF(labels), 1);
        }
}

static uint64_t paused(const struct pairing_view *p) {
        return p->is_paused;
}

static uint64_t held(const struct pairing_view *p) {
        return p->is_held;
}

static uint64_t state_damaged(const struct pairing_view *p) {
        return p->state_damaged;
}

static uint64_t tunnels_expected(const struct pairing_view *p) {
        uint64_t n = 0;
        for (unsigned t = 0; t < TUNNELS; t++)
                n += topology_uses_tunnel(p->declaration->topology, t);
        return n;
}

static uint64_t tunnels_up(const struct pairing_view *p) {
        return p->assessment ? p->assessment->n_up : 0;
}

static uint64_t tunnels_proven(const struct pairing_view *p) {
        return p->assessment ? p->assessment->n_proven_up : 0;
}

static uint64_t operations(const struct pairing_view *p) {
        return p->n_operations;
}

static void emit_uint(struct buf *out, const char *name, const struct daemon_view *v,
                      uint64_t (*value)(const struct pairing_view *p)) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct label labels[] = {{"pairing", v->pairings[i].declaration->name}};
                metric_uint(out, name, labels, ELEMENTSOF(labels), value(&v->pairings[i]));
        }
}

#define EMIT_UINT(_value)                                                                                              \
        static void emit_##_value(struct buf *out, const char *name, const struct daemon_view *v) {                    \
                emit_uint(out, name, v, _value);                                                                       \
        }
EMIT_UINT(paused)
EMIT_UINT(held)
EMIT_UINT(state_damaged)
EMIT_UINT(tunnels_expected)
EMIT_UINT(tunnels_up)
EMIT_UINT(tunnels_proven)
EMIT_UINT(operations)

/* Nothing was ever seen: infinitely old, so that an alert on age fires. */
static void emit_age(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct label labels[] = {{"pairing", v->pairings[i].declaration->name}};
                int64_t age_ms = view_data_age_ms(v, &v->pairings[i]);
                if (age_ms >= 0) {
                        metric_seconds(out, name, labels, ELEMENTSOF(labels), age_ms);
                        continue;
                }
                metric_begin(out, name, labels, ELEMENTSOF(labels));
                buf_puts(out, "+Inf\n");
        }
}

static void emit_interval(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct label labels[] = {{"pairing", v->pairings[i].declaration->name}};
                metric_seconds(out, name, labels, ELEMENTSOF(labels), v->pairings[i].round_interval_ms);
        }
}

static void emit_findings(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct assessment *a = v->pairings[i].assessment;
                unsigned n[_FINDING_KIND_COUNT] = {0};
                for (size_t k = 0; a && k < a->n_findings; k++)
                        n[a->findings[k].kind]++;
                for (unsigned k = 0; k < _FINDING_KIND_COUNT; k++) {
                        const struct label labels[] = {
                                {"pairing", v->pairings[i].declaration->name},
                                {"kind", finding_kind_to_string((enum finding_kind)k)},
                        };
                        metric_uint(out, name, labels, ELEMENTSOF(labels), n[k]);
                }
        }
}

static void emit_plan(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct plan *plan = v->pairings[i].plan;
                unsigned n[STEP_STATUSES] = {0};
                for (size_t k = 0; plan && k < plan->n_steps; k++)
                        n[plan->steps[k].status]++;
                for (unsigned k = 0; k < STEP_STATUSES; k++) {
                        const struct label labels[] = {
                                {"pairing", v->pairings[i].declaration->name},
                                {"status", step_status_to_string((enum step_status)k)},
                        };
                        metric_uint(out, name, labels, ELEMENTSOF(labels), n[k]);
                }
        }
}

static void emit_steps(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct pairing_view *p = &v->pairings[i];
                const struct {
                        const char *result;
                        uint64_t n;
                } rows[] = {{"sent", p->steps.sent}, {"done", p->steps.done}, {"failed", p->steps.failed}};
                for (size_t k = 0; k < ELEMENTSOF(rows); k++) {
                        const struct label labels[] = {{"pairing", p->declaration->name}, {"event", rows[k].result}};
                        metric_uint(out, name, labels, ELEMENTSOF(labels), rows[k].n);
                }
        }
}

static unsigned expected(struct route_count n) {
        return n.expected;
}

static unsigned present(struct route_count n) {
        return n.present;
}

static unsigned unknown(struct route_count n) {
        return n.unknown;
}

static unsigned unexpected(struct route_count n) {
        return n.unexpected;
}

static void emit_routes(struct buf *out, const char *name, const struct daemon_view *v,
                        unsigned (*value)(struct route_count n)) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                for (unsigned d = 0; d < ROUTE_DIRECTIONS; d++) {
                        const struct label labels[] = {
                                {"pairing", v->pairings[i].declaration->name},
                                {"direction", route_direction_to_string((enum route_direction)d)},
                        };
                        struct route_count n = count_routes(v->pairings[i].assessment, (enum route_direction)d);
                        metric_uint(out, name, labels, ELEMENTSOF(labels), value(n));
                }
        }
}

#define EMIT_ROUTES(_value)                                                                                            \
        static void emit_routes_##_value(struct buf *out, const char *name, const struct daemon_view *v) {             \
                emit_routes(out, name, v, _value);                                                                     \
        }
EMIT_ROUTES(expected)
EMIT_ROUTES(present)
EMIT_ROUTES(unknown)
EMIT_ROUTES(unexpected)

/* Tunnels: @t is NULL before the first round. */
static uint64_t tunnel_up(const struct tunnel_view *t) {
        return t && (t->state == TUNNEL_UP || t->state == TUNNEL_PROVEN_UP);
}

static uint64_t tunnel_proven(const struct tunnel_view *t) {
        return t && t->state == TUNNEL_PROVEN_UP;
}

static uint64_t tunnel_known(const struct tunnel_view *t) {
        return t && t->state != TUNNEL_UNKNOWN;
}

static uint64_t bgp_peer_up(const struct tunnel_view *t) {
        return t && t->row && t->row->state == AZ_BGP_CONNECTED;
}

static uint64_t aws_tunnel_up(const struct tunnel_view *t) {
        return t && t->aws && t->aws->status == TELEMETRY_UP;
}

static uint64_t azure_connection_up(const struct tunnel_view *t) {
        return t && t->connection && t->connection->status == AZ_CONNECTION_CONNECTED;
}

/* Spares are down by design, so only tunnels that the topology uses have samples. */
static void emit_tunnels(struct buf *out, const char *name, const struct daemon_view *v,
                         uint64_t (*value)(const struct tunnel_view *t)) {
        for (size_t i = 0; i < v->n_pairings; i++) {
                const struct pairing_view *p = &v->pairings[i];
                for (unsigned t = 0; t < TUNNELS; t++) {
                        const struct tunnel_view *tunnel = p->assessment ? &p->assessment->tunnels[t] : NULL;
                        char number[] = {(char)('1' + t), 0};
                        const struct label labels[] = {{"pairing", p->declaration->name}, {"tunnel", number}};
                        if (tunnel ? tunnel->is_used : topology_uses_tunnel(p->declaration->topology, t))
                                metric_uint(out, name, labels, ELEMENTSOF(labels), value(tunnel));
                }
        }
}

#define EMIT_TUNNELS(_value)                                                                                           \
        static void emit_##_value(struct buf *out, const char *name, const struct daemon_view *v) {                    \
                emit_tunnels(out, name, v, _value);                                                                    \
        }
EMIT_TUNNELS(tunnel_up)
EMIT_TUNNELS(tunnel_proven)
EMIT_TUNNELS(tunnel_known)
EMIT_TUNNELS(bgp_peer_up)
EMIT_TUNNELS(aws_tunnel_up)
EMIT_TUNNELS(azure_connection_up)

static const struct family pairing_families[] = {
        {"s2svpn_aws_tunnel_up", "gauge", "1 if AWS telemetry says that the tunnel is up.", emit_aws_tunnel_up},
        {"s2svpn_azure_connection_up", "gauge", "1 if Azure says that the connection is connected.",
         emit_azure_connection_up},
        {"s2svpn_bgp_peer_up", "gauge", "1 if Azure's BGP session with the tunnel's AWS peer is established.",
         emit_bgp_peer_up},
        {"s2svpn_findings", "gauge", "Differences from the declaration or between the clouds.", emit_findings},
        {"s2svpn_held", "gauge", "1 if the HOLD file stops writes.", emit_held},
        {"s2svpn_observation_age_seconds", "gauge", "Age of the oldest fact that the verdict stands on.", emit_age},
        {"s2svpn_operations", "gauge", "Long operations in flight.", emit_operations},
        {"s2svpn_pairing_info", "gauge", "Always 1; labels say what was declared.", emit_info},
        {"s2svpn_pairing_verdict", "gauge", "1 for the verdict that holds, 0 for the others.", emit_verdict},
        {"s2svpn_paused", "gauge", "1 if writes are paused by command.", emit_paused},
        {"s2svpn_plan_steps", "gauge", "Steps of the current plan.", emit_plan},
        {"s2svpn_round_interval_seconds", "gauge", "Time between the last two rounds of observation.", emit_interval},
        {"s2svpn_routes_expected", "gauge", "Prefixes that should be there.", emit_routes_expected},
        {"s2svpn_routes_present", "gauge", "Expected prefixes that are there.", emit_routes_present},
        {"s2svpn_routes_unexpected", "gauge", "Prefixes that are there and should not be.", emit_routes_unexpected},
        {"s2svpn_routes_unknown", "gauge", "Expected prefixes that could not be looked for.", emit_routes_unknown},
        {"s2svpn_state_damaged", "gauge", "1 if saved state cannot be read: the pairing is only observed.",
         emit_state_damaged},
        {"s2svpn_steps_total", "counter", "Steps sent to a cloud, seen to be done, failed.", emit_steps},
        {"s2svpn_tunnel_known", "gauge", "1 if the state of the tunnel is known.", emit_tunnel_known},
        {"s2svpn_tunnel_proven", "gauge", "1 if both clouds prove that the tunnel works.", emit_tunnel_proven},
        {"s2svpn_tunnel_up", "gauge", "1 if the tunnel is up.", emit_tunnel_up},
        {"s2svpn_tunnels_expected", "gauge", "Tunnels that carry BGP in this topology.", emit_tunnels_expected},
        {"s2svpn_tunnels_proven", "gauge", "Tunnels that both clouds prove to work.", emit_tunnels_proven},
        {"s2svpn_tunnels_up", "gauge", "Tunnels that are up.", emit_tunnels_up},
};

void metrics_pairings(struct buf *out, const struct daemon_view *v) {
        for (size_t i = 0; i < ELEMENTSOF(pairing_families); i++)
                metric_family(out, &pairing_families[i], v);
}
