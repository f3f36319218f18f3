/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long operations of ARM.
 *
 *   answer to the call      headers                  next
 *   200, 201, 202           Azure-AsyncOperation     POLL it (STATUS), even when the body is empty or says Succeeded
 *   200, 201, 202           Location only            POLL it (LOCATION)
 *   200 to a query          none                     RESULT
 *   200, 201, 202, 204      none                     READ_RESOURCE
 *   anything else                                    FAILED
 *
 *   poll, STATUS            200 Succeeded            READ_RESOURCE
 *                           200 Failed, Canceled     FAILED, with the error of the body
 *                           200 any other word       POLL
 *                           200 empty or null        READ_RESOURCE
 *   poll, LOCATION          202                      POLL, the newest Location
 *                           200 to a query           RESULT
 *                           200, 201, 204            READ_RESOURCE
 *   poll, both              401 once, 408, 429, 5xx  POLL, a few times in a row
 *                           401 again, 403, 404, 410 the URL does not answer any more: READ_RESOURCE, a query FAILED
 *                           other 4xx, LOCATION      FAILED: it is the call's own answer
 *
 * Azure-AsyncOperation is preferred to Location, except for queries, whose result only Location gives. A status that
 * cannot be read says nothing about the operation, so READ_RESOURCE never means success: the resource tells.
 */
#include "azure/operation.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "azure/arm-call.h"
#include "azure/arm-error.h"
#include "util/alloc.h"
#include "util/json.h"

#define FOREIGN "the poll URL leads to another host"

const char *azure_operation_kind_to_string(enum azure_operation_kind kind) {
        switch (kind) {
        case AZURE_OPERATION_PUT:
                return "put";
        case AZURE_OPERATION_DELETE:
                return "delete";
        case AZURE_OPERATION_ACTION:
                return "action";
        case AZURE_OPERATION_QUERY:
                return "query";
        }
        return NULL;
}

const char *azure_operation_state_to_string(enum azure_operation_state state) {
        switch (state) {
        case AZURE_OPERATION_START:
                return "start";
        case AZURE_OPERATION_POLL:
                return "poll";
        case AZURE_OPERATION_READ_RESOURCE:
                return "read-resource";
        case AZURE_OPERATION_RESULT:
                return "result";
        case AZURE_OPERATION_FAILED:
                return "failed";
        }
        return NULL;
}

const char *azure_poll_style_to_string(enum azure_poll_style style) {
        switch (style) {
        case AZURE_POLL_STATUS:
                return "status";
        case AZURE_POLL_LOCATION:
                return "location";
        }
        return NULL;
}

static void operation_enter(struct azure_operation *op, enum azure_operation_state state) {
        assert(op->state == AZURE_OPERATION_START || op->state == AZURE_OPERATION_POLL);
        assert(state != AZURE_OPERATION_START);
        assert(state != AZURE_OPERATION_POLL || op->poll_url);
        assert(state != AZURE_OPERATION_RESULT || op->kind == AZURE_OPERATION_QUERY);
        op->state = state;
}

int azure_operation_init(struct azure_operation *op, enum azure_operation_kind kind, const char *base) {
        char *copy = mem_strdup(base);
        if (!copy)
                return -ENOMEM;
        *op = (struct azure_operation){.kind = kind, .base = copy, .retry_after_ms = AZURE_RETRY_AFTER_DEFAULT_MS};
        return 0;
}

void azure_operation_deinit(struct azure_operation *op) {
        mem_free(op->base);
        mem_free(op->poll_url);
        *op = (struct azure_operation){0};
}

/* Takes @url as the one to poll; a foreign one is AZURE_REQUEST_FOREIGN. */
static int set_poll_url(struct azure_operation *op, enum azure_poll_style style, const char *url) {
        if (!arm_link_is_ours(op->base, url))
                return AZURE_REQUEST_FOREIGN;
        char *copy = mem_strdup(url);
        if (!copy)
                return -ENOMEM;
        mem_free(op->poll_url);
        op->poll_url = copy;
        op->style = style;
        return 0;
}

/**
 * azure_operation_resume() - Takes up an operation that was saved while in POLL
 * @op: uninitialised; set unless the result is negative or positive
 * @kind: as saved
 * @base: of ARM
 * @style: as saved
 * @poll_url: as saved
 *
 * Return: 0, -ENOMEM, or AZURE_REQUEST_FOREIGN when the saved URL does not lead to @base.
 */
int azure_operation_resume(struct azure_operation *op, enum azure_operation_kind kind, const char *base,
                           enum azure_poll_style style, const char *poll_url) {
        struct azure_operation fresh;
        int k = azure_operation_init(&fresh, kind, base);
        if (k < 0)
                return k;
        k = set_poll_url(&fresh, style, poll_url);
        if (k != 0) {
                azure_operation_deinit(&fresh);
                return k;
        }
        operation_enter(&fresh, AZURE_OPERATION_POLL);
        *op = fresh;
        return 0;
}

static void fail(struct azure_operation *op, const struct http_response *response) {
        azure_error_parse(response, &op->error);
        operation_enter(op, AZURE_OPERATION_FAILED);
}

static void fail_ourselves(struct azure_operation *op, const struct http_response *response, const char *message) {
        azure_error_from_json(NULL, response, &op->error);
        op->error.class = CLOUD_ERROR_OTHER;
        cloud_error_text(op->error.message, sizeof(op->error.message), message, strlen(message));
        operation_enter(op, AZURE_OPERATION_FAILED);
}

/* There is nothing more to poll. A query has no resource to look at: without a result it failed. */
static void settle(struct azure_operation *op, const struct http_response *response, const char *why) {
        if (op->kind == AZURE_OPERATION_QUERY)
                fail_ourselves(op, response, why);
        else
                operation_enter(op, AZURE_OPERATION_READ_RESOURCE);
}

/* Follows the headers of an answer. Return: 1 when there is something to poll, 0 when not, -ENOMEM. */
static int follow(struct azure_operation *op, const struct http_response *response) {
        const char *status = http_response_header(response, "Azure-AsyncOperation");
        const char *location = http_response_header(response, "Location");
        bool prefers_location = op->kind == AZURE_OPERATION_QUERY || !status;
        const char *url = prefers_location ? location : status;
        if (!url || !*url)
                return 0;
        int k = set_poll_url(op, prefers_location ? AZURE_POLL_LOCATION : AZURE_POLL_STATUS, url);
        if (k < 0)
                return k;
        if (k == AZURE_REQUEST_FOREIGN) {
                settle(op, response, FOREIGN);
                return 0;
        }
        op->retry_after_ms = azure_retry_after_ms(response);
        operation_enter(op, AZURE_OPERATION_POLL);
        return 1;
}

static bool is_success(int status) {
        return status == 200 || status == 201 || status == 202 || status == 204;
}

/**
 * azure_operation_first() - Takes the answer to the call itself
 * @op: in START
 * @response: the answer; of a RESULT its body is the result
 *
 * Return: 0 or -ENOMEM, which leaves @op as it was.
 */
int azure_operation_first(struct azure_operation *op, const struct http_response *response) {
        assert(op->state == AZURE_OPERATION_START);
        if (!is_success(response->status)) {
                fail(op, response);
                return 0;
        }
        bool is_query = op->kind == AZURE_OPERATION_QUERY;
        int k = response->status == 204 || (is_query && response->status == 200) ? 0 : follow(op, response);
        if (k < 0)
                return k;
        if (k > 0 || op->state != AZURE_OPERATION_START)
                return 0;
        if (!is_query)
                operation_enter(op, AZURE_OPERATION_READ_RESOURCE);
        else if (response->status == 200)
                operation_enter(op, AZURE_OPERATION_RESULT);
        else
                fail_ourselves(op, response, "a query without a place to poll");
        return 0;
}

static void poll_again(struct azure_operation *op, const struct http_response *response) {
        op->n_poll_errors = 0;
        op->error = (struct cloud_error){0};
        op->retry_after_ms = azure_retry_after_ms(response);
}

/* The status could not be read, which says nothing about the operation. */
static void poll_failed(struct azure_operation *op, const struct http_response *response) {
        azure_error_parse(response, &op->error);
        op->n_poll_errors++;
        bool is_temporary = response->status == 408 || response->status == 429 || response->status >= 500;
        if (response->status == 401)
                is_temporary = op->n_poll_errors == 1; /* a new token heals it, or nothing does */
        if (is_temporary && op->n_poll_errors <= AZURE_POLL_ERRORS_MAX) {
                op->retry_after_ms = azure_retry_after_ms(response);
                return;
        }
        bool is_answer = op->style == AZURE_POLL_LOCATION && response->status >= 400 && response->status < 500;
        bool is_gone = response->status == 401 || response->status == 403 || response->status == 404 ||
                       response->status == 410;
        bool is_over = is_answer && !is_gone && !is_temporary;
        bool is_query = op->kind == AZURE_OPERATION_QUERY;
        operation_enter(op, is_over || is_query ? AZURE_OPERATION_FAILED : AZURE_OPERATION_READ_RESOURCE);
}

static void read_status(struct azure_operation *op, const struct http_response *response, const json_t *body) {
        const char *status = json_text(body, "status");
        if (!*status)
                status = json_text(body, "properties.provisioningState");
        if (strcasecmp(status, "Failed") == 0 || strcasecmp(status, "Canceled") == 0) {
                azure_error_from_json(json_at(body, "error"), response, &op->error);
                if (!op->error.code[0])
                        cloud_error_text(op->error.code, sizeof(op->error.code), status, strlen(status));
                operation_enter(op, AZURE_OPERATION_FAILED);
        } else if (strcasecmp(status, "Succeeded") == 0) {
                operation_enter(op, AZURE_OPERATION_READ_RESOURCE);
        } else {
                poll_again(op, response);
        }
}

static int status_polled(struct azure_operation *op, const struct http_response *response) {
        if (response->status == 204) {
                operation_enter(op, AZURE_OPERATION_READ_RESOURCE);
                return 0;
        }
        if (response->body.len == 0) {
                if (response->status == 202)
                        poll_again(op, response);
                else
                        operation_enter(op, AZURE_OPERATION_READ_RESOURCE);
                return 0;
        }
        _cleanup_json_ json_t *body = NULL;
        char why[80];
        int k = json_parse(response->body.data, response->body.len, true, &body, why, sizeof(why));
        if (k == -ENOMEM)
                return k;
        if (k == 0 && json_is_object(body))
                read_status(op, response, body);
        else if (response->status == 202)
                poll_again(op, response);
        else
                operation_enter(op, AZURE_OPERATION_READ_RESOURCE); /* null, HTML: nothing to learn here */
        return 0;
}

static int location_polled(struct azure_operation *op, const struct http_response *response) {
        if (response->status != 202) {
                bool has_result = op->kind == AZURE_OPERATION_QUERY && response->status == 200;
                if (has_result)
                        operation_enter(op, AZURE_OPERATION_RESULT);
                else
                        settle(op, response, "a query that ended without a result");
                return 0;
        }
        const char *newest = http_response_header(response, "Location");
        int k = newest && *newest ? set_poll_url(op, AZURE_POLL_LOCATION, newest) : 0;
        if (k < 0)
                return k;
        if (k == AZURE_REQUEST_FOREIGN)
                settle(op, response, FOREIGN);
        else
                poll_again(op, response);
        return 0;
}

/**
 * azure_operation_polled() - Takes the answer to a poll
 * @op: in POLL
 * @response: the answer; of a RESULT its body is the result
 *
 * Return: 0 or -ENOMEM, which leaves @op in POLL.
 */
int azure_operation_polled(struct azure_operation *op, const struct http_response *response) {
        assert(op->state == AZURE_OPERATION_POLL);
        op->n_polls++;
        if (!is_success(response->status)) {
                poll_failed(op, response);
                return 0;
        }
        switch (op->style) {
        case AZURE_POLL_STATUS:
                return status_polled(op, response);
        case AZURE_POLL_LOCATION:
                return location_polled(op, response);
        }
        return 0;
}

void azure_operation_poll_lost(struct azure_operation *op) {
        static const struct http_response nothing = {0};
        assert(op->state == AZURE_OPERATION_POLL);
        op->n_poll_errors++;
        op->retry_after_ms = AZURE_RETRY_AFTER_DEFAULT_MS;
        if (op->n_poll_errors > AZURE_POLL_ERRORS_MAX)
                settle(op, &nothing, "the poll URL does not answer");
}

int azure_operation_request(const struct azure_operation *op, const struct azure_call *call, struct http_request *r) {
        assert(op->state == AZURE_OPERATION_POLL);
        return azure_request_poll(r, call, op->poll_url);
}
