/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: bytes and a file name -> declarations, with file and line for everything that is wrong.
 *
 * /etc/s2svpn/s2svpnd.conf, its drop-ins s2svpnd.conf.d/NAME.conf (sorted), and one pairings.d/NAME.conf a pairing. The
 * caller reads the files; nothing here does I/O.
 */
#pragma once

#include "core/declaration.h"
#include "util/arena.h"
#include "util/buf.h"

struct config_file {
        const char *path; /* as people should see it */
        const char *bytes;
        size_t len;
};

/* s2svpnd.conf */
struct daemon_config {
        const char *owner;                             /* Owner=, tag value; default "s2svpn" */
        const char *metrics_listen;                    /* MetricsListen=127.0.0.1:9321; "" = off */
        const char *ca_file;                           /* CaFile=, for both clouds; "" = system */
        const char *authority_url, *arm_url, *aws_url; /* endpoint overrides; "" = the clouds' own */
        const char *client_secret_file; /* [Azure] ClientSecretFile=; "" = credentials directory, environment */
        struct timing timing;           /* [Timing], the default of every pairing */
};

/* All of it. Immutable once made; freed as a whole. */
struct configuration {
        struct arena *arena;
        struct daemon_config daemon;
        const struct declaration *pairings; /* sorted by name */
        size_t n_pairings;
};

struct configuration *configuration_free(struct configuration *c);
DEFINE_CLEANUP(struct configuration *, configuration_free)

enum {
        _CONFIG_SUCCESS,
        CONFIG_INVALID, /* @errors has one "file:line: text" a line, all of them, not just the first */
};

/* @daemon_files: s2svpnd.conf first, then drop-ins in order. @pairing_files: any order, each path ends in NAME.conf */
int config_parse(const struct config_file *daemon_files, size_t n_daemon, const struct config_file *pairing_files,
                 size_t n_pairings, struct buf *errors, struct configuration **ret) _must_use_;

/* Canonical text of a parsed configuration: parsing it again gives the same configuration. */
int config_print(const struct configuration *c, struct buf *out) _must_use_;
