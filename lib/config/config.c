/* SPDX-License-Identifier: Apache-2.0 */
/* All files together. */
#include "config/config.h"

#include <errno.h>

#include "config/declare.h"

struct configuration *configuration_free(struct configuration *c) {
        if (c)
                arena_free(c->arena); /* @c lives in it */
        return NULL;
}

static int read_daemon(const struct config_file *files, size_t n, struct problems *problems,
                       struct daemon_source *ret) {
        struct ini *inis = ARENA_ARRAY(problems->arena, struct ini, n > 0 ? n : 1);
        if (!inis)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int k = ini_read(&files[i], daemon_sections, problems, &inis[i]);
                if (k < 0)
                        return k;
        }
        declare_daemon(inis, n, problems, ret);
        return problems->error;
}

static int read_pairings(const struct config_file *files, size_t n, const struct daemon_source *daemon,
                         struct problems *problems, struct pairing_source **ret) {
        struct pairing_source *sources = ARENA_ARRAY(problems->arena, struct pairing_source, n > 0 ? n : 1);
        if (!sources)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int k = ini_read(&files[i], pairing_sections, problems, &sources[i].ini);
                if (k < 0)
                        return k;
                declare_pairing(&sources[i], daemon, problems);
        }
        check_together(sources, n, problems);
        *ret = sources;
        return problems->error;
}

static int assemble(struct arena *arena, const struct daemon_source *daemon, const struct pairing_source *sources,
                    size_t n, struct configuration **ret) {
        struct configuration *c = ARENA_NEW(arena, struct configuration);
        struct declaration *pairings = ARENA_ARRAY(arena, struct declaration, n > 0 ? n : 1);
        if (!c || !pairings)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                pairings[i] = sources[i].declaration;
        *c = (struct configuration){.arena = arena, .daemon = daemon->config, .pairings = pairings, .n_pairings = n};
        *ret = c;
        return 0;
}

/**
 * config_parse() - Reads all files of a configuration
 * @daemon_files: s2svpnd.conf first, then drop-ins in order: the later override
 * @n_daemon: 0: defaults only
 * @pairing_files: in any order, each path ends in NAME.conf
 * @n_pairings: may be 0
 * @errors: appended to: "file:line: text" a line, every mistake of every file
 * @ret: the configuration, for configuration_free()
 *
 * Return: 0; CONFIG_INVALID: see @errors; -ENOMEM.
 */
int config_parse(const struct config_file *daemon_files, size_t n_daemon, const struct config_file *pairing_files,
                 size_t n_pairings, struct buf *errors, struct configuration **ret) {
        _cleanup_(arena_freep) struct arena *arena = arena_new();
        if (!arena)
                return -ENOMEM;
        _cleanup_problems_ struct problems problems = {.arena = arena};
        struct daemon_source daemon;
        struct pairing_source *sources = NULL;
        if (n_pairings > PAIRINGS_MAX) {
                problems_add(&problems, pairing_files[PAIRINGS_MAX].path, 1,
                             "too many pairings; at most %d are allowed", PAIRINGS_MAX);
                n_pairings = PAIRINGS_MAX;
        }
        int k = read_daemon(daemon_files, n_daemon, &problems, &daemon);
        if (k == 0)
                k = read_pairings(pairing_files, n_pairings, &daemon, &problems, &sources);
        if (k < 0)
                return k;
        if (problems.n > 0) {
                problems_print(&problems, errors);
                return buf_error(errors) < 0 ? -ENOMEM : CONFIG_INVALID;
        }
        k = assemble(arena, &daemon, sources, n_pairings, ret);
        if (k == 0)
                TAKE_PTR(arena);
        return k;
}
