/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine asks for by name: files, environment variables, systemd credentials. */
#pragma once

#include "engine/engine.h"
#include "util/buf.h"

/* MATERIAL_STATE is not read here. @out is wiped by its deinit. 0 or negative errno; -ENOENT: not there. */
int material_read(enum material_kind kind, const char *name, size_t max, struct buf *out) _must_use_;

/* A regular file, whole. 0 or negative errno. */
int file_read(const char *path, size_t max, struct buf *out) _must_use_;
