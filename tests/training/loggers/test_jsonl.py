"""Records as lines of JSON, cut off where a run goes on."""

import json

import pytest

from lehr.training import JsonLines
from lehr.training.loggers import jsonl


def written(path, updates):
    log = JsonLines(path)
    log.open(updates=0)
    for update in range(updates):
        log.log({"update": update, "loss": 1 / (update + 1)})
    log.close()
    return log


def numbers(path):
    return [json.loads(line)["update"] for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("block", [1, 7, 64, 10**6])
@pytest.mark.parametrize("kept", [0, 1, 5, 19, 20, 30])
def test_a_file_is_cut_at_the_first_record_that_comes_again(
    tmp_path, monkeypatch, block, kept
):
    monkeypatch.setattr(jsonl, "BLOCK", block)
    log = written(tmp_path / "log.jsonl", 20)
    log.open(updates=kept)
    log.close()
    assert numbers(log.path) == list(range(min(kept, 20)))


@pytest.mark.parametrize("rest", [b'{"upda', b"{}\n", b"\n", b'"text"\n', b"\xff\n"])
def test_what_is_no_whole_record_at_the_end_is_cut_off(tmp_path, rest):
    log = written(tmp_path / "log.jsonl", 3)
    with log.path.open("ab") as file:
        file.write(rest)
    log.open(updates=3)
    log.log({"update": 3})
    log.close()
    assert numbers(log.path) == [0, 1, 2, 3]


def test_of_a_long_file_only_the_end_is_read(tmp_path, monkeypatch):
    log = written(tmp_path / "log.jsonl", 5000)
    read = []
    real = json.loads
    monkeypatch.setattr(jsonl.json, "loads", lambda line: read.append(1) or real(line))
    log.open(updates=4990)
    log.close()
    assert len(read) == 11
