/* SPDX-License-Identifier: Apache-2.0 */
/* AWS credentials: one frozen triple, read from the environment or from the shared files' texts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/secret.h"

struct aws_credentials {
        char *access_key_id;
        struct secret secret_access_key;
        struct secret session_token; /* not set: long-lived keys */
        int64_t expires_wall_ms;     /* 0: never */
};

#define AWS_CREDENTIALS_NULL ((struct aws_credentials){0})

/* Positive results of the providers; all but ABSENT come with a text. */
enum aws_credentials_result {
        AWS_CREDENTIALS_ABSENT = 1,  /* this source has none: ask the next */
        AWS_CREDENTIALS_BROKEN,      /* a person must mend the source */
        AWS_CREDENTIALS_UNSUPPORTED, /* the profile wants a provider that we do not have */
};

#define AWS_ERROR_TEXT_SIZE 256
#define AWS_CONFIG_FILE_MAX (256u * 1024u)

/* lifetime: init and copy replace nothing, they expect an empty target */
int aws_credentials_init(struct aws_credentials *c, const char *access_key_id, const char *secret_access_key,
                         const char *session_token, int64_t expires_wall_ms) _must_use_;
int aws_credentials_copy(const struct aws_credentials *c, struct aws_credentials *ret) _must_use_;
void aws_credentials_deinit(struct aws_credentials *c);
#define _cleanup_aws_credentials_ _cleanup_(aws_credentials_deinit)

/* environment: @get returns a variable's value or NULL */
typedef const char *(*aws_env_get)(void *userdata, const char *name);

int aws_credentials_from_env(aws_env_get get, void *userdata, struct aws_credentials *ret,
                             char reterr_text[static AWS_ERROR_TEXT_SIZE]) _must_use_;
const char *aws_env_region(aws_env_get get, void *userdata);  /* NULL: not set */
const char *aws_env_profile(aws_env_get get, void *userdata); /* NULL: not set, that is "default" */

/* shared files: texts that the caller read; a file that does not exist has text NULL */
struct aws_config_file {
        const char *name; /* for messages */
        const char *text;
        size_t len;
};

struct aws_config_files {
        struct aws_config_file credentials; /* ~/.aws/credentials: [x] */
        struct aws_config_file config;      /* ~/.aws/config: [profile x], [default] */
};

int aws_credentials_from_files(const struct aws_config_files *files, const char *profile, struct aws_credentials *ret,
                               char reterr_text[static AWS_ERROR_TEXT_SIZE]) _must_use_;

/* A single key of a profile, credentials file first; @ret is for mem_free(). For `region` above all. */
int aws_profile_get(const struct aws_config_files *files, const char *profile, const char *key, char **ret,
                    char reterr_text[static AWS_ERROR_TEXT_SIZE]) _must_use_;
