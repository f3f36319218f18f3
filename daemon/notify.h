/* SPDX-License-Identifier: Apache-2.0 */
/* What the service manager is told. Nothing happens when there is none. */
#pragma once

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *status);
void notify_watchdog(void);
uint64_t notify_watchdog_interval_ms(void); /* half of what systemd waits; 0: no watchdog */
