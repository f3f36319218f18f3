/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that are broken, hostile or refusals, and readers without memory; argv[1] is the directory of samples. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reply-samples.h"
#include "util/alloc.h"

#define MIB (1024u * 1024u)

static const char *directory;

static int read_text(enum aws_action action, int http, const char *text, struct aws_result *ret) {
        return sample_read(action, http, text, strlen(text), strlen(text) + 1, ret);
}

#define CONNECTIONS(_inner)                                                                                            \
        "<DescribeVpnConnectionsResponse><vpnConnectionSet><item><vpnConnectionId>vpn-0a</vpnConnectionId>" _inner     \
        "</item></vpnConnectionSet></DescribeVpnConnectionsResponse>"
#define OPTIONS(_inner) CONNECTIONS("<options>" _inner "</options>")
#define TUNNEL(_inner) OPTIONS("<tunnelOptionSet><item>" _inner "</item></tunnelOptionSet>")
#define TELEMETRY(_inner) CONNECTIONS("<vgwTelemetry><item>" _inner "</item></vgwTelemetry>")
#define EMPTY "<DescribeVpnConnectionsResponse/>"
#define LAUGH(_name, _of)                                                                                              \
        "<!ENTITY " _name " \"&" _of ";&" _of ";&" _of ";&" _of ";&" _of ";&" _of ";&" _of ";&" _of ";\">"

static const struct {
        const char *text, *message;
} bad[] = {
        {"", "no element found"},
        {" ", "no element found"},
        {"SYNTHETIC", "syntax error"},
        {"{\"SYNTHETIC\":1}", "not well-formed"},
        {"<html><body>SYNTHETIC</body></html>", "another root"},
        {"<!DOCTYPE html><html></html>", "document type"},
        {"<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" EMPTY, "document type"},
        {"<!DOCTYPE x [" LAUGH("b", "a") LAUGH("c", "b") LAUGH("d", "c") "]>" CONNECTIONS("<state>&d;</state>"),
         "document type"},
        {CONNECTIONS("<state>&nbsp;</state>"), "undefined entity"},
        {"<DescribeVpcsResponse/>", "another root"},
        {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" EMPTY, "another encoding"},
        {"<?xml version=\"1.0\" encoding=\"UTF-16\"?>" EMPTY, "another encoding"},
        {CONNECTIONS("<state>\xff</state>"), "not well-formed"},
        {CONNECTIONS("<state>\xed\xa0\x80</state>"), "not well-formed"},
        {EMPTY EMPTY, "junk after document element"},
        {CONNECTIONS("SYNTHETIC"), "text between elements"},
        {CONNECTIONS("<state><b>available</b></state>"), "an element inside a value"},
        {"<DescribeVpnConnectionsResponse><vpnConnectionSet><item/></vpnConnectionSet></"
         "DescribeVpnConnectionsResponse>",
         "an item without"},
        {TELEMETRY("<acceptedRouteCount>SYNTHETIC</acceptedRouteCount>"), "another type"},
        {TELEMETRY("<acceptedRouteCount/>"), "another type"},
        {TELEMETRY("<acceptedRouteCount>-1</acceptedRouteCount>"), "another type"},
        {TELEMETRY("<acceptedRouteCount>1 </acceptedRouteCount>"), "another type"},
        {TELEMETRY("<acceptedRouteCount>4294967296</acceptedRouteCount>"), "another type"},
        {TELEMETRY("<acceptedRouteCount>99999999999999999999999</acceptedRouteCount>"), "another type"},
        {TELEMETRY("<lastStatusChange>SYNTHETIC</lastStatusChange>"), "another type"},
        {TELEMETRY("<outsideIpAddress>198.51.100</outsideIpAddress>"), "another type"},
        {OPTIONS("<staticRoutesOnly>yes</staticRoutesOnly>"), "another type"},
        {OPTIONS("<staticRoutesOnly/>"), "another type"},
        {TUNNEL("<enableTunnelLifecycleControl>1</enableTunnelLifecycleControl>"), "another type"},
        {TUNNEL("<phase1LifetimeSeconds>8h</phase1LifetimeSeconds>"), "another type"},
        {TUNNEL("<tunnelInsideCidr>169.254.21.1/30</tunnelInsideCidr>"), "another type"},
        {OPTIONS("<tunnelOptionSet><item/><item/><item/></tunnelOptionSet>"), "an item without"},
};

static void malformed(void **state) {
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                print_message("# row %zu: %s\n", i, bad[i].message);
                assert_int_equal(read_text(AWS_DESCRIBE_VPN_CONNECTIONS, 200, bad[i].text, &r), AWS_REPLY_MALFORMED);
                assert_non_null(strstr(r.error.message, bad[i].message));
                assert_null(strstr(r.error.message, "SYNTHETIC"));
                assert_string_equal(r.error.code, "MalformedReply");
                assert_int_equal(r.error.class, CLOUD_ERROR_TRANSIENT);
                assert_int_equal(r.error.http, 200);
                assert_null(r.arena);
                assert_int_equal(r.n_vpn_connections, 0);
        }
}

/* UTF-16, with and without its mark, in both orders; chunks of one byte hide the mark from nobody. */
static void utf16(void **state) {
        static const char mark[2][2] = {{'\xff', '\xfe'}, {'\xfe', '\xff'}};
        (void)state;
        for (int i = 0; i < 8; i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                _cleanup_buf_ struct buf text = BUF_NULL;
                bool little = (i & 1) == 0, with_mark = i & 2;
                if (with_mark)
                        buf_append(&text, mark[!little], 2);
                for (const char *s = EMPTY; *s; s++)
                        buf_append(&text, (const char[2]){little ? *s : 0, little ? 0 : *s}, 2);
                assert_int_equal(
                        sample_read(AWS_DESCRIBE_VPN_CONNECTIONS, 200, text.data, text.len, i & 4 ? 1 : 4096, &r),
                        AWS_REPLY_MALFORMED);
                assert_non_null(strstr(r.error.message, "another encoding"));
        }
}

/* A whole reply without what the call is about. */
static void incomplete(void **state) {
        static const struct {
                enum aws_action action;
                const char *text;
        } rows[] = {
                {AWS_CREATE_CUSTOMER_GATEWAY, "<CreateCustomerGatewayResponse/>"},
                {AWS_CREATE_VPN_GATEWAY, "<CreateVpnGatewayResponse/>"},
                {AWS_CREATE_VPN_CONNECTION, "<CreateVpnConnectionResponse/>"},
                {AWS_MODIFY_VPN_TUNNEL_OPTIONS, "<ModifyVpnTunnelOptionsResponse/>"},
                {AWS_GET_VPN_TUNNEL_REPLACEMENT_STATUS, "<GetVpnTunnelReplacementStatusResponse/>"},
                {AWS_GET_CALLER_IDENTITY, "<GetCallerIdentityResponse/>"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                assert_int_equal(read_text(rows[i].action, 200, rows[i].text, &r), AWS_REPLY_MALFORMED);
        }
}

/* Every name that the wire could carry repeats: @n times @part between @head and @tail. */
static int repeated(const char *head, const char *part, size_t n, const char *tail, struct aws_result *ret) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        buf_puts(&text, head);
        for (size_t i = 0; i < n; i++)
                buf_puts(&text, part);
        buf_puts(&text, tail);
        assert_int_equal(buf_error(&text), 0);
        return sample_read(AWS_DESCRIBE_VPN_CONNECTIONS, 200, text.data, text.len, MIB, ret);
}

#define OPEN "<DescribeVpnConnectionsResponse>"
#define CLOSE "</DescribeVpnConnectionsResponse>"
#define OPEN_ITEM OPEN "<vpnConnectionSet><item><vpnConnectionId>v</vpnConnectionId>"
#define CLOSE_ITEM "</item></vpnConnectionSet>" CLOSE

static void limits(void **state) {
        static const struct {
                const char *head, *part, *tail;
                size_t fits, passes;
                const char *message;
        } rows[] = {
                {OPEN, "<a/>", CLOSE, AWS_REPLY_ELEMENTS_MAX - 1, AWS_REPLY_ELEMENTS_MAX, "too many elements"},
                {OPEN_ITEM "<tagSet>", "<item/>", "</tagSet>" CLOSE_ITEM, AWS_REPLY_ITEMS_MAX, AWS_REPLY_ITEMS_MAX + 1,
                 "too many items"},
                {OPEN_ITEM "<vpnGatewayId>", "x", "</vpnGatewayId>" CLOSE_ITEM, AWS_REPLY_TEXT_MAX,
                 AWS_REPLY_TEXT_MAX + 1, "a value too long"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_aws_result_ struct aws_result fits = AWS_RESULT_NULL, passes = AWS_RESULT_NULL;
                assert_int_equal(repeated(rows[i].head, rows[i].part, rows[i].fits, rows[i].tail, &fits), 0);
                assert_int_equal(repeated(rows[i].head, rows[i].part, rows[i].passes, rows[i].tail, &passes),
                                 AWS_REPLY_MALFORMED);
                assert_non_null(strstr(passes.error.message, rows[i].message));
        }
}

static void depth(void **state) {
        static const char *const parts[] = {"<a>", "<item>"};
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(parts); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                assert_int_equal(repeated(OPEN "<vpnConnectionSet>", parts[i], 100000, "", &r), AWS_REPLY_MALFORMED);
                assert_non_null(strstr(r.error.message, "too deep"));
        }
}

/* The device configuration may be as long as it likes, since nobody keeps it. */
static void skipped_text(void **state) {
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        assert_int_equal(repeated(OPEN_ITEM "<customerGatewayConfiguration>", "SYNTHETIC&lt;", 200000,
                                  "</customerGatewayConfiguration>" CLOSE_ITEM, &r),
                         0);
        assert_int_equal(r.n_vpn_connections, 1);
        assert_true(arena_size(r.arena) < 16384);
}

static void endless_token(void **state) {
        _cleanup_(aws_reply_freep) struct aws_reply *r = aws_reply_new(AWS_DESCRIBE_VPN_CONNECTIONS);
        _cleanup_aws_result_ struct aws_result result = AWS_RESULT_NULL;
        static const char part[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        size_t fed = 0;
        int k;
        (void)state;
        assert_non_null(r);
        assert_int_equal(aws_reply_feed(r, "<a b='", 6), 0);
        do {
                k = aws_reply_feed(r, part, sizeof(part) - 1);
                fed += sizeof(part) - 1;
        } while (k == 0 && fed < MIB);
        assert_int_equal(k, AWS_REPLY_MALFORMED);
        assert_int_equal(aws_reply_finish(r, 200, &result), AWS_REPLY_MALFORMED);
        assert_non_null(strstr(result.error.message, "a token too long"));
}

static void endless_body(void **state) {
        _cleanup_(aws_reply_freep) struct aws_reply *r = aws_reply_new(AWS_DESCRIBE_VPN_CONNECTIONS);
        _cleanup_aws_result_ struct aws_result result = AWS_RESULT_NULL;
        _cleanup_mem_ char *blanks = mem_alloc(MIB);
        (void)state;
        assert_non_null(r);
        assert_non_null(blanks);
        memset(blanks, '\n', MIB);
        assert_int_equal(aws_reply_feed(r, OPEN, strlen(OPEN)), 0);
        for (size_t fed = MIB; fed < AWS_REPLY_BYTES_MAX; fed += MIB)
                assert_int_equal(aws_reply_feed(r, blanks, MIB), 0);
        assert_int_equal(aws_reply_feed(r, blanks, MIB), AWS_REPLY_MALFORMED);
        assert_int_equal(aws_reply_finish(r, 200, &result), AWS_REPLY_MALFORMED);
        assert_string_equal(result.error.message, "too many bytes");
}

/* Cut anywhere, a reply is never taken for a whole one, and no byte behind the cut is touched. */
static void truncated(void **state) {
        (void)state;
        for (size_t i = 0; i < n_reply_samples; i++) {
                const struct reply_sample *s = &reply_samples[i];
                _cleanup_buf_ struct buf text = BUF_NULL;
                sample_load(directory, s->file, &text);
                for (size_t n = 0; n < text.len; n++) {
                        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                        _cleanup_mem_ char *exact = mem_strndup(text.data, n);
                        assert_non_null(exact);
                        assert_int_equal(sample_read(s->action, 200, exact, n, 4096, &r), AWS_REPLY_MALFORMED);
                        assert_null(strstr(r.error.message, "SYNTHETIC"));
                }
        }
}

/* One byte changed anywhere: any verdict, but no crash and no half result. */
static void changed(void **state) {
        static const char bytes[] = {'<', '&', '\xff', '9', '>', '\0'};
        (void)state;
        for (size_t i = 0; i < n_reply_samples; i++) {
                const struct reply_sample *s = &reply_samples[i];
                _cleanup_buf_ struct buf text = BUF_NULL;
                sample_load(directory, s->file, &text);
                for (size_t at = 0; at < text.len; at++) {
                        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                        char old = text.data[at];
                        text.data[at] = bytes[at % sizeof(bytes)];
                        int k = sample_read(s->action, 200, text.data, text.len, 512, &r);
                        assert_true(k >= 0 && k <= AWS_REPLY_MALFORMED);
                        assert_int_equal(k == 0, r.arena != NULL);
                        text.data[at] = old;
                }
        }
}

/* refusals */

#define EC2_ERROR(_code, _message)                                                                                     \
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" _code                            \
        "</Code><Message>" _message "</Message></Error></Errors><RequestID>req-7</RequestID></Response>"
#define STS_ERROR(_code, _message)                                                                                     \
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>" _code    \
        "</Code><Message>" _message "</Message></Error><RequestId>req-7</RequestId></ErrorResponse>"

static void refusals(void **state) {
        static const struct {
                int http;
                const char *text;
                enum cloud_error_class class;
                const char *code, *message, *request_id;
        } rows[] = {
                {400, EC2_ERROR("IncorrectState", "In use."), CLOUD_ERROR_CONFLICT_BUSY, "IncorrectState", "In use.",
                 "req-7"},
                {503, EC2_ERROR("RequestLimitExceeded", "Slow."), CLOUD_ERROR_THROTTLED, "RequestLimitExceeded",
                 "Slow.", "req-7"},
                {403, STS_ERROR("ExpiredToken", "Old."), CLOUD_ERROR_AUTH_EXPIRED, "ExpiredToken", "Old.", "req-7"},
                {412, EC2_ERROR("DryRunOperation", "Would have."), CLOUD_ERROR_OTHER, "DryRunOperation", "Would have.",
                 "req-7"},
                /* a refusal is one whatever the status says */
                {200, EC2_ERROR("InternalError", ""), CLOUD_ERROR_TRANSIENT, "InternalError", "", "req-7"},
                {400,
                 "<Response><Errors><Error><Code>First</Code></Error><Error><Code>Second</Code></Error></Errors>"
                 "</Response>",
                 CLOUD_ERROR_OTHER, "First", "", ""},
                /* no body to read: the status speaks */
                {503, "<html><body>busy</body></html>", CLOUD_ERROR_TRANSIENT, "", "a reply without an error body", ""},
                {500, "", CLOUD_ERROR_TRANSIENT, "", "a reply without an error body", ""},
                {403, "{\"message\":\"Forbidden\"}", CLOUD_ERROR_AUTH_DENIED, "", "a reply without an error body", ""},
                {302, "", CLOUD_ERROR_OTHER, "", "a reply without an error body", ""},
                {404, "Not Found", CLOUD_ERROR_OTHER, "", "a reply without an error body", ""},
                {500, EMPTY, CLOUD_ERROR_TRANSIENT, "", "a reply without an error body", ""},
                /* what people read is harmless */
                {400, EC2_ERROR("Odd&#9;Code", "a&#10;b&#x9b;31m"), CLOUD_ERROR_OTHER, "Odd?Code", "a?b??31m", "req-7"},
                {400, EC2_ERROR("InvalidParameterValue", "Value (SYNTHETIC) for parameter preSharedKey is invalid."),
                 CLOUD_ERROR_INVALID, "InvalidParameterValue", "(withheld: it speaks of a key)", "req-7"},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
                print_message("# row %zu\n", i);
                assert_int_equal(read_text(AWS_DESCRIBE_VPN_CONNECTIONS, rows[i].http, rows[i].text, &r),
                                 AWS_REPLY_ERROR);
                assert_int_equal(r.error.class, rows[i].class);
                assert_int_equal(r.error.http, rows[i].http);
                assert_string_equal(r.error.code, rows[i].code);
                assert_string_equal(r.error.message, rows[i].message);
                assert_string_equal(r.error.request_id, rows[i].request_id);
                assert_null(r.arena);
        }
}

static void long_message(void **state) {
        _cleanup_buf_ struct buf text = BUF_NULL;
        _cleanup_aws_result_ struct aws_result r = AWS_RESULT_NULL;
        (void)state;
        buf_puts(&text, "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>");
        for (size_t i = 0; i < 4000; i++)
                buf_puts(&text, "\xc3\xa9");
        buf_puts(&text, "</Message></Error></Errors></Response>");
        assert_int_equal(read_text(AWS_CREATE_TAGS, 403, buf_str(&text), &r), AWS_REPLY_ERROR);
        assert_int_equal(r.error.class, CLOUD_ERROR_AUTH_DENIED);
        assert_int_equal(strlen(r.error.message), (CLOUD_ERROR_MESSAGE_SIZE - 1) / 2 * 2);
}

/* memory: the size stands before each block, so that a freed one can be searched */

#define BLOCK_HEAD 16
#define MARK "SYNTHETIC"

static size_t allocations_left;
static size_t leaks;

static void *counted_alloc(size_t size) {
        if (allocations_left == 0)
                return NULL;
        allocations_left--;
        size_t *p = malloc(size + BLOCK_HEAD);
        if (!p)
                return NULL;
        *p = size;
        return (char *)p + BLOCK_HEAD;
}

static void searched_free(void *data) {
        if (!data)
                return;
        size_t *p = (size_t *)((char *)data - BLOCK_HEAD);
        leaks += memmem(data, *p, MARK, strlen(MARK)) != NULL;
        free(p);
}

static void *searched_realloc(void *data, size_t size) {
        void *fresh = counted_alloc(size);
        if (!fresh || !data)
                return fresh;
        size_t old = *(size_t *)((char *)data - BLOCK_HEAD);
        memcpy(fresh, data, old < size ? old : size);
        searched_free(data);
        return fresh;
}

static const struct mem_hooks hooks = {counted_alloc, searched_realloc, searched_free};

static int unhook(void **state) {
        (void)state;
        mem_set_hooks(NULL);
        return 0;
}

static int read_hooked(const struct reply_sample *s, const char *bytes, size_t n, size_t allocations) {
        struct aws_result r = AWS_RESULT_NULL;
        mem_set_hooks(&hooks);
        allocations_left = allocations;
        int k = sample_read(s->action, s->http, bytes, n, 256, &r);
        aws_result_deinit(&r);
        mem_set_hooks(NULL);
        return k;
}

/* Whatever allocation fails: -ENOMEM, nothing lost, and no memory goes back with a key in it. */
static void without_memory(void **state) {
        (void)state;
        leaks = 0;
        for (size_t i = 0; i < n_reply_samples; i++) {
                const struct reply_sample *s = &reply_samples[i];
                struct buf text = BUF_NULL;
                size_t n = 0;
                int k;
                sample_load(directory, s->file, &text);
                while ((k = read_hooked(s, text.data, text.len, n)) == -ENOMEM)
                        n++;
                assert_int_equal(k, s->result);
                assert_true(n > 5);
                buf_deinit(&text);
        }
        assert_int_equal(leaks, 0);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(malformed),
                cmocka_unit_test(utf16),
                cmocka_unit_test(incomplete),
                cmocka_unit_test(limits),
                cmocka_unit_test(depth),
                cmocka_unit_test(skipped_text),
                cmocka_unit_test(endless_token),
                cmocka_unit_test(endless_body),
                cmocka_unit_test(truncated),
                cmocka_unit_test(changed),
                cmocka_unit_test(refusals),
                cmocka_unit_test(long_message),
                cmocka_unit_test_teardown(without_memory, unhook),
        };
        directory = argc > 1 ? argv[1] : "replies";
        return cmocka_run_group_tests(tests, NULL, NULL);
}
