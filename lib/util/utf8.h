/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: one well-formed character at a time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* bytes of the character at @s, 1..4; 0 when there is no well-formed one or @n is 0 */
size_t utf8_decode(const char *s, size_t n, uint32_t *ret_code);
