/* SPDX-License-Identifier: Apache-2.0 */
/* s2svpnd: arguments. */
#include <curl/curl.h>
#include <getopt.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>

#include "config-files.h"
#include "daemon.h"

static const char usage[] = "Usage: s2svpnd [OPTION]...\n"
                            "Keeps BGP-over-IPsec VPNs between Azure and AWS in the declared state.\n"
                            "\n"
                            "  --config-dir DIR   configuration; default /etc/s2svpn\n"
                            "  --state-dir DIR    what must survive a restart; default /var/lib/s2svpn\n"
                            "  --runtime-dir DIR  place of the control socket s2svpnd.sock; default /run/s2svpn\n"
                            "  --socket PATH      the control socket itself\n"
                            "  --log-level LEVEL  error, warning, notice, info or debug; default info\n"
                            "  --check            check the configuration and exit: 0 valid, 78 not\n"
                            "  --version, --help\n"
                            "\n"
                            "See s2svpnd(8), s2svpnd.conf(5), s2svpn-pairing(5).\n";

enum option_code {
        OPTION_CONFIG_DIR = 1,
        OPTION_STATE_DIR,
        OPTION_RUNTIME_DIR,
        OPTION_SOCKET,
        OPTION_LOG_LEVEL,
        OPTION_CHECK,
        OPTION_VERSION,
        OPTION_HELP,
};

static const struct option long_options[] = {
        {"config-dir", required_argument, NULL, OPTION_CONFIG_DIR},
        {"state-dir", required_argument, NULL, OPTION_STATE_DIR},
        {"runtime-dir", required_argument, NULL, OPTION_RUNTIME_DIR},
        {"socket", required_argument, NULL, OPTION_SOCKET},
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
        {"check", no_argument, NULL, OPTION_CHECK},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, OPTION_HELP},
        {0},
};

struct arguments {
        struct options options;
        const char *runtime_dir;
        bool check;
};

static int parse_level(const char *s) {
        static const struct {
                const char *name;
                int level;
        } levels[] = {{"error", LOG_ERR},
                      {"warning", LOG_WARNING},
                      {"notice", LOG_NOTICE},
                      {"info", LOG_INFO},
                      {"debug", LOG_DEBUG}};
        for (size_t i = 0; i < ELEMENTSOF(levels); i++) {
                if (strcmp(s, levels[i].name) == 0)
                        return levels[i].level;
        }
        return -1;
}

/* -1: go on; else an exit status */
static int parse_arguments(int argc, char **argv, struct arguments *a) {
        int c;
        while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
                if (c == OPTION_CONFIG_DIR)
                        a->options.config_dir = optarg;
                else if (c == OPTION_STATE_DIR)
                        a->options.state_dir = optarg;
                else if (c == OPTION_RUNTIME_DIR)
                        a->runtime_dir = optarg;
                else if (c == OPTION_SOCKET)
                        a->options.socket = optarg;
                else if (c == OPTION_CHECK)
                        a->check = true;
                else if (c == OPTION_LOG_LEVEL && (a->options.log_level = parse_level(optarg)) < 0) {
                        fprintf(stderr, "s2svpnd: unknown log level %s\n", optarg);
                        return EX_USAGE;
                } else if (c == OPTION_HELP || c == OPTION_VERSION) {
                        fputs(c == OPTION_HELP ? usage : "s2svpnd " S2SVPN_VERSION "\n", stdout);
                        return EX_OK;
                } else if (c == '?')
                        return EX_USAGE;
        }
        if (optind == argc)
                return -1;
        fprintf(stderr, "s2svpnd: unexpected argument %s; see --help\n", argv[optind]);
        return EX_USAGE;
}

static int check(const char *config_dir) {
        _cleanup_buf_ struct buf errors = BUF_NULL;
        _cleanup_(configuration_freep) struct configuration *c = NULL;
        int k = config_files_load(config_dir, &errors, &c);
        if (k != 0) {
                fputs(k > 0 ? buf_str(&errors) : "not enough memory\n", stderr);
                return k > 0 ? EX_CONFIG : EX_OSERR;
        }
        printf("%s: valid, %zu pairing%s\n", config_dir, c->n_pairings, c->n_pairings == 1 ? "" : "s");
        return EX_OK;
}

/* jansson frees its parse buffers, which hold tokens and keys for a moment, without wiping them. */
static void wipe_and_free(void *p) {
        if (p)
                explicit_bzero(p, malloc_usable_size(p));
        free(p);
}

/* Small and steady: one arena, freed memory goes back early, no threads of the loop's own. */
static void tune_memory(void) {
        (void)mallopt(M_ARENA_MAX, 1);
        (void)mallopt(M_TRIM_THRESHOLD, 128 << 10);
        (void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

int main(int argc, char **argv) {
        struct arguments a = {
                .options = {.config_dir = "/etc/s2svpn", .state_dir = "/var/lib/s2svpn", .log_level = LOG_INFO},
                .runtime_dir = "/run/s2svpn",
        };
        int status = parse_arguments(argc, argv, &a);
        if (status >= 0)
                return status;
        if (a.check)
                return check(a.options.config_dir);
        _cleanup_buf_ struct buf socket = BUF_NULL;
        buf_printf(&socket, "%s/s2svpnd.sock", a.runtime_dir);
        if (!a.options.socket)
                a.options.socket = buf_str(&socket);
        tune_memory();
        json_set_alloc_funcs(malloc, wipe_and_free);
        (void)signal(SIGPIPE, SIG_IGN);
        if (buf_error(&socket) < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return EX_OSERR;
        status = daemon_run(&a.options);
        curl_global_cleanup();
        return status;
}
