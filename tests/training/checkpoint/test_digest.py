"""The hash of a file is that of its bytes, in whatever pieces they come."""

import hashlib
import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lehr.training.checkpoint import digest as digest_module
from lehr.training.checkpoint import files
from lehr.training.checkpoint.digest import LARGE, Digest

SIZES = st.sampled_from([0, 1, 7, 1000, LARGE - 1, LARGE, LARGE + 1, 2 * LARGE + 5])


@settings(max_examples=40)
@given(st.lists(SIZES, max_size=12), st.integers(0, 255))
def test_pieces_small_and_large_are_hashed_in_their_order(sizes, first):
    pieces = [bytes([(first + n) % 256]) * size for n, size in enumerate(sizes)]
    with Digest() as digest:
        for piece in pieces:
            digest.update(memoryview(piece))
    assert digest.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()


@settings(max_examples=20)
@given(sizes=st.lists(SIZES | st.just(files.PIECE + 3), max_size=8))
def test_a_file_holds_the_chunks_and_its_record_tells_them(tmp_path_factory, sizes):
    chunks = [os.urandom(1) * size for size in sizes]
    path = tmp_path_factory.mktemp("file") / "file"
    record = files.write(path, chunks)
    data = b"".join(chunks)
    assert path.read_bytes() == data
    assert (record.bytes, record.sha256) == (
        len(data),
        hashlib.sha256(data).hexdigest(),
    )
    assert files.read(path, record) == data


@pytest.mark.parametrize("fails", [False, True])
def test_no_thread_is_left(tmp_path, fails):
    def chunks():
        yield bytes(LARGE)
        if fails:
            raise ZeroDivisionError

    before = threading.active_count()
    if fails:
        with pytest.raises(ZeroDivisionError):
            files.write(tmp_path / "file", chunks())
    else:
        files.write(tmp_path / "file", chunks())
    assert threading.active_count() == before


def test_an_interpreter_that_begins_no_thread_hashes_all_the_same(monkeypatch):
    class Refused(threading.Thread):
        def start(self):
            raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(digest_module.threading, "Thread", Refused)
    data = bytes(3 * LARGE)
    with Digest() as digest:
        digest.update(memoryview(data))
    assert digest.hexdigest() == hashlib.sha256(data).hexdigest()


def test_a_disk_that_takes_no_hint_and_few_bytes_at_once_gets_all(
    tmp_path, monkeypatch
):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    data = os.urandom(LARGE)
    record = files.write(tmp_path / "one", [data])
    monkeypatch.delattr(os, "posix_fadvise")
    assert files.write(tmp_path / "two", [data]) == record
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes() == data


def test_the_disk_is_told_to_begin_before_it_is_waited_for(tmp_path, monkeypatch):
    calls, fsync = [], os.fsync

    def sync(descriptor):
        calls.append("fsync")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(
        os, "posix_fadvise", lambda _, begin, size, how: calls.append((begin, size))
    )
    files.write(tmp_path / "file", [bytes(10), bytes(files.PIECE), bytes(LARGE)])
    assert calls == [(10, files.PIECE), (10 + files.PIECE, LARGE), "fsync"]
