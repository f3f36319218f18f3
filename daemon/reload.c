/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: first load, reload, and the file HOLD. */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "config-files.h"
#include "daemon.h"
#include "notify.h"

static void print_errors(struct daemon *d, const char *errors) {
        for (const char *line = errors; *line;) {
                int n = (int)strcspn(line, "\n");
                journal_print(&d->journal, LOG_ERR, "%.*s", n, line);
                line += n + (line[n] == '\n');
        }
}

static void refuse(struct daemon *d, int k, const char *errors, bool is_first) {
        print_errors(d, k > 0 ? errors : strerror(-k));
        if (is_first)
                return;
        const struct engine_input in = {.type = ENGINE_IN_CONFIG_REFUSED, .text = k > 0 ? errors : strerror(-k)};
        daemon_input(d, &in);
}

/**
 * daemon_load_config() - Reads the files and hands them to the engine; with any mistake the running ones stay
 */
int daemon_load_config(struct daemon *d, bool is_first) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        struct configuration *c = NULL;
        int k = config_files_load(d->options->config_dir, &errors, &c);
        if (k == 0 && http_client_set_ca_file(d->http, c->daemon.ca_file) < 0) {
                configuration_free(c);
                k = -ENOMEM;
        }
        if (k != 0) {
                refuse(d, k, buf_str(&errors), is_first);
                return k;
        }
        daemon_open_metrics(d, c->daemon.metrics_listen);
        const struct engine_input in = {.type = ENGINE_IN_CONFIG, .config = c};
        daemon_input(d, &in);
        (void)malloc_trim(0);
        return 0;
}

void daemon_reload(struct daemon *d) {
        notify_reloading();
        (void)daemon_load_config(d, false);
        notify_ready();
}

/**
 * daemon_check_hold() - Tells the engine when the file HOLD comes or goes
 *
 * A file that is there and cannot be seen holds as well: only its certain absence lets writes leave.
 */
void daemon_check_hold(struct daemon *d) {
        _cleanup_buf_ struct buf path = BUF_NULL;
        buf_printf(&path, "%s/HOLD", d->options->config_dir);
        bool hold = buf_error(&path) < 0 || access(buf_str(&path), F_OK) == 0 || errno != ENOENT;
        if (hold == d->hold && d->state != DAEMON_STARTING)
                return;
        d->hold = hold;
        const struct engine_input in = {.type = ENGINE_IN_HOLD, .hold = hold};
        daemon_input(d, &in);
}
