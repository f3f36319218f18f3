# SPDX-License-Identifier: Apache-2.0
"""The emulator with the two clouds as they were before, the daemon, and its configuration."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
APPLICATION = "33333333-3333-4333-8333-333333333333"
ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
VPC = "vpc-0123456789abcdef0"
TABLE = "rtb-0123456789abcdef0"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
HUB = f"{NETWORK}/virtualNetworks/vnet-hub"
SPOKE = f"{NETWORK}/virtualNetworks/vnet-app"
GATEWAY = f"{NETWORK}/virtualNetworkGateways/vgw-hub"
# of the emulated clouds; the daemon gets them as it would in a container
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIADEMODEMODEMODEMO",
    "AWS_SECRET_ACCESS_KEY": "demoSecretAccessKey0123456789abcdefghijk",
    "AZURE_CLIENT_ID": APPLICATION,
    "AZURE_CLIENT_SECRET": "demo-client-secret~Zq8",
}
SECRETS = ("AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET")

SCENARIO = {
    "aws": {
        "credentials": [{"accessKeyId": CREDENTIALS["AWS_ACCESS_KEY_ID"],
                         "secretAccessKey": CREDENTIALS["AWS_SECRET_ACCESS_KEY"], "account": ACCOUNT}],
        "vpcs": [{"account": ACCOUNT, "region": REGION, "id": VPC, "cidrs": ["172.20.0.0/16"],
                  "routeTables": [{"id": TABLE, "main": True}]}],
    },
    "azure": {
        "apps": [{"tenant": TENANT, "clientId": APPLICATION, "secret": CREDENTIALS["AZURE_CLIENT_SECRET"]}],
        "subscriptions": [{"id": SUBSCRIPTION, "tenant": TENANT}],
        "resourceGroups": [{"id": GROUP, "location": "japaneast"}],
        "vnets": [{"id": HUB, "location": "japaneast", "prefixes": ["10.10.0.0/16"],
                   "gatewaySubnet": "10.10.255.0/27"},
                  {"id": SPOKE, "location": "japaneast", "prefixes": ["10.11.0.0/16"]}],
        "peerings": [{"id": f"{HUB}/virtualNetworkPeerings/hub-to-app", "remoteVnetId": SPOKE,
                      "allowGatewayTransit": True},
                     {"id": f"{SPOKE}/virtualNetworkPeerings/app-to-hub", "remoteVnetId": HUB,
                      "useRemoteGateways": True}],
    },
}

PAIRING = f"""[Pairing]
Topology={{topology}}
Mode=build

[Azure]
Tenant={TENANT}
Subscription={SUBSCRIPTION}
ResourceGroup=rg-hub
Location=japaneast
VirtualNetwork=vnet-hub
Gateway=vgw-hub
GatewaySku=VpnGw2AZ
Asn=65515
SyncPeerings=hub-to-app app-to-hub

[AWS]
AccountId={ACCOUNT}
Region={REGION}
Vpc={VPC}
Asn=64512
RouteTables={TABLE}

[Policy]
MinHealthyTunnels=1
"""

# Seconds instead of the default minutes, because the emulator's clouds are that much faster as well. HoldOffConfig is
# longer than half of FactMaxAge, as by default: what a repair of configuration rests on was read again in between.
TIMING = {
    "RoundInterval": 0.5, "DeepInterval": 2, "ProvenAfter": 2, "FactMaxAge": 8, "HoldOffConfig": 5, "HoldOffTunnel": 4,
    "HoldOffInstance": 5, "HoldOffAll": 4, "HoldOffAwsChange": 5, "HoldOffGatewayOperation": 5,
    "HoldOffAddressChange": 10, "LadderBackoff": 4, "LadderBackoffCap": 20, "CreateSettle": 4,
}
PROOF_MAX_AGE = "ProofMaxAge=5s\n"  # a query takes a second at least, however fast the clouds
FASTER = 2.5
SPEED = 70
LOOPBACK = "127.0.0.1"


def free_port():
    with socket.socket() as s:
        s.bind((LOOPBACK, 0))
        return s.getsockname()[1]


class World:
    """A context manager: whatever was started ends with it, unless keep is set."""

    def __init__(self, build, topology, is_fast):
        self.build, self.topology = build, topology
        self.faster = FASTER if is_fast else 1
        self.speed = SPEED * self.faster
        self.keep = False
        self.emulator = self.daemon = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="s2svpn-demo-")
        for name in ("config/pairings.d", "state", "run"):
            os.makedirs(self.path(name))
        return self

    def __exit__(self, *_):
        if self.keep:
            return
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything behind
        for process in (self.daemon, self.emulator):
            end(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def program(self, name):
        return os.path.join(self.build, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    # processes; sessions of their own, so that Ctrl-C ends the demo in its own order, and --keep outlives it

    def start_emulator(self):
        self.write("world.json", json.dumps(SCENARIO))
        with open(self.path("emulator.out"), "w", encoding="utf-8") as out:
            self.emulator = subprocess.Popen(
                [self.program("test/cloudsim/s2svpn-cloudsim"), f"--speed={self.speed}", "--seed=1",
                 "--scenario=" + self.path("world.json"), "--log=" + self.path("emulator.log")],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)

    def find_emulator(self):
        words = self.read("emulator.out").split()
        if "ready" not in words:
            return False
        self.url = "http://" + words[-1]
        return True

    def start_daemon(self):
        self.configure()
        with open(self.path("daemon.log"), "w", encoding="utf-8") as out:
            self.daemon = subprocess.Popen(
                [self.program("daemon/s2svpnd"), "--config-dir", self.path("config"), "--state-dir",
                 self.path("state"), "--runtime-dir", self.path("run")], stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True, env={**self.environment(), **CREDENTIALS})

    def configure(self):
        self.metrics = f"{LOOPBACK}:{free_port()}"
        timing = "".join(f"{key}={int(seconds * 1000 / self.faster)}ms\n" for key, seconds in TIMING.items())
        self.write("config/s2svpnd.conf",
                   f"[Daemon]\nOwner=demo\nMetricsListen={self.metrics}\n\n[Azure]\nAuthorityUrl={self.url}\n"
                   f"ArmUrl={self.url}\n\n[AWS]\nEndpointUrl={self.url}\n\n[Timing]\n{timing}{PROOF_MAX_AGE}")
        self.write("config/pairings.d/hub.conf", PAIRING.format(topology=self.topology))

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": self.directory, "S2SVPN_SOCKET": self.path("run/s2svpnd.sock")}

    def dead(self):
        """The name of a process that ended although nobody asked it to, or None."""
        for name, process in (("the emulator", self.emulator), ("the daemon", self.daemon)):
            if process and process.poll() is not None:
                return f"{name} ended with status {process.returncode}"
        return None

    # asking

    def ctl_argv(self, *arguments):
        return [self.program("daemon/ctl/s2svpnctl"), *arguments]

    def document(self, verb):
        """One of the daemon's --json documents, or None while it does not answer."""
        done = subprocess.run(self.ctl_argv(verb, "--json"), env=self.environment(), capture_output=True, text=True,
                              timeout=20)
        return (json.loads(done.stdout), done.stdout) if done.stdout else (None, done.stderr)

    def look(self, what):
        with urllib.request.urlopen(f"{self.url}/admin/{what}", timeout=20) as answer:
            return json.load(answer)

    def admin(self, operation, **arguments):
        request = urllib.request.Request(f"{self.url}/admin/{operation}", data=json.dumps(arguments).encode())
        try:
            urllib.request.urlopen(request, timeout=20).close()
        except urllib.error.HTTPError as e:
            raise RuntimeError(f"the emulator refuses {operation}: {e.read().decode()}") from None

    def metrics_text(self):
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=20) as answer:
            return answer.read().decode()


def end(process):
    if not process or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(12)  # the daemon lets requests in flight finish for 10 s
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
