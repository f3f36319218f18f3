/* SPDX-License-Identifier: Apache-2.0 */
/* JSON written straight into a buffer. */
#include "report/writer.h"

#include <inttypes.h>
#include <string.h>

#include "util/utf8.h"
#include "util/wall.h"

/* Malformed UTF-8 becomes U+FFFD: what a cloud said must never make the whole document unreadable. */
static void put_quoted(struct buf *out, const char *s) {
        size_t n = strlen(s);
        buf_putc(out, '"');
        while (n > 0) {
                uint32_t code;
                size_t len = utf8_decode(s, n, &code);
                if (len == 0)
                        buf_puts(out, "\\ufffd");
                else if (code == '"' || code == '\\')
                        buf_printf(out, "\\%c", (char)code);
                else if (code < 0x20 || code == 0x7f)
                        buf_printf(out, "\\u%04" PRIx32, code);
                else
                        buf_append(out, s, len);
                s += len ? len : 1;
                n -= len ? len : 1;
        }
        buf_putc(out, '"');
}

static void put_key(struct json_writer *w, const char *key) {
        if (w->need_comma)
                buf_putc(w->out, ',');
        w->need_comma = true;
        if (!key)
                return;
        put_quoted(w->out, key);
        buf_putc(w->out, ':');
}

void jw_begin(struct json_writer *w, const char *key, char bracket) {
        put_key(w, key);
        buf_putc(w->out, bracket);
        w->need_comma = false;
}

void jw_end(struct json_writer *w, char bracket) {
        buf_putc(w->out, bracket);
        w->need_comma = true;
}

void jw_null(struct json_writer *w, const char *key) {
        put_key(w, key);
        buf_puts(w->out, "null");
}

void jw_bool(struct json_writer *w, const char *key, bool value) {
        put_key(w, key);
        buf_puts(w->out, value ? "true" : "false");
}

void jw_int(struct json_writer *w, const char *key, int64_t value) {
        put_key(w, key);
        buf_printf(w->out, "%" PRId64, value);
}

void jw_uint(struct json_writer *w, const char *key, uint64_t value) {
        put_key(w, key);
        buf_printf(w->out, "%" PRIu64, value);
}

void jw_string(struct json_writer *w, const char *key, const char *value) {
        if (!value) {
                jw_null(w, key);
                return;
        }
        put_key(w, key);
        put_quoted(w->out, value);
}

void jw_text(struct json_writer *w, const char *key, const char *value) {
        jw_string(w, key, value && *value ? value : NULL);
}

void jw_time(struct json_writer *w, const char *key, int64_t wall_ms) {
        char text[WALL_TEXT_SIZE];
        jw_string(w, key, wall_ms ? wall_to_rfc3339(wall_ms, text) : NULL);
}

void jw_ip4(struct json_writer *w, const char *key, struct ip4 ip) {
        char text[IP4_TEXT_SIZE];
        jw_string(w, key, ip.addr ? ip4_format(ip, text) : NULL);
}

void jw_cidr(struct json_writer *w, const char *key, struct cidr c) {
        char text[CIDR_TEXT_SIZE];
        jw_string(w, key, c.bits ? cidr_format(c, text) : NULL);
}

void jw_bits(struct json_writer *w, const char *key, unsigned bits) {
        jw_begin(w, key, '[');
        for (unsigned t = 0; bits >> t; t++) {
                if (bits >> t & 1)
                        jw_uint(w, NULL, t + 1);
        }
        jw_end(w, ']');
}
