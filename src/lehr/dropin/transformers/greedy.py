"""transformers' GreedyLR: up while a metric improves, down when it does not."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lehr import _checks
from lehr.dropin._groups import number, put, taken
from lehr.dropin.transformers.streaming import StreamingAverage

Optimizer = torch.optim.Optimizer


_KEPT = (
    "factor",
    "min_lrs",
    "max_lrs",
    "patience",
    "verbose",
    "cooldown",
    "warmup",
    "cooldown_counter",
    "warmup_counter",
    "mode",
    "threshold",
    "threshold_mode",
    "best",
    "num_bad_epochs",
    "num_good_epochs",
    "eps",
    "last_epoch",
    "smooth",
    "window_size",
    "reset_start",
    "reset_start_original",
    "_last_lr",
    "_init_lrs",
)
"""What a state of GreedyLR holds, beside the window."""


class GreedyLR(ReduceLROnPlateau):
    """Raise the rates while a metric improves, and lower them when it does not.

    It is an instance of torch's ReduceLROnPlateau, so that trainers show it their
    metric. A tensor rate is filled in place; groups may be added later.

    Args:
        optimizer: any torch optimizer.
        mode: "min" if less is better, "max" if more is.
        factor: in (0, 1): what lowers a rate by a product, raises it by a quotient.
        patience: good, or bad, metrics in a row that change nothing, >= 0.
        threshold: margin of an improvement, >= 0.
        threshold_mode: "rel" or "abs".
        cooldown: metrics after a fall that are not counted, >= 0.
        warmup: metrics after a rise that are not counted, >= 0.
        min_lr: the lowest rate, of all groups or a list of one per group.
        max_lr: the highest rate, likewise, not below that.
        eps: the smallest change that is made.
        verbose: whether changes are printed.
        smooth: whether the metric is averaged first.
        window_size: over so many values, >= 1.
        reset_start: falls at the lowest rates before all begins anew.

    Raises:
        TypeError: `optimizer` is none.
        ValueError: an argument is out of range.

    Source: transformers 5.23; GreedyLR, 2025, arXiv:2512.14527.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = GreedyLR(optimizer, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr())
    [0.1]
    [0.2]
    [0.2]
    [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-6,
        threshold_mode: str = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: float | list[float] = 1e-3,
        max_lr: float | list[float] = 1.0,
        eps: float = 1e-8,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
    ) -> None:
        if not 0.0 < _checks.finite("factor", factor) < 1.0:
            raise ValueError(f"factor must be in (0, 1), got {factor!r}")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be a torch optimizer, got {optimizer!r}")
        for name, value, known in (
            ("mode", mode, ("min", "max")),
            ("threshold_mode", threshold_mode, ("rel", "abs")),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {known}, got {value!r}")
        for name, least, lowest in (
            ("patience", patience, 0),
            ("threshold", threshold, 0),
            ("cooldown", cooldown, 0),
            ("warmup", warmup, 0),
            ("window_size", window_size, 1),
        ):
            if not _checks.finite(name, least) >= lowest:
                raise ValueError(f"{name} must be >= {lowest}, got {least!r}")
        self.optimizer, self.verbose = optimizer, verbose
        self.mode, self.factor, self.eps = mode, factor, eps
        self.patience, self.cooldown, self.warmup = patience, cooldown, warmup
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.smooth, self.window_size = smooth, window_size
        self.reset_start = self.reset_start_original = reset_start
        self.last_epoch = 0
        self.min_lrs = _per_group("min_lr", min_lr, optimizer)
        self.max_lrs = _per_group("max_lr", max_lr, optimizer)
        for low, high in zip(self.min_lrs, self.max_lrs, strict=True):
            if low > high:
                raise ValueError(f"min_lr must be <= max_lr {high!r}, got {low!r}")
        self._init_lrs = [taken(g["lr"]) for g in optimizer.param_groups]
        self._last_lr = list(self._init_lrs)
        self._forget()

    def _forget(self) -> None:
        """Begin with the metrics anew."""
        self.best = math.inf if self.mode == "min" else -math.inf
        self.num_bad_epochs = self.num_good_epochs = 0
        self.cooldown_counter = self.warmup_counter = 0
        self._streaming_avg = (
            StreamingAverage(self.window_size) if self.smooth else None
        )

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]  # as ReduceLROnPlateau has it
        """Take in a metric, and change the rates if it is time to.

        Args:
            metrics: a number, or a tensor of one.
            epoch: its number; one more than the last by default.
        """
        current = float(metrics)
        if self._streaming_avg is not None:
            current = self._streaming_avg.streamavg(current)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._take_in_groups()
        if self.cooldown_counter > 0 or self.warmup_counter > 0:
            waits = "cooldown" if self.cooldown_counter > 0 else "warmup"
            setattr(self, f"{waits}_counter", getattr(self, f"{waits}_counter") - 1)
            self.num_bad_epochs = self.num_good_epochs = 0
        else:
            self._judge(current)
        self._last_lr = [taken(group["lr"]) for group in self.optimizer.param_groups]

    def _judge(self, current: float) -> None:
        if self.is_better(current, self.best):
            self.best = current
            self.num_good_epochs, self.num_bad_epochs = self.num_good_epochs + 1, 0
        else:
            self.num_good_epochs, self.num_bad_epochs = 0, self.num_bad_epochs + 1
        if self.num_good_epochs > self.patience:
            self._increase_lr(self.last_epoch)
            self.warmup_counter, self.num_good_epochs = self.warmup, 0
        elif self.num_bad_epochs > self.patience:
            self._reduce_lr(self.last_epoch)
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def is_better(self, current: float, best: float) -> bool:
        """Tell whether a metric beats the best one by more than the margin."""
        towards = -1.0 if self.mode == "min" else 1.0
        bar = best + towards * self.threshold
        if self.threshold_mode == "rel":
            bar = best * (1.0 + towards * self.threshold)
        return bool(current < bar if self.mode == "min" else current > bar)

    # -------------------------------------------------------------------- the rates

    def _reduce_lr(self, epoch: int) -> None:
        lower = [
            max(number(group["lr"]) * self.factor, low)
            for group, low in zip(
                self.optimizer.param_groups, self.min_lrs, strict=True
            )
        ]
        self._put(lower, -1.0)
        held = [number(group["lr"]) for group in self.optimizer.param_groups]
        if all(rate <= low for rate, low in zip(held, self.min_lrs, strict=True)):
            self.reset_start -= 1
            if self.reset_start <= 0:
                self._begin_anew()

    def _increase_lr(self, epoch: int) -> None:
        higher = [
            min(number(group["lr"]) / self.factor, high)
            for group, high in zip(
                self.optimizer.param_groups, self.max_lrs, strict=True
            )
        ]
        self._put(higher, 1.0)
        self.reset_start = self.reset_start_original

    def _rates(self) -> list[float]:
        return [number(group["lr"]) for group in self.optimizer.param_groups]

    def _put(self, rates: Sequence[float], direction: float) -> None:
        for index, group in enumerate(self.optimizer.param_groups):
            if (rates[index] - number(group["lr"])) * direction > self.eps:
                put(group, rates[index])
                if self.verbose:
                    now = f"group {index} has the rate {rates[index]:.4e}"
                    print(f"Epoch {self.last_epoch}: {now}.")

    def _begin_anew(self) -> None:
        for group, rate in zip(
            self.optimizer.param_groups, self._init_lrs, strict=True
        ):
            put(group, rate)
        self._forget()
        self.reset_start = self.reset_start_original
        if self.verbose:
            print(f"Epoch {self.last_epoch}: all begins anew.")

    def _take_in_groups(self) -> None:
        """Take in groups that were added later, with the limits of the last."""
        for group in self.optimizer.param_groups[len(self._init_lrs) :]:
            self._init_lrs.append(taken(group["lr"]))
            self.min_lrs.append(self.min_lrs[-1])
            self.max_lrs.append(self.max_lrs[-1])

    def get_last_lr(self) -> list[Any]:
        """Return the rates that the last step left."""
        return self._last_lr

    # -------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state, which transformers' GreedyLR loads as well."""
        state = {name: getattr(self, name) for name in _KEPT}
        if self._streaming_avg is not None:
            state["_streaming_avg"] = self._streaming_avg.state_dict()
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state, of transformers' GreedyLR as well, and write its rates.

        Args:
            state_dict: what `state_dict()` returned; what it lacks stays as it is.
        """
        for name in _KEPT:
            if name in state_dict:
                value = state_dict[name]
                setattr(self, name, list(value) if isinstance(value, list) else value)
        if "_streaming_avg" in state_dict:
            self._streaming_avg = StreamingAverage(self.window_size)
            self._streaming_avg.load_state_dict(state_dict["_streaming_avg"])
        if "_last_lr" in state_dict:
            pairs = zip(self.optimizer.param_groups, self._last_lr, strict=False)
            for group, rate in pairs:
                put(group, number(rate))


def _per_group(
    name: str, given: float | Sequence[float], optimizer: Optimizer
) -> list[float]:
    count = len(optimizer.param_groups)
    if not isinstance(given, list | tuple):
        return [_checks.finite(name, given)] * count
    if len(given) != count:
        raise ValueError(
            f"{name} lists {len(given)} values for {count} param groups; list one per "
            "group, or give one number for all of them"
        )
    return [_checks.finite(name, value) for value in given]
