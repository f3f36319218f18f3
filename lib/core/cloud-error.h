/* SPDX-License-Identifier: Apache-2.0 */
/* What a cloud answered when it refused: data for the caller to act on, in one form for both clouds. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What to do about it. */
enum cloud_error_class {
        CLOUD_ERROR_THROTTLED,     /* slow down, then again */
        CLOUD_ERROR_TRANSIENT,     /* again later, a write only after a look */
        CLOUD_ERROR_AUTH_EXPIRED,  /* refresh the credentials, once again */
        CLOUD_ERROR_AUTH_DENIED,   /* a person: permission, policy, lock, subscription */
        CLOUD_ERROR_NOT_FOUND,     /* never proof of deletion by itself */
        CLOUD_ERROR_CONFLICT_BUSY, /* state not ready or another operation runs: wait */
        CLOUD_ERROR_QUOTA,         /* a person */
        CLOUD_ERROR_INVALID,       /* our request is wrong, or can never work */
        CLOUD_ERROR_DUPLICATE,     /* something like it exists: read again */
        CLOUD_ERROR_OTHER,
};
#define CLOUD_ERROR_CLASSES (CLOUD_ERROR_OTHER + 1)

#define CLOUD_ERROR_CODE_SIZE 96
#define CLOUD_ERROR_MESSAGE_SIZE 512
#define CLOUD_ERROR_REQUEST_ID_SIZE 80

struct cloud_error {
        enum cloud_error_class class;
        int http;               /* status; 0: there was none */
        int64_t retry_after_ms; /* 0: not given */
        char code[CLOUD_ERROR_CODE_SIZE];
        char message[CLOUD_ERROR_MESSAGE_SIZE];
        char request_id[CLOUD_ERROR_REQUEST_ID_SIZE];
};

const char *cloud_error_class_to_string(enum cloud_error_class c);

/* Copies text of a cloud: control bytes and broken UTF-8 become '?', cut between characters, always terminated. */
void cloud_error_text(char *out, size_t size, const char *text, size_t n);
