/* SPDX-License-Identifier: Apache-2.0 */
/* EC2's errors, checked parameters, and the XML that answers are made of. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ec2.h"
#include "util/encode.h"
#include "util/macro.h"
#include "util/wall.h"

static const struct {
        const char *code;
        int status;
} statuses[] = {
        {"AuthFailure", 401},           {"DryRunOperation", 412},
        {"InternalError", 500},         {"MissingAuthenticationToken", 403},
        {"RequestLimitExceeded", 503},  {"SignatureDoesNotMatch", 403},
        {"UnauthorizedOperation", 403}, {"Unavailable", 503},
};

/* Client errors are 400 where nothing else is documented. */
int ec2_status_of(const char *code) {
        for (size_t i = 0; i < ELEMENTSOF(statuses); i++)
                if (strcmp(statuses[i].code, code) == 0)
                        return statuses[i].status;
        return 400;
}

/**
 * ec2_fail() - makes the call end with an error
 *
 * Return: EC2_FAILED, so that a handler can return it.
 */
int ec2_fail(struct ec2_call *c, const char *code, const char *format, ...) {
        va_list args;
        va_start(args, format);
        vsnprintf(c->message, sizeof(c->message), format, args);
        va_end(args);
        snprintf(c->code, sizeof(c->code), "%s", code);
        c->status = ec2_status_of(code);
        return EC2_FAILED;
}

int aws_reply_error(struct model *m, int status, const char *code, const char *message, struct http_response *ret) {
        char id[MODEL_UUID_SIZE];
        _cleanup_buf_ struct buf b = BUF_NULL;
        model_uuid(m, id);
        model_log_code(m, code);
        model_log_request_id(m, id);
        buf_puts(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>");
        ec2_text(&b, "Code", code);
        ec2_text(&b, "Message", message);
        buf_puts(&b, "</Error></Errors>");
        ec2_text(&b, "RequestID", id);
        buf_puts(&b, "</Response>");
        int k = buf_error(&b);
        if (k < 0)
                return k;
        k = model_reply_header(ret, "x-amzn-requestid", id);
        return k < 0 ? k : model_reply(ret, status, "text/xml;charset=UTF-8", buf_str(&b));
}

int ec2_need(struct ec2_call *c, const char *name, const char **ret) {
        const char *v = ec2_form_get(&c->form, name);
        if (!v || !*v)
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter %s", name);
        *ret = v;
        return 0;
}

int ec2_get_bool(struct ec2_call *c, const char *name, bool *ret) {
        const char *v = ec2_form_get(&c->form, name);
        if (!v)
                return 0;
        if (strcmp(v, "true") != 0 && strcmp(v, "false") != 0)
                return ec2_fail(c, "InvalidParameterValue", "Invalid value '%s' for %s. Must be true or false", v,
                                name);
        *ret = strcmp(v, "true") == 0;
        return 0;
}

int ec2_get_int(struct ec2_call *c, const char *name, int64_t low, int64_t high, int64_t *ret) {
        const char *v = ec2_form_get(&c->form, name);
        if (!v)
                return 0;
        char *end = NULL;
        errno = 0;
        long long n = strtoll(v, &end, 10);
        if (errno != 0 || !*v || *end || strspn(v, "-0123456789") != strlen(v))
                return ec2_fail(c, "InvalidParameterValue", "Invalid value '%s' for %s. Must be an integer", v, name);
        if (n < low || n > high)
                return ec2_fail(c, "InvalidParameterValue",
                                "Invalid value '%s' for %s. Must be between %" PRIi64 " and %" PRIi64, v, name, low,
                                high);
        *ret = n;
        return 0;
}

void ec2_text(struct buf *out, const char *tag, const char *value) {
        buf_printf(out, "<%s>", tag);
        encode_xml(out, value);
        buf_printf(out, "</%s>", tag);
}

void ec2_int(struct buf *out, const char *tag, int64_t value) {
        buf_printf(out, "<%s>%" PRIi64 "</%s>", tag, value, tag);
}

void ec2_bool(struct buf *out, const char *tag, bool value) {
        buf_printf(out, "<%s>%s</%s>", tag, value ? "true" : "false", tag);
}

void ec2_time(struct buf *out, const char *tag, int64_t wall_ms) {
        char text[WALL_TEXT_SIZE];
        wall_to_rfc3339(wall_ms, text);
        buf_printf(out, "<%s>%.*s.000Z</%s>", tag, (int)strcspn(text, "Z"), text, tag);
}
