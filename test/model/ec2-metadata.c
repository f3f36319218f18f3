/* SPDX-License-Identifier: Apache-2.0 */
/* Instance metadata, version 2: a token first, then the credentials of the instance's role. */
#include <errno.h>
#include <string.h>

#include "ec2.h"
#include "util/wall.h"

#define ROLE "s2svpn-instance"
#define TOKEN "AQAEAmodelmetadatatoken=="
#define LIFE_S 21600

static bool is_path(const struct http_url *u, const char *path) {
        return u->path_len == strlen(path) && memcmp(u->path, path, u->path_len) == 0;
}

static int reply_credentials(struct model *m, struct http_response *ret) {
        char until[WALL_TEXT_SIZE], now[WALL_TEXT_SIZE];
        _cleanup_buf_ struct buf b = BUF_NULL;
        if (m->aws->n_credentials == 0)
                return model_reply(ret, 404, "text/plain", "no role");
        const char *account = m->aws->credentials[0].account;
        const struct ec2_credentials *c = sts_issue(m, account, "arn:aws:sts::000000000000:assumed-role/" ROLE, LIFE_S);
        if (!c)
                return -ENOMEM;
        wall_to_rfc3339(c->expires_ms, until);
        wall_to_rfc3339(m->now_ms, now);
        buf_printf(&b,
                   "{\"Code\":\"Success\",\"LastUpdated\":\"%s\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"%s\","
                   "\"SecretAccessKey\":\"%s\",\"Token\":\"%s\",\"Expiration\":\"%s\"}",
                   now, c->access_key, c->secret, c->token, until);
        return buf_error(&b) < 0 ? buf_error(&b) : model_reply(ret, 200, "text/plain", buf_str(&b));
}

static int answer(struct model *m, const struct http_request *r, const struct http_url *u, struct http_response *ret) {
        const char *token = http_request_header(r, "x-aws-ec2-metadata-token");
        if (r->method == HTTP_PUT && is_path(u, "/latest/api/token"))
                return http_request_header(r, "x-aws-ec2-metadata-token-ttl-seconds")
                               ? model_reply(ret, 200, "text/plain", TOKEN)
                               : model_reply(ret, 400, "text/plain", "no lifetime");
        if (r->method != HTTP_GET || !token || strcmp(token, TOKEN) != 0)
                return model_reply(ret, 401, "text/plain", "Unauthorized");
        if (is_path(u, "/latest/meta-data/iam/security-credentials/"))
                return model_reply(ret, 200, "text/plain", ROLE);
        if (is_path(u, "/latest/meta-data/iam/security-credentials/" ROLE))
                return reply_credentials(m, ret);
        return model_reply(ret, 404, "text/plain", "not found");
}

enum model_outcome ec2_metadata_http(struct model *m, const struct http_request *r, const struct http_url *u,
                                     struct http_response *ret) {
        return answer(m, r, u, ret) < 0 ? MODEL_REFUSED : MODEL_REPLY;
}
