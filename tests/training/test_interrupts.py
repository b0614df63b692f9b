"""A signal saves and stops; a second one quits; handlers are as before afterwards."""

import os
import signal
import threading

import pytest
import torch

from lehr.training import BaseTrainer, Callback
from lehr.training.interrupts import Interrupts
from training import runs


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_once_stops_and_the_run_goes_on_later(
    tmp_path, children, number
):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    job = {"folder": parts, "every": 100, "resume": "auto"}
    sent = {"event": "on_update", "update": 7, "number": number}
    straight, stopped, resumed = children(
        {"folder": whole, "every": 100}, {**job, "kill": sent}, {**job, "noise": 1}
    )
    assert stopped[0] == 0
    assert (stopped[1]["stopped_by"], stopped[1]["signal"]) == ("interrupt", number)
    assert stopped[1]["updates"] == 8, "at the next boundary"
    assert resumed[1] == straight[1]


class Ask(runs.KillAt):
    """Asks for a checkpoint, by a signal, after an update."""

    def __init__(self, update):
        super().__init__("on_update", update, number=signal.SIGUSR1)


def test_a_signal_asks_for_a_checkpoint_and_training_goes_on(tmp_path):
    handler = signal.getsignal(signal.SIGUSR1)
    seen = []

    class Look(Callback):
        def on_update(self, context):
            entries = context.trainer.store.entries()
            seen.append([entry.updates for entry in entries])

    one = runs.trainer(tmp_path, every=100, callbacks=[Ask(3), Look()])
    result = runs.fit(one, updates=8)
    assert result.stopped_by == "updates"
    assert seen[:5] == [[], [], [], [], [4]]
    assert signal.getsignal(signal.SIGUSR1) is handler


def plain_trainer(callbacks, folder):
    model = runs.net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return BaseTrainer(model, optimizer, callbacks=callbacks, folder=folder)


def test_a_second_signal_quits_at_once(tmp_path):
    one = runs.trainer(tmp_path, callbacks=[Twice("on_update", 3)])
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        runs.fit(one, updates=20)
    assert one.updates == 4
    assert signal.getsignal(signal.SIGINT) is handler


class Twice(runs.KillAt):
    def on_update(self, context):
        if context.update == self.update:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)


def test_the_handlers_are_restored(tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupts.received == signal.SIGTERM
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert after == before


def test_in_another_thread_nothing_is_noted_and_nothing_fails(caplog):
    seen = []

    def work():
        with Interrupts() as interrupts:
            seen.append(interrupts.received)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None]
    assert "not in the main thread" in caplog.text


class Sends(Callback):
    """Asks likewise, and has nothing to do with checkpoints."""

    def on_update(self, context):
        if context.update == 2:
            os.kill(os.getpid(), signal.SIGUSR1)


@pytest.mark.parametrize("folder", [True, False])
def test_a_save_that_nobody_does_is_told(tmp_path, caplog, folder):
    one = plain_trainer([Sends()], folder=tmp_path if folder else None)
    result = runs.fit(one, num_epochs=1)
    assert result.checkpoint is None
    assert caplog.text.count("a signal asks for a checkpoint, but nothing writes") == 1


def test_a_save_by_a_callback_of_ones_own_is_not_missed(tmp_path, caplog):
    class Own(Callback):
        def on_save_point(self, context):
            if context.wanted:
                context.trainer.save()

    one = plain_trainer([Sends(), Own()], folder=tmp_path)
    assert runs.fit(one, num_epochs=1).checkpoint is not None
    assert "nothing writes" not in caplog.text
