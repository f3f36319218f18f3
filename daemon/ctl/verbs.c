/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs that ask the daemon once. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "util/encode.h"
#include "util/json.h"

/**
 * complain() - One message to stderr
 * @format: as printf(3); what the arguments bring is made safe for a terminal
 */
void complain(const char *format, ...) {
        _cleanup_buf_ struct buf raw = BUF_NULL, safe = BUF_NULL;
        va_list args;
        va_start(args, format);
        buf_vprintf(&raw, format, args);
        va_end(args);
        text_put(&safe, buf_str(&raw));
        fprintf(stderr, "s2svpnctl: %s\n", buf_str(&safe));
}

int print(const struct buf *out) {
        if (buf_error(out) < 0) {
                complain("out of memory");
                return EXIT_UNREACHABLE;
        }
        if (out->len > 0 && (fwrite(out->data, 1, out->len, stdout) != out->len || fflush(stdout) != 0)) {
                complain("cannot write: %m");
                return EXIT_UNREACHABLE;
        }
        return 0;
}

/* The daemon says {"error": "..."}; whatever else answers there may say anything. */
static void complain_of_reply(const struct buf *reply, long status) {
        _cleanup_json_ json_t *document = NULL;
        char error[160];
        const char *text = "";
        if (reply->data && json_parse(reply->data, reply->len, false, &document, error, sizeof(error)) == 0)
                text = member_text(document, "error");
        if (*text)
                complain("%s", text);
        else
                complain("the daemon answered with HTTP status %ld", status);
}

static int request(const struct invocation *inv, const char *path, const char *body, struct buf *ret_reply) {
        _cleanup_buf_ struct buf why = BUF_NULL;
        long status = 0;
        int r = client_request(&inv->client, path, body, ret_reply, &status, &why);
        if (r == CLIENT_UNREACHABLE)
                complain("cannot reach s2svpnd at %s: %s", inv->client.socket_path, buf_str(&why));
        if (r < 0)
                complain("out of memory");
        if (r != 0)
                return EXIT_UNREACHABLE;
        if (status == 200)
                return 0;
        complain_of_reply(ret_reply, status);
        return EXIT_REFUSED;
}

/**
 * fetch() - Gets one of the daemon's documents, of all pairings or of the one on the command line
 * @inv: the command line
 * @path: "/v1/status" and so on
 * @ret_reply: the document's bytes
 * @ret_document: the same, parsed
 *
 * Return: 0 or an exit code, after a message.
 */
int fetch(const struct invocation *inv, const char *path, struct buf *ret_reply, json_t **ret_document) {
        _cleanup_buf_ struct buf url = BUF_NULL;
        _cleanup_json_ json_t *document = NULL;
        char error[160];
        buf_puts(&url, path);
        if (inv->argument) {
                buf_puts(&url, "?pairing=");
                encode_percent(&url, inv->argument, strlen(inv->argument), "");
        }
        if (buf_error(&url) < 0) {
                complain("out of memory");
                return EXIT_UNREACHABLE;
        }
        int r = request(inv, buf_str(&url), NULL, ret_reply);
        if (r != 0)
                return r;
        if (json_parse(ret_reply->data, ret_reply->len, false, &document, error, sizeof(error)) != 0) {
                complain("the daemon's answer is not JSON: %s", error);
                return EXIT_UNREACHABLE;
        }
        if (member_int(document, "schema", 0) != DOCUMENT_SCHEMA) {
                complain("the daemon speaks schema %" PRId64 ", this program %d", member_int(document, "schema", 0),
                         DOCUMENT_SCHEMA);
                return EXIT_UNREACHABLE;
        }
        *ret_document = TAKE_PTR(document);
        return 0;
}

static int show(const struct invocation *inv, const char *path, render_fn render, json_t **ret_document) {
        _cleanup_buf_ struct buf reply = BUF_NULL, out = BUF_NULL;
        _cleanup_json_ json_t *document = NULL;
        int r = fetch(inv, path, &reply, &document);
        if (r != 0)
                return r;
        if (!inv->json)
                render(document, &inv->render, &out);
        r = print(inv->json ? &reply : &out);
        if (r == 0 && ret_document)
                *ret_document = TAKE_PTR(document);
        return r;
}

/* A refusal leaves the state unknown, and 1 would say "degraded". */
int verb_status(const struct invocation *inv) {
        _cleanup_json_ json_t *document = NULL;
        return show(inv, "/v1/status", render_status, &document) == 0 ? document_exit_code(document) : EXIT_UNKNOWN;
}

int verb_tunnels(const struct invocation *inv) {
        return show(inv, "/v1/status", render_tunnels, NULL);
}

int verb_routes(const struct invocation *inv) {
        return show(inv, "/v1/routes", render_routes, NULL);
}

int verb_plan(const struct invocation *inv) {
        return show(inv, "/v1/plan", render_plan, NULL);
}

int verb_history(const struct invocation *inv) {
        return show(inv, "/v1/history", render_history, NULL);
}

static int command(const struct invocation *inv, const json_t *what, struct buf *reply) {
        _cleanup_buf_ struct buf path = BUF_NULL, body = BUF_NULL;
        buf_printf(&path, "/v1/%s", inv->verb);
        if (json_write(what, &body) < 0 || buf_error(&path) < 0) {
                complain("out of memory");
                return EXIT_UNREACHABLE;
        }
        int r = request(inv, buf_str(&path), buf_str(&body), reply);
        return r == 0 && inv->json ? print(reply) : r;
}

/* pause and resume: the verb is the path */
int verb_pause(const struct invocation *inv) {
        _cleanup_buf_ struct buf reply = BUF_NULL;
        if (!inv->argument == !inv->render.all) {
                complain("%s: name a pairing, or say --all", inv->verb);
                return EXIT_USAGE;
        }
        _cleanup_json_ json_t *what =
                inv->render.all ? json_pack("{s:b}", "all", 1) : json_pack("{s:s}", "pairing", inv->argument);
        if (!what) {
                complain("%s: a pairing's name is UTF-8", inv->verb);
                return EXIT_USAGE;
        }
        int r = command(inv, what, &reply);
        if (r != 0 || inv->json)
                return r;
        fprintf(stderr, "s2svpnctl: %sd ", inv->verb);
        fprintf(stderr, "%s\n", inv->render.all ? "all pairings" : inv->argument);
        return 0;
}

/* For the plan as it was shown: the daemon refuses if it has changed since. */
int verb_approve(const struct invocation *inv) {
        _cleanup_buf_ struct buf reply = BUF_NULL;
        _cleanup_json_ json_t *what = json_pack("{s:s}", "plan", inv->argument);
        if (!what) {
                complain("approve: a plan's id is 16 hex digits; s2svpnctl plan shows it");
                return EXIT_USAGE;
        }
        int r = command(inv, what, &reply);
        if (r == 0 && !inv->json)
                fprintf(stderr, "s2svpnctl: approved plan %s for 15 minutes\n", inv->argument);
        return r;
}
