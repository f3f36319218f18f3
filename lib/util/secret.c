/* SPDX-License-Identifier: Apache-2.0 */
/* Secret bytes. */
#include "util/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "util/alloc.h"

void secret_deinit(struct secret *s) {
        if (s->bytes)
                OPENSSL_cleanse(s->bytes, s->len);
        mem_free(s->bytes);
        *s = SECRET_NULL;
}

int secret_set(struct secret *s, const char *bytes, size_t len) {
        char *copy = mem_strndup(bytes, len);
        if (!copy)
                return -ENOMEM;
        secret_deinit(s);
        *s = (struct secret){copy, len};
        return 0;
}

bool secret_equal(const struct secret *a, const struct secret *b) {
        if (!a->bytes || !b->bytes)
                return a->bytes == b->bytes;
        return a->len == b->len && CRYPTO_memcmp(a->bytes, b->bytes, a->len) == 0;
}
