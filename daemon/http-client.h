/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP client: libcurl on a libuv loop. One easy handle a request; a write never goes out twice. */
#pragma once

#include <uv.h>

#include "engine/engine.h"

struct http_client;

/* What became of a request; memory is valid during the call. They are called from the loop, or from within start. */
struct http_events {
        void (*head)(void *userdata, uint64_t id, const struct http_response *head);
        void (*body)(void *userdata, uint64_t id, const char *bytes, size_t len);
        void (*done)(void *userdata, uint64_t id);
        void (*failed)(void *userdata, uint64_t id, enum http_failure failure, const char *text);
};

int http_client_new(uv_loop_t *loop, const struct http_events *events, void *userdata,
                    struct http_client **ret) _must_use_;
/* Ends every transfer without a word; freed once the loop has closed its handles. NULL is fine. */
void http_client_close(struct http_client *c);

int http_client_set_ca_file(struct http_client *c, const char *path) _must_use_; /* "" = the system's */
void http_client_start(struct http_client *c, const struct engine_output *out);  /* type ENGINE_OUT_HTTP */
void http_client_cancel(struct http_client *c, uint64_t id);
