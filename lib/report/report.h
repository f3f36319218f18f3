/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: pure functions of the state. JSON carries "schema": 1; text for people is made from the same JSON by the
 * ctl. */
#pragma once

#include "report/view.h"
#include "util/buf.h"

#define REPORT_SCHEMA 1

/* JSON documents; 0 or -ENOMEM */
int report_status(const struct daemon_view *v, const char *pairing, struct buf *out) _must_use_; /* NULL: all */
int report_plan(const struct daemon_view *v, const char *pairing, struct buf *out) _must_use_;
int report_history(const struct daemon_view *v, const char *pairing, struct buf *out) _must_use_;
int report_routes(const struct daemon_view *v, const char *pairing, struct buf *out) _must_use_;

/* Prometheus text format 0.0.4 */
int report_metrics(const struct daemon_view *v, struct buf *out) _must_use_;

/* One line for sd_notify STATUS= */
int report_summary(const struct daemon_view *v, struct buf *out) _must_use_;
