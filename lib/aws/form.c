/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form body of a query request.
 *
 * Values go percent-encoded straight into the body of the request, which is wiped: there is no other copy of a key.
 * Lists of EC2 are flat, "Filter.1.Value.2".
 */
#include "aws/form.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/encode.h"

#define NAME_SIZE 128
#define EC2_VERSION "2016-11-15"
#define STS_VERSION "2011-06-15"

void aws_form_begin(struct http_request *r, const struct aws_endpoint *e, enum aws_action action) {
        assert(!r->url && r->n_headers == 0 && r->body.len == 0);
        if (e->service != aws_action_service(action)) {
                r->error = -EINVAL;
                return;
        }
        r->method = HTTP_POST;
        r->is_write = aws_action_is_write(action);
        http_request_set_url(r, e->url);
        http_request_add_header(r, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        buf_printf(&r->body, "Action=%s&Version=%s", aws_action_to_string(action),
                   e->service == AWS_SERVICE_STS ? STS_VERSION : EC2_VERSION);
}

static void add(struct http_request *r, const char *value, const char *format, va_list args) {
        char name[NAME_SIZE];
        if (r->error)
                return;
        int n = vsnprintf(name, sizeof(name), format, args);
        assert(n > 0 && (size_t)n < sizeof(name));
        buf_putc(&r->body, '&');
        encode_percent(&r->body, name, (size_t)n, "");
        buf_putc(&r->body, '=');
        encode_percent(&r->body, value, strlen(value), "");
}

/* A text that is not there cannot be sent: the caller owes it. */
void aws_form_text(struct http_request *r, const char *value, const char *format, ...) {
        va_list args;
        if (!value || !value[0]) {
                if (!r->error)
                        r->error = -EINVAL;
                return;
        }
        va_start(args, format);
        add(r, value, format, args);
        va_end(args);
}

void aws_form_number(struct http_request *r, uint64_t value, const char *format, ...) {
        char text[24];
        va_list args;
        snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
        va_start(args, format);
        add(r, text, format, args);
        va_end(args);
}

void aws_form_ip4(struct http_request *r, struct ip4 value, const char *name) {
        char text[IP4_TEXT_SIZE];
        aws_form_text(r, value.addr ? ip4_format(value, text) : NULL, "%s", name);
}

/* A tag may have an empty value, never an empty key. */
void aws_form_tags(struct http_request *r, const struct tag *tags, size_t n_tags, const char *prefix) {
        for (size_t i = 0; i < n_tags; i++) {
                aws_form_text(r, tags[i].key, "%sTag.%zu.Key", prefix, i + 1);
                if (tags[i].value[0])
                        aws_form_text(r, tags[i].value, "%sTag.%zu.Value", prefix, i + 1);
                else if (!r->error)
                        buf_printf(&r->body, "&%sTag.%zu.Value=", prefix, i + 1);
        }
}

void aws_form_tag_specification(struct http_request *r, const char *resource_type, const struct tag *tags,
                                size_t n_tags) {
        if (n_tags == 0)
                return;
        aws_form_text(r, resource_type, "TagSpecification.1.ResourceType");
        aws_form_tags(r, tags, n_tags, "TagSpecification.1.");
}

int aws_form_end(struct http_request *r) {
        return http_request_error(r);
}
