# SPDX-License-Identifier: Apache-2.0
"""Runs s2svpn-cloudsim for a test script, and counts TAP results."""
import json
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

AWS_ACCOUNT = "123456789012"
AWS_KEY = "AKIAEXAMPLEEXAMPLE00"
AWS_SECRET = "example-secret-of-the-model"
AWS_REGION = "ap-northeast-1"
VPC = "vpc-0123456789abcdef0"
MAIN_TABLE = "rtb-0123456789abcdef0"
OTHER_TABLE = "rtb-0123456789abcdef1"


def aws_world():
    return {
        "credentials": [{"accessKeyId": AWS_KEY, "secretAccessKey": AWS_SECRET, "account": AWS_ACCOUNT}],
        "roles": [{"arn": f"arn:aws:iam::{AWS_ACCOUNT}:role/s2svpn", "externalId": "x1"}],
        "vpcs": [{
            "account": AWS_ACCOUNT, "region": AWS_REGION, "id": VPC, "cidrs": ["10.1.0.0/16", "10.2.0.0/16"],
            "routeTables": [{"id": MAIN_TABLE, "main": True}, {"id": OTHER_TABLE}],
        }],
    }


class CloudSim:
    """A context manager; .url is where the clouds answer."""

    def __init__(self, program, scenario, *options):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump(scenario, self.file)
        self.file.flush()
        self.command = [program, "--scenario=" + self.file.name, *options]
        self.context = None  # for HTTPS

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "ready on" not in line:
            raise RuntimeError("s2svpn-cloudsim did not start: " + line)
        self.url = "http://" + line.split()[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        code = self.process.wait(10)
        if code != 0:
            raise RuntimeError(f"s2svpn-cloudsim ended with {code}")

    def admin(self, operation, **arguments):
        data = json.dumps(arguments).encode()
        request = urllib.request.Request(f"{self.url}/admin/{operation}", data=data, method="POST")
        try:
            urllib.request.urlopen(request, context=self.context).read()
        except urllib.error.HTTPError as e:
            raise RuntimeError(f"{operation}: {e.read().decode()}") from None

    def get(self, path):
        return json.load(urllib.request.urlopen(f"{self.url}/admin/{path}", context=self.context))


class Tap:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def run(self, name, test, *arguments):
        self.n += 1
        try:
            test(*arguments)
            print(f"ok {self.n} {name}", flush=True)
        except Exception:  # every failure is a result
            self.failed += 1
            print(f"not ok {self.n} {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print("# " + line)

    def end(self):
        print(f"1..{self.n}")
        sys.exit(self.failed > 0)


def wait_for(what, get, wanted, seconds=20):
    """Asks until the answer is the wanted one."""
    until = time.monotonic() + seconds
    while True:
        got = get()
        if got == wanted:
            return
        if time.monotonic() > until:
            raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")
        time.sleep(0.05)
