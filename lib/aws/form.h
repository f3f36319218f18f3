/* SPDX-License-Identifier: Apache-2.0 */
/* The form body of a query request. Internal to the folder. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/action.h"
#include "core/aws-facts.h"
#include "util/http.h"

/* Errors stick to the request, as in struct buf; names come from @format. */
void aws_form_begin(struct http_request *r, const struct aws_endpoint *e, enum aws_action action);
void aws_form_text(struct http_request *r, const char *value, const char *format, ...) _printf_(3, 4);
void aws_form_number(struct http_request *r, uint64_t value, const char *format, ...) _printf_(3, 4);
void aws_form_ip4(struct http_request *r, struct ip4 value, const char *name);
void aws_form_tags(struct http_request *r, const struct tag *tags, size_t n_tags, const char *prefix);
void aws_form_tag_specification(struct http_request *r, const char *resource_type, const struct tag *tags,
                                size_t n_tags);
int aws_form_end(struct http_request *r) _must_use_;
