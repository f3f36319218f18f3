/* SPDX-License-Identifier: Apache-2.0 */
/* Physics as its owner, the model, and its own parts see it. */
#pragma once

#include "physics.h"
#include "util/macro.h"

struct fault {
        struct ip4 aws_outside;
        char azure_connection_id[512]; /* "": whoever dials the endpoint */
        enum link_fault kind;
        int64_t until_ms;
};

struct physics {
        bool dirty;
        uint64_t generation;
        struct link *links;
        size_t n_links;
        struct link *spare; /* the array before this one */
        size_t links_size, spare_size;
        struct azure_end *azure;
        size_t n_azure;
        struct aws_end *aws; /* sorted by outside address; only numbers are read after pairing, texts may be gone */
        size_t n_aws;
        size_t *link_of_aws; /* index of the link that each AWS end takes part in */
        size_t last_azure;   /* where the last search for an Azure end hit */
        struct fault *faults;
        size_t n_faults;
        struct cidr prefixes[MODEL_PREFIXES_MAX];
};

struct physics *physics_new(void);
struct physics *physics_free(struct physics *p);
DEFINE_CLEANUP(struct physics *, physics_free)

/* all links, until the next step */
size_t physics_links(const struct model *m, const struct link **ret);

/* physics-pair.c */
void physics_pair(struct model *m);
const struct aws_end *physics_find_aws(const struct physics *p, struct ip4 outside);
