/* SPDX-License-Identifier: Apache-2.0 */
/* s2svpnctl: what the command line said, and the verbs. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "client.h"
#include "document.h"

#define EXIT_REFUSED 1     /* the daemon or the files said no */
#define EXIT_UNREACHABLE 3 /* the same as EXIT_UNKNOWN: nobody knows */
#define EXIT_USAGE 64

struct invocation {
        const char *verb;
        const char *argument; /* PAIRING or DIR; NULL: none */
        struct client client;
        struct render_options render;
        bool json;
};

/* each returns the exit code */
int verb_status(const struct invocation *inv);
int verb_tunnels(const struct invocation *inv);
int verb_routes(const struct invocation *inv);
int verb_plan(const struct invocation *inv);
int verb_history(const struct invocation *inv);
int verb_pause(const struct invocation *inv);
int verb_approve(const struct invocation *inv);
int verb_watch(const struct invocation *inv);
int verb_check_config(const struct invocation *inv);

/* Gets a document; @ret_document is set only when 0 is returned, else the message was printed. */
int fetch(const struct invocation *inv, const char *path, struct buf *ret_reply, json_t **ret_document) _must_use_;
int print(const struct buf *out); /* to stdout; 0 or an exit code */
void complain(const char *format, ...) _printf_(1, 2);
