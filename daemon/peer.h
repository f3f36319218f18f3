/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end of the control socket, and what they may do. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct peer {
        uid_t uid;
        bool may_read;  /* also the daemon's own user, root, and the groups below */
        bool may_write; /* root, the daemon's own user, group s2svpn-admin */
};

#define GROUP_READ "s2svpn"
#define GROUP_WRITE "s2svpn-admin"

/* 0 or negative errno. Groups are looked up anew each time: memberships change while the daemon runs. */
int peer_of(int fd, struct peer *ret);
