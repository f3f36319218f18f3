/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 decoding as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "util/utf8.h"

/**
 * utf8_decode() - Reads one character
 * @s: need not be terminated
 * @n: bytes of @s
 * @ret_code: its code point
 *
 * Return: its length in bytes, or 0 (then @ret_code is not set).
 */
size_t utf8_decode(const char *s, size_t n, uint32_t *ret_code) {
        static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (n == 0)
                return 0;
        unsigned char first = (unsigned char)s[0];
        if (first < 0x80) {
                *ret_code = first;
                return 1;
        }
        size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || len > n)
                return 0;
        uint32_t code = first & (0xffu >> (len + 1));
        for (size_t i = 1; i < len; i++) {
                unsigned char c = (unsigned char)s[i];
                if ((c & 0xc0) != 0x80)
                        return 0;
                code = code << 6 | (c & 0x3fu);
        }
        if (code < smallest[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
                return 0;
        *ret_code = code;
        return len;
}
