/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials from the environment and from the shared files' texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/credentials.h"
#include "util/alloc.h"

#define VARIABLES_MAX 5

struct environment {
        const char *pairs[VARIABLES_MAX][2];
};

static const char *lookup(void *userdata, const char *name) {
        const struct environment *env = userdata;
        for (size_t i = 0; i < VARIABLES_MAX && env->pairs[i][0]; i++) {
                if (strcmp(env->pairs[i][0], name) == 0)
                        return env->pairs[i][1];
        }
        return NULL;
}

static void environment_good(void **state) {
        struct environment env = {{{"AWS_ACCESS_KEY_ID", "AKID"},
                                   {"AWS_SECRET_ACCESS_KEY", "s/e+c="},
                                   {"AWS_SESSION_TOKEN", "tok"},
                                   {"AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:04:05Z"}}};
        struct environment old = {{{"AWS_ACCESS_KEY_ID", "AKID"},
                                   {"AWS_SECRET_ACCESS_KEY", "secret"},
                                   {"AWS_SECURITY_TOKEN", "legacy"},
                                   {"AWS_SESSION_TOKEN", ""}}};
        _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL, d = AWS_CREDENTIALS_NULL,
                                                         copy = AWS_CREDENTIALS_NULL;
        char text[AWS_ERROR_TEXT_SIZE];
        (void)state;
        assert_int_equal(aws_credentials_from_env(lookup, &env, &c, text), 0);
        assert_string_equal(c.access_key_id, "AKID");
        assert_string_equal(c.secret_access_key.bytes, "s/e+c=");
        assert_string_equal(c.session_token.bytes, "tok");
        assert_int_equal(c.expires_wall_ms, 1767323045000);
        assert_int_equal(aws_credentials_from_env(lookup, &old, &d, text), 0);
        assert_string_equal(d.session_token.bytes, "legacy");
        assert_int_equal(d.expires_wall_ms, 0);
        assert_int_equal(aws_credentials_copy(&c, &copy), 0);
        assert_string_equal(copy.access_key_id, "AKID");
        assert_true(secret_equal(&copy.secret_access_key, &c.secret_access_key));
        assert_true(secret_equal(&copy.session_token, &c.session_token));
        assert_int_equal(copy.expires_wall_ms, c.expires_wall_ms);
        assert_ptr_not_equal(copy.access_key_id, c.access_key_id);
}

static void environment_bad(void **state) {
        static const struct {
                struct environment env;
                int result;
                const char *text;
        } rows[] = {
                {{{{NULL, NULL}}}, AWS_CREDENTIALS_ABSENT, NULL},
                {{{{"AWS_ACCESS_KEY_ID", ""}}}, AWS_CREDENTIALS_ABSENT, NULL},
                {{{{"AWS_ACCESS_KEY_ID", "AKID"}}}, AWS_CREDENTIALS_BROKEN, "AWS_SECRET_ACCESS_KEY is not"},
                {{{{"AWS_SECRET_ACCESS_KEY", "s3cr3t"}}}, AWS_CREDENTIALS_BROKEN, "AWS_ACCESS_KEY_ID is not"},
                {{{{"AWS_ACCESS_KEY_ID", "AK ID"}, {"AWS_SECRET_ACCESS_KEY", "s3cr3t"}}},
                 AWS_CREDENTIALS_BROKEN,
                 "AWS_ACCESS_KEY_ID has"},
                {{{{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "s3cr3t\n"}}},
                 AWS_CREDENTIALS_BROKEN,
                 "AWS_SECRET_ACCESS_KEY has"},
                {{{{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "s3cr3t"}, {"AWS_SESSION_TOKEN", "a\rb"}}},
                 AWS_CREDENTIALS_BROKEN,
                 "AWS_SESSION_TOKEN has"},
                {{{{"AWS_ACCESS_KEY_ID", "AKID"},
                   {"AWS_SECRET_ACCESS_KEY", "s3cr3t"},
                   {"AWS_CREDENTIAL_EXPIRATION", "soon"}}},
                 AWS_CREDENTIALS_BROKEN,
                 "AWS_CREDENTIAL_EXPIRATION"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct environment env = rows[i].env;
                struct aws_credentials c = AWS_CREDENTIALS_NULL;
                char text[AWS_ERROR_TEXT_SIZE] = "";
                assert_int_equal(aws_credentials_from_env(lookup, &env, &c, text), rows[i].result);
                assert_null(c.access_key_id);
                assert_null(strstr(text, "s3cr3t"));
                if (rows[i].text)
                        assert_non_null(strstr(text, rows[i].text));
        }
}

static void environment_names(void **state) {
        struct environment both = {{{"AWS_REGION", "a"}, {"AWS_DEFAULT_REGION", "b"}, {"AWS_PROFILE", "p"}}};
        struct environment second = {{{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "b"}, {"AWS_DEFAULT_PROFILE", "q"}}};
        struct environment none = {{{NULL, NULL}}};
        (void)state;
        assert_string_equal(aws_env_region(lookup, &both), "a");
        assert_string_equal(aws_env_profile(lookup, &both), "p");
        assert_string_equal(aws_env_region(lookup, &second), "b");
        assert_string_equal(aws_env_profile(lookup, &second), "q");
        assert_null(aws_env_region(lookup, &none));
        assert_null(aws_env_profile(lookup, &none));
}

static struct aws_config_files files_of(const char *credentials, const char *config) {
        return (struct aws_config_files){
                .credentials = {"credentials", credentials, credentials ? strlen(credentials) : 0},
                .config = {"config", config, config ? strlen(config) : 0},
        };
}

static const char credentials_text[] = "# a comment\r\n"
                                       "[default]\r\n"
                                       "aws_access_key_id = AKIDDEFAULT\r\n"
                                       "aws_secret_access_key=d/f+lt # behind\r\n"
                                       "\r\n"
                                       "[ hub ] ; behind\n"
                                       "AWS_Access_Key_Id: AKIDHUB\n"
                                       "; another\n"
                                       "aws_secret_access_key = hub=secret;#\n"
                                       "aws_session_token =   tok  \n"
                                       "[profile odd]\n"
                                       "aws_access_key_id = AKIDODD\n"
                                       "aws_secret_access_key = odd";

static const char config_text[] = "\xef\xbb\xbf[default]\n"
                                  "region = eu-west-1\n"
                                  "[profile hub]\n"
                                  "s3 =\n"
                                  "  max_concurrent_requests = 20\n"
                                  "  region = nested\n"
                                  "  aws_access_key_id = NESTED\n"
                                  "region = ap-northeast-1\n"
                                  "[profile \"two words\"]\n"
                                  "  aws_access_key_id = AKIDTWO\n"
                                  "  aws_secret_access_key = two\n"
                                  "[plain]\n"
                                  "aws_access_key_id = AKIDPLAIN\n"
                                  "aws_secret_access_key = plain\n"
                                  "[sso-session hub]\n"
                                  "sso_start_url = https://a.example\n"
                                  "[profile default-less]\n"
                                  "region =\n";

static void files_good(void **state) {
        static const struct {
                const char *profile, *id, *secret, *token;
        } rows[] = {
                {NULL, "AKIDDEFAULT", "d/f+lt", NULL},      {"", "AKIDDEFAULT", "d/f+lt", NULL},
                {"default", "AKIDDEFAULT", "d/f+lt", NULL}, {"hub", "AKIDHUB", "hub=secret;#", "tok"},
                {"two words", "AKIDTWO", "two", NULL},      {"profile odd", "AKIDODD", "odd", NULL},
        };
        const struct aws_config_files files = files_of(credentials_text, config_text);
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL;
                char text[AWS_ERROR_TEXT_SIZE];
                assert_int_equal(aws_credentials_from_files(&files, rows[i].profile, &c, text), 0);
                assert_string_equal(c.access_key_id, rows[i].id);
                assert_string_equal(c.secret_access_key.bytes, rows[i].secret);
                assert_int_equal(secret_is_set(&c.session_token), rows[i].token != NULL);
                if (rows[i].token)
                        assert_string_equal(c.session_token.bytes, rows[i].token);
        }
}

static void regions(void **state) {
        static const struct {
                const char *profile, *region;
        } rows[] = {{NULL, "eu-west-1"},
                    {"hub", "ap-northeast-1"},
                    {"two words", NULL},
                    {"default-less", NULL},
                    {"x", NULL}};
        const struct aws_config_files files = files_of(credentials_text, config_text);
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_mem_ char *region = NULL;
                char text[AWS_ERROR_TEXT_SIZE];
                int k = aws_profile_get(&files, rows[i].profile, "region", &region, text);
                assert_int_equal(k, rows[i].region ? 0 : AWS_CREDENTIALS_ABSENT);
                if (rows[i].region)
                        assert_string_equal(region, rows[i].region);
        }
}

static void files_bad(void **state) {
        static const struct {
                const char *credentials, *config, *profile;
                int result;
                const char *text;
        } rows[] = {
                {NULL, NULL, NULL, AWS_CREDENTIALS_ABSENT, NULL},
                {"", "[default]\nregion=x\n", NULL, AWS_CREDENTIALS_ABSENT, NULL},
                {"[a]\nx=y\n", NULL, "hub", AWS_CREDENTIALS_BROKEN, "no profile 'hub' in credentials and config"},
                {NULL, "[plain]\naws_access_key_id=A\naws_secret_access_key=s3cr3t\n", "plain", AWS_CREDENTIALS_BROKEN,
                 "no profile 'plain'"},
                {"[default]\n\naws_access_key_id=A\n", NULL, NULL, AWS_CREDENTIALS_BROKEN,
                 "credentials:3: aws_access_key_id without aws_secret_access_key"},
                {"[default]\naws_secret_access_key=s3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN,
                 "credentials:2: aws_secret_access_key without aws_access_key_id"},
                /* a half in one file is not made whole by the other */
                {"[default]\naws_access_key_id=A\n", "[default]\naws_access_key_id=A\naws_secret_access_key=s3cr3t\n",
                 NULL, AWS_CREDENTIALS_BROKEN, "credentials:2: aws_access_key_id without"},
                {"[default\naws_access_key_id=A\n", NULL, NULL, AWS_CREDENTIALS_BROKEN,
                 "credentials:1: a section without"},
                {"[default] s3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN, "credentials:1: text after"},
                {"aws_access_key_id=s3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN, "credentials:1: a key before"},
                {"[default]\n\ns3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN, "credentials:3: neither"},
                {"[default]\n= s3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN, "credentials:2: a value without a key"},
                {"[default]\naws_access_key_id=A\naws_access_key_id=s3cr3t\n", NULL, NULL, AWS_CREDENTIALS_BROKEN,
                 "credentials:3: a key that the profile had"},
                {NULL, "[profile hub]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n", "hub",
                 AWS_CREDENTIALS_UNSUPPORTED, "config:2: role_arn is not supported"},
                {"[hub]\naws_access_key_id=A\naws_secret_access_key=s3cr3t\n", "[profile hub]\nsso_session = x\n",
                 "hub", AWS_CREDENTIALS_UNSUPPORTED, "config:2: sso_session"},
                {NULL, "[profile hub]\nsso_start_url = x\n", "hub", AWS_CREDENTIALS_UNSUPPORTED, "sso_start_url"},
                {NULL, "[profile hub]\nsso_account_id = x\n", "hub", AWS_CREDENTIALS_UNSUPPORTED, "sso_account_id"},
                {NULL, "[profile hub]\nsso_role_name = x\n", "hub", AWS_CREDENTIALS_UNSUPPORTED, "sso_role_name"},
                {NULL, "[profile hub]\nlogin_session = x\n", "hub", AWS_CREDENTIALS_UNSUPPORTED, "login_session"},
                {NULL, "[default]\nweb_identity_token_file = /x\n", NULL, AWS_CREDENTIALS_UNSUPPORTED,
                 "config:2: web_identity_token_file"},
                {NULL, "[default]\naws_access_key_id=A\naws_secret_access_key=s3cr3t\ncredential_process = /x\n", NULL,
                 AWS_CREDENTIALS_UNSUPPORTED, "config:4: credential_process"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const struct aws_config_files files = files_of(rows[i].credentials, rows[i].config);
                struct aws_credentials c = AWS_CREDENTIALS_NULL;
                char text[AWS_ERROR_TEXT_SIZE] = "";
                print_message("# row %zu\n", i);
                assert_int_equal(aws_credentials_from_files(&files, rows[i].profile, &c, text), rows[i].result);
                assert_null(c.access_key_id);
                assert_null(strstr(text, "s3cr3t"));
                if (rows[i].text)
                        assert_non_null(strstr(text, rows[i].text));
        }
}

static void keys_go_before_a_process(void **state) {
        const struct aws_config_files files = files_of("[default]\naws_access_key_id=A\naws_secret_access_key=s\n",
                                                       "[default]\ncredential_process = /x\n");
        _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL;
        char text[AWS_ERROR_TEXT_SIZE];
        (void)state;
        assert_int_equal(aws_credentials_from_files(&files, NULL, &c, text), 0);
        assert_string_equal(c.access_key_id, "A");
}

static void odd_files(void **state) {
        static const char nul[] = "[default]\naws_access_key_id=A\0B\n";
        struct aws_config_files files = {.credentials = {"credentials", nul, sizeof(nul) - 1}};
        struct aws_credentials c = AWS_CREDENTIALS_NULL;
        char text[AWS_ERROR_TEXT_SIZE];
        (void)state;
        assert_int_equal(aws_credentials_from_files(&files, NULL, &c, text), AWS_CREDENTIALS_BROKEN);
        assert_non_null(strstr(text, "NUL"));
        _cleanup_mem_ char *big = mem_alloc(AWS_CONFIG_FILE_MAX + 1);
        assert_non_null(big);
        memset(big, '\n', AWS_CONFIG_FILE_MAX + 1);
        files.credentials = (struct aws_config_file){"credentials", big, AWS_CONFIG_FILE_MAX + 1};
        assert_int_equal(aws_credentials_from_files(&files, NULL, &c, text), AWS_CREDENTIALS_BROKEN);
        files.credentials.len--;
        assert_int_equal(aws_credentials_from_files(&files, NULL, &c, text), AWS_CREDENTIALS_ABSENT);
}

/* Every prefix of a good file is read without touching a byte behind it. */
static void truncated(void **state) {
        (void)state;
        for (size_t n = 0; n <= strlen(config_text); n++) {
                _cleanup_mem_ char *exact = mem_alloc(n ? n : 1);
                _cleanup_aws_credentials_ struct aws_credentials c = AWS_CREDENTIALS_NULL;
                char text[AWS_ERROR_TEXT_SIZE];
                assert_non_null(exact);
                memcpy(exact, config_text, n);
                const struct aws_config_files files = {.config = {"config", exact, n}, .credentials = {"c", NULL, 0}};
                assert_true(aws_credentials_from_files(&files, "two words", &c, text) >= 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(environment_good),
                cmocka_unit_test(environment_bad),
                cmocka_unit_test(environment_names),
                cmocka_unit_test(files_good),
                cmocka_unit_test(regions),
                cmocka_unit_test(files_bad),
                cmocka_unit_test(keys_go_before_a_process),
                cmocka_unit_test(odd_files),
                cmocka_unit_test(truncated),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
