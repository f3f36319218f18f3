/* SPDX-License-Identifier: Apache-2.0 */
/* SigV4 against every header case of the public suite, step by step; argv[1] is the file of vectors. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "aws/sigv4.h"
#include "util/alloc.h"
#include "util/encode.h"
#include "util/wall.h"

#define CASES 38

static const char *vectors_path;

static const char *text(const json_t *o, const char *key) {
        const char *s = json_string_value(json_object_get(o, key));
        assert_non_null(s);
        return s;
}

static int64_t stamp(const json_t *c) {
        int64_t ms;
        assert_int_equal(wall_from_rfc3339(text(c, "timestamp"), &ms), 0);
        return ms;
}

/* Past http_request_add_header(): it refuses the folded line that the suite has. */
static void add_raw(struct http_request *r, const char *name, const char *value) {
        r->headers[r->n_headers++] = (struct http_header){mem_strdup(name), mem_strdup(value)};
}

static enum http_method method(const char *s) {
        return strcmp(s, "POST") == 0 ? HTTP_POST : HTTP_GET;
}

static void build(const json_t *c, struct http_request *r) {
        _cleanup_buf_ struct buf url = BUF_NULL, digest_text = BUF_NULL;
        json_t *pair;
        size_t i;
        const char *body = text(c, "body");
        buf_printf(&url, "https://example.amazonaws.com%s", text(c, "target"));
        http_request_set_url(r, buf_str(&url));
        r->method = method(text(c, "method"));
        buf_puts(&r->body, body);
        json_array_foreach(json_object_get(c, "headers"), i, pair)
                add_raw(r, json_string_value(json_array_get(pair, 0)), json_string_value(json_array_get(pair, 1)));
        if (json_is_true(json_object_get(c, "sign_body"))) {
                uint8_t digest[SHA256_BYTES];
                assert_int_equal(digest_sha256(body, strlen(body), digest), 0);
                encode_hex(&digest_text, digest, sizeof(digest));
                http_request_add_header(r, "X-Amz-Content-Sha256", buf_str(&digest_text));
        }
        assert_int_equal(http_request_error(r), 0);
}

static void credentials_of(const json_t *c, struct aws_credentials *ret) {
        assert_int_equal(aws_credentials_init(ret, text(c, "access_key_id"), text(c, "secret_access_key"),
                                              text(c, "session_token"), 0),
                         0);
}

static void check_steps(const json_t *c) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_aws_credentials_ struct aws_credentials keys = AWS_CREDENTIALS_NULL;
        _cleanup_buf_ struct buf canonical = BUF_NULL, to_sign = BUF_NULL, signature = BUF_NULL;
        const struct aws_sigv4_scope scope = {text(c, "region"), text(c, "service"), stamp(c)};
        char date[WALL_TEXT_SIZE];
        build(c, &r);
        credentials_of(c, &keys);
        http_request_add_header(&r, "X-Amz-Date", wall_to_basic(stamp(c), date));
        if (secret_is_set(&keys.session_token))
                http_request_add_header(&r, "X-Amz-Security-Token", keys.session_token.bytes);
        bool normalize = json_is_true(json_object_get(c, "normalize"));
        assert_int_equal(aws_sigv4_canonical_request(&r, normalize, &canonical), 0);
        assert_string_equal(buf_str(&canonical), text(c, "canonical_request"));
        assert_int_equal(aws_sigv4_string_to_sign(&scope, &canonical, &to_sign), 0);
        assert_string_equal(buf_str(&to_sign), text(c, "string_to_sign"));
        assert_int_equal(aws_sigv4_signature(&scope, &keys.secret_access_key, &to_sign, &signature), 0);
        assert_string_equal(buf_str(&signature), text(c, "signature"));
}

static void check_whole(const json_t *c) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_aws_credentials_ struct aws_credentials keys = AWS_CREDENTIALS_NULL;
        build(c, &r);
        credentials_of(c, &keys);
        /* the second time is a retry: nothing of the first may be left */
        for (int i = 0; i < 2; i++) {
                int64_t early_ms = stamp(c) - (i == 0 ? 60000 : 0);
                assert_int_equal(aws_sigv4_sign(&r, &keys, text(c, "region"), text(c, "service"), early_ms), 0);
        }
        assert_string_equal(http_request_header(&r, "authorization"), text(c, "authorization"));
        size_t dates = 0;
        for (size_t i = 0; i < r.n_headers; i++)
                dates += strcmp(r.headers[i].name, "X-Amz-Date") == 0;
        assert_int_equal(dates, 1);
}

static void suite(void **state) {
        json_error_t error;
        json_t *root = json_load_file(vectors_path, 0, &error), *c;
        size_t i;
        (void)state;
        assert_non_null(root);
        assert_int_equal(json_array_size(json_object_get(root, "cases")), CASES);
        json_array_foreach(json_object_get(root, "cases"), i, c) {
                print_message("# %s\n", text(c, "name"));
                check_steps(c);
                if (json_is_true(json_object_get(c, "normalize")))
                        check_whole(c);
        }
        json_decref(root);
}

static void canonical(const char *url, const char *name, const char *value, const char *expected) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_buf_ struct buf out = BUF_NULL;
        http_request_set_url(&r, url);
        if (name)
                http_request_add_header(&r, name, value);
        assert_int_equal(aws_sigv4_canonical_request(&r, true, &out), 0);
        assert_string_equal(buf_str(&out), expected);
}

#define EMPTY_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void details(void **state) {
        (void)state;
        canonical("https://a.example:443", NULL, NULL, "GET\n/\n\nhost:a.example\n\nhost\n" EMPTY_DIGEST);
        canonical("http://127.0.0.1:4566/", NULL, NULL, "GET\n/\n\nhost:127.0.0.1:4566\n\nhost\n" EMPTY_DIGEST);
        canonical("https://a.example/?b=2&a=&a-=1&a=1&c", NULL, NULL,
                  "GET\n/\na=&a=1&a-=1&b=2&c=\nhost:a.example\n\nhost\n" EMPTY_DIGEST);
        canonical("https://a.example/", "User-Agent", "x", "GET\n/\n\nhost:a.example\n\nhost\n" EMPTY_DIGEST);
        canonical("https://a.example/", "Proxy-Authorization", "x", "GET\n/\n\nhost:a.example\n\nhost\n" EMPTY_DIGEST);
}

static void new_keys_replace_the_token(void **state) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_aws_credentials_ struct aws_credentials with = AWS_CREDENTIALS_NULL, without = AWS_CREDENTIALS_NULL;
        (void)state;
        assert_int_equal(aws_credentials_init(&with, "AKID", "secret", "token", 0), 0);
        assert_int_equal(aws_credentials_init(&without, "AKID", "secret", NULL, 0), 0);
        http_request_set_url(&r, "https://ec2.eu-west-1.amazonaws.com/");
        assert_int_equal(aws_sigv4_sign(&r, &with, "eu-west-1", "ec2", 0), 0);
        assert_string_equal(http_request_header(&r, "X-Amz-Security-Token"), "token");
        assert_non_null(strstr(http_request_header(&r, "Authorization"), "host;x-amz-date;x-amz-security-token,"));
        assert_int_equal(aws_sigv4_sign(&r, &without, "eu-west-1", "ec2", 0), 0);
        assert_null(http_request_header(&r, "X-Amz-Security-Token"));
        assert_int_equal(r.n_headers, 2);
}

static void refuses(void **state) {
        _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
        _cleanup_aws_credentials_ struct aws_credentials keys = AWS_CREDENTIALS_NULL;
        (void)state;
        http_request_set_url(&r, "https://ec2.eu-west-1.amazonaws.com/");
        assert_int_equal(aws_sigv4_sign(&r, &keys, "eu-west-1", "ec2", 0), -EINVAL);
        assert_int_equal(aws_credentials_init(&keys, "AKID", "secret", NULL, 0), 0);
        http_request_set_url(&r, "nonsense");
        assert_int_equal(aws_sigv4_sign(&r, &keys, "eu-west-1", "ec2", 0), -EINVAL);
        http_request_set_url(&r, "https://a.example/?a=%zz");
        assert_int_equal(aws_sigv4_sign(&r, &keys, "eu-west-1", "ec2", 0), -EINVAL);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(suite),
                cmocka_unit_test(details),
                cmocka_unit_test(new_keys_replace_the_token),
                cmocka_unit_test(refuses),
        };
        vectors_path = argc > 1 ? argv[1] : "sigv4-vectors.json";
        return cmocka_run_group_tests(tests, NULL, NULL);
}
