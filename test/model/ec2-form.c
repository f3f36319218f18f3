/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a Query API call: application/x-www-form-urlencoded, read strictly. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/alloc.h"
#include "util/encode.h"

#define PARAMETERS_MAX 1000

void ec2_form_deinit(struct ec2_form *f) {
        for (size_t i = 0; i < f->n; i++) {
                mem_free(f->items[i].name);
                mem_free(f->items[i].value);
        }
        mem_free(f->items);
        *f = (struct ec2_form){0};
}

static int decode(const char *s, size_t n, char **ret) {
        _cleanup_buf_ struct buf b = BUF_NULL;
        int k = decode_percent(s, n, true, &b);
        if (k < 0)
                return k;
        buf_puts(&b, "");
        if (buf_error(&b) < 0)
                return buf_error(&b);
        if (memchr(buf_str(&b), 0, b.len))
                return -EINVAL;
        *ret = mem_strdup(buf_str(&b));
        return *ret ? 0 : -ENOMEM;
}

static int add(struct ec2_form *f, const char *pair, size_t n) {
        const char *equals = memchr(pair, '=', n);
        size_t name_len = equals ? (size_t)(equals - pair) : n;
        if (name_len == 0 || f->n >= PARAMETERS_MAX)
                return -EINVAL;
        void *items = f->items;
        struct ec2_parameter *p = model_grow(&items, &f->n, sizeof(*p));
        if (!p)
                return -ENOMEM;
        f->items = items;
        int k = decode(pair, name_len, &p->name);
        if (k < 0)
                return k;
        return equals ? decode(equals + 1, n - name_len - 1, &p->value) : decode("", 0, &p->value);
}

/**
 * ec2_form_parse() - reads a form body
 * @body: the bytes
 * @n: how many
 * @ret: the parameters in order; also set, in part, on failure: ec2_form_deinit() in any case
 *
 * Return: 0; -EINVAL for a bad escape, an empty or a repeated name; -ENOMEM.
 */
int ec2_form_parse(const char *body, size_t n, struct ec2_form *ret) {
        *ret = (struct ec2_form){0};
        while (n > 0) {
                const char *end = memchr(body, '&', n);
                size_t len = end ? (size_t)(end - body) : n;
                int k = add(ret, body, len);
                if (k < 0)
                        return k;
                if (ec2_form_get(ret, ret->items[ret->n - 1].name) != ret->items[ret->n - 1].value)
                        return -EINVAL;
                body += len + (end != NULL);
                n -= len + (end != NULL);
        }
        return 0;
}

const char *ec2_form_get(const struct ec2_form *f, const char *name) {
        for (size_t i = 0; i < f->n; i++)
                if (f->items[i].name && strcmp(f->items[i].name, name) == 0)
                        return f->items[i].value;
        return NULL;
}

const char *ec2_form_at(const struct ec2_form *f, const char *format, ...) {
        char name[256];
        va_list args;
        va_start(args, format);
        vsnprintf(name, sizeof(name), format, args);
        va_end(args);
        return ec2_form_get(f, name);
}

/* '#' stands for a number from 1 */
static bool matches(const char *pattern, size_t n, const char *name) {
        size_t i = 0;
        for (; i < n && *name; i++) {
                if (pattern[i] != '#') {
                        if (pattern[i] != *name++)
                                return false;
                        continue;
                }
                size_t digits = strspn(name, "0123456789");
                if (digits == 0 || digits > 5 || *name == '0')
                        return false;
                name += digits;
        }
        return i == n && !*name;
}

static bool known(const char *name, const char *patterns) {
        while (*patterns) {
                size_t n = strcspn(patterns, " ");
                if (matches(patterns, n, name))
                        return true;
                patterns += n + (patterns[n] == ' ');
        }
        return false;
}

/**
 * ec2_form_known() - are all parameters members of the call?
 * @f: the parameters
 * @patterns: separated by spaces; '#' for a list index
 * @ret_unknown: the first that is not
 */
bool ec2_form_known(const struct ec2_form *f, const char *patterns, const char **ret_unknown) {
        for (size_t i = 0; i < f->n; i++) {
                if (known(f->items[i].name, patterns) || known(f->items[i].name, "Action Version DryRun"))
                        continue;
                *ret_unknown = f->items[i].name;
                return false;
        }
        return true;
}
