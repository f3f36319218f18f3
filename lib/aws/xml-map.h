/* SPDX-License-Identifier: Apache-2.0 */
/* Reads XML into structs by tables, while it arrives. Internal to the folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"

enum xml_kind {
        XML_TEXT,
        XML_TEXT_FIRST, /* several elements feed one field: the first stays */
        XML_U32,
        XML_U64,
        XML_BOOL,
        XML_FLAG,   /* bool: the text is words[0].word */
        XML_TIME,   /* int64_t, wall clock in ms */
        XML_IP4,    /* empty and IPv6: the field stays as it is */
        XML_CIDR,   /* empty and IPv6: the field stays as it is */
        XML_WORD,   /* an enum: one of words, or the value of the last row, whose word is NULL */
        XML_STRUCT, /* a level of nesting: its fields lie in the same struct */
        XML_LIST,   /* of <item> or <member> */
        XML_SINGLE, /* one struct, kept as a list of one */
        XML_JOINED, /* a list of texts, kept as one text "A,B" */
};

struct xml_word {
        const char *word;
        int value;
};

struct xml_type;

struct xml_field {
        const char *name;
        enum xml_kind kind;
        size_t offset;               /* in the struct of the type */
        size_t count_offset;         /* XML_LIST, XML_SINGLE */
        const struct xml_type *type; /* of a struct, or of the items */
        const struct xml_word *words;
        bool is_scratch;  /* needed until the item is closed, not in the result */
        bool is_unstable; /* differs between replies of equal content: not hashed */
};

enum xml_close {
        XML_KEEP,
        XML_DROP,
        XML_BAD,
};

/* Items are read into @size bytes that start as a copy of @defaults, then close() makes @out_size bytes of them.
 * Without close(), the item itself is the result. It returns an enum xml_close or -ENOMEM. */
struct xml_type {
        const struct xml_field *fields;
        size_t n_fields;
        size_t size;
        const void *defaults;
        size_t out_size;
        int (*close)(struct arena *a, const void *item, void *ret_out);
};

/* What a document may be: its root element decides. */
struct xml_root {
        const char *name;
        const struct xml_type *type;
        void *target;
};

struct xml_limits {
        size_t bytes, elements, depth, text, items;
};

#define XML_DEPTH_MAX 32
#define XML_ROOTS_MAX 4
#define XML_ERROR_TEXT_SIZE 128

/* Positive result of feed and finish. */
#define XML_MALFORMED 1

struct xml_reader;

struct xml_reader *xml_reader_new(const struct xml_root *roots, size_t n_roots, const struct xml_limits *limits,
                                  struct arena *arena);
struct xml_reader *xml_reader_free(struct xml_reader *r);

int xml_reader_feed(struct xml_reader *r, const void *bytes, size_t n) _must_use_;
int xml_reader_finish(struct xml_reader *r) _must_use_;

/* after finish: the root that the document had, NULL before any; what is wrong with a malformed one; what was read */
const struct xml_root *xml_reader_root(const struct xml_reader *r);
const char *xml_reader_error_text(const struct xml_reader *r);
uint64_t xml_reader_hash(const struct xml_reader *r);
