"""A run document's values made into objects: data, model, optimizer, trainer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from lehr.bindings.torch import Scheduler
from lehr.config.run import (
    AdamW,
    ConvModel,
    DigitsData,
    MlpModel,
    RunConfig,
    Sgd,
    TableData,
)
from lehr.config.run_document import Run, inside
from lehr.training import BaseTrainer, FitResult, accuracy
from lehr.training.callbacks import Callback, Checkpointing, EarlyStopping
from lehr.training.data import Loader, Parts, read_digits, read_table, shift_and_turn
from lehr.training.models import DigitNet, Mlp

_EVALUATION_BATCH = 512
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
        length = self.run.config.train.epochs
        return self.trainer.fit(
            self.train,
            self.validation,
            length,
            updates=None if length is not None else self.run.plan.updates,
            resume="auto" if resume else None,
        )


def read_data(data: DigitsData | TableData, folder: Path) -> Parts:
    """Read the data of a run; a path in the document lies in `folder`.

    Raises:
        ValueError: the path leads out of the folder, or the data are unfit.
        OSError: a file cannot be read.
    """
    if isinstance(data, TableData):
        return read_table(inside(folder, data.path))
    return read_digits()


def build_job(
    run: Run, data: Parts, folder: Path, callbacks: Iterable[Callback] = ()
) -> Job:
    """Build what a run needs, its weights drawn from the run's seed.

    Args:
        run: the document's values.
        data: its data, read before.
        folder: where checkpoints go.
        callbacks: further ones, such as a log or a progress bar.

    Raises:
        ValueError: model, data and device do not fit one another.
    """
    config = run.config
    torch.manual_seed(config.seed)
    model = build_model(config.model, data).to(pick_device(config))
    optimizer = build_optimizer(config.optimizer, model)
    stopping: list[Callback] = []
    if config.train.patience is not None:
        stopping.append(EarlyStopping(patience=config.train.patience))
    trainer = BaseTrainer(
        model,
        optimizer,
        _bind(optimizer, **run.schedules),
        loss=nn.functional.cross_entropy,
        metrics={"accuracy": accuracy},
        callbacks=(*stopping, Checkpointing(keep_last=1, keep_best=1), *callbacks),
        accumulation=config.train.accumulation,
        clip_norm=config.train.clip_norm,
        seed=config.seed,
        device=pick_device(config),
        folder=folder,
    )
    return Job(run, trainer, *_loaders(config, data))


def build_model(model: ConvModel | MlpModel, data: Parts) -> nn.Module:
    """Build the network of a document for its data.

    Raises:
        ValueError: the network cannot take data of this shape.
    """
    shape = data.train.inputs.shape[1:]
    if isinstance(model, MlpModel):
        return Mlp(
            shape.numel(),
            data.classes,
            width=model.width,
            layers=model.layers,
            dropout=model.dropout,
        )
    if shape != (1, 8, 8):
        raise ValueError(
            f"kind conv takes images of 8 x 8 pixels, and a sample here has shape "
            f"{tuple(shape)}; use kind mlp"
        )
    return DigitNet(model.width, model.dropout)


def build_optimizer(options: AdamW | Sgd, model: nn.Module) -> torch.optim.Optimizer:
    """Build the optimizer of a document; its rate is written by the schedule."""
    if isinstance(options, AdamW):
        return torch.optim.AdamW(
            model.parameters(),
            betas=(options.beta1, options.beta2),
            eps=options.eps,
            weight_decay=options.weight_decay,
        )
    return torch.optim.SGD(
        model.parameters(),
        lr=0.0,
        momentum=options.momentum,
        nesterov=options.nesterov,
        weight_decay=options.weight_decay,
    )


def pick_device(config: RunConfig) -> str:
    """Return the device that a document asks for.

    Raises:
        ValueError: it asks for CUDA where there is none.
    """
    wanted, has_cuda = config.train.device, torch.cuda.is_available()
    if wanted == "cuda" and not has_cuda:
        raise ValueError("device is cuda, but torch sees no CUDA here; use auto or cpu")
    return "cuda" if has_cuda and wanted != "cpu" else "cpu"


def _loaders(config: RunConfig, data: Parts) -> tuple[Loader, Loader, Loader]:
    augment = isinstance(config.data, DigitsData) and config.data.augment
    train = Loader(
        data.train.tensors,
        config.train.batch_size,
        seed=config.seed,
        transform=shift_and_turn if augment else None,
    )
    validation, test = (
        Loader(part.tensors, _EVALUATION_BATCH, shuffle=False)
        for part in (data.validation, data.test)
    )
    return train, validation, test
