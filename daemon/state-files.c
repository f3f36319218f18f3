/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State files.
 *
 * A file is written to a temporary name, fsynced, renamed over the old one, and the directory is fsynced: after a power
 * cut there is the old state or the new one. What a cut leaves under the temporary name is never read.
 *
 * All of it is synchronous on the loop. Saves are rare and small, they must be done in the order in which they were
 * asked for, nothing may be sent before they are on the disk, and a pool of threads would cost more memory than the
 * daemon itself.
 */
#include "state-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"

#define NAME_SIZE 128

struct state_dir {
        int fd; /* of the directory; carries the lock */
};

static void closep(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

static int file_name(const char *name, char out[static NAME_SIZE]) {
        if (name[0] == '.' || strchr(name, '/'))
                return -EINVAL;
        int n = *name ? snprintf(out, NAME_SIZE, "%s.pairing", name) : snprintf(out, NAME_SIZE, "daemon.state");
        return n < NAME_SIZE - (int)sizeof(".tmp") ? 0 : -ENAMETOOLONG;
}

int state_dir_open(const char *path, struct state_dir **ret) {
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? STATE_DIR_LOCKED : -errno;
        struct state_dir *d = mem_alloc(sizeof(*d));
        if (!d)
                return -ENOMEM;
        d->fd = fd;
        fd = -1;
        *ret = d;
        return 0;
}

struct state_dir *state_dir_close(struct state_dir *d) {
        if (!d)
                return NULL;
        close(d->fd);
        mem_free(d);
        return NULL;
}

static int write_all(int fd, const char *bytes, size_t len) {
        while (len > 0) {
                ssize_t n = write(fd, bytes, len);
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0) {
                        bytes += n;
                        len -= (size_t)n;
                }
        }
        return 0;
}

static int write_temporary(int dir, const char *temporary, const void *bytes, size_t len) {
        _cleanup_(closep) int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        int k = write_all(fd, bytes, len);
        if (k == 0 && fsync(fd) < 0)
                k = -errno;
        return k;
}

/**
 * state_dir_write() - Replaces a file; on return it is on the disk
 *
 * Return: 0, or a negative errno: the old file is still there, or, if only the last step failed, the new one is but
 * might not outlive a power cut.
 */
int state_dir_write(struct state_dir *d, const char *name, const void *bytes, size_t len) {
        char file[NAME_SIZE], temporary[NAME_SIZE + 8];
        int k = file_name(name, file);
        if (k < 0)
                return k;
        snprintf(temporary, sizeof(temporary), ".%s.tmp", file);
        k = write_temporary(d->fd, temporary, bytes, len);
        if (k < 0) {
                (void)unlinkat(d->fd, temporary, 0);
                return k;
        }
        if (renameat(d->fd, temporary, d->fd, file) < 0)
                return -errno;
        return fsync(d->fd) < 0 ? -errno : 0;
}

int state_dir_read(struct state_dir *d, const char *name, size_t max, struct buf *out) {
        char file[NAME_SIZE], chunk[4096];
        int k = file_name(name, file);
        if (k < 0)
                return k;
        _cleanup_(closep) int fd = openat(d->fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        for (;;) {
                ssize_t n = read(fd, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : buf_error(out);
                if (out->len + (size_t)n > max)
                        return -EFBIG;
                buf_append(out, chunk, (size_t)n);
        }
}
