/* SPDX-License-Identifier: Apache-2.0 */
/* What a cloud answered when it refused. */
#include "core/cloud-error.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "util/utf8.h"

const char *cloud_error_class_to_string(enum cloud_error_class c) {
        switch (c) {
        case CLOUD_ERROR_THROTTLED:
                return "throttled";
        case CLOUD_ERROR_TRANSIENT:
                return "transient";
        case CLOUD_ERROR_AUTH_EXPIRED:
                return "auth-expired";
        case CLOUD_ERROR_AUTH_DENIED:
                return "auth-denied";
        case CLOUD_ERROR_NOT_FOUND:
                return "not-found";
        case CLOUD_ERROR_CONFLICT_BUSY:
                return "conflict-busy";
        case CLOUD_ERROR_QUOTA:
                return "quota";
        case CLOUD_ERROR_INVALID:
                return "invalid";
        case CLOUD_ERROR_DUPLICATE:
                return "duplicate";
        case CLOUD_ERROR_OTHER:
                return "other";
        }
        return NULL;
}

/* Bytes of the well-formed, printable character at @s; 0 if there is none. */
static size_t character(const char *s, size_t n) {
        uint32_t code;
        size_t len = utf8_decode(s, n, &code);
        bool is_control = len > 0 && (code < 0x20 || (code >= 0x7f && code < 0xa0));
        return is_control ? 0 : len;
}

/**
 * cloud_error_text() - Copies text that came from outside into a field that people and logs see
 * @out: destination, always terminated
 * @size: its size, at least 1
 * @text: need not be terminated
 * @n: bytes of @text
 */
void cloud_error_text(char *out, size_t size, const char *text, size_t n) {
        size_t used = 0;
        assert(size > 0);
        for (size_t i = 0; i < n;) {
                size_t len = character(text + i, n - i);
                if (used + (len ? len : 1) >= size)
                        break;
                if (len == 0)
                        out[used++] = '?';
                else
                        memcpy(out + used, text + i, len);
                used += len;
                i += len ? len : 1;
        }
        out[used] = 0;
}
