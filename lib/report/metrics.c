/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics in Prometheus' text format 0.0.4: the daemon and its clouds.
 *
 * Base units, zeros for what should exist, and no floating point: seconds are written from integer milliseconds.
 */
#include "report/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "util/utf8.h"

/* One malformed byte would make Prometheus drop the whole scrape. */
static void put_label_value(struct buf *out, const char *s) {
        size_t n = strlen(s);
        while (n > 0) {
                uint32_t code;
                size_t len = utf8_decode(s, n, &code);
                if (len == 0)
                        buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
                else if (code == '"' || code == '\\')
                        buf_printf(out, "\\%c", (char)code);
                else if (code == '\n')
                        buf_puts(out, "\\n");
                else
                        buf_append(out, s, len);
                s += len ? len : 1;
                n -= len ? len : 1;
        }
}

void metric_begin(struct buf *out, const char *name, const struct label *labels, size_t n_labels) {
        buf_puts(out, name);
        for (size_t i = 0; i < n_labels; i++) {
                buf_printf(out, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
                put_label_value(out, labels[i].value ? labels[i].value : "");
                buf_putc(out, '"');
        }
        buf_puts(out, n_labels > 0 ? "} " : " ");
}

void metric_uint(struct buf *out, const char *name, const struct label *labels, size_t n_labels, uint64_t value) {
        metric_begin(out, name, labels, n_labels);
        buf_printf(out, "%" PRIu64 "\n", value);
}

void metric_seconds(struct buf *out, const char *name, const struct label *labels, size_t n_labels, int64_t ms) {
        uint64_t magnitude = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
        metric_begin(out, name, labels, n_labels);
        buf_printf(out, "%s%" PRIu64 ".%03u\n", ms < 0 ? "-" : "", magnitude / 1000, (unsigned)(magnitude % 1000));
}

/* A family without samples is left out: promtool calls it an error. */
void metric_family(struct buf *out, const struct family *f, const struct daemon_view *v) {
        size_t start = out->len;
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
        size_t head = out->len;
        f->emit(out, f->name, v);
        if (out->len == head && out->error == 0)
                buf_truncate(out, start);
}

static void emit_build_info(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, (const struct label[]){{"version", v->version}}, 1, 1);
}

static void emit_start(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_seconds(out, name, NULL, 0, v->started_wall_ms);
}

static void emit_config_loaded(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_seconds(out, name, NULL, 0, v->config_loaded_wall_ms);
}

static void emit_config_ok(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, NULL, 0, v->config_last_reload_ok);
}

static void emit_store_ok(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, NULL, 0, v->store_ok);
}

static void emit_clock_trusted(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, NULL, 0, v->now.wall_trusted);
}

static void emit_n_pairings(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, NULL, 0, v->n_pairings);
}

static void emit_requests(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_clouds; i++) {
                const struct cloud_counters *c = &v->clouds[i];
                struct label labels[] = {{"cloud", c->cloud}, {"account", c->account}, {"kind", "read"}};
                metric_uint(out, name, labels, ELEMENTSOF(labels), c->reads);
                labels[2].value = "write";
                metric_uint(out, name, labels, ELEMENTSOF(labels), c->writes);
        }
}

static void emit_throttled(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_clouds; i++) {
                const struct cloud_counters *c = &v->clouds[i];
                const struct label labels[] = {{"cloud", c->cloud}, {"account", c->account}};
                metric_uint(out, name, labels, ELEMENTSOF(labels), c->throttled);
        }
}

static void emit_errors(struct buf *out, const char *name, const struct daemon_view *v) {
        for (size_t i = 0; i < v->n_clouds; i++) {
                const struct cloud_counters *c = &v->clouds[i];
                const struct label labels[] = {{"cloud", c->cloud}, {"account", c->account}};
                metric_uint(out, name, labels, ELEMENTSOF(labels), c->errors);
        }
}

static void emit_stale(struct buf *out, const char *name, const struct daemon_view *v) {
        metric_uint(out, name, NULL, 0, v->stale_replies);
}

static const struct family daemon_families[] = {
        {"s2svpn_api_errors_total", "counter", "Replies of a cloud that were errors, throttling apart.", emit_errors},
        {"s2svpn_api_requests_total", "counter", "Requests sent to a cloud.", emit_requests},
        {"s2svpn_api_stale_replies_total", "counter", "Replies dropped since nobody waited for them.", emit_stale},
        {"s2svpn_api_throttled_total", "counter", "Replies of a cloud that asked to slow down.", emit_throttled},
        {"s2svpn_build_info", "gauge", "Always 1; labels say what runs.", emit_build_info},
        {"s2svpn_clock_trusted", "gauge", "1 if the wall clock is set.", emit_clock_trusted},
        {"s2svpn_config_loaded_timestamp_seconds", "gauge", "When the running configuration was loaded.",
         emit_config_loaded},
        {"s2svpn_config_reload_ok", "gauge", "1 if the last configuration read was accepted.", emit_config_ok},
        {"s2svpn_pairings", "gauge", "Pairings declared.", emit_n_pairings},
        {"s2svpn_start_timestamp_seconds", "gauge", "When the daemon started.", emit_start},
        {"s2svpn_store_ok", "gauge", "1 if state can be saved; without it nothing is written to the clouds.",
         emit_store_ok},
};

/**
 * report_metrics() - All metrics
 * @v: the engine's state
 * @out: text is appended
 *
 * Return: 0 or -ENOMEM.
 */
int report_metrics(const struct daemon_view *v, struct buf *out) {
        for (size_t i = 0; i < ELEMENTSOF(daemon_families); i++)
                metric_family(out, &daemon_families[i], v);
        metrics_pairings(out, v);
        return buf_error(out);
}
