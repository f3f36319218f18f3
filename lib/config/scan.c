/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First reading of a file: every line that is not well-formed is reported and blanked.
 *
 * libini_config gives back nothing at all once a single line is wrong, and files the keys below a broken header under
 * the section before it. With the bad lines out of its way one pass can name every mistake of a file, the meaning of
 * the good lines included.
 */
#include <string.h>

#include "config/ini.h"
#include "util/utf8.h"

struct scan {
        const char *path;
        struct problems *problems;
        struct ini *ini;
        unsigned line;
        enum {
                SCAN_TOP,     /* no header yet */
                SCAN_SECTION, /* below a good header */
                SCAN_BROKEN,  /* below a bad header: nobody knows what the keys mean */
        } state;
};

#define WHITE " \t\r"

static const char *bad_bytes(const char *s, size_t n) {
        if (n > CONFIG_LINE_MAX)
                return "the line is too long; at most 4000 bytes are allowed";
        for (size_t i = 0; i < n;) {
                unsigned char c = (unsigned char)s[i];
                if (c == 0)
                        return "the line holds a NUL byte; only text is allowed";
                if ((c < ' ' && c != '\t' && !(c == '\r' && i == n - 1)) || c == 0x7f)
                        return "the line holds a control character; only text is allowed";
                uint32_t code;
                size_t len = utf8_decode(s + i, n - i, &code);
                if (len == 0)
                        return "the line is not valid UTF-8";
                i += len;
        }
        return NULL;
}

static void list_sections(const char *const *sections, struct buf *out) {
        for (size_t i = 0; sections[i]; i++)
                buf_printf(out, "%s[%s]", i > 0 ? " " : "", sections[i]);
}

/* A header that is not one of ours: its keys are passed over, since they would only repeat the same mistake. */
static void unknown_section(struct scan *s, const char *name, size_t n) {
        _cleanup_buf_ struct buf allowed = BUF_NULL;
        list_sections(s->ini->sections, &allowed);
        problems_add(s->problems, s->path, s->line,
                     "unknown section [%.*s], its keys are not looked at; allowed here: %s", (int)n, name,
                     buf_str(&allowed));
        s->state = SCAN_BROKEN;
}

static bool scan_header(struct scan *s, const char *text, size_t n) {
        if (text[n - 1] != ']' || n == 2 || memchr(text + 1, '[', n - 1) || memchr(text, ']', n - 1)) {
                problems_add(s->problems, s->path, s->line,
                             "broken section header, the keys below it are not looked at; the form is [Name]");
                s->state = SCAN_BROKEN;
                return false;
        }
        const char *name = text + 1;
        n -= 2;
        for (size_t i = 0; s->ini->sections[i]; i++) {
                if (strlen(s->ini->sections[i]) != n || memcmp(s->ini->sections[i], name, n) != 0)
                        continue;
                if (s->ini->section_lines[i] > 0)
                        problems_add(s->problems, s->path, s->line,
                                     "section [%.*s] stands twice, first in line %u; put its keys together", (int)n,
                                     name, s->ini->section_lines[i]);
                else
                        s->ini->section_lines[i] = s->line;
                s->state = SCAN_SECTION;
                return true;
        }
        unknown_section(s, name, n);
        return false;
}

static bool scan_key(struct scan *s, const char *text, size_t n) {
        const char *equals = memchr(text, '=', n);
        size_t key_len = equals ? (size_t)(equals - text) : n;
        while (key_len > 0 && strchr(WHITE, text[key_len - 1]))
                key_len--;
        const char *wrong = NULL;
        if (!equals)
                wrong = "neither a comment nor Key=value";
        else if (key_len == 0)
                wrong = "the key before \"=\" is missing";
        else if (key_len > CONFIG_KEY_MAX)
                wrong = "the key before \"=\" is too long";
        else if (s->state == SCAN_TOP)
                wrong = "the key stands before any section; a [Section] header must come first";
        if (wrong)
                problems_add(s->problems, s->path, s->line, "%s", wrong);
        return !wrong && s->state == SCAN_SECTION;
}

/* true: the line goes on to the second reading */
static bool scan_line(struct scan *s, const char *text, size_t n) {
        const char *wrong = bad_bytes(text, n);
        if (wrong) {
                problems_add(s->problems, s->path, s->line, "%s", wrong);
                return false;
        }
        while (n > 0 && strchr(WHITE, text[0])) {
                text++;
                n--;
        }
        while (n > 0 && strchr(WHITE, text[n - 1]))
                n--;
        if (n == 0 || text[0] == '#' || text[0] == ';')
                return false;
        return text[0] == '[' ? scan_header(s, text, n) : scan_key(s, text, n);
}

int ini_scan(const struct config_file *file, struct problems *problems, struct ini *ini, struct buf *ret) {
        struct scan s = {.path = file->path, .problems = problems, .ini = ini};
        const char *p = file->bytes, *end = p + file->len;
        if (file->len > CONFIG_BYTES_MAX) {
                problems_add(problems, file->path, 1, "the file is too large; at most %u KiB are allowed",
                             CONFIG_BYTES_MAX >> 10);
                return 0;
        }
        if (file->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
                p += 3;
        while (p < end) {
                const char *newline = memchr(p, '\n', (size_t)(end - p));
                size_t n = (size_t)((newline ? newline : end) - p);
                if (++s.line > CONFIG_LINES_MAX) {
                        problems_add(problems, file->path, s.line, "too many lines; at most %u are allowed",
                                     CONFIG_LINES_MAX);
                        break;
                }
                if (scan_line(&s, p, n))
                        buf_append(ret, p, n);
                buf_putc(ret, '\n');
                p += n + (newline ? 1 : 0);
        }
        return buf_error(ret);
}
