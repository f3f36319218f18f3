/* SPDX-License-Identifier: Apache-2.0 */
/* Where a service of a region answers. */
#include "aws/endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/http.h"

const char *aws_service_to_string(enum aws_service s) {
        switch (s) {
        case AWS_SERVICE_EC2:
                return "ec2";
        case AWS_SERVICE_STS:
                return "sts";
        }
        return NULL;
}

/* Partitions differ in the domain. GovCloud shares the standard one. */
static const struct {
        const char *region_prefix;
        const char *domain;
} partitions[] = {
        {"cn-", "amazonaws.com.cn"},
        {"eusc-", "amazonaws.eu"},
        {"", "amazonaws.com"},
};

static const char *domain_of(const char *region) {
        size_t i = 0;
        while (strncmp(region, partitions[i].region_prefix, strlen(partitions[i].region_prefix)) != 0)
                i++;
        return partitions[i].domain;
}

/* A region becomes a part of a host name and of the signature's scope. */
static bool is_region(const char *s) {
        size_t n = strlen(s);
        return n > 0 && n < AWS_REGION_SIZE && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && s[0] != '-' &&
               s[n - 1] != '-';
}

static bool is_base_url(const char *url) {
        struct http_url u;
        if (strpbrk(url, " \t\r\n#@") || http_url_split(url, &u) < 0 || u.query)
                return false;
        return (u.scheme_len == 5 && strncmp(u.scheme, "https", 5) == 0) ||
               (u.scheme_len == 4 && strncmp(u.scheme, "http", 4) == 0);
}

/**
 * aws_endpoint_init() - Names the URL of a service
 * @e: filled on success
 * @service: whose
 * @region: "eu-west-1"; needed with an override too, for the signature
 * @override_url: base URL, https or http without query and user; NULL: the region's own
 *
 * Return: 0; -EINVAL when region or URL cannot be one
 */
int aws_endpoint_init(struct aws_endpoint *e, enum aws_service service, const char *region, const char *override_url) {
        struct aws_endpoint v = {.service = service};
        int n;
        if (!is_region(region))
                return -EINVAL;
        snprintf(v.region, sizeof(v.region), "%s", region);
        if (!override_url) {
                n = snprintf(v.url, sizeof(v.url), "https://%s.%s.%s/", aws_service_to_string(service), region,
                             domain_of(region));
        } else {
                if (!is_base_url(override_url))
                        return -EINVAL;
                bool has_slash = override_url[strlen(override_url) - 1] == '/';
                n = snprintf(v.url, sizeof(v.url), "%s%s", override_url, has_slash ? "" : "/");
        }
        if (n < 0 || (size_t)n >= sizeof(v.url))
                return -EINVAL;
        *e = v;
        return 0;
}
