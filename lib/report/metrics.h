/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text: one family a metric, samples in the order of the view. */
#pragma once

#include "report/view.h"
#include "util/buf.h"

struct label {
        const char *name, *value;
};

struct family {
        const char *name, *type, *help;
        void (*emit)(struct buf *out, const char *name, const struct daemon_view *v);
};

/* "name{labels} ": the value follows */
void metric_begin(struct buf *out, const char *name, const struct label *labels, size_t n_labels);
void metric_uint(struct buf *out, const char *name, const struct label *labels, size_t n_labels, uint64_t value);
void metric_seconds(struct buf *out, const char *name, const struct label *labels, size_t n_labels, int64_t ms);
void metric_family(struct buf *out, const struct family *f, const struct daemon_view *v);

void metrics_pairings(struct buf *out, const struct daemon_view *v);
