/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why two ends cannot agree.
 *
 * The order is that of the exchanges on the wire: addresses, IKE_SA_INIT (version, proposals), IKE_AUTH (key), CHILD_SA
 * (ESP proposals), then BGP (OPEN needs the right addresses and ASNs). The first thing that is wrong is the reason.
 */
#include "physics-judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/macro.h"

/* one algorithm under both clouds' names */
struct alias {
        const char *azure, *aws;
};

static const struct alias encryption[] = {
        {"AES128", "AES128"},
        {"AES256", "AES256"},
        {"GCMAES128", "AES128-GCM-16"},
        {"GCMAES256", "AES256-GCM-16"},
};
static const struct alias integrity[] = {
        {"SHA1", "SHA1"},
        {"SHA256", "SHA2-256"},
        {"SHA384", "SHA2-384"},
};
static const struct alias groups[] = {
        {"DHGroup2", "2"}, {"DHGroup14", "14"}, {"DHGroup2048", "14"}, {"DHGroup24", "24"}, {"ECP256", "19"},
        {"ECP384", "20"},  {"PFS2", "2"},       {"PFS14", "14"},       {"PFS2048", "14"},   {"PFS24", "24"},
};

/* what AWS allows when the caller restricted nothing */
static const char aws_encryption[] = "AES128,AES256,AES128-GCM-16,AES256-GCM-16";
static const char aws_integrity[] = "SHA1,SHA2-256,SHA2-384,SHA2-512";
static const char aws_p1_groups[] = "2,14,15,16,17,18,19,20,21,22,23,24";
static const char aws_p2_groups[] = "2,5,14,15,16,17,18,19,20,21,22,23,24";

/* what Azure proposes and accepts without a custom policy, in AWS's names */
static const char azure_ike_encryption[] = "AES256,AES128";
static const char azure_ike_integrity[] = "SHA1,SHA2-256";
static const char azure_ike_groups[] = "2";
static const char azure_esp_encryption[] = "AES256-GCM-16,AES256,AES128";
static const char azure_esp_integrity[] = "SHA1,SHA2-256";
static const char azure_esp_groups[] = "2,14,19,20,24";

static bool in_list(const char *word, size_t n, const char *list) {
        while (*list) {
                size_t len = strcspn(list, ",");
                if (len == n && memcmp(word, list, n) == 0)
                        return true;
                list += len + (list[len] == ',');
        }
        return false;
}

static bool lists_meet(const char *a, const char *b) {
        while (*a) {
                size_t n = strcspn(a, ",");
                if (in_list(a, n, b))
                        return true;
                a += n + (a[n] == ',');
        }
        return false;
}

static bool agree(const char *azure, const char *azure_default, const struct alias *aliases, size_t n, const char *aws,
                  const char *aws_default) {
        const char *allowed = *aws ? aws : aws_default;
        if (!*azure)
                return lists_meet(azure_default, allowed);
        for (size_t i = 0; i < n; i++)
                if (strcmp(aliases[i].azure, azure) == 0)
                        return in_list(aliases[i].aws, strlen(aliases[i].aws), allowed);
        return false;
}

static bool is_gcm(const char *azure) {
        return strncmp(azure, "GCM", 3) == 0;
}

static _printf_(2, 3) bool wrong(char reason[static MODEL_REASON_SIZE], const char *format, ...) {
        va_list args;
        va_start(args, format);
        vsnprintf(reason, MODEL_REASON_SIZE, format, args);
        va_end(args);
        return true;
}

static bool addresses_wrong(const struct azure_end *az, const struct aws_end *aws,
                            char reason[static MODEL_REASON_SIZE]) {
        char a[IP4_TEXT_SIZE], b[IP4_TEXT_SIZE];
        if (!aws)
                return wrong(reason, "no AWS tunnel has the outside address %s", ip4_format(az->remote, a));
        if (!ip4_equal(aws->customer_gateway, az->public_ip))
                return wrong(reason, "AWS's customer gateway is %s, this instance is %s",
                             ip4_format(aws->customer_gateway, a), ip4_format(az->public_ip, b));
        if (!az->usable)
                return wrong(reason, "Azure's end is not ready");
        if (!aws->usable)
                return wrong(reason, "AWS's endpoint is not ready");
        return false;
}

static bool ike_wrong(const struct azure_end *az, const struct aws_end *aws, char reason[static MODEL_REASON_SIZE]) {
        if (az->ikev2 ? !aws->ikev2 : !aws->ikev1)
                return wrong(reason, "AWS does not allow %s", az->ikev2 ? "IKEv2" : "IKEv1");
        if (!az->can_initiate && !(aws->startup_start && aws->ikev2))
                return wrong(reason, "neither side initiates IKE");
        if (!agree(az->ike_encryption, azure_ike_encryption, encryption, ELEMENTSOF(encryption), aws->p1_encryption,
                   aws_encryption))
                return wrong(reason, "no IKE proposal matches: encryption");
        if (!agree(az->ike_integrity, azure_ike_integrity, integrity, ELEMENTSOF(integrity), aws->p1_integrity,
                   aws_integrity))
                return wrong(reason, "no IKE proposal matches: integrity");
        if (!agree(az->dh_group, azure_ike_groups, groups, ELEMENTSOF(groups), aws->p1_dh, aws_p1_groups))
                return wrong(reason, "no IKE proposal matches: DH group");
        if (strcmp(az->psk, aws->psk) != 0)
                return wrong(reason, "pre-shared key mismatch");
        return false;
}

static bool esp_wrong(const struct azure_end *az, const struct aws_end *aws, char reason[static MODEL_REASON_SIZE]) {
        if (!agree(az->ipsec_encryption, azure_esp_encryption, encryption, ELEMENTSOF(encryption), aws->p2_encryption,
                   aws_encryption))
                return wrong(reason, "no ESP proposal matches: encryption");
        /* an AEAD cipher has no integrity algorithm of its own */
        if (!is_gcm(az->ipsec_encryption) && !agree(az->ipsec_integrity, azure_esp_integrity, integrity,
                                                    ELEMENTSOF(integrity), aws->p2_integrity, aws_integrity))
                return wrong(reason, "no ESP proposal matches: integrity");
        const char *pfs = strcmp(az->pfs_group, "PFSMM") == 0 ? az->dh_group : az->pfs_group;
        if (!agree(pfs, azure_esp_groups, groups, ELEMENTSOF(groups), aws->p2_dh, aws_p2_groups))
                return wrong(reason, "no ESP proposal matches: PFS group");
        return false;
}

static bool bgp_wrong(const struct azure_end *az, const struct aws_end *aws, char reason[static MODEL_REASON_SIZE]) {
        char a[IP4_TEXT_SIZE], b[IP4_TEXT_SIZE];
        struct ip4 aws_inside = {aws->inside.addr + 1}, customer_inside = {aws->inside.addr + 2};
        if (!az->bgp_enabled)
                return wrong(reason, "BGP is off on Azure's connection");
        if (!ip4_equal(az->bgp_local, customer_inside))
                return wrong(reason, "Azure's BGP address is %s, AWS dials %s", ip4_format(az->bgp_local, a),
                             ip4_format(customer_inside, b));
        if (!ip4_equal(az->bgp_remote, aws_inside))
                return wrong(reason, "Azure expects the peer %s, AWS is %s", ip4_format(az->bgp_remote, a),
                             ip4_format(aws_inside, b));
        if (az->remote_asn != aws->asn)
                return wrong(reason, "remote AS is %u, Azure expects %u", aws->asn, az->remote_asn);
        if (aws->remote_asn != az->asn)
                return wrong(reason, "remote AS is %u, AWS expects %u", az->asn, aws->remote_asn);
        return false;
}

/**
 * physics_judge() - can these ends talk?
 * @az: an end on Azure's side
 * @aws: the AWS end that has the address which Azure dials, or NULL
 * @reason: the first thing that is wrong; "" for a match
 *
 * Return: how far they get.
 */
enum verdict physics_judge(const struct azure_end *az, const struct aws_end *aws,
                           char reason[static MODEL_REASON_SIZE]) {
        reason[0] = 0;
        if (addresses_wrong(az, aws, reason) || ike_wrong(az, aws, reason) || esp_wrong(az, aws, reason))
                return VERDICT_NO_IPSEC;
        if (bgp_wrong(az, aws, reason))
                return VERDICT_NO_BGP;
        return VERDICT_MATCH;
}
