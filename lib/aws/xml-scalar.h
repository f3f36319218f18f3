/* SPDX-License-Identifier: Apache-2.0 */
/* One value of an XML element, from text to a field. Internal to the folder. */
#pragma once

#include "aws/xml-map.h"

/* 0; -ENOMEM; -EINVAL when the text is not of the field's kind. The field is left alone then. */
int xml_scalar_store(const struct xml_field *field, const char *text, void *ret_field, struct arena *a) _must_use_;
