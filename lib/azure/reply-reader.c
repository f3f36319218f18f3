/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a reply's members.
 *
 * Texts are copied into the reply's arena, since the JSON dies with the parser's frame. The first error sticks and is
 * what the parser returns; a reply is used whole or not at all.
 */
#include "azure/reply-reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/json.h"

int reader_malformed(struct reader *r, const char *path, const char *what) {
        if (r->error)
                return r->error;
        snprintf(r->reply->error, sizeof(r->reply->error), "%s%s: %s", r->where, path, what);
        return r->error = AZ_REPLY_MALFORMED;
}

static void *out_of_memory(struct reader *r) {
        if (!r->error)
                r->error = -ENOMEM;
        return NULL;
}

/**
 * reader_begin() - Parses a body
 * @r: the reader; set up
 * @reply: the body, where its facts go and where the error text goes
 * @ret: the parsed object, to be released
 *
 * The parser's own message is not passed on: it may quote the body, and a body may hold a key.
 *
 * Return: 0, -ENOMEM or AZ_REPLY_MALFORMED.
 */
int reader_begin(struct reader *r, struct azure_reply *reply, json_t **ret) {
        *r = (struct reader){.reply = reply, .where = ""};
        reply->error[0] = 0;
        if (reply->body_len > AZURE_BODY_MAX)
                return reader_malformed(r, "body", "larger than 8 MiB");
        _cleanup_json_ json_t *body = NULL;
        char why[80];
        int k = json_parse(reply->body, reply->body_len, false, &body, why, sizeof(why));
        if (k == -ENOMEM)
                return r->error = k;
        if (k < 0)
                return reader_malformed(r, "body", "not JSON");
        if (!json_is_object(body))
                return reader_malformed(r, "body", "not an object");
        *ret = TAKE_PTR(body);
        return 0;
}

const char *reader_word(struct reader *r, const json_t *object, const char *path) {
        const char *text = "";
        if (json_get_string(object, path, &text) == -EPROTO)
                reader_malformed(r, path, "not a text");
        return text;
}

const char *reader_text(struct reader *r, const json_t *object, const char *path) {
        const char *text = reader_word(r, object, path);
        if (!*text)
                return "";
        const char *copy = arena_strdup(r->reply->arena, text);
        return copy ? copy : (out_of_memory(r), "");
}

bool reader_bool(struct reader *r, const json_t *object, const char *path) {
        bool value = false;
        if (json_get_bool(object, path, &value) == -EPROTO)
                reader_malformed(r, path, "not true or false");
        return value;
}

int64_t reader_int(struct reader *r, const json_t *object, const char *path, int64_t max) {
        int64_t value = 0;
        if (json_get_int(object, path, &value) == -EPROTO)
                reader_malformed(r, path, "not an integer");
        if (value >= 0 && value <= max)
                return value;
        reader_malformed(r, path, "out of range");
        return 0;
}

static struct ip4 read_ip(struct reader *r, const char *path, const char *text) {
        struct ip4 ip = {0};
        if (*text && !strchr(text, ':') && ip4_parse(text, &ip) < 0)
                reader_malformed(r, path, "not an address");
        return ip;
}

struct ip4 reader_ip(struct reader *r, const json_t *object, const char *path) {
        return read_ip(r, path, reader_word(r, object, path));
}

const json_t *reader_object(struct reader *r, const json_t *object, const char *path) {
        const json_t *value = json_at(object, path);
        if (!value || json_is_null(value))
                return NULL;
        if (json_is_object(value))
                return value;
        reader_malformed(r, path, "not an object");
        return NULL;
}

json_t *reader_array(struct reader *r, const json_t *object, const char *path) {
        json_t *value = NULL;
        if (json_get_array(object, path, &value) == -EPROTO)
                reader_malformed(r, path, "not an array");
        if (json_array_size(value) <= AZURE_ROWS_MAX)
                return value;
        reader_malformed(r, path, "too many elements");
        return NULL;
}

size_t reader_ips(struct reader *r, const json_t *object, const char *path, struct ip4 *out, size_t max) {
        json_t *array = reader_array(r, object, path);
        const json_t *value;
        size_t i, n = 0;
        json_array_foreach(array, i, value) {
                if (!json_is_string(value)) {
                        reader_malformed(r, path, "not texts");
                        return 0;
                }
                struct ip4 ip = read_ip(r, path, json_string_value(value));
                if (ip.addr == 0)
                        continue;
                if (n >= max) {
                        reader_malformed(r, path, "too many addresses");
                        return 0;
                }
                out[n++] = ip;
        }
        return n;
}

const struct cidr *reader_cidrs(struct reader *r, const json_t *object, const char *path, size_t *ret_n) {
        json_t *array = reader_array(r, object, path);
        *ret_n = 0;
        if (json_array_size(array) == 0)
                return NULL;
        struct cidr *out = ARENA_ARRAY(r->reply->arena, struct cidr, json_array_size(array));
        if (!out)
                return out_of_memory(r);
        const json_t *value;
        size_t i, n = 0;
        json_array_foreach(array, i, value) {
                const char *text = json_string_value(value);
                if (text && strchr(text, ':')) /* IPv6: no tunnel of ours carries it */
                        continue;
                if (!text || cidr_parse(text, &out[n]) < 0) {
                        reader_malformed(r, path, "not a prefix");
                        return NULL;
                }
                n++;
        }
        *ret_n = n;
        return out;
}

const struct tag *reader_tags(struct reader *r, const json_t *object, const char *path, size_t *ret_n) {
        json_t *tags = (json_t *)reader_object(r, object, path);
        *ret_n = 0;
        if (json_object_size(tags) == 0)
                return NULL;
        struct tag *out = ARENA_ARRAY(r->reply->arena, struct tag, json_object_size(tags));
        if (!out)
                return out_of_memory(r);
        const char *key;
        json_t *value;
        size_t n = 0;
        json_object_foreach(tags, key, value) {
                if (!json_is_string(value) && !json_is_null(value)) {
                        reader_malformed(r, path, "not texts");
                        return NULL;
                }
                const char *text = json_is_string(value) ? json_string_value(value) : "";
                out[n].key = arena_strdup(r->reply->arena, key);
                out[n].value = arena_strdup(r->reply->arena, text);
                if (!out[n].key || !out[n].value)
                        return out_of_memory(r);
                n++;
        }
        *ret_n = n;
        return out;
}

static enum az_provisioning provisioning(const char *word) {
        static const struct {
                const char *word;
                enum az_provisioning value;
        } words[] = {
                {"", AZ_SUCCEEDED},    {"Succeeded", AZ_SUCCEEDED}, {"Deleting", AZ_DELETING},
                {"Failed", AZ_FAILED}, {"Canceled", AZ_CANCELED},
        };
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                if (strcasecmp(words[i].word, word) == 0)
                        return words[i].value;
        }
        return AZ_BUSY;
}

void reader_common(struct reader *r, const json_t *object, struct az_common *ret) {
        ret->id = reader_text(r, object, "id");
        ret->name = reader_text(r, object, "name");
        ret->location = reader_text(r, object, "location");
        ret->tags = reader_tags(r, object, "tags", &ret->n_tags);
        ret->provisioning = provisioning(reader_word(r, object, "properties.provisioningState"));
        if (!*ret->id)
                reader_malformed(r, "id", "missing");
        if (!reader_object(r, object, "properties"))
                reader_malformed(r, "properties", "missing");
}
