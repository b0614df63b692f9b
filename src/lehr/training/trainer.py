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
from lehr.training.built import OnChange
from lehr.training.callbacks.base import Callback, Callbacks, fire, fire_all
from lehr.training.callbacks.events import EndContext, ErrorContext
from lehr.training.callbacks.logging import with_records
from lehr.training.checkpoint import CheckpointStore, FolderLock
from lehr.training.clipping import ClipNorm
from lehr.training.clock import Clock
from lehr.training.determinism import deterministic as deterministic_mode
from lehr.training.drivers import Per
from lehr.training.engine import Strategy, engine_of
from lehr.training.feed import Feed, require_rereadable
from lehr.training.goal import Goal
from lehr.training.interrupts import Interrupts
from lehr.training.intervals import Every
from lehr.training.loops import TrainingLoop
from lehr.training.metrics import Metric, prefix_of
from lehr.training.modes import evaluating, to_training
from lehr.training.objective import (
    Loss,
    Objective,
    StepFunction,
    require_monitor,
)
from lehr.training.precision import Precision, PrecisionName
from lehr.training.result import FitResult
from lehr.training.resume import begin
from lehr.training.run import Run
from lehr.training.state import TrainerState
from lehr.training.unbound import Optimizer, bound
from lehr.training.validation import ValidationLoop
from lehr.training.wall_time import Duration
from lehr.training.weighing import Counter, MeanOver, Weighing, device_of

BOOKKEEPING = ("epoch", "updates", "samples", "seconds")


class BaseTrainer(TrainerState):
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
        step: `step(model, batch)`, in place of calling model and loss; it returns the
            loss, or a mapping with "loss" and other scalars, which are logged, and with
            "output" and "target" if there are metrics.
        metrics: `{name: metric(output, target)}`, means over a batch, for evaluations.
        callbacks: what happens around training.
        accumulation: batches per update; the last update of an epoch may have fewer.
        mean_over: "samples" or "tokens": what the loss of a batch is the mean over, and
            so what batches are weighted by.
        count_tokens: `count_tokens(batch)`; None: the targets that are not -100.
        clip_norm: largest norm of the gradient, or a list, one per param group.
        clip_value: largest absolute value of an element of the gradient.
        precision: "fp32" leaves the model as it is; "bf16" and "fp16" mix.
        compile: True, or options of `torch.compile`, compiles the forward pass.
        deterministic: use only operations of torch that give the same bits each time.
        strategy: "auto" is DDP in each of several processes, as torchrun starts them;
            "ddp", "fsdp", or an engine, `Ddp` or `Fsdp`; None is one process always.
        seed: of all random generators, when a fresh run begins; None leaves them.
        device: where to train; None: where the model is.
        folder: of the run, for its checkpoints, its records and its lock.
        evaluate_every: updates, or an interval such as "2ep", "10k samples", "1Mtok",
            "30m"; None: at the end of each epoch. Also at the goal.
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
        step: StepFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        callbacks: Iterable[Callback] = (),
        accumulation: int = 1,
        mean_over: MeanOver = "samples",
        count_tokens: Counter | None = None,
        clip_norm: ClipNorm = None,
        clip_value: float | None = None,
        precision: PrecisionName = "fp32",
        compile: bool | Mapping[str, Any] = False,
        deterministic: bool = False,
        strategy: Strategy = "auto",
        seed: int | None = 0,
        device: torch.device | str | None = None,
        folder: str | Path | None = None,
        evaluate_every: int | str | Every | None = None,
        step_per: Per | None = None,
        monitor: str = "val_loss",
        mode: Literal["min", "max"] = "min",
        check_finite: bool = True,
    ) -> None:
        choice("mode", mode, ("min", "max"))
        require_monitor(monitor, metrics or {}, step)
        self.engine = engine_of(strategy)
        device = self.engine.device() if device is None else device
        self.model = model if device is None else model.to(device)
        self.optimizer, self.scheduler = bound(optimizer, self.model), scheduler
        self.clock = Clock(scheduler, self.optimizer, step_per, monitor)
        self.step, self.deterministic = step, deterministic
        shared: dict[str, Any] = {
            "loss": Objective(loss, step),
            "device": device,
            "weighing": Weighing(mean_over, count_tokens),
            "precision": Precision(precision, device_of(self.model, device)),
            "engine": self.engine,
        }
        self.loop = TrainingLoop(
            self.model,
            self.optimizer,
            self.clock,
            accumulation=accumulation,
            clip_norm=clip_norm,
            clip_value=clip_value,
            check_finite=check_finite,
            compile=compile,
            **shared,
        )
        forward = self.loop.forward if self.engine.alone else None
        self.validation = ValidationLoop(
            self.model, metrics=metrics, forward=forward, **shared
        )
        self.callbacks = Callbacks(
            with_records(callbacks, folder), is_main=self.engine.is_main
        )
        self.seed = None if seed is None else count("seed", seed)
        self.folder, self.store = None if folder is None else Path(folder), None
        if self.folder is not None:
            self.store = CheckpointStore(self.folder / "checkpoints")
        self.evaluate_every: Every | None = None
        if evaluate_every is not None:
            self.evaluate_every = Every.of(evaluate_every, "evaluate_every")
        self.monitor, self.mode = monitor, mode
        self.callbacks.adopt(monitor, mode)
        super().__init__()

    def fit(
        self,
        train_data: Iterable[Any],
        val_data: Iterable[Any] | Mapping[str, Iterable[Any]] | None = None,
        num_epochs: int | None = None,
        *,
        updates: int | None = None,
        samples: int | None = None,
        tokens: int | None = None,
        time: Duration | None = None,
        until: str | None = None,
        resume: bool | str | Path | None = None,
        on_change: OnChange = "refuse",
    ) -> FitResult:
        """Train until a goal is reached, or something stops it.

        Goals are totals of the whole run; the one reached first counts. After an error,
        `fit` goes on behind the batches that were dealt last.

        Args:
            train_data: any iterable of batches: tensors, tuples, mappings, dataclasses.
            val_data: batches to evaluate on; `{name: batches}` for several sets, whose
                metrics are `val_<name>_loss` and so on; None evaluates nothing.
            num_epochs: goal.
            updates: goal.
            samples: goal, over all ranks.
            tokens: goal, likewise.
            time: goal: of training, such as "2h", a `timedelta`, or seconds.
            until: goal: a metric that is good enough: "val_accuracy >= 0.99".
            resume: True goes on from the newest whole checkpoint of the folder; "auto"
                does so if there is one; a path goes on from that checkpoint.
            on_change: what to do where the run is built otherwise than the checkpoint's
                was: "refuse" it, or "accept" other settings, such as a batch size.

        Raises:
            ValueError: there is no goal, or it was reached before.
            EmptyDataError: there is no batch.
            FolderNotEmptyError: a fresh run in a folder with checkpoints.
            FolderLockedError: another process trains in the folder.
            ChangedRunError: the checkpoint is of a run that was built otherwise.
            CheckpointNotFoundError, CheckpointCorruptError: there is none to resume.
            NonFiniteError: a loss is; the update was not applied.
        """
        if self._feed is not None:
            raise RuntimeError(
                "this trainer is training already; to train in the middle of a run, "
                "build a second trainer, with another model"
            )
        goal = Goal(num_epochs, updates, samples, tokens, time, until)
        unit = None if self.evaluate_every is None else self.evaluate_every.unit
        self.loop.weighing.tokens_wanted |= bool(goal.tokens) or unit == "tokens"
        require_rereadable(val_data, train_data)
        self.clock.require_metric(val_data)
        train_data = self.engine.share(train_data, self.seed)
        self.batch_size = getattr(train_data, "batch_size", None)
        with contextlib.ExitStack() as stack:
            self.engine.broadcast(lambda: self._open(stack))
            begin(self, resume, goal, on_change)
            feed = Feed(train_data, self.loop.accumulation, self._place)
            stack.enter_context(deterministic_mode(self.deterministic))
            interrupts = stack.enter_context(Interrupts())
            return self._fit(Run(self, feed, val_data, goal, interrupts))

    def _open(self, stack: contextlib.ExitStack) -> None:
        """Take the folder, which is locked until the stack is left."""
        if self.folder is not None and self.store is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FolderLock(self.folder))
            self.store.sweep()

    def _fit(self, run: Run) -> FitResult:
        """Run, with the events that surround a run."""
        start = run.start_context()
        self._feed, self._since = run.feed, time.monotonic()
        self.stopping = run.reached()
        self.model.train()
        to_training(self.optimizer)
        result = None
        try:
            fire(self.callbacks.on_start, start)
            if self._random is not None:
                rng.restore(self._random)
                self._random = None
            result = run.result(run.train())
            return result
        except BaseException as error:
            snapshot.wait_for_copy(self)
            told = self.engine.explained(error)
            fire_all(self.callbacks.on_error, ErrorContext(self, told))
            if told is not error:
                raise told from error
            raise
        finally:
            snapshot.wait_for_copy(self)
            self._place = run.feed.state_dict()
            self.seconds_before, self._since, self._feed = self.seconds, None, None
            fire_all(self.callbacks.on_end, EndContext(self, result))

    def stop(self, reason: str) -> None:
        """End the run after the present update; the first reason given counts."""
        self.stopping = self.stopping or reason

    def validate(
        self, val_loader: Iterable[Any] | Mapping[str, Iterable[Any]]
    ) -> dict[str, float]:
        """Return the loss and the metrics, as `val_...`; change nothing."""
        snapshot.wait_for_copy(self)
        sets = val_loader if isinstance(val_loader, Mapping) else {"": val_loader}
        with evaluating(self.optimizer):
            return {
                f"{prefix_of(one)}{name}": mean
                for one, data in sets.items()
                for name, mean in self.validation.run(data).items()
            }

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
