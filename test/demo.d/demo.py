# SPDX-License-Identifier: Apache-2.0
"""The demo after its build; see test/demo."""
import argparse
import signal
import sys
import traceback

from chapters import Story
from checks import Check
from screen import Screen
from witness import Failure, Witness
from world import World

LOG_LINES = 25


def parse():
    p = argparse.ArgumentParser(prog="test/demo")
    p.add_argument("--build", required=True)
    p.add_argument("--topology", choices=("four", "two"), default="four")
    p.add_argument("--fast", action="store_true")
    p.add_argument("--keep", action="store_true")
    return p.parse_args()


def stop(number, _frame):
    raise SystemExit(128 + number)


def explain(screen, world, problem):
    screen.line()
    screen.line(f"The demo stopped: {problem}", "31")
    screen.line(f"The last {LOG_LINES} lines of the daemon:")
    for line in world.read("daemon.log").splitlines()[-LOG_LINES:]:
        screen.line("  " + line)


def tell_how_to_look(screen, world):
    screen.line()
    screen.line("Everything is left running:", "1")
    for line in (f"export S2SVPN_SOCKET={world.path('run/s2svpnd.sock')}",
                 f"{world.program('daemon/ctl/s2svpnctl')} watch",
                 f"curl --unix-socket {world.path('run/s2svpnd.sock')} http://localhost/v1/status",
                 f"curl http://{world.metrics}/metrics",
                 f"curl {world.url}/admin/help     # what can be broken, as POST /admin/OPERATION with a JSON object",
                 f"curl {world.url}/admin/state    # the truth of the emulated clouds; /admin/log?writes=1",
                 f"less {world.path('daemon.log')} {world.path('emulator.log')}",
                 f"kill {world.daemon.pid} {world.emulator.pid}; rm -r {world.directory}    # the end of it"):
        screen.line("  " + line)


def show(arguments, screen, world):
    witness = Witness(world, screen)
    story = Story(world, screen, witness)
    check = Check(world, screen, witness, story)
    try:
        story.play()
        screen.chapter("CHECK", "Was all of this true? From the daemon's --json documents and the emulator's log.")
        is_good = check.run()
    except Failure as problem:
        explain(screen, world, problem)
        is_good = False
    except Exception as problem:  # a mistake in here, or an answer that nobody expected
        explain(screen, world, "".join(traceback.format_exception(problem)))
        is_good = False
    if arguments.keep and not world.dead():
        world.keep = True
        tell_how_to_look(screen, world)
    return is_good


def main():
    arguments = parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    screen = Screen()
    try:
        with World(arguments.build, arguments.topology, arguments.fast) as world:
            return 0 if show(arguments, screen, world) else 1
    except KeyboardInterrupt:
        screen.line()
        screen.line("Interrupted; everything that the demo started is ended.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
