"""A command in a pseudo-terminal, as a person at a keyboard has it."""

import codecs
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

LEHR = [sys.executable, "-m", "lehr"]
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
PLAIN |= {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
PLAIN = {k: v for k, v in PLAIN.items() if k not in ("COLUMNS", "NO_COLOR")}
COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Terminal:
    """A process whose screen and keyboard we are.

    Args:
        command: its words.
        environment: its whole environment.
        columns: the width of the screen.
        cwd: its folder.
    """

    def __init__(self, command, environment=PLAIN, *, columns=80, cwd=None):
        self.own, its = pty.openpty()
        ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(its)
        self.shown = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.own)

    def type(self, keys):
        """Press keys."""
        os.write(self.own, keys.encode())

    def read(self, seconds=20.0):
        """Return whether something more was shown; it is added to `shown`."""
        if not select.select([self.own], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self.own, 65536)
        except OSError:  # Linux reports the end of a terminal as an error
            return False
        text = self.decoder.decode(part)  # a part may end within a letter
        self.shown += text.replace("\r\n", "\n").replace("\a", "")
        return bool(part)

    def wait_for(self, text, what=""):
        """Read until the screen ends in a text; then forget the screen."""
        deadline = time.monotonic() + 10
        while not self.shown.endswith(text):
            left = deadline - time.monotonic()
            assert left > 0, f"{what or text!r}: the screen has {self.shown!r}"
            self.read(left)
        self.shown = ""

    def finish(self):
        """Return the screen and the exit code once the process has ended."""
        while self.read():
            pass
        return self.shown, self.process.wait(timeout=20)


def in_terminal(*words, columns=80, **environment):
    """Run `lehr` in a terminal; return its screen and its exit code."""
    with Terminal([*LEHR, *words], PLAIN | environment, columns=columns) as terminal:
        return terminal.finish()
