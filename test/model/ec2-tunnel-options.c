/* SPDX-License-Identifier: Apache-2.0 */
/* Options of one tunnel: read, checked, given defaults, listed. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ec2.h"
#include "util/macro.h"

#define NAME_SIZE 128
#define PSK_MIN 8
#define PSK_MAX 64
#define PSK_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"

struct number {
        const char *name;
        size_t offset;
        int64_t low, high;
        const char *tag;
};

static const struct number numbers[] = {
        {"Phase1LifetimeSeconds", offsetof(struct ec2_tunnel_options, phase1_life_s), 900, 28800,
         "phase1LifetimeSeconds"},
        {"Phase2LifetimeSeconds", offsetof(struct ec2_tunnel_options, phase2_life_s), 900, 3600,
         "phase2LifetimeSeconds"},
        {"RekeyMarginTimeSeconds", offsetof(struct ec2_tunnel_options, rekey_margin_s), 60, 1800,
         "rekeyMarginTimeSeconds"},
        {"RekeyFuzzPercentage", offsetof(struct ec2_tunnel_options, rekey_fuzz), 0, 100, "rekeyFuzzPercentage"},
        {"ReplayWindowSize", offsetof(struct ec2_tunnel_options, replay_window), 64, 2048, "replayWindowSize"},
        {"DPDTimeoutSeconds", offsetof(struct ec2_tunnel_options, dpd_timeout_s), 30, INT32_MAX, "dpdTimeoutSeconds"},
};

struct choice {
        const char *name;
        size_t offset;
        const char *allowed; /* "A,B" */
        const char *tag;
};

#define ENCRYPTION "AES128,AES256,AES128-GCM-16,AES256-GCM-16"
#define INTEGRITY "SHA1,SHA2-256,SHA2-384,SHA2-512"
#define GROUPS "14,15,16,17,18,19,20,21,22,23,24"

static const struct choice lists[] = {
        {"Phase1EncryptionAlgorithm", offsetof(struct ec2_tunnel_options, p1_encryption), ENCRYPTION,
         "phase1EncryptionAlgorithmSet"},
        {"Phase2EncryptionAlgorithm", offsetof(struct ec2_tunnel_options, p2_encryption), ENCRYPTION,
         "phase2EncryptionAlgorithmSet"},
        {"Phase1IntegrityAlgorithm", offsetof(struct ec2_tunnel_options, p1_integrity), INTEGRITY,
         "phase1IntegrityAlgorithmSet"},
        {"Phase2IntegrityAlgorithm", offsetof(struct ec2_tunnel_options, p2_integrity), INTEGRITY,
         "phase2IntegrityAlgorithmSet"},
        {"Phase1DHGroupNumber", offsetof(struct ec2_tunnel_options, p1_dh), "2," GROUPS, "phase1DHGroupNumberSet"},
        {"Phase2DHGroupNumber", offsetof(struct ec2_tunnel_options, p2_dh), "2,5," GROUPS, "phase2DHGroupNumberSet"},
        {"IKEVersion", offsetof(struct ec2_tunnel_options, ike), "ikev1,ikev2", "ikeVersionSet"},
};

static const struct choice words[] = {
        {"DPDTimeoutAction", offsetof(struct ec2_tunnel_options, dpd_action), "clear,none,restart", "dpdTimeoutAction"},
        {"StartupAction", offsetof(struct ec2_tunnel_options, startup), "add,start", "startupAction"},
};

static char *text_at(struct ec2_tunnel_options *o, size_t offset) {
        return (char *)o + offset;
}

static int64_t *number_at(struct ec2_tunnel_options *o, size_t offset) {
        return (int64_t *)(void *)((char *)o + offset);
}

static bool in_list(const char *word, const char *list) {
        size_t n = strlen(word);
        while (*list) {
                size_t len = strcspn(list, ",");
                if (len == n && n > 0 && memcmp(word, list, n) == 0)
                        return true;
                list += len + (list[len] == ',');
        }
        return false;
}

static int invalid(struct ec2_call *c, const char *name) {
        return ec2_fail(c, "InvalidParameterValue", "Value for parameter %s is invalid.", name);
}

static int read_numbers(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        char name[NAME_SIZE];
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                snprintf(name, sizeof(name), "%s%s", prefix, numbers[i].name);
                int r = ec2_get_int(c, name, numbers[i].low, numbers[i].high, number_at(o, numbers[i].offset));
                if (r != 0)
                        return r;
        }
        int64_t life1_s = o->phase1_life_s ? o->phase1_life_s : 28800;
        int64_t life2_s = o->phase2_life_s ? o->phase2_life_s : 3600;
        if (life2_s >= life1_s)
                return ec2_fail(c, "InvalidParameterCombination",
                                "Phase2LifetimeSeconds must be less than Phase1LifetimeSeconds");
        if (o->rekey_margin_s > life2_s / 2)
                return invalid(c, "RekeyMarginTimeSeconds");
        return 0;
}

/* A list that is sent replaces the whole list. */
static int read_lists(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        for (size_t i = 0; i < ELEMENTSOF(lists); i++) {
                _cleanup_buf_ struct buf joined = BUF_NULL;
                const char *value;
                for (int n = 1; (value = ec2_form_at(&c->form, "%s%s.%d.Value", prefix, lists[i].name, n)); n++) {
                        if (!in_list(value, lists[i].allowed) || in_list(value, buf_str(&joined)))
                                return invalid(c, lists[i].name);
                        buf_printf(&joined, "%s%s", n > 1 ? "," : "", value);
                }
                if (buf_error(&joined) < 0)
                        return buf_error(&joined);
                if (joined.len > 0)
                        model_copy(text_at(o, lists[i].offset), EC2_LIST_SIZE, buf_str(&joined));
        }
        return 0;
}

static int read_words(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                const char *value = ec2_form_at(&c->form, "%s%s", prefix, words[i].name);
                if (!value)
                        continue;
                if (!in_list(value, words[i].allowed))
                        return invalid(c, words[i].name);
                model_copy(text_at(o, words[i].offset), sizeof(o->dpd_action), value);
        }
        if (strcmp(o->startup, "start") == 0 && *o->ike && !in_list("ikev2", o->ike))
                return ec2_fail(c, "InvalidParameterCombination", "StartupAction start needs IKEv2");
        return 0;
}

static int read_psk(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        const char *psk = ec2_form_at(&c->form, "%sPreSharedKey", prefix);
        size_t n = psk ? strlen(psk) : 0;
        if (!psk)
                return 0;
        if (n < PSK_MIN || n > PSK_MAX || *psk == '0' || strspn(psk, PSK_LETTERS) != n)
                return invalid(c, "PreSharedKey");
        MODEL_COPY(o->psk, psk);
        return 0;
}

static bool is_reserved(struct cidr inside) {
        uint32_t third = inside.addr >> 8 & 0xff, fourth = inside.addr & 0xff;
        return (third <= 5 && fourth == 0) || (third == 169 && fourth == 252);
}

static int read_inside(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        const struct cidr link_local = {0xa9fe0000, 16};
        const char *text = ec2_form_at(&c->form, "%sTunnelInsideCidr", prefix);
        struct cidr inside;
        if (ec2_form_at(&c->form, "%sTunnelInsideIpv6Cidr", prefix))
                return ec2_fail(c, "InvalidParameterCombination", "TunnelInsideIpv6Cidr needs a transit gateway");
        if (!text)
                return 0;
        if (cidr_parse(text, &inside) < 0 || inside.bits != 30 || !cidr_contains(link_local, inside) ||
            is_reserved(inside))
                return ec2_fail(c, "InvalidParameterValue", "Value (%s) for parameter TunnelInsideCidr is invalid.",
                                text);
        o->inside = inside;
        return 0;
}

static int read_logs(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        const char *group = ec2_form_at(&c->form, "%sLogOptions.CloudWatchLogOptions.LogGroupArn", prefix);
        const char *bgp_group = ec2_form_at(&c->form, "%sLogOptions.CloudWatchLogOptions.BgpLogGroupArn", prefix);
        const char *format = ec2_form_at(&c->form, "%sLogOptions.CloudWatchLogOptions.LogOutputFormat", prefix);
        const char *bgp_format = ec2_form_at(&c->form, "%sLogOptions.CloudWatchLogOptions.BgpLogOutputFormat", prefix);
        char name[NAME_SIZE];
        if ((format && !in_list(format, "json,text")) || (bgp_format && !in_list(bgp_format, "json,text")))
                return invalid(c, "LogOutputFormat");
        if ((group && !MODEL_COPY(o->log_group, group)) || (bgp_group && !MODEL_COPY(o->bgp_log_group, bgp_group)))
                return invalid(c, "LogGroupArn");
        if (format)
                MODEL_COPY(o->log_format, format);
        if (bgp_format)
                MODEL_COPY(o->bgp_log_format, bgp_format);
        snprintf(name, sizeof(name), "%sLogOptions.CloudWatchLogOptions.BgpLogEnabled", prefix);
        int r = ec2_get_bool(c, name, &o->bgp_log);
        if (r != 0)
                return r;
        snprintf(name, sizeof(name), "%sLogOptions.CloudWatchLogOptions.LogEnabled", prefix);
        r = ec2_get_bool(c, name, &o->log);
        if (r == 0 && o->log && !*o->log_group)
                r = ec2_fail(c, "InvalidParameterCombination", "LogEnabled needs LogGroupArn");
        return r;
}

/**
 * ec2_tunnel_options_read() - takes what a call says about a tunnel
 * @c: the call
 * @prefix: of the members: "TunnelOptions." or "Options.TunnelOptions.1."
 * @o: changed member by member; void on failure
 *
 * Return: 0, EC2_FAILED or -ENOMEM.
 */
int ec2_tunnel_options_read(struct ec2_call *c, const char *prefix, struct ec2_tunnel_options *o) {
        char name[NAME_SIZE];
        int r = read_inside(c, prefix, o);
        if (r == 0)
                r = read_psk(c, prefix, o);
        if (r == 0)
                r = read_numbers(c, prefix, o);
        if (r == 0)
                r = read_lists(c, prefix, o);
        if (r == 0)
                r = read_words(c, prefix, o);
        if (r == 0)
                r = read_logs(c, prefix, o);
        snprintf(name, sizeof(name), "%sEnableTunnelLifecycleControl", prefix);
        return r == 0 ? ec2_get_bool(c, name, &o->lifecycle_control) : r;
}

static bool inside_used(const struct model *m, const char *gateway_id, const struct ec2_tunnel *self,
                        struct cidr inside) {
        const struct ec2_world *w = &m->aws->world;
        for (size_t i = 0; i < w->tables[EC2_VPN_CONNECTION].n; i++) {
                const struct ec2_vpn_connection *v = ec2_item(w, EC2_VPN_CONNECTION, i);
                if (v->meta.state == EC2_DELETED || strcmp(v->vpn_gateway_id, gateway_id) != 0)
                        continue;
                for (size_t n = 0; n < EC2_TUNNELS; n++)
                        if (&v->tunnels[n] != self && cidr_equal(v->tunnels[n].options.inside, inside))
                                return true;
        }
        return false;
}

/**
 * ec2_inside_check() - an inside CIDR is used once among the connections of a gateway
 * @self: the tunnel that may have it already; NULL: a new one
 *
 * Return: 0 or EC2_FAILED.
 */
int ec2_inside_check(struct ec2_call *c, const char *gateway_id, const struct ec2_tunnel *self, struct cidr inside) {
        char text[CIDR_TEXT_SIZE];
        if (!inside_used(c->m, gateway_id, self, inside))
                return 0;
        return ec2_fail(c, "InvalidCidr.InUse", "The inside CIDR %s is already in use by another tunnel",
                        cidr_format(inside, text));
}

/**
 * ec2_tunnel_options_default() - what AWS chooses when the caller did not: an inside CIDR and a key
 */
void ec2_tunnel_options_default(struct model *m, const char *gateway_id, struct ec2_tunnel_options *o) {
        while (o->inside.bits == 0) {
                struct cidr c = {0xa9fe0000u | (uint32_t)rng_below(&m->rng, 0x4000) << 2, 30};
                if (!is_reserved(c) && !inside_used(m, gateway_id, NULL, c))
                        o->inside = c;
        }
        bool given = *o->psk;
        for (size_t i = 0; !given && i < 32; i++)
                o->psk[i] = PSK_LETTERS[rng_below(&m->rng, i == 0 ? 52 : 62)];
}

static void write_list(struct buf *out, const char *tag, const char *list) {
        if (!*list)
                return;
        buf_printf(out, "<%s>", tag);
        while (*list) {
                size_t n = strcspn(list, ",");
                buf_printf(out, "<item><value>%.*s</value></item>", (int)n, list);
                list += n + (list[n] == ',');
        }
        buf_printf(out, "</%s>", tag);
}

static void write_logs(struct buf *out, const struct ec2_tunnel_options *o) {
        buf_puts(out, "<logOptions><cloudWatchLogOptions>");
        ec2_bool(out, "logEnabled", o->log);
        if (*o->log_group)
                ec2_text(out, "logGroupArn", o->log_group);
        if (o->log)
                ec2_text(out, "logOutputFormat", *o->log_format ? o->log_format : "json");
        ec2_bool(out, "bgpLogEnabled", o->bgp_log);
        if (*o->bgp_log_group)
                ec2_text(out, "bgpLogGroupArn", o->bgp_log_group);
        if (o->bgp_log)
                ec2_text(out, "bgpLogOutputFormat", *o->bgp_log_format ? o->bgp_log_format : "json");
        buf_puts(out, "</cloudWatchLogOptions></logOptions>");
}

void ec2_write_tunnel_options(struct buf *out, const struct ec2_tunnel *t) {
        const struct ec2_tunnel_options *o = &t->options;
        char ip[IP4_TEXT_SIZE], inside[CIDR_TEXT_SIZE];
        ec2_text(out, "outsideIpAddress", ip4_format(t->outside, ip));
        ec2_text(out, "tunnelInsideCidr", cidr_format(o->inside, inside));
        ec2_text(out, "preSharedKey", o->psk);
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                int64_t v = *(const int64_t *)(const void *)((const char *)o + numbers[i].offset);
                if (v != 0)
                        ec2_int(out, numbers[i].tag, v);
        }
        for (size_t i = 0; i < ELEMENTSOF(lists); i++)
                write_list(out, lists[i].tag, (const char *)o + lists[i].offset);
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (*((const char *)o + words[i].offset))
                        ec2_text(out, words[i].tag, (const char *)o + words[i].offset);
        write_logs(out, o);
        ec2_bool(out, "enableTunnelLifecycleControl", o->lifecycle_control);
}
