/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that both halves of the model need. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model-internal.h"
#include "util/alloc.h"

static int64_t scaled(const struct model *m, int64_t documented_ms) {
        int64_t ms = (int64_t)((double)documented_ms / m->speed);
        return ms > 0 ? ms : 1;
}

/**
 * model_after() - when a long operation that starts now will be over
 * @m: the model
 * @documented_ms: how long the clouds take; divided by the model's speed
 *
 * Return: a time later than now.
 */
int64_t model_after(struct model *m, int64_t documented_ms) {
        return m->now_ms + scaled(m, documented_ms);
}

/**
 * model_after_between() - like model_after() with a duration drawn from @low_ms to @high_ms
 */
int64_t model_after_between(struct model *m, int64_t low_ms, int64_t high_ms) {
        uint64_t drawn = rng_below(&m->rng, (uint64_t)(high_ms - low_ms + 1));
        return model_after(m, low_ms + (int64_t)drawn);
}

/**
 * model_hex() - random lower-case hex digits
 * @m: the model
 * @digits: how many
 * @out: @digits + 1 bytes
 *
 * Return: @out.
 */
char *model_hex(struct model *m, size_t digits, char *out) {
        for (size_t i = 0; i < digits; i++)
                out[i] = "0123456789abcdef"[rng_below(&m->rng, 16)];
        out[digits] = 0;
        return out;
}

/**
 * model_uuid() - a random version 4 UUID
 */
char *model_uuid(struct model *m, char out[static MODEL_UUID_SIZE]) {
        model_hex(m, MODEL_UUID_SIZE - 1, out);
        out[8] = out[13] = out[18] = out[23] = '-';
        out[14] = '4';
        out[19] = "89ab"[rng_below(&m->rng, 4)];
        return out;
}

/**
 * model_public_ip() - a public address that the model never gave before
 * @m: the model
 * @first_octet: of the block it comes from
 *
 * A counter times an odd constant walks through all 2^24 addresses of the block before one returns.
 */
struct ip4 model_public_ip(struct model *m, uint32_t first_octet) {
        uint32_t low;
        do
                low = ((uint32_t)m->seed + 0x9e3779u * ++m->n_public_ips) & 0xffffffu;
        while ((low & 0xff) == 0 || (low & 0xff) == 0xff);
        return (struct ip4){first_octet << 24 | low};
}

/**
 * model_copy() - copies text into a fixed array
 *
 * Return: false, with @out empty, when it does not fit.
 */
bool model_copy(char *out, size_t size, const char *s) {
        size_t n = strlen(s);
        if (n >= size) {
                out[0] = 0;
                return false;
        }
        memmove(out, s, n + 1);
        return true;
}

/**
 * model_grow() - one more slot at the end of an array of plain structs
 * @items: points at the array's pointer
 * @n: its length; one more on success
 * @size: of one item
 *
 * Pointers into the array are void afterwards.
 *
 * Return: the new slot, zeroed, or NULL without memory.
 */
void *model_grow(void **items, size_t *n, size_t size) {
        if ((*n & (*n - 1)) == 0) { /* full at every power of two */
                void *p = mem_realloc(*items, (*n == 0 ? 1 : *n * 2) * size);
                if (!p)
                        return NULL;
                *items = p;
        }
        char *slot = (char *)*items + *n * size;
        memset(slot, 0, size);
        (*n)++;
        return slot;
}

/**
 * model_remove() - takes one item out of an array that model_grow() made; the order stays
 */
void model_remove(void *items, size_t *n, size_t size, size_t i) {
        char *slot = (char *)items + i * size;
        memmove(slot, slot + size, (*n - i - 1) * size);
        (*n)--;
}

/**
 * model_reply() - fills an answer
 *
 * Return: 0 or -ENOMEM.
 */
int model_reply(struct http_response *ret, int status, const char *content_type, const char *body) {
        ret->status = status;
        buf_puts(&ret->body, body);
        int k = model_reply_header(ret, "Content-Type", content_type);
        return k < 0 ? k : buf_error(&ret->body);
}

/**
 * model_reply_header() - adds a header to an answer
 *
 * Return: 0 or -ENOMEM.
 */
int model_reply_header(struct http_response *ret, const char *name, const char *value) {
        return http_response_add_header(ret, name, strlen(name), value, strlen(value));
}

/**
 * model_log_code() - the error code of the answer at work
 */
void model_log_code(struct model *m, const char *code) {
        snprintf(m->current.code, sizeof(m->current.code), "%s", code);
}

/**
 * model_log_request_id() - the request id of the answer at work
 */
void model_log_request_id(struct model *m, const char *request_id) {
        snprintf(m->current.request_id, sizeof(m->current.request_id), "%s", request_id);
}
