/* SPDX-License-Identifier: Apache-2.0 */
/* The model behind loopback HTTP: one thread, real time. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "model.h"
#include "util/macro.h"

struct server;

struct server_config {
        uint16_t port;               /* 0: any free one */
        const char *tls_certificate; /* PEM text; NULL: plain HTTP */
        const char *tls_key;
        FILE *log; /* a line for every request; NULL: none */
};

/* Takes the model over; NULL when the port cannot be had. */
struct server *server_new(struct model *m, const struct server_config *config);
struct server *server_free(struct server *s);
DEFINE_CLEANUP(struct server *, server_free)

uint16_t server_port(const struct server *s);

/* Serves for a moment; 0 or -EIO */
int server_run(struct server *s) _must_use_;

int64_t server_now_ms(void);
