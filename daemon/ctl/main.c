/* SPDX-License-Identifier: Apache-2.0 */
/* s2svpnctl: shows and steers s2svpnd. */
#include <curl/curl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

#define DEFAULT_SOCKET "/run/s2svpn/s2svpnd.sock"

struct verb {
        const char *name;
        int min, max; /* arguments */
        const char *arguments, *help;
        int (*fn)(const struct invocation *inv);
};

static int verb_version(const struct invocation *inv);
static int verb_help(const struct invocation *inv);

static const struct verb verbs[] = {
        {"status", 0, 1, "[PAIRING]", "verdict, tunnels, findings and what is done about them", verb_status},
        {"tunnels", 0, 1, "[PAIRING]", "everything that is known about each tunnel", verb_tunnels},
        {"routes", 0, 1, "[PAIRING] [--missing]", "prefixes expected and present in both directions", verb_routes},
        {"plan", 0, 1, "[PAIRING]", "steps that the daemon wants to take, and what holds them", verb_plan},
        {"history", 0, 1, "[PAIRING] [-n N] [--all]", "what was written to the clouds and why", verb_history},
        {"pause", 0, 1, "PAIRING | --all", "stop all writes, across restarts", verb_pause},
        {"resume", 0, 1, "PAIRING | --all", "allow writes again", verb_pause},
        {"approve", 1, 1, "PLAN-ID", "let the steps of a plan go that wait for a person (G16)", verb_approve},
        {"watch", 0, 1, "[PAIRING] [-n N]", "status every two seconds", verb_watch},
        {"check-config", 0, 1, "[DIR]", "look for errors in /etc/s2svpn or DIR", verb_check_config},
        {"version", 0, 0, "", "the version of this program", verb_version},
        {"help", 0, 0, "", "this text", verb_help},
};

static int verb_version(const struct invocation *inv) {
        puts(inv->json ? "{\"schema\":1,\"document\":\"version\",\"version\":\"" S2SVPN_VERSION "\"}"
                       : "s2svpnctl " S2SVPN_VERSION);
        return 0;
}

static int verb_help(const struct invocation *inv _unused_) {
        puts("s2svpnctl [OPTIONS] VERB [ARGUMENTS]\n");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                printf("  %-12s %-25s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].help);
        puts("\n"
             "  --socket PATH   the daemon's socket (or S2SVPN_SOCKET; " DEFAULT_SOCKET ")\n"
             "  --json          print the daemon's document as it is\n"
             "  --all           every pairing; every event of history\n"
             "  --missing       only routes that are missing\n"
             "  -n N            the last N entries of history; N looks of watch\n"
             "  --no-color      no colour (or NO_COLOR)\n"
             "\n"
             "Exit code of status: 0 healthy, 1 degraded or building, 2 down, 3 unknown or daemon unreachable.");
        return 0;
}

enum {
        OPTION_SOCKET = 256,
        OPTION_JSON,
        OPTION_ALL,
        OPTION_MISSING,
        OPTION_NO_COLOR,
        OPTION_VERSION,
};

static const struct option options[] = {
        {"socket", required_argument, NULL, OPTION_SOCKET},
        {"json", no_argument, NULL, OPTION_JSON},
        {"all", no_argument, NULL, OPTION_ALL},
        {"missing", no_argument, NULL, OPTION_MISSING},
        {"lines", required_argument, NULL, 'n'},
        {"no-color", no_argument, NULL, OPTION_NO_COLOR},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
};

static int parse_count(const char *text, size_t *ret_count) {
        char *end;
        unsigned long n = strtoul(text, &end, 10);
        if (strspn(text, "0123456789") != strlen(text) || *end || n == 0 || n > 1000000) {
                complain("-n wants a number from 1 to 1000000, not '%s'", text);
                return EXIT_USAGE;
        }
        *ret_count = n;
        return 0;
}

static int take_option(int option, struct invocation *inv) {
        switch (option) {
        case OPTION_SOCKET:
                inv->client.socket_path = optarg;
                return 0;
        case OPTION_JSON:
                inv->json = true;
                return 0;
        case OPTION_ALL:
                inv->render.all = true;
                return 0;
        case OPTION_MISSING:
                inv->render.missing = true;
                return 0;
        case OPTION_NO_COLOR:
                inv->render.style.colour = false;
                return 0;
        case OPTION_VERSION:
                inv->verb = "version";
                return 0;
        case 'h':
                inv->verb = "help";
                return 0;
        case 'n':
                return parse_count(optarg, &inv->render.last);
        default: /* getopt has said what is wrong */
                return EXIT_USAGE;
        }
}

static const struct verb *find_verb(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        }
        return NULL;
}

static bool wants_colour(void) {
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
        return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static int run(struct invocation *inv, int argc, char **argv) {
        if (!inv->verb && argc == 0) {
                complain("say what to do; s2svpnctl help lists it");
                return EXIT_USAGE;
        }
        if (!inv->verb) {
                inv->verb = argv[0];
                argc--;
                argv++;
        }
        const struct verb *verb = find_verb(inv->verb);
        if (!verb) {
                complain("there is no verb '%s'; s2svpnctl help lists them", inv->verb);
                return EXIT_USAGE;
        }
        if (argc < verb->min || argc > verb->max) {
                complain("usage: s2svpnctl %s %s", verb->name, verb->arguments);
                return EXIT_USAGE;
        }
        inv->argument = argc > 0 ? argv[0] : NULL;
        if (inv->argument && !*inv->argument) { /* an unset variable in a script must not mean "all" */
                complain("%s: the argument is empty", verb->name);
                return EXIT_USAGE;
        }
        return verb->fn(inv);
}

int main(int argc, char **argv) {
        const char *socket_path = getenv("S2SVPN_SOCKET");
        struct invocation inv = {
                .client.socket_path = socket_path && *socket_path ? socket_path : DEFAULT_SOCKET,
                .render.style.colour = wants_colour(),
        };
        int option, r = 0;
        setlocale(LC_CTYPE, "");
        while (r == 0 && (option = getopt_long(argc, argv, "hn:", options, NULL)) != -1)
                r = take_option(option, &inv);
        if (r != 0)
                return r;
        curl_global_init(CURL_GLOBAL_DEFAULT);
        r = run(&inv, argc - optind, argv + optind);
        curl_global_cleanup();
        return r;
}
