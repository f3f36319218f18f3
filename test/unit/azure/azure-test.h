/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of lib/azure share: ids, calls, answers, and JSON in single quotes. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "azure/arm-request.h"
#include "util/arena.h"
#include "util/http.h"
#include "util/json.h"

#define SUB "11111111-2222-3333-4444-555555555555"
#define GROUP "/subscriptions/" SUB "/resourceGroups/rg-hub"
#define NET GROUP "/providers/Microsoft.Network"
#define GATEWAY NET "/virtualNetworkGateways/vgw"
#define CONFIG0 GATEWAY "/ipConfigurations/c0"
#define CONFIG1 GATEWAY "/ipConfigurations/c1"
#define CONNECTION NET "/connections/cn1"
#define LOCAL NET "/localNetworkGateways/lng1"
#define VNET NET "/virtualNetworks/hub"
#define SUBNET VNET "/subnets/GatewaySubnet"
#define PEERING VNET "/virtualNetworkPeerings/to-spoke"
#define PIP0 NET "/publicIPAddresses/pip0"
#define PIP1 NET "/publicIPAddresses/pip1"
#define BASE "https://management.azure.com"
#define VERSION "api-version=2025-05-01"
#define TOKEN "header.payload.signature"

static const struct secret test_bearer = {(char *)TOKEN, sizeof(TOKEN) - 1};
static const struct azure_call test_call = {BASE, &test_bearer, "aaaaaaaa-0000-0000-0000-000000000001"};

/* The text with every ' made a " */
static inline _unused_ char *json_of(struct arena *a, const char *text) {
        char *copy = arena_strdup(a, text);
        assert_non_null(copy);
        for (char *s = copy; *s; s++) {
                if (*s == '\'')
                        *s = '"';
        }
        return copy;
}

static inline _unused_ json_t *parsed(const char *text, size_t n) {
        char why[160];
        json_t *value = NULL;
        if (json_parse(text, n, false, &value, why, sizeof(why)) < 0)
                fail_msg("%s in %.*s", why, (int)n, text);
        return value;
}

/* The request's body is this value, whatever the order of its members. */
static inline _unused_ void assert_body(const struct http_request *r, const char *quoted) {
        struct arena *a = arena_new();
        const char *text = json_of(a, quoted);
        json_t *want = parsed(text, strlen(text));
        json_t *is = parsed(r->body.data, r->body.len);
        if (!json_equal(want, is))
                fail_msg("body is %s\nnot    %s", r->body.data, text);
        json_decref(want);
        json_decref(is);
        arena_free(a);
}

static inline _unused_ struct ip4 ip(const char *s) {
        struct ip4 value;
        assert_int_equal(ip4_parse(s, &value), 0);
        return value;
}

/* An answer; @headers are pairs, NULL at the end. */
static inline _unused_ struct http_response answer(int status, const char *body, const char *const headers[]) {
        struct http_response r = {.status = status};
        buf_puts(&r.body, body);
        for (size_t i = 0; headers && headers[i]; i += 2)
                assert_int_equal(http_response_add_header(&r, headers[i], strlen(headers[i]), headers[i + 1],
                                                          strlen(headers[i + 1])),
                                 0);
        return r;
}
