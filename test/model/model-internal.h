/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both halves of the model share: the clock, randomness, the request log and the faults that hit either cloud.
 *
 * There is one clock: milliseconds of wall time since 1970, given by the caller. A half never looks at anything else.
 * Long operations ask model_after() for their end, do their work in their own advance function, and say through their
 * own next function when that is due. advance must consume everything due by m->now_ms.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "physics.h"
#include "util/http.h"
#include "util/macro.h"
#include "util/rng.h"

#define MODEL_LOG_MAX 4096
#define MODEL_ID_SIZE 512 /* an ARM id */

struct model_aws;
struct model_azure;
struct physics;

enum model_service {
        MODEL_SERVICE_AWS,
        MODEL_SERVICE_AZURE,
        MODEL_SERVICE_OTHER, /* admin: not part of a cloud, not logged, never faulty */
};
#define MODEL_SERVICES 2

struct model_log_entry {
        int64_t time_ms;
        enum model_service service;
        char what[256]; /* "DescribeVpcs", or "GET /subscriptions/..." without its query */
        bool is_write;
        int status; /* 0: no answer was sent */
        enum model_outcome outcome;
        char code[64]; /* the cloud's error code; "" on success */
        char request_id[40];
};

/* Faults that strike whole services. The dispatcher applies all of them except stale, hide and wrong_account, which the
 * halves read: stale: reads answer from the state that the half kept when stale began; hide: lists are empty and reads
 * by id answer "not found"; wrong_account: the credentials turn out to belong to another account or tenant. */
struct model_faults {
        unsigned throttle_next;
        unsigned lose_next;   /* replies of writes: the effect takes place */
        unsigned refuse_next; /* connections, reads as well */
        unsigned fail_next;
        int fail_status;
        bool fail_writes_only;
        char fail_type[64];
        char fail_body[8192];
        int64_t stale_until_ms; /* 0: not stale */
        bool hide;
        bool wrong_account;
};

struct model {
        uint64_t seed;
        struct rng rng;
        int64_t now_ms;
        double speed;
        struct model_options options;
        struct model_faults faults[MODEL_SERVICES];
        struct model_aws *aws;
        struct model_azure *azure;
        struct physics *physics;
        struct model_log_entry *log;    /* ring of MODEL_LOG_MAX */
        size_t n_logged;                /* ever */
        uint32_t n_public_ips;          /* handed out */
        struct model_log_entry current; /* of the request at work: halves set code and request_id */
};

/* time: when something that takes @documented_ms will be over; never before the next millisecond */
int64_t model_after(struct model *m, int64_t documented_ms);
int64_t model_after_between(struct model *m, int64_t low_ms, int64_t high_ms);
static inline int64_t model_earlier(int64_t a, int64_t b) {
        return a < b ? a : b;
}

/* identity: from the seeded source, so that one seed gives one world */
#define MODEL_UUID_SIZE 37
char *model_uuid(struct model *m, char out[static MODEL_UUID_SIZE]);
char *model_hex(struct model *m, size_t digits, char *out);        /* @out: digits + 1 bytes */
struct ip4 model_public_ip(struct model *m, uint32_t first_octet); /* never handed out twice by chance: see .c */

/* text into fixed arrays: false when it does not fit */
bool model_copy(char *out, size_t size, const char *s);
#define MODEL_COPY(array, s) model_copy((array), sizeof(array), (s))

/* growable arrays of plain structs: @*items holds @*n of @size bytes; returns the new zeroed slot or NULL */
void *model_grow(void **items, size_t *n, size_t size);
void model_remove(void *items, size_t *n, size_t size, size_t i);

/* replies */
int model_reply(struct http_response *ret, int status, const char *content_type, const char *body);
int model_reply_header(struct http_response *ret, const char *name, const char *value);
void model_log_code(struct model *m, const char *code);
void model_log_request_id(struct model *m, const char *request_id);

static inline bool model_is_stale(const struct model *m, enum model_service s) {
        return m->faults[s].stale_until_ms > m->now_ms;
}
