"""Whether a run document's parts fit one another, its data and this machine."""

from collections.abc import Callable, Iterator
from functools import partial

from lehr._checks import choice
from lehr.bindings.torch import groups_by_pattern
from lehr.config.run_document import Run
from lehr.training.clipping import Clipping
from lehr.training.goal import Threshold
from lehr.training.job import build_optimizer, interval, pick_device
from lehr.training.loggers.base import require
from lehr.training.metrics import evaluated_names
from lehr.training.models.built import build_model
from lehr.training.tasks import Task
from lehr.training.wall_time import seconds_of

Path = tuple[str, ...]


def misfits(run: Run, task: Task) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong: the place in the document, and what to say.

    Args:
        run: a document whose sections are right by themselves.
        task: its data.
    """
    train = run.config.train
    checks: dict[Path, Callable[[], object]] = {
        ("groups",): lambda: _groups(run, task),
        ("model", "kind"): lambda: build_model(run.config.model, task),
        ("optimizer", "fused"): lambda: _fused(run, task),
        ("train", "device"): lambda: pick_device(run.config),
        ("train", "mean_over"): lambda: _mean_over(train.mean_over, task),
        ("train", "clip_value"): lambda: Clipping(train.clip_norm, train.clip_value),
        ("train", "time"): lambda: train.time and seconds_of("time", train.time),
        ("train", "until"): lambda: _until(train.until, task),
    }
    for name in ("evaluate_every", "checkpoint_every"):
        checks["train", name] = partial(_interval, name, run, task)
    for name in ("tensorboard", "wandb", "mlflow", "trackio"):
        checks["logging", name] = partial(_logger, name, run)
    for path, check in checks.items():
        try:
            check()
        except ValueError as error:
            yield path, str(error)


def _groups(run: Run, task: Task) -> None:
    if not run.groups:
        return
    try:
        model = build_model(run.config.model, task)
    except ValueError:
        return  # told at its own place
    groups_by_pattern(model, run.groups)


def _fused(run: Run, task: Task) -> None:
    if run.config.optimizer.fused is not True:
        return
    try:
        model = build_model(run.config.model, task).to(pick_device(run.config))
    except ValueError:
        return  # told at its own place
    build_optimizer(run.config.optimizer, model)


def _logger(name: str, run: Run) -> None:
    """Refuse a logger whose package is not here, before anything is trained."""
    if getattr(run.config.logging, name):
        try:
            require(name, name)
        except ImportError as error:
            raise ValueError(str(error)) from None


def _mean_over(wanted: str | None, task: Task) -> None:
    if wanted == "tokens" and task.kind != "bytes":
        raise ValueError(
            "mean_over is tokens, and the data have none: that is for data of kind "
            "bytes; use samples"
        )


def _until(text: str | None, task: Task) -> None:
    """Refuse a rule that no evaluation can meet."""
    if text is None:
        return
    choice("until", Threshold.of(text).metric, evaluated_names(task.metrics))


def _interval(name: str, run: Run, task: Task) -> None:
    every = interval(name, run)
    if every is not None and every.unit == "tokens" and task.kind != "bytes":
        raise ValueError(
            f"{name} is in tokens, and the data have none: that is for data of kind "
            "bytes; use samples"
        )
