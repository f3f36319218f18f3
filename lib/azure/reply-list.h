/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of lists, and what all parsers of resources share; not for others. */
#pragma once

#include "azure/members.h"
#include "azure/reply-reader.h"

/* A list of any kind of row, as far as it has come. */
struct page {
        const void *rows;
        size_t n_rows;
        size_t row_size;
        size_t n_pages;
        const char *next_link; /* NULL: complete */
};

/* Reads the rows of "value" into a longer array; with @page unchanged unless the result is 0. */
int page_append(struct azure_reply *reply, struct page *page,
                void (*read)(struct reader *r, const json_t *object, void *row)) _must_use_;

/* The member that holds a PUT, or "" */
const char *reader_unknown(struct reader *r, enum azure_members resource, const json_t *object);
