/* SPDX-License-Identifier: Apache-2.0 */
/* Why two ends cannot agree: a pure comparison of both configurations. */
#pragma once

#include "physics.h"

enum verdict {
        VERDICT_NO_IPSEC,
        VERDICT_NO_BGP,
        VERDICT_MATCH,
};

/* @aws NULL: nobody has the address; a discard is told by its customer gateway. @reason is "" only for a match. */
enum verdict physics_judge(const struct azure_end *az, const struct aws_end *aws,
                           char reason[static MODEL_REASON_SIZE]);
