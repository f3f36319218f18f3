# SPDX-License-Identifier: Apache-2.0
"""
Looks at both sides all the time, the daemon's documents and the emulator's truth, and keeps what the check needs.

The emulator's log and the daemon's history forget their oldest entries; here everything is kept.
"""
import time

from world import GATEWAY

PAUSE_S = 0.08
WORDS = {"step-sent": "sent", "step-done": "done", "step-failed": "FAILED", "finding-opened": "found",
         "finding-closed": "over", "verdict-changed": "verdict"}
COLOURS = {"step-failed": "31", "finding-opened": "33", "step-done": "32", "verdict-changed": "1"}


def is_missing(event):
    """Of a build: each step that is sent says the same again."""
    return "/resource-missing/" in (event["finding"] or "") or (event["reason"] or "").startswith("resource-missing ")


def in_short(event):
    text, reason = event["message"].removeprefix("hub: "), event["reason"] or ""
    if event["event"] == "finding-closed":
        return text.removesuffix(" is over")
    if event["event"] != "step-sent" or not reason:
        return text.removesuffix(" done")
    text = text.removesuffix(": " + reason)
    return text if is_missing(event) else f"{text}, for {reason}"


class Failure(Exception):
    """Something that was to happen did not."""


class Sample:
    """The emulator's truth at one time. Tunnels are AWS outside addresses."""

    def __init__(self, state):
        self.time_ms = state["nowMs"]
        paired = [link for link in state["links"] if link["paired"]]
        self.up = {link["outside"] for link in paired if link["bgpUp"]}
        self.of_connection = {link["azureConnection"].rsplit("/", 1)[1]: link["outside"] for link in paired}
        self.vpn_states = [r["state"] for r in state["aws"]["resources"] if r["type"] == "vpn-connection"]
        self.gateway_state = next((r["state"] for r in state["azure"]["resources"] if r["id"] == GATEWAY), None)


class Witness:
    def __init__(self, world, screen):
        self.world, self.screen = world, screen
        self.samples, self.writes, self.history = [], [], []
        self.pairing = {}
        self.secrets = {"eyJ"}  # every token begins so
        self.documents = {}  # the last of each, as text: to be searched for secrets
        self.seen_requests = set()

    # looking

    def look(self):
        dead = self.world.dead()
        if dead:
            raise Failure(dead)
        state = self.world.look("state")
        self.samples.append(Sample(state))
        self.collect_secrets(state)
        for entry in self.world.look("log?writes=1"):
            if entry["requestId"] not in self.seen_requests:
                self.seen_requests.add(entry["requestId"])
                self.writes.append(entry)
        self.pairing = self.document("status") or {}
        history = self.document("history")
        if history:
            self.take_history(history["events"])

    def document(self, verb):
        document, text = self.world.document(verb)
        self.documents.setdefault(verb, set()).add(text)
        pairings = document.get("pairings", []) if document else []
        return pairings[0] if pairings else None

    def take_history(self, events):
        """Appends what is new: the daemon keeps the last ones only."""
        old = self.history
        for at in range(len(old) + 1):
            if old[at:] == events[:len(old) - at]:
                new = events[len(old) - at:]
                break
        old.extend(new)
        missing = sum(e["event"] == "finding-opened" and is_missing(e) for e in new)
        if missing > 1:
            self.say("found", f"{missing} missing resources")
        for e in new:
            if e["event"] in WORDS and not (e["event"].startswith("finding") and is_missing(e)):
                self.say(WORDS[e["event"]], in_short(e), COLOURS.get(e["event"]))

    def say(self, word, text, colour=None):
        self.screen.event(time.monotonic() - self.screen.start, word, text, colour)

    def collect_secrets(self, value, key=""):
        if isinstance(value, dict):
            for k, v in value.items():
                self.collect_secrets(v, k)
        elif isinstance(value, list):
            for v in value:
                self.collect_secrets(v, key)
        elif isinstance(value, str) and len(value) >= 8 and ("psk" in key.lower() or "sharedkey" in key.lower()):
            self.secrets.add(value)

    # waiting

    def until(self, what, is_so, seconds, progress=None):
        """Looks until it is so; Return: what is_so() gave."""
        end = time.monotonic() + seconds
        while True:
            self.look()
            got = is_so()
            if got:
                return got
            if time.monotonic() > end:
                raise Failure(f"{what}: not within {seconds} s")
            self.screen.progress("  ... " + (progress() if progress else what))
            time.sleep(PAUSE_S)

    def until_calm(self, seconds=60):
        """Healthy, nothing found, nothing planned, nothing running."""
        self.until("every tunnel proven up, nothing found, planned or running", self.is_calm, seconds, self.headline)

    def watch(self, what, seconds):
        """Lets time pass, looking; for showing that nothing happens."""
        end = time.monotonic() + seconds
        self.until(what, lambda: time.monotonic() > end, seconds + 20)

    def is_calm(self):
        p = self.pairing
        used = [t for t in p.get("tunnels", []) if t["role"] == "used"]
        return (p.get("verdict") == "healthy" and not p["findings"] and not p["steps"] and not p["operations"]
                and all(t["state"] == "proven-up" for t in used) and len(self.samples[-1].up) == len(used))

    def headline(self):
        p = self.pairing
        if not p:
            return "the daemon starts"
        running = ", ".join(f"{o['what']} {o['elapsed_seconds']} s" for o in p["operations"])
        return f"{p['verdict']}, {p['counts']['up']}/{p['counts']['paired']} tunnels up" + (
            f"; running: {running}" if running else "")

    # telling

    def outside(self, tunnel):
        return next(t["aws"]["outside_ip"] for t in self.pairing["tunnels"] if t["tunnel"] == tunnel)

    def used(self):
        return [t["tunnel"] for t in self.pairing["tunnels"] if t["role"] == "used"]

    def has_finding(self, kind):
        return any(f["kind"] == kind for f in self.pairing.get("findings", []))

    def event(self, kind, action):
        return next((e for e in self.history if e["event"] == kind and e["action"] == action), None)

    def why(self, write):
        """The daemon's own reason for a write, joined by the cloud's request id."""
        return next((e["reason"] for e in self.history
                     if e["request_id"] == write["requestId"] and e["reason"]), None)


class Phase:
    """What happened between two points of the demo."""

    def __init__(self, witness):
        self.witness = witness
        witness.look()
        self.first_sample, self.first_write = len(witness.samples) - 1, len(witness.writes)
        self.first_event = len(witness.history)
        self.last_sample = self.last_write = self.last_event = None

    def close(self):
        self.last_sample, self.last_write = len(self.witness.samples), len(self.witness.writes)
        self.last_event = len(self.witness.history)
        return self

    def most_at_once(self):
        """How many steps were in flight together."""
        n = most = 0
        for e in self.witness.history[self.first_event:self.last_event]:
            n += {"step-sent": 1, "step-done": -1, "step-failed": -1}.get(e["event"], 0)
            most = max(most, n)
        return most

    def writes(self, part=""):
        return [w["what"] for w in self.witness.writes[self.first_write:self.last_write] if part in w["what"]]

    def up_counts(self):
        return [len(s.up) for s in self.witness.samples[self.first_sample:self.last_sample]]

    def drops(self):
        """How often each session went away."""
        samples = self.witness.samples[self.first_sample:self.last_sample]
        lost = [outside for a, b in zip(samples, samples[1:]) for outside in a.up - b.up]
        return sorted(lost.count(outside) for outside in samples[0].up)
