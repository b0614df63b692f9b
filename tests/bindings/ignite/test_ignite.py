"""ignite's engine steps it after each iteration, and its Checkpoint resumes it."""

import pytest
import torch

pytest.importorskip("ignite")

from ignite.contrib.engines import common
from ignite.engine import Engine, Events
from ignite.handlers import Checkpoint, DiskSaver
from ignite.handlers.param_scheduler import LRScheduler

from bindings.recorded import recorded
from lehr import Cosine, warmup_cosine
from lehr.bindings.torch import Scheduler

FIELDS = {"lr": warmup_cosine(1e-2, warmup=5, total=30), "momentum": Cosine(0.9, 0, 30)}
EXPECTED = [tuple(curve(t) for curve in FIELDS.values()) for t in range(24)]
BATCHES = [torch.full((4, 2), 0.1 * i) for i in range(6)]


class Run:
    """A model, its engine, and what is saved of them."""

    def __init__(self, seed=0, window=1):
        torch.manual_seed(seed)
        self.model = torch.nn.Linear(2, 1)
        optimizer = torch.optim.SGD(self.model.parameters(), lr=1.0)
        self.scheduler = Scheduler(optimizer, **FIELDS)
        self.seen = recorded(optimizer, *FIELDS)

        def update(engine, x):
            loss = self.model(x).square().mean()
            loss.backward()
            if engine.state.iteration % window == 0:
                optimizer.step()
                optimizer.zero_grad()
            return loss.item()

        self.trainer = Engine(update)
        self.saved = {
            "model": self.model,
            "optimizer": optimizer,
            "lr": self.scheduler,
            "trainer": self.trainer,
        }
        self.each = Events.ITERATION_COMPLETED(every=window)

    def stepped(self):
        self.trainer.add_event_handler(self.each, lambda: self.scheduler.step())
        return self


def test_each_update_has_its_values_through_a_resume(tmp_path):
    whole = Run().stepped()
    whole.trainer.run(BATCHES, max_epochs=4)
    first = Run().stepped()
    files = Checkpoint(first.saved, DiskSaver(tmp_path), n_saved=None)
    first.trainer.add_event_handler(Events.EPOCH_COMPLETED, files)
    first.trainer.run(BATCHES, max_epochs=2)
    second = Run(seed=1).stepped()
    (file,) = tmp_path.glob("*_12.pt")
    Checkpoint.load_objects(second.saved, torch.load(file, weights_only=True))
    second.trainer.run(BATCHES, max_epochs=4)
    assert whole.seen == EXPECTED
    assert first.seen + second.seen == EXPECTED
    assert torch.equal(whole.model.weight, second.model.weight)


def test_a_window_of_batches_is_one_update():
    run = Run(window=3).stepped()
    run.trainer.run(BATCHES, max_epochs=4)
    assert run.seen == EXPECTED[:8]


def test_ignites_common_setup_steps_it(tmp_path):
    run = Run()
    common.setup_common_training_handlers(
        run.trainer,
        to_save=run.saved,
        save_every_iters=6,
        output_path=str(tmp_path),
        lr_scheduler=run.scheduler,
        with_pbars=False,
        with_gpu_stats=False,
    )
    run.trainer.run(BATCHES, max_epochs=2)
    assert run.seen == EXPECTED[:12]
    assert list(tmp_path.glob("*_12.pt"))


def test_ignites_own_wrapper_is_refused_before_a_wrong_rate():
    """It would have the values of an update written one update too early."""
    run = Run()
    run.trainer.add_event_handler(Events.ITERATION_STARTED, LRScheduler(run.scheduler))
    with pytest.raises(AttributeError, match="add_event_handler"):
        run.trainer.run(BATCHES)
    assert run.seen == []


def test_the_bare_method_is_refused_where_it_would_be_given_the_engine():
    run = Run()
    run.trainer.add_event_handler(Events.ITERATION_COMPLETED, run.scheduler.step)
    with pytest.raises(TypeError, match="takes no number"):
        run.trainer.run(BATCHES)
