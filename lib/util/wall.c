/* SPDX-License-Identifier: Apache-2.0 */
/* Wall-clock text. Locale-free on purpose: strftime() and strptime() would follow the daemon's locale. */
#include "util/wall.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char months[12][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};
static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static struct tm split(int64_t wall_ms) {
        time_t s = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
        struct tm tm = {0};
        gmtime_r(&s, &tm);
        return tm;
}

char *wall_to_rfc3339(int64_t wall_ms, char out[static WALL_TEXT_SIZE]) {
        struct tm t = split(wall_ms);
        snprintf(out, WALL_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(t.tm_year + 1900) % 10000u,
                 (unsigned)(t.tm_mon + 1) % 100u, (unsigned)t.tm_mday % 100u, (unsigned)t.tm_hour % 100u,
                 (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
        return out;
}

char *wall_to_basic(int64_t wall_ms, char out[static WALL_TEXT_SIZE]) {
        struct tm t = split(wall_ms);
        snprintf(out, WALL_TEXT_SIZE, "%04u%02u%02uT%02u%02u%02uZ", (unsigned)(t.tm_year + 1900) % 10000u,
                 (unsigned)(t.tm_mon + 1) % 100u, (unsigned)t.tm_mday % 100u, (unsigned)t.tm_hour % 100u,
                 (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
        return out;
}

char *wall_to_http_date(int64_t wall_ms, char out[static WALL_TEXT_SIZE]) {
        struct tm t = split(wall_ms);
        snprintf(out, WALL_TEXT_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[(unsigned)t.tm_wday % 7u],
                 (unsigned)t.tm_mday % 100u, months[(unsigned)t.tm_mon % 12u], (unsigned)(t.tm_year + 1900) % 10000u,
                 (unsigned)t.tm_hour % 100u, (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u);
        return out;
}

static int join(struct tm *t, int64_t offset_s, int64_t fraction_ms, int64_t *ret_wall_ms) {
        if (t->tm_mon < 0 || t->tm_mon > 11 || t->tm_mday < 1 || t->tm_mday > 31 || t->tm_hour > 23 || t->tm_min > 59 ||
            t->tm_sec > 60)
                return -EINVAL;
        time_t s = timegm(t);
        *ret_wall_ms = ((int64_t)s - offset_s) * 1000 + fraction_ms;
        return 0;
}

static int digits(const char **s, int n, int *ret) {
        int v = 0;
        for (int i = 0; i < n; i++) {
                if (!isdigit((unsigned char)**s))
                        return -EINVAL;
                v = v * 10 + (*(*s)++ - '0');
        }
        *ret = v;
        return 0;
}

static int expect(const char **s, char c) {
        if (**s != c)
                return -EINVAL;
        (*s)++;
        return 0;
}

static int zone(const char *s, int64_t *ret_offset_s) {
        int h, m;
        if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0) {
                *ret_offset_s = 0;
                return 0;
        }
        if (*s != '+' && *s != '-')
                return -EINVAL;
        bool west = *s++ == '-';
        if (digits(&s, 2, &h) < 0 || expect(&s, ':') < 0 || digits(&s, 2, &m) < 0 || *s || h > 23 || m > 59)
                return -EINVAL;
        *ret_offset_s = (west ? -1 : 1) * (h * 3600 + m * 60);
        return 0;
}

int wall_from_rfc3339(const char *s, int64_t *ret_wall_ms) {
        struct tm t = {0};
        int64_t offset_s, fraction_ms = 0;
        if (digits(&s, 4, &t.tm_year) < 0 || expect(&s, '-') < 0 || digits(&s, 2, &t.tm_mon) < 0 ||
            expect(&s, '-') < 0 || digits(&s, 2, &t.tm_mday) < 0 || (*s != 'T' && *s != 't' && *s != ' '))
                return -EINVAL;
        s++;
        if (digits(&s, 2, &t.tm_hour) < 0 || expect(&s, ':') < 0 || digits(&s, 2, &t.tm_min) < 0 ||
            expect(&s, ':') < 0 || digits(&s, 2, &t.tm_sec) < 0)
                return -EINVAL;
        if (*s == '.') {
                int64_t unit_ms = 100;
                for (s++; isdigit((unsigned char)*s); s++, unit_ms /= 10)
                        fraction_ms += (*s - '0') * unit_ms;
        }
        if (zone(s, &offset_s) < 0)
                return -EINVAL;
        t.tm_year -= 1900;
        t.tm_mon -= 1;
        return join(&t, offset_s, fraction_ms, ret_wall_ms);
}

int wall_from_http_date(const char *s, int64_t *ret_wall_ms) {
        struct tm t = {0};
        char month[4] = "", zone_name[4] = "";
        if (strlen(s) != 29 || s[3] != ',' ||
            sscanf(s + 5, "%2d %3s %4d %2d:%2d:%2d %3s", &t.tm_mday, month, &t.tm_year, &t.tm_hour, &t.tm_min,
                   &t.tm_sec, zone_name) != 7 ||
            strcmp(zone_name, "GMT") != 0)
                return -EINVAL;
        t.tm_mon = -1;
        for (int i = 0; i < 12; i++) {
                if (strcmp(month, months[i]) == 0)
                        t.tm_mon = i;
        }
        t.tm_year -= 1900;
        return join(&t, 0, 0, ret_wall_ms);
}
