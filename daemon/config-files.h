/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of the configuration directory. */
#pragma once

#include "config/config.h"

/* s2svpnd.conf, s2svpnd.conf.d/NAME.conf and pairings.d/NAME.conf below @directory. 0; CONFIG_INVALID: see @errors,
 * files that cannot be read included; -ENOMEM. */
int config_files_load(const char *directory, struct buf *errors, struct configuration **ret) _must_use_;
