#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
What must never lead to a write, what must never stop the daemon, and who may do what.

The last argument says which half: clients or clouds.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

from cloudsim import Tap
from world import UnixConnection, World, table

NOBODY = 65534
DTD = ('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
       '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><r>&c;</r>')
FOREVER = 1000000


def forget_repairs(w):
    """What was repaired and changed back twice in a day is contested, until a person resumes."""
    assert w.ctl("resume", "--all").returncode == 0


class Safety:
    """A world that is whole; each test leaves it so."""

    def __init__(self, w):
        self.w = w

    def no_write(self, cause, look=None, heal=None):
        """Propagation is switched off, which asks for a write; under the cause none may come."""
        w = self.w
        first = len(w.writes())
        forget_repairs(w)
        cause()
        w.sim.admin("propagation-off", routeTable=table())
        at = len(w.log())
        if look:
            look()
        w.wait("more requests", lambda: len(w.log()) >= at + 8, 60)
        assert len(w.writes()) == first, w.writes()[first:]
        if heal:
            heal()
        w.settle(75)
        assert [x for x in w.writes()[first:]] == ["EnableVgwRoutePropagation"], w.writes()[first:]
        w.check_resources()

    def unknown(self):
        self.w.wait_verdict("unknown", 60)


def stops_failing(w):
    """A fault with a count is ended by one with the count 0."""
    w.sim.admin("fail", service="any", count=0)
    w.sim.admin("throttle", service="aws", count=0)
    w.sim.admin("throttle", service="azure", count=0)


def bad_bodies(w):
    """Whatever a cloud, a proxy or a login page says: facts become unknown, nothing is written, and it heals."""
    nested = "[" * 3000  # deeper than any parser should follow
    bodies = [
        ("aws", 200, "text/html", "<html><head><title>Sign in</title></head><body>Please sign in</body></html>"),
        ("azure", 200, "text/html", "<html><head><title>Sign in</title></head><body>Please sign in</body></html>"),
        ("aws", 200, "text/xml", DTD),
        ("aws", 200, "text/xml", "<a>" * 1000),
        ("aws", 200, "text/xml", "<DescribeVpnConnectionsResponse><vpnConnectionSet><item><vpnConnectionId>vpn-0"),
        ("aws", 200, "text/xml", ""),
        ("azure", 200, "application/json", nested),
        ("azure", 200, "application/json", '{"id": "/subscriptions/x", "properties": {"provisioningState": "Succ'),
        ("azure", 200, "application/json", "null"),
        ("azure", 200, "application/json", "\x01\x02\ufffd"),
        ("azure", 404, "text/html", "<html>not found, says the proxy</html>"),
        ("any", 500, "text/plain", ""),
        ("any", 407, "text/html", "<html>proxy authentication required</html>"),
    ]
    first = len(w.writes())
    for service, status, kind, body in bodies:
        w.sim.admin("fail", service=service, status=status, type=kind, body=body, count=FOREVER)
        w.wait_verdict("unknown", 60)
        w.sim.admin("propagation-off", routeTable=table())
        at = len(w.log())
        w.wait("more requests", lambda at=at: len(w.log()) >= at + 2, 60)
        assert len(w.writes()) == first, (body[:40], w.writes()[first:])
        # back to work without having forgotten or done anything; backoffs are not waited for
        stops_failing(w)
        w.kill()
        w.sim.admin("propagation", routeTable=table(), gateway=gateway_of(w), on=True)
        w.start()
        w.wait_verdict("healthy", 60)
    assert len(w.writes()) == first, w.writes()[first:]


def gateway_of(w):
    return [r["id"] for r in w.state()["aws"]["resources"] if r["type"] == "vpn-gateway" and r["state"] != "deleted"][0]


def recovers_by_itself(w):
    s = Safety(w)
    s.no_write(lambda: w.sim.admin("html", service="any", count=FOREVER), s.unknown, lambda: stops_failing(w))


def hidden(w):
    """Empty lists, and everything of Azure gone: not believed."""
    s = Safety(w)
    for service in ("aws", "azure"):
        s.no_write(lambda service=service: w.sim.admin("hide", service=service), s.unknown,
                   lambda service=service: w.sim.admin("hide", service=service, on=False))


def throttled(w):
    first = len(w.writes())
    w.sim.admin("throttle", service="azure", count=4, retry_after_s=1)
    w.sim.admin("throttle", service="aws", count=2)
    w.wait("the throttling is counted", lambda: [x for x in w.metrics().splitlines()
                                                 if x.startswith("s2svpn_api_throttled_total") and x[-2:] != " 0"])
    w.settle(120)
    assert len(w.writes()) == first, w.writes()[first:]


def wrong_account():
    for service, finding in (("aws", "wrong-account"), ("azure", None)):
        with World() as w:
            w.sim.admin("wrong-account", service=service)
            w.start()
            if finding:
                w.wait_finding(finding)
            w.wait_rounds(5)
            w.wait("what is wrong is told", lambda w=w: "999999999999" in w.messages() or "tenant" in w.messages()
                   or "wrong-account" in w.messages())
            assert w.writes() == [], w.writes()
            assert w.pairing()["verdict"] in ("unknown", "building"), w.pairing()["verdict"]


def lost_replies():
    """The reply of many writes of a build never comes; what exists is found, not made again."""
    with World(timing={"CreateSettle": "1s"}) as w:
        w.sim.admin("lose-replies", service="azure", count=5)
        w.sim.admin("lose-replies", service="aws", count=4)
        w.start()
        w.settle(120)
        w.check_resources()
        lost = [r.what for r in w.log() if r.outcome == "lost"]
        assert len(lost) == 9, lost
        # creates without a token of the cloud's are never sent twice
        for operation, n in (("CreateVpnConnection", 2), ("CreateVpnGateway", 1)):
            assert len(w.writes(operation)) == n, w.writes(operation)


def reload(w):
    """A bad file changes nothing and is told with its line; a good one is taken."""
    w.write_file("config/pairings.d/hub2.conf", "[Pairing]\nTopology=five\nMod=build\n")
    w.hangup()
    said = w.messages()
    assert f"{w.path('config')}/pairings.d/hub2.conf:2:" in said and "hub2.conf:3:" in said, said[-1000:]
    document = w.get("/v1/status")
    assert document["daemon"]["config_reload_ok"] is False and len(document["pairings"]) == 1
    assert "s2svpn_config_reload_ok 0" in w.metrics()
    w.wait_rounds(3)
    assert w.ctl("check-config", w.path("config")).returncode == 1
    os.remove(w.path("config/pairings.d/hub2.conf"))
    w.configure(policy="MinHealthyTunnels=2", timing={**w.timing, "RoundInterval": "300ms"})
    w.hangup()
    document = w.get("/v1/status")
    assert document["daemon"]["config_reload_ok"] is True
    assert w.ctl("check-config", w.path("config")).returncode == 0
    w.configure(mode="observe")
    w.hangup()
    assert w.pairing()["mode"] == "observe"
    s = Safety(w)

    def back():
        w.configure(mode="build", policy="", timing={**w.timing, "RoundInterval": "200ms"})
        w.hangup()
    s.no_write(lambda: None, lambda: w.wait_finding("propagation-off"), back)


def hold(w):
    s = Safety(w)
    s.no_write(lambda: w.write_file("config/HOLD", ""), lambda: w.wait("held", lambda: w.pairing()["held"]),
               lambda: os.remove(w.path("config/HOLD")))
    # across a restart
    forget_repairs(w)
    w.write_file("config/HOLD", "")
    w.stop()
    w.sim.admin("propagation-off", routeTable=table())
    w.start()
    first = len(w.writes())
    w.wait_finding("propagation-off")
    w.wait_rounds(8)
    assert len(w.writes()) == first
    os.remove(w.path("config/HOLD"))
    w.settle()
    assert w.writes()[first:] == ["EnableVgwRoutePropagation"], w.writes()[first:]


def pause(w):
    def do_pause():
        assert w.ctl("pause", "hub").returncode == 0
        w.stop()
        w.start()

    def look():
        w.wait("paused", lambda: w.pairing()["paused"])
        w.wait_finding("propagation-off")
        assert w.pairing()["paused_by"] == f"uid {os.geteuid()}"

    s = Safety(w)
    s.no_write(do_pause, look, lambda: w.ctl("resume", "--all"))
    assert w.ctl("pause").returncode == 64
    assert w.ctl("pause", "nobody").returncode == 1


def second_daemon(w):
    done = subprocess.run(w.command("--socket", w.path("run/other.sock")), env=w.environment(), capture_output=True,
                          text=True, timeout=20)
    assert done.returncode == 73 and "another s2svpnd" in done.stderr, done
    assert w.ctl("status").returncode == 0


def requests(w):
    """What a client of the control socket may send."""
    for method, path, body, status in (
            ("GET", "/v1/nothing", None, 404), ("GET", "/v1/status?pairing=nobody", None, 404),
            ("POST", "/v1/status", "{}", 405), ("GET", "/v1/pause", None, 405), ("POST", "/v1/pause", "{", 400),
            ("POST", "/v1/pause", "{}", 400), ("POST", "/v1/pause", '{"pairing":7}', 400),
            ("POST", "/v1/pause", '{"pairing":"hub","all":true}', 400), ("POST", "/v1/pause", "[" * 60000, 400),
            ("POST", "/v1/pause", "x" * 100000, 413), ("GET", "/" + "a" * 8000, None, 404),
            ("GET", "/../../etc/passwd", None, 404)):
        try:
            got, _ = w.ask(method, path, body)
        except (BrokenPipeError, ConnectionResetError):
            got = 413  # cut while it was still sending
        assert got == status or (status == 404 and got in (414, 431)), (method, path[:40], got)
    assert w.ctl("status").returncode == 0


def idle_clients(w):
    """Two hundred clients that say nothing, and as many that say half a request, do not stop the daemon."""
    forget_repairs(w)
    clients = []
    for n in range(200):
        c = socket.socket(socket.AF_UNIX)
        c.settimeout(5)
        try:
            c.connect(w.path("run/s2svpnd.sock"))
            if n % 2:
                c.send(b"GET /v1/status HTTP/1.1\r\nHo")
        except (BrokenPipeError, BlockingIOError, TimeoutError):
            pass
        clients.append(c)
    w.wait_rounds(5)
    w.sim.admin("propagation-off", routeTable=table())
    first = len(w.writes())
    w.wait("repair", lambda: len(w.writes()) > first)
    assert "s2svpn_store_ok 1" in w.metrics()  # another listener
    for c in clients:
        c.close()
    w.wait("an answer", lambda: answers(w))
    w.settle()


def answers(w):
    c = UnixConnection(w.path("run/s2svpnd.sock"))
    try:
        c.request("GET", "/v1/status")
        return c.getresponse().status == 200
    except OSError:
        return False
    finally:
        c.close()


def other_users(w):
    """A user of no group is refused; one of another group is, too, even if the file's mode let it in."""
    if os.geteuid() != 0:
        raise SkipTest("needs root to become another user")
    os.chmod(w.path("run/s2svpnd.sock"), 0o666)
    other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for arguments in (["status"], ["pause", "--all"]):
        done = w.ctl(*arguments, before=other)
        assert done.returncode == (3 if arguments == ["status"] else 1), done
        assert "only members of group s2svpn may ask" in done.stderr, done.stderr
    assert not w.pairing()["paused"]


def readers_cannot_write(w):
    if os.geteuid() != 0:
        raise SkipTest("needs root to become another user")
    group = subprocess.run(["getent", "group", "s2svpn"], capture_output=True, text=True).stdout
    if not group:
        raise SkipTest("group s2svpn does not exist on this machine")
    os.chmod(w.path("run/s2svpnd.sock"), 0o666)
    reader = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", f"--groups={group.split(':')[2]}"]
    assert w.ctl("status", before=reader).returncode == 0
    done = w.ctl("pause", "--all", before=reader)
    assert done.returncode == 1 and "only root and group s2svpn-admin" in done.stderr, done
    assert not w.pairing()["paused"]


def state_files_that_are_damaged(w):
    """Observed, loudly, and never overwritten."""
    path = w.path("state/hub.pairing")
    with open(path) as f:
        good = f.read()
    for bad in ("", "{", good.replace('"version":1', '"version":99')):
        w.stop()
        w.write_file("state/hub.pairing", bad)
        w.sim.admin("propagation-off", routeTable=table())
        w.start()
        first = len(w.writes())
        w.wait_finding("propagation-off")
        w.wait_rounds(6)
        assert w.pairing()["state_damaged"] and len(w.writes()) == first
        with open(path) as f:
            assert f.read() == bad
    w.stop()
    w.write_file("state/hub.pairing", good)
    w.start()
    forget_repairs(w)
    w.settle()


def bad_start():
    with World() as w:
        def run():
            return subprocess.run(w.command(), env=w.environment(), capture_output=True, text=True, timeout=20)

        w.write_file("config/s2svpnd.conf", "[Daemon]\nOwner=a\nOwner=b\nNonsense=1\n")
        done = run()
        assert done.returncode == 78 and "s2svpnd.conf:3:" in done.stderr and "s2svpnd.conf:4:" in done.stderr, done
        checked = subprocess.run(w.command("--check"), env=w.environment(), capture_output=True, text=True)
        assert checked.returncode == 78 and "s2svpnd.conf:3:" in checked.stderr, checked
        os.remove(w.path("config/s2svpnd.conf"))
        os.mkdir(w.path("config/s2svpnd.conf"))
        done = run()
        assert done.returncode == 78 and "s2svpnd.conf:1: cannot be read" in done.stderr, done
        os.rmdir(w.path("config/s2svpnd.conf"))
        os.rename(w.path("config"), w.path("elsewhere"))
        done = run()
        assert done.returncode == 78 and "config:1: cannot be read" in done.stderr, done
        os.rename(w.path("elsewhere"), w.path("config"))
        w.write_file("daemon.err", "")
        assert w.log() == [] or not any(r.is_aws for r in w.log())


class Certificate:
    """A self-signed one for the model, by the command line of OpenSSL."""

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="s2svpn-tls-")
        self.cert, self.key = os.path.join(self.dir.name, "cert.pem"), os.path.join(self.dir.name, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.key, "-out", self.cert], check=True, capture_output=True)
        return self

    def __exit__(self, *_):
        self.dir.cleanup()


def tls():
    with Certificate() as c, World(tls=(c.cert, c.key), topology="two") as w:
        w.start()  # a certificate that nobody vouches for
        w.wait("failures", lambda: [x for x in w.metrics().splitlines() if x.startswith("s2svpn_api_errors_total")
                                    or x.startswith("s2svpn_api_requests_total")])
        w.wait_verdict("unknown")
        w.wait("the reason", lambda: "certificate" in w.ctl("status").stdout + w.messages())
        assert w.log() == [], "requests went to a server that is not trusted"
        w.configure(ca_file=c.cert)
        w.hangup()
        w.settle(120)
        w.check_resources()
        assert all(r.status != "401" for r in w.log())


class SkipTest(Exception):
    pass


def run(tap, name, test, *arguments):
    begin = time.monotonic()
    try:
        test(*arguments)
        print(f"# {time.monotonic() - begin:.1f} s")
    except SkipTest as e:
        tap.n += 1
        print(f"ok {tap.n} {name} # SKIP {e}", flush=True)
        return
    except BaseException as e:  # told by tap
        error = e

        def fail():
            raise error
        tap.run(name, fail)
        return
    tap.run(name, lambda: None)


ALONE = {
    "clients": (("configuration that cannot be read", bad_start),),
    "clouds": (("wrong account, wrong tenant", wrong_account), ("TLS", tls), ("lost replies", lost_replies)),
}
TOGETHER = {
    "clients": (("requests of clients", requests), ("other users", other_users),
                ("readers cannot write", readers_cannot_write), ("a second daemon", second_daemon),
                ("idle clients", idle_clients), ("reload", reload), ("the file HOLD", hold), ("pause and resume", pause),
                ("damaged state files", state_files_that_are_damaged)),
    "clouds": (("a throttled cloud", throttled), ("hidden lists", hidden), ("login pages", recovers_by_itself),
               ("bodies that are wrong", bad_bodies)),
}


def run_together(tap, tests):
    with World(timing={"FactMaxAge": "1500ms", "DeepInterval": "600ms", "ProofMaxAge": "1s"}) as w:
        w.start()
        w.settle()
        for name, test in tests:
            before = tap.failed
            run(tap, name, test, w)
            if tap.failed > before:  # what follows would stand on ruins
                raise AssertionError(name)


def main():
    tap = Tap()
    group = sys.argv[4]
    for name, test in ALONE[group]:
        run(tap, name, test)
    try:
        run_together(tap, TOGETHER[group])
    except AssertionError as e:
        tap.failed += 1
        print(f"# stopped: {e}")
    tap.end()


main()
