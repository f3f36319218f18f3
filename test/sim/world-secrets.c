/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: every secret that passes through is searched for in every output. */
#include "world-internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model-aws.h"
#include "model-azure.h"

static void must_not_contain(const char *what, const char *text, const char *secret) {
        if (!secret || strlen(secret) < 8 || !strstr(text, secret))
                return;
        fprintf(stderr, "a secret appears in %s\n", what);
        abort();
}

/* Keys come into being with writes: they are collected then, and every output is searched for all of them. */
static void remember_secret(struct world *w, const char *s) {
        for (size_t i = 0; i < w->n_secrets; i++) {
                if (strcmp(w->secrets[i], s) == 0)
                        return;
        }
        w->secrets = realloc(w->secrets, (w->n_secrets + 1) * sizeof(*w->secrets));
        assert(w->secrets);
        w->secrets[w->n_secrets++] = strdup(s);
}

static void collect_secrets(struct world *w, json_t *v) {
        const char *key;
        json_t *member;
        size_t i;
        json_array_foreach(v, i, member) {
                collect_secrets(w, member);
        }
        json_object_foreach(v, key, member) {
                bool is_key = strstr(key, "psk") || strstr(key, "haredKey") || strstr(key, "hared_key");
                if (is_key && json_is_string(member))
                        remember_secret(w, json_string_value(member));
                collect_secrets(w, member);
        }
}

void world_collect_secrets(struct world *w) {
        json_t *aws = aws_admin_dump(w->model), *azure = azure_admin_dump(w->model);
        collect_secrets(w, aws);
        collect_secrets(w, azure);
        json_decref(aws);
        json_decref(azure);
}

void world_search_secrets(struct world *w, const char *what, const char *text) {
        must_not_contain(what, text, CLIENT_SECRET);
        must_not_contain(what, text, SECRET_KEY);
        must_not_contain(what, text, "eyJ"); /* every token begins so */
        for (size_t i = 0; i < w->n_secrets; i++)
                must_not_contain(what, text, w->secrets[i]);
}
