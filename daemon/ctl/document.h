/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's JSON documents -> text. Readers are tolerant: a member that is not there is shown as not known. */
#pragma once

#include <jansson.h>

#include "text.h"

#define DOCUMENT_SCHEMA 1

/* members: "" and the fallback stand for absent, null and other types */
const char *member_text(const json_t *object, const char *path);
int64_t member_int(const json_t *object, const char *path, int64_t fallback);
bool member_flag(const json_t *object, const char *path);
const json_t *member_list(const json_t *object, const char *path); /* an array, or NULL */

/* exit codes of status */
enum {
        EXIT_HEALTHY = 0,
        EXIT_DEGRADED = 1,
        EXIT_DOWN = 2,
        EXIT_UNKNOWN = 3,
};
int document_exit_code(const json_t *document); /* the worst: down, unknown, degraded, healthy */

struct render_options {
        struct style style;
        bool missing; /* routes: only what is missing */
        bool all;     /* history: every event */
        size_t last;  /* history: at most so many; 0: all */
};

/* each appends to @out, which keeps the error */
typedef void (*render_fn)(const json_t *document, const struct render_options *options, struct buf *out);
void render_status(const json_t *document, const struct render_options *options, struct buf *out);
void render_tunnels(const json_t *document, const struct render_options *options, struct buf *out);
void render_plan(const json_t *document, const struct render_options *options, struct buf *out);
void render_routes(const json_t *document, const struct render_options *options, struct buf *out);
void render_history(const json_t *document, const struct render_options *options, struct buf *out);

/* one line "hub-tokyo: HEALTHY, 4/4 tunnels up, ..."; @with_age: how old the data is, else what stops writes */
void render_verdict(const json_t *pairing, const struct style *style, bool with_age, struct buf *out);
/* "2026-01-01T00:04:05Z (12 min)" by the document's clock */
void render_since(const json_t *document, const char *time, struct buf *out);
/* " READY", " HELD by G1 mode: ..." */
void render_step_status(const json_t *step, const struct style *style, struct buf *out);
void render_numbers(const json_t *list, struct buf *out); /* "1, 2" */
