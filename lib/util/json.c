/* SPDX-License-Identifier: Apache-2.0 */
/* Typed reading of JSON. */
#include "util/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int json_parse(const char *data, size_t n, bool big_integers, json_t **ret, char *reterr_text, size_t text_size) {
        json_error_t error;
        size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | (big_integers ? JSON_DECODE_INT_AS_REAL : 0);
        /* jansson's own depth cap is 2048: enough for a stack of small frames, too much for a reply that means it. */
        int depth = 0;
        bool quoted = false;
        for (size_t i = 0; i < n; i++) {
                if (quoted && data[i] == '\\')
                        i++;
                else if (data[i] == '"')
                        quoted = !quoted;
                else if (!quoted && (data[i] == '{' || data[i] == '['))
                        depth++;
                else if (!quoted && (data[i] == '}' || data[i] == ']'))
                        depth--;
                if (depth > JSON_DEPTH_MAX) {
                        snprintf(reterr_text, text_size, "nested deeper than %d", JSON_DEPTH_MAX);
                        return -EPROTO;
                }
        }
        json_t *value = json_loadb(data ? data : "", n, flags, &error);
        if (!value) {
                snprintf(reterr_text, text_size, "%s at line %d column %d", error.text, error.line, error.column);
                return json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : -EPROTO;
        }
        *ret = value;
        return 0;
}

json_t *json_at(const json_t *object, const char *path) {
        const json_t *v = object;
        char key[128];
        while (v && *path) {
                size_t n = strcspn(path, ".");
                if (n >= sizeof(key))
                        return NULL;
                memcpy(key, path, n);
                key[n] = 0;
                v = json_object_get(v, key);
                path += n + (path[n] == '.');
        }
        return (json_t *)v;
}

int json_get_string(const json_t *object, const char *path, const char **ret) {
        const json_t *v = json_at(object, path);
        if (!v || json_is_null(v))
                return -ENOENT;
        if (!json_is_string(v)) /* NUL bytes inside were refused by the parser */
                return -EPROTO;
        *ret = json_string_value(v);
        return 0;
}

const char *json_text(const json_t *object, const char *path) {
        const char *text;
        return object && json_get_string(object, path, &text) == 0 ? text : "";
}

int json_get_int(const json_t *object, const char *path, int64_t *ret) {
        const json_t *v = json_at(object, path);
        if (!v || json_is_null(v))
                return -ENOENT;
        if (!json_is_integer(v))
                return -EPROTO;
        *ret = json_integer_value(v);
        return 0;
}

int json_get_bool(const json_t *object, const char *path, bool *ret) {
        const json_t *v = json_at(object, path);
        if (!v || json_is_null(v))
                return -ENOENT;
        if (!json_is_boolean(v))
                return -EPROTO;
        *ret = json_is_true(v);
        return 0;
}

int json_get_array(const json_t *object, const char *path, json_t **ret) {
        json_t *v = json_at(object, path);
        if (!v || json_is_null(v))
                return -ENOENT;
        if (!json_is_array(v))
                return -EPROTO;
        *ret = v;
        return 0;
}

static int append(const char *data, size_t n, void *userdata) {
        struct buf *out = userdata;
        buf_append(out, data, n);
        return buf_error(out) < 0 ? -1 : 0;
}

int json_write(const json_t *value, struct buf *out) {
        if (json_dump_callback(value, append, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) < 0)
                return buf_error(out) < 0 ? buf_error(out) : -ENOMEM;
        return buf_error(out);
}
