"""One run per folder."""

import errno
import fcntl
import os
import socket

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


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        FolderLock(tmp_path).__enter__()
        os.write(writer, b"!")
        os.kill(os.getpid(), 9)
    os.read(reader, 1)
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    with FolderLock(tmp_path):
        pass


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
