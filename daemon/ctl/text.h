/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people: made safe for a terminal, durations, colour, tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum colour {
        COLOUR_NONE,
        COLOUR_GOOD,
        COLOUR_WARN,
        COLOUR_BAD,
};

/* What the reader's terminal can do. */
struct style {
        bool colour;
};

void text_put(struct buf *out, const char *s);
void text_printf(struct buf *out, const char *format, ...)
        _printf_(2, 3);                                                  /* whatever the arguments bring is made safe */
void text_line(struct buf *out, const char *format, ...) _printf_(2, 3); /* the same, and a line break */
void text_paint(struct buf *out, const struct style *style, enum colour colour, const char *s);
void text_upper(struct buf *out, const char *s);            /* ASCII letters */
void text_duration(struct buf *out, int64_t seconds);       /* "3 d 4 h" */
void text_duration_short(struct buf *out, int64_t seconds); /* "3d4h" */

/* A table: columns of text, the first line is the head. */
#define TABLE_COLUMNS_MAX 12

struct table {
        struct libscols_table *scols;
        struct libscols_line *line;
        size_t n_columns, column;
        bool colour;
        int error;
};

void table_init(struct table *t, const struct style *style, const char *const *columns, size_t n_columns);
void table_deinit(struct table *t);
void table_row(struct table *t);
void table_cell(struct table *t, enum colour colour, const char *format, ...)
        _printf_(3, 4); /* the next one of the row */
void table_print(struct table *t, unsigned indent, struct buf *out);

#define _cleanup_table_ _cleanup_(table_deinit)
