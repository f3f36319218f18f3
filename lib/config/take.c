/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of keys, and the takers of common types. */
#include "config/take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/value.h"

void take_wrong(struct taking *t, const struct ini_entry *e, const char *what) {
        problems_add(t->problems, t->ini->path, e->line, "%s=%s: %s", e->key, e->value, what);
}

const char *take_copy(struct taking *t, const char *s, size_t n) {
        const char *copy = arena_strndup(t->problems->arena, s, n);
        if (!copy)
                t->problems->error = -ENOMEM;
        return copy;
}

static void report_unknown(struct taking *t, const struct ini_entry *e, const struct key *keys, size_t n_keys) {
        _cleanup_buf_ struct buf allowed = BUF_NULL;
        for (size_t i = 0; i < n_keys; i++) {
                if (strcmp(keys[i].section, e->section) != 0 || keys[i].take == take_unsupported)
                        continue;
                if (strcasecmp(keys[i].name, e->key) == 0) {
                        problems_add(t->problems, t->ini->path, e->line,
                                     "unknown key %s= in [%s]; it is spelled %s=", e->key, e->section, keys[i].name);
                        return;
                }
                buf_printf(&allowed, " %s", keys[i].name);
        }
        problems_add(t->problems, t->ini->path, e->line, "unknown key %s= in [%s]; allowed:%s", e->key, e->section,
                     buf_str(&allowed));
}

void take_table(struct taking *t, const struct key *keys, size_t n_keys, void *target) {
        for (size_t i = 0; i < t->ini->n_entries; i++) {
                const struct ini_entry *e = &t->ini->entries[i];
                if (ini_find(t->ini, e->section, e->key) != e)
                        continue; /* told already: it stands twice */
                const struct key *found = NULL;
                bool is_ours = false;
                for (size_t k = 0; k < n_keys; k++) {
                        bool same_section = strcmp(keys[k].section, e->section) == 0;
                        is_ours |= same_section;
                        if (same_section && strcmp(keys[k].name, e->key) == 0)
                                found = &keys[k];
                }
                if (found)
                        found->take(t, e, (char *)target + found->offset);
                else if (is_ours)
                        report_unknown(t, e, keys, n_keys);
        }
}

static bool take_word(struct taking *t, const struct ini_entry *e, const char *word, const char **words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (strcasecmp(words[i], word) == 0) {
                        problems_add(t->problems, t->ini->path, e->line, "%s= names %s twice", e->key, word);
                        return false;
                }
        }
        words[n] = word;
        return true;
}

bool take_words(struct taking *t, const struct ini_entry *e, size_t max, bool (*is_valid)(const char *),
                const char *what, struct word_list *ret) {
        const char *s = e->value, *start;
        size_t len, n = 0;
        bool ok = true;
        const char **words = ARENA_ARRAY(t->problems->arena, const char *, strlen(s) / 2 + 1);
        if (!words) {
                t->problems->error = -ENOMEM;
                return false;
        }
        while ((start = value_next_word(&s, &len))) {
                const char *word = take_copy(t, start, len);
                if (!word)
                        return false;
                if (!is_valid(word)) {
                        problems_add(t->problems, t->ini->path, e->line, "%s=%s: %s", e->key, word, what);
                        ok = false;
                } else if (take_word(t, e, word, words, n)) {
                        n++;
                } else {
                        ok = false;
                }
        }
        if (n > max) {
                problems_add(t->problems, t->ini->path, e->line, "%s= names %zu, at most %zu are allowed", e->key, n,
                             max);
                return false;
        }
        *ret = (struct word_list){words, n};
        return ok;
}

static void take_text(struct taking *t, const struct ini_entry *e, const char **target) {
        const char *copy = take_copy(t, e->value, strlen(e->value));
        if (copy)
                *target = copy;
}

void take_guid(struct taking *t, const struct ini_entry *e, void *target) {
        if (value_is_guid(e->value))
                take_text(t, e, target);
        else
                take_wrong(t, e, "not a GUID; the form is 01234567-89ab-cdef-0123-456789abcdef");
}

void take_asn(struct taking *t, const struct ini_entry *e, void *target) {
        uint32_t asn;
        if (value_parse_uint(e->value, &asn) < 0 || asn == 0)
                take_wrong(t, e, "not an autonomous system number; allowed: 1 to 4294967295, without dots");
        else
                *(uint32_t *)target = asn;
}

void take_bool(struct taking *t, const struct ini_entry *e, void *target) {
        if (value_parse_bool(e->value, target) < 0)
                take_wrong(t, e, "neither yes nor no");
}

void take_path(struct taking *t, const struct ini_entry *e, void *target) {
        if (e->value[0] == '/')
                take_text(t, e, target);
        else
                take_wrong(t, e, "not an absolute path");
}

void take_endpoint(struct taking *t, const struct ini_entry *e, void *target) {
        size_t n = strlen(e->value);
        if (!value_is_endpoint(e->value)) {
                take_wrong(t, e, "not an endpoint; allowed: https://HOST[:PORT], and http:// to loopback only");
                return;
        }
        while (e->value[n - 1] == '/')
                n--;
        const char *copy = take_copy(t, e->value, n);
        if (copy)
                *(const char **)target = copy;
}

void take_unsupported(struct taking *t, const struct ini_entry *e, void *target) {
        (void)target;
        problems_add(t->problems, t->ini->path, e->line, "%s= is not supported yet; remove it", e->key);
}
