/* SPDX-License-Identifier: Apache-2.0 */
/* Text encodings and digests. */
#include "util/encode.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void encode_hex(struct buf *out, const void *data, size_t n) {
        static const char hex[] = "0123456789abcdef";
        const uint8_t *p = data;
        for (size_t i = 0; i < n; i++) {
                buf_putc(out, hex[p[i] >> 4]);
                buf_putc(out, hex[p[i] & 15]);
        }
}

static void base64(struct buf *out, const uint8_t *p, size_t n, const char *alphabet, bool pad) {
        for (size_t i = 0; i < n; i += 3) {
                size_t left = n - i;
                uint32_t v =
                        (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
                for (size_t j = 0; j < 4; j++) {
                        if (j <= left)
                                buf_putc(out, alphabet[v >> (18 - 6 * j) & 63]);
                        else if (pad)
                                buf_putc(out, '=');
                }
        }
}

void encode_base64(struct buf *out, const void *data, size_t n) {
        base64(out, data, n, base64_digits, true);
}

void encode_base64url(struct buf *out, const void *data, size_t n) {
        base64(out, data, n, base64url_digits, false);
}

void encode_percent(struct buf *out, const char *s, size_t n, const char *safe) {
        static const char hex[] = "0123456789ABCDEF";
        for (size_t i = 0; i < n; i++) {
                unsigned char c = (unsigned char)s[i];
                bool plain = c < 128 && (isalnum(c) || (c && strchr("-._~", c)) || (c && strchr(safe, c)));
                if (plain) {
                        buf_putc(out, (char)c);
                        continue;
                }
                buf_putc(out, '%');
                buf_putc(out, hex[c >> 4]);
                buf_putc(out, hex[c & 15]);
        }
}

void encode_xml(struct buf *out, const char *s) {
        for (; *s; s++) {
                switch (*s) {
                case '&':
                        buf_puts(out, "&amp;");
                        break;
                case '<':
                        buf_puts(out, "&lt;");
                        break;
                case '>':
                        buf_puts(out, "&gt;");
                        break;
                case '"':
                        buf_puts(out, "&quot;");
                        break;
                default:
                        buf_putc(out, *s);
                }
        }
}

int decode_base64url(const char *s, size_t n, struct buf *out) {
        uint32_t v = 0;
        unsigned bits = 0;
        for (size_t i = 0; i < n && s[i] != '='; i++) {
                const char *d = s[i] ? strchr(base64url_digits, s[i]) : NULL;
                if (!d)
                        return -EINVAL;
                v = v << 6 | (uint32_t)(d - base64url_digits);
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        buf_putc(out, (char)(v >> bits & 255));
                }
        }
        return buf_error(out);
}

static int hex_value(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

int decode_percent(const char *s, size_t n, bool plus_is_space, struct buf *out) {
        for (size_t i = 0; i < n; i++) {
                if (s[i] != '%') {
                        buf_putc(out, plus_is_space && s[i] == '+' ? ' ' : s[i]);
                        continue;
                }
                if (n - i < 3)
                        return -EINVAL;
                int high = hex_value(s[i + 1]), low = hex_value(s[i + 2]);
                if (high < 0 || low < 0)
                        return -EINVAL;
                buf_putc(out, (char)(high << 4 | low));
                i += 2;
        }
        return buf_error(out);
}

int digest_sha256(const void *data, size_t n, uint8_t ret[static SHA256_BYTES]) {
        unsigned len = 0;
        if (EVP_Digest(n ? data : "", n, ret, &len, EVP_sha256(), NULL) != 1 || len != SHA256_BYTES)
                return -ENOMEM;
        return 0;
}

int digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t n, uint8_t ret[static SHA256_BYTES]) {
        unsigned len = 0;
        if (!HMAC(EVP_sha256(), key, (int)key_len, data, n, ret, &len) || len != SHA256_BYTES)
                return -ENOMEM;
        return 0;
}

uint64_t hash_bytes(uint64_t hash, const void *data, size_t n) {
        const uint8_t *p = data;
        for (size_t i = 0; i < n; i++)
                hash = (hash ^ p[i]) * 0x100000001b3u;
        return hash;
}
