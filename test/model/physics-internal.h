/* SPDX-License-Identifier: Apache-2.0 */
/* Physics as its owner, the model, sees it. */
#pragma once

#include "physics.h"
#include "util/macro.h"

struct physics;

struct physics *physics_new(void);
struct physics *physics_free(struct physics *p);
DEFINE_CLEANUP(struct physics *, physics_free)

/* all links, until the next step */
size_t physics_links(const struct model *m, const struct link **ret);
