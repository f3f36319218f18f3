/* SPDX-License-Identifier: Apache-2.0 */
/* tunnels: everything that is known about each tunnel, both clouds side by side. */
#include <inttypes.h>
#include <string.h>

#include "document.h"
#include "util/json.h"

static const char *known(const json_t *tunnel, const char *path) {
        const char *s = member_text(tunnel, path);
        return *s ? s : "not known";
}

static void put_azure(const json_t *tunnel, struct buf *out) {
        int64_t instance = member_int(tunnel, "azure.instance", -1);
        const char *provisioning = member_text(tunnel, "azure.provisioning");
        text_printf(out, "  Azure    connection %s: %s", known(tunnel, "azure.connection"),
                    known(tunnel, "azure.status"));
        if (*provisioning && strcmp(provisioning, "Succeeded") != 0)
                text_printf(out, " (%s)", provisioning);
        buf_puts(out, ", instance ");
        if (instance < 0)
                buf_puts(out, "not known");
        else
                buf_printf(out, "%" PRId64, instance);
        text_line(out, ", public IP %s", known(tunnel, "azure.public_ip"));
        text_line(out, "           local network gateway %s", known(tunnel, "azure.local_gateway"));
}

static void put_aws(const json_t *document, const json_t *tunnel, struct buf *out) {
        const char *message = member_text(tunnel, "aws.status_message"),
                   *since = member_text(tunnel, "aws.last_change");
        text_printf(out, "  AWS      %s, outside IP %s: %s", known(tunnel, "aws.connection"),
                    known(tunnel, "aws.outside_ip"), known(tunnel, "aws.status"));
        if (*since) {
                buf_puts(out, " since ");
                render_since(document, since, out);
        }
        buf_putc(out, '\n');
        if (*message)
                text_line(out, "           message: %s", message);
}

static void put_bgp(const json_t *tunnel, struct buf *out) {
        int64_t seconds = member_int(tunnel, "bgp.connected_seconds", -1);
        const char *discard = member_text(tunnel, "discard_bgp_state");
        text_printf(out, "  BGP      %s (Azure) to %s (AWS), inside %s: %s", known(tunnel, "bgp.azure_address"),
                    known(tunnel, "bgp.aws_address"), known(tunnel, "inside_cidr"), known(tunnel, "bgp.state"));
        if (seconds >= 0) {
                buf_puts(out, " for ");
                text_duration(out, seconds);
        }
        buf_putc(out, '\n');
        if (*discard)
                text_line(out, "  Discard  from the other Azure instance: %s, down by design", discard);
}

static void put_present(const json_t *tunnel, const char *path, const char *text, struct buf *out) {
        const json_t *n = json_at(tunnel, path);
        int64_t present = member_int(n, "present", -1);
        if (present < 0)
                buf_puts(out, "?");
        else
                buf_printf(out, "%" PRId64, present);
        buf_printf(out, "/%" PRId64 " %s", member_int(n, "expected", 0), text);
}

static void put_tunnel(const json_t *document, const json_t *pairing, const json_t *tunnel,
                       const struct render_options *options, struct buf *out) {
        _cleanup_buf_ struct buf word = BUF_NULL;
        bool is_spare = strcmp(member_text(tunnel, "role"), "spare") == 0;
        const char *state = member_text(tunnel, "state");
        text_upper(&word, state);
        text_printf(out, "%s tunnel %" PRId64 ": ", member_text(pairing, "pairing"), member_int(tunnel, "tunnel", 0));
        text_paint(out, &options->style,
                   strstr(state, "up") ? COLOUR_GOOD
                   : is_spare          ? COLOUR_NONE
                                       : COLOUR_BAD,
                   buf_str(&word));
        buf_puts(out, is_spare ? ", not used in this topology\n" : "\n");
        put_aws(document, tunnel, out);
        if (is_spare)
                return;
        put_azure(tunnel, out);
        put_bgp(tunnel, out);
        buf_puts(out, "  Routes   ");
        put_present(tunnel, "routes.to_aws", "to AWS, ", out);
        put_present(tunnel, "routes.to_azure", "to Azure\n", out);
}

void render_tunnels(const json_t *document, const struct render_options *options, struct buf *out) {
        const json_t *pairings = member_list(document, "pairings");
        size_t n = 0;
        for (size_t i = 0; i < json_array_size(pairings); i++) {
                const json_t *p = json_array_get(pairings, i);
                const json_t *tunnels = member_list(p, "tunnels");
                for (size_t t = 0; t < json_array_size(tunnels); t++) {
                        buf_puts(out, n++ > 0 ? "\n" : "");
                        put_tunnel(document, p, json_array_get(tunnels, t), options, out);
                }
                if (json_array_size(tunnels) == 0)
                        text_line(out, "%s: tunnels are not known yet", member_text(p, "pairing"));
        }
        if (json_array_size(pairings) == 0)
                buf_puts(out, "No pairing is declared.\n");
}
