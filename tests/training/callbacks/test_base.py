"""Callbacks run in their order; what goes wrong in one says whose it is."""

import pytest
import torch

from lehr.training import Callback, Checkpointing, LoggingCallback
from lehr.training.callbacks.base import EVENTS, Callbacks
from training import runs


class Named(Callback):
    def __init__(self, name, order=0, said=None):
        self.name, self.order, self.said = name, order, said

    def on_epoch_start(self, context):
        self.said.append(self.name)


def plain(callbacks, **options):
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return runs.BaseTrainer(model, optimizer, callbacks=callbacks, **options)


def test_the_order_is_kept_and_ties_go_as_given():
    said = []
    callbacks = [Named("c", 1, said), Named("a", -1, said), Named("d", 1, said)]
    plain([*callbacks, Named("b", said=said)]).fit(runs.batches("lehr"), updates=1)
    assert said == ["a", "b", "c", "d"]


def test_what_saves_comes_after_what_logs_and_that_after_what_judges():
    ordered = [runs.RateMonitor, runs.EarlyStopping, LoggingCallback, Checkpointing]
    assert sorted(ordered, key=lambda one: one.order) == ordered


@pytest.mark.parametrize(
    "event", [e for e in EVENTS if e not in ("on_error", "on_roll_back")]
)
def test_an_exception_names_the_callback_and_the_event(event):
    def fail(self, context):
        raise LookupError("lost")

    faulty = type("Faulty", (Callback,), {event: fail})()
    with pytest.raises(LookupError, match="lost") as caught:
        plain([faulty]).fit(runs.batches("lehr"), runs.validation(), 1)
    assert caught.value.__notes__ == [f"raised by callback Faulty.{event}"]


def test_only_the_events_that_are_overridden_are_called():
    callbacks = Callbacks([Named("a", said=[]), Callback()])
    assert len(callbacks.on_epoch_start) == 1
    assert callbacks.on_update == ()


def test_two_of_a_kind_have_states_of_their_own():
    first, second = Checkpointing(), Checkpointing()
    first.best, second.best = 1.0, 2.0
    state = Callbacks([first, second]).state_dict()
    assert state == {"Checkpointing": {"best": 1.0}, "Checkpointing-2": {"best": 2.0}}
    others = Checkpointing(), Checkpointing()
    assert Callbacks(others).load_state_dict({**state, "Gone": {"x": 1}}) == ["Gone"]
    assert [one.best for one in others] == [1.0, 2.0]


def test_a_state_without_its_callback_is_reported(tmp_path, caplog):
    runs.fit(runs.trainer(tmp_path), updates=1)
    model = runs.net()
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = runs.Scheduler(
        optimizer, lr=runs.warmup_cosine(0.02, warmup=4, total=20)
    )
    bare = runs.BaseTrainer(model, optimizer, scheduler, folder=tmp_path)
    bare.fit(runs.batches("lehr"), updates=2, resume=True, on_change="accept")
    assert "a state for EarlyStopping, which is not there" in caplog.text


@pytest.mark.parametrize("wrong", ["text", Checkpointing])
def test_what_is_no_callback_is_refused(wrong):
    with pytest.raises(TypeError, match="callbacks must hold"):
        Callbacks([wrong])


def test_a_method_that_looks_like_an_event_is_refused_with_the_nearest():
    class Mistaken(Callback):
        def on_updates(self, context):
            """Never called."""

    with pytest.raises(ValueError, match="did you mean 'on_update'"):
        Callbacks([Mistaken()])
