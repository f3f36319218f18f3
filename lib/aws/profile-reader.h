/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of AWS's shared files. Internal to the folder. */
#pragma once

#include "aws/credentials.h"

struct span {
        const char *s;
        size_t n;
};

struct profile_reader {
        const struct aws_config_file *file;
        bool is_config; /* [profile x] and [default]; else [x] */
        const char *at, *end;
        unsigned line;
        /* where we are */
        bool in_section;
        struct span profile; /* n 0: a section that is no profile */
        bool has_key;
        size_t indent; /* of the last key: deeper lines belong to it */
        /* the property that next() found */
        struct span key, value;
};

bool span_equal(struct span s, const char *text);

int profile_reader_init(struct profile_reader *p, const struct aws_config_file *file, bool is_config,
                        char reterr_text[static AWS_ERROR_TEXT_SIZE]) _must_use_;

/* 0: found the next key of any profile; AWS_CREDENTIALS_ABSENT: end of file; AWS_CREDENTIALS_BROKEN. */
int profile_reader_next(struct profile_reader *p, char reterr_text[static AWS_ERROR_TEXT_SIZE]) _must_use_;

/* Writes "FILE:LINE: what"; returns AWS_CREDENTIALS_BROKEN. */
int profile_reader_broken(const struct profile_reader *p, const char *what,
                          char reterr_text[static AWS_ERROR_TEXT_SIZE]);
