/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket and the metrics listener: requests become inputs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon.h"
#include "peer.h"
#include "util/alloc.h"

static int on_control(void *userdata, uint64_t id, const struct server_request *request) {
        struct engine_input in = {.type = ENGINE_IN_CONTROL, .id = id};
        in.control.method = request->method;
        in.control.path = request->path;
        in.control.body = request->body;
        in.control.body_len = request->len;
        in.control.may_write = request->may_write;
        in.control.peer = request->peer;
        return daemon_input(userdata, &in);
}

/* systemd makes the directory; by hand there may be none yet. */
static int make_parent(const char *path) {
        char *parent = mem_strdup(path);
        char *slash = parent ? strrchr(parent, '/') : NULL;
        int k = parent ? 0 : -ENOMEM;
        if (slash && slash != parent) {
                *slash = 0;
                if (mkdir(parent, 0755) < 0 && errno != EEXIST)
                        k = -errno;
        }
        mem_free(parent);
        return k;
}

int daemon_open_control(struct daemon *d) {
        int fd = d->passed.control;
        if (fd < 0) {
                int k = make_parent(d->options->socket);
                fd = k < 0 ? k : listen_unix(d->options->socket, GROUP_READ);
        }
        int k = fd < 0 ? fd : server_new(&d->loop, SERVER_CONTROL, fd, &d->next_control_id, on_control, d, &d->control);
        if (k < 0)
                journal_print(&d->journal, LOG_ERR, "%s: cannot listen: %s", d->options->socket, strerror(-k));
        return k;
}

static int open_metrics(struct daemon *d, const char *address) {
        char *copy = mem_strdup(address);
        int fd = !copy ? -ENOMEM : d->passed.metrics_is_passed ? dup(d->passed.metrics) : listen_tcp(address);
        int k = fd < 0 ? (copy && d->passed.metrics_is_passed ? -errno : fd)
                       : server_new(&d->loop, SERVER_METRICS, fd, &d->next_control_id, on_control, d, &d->metrics);
        if (k < 0) {
                mem_free(copy);
                return k;
        }
        d->metrics_listen = copy;
        return 0;
}

/**
 * daemon_open_metrics() - Makes the metrics listener what the configuration says
 * @address: "" closes it
 *
 * Metrics are not worth a daemon that does not start: a port that is taken is an error in the journal, tried again at
 * the next reload.
 */
void daemon_open_metrics(struct daemon *d, const char *address) {
        if (d->metrics && strcmp(d->metrics_listen, address) == 0)
                return;
        server_close(TAKE_PTR(d->metrics));
        mem_free(TAKE_PTR(d->metrics_listen));
        int k = *address ? open_metrics(d, address) : 0;
        if (k < 0)
                journal_print(&d->journal, LOG_ERR, "metrics: cannot listen on %s: %s", address, strerror(-k));
}
