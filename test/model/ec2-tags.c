/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: at creation, later, and listed. */
#include <errno.h>
#include <string.h>

#include "ec2.h"

#define KEY_MAX 127
#define VALUE_MAX 256

static int check_tag(struct ec2_call *c, const char *key, const char *value) {
        if (!key || !*key)
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter Tag.Key");
        if (strncmp(key, "aws:", 4) == 0)
                return ec2_fail(c, "InvalidParameterValue",
                                "Tag keys starting with 'aws:' are reserved for internal use");
        if (strlen(key) > KEY_MAX)
                return ec2_fail(c, "InvalidParameterValue", "Tag key exceeds the maximum length of %d characters",
                                KEY_MAX);
        if (value && strlen(value) > VALUE_MAX)
                return ec2_fail(c, "InvalidParameterValue", "Tag value exceeds the maximum length of %d characters",
                                VALUE_MAX);
        return 0;
}

static struct ec2_tag *find_tag(struct ec2_meta *meta, const char *key) {
        for (size_t i = 0; i < meta->n_tags; i++)
                if (strcmp(meta->tags[i].key, key) == 0)
                        return &meta->tags[i];
        return NULL;
}

static int set_tag(struct model *m, struct ec2_meta *meta, const char *key, const char *value) {
        struct ec2_tag t = {arena_strdup(m->aws->texts, key), arena_strdup(m->aws->texts, value ? value : "")};
        if (!t.key || !t.value)
                return -ENOMEM;
        struct ec2_tag *at = find_tag(meta, key);
        if (!at)
                at = &meta->tags[meta->n_tags++];
        *at = t;
        return 0;
}

int ec2_tags_check_specification(struct ec2_call *c, enum ec2_kind k) {
        for (int i = 1;; i++) {
                const char *type = ec2_form_at(&c->form, "TagSpecification.%d.ResourceType", i);
                if (!type)
                        return 0;
                if (strcmp(type, ec2_type_of(k)) != 0)
                        return ec2_fail(c, "InvalidParameterValue",
                                        "'%s' is not a valid taggable resource type for this operation.", type);
                for (int n = 1;; n++) {
                        const char *key = ec2_form_at(&c->form, "TagSpecification.%d.Tag.%d.Key", i, n);
                        if (!key)
                                break;
                        if (n > EC2_TAGS_MAX)
                                return ec2_fail(c, "TagLimitExceeded", "More than %d tags specified", EC2_TAGS_MAX);
                        int r = check_tag(c, key, ec2_form_at(&c->form, "TagSpecification.%d.Tag.%d.Value", i, n));
                        if (r != 0)
                                return r;
                }
        }
}

int ec2_tags_from_specification(struct ec2_call *c, struct ec2_meta *meta) {
        for (int n = 1; n <= EC2_TAGS_MAX; n++) {
                const char *key = ec2_form_at(&c->form, "TagSpecification.1.Tag.%d.Key", n);
                if (!key)
                        break;
                int r = set_tag(c->m, meta, key, ec2_form_at(&c->form, "TagSpecification.1.Tag.%d.Value", n));
                if (r < 0)
                        return r;
        }
        return 0;
}

void ec2_write_tags(struct buf *out, const struct ec2_meta *meta) {
        buf_puts(out, "<tagSet>");
        for (size_t i = 0; i < meta->n_tags; i++) {
                buf_puts(out, "<item>");
                ec2_text(out, "key", meta->tags[i].key);
                ec2_text(out, "value", meta->tags[i].value);
                buf_puts(out, "</item>");
        }
        buf_puts(out, "</tagSet>");
}

static int find_taggable(struct ec2_call *c, const char *id, struct ec2_meta **ret) {
        for (size_t k = 0; k < EC2_KINDS; k++) {
                const char *prefix = ec2_prefix_of((enum ec2_kind)k);
                if (strncmp(id, prefix, strlen(prefix)) != 0)
                        continue;
                struct ec2_meta *meta = ec2_find(&c->m->aws->world, (enum ec2_kind)k, id);
                if (!meta || !ec2_visible(c, meta) || meta->state == EC2_DELETED)
                        return ec2_not_found(c, (enum ec2_kind)k, id);
                *ret = meta;
                return 0;
        }
        return ec2_fail(c, "InvalidID", "The ID '%s' is not valid", id);
}

static int check_tagging(struct ec2_call *c, bool adding) {
        struct ec2_meta *meta = NULL;
        if (!ec2_form_get(&c->form, "ResourceId.1"))
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter resourceIdSet");
        if (adding && !ec2_form_get(&c->form, "Tag.1.Key"))
                return ec2_fail(c, "MissingParameter", "The request must contain the parameter tagSet");
        size_t n_tags = 0;
        for (int n = 1; ec2_form_at(&c->form, "Tag.%d.Key", n); n++, n_tags++) {
                int r = check_tag(c, ec2_form_at(&c->form, "Tag.%d.Key", n), ec2_form_at(&c->form, "Tag.%d.Value", n));
                if (r != 0)
                        return r;
        }
        for (int i = 1; ec2_form_at(&c->form, "ResourceId.%d", i); i++) {
                int r = find_taggable(c, ec2_form_at(&c->form, "ResourceId.%d", i), &meta);
                if (r != 0)
                        return r;
                if (adding && meta->n_tags + n_tags > EC2_TAGS_MAX)
                        return ec2_fail(c, "TagLimitExceeded", "The maximum number of tags for a resource is %d",
                                        EC2_TAGS_MAX);
        }
        return 0;
}

int ec2_create_tags(struct ec2_call *c) {
        struct ec2_meta *meta = NULL;
        int r = check_tagging(c, true);
        for (int i = 1; r == 0 && ec2_form_at(&c->form, "ResourceId.%d", i); i++) {
                r = find_taggable(c, ec2_form_at(&c->form, "ResourceId.%d", i), &meta);
                for (int n = 1; r == 0 && ec2_form_at(&c->form, "Tag.%d.Key", n); n++)
                        r = set_tag(c->m, meta, ec2_form_at(&c->form, "Tag.%d.Key", n),
                                    ec2_form_at(&c->form, "Tag.%d.Value", n));
        }
        if (r == 0)
                ec2_bool(&c->out, "return", true);
        return r;
}

/* A tag goes when its key is named, with the same value if one is given; without any tag named, all go. */
static void delete_tags(struct ec2_call *c, struct ec2_meta *meta) {
        bool all = !ec2_form_get(&c->form, "Tag.1.Key");
        if (all)
                meta->n_tags = 0;
        for (int n = 1; ec2_form_at(&c->form, "Tag.%d.Key", n); n++) {
                const char *value = ec2_form_at(&c->form, "Tag.%d.Value", n);
                struct ec2_tag *t = find_tag(meta, ec2_form_at(&c->form, "Tag.%d.Key", n));
                if (t && (!value || strcmp(value, t->value) == 0))
                        model_remove(meta->tags, &meta->n_tags, sizeof(*t), (size_t)(t - meta->tags));
        }
}

int ec2_delete_tags(struct ec2_call *c) {
        struct ec2_meta *meta = NULL;
        int r = check_tagging(c, false);
        for (int i = 1; r == 0 && ec2_form_at(&c->form, "ResourceId.%d", i); i++) {
                r = find_taggable(c, ec2_form_at(&c->form, "ResourceId.%d", i), &meta);
                if (r == 0)
                        delete_tags(c, meta);
        }
        if (r == 0)
                ec2_bool(&c->out, "return", true);
        return r;
}

static bool value_wanted(struct ec2_call *c, int filter, const char *value) {
        for (int n = 1; ec2_form_at(&c->form, "Filter.%d.Value.%d", filter, n); n++)
                if (ec2_wildcard_match(ec2_form_at(&c->form, "Filter.%d.Value.%d", filter, n), value))
                        return true;
        return false;
}

static bool tag_wanted(struct ec2_call *c, enum ec2_kind k, const struct ec2_meta *meta, const struct ec2_tag *t) {
        for (int i = 1;; i++) {
                const char *name = ec2_form_at(&c->form, "Filter.%d.Name", i);
                bool ok = false;
                if (!name)
                        return true;
                if (strcmp(name, "key") == 0)
                        ok = value_wanted(c, i, t->key);
                else if (strcmp(name, "value") == 0)
                        ok = value_wanted(c, i, t->value);
                else if (strcmp(name, "resource-id") == 0)
                        ok = value_wanted(c, i, meta->id);
                else if (strcmp(name, "resource-type") == 0)
                        ok = value_wanted(c, i, ec2_type_of(k));
                else if (strncmp(name, "tag:", 4) == 0)
                        ok = strcmp(name + 4, t->key) == 0 && value_wanted(c, i, t->value);
                if (!ok)
                        return false;
        }
}

static void list_tags(struct ec2_call *c, enum ec2_kind k, const struct ec2_meta *meta) {
        for (size_t i = 0; i < meta->n_tags; i++) {
                if (!tag_wanted(c, k, meta, &meta->tags[i]))
                        continue;
                buf_puts(&c->out, "<item>");
                ec2_text(&c->out, "resourceId", meta->id);
                ec2_text(&c->out, "resourceType", ec2_type_of(k));
                ec2_text(&c->out, "key", meta->tags[i].key);
                ec2_text(&c->out, "value", meta->tags[i].value);
                buf_puts(&c->out, "</item>");
        }
}

int ec2_describe_tags(struct ec2_call *c) {
        const struct ec2_world *w = ec2_view(c);
        int r = ec2_filters_check(c, "key value resource-id resource-type tag:*");
        if (r != 0)
                return r;
        buf_puts(&c->out, "<tagSet>");
        for (size_t k = 0; k < EC2_KINDS; k++)
                for (size_t i = 0; i < w->tables[k].n; i++) {
                        const struct ec2_meta *meta = ec2_item(w, (enum ec2_kind)k, i);
                        if (ec2_visible(c, meta) && meta->state != EC2_DELETED)
                                list_tags(c, (enum ec2_kind)k, meta);
                }
        buf_puts(&c->out, "</tagSet>");
        return 0;
}
