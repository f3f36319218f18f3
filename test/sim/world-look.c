/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a world: the daemon's words, the model's truth, and what was written. */
#include "world-internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int control(struct world *w, const char *method, const char *path, const char *body, bool may_write) {
        const struct engine_input in = {
                .type = ENGINE_IN_CONTROL,
                .id = ++w->control_id,
                .control = {method, path, body, strlen(body), may_write, "uid 0"},
        };
        w->reply_status = 0;
        world_input(w, &in);
        world_pump(w);
        return w->reply_status;
}

json_t *world_get(struct world *w, const char *path) {
        int status = control(w, "GET", path, "", false);
        json_t *v = json_loads(w->reply, JSON_DECODE_ANY, NULL);
        assert(status == 200 || !v || json_object_get(v, "error"));
        return v;
}

int world_post(struct world *w, const char *path, const char *body, bool may_write) {
        return control(w, "POST", path, body, may_write);
}

static const json_t *first_pairing(const json_t *status) {
        return json_array_get(json_object_get(status, "pairings"), 0);
}

void world_explain(struct world *w) {
        static const char *const paths[] = {"/v1/status", "/v1/plan"};
        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                json_t *document = world_get(w, paths[i]);
                char *text = json_dumps(document, JSON_INDENT(1));
                fprintf(stderr, "%s\n", text);
                free(text);
                json_decref(document);
        }
}

const char *world_verdict(struct world *w) {
        static const char *const verdicts[] = {"healthy", "degraded", "down", "unknown", "building"};
        json_t *status = world_get(w, "/v1/status");
        const char *v = json_string_value(json_object_get(first_pairing(status), "verdict"));
        const char *found = "none";
        for (size_t i = 0; v && i < ELEMENTSOF(verdicts); i++) {
                if (strcasecmp(v, verdicts[i]) == 0)
                        found = verdicts[i];
        }
        json_decref(status);
        return found;
}

bool world_is_healthy(struct world *w) {
        return strcmp(world_verdict(w), "healthy") == 0;
}

unsigned world_tunnels_up(struct world *w) {
        json_t *status = world_get(w, "/v1/status");
        json_t *tunnel;
        size_t i;
        unsigned up = 0;
        json_array_foreach(json_object_get(first_pairing(status), "tunnels"), i, tunnel) {
                const char *state = json_string_value(json_object_get(tunnel, "state"));
                up += state && (strcmp(state, "up") == 0 || strcmp(state, "proven-up") == 0);
        }
        json_decref(status);
        return up;
}

bool world_has_finding(struct world *w, const char *kind) {
        json_t *status = world_get(w, "/v1/status");
        json_t *finding;
        size_t i;
        bool found = false;
        json_array_foreach(json_object_get(first_pairing(status), "findings"), i, finding) {
                const char *k = json_string_value(json_object_get(finding, "kind"));
                found = found || (k && strcmp(k, kind) == 0);
        }
        json_decref(status);
        return found;
}

unsigned world_links_up(struct world *w) {
        struct aws_end ends[MODEL_ENDS_MAX];
        size_t n = aws_ends(w->model, ends, MODEL_ENDS_MAX);
        unsigned up = 0;
        for (size_t i = 0; i < n; i++) {
                const struct link *l = physics_link_of_aws(w->model, ends[i].outside);
                up += l && l->bgp_up;
        }
        return up;
}

void world_watch_links(struct world *w) {
        w->watch = true;
        w->min_links = world_links_up(w);
}

unsigned world_min_links(const struct world *w) {
        return w->min_links;
}

size_t world_count(struct world *w, const char *action) {
        size_t n = 0;
        for (size_t i = 0; i < w->n_writes; i++)
                n += strstr(w->writes[i], action) != NULL;
        return n;
}

size_t world_writes(struct world *w) {
        return w->n_writes;
}

size_t world_reads(struct world *w) {
        return w->n_reads;
}

size_t world_aws_reads(struct world *w) {
        return w->n_aws_reads;
}

unsigned world_events(const struct world *w, enum event_kind kind) {
        return w->events[kind];
}

unsigned world_alerts(const struct world *w) {
        return w->alerts;
}

const char *world_outside(struct world *w, unsigned tunnel) {
        static char text[IP4_TEXT_SIZE];
        struct aws_end ends[MODEL_ENDS_MAX];
        static const char *const inside[] = {"169.254.21.0/30", "169.254.22.0/30", "169.254.21.4/30",
                                             "169.254.22.4/30"};
        size_t n = aws_ends(w->model, ends, MODEL_ENDS_MAX);
        struct cidr wanted;
        int r = cidr_parse(inside[tunnel - 1], &wanted);
        assert(r == 0);
        for (size_t i = 0; i < n; i++) {
                if (cidr_equal(ends[i].inside, wanted))
                        return ip4_format(ends[i].outside, text);
        }
        return "none";
}
