/* SPDX-License-Identifier: Apache-2.0 */
/* Files, environment variables, systemd credentials. */
#include "material.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void closep(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

/**
 * file_read() - Reads a regular file
 * @path: opened without waiting, so that a FIFO in its place cannot stop the loop
 * @max: a larger file is refused
 *
 * Return: 0; -EFBIG, -EINVAL (not a regular file), -ENOMEM, or what open and read say.
 */
int file_read(const char *path, size_t max, struct buf *out) {
        struct stat st;
        char chunk[4096];
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
        int k = 0;
        while (k == 0) {
                ssize_t n = read(fd, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) {
                        k = n < 0 ? -errno : buf_error(out);
                        break;
                }
                if (out->len + (size_t)n > max)
                        k = -EFBIG;
                else
                        buf_append(out, chunk, (size_t)n);
        }
        explicit_bzero(chunk, sizeof(chunk));
        return k;
}

static int read_below(const char *directory, const char *name, size_t max, struct buf *out) {
        _cleanup_buf_ struct buf path = BUF_NULL;
        buf_printf(&path, "%s/%s", directory, name);
        return buf_error(&path) < 0 ? -ENOMEM : file_read(buf_str(&path), max, out);
}

static int read_file(const char *name, size_t max, struct buf *out) {
        if (strncmp(name, "~/", 2) != 0)
                return name[0] == '/' ? file_read(name, max, out) : -EINVAL;
        const char *home = getenv("HOME");
        if (!home || home[0] != '/') {
                const struct passwd *user = getpwuid(geteuid());
                home = user ? user->pw_dir : NULL;
        }
        return home ? read_below(home, name + 2, max, out) : -ENOENT;
}

static int read_credential(const char *name, size_t max, struct buf *out) {
        const char *directory = getenv("CREDENTIALS_DIRECTORY");
        if (strchr(name, '/') || name[0] == '.' || !name[0])
                return -EINVAL;
        return directory ? read_below(directory, name, max, out) : -ENOENT;
}

static int read_variable(const char *name, size_t max, struct buf *out) {
        const char *value = getenv(name);
        if (!value)
                return -ENOENT;
        if (strlen(value) > max)
                return -EFBIG;
        buf_puts(out, value);
        return buf_error(out);
}

int material_read(enum material_kind kind, const char *name, size_t max, struct buf *out) {
        switch (kind) {
        case MATERIAL_FILE:
                return read_file(name, max, out);
        case MATERIAL_ENV:
                return read_variable(name, max, out);
        case MATERIAL_CREDENTIAL:
                return read_credential(name, max, out);
        case MATERIAL_STATE:
                break;
        }
        return -EINVAL;
}
