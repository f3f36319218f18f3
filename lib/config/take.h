/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of keys: which section and key fills which member of a struct, and how. */
#pragma once

#include "config/ini.h"
#include "config/problem.h"

struct taking {
        const struct ini *ini;
        struct problems *problems;
};

struct key {
        const char *section, *name;
        /* sets *(type *)@target, or reports what is wrong with @e */
        void (*take)(struct taking *t, const struct ini_entry *e, void *target);
        size_t offset;
};

struct word_list {
        const char *const *words;
        size_t n;
};

/* Fills @target from the sections that the table names; their unknown keys are reported, with what is allowed. */
void take_table(struct taking *t, const struct key *keys, size_t n_keys, void *target);

void take_wrong(struct taking *t, const struct ini_entry *e, const char *what);
/* A copy of the value, or the sticky error. */
const char *take_copy(struct taking *t, const char *s, size_t n);
/* Splits at blanks and commas; each word must satisfy @is_valid and stand once. false: reported. */
bool take_words(struct taking *t, const struct ini_entry *e, size_t max, bool (*is_valid)(const char *),
                const char *what, struct word_list *ret);

/* takers, by the type of the member: const char *, bool, uint32_t, int64_t (ms) */
void take_guid(struct taking *t, const struct ini_entry *e, void *target);
void take_asn(struct taking *t, const struct ini_entry *e, void *target);
void take_bool(struct taking *t, const struct ini_entry *e, void *target);
void take_span(struct taking *t, const struct ini_entry *e, void *target);
void take_path(struct taking *t, const struct ini_entry *e, void *target);
void take_endpoint(struct taking *t, const struct ini_entry *e, void *target);

void take_unsupported(struct taking *t, const struct ini_entry *e, void *target); /* known, but not yet */

/* [Timing], which both kinds of files have */
void timing_take(struct taking *t, struct timing *timing);
void timing_print(const struct timing *timing, struct buf *out);
/* what the values say of each other; files of @inis that set nothing of it are not blamed: the last that does is */
void timing_check(const struct timing *timing, const struct ini *inis, size_t n_inis, struct problems *problems);
