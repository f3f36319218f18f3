/* SPDX-License-Identifier: Apache-2.0 */
/* Text encodings, digests and JSON/XML escaping; each appends to a buffer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define SHA256_BYTES 32

void encode_hex(struct buf *out, const void *data, size_t n);                    /* lower case */
void encode_base64(struct buf *out, const void *data, size_t n);                 /* with padding */
void encode_base64url(struct buf *out, const void *data, size_t n);              /* without padding */
void encode_percent(struct buf *out, const char *s, size_t n, const char *safe); /* unreserved and @safe stay */
void encode_xml(struct buf *out, const char *s);
int decode_base64url(const char *s, size_t n, struct buf *out) _must_use_; /* 0 or -EINVAL */
int decode_percent(const char *s, size_t n, bool plus_is_space, struct buf *out) _must_use_;

/* OpenSSL EVP; 0 or -ENOMEM */
int digest_sha256(const void *data, size_t n, uint8_t ret[static SHA256_BYTES]) _must_use_;
int digest_hmac_sha256(const void *key, size_t key_len, const void *data, size_t n,
                       uint8_t ret[static SHA256_BYTES]) _must_use_;

/* 64-bit FNV-1a: for "did this change", never for security */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t n);
#define HASH_INIT 0xcbf29ce484222325u
