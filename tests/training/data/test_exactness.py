"""A run that is killed twice, with augmentation in workers, changes no bit."""

import signal

import pytest

from training import data_runs

KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def children(tmp_path_factory):
    with data_runs.Children(tmp_path_factory.mktemp("results")) as children:
        yield children


@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        ("map 0", "map 0", "map 0"),
        ("map 2", "map 2", "map 2"),
        ("map 0", "map 2", "map 1"),
        ("stream 2", "stream 0", "stream 2"),
        ("seek 0", "seek 2", "seek 1"),
    ],
)
def test_20_updates_are_7_a_kill_5_a_kill_and_8(
    tmp_path, children, before, between, after
):
    job = {"folder": str(tmp_path / "parts"), "resume": "auto"}
    kills = [{"event": "on_save_point", "update": n, "order": 3000} for n in (6, 11)]
    straight, first, second, last = children(
        {"folder": str(tmp_path / "whole"), "data": before},
        {**job, "data": before, "kill": kills[0]},
        {**job, "data": between, "kill": kills[1], "noise": 1},
        {**job, "data": after, "noise": 2},
    )
    assert (first[0], second[0]) == (KILLED, KILLED)
    assert straight[1]["updates"] == 20
    assert last[1] == straight[1]


def test_a_kill_between_two_checkpoints_changes_no_bit(tmp_path, children):
    job = {"data": "map 2", "every": 4}
    kill = {"event": "on_update", "update": 10}
    straight, killed, resumed = children(
        {**job, "folder": str(tmp_path / "whole")},
        {**job, "folder": str(tmp_path / "parts"), "kill": kill},
        {**job, "folder": str(tmp_path / "parts"), "resume": "auto", "noise": 1},
    )
    assert killed[0] == KILLED
    assert resumed[1] == straight[1]


def test_ctrl_c_reaches_the_workers_too_and_the_run_is_saved(tmp_path, children):
    job = {"data": "map 2", "folder": str(tmp_path / "parts"), "resume": "auto"}
    [(_, straight)] = children({"data": "map 2", "folder": str(tmp_path / "whole")})
    interrupt = {"event": "on_update", "update": 7, "number": signal.SIGINT}
    (status, stopped), resumed = children(
        {**job, "kill": interrupt, "group": True}, job
    )
    assert (status, stopped["stopped_by"], stopped["updates"]) == (0, "interrupt", 8)
    assert resumed[1] == straight
