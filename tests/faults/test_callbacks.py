"""Errors in callbacks, models and loggers; trainers that are used in odd ways."""

import pytest
import torch

from faults import trials
from lehr.training import (
    BaseTrainer,
    Callback,
    CheckpointStore,
    LoggingCallback,
)
from lehr.training.callbacks.base import EVENTS
from training import runs

BEFORE_THE_END = [e for e in EVENTS if e not in ("on_roll_back", "on_error", "on_end")]


class Witness(Callback):
    """Sees how a run ends."""

    order = 5000

    def __init__(self):
        self.seen = []

    def on_error(self, context):
        self.seen.append(("on_error", str(context.error)))

    def on_end(self, context):
        self.seen.append(("on_end", context.result))


def fails_in(event, update):
    def fail(self, context):
        if context.trainer.updates >= update:
            raise ZeroDivisionError("mine")

    return type("Mine", (Callback,), {event: fail})()


@pytest.mark.parametrize("event", BEFORE_THE_END)
def test_an_error_in_any_event_is_named_and_the_others_see_the_end(tmp_path, event):
    witness = Witness()
    update = 0 if event == "on_start" else 8
    one = trials.build(tmp_path, callbacks=[fails_in(event, update), witness])
    with pytest.raises(ZeroDivisionError, match="mine") as caught:
        one.fit(trials.data(), trials.validation(), updates=20)
    assert caught.value.__notes__ == [f"raised by callback Mine.{event}"]
    assert witness.seen == [("on_error", "mine"), ("on_end", None)]
    if update:
        assert CheckpointStore(tmp_path / "checkpoints").newest()[0].updates >= 6
    again = trials.build(tmp_path)
    result = again.fit(trials.data(), trials.validation(), updates=20, resume="auto")
    assert (result.updates, result.exit_code) == (20, 0)


def test_an_error_in_the_model_ends_the_run_which_can_go_on(tmp_path, forks, whole):
    failed = forks("train", folder=tmp_path, poison=("error", 17, 2))
    assert (failed.status, failed.result["error"]) == (1, "ZeroDivisionError")
    assert "in forward" in failed.stderr
    assert forks("train", folder=tmp_path, noise=1).run == whole.run


def test_a_logger_that_fails_is_told_once_and_changes_no_number(tmp_path, forks, whole):
    ended = forks("train", folder=tmp_path, callbacks=["broken logger"])
    assert ended.run == whole.run
    assert ended.stderr.count("the server is away") == 1
    assert ended.stderr.count("logging goes on without") == 1


def test_a_run_inside_a_run_has_signals_and_a_folder_of_its_own(tmp_path):
    inner = []

    class Nested(Callback):
        def on_update(self, context):
            if context.update == 3:
                one = runs.trainer(tmp_path / "inner", seed=None)
                inner.append(runs.fit(one, updates=5))

    outer = runs.trainer(tmp_path / "outer", callbacks=[Nested()])
    result = runs.fit(outer, updates=12)
    assert (result.stopped_by, result.updates) == ("updates", 12)
    assert (inner[0].stopped_by, inner[0].updates) == ("updates", 5)


def test_a_run_inside_itself_is_refused(tmp_path):
    class Again(Callback):
        def on_update(self, context):
            context.trainer.fit(trials.data(), updates=50)

    one = trials.build(tmp_path, callbacks=[Again()])
    with pytest.raises(RuntimeError, match="is training already"):
        one.fit(trials.data(), trials.validation(), updates=20)


def test_a_trainer_that_is_used_again_goes_on_and_another_one_is_refused(tmp_path):
    one = trials.build(tmp_path)
    one.fit(trials.data(), trials.validation(), updates=8)
    with pytest.raises(ValueError, match="goals are totals"):
        one.fit(trials.data(), trials.validation(), updates=8)
    loader = trials.data()
    assert one.fit(loader, trials.validation(), updates=20).updates == 20
    straight = trials.build(tmp_path / "straight")
    straight.fit(trials.data(), trials.validation(), updates=20)
    assert trials.trained(one) == trials.trained(straight)


def test_a_full_disk_for_the_records_does_not_end_the_run(tmp_path, monkeypatch):
    def full(self, record):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lehr.training.JsonLines.log", full)
    model = torch.nn.Linear(8, 3)
    one = BaseTrainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1),
        callbacks=[LoggingCallback(1)],
        folder=tmp_path,
    )
    assert one.fit(runs.batches("lehr"), updates=20).exit_code == 0


@pytest.mark.parametrize("event", ["on_error", "on_end"])
def test_an_error_at_the_end_keeps_no_other_callback_from_ending(tmp_path, event):
    witness = Witness()
    failing = [fails_in(event, 0), witness]
    if event == "on_error":
        failing.append(fails_in("on_update", 8))
    one = trials.build(tmp_path, callbacks=failing)
    with pytest.raises(ZeroDivisionError):
        one.fit(trials.data(), trials.validation(), updates=20)
    assert [name for name, _ in witness.seen][-1] == "on_end"
    assert ("on_error", "mine") in witness.seen or event == "on_end"
    assert not one.store._staging._buffers, "the store was closed"
