# SPDX-License-Identifier: Apache-2.0
"""The story."""
import time

from witness import Failure, Phase
from world import HUB, SPOKE

CLOUD_MINUTE_S = 60
SLOWER_FOR_BGP = 3  # the drop that Azure's own change causes is to be seen
QUIET_S = 6


class Story:
    def __init__(self, world, screen, witness):
        self.world, self.screen, self.witness = world, screen, witness
        self.phases = {}

    def ctl(self, *arguments):
        return self.screen.command("s2svpnctl " + " ".join(arguments), self.world.ctl_argv(*arguments),
                                   self.world.environment())

    def phase(self, name):
        self.phases[name] = Phase(self.witness)
        return self.phases[name]

    def play(self):
        self.build()
        self.rest()
        self.break_one()
        self.grow_hub()
        self.grow_spoke()
        self.break_all()
        self.account_for_writes()

    # 1

    def build(self):
        four = self.world.topology == "four"
        self.screen.chapter("From nothing", f"""
            The pairing's file names what exists: a virtual network with its GatewaySubnet, a VPC and its route table.
            s2svpnd makes the rest, {'four' if four else 'two'} BGP tunnels
            {'' if four else 'and two spares'} between them. The emulated clouds run {self.world.speed:.0f} times as fast
            as the real ones: a minute there is {CLOUD_MINUTE_S / self.world.speed:.1f} s here.""")
        self.world.start_emulator()
        while not self.world.find_emulator():
            if self.world.dead():
                raise Failure("the emulator does not start: " + self.world.read("emulator.out"))
            time.sleep(0.02)
        self.world.start_daemon()
        self.phase("build")
        self.witness.until("the AWS side available while Azure's gateway is being created", self.is_aws_first, 60,
                           self.witness.headline)
        self.screen.line()
        self.screen.text("""The AWS side is complete while Azure still creates its gateway, which takes it a quarter of
            an hour or more. What waits for the gateway is planned:""")
        self.screen.line()
        self.ctl("status")
        self.ctl("plan")
        self.witness.until_calm(90)
        self.phases["build"].close()
        self.screen.line()
        self.ctl("status")
        self.tell_times()

    def is_aws_first(self):
        s = self.witness.samples[-1]
        return s.vpn_states == ["available"] * 2 and s.gateway_state not in (None, "Succeeded")

    def tell_times(self):
        times = {name: self.witness.event(kind, action)["time"][11:19] for name, kind, action in (
            ("gateway_sent", "step-sent", "create-gateway"), ("gateway_done", "step-done", "create-gateway"),
            ("vpn_sent", "step-sent", "create-vpn-connection"), ("route_done", "step-done", "enable-propagation"))}
        self.screen.text("""From the history: Azure's gateway was asked for at {gateway_sent} and ready at
            {gateway_done}; in between, AWS's connections were asked for at {vpn_sent} and its routes were propagated
            at {route_done}. So the build takes as long as the gateway and the connections to it, not as long as
            everything one after the other.""".format(**times))

    # 2

    def rest(self):
        self.screen.chapter("Nothing to do", "Both clouds are read twice a second now. Nothing differs, so nothing "
                            "is written.")
        quiet = self.phase("quiet")
        self.witness.watch("a quiet time", QUIET_S / self.world.faster)
        quiet.close()
        self.ctl("plan")
        self.screen.text(f"{len(quiet.writes())} writes in {QUIET_S / self.world.faster:.1f} s.")

    # 3

    def break_one(self):
        tunnel = self.witness.used()[1]
        self.screen.chapter("A tunnel breaks", f"""
            IPsec of tunnel {tunnel} gets stuck, on one side only, so that it cannot come back by itself. The daemon
            gives the clouds' own recovery its time, then takes the mildest step that helps: it resets this one
            connection, after it has proven that another tunnel carries the traffic.""")
        phase = self.phase("one")
        self.world.admin("break-tunnel", outside=self.witness.outside(tunnel), fault="ipsec-stuck")
        self.until_confirmed("tunnel-down")
        self.screen.line()
        self.ctl("status")
        self.witness.until_calm()
        phase.close()
        self.screen.line()
        self.ctl("history", "-n", "2")

    def is_confirmed(self, kind):
        """The finding has its steps, and they wait for more than a second look."""
        why_held = [s["held_why"] or "" for s in self.witness.pairing["steps"] if s["held_by"]]
        return self.witness.has_finding(kind) and why_held and not any(w.startswith("seen 1 of") for w in why_held)

    def until_confirmed(self, kind):
        self.witness.until(f"{kind} found, and its repair planned", lambda: self.is_confirmed(kind), 30,
                           self.witness.headline)

    # 4

    def grow_hub(self):
        self.screen.chapter("The virtual network grows", """
            Somebody adds 10.50.0.0/16 to vnet-hub. Azure drops every BGP session of its gateway for that, and they
            come back by themselves: resetting anything now would only make it longer, so the daemon waits. What does
            not come back by itself is the spoke's view of the hub: its peering needs one sync.""")
        phase = self.phase("hub")
        self.world.admin("set-speed", speed=self.world.speed / SLOWER_FOR_BGP)
        self.world.admin("add-cidr", vnet=HUB, cidr="10.50.0.0/16")
        self.witness.until("the BGP sessions dropped", lambda: not self.witness.samples[-1].up, 20)
        self.witness.until("the sync of the spoke's peering", lambda: phase.writes("app-to-hub"), 60,
                           self.witness.headline)
        self.witness.until_calm()
        self.world.admin("set-speed", speed=self.world.speed)
        phase.close()
        self.screen.line()
        self.ctl("routes")

    # 5

    def grow_spoke(self):
        self.screen.chapter("A spoke grows", """
            Somebody adds 10.60.0.0/16 to vnet-app, which uses the hub's gateway. No session drops, no alarm rings, and
            yet the new prefix never reaches AWS, because the hub's side of the peering does not know it.""")
        phase = self.phase("spoke")
        self.world.admin("add-cidr", vnet=SPOKE, cidr="10.60.0.0/16")
        self.until_confirmed("peering-out-of-sync")
        self.screen.line()
        self.ctl("status")
        self.witness.until("the sync", lambda: phase.writes("hub-to-app"), 60, self.witness.headline)
        self.witness.until_calm()
        phase.close()

    # 6

    def break_all(self):
        again = self.witness.used()[1]
        self.screen.chapter("Everything breaks", f"""
            Every tunnel gets stuck at once. The repairs go one at a time, the mildest first. Tunnel {again} comes
            last: its connection was reset a short while ago, so the next step of its ladder is to make it anew.""")
        phase = self.phase("all")
        self.world.admin("break-all", fault="ipsec-stuck")
        self.witness.until("verdict down", lambda: self.witness.pairing.get("verdict") == "down", 30)
        self.until_confirmed("tunnel-down")
        self.screen.line()
        self.ctl("plan")
        self.witness.until_calm(90)
        phase.close()
        self.screen.line()
        self.ctl("status")

    # 7

    def account_for_writes(self):
        self.screen.chapter("What was written, and why", """
            Every write that the emulated clouds received, with the reason that the daemon gives for it in its history,
            joined by the clouds' request ids.""")
        self.phase("rest").close()
        first_ms = self.witness.writes[0]["timeMs"]
        for w in self.witness.writes:
            verb, _, path = w["what"].partition(" ")
            target = "/".join(path.split("/Microsoft.Network/")[-1].split("/")[-3:]) if path else ""
            text = f"{(w['timeMs'] - first_ms) / 1000:6.1f} s  {w['service']:<5} {verb} {target}".rstrip()
            why = self.witness.why(w) or "?"
            self.screen.line(f"  {text:<66} {why.split(':', 1)[0]}")
        self.screen.line()
        self.ctl("history", "-n", "4")
