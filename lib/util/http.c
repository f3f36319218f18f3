/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP messages as plain data. */
#include "util/http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

const char *http_method_to_string(enum http_method m) {
        switch (m) {
        case HTTP_GET:
                return "GET";
        case HTTP_PUT:
                return "PUT";
        case HTTP_POST:
                return "POST";
        case HTTP_DELETE:
                return "DELETE";
        case HTTP_PATCH:
                return "PATCH";
        }
        return NULL;
}

static void wipe_free(char *s) {
        if (s)
                explicit_bzero(s, strlen(s));
        mem_free(s);
}

static void headers_deinit(struct http_header *headers, size_t n) {
        for (size_t i = 0; i < n; i++) {
                mem_free(headers[i].name);
                wipe_free(headers[i].value);
        }
}

static const char *find_header(const struct http_header *headers, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++) {
                if (strcasecmp(headers[i].name, name) == 0)
                        return headers[i].value;
        }
        return NULL;
}

static int header_init(struct http_header *h, const char *name, size_t name_len, const char *value, size_t value_len) {
        h->name = mem_strndup(name, name_len);
        h->value = mem_strndup(value, value_len);
        if (h->name && h->value)
                return 0;
        mem_free(h->name);
        wipe_free(h->value);
        *h = (struct http_header){0};
        return -ENOMEM;
}

void http_request_deinit(struct http_request *r) {
        wipe_free(r->url);
        headers_deinit(r->headers, r->n_headers);
        buf_deinit(&r->body);
        *r = HTTP_REQUEST_NULL;
}

void http_request_set_url(struct http_request *r, const char *url) {
        wipe_free(r->url);
        r->url = mem_strdup(url);
        if (!r->url && !r->error)
                r->error = -ENOMEM;
}

void http_request_add_header(struct http_request *r, const char *name, const char *value) {
        if (r->error)
                return;
        if (r->n_headers >= HTTP_HEADERS_MAX || strpbrk(value, "\r\n"))
                r->error = -EINVAL;
        else
                r->error = header_init(&r->headers[r->n_headers], name, strlen(name), value, strlen(value));
        if (!r->error)
                r->n_headers++;
}

void http_request_remove_header(struct http_request *r, const char *name) {
        size_t kept = 0;
        for (size_t i = 0; i < r->n_headers; i++) {
                if (strcasecmp(r->headers[i].name, name) == 0)
                        headers_deinit(&r->headers[i], 1);
                else
                        r->headers[kept++] = r->headers[i];
        }
        r->n_headers = kept;
}

const char *http_request_header(const struct http_request *r, const char *name) {
        return find_header(r->headers, r->n_headers, name);
}

int http_request_error(const struct http_request *r) {
        if (r->error)
                return r->error;
        return r->url ? buf_error(&r->body) : -EINVAL;
}

void http_response_deinit(struct http_response *r) {
        headers_deinit(r->headers, r->n_headers);
        buf_deinit(&r->body);
        *r = (struct http_response){0};
}

int http_response_add_header(struct http_response *r, const char *name, size_t name_len, const char *value,
                             size_t value_len) {
        if (r->n_headers >= HTTP_HEADERS_MAX)
                return 0;
        int k = header_init(&r->headers[r->n_headers], name, name_len, value, value_len);
        if (k == 0)
                r->n_headers++;
        return k;
}

const char *http_response_header(const struct http_response *r, const char *name) {
        return find_header(r->headers, r->n_headers, name);
}

int http_url_split(const char *url, struct http_url *ret) {
        struct http_url u = {.scheme = url};
        const char *colon = strstr(url, "://");
        if (!colon || colon == url)
                return -EINVAL;
        u.scheme_len = (size_t)(colon - url);
        u.host = colon + 3;
        u.host_len = strcspn(u.host, "/?#");
        if (u.host_len == 0)
                return -EINVAL;
        u.path = u.host + u.host_len;
        u.path_len = strcspn(u.path, "?#");
        if (u.path[u.path_len] == '?') {
                u.query = u.path + u.path_len + 1;
                u.query_len = strcspn(u.query, "#");
        }
        *ret = u;
        return 0;
}
