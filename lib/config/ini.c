/* SPDX-License-Identifier: Apache-2.0 */
/* Second reading of a file: libini_config takes the well-formed lines apart. */
#include "config/ini.h"

#include <errno.h>
#include <ini_configobj.h>
#include <stdlib.h>
#include <string.h>

static void cfgobj_destroyp(struct ini_cfgobj **o) {
        ini_config_destroy(*o);
}
static void cfgfile_destroyp(struct ini_cfgfile **f) {
        ini_config_file_destroy(*f);
}

/* The library has one more opinion about what is well-formed; nothing may be lost if it ever differs from ours. */
static void add_library_errors(struct ini_cfgobj *object, struct problems *problems, const char *path) {
        char **errors = NULL;
        if (ini_config_get_errors(object, &errors) != 0 || !errors)
                return;
        for (size_t i = 0; errors[i]; i++) {
                const char *line = strstr(errors[i], "line ");
                problems_add(problems, path, line ? (unsigned)strtoul(line + 5, NULL, 10) : 1, "%s", errors[i]);
        }
        ini_config_free_errors(errors);
}

/* The @occurrence-th value that the library, which compares without regard to case, finds under a key. */
static int value_at(struct ini_cfgobj *object, const char *section, const char *key, unsigned occurrence,
                    struct value_obj **ret) {
        int k = ini_get_config_valueobj(section, key, object, INI_GET_FIRST_VALUE, ret);
        for (unsigned i = 0; k == 0 && i < occurrence; i++)
                k = ini_get_config_valueobj(section, key, object, INI_GET_NEXT_VALUE, ret);
        return k != 0 || !*ret ? -ENOMEM : 0;
}

static int add_entry(struct ini *ini, struct arena *arena, const char *section, const char *key,
                     struct value_obj *value) {
        struct ini_entry *e = &ini->entries[ini->n_entries];
        int error = 0;
        const char *text = ini_get_const_string_config_value(value, &error);
        uint32_t line = 0;
        if (!text || error != 0 || value_get_line(value, &line) != 0)
                return -ENOMEM;
        *e = (struct ini_entry){section, arena_strdup(arena, key), arena_strdup(arena, text), line};
        if (!e->key || !e->value)
                return -ENOMEM;
        ini->n_entries++;
        return 0;
}

static int add_section(struct ini *ini, struct arena *arena, struct ini_cfgobj *object, const char *section,
                       size_t capacity) {
        int n = 0, error = 0;
        char **keys = ini_get_attribute_list(object, section, &n, &error);
        if (!keys)
                return -ENOMEM;
        int k = 0;
        for (int i = 0; k == 0 && i < n && ini->n_entries < capacity; i++) {
                unsigned occurrence = 0;
                for (int j = 0; j < i; j++)
                        occurrence += strcasecmp(keys[j], keys[i]) == 0;
                struct value_obj *value = NULL;
                k = value_at(object, section, keys[i], occurrence, &value);
                if (k == 0)
                        k = add_entry(ini, arena, section, keys[i], value);
        }
        ini_free_attribute_list(keys);
        return k;
}

static int compare_lines(const void *pa, const void *pb) {
        const struct ini_entry *a = pa, *b = pb;
        return a->line < b->line ? -1 : a->line > b->line;
}

static void report_twice(const struct ini *ini, struct problems *problems) {
        for (size_t i = 0; i < ini->n_entries; i++) {
                const struct ini_entry *e = &ini->entries[i], *first = ini_find(ini, e->section, e->key);
                if (first != e)
                        problems_add(problems, ini->path, e->line, "%s= stands twice in [%s], first in line %u", e->key,
                                     e->section, first->line);
        }
}

static int take_apart(struct ini *ini, struct arena *arena, struct ini_cfgobj *object, size_t capacity) {
        ini->entries = ARENA_ARRAY(arena, struct ini_entry, capacity);
        if (!ini->entries)
                return -ENOMEM;
        int k = 0;
        for (size_t i = 0; k == 0 && ini->sections[i]; i++) {
                if (ini->section_lines[i] > 0)
                        k = add_section(ini, arena, object, ini->sections[i], capacity);
        }
        qsort(ini->entries, ini->n_entries, sizeof(*ini->entries), compare_lines);
        return k;
}

/**
 * ini_read() - Takes a file apart
 * @file: path and bytes
 * @sections: the allowed ones, at most INI_SECTIONS_MAX, ended by NULL; must live as long as @ret
 * @problems: collects mistakes and lends its arena
 * @ret: entries in the order of lines
 *
 * Return: 0, also with mistakes: what is well-formed is in @ret; -ENOMEM.
 */
int ini_read(const struct config_file *file, const char *const *sections, struct problems *problems, struct ini *ret) {
        _cleanup_(cfgobj_destroyp) struct ini_cfgobj *object = NULL;
        _cleanup_(cfgfile_destroyp) struct ini_cfgfile *source = NULL;
        _cleanup_buf_ struct buf text = BUF_NULL;
        struct ini ini = {.path = file->path, .sections = sections};
        int k = ini_scan(file, problems, &ini, &text);
        if (k < 0)
                return k;
        buf_append(&text, "", 0);
        if (buf_error(&text) < 0 || ini_config_file_from_mem(text.data, (uint32_t)text.len, &source) != 0 ||
            ini_config_create(&object) != 0)
                return -ENOMEM;
        k = ini_config_parse(source, INI_STOP_ON_NONE, INI_MV1S_ALLOW | INI_MV2S_ALLOW | INI_MS_MERGE,
                             INI_PARSE_NOWRAP | INI_PARSE_NO_C_COMMENTS, object);
        if (k == ENOMEM)
                return -ENOMEM;
        if (k != 0) {
                add_library_errors(object, problems, file->path);
                *ret = ini;
                return problems->error;
        }
        size_t capacity = 1;
        for (size_t i = 0; i < text.len; i++)
                capacity += text.data[i] == '\n' && i > 0 && text.data[i - 1] != '\n';
        k = take_apart(&ini, problems->arena, object, capacity);
        if (k < 0)
                return k;
        report_twice(&ini, problems);
        *ret = ini;
        return problems->error;
}

/**
 * ini_find() - The first value of a key, or NULL
 */
const struct ini_entry *ini_find(const struct ini *ini, const char *section, const char *key) {
        for (size_t i = 0; i < ini->n_entries; i++) {
                const struct ini_entry *e = &ini->entries[i];
                if (strcmp(e->section, section) == 0 && strcmp(e->key, key) == 0)
                        return e;
        }
        return NULL;
}

unsigned ini_line(const struct ini *ini, const char *section, const char *key) {
        const struct ini_entry *e = ini_find(ini, section, key);
        if (e)
                return e->line;
        for (size_t i = 0; ini->sections[i]; i++) {
                if (strcmp(ini->sections[i], section) == 0 && ini->section_lines[i] > 0)
                        return ini->section_lines[i];
        }
        return 1;
}
