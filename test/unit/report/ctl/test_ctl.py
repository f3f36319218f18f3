#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""s2svpnctl against recorded documents: text, exit codes, requests, as TAP. test_ctl.py S2SVPNCTL [--renew]"""
import os
import pathlib
import pty
import subprocess
import sys
import tempfile

from fake_daemon import FakeDaemon

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE.parent / "recorded"
WORLDS = ["healthy", "two", "degraded", "down", "unknown", "building", "hostile", "empty"]
DOCUMENTS = ["status", "plan", "history", "routes"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "http_proxy": "http://127.0.0.1:9"}
STATUS_CODES = {"healthy": 0, "two": 0, "degraded": 1, "building": 1, "down": 2, "unknown": 3, "hostile": 1, "empty": 3}


class Context:
    def __init__(self, ctl, directory, daemon):
        self.ctl, self.directory, self.daemon = ctl, directory, daemon

    def serve(self, world):
        for name in DOCUMENTS:
            self.daemon.answers["/v1/" + name] = (200, (RECORDED / f"{world}.{name}.json").read_bytes())
        self.daemon.requests.clear()

    def run(self, *arguments, environment=None):
        return subprocess.run([self.ctl, "--socket", self.daemon.path, *arguments], capture_output=True, text=True,
                              env={**ENVIRONMENT, **(environment or {})}, timeout=60)


def equal(got, want):
    if got != want:
        raise AssertionError(f"got:\n{got}\nwant:\n{want}")


RENDERED = [("status", []), ("tunnels", []), ("plan", []), ("routes", []), ("routes-missing", ["--missing"]),
            ("history", []), ("history-all", ["--all"])]


def golden(world, name, options):
    def test(c):
        c.serve(world)
        r = c.run(name.split("-")[0], *options)
        equal(r.stderr, "")
        equal(r.returncode, STATUS_CODES[world] if name == "status" else 0)
        path = HERE / f"{world}.{name}.txt"
        if c.renew:
            path.write_text(r.stdout)
        equal(r.stdout, path.read_text())
    return test


def test_columns(c):
    """Everything but free text of the clouds fits 100 columns."""
    for world in ["healthy", "two", "degraded", "down", "unknown", "building"]:
        c.serve(world)
        for name, options in RENDERED:
            for line in c.run(name.split("-")[0], *options).stdout.splitlines():
                if len(line) > 100 and not line.lstrip().startswith(("next:", "why:", "evidence:")):
                    raise AssertionError(f"{world} {name}: {len(line)} columns: {line}")


def test_nothing_hostile(c):
    c.serve("hostile")
    for name, options in RENDERED:
        text = c.run(name.split("-")[0], *options).stdout
        bad = [ch for ch in text if (ord(ch) < 32 and ch != "\n") or 0x7f <= ord(ch) < 0xa0 or ch in "\u202e\u2028"]
        equal(bad, [])
        equal([line for line in text.splitlines() if line.startswith(("hub-tokyo: HEALTHY", "forged"))], [])


def test_json_is_untouched(c):
    c.serve("hostile")
    for name in DOCUMENTS:
        equal(c.run(name, "--json").stdout.encode(), (RECORDED / f"hostile.{name}.json").read_bytes())


def test_pairing_is_asked_for(c):
    c.serve("healthy")
    equal(c.run("status", "hub-tokyo").returncode, 0)
    equal(c.daemon.requests, [("GET", "/v1/status?pairing=hub-tokyo", None)])
    r = c.run("status", "a&b=c/../\x1b")
    equal((r.returncode, r.stdout), (3, ""))
    equal(r.stderr, "s2svpnctl: there is no pairing 'a&b=c/../\\x1b'\n")
    equal(c.run("plan", "other").returncode, 1)


def test_pause_and_resume(c):
    c.serve("healthy")
    r = c.run("pause", "hub-tokyo")
    equal((r.returncode, r.stdout, r.stderr), (0, "", "s2svpnctl: paused hub-tokyo\n"))
    equal(c.run("resume", "--all").stderr, "s2svpnctl: resumed all pairings\n")
    equal(c.daemon.requests,
          [("POST", "/v1/pause", {"pairing": "hub-tokyo"}), ("POST", "/v1/resume", {"all": True})])
    for arguments in (["pause"], ["resume"], ["pause", "hub-tokyo", "--all"]):
        equal(c.run(*arguments).returncode, 64)
    equal(len(c.daemon.requests), 2)


def test_refusal(c):
    c.daemon.answers["/v1/pause"] = (403, {"error": "pausing needs root or group s2svpn-admin"})
    r = c.run("pause", "--all")
    del c.daemon.answers["/v1/pause"]
    equal((r.returncode, r.stdout), (1, ""))
    equal(r.stderr, "s2svpnctl: pausing needs root or group s2svpn-admin\n")


def test_answers_that_make_no_sense(c):
    for answer in [(500, b"<html>"), (200, b""), (200, b"{"), (200, b"[]"), (200, b'{"schema":2}')]:
        c.daemon.answers["/v1/status"] = answer
        r = c.run("status")
        equal((r.returncode, r.stdout), (3, ""))
        equal(r.stderr.startswith("s2svpnctl: "), True)
    c.daemon.answers["/v1/status"] = (200, b'{"schema":1,"pairings":[7,{},{"tunnels":[[]],"findings":3,"steps":{}}]}')
    equal(c.run("status").returncode, 3)
    equal(c.run("tunnels").returncode, 0)


def test_unreachable(c):
    for verb in ["status", "plan", "watch", "pause"]:
        arguments = {"watch": ["-n", "1"], "pause": ["--all"]}.get(verb, [])
        r = subprocess.run([c.ctl, verb, *arguments], capture_output=True, text=True, timeout=60,
                           env={**ENVIRONMENT, "S2SVPN_SOCKET": c.directory + "/nobody.sock"})
        equal((r.returncode, r.stdout), (3, ""))
        equal("nobody.sock: No such file or directory" in r.stderr or "nobody.sock: Couldn't connect" in r.stderr, True)


def test_usage(c):
    for arguments in [[], ["stat"], ["status", "a", "b"], ["--bogus"], ["history", "-n", "0"], ["history", "-n", "x"],
                      ["status", ""], ["version", "x"]]:
        r = c.run(*arguments)
        equal((arguments, r.returncode, r.stdout), (arguments, 64, ""))
        equal(r.stderr == "", False)
    equal(c.run("help").returncode, 0)
    equal(c.run("--help").stdout, c.run("help").stdout)
    equal(c.run("version").stdout, c.run("--version").stdout)


def test_history_last(c):
    c.serve("degraded")
    every = c.run("history", "--all").stdout
    last = c.run("history", "--all", "-n", "1").stdout
    equal(every.endswith(last) and 0 < len(last) < len(every), True)


def test_worst_pairing_decides(c):
    for verdicts, code in [(["healthy", "healthy"], 0), (["healthy", "building"], 1), (["unknown", "degraded"], 3),
                           (["unknown", "down"], 2), (["healthy", "something new"], 3)]:
        pairings = ",".join('{"pairing":"p","verdict":"%s"}' % v for v in verdicts)
        c.daemon.answers["/v1/status"] = (200, ('{"schema":1,"pairings":[%s]}' % pairings).encode())
        equal((verdicts, c.run("status").returncode), (verdicts, code))


def test_watch_prints_changes(c):
    c.serve("healthy")
    documents = [(200, (RECORDED / f"{w}.status.json").read_bytes()) for w in ["healthy", "healthy", "degraded"]]
    c.daemon.answers["/v1/status"] = documents
    r = c.run("watch", "-n", "3")
    lines = r.stdout.splitlines()
    equal((len(lines), r.returncode), (2, 1))
    equal(lines[0].startswith("2026-01-01T00:04:05Z hub-tokyo: HEALTHY, 4/4 tunnels up"), True)
    equal(lines[1].startswith("2026-01-01T00:04:05Z hub-tokyo: DEGRADED, 3/4 tunnels up"), True)


class Skip(Exception):
    """This machine cannot run the test."""


def on_terminal(c, arguments, environment):
    try:
        main, child = pty.openpty()
    except OSError as e:
        raise Skip(f"no pseudo-terminal here: {e.strerror or e}") from e
    p = subprocess.Popen([c.ctl, "--socket", c.daemon.path, *arguments], stdout=child, stderr=child,
                         stdin=subprocess.DEVNULL, env={**ENVIRONMENT, "TERM": "xterm", **environment})
    os.close(child)
    out = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:  # EIO: the child's end is closed
            break
        if not chunk:
            break
        out += chunk
    os.close(main)
    p.wait(60)
    return out.decode().replace("\r\n", "\n")


def test_colour_only_on_a_terminal(c):
    c.serve("degraded")
    plain = c.run("status").stdout
    equal("\x1b" in plain, False)
    coloured = on_terminal(c, ["status"], {})
    equal("\x1b[33mDEGRADED\x1b[0m" in coloured, True)
    for sequence in ["\x1b[0m", "\x1b[1;31m", "\x1b[31m", "\x1b[32m", "\x1b[33m"]:
        coloured = coloured.replace(sequence, "")
    equal(coloured, plain)
    equal(on_terminal(c, ["status"], {"NO_COLOR": "1"}), plain)
    equal(on_terminal(c, ["status"], {"TERM": "dumb"}), plain)
    equal(on_terminal(c, ["--no-color", "status"], {}), plain)


def test_watch_redraws_a_terminal(c):
    c.serve("healthy")
    out = on_terminal(c, ["watch", "-n", "1"], {"NO_COLOR": "1"})
    equal(out, "\x1b[H\x1b[2J" + c.run("status").stdout)


PAIRING = """[Pairing]
Topology=four
Mode=observe

[Azure]
Tenant=00000000-0000-0000-0000-000000000001
Subscription=00000000-0000-0000-0000-000000000002
ResourceGroup=rg-hub
Location=japaneast
VirtualNetwork=vnet-hub
Gateway=vgw-hub
GatewaySku=VpnGw2AZ
Asn=65515

[AWS]
AccountId=123456789012
Region=ap-northeast-1
Vpc=vpc-0123456789abcdef0
Asn=64512
RouteTables=rtb-0aaaaaaaaaaaaaaaa
"""


def test_check_config(c):
    root = pathlib.Path(c.directory) / "etc"
    (root / "pairings.d").mkdir(parents=True)
    (root / "s2svpnd.conf.d").mkdir()
    equal(c.run("check-config", str(root)).stdout, "0 pairings, no errors\n")
    (root / "pairings.d" / "hub.conf").write_text(PAIRING)
    (root / "pairings.d" / "hub.conf.bak").write_text("not read")
    r = c.run("check-config", str(root))
    equal((r.returncode, r.stdout, r.stderr), (0, "1 pairing, no errors\n", ""))
    (root / "pairings.d" / "hub.conf").write_text(PAIRING.replace("Mode=observe", "Mode=observed"))
    r = c.run("check-config", str(root))
    equal((r.returncode, r.stdout), (1, ""))
    equal(r.stderr.startswith(f"{root}/pairings.d/hub.conf:3: "), True)
    (root / "pairings.d" / "hub.conf").write_text(PAIRING)
    (root / "s2svpnd.conf.d" / "10-x.conf").write_text("[Daemon]\nNoSuchKey=1\n")
    r = c.run("check-config", str(root))
    equal((r.returncode, f"{root}/s2svpnd.conf.d/10-x.conf:" in r.stderr), (1, True))
    r = c.run("check-config", c.directory + "/missing")
    equal((r.returncode, r.stdout), (1, ""))


def main():
    tests = [(f"{name} of {world}", golden(world, name, options)) for world in WORLDS for name, options in RENDERED]
    tests += [(name[5:].replace("_", " "), f) for name, f in list(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    with tempfile.TemporaryDirectory() as directory, FakeDaemon(directory) as daemon:
        c = Context(os.path.abspath(sys.argv[1]), directory, daemon)
        c.renew = "--renew" in sys.argv
        for n, (name, test) in enumerate(tests, 1):
            try:
                test(c)
                print(f"ok {n} {name}", flush=True)
            except Skip as e:
                print(f"ok {n} {name} # SKIP {e}", flush=True)
            except Exception as e:  # a broken test is a failed one; the others go on
                failed += 1
                print(f"not ok {n} {name}\n" + "".join(f"# {line}\n" for line in str(e).splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
