/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the daemon over its Unix socket, by libcurl. */
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

/* Thousands of pairings fit; a runaway reply does not. */
#define REPLY_MAX (256u << 20)
#define TIMEOUT_S 30L

static size_t take(char *data, size_t size, size_t n, void *userdata) {
        struct buf *reply = userdata;
        buf_append(reply, data, size * n);
        return buf_error(reply) < 0 ? 0 : n;
}

static void curl_freep(CURL **c) {
        curl_easy_cleanup(*c);
}

static void slist_freep(struct curl_slist **l) {
        curl_slist_free_all(*l);
}

static CURLcode set_request(CURL *c, const struct client *client, const char *url, const char *body,
                            struct curl_slist *headers, struct buf *reply) {
        CURLcode r = curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, client->socket_path);
        r = r ? r : curl_easy_setopt(c, CURLOPT_URL, url);
        r = r ? r : curl_easy_setopt(c, CURLOPT_PROXY, ""); /* http_proxy is for others */
        r = r ? r : curl_easy_setopt(c, CURLOPT_TIMEOUT, TIMEOUT_S);
        r = r ? r : curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
        r = r ? r : curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
        r = r ? r : curl_easy_setopt(c, CURLOPT_WRITEDATA, reply);
        if (!body)
                return r;
        r = r ? r : curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
        return r ? r : curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, body);
}

/* libcurl's own word for a missing socket is "couldn't connect to server". */
static const char *failure_text(CURL *c, CURLcode r) {
        long error = 0;
        if (r == CURLE_COULDNT_CONNECT && curl_easy_getinfo(c, CURLINFO_OS_ERRNO, &error) == CURLE_OK && error > 0)
                return strerror((int)error);
        return curl_easy_strerror(r);
}

/**
 * client_request() - Asks the daemon
 * @client: where it listens
 * @path: path with query
 * @body: JSON to POST, or NULL to GET
 * @ret_reply: the reply's body
 * @ret_status: its HTTP status
 * @reterr_text: CLIENT_UNREACHABLE: why
 *
 * Return: 0 for every reply, CLIENT_UNREACHABLE, or -ENOMEM.
 */
int client_request(const struct client *client, const char *path, const char *body, struct buf *ret_reply,
                   long *ret_status, struct buf *reterr_text) {
        _cleanup_(curl_freep) CURL *c = curl_easy_init();
        _cleanup_(slist_freep) struct curl_slist *headers = NULL;
        _cleanup_buf_ struct buf url = BUF_NULL;
        buf_printf(&url, "http://localhost%s", path);
        headers = curl_slist_append(NULL, "Content-Type: application/json");
        if (!c || !headers || buf_error(&url) < 0)
                return -ENOMEM;
        ret_reply->max = REPLY_MAX;
        CURLcode r = set_request(c, client, buf_str(&url), body, headers, ret_reply);
        r = r ? r : curl_easy_perform(c);
        if (r == CURLE_OUT_OF_MEMORY || buf_error(ret_reply) == -ENOMEM)
                return -ENOMEM;
        if (r != CURLE_OK) {
                buf_puts(reterr_text, failure_text(c, r));
                return CLIENT_UNREACHABLE;
        }
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, ret_status);
        return 0;
}
