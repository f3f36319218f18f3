/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the model by name: for command lines, scenarios and the admin interface. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model-admin.h"
#include "model-internal.h"
#include "util/macro.h"

enum kind { FLAG, TIME, NUMBER };

#define OPTION(name, kind)                                                                                             \
        { #name, kind, offsetof(struct model_options, name) }
static const struct {
        const char *name;
        enum kind kind;
        size_t offset;
} options[] = {
        OPTION(hold_time_negotiates_down, FLAG),
        OPTION(identical_create_vpn_returns_existing, FLAG),
        OPTION(advertised_rows_have_local_address, FLAG),
        OPTION(learned_includes_sibling_rows, FLAG),
        OPTION(aws_replace_needs_pending, FLAG),
        OPTION(aws_pending_maintenance_words, NUMBER),
        OPTION(aws_telemetry_lag_ms, TIME),
        OPTION(aws_deleted_stays_listed_ms, TIME),
        OPTION(vgw_route_propagation_delay_ms, TIME),
        OPTION(aws_new_unseen_ms, TIME),
        OPTION(aws_quotas, FLAG),
        OPTION(azure_status_lag_ms, TIME),
};

static void *at(struct model_options *o, size_t i) {
        return (char *)o + options[i].offset;
}

static int set_flag(bool *flag, const char *value) {
        bool yes = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
        if (!yes && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
                return -EINVAL;
        *flag = yes;
        return 0;
}

static int parse_number(const char *value, int64_t *ret) {
        char *end = NULL;
        errno = 0;
        long long n = strtoll(value, &end, 10);
        if (errno != 0 || end == value || *end || n < 0)
                return -EINVAL;
        *ret = n;
        return 0;
}

/**
 * model_options_set() - sets one option by its name
 * @o: the options
 * @name: of a member
 * @value: true, false or a number
 *
 * Return: 0 or -EINVAL.
 */
int model_options_set(struct model_options *o, const char *name, const char *value) {
        int64_t number = 0;
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                if (strcmp(options[i].name, name) != 0)
                        continue;
                if (options[i].kind == FLAG)
                        return set_flag(at(o, i), value);
                if (parse_number(value, &number) < 0)
                        return -EINVAL;
                if (options[i].kind == TIME)
                        *(int64_t *)at(o, i) = number;
                else
                        *(unsigned *)at(o, i) = (unsigned)number;
                return 0;
        }
        return -EINVAL;
}

json_t *model_options_dump(const struct model_options *o) {
        struct model_options copy = *o;
        json_t *all = json_object();
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                json_t *v = NULL;
                if (options[i].kind == FLAG)
                        v = json_boolean(*(bool *)at(&copy, i));
                else if (options[i].kind == TIME)
                        v = json_integer(*(int64_t *)at(&copy, i));
                else
                        v = json_integer(*(unsigned *)at(&copy, i));
                (void)json_object_set_new(all, options[i].name, v);
        }
        return all;
}
