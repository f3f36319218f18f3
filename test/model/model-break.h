/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that break, mend and steer the model. */
#pragma once

#include <jansson.h>

#include "model-admin.h"

int break_run(struct model *m, const char *op, const json_t *args, char reterr[static ADMIN_TEXT_SIZE]) _must_use_;
json_t *break_help(void); /* {"op": "its arguments"} */
