/* SPDX-License-Identifier: Apache-2.0 */
/* Messages. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/wall.h"

#define FIELDS_MAX 24

/* systemd tells which socket stderr was; a redirection since then makes it another one. */
static bool stderr_is_journal(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;
        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
               st.st_dev == device && st.st_ino == inode;
}

void journal_init(struct journal *j, int max_level) {
        *j = (struct journal){
                .is_journal = stderr_is_journal(), .is_terminal = isatty(STDERR_FILENO), .max_level = max_level};
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
        if ((no_color && *no_color) || !term || strcmp(term, "dumb") == 0)
                j->is_terminal = false;
}

struct fields {
        struct iovec iov[FIELDS_MAX];
        int n;
        bool failed;
};

static void fields_deinit(struct fields *f) {
        for (int i = 0; i < f->n; i++)
                mem_free(f->iov[i].iov_base);
}

static void add(struct fields *f, const char *name, const char *value) {
        _cleanup_buf_ struct buf field = BUF_NULL;
        if (!value || !*value || f->n >= FIELDS_MAX)
                return;
        buf_printf(&field, "%s=%s", name, value);
        size_t len = field.len;
        char *text = buf_steal(&field);
        if (!text)
                f->failed = true;
        else
                f->iov[f->n++] = (struct iovec){text, len};
}

static void add_event(struct fields *f, const struct event *e) {
        char text[16];
        add(f, "MESSAGE", e->message);
        snprintf(text, sizeof(text), "%d", e->priority);
        add(f, "PRIORITY", text);
        add(f, "SYSLOG_IDENTIFIER", "s2svpnd");
        add(f, "MESSAGE_ID", event_kind_message_id(e->kind));
        add(f, "S2SVPN_EVENT", event_kind_to_string(e->kind));
        add(f, "S2SVPN_PAIRING", e->pairing);
        for (unsigned t = 0; t < TUNNELS; t++) {
                snprintf(text, sizeof(text), "%u", t + 1);
                if (e->tunnels & 1u << t)
                        add(f, "S2SVPN_TUNNEL", text);
        }
        add(f, "S2SVPN_FINDING", e->finding);
        add(f, "S2SVPN_ACTION", e->action);
        add(f, "S2SVPN_REASON", e->reason);
        add(f, "S2SVPN_REQUEST_ID", e->request_id);
}

static const char *level_name(int priority) {
        static const char *const names[] = {"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"};
        return names[priority & 7];
}

static void to_stderr(const struct journal *j, int priority, const char *pairing, const char *message) {
        char when[WALL_TEXT_SIZE];
        const char *color = "", *plain = "";
        if (j->is_terminal && priority <= LOG_WARNING) {
                color = priority <= LOG_ERR ? "\033[31m" : "\033[33m";
                plain = "\033[0m";
        }
        if (strncmp(message, pairing, strlen(pairing)) == 0)
                pairing = ""; /* told already */
        fprintf(stderr, "%s %s%s%s %s%s%s\n", wall_to_rfc3339((int64_t)time(NULL) * 1000, when), color,
                level_name(priority), plain, pairing, *pairing ? ": " : "", message);
}

void journal_event(const struct journal *j, const struct event *e) {
        if (e->priority > j->max_level)
                return;
        if (!j->is_journal) {
                to_stderr(j, e->priority, e->pairing ? e->pairing : "", e->message);
                return;
        }
        _cleanup_(fields_deinit) struct fields f = {.n = 0};
        add_event(&f, e);
        if (f.failed || sd_journal_sendv(f.iov, f.n) < 0)
                to_stderr(j, e->priority, e->pairing ? e->pairing : "", e->message);
}

void journal_print(const struct journal *j, int priority, const char *format, ...) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        va_list args;
        if (priority > j->max_level)
                return;
        va_start(args, format);
        buf_vprintf(&text, format, args);
        va_end(args);
        if (!j->is_journal || sd_journal_send("MESSAGE=%s", buf_str(&text), "PRIORITY=%i", priority,
                                              "SYSLOG_IDENTIFIER=s2svpnd", NULL) < 0)
                to_stderr(j, priority, "", buf_str(&text));
}
