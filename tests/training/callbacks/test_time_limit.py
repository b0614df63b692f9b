"""A run that stops in time goes on later, as if it had not stopped."""

import time

import pytest

from lehr.training import Callback, Checkpointing, TimeLimit
from training import runs
from training.callbacks import scripted


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr("time.monotonic", lambda: Clock.now)
    return Clock


class Takes(Callback):
    """Moves the clock at every update."""

    order = -1

    def __init__(self, clock, seconds):
        self.clock, self.seconds = clock, seconds

    def on_update(self, context):
        self.clock.now += self.seconds


def part(clock, folder, limit, *, epochs=10, **options):
    callbacks = [Takes(clock, 1.0), limit, Checkpointing(monitor="val_x")]
    trainer = scripted.trainer_of([1.0] * 99, callbacks, folder=folder)
    return scripted.fit(trainer, epochs, **options), trainer


def test_it_stops_after_the_first_update_at_which_the_time_is_up(clock, tmp_path):
    result, _ = part(clock, tmp_path, TimeLimit(3.5))
    assert (result.stopped_by, result.updates) == ("time limit", 4)
    assert not result.reached_goal
    assert result.exit_code == 75
    assert result.checkpoint.name == "update-000000000004"


def test_each_part_of_a_run_has_its_own_time(clock, tmp_path):
    limit = TimeLimit("3s")
    updates = [part(clock, tmp_path, limit, resume="auto")[0] for _ in range(4)]
    assert [result.updates for result in updates] == [3, 6, 9, 10]
    assert [result.exit_code for result in updates] == [75, 75, 75, 0]


def test_the_time_of_the_whole_run_may_be_counted(clock, tmp_path):
    result, _ = part(clock, tmp_path, TimeLimit(5, whole_run=True), epochs=3)
    assert result.stopped_by == "epochs"
    result, _ = part(clock, tmp_path, TimeLimit(5, whole_run=True), resume=True)
    assert (result.stopped_by, result.updates) == ("time limit", 5)
    result, _ = part(clock, tmp_path, TimeLimit(5, whole_run=True), resume=True)
    assert (result.stopped_by, result.updates) == ("time limit", 5)


def test_a_run_whose_last_update_is_done_has_reached_its_goal(clock, tmp_path):
    result, _ = part(clock, tmp_path, TimeLimit(3), epochs=3)
    assert (result.stopped_by, result.exit_code) == ("epochs", 0)
    assert len(result.evaluations) == 3


def test_stopped_and_resumed_it_ends_bit_for_bit_as_if_it_had_not(clock, tmp_path):
    whole = runs.trainer(tmp_path / "whole", every=None)
    runs.fit(whole, updates=20)
    for updates in (7, 14, 20):
        limit = [Takes(clock, 1.0), TimeLimit(7)]
        one = runs.trainer(tmp_path / "parts", every=None, callbacks=limit)
        result = runs.fit(one, updates=20, resume="auto")
        assert result.updates == updates
    assert runs.digest(one) == runs.digest(whole)
    assert whole.evaluations == one.evaluations


def test_real_time_passes_too():
    start = time.monotonic()
    trainer = scripted.trainer_of([], [TimeLimit(0.2)])
    result = trainer.fit([runs.table(8)], num_epochs=10**9)
    assert result.stopped_by == "time limit"
    assert 0.2 <= time.monotonic() - start < 30


@pytest.mark.parametrize("limit", [0, -1, "soon"])
def test_what_is_no_limit_is_refused(limit):
    with pytest.raises(ValueError, match="limit must be"):
        TimeLimit(limit)
