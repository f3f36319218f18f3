/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4.
 *
 * The canonical request is made of what will be sent, so signing is the last thing that happens to a request. A retry
 * is signed anew: the stamp must be fresh, and the credentials may be others by then.
 */
#include "aws/sigv4.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/arena.h"
#include "util/encode.h"
#include "util/wall.h"

#define QUERY_PAIRS_MAX 64
#define HEADERS_MAX (HTTP_HEADERS_MAX + 1) /* and the host */
#define ALGORITHM "AWS4-HMAC-SHA256"
#define DATE_LEN 8 /* of YYYYMMDDTHHMMSSZ */

/* path: each segment is encoded once more, whatever the URL encoded already; only S3 differs */

static void add_segment(struct buf *path, const char *s, size_t n) {
        if (n == 0 || (n == 1 && s[0] == '.'))
                return;
        if (n == 2 && s[0] == '.' && s[1] == '.') {
                const char *slash = strrchr(buf_str(path), '/');
                buf_truncate(path, slash ? (size_t)(slash - buf_str(path)) : 0);
                return;
        }
        buf_putc(path, '/');
        encode_percent(path, s, n, "");
}

static void canonical_path(const struct http_url *u, bool normalize, struct buf *out) {
        _cleanup_buf_ struct buf path = BUF_NULL;
        if (!normalize) {
                encode_percent(&path, u->path, u->path_len, "/");
        } else {
                for (size_t i = 0, n; i < u->path_len; i += n + 1) {
                        const char *end = memchr(u->path + i, '/', u->path_len - i);
                        n = end ? (size_t)(end - u->path) - i : u->path_len - i;
                        add_segment(&path, u->path + i, n);
                }
                if (u->path_len > 0 && u->path[u->path_len - 1] == '/')
                        buf_putc(&path, '/');
        }
        if (buf_error(&path) < 0)
                out->error = buf_error(&path);
        buf_puts(out, path.len ? buf_str(&path) : "/");
}

/* query: pairs sorted by encoded name, then value */

struct pair {
        const char *name, *value;
        size_t index; /* order of arrival: the last key, so that equal pairs keep theirs */
};

static int compare_pairs(const void *a, const void *b) {
        const struct pair *x = a, *y = b;
        int order = strcmp(x->name, y->name);
        if (order == 0)
                order = strcmp(x->value, y->value);
        return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int recode(struct arena *a, const char *s, size_t n, const char **ret) {
        _cleanup_buf_ struct buf plain = BUF_NULL, coded = BUF_NULL;
        int k = decode_percent(s, n, false, &plain);
        if (k < 0)
                return k;
        encode_percent(&coded, buf_str(&plain), plain.len, "");
        const char *copy = buf_error(&coded) < 0 ? NULL : arena_strndup(a, buf_str(&coded), coded.len);
        if (!copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

static int split_query(struct arena *a, const struct http_url *u, struct pair *pairs, size_t *ret_n) {
        size_t n = 0;
        for (size_t i = 0, len; i < u->query_len; i += len + 1) {
                const char *s = u->query + i;
                const char *end = memchr(s, '&', u->query_len - i);
                len = end ? (size_t)(end - s) : u->query_len - i;
                if (len == 0)
                        continue;
                if (n == QUERY_PAIRS_MAX)
                        return -EINVAL;
                const char *equals = memchr(s, '=', len);
                size_t name_len = equals ? (size_t)(equals - s) : len;
                pairs[n] = (struct pair){.value = "", .index = n};
                int k = recode(a, s, name_len, &pairs[n].name);
                if (k == 0 && equals)
                        k = recode(a, equals + 1, len - name_len - 1, &pairs[n].value);
                if (k < 0)
                        return k;
                n++;
        }
        *ret_n = n;
        return 0;
}

static int canonical_query(const struct http_url *u, struct buf *out) {
        struct pair pairs[QUERY_PAIRS_MAX];
        size_t n = 0;
        struct arena *a = arena_new();
        if (!a)
                return -ENOMEM;
        int k = split_query(a, u, pairs, &n);
        if (k == 0 && n > 0)
                qsort(pairs, n, sizeof(pairs[0]), compare_pairs);
        for (size_t i = 0; k == 0 && i < n; i++)
                buf_printf(out, "%s%s=%s", i ? "&" : "", pairs[i].name, pairs[i].value);
        arena_free(a);
        return k;
}

/* headers: all but those that the way to the server may change */

static bool is_signed(const char *name) {
        static const char *const never[] = {
                "authorization", "connection",        "expect",  "keep-alive", "te",
                "trailer",       "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
        };
        for (size_t i = 0; i < ELEMENTSOF(never); i++) {
                if (strcasecmp(name, never[i]) == 0)
                        return false;
        }
        return strncasecmp(name, "proxy-", 6) != 0;
}

static int compare_headers(const void *a, const void *b) {
        const struct pair *x = a, *y = b;
        int order = strcasecmp(x->name, y->name);
        return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* The host as the HTTP client will send it: without the scheme's own port. */
static void host_of(const struct http_url *u, struct buf *out) {
        const char *port = u->scheme_len == 5 ? ":443" : ":80";
        size_t len = u->host_len, port_len = strlen(port);
        if (len > port_len && strncmp(u->host + len - port_len, port, port_len) == 0)
                len -= port_len;
        buf_append(out, u->host, len);
}

static size_t signed_headers(const struct http_request *r, const char *host, struct pair ret[static HEADERS_MAX]) {
        size_t n = 0;
        assert(r->n_headers <= HTTP_HEADERS_MAX);
        if (!http_request_header(r, "host"))
                ret[n++] = (struct pair){.name = "host", .value = host};
        for (size_t i = 0; i < r->n_headers; i++) {
                if (!is_signed(r->headers[i].name))
                        continue;
                ret[n] = (struct pair){.name = r->headers[i].name, .value = r->headers[i].value, .index = n};
                n++;
        }
        qsort(ret, n, sizeof(ret[0]), compare_headers);
        return n;
}

/* Trimmed, each run of blanks and line folds one space. */
static void add_folded(struct buf *out, const char *value) {
        static const char blanks[] = " \t\r\n";
        value += strspn(value, blanks);
        while (*value) {
                size_t n = strcspn(value, blanks);
                buf_append(out, value, n);
                value += n;
                value += strspn(value, blanks);
                if (*value)
                        buf_putc(out, ' ');
        }
}

static void add_lower(struct buf *out, const char *name) {
        for (; *name; name++)
                buf_putc(out, (char)tolower((unsigned char)*name));
}

static void add_header_lines(const struct pair *headers, size_t n, struct buf *out) {
        for (size_t i = 0; i < n; i++) {
                bool repeated = i > 0 && strcasecmp(headers[i].name, headers[i - 1].name) == 0;
                bool last = i + 1 == n || strcasecmp(headers[i].name, headers[i + 1].name) != 0;
                if (repeated) {
                        buf_putc(out, ',');
                } else {
                        add_lower(out, headers[i].name);
                        buf_putc(out, ':');
                }
                add_folded(out, headers[i].value);
                if (last)
                        buf_putc(out, '\n');
        }
}

static void add_header_names(const struct pair *headers, size_t n, struct buf *out) {
        for (size_t i = 0; i < n; i++) {
                if (i > 0 && strcasecmp(headers[i].name, headers[i - 1].name) == 0)
                        continue;
                if (i > 0)
                        buf_putc(out, ';');
                add_lower(out, headers[i].name);
        }
}

static int add_digest(struct buf *out, const struct buf *data) {
        uint8_t digest[SHA256_BYTES];
        int k = digest_sha256(buf_str(data), data->len, digest);
        if (k == 0)
                encode_hex(out, digest, sizeof(digest));
        return k;
}

static int list_headers(const struct http_request *r, struct buf *ret_lines, struct buf *ret_names) {
        _cleanup_buf_ struct buf host = BUF_NULL;
        struct pair headers[HEADERS_MAX];
        struct http_url u;
        if (http_url_split(r->url, &u) < 0)
                return -EINVAL;
        host_of(&u, &host);
        if (buf_error(&host) < 0)
                return buf_error(&host);
        size_t n = signed_headers(r, buf_str(&host), headers);
        add_header_lines(headers, n, ret_lines);
        add_header_names(headers, n, ret_names);
        return buf_error(ret_lines) < 0 ? buf_error(ret_lines) : buf_error(ret_names);
}

/**
 * aws_sigv4_canonical_request() - What is signed: method, path, query, headers and the digest of the body
 * @r: the request, complete
 * @normalize_path: resolve dot segments and double slashes; always, but for S3
 * @out: appended to
 *
 * Return: 0; -ENOMEM; -EINVAL when the URL is none
 */
int aws_sigv4_canonical_request(const struct http_request *r, bool normalize_path, struct buf *out) {
        _cleanup_buf_ struct buf lines = BUF_NULL, names = BUF_NULL;
        struct http_url u;
        if (http_url_split(r->url, &u) < 0)
                return -EINVAL;
        buf_printf(out, "%s\n", http_method_to_string(r->method));
        canonical_path(&u, normalize_path, out);
        buf_putc(out, '\n');
        int k = canonical_query(&u, out);
        if (k == 0)
                k = list_headers(r, &lines, &names);
        if (k < 0)
                return k;
        buf_printf(out, "\n%s\n%s\n", buf_str(&lines), buf_str(&names));
        k = add_digest(out, &r->body);
        return k < 0 ? k : buf_error(out);
}

static void add_scope(const struct aws_sigv4_scope *s, const char *stamp, struct buf *out) {
        buf_printf(out, "%.*s/%s/%s/aws4_request", DATE_LEN, stamp, s->region, s->service);
}

int aws_sigv4_string_to_sign(const struct aws_sigv4_scope *s, const struct buf *canonical_request, struct buf *out) {
        char stamp[WALL_TEXT_SIZE];
        wall_to_basic(s->wall_ms, stamp);
        buf_printf(out, ALGORITHM "\n%s\n", stamp);
        add_scope(s, stamp, out);
        buf_putc(out, '\n');
        int k = add_digest(out, canonical_request);
        return k < 0 ? k : buf_error(out);
}

/* key := HMAC(key, text) */
static int chain(uint8_t key[static SHA256_BYTES], const char *text, size_t n) {
        uint8_t next[SHA256_BYTES];
        int k = digest_hmac_sha256(key, SHA256_BYTES, text, n, next);
        if (k == 0)
                memcpy(key, next, sizeof(next));
        explicit_bzero(next, sizeof(next));
        return k;
}

static int signing_key(const struct aws_sigv4_scope *s, const struct secret *secret, uint8_t ret[static SHA256_BYTES]) {
        _cleanup_buf_ struct buf seed = BUF_NULL;
        char stamp[WALL_TEXT_SIZE];
        buf_puts(&seed, "AWS4");
        buf_append(&seed, secret->bytes, secret->len);
        if (buf_error(&seed) < 0)
                return buf_error(&seed);
        wall_to_basic(s->wall_ms, stamp);
        int k = digest_hmac_sha256(seed.data, seed.len, stamp, DATE_LEN, ret);
        if (k == 0)
                k = chain(ret, s->region, strlen(s->region));
        if (k == 0)
                k = chain(ret, s->service, strlen(s->service));
        return k == 0 ? chain(ret, "aws4_request", strlen("aws4_request")) : k;
}

int aws_sigv4_signature(const struct aws_sigv4_scope *s, const struct secret *secret_access_key,
                        const struct buf *string_to_sign, struct buf *out) {
        uint8_t key[SHA256_BYTES] = {0};
        int k = signing_key(s, secret_access_key, key);
        if (k == 0)
                k = chain(key, buf_str(string_to_sign), string_to_sign->len);
        if (k == 0)
                encode_hex(out, key, sizeof(key));
        explicit_bzero(key, sizeof(key));
        return k < 0 ? k : buf_error(out);
}

static int authorization(const struct http_request *r, const struct aws_credentials *c, const struct aws_sigv4_scope *s,
                         struct buf *out) {
        _cleanup_buf_ struct buf canonical = BUF_NULL, to_sign = BUF_NULL, lines = BUF_NULL, names = BUF_NULL;
        char stamp[WALL_TEXT_SIZE];
        int k = aws_sigv4_canonical_request(r, true, &canonical);
        if (k == 0)
                k = aws_sigv4_string_to_sign(s, &canonical, &to_sign);
        if (k == 0)
                k = list_headers(r, &lines, &names);
        if (k < 0)
                return k;
        buf_printf(out, ALGORITHM " Credential=%s/", c->access_key_id);
        add_scope(s, wall_to_basic(s->wall_ms, stamp), out);
        buf_printf(out, ", SignedHeaders=%s, Signature=", buf_str(&names));
        return aws_sigv4_signature(s, &c->secret_access_key, &to_sign, out);
}

/**
 * aws_sigv4_sign() - Signs a request
 * @r: complete; the signature of an earlier try is dropped
 * @c: one triple, used as a whole
 * @region: of the scope
 * @service: of the scope, see aws_service_to_string()
 * @wall_ms: now; AWS refuses a stamp that is minutes off
 *
 * Return: 0; -ENOMEM; -EINVAL when the request cannot be sent or there is no key
 */
int aws_sigv4_sign(struct http_request *r, const struct aws_credentials *c, const char *region, const char *service,
                   int64_t wall_ms) {
        const struct aws_sigv4_scope scope = {region, service, wall_ms};
        _cleanup_buf_ struct buf value = BUF_NULL;
        char stamp[WALL_TEXT_SIZE];
        if (http_request_error(r) < 0)
                return http_request_error(r);
        if (!c->access_key_id || !secret_is_set(&c->secret_access_key))
                return -EINVAL;
        http_request_remove_header(r, "Authorization");
        http_request_remove_header(r, "X-Amz-Date");
        http_request_remove_header(r, "X-Amz-Security-Token");
        http_request_add_header(r, "X-Amz-Date", wall_to_basic(wall_ms, stamp));
        if (secret_is_set(&c->session_token))
                http_request_add_header(r, "X-Amz-Security-Token", c->session_token.bytes);
        if (http_request_error(r) < 0)
                return http_request_error(r);
        int k = authorization(r, c, &scope, &value);
        if (k < 0)
                return k;
        http_request_add_header(r, "Authorization", buf_str(&value));
        return http_request_error(r);
}
