"""Losses and gradients that are not finite: refused, skipped or undone; never kept."""

import math

import pytest

from faults.forks import KILLED
from lehr.training import CheckpointStore, read_json_lines

WHERE = ("loss", "gradient")
POISON = (17, 2)  # the sample, in the epoch of updates 10 to 14


@pytest.mark.parametrize("what", WHERE)
def test_it_ends_the_run_before_the_update_and_the_run_can_go_on(
    tmp_path, forks, whole, what
):
    failed = forks("train", folder=tmp_path, poison=(what, *POISON))
    assert (failed.status, failed.result["error"]) == (1, "NonFiniteError")
    assert what in failed.result["told"]
    assert "the update was not applied" in failed.result["told"]
    entries = CheckpointStore(tmp_path / "checkpoints").entries()
    assert entries[-1].updates in (10, 12, 14)
    assert all(entry.finite for entry in entries)
    assert forks("train", folder=tmp_path, noise=1).run == whole.run, "once repaired"


@pytest.mark.parametrize("what", WHERE)
@pytest.mark.parametrize("policy", ["skip", "roll back"])
def test_each_policy_goes_on_with_finite_numbers_also_when_killed_after_it(
    tmp_path, forks, what, policy
):
    options = {"poison": (what, *POISON), "callbacks": [policy], "updates": 24}
    straight = forks("train", folder=tmp_path / "whole", **options)
    assert straight.run["updates"] == 24
    assert all(finite for _, finite in straight.result["checkpoints"])
    log = list(read_json_lines(tmp_path / "whole" / "metrics.jsonl"))
    assert [record["update"] for record in log] == list(range(24))
    assert all(math.isfinite(record["loss"]) for record in log)
    for updates in (9, 12, 15):
        folder = tmp_path / str(updates)
        killed = forks("train", folder=folder, die=("log", updates), **options)
        assert killed.status == KILLED
        resumed = forks("train", folder=folder, noise=1, **options)
        assert resumed.run["log"] == straight.run["log"]
        assert resumed.run["trained"] == straight.run["trained"]


def test_where_nobody_checks_what_is_not_finite_displaces_nothing(tmp_path, forks):
    ended = forks(
        "train",
        folder=tmp_path,
        poison=("loss", *POISON),
        check_finite=False,
        patience=None,
    )
    assert ended.run["updates"] == 20
    assert math.isfinite(ended.result["best"])
    checkpoints = dict(ended.result["checkpoints"])
    assert checkpoints.pop(20) is False, "the newest is there, and says what it is"
    assert checkpoints and all(checkpoints.values())
    best = CheckpointStore(tmp_path / "checkpoints").entries()[0]
    assert best.finite and math.isfinite(best.metrics["val_loss"])
