/* SPDX-License-Identifier: Apache-2.0 */
/* From the files to declarations: s2svpnd.conf, a pairing's file, and what all of them say together. */
#pragma once

#include "config/ini.h"
#include "config/take.h"

/* What s2svpnd.conf says beyond struct daemon_config. */
struct daemon_source {
        struct daemon_config config;
        const char *client_id; /* [Azure] ClientId=: for every pairing that names none */
};

/* One pairing with the file that it comes from, for messages. */
struct pairing_source {
        struct ini ini;
        struct declaration declaration;
};

extern const char *const daemon_sections[];
extern const char *const pairing_sections[];

/* @inis: s2svpnd.conf and its drop-ins; the later override */
void declare_daemon(const struct ini *inis, size_t n_inis, struct problems *problems, struct daemon_source *ret);
/* @source->ini is filled; the rest is set */
void declare_pairing(struct pairing_source *source, const struct daemon_source *daemon, struct problems *problems);
/* contradictions between pairings; sorts @sources by name */
void check_together(struct pairing_source *sources, size_t n, struct problems *problems);

void print_daemon(const struct daemon_config *d, struct buf *out);
void print_pairing(const struct declaration *d, struct buf *out);
