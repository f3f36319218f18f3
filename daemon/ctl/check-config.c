/* SPDX-License-Identifier: Apache-2.0 */
/* check-config: reads a configuration with the daemon's own code, and says what is wrong with file and line. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "config-files.h"
#include "ctl.h"

#define DEFAULT_DIR "/etc/s2svpn"

static void complain_lines(const struct buf *errors) {
        for (const char *p = buf_str(errors); *p;) {
                _cleanup_buf_ struct buf line = BUF_NULL, safe = BUF_NULL;
                size_t len = strcspn(p, "\n");
                buf_append(&line, p, len);
                text_put(&safe, buf_str(&line));
                fprintf(stderr, "%s\n", buf_str(&safe));
                p += len + (p[len] == '\n');
        }
}

/**
 * verb_check_config() - Parses a configuration directory
 * @inv: the command line
 *
 * Return: 0, or 1 after messages.
 */
int verb_check_config(const struct invocation *inv) {
        const char *dir = inv->argument ? inv->argument : DEFAULT_DIR;
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        DIR *probe = opendir(dir); /* the daemon takes a directory that is not there for an empty one */
        if (!probe) {
                complain("%s: %m", dir);
                return EXIT_REFUSED;
        }
        closedir(probe);
        int r = config_files_load(dir, &errors, &c);
        if (r < 0)
                complain("%s", strerror(-r));
        if (r == CONFIG_INVALID)
                complain_lines(&errors);
        if (r != 0)
                return EXIT_REFUSED;
        printf("%zu pairing%s, no errors\n", c->n_pairings, c->n_pairings == 1 ? "" : "s");
        return 0;
}
