# SPDX-License-Identifier: Apache-2.0
"""Was all of it true? Each claim against the daemon's documents and the emulator's own log."""
import os

from world import CREDENTIALS, SECRETS

DISRUPTIVE = ("resetconnection", "/connections/", "/sharedkey", "virtualNetworkGateways/")


class Check:
    def __init__(self, world, screen, witness, story):
        self.world, self.screen, self.witness = world, screen, witness
        self.phases = story.phases
        self.failed = self.passed = 0

    def claim(self, is_true, text, otherwise=""):
        if is_true:
            self.passed += 1
            self.screen.line(f"  ok      {text}", "32")
            return
        self.failed += 1
        self.screen.line(f"  NOT OK  {text}" + (f": {otherwise}" if otherwise else ""), "31")

    def equal(self, got, wanted, text):
        self.claim(got == wanted, text, f"{got!r} instead of {wanted!r}")

    def run(self):
        self.built_once()
        self.built_in_parallel()
        self.kept_and_repaired()
        self.all_down_and_back()
        self.nothing_healthy_was_disturbed()
        self.every_write_is_explained()
        self.no_secret_is_shown()
        self.screen.line()
        self.screen.line(f"  {self.passed} ok, {self.failed} not ok", "1")
        return self.failed == 0

    def built_once(self):
        tunnels = 4 if self.world.topology == "four" else 2
        build = self.phases["build"]
        wanted = {"CreateVpnConnection": 2, "CreateVpnGateway": 1, "CreateCustomerGateway": 2,
                  "/virtualNetworkGateways/": 1, "/publicIPAddresses/": 2, "/localNetworkGateways/": tunnels,
                  "/connections/": tunnels}
        got = {part: len(build.writes(part)) for part in wanted}
        self.equal(got, wanted, f"built once each: 1 Azure gateway, 2 public IPs, {tunnels} local gateways and {tunnels} "
                                "connections; 1 VPN gateway, 2 customer gateways, 2 VPN connections")
        counts = self.witness.pairing["counts"]
        got = [counts[k] for k in ("paired", "up", "proven_up", "discards", "spares")]
        self.equal(got, [tunnels] * 4 + [4 - tunnels],
                   f"{tunnels} tunnels paired, up and proven up; {tunnels} discards, {4 - tunnels} spares")
        self.equal(len(self.witness.samples[-1].up), tunnels, "the emulator says the same of its BGP sessions")

    def built_in_parallel(self):
        self.equal(self.phases["build"].writes("resetconnection"), [], "nothing was reset during the build")
        self.claim(any(s.vpn_states == ["available"] * 2 and s.gateway_state not in (None, "Succeeded")
                       for s in self.witness.samples), "AWS was complete before Azure's gateway was")

    def kept_and_repaired(self):
        quiet, one, hub, spoke = (self.phases[name] for name in ("quiet", "one", "hub", "spoke"))
        self.equal(quiet.writes(), [], "no write in the quiet time")
        self.equal(set(quiet.up_counts()), {len(self.witness.used())}, "no session dropped in the quiet time")
        self.equal([self.last_word(w) for w in one.writes()], ["resetconnection"],
                   "the broken tunnel took one write, the reset of its connection")
        self.equal(min(one.up_counts()), len(self.witness.used()) - 1, "all other tunnels stayed up meanwhile")
        self.equal(hub.drops(), [1] * len(self.witness.used()),
                   "the growing hub dropped each BGP session once, and all came back by themselves")
        self.equal([self.last_word(w) for w in hub.writes()], ["app-to-hub"],
                   "its only write was the sync of the spoke's side of the peering")
        self.equal([self.last_word(w) for w in spoke.writes()], ["hub-to-app"],
                   "the growing spoke took one sync of the peering and nothing else")
        self.equal(min(spoke.up_counts()), len(self.witness.used()), "no session dropped for it")
        routes = self.witness.document("routes")["routes"]
        there = {r["prefix"] for r in routes if r["direction"] == "to-aws" and r["present"]}
        self.claim({"10.50.0.0/16", "10.60.0.0/16"} <= there, "AWS has both new prefixes", str(sorted(there)))

    @staticmethod
    def last_word(what):
        return what.split("?")[0].rsplit("/", 1)[1].strip() if "/" in what else what

    def all_down_and_back(self):
        phase = self.phases["all"]
        counts = phase.up_counts()
        self.claim(min(counts) == 0 and counts[-1] == len(self.witness.used()), "everything was down and came back")
        risen = counts[counts.index(min(counts)):]
        self.equal(phase.most_at_once(), 1, "one repair at a time")
        self.claim(risen == sorted(risen), "no tunnel that was back fell again", str(risen))
        words = [self.last_word(w) for w in phase.writes()]
        resets = words.count("resetconnection")
        made = [w for w in words if w != "resetconnection"]
        self.claim(resets == len(self.witness.used()) - 1 and len(made) == 2 and len(set(made)) == 1
                   and words[-2:] == made,
                   f"{resets} reset, then one connection made anew, and nothing else was written", str(words))

    def touched(self, write, sample):
        """The tunnels that a write disturbs, of those that the emulator had then."""
        if not any(part in write["what"] for part in DISRUPTIVE):
            return set()
        return {outside for name, outside in sample.of_connection.items() if name in write["what"].split("/")} or (
            set(sample.of_connection.values()) if "virtualNetworkGateways/" in write["what"] else set())

    def nothing_healthy_was_disturbed(self):
        harmed, disturbed = [], 0
        for w in self.witness.writes:
            sample = next((s for s in reversed(self.witness.samples) if s.time_ms < w["timeMs"]), None)
            touched = self.touched(w, sample) if sample else set()
            disturbed += bool(touched)
            if touched & sample.up if sample else False:
                harmed.append(w["what"])
        self.claim(not harmed, f"none of the {disturbed} writes that disturb a tunnel touched one that was up",
                   ", ".join(harmed))

    def every_write_is_explained(self):
        unexplained = [w["what"] for w in self.witness.writes if not self.witness.why(w)]
        self.claim(not unexplained, f"each of the {len(self.witness.writes)} writes has its reason in the history",
                   ", ".join(unexplained))
        logged = sum(line.split(" ")[1] == "write" for line in self.world.read("emulator.log").splitlines())
        self.equal(len(self.witness.writes), logged, "no write escaped the count")
        refused = [w["what"] for w in self.witness.writes if w["status"] >= 400]
        self.claim(not refused, "no write was refused by a cloud", ", ".join(refused))

    def no_secret_is_shown(self):
        secrets = self.witness.secrets | {CREDENTIALS[name] for name in SECRETS}
        texts = {name: self.world.read(name) for name in ("daemon.log", "emulator.log", "emulator.out")}
        texts.update({"state/" + name: self.world.read("state/" + name)
                      for name in os.listdir(self.world.path("state"))})
        texts.update({verb: "\n".join(all_texts) for verb, all_texts in self.witness.documents.items()})
        texts["metrics"] = self.world.metrics_text()
        texts["what was printed"] = "\n".join(self.screen.printed)
        shown = sorted(where for where, text in texts.items() if any(s in text for s in secrets))
        self.claim(not shown, f"none of {len(secrets) - 1} keys and secrets, and no token, is in a message, document, "
                              "metric, state file or log", ", ".join(shown))
