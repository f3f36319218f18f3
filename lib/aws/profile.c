/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile of AWS's shared files.
 *
 * The order is that of AWS's own tools: a role, a web identity or a single sign-on of the profile goes before keys, the
 * credentials file before a credential process, that before keys in the config file. A provider that we do not have is
 * an error that names its key: falling through to other keys would act as somebody else.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/profile-reader.h"
#include "util/alloc.h"

enum profile_key {
        KEY_ACCESS_KEY_ID,
        KEY_SECRET_ACCESS_KEY,
        KEY_SESSION_TOKEN,
        KEY_CREDENTIAL_PROCESS,
        /* providers that go before keys */
        KEY_ROLE_ARN,
        KEY_WEB_IDENTITY,
        KEY_SSO_SESSION,
        KEY_SSO_START_URL,
        KEY_SSO_ACCOUNT_ID,
        KEY_SSO_ROLE_NAME,
        KEY_LOGIN_SESSION,
};
#define KEYS (KEY_LOGIN_SESSION + 1)

static const char *const key_names[KEYS] = {
        [KEY_ACCESS_KEY_ID] = "aws_access_key_id",
        [KEY_SECRET_ACCESS_KEY] = "aws_secret_access_key",
        [KEY_SESSION_TOKEN] = "aws_session_token",
        [KEY_CREDENTIAL_PROCESS] = "credential_process",
        [KEY_ROLE_ARN] = "role_arn",
        [KEY_WEB_IDENTITY] = "web_identity_token_file",
        [KEY_SSO_SESSION] = "sso_session",
        [KEY_SSO_START_URL] = "sso_start_url",
        [KEY_SSO_ACCOUNT_ID] = "sso_account_id",
        [KEY_SSO_ROLE_NAME] = "sso_role_name",
        [KEY_LOGIN_SESSION] = "login_session",
};

struct found {
        struct span value; /* s NULL: not in the file */
        unsigned line;
};

/* One file's part of a profile. */
struct part {
        const struct aws_config_file *file;
        struct found keys[KEYS];
        bool exists;
};

static bool is_key(struct span s, const char *name) {
        return strlen(name) == s.n && strncasecmp(s.s, name, s.n) == 0;
}

static int take(struct part *part, const struct profile_reader *p, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        part->exists = true;
        for (size_t i = 0; i < KEYS; i++) {
                if (!is_key(p->key, key_names[i]))
                        continue;
                if (part->keys[i].value.s)
                        return profile_reader_broken(p, "a key that the profile had already", reterr_text);
                part->keys[i] = (struct found){p->value, p->line};
        }
        return 0;
}

static int read_part(const struct aws_config_file *file, bool is_config, const char *profile, struct part *ret,
                     char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        struct profile_reader p;
        *ret = (struct part){.file = file};
        int k = profile_reader_init(&p, file, is_config, reterr_text);
        while (k == 0) {
                k = profile_reader_next(&p, reterr_text);
                if (k == 0 && span_equal(p.profile, profile))
                        k = take(ret, &p, reterr_text);
        }
        return k == AWS_CREDENTIALS_ABSENT ? 0 : k;
}

static bool has(const struct part *part, enum profile_key key) {
        return part->keys[key].value.s && part->keys[key].value.n > 0;
}

static int unsupported(const struct part *part, enum profile_key key, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        snprintf(reterr_text, AWS_ERROR_TEXT_SIZE, "%s:%u: %s is not supported", part->file->name, part->keys[key].line,
                 key_names[key]);
        return AWS_CREDENTIALS_UNSUPPORTED;
}

static int half(const struct part *part, enum profile_key key, enum profile_key other,
                char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        snprintf(reterr_text, AWS_ERROR_TEXT_SIZE, "%s:%u: %s without %s", part->file->name, part->keys[key].line,
                 key_names[key], key_names[other]);
        return AWS_CREDENTIALS_BROKEN;
}

static int make(const struct part *part, struct aws_credentials *ret) {
        const struct span id = part->keys[KEY_ACCESS_KEY_ID].value, secret = part->keys[KEY_SECRET_ACCESS_KEY].value,
                          token = part->keys[KEY_SESSION_TOKEN].value;
        _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL;
        c.access_key_id = mem_strndup(id.s, id.n);
        if (!c.access_key_id || secret_set(&c.secret_access_key, secret.s, secret.n) < 0)
                return -ENOMEM;
        if (has(part, KEY_SESSION_TOKEN) && secret_set(&c.session_token, token.s, token.n) < 0)
                return -ENOMEM;
        *ret = c;
        c = AWS_CREDENTIALS_NULL;
        return 0;
}

static int keys_of(const struct part *part, struct aws_credentials *ret, char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        bool id = has(part, KEY_ACCESS_KEY_ID), secret = has(part, KEY_SECRET_ACCESS_KEY);
        if (id && !secret)
                return half(part, KEY_ACCESS_KEY_ID, KEY_SECRET_ACCESS_KEY, reterr_text);
        if (secret && !id)
                return half(part, KEY_SECRET_ACCESS_KEY, KEY_ACCESS_KEY_ID, reterr_text);
        return id ? make(part, ret) : AWS_CREDENTIALS_ABSENT;
}

static int choose(const struct part *credentials, const struct part *config, struct aws_credentials *ret,
                  char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const struct part *const parts[] = {credentials, config};
        for (int key = KEY_ROLE_ARN; key < KEYS; key++) {
                for (size_t i = 0; i < ELEMENTSOF(parts); i++) {
                        if (has(parts[i], (enum profile_key)key))
                                return unsupported(parts[i], (enum profile_key)key, reterr_text);
                }
        }
        int k = keys_of(credentials, ret, reterr_text);
        if (k != AWS_CREDENTIALS_ABSENT)
                return k;
        for (size_t i = 0; i < ELEMENTSOF(parts); i++) {
                if (has(parts[i], KEY_CREDENTIAL_PROCESS))
                        return unsupported(parts[i], KEY_CREDENTIAL_PROCESS, reterr_text);
        }
        return keys_of(config, ret, reterr_text);
}

/**
 * aws_credentials_from_files() - Reads a profile's keys
 * @files: texts of both files
 * @profile: NULL or "": "default"
 * @ret: filled on success
 * @reterr_text: filled with BROKEN and UNSUPPORTED: file, line and key, never a value
 *
 * Return: 0, -ENOMEM or an enum aws_credentials_result; a named profile that is nowhere is BROKEN, not ABSENT
 */
int aws_credentials_from_files(const struct aws_config_files *files, const char *profile, struct aws_credentials *ret,
                               char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const char *name = profile && profile[0] ? profile : "default";
        struct part credentials, config;
        int k = read_part(&files->credentials, false, name, &credentials, reterr_text);
        if (k == 0)
                k = read_part(&files->config, true, name, &config, reterr_text);
        if (k != 0)
                return k;
        if (!credentials.exists && !config.exists) {
                if (strcmp(name, "default") == 0)
                        return AWS_CREDENTIALS_ABSENT;
                snprintf(reterr_text, AWS_ERROR_TEXT_SIZE, "no profile '%.64s' in %.64s and %.64s", name,
                         files->credentials.name, files->config.name);
                return AWS_CREDENTIALS_BROKEN;
        }
        return choose(&credentials, &config, ret, reterr_text);
}

static int find(const struct aws_config_file *file, bool is_config, const char *profile, const char *key, char **ret,
                char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        struct profile_reader p;
        int k = profile_reader_init(&p, file, is_config, reterr_text);
        while (k == 0) {
                k = profile_reader_next(&p, reterr_text);
                if (k != 0 || !span_equal(p.profile, profile) || !is_key(p.key, key) || p.value.n == 0)
                        continue;
                *ret = mem_strndup(p.value.s, p.value.n);
                return *ret ? 0 : -ENOMEM;
        }
        return k;
}

/**
 * aws_profile_get() - Reads one plain key of a profile
 * @files: texts of both files
 * @profile: NULL or "": "default"
 * @key: "region", "endpoint_url", …
 * @ret: for mem_free()
 * @reterr_text: filled with BROKEN
 *
 * Return: 0, -ENOMEM, AWS_CREDENTIALS_ABSENT or AWS_CREDENTIALS_BROKEN
 */
int aws_profile_get(const struct aws_config_files *files, const char *profile, const char *key, char **ret,
                    char reterr_text[static AWS_ERROR_TEXT_SIZE]) {
        const char *name = profile && profile[0] ? profile : "default";
        int k = find(&files->credentials, false, name, key, ret, reterr_text);
        if (k == AWS_CREDENTIALS_ABSENT)
                k = find(&files->config, true, name, key, ret, reterr_text);
        return k;
}
