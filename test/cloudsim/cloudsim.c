/* SPDX-License-Identifier: Apache-2.0 */
/* s2svpn-cloudsim: the cloud model as a server on loopback, for demonstrations and integration tests. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model-admin.h"
#include "model.h"
#include "server.h"
#include "util/buf.h"

#define FILE_MAX (1u << 20)
#define EX_USAGE 64

static volatile sig_atomic_t stopping;

static void on_signal(int signal_number) {
        (void)signal_number;
        stopping = 1;
}

struct arguments {
        struct model_config model;
        struct server_config server;
        const char *scenario, *certificate, *key, *log;
};

static const char help_text[] =
        "Usage: s2svpn-cloudsim [OPTION]...\n"
        "Answers as Entra ID, Azure Resource Manager, EC2, STS and instance metadata on 127.0.0.1.\n\n"
        "  --port=N             listen on this port (default 0: any free one, printed)\n"
        "  --tls-cert=FILE      serve HTTPS with this certificate (PEM); needs --tls-key\n"
        "  --tls-key=FILE       its key\n"
        "  --speed=F            long operations take their documented time divided by F (default 1)\n"
        "  --seed=N             of everything random (default 1)\n"
        "  --scenario=FILE      JSON: what exists at the start\n"
        "  --option=NAME=VALUE  an unverified fact about the clouds, decided\n"
        "  --log=FILE           a line for every request\n"
        "  --help               this text\n\n"
        "POST /admin/{operation} breaks things; GET /admin/help lists the operations.\n";

static int fail(const char *what, const char *value) {
        fprintf(stderr, "s2svpn-cloudsim: %s: %s\n", what, value);
        return -EINVAL;
}

static int read_file(const char *path, struct buf *out) {
        char piece[4096];
        size_t n;
        FILE *f = fopen(path, "re");
        if (!f)
                return fail(path, strerror(errno));
        while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && out->len < FILE_MAX)
                buf_append(out, piece, n);
        fclose(f);
        return buf_error(out);
}

static int set_option(struct arguments *a, const char *text) {
        char name[64];
        size_t n = strcspn(text, "=");
        if (n >= sizeof(name) || text[n] != '=')
                return fail("--option needs NAME=VALUE", text);
        memcpy(name, text, n);
        name[n] = 0;
        return model_options_set(&a->model.options, name, text + n + 1) < 0 ? fail("unknown option or value", text) : 0;
}

static int set_number(const char *text, uint64_t max, uint64_t *ret) {
        char *rest = NULL;
        errno = 0;
        unsigned long long n = strtoull(text, &rest, 10);
        if (errno != 0 || rest == text || *rest || *text == '-' || n > max)
                return fail("not a number in range", text);
        *ret = n;
        return 0;
}

static int set_port(struct arguments *a, const char *text) {
        uint64_t port;
        int k = set_number(text, UINT16_MAX, &port);
        if (k == 0)
                a->server.port = (uint16_t)port;
        return k;
}

static int set_speed(struct arguments *a, const char *text) {
        char *rest = NULL;
        a->model.speed = strtod(text, &rest);
        return rest == text || *rest || !(a->model.speed > 0) ? fail("--speed needs a number above 0", text) : 0;
}

static int set_argument(struct arguments *a, int letter, const char *value) {
        switch (letter) {
        case 'p':
                return set_port(a, value);
        case 'c':
                a->certificate = value;
                return 0;
        case 'k':
                a->key = value;
                return 0;
        case 'S':
                return set_speed(a, value);
        case 's':
                return set_number(value, UINT64_MAX, &a->model.seed);
        case 'f':
                a->scenario = value;
                return 0;
        case 'o':
                return set_option(a, value);
        case 'l':
                a->log = value;
                return 0;
        default:
                return -EINVAL;
        }
}

static int parse(int argc, char **argv, struct arguments *a) {
        static const struct option options[] = {
                {"port", required_argument, NULL, 'p'},    {"tls-cert", required_argument, NULL, 'c'},
                {"tls-key", required_argument, NULL, 'k'}, {"speed", required_argument, NULL, 'S'},
                {"seed", required_argument, NULL, 's'},    {"scenario", required_argument, NULL, 'f'},
                {"option", required_argument, NULL, 'o'},  {"log", required_argument, NULL, 'l'},
                {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
        };
        int letter;
        while ((letter = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (letter == 'h') {
                        fputs(help_text, stdout);
                        exit(EXIT_SUCCESS);
                }
                int k = set_argument(a, letter, optarg);
                if (k < 0)
                        return k;
        }
        if (optind < argc)
                return fail("unexpected argument", argv[optind]);
        return !a->certificate == !a->key ? 0 : fail("--tls-cert and --tls-key", "one needs the other");
}

static int seed(struct model *m, const char *path) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        char error[ADMIN_TEXT_SIZE] = "no memory";
        int k = read_file(path, &text);
        if (k < 0)
                return k;
        k = model_admin_text(m, "seed", buf_str(&text), error);
        return k < 0 ? fail(path, error) : 0;
}

static int serve(struct server *s) {
        struct sigaction stop = {.sa_handler = on_signal};
        sigaction(SIGTERM, &stop, NULL);
        sigaction(SIGINT, &stop, NULL);
        signal(SIGPIPE, SIG_IGN);
        printf("s2svpn-cloudsim: ready on 127.0.0.1:%u\n", server_port(s));
        fflush(stdout);
        while (!stopping)
                if (server_run(s) < 0)
                        return EXIT_FAILURE;
        return EXIT_SUCCESS;
}

static int run(struct arguments *a) {
        _cleanup_buf_ struct buf certificate = BUF_NULL, key = BUF_NULL;
        a->model.start_wall_ms = server_now_ms();
        if (a->certificate) {
                if (read_file(a->certificate, &certificate) < 0 || read_file(a->key, &key) < 0)
                        return EXIT_FAILURE;
                a->server.tls_certificate = buf_str(&certificate);
                a->server.tls_key = buf_str(&key);
        }
        _cleanup_(model_freep) struct model *m = model_new(&a->model);
        if (!m || (a->scenario && seed(m, a->scenario) < 0))
                return EXIT_FAILURE;
        _cleanup_(server_freep) struct server *s = server_new(TAKE_PTR(m), &a->server);
        if (!s) {
                fail("cannot listen", strerror(errno));
                return EXIT_FAILURE;
        }
        return serve(s);
}

int main(int argc, char **argv) {
        struct arguments a = {0};
        model_config_default(&a.model);
        if (parse(argc, argv, &a) < 0)
                return EX_USAGE;
        if (a.log && !(a.server.log = fopen(a.log, "ae"))) {
                fail(a.log, strerror(errno));
                return EXIT_FAILURE;
        }
        int k = run(&a);
        if (a.server.log)
                fclose(a.server.log);
        return k;
}
