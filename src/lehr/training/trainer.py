"""The trainer: a model, an optimizer, a schedule, and the parts around the loop."""

import contextlib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn, optim

from lehr._checks import choice, count
from lehr.training import rng, snapshot
from lehr.training.callbacks.base import Callback, Callbacks, fire
from lehr.training.callbacks.events import EndContext, ErrorContext
from lehr.training.checkpoint import (
    CheckpointStore,
    FolderLock,
    Retention,
    read_checkpoint,
    write_checkpoint,
)
from lehr.training.clock import Clock
from lehr.training.drivers import Per
from lehr.training.feed import Feed, require_rereadable
from lehr.training.interface import Trainer
from lehr.training.interrupts import Interrupts
from lehr.training.loops import TrainingLoop, ValidationLoop
from lehr.training.metrics import Averages, Metric, evaluated_names
from lehr.training.modes import evaluating, to_training
from lehr.training.objective import Loss, Objective
from lehr.training.result import Best, FitResult, Goal
from lehr.training.resume import begin
from lehr.training.run import Run
from lehr.training.unbound import Optimizer, bound

BOOKKEEPING = ("epoch", "updates", "samples", "seconds")


class BaseTrainer(Trainer):
    """Trains a model, so that a run which was killed goes on exactly where it was.

    One trainer is one run: a second `fit` continues it, and its goals are totals. A
    schedule-free optimizer is told when to train and when to evaluate; after `fit`,
    call its `eval()` before the model is used.

    Args:
        model: called with the inputs of a batch: all of a tuple but its last item, the
            target; or the items of a mapping by name.
        optimizer: torch's, over the model's parameters; or lehr's, without any yet.
        scheduler: one of lehr's, torch's or timm's, driven as `Clock` tells.
        loss: `loss(output, target)`, the mean over the batch. Without: the model's own,
            else cross entropy for integer targets and mean squared error for floating
            ones; `loss_name` says which.
        metrics: `{name: metric(output, target)}`, means over a batch, for evaluations.
        callbacks: what happens around training.
        accumulation: batches per update.
        clip_norm: largest norm of the gradient; None does not clip.
        seed: of all random generators, when a fresh run begins; None leaves them.
        device: where to train; None: where the model is.
        folder: of the run, for its checkpoints and its lock.
        evaluate_every: in updates; None: at the end of each epoch. Also at the goal.
        step_per: "update" or "epoch": what moves it; None: what it says, else update.
        monitor, mode: which metric, and whether "min" or "max", makes the best.
        check_finite: refuse an update whose loss or gradient norm is not finite.

    >>> _ = torch.manual_seed(0)
    >>> x = torch.randn(256, 4)
    >>> batches = list(zip(x.split(32), (x.sum(1) > 0).long().split(32)))
    >>> model = nn.Linear(4, 2)
    >>> trainer = BaseTrainer(model, torch.optim.Adam(model.parameters(), lr=0.1))
    >>> result = trainer.fit(batches, batches, num_epochs=5)
    >>> result.stopped_by, result.updates, trainer.loss_name
    ('epochs', 40, 'cross entropy (integer targets)')
    >>> result.best.value < 0.2
    True
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: optim.Optimizer | Optimizer,
        scheduler: Any = None,
        *,
        loss: Loss | None = None,
        metrics: Mapping[str, Metric] | None = None,
        callbacks: Iterable[Callback] = (),
        accumulation: int = 1,
        clip_norm: float | None = None,
        seed: int | None = 0,
        device: torch.device | str | None = None,
        folder: str | Path | None = None,
        evaluate_every: int | None = None,
        step_per: Per | None = None,
        monitor: str = "val_loss",
        mode: Literal["min", "max"] = "min",
        check_finite: bool = True,
    ) -> None:
        choice("mode", mode, ("min", "max"))
        choice("monitor", monitor, evaluated_names(metrics or {}))
        if evaluate_every is not None:
            count("evaluate_every", evaluate_every, minimum=1)
        self.model = model if device is None else model.to(device)
        self.optimizer, self.scheduler = bound(optimizer, self.model), scheduler
        self.clock = Clock(scheduler, self.optimizer, step_per, monitor)
        objective = Objective(loss)
        self.loop = TrainingLoop(
            self.model,
            self.optimizer,
            self.clock,
            loss=objective,
            accumulation=accumulation,
            clip_norm=clip_norm,
            device=device,
            check_finite=check_finite,
        )
        self.validation = ValidationLoop(
            self.model, loss=objective, metrics=metrics, device=device
        )
        self.callbacks = Callbacks(callbacks)
        self.seed = None if seed is None else count("seed", seed)
        self.folder, self.store = None if folder is None else Path(folder), None
        if self.folder is not None:
            self.store = CheckpointStore(self.folder / "checkpoints")
        self.evaluate_every, self.monitor, self.mode = evaluate_every, monitor, mode
        self.epochs = 0
        self.seconds_before = 0.0
        self.averages = Averages()
        self.rates: list[Any] = [group["lr"] for group in self.optimizer.param_groups]
        self.history: list[dict[str, Any]] = []
        self.evaluations: list[dict[str, Any]] = []
        self.best: Best | None = None
        self.checkpoint: Path | None = None
        self.stopping: str | None = None
        self.begun = False
        self._since: float | None = None
        self._feed: Feed | None = None
        self._place: Mapping[str, Any] | None = None
        self._random: Mapping[str, Any] | None = None

    @property
    def updates(self) -> int:
        """Updates done."""
        return self.loop.updates

    @property
    def samples(self) -> int:
        """Samples seen."""
        return self.loop.samples

    @property
    def seconds(self) -> float:
        """Time spent in `fit`, in all parts of the run."""
        if self._since is None:
            return self.seconds_before
        return self.seconds_before + time.monotonic() - self._since

    @property
    def loss_name(self) -> str:
        """Which loss is used."""
        return self.loop.objective.name

    def fit(
        self,
        train_data: Iterable[Any],
        val_data: Iterable[Any] | None = None,
        num_epochs: int | None = None,
        *,
        updates: int | None = None,
        resume: bool | str | Path | None = None,
    ) -> FitResult:
        """Train until a goal is reached, or something stops it.

        After an error, `fit` goes on behind the batches that were dealt last.

        Args:
            train_data: any iterable of batches.
            val_data: batches to evaluate on; None evaluates nothing.
            num_epochs: goal: epochs of the whole run.
            updates: goal: updates of the whole run; the goal reached first counts.
            resume: True goes on from the newest whole checkpoint of the folder; "auto"
                does so if there is one; a path goes on from that checkpoint.

        Raises:
            ValueError: there is no goal, or it was reached before.
            EmptyDataError: there is no batch.
            FolderNotEmptyError: a fresh run in a folder with checkpoints.
            FolderLockedError: another process trains in the folder.
            CheckpointNotFoundError, CheckpointCorruptError: there is none to resume.
            NonFiniteError: a loss is; the update was not applied.
        """
        goal = Goal(num_epochs, updates)
        require_rereadable(val_data, train_data)
        self.clock.require_metric(val_data)
        with contextlib.ExitStack() as stack:
            if self.folder is not None and self.store is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(FolderLock(self.folder))
                self.store.sweep()
            begin(self, resume, goal)
            feed = Feed(train_data, self.loop.accumulation, self._place)
            interrupts = stack.enter_context(Interrupts())
            return self._fit(Run(self, feed, val_data, goal, interrupts))

    def _fit(self, run: Run) -> FitResult:
        """Run, with the events that surround a run."""
        self._feed, self._since = run.feed, time.monotonic()
        self.stopping = run.goal.reached(self.epochs, self.updates)
        self.model.train()
        to_training(self.optimizer)
        result = None
        try:
            fire(self.callbacks.on_start, run.start_context())
            if self._random is not None:
                rng.restore(self._random)
                self._random = None
            result = run.result(run.train())
            return result
        except BaseException as error:
            fire(self.callbacks.on_error, ErrorContext(self, error))
            raise
        finally:
            self._place = run.feed.state_dict()
            self.seconds_before, self._since, self._feed = self.seconds, None, None
            fire(self.callbacks.on_end, EndContext(self, result))

    def stop(self, reason: str) -> None:
        """End the run after the present update; the first reason given counts."""
        self.stopping = self.stopping or reason

    def validate(self, val_loader: Iterable[Any]) -> dict[str, float]:
        """Return the loss and the metrics, as `val_...`; change nothing."""
        with evaluating(self.optimizer):
            means = self.validation.run(val_loader)
        return {f"val_{name}": mean for name, mean in means.items()}

    def train(
        self,
        epochs: int,
        train_loader: Iterable[Any],
        val_loader: Iterable[Any] | None = None,
    ) -> dict[str, list[float]]:
        """Train for so many epochs more; return their history, a list per metric."""
        before = len(self.history)
        total = self.epochs + count("epochs", epochs, minimum=1)
        rows = self.fit(train_loader, val_loader, total).history[before:]
        names = dict.fromkeys(n for row in rows for n in row if n not in BOOKKEEPING)
        return {name: [row[name] for row in rows if name in row] for name in names}

    def save(
        self,
        retention: Retention | None = None,
        metrics: Mapping[str, float] | None = None,
        *,
        asynchronous: bool = False,
    ) -> Path:
        """Write a checkpoint into the run's folder; drop those not to be kept.

        If `asynchronous`, return when the state is copied: `store.wait()` waits for it.
        """
        return snapshot.save(self, retention, metrics, asynchronous=asynchronous)

    def save_checkpoint(self, path: str | Path) -> None:
        """Write the whole state to a new folder, which exists whole or not at all."""
        path = Path(path)
        if path.exists():
            raise FileExistsError(f"{path} exists; a checkpoint is never overwritten")
        path.parent.mkdir(parents=True, exist_ok=True)
        done = {"updates": self.updates, "epochs": self.epochs}
        state = snapshot.take(self)
        write_checkpoint(path, state, run="", serial=0, metrics={}, **done)

    def load_checkpoint(self, path: str | Path) -> None:
        """Go to a saved state; the next `fit` goes on from there."""
        snapshot.put_back(self, read_checkpoint(Path(path)))
        self.checkpoint = Path(path)
        self.begun = True

    def place_in_data(self) -> Mapping[str, Any] | None:
        """Where the run is in its training data."""
        return self._place if self._feed is None else self._feed.state_dict()

    def resume_data(
        self, place: Mapping[str, Any] | None, random: Mapping[str, Any]
    ) -> None:
        """Go on from a place in the training data, with these random states."""
        self._place, self._random = place, random
