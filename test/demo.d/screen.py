# SPDX-License-Identifier: Apache-2.0
"""What the person sees: chapters, commands with their output, events as they happen. Colour only on a terminal."""
import os
import pty
import shutil
import subprocess
import sys
import textwrap
import time

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class Screen:
    def __init__(self):
        self.is_terminal = sys.stdout.isatty()
        self.has_colour = (self.is_terminal and not os.environ.get("NO_COLOR")
                           and os.environ.get("TERM", "dumb") != "dumb")
        self.columns = min(shutil.get_terminal_size((120, 24)).columns, 140)
        self.is_progress_shown = False
        self.printed = []  # to be searched for secrets
        self.start = time.monotonic()
        self.chapters = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.has_colour else text

    def line(self, text="", colour=None):
        if self.is_progress_shown:
            sys.stdout.write("\r\033[K")
            self.is_progress_shown = False
        self.printed.append(text)
        print(self.paint(colour, text) if colour else text, flush=True)

    def text(self, text, colour=None):
        for line in textwrap.wrap(" ".join(text.split()), min(self.columns, 110) - 2, break_long_words=False,
                                  break_on_hyphens=False):
            self.line("  " + line, colour)

    def progress(self, text):
        """A line that the next one replaces; nothing where lines cannot be replaced."""
        if self.is_terminal:
            sys.stdout.write("\r\033[K" + self.paint(DIM, text[:self.columns - 1]))
            sys.stdout.flush()
            self.is_progress_shown = True

    def chapter(self, title, explanation):
        self.chapters += 1
        head = f"== {self.chapters}. {title} "
        if self.printed and self.printed[-1]:
            self.line()
        self.line(head + "=" * max(0, min(self.columns, 110) - len(head)), BOLD)
        self.text(explanation)
        self.line()

    def event(self, seconds, word, text, colour=None):
        line = f"  {seconds:5.1f} s  {word:<8} {text}"
        if len(line) > self.columns:
            line = line[:self.columns - 4] + " ..."
        self.line(line, colour)

    def command(self, shown, argv, environment):
        """Runs a program as the person would, its output indented; Return: the output."""
        self.line("  $ " + shown, BOLD)
        text = self.run_on_terminal(argv, environment) if self.has_colour else subprocess.run(
            argv, env=environment, stdout=subprocess.PIPE, text=True, timeout=20).stdout
        for line in text.rstrip("\n").splitlines():
            self.line("  " + line if line else "")
        self.line()
        return text

    def run_on_terminal(self, argv, environment):
        """The program sees a terminal of our width, so that it chooses its colours itself."""
        master, slave = pty.openpty()
        environment = {**environment, "TERM": os.environ["TERM"], "COLUMNS": str(self.columns - 2)}
        process = subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, stdout=slave)
        os.close(slave)
        pieces = []
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # EIO: the other side is closed
                piece = b""
            if not piece:
                break
            pieces.append(piece)
        os.close(master)
        process.wait(20)
        return b"".join(pieces).decode(errors="replace").replace("\r\n", "\n")
