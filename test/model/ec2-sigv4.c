/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature Version 4, checked the way the documentation tells it: rebuild the canonical request from what arrived,
 * hash, and compare. Written without a look at any signer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ec2.h"
#include "util/alloc.h"
#include "util/encode.h"
#include "util/wall.h"

#define SKEW_EC2_MS (5 * 60 * 1000)
#define SKEW_STS_MS (15 * 60 * 1000)
#define QUERY_PARTS_MAX 64

/* Views into the Authorization header; each piece is copied before use. */
struct authorization {
        char access_key[64], date[16], region[24], service[16], signed_headers[512], signature[80];
};

static bool take(const char **s, const char *end_chars, char *out, size_t size) {
        size_t n = strcspn(*s, end_chars);
        if (n == 0 || n >= size)
                return false;
        memcpy(out, *s, n);
        out[n] = 0;
        *s += n;
        return true;
}

static bool skip(const char **s, const char *word) {
        size_t n = strlen(word);
        if (strncmp(*s, word, n) != 0)
                return false;
        *s += n;
        return true;
}

static bool parse_authorization(const char *s, struct authorization *a) {
        return skip(&s, "AWS4-HMAC-SHA256 Credential=") && take(&s, "/", a->access_key, sizeof(a->access_key)) &&
               skip(&s, "/") && take(&s, "/", a->date, sizeof(a->date)) && skip(&s, "/") &&
               take(&s, "/", a->region, sizeof(a->region)) && skip(&s, "/") &&
               take(&s, "/", a->service, sizeof(a->service)) && skip(&s, "/aws4_request,") &&
               skip(&s, *s == ' ' ? " " : "") && skip(&s, "SignedHeaders=") &&
               take(&s, ",", a->signed_headers, sizeof(a->signed_headers)) && skip(&s, ",") &&
               skip(&s, *s == ' ' ? " " : "") && skip(&s, "Signature=") &&
               take(&s, ", ", a->signature, sizeof(a->signature)) && *s == 0;
}

static int compare_text(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* name=value pairs, each already encoded by the sender in the one right way, sorted */
static int canonical_query(const struct http_url *u, struct buf *out) {
        char *parts[QUERY_PARTS_MAX];
        size_t n = 0;
        _cleanup_mem_ char *copy = u->query ? mem_strndup(u->query, u->query_len) : mem_strdup("");
        if (!copy)
                return -ENOMEM;
        char *save = NULL;
        for (char *p = strtok_r(copy, "&", &save); p && n < QUERY_PARTS_MAX; p = strtok_r(NULL, "&", &save))
                parts[n++] = p;
        if (n > 0)
                qsort(parts, n, sizeof(parts[0]), compare_text);
        for (size_t i = 0; i < n; i++)
                buf_printf(out, "%s%s%s", i > 0 ? "&" : "", parts[i], strchr(parts[i], '=') ? "" : "=");
        buf_puts(out, "\n");
        return 0;
}

/* trimmed, runs of spaces as one */
static void canonical_value(const char *s, struct buf *out) {
        s += strspn(s, " \t");
        while (*s) {
                size_t n = strcspn(s, " \t");
                buf_append(out, s, n);
                s += n;
                s += strspn(s, " \t");
                if (*s)
                        buf_putc(out, ' ');
        }
}

/* 0, or -EINVAL when a signed header did not arrive */
static int canonical_headers(const struct http_request *r, const struct http_url *u, const char *names,
                             struct buf *out) {
        char name[128];
        while (*names) {
                if (!take(&names, ";", name, sizeof(name)))
                        return -EINVAL;
                names += *names == ';';
                const char *value = http_request_header(r, name);
                buf_printf(out, "%s:", name);
                if (value)
                        canonical_value(value, out);
                else if (strcmp(name, "host") == 0)
                        buf_append(out, u->host, u->host_len);
                else
                        return -EINVAL;
                buf_puts(out, "\n");
        }
        return 0;
}

static int append_sha256(struct buf *out, const void *data, size_t n) {
        uint8_t sum[SHA256_BYTES];
        int k = digest_sha256(data, n, sum);
        if (k == 0)
                encode_hex(out, sum, sizeof(sum));
        return k;
}

static int canonical_request(const struct http_request *r, const struct http_url *u, const struct authorization *a,
                             struct buf *out) {
        buf_printf(out, "%s\n", http_method_to_string(r->method));
        buf_append(out, u->path_len > 0 ? u->path : "/", u->path_len > 0 ? u->path_len : 1);
        buf_puts(out, "\n");
        int k = canonical_query(u, out);
        if (k == 0)
                k = canonical_headers(r, u, a->signed_headers, out);
        if (k < 0)
                return k;
        buf_printf(out, "\n%s\n", a->signed_headers);
        k = append_sha256(out, buf_str(&r->body), r->body.len);
        return k < 0 ? k : buf_error(out);
}

static int string_to_sign(const struct http_request *r, const struct http_url *u, const struct authorization *a,
                          const char *stamp, struct buf *out) {
        _cleanup_buf_ struct buf request = BUF_NULL;
        int k = canonical_request(r, u, a, &request);
        if (k < 0)
                return k;
        buf_printf(out, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n", stamp, a->date, a->region, a->service);
        k = append_sha256(out, buf_str(&request), request.len);
        return k < 0 ? k : buf_error(out);
}

static int hmac_text(uint8_t key[static SHA256_BYTES], const char *text) {
        uint8_t next[SHA256_BYTES];
        int k = digest_hmac_sha256(key, SHA256_BYTES, text, strlen(text), next);
        if (k == 0)
                memcpy(key, next, sizeof(next));
        return k;
}

static int sign(const char *secret, const struct authorization *a, const struct buf *text, struct buf *out) {
        uint8_t key[SHA256_BYTES];
        char first[160];
        snprintf(first, sizeof(first), "AWS4%s", secret);
        int k = digest_hmac_sha256(first, strlen(first), a->date, strlen(a->date), key);
        if (k == 0)
                k = hmac_text(key, a->region);
        if (k == 0)
                k = hmac_text(key, a->service);
        if (k == 0)
                k = hmac_text(key, "aws4_request");
        if (k == 0)
                k = hmac_text(key, buf_str(text));
        if (k < 0)
                return k;
        encode_hex(out, key, sizeof(key));
        return buf_error(out);
}

static bool is_signed(const struct authorization *a, const char *name) {
        size_t n = strlen(name);
        for (const char *s = a->signed_headers; *s;) {
                size_t len = strcspn(s, ";");
                if (len == n && strncmp(s, name, n) == 0)
                        return true;
                s += len + (s[len] == ';');
        }
        return false;
}

/* 20260102T030405Z */
static bool parse_stamp(const char *s, int64_t *ret_ms) {
        char text[WALL_TEXT_SIZE];
        if (strlen(s) != 16 || s[8] != 'T' || s[15] != 'Z')
                return false;
        snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 9, s + 11, s + 13);
        return wall_from_rfc3339(text, ret_ms) == 0;
}

const struct ec2_credentials *ec2_credentials_find(const struct model *m, const char *access_key) {
        for (size_t i = 0; i < m->aws->n_credentials; i++)
                if (strcmp(m->aws->credentials[i].access_key, access_key) == 0)
                        return &m->aws->credentials[i];
        return NULL;
}

static int check_clock(struct ec2_call *c, const char *service, const char *stamp) {
        int64_t at_ms = 0;
        bool sts = strcmp(service, "sts") == 0;
        char now[WALL_TEXT_SIZE];
        wall_to_basic(c->m->now_ms, now);
        if (!parse_stamp(stamp, &at_ms))
                return ec2_fail(c, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '%s'.", stamp);
        int64_t skew_ms = llabs(at_ms - c->m->now_ms);
        if (!sts && skew_ms > SKEW_EC2_MS)
                return ec2_fail(c, "RequestExpired", "Request has expired.");
        if (sts && skew_ms > SKEW_STS_MS && at_ms < c->m->now_ms)
                return ec2_fail(c, "SignatureDoesNotMatch",
                                "Signature expired: %s is now earlier than %s (%s - 15 min.)", stamp, now, now);
        if (sts && skew_ms > SKEW_STS_MS)
                return ec2_fail(c, "SignatureDoesNotMatch", "Signature not yet current: %s is still later than %s",
                                stamp, now);
        return 0;
}

static int check_scope(struct ec2_call *c, const struct authorization *a, const char *service, const char *stamp) {
        if (strcmp(a->service, service) != 0)
                return ec2_fail(c, "SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.",
                                service);
        if (strncmp(a->date, stamp, 8) != 0 || strlen(a->date) != 8)
                return ec2_fail(c, "SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD.");
        if (!is_signed(a, "host") || !is_signed(a, "x-amz-date"))
                return ec2_fail(c, "SignatureDoesNotMatch", "'Host' and 'X-Amz-Date' must be signed headers.");
        return 0;
}

static int refuse(struct ec2_call *c, const char *service, const char *code_of_sts) {
        if (strcmp(service, "sts") == 0)
                return ec2_fail(c, code_of_sts, "The security token included in the request is invalid.");
        return ec2_fail(c, "AuthFailure", "AWS was not able to validate the provided access credentials");
}

static int check_token(struct ec2_call *c, const struct http_request *r, const struct authorization *a,
                       const struct ec2_credentials *known, const char *service) {
        const char *token = http_request_header(r, "x-amz-security-token");
        if (strcmp(token ? token : "", known->token) != 0 || (token && !is_signed(a, "x-amz-security-token")))
                return refuse(c, service, "InvalidClientTokenId");
        if (known->expires_ms > c->m->now_ms)
                return 0;
        if (strcmp(service, "sts") == 0)
                return ec2_fail(c, "ExpiredToken", "The security token included in the request is expired");
        return ec2_fail(c, "RequestExpired", "Request has expired.");
}

static int check_signature(struct ec2_call *c, const struct http_request *r, const struct http_url *u,
                           const struct authorization *a, const char *secret, const char *stamp) {
        _cleanup_buf_ struct buf text = BUF_NULL, wanted = BUF_NULL;
        int k = string_to_sign(r, u, a, stamp, &text);
        if (k == 0)
                k = sign(secret, a, &text, &wanted);
        if (k == -ENOMEM)
                return k;
        if (k == 0 && strcmp(buf_str(&wanted), a->signature) == 0)
                return 0;
        return ec2_fail(c, "SignatureDoesNotMatch",
                        "The request signature we calculated does not match the signature you provided. Check your AWS "
                        "Secret Access Key and signing method. Consult the service documentation for details.");
}

static void set_caller(struct ec2_call *c, const struct ec2_credentials *known, const struct authorization *a) {
        bool wrong = c->m->faults[MODEL_SERVICE_AWS].wrong_account;
        MODEL_COPY(c->account, wrong ? "999999999999" : known->account);
        MODEL_COPY(c->arn, wrong ? "arn:aws:iam::999999999999:user/somebody" : known->arn);
        MODEL_COPY(c->region, a->region);
        MODEL_COPY(c->access_key, a->access_key);
}

/**
 * ec2_authenticate() - whose request is this?
 * @c: gets account, region, arn and access key
 * @r: the request
 * @u: its URL
 * @service: "ec2" or "sts"
 *
 * Return: 0, EC2_FAILED or -ENOMEM.
 */
int ec2_authenticate(struct ec2_call *c, const struct http_request *r, const struct http_url *u, const char *service) {
        struct authorization a;
        const char *header = http_request_header(r, "authorization");
        const char *stamp = http_request_header(r, "x-amz-date");
        if (!header)
                return ec2_fail(c, "MissingAuthenticationToken", "Request is missing Authentication Token");
        if (!stamp || !parse_authorization(header, &a))
                return ec2_fail(c, "IncompleteSignature", "Authorization header is not complete.");
        const struct ec2_credentials *known = ec2_credentials_find(c->m, a.access_key);
        if (!known)
                return refuse(c, service, "InvalidClientTokenId");
        int k = check_clock(c, service, stamp);
        if (k == 0)
                k = check_scope(c, &a, service, stamp);
        if (k == 0)
                k = check_token(c, r, &a, known, service);
        if (k == 0)
                k = check_signature(c, r, u, &a, known->secret, stamp);
        if (k == 0)
                set_caller(c, known, &a);
        return k;
}
