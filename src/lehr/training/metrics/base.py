"""The two contracts of a metric: a mean per batch, or gathered over all batches."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, SupportsFloat, TypeGuard

from torch import Tensor


class Gathering(Protocol):
    """A metric that is no mean over batches, such as a confusion matrix.

    An evaluation resets it, shows it every batch, and computes it at the end. What it
    computes is logged if it is one number. An object whose result is none says so by an
    attribute `scalar = False`: it is read from the object. Metrics of torchmetrics keep
    this contract.

    In several processes each rank shows it the samples of its own. At the end of the
    evaluation, `sum_over(engine)` makes it that of all samples on each rank: it adds up
    what was counted, as by `engine.sum(tensor)` or `engine.gather(value)`. Those of
    torchmetrics do so by themselves.
    """

    def reset(self) -> None:
        """Forget every batch."""

    def update(self, output: Any, target: Any, /) -> None:
        """Take in one batch."""

    def compute(self) -> Any:
        """Return the value over all batches since the last reset."""


Metric = Callable[[Any, Any], Tensor | float] | Gathering


def gathers(metric: Metric) -> TypeGuard[Gathering]:
    """Tell whether a metric gathers over an evaluation: it has the three methods.

    >>> from lehr.training import ConfusionMatrix, accuracy
    >>> gathers(ConfusionMatrix(2)), gathers(accuracy)
    (True, False)
    """
    return hasattr(metric, "compute") and hasattr(metric, "update")


def require_mergeable(metrics: Mapping[str, Metric]) -> None:
    """Refuse a metric that would be that of one rank's samples only.

    Raises:
        TypeError: there is one.
    """
    for name, metric in metrics.items():
        # The last attribute is that of torchmetrics.
        merges = hasattr(metric, "sum_over") or hasattr(metric, "sync_on_compute")
        if gathers(metric) and not merges:
            raise TypeError(
                f"metric {name!r} gathers over an evaluation, and cannot do so in "
                "several processes: give it a method sum_over(engine)"
            )


def scalar_names(metrics: Mapping[str, Metric]) -> list[str]:
    """Return the names of the metrics that give one number, which can be logged."""
    return [name for name, one in metrics.items() if getattr(one, "scalar", True)]


def evaluated_names(
    metrics: Mapping[str, Metric], sets: Iterable[str] = ("",)
) -> tuple[str, ...]:
    """Return the names of what an evaluation of a trainer gives.

    Args:
        metrics: of the trainer.
        sets: the names of the validation data, if there are several.

    >>> evaluated_names({"accuracy": lambda output, target: 1.0})
    ('val_loss', 'val_accuracy')
    >>> evaluated_names({}, ["easy", "hard"])
    ('val_easy_loss', 'val_hard_loss')
    """
    return tuple(
        f"{prefix_of(one)}{name}"
        for one in sets
        for name in ("loss", *scalar_names(metrics))
    )


def prefix_of(data: str = "") -> str:
    """Return what the names of metrics of validation data begin with."""
    return f"val_{data}_" if data else "val_"


def is_number(value: Any) -> bool:
    """Tell whether it is one number, or a tensor that holds one.

    >>> is_number(2), is_number(None)
    (True, False)
    """
    if isinstance(value, Tensor):
        return value.numel() == 1
    plain = isinstance(value, int | float | SupportsFloat)
    return plain and not getattr(value, "ndim", 0)


def number_of(name: str, value: Any) -> Any:
    """Return what a metric gave for a batch, if it is one number.

    Raises:
        TypeError: it is not.
    """
    if is_number(value):
        return value
    shown = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
    raise TypeError(
        f"metric {name!r} must return one number, the mean over the batch, got {shown}"
    )


def number_from(name: str, metric: Gathering) -> float:
    """Return what a metric has computed, if it is one number.

    Raises:
        TypeError: it is not.
    """
    value = metric.compute()
    if isinstance(value, Tensor) and value.numel() == 1:
        return float(value)
    if isinstance(value, SupportsFloat) and not isinstance(value, Tensor):
        return float(value)
    shown = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
    raise TypeError(
        f"metric {name!r} must compute one number, got {shown}; if it is to be read "
        "from the object, give it the attribute scalar = False"
    )
