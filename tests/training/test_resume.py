"""A run that was killed ends as one that was not: to the last bit, nothing twice."""

import signal
from pathlib import Path

import pytest
import torch

from lehr.training import (
    Callback,
    CheckpointNotFoundError,
    FolderLockedError,
    FolderNotEmptyError,
    read_json_lines,
)
from training import runs

KILLED = -signal.SIGKILL


@pytest.mark.parametrize("data", ["lehr", "torch", "generator", "stream"])
def test_two_kills_inside_epochs_change_no_bit(tmp_path, children, data):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    job = {"folder": parts, "data": data, "every": 2, "resume": "auto"}
    straight, first, second, last = children(
        {"folder": whole, "data": data, "every": 2},
        {**job, "kill": {"event": "on_update", "update": 7}},
        {**job, "kill": {"event": "on_log", "update": 13}, "noise": 1},
        {**job, "noise": 2},
    )
    assert (first[0], second[0]) == (KILLED, KILLED)
    assert straight[1]["updates"] == 20
    assert last[1] == straight[1]
    assert log_of(parts) == log_of(whole)
    assert [record["update"] for record in log_of(parts)] == list(range(20))


@pytest.mark.parametrize("scheduler", ["by epoch", "by update"])
def test_a_kill_changes_no_bit_under_any_scheduler(tmp_path, children, scheduler):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    job = {"folder": parts, "scheduler": scheduler, "resume": "auto"}
    straight, killed, resumed = children(
        {"folder": whole, "scheduler": scheduler},
        {**job, "kill": {"event": "on_update", "update": 7}},
        {**job, "noise": 1},
    )
    assert killed[0] == KILLED
    assert resumed[1] == straight[1]
    assert log_of(parts) == log_of(whole)
    rates = [record["lr"] for record in log_of(parts)]
    by_epoch = [0.01] * 5 + [0.02] * 10 + [0.01] * 5  # 5 updates an epoch
    by_update = [0.02 * 0.5 ** (update // 3) for update in range(20)]
    assert rates == (by_epoch if scheduler == "by epoch" else by_update)


@pytest.mark.parametrize("event", ["on_update", "on_evaluate", "on_save_point"])
def test_a_kill_in_any_event_of_an_epochs_last_update_changes_no_bit(
    tmp_path, children, event
):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    kill = {"event": event, "update": 9, "order": 2000}
    straight, killed, resumed = children(
        {"folder": whole, "every": 4},
        {"folder": parts, "every": 4, "kill": kill},
        {"folder": parts, "every": 4, "resume": "auto", "noise": 1},
    )
    assert killed[0] == KILLED
    assert resumed[1] == straight[1]


def test_a_kill_after_any_call_of_a_save_changes_no_bit(tmp_path, children):
    calls = 30  # those of the first saves, and of dropping the one before
    job = {"updates": 4, "resume": "auto"}
    jobs = [{"folder": str(tmp_path / "whole"), "updates": 4}]
    for number in range(calls):
        folder = str(tmp_path / str(number))
        jobs.append({**job, "folder": folder, "fatal_call": number})
        jobs.append({**job, "folder": folder, "noise": 1})
    (_, straight), *trials = children(*jobs)
    killed, resumed = trials[::2], trials[1::2]
    assert [status for status, _ in killed] == [KILLED] * calls
    assert [result for _, result in resumed] == [straight] * len(resumed)
    for number in range(calls):
        names = {p.name for p in (tmp_path / str(number) / "checkpoints").iterdir()}
        assert not {name for name in names if name.startswith(".stage")}


def test_the_patience_of_early_stopping_survives_a_kill(tmp_path, children):
    job = {"data": "lehr", "patience": 1, "updates": 200}
    parts = {**job, "folder": str(tmp_path / "parts"), "resume": "auto"}
    [(_, straight)] = children({**job, "folder": str(tmp_path / "whole")})
    assert straight["stopped_by"] == "early stopping"
    end = straight["updates"]
    kill = {"event": "on_update", "update": end - 3}
    killed, resumed, again = children({**parts, "kill": kill}, parts, parts)
    assert killed[0] == KILLED
    assert resumed[1] == straight
    assert again[1]["updates"] == end, "a run that was stopped goes no further"
    assert again[1]["stopped_by"] == "early stopping"


def test_a_run_that_has_reached_its_goal_is_done_at_once_and_can_be_extended(tmp_path):
    runs.fit(runs.trainer(tmp_path), num_epochs=1)
    again = runs.trainer(tmp_path)
    result = runs.fit(again, num_epochs=1, resume=True)
    assert (result.stopped_by, result.updates) == ("epochs", 5)
    extended = runs.trainer(tmp_path)
    result = runs.fit(extended, num_epochs=2, resume=result.checkpoint)
    assert (result.updates, len(result.history)) == (10, 2)


@pytest.mark.parametrize("data", ["lehr", "torch"])
def test_fit_in_two_parts_is_fit_in_one(tmp_path, data):
    one, two = runs.trainer(tmp_path / "one"), runs.trainer(tmp_path / "two")
    runs.fit(one, data, updates=7)
    runs.fit(one, data, updates=12)
    loader = runs.batches(data)
    runs.fit(two, loader, updates=7)
    runs.fit(two, loader, updates=12)
    assert runs.digest(two) == runs.digest(one)
    assert log_of(tmp_path / "one") == log_of(tmp_path / "two")


def test_a_checkpoint_by_hand_is_the_whole_state(tmp_path):
    one, two = runs.trainer(tmp_path / "one"), runs.trainer(tmp_path / "two")
    runs.fit(one, updates=7)
    one.save_checkpoint(tmp_path / "deep" / "seven")
    with pytest.raises(FileExistsError, match="never overwritten"):
        one.save_checkpoint(tmp_path / "deep" / "seven")
    runs.fit(one, updates=12)
    two.load_checkpoint(tmp_path / "deep" / "seven")
    assert two.updates == 7
    runs.fit(two, updates=12)
    assert runs.digest(two) == runs.digest(one)


@pytest.mark.parametrize("data", ["lehr", "torch", "generator", "stream"])
def test_a_state_saved_before_the_end_of_the_epochs_last_update_goes_on(tmp_path, data):
    class SaveHere(Callback):
        def on_update(self, context):
            if context.update == 4:
                context.trainer.save_checkpoint(tmp_path / "five")

    one = runs.trainer(tmp_path / "one", callbacks=[SaveHere()])
    runs.fit(one, data, updates=12)
    two = runs.trainer(tmp_path / "two")
    runs.fit(two, data, updates=12, resume=tmp_path / "five")
    assert runs.digest(two) == runs.digest(one)


@pytest.mark.parametrize("data", ["lehr", "torch", "generator"])
@pytest.mark.parametrize("update", [1, 4, 6])
def test_after_an_error_the_run_goes_on_behind_it(tmp_path, data, update):
    class FailOnce(Callback):
        failed = False

        def on_update(self, context):
            if context.update == update and not self.failed:
                self.failed = True
                raise ZeroDivisionError

    loader = runs.batches(data)
    one = runs.trainer(tmp_path, callbacks=[FailOnce()])
    with pytest.raises(ZeroDivisionError):
        runs.fit(one, loader, num_epochs=3)
    result = runs.fit(one, loader, num_epochs=3)
    assert (result.updates, result.samples) == (15, 3 * runs.SAMPLES)
    assert [row["samples"] for row in result.history] == [54, 108, 162]


def test_a_run_of_nothing_keeps_its_place(tmp_path):
    whole, parts = runs.trainer(tmp_path / "whole"), runs.trainer(tmp_path / "parts")
    runs.fit(whole, updates=7)
    runs.fit(whole, updates=12)
    runs.fit(parts, updates=7)
    again = runs.trainer(tmp_path / "parts")
    loader = runs.batches("lehr")
    assert runs.fit(again, loader, updates=7, resume=True).updates == 7
    runs.fit(again, loader, updates=12)
    assert runs.digest(again) == runs.digest(whole)


def test_the_run_goes_on_in_a_folder_that_was_moved(tmp_path):
    runs.fit(runs.trainer(tmp_path / "a"), updates=7)
    (tmp_path / "a").rename(tmp_path / "b")
    moved = runs.trainer(tmp_path / "b")
    runs.fit(moved, updates=12, resume=True)
    straight = runs.trainer(tmp_path / "c")
    runs.fit(straight, updates=7)
    runs.fit(straight, updates=12)
    assert runs.digest(moved) == runs.digest(straight)


def test_a_fresh_run_does_not_mix_with_another_one(tmp_path):
    runs.fit(runs.trainer(tmp_path), updates=2)
    with pytest.raises(FolderNotEmptyError, match="resume=True"):
        runs.fit(runs.trainer(tmp_path), updates=2)


def test_resume_tells_what_it_lacks(tmp_path):
    data = runs.batches("lehr")
    with pytest.raises(CheckpointNotFoundError, match="no checkpoint in"):
        runs.fit(runs.trainer(tmp_path), data, updates=2, resume=True)
    with pytest.raises(CheckpointNotFoundError, match="no checkpoint at"):
        runs.fit(runs.trainer(tmp_path), data, updates=2, resume=tmp_path / "none")
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    bare = runs.BaseTrainer(model, optimizer)
    with pytest.raises(ValueError, match="resume needs a run folder"):
        bare.fit(data, updates=2, resume=True)
    runs.fit(runs.trainer(tmp_path), data, updates=2, resume="auto")
    other = runs.BaseTrainer(model, optimizer, folder=tmp_path)
    with pytest.raises(ValueError, match="the checkpoint has a scheduler"):
        other.fit(data, updates=4, resume=True)


def test_a_second_run_in_the_folder_is_refused(tmp_path):
    class Second(runs.Callback):
        def on_update(self, context):
            runs.fit(runs.trainer(tmp_path), updates=2)

    first = runs.trainer(tmp_path, callbacks=[Second()])
    with pytest.raises(FolderLockedError, match="in use by process"):
        runs.fit(first, updates=2)


def test_data_that_shrank_is_noticed(tmp_path):
    x, y = runs.table()
    whole = [*zip(x.split(4), y.split(4), strict=True)]
    one = runs.trainer(tmp_path)
    runs.fit(one, runs.stream(whole), updates=3)
    with pytest.raises(ValueError, match="the data has changed"):
        runs.fit(runs.trainer(tmp_path), runs.stream(whole[:5]), updates=6, resume=True)


def log_of(folder):
    return list(read_json_lines(Path(folder, "metrics.jsonl")))
