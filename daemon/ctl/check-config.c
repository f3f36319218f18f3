/* SPDX-License-Identifier: Apache-2.0 */
/* check-config: reads a configuration as the daemon would, and says what is wrong with file and line. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "ctl.h"

#define DEFAULT_DIR "/etc/s2svpn"
#define FILE_BYTES_MAX (1u << 20)

/* The files of a directory, sorted. */
struct file_set {
        struct arena *arena;
        struct config_file *files;
        size_t n_files;
};

static int is_conf(const struct dirent *d) {
        size_t n = strlen(d->d_name);
        return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_all(FILE *f, struct buf *ret_bytes) {
        char chunk[4096];
        size_t n;
        while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
                buf_append(ret_bytes, chunk, n);
        return ferror(f) ? -EIO : buf_error(ret_bytes);
}

/* 0 or negative errno; -ENOENT: there is no such file */
static int add_file(struct file_set *set, const char *path) {
        _cleanup_buf_ struct buf bytes = BUF_CAPPED(FILE_BYTES_MAX);
        FILE *f = fopen(path, "re");
        if (!f)
                return -errno;
        int r = read_all(f, &bytes);
        fclose(f);
        if (r < 0)
                return r;
        struct config_file file = {
                .path = arena_strdup(set->arena, path),
                .bytes = arena_strndup(set->arena, buf_str(&bytes), bytes.len),
                .len = bytes.len,
        };
        if (!file.path || !file.bytes)
                return -ENOMEM;
        set->files[set->n_files++] = file;
        return 0;
}

/* Adds @dir/NAME.conf; a directory that is not there is empty. @room: already promised entries beyond the listed ones.
 */
static int add_directory(struct file_set *set, const char *dir) {
        struct dirent **names = NULL;
        int n = scandir(dir, &names, is_conf, by_name);
        if (n < 0)
                return errno == ENOENT ? 0 : -errno;
        struct config_file *files = ARENA_ARRAY(set->arena, struct config_file, set->n_files + (size_t)n + 1);
        int r = files ? 0 : -ENOMEM;
        if (files && set->n_files > 0)
                memcpy(files, set->files, set->n_files * sizeof(*files));
        set->files = files ? files : set->files;
        for (int i = 0; i < n; i++) {
                char *path = arena_printf(set->arena, "%s/%s", dir, names[i]->d_name);
                r = r < 0 ? r : path ? add_file(set, path) : -ENOMEM;
                if (r < 0 && path)
                        complain("%s: %s", path, strerror(-r));
                free(names[i]);
        }
        free(names);
        return r;
}

static int read_daemon_files(struct file_set *set, const char *dir) {
        char *path = arena_printf(set->arena, "%s/s2svpnd.conf", dir);
        char *drop_ins = arena_printf(set->arena, "%s/s2svpnd.conf.d", dir);
        set->files = ARENA_NEW(set->arena, struct config_file);
        if (!path || !drop_ins || !set->files)
                return -ENOMEM;
        int r = add_file(set, path);
        if (r < 0 && r != -ENOENT) {
                complain("%s: %s", path, strerror(-r));
                return r;
        }
        return add_directory(set, drop_ins);
}

static int check(const struct file_set *daemon_files, const struct file_set *pairing_files) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        int r = config_parse(daemon_files->files, daemon_files->n_files, pairing_files->files, pairing_files->n_files,
                             &errors, &c);
        if (r < 0)
                complain("%s", strerror(-r));
        if (r != 0)
                fputs(buf_str(&errors), stderr);
        if (r != 0)
                return EXIT_REFUSED;
        printf("%zu pairing%s, no errors\n", c->n_pairings, c->n_pairings == 1 ? "" : "s");
        return 0;
}

/**
 * verb_check_config() - Parses a configuration directory
 * @inv: the command line
 *
 * Return: 0, or 1 after messages.
 */
int verb_check_config(const struct invocation *inv) {
        const char *dir = inv->argument ? inv->argument : DEFAULT_DIR;
        _cleanup_(arena_freep) struct arena *arena = arena_new();
        struct file_set daemon_files = {.arena = arena}, pairing_files = {.arena = arena};
        DIR *probe = opendir(dir);
        if (!arena || !probe) {
                complain("%s: %m", dir);
                if (probe)
                        closedir(probe);
                return EXIT_REFUSED;
        }
        closedir(probe);
        char *pairings = arena_printf(arena, "%s/pairings.d", dir);
        if (!pairings || read_daemon_files(&daemon_files, dir) < 0 || add_directory(&pairing_files, pairings) < 0)
                return EXIT_REFUSED;
        return check(&daemon_files, &pairing_files);
}
