/* SPDX-License-Identifier: Apache-2.0 */
/* status: one verdict line a pairing, its tunnels, and for every finding what is done about it. */
#include <inttypes.h>
#include <string.h>

#include "document.h"
#include "util/json.h"

static enum colour tunnel_colour(const char *state) {
        if (strcmp(state, "up") == 0 || strcmp(state, "proven-up") == 0)
                return COLOUR_GOOD;
        if (strcmp(state, "down") == 0 || strcmp(state, "proven-down") == 0)
                return COLOUR_BAD;
        return strcmp(state, "unknown") == 0 ? COLOUR_WARN : COLOUR_NONE;
}

static void route_cell(struct table *t, const json_t *tunnel, const char *path) {
        const json_t *n = json_at(tunnel, path);
        int64_t present = member_int(n, "present", -1), expected = member_int(n, "expected", 0);
        if (present < 0)
                table_cell(t, COLOUR_NONE, "?/%" PRId64, expected);
        else
                table_cell(t, present < expected ? COLOUR_WARN : COLOUR_NONE, "%" PRId64 "/%" PRId64, present,
                           expected);
}

static void word_cell(struct table *t, const json_t *tunnel, const char *path) {
        const char *word = member_text(tunnel, path);
        table_cell(t, COLOUR_NONE, "%s", *word ? word : "?");
}

static void bgp_cell(struct table *t, const json_t *tunnel) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        const char *state = member_text(tunnel, "bgp.state");
        int64_t seconds = member_int(tunnel, "bgp.connected_seconds", -1);
        buf_puts(&text, *state ? state : "?");
        if (seconds >= 0) {
                buf_putc(&text, ' ');
                text_duration_short(&text, seconds);
        }
        table_cell(t, COLOUR_NONE, "%s", buf_str(&text));
}

static void tunnel_row(struct table *t, const json_t *tunnel) {
        const char *state = member_text(tunnel, "state");
        bool is_spare = strcmp(member_text(tunnel, "role"), "spare") == 0;
        int64_t instance = member_int(tunnel, "azure.instance", -1);
        table_row(t);
        table_cell(t, COLOUR_NONE, "%" PRId64, member_int(tunnel, "tunnel", 0));
        table_cell(t, tunnel_colour(state), "%s", state);
        if (instance < 0)
                table_cell(t, COLOUR_NONE, "?");
        else
                table_cell(t, COLOUR_NONE, "%" PRId64, instance);
        if (is_spare)
                table_cell(t, COLOUR_NONE, "-");
        else
                word_cell(t, tunnel, "azure.status");
        word_cell(t, tunnel, "aws.status");
        word_cell(t, tunnel, "aws.outside_ip");
        if (is_spare)
                return;
        bgp_cell(t, tunnel);
        route_cell(t, tunnel, "routes.to_aws");
        route_cell(t, tunnel, "routes.to_azure");
}

static void put_tunnels(const json_t *pairing, const struct render_options *options, struct buf *out) {
        static const char *const columns[] = {"TUNNEL",      "STATE", "INST",   "AZURE",   "AWS",
                                              "AWS OUTSIDE", "BGP",   "TO AWS", "TO AZURE"};
        const json_t *tunnels = member_list(pairing, "tunnels");
        _cleanup_table_ struct table t = {0};
        if (json_array_size(tunnels) == 0)
                return;
        table_init(&t, &options->style, columns, ELEMENTSOF(columns));
        for (size_t i = 0; i < json_array_size(tunnels); i++)
                tunnel_row(&t, json_array_get(tunnels, i));
        buf_putc(out, '\n');
        table_print(&t, 2, out);
}

static void put_down_by_design(const json_t *pairing, struct buf *out) {
        int64_t discards = member_int(pairing, "counts.discards", 0), spares = member_int(pairing, "counts.spares", 0);
        if (discards == 0 && spares == 0)
                return;
        buf_puts(out, "  Down by design:");
        if (discards > 0)
                buf_printf(out, " %" PRId64 " discards (from the other Azure instance)", discards);
        if (spares > 0)
                buf_printf(out, "%s %" PRId64 " spares (AWS tunnels without use)", discards > 0 ? "," : "", spares);
        buf_puts(out, "\n");
}

/* What stands in the way of knowing or repairing, before everything else. */
static void put_notes(const json_t *document, const json_t *pairing, struct buf *out) {
        const char *since = member_text(pairing, "verdict_since"), *note = member_text(pairing, "note");
        const char *paused_by = member_text(pairing, "paused_by");
        if (*since) {
                buf_puts(out, "  Since ");
                render_since(document, since, out);
                buf_putc(out, '\n');
        }
        if (*note)
                text_line(out, "  Note: %s", note);
        if (member_flag(pairing, "paused"))
                text_line(out, "  Paused%s%s: nothing is written; end it with: s2svpnctl resume %s",
                          *paused_by ? " by " : "", paused_by, member_text(pairing, "pairing"));
        if (member_flag(pairing, "held"))
                buf_puts(out, "  Held: nothing is written while the file /etc/s2svpn/HOLD is there\n");
        if (member_flag(pairing, "state_damaged"))
                buf_puts(out, "  Saved state cannot be read: only observing; the journal of s2svpnd says more\n");
}

/* The plan's steps that answer the finding @id. */
static unsigned put_steps(const json_t *pairing, const char *id, const struct render_options *options,
                          struct buf *out) {
        const json_t *steps = member_list(pairing, "steps");
        unsigned n = 0;
        for (size_t i = 0; i < json_array_size(steps); i++) {
                const json_t *s = json_array_get(steps, i);
                if (strcmp(member_text(s, "finding"), id) != 0)
                        continue;
                text_printf(out, "           %-9s %s %s: ", n == 0 ? "next:" : "", member_text(s, "action"),
                            member_text(s, "target"));
                render_step_status(s, &options->style, out);
                buf_putc(out, '\n');
                n++;
        }
        return n;
}

/* What releases it, where no step says so. */
static void put_nothing_planned(const json_t *pairing, const json_t *finding, struct buf *out) {
        static const struct {
                const char *kind, *text;
                bool resumes;
        } texts[] = {
                {"gave-up", "nothing: a person must act; all repairs begin again with", true},
                {"vanished", "nothing is written; if they are gone for good", true},
                {"contested", "nothing is written: agree on who decides, then", true},
                {"cloud-refuses", "nothing: remove what the cloud refuses; asked again after an hour", false},
                {"states-disagree", "nothing: waiting until both clouds say the same", false},
        };
        const char *kind = member_text(finding, "kind");
        bool is_down = strcmp(kind, "tunnel-down") == 0 || strcmp(kind, "bgp-peer-down") == 0;
        const char *text = "nothing is planned: confirming it, or a person must act";
        bool resumes = false;
        if (*member_text(pairing, "note"))
                text = "nothing can be planned: see the note above";
        if (is_down && *member_text(finding, "cause"))
                text = "what answers its cause";
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                if (strcmp(kind, texts[i].kind) != 0)
                        continue;
                text = texts[i].text;
                resumes = texts[i].resumes;
        }
        if (strcmp(member_text(pairing, "mode"), "observe") == 0) {
                text = "nothing: observe mode never writes";
                resumes = false;
        }
        text_line(out, "           next:     %s%s%s", text, resumes ? ": s2svpnctl resume " : "",
                  resumes ? member_text(pairing, "pairing") : "");
}

static enum colour severity_colour(const char *severity) {
        if (strcmp(severity, "fault") == 0)
                return COLOUR_BAD;
        return strcmp(severity, "drift") == 0 ? COLOUR_WARN : COLOUR_NONE;
}

static void put_finding(const json_t *document, const json_t *pairing, const json_t *finding,
                        const struct render_options *options, struct buf *out) {
        const char *severity = member_text(finding, "severity"), *cause = member_text(finding, "cause");
        const char *evidence = member_text(finding, "evidence");
        buf_puts(out, "    ");
        text_paint(out, &options->style, severity_colour(severity), severity);
        buf_printf(out, "%*s ", (int)(strlen(severity) < 6 ? 6 - strlen(severity) : 0), "");
        text_printf(out, "%s %s, since ", member_text(finding, "kind"), member_text(finding, "subject"));
        render_since(document, member_text(finding, "since"), out);
        buf_putc(out, '\n');
        text_line(out, "           evidence: %s", *evidence ? evidence : "none given");
        text_line(out, "           cause:    %s", *cause ? cause : "not known");
        if (put_steps(pairing, member_text(finding, "id"), options, out) == 0)
                put_nothing_planned(pairing, finding, out);
}

static void put_findings(const json_t *document, const json_t *pairing, const struct render_options *options,
                         struct buf *out) {
        const json_t *findings = member_list(pairing, "findings");
        if (json_array_size(findings) == 0)
                return;
        buf_puts(out, "\n  Findings:\n");
        for (size_t i = 0; i < json_array_size(findings); i++)
                put_finding(document, pairing, json_array_get(findings, i), options, out);
}

static bool answers_a_finding(const json_t *pairing, const json_t *step) {
        const json_t *findings = member_list(pairing, "findings");
        const char *id = member_text(step, "finding");
        for (size_t i = 0; i < json_array_size(findings); i++) {
                if (strcmp(member_text(json_array_get(findings, i), "id"), id) == 0)
                        return true;
        }
        return false;
}

static void put_other_steps(const json_t *pairing, const struct render_options *options, struct buf *out) {
        const json_t *steps = member_list(pairing, "steps");
        bool any = false;
        for (size_t i = 0; i < json_array_size(steps); i++) {
                const json_t *s = json_array_get(steps, i);
                if (answers_a_finding(pairing, s))
                        continue;
                buf_puts(out, any ? "" : "\n  Also planned:\n");
                text_printf(out, "    %s %s: ", member_text(s, "action"), member_text(s, "target"));
                render_step_status(s, &options->style, out);
                buf_putc(out, '\n');
                any = true;
        }
}

static void put_operation(const json_t *o, struct buf *out) {
        int64_t elapsed_s = member_int(o, "elapsed_seconds", 0), typical_s = member_int(o, "typical_seconds", 0);
        const char *state = member_text(o, "state");
        text_printf(out, "    %s: %s, for ", member_text(o, "what"), *state ? state : "no word yet");
        text_duration(out, elapsed_s);
        if (typical_s > 0) {
                buf_puts(out, " of typically ");
                text_duration(out, typical_s);
        }
        if (typical_s > 0 && elapsed_s <= typical_s)
                buf_printf(out, " (%" PRId64 " %%)", elapsed_s * 100 / typical_s);
        if (typical_s > 0 && elapsed_s > typical_s)
                buf_puts(out, " (longer than usual)");
        buf_putc(out, '\n');
}

static void put_operations(const json_t *pairing, struct buf *out) {
        const json_t *operations = member_list(pairing, "operations");
        if (json_array_size(operations) == 0)
                return;
        buf_puts(out, "\n  Running:\n");
        for (size_t i = 0; i < json_array_size(operations); i++)
                put_operation(json_array_get(operations, i), out);
}

static void put_daemon_notes(const json_t *document, struct buf *out) {
        if (!json_is_object(json_at(document, "daemon")))
                return;
        if (!member_flag(document, "daemon.store_ok"))
                buf_puts(out, "The daemon cannot save its state: nothing is written to the clouds.\n");
        if (!member_flag(document, "daemon.config_reload_ok"))
                buf_puts(out, "The last configuration was refused; an older one is in force: s2svpnctl check-config\n");
        if (!member_flag(document, "daemon.clock_trusted"))
                buf_puts(out, "The daemon's clock is not trusted: disruptive steps are held.\n");
}

void render_status(const json_t *document, const struct render_options *options, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        put_daemon_notes(document, out);
        if (json_array_size(pairings) == 0)
                buf_puts(out, "No pairing is declared.\n");
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                const json_t *p = json_array_get(pairings, i);
                buf_puts(out, i > 0 ? "\n" : "");
                render_verdict(p, &options->style, true, out);
                put_notes(document, p, out);
                put_tunnels(p, options, out);
                put_down_by_design(p, out);
                put_findings(document, p, options, out);
                put_other_steps(p, options, out);
                put_operations(p, out);
        }
}
