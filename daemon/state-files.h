/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory: one small file a pairing, replaced as a whole, and one daemon a directory. */
#pragma once

#include "util/buf.h"

struct state_dir;

enum {
        _STATE_DIR_SUCCESS,
        STATE_DIR_LOCKED, /* another daemon has it */
};

int state_dir_open(const char *path, struct state_dir **ret) _must_use_; /* created 0700 when missing */
struct state_dir *state_dir_close(struct state_dir *d);
DEFINE_CLEANUP(struct state_dir *, state_dir_close)

/* @name: a pairing, or "" for the daemon; bytes as they are. 0 or negative errno. */
int state_dir_write(struct state_dir *d, const char *name, const void *bytes, size_t len) _must_use_;
int state_dir_read(struct state_dir *d, const char *name, size_t max, struct buf *out) _must_use_; /* -ENOENT, -EFBIG */
