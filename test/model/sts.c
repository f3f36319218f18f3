/* SPDX-License-Identifier: Apache-2.0 */
/* STS: who am I, and temporary credentials for roles. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ec2.h"
#include "util/alloc.h"
#include "util/wall.h"

struct ec2_credentials *sts_issue(struct model *m, const char *account, const char *arn, int64_t seconds) {
        char hex[128];
        void *items = m->aws->credentials;
        struct ec2_credentials *c = model_grow(&items, &m->aws->n_credentials, sizeof(*c));
        if (!c)
                return NULL;
        m->aws->credentials = items;
        snprintf(c->access_key, sizeof(c->access_key), "ASIA%s", model_hex(m, 16, hex));
        snprintf(c->secret, sizeof(c->secret), "%s", model_hex(m, 40, hex));
        snprintf(c->token, sizeof(c->token), "FwoG%s==", model_hex(m, 120, hex));
        MODEL_COPY(c->account, account);
        MODEL_COPY(c->arn, arn);
        c->expires_ms = m->now_ms + seconds * 1000;
        return c;
}

static int sts_fail(struct ec2_call *c, int status, const char *code, const char *message) {
        ec2_fail(c, code, "%s", message);
        c->status = status;
        return EC2_FAILED;
}

static int reply_error(struct ec2_call *c, struct http_response *ret) {
        char id[MODEL_UUID_SIZE];
        _cleanup_buf_ struct buf b = BUF_NULL;
        int status = c->status == 401 ? 403 : c->status;
        if (strcmp(c->code, "InvalidClientTokenId") == 0 || strcmp(c->code, "ExpiredToken") == 0)
                status = 403;
        model_uuid(c->m, id);
        model_log_code(c->m, c->code);
        model_log_request_id(c->m, id);
        buf_puts(&b, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>");
        ec2_text(&b, "Code", c->code);
        ec2_text(&b, "Message", c->message);
        buf_puts(&b, "</Error>");
        ec2_text(&b, "RequestId", id);
        buf_puts(&b, "</ErrorResponse>");
        return buf_error(&b) < 0 ? buf_error(&b) : model_reply(ret, status, "text/xml", buf_str(&b));
}

static int reply(struct ec2_call *c, const char *action, struct http_response *ret) {
        char id[MODEL_UUID_SIZE];
        _cleanup_buf_ struct buf b = BUF_NULL;
        model_uuid(c->m, id);
        model_log_request_id(c->m, id);
        buf_printf(&b, "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>", action, action);
        buf_puts(&b, buf_str(&c->out));
        buf_printf(&b, "</%sResult><ResponseMetadata>", action);
        ec2_text(&b, "RequestId", id);
        buf_printf(&b, "</ResponseMetadata></%sResponse>", action);
        int k = buf_error(&c->out) < 0 ? buf_error(&c->out) : buf_error(&b);
        return k < 0 ? k : model_reply(ret, 200, "text/xml", buf_str(&b));
}

static int get_caller_identity(struct ec2_call *c) {
        ec2_text(&c->out, "Arn", c->arn);
        ec2_text(&c->out, "UserId", c->access_key);
        ec2_text(&c->out, "Account", c->account);
        return 0;
}

static const struct ec2_role *find_role(const struct model *m, const char *arn) {
        for (size_t i = 0; i < m->aws->n_roles; i++)
                if (strcmp(m->aws->roles[i].arn, arn) == 0)
                        return &m->aws->roles[i];
        return NULL;
}

/* arn:aws:iam::123456789012:role/name */
static void account_of(const char *arn, char out[static 16]) {
        const char *at = strstr(arn, "::");
        snprintf(out, 16, "%.12s", at ? at + 2 : "");
}

static int write_session(struct ec2_call *c, const char *role_arn, const char *session) {
        char account[16], arn[256], until[WALL_TEXT_SIZE];
        int64_t seconds = 3600;
        int k = ec2_get_int(c, "DurationSeconds", 900, 43200, &seconds);
        if (k != 0)
                return sts_fail(c, 400, "ValidationError", "durationSeconds must be between 900 and 43200");
        if (strlen(session) < 2 || strlen(session) > 64)
                return sts_fail(c, 400, "ValidationError", "roleSessionName must have 2 to 64 characters");
        account_of(role_arn, account);
        const char *name = strrchr(role_arn, '/');
        snprintf(arn, sizeof(arn), "arn:aws:sts::%s:assumed-role%.100s/%s", account, name ? name : "/", session);
        const struct ec2_credentials *issued = sts_issue(c->m, account, arn, seconds);
        if (!issued)
                return -ENOMEM;
        buf_puts(&c->out, "<Credentials>");
        ec2_text(&c->out, "AccessKeyId", issued->access_key);
        ec2_text(&c->out, "SecretAccessKey", issued->secret);
        ec2_text(&c->out, "SessionToken", issued->token);
        ec2_text(&c->out, "Expiration", wall_to_rfc3339(issued->expires_ms, until));
        buf_puts(&c->out, "</Credentials><AssumedRoleUser>");
        ec2_text(&c->out, "AssumedRoleId", issued->access_key);
        ec2_text(&c->out, "Arn", arn);
        buf_puts(&c->out, "</AssumedRoleUser>");
        return 0;
}

static int assume_role(struct ec2_call *c, bool web_identity) {
        const char *arn = NULL, *session = NULL, *token = NULL;
        int k = ec2_need(c, "RoleArn", &arn);
        if (k == 0)
                k = ec2_need(c, "RoleSessionName", &session);
        if (k == 0 && web_identity)
                k = ec2_need(c, "WebIdentityToken", &token);
        if (k != 0)
                return sts_fail(c, 400, "ValidationError", "a required member is missing");
        const struct ec2_role *role = find_role(c->m, arn);
        const char *external_id = ec2_form_get(&c->form, "ExternalId");
        if (!role || (*role->external_id && strcmp(external_id ? external_id : "", role->external_id) != 0))
                return sts_fail(c, 403, "AccessDenied", "Not authorized to perform sts:AssumeRole");
        if (web_identity && strlen(token) < 4)
                return sts_fail(c, 400, "InvalidIdentityToken", "The web identity token could not be validated.");
        return write_session(c, arn, session);
}

static int run(struct ec2_call *c, const char *action, const struct http_request *r, const struct http_url *u) {
        if (strcmp(action, "AssumeRoleWithWebIdentity") == 0)
                return assume_role(c, true);
        int k = ec2_authenticate(c, r, u, "sts");
        if (k != 0)
                return k;
        if (strcmp(action, "GetCallerIdentity") == 0)
                return get_caller_identity(c);
        if (strcmp(action, "AssumeRole") == 0)
                return assume_role(c, false);
        return sts_fail(c, 400, "InvalidAction", "Could not find operation");
}

enum model_outcome sts_http(struct ec2_call *c, const struct http_request *r, const struct http_url *u,
                            struct http_response *ret) {
        const char *action = ec2_form_get(&c->form, "Action");
        int k = run(c, action ? action : "", r, u);
        if (k == EC2_FAILED)
                k = reply_error(c, ret);
        else if (k == 0)
                k = reply(c, action, ret);
        return k < 0 ? MODEL_REFUSED : MODEL_REPLY;
}
