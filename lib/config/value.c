/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of single values. */
#include "config/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/limits.h"
#include "util/http.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HEX "0123456789abcdef"
#define SECOND_MS INT64_C(1000)
#define HOUR_MS (60 * INT64_C(60000))

static const struct {
        const char *name;
        int64_t ms;
} units[] = {
        {"ms", 1},
        {"msec", 1},
        {"s", SECOND_MS},
        {"sec", SECOND_MS},
        {"second", 1000},
        {"seconds", 1000},
        {"m", MINUTE_MS},
        {"min", MINUTE_MS},
        {"minute", 60000},
        {"minutes", 60000},
        {"h", HOUR_MS},
        {"hr", HOUR_MS},
        {"hour", HOUR_MS},
        {"hours", HOUR_MS},
        {"d", 24 * HOUR_MS},
        {"day", 24 * HOUR_MS},
        {"days", 24 * HOUR_MS},
        {"", SECOND_MS},
};

static int unit_of(const char *name, size_t n, int64_t *ret_ms) {
        for (size_t i = 0; i < ELEMENTSOF(units); i++) {
                if (strlen(units[i].name) == n && memcmp(units[i].name, name, n) == 0) {
                        *ret_ms = units[i].ms;
                        return 0;
                }
        }
        return -EINVAL;
}

int value_parse_span(const char *s, int64_t *ret_ms) {
        int64_t sum_ms = 0;
        if (!*s)
                return -EINVAL;
        while (*s) {
                size_t digits = strspn(s, DIGITS);
                int64_t n = 0, unit_ms;
                if (digits == 0 || digits > 12)
                        return -EINVAL;
                for (size_t i = 0; i < digits; i++)
                        n = n * 10 + (s[i] - '0');
                s += digits;
                s += strspn(s, " ");
                size_t len = strspn(s, LOWER);
                if (unit_of(s, len, &unit_ms) < 0 || __builtin_mul_overflow(n, unit_ms, &n) ||
                    __builtin_add_overflow(sum_ms, n, &sum_ms))
                        return -EINVAL;
                s += len;
                s += strspn(s, " ");
        }
        *ret_ms = sum_ms;
        return 0;
}

void value_print_span(int64_t ms, struct buf *out) {
        static const struct {
                const char *name;
                int64_t ms;
        } steps[] = {{"d", 24 * HOUR_MS}, {"h", HOUR_MS}, {"min", MINUTE_MS}, {"s", SECOND_MS}, {"ms", 1}};
        const char *gap = "";
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                if (ms < steps[i].ms)
                        continue;
                buf_printf(out, "%s%lld%s", gap, (long long)(ms / steps[i].ms), steps[i].name);
                ms %= steps[i].ms;
                gap = " ";
        }
        if (!*gap)
                buf_puts(out, "0s");
}

int value_parse_bool(const char *s, bool *ret) {
        static const struct {
                const char *word;
                bool value;
        } words[] = {{"yes", true}, {"true", true},   {"on", true},   {"1", true},
                     {"no", false}, {"false", false}, {"off", false}, {"0", false}};
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                if (strcasecmp(s, words[i].word) == 0) {
                        *ret = words[i].value;
                        return 0;
                }
        }
        return -EINVAL;
}

int value_parse_uint(const char *s, uint32_t *ret) {
        uint64_t n = 0;
        size_t len = strlen(s);
        if (len == 0 || len > 10 || strspn(s, DIGITS) != len || (s[0] == '0' && len > 1))
                return -EINVAL;
        for (size_t i = 0; i < len; i++)
                n = n * 10 + (uint64_t)(s[i] - '0');
        if (n > UINT32_MAX)
                return -EINVAL;
        *ret = (uint32_t)n;
        return 0;
}

const char *value_next_word(const char **s, size_t *ret_len) {
        *s += strspn(*s, " \t,");
        const char *word = *s;
        *ret_len = strcspn(word, " \t,");
        *s += *ret_len;
        return *ret_len > 0 ? word : NULL;
}

static bool is_guid(const char *s, size_t n) {
        if (n != 36)
                return false;
        for (size_t i = 0; i < n; i++) {
                bool dash = i == 8 || i == 13 || i == 18 || i == 23;
                if (dash ? s[i] != '-' : !memchr(HEX "ABCDEF", s[i], sizeof(HEX "ABCDEF") - 1))
                        return false;
        }
        return true;
}

bool value_is_guid(const char *s) {
        return is_guid(s, strlen(s));
}

bool value_is_azure_location(const char *s) {
        size_t n = strlen(s);
        return n >= 2 && n <= 40 && strspn(s, LOWER DIGITS) == n && strchr(LOWER, s[0]);
}

static bool all_of(const char *s, size_t n, const char *set) {
        for (size_t i = 0; i < n; i++) {
                if (!s[i] || !strchr(set, s[i]))
                        return false;
        }
        return true;
}

static bool is_azure_group(const char *s, size_t n) {
        return n >= 1 && n <= 90 && s[n - 1] != '.' && all_of(s, n, LOWER UPPER DIGITS "_-.()");
}

bool value_is_azure_group(const char *s) {
        return is_azure_group(s, strlen(s));
}

static bool is_azure_name(const char *s, size_t n, size_t max) {
        return n >= 1 && n <= max && all_of(s, 1, LOWER UPPER DIGITS) && all_of(s, n, LOWER UPPER DIGITS "_-.") &&
               all_of(s + n - 1, 1, LOWER UPPER DIGITS "_");
}

bool value_is_azure_name(const char *s, size_t max) {
        return is_azure_name(s, strlen(s), max);
}

const char *value_azure_id_part(const char *id, unsigned part, size_t *ret_len) {
        for (; part > 0; part--) {
                id = strchr(id, '/');
                if (!id)
                        return NULL;
                id++;
        }
        *ret_len = strcspn(id, "/");
        return id;
}

static bool part_is(const char *id, unsigned part, const char *word) {
        size_t n;
        const char *s = value_azure_id_part(id, part, &n);
        return s && n == strlen(word) && strncasecmp(s, word, n) == 0;
}

bool value_is_azure_id(const char *s, const char *type) {
        size_t guid_len, group_len, name_len;
        const char *guid = value_azure_id_part(s, 2, &guid_len), *group = value_azure_id_part(s, 4, &group_len);
        const char *name = value_azure_id_part(s, 8, &name_len);
        return s[0] == '/' && guid && group && name && !name[name_len] && part_is(s, 1, "subscriptions") &&
               is_guid(guid, guid_len) && part_is(s, 3, "resourceGroups") && is_azure_group(group, group_len) &&
               part_is(s, 5, "providers") && part_is(s, 6, "Microsoft.Network") && part_is(s, 7, type) &&
               is_azure_name(name, name_len, 80);
}

bool value_is_account(const char *s) {
        return strlen(s) == 12 && strspn(s, DIGITS) == 12;
}

/* Words of letters, at least two of them, and a number: ap-northeast-1, us-gov-west-1. */
bool value_is_region(const char *s) {
        unsigned words = 0;
        if (strlen(s) > 32 || strspn(s, LOWER) != 2)
                return false;
        for (;; s++) {
                size_t n = strspn(s, LOWER);
                if (n == 0)
                        break;
                words++;
                s += n;
                if (*s != '-')
                        return false;
        }
        size_t digits = strspn(s, DIGITS);
        return words >= 2 && digits >= 1 && digits <= 2 && !s[digits];
}

bool value_is_aws_id(const char *s, const char *prefix) {
        size_t n = strlen(prefix);
        if (strncmp(s, prefix, n) != 0)
                return false;
        size_t digits = strspn(s + n, HEX);
        return (digits == 8 || digits == 17) && !s[n + digits];
}

bool value_is_owner(const char *s) {
        size_t n = strlen(s);
        return n >= 1 && n <= 64 && strspn(s, LOWER UPPER DIGITS "_-.") == n;
}

bool value_is_pairing_name(const char *s, size_t n) {
        return n >= 1 && n <= NAME_MAX_LEN && all_of(s, n, LOWER DIGITS "-") && s[0] != '-' && s[n - 1] != '-';
}

bool value_is_listen(const char *s) {
        struct in6_addr any;
        char host[64];
        uint32_t port;
        const char *colon = strrchr(s, ':');
        size_t n = colon ? (size_t)(colon - s) : 0;
        if (n == 0 || n >= sizeof(host) || value_parse_uint(colon + 1, &port) < 0 || port == 0 || port > 65535)
                return false;
        bool v6 = s[0] == '[' && s[n - 1] == ']';
        snprintf(host, sizeof(host), "%.*s", (int)(v6 ? n - 2 : n), v6 ? s + 1 : s);
        return inet_pton(v6 ? AF_INET6 : AF_INET, host, &any) == 1;
}

static bool is_loopback(const char *host, size_t n) {
        static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                size_t len = strlen(names[i]);
                if (n >= len && memcmp(host, names[i], len) == 0 && (n == len || host[len] == ':'))
                        return true;
        }
        return false;
}

bool value_is_endpoint(const char *s) {
        struct http_url url;
        if (http_url_split(s, &url) < 0 || url.query || strpbrk(s, "# \t@"))
                return false;
        if (url.scheme_len == 5 && memcmp(url.scheme, "https", 5) == 0)
                return true;
        return url.scheme_len == 4 && memcmp(url.scheme, "http", 4) == 0 && is_loopback(url.host, url.host_len);
}
