/* SPDX-License-Identifier: Apache-2.0 */
/* Tables by libsmartcols, printed into a buffer: the same text for terminals, pipes and tests. */
#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Wider than any line: libsmartcols would cut cells at the terminal's edge, and what is cut cannot be searched for. */
#define WIDTH 1000

static void note(struct table *t, int r) {
        if (r < 0 && t->error == 0)
                t->error = r;
}

void table_init(struct table *t, const struct style *style, const char *const *columns, size_t n_columns) {
        *t = (struct table){.scols = scols_new_table(), .n_columns = n_columns, .colour = style->colour};
        if (!t->scols) {
                t->error = -ENOMEM;
                return;
        }
        scols_table_enable_noencoding(t->scols, 1); /* cells are made safe here, in one way for all text */
        scols_table_enable_colors(t->scols, t->colour);
        scols_table_set_termforce(t->scols, t->colour ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
        scols_table_set_termwidth(t->scols, WIDTH);
        note(t, scols_table_set_column_separator(t->scols, "  "));
        for (size_t i = 0; i < n_columns; i++)
                note(t, scols_table_new_column(t->scols, columns[i], 0, 0) ? 0 : -ENOMEM);
}

void table_deinit(struct table *t) {
        scols_unref_table(t->scols);
        t->scols = NULL;
}

void table_row(struct table *t) {
        t->column = 0;
        t->line = t->error == 0 ? scols_table_new_line(t->scols, NULL) : NULL;
        note(t, t->line ? 0 : -ENOMEM);
}

static const char *cell_colour(enum colour colour) {
        switch (colour) {
        case COLOUR_NONE:
                return NULL;
        case COLOUR_GOOD:
                return "green";
        case COLOUR_WARN:
                return "brown";
        case COLOUR_BAD:
                return "red";
        }
        return NULL;
}

void table_cell(struct table *t, enum colour colour, const char *format, ...) {
        _cleanup_buf_ struct buf raw = BUF_NULL, safe = BUF_NULL;
        va_list args;
        if (t->error < 0 || t->column >= t->n_columns)
                return;
        va_start(args, format);
        buf_vprintf(&raw, format, args);
        va_end(args);
        text_put(&safe, buf_str(&raw));
        note(t, buf_error(&raw));
        note(t, buf_error(&safe));
        note(t, scols_line_set_data(t->line, t->column, buf_str(&safe)));
        if (t->colour && colour != COLOUR_NONE)
                note(t, scols_cell_set_color(scols_line_get_cell(t->line, t->column), cell_colour(colour)));
        t->column++;
}

/* Copies lines with indentation and without the padding of the last column. */
static void copy_lines(const char *text, unsigned indent, struct buf *out) {
        while (*text) {
                size_t line_len = strcspn(text, "\n"), len = line_len;
                while (len > 0 && text[len - 1] == ' ')
                        len--;
                buf_printf(out, "%*s", (int)indent, "");
                buf_append(out, text, len);
                buf_putc(out, '\n');
                text += line_len + (text[line_len] == '\n');
        }
}

void table_print(struct table *t, unsigned indent, struct buf *out) {
        char *text = NULL;
        if (t->error == 0)
                note(t, scols_print_table_to_string(t->scols, &text));
        if (t->error < 0 && out->error == 0)
                out->error = t->error;
        if (text)
                copy_lines(text, indent, out);
        free(text);
}
