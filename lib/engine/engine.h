/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: sans-I/O driver of every pairing.
 *
 * Bytes, times and completions go in; requests, saves, replies and events come out. It opens no socket, reads no clock
 * and starts no timer, so that everything that decides what is sent and when runs under virtual time.
 *
 *   engine_input(e, &in, &now)      one input; its memory is borrowed for the call
 *   engine_output(e, &out)          until it returns false; an output's memory is borrowed until the next output call,
 *                                   a request's also only until the next input, which may cancel it
 *   engine_deadline(e)              when to call engine_tick() at the latest
 *
 * Ids are never reused; a completion with an id that is not in flight is dropped and counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "report/view.h"
#include "util/http.h"
#include "util/monotime.h"
#include "util/rng.h"

struct engine;

struct engine_options {
        struct entropy entropy; /* keys and nonces */
        uint64_t seed;          /* jitter */
        const char *version;
};

enum material_kind {
        MATERIAL_FILE,       /* name: a path; "~/" is the daemon's home */
        MATERIAL_ENV,        /* name: a variable */
        MATERIAL_CREDENTIAL, /* name: a file in $CREDENTIALS_DIRECTORY */
        MATERIAL_STATE,      /* name: a pairing, or "" for the daemon itself */
};

enum http_failure {
        HTTP_NOT_SENT,   /* surely nothing left: resolve, connect or TLS failed */
        HTTP_MAYBE_SENT, /* the cloud may have done it */
};

enum engine_input_type {
        ENGINE_IN_CONFIG,
        ENGINE_IN_CONFIG_REFUSED,
        ENGINE_IN_MATERIAL,
        ENGINE_IN_HTTP_HEAD,
        ENGINE_IN_HTTP_BODY,
        ENGINE_IN_HTTP_DONE,
        ENGINE_IN_HTTP_FAILED,
        ENGINE_IN_SAVED,
        ENGINE_IN_SAVE_FAILED,
        ENGINE_IN_CONTROL,
        ENGINE_IN_HOLD,
        ENGINE_IN_STOP,
};

struct engine_input {
        enum engine_input_type type;
        uint64_t id; /* MATERIAL, HTTP_*, CONTROL: the request's; SAVED*: the sequence number */
        union {
                struct configuration *config; /* CONFIG: ownership goes to the engine */
                const char *text;             /* CONFIG_REFUSED: the errors; HTTP_FAILED, SAVE_FAILED: see below */
                struct {
                        int error; /* 0 or negative errno; -ENOENT: not there */
                        const char *bytes;
                        size_t len;
                } material;
                const struct http_response *head; /* HTTP_HEAD: status and headers, no body */
                struct {
                        const char *bytes;
                        size_t len;
                } body; /* HTTP_BODY */
                struct {
                        enum http_failure failure;
                        const char *text;
                } failed; /* HTTP_FAILED */
                struct {
                        int error;
                } save_failed;
                struct {
                        const char *method, *path; /* path with query */
                        const char *body;
                        size_t body_len;
                        bool may_write;   /* the peer is root or in the admin group */
                        const char *peer; /* "uid 0", for history */
                } control;
                bool hold; /* HOLD: the file is there */
        };
};

enum engine_output_type {
        ENGINE_OUT_HTTP,
        ENGINE_OUT_CANCEL,
        ENGINE_OUT_NEED_MATERIAL,
        ENGINE_OUT_SAVE,
        ENGINE_OUT_CONTROL_REPLY,
        ENGINE_OUT_EVENT,
        ENGINE_OUT_STATUS,  /* sd_notify STATUS= */
        ENGINE_OUT_STOPPED, /* after STOP: nothing is in flight any more */
};

struct engine_output {
        enum engine_output_type type;
        uint64_t id;
        union {
                struct {
                        const struct http_request *request;
                        int64_t timeout_ms;
                        size_t body_max;  /* more is HTTP_FAILED */
                        bool is_metadata; /* never through a proxy */
                } http;
                struct {
                        enum material_kind kind;
                        const char *name;
                        size_t max;
                } material;
                struct {
                        const char *name; /* pairing, "" for the daemon */
                        const char *bytes;
                        size_t len;
                } save; /* id is the sequence number */
                struct {
                        int status;
                        const char *content_type;
                        const char *body;
                        size_t len;
                } reply;
                struct event event;
                const char *status;
        };
};

int engine_new(const struct engine_options *options, const struct now *now, struct engine **ret) _must_use_;
struct engine *engine_free(struct engine *e);
DEFINE_CLEANUP(struct engine *, engine_free)

/* 0, or -ENOMEM: the input was not taken in whole; the engine stays consistent and asks again by itself */
int engine_input(struct engine *e, const struct engine_input *in, const struct now *now) _must_use_;
int engine_tick(struct engine *e, const struct now *now) _must_use_;
bool engine_output(struct engine *e, struct engine_output *ret) _must_use_;
struct monotime engine_deadline(const struct engine *e);
