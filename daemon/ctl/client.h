/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the daemon over its Unix socket. */
#pragma once

#include "util/buf.h"

struct client {
        const char *socket_path;
};

enum {
        _CLIENT_SUCCESS,
        CLIENT_UNREACHABLE, /* @reterr_text says why */
};

/* @body: NULL for GET. 0, CLIENT_UNREACHABLE or -ENOMEM. */
int client_request(const struct client *client, const char *path, const char *body, struct buf *ret_reply,
                   long *ret_status, struct buf *reterr_text) _must_use_;
