/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people.
 *
 * Names and messages come from clouds: control characters would move the cursor, forge lines or reverse the reading
 * direction, so they are shown as \xNN and \u{NNNN}.
 */
#include "text.h"

#include <inttypes.h>
#include <string.h>

#include "util/utf8.h"

static bool is_shown_as_is(uint32_t code) {
        bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
        bool separator = code == 0x2028 || code == 0x2029;
        bool direction = code == 0x061c || (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2060 && code <= 0x206f);
        bool invisible = code == 0xfeff || code == 0x00ad || (code >= 0xe0000 && code <= 0xe0fff);
        return !control && !separator && !direction && !invisible;
}

void text_put(struct buf *out, const char *s) {
        size_t n = strlen(s);
        while (n > 0) {
                uint32_t code = 0;
                size_t len = utf8_decode(s, n, &code);
                if (len == 0)
                        buf_printf(out, "\\x%02x", (unsigned char)*s);
                else if (is_shown_as_is(code))
                        buf_append(out, s, len);
                else if (code < 0x80)
                        buf_printf(out, "\\x%02" PRIx32, code);
                else
                        buf_printf(out, "\\u{%04" PRIx32 "}", code);
                s += len ? len : 1;
                n -= len ? len : 1;
        }
}

static void put_formatted(struct buf *out, const char *format, va_list args) _printf_(2, 0);
static void put_formatted(struct buf *out, const char *format, va_list args) {
        _cleanup_buf_ struct buf raw = BUF_NULL;
        buf_vprintf(&raw, format, args);
        if (buf_error(&raw) < 0 && out->error == 0)
                out->error = buf_error(&raw);
        text_put(out, buf_str(&raw));
}

void text_printf(struct buf *out, const char *format, ...) {
        va_list args;
        va_start(args, format);
        put_formatted(out, format, args);
        va_end(args);
}

void text_line(struct buf *out, const char *format, ...) {
        va_list args;
        va_start(args, format);
        put_formatted(out, format, args);
        va_end(args);
        buf_putc(out, '\n');
}

static const char *colour_sequence(enum colour colour) {
        switch (colour) {
        case COLOUR_NONE:
                return NULL;
        case COLOUR_GOOD:
                return "\033[32m";
        case COLOUR_WARN:
                return "\033[33m";
        case COLOUR_BAD:
                return "\033[1;31m";
        }
        return NULL;
}

void text_paint(struct buf *out, const struct style *style, enum colour colour, const char *s) {
        const char *sequence = style->colour ? colour_sequence(colour) : NULL;
        if (sequence)
                buf_puts(out, sequence);
        text_put(out, s);
        if (sequence)
                buf_puts(out, "\033[0m");
}

void text_upper(struct buf *out, const char *s) {
        for (; *s; s++)
                buf_putc(out, *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
}

/* The two largest units: more is noise. */
static void put_duration(struct buf *out, int64_t seconds, bool is_short) {
        static const struct {
                int64_t seconds;
                const char *name, *short_name;
        } units[] = {{86400, "d", "d"}, {3600, "h", "h"}, {60, "min", "m"}, {1, "s", "s"}};
        size_t i = 0;
        seconds = seconds > 0 ? seconds : 0;
        while (i + 1 < ELEMENTSOF(units) && seconds < units[i].seconds)
                i++;
        const char *space = is_short ? "" : " ";
        buf_printf(out, "%" PRId64 "%s%s", seconds / units[i].seconds, space,
                   is_short ? units[i].short_name : units[i].name);
        int64_t rest = seconds % units[i].seconds;
        if (i + 1 == ELEMENTSOF(units) || rest < units[i + 1].seconds || (units[i].seconds == 60 && !is_short))
                return;
        buf_printf(out, "%s%" PRId64 "%s%s", space, rest / units[i + 1].seconds, space,
                   is_short ? units[i + 1].short_name : units[i + 1].name);
}

void text_duration(struct buf *out, int64_t seconds) {
        put_duration(out, seconds, false);
}

void text_duration_short(struct buf *out, int64_t seconds) {
        put_duration(out, seconds, true);
}
