/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end of the control socket. */
#include "peer.h"

#include <errno.h>
#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/macro.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

#define GROUPS_MAX 1024

/* Primary and supplementary groups as they were when the peer connected. */
static bool is_member(const gid_t *groups, size_t n, const char *name) {
        const struct group *g = getgrnam(name);
        for (size_t i = 0; g && i < n; i++) {
                if (groups[i] == g->gr_gid)
                        return true;
        }
        return false;
}

int peer_of(int fd, struct peer *ret) {
        struct ucred credentials;
        socklen_t len = sizeof(credentials);
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
                return -errno;
        gid_t groups[GROUPS_MAX + 1] = {credentials.gid};
        socklen_t bytes = GROUPS_MAX * sizeof(gid_t);
        size_t n = 1;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups + 1, &bytes) == 0)
                n += bytes / sizeof(gid_t);
        bool is_own = credentials.uid == 0 || credentials.uid == geteuid();
        bool is_admin = is_own || is_member(groups, n, GROUP_WRITE);
        *ret = (struct peer){
                .uid = credentials.uid,
                .may_read = is_admin || is_member(groups, n, GROUP_READ),
                .may_write = is_admin,
        };
        return 0;
}
