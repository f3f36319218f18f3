/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: those that systemd passed, else our own. */
#pragma once

#include <stdbool.h>

struct listening {
        int control; /* -1: none */
        int metrics;
        bool control_is_passed, metrics_is_passed;
};

/* Looks at what systemd passed. 0 or negative errno (a passed socket is of another kind). */
int listen_take_passed(struct listening *l);

/* Non-blocking; a descriptor or negative errno. */
int listen_unix(const char *path, const char *group); /* mode 0660, of @group if it exists */
int listen_tcp(const char *address);                  /* "127.0.0.1:9321", "[::1]:9321" */
