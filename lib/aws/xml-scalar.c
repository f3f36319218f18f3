/* SPDX-License-Identifier: Apache-2.0 */
/* One value of an XML element, from text to a field. */
#include "aws/xml-scalar.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "util/ip4.h"
#include "util/wall.h"

#define U64_DIGITS_MAX 20

static int store_text(const char *text, bool keep_first, char *field, struct arena *a) {
        const char *old;
        memcpy(&old, field, sizeof(old));
        if (keep_first && old[0])
                return 0;
        const char *copy = arena_strdup(a, text);
        if (!copy)
                return -ENOMEM;
        memcpy(field, &copy, sizeof(copy));
        return 0;
}

static int number(const char *text, uint64_t max, uint64_t *ret) {
        uint64_t v = 0;
        size_t n = strlen(text);
        if (n == 0 || n > U64_DIGITS_MAX || strspn(text, "0123456789") != n)
                return -EINVAL;
        for (; *text; text++) {
                if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
                        return -EINVAL;
        }
        if (v > max)
                return -EINVAL;
        *ret = v;
        return 0;
}

static int store_u32(const char *text, char *field) {
        uint64_t v;
        if (number(text, UINT32_MAX, &v) < 0)
                return -EINVAL;
        memcpy(field, &(uint32_t){(uint32_t)v}, sizeof(uint32_t));
        return 0;
}

static int store_u64(const char *text, char *field) {
        uint64_t v;
        if (number(text, UINT64_MAX, &v) < 0)
                return -EINVAL;
        memcpy(field, &v, sizeof(v));
        return 0;
}

static int store_bool(const char *text, char *field) {
        bool v = strcmp(text, "true") == 0;
        if (!v && strcmp(text, "false") != 0)
                return -EINVAL;
        memcpy(field, &v, sizeof(v));
        return 0;
}

static int store_time(const char *text, char *field) {
        int64_t v;
        if (!text[0])
                return 0;
        if (wall_from_rfc3339(text, &v) < 0)
                return -EINVAL;
        memcpy(field, &v, sizeof(v));
        return 0;
}

/* A region may hold IPv6 gateways and tunnels of other people: not ours, no reason to refuse the reply. */
static bool is_other_family(const char *text) {
        return !text[0] || strchr(text, ':');
}

static int store_ip4(const char *text, char *field) {
        struct ip4 v;
        if (is_other_family(text))
                return 0;
        if (ip4_parse(text, &v) < 0)
                return -EINVAL;
        memcpy(field, &v, sizeof(v));
        return 0;
}

static int store_cidr(const char *text, char *field) {
        struct cidr v;
        if (is_other_family(text))
                return 0;
        if (cidr_parse(text, &v) < 0)
                return -EINVAL;
        memcpy(field, &v, sizeof(v));
        return 0;
}

static int store_flag(const char *text, const char *word, char *field) {
        bool v = strcmp(text, word) == 0;
        memcpy(field, &v, sizeof(v));
        return 0;
}

static int store_word(const char *text, const struct xml_word *words, char *field) {
        while (words->word && strcmp(words->word, text) != 0)
                words++;
        memcpy(field, &words->value, sizeof(words->value));
        return 0;
}

int xml_scalar_store(const struct xml_field *field, const char *text, void *ret_field, struct arena *a) {
        switch (field->kind) {
        case XML_TEXT:
                return store_text(text, false, ret_field, a);
        case XML_TEXT_FIRST:
                return store_text(text, true, ret_field, a);
        case XML_U32:
                return store_u32(text, ret_field);
        case XML_U64:
                return store_u64(text, ret_field);
        case XML_BOOL:
                return store_bool(text, ret_field);
        case XML_FLAG:
                return store_flag(text, field->words->word, ret_field);
        case XML_TIME:
                return store_time(text, ret_field);
        case XML_IP4:
                return store_ip4(text, ret_field);
        case XML_CIDR:
                return store_cidr(text, ret_field);
        case XML_WORD:
                return store_word(text, field->words, ret_field);
        case XML_STRUCT:
        case XML_LIST:
        case XML_SINGLE:
        case XML_JOINED:
                break;
        }
        assert(!"a scalar");
        return -EINVAL;
}
