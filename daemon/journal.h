/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: to the journal with fields, or to stderr a line each. */
#pragma once

#include <stdbool.h>

#include "report/view.h"

struct journal {
        bool is_journal; /* stderr is connected to it */
        bool is_terminal;
        int max_level; /* syslog: 3 error .. 7 debug */
};

void journal_init(struct journal *j, int max_level);
void journal_event(const struct journal *j, const struct event *e);
void journal_print(const struct journal *j, int priority, const char *format, ...) _printf_(3, 4);
