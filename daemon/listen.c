/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "util/macro.h"

#define BACKLOG 64

static void closep(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

int listen_take_passed(struct listening *l) {
        *l = (struct listening){.control = -1, .metrics = -1};
        int n = sd_listen_fds(1);
        if (n < 0)
                return n;
        for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++) {
                if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0 && l->control < 0)
                        l->control = fd;
                else if (sd_is_socket_inet(fd, AF_UNSPEC, SOCK_STREAM, 1, 0) > 0 && l->metrics < 0)
                        l->metrics = fd;
                else
                        return -EINVAL;
                if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                        return -errno;
        }
        l->control_is_passed = l->control >= 0;
        l->metrics_is_passed = l->metrics >= 0;
        return 0;
}

/* Nobody may connect between bind and chmod: the umask makes the socket ours alone until then. */
static int bind_private(int fd, const struct sockaddr_un *address) {
        mode_t old = umask(0177);
        int k = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
        umask(old);
        return k;
}

/**
 * listen_unix() - Makes the control socket
 * @path: a file that is in its way is removed: the lock of the state directory says that we are alone
 * @group: gets read and write; a group that does not exist leaves the socket to its owner
 *
 * Return: a descriptor, or a negative errno.
 */
int listen_unix(const char *path, const char *group) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        struct stat st;
        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        memcpy(address.sun_path, path, strlen(path) + 1);
        if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
                return -EEXIST;
        (void)unlink(path);
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        int k = bind_private(fd, &address);
        if (k < 0)
                return k;
        const struct group *g = getgrnam(group);
        if (g && (chown(path, (uid_t)-1, g->gr_gid) < 0 || chmod(path, 0660) < 0) && errno != EPERM)
                return -errno;
        if (listen(fd, BACKLOG) < 0)
                return -errno;
        int result = fd;
        fd = -1;
        return result;
}

static int parse_tcp(const char *s, struct sockaddr_storage *ret, socklen_t *ret_len) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
        char host[64];
        const char *colon = strrchr(s, ':');
        bool is_v6 = s[0] == '[' && colon > s + 1 && colon[-1] == ']';
        int n = colon ? (int)(colon - s) - (is_v6 ? 2 : 0) : 0;
        if (n <= 0 || n >= (int)sizeof(host))
                return -EINVAL;
        snprintf(host, sizeof(host), "%.*s", n, is_v6 ? s + 1 : s);
        in_port_t port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
        memset(ret, 0, sizeof(*ret));
        if (is_v6) {
                v6->sin6_family = AF_INET6;
                v6->sin6_port = port;
                *ret_len = sizeof(*v6);
                return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 ? 0 : -EINVAL;
        }
        v4->sin_family = AF_INET;
        v4->sin_port = port;
        *ret_len = sizeof(*v4);
        return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? 0 : -EINVAL;
}

int listen_tcp(const char *s) {
        struct sockaddr_storage address;
        socklen_t len;
        int one = 1, k = parse_tcp(s, &address, &len);
        if (k < 0)
                return k;
        _cleanup_(closep) int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
            bind(fd, (const struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0)
                return -errno;
        int result = fd;
        fd = -1;
        return result;
}
