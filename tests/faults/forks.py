"""Jobs done in forked children, which may be killed at any time.

As a script it reads jobs, a line of JSON each: the name of a function of `jobs`, its
arguments, and after how many seconds the child gets a signal, if at all. Children
are forked from a process that has torch loaded and has never used it, so that each
costs milliseconds.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NamedTuple

from fork_server import ForkServer

LIMIT = 120
"""Seconds after which a child is taken to hang."""
KILLED = -signal.SIGKILL


class Outcome(NamedTuple):
    """How a child ended: `status` is its exit code, or minus the signal."""

    status: int
    result: Any
    stderr: str
    seconds: float

    @property
    def run(self):
        """What a run came to: equal ones are equal to the last bit."""
        return self.result and self.result.get("run")


class Forks(ForkServer):
    """A process that does jobs in children of its own."""

    def __init__(self, folder):
        super().__init__("faults.forks")
        self._folder = Path(folder)

    def __call__(self, name, *, kill_after=None, number=signal.SIGKILL, **arguments):
        """Do one job, and tell how it ended."""
        result, stderr = self._folder / "result.json", self._folder / "stderr"
        result.unlink(missing_ok=True)
        job = {
            "name": name,
            "arguments": {k: _plain(v) for k, v in arguments.items()},
            "kill_after": kill_after,
            "number": number,
            "result": str(result),
            "stderr": str(stderr),
        }
        status, seconds = self.ask(job)
        # A child that was killed while it wrote has no result.
        data = json.loads(result.read_text()) if status >= 0 else None
        return Outcome(status, data, stderr.read_text(errors="replace"), seconds)


def _plain(value):
    return str(value) if isinstance(value, Path) else value


def _do(job):
    """Do a job in this child; return its exit code."""
    from faults import jobs

    descriptor = os.open(job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 2)
    os.set_inheritable(2, True)
    code, result = 0, None
    try:
        result = getattr(jobs, job["name"])(**job["arguments"])
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException as error:
        traceback.print_exc(file=sys.__stderr__)
        code, result = 1, {"error": type(error).__name__, "told": str(error)}
    Path(job["result"]).write_text(json.dumps(result))
    sys.__stderr__.flush()
    return code


def _ended(child, job):
    """Wait for a child, which gets its signal in time; return its status."""
    descriptor = os.pidfd_open(child)
    for number, limit in ((job["number"], job["kill_after"]), (signal.SIGKILL, LIMIT)):
        if limit is None:
            continue
        if not select.select([descriptor], [], [], limit)[0]:
            os.kill(child, number)
    os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _main():
    import torch
    import torch._dynamo

    from faults import jobs  # noqa: F401  # once for all children

    torch.set_num_threads(1)
    for line in sys.stdin:
        job = json.loads(line)
        begin = time.monotonic()
        child = os.fork()
        if child == 0:
            os._exit(_do(job))
        status = _ended(child, job)
        print(json.dumps([status, time.monotonic() - begin]), flush=True)


if __name__ == "__main__":
    _main()
