/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the documents of this folder. */
#pragma once

#include "report/view.h"
#include "report/writer.h"

/* directions and verdicts come as plain enums without a count */
#define ROUTE_DIRECTIONS (ROUTE_TO_AZURE + 1)
#define VERDICTS (VERDICT_BUILDING + 1)
#define STEP_STATUSES (STEP_RUNNING + 1)

struct route_count {
        unsigned expected, present, unknown, unexpected; /* present: expected and there */
};

const char *route_direction_to_string(enum route_direction d);
struct route_count count_routes(const struct assessment *a, enum route_direction d); /* NULL: zeros */
enum verdict view_verdict(const struct pairing_view *p); /* UNKNOWN before the first round */
int64_t view_data_age_ms(const struct daemon_view *v, const struct pairing_view *p); /* -1: no data */

/* "pairing/kind/subject" as a member */
void write_finding_id(struct json_writer *w, const char *key, const char *pairing, enum finding_kind kind,
                      const char *subject);
void write_steps(struct json_writer *w, const struct pairing_view *p);
void write_pairing_status(struct json_writer *w, const struct daemon_view *v, const struct pairing_view *p);
