#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon builds a pairing from nothing, leaves it alone, and tells everybody what it should."""
import re
import shutil
import subprocess
import time

from cloudsim import Tap
from world import World, hub, name_of

ROUNDS = 20
AWS_READS = 5  # customer gateways, route tables, VPCs, VPN connections, VPN gateways
EXIT = {"healthy": 0, "building": 1, "degraded": 1, "down": 2, "unknown": 3}
FAMILIES = """api_errors_total api_requests_total api_stale_replies_total api_throttled_total aws_tunnel_up
    azure_connection_up bgp_peer_up build_info clock_trusted config_loaded_timestamp_seconds config_reload_ok findings
    held observation_age_seconds operations pairing_info pairing_verdict pairings paused plan_steps
    round_interval_seconds routes_expected routes_present routes_unexpected routes_unknown start_timestamp_seconds
    state_damaged steps_total store_ok tunnel_known tunnel_proven tunnel_up tunnels_expected tunnels_proven
    tunnels_up""".split()


def build(topology):
    with World(topology=topology) as w:
        w.start()
        w.settle()
        w.check_resources()
        spares = [] if topology == "four" else [1, 2]
        wanted = ["spare" if n in spares else "proven-up" for n in range(4)]
        w.wait("proofs", lambda: [t["state"] for t in w.pairing()["tunnels"]] == wanted)
        p = w.pairing()
        assert p["steps"] == [] and p["findings"] == [], p
        writes = len(w.writes())
        w.wait_rounds(ROUNDS)
        assert len(w.writes()) == writes, w.writes()[writes:]
        for operation in ("CreateVpnConnection", "CreateCustomerGateway"):
            assert len(w.writes(operation)) == 2, w.writes(operation)


def wait_exit(w, verdict):
    """The exit code belongs to the document that was printed, whatever came meanwhile."""
    w.wait_verdict(verdict)
    code = EXIT[verdict]
    done = w.ctl("status", name_of(0))
    said = done.stdout.split(",")[0].split(":")[1].strip().lower()
    assert done.returncode == EXIT[said], (done.returncode, done.stdout)
    assert said == verdict and done.returncode == code, (done.returncode, done.stdout)


def exit_codes():
    with World() as w:
        done = w.ctl("status")
        assert done.returncode == 3 and "cannot reach" in done.stderr and done.stdout == "", done
        w.write_file("config/HOLD", "")
        w.start()
        wait_exit(w, "building")
        assert w.writes() == []
        shutil.os.remove(w.path("config/HOLD"))
        w.healthy()
        wait_exit(w, "healthy")
        assert w.ctl("pause", "--all").returncode == 0
        w.admin("break-tunnel", outside=w.outside(2), fault="ipsec-stuck")
        wait_exit(w, "degraded")
        w.admin("break-all", fault="ipsec-stuck")
        wait_exit(w, "down")
        w.admin("html", service="any", count=1000000, status=200)
        wait_exit(w, "unknown")
        for verb in (["tunnels"], ["routes"], ["routes", "--missing"], ["plan"], ["history"], ["version"]):
            done = w.ctl(*verb)
            assert done.returncode == 0 and done.stderr == "", done
        assert w.ctl("status", "nobody").returncode == 3
        assert w.ctl("tunnels", "nobody").returncode == 1
        assert w.ctl("nonsense").returncode == 64
        w.stop()
        assert w.ctl("status").returncode == 3


def metrics():
    with World(topology="two") as w:
        w.start()
        early = w.metrics()
        w.settle()
        text = w.metrics()
    families = re.findall(r"^# TYPE s2svpn_(\w+) ", text, re.M)
    assert sorted(families) == sorted(FAMILIES), set(families) ^ set(FAMILIES)
    for sample in ('s2svpn_pairing_verdict{pairing="hub",verdict="healthy"} 1',
                   's2svpn_pairing_verdict{pairing="hub",verdict="down"} 0', 's2svpn_tunnels_up{pairing="hub"} 2',
                   's2svpn_tunnels_expected{pairing="hub"} 2', 's2svpn_store_ok 1', 's2svpn_pairings 1',
                   's2svpn_findings{pairing="hub",kind="tunnel-down"} 0'):
        assert sample in text.splitlines(), sample
    if shutil.which("promtool"):
        for document in (early, text):
            done = subprocess.run(["promtool", "check", "metrics"], input=document, capture_output=True, text=True)
            assert done.returncode == 0 and done.stdout + done.stderr == "", done.stdout + done.stderr
    else:
        print("# promtool is not installed: the form of the metrics was not checked")


def service_manager():
    with World(watchdog_ms=200) as w:
        w.start()
        w.wait("WATCHDOG=1", lambda: w.notify.fields().count("WATCHDOG=1") >= 3)
        # in the middle of a build, with requests in flight
        w.wait("the gateway's PUT", lambda: w.writes("virtualNetworkGateways"))
        begin = time.monotonic()
        w.stop(5)
        print(f"# SIGTERM took {time.monotonic() - begin:.3f} s")
        assert w.notify.has("STOPPING=1")
        w.start()
        w.settle()
        w.check_resources()
        w.wait("STATUS", lambda: w.notify.has("STATUS=1 pairing: 1 healthy; 4/4 tunnels up"))
        w.hangup()
        fields = w.notify.fields()
        assert fields.index("RELOADING=1") < len(fields) - 1 - fields[::-1].index("READY=1")
        assert any(f.startswith("MONOTONIC_USEC=") for f in fields)
        w.stop(5)
        assert w.notify.fields().count("STOPPING=1") == 2


def aws_reads(pairings):
    """Reads of AWS, and rounds of the first pairing, in a stretch without writes."""
    with World(pairings=pairings, mode="observe") as w:
        w.start()
        w.wait_rounds(3)
        before = list(w.log())
        w.wait("rounds", lambda: sum(r.what.endswith(hub()) for r in w.log()[len(before):]) >= ROUNDS)
        window = w.log()[len(before):]
        assert not any(r.is_write for r in window)
        return sum(r.is_aws for r in window), sum(r.what.endswith(hub()) for r in window)


def three_pairings():
    with World(pairings=3) as w:
        w.start()
        w.healthy()
        w.wait_rounds(5)
        w.healthy()
        for i in range(3):
            w.check_resources(i)
    one, rounds = aws_reads(1)
    assert abs(one - rounds * AWS_READS) <= 2 * AWS_READS, (one, rounds)
    eight, rounds = aws_reads(8)
    print(f"# 8 pairings: {eight / rounds:.1f} AWS reads a round")
    # a reading is shared for half an interval, so at most two a round however many there are
    assert eight <= (2 * rounds + 2) * AWS_READS, (eight, rounds)


def main():
    tap = Tap()
    tap.run("topology four", build, "four")
    tap.run("topology two", build, "two")
    tap.run("exit codes of s2svpnctl", exit_codes)
    tap.run("metrics", metrics)
    tap.run("the service manager", service_manager)
    tap.run("AWS reads are shared by pairings", three_pairings)
    tap.end()


main()
