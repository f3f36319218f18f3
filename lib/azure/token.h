/* SPDX-License-Identifier: Apache-2.0 */
/* Entra ID: client-secret token requests and their replies. */
#pragma once

#include <stdint.h>

#include "core/cloud-error.h"
#include "util/http.h"
#include "util/secret.h"

#define AZURE_AUTHORITY_PUBLIC "https://login.microsoftonline.com"
#define AZURE_SCOPE_PUBLIC "https://management.azure.com/.default"
#define AZURE_CLAIM_SIZE 64
#define AZURE_CLAIM_UNKNOWN "unknown"

enum azure_token_result {
        AZURE_TOKEN_REFUSED = 1, /* the error that the reply names */
        AZURE_TOKEN_MALFORMED,   /* a reply that cannot be read; also put into words as an error */
};

struct azure_token {
        struct secret bearer;
        int64_t expires_wall_ms;
        int64_t lifetime_ms;
};

#define AZURE_TOKEN_NULL ((struct azure_token){0})

/* Claims of an access token, AZURE_CLAIM_UNKNOWN where it has none that we can read. Not verified: good for comparing
 * with what was declared, never for trusting anybody. */
struct azure_token_claims {
        char tenant[AZURE_CLAIM_SIZE];    /* tid */
        char client_id[AZURE_CLAIM_SIZE]; /* appid, or azp of newer tokens */
        char object_id[AZURE_CLAIM_SIZE]; /* oid */
};

void azure_token_deinit(struct azure_token *t);
#define _cleanup_azure_token_ _cleanup_(azure_token_deinit)

int azure_token_request(struct http_request *r, const char *authority, const char *tenant, const char *client_id,
                        const struct secret *client_secret, const char *scope) _must_use_;
int azure_token_parse(const struct http_response *response, int64_t now_wall_ms, struct azure_token *ret,
                      struct cloud_error *reterr) _must_use_;
int azure_token_tenant(const struct secret *bearer, struct azure_token_claims *ret) _must_use_;
