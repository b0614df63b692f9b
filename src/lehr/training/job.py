"""A run document's values made into objects: data, model, optimizer, trainer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lehr.bindings.torch import Scheduler, groups_by_pattern
from lehr.config.run import RunConfig
from lehr.config.run_document import Run
from lehr.config.run_train import AdamW, Sgd
from lehr.plan import Duration
from lehr.training import BaseTrainer, FitResult
from lehr.training.callbacks import Callback, Checkpointing, EarlyStopping
from lehr.training.data import Loader
from lehr.training.engine import is_there
from lehr.training.engine.group import local_rank
from lehr.training.intervals import Every
from lehr.training.models.built import build_model
from lehr.training.tasks import Task

_EVALUATION_BATCH = {"classes": 512, "numbers": 512, "bytes": 32}
_bind: Callable[..., Scheduler] = Scheduler  # its options could be in `schedules`


@dataclass(frozen=True, eq=False)
class Job:
    """Everything that one run of a document needs, ready to start.

    Args:
        run: the document, its plan, its schedules.
        trainer: with model, optimizer and schedules bound.
        train: batches to fit.
        validation: batches to choose by.
        test: batches to judge the chosen weights by.
    """

    run: Run
    trainer: BaseTrainer
    train: Loader
    validation: Loader
    test: Loader

    def fit(self, *, resume: bool = False) -> FitResult:
        """Train to the goal of the document, from the newest checkpoint on `resume`."""
        return self.trainer.fit(
            self.train,
            self.validation,
            **goals(self.run),
            resume="auto" if resume else None,
        )


def build_job(
    run: Run, task: Task, folder: Path, callbacks: Iterable[Callback] = ()
) -> Job:
    """Build what a run needs, its weights drawn from the run's seed.

    Args:
        run: the document's values.
        task: its data, read before.
        folder: where checkpoints go.
        callbacks: further ones, such as a log or a progress bar.

    Raises:
        ValueError: model, data and device do not fit one another.
    """
    config = run.config
    torch.manual_seed(config.seed)
    model = build_model(config.model, task).to(pick_device(config))
    optimizer = build_optimizer(config.optimizer, model, run.groups)
    stopping: list[Callback] = []
    if config.train.patience is not None:
        stopping.append(EarlyStopping(patience=config.train.patience))
    saving = Checkpointing(keep_last=1, keep_best=1, **saving_options(run))
    trainer = BaseTrainer(
        model,
        optimizer,
        _bind(optimizer, **run.by_field()),
        loss=task.loss,
        metrics=task.metrics,
        callbacks=(*stopping, saving, *callbacks),
        **trainer_options(run, task),
        seed=config.seed,
        device=pick_device(config),
        folder=folder,
    )
    return Job(run, trainer, *_loaders(config, task))


def trainer_options(run: Run, task: Task) -> dict[str, Any]:
    """Return what the section `train` tells the trainer, by the trainer's own words."""
    train = run.config.train
    return {
        "accumulation": train.accumulation,
        "mean_over": train.mean_over,
        "count_tokens": task.count_tokens,
        "clip_norm": train.clip_norm,
        "clip_value": train.clip_value,
        "precision": train.precision,
        "compile": train.compile,
        "deterministic": train.deterministic,
        "strategy": train.strategy,
        "evaluate_every": interval("evaluate_every", run),
    }


def interval(name: str, run: Run) -> Every | None:
    """Read an interval of the section `train`; 5% is of the updates of the run.

    Raises:
        ValueError: it is none, or less than one update.
    """
    value = getattr(run.config.train, name)
    if isinstance(value, str) and value.strip().endswith("%"):
        value = run.plan.resolve(Duration.of(value))
    return None if value is None else Every.of(value, name)


def goals(run: Run) -> dict[str, Any]:
    """Return where the section `train` ends a run, by the words of `fit`."""
    train = run.config.train
    return {
        "num_epochs": train.epochs,
        "updates": None if train.epochs is not None else run.plan.updates,
        "time": train.time,
        "until": train.until,
    }


def saving_options(run: Run) -> dict[str, Any]:
    """Return when checkpoints are written, by the words of `Checkpointing`."""
    every = interval("checkpoint_every", run)
    return {} if every is None else {"every": every, "every_epochs": None}


def build_optimizer(
    options: AdamW | Sgd,
    model: nn.Module,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> torch.optim.Optimizer:
    """Build the optimizer of a document; its rate is written by the schedule.

    Args:
        options: the section `optimizer`.
        model: whose parameters it has.
        groups: the patterns of each group of them.

    Raises:
        ValueError: `fused` is true, and torch has no such kernel for the device; or the
            groups do not fit the model.
    """
    params = groups_by_pattern(model, groups) if groups else list(model.parameters())
    if isinstance(options, AdamW):
        return _with_fused(
            options.fused,
            torch.optim.AdamW,
            params,
            betas=(options.beta1, options.beta2),
            eps=options.eps,
            weight_decay=options.weight_decay,
        )
    return _with_fused(
        options.fused,
        torch.optim.SGD,
        params,
        lr=0.0,
        momentum=options.momentum,
        nesterov=options.nesterov,
        weight_decay=options.weight_decay,
    )


def _with_fused(
    wanted: Any,
    kind: Callable[..., torch.optim.Optimizer],
    parameters: list[Any],
    **options: Any,
) -> torch.optim.Optimizer:
    """Build the optimizer with one kernel for all of its work, where torch has one."""
    if wanted is not False:
        try:
            return kind(parameters, fused=True, **options)
        except RuntimeError as error:  # torch's word where the device has no kernel
            if wanted is True:
                raise ValueError(f"fused is true, and torch says: {error}") from None
    return kind(parameters, **options)


def pick_device(config: RunConfig) -> str:
    """Return the device that a document asks for; of several processes, this one's.

    Raises:
        ValueError: it asks for CUDA where there is none.
    """
    wanted, has_cuda = config.train.device, torch.cuda.is_available()
    if wanted == "cuda" and not has_cuda:
        raise ValueError("device is cuda, but torch sees no CUDA here; use auto or cpu")
    if not has_cuda or wanted == "cpu":
        return "cpu"
    return f"cuda:{local_rank()}" if is_there() else "cuda"


def require_shares(run: Run, samples: int, ranks: int) -> None:
    """Refuse batches that so many processes cannot share.

    Args:
        run: whose `batch_size` counts the samples of all processes together.
        samples: to train on.
        ranks: processes.

    Raises:
        ValueError: they cannot; it tells what they could.
    """
    size = run.config.train.batch_size
    if _can_share(size, samples, ranks):
        return
    others = (one for step in range(1, samples) for one in (size - step, size + step))
    near = next((one for one in others if _can_share(one, samples, ranks)), None)
    fix = f"use {near}" if near else f"use at most {samples} processes"
    if size % ranks:
        raise ValueError(
            f"batch_size counts the samples of all processes together and must be a "
            f"multiple of {ranks}, got {size}; {fix}"
        )
    raise ValueError(
        f"batch_size {size} leaves {samples % size} of {samples} samples to the last "
        f"batch, which is too few for {ranks} processes; {fix}"
    )


def _can_share(size: int, samples: int, ranks: int) -> bool:
    """Whether each of so many ranks has a sample of each batch, the last one too."""
    last = samples % size if size > 0 else 0
    return size > 0 and size % ranks == 0 and not 0 < last < ranks


def _loaders(config: RunConfig, task: Task) -> tuple[Loader, Loader, Loader]:
    train = Loader(
        task.train.tensors,
        config.train.batch_size,
        seed=config.seed,
        drop_last=config.plan is not None and bool(config.plan.drop_last),
        transform=task.augment or task.transform,
    )
    validation, test = (
        Loader(
            part.tensors,
            _EVALUATION_BATCH[task.kind],
            shuffle=False,
            transform=task.transform,
        )
        for part in (task.validation, task.test)
    )
    return train, validation, test
