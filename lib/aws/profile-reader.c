/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of AWS's shared files.
 *
 * The format is AWS's own: in the config file profiles are called [profile x] but for [default], in the credentials
 * file [x]; a line that is indented deeper than the key above it belongs to that key. Messages name file and line,
 * never what stands there: it may be a key that slipped.
 */
#include "aws/profile-reader.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c) {
        return c == ' ' || c == '\t';
}

static struct span trim(struct span v) {
        while (v.n > 0 && is_blank(v.s[0])) {
                v.s++;
                v.n--;
        }
        while (v.n > 0 && is_blank(v.s[v.n - 1]))
                v.n--;
        return v;
}

bool span_equal(struct span s, const char *text) {
        return strlen(text) == s.n && memcmp(s.s, text, s.n) == 0;
}

int profile_reader_broken(const struct profile_reader *p, const char *what,
                          char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        snprintf(reterr_text, AWS_ERROR_TEXT_SIZE, "%s:%u: %s", p->file->name, p->line, what);
        return AWS_CREDENTIALS_BROKEN;
}

/**
 * profile_reader_init() - Starts reading a file
 * @p: filled
 * @file: text NULL reads as an empty file; must outlive the reader
 * @is_config: how profiles are called in it
 * @reterr_text: filled with BROKEN
 *
 * Return: 0 or AWS_CREDENTIALS_BROKEN
 */
int profile_reader_init(struct profile_reader *p, const struct aws_config_file *file, bool is_config,
                        char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const char *text = file->text ? file->text : "";
        size_t len = file->text ? file->len : 0;
        *p = (struct profile_reader){.file = file, .is_config = is_config, .at = text, .end = text + len, .line = 1};
        if (len > AWS_CONFIG_FILE_MAX)
                return profile_reader_broken(p, "the file is too long", reterr_text);
        if (memchr(text, 0, len))
                return profile_reader_broken(p, "the file has NUL bytes", reterr_text);
        if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
                p->at += 3;
        p->line = 0;
        return 0;
}

static struct span next_line(struct profile_reader *p) {
        const char *newline = memchr(p->at, '\n', (size_t)(p->end - p->at));
        struct span line = {p->at, (size_t)((newline ? newline : p->end) - p->at)};
        p->at = newline ? newline + 1 : p->end;
        p->line++;
        if (line.n > 0 && line.s[line.n - 1] == '\r')
                line.n--;
        return line;
}

static struct span unquote(struct span v) {
        if (v.n >= 2 && (v.s[0] == '"' || v.s[0] == '\'') && v.s[v.n - 1] == v.s[0])
                return (struct span){v.s + 1, v.n - 2};
        return v;
}

/* What profile a section of the file is about; n 0 for [sso-session x], [services x] and the like. */
static struct span profile_of(const struct profile_reader *p, struct span name) {
        static const char prefix[] = "profile";
        const size_t n = sizeof(prefix) - 1;
        if (!p->is_config || span_equal(name, "default"))
                return unquote(name);
        if (name.n <= n || memcmp(name.s, prefix, n) != 0 || !is_blank(name.s[n]))
                return (struct span){name.s, 0};
        return unquote(trim((struct span){name.s + n, name.n - n}));
}

static int open_section(struct profile_reader *p, struct span line, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const char *close = memchr(line.s, ']', line.n);
        if (!close)
                return profile_reader_broken(p, "a section without its closing bracket", reterr_text);
        struct span rest = trim((struct span){close + 1, line.n - (size_t)(close - line.s) - 1});
        if (rest.n > 0 && rest.s[0] != '#' && rest.s[0] != ';')
                return profile_reader_broken(p, "text after a section's closing bracket", reterr_text);
        p->in_section = true;
        p->has_key = false;
        p->profile = profile_of(p, trim((struct span){line.s + 1, (size_t)(close - line.s) - 1}));
        return 0;
}

/* A comment behind a value starts after a blank. */
static struct span without_comment(struct span v) {
        for (size_t i = 0; i < v.n; i++) {
                if ((v.s[i] == '#' || v.s[i] == ';') && (i == 0 || is_blank(v.s[i - 1])))
                        return trim((struct span){v.s, i});
        }
        return v;
}

static int split_property(struct profile_reader *p, struct span line, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        size_t n = 0;
        while (n < line.n && line.s[n] != '=' && line.s[n] != ':')
                n++;
        if (n == line.n)
                return profile_reader_broken(p, "neither a section nor a key with a value", reterr_text);
        p->key = trim((struct span){line.s, n});
        p->value = without_comment(trim((struct span){line.s + n + 1, line.n - n - 1}));
        if (p->key.n == 0)
                return profile_reader_broken(p, "a value without a key", reterr_text);
        if (!p->in_section)
                return profile_reader_broken(p, "a key before the first section", reterr_text);
        return 0;
}

int profile_reader_next(struct profile_reader *p, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        while (p->at < p->end) {
                struct span raw = next_line(p), line = trim(raw);
                size_t indent = (size_t)(line.s - raw.s);
                if (line.n == 0 || line.s[0] == '#' || line.s[0] == ';')
                        continue;
                if (p->has_key && indent > p->indent)
                        continue;
                if (line.s[0] == '[') {
                        if (open_section(p, line, reterr_text) != 0)
                                return AWS_CREDENTIALS_BROKEN;
                        continue;
                }
                p->has_key = true;
                p->indent = indent;
                return split_property(p, line, reterr_text);
        }
        return AWS_CREDENTIALS_ABSENT;
}
