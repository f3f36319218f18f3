/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies of EC2 and STS.
 *
 * A reply is a success, a refusal of the cloud, or nothing that we understand. The status alone never makes a success,
 * and an error body alone makes a refusal whatever the status says. Texts of an error come from outside and may end up
 * in logs: they are made harmless, and withheld where they could repeat a key that we sent.
 */
#include "aws/reply.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/error.h"
#include "aws/reply-types.h"
#include "util/alloc.h"

#define ROOT_NAME_SIZE 64

static const struct xml_limits limits = {
        .bytes = AWS_REPLY_BYTES_MAX,
        .elements = AWS_REPLY_ELEMENTS_MAX,
        .depth = AWS_REPLY_DEPTH_MAX,
        .text = AWS_REPLY_TEXT_MAX,
        .items = AWS_REPLY_ITEMS_MAX,
};

struct aws_reply {
        struct xml_reader *reader;
        struct aws_result result; /* owns the arena until it is handed over */
        struct aws_raw_error error;
        char root_name[ROOT_NAME_SIZE];
};

void aws_result_deinit(struct aws_result *r) {
        arena_free(r->arena);
        *r = AWS_RESULT_NULL;
}

static int init_reader(struct aws_reply *r) {
        snprintf(r->root_name, sizeof(r->root_name), "%sResponse", aws_action_to_string(r->result.action));
        const struct xml_root roots[] = {
                {r->root_name, &aws_result_type, &r->result},
                {"Response", &aws_error_type, &r->error},
                {"ErrorResponse", &aws_error_type, &r->error},
        };
        r->reader = xml_reader_new(roots, ELEMENTSOF(roots), &limits, r->result.arena);
        return r->reader ? 0 : -ENOMEM;
}

/**
 * aws_reply_new() - Starts reading the reply to a call
 *
 * Return: NULL without memory
 */
struct aws_reply *aws_reply_new(enum aws_action action) {
        struct aws_reply *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        r->error = (struct aws_raw_error){"", "", ""};
        r->result = (struct aws_result){
                .action = action,
                .arena = arena_new(),
                .request_id = "",
                .next_token = "",
                .attachment_vpc_id = "",
                .attachment_state = AWS_STATE_BUSY,
                .accepted = true,
                .maintenance = {.vpn_connection_id = "", .pending_text = ""},
                .identity = {"", "", ""},
        };
        if (!r->result.arena || init_reader(r) < 0)
                return aws_reply_free(r);
        return r;
}

struct aws_reply *aws_reply_free(struct aws_reply *r) {
        if (!r)
                return NULL;
        xml_reader_free(r->reader);
        aws_result_deinit(&r->result);
        mem_free(r);
        return NULL;
}

/**
 * aws_reply_feed() - Takes the next bytes of the body
 *
 * Return: 0; -ENOMEM; AWS_REPLY_MALFORMED, after which more bytes are of no use
 */
int aws_reply_feed(struct aws_reply *r, const void *bytes, size_t n) {
        int k = xml_reader_feed(r->reader, bytes, n);
        return k == XML_MALFORMED ? AWS_REPLY_MALFORMED : k;
}

/* What must be there for the facts to mean anything; NULL: all is. */
static const char *missing(const struct aws_result *r) {
        switch (r->action) {
        case AWS_CREATE_CUSTOMER_GATEWAY:
                return r->n_customer_gateways == 1 ? NULL : "no customer gateway in the reply";
        case AWS_CREATE_VPN_GATEWAY:
                return r->n_vpn_gateways == 1 ? NULL : "no VPN gateway in the reply";
        case AWS_CREATE_VPN_CONNECTION:
        case AWS_MODIFY_VPN_TUNNEL_OPTIONS:
                return r->n_vpn_connections == 1 ? NULL : "no VPN connection in the reply";
        case AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS:
                return r->maintenance.vpn_connection_id[0] ? NULL : "no VPN connection in the reply";
        case AWS_GET_CALLER_IDENTITY:
                return r->identity.account[0] ? NULL : "no account in the reply";
        case AWS_DESCRIBE_VPCS:
        case AWS_DESCRIBE_ROUTE_TABLES:
        case AWS_DESCRIBE_CUSTOMER_GATEWAYS:
        case AWS_DESCRIBE_VPN_GATEWAYS:
        case AWS_DESCRIBE_VPN_CONNECTIONS:
        case AWS_DELETE_CUSTOMER_GATEWAY:
        case AWS_DELETE_VPN_GATEWAY:
        case AWS_ATTACH_VPN_GATEWAY:
        case AWS_DETACH_VPN_GATEWAY:
        case AWS_ENABLE_VGW_ROUTE_PROPAGATION:
        case AWS_DISABLE_VGW_ROUTE_PROPAGATION:
        case AWS_DELETE_VPN_CONNECTION:
        case AWS_REPLACE_VPN_TUNNEL:
        case AWS_CREATE_TAGS:
                return NULL;
        }
        return NULL;
}

/* Nobody documents the words of pendingMaintenance: all but those that say no count as yes. */
static bool is_pending(const char *text) {
        static const char *const no[] = {"", "none", "no", "false", "not-available", "unavailable"};
        for (size_t i = 0; i < ELEMENTSOF(no); i++) {
                if (strcasecmp(text, no[i]) == 0)
                        return false;
        }
        return true;
}

static bool may_repeat_a_key(const char *message) {
        return strcasestr(message, "PreSharedKey") || strcasestr(message, "pre-shared") ||
               strcasestr(message, "pre shared") || strcasestr(message, "SessionToken");
}

static void set_text(char *out, size_t size, const char *text) {
        cloud_error_text(out, size, text, strlen(text));
}

static void give_error(struct aws_result *ret, enum aws_action action, int http_status,
                       const struct aws_raw_error *raw) {
        const char *message = may_repeat_a_key(raw->message) ? "(withheld: it speaks of a key)" : raw->message;
        struct cloud_error e = {.class = aws_error_class(raw->code, http_status), .http = http_status};
        set_text(e.code, sizeof(e.code), raw->code);
        set_text(e.message, sizeof(e.message), message);
        set_text(e.request_id, sizeof(e.request_id), raw->request_id);
        *ret = (struct aws_result){.action = action, .error = e};
}

static int malformed(struct aws_result *ret, enum aws_action action, int http_status, const char *what) {
        give_error(ret, action, http_status, &(struct aws_raw_error){"MalformedReply", what, ""});
        ret->error.class = CLOUD_ERROR_TRANSIENT;
        return AWS_REPLY_MALFORMED;
}

static int refused(struct aws_result *ret, enum aws_action action, int http_status, const struct aws_raw_error *raw) {
        give_error(ret, action, http_status, raw);
        return AWS_REPLY_ERROR;
}

/**
 * aws_reply_finish() - The body is over: what did it say?
 * @r: a reply, of no further use
 * @http_status: of the response
 * @ret: the facts, or the error with a positive return; untouched with a negative one
 *
 * Return: 0, -ENOMEM, AWS_REPLY_ERROR or AWS_REPLY_MALFORMED
 */
int aws_reply_finish(struct aws_reply *r, int http_status, struct aws_result *ret) {
        const enum aws_action action = r->result.action;
        const bool is_success = http_status >= 200 && http_status < 300;
        assert(r->result.arena);
        int k = xml_reader_finish(r->reader);
        if (k < 0)
                return k;
        const struct xml_root *root = xml_reader_root(r->reader);
        if (k == 0 && root && root->target == &r->error)
                return refused(ret, action, http_status, &r->error);
        if (!is_success)
                return refused(ret, action, http_status,
                               &(struct aws_raw_error){"", "a reply without an error body", ""});
        if (k != 0)
                return malformed(ret, action, http_status, xml_reader_error_text(r->reader));
        const char *what = missing(&r->result);
        if (what)
                return malformed(ret, action, http_status, what);
        r->result.content_hash = xml_reader_hash(r->reader);
        r->result.maintenance.pending = is_pending(r->result.maintenance.pending_text);
        *ret = r->result;
        r->result.arena = NULL;
        return 0;
}
