/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of the configuration directory. A file that is not there is empty; what cannot be read is a mistake. */
#include "config-files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "material.h"
#include "util/alloc.h"

#define FILE_BYTES_MAX (1u << 20) /* the parser's own limit is lower and says so */

struct file_list {
        struct config_file *files; /* path and bytes are owned */
        size_t n, size;
};

static void file_list_deinit(struct file_list *l) {
        for (size_t i = 0; i < l->n; i++) {
                mem_free((char *)l->files[i].path);
                mem_free((char *)l->files[i].bytes);
        }
        mem_free(l->files);
}

static int reserve(struct file_list *l) {
        if (l->n < l->size)
                return 0;
        size_t size = l->size ? l->size * 2 : 16;
        struct config_file *files = mem_realloc(l->files, size * sizeof(*files));
        if (!files)
                return -ENOMEM;
        l->files = files;
        l->size = size;
        return 0;
}

static int add_file(struct file_list *l, const char *path, bool must_exist, struct buf *errors) {
        _cleanup_buf_ struct buf bytes = BUF_NULL;
        int k = file_read(path, FILE_BYTES_MAX, &bytes);
        if (k == -ENOMEM || (k == -ENOENT && !must_exist))
                return k == -ENOMEM ? k : 0;
        if (k < 0) {
                buf_printf(errors, "%s:1: cannot be read: %s\n", path, strerror(-k));
                return buf_error(errors);
        }
        if (reserve(l) < 0)
                return -ENOMEM;
        size_t len = bytes.len;
        char *text = buf_steal(&bytes), *name = mem_strdup(path);
        if (!text || !name) {
                mem_free(text);
                mem_free(name);
                return -ENOMEM;
        }
        l->files[l->n++] = (struct config_file){name, text, len};
        return 0;
}

static int is_conf(const struct dirent *entry) {
        size_t n = strlen(entry->d_name);
        return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct file_list *l, const char *directory, struct buf *errors) {
        struct dirent **entries = NULL;
        int n = scandir(directory, &entries, is_conf, by_bytes);
        if (n < 0 && errno == ENOENT)
                return 0;
        if (n < 0) {
                buf_printf(errors, "%s:1: cannot be read: %s\n", directory, strerror(errno));
                return buf_error(errors);
        }
        int k = 0;
        for (int i = 0; i < n; i++) {
                _cleanup_buf_ struct buf path = BUF_NULL;
                buf_printf(&path, "%s/%s", directory, entries[i]->d_name);
                if (k == 0)
                        k = buf_error(&path) < 0 ? -ENOMEM : add_file(l, buf_str(&path), true, errors);
                free(entries[i]);
        }
        free(entries);
        return k;
}

static int add_below(struct file_list *l, const char *directory, const char *name, bool is_directory,
                     struct buf *errors) {
        _cleanup_buf_ struct buf path = BUF_NULL;
        buf_printf(&path, "%s/%s", directory, name);
        if (buf_error(&path) < 0)
                return -ENOMEM;
        return is_directory ? add_directory(l, buf_str(&path), errors) : add_file(l, buf_str(&path), false, errors);
}

int config_files_load(const char *directory, struct buf *errors, struct configuration **ret) {
        _cleanup_(file_list_deinit) struct file_list daemon = {0}, pairings = {0};
        struct configuration *c = NULL;
        if (access(directory, R_OK | X_OK) < 0) {
                buf_printf(errors, "%s:1: cannot be read: %s\n", directory, strerror(errno));
                return buf_error(errors) < 0 ? -ENOMEM : CONFIG_INVALID;
        }
        int k = add_below(&daemon, directory, "s2svpnd.conf", false, errors);
        if (k == 0)
                k = add_below(&daemon, directory, "s2svpnd.conf.d", true, errors);
        if (k == 0)
                k = add_below(&pairings, directory, "pairings.d", true, errors);
        if (k == 0)
                k = config_parse(daemon.files, daemon.n, pairings.files, pairings.n, errors, &c);
        if (k == 0 && errors->len > 0) { /* a file could not be read: the rest alone is not what was meant */
                configuration_free(c);
                return CONFIG_INVALID;
        }
        if (k == 0)
                *ret = c;
        return k;
}
