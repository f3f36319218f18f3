/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP messages as plain data. Building and reading only: nobody here opens a socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum http_method {
        HTTP_GET,
        HTTP_PUT,
        HTTP_POST,
        HTTP_DELETE,
        HTTP_PATCH,
};

struct http_header {
        char *name;
        char *value;
};

#define HTTP_HEADERS_MAX 32

/* A request. It owns all its memory and wipes it: headers and bodies carry tokens and keys. */
struct http_request {
        enum http_method method;
        char *url; /* absolute, sent byte for byte */
        struct http_header headers[HTTP_HEADERS_MAX];
        size_t n_headers;
        struct buf body;
        bool is_write; /* changes something: a fresh connection, never sent twice */
        int error;     /* sticky, as in struct buf */
};

#define HTTP_REQUEST_NULL ((struct http_request){0})

/* The answer, for readers: status, headers and the whole body. */
struct http_response {
        int status;
        struct http_header headers[HTTP_HEADERS_MAX]; /* surplus headers are dropped */
        size_t n_headers;
        struct buf body;
};

const char *http_method_to_string(enum http_method m);

/* requests: set_url and add_header copy; errors stick and are asked for once */
void http_request_deinit(struct http_request *r);
void http_request_set_url(struct http_request *r, const char *url);
void http_request_add_header(struct http_request *r, const char *name, const char *value);
void http_request_remove_header(struct http_request *r, const char *name); /* any case, all of that name */
const char *http_request_header(const struct http_request *r, const char *name);
int http_request_error(const struct http_request *r) _must_use_;

/* responses */
void http_response_deinit(struct http_response *r);
int http_response_add_header(struct http_response *r, const char *name, size_t name_len, const char *value,
                             size_t value_len) _must_use_;
const char *http_response_header(const struct http_response *r, const char *name); /* any case; NULL: absent */

/* Splits "scheme://host[:port]/path?query"; all are views into @url. 0 or -EINVAL. */
struct http_url {
        const char *scheme, *host, *path, *query; /* host includes a port; path may be empty; query NULL: none */
        size_t scheme_len, host_len, path_len, query_len;
};
int http_url_split(const char *url, struct http_url *ret) _must_use_;

#define _cleanup_http_request_ _cleanup_(http_request_deinit)
#define _cleanup_http_response_ _cleanup_(http_response_deinit)
