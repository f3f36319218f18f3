/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads XML into structs by tables.
 *
 * expat is fed in chunks and drives a stack of frames, one for each open element that a table knows; what no table
 * knows is counted and skipped, its text never stored. That is how the device configuration in EC2's replies, which
 * repeats all keys and makes up most of the bytes, costs nothing. Items are collected in a scratch arena and moved to
 * the caller's arena when their list ends.
 *
 * The document comes from outside: a document type is refused before any entity can be declared, and bytes, elements,
 * depth, text and items have caps. Since replies carry pre-shared keys, all memory of expat is wiped when it is freed.
 */
#include "aws/xml-map.h"

#include <assert.h>
#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/xml-scalar.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/encode.h"

#define FEED_BYTES (16u * 1024u)
/* Bytes without any event: one endless token, which expat would read again from its start with every chunk. */
#define TOKEN_BYTES_MAX (256u * 1024u)

enum frame_kind {
        FRAME_FIELDS, /* an item, or a level of nesting in one */
        FRAME_LIST,
        FRAME_SCALAR,
};

struct item {
        struct item *next;
        size_t pad; /* keeps data aligned as the arena aligns */
        char data[];
};

struct frame {
        enum frame_kind kind;
        const struct xml_field *field; /* that opened it; NULL for the root and for an item of a list */
        const struct xml_type *type;   /* FRAME_FIELDS: its fields; FRAME_LIST: of the items */
        char *base;                    /* FRAME_FIELDS: the struct; else the struct that has the field */
        struct item *first, *last;     /* FRAME_LIST */
        size_t n;
};

struct xml_reader {
        XML_Parser parser;
        struct xml_root roots[XML_ROOTS_MAX];
        size_t n_roots;
        const struct xml_root *root;
        struct xml_limits limits;
        struct arena *arena;
        struct arena *scratch;
        struct frame frames[XML_DEPTH_MAX];
        size_t depth;
        size_t skipped; /* open elements below the frames that no table knows */
        struct buf text;
        size_t bytes, elements, quiet_bytes;
        uint64_t hash;
        int error; /* sticky: -ENOMEM or XML_MALFORMED */
        char error_text[XML_ERROR_TEXT_SIZE];
};

/* expat's memory: the size stands before each block, so that free and realloc can wipe */

static void *wiping_alloc(size_t size) {
        size_t *p = size > SIZE_MAX - 16 ? NULL : mem_alloc(size + 16);
        if (!p)
                return NULL;
        *p = size;
        return (char *)p + 16;
}

static void wiping_free(void *data) {
        if (!data)
                return;
        size_t *p = (size_t *)((char *)data - 16);
        explicit_bzero(data, *p);
        mem_free(p);
}

static void *wiping_realloc(void *data, size_t size) {
        void *fresh = wiping_alloc(size);
        if (!fresh || !data)
                return fresh;
        size_t old = *(size_t *)((char *)data - 16);
        memcpy(fresh, data, old < size ? old : size);
        wiping_free(data);
        return fresh;
}

static void fail(struct xml_reader *r, int error, const char *what) {
        if (r->error)
                return;
        r->error = error;
        snprintf(r->error_text, sizeof(r->error_text), "%s", what);
        XML_StopParser(r->parser, XML_FALSE);
}

static void add_hash(struct xml_reader *r, const char *data, size_t n) {
        r->hash = hash_bytes(hash_bytes(r->hash, data, n), "", 1);
}

static struct frame *push(struct xml_reader *r, enum frame_kind kind, const struct xml_field *field,
                          const struct xml_type *type, char *base) {
        struct frame *f = &r->frames[r->depth++];
        *f = (struct frame){.kind = kind, .field = field, .type = type, .base = base};
        return f;
}

static void open_item(struct xml_reader *r, const struct xml_type *type) {
        char *item = arena_alloc(r->scratch, 1, type->size);
        if (!item) {
                fail(r, -ENOMEM, "no memory");
                return;
        }
        memcpy(item, type->defaults, type->size);
        push(r, FRAME_FIELDS, NULL, type, item);
}

static void open_field(struct xml_reader *r, const struct xml_field *field, char *base) {
        switch (field->kind) {
        case XML_STRUCT:
                push(r, FRAME_FIELDS, field, field->type, base);
                return;
        case XML_LIST:
        case XML_JOINED:
                push(r, FRAME_LIST, field, field->type, base);
                return;
        case XML_SINGLE:
                push(r, FRAME_LIST, field, field->type, base);
                open_item(r, field->type);
                return;
        case XML_TEXT:
        case XML_TEXT_FIRST:
        case XML_U32:
        case XML_U64:
        case XML_BOOL:
        case XML_FLAG:
        case XML_TIME:
        case XML_IP4:
        case XML_CIDR:
        case XML_WORD:
                push(r, FRAME_SCALAR, field, NULL, base);
                buf_truncate(&r->text, 0);
                return;
        }
}

static void open_root(struct xml_reader *r, const char *name) {
        for (size_t i = 0; i < r->n_roots; i++) {
                if (strcmp(r->roots[i].name, name) == 0)
                        r->root = &r->roots[i];
        }
        if (r->root)
                push(r, FRAME_FIELDS, NULL, r->root->type, r->root->target);
        else
                fail(r, XML_MALFORMED, "another root element than a reply to this call has");
}

static void open_child(struct xml_reader *r, const char *name) {
        struct frame *f = &r->frames[r->depth - 1];
        if (f->kind == FRAME_SCALAR) {
                fail(r, XML_MALFORMED, "an element inside a value");
                return;
        }
        if (f->kind == FRAME_LIST) {
                if (strcmp(name, "item") == 0 || strcmp(name, "member") == 0)
                        open_item(r, f->type);
                else
                        r->skipped = 1;
                return;
        }
        for (size_t i = 0; i < f->type->n_fields; i++) {
                if (strcmp(f->type->fields[i].name, name) == 0) {
                        open_field(r, &f->type->fields[i], f->base);
                        return;
                }
        }
        r->skipped = 1;
}

static void on_start(void *userdata, const char *name, const char **attributes) {
        struct xml_reader *r = userdata;
        (void)attributes;
        r->quiet_bytes = 0;
        if (r->error)
                return;
        /* XML_SINGLE takes two frames */
        if (r->depth + r->skipped + 2 > r->limits.depth) {
                fail(r, XML_MALFORMED, "elements nested too deep");
                return;
        }
        if (++r->elements > r->limits.elements) {
                fail(r, XML_MALFORMED, "too many elements");
                return;
        }
        if (r->skipped > 0) {
                r->skipped++;
                return;
        }
        const char *colon = strchr(name, ':'); /* a namespace prefix says nothing to us */
        const char *local = colon ? colon + 1 : name;
        if (r->depth == 0)
                open_root(r, local);
        else
                open_child(r, local);
        if (r->skipped == 0)
                add_hash(r, local, strlen(local));
}

static void close_scalar(struct xml_reader *r, const struct frame *f) {
        struct arena *a = f->field->is_scratch ? r->scratch : r->arena;
        if (!f->field->is_unstable)
                add_hash(r, buf_str(&r->text), r->text.len);
        int k = buf_error(&r->text);
        if (k == 0)
                k = xml_scalar_store(f->field, buf_str(&r->text), f->base + f->field->offset, a);
        if (k == -ENOMEM)
                fail(r, -ENOMEM, "no memory");
        else if (k != 0)
                fail(r, XML_MALFORMED, "a value of another type than its element has");
}

/* An item ended: what is kept of it joins the list that is the frame above. */
static void close_item(struct xml_reader *r, const struct frame *f) {
        struct frame *list = &r->frames[r->depth - 1];
        const struct xml_type *type = f->type;
        struct item *node = arena_alloc(r->scratch, 1, sizeof(*node) + type->out_size);
        if (!node) {
                fail(r, -ENOMEM, "no memory");
                return;
        }
        int k = XML_KEEP;
        if (type->close)
                k = type->close(r->arena, f->base, node->data);
        else
                memcpy(node->data, f->base, type->out_size);
        if (k < 0)
                fail(r, k, "no memory");
        else if (k == XML_BAD)
                fail(r, XML_MALFORMED, "an item without what it must have");
        else if (k == XML_KEEP && ++list->n > r->limits.items)
                fail(r, XML_MALFORMED, "too many items");
        if (r->error || k != XML_KEEP)
                return;
        if (list->last)
                list->last->next = node;
        else
                list->first = node;
        list->last = node;
}

static int store_list(struct xml_reader *r, const struct frame *f) {
        size_t size = f->type->out_size, i = 0;
        char *array = arena_alloc(f->field->is_scratch ? r->scratch : r->arena, f->n, size);
        if (!array)
                return -ENOMEM;
        for (const struct item *node = f->first; node; node = node->next)
                memcpy(array + size * i++, node->data, size);
        assert(i == f->n);
        memcpy(f->base + f->field->offset, &array, sizeof(array));
        memcpy(f->base + f->field->count_offset, &f->n, sizeof(f->n));
        return 0;
}

static int store_joined(struct xml_reader *r, const struct frame *f) {
        _cleanup_buf_ struct buf out = BUF_CAPPED(r->limits.text);
        for (const struct item *node = f->first; node; node = node->next) {
                const char *value;
                memcpy(&value, node->data, sizeof(value));
                if (out.len > 0)
                        buf_putc(&out, ',');
                buf_puts(&out, value);
        }
        if (buf_error(&out) < 0)
                return buf_error(&out);
        char *text = arena_strndup(r->arena, buf_str(&out), out.len);
        memcpy(f->base + f->field->offset, &text, sizeof(text));
        return text ? 0 : -ENOMEM;
}

static void close_list(struct xml_reader *r, const struct frame *f) {
        int k = f->field->kind == XML_JOINED ? store_joined(r, f) : store_list(r, f);
        if (k == -ENOMEM)
                fail(r, -ENOMEM, "no memory");
        else if (k < 0)
                fail(r, XML_MALFORMED, "a list too long");
}

static void close_frame(struct xml_reader *r) {
        const struct frame f = r->frames[--r->depth];
        switch (f.kind) {
        case FRAME_SCALAR:
                close_scalar(r, &f);
                return;
        case FRAME_LIST:
                close_list(r, &f);
                return;
        case FRAME_FIELDS:
                if (f.field || r->depth == 0) /* a level of nesting, or the root */
                        return;
                close_item(r, &f);
                if (!r->error && r->frames[r->depth - 1].field->kind == XML_SINGLE)
                        close_list(r, &r->frames[--r->depth]);
                return;
        }
}

static void on_end(void *userdata, const char *name) {
        struct xml_reader *r = userdata;
        (void)name;
        r->quiet_bytes = 0;
        if (r->error)
                return;
        if (r->skipped > 0) {
                r->skipped--;
                return;
        }
        add_hash(r, "/", 1);
        close_frame(r);
}

static void on_text(void *userdata, const char *text, int len) {
        struct xml_reader *r = userdata;
        r->quiet_bytes = 0;
        if (r->error || r->skipped > 0 || r->depth == 0)
                return;
        if (r->frames[r->depth - 1].kind != FRAME_SCALAR) {
                for (int i = 0; i < len; i++) {
                        if (!strchr(" \t\r\n", text[i]))
                                fail(r, XML_MALFORMED, "text between elements");
                }
                return;
        }
        buf_append(&r->text, text, (size_t)len);
        if (buf_error(&r->text) == -ENOMEM)
                fail(r, -ENOMEM, "no memory");
        else if (buf_error(&r->text) < 0)
                fail(r, XML_MALFORMED, "a value too long");
}

static void on_doctype(void *userdata, const char *name, const char *system_id, const char *public_id, int has_subset) {
        (void)name;
        (void)system_id;
        (void)public_id;
        (void)has_subset;
        fail(userdata, XML_MALFORMED, "a document type declaration");
}

static void on_declaration(void *userdata, const char *version, const char *encoding, int standalone) {
        (void)version;
        (void)standalone;
        if (encoding && strcasecmp(encoding, "UTF-8") != 0)
                fail(userdata, XML_MALFORMED, "another encoding than UTF-8");
}

static void on_other(void *userdata, const char *text, int len) {
        struct xml_reader *r = userdata;
        (void)text;
        (void)len;
        r->quiet_bytes = 0;
}

static int init_parser(struct xml_reader *r) {
        static const XML_Memory_Handling_Suite memory = {wiping_alloc, wiping_realloc, wiping_free};
        r->parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
        if (!r->parser)
                return -ENOMEM;
        XML_SetUserData(r->parser, r);
        XML_SetElementHandler(r->parser, on_start, on_end);
        XML_SetCharacterDataHandler(r->parser, on_text);
        XML_SetDefaultHandler(r->parser, on_other);
        XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
        XML_SetXmlDeclHandler(r->parser, on_declaration);
        return 0;
}

/**
 * xml_reader_new() - Starts reading one document
 * @roots: what it may be; copied
 * @n_roots: at most XML_ROOTS_MAX
 * @limits: copied; the depth is at most XML_DEPTH_MAX
 * @arena: takes what stays; it must outlive the reader
 *
 * Return: NULL without memory
 */
struct xml_reader *xml_reader_new(const struct xml_root *roots, size_t n_roots, const struct xml_limits *limits,
                                  struct arena *arena) {
        assert(n_roots <= XML_ROOTS_MAX && limits->depth <= XML_DEPTH_MAX);
        struct xml_reader *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        memcpy(r->roots, roots, n_roots * sizeof(*roots));
        r->n_roots = n_roots;
        r->limits = *limits;
        r->text.max = limits->text;
        r->hash = HASH_INIT;
        r->arena = arena;
        r->scratch = arena_new();
        if (!r->scratch || init_parser(r) < 0)
                return xml_reader_free(r);
        return r;
}

struct xml_reader *xml_reader_free(struct xml_reader *r) {
        if (!r)
                return NULL;
        if (r->parser)
                XML_ParserFree(r->parser);
        buf_deinit(&r->text);
        arena_free(r->scratch);
        mem_free(r);
        return NULL;
}

static int parse(struct xml_reader *r, const char *bytes, size_t n, bool is_final) {
        if (r->error || XML_Parse(r->parser, bytes, (int)n, is_final) == XML_STATUS_OK || r->error)
                return r->error;
        enum XML_Error code = XML_GetErrorCode(r->parser);
        r->error = code == XML_ERROR_NO_MEMORY ? -ENOMEM : XML_MALFORMED;
        snprintf(r->error_text, sizeof(r->error_text), "%s at byte %lld", XML_ErrorString(code),
                 (long long)XML_GetCurrentByteIndex(r->parser));
        return r->error;
}

/* expat would follow a UTF-16 mark against our word; UTF-8 has none of these bytes. */
static bool starts_utf16(const struct xml_reader *r, const unsigned char *bytes, size_t n) {
        for (size_t i = 0; i < n && r->bytes + i < 2; i++) {
                if (bytes[i] == 0 || bytes[i] >= 0xfe)
                        return true;
        }
        return false;
}

/**
 * xml_reader_feed() - Takes the next bytes of the document
 *
 * Return: 0; -ENOMEM or XML_MALFORMED, which stay
 */
int xml_reader_feed(struct xml_reader *r, const void *bytes, size_t n) {
        const char *p = bytes;
        if (!r->error && n > r->limits.bytes - r->bytes)
                fail(r, XML_MALFORMED, "too many bytes");
        if (!r->error && starts_utf16(r, bytes, n))
                fail(r, XML_MALFORMED, "another encoding than UTF-8");
        for (size_t left = n, part; left > 0 && !r->error; p += part, left -= part) {
                part = left < FEED_BYTES ? left : FEED_BYTES;
                r->bytes += part;
                r->quiet_bytes += part;
                if (parse(r, p, part, false) == 0 && r->quiet_bytes > TOKEN_BYTES_MAX)
                        fail(r, XML_MALFORMED, "a token too long");
        }
        return r->error;
}

/**
 * xml_reader_finish() - Says that the document is over
 *
 * Return: 0 if it was whole; -ENOMEM or XML_MALFORMED
 */
int xml_reader_finish(struct xml_reader *r) {
        return parse(r, "", 0, true);
}

const struct xml_root *xml_reader_root(const struct xml_reader *r) {
        return r->root;
}

const char *xml_reader_error_text(const struct xml_reader *r) {
        return r->error_text;
}

uint64_t xml_reader_hash(const struct xml_reader *r) {
        return r->hash;
}
