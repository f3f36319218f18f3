/* SPDX-License-Identifier: Apache-2.0 */
/* Every default time and every limit over outside data, in one place. Passing a limit is an error, never a truncation.
 */
#pragma once

#include <stdint.h>

/* Shape of a pairing. */
#define INSTANCES 2 /* Azure gateway instances = AWS connections = customer gateways */
#define TUNNELS_PER_INSTANCE 2
#define TUNNELS 4 /* tunnel t: instance t / 2, AWS tunnel t % 2 of connection t / 2 */

/* Declarations. */
#define PAIRINGS_MAX 4096
#define ROUTE_TABLES_MAX 64
#define PEERINGS_MAX 500  /* Azure allows 500 peerings a VNet */
#define PREFIXES_MAX 4000 /* Azure drops a session above 4,000 prefixes */
#define NAME_MAX_LEN 63   /* of a pairing; Azure names derive from it (limit there: 80) */

/* Findings and plans. */
#define FINDINGS_MAX 2048
#define STEPS_MAX 1024
#define HISTORY_MAX 200

/* Outside data. */
#define REPLY_BYTES_MAX (8u << 20) /* ARM's own cap */
#define POLL_URL_MAX 8192u         /* seen: 3.6 KB; ARM asks clients for 4 KB */
#define PAGES_MAX 100
#define STATE_FILE_BYTES_MAX (4u << 20)

/* Default times, all configurable; ms. */
#define MINUTE_MS 60000
struct timing {
        int64_t round_ms;         /* between two cheap rounds */
        int64_t deep_ms;          /* between two deep proofs */
        int64_t proof_max_age_ms; /* a proof older than this proves nothing before a disruptive step */
        int64_t proven_after_ms;  /* a BGP session younger than this is not "proven up" yet */
        int64_t fact_max_age_ms;  /* a fact older than this is UNKNOWN */
        unsigned confirm_samples; /* equal samples before a change is believed */
        /* hold-offs: how long a finding waits for the platform's own recovery */
        int64_t holdoff_config_ms, holdoff_tunnel_ms, holdoff_instance_ms, holdoff_all_ms;
        int64_t holdoff_aws_change_ms, holdoff_gateway_op_ms, holdoff_address_change_ms;
        /* ladder: first wait between rungs, doubled up to the cap; rungs a day and tunnel */
        int64_t ladder_backoff_ms, ladder_backoff_cap_ms;
        unsigned ladder_budget;
        int64_t create_settle_ms; /* an unanswered create is looked for this long before it is sent again */
};

#define TIMING_DEFAULT                                                                                                 \
        ((struct timing){                                                                                              \
                .round_ms = 30000,                                                                                     \
                .deep_ms = 300000,                                                                                     \
                .proof_max_age_ms = 120000,                                                                            \
                .proven_after_ms = 120000,                                                                             \
                .fact_max_age_ms = 150000,                                                                             \
                .confirm_samples = 2,                                                                                  \
                .holdoff_config_ms = 5 * MINUTE_MS,                                                                    \
                .holdoff_tunnel_ms = 5 * MINUTE_MS,                                                                    \
                .holdoff_instance_ms = 10 * MINUTE_MS,                                                                 \
                .holdoff_all_ms = 3 * MINUTE_MS,                                                                       \
                .holdoff_aws_change_ms = 15 * MINUTE_MS,                                                               \
                .holdoff_gateway_op_ms = 15 * MINUTE_MS,                                                               \
                .holdoff_address_change_ms = 10 * MINUTE_MS,                                                           \
                .ladder_backoff_ms = 5 * MINUTE_MS,                                                                    \
                .ladder_backoff_cap_ms = 60 * MINUTE_MS,                                                               \
                .ladder_budget = 8,                                                                                    \
                .create_settle_ms = 2 * MINUTE_MS,                                                                     \
        })
