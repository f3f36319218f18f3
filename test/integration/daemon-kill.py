#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
kill -9 at random moments of a build: the same resources, no duplicate, no orphan, the same keys on both sides.

SEED=N replays one world.
"""
import concurrent.futures
import json
import os
import random

from cloudsim import Tap
from world import World

WORLDS = 10
KILLS = 5
AT_ONCE = 4


def check_state_files(w):
    for name in os.listdir(w.path("state")):
        if name.startswith("."):
            continue  # what a crash leaves under the temporary name is never read
        with open(os.path.join(w.path("state"), name), "rb") as f:
            document = json.load(f)
        assert document["format"] == "s2svpn-state" and document["version"] == 1, (name, document)


def build_with_kills(seed):
    rng = random.Random(seed)
    topology = "two" if seed % 3 == 0 else "four"
    with World(topology=topology, seed=seed, daemon={"MetricsListen": ""}, name=f"seed {seed}",
               timing={"RoundInterval": "100ms"}) as w:
        for n in range(KILLS):
            # the moment is a number of requests that the model has answered, so that a slow machine does not move it
            at = len(w.log()) + rng.randrange(1, 120 if n < 3 else 250)
            w.start(wait=False)
            w.wait("requests", lambda at=at: len(w.log()) >= at, pause=rng.uniform(0.0005, 0.003))
            w.kill()
            check_state_files(w)
        w.start()
        w.settle()
        w.check_resources()
        assert "damaged" not in w.messages(), w.messages()
        writes = len(w.writes())
        w.wait_rounds(10)
        assert len(w.writes()) == writes, w.writes()[writes:]
        assert len(w.writes("CreateVpnConnection")) == 2, w.writes("CreateVpnConnection")
        return len(w.log())


def main():
    tap = Tap()
    seeds = [int(os.environ["SEED"])] if "SEED" in os.environ else range(1, WORLDS + 1)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        worlds = {seed: pool.submit(build_with_kills, seed) for seed in seeds}
        for seed, world in worlds.items():
            tap.run(f"SEED={seed}", world.result)
    tap.end()


main()
