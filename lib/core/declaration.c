/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a declaration. */
#include "core/declaration.h"

#include <assert.h>

/**
 * topology_uses_tunnel() - does this tunnel carry BGP?
 * @t: topology of the pairing
 * @tunnel: 0..3
 *
 * With two tunnels, each instance keeps the one that leaves both AWS connections and both address ranges in use.
 *
 * Return: false for a spare by design
 */
bool topology_uses_tunnel(enum topology t, unsigned tunnel) {
        assert(tunnel < TUNNELS);
        return t == TOPOLOGY_FOUR || tunnel == 0 || tunnel == 3;
}
