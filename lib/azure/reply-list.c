/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of lists. */
#include "azure/reply-list.h"

#include <errno.h>
#include <string.h>

#include "util/json.h"

static int read_rows(struct reader *r, const json_t *value, struct page *page,
                     void (*read)(struct reader *r, const json_t *object, void *row)) {
        size_t n = json_array_size(value);
        if (page->n_rows + n > AZURE_ROWS_MAX)
                return reader_malformed(r, "value", "too many rows in all pages");
        char *rows = arena_alloc(r->reply->arena, page->n_rows + n, page->row_size);
        if (!rows)
                return r->error = -ENOMEM;
        if (page->n_rows > 0)
                memcpy(rows, page->rows, page->n_rows * page->row_size);
        r->where = "value[].";
        for (size_t i = 0; i < n && !r->error; i++) {
                const json_t *row = json_array_get(value, i);
                if (json_is_object(row))
                        read(r, row, rows + (page->n_rows + i) * page->row_size);
                else
                        reader_malformed(r, "", "not an object");
        }
        r->where = "";
        page->rows = rows;
        page->n_rows += n;
        return r->error;
}

int page_append(struct azure_reply *reply, struct page *page,
                void (*read)(struct reader *r, const json_t *object, void *row)) {
        _cleanup_json_ json_t *body = NULL;
        struct reader r;
        struct page longer = *page;
        if (reader_begin(&r, reply, &body) != 0)
                return r.error;
        const json_t *value = reader_array(&r, body, "value");
        if (!value)
                return reader_malformed(&r, "value", "missing");
        if (++longer.n_pages > AZURE_PAGES_MAX)
                return reader_malformed(&r, "nextLink", "too many pages");
        const char *next = reader_text(&r, body, "nextLink");
        longer.next_link = *next ? next : NULL;
        if (read_rows(&r, value, &longer, read) == 0)
                *page = longer;
        return r.error;
}

const char *reader_unknown(struct reader *r, enum azure_members resource, const json_t *object) {
        char name[AZURE_MEMBER_SIZE];
        if (!azure_members_unknown(resource, object, name))
                return "";
        const char *copy = arena_strdup(r->reply->arena, name);
        if (!copy && !r->error)
                r->error = -ENOMEM;
        return copy ? copy : "";
}
