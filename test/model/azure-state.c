/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of Azure's half: kept by id, without regard to letter case. */
#include "azure-internal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/encode.h"

#define HASHED_CHARS 40

/* The end of an id tells most; physics asks for thousands of them. */
uint64_t azure_id_hash(const char *id) {
        size_t n = strlen(id);
        uint64_t h = HASH_INIT ^ n;
        for (const char *p = n > HASHED_CHARS ? id + n - HASHED_CHARS : id; *p; p++)
                h = (h ^ (uint64_t)(*p | 0x20)) * UINT64_C(0x100000001b3); /* letters lose their case */
        return h ? h : 1;
}

static size_t bucket_of(const char *id) {
        return (size_t)(azure_id_hash(id) >> 8) % AZURE_ID_BUCKETS;
}

bool azure_same_id(const char *a, const char *b) {
        return strcasecmp(a, b) == 0;
}

/**
 * azure_find() - Looks a resource up by its ARM id.
 *
 * Return: the resource, or NULL.
 */
struct azure_resource *azure_find(const struct azure_world *w, const char *id) {
        struct azure_resource *r = w->buckets[bucket_of(id)];
        while (r && !azure_same_id(r->id, id))
                r = r->hash_next;
        return r;
}

struct azure_resource *azure_find_kind(const struct azure_world *w, enum azure_kind kind, const char *id) {
        struct azure_resource *r = azure_find(w, id);
        return r && r->kind == kind ? r : NULL;
}

static struct azure_resource *resource_free(struct azure_resource *r) {
        if (!r)
                return NULL;
        json_decref(r->body);
        mem_free(r->psk);
        mem_free(r->id);
        mem_free(r);
        return NULL;
}

static void link_in(struct azure_world *w, struct azure_resource *r) {
        size_t b = bucket_of(r->id);
        r->next = NULL;
        r->hash_next = w->buckets[b];
        w->buckets[b] = r;
        if (w->last[r->kind])
                w->last[r->kind]->next = r;
        else
                w->first[r->kind] = r;
        w->last[r->kind] = r;
}

/**
 * azure_add() - Puts a new resource into the live world.
 * @body: taken, also on failure
 *
 * Return: the resource, in state Updating, or NULL without memory.
 */
struct azure_resource *azure_add(struct model *m, enum azure_kind kind, const char *id, json_t *body) {
        struct azure_resource *r = mem_zalloc(1, sizeof(*r));
        if (!r || !body || !(r->id = mem_strdup(id))) {
                json_decref(body);
                mem_free(r);
                return NULL;
        }
        r->kind = kind;
        r->body = body;
        model_uuid(m, r->guid);
        MODEL_COPY(r->true_status, "Unknown");
        MODEL_COPY(r->shown_status, "Unknown");
        r->counted_ms = m->now_ms;
        azure_touch(m, r, AZURE_UPDATING);
        link_in(&m->azure->live, r);
        return r;
}

void azure_remove(struct model_azure *a, struct azure_resource *r) {
        struct azure_world *w = &a->live;
        a->removals++;
        struct azure_resource **p = &w->buckets[bucket_of(r->id)];
        while (*p != r)
                p = &(*p)->hash_next;
        *p = r->hash_next;
        struct azure_resource *before = NULL;
        for (struct azure_resource *i = w->first[r->kind]; i != r; i = i->next)
                before = i;
        if (before)
                before->next = r->next;
        else
                w->first[r->kind] = r->next;
        if (w->last[r->kind] == r)
                w->last[r->kind] = before;
        resource_free(r);
}

void azure_world_deinit(struct azure_world *w) {
        for (size_t k = 0; k < AZURE_KINDS; k++) {
                while (w->first[k]) {
                        struct azure_resource *next = w->first[k]->next;
                        resource_free(w->first[k]);
                        w->first[k] = next;
                }
        }
        *w = (struct azure_world){0};
}

static struct azure_resource *resource_copy(const struct azure_resource *from) {
        struct azure_resource *r = mem_zalloc(1, sizeof(*r));
        if (!r)
                return NULL;
        *r = *from;
        r->id = mem_strdup(from->id);
        r->psk = from->psk ? mem_strdup(from->psk) : NULL;
        r->body = json_deep_copy(from->body);
        if (!r->id || !r->body || (from->psk && !r->psk))
                return resource_free(r);
        return r;
}

/**
 * azure_world_copy() - Keeps the state of now for later, stale reads.
 *
 * Return: the copy, to be emptied by azure_world_deinit() and freed, or NULL without memory.
 */
struct azure_world *azure_world_copy(const struct azure_world *w) {
        struct azure_world *copy = mem_zalloc(1, sizeof(*copy));
        for (size_t k = 0; copy && k < AZURE_KINDS; k++) {
                for (const struct azure_resource *i = w->first[k]; i; i = i->next) {
                        struct azure_resource *r = resource_copy(i);
                        if (!r) {
                                azure_world_deinit(copy);
                                mem_free(copy);
                                return NULL;
                        }
                        link_in(copy, r);
                }
        }
        return copy;
}

/* The service gives every change of state an etag of its own. */
void azure_touch(struct model *m, struct azure_resource *r, enum azure_state state) {
        r->state = state;
        r->stamp = ++m->azure->stamps;
        r->provisioned |= state == AZURE_SUCCEEDED;
        model_uuid(m, r->etag);
}

const char *azure_name(const char *id) {
        const char *slash = strrchr(id, '/');
        return slash ? slash + 1 : id;
}

char *azure_parent_id(const char *id, unsigned levels) {
        size_t n = strlen(id);
        for (unsigned slashes = 2 * levels; slashes > 0 && n > 0;) {
                n--;
                if (id[n] == '/')
                        slashes--;
        }
        return mem_strndup(id, n);
}

bool azure_id_part(const char *id, const char *type, char *out, size_t size) {
        size_t n = strlen(type);
        for (const char *p = strchr(id, '/'); p; p = strchr(p + 1, '/')) {
                if (strncasecmp(p + 1, type, n) != 0 || p[1 + n] != '/')
                        continue;
                const char *value = p + n + 2;
                size_t len = strcspn(value, "/");
                if (len == 0 || len >= size)
                        return false;
                memcpy(out, value, len);
                out[len] = 0;
                return true;
        }
        return false;
}

const char *azure_text(const json_t *object, const char *path) {
        const char *s = json_string_value(json_at(object, path));
        return s ? s : "";
}

bool azure_flag(const json_t *object, const char *path) {
        return json_is_true(json_at(object, path));
}

int64_t azure_number(const json_t *object, const char *path, int64_t fallback) {
        const json_t *v = json_at(object, path);
        return json_is_integer(v) ? json_integer_value(v) : fallback;
}

struct model_azure *model_azure_new(void) {
        return mem_zalloc(1, sizeof(struct model_azure));
}

struct model_azure *model_azure_free(struct model_azure *a) {
        if (!a)
                return NULL;
        azure_world_deinit(&a->live);
        if (a->stale)
                azure_world_deinit(a->stale);
        mem_free(a->stale);
        azure_operations_free(a);
        mem_free(a->apps);
        mem_free(a->subscriptions);
        mem_free(a->quotas);
        mem_free(a);
        return NULL;
}
