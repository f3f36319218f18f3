/* SPDX-License-Identifier: Apache-2.0 */
/* One file as a list of section, key, value and line; what is not well-formed is reported and left out. */
#pragma once

#include <stddef.h>

#include "config/config.h"
#include "config/problem.h"

#define CONFIG_BYTES_MAX (256u << 10)
#define CONFIG_LINE_MAX 4000u
#define CONFIG_LINES_MAX 4000u
#define CONFIG_KEY_MAX 64u

struct ini_entry {
        const char *section; /* one of the allowed sections */
        const char *key, *value;
        unsigned line;
};

#define INI_SECTIONS_MAX 8

struct ini {
        const char *path;
        const char *const *sections;              /* allowed ones, ended by NULL */
        unsigned section_lines[INI_SECTIONS_MAX]; /* of their headers; 0: not in the file */
        struct ini_entry *entries;                /* in the order of lines */
        size_t n_entries;
};

/* Reads a file; memory comes from the arena of @problems. 0 or -ENOMEM; mistakes go to @problems. */
int ini_read(const struct config_file *file, const char *const *sections, struct problems *problems,
             struct ini *ret) _must_use_;

const struct ini_entry *ini_find(const struct ini *ini, const char *section, const char *key);
/* where to point: the key, else the header of its section, else the first line */
unsigned ini_line(const struct ini *ini, const char *section, const char *key);

/* internal to the folder: a copy of the text with only well-formed lines in it, line numbers kept */
int ini_scan(const struct config_file *file, struct problems *problems, struct ini *ini, struct buf *ret) _must_use_;
