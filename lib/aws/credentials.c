/* SPDX-License-Identifier: Apache-2.0 */
/* AWS credentials: the triple, and the environment as its source. */
#include "aws/credentials.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/wall.h"

void aws_credentials_deinit(struct aws_credentials *c) {
        mem_free(c->access_key_id);
        secret_deinit(&c->secret_access_key);
        secret_deinit(&c->session_token);
        *c = AWS_CREDENTIALS_NULL;
}

/**
 * aws_credentials_init() - Makes a triple from texts
 * @c: empty; filled on success
 * @access_key_id: copied
 * @secret_access_key: copied
 * @session_token: copied; NULL or "": long-lived keys
 * @expires_wall_ms: 0: never
 *
 * Return: 0 or -ENOMEM
 */
int aws_credentials_init(struct aws_credentials *c, const char *access_key_id, const char *secret_access_key,
                         const char *session_token, int64_t expires_wall_ms) {
        _cleanup_aws_credentials_ struct aws_credentials v = {.expires_wall_ms = expires_wall_ms};
        v.access_key_id = mem_strdup(access_key_id);
        if (!v.access_key_id || secret_set(&v.secret_access_key, secret_access_key, strlen(secret_access_key)) < 0)
                return -ENOMEM;
        if (session_token && session_token[0] && secret_set(&v.session_token, session_token, strlen(session_token)) < 0)
                return -ENOMEM;
        *c = v;
        v = AWS_CREDENTIALS_NULL;
        return 0;
}

int aws_credentials_copy(const struct aws_credentials *c, struct aws_credentials *ret) {
        return aws_credentials_init(ret, c->access_key_id, c->secret_access_key.bytes, c->session_token.bytes,
                                    c->expires_wall_ms);
}

static const char *variable(aws_env_get get, void *userdata, const char *name) {
        const char *value = get(userdata, name);
        return value && value[0] ? value : NULL;
}

const char *aws_env_region(aws_env_get get, void *userdata) {
        const char *region = variable(get, userdata, "AWS_REGION");
        return region ? region : variable(get, userdata, "AWS_DEFAULT_REGION");
}

const char *aws_env_profile(aws_env_get get, void *userdata) {
        const char *profile = variable(get, userdata, "AWS_PROFILE");
        return profile ? profile : variable(get, userdata, "AWS_DEFAULT_PROFILE");
}

/* Keys end up in HTTP headers: a blank or control byte in one is a slip of whoever pasted it. */
static bool is_token(const char *s) {
        for (; *s; s++) {
                if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
                        return false;
        }
        return true;
}

static int broken(char reterr_text[static AWS_ERROR_TEXT_SIZE], const char *what) {
        snprintf(reterr_text, AWS_ERROR_TEXT_SIZE, "environment: %s", what);
        return AWS_CREDENTIALS_BROKEN;
}

/**
 * aws_credentials_from_env() - Reads the AWS_* variables
 * @get: returns a variable's value, or NULL
 * @userdata: for @get
 * @ret: filled on success
 * @reterr_text: filled with BROKEN; names variables, never values
 *
 * An explicitly chosen profile goes before the environment: that choice is the caller's.
 *
 * Return: 0, -ENOMEM, AWS_CREDENTIALS_ABSENT or AWS_CREDENTIALS_BROKEN
 */
int aws_credentials_from_env(aws_env_get get, void *userdata, struct aws_credentials *ret,
                             char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const char *id = variable(get, userdata, "AWS_ACCESS_KEY_ID");
        const char *secret = variable(get, userdata, "AWS_SECRET_ACCESS_KEY");
        const char *token = variable(get, userdata, "AWS_SESSION_TOKEN");
        const char *expiration = variable(get, userdata, "AWS_CREDENTIAL_EXPIRATION");
        int64_t expires_wall_ms = 0;
        if (!token)
                token = variable(get, userdata, "AWS_SECURITY_TOKEN");
        if (!id && !secret)
                return AWS_CREDENTIALS_ABSENT;
        if (!secret)
                return broken(reterr_text, "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
        if (!id)
                return broken(reterr_text, "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not");
        if (!is_token(id))
                return broken(reterr_text, "AWS_ACCESS_KEY_ID has blanks or control characters");
        if (!is_token(secret))
                return broken(reterr_text, "AWS_SECRET_ACCESS_KEY has blanks or control characters");
        if (token && !is_token(token))
                return broken(reterr_text, "AWS_SESSION_TOKEN has blanks or control characters");
        if (expiration && wall_from_rfc3339(expiration, &expires_wall_ms) < 0)
                return broken(reterr_text, "AWS_CREDENTIAL_EXPIRATION is not an RFC 3339 time");
        return aws_credentials_init(ret, id, secret, token, expires_wall_ms);
}
