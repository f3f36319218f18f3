# SPDX-License-Identifier: Apache-2.0
"""
The real daemon and the cloud model, two processes on loopback, and everything that a test asks them.

Every byte that leaves the daemon passes through here (messages, replies of the control socket, metrics, state files,
datagrams to the service manager, what s2svpnctl prints) and is searched for every secret that passed through.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from cloudsim import CloudSim

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
CLIENT = "33333333-3333-4333-8333-333333333333"
CLIENT_SECRET = "canary-client-secret~Zq8"
ACCOUNT = "123456789012"
ACCESS_KEY = "AKIACANARYCANARYCANA"
SECRET_KEY = "canarySecretAccessKey0123456789abcdefghi"
REGION = "ap-northeast-1"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
SPOKE = f"{NETWORK}/virtualNetworks/vnet-app"
SPEED = 600
# The default times divided by the speed, where the clouds' own answers are fast enough for that.
TIMING = {
    "RoundInterval": "200ms", "DeepInterval": "1s", "ProofMaxAge": "2s", "ProvenAfter": "200ms", "FactMaxAge": "3s",
    "HoldOffConfig": "500ms", "HoldOffTunnel": "500ms", "HoldOffInstance": "1s", "HoldOffAll": "500ms",
    "HoldOffAwsChange": "1s", "HoldOffGatewayOperation": "1s", "HoldOffAddressChange": "1s", "LadderBackoff": "1s",
    "LadderBackoffCap": "10s", "CreateSettle": "2s",
}


def name_of(i):
    return "hub" + (str(i + 1) if i else "")


def hub(i=0):
    return f"{NETWORK}/virtualNetworks/vnet-{name_of(i)}"


def vpc(i=0):
    return f"vpc-0123456789abcdef{i}"


def table(i=0):
    return f"rtb-0123456789abcdef{i}"


def connection(n, i=0):
    return f"{NETWORK}/connections/{name_of(i)}-conn{n}"


def scenario(pairings):
    peered = [{"id": f"{hub()}/virtualNetworkPeerings/hub-to-app", "remoteVnetId": SPOKE, "allowGatewayTransit": True},
              {"id": f"{SPOKE}/virtualNetworkPeerings/app-to-hub", "remoteVnetId": hub(), "useRemoteGateways": True}]
    return {
        "aws": {
            "credentials": [{"accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET_KEY, "account": ACCOUNT}],
            "vpcs": [{"account": ACCOUNT, "region": REGION, "id": vpc(i), "cidrs": [f"172.{20 + i}.0.0/16"],
                      "routeTables": [{"id": table(i), "main": True}]} for i in range(pairings)],
        },
        "azure": {
            "apps": [{"tenant": TENANT, "clientId": CLIENT, "secret": CLIENT_SECRET}],
            "subscriptions": [{"id": SUBSCRIPTION, "tenant": TENANT}],
            "resourceGroups": [{"id": GROUP, "location": "japaneast"}],
            "vnets": [{"id": hub(i), "location": "japaneast", "prefixes": [f"10.{10 + 4 * i}.0.0/16"],
                       "gatewaySubnet": f"10.{10 + 4 * i}.255.0/27"} for i in range(pairings)]
                     + [{"id": SPOKE, "location": "japaneast", "prefixes": ["10.11.0.0/16"]}],
            "peerings": peered,
        },
    }


def pairing_text(i=0, topology="four", mode="build", policy=""):
    return f"""[Pairing]
Topology={topology}
Mode={mode}
[Azure]
Tenant={TENANT}
Subscription={SUBSCRIPTION}
ResourceGroup=rg-hub
Location=japaneast
VirtualNetwork=vnet-{name_of(i)}
Gateway=vgw-{name_of(i)}
GatewaySku=VpnGw2AZ
SyncPeerings=hub-to-app app-to-hub
[AWS]
AccountId={ACCOUNT}
Region={REGION}
Vpc={vpc(i)}
RouteTables={table(i)}
[Policy]
{policy}
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Notify:
    """What a service manager would hear. A thread empties the socket: a full one would stop the daemon."""

    def __init__(self, path):
        self.path = path
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                self.messages.append(self.socket.recv(65536).decode())
            except OSError:
                return

    def fields(self):
        return [line for message in list(self.messages) for line in message.split("\n")]

    def has(self, start):
        return any(line.startswith(start) for line in self.fields())


class Request:
    """A line of the model's log."""

    def __init__(self, line):
        line, self.code = line.rstrip("\n").rsplit(" ", 1)
        self.when, kind, self.outcome, self.status, self.id, self.what = line.split(" ", 5)
        self.is_write = kind == "write"
        self.is_aws = not self.what.split(" ")[0].isupper()


class World:
    def __init__(self, pairings=1, topology="four", mode="build", speed=SPEED, timing=None, policy="", daemon=None,
                 options=(), tls=None, ca_file=None, log_level="info", watchdog_ms=0, seed=1, name=""):
        self.programs = sys.argv[1:4]
        self.name = name
        self.pairings, self.topology, self.mode, self.policy = pairings, topology, mode, policy
        self.timing = {**TIMING, **(timing or {})}
        self.daemon_keys = daemon or {}
        self.ca_file, self.log_level, self.watchdog_ms = ca_file, log_level, watchdog_ms
        self.dir = tempfile.mkdtemp(prefix="s2svpn-")
        os.chmod(self.dir, 0o755)
        for name in ("config/pairings.d", "state", "run", "credentials"):
            os.makedirs(self.path(name))
        self.model_log = self.path("model.log")
        arguments = [f"--speed={speed}", f"--log={self.model_log}", f"--seed={seed}", *options]
        if tls:
            arguments += [f"--tls-cert={tls[0]}", f"--tls-key={tls[1]}"]
        self.sim = CloudSim(self.programs[0], scenario(pairings), *arguments)
        self.tls = tls
        self.process = None
        self.secrets = {CLIENT_SECRET, SECRET_KEY, "eyJ"}  # every token begins so
        self.output = []  # what came out of the daemon, with where
        self.log_at, self.requests = 0, []

    def path(self, name):
        return os.path.join(self.dir, name)

    # life

    def __enter__(self):
        self.sim.__enter__()
        if self.tls:
            self.sim.url = "https" + self.sim.url[len("http"):]
            self.sim.context = ssl.create_default_context(cafile=self.tls[0])
        self.notify = Notify(self.path("notify"))
        self.write_file("credentials/azure-client-secret", CLIENT_SECRET + "\n")
        self.configure()
        return self

    def __exit__(self, kind, error, trace):
        try:
            if self.process:
                self.stop()
            if not kind:
                self.search_secrets()
            else:
                self.explain()
        finally:
            self.notify.socket.close()
            self.sim.__exit__(None, None, None)
            shutil.rmtree(self.dir)

    def explain(self):
        """For a test that failed."""
        with open(self.path("daemon.err"), errors="replace") as f:
            lines = f.read().splitlines()
        for line in [f"{self.name} the daemon said:", *lines[-40:], "the model answered:", *[
                f"{r.when} {r.outcome} {r.status} {r.what}" for r in self.log()[-40:]]]:
            print("# " + line)
        for what, text in self.output[-1:]:
            print(f"# last answer, {what}: {text[:6000]}")
        sys.stdout.flush()

    def write_file(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def configure(self, **changes):
        """Writes the files; changes are of the constructor's arguments."""
        for key, value in changes.items():
            setattr(self, key, value)
        # an address of our own in 127.0.0.0/8: nothing else listens there
        pid = os.getpid()
        self.metrics_address = f"127.{64 + (pid >> 16 & 63)}.{pid >> 8 & 255}.{pid & 255}:9321"
        keys = {"MetricsListen": self.metrics_address, **self.daemon_keys}
        if self.ca_file:
            keys["CaFile"] = self.ca_file
        lines = ["[Daemon]", *[f"{k}={v}" for k, v in keys.items()], "[Azure]", f"AuthorityUrl={self.sim.url}",
                 f"ArmUrl={self.sim.url}", f"ClientId={CLIENT}", "[AWS]", f"EndpointUrl={self.sim.url}", "[Timing]",
                 *[f"{k}={v}" for k, v in self.timing.items()]]
        self.write_file("config/s2svpnd.conf", "\n".join(lines) + "\n")
        for i in range(self.pairings):
            self.write_file(f"config/pairings.d/{name_of(i)}.conf",
                            pairing_text(i, self.topology, self.mode, self.policy))

    def environment(self):
        env = {"PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
               "CREDENTIALS_DIRECTORY": self.path("credentials"), "HOME": self.dir,
               "NOTIFY_SOCKET": self.notify.path}
        if self.watchdog_ms:
            env["WATCHDOG_USEC"] = str(self.watchdog_ms * 1000)
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        return env

    def command(self, *options):
        return [self.programs[1], "--config-dir", self.path("config"), "--state-dir", self.path("state"),
                "--runtime-dir", self.path("run"), "--log-level", self.log_level, *options]

    def start(self, wait=True):
        self.stderr = open(self.path("daemon.err"), "a")
        ready = self.notify.fields().count("READY=1")
        self.process = subprocess.Popen(self.command(), env=self.environment(), stderr=self.stderr)
        if wait:
            self.wait("READY=1", lambda: self.notify.fields().count("READY=1") > ready)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.stderr.close()
        self.process = None

    def stop(self, seconds=8):
        """SIGTERM; a daemon that does not end, or not cleanly, is a failure."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"SIGTERM did not end the daemon within {seconds} s") from None
        finally:
            self.stderr.close()
        assert code == 0, f"the daemon ended with {code}"

    def hangup(self):
        """SIGHUP, until the daemon says that it is through."""
        ready = self.notify.fields().count("READY=1")
        self.process.send_signal(signal.SIGHUP)
        self.wait("the reload", lambda: self.notify.fields().count("READY=1") > ready)

    # waiting

    def wait(self, what, is_so, seconds=30, pause=0.02):
        until = time.monotonic() + seconds
        while True:
            got = is_so()
            if got:
                return got
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"{what}: the daemon ended with {self.process.returncode}")
            if time.monotonic() > until:
                raise AssertionError(f"{what}: not within {seconds} s; last: {got!r}")
            time.sleep(pause)

    def wait_verdict(self, verdict, seconds=40, i=0):
        self.wait(f"verdict {verdict}", lambda: self.pairing(i).get("verdict") == verdict, seconds)

    def wait_rounds(self, n, seconds=40):
        """n more rounds: one of each reads the VPN connections."""
        first = self.rounds()
        self.wait(f"{n} rounds", lambda: self.rounds() >= first + n, seconds)

    def is_clean(self):
        p = self.pairing()
        return p["verdict"] == "healthy" and not p["findings"] and not p["steps"] and not p["operations"]

    def settle(self, seconds=60):
        """Until it is healthy, has nothing to do, and stays so for longer than a deep proof takes."""
        until = time.monotonic() + seconds
        while True:
            self.wait("health", self.is_clean, until - time.monotonic())
            self.wait_rounds(8)
            if self.is_clean():
                return

    def wait_finding(self, kind, seconds=20):
        return self.wait(f"finding {kind}", lambda: [f for f in self.pairing().get("findings", [])
                                                     if f["kind"] == kind], seconds)[0]

    # the daemon

    def ask(self, method, path, body=None):
        """(status, text) of the control socket."""
        c = UnixConnection(self.path("run/s2svpnd.sock"))
        try:
            c.request(method, path, body)
            answer = c.getresponse()
            text = answer.read().decode()
        finally:
            c.close()
        self.output.append((f"{method} {path}", text))
        if len(self.output) > 500:
            self.search_secrets()
        return answer.status, text

    def get(self, path):
        status, text = self.ask("GET", path)
        assert status == 200, f"{path}: {status} {text}"
        return json.loads(text)

    def pairing(self, i=0):
        return self.get(f"/v1/status?pairing={name_of(i)}")["pairings"][0]

    def kinds(self):
        return {f["kind"] for f in self.pairing()["findings"]}

    def metrics(self):
        host, port = self.metrics_address.split(":")
        c = http.client.HTTPConnection(host, int(port), timeout=10)
        c.request("GET", "/metrics")
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        assert answer.status == 200, text
        self.output.append(("/metrics", text))
        return text

    def ctl(self, *arguments, before=()):
        """The process that ended; before: what runs it, such as setpriv."""
        done = subprocess.run([*before, self.programs[2], "--socket", self.path("run/s2svpnd.sock"), *arguments],
                              capture_output=True, text=True, timeout=30, env={"PATH": "/usr/bin:/bin"})
        self.output.append(("s2svpnctl " + " ".join(arguments), done.stdout + done.stderr))
        return done

    def messages(self):
        with open(self.path("daemon.err"), errors="replace") as f:
            return f.read()

    # the model

    def admin(self, operation, **arguments):
        self.collect_secrets()  # those that go away now
        self.sim.admin(operation, **arguments)

    def state(self):
        return self.sim.get("state")

    def log(self):
        """Every request that the model answered, in order."""
        with open(self.model_log) as f:
            f.seek(self.log_at)
            text = f.read()
        whole = text.rfind("\n") + 1
        self.log_at += len(text[:whole].encode())
        self.requests += [Request(line) for line in text[:whole].splitlines()]
        return self.requests

    def rounds(self):
        return sum(r.what.startswith("DescribeVpnConnections") for r in self.log())

    def writes(self, part=""):
        return [r.what for r in self.log() if r.is_write and part in r.what]

    def links_up(self):
        return sum(link["bgpUp"] for link in self.state()["links"])

    def outside(self, tunnel, i=0):
        """The AWS address of tunnel 1 to 4, as the daemon sees it."""
        return self.pairing(i)["tunnels"][tunnel - 1]["aws"]["outside_ip"]

    def healthy(self, links=None):
        wanted = links or (4 if self.topology == "four" else 2) * self.pairings
        for i in range(self.pairings):
            self.wait_verdict("healthy", i=i)
        up = self.links_up()
        assert up == wanted, f"healthy, but {up} sessions are up instead of {wanted}"

    def check_resources(self, i=0):
        """One of each, no more, no orphan, and the same key on both sides of each tunnel."""
        state = self.state()
        tunnels = (1, 2, 3, 4) if self.topology == "four" else (1, 4)
        azure = {r["id"]: r for r in state["azure"]["resources"]}
        ours = sorted(key for key, r in azure.items() if r.get("tags", {}).get("s2svpn-pairing") == name_of(i))
        wanted = sorted([f"{NETWORK}/publicIPAddresses/{name_of(i)}-pip{n}" for n in (0, 1)]
                        + [f"{NETWORK}/virtualNetworkGateways/vgw-{name_of(i)}"]
                        + [f"{NETWORK}/localNetworkGateways/{name_of(i)}-lng{n}" for n in tunnels]
                        + [connection(n, i) for n in tunnels])
        assert ours == wanted, f"Azure has {ours} instead of {wanted}"
        aws = [r for r in state["aws"]["resources"] if r["state"] != "deleted"]
        slots = sorted(r["tags"].get("s2svpn-slot", r["id"]) for r in aws
                       if r["type"] in ("customer-gateway", "vpn-connection", "vpn-gateway")
                       and r["tags"].get("s2svpn-pairing", name_of(i)) == name_of(i))
        assert slots == ["cgw0", "cgw1", "vgw", "vpn0", "vpn1"], f"AWS has {slots}"
        keys = {t["outside"]: t["psk"] for r in aws for t in r.get("tunnels", [])}
        for n in tunnels:
            outside = azure[f"{NETWORK}/localNetworkGateways/{name_of(i)}-lng{n}"]["properties"]["gatewayIpAddress"]
            assert azure[connection(n, i)]["sharedKey"] == keys[outside], f"the keys of tunnel {n} differ"

    # canaries

    def collect_secrets(self):
        def walk(value, key=""):
            if isinstance(value, dict):
                for k, v in value.items():
                    walk(v, k)
            elif isinstance(value, list):
                for v in value:
                    walk(v, key)
            elif isinstance(value, str) and len(value) >= 8 and ("psk" in key.lower() or "sharedkey" in key.lower()):
                self.secrets.add(value)
        walk({k: v for k, v in self.state().items() if k in ("aws", "azure")})

    def search_secrets(self):
        self.collect_secrets()
        texts = self.output + [("messages", self.messages()), ("datagrams", "\n".join(self.notify.fields()))]
        for name in os.listdir(self.path("state")):
            with open(os.path.join(self.path("state"), name), errors="replace") as f:
                texts.append((f"state file {name}", f.read()))
        for where, text in texts:
            for secret in self.secrets:
                assert secret not in text, f"a secret appears in {where}"
        self.output = self.output[-1:]
