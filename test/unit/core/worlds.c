/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small worlds: every combination of eight slots and six states, driven to its end.
 *
 * Each world goes through assess, plan, guard and a simple apply until nothing is ready and nothing waits for time. On
 * the way: UNKNOWN plans nothing on its slot, observe never lets anything leave, the guard only takes away, no tunnel
 * is taken down unless others are up in truth, one write at a time goes to the gateway, the same inputs give the same
 * plan. At the end: without UNKNOWN and without what only a person can decide, the pairing is healthy and has no steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define STATES 6
#define WORLD_SLOTS 8
#define WORLDS 1679616u /* 6^8 */
#define ROUNDS_MAX 60
#define STRIDE_DEFAULT 97u

enum state {
        OK,
        ABSENT,
        DRIFTED,
        PENDING,
        UNKNOWN,
        FOREIGN, /* somebody else's, refused or duplicate: a person decides */
};

static const struct {
        enum slot_kind kind;
        unsigned index;
} slots[WORLD_SLOTS] = {
        {SLOT_GATEWAY, 0},        {SLOT_CUSTOMER_GATEWAY, 0}, {SLOT_VPN_GATEWAY, 0}, {SLOT_VPN_CONNECTION, 0},
        {SLOT_VPN_CONNECTION, 1}, {SLOT_LOCAL_GATEWAY, 0},    {SLOT_CONNECTION, 0},  {SLOT_CONNECTION, 1},
};

static struct fixture f;
static unsigned world;

static void die(const char *what) {
        printf("not ok 1 - world %u: %s (verdict %s)\n", world, what, verdict_to_string(f.a.verdict));
        for (unsigned i = 0, w = world; i < WORLD_SLOTS; i++, w /= STATES)
                printf("# %s: %u\n", slot_of(slots[i].kind, slots[i].index)->subject, w % STATES);
        for (size_t i = 0; i < f.a.n_findings; i++)
                printf("# %s/%s: %s\n", finding_kind_to_string(f.a.findings[i].kind), f.a.findings[i].subject,
                       f.a.findings[i].evidence);
        for (size_t i = 0; i < f.plan.n_steps; i++)
                printf("# %s %s: %s %s%s\n", step_kind_to_string(f.plan.steps[i].kind), f.plan.steps[i].target,
                       step_status_to_string(f.plan.steps[i].status), f.plan.steps[i].held_why,
                       f.plan.steps[i].waits_for);
        exit(1);
}

static void drift(enum slot_kind kind, unsigned i) {
        switch (kind) {
        case SLOT_GATEWAY:
                f.gateway.instances[0].n_custom_bgp = 1;
                break;
        case SLOT_CUSTOMER_GATEWAY:
                f.cgws[i].address.addr++;
                break;
        case SLOT_VPN_GATEWAY:
                f.vgw.attached_vpc_id = "";
                f.vgw.attachment_state = AWS_STATE_DELETED;
                break;
        case SLOT_VPN_CONNECTION:
                f.vpns[i].tunnels[0].startup_start = false;
                break;
        case SLOT_LOCAL_GATEWAY:
                f.lngs[i].address.addr += 100;
                break;
        case SLOT_CONNECTION:
                f.connections[i].bgp_enabled = false;
                break;
        case SLOT_PUBLIC_IP:
        case _SLOT_KIND_COUNT:
                break;
        }
}

static void set_pending(enum slot_kind kind, unsigned i, bool pending) {
        enum az_provisioning azure = pending ? AZ_BUSY : AZ_SUCCEEDED;
        enum aws_state aws = pending ? AWS_STATE_PENDING : AWS_STATE_AVAILABLE;
        if (kind == SLOT_GATEWAY)
                f.gateway.common.provisioning = azure;
        if (kind == SLOT_CUSTOMER_GATEWAY)
                f.cgws[i].state = aws;
        if (kind == SLOT_VPN_GATEWAY)
                f.vgw.state = aws;
        if (kind == SLOT_VPN_CONNECTION)
                f.vpns[i].state = aws;
        if (kind == SLOT_LOCAL_GATEWAY)
                f.lngs[i].common.provisioning = azure;
        if (kind == SLOT_CONNECTION)
                f.connections[i].common.provisioning = azure;
}

static void make_foreign(enum slot_kind kind, unsigned i) {
        static const char *const names[] = {[SLOT_CUSTOMER_GATEWAY] = "cgw0",
                                            [SLOT_VPN_GATEWAY] = "vgw",
                                            [SLOT_VPN_CONNECTION] = "vpn0",
                                            [_SLOT_KIND_COUNT] = NULL};
        if (kind == SLOT_GATEWAY)
                f.gateway.migrating = true;
        else if (kind == SLOT_LOCAL_GATEWAY)
                f.lngs[i].common.n_tags = 0;
        else if (kind == SLOT_CONNECTION)
                f.connections[i].common.n_tags = 0;
        else {
                f.duplicates[f.o.aws.n_duplicates++] = (struct duplicate){i == 0 ? names[kind] : "vpn1", "second"};
                return;
        }
        drift(kind == SLOT_GATEWAY ? _SLOT_KIND_COUNT : kind, i);
}

static enum state state_at(unsigned slot) {
        unsigned w = world;
        while (slot-- > 0)
                w /= STATES;
        return (enum state)(w % STATES);
}

/* false: only a person, or a better view, can bring it to health */
static bool enter(void) {
        bool can_heal = true;
        fixture_init(&f, TOPOLOGY_FOUR);
        for (unsigned i = 0; i < WORLD_SLOTS; i++) {
                enum slot_kind kind = slots[i].kind;
                unsigned index = slots[i].index;
                switch (state_at(i)) {
                case OK:
                        break;
                case ABSENT:
                        fixture_set(&f, kind, index, FACT_ABSENT);
                        break;
                case DRIFTED:
                        drift(kind, index);
                        can_heal &= kind != SLOT_CUSTOMER_GATEWAY;
                        break;
                case PENDING:
                        set_pending(kind, index, true);
                        break;
                case UNKNOWN:
                        fixture_set(&f, kind, index, FACT_UNKNOWN);
                        can_heal = false;
                        break;
                case FOREIGN:
                        make_foreign(kind, index);
                        can_heal = false;
                        break;
                }
        }
        return can_heal;
}

/* the resource that a step writes to, among the slots of the worlds */
static bool writes_to(const struct step *s, enum slot_kind kind, unsigned index) {
        const struct slot *slot = slot_created_by(s->kind, s->slot);
        if (slot)
                return slot->kind == kind && slot->index == index;
        if (s->kind == STEP_ADD_APIPA || s->kind == STEP_RESET_INSTANCE)
                return kind == SLOT_GATEWAY;
        if (s->kind == STEP_ATTACH_VPN_GATEWAY)
                return kind == SLOT_VPN_GATEWAY;
        if (s->kind == STEP_MODIFY_TUNNEL || s->kind == STEP_REPLACE_TUNNEL)
                return kind == SLOT_VPN_CONNECTION && s->slot / 2 == index;
        if (s->kind == STEP_ENABLE_PROPAGATION || s->kind == STEP_SYNC_PEERING)
                return false;
        return kind == SLOT_CONNECTION && s->slot == index;
}

static void check_survivors(const struct step *s) {
        unsigned outside = 0, inside = 0;
        for (unsigned t = 0; t < TUNNELS; t++) {
                bool is_up = fixture_tunnel_can_work(&f, t);
                outside += is_up && !(s->blast & (1u << t));
                inside += is_up && (s->blast & (1u << t));
        }
        if (s->kind == STEP_ADD_APIPA && f.c.approved_plan)
                return;
        if (s->is_disruptive && !s->is_urgent_half && inside > 0 && outside == 0)
                die("takes the last tunnel down");
}

static void check_round(void) {
        unsigned on_gateway = 0, disruptive = 0;
        for (size_t i = 0; i < f.plan.n_steps; i++) {
                const struct step *s = &f.plan.steps[i];
                for (unsigned j = 0; j < WORLD_SLOTS; j++) {
                        if (state_at(j) == UNKNOWN && writes_to(s, slots[j].kind, slots[j].index))
                                die("UNKNOWN planned something");
                        if (s->status == STEP_READY && state_at(j) == FOREIGN &&
                            writes_to(s, slots[j].kind, slots[j].index))
                                die("touches what is not ours");
                }
                if (s->status != STEP_READY)
                        continue;
                check_survivors(s);
                on_gateway += step_writes_gateway(s->kind, s->is_disruptive);
                disruptive += s->is_disruptive;
        }
        if (on_gateway > 1 || disruptive > 1)
                die("two at a time");
}

/* plans once more: the same bytes, and what the guard did is only to hold */
static void check_pure(void) {
        struct plan again;
        struct arena *arena = arena_new();
        struct assessment a;
        if (!arena || assess(&f.d, &f.o, &f.m, &f.now, arena, &a) != 0 ||
            plan_make(&f.d, &f.o, &f.a, &f.m, &f.now, arena, &again) != 0)
                die("no memory");
        if (strcmp(again.id, f.plan.id) != 0 || again.n_steps != f.plan.n_steps || a.n_findings != f.a.n_findings)
                die("same inputs, another plan");
        for (size_t i = 0; i < again.n_steps; i++) {
                if (f.plan.steps[i].status != again.steps[i].status &&
                    (f.plan.steps[i].status != STEP_HELD || again.steps[i].status != STEP_READY))
                        die("the guard did more than hold");
        }
        f.d.mode = MODE_OBSERVE;
        if (guard_check(&f.d, &f.o, &f.a, &f.m, &f.c, &f.now, arena, &again) != 0)
                die("no memory");
        f.d.mode = MODE_BUILD;
        for (size_t i = 0; i < again.n_steps; i++) {
                if (again.steps[i].status == STEP_READY)
                        die("observe lets something leave");
        }
        arena_free(arena);
}

static void apply(const struct step *s) {
        const struct slot *slot = slot_created_by(s->kind, s->slot);
        if (memory_note_step(&f.m, &f.d, s, &f.now) != 0)
                die("no memory");
        if (slot)
                fixture_put(&f, slot);
        else if (s->kind == STEP_ADD_APIPA)
                f.gateway.instances[0].n_custom_bgp = 2;
        else if (s->kind == STEP_ATTACH_VPN_GATEWAY)
                fixture_put(&f, slot_of(SLOT_VPN_GATEWAY, 0));
        else if (s->kind == STEP_MODIFY_TUNNEL)
                f.vpns[s->slot / 2].tunnels[s->slot % 2].startup_start = true;
        else if (s->kind == STEP_DELETE_CONNECTION)
                fixture_set(&f, SLOT_CONNECTION, s->slot, FACT_ABSENT);
}

/* what the platform worked on is done after a while */
static void finish_pending(void) {
        for (unsigned i = 0; i < WORLD_SLOTS; i++) {
                if (state_at(i) == PENDING)
                        set_pending(slots[i].kind, slots[i].index, false);
        }
}

static void run(void) {
        bool can_heal = enter();
        unsigned quiet = 0;
        for (unsigned round = 0; round < ROUNDS_MAX && quiet < 3; round++) {
                if (round == 2)
                        finish_pending();
                fixture_live(&f);
                fixture_round_after(&f, 16 * MINUTE_MS);
                check_round();
                if (round < 2)
                        check_pure();
                char id[17];
                memcpy(id, f.plan.id, sizeof(id));
                f.c.approved_plan = id;
                fixture_decide(&f);
                check_round();
                quiet = fixture_count_ready(&f) == 0 && round > 3 ? quiet + 1 : 0;
                for (size_t i = 0; i < f.plan.n_steps; i++) {
                        if (f.plan.steps[i].status == STEP_READY)
                                apply(&f.plan.steps[i]);
                }
                f.c.approved_plan = NULL;
        }
        if (quiet < 3)
                die("never comes to rest");
        if (can_heal && (f.a.verdict != VERDICT_HEALTHY || f.plan.n_steps != 0))
                die("does not heal");
}

int main(int argc, char *argv[]) {
        unsigned stride = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : STRIDE_DEFAULT, n = 0;
        printf("1..1\n");
        for (world = 0; stride > 0 && world < WORLDS; world += stride, n++)
                run();
        fixture_deinit(&f);
        printf("# %u worlds\nok 1 - worlds\n", n);
        return 0;
}
