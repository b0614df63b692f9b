"""One run per folder."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys

import pytest

from lehr.training import FolderLockedError
from lehr.training.checkpoint import FolderLock


def test_a_second_holder_is_refused_naming_the_first(tmp_path):
    with FolderLock(tmp_path):
        holder = f"process {os.getpid()} on {socket.gethostname()}"
        with pytest.raises(FolderLockedError, match=f"in use by {holder}; wait"):
            FolderLock(tmp_path).__enter__()


def test_the_lock_is_free_afterwards_and_after_an_error(tmp_path):
    with pytest.raises(KeyError), FolderLock(tmp_path):
        raise KeyError
    with FolderLock(tmp_path):
        pass


HOLDER = """
import os, sys
from pathlib import Path
from lehr.training.checkpoint.lock import FolderLock
FolderLock(Path(sys.argv[1])).__enter__()
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_holds_it_until_it_is_killed(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], **pipes) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(FolderLockedError, match=f"process {other.pid} on"):
            FolderLock(tmp_path).__enter__()
        other.kill()
        other.wait()
        with FolderLock(tmp_path):
            pass


WITH_A_CHILD = """
import os, sys, time
from pathlib import Path
from lehr.training.checkpoint.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.__enter__()
reader, writer = os.pipe()
if os.fork() == 0:
    if sys.argv[2] == "True":
        lock.__exit__()  # is not its own to free
    os.write(writer, b"%d" % os.getpid())
    time.sleep(60)
child = os.read(reader, 20).decode()
print(child, flush=True)
sys.stdin.readline()
lock.__exit__()
print("free", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("exits", [True, False])
@pytest.mark.parametrize("killed", [True, False])
def test_a_child_that_lives_on_does_not_hold_it(tmp_path, killed, exits):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", WITH_A_CHILD, tmp_path, str(exits)]
    with subprocess.Popen(command, **pipes) as parent:
        child = int(parent.stdout.readline())
        try:
            with pytest.raises(FolderLockedError, match=f"process {parent.pid} on"):
                FolderLock(tmp_path).__enter__()
            if killed:
                parent.kill()
                parent.wait()
            else:
                print(file=parent.stdin, flush=True)
                assert parent.stdout.readline() == "free\n"
            with FolderLock(tmp_path):
                os.kill(child, 0)  # it is there
        finally:
            os.kill(child, signal.SIGKILL)
            parent.kill()


def test_a_lock_file_that_says_nothing_still_locks(tmp_path):
    with FolderLock(tmp_path):
        (tmp_path / ".lock").write_text("?")
        with pytest.raises(FolderLockedError, match="in use by another process"):
            FolderLock(tmp_path).__enter__()


def test_a_file_system_without_locks_is_not_taken_for_another_process(
    tmp_path, monkeypatch
):
    def refuse(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="No locks available") as caught:
        FolderLock(tmp_path).__enter__()
    assert not isinstance(caught.value, FolderLockedError)
