#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each kind of drift is found, told by s2svpnctl, repaired by the step that fits, and verified; one daemon for all."""
import concurrent.futures
import threading

from cloudsim import Tap
from world import NETWORK, SPOKE, World, connection, hub, table

CONNECTIONS = f"{NETWORK}/connections/"


class LowestLinks:
    """The lowest number of BGP sessions between two moments, in the model's truth."""

    def __init__(self, w):
        self.w, self.lowest, self.stop = w, 8, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stop.wait(0.03):
            self.lowest = min(self.lowest, self.w.links_up())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class Repair:
    def __init__(self, w):
        self.w = w

    def expect(self, finding, writes, lowest, after=None):
        """Waits for the finding, for health, and checks that exactly the writes were sent."""
        w = self.w
        first = len(w.writes())
        with LowestLinks(w) as links:
            yield
            # asked until it is told: between two rounds a tunnel that is down may be one about which the clouds disagree
            w.wait(f"{finding} in status", lambda: finding in w.ctl("status").stdout)
            w.settle()
            if after:
                after()
        sent = w.writes()[first:]
        # the side of a peering that is in sync may be synced first, while the other side is not read yet
        left = [s for s in sent if "virtualNetworkPeerings" not in s or any(part in s for part in writes)]
        for part in writes:
            match = [s for s in left if part in s]
            assert match, f"{part} is not among {sent}"
            left.remove(match[0])
        assert not left, f"beyond what was needed: {left}"
        assert links.lowest >= lowest, f"{links.lowest} sessions were left, {lowest} could have been"
        assert w.links_up() == 4
        w.check_resources()
        history = w.ctl("history").stdout
        assert finding in history, history


def run(w, finding, writes, lowest, operation, **arguments):
    for _ in Repair(w).expect(finding, writes, lowest):
        w.admin(operation, **arguments)


def tunnel_broken(w):
    run(w, "tunnel-down", ["hub-conn2/resetconnection"], 3, "break-tunnel", outside=w.outside(2), fault="ipsec-stuck")


def bgp_stuck(w):
    run(w, "bgp-peer-down", ["hub-conn3/resetconnection"], 3, "break-tunnel", outside=w.outside(3), fault="bgp-stuck")


def propagation(w):
    run(w, "propagation-off", ["EnableVgwRoutePropagation"], 4, "propagation-off", routeTable=table())


def deleted(w):
    run(w, "resource-missing", ["PUT " + connection(4)], 3, "delete", id=connection(4))


def changed_key(w):
    run(w, "psk-mismatch", [f"PUT {connection(1)}/sharedkey"], 3, "set-psk", azureConnection=connection(1),
        psk="SomebodyElse99")


def all_down(w):
    run(w, "tunnel-down", [f"hub-conn{n}/resetconnection" for n in (1, 2, 3, 4)], 0, "break-all", fault="ipsec-stuck")


def recovers_by_itself(w):
    first = len(w.writes())
    w.configure(timing={**w.timing, "HoldOffTunnel": "1min"})
    w.hangup()
    w.admin("break-tunnel", outside=w.outside(1), fault="ipsec-stuck", for_s=2)
    finding = w.wait_finding("tunnel-down")
    assert finding["tunnels"] == [1], finding
    w.wait("the hold-off is told", lambda: any(s["held_by"] and s["held_by"].startswith("G10")
                                               for s in w.pairing()["steps"]))
    w.settle()
    assert len(w.writes()) == first, w.writes()[first:]
    w.configure(timing={**w.timing, "HoldOffTunnel": "500ms"})
    w.hangup()


def grown_hub(w):
    """The address space changes, BGP drops for a while by itself: only the peering needs a write."""
    def carried():
        w.wait("the new prefix", lambda: w.pairing()["routes"]["to_aws"]["present"] == 3)
    for _ in Repair(w).expect("peering-out-of-sync", ["virtualNetworkPeerings/app-to-hub"], 0, carried):
        w.admin("add-cidr", vnet=hub(), cidr="10.50.0.0/16")


def grown_spoke(w):
    def carried():
        w.wait("the new prefix", lambda: w.pairing()["routes"]["to_aws"]["present"] == 4)
    for _ in Repair(w).expect("peering-out-of-sync", ["virtualNetworkPeerings/hub-to-app"], 0, carried):
        w.admin("add-cidr", vnet=SPOKE, cidr="10.60.0.0/16")


def shrunk_hub(w):
    def gone():
        w.wait("the prefix is gone", lambda: w.pairing()["routes"]["to_aws"] == {
            "expected": 3, "present": 3, "unknown": 0, "unexpected": 0})
    for _ in Repair(w).expect("peering-out-of-sync", ["virtualNetworkPeerings/app-to-hub"], 0, gone):
        w.admin("remove-cidr", vnet=hub(), cidr="10.50.0.0/16")


def last_tunnel(w):
    """Three of four are down and stay so: nothing is done that would touch the last one."""
    last = w.outside(1)
    first = len(w.writes())
    for n in (2, 3, 4):
        w.admin("break-tunnel", outside=w.outside(n), fault="endpoint-broken")
    w.wait("one is left", lambda: w.links_up() == 1)
    with LowestLinks(w) as links:
        w.wait("giving up", lambda: sum(f["kind"] == "gave-up" for f in w.pairing()["findings"]) == 3, 60)
        w.wait_rounds(10)
    assert links.lowest == 1, links.lowest
    sent = w.writes()[first:]
    assert not any("virtualNetworkGateways" in s or "hub-conn1" in s for s in sent), sent
    assert [x for x in w.state()["links"] if x["outside"] == last and x["bgpUp"]]
    w.admin("heal-all")
    w.settle()
    w.check_resources()


def run_world(tests):
    """One daemon, one fault after another; the first failure ends it, since what follows would stand on ruins."""
    with World(daemon={"MetricsListen": ""}, name=tests[0][0]) as w:
        w.start()
        w.settle()
        w.wait("proofs", lambda: w.pairing()["counts"]["proven_up"] == 4)
        for name, test, result in tests:
            test(w)
            result.set_result(None)


def start_world(tests):
    def body():
        try:
            run_world(tests)
        except BaseException as e:
            waiting = [result for _, _, result in tests if not result.done()]
            if not waiting:
                raise
            waiting[0].set_exception(e)
            for result in waiting[1:]:
                result.set_exception(AssertionError("not run: an earlier fault of this daemon was not repaired"))
    tests = [(name, test, concurrent.futures.Future()) for name, test in tests]
    thread = threading.Thread(target=body)
    thread.start()
    return thread, tests


def main():
    tap = Tap()
    worlds = [
        start_world([("a tunnel that is broken", tunnel_broken), ("BGP that is stuck", bgp_stuck),
                     ("propagation switched off", propagation), ("a connection deleted", deleted),
                     ("a key changed", changed_key)]),
        start_world([("everything down", all_down), ("a fault that passes is waited out", recovers_by_itself),
                     ("the last tunnel is left alone", last_tunnel)]),
        start_world([("the hub's address space grows", grown_hub), ("a spoke's address space grows", grown_spoke),
                     ("the hub's address space shrinks", shrunk_hub)]),
    ]
    for thread, tests in worlds:
        for name, _, result in tests:
            tap.run(name, result.result, 300)
    tap.end()


main()
