/* SPDX-License-Identifier: Apache-2.0 */
/* Sample replies, read from files, and the ways to feed them. */
#include "reply-samples.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct reply_sample reply_samples[] = {
        {"describe-vpn-connections.xml", AWS_DESCRIBE_VPN_CONNECTIONS, 200, 0},
        {"modify-vpn-tunnel-options.xml", AWS_MODIFY_VPN_TUNNEL_OPTIONS, 200, 0},
        {"describe-route-tables.xml", AWS_DESCRIBE_ROUTE_TABLES, 200, 0},
        {"describe-vpcs.xml", AWS_DESCRIBE_VPCS, 200, 0},
        {"describe-gateways.xml", AWS_DESCRIBE_VPN_GATEWAYS, 200, 0},
        {"error.xml", AWS_DELETE_CUSTOMER_GATEWAY, 400, AWS_REPLY_ERROR},
};
const size_t n_reply_samples = ELEMENTSOF(reply_samples);

void sample_load(const char *directory, const char *file, struct buf *out) {
        char path[512], part[1024];
        size_t n;
        snprintf(path, sizeof(path), "%s/%s", directory, file);
        FILE *f = fopen(path, "re");
        assert_non_null(f);
        while ((n = fread(part, 1, sizeof(part), f)) > 0)
                buf_append(out, part, n);
        fclose(f);
        while (out->len > 0 && strchr(" \n", out->data[out->len - 1]))
                buf_truncate(out, out->len - 1);
        assert_int_equal(buf_error(out), 0);
        assert_true(out->len > 0);
}

int sample_read(enum aws_action action, int http, const char *bytes, size_t n, size_t chunk, struct aws_result *ret) {
        _cleanup_(aws_reply_freep) struct aws_reply *r = aws_reply_new(action);
        if (!r)
                return -ENOMEM;
        for (size_t at = 0; at < n; at += chunk) {
                int k = aws_reply_feed(r, bytes + at, n - at < chunk ? n - at : chunk);
                if (k < 0)
                        return k;
        }
        return aws_reply_finish(r, http, ret);
}
