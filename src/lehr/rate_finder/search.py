"""`find_rate`: sweep the rate, read it, and leave everything as it was."""

import contextlib
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, overload

from lehr import _checks
from lehr.rate_finder.result import RateSearch
from lehr.rate_finder.rules import RULES
from lehr.rate_finder.sweep import StepFunction, Sweep
from lehr.schedules import Exponential, Linear, Schedule

if TYPE_CHECKING:
    from torch import nn

    from lehr.training import BaseTrainer
    from lehr.training.clipping import ClipNorm
    from lehr.training.objective import Loss
    from lehr.training.objective import StepFunction as ModelStep
    from lehr.training.precision import PrecisionName

Shape = Literal["exponential", "linear"] | Schedule
OF_MODELS = {
    "loss": None,
    "step": None,
    "accumulation": 1,
    "precision": "fp32",
    "scaler": None,
    "clip_norm": None,
}


@overload
def find_rate(
    subject: "nn.Module",
    optimizer: Any,
    data: Iterable[Any],
    *,
    loss: "Loss | None" = None,
    step: "ModelStep | None" = None,
    low: float = 1e-7,
    high: float = 10.0,
    updates: int = 100,
    sweep: Shape = "exponential",
    smoothing: float = 0.8,
    stop: float = 4.0,
    rule: str = "steepest",
    accumulation: int = 1,
    precision: "PrecisionName" = "fp32",
    scaler: Any = None,
    clip_norm: "ClipNorm" = None,
    restore: Iterable[Any] = (),
) -> RateSearch: ...
@overload
def find_rate(
    subject: "BaseTrainer",
    optimizer: Iterable[Any],
    *,
    low: float = 1e-7,
    high: float = 10.0,
    updates: int = 100,
    sweep: Shape = "exponential",
    smoothing: float = 0.8,
    stop: float = 4.0,
    rule: str = "steepest",
    restore: Iterable[Any] = (),
) -> RateSearch: ...
@overload
def find_rate(
    subject: StepFunction,
    *,
    low: float = 1e-7,
    high: float = 10.0,
    updates: int = 100,
    sweep: Shape = "exponential",
    smoothing: float = 0.8,
    stop: float = 4.0,
    rule: str = "steepest",
) -> RateSearch: ...
def find_rate(
    subject: Any,
    optimizer: Any = None,
    data: Any = None,
    *,
    low: float = 1e-7,
    high: float = 10.0,
    updates: int = 100,
    sweep: Shape = "exponential",
    smoothing: float = 0.8,
    stop: float = 4.0,
    rule: str = "steepest",
    restore: Iterable[Any] = (),
    **options: Any,
) -> RateSearch:
    """Raise the rate from update to update until the loss diverges, and read it.

    Three forms: `find_rate(model, optimizer, data)`; `find_rate(trainer, data)`, which
    takes loss, precision, accumulation, clipping and processes from the trainer; and
    `find_rate(step)` for any framework, where `step(rate)` does one update with that
    rate and returns the loss before it.

    The first two leave model (parameters, gradients, buffers, flags), optimizer, random
    states, gradient scaler, loader and scheduler as they were, to the bit, also after
    an error or Ctrl-C. A loader goes back to its place if it has `state_dict` and
    `load_state_dict`, as lehr's have; any other is read from its start, and its random
    generators are put back. In several processes all ranks call it; losses are averaged
    over them, so that all stop at the same update.

    Param groups keep the ratios of their rates: the rate is that of the largest.

    Args:
        subject: the model, the trainer, or the function of the rate.
        optimizer: torch's, of the model; of a trainer, the data.
        data: batches; read again when they end.
        low: first rate, > 0.
        high: last rate, > low.
        updates: how many rates; one update more is done, for the loss after the last.
        sweep: "exponential" (equal ratios), "linear" (equal differences), or a schedule
            of your own that rises, of which `low` and `high` are then the ends.
        smoothing: weight of a loss over that of the next one, in [0, 1); 0.8 is a
            half-life of 3.1 updates.
        stop: diverged is a smoothed loss above so many times the least one, > 1.
        rule: the default suggestion: "steepest", "valley", "minimum" or "slide".
        restore: further objects, each put back by its attributes; of a model only.
        **options: of a model: `loss`, `step`, `accumulation`, `precision`, `clip_norm`,
            as for `BaseTrainer`, and `scaler`, a GradScaler whose scale is taken over.

    Raises:
        TypeError: the arguments fit none of the forms, or `data` is an iterator.
        ValueError: a number is out of range, or the first loss is not finite. A sweep
            that shows nothing raises only when `suggestion` is asked for.

    Source: L. Smith, Cyclical Learning Rates, 2015, arXiv:1506.01186, section 3.3.

    >>> weight = [1.0]
    >>> def step(rate):  # gradient descent on 5 x^2, stable below 2 / 10
    ...     loss = 5.0 * weight[0] ** 2
    ...     weight[0] -= rate * 10.0 * weight[0]
    ...     return loss
    >>> found = find_rate(step, low=1e-4, smoothing=0.0)
    >>> found.stopped_by, 0.15 < found.turning_point < 0.2
    ('divergence', True)
    >>> 0 < found.suggestion.rate < 0.2
    True
    """
    schedule, count = swept(sweep, low, high, updates)
    keep = _checks.fraction("smoothing", smoothing)
    if keep == 1:
        raise ValueError("smoothing must be < 1, got 1")
    if _checks.positive("stop", stop) <= 1:
        raise ValueError(f"stop must be > 1, got {stop!r}")
    _checks.choice("rule", rule, tuple(RULES))
    with _steps(subject, optimizer, data, options, tuple(restore)) as step:
        return Sweep(schedule, count, keep, stop, rule).run(step)


def swept(sweep: Any, low: float, high: float, updates: int) -> tuple[Schedule, int]:
    """Return the schedule of a sweep, and how many rates it has.

    >>> swept("exponential", 1e-4, 1.0, 41)
    (Exponential(start=0.0001, end=1.0, steps=40), 41)
    """
    if isinstance(sweep, Schedule):
        count = int(_checks.length("the steps of sweep", sweep.steps)) + 1
        rates = [sweep(t) for t in range(count)]
        if count < 2 or rates[0] <= 0 or rates != sorted(set(rates)):
            raise ValueError(f"sweep must rise from a rate > 0, got {sweep!r}")
        return sweep, count
    _checks.choice("sweep", sweep, ("exponential", "linear"))
    count = _checks.count("updates", updates, 10)
    if _checks.positive("low", low) >= _checks.positive("high", high):
        raise ValueError(f"low must be < high, got low={low!r} and high={high!r}")
    kind = Exponential if sweep == "exponential" else Linear
    return kind(low, high, count - 1), count


@contextlib.contextmanager
def _steps(
    subject: Any, optimizer: Any, data: Any, options: Any, restore: Any
) -> Iterator[Callable[[float], Any]]:
    """Yield the function of the rate, whatever the form."""
    for name in options:
        _checks.choice("an option", name, tuple(OF_MODELS))
    if _is_a("torch.nn", "Module", subject):
        if optimizer is None or data is None:
            raise TypeError("a model needs both: find_rate(model, optimizer, data)")
        from lehr.rate_finder.on_torch import Options, steps_of_model

        given = Options(**options)
        with steps_of_model(subject, optimizer, data, given, restore) as step:
            yield step
        return
    if options:
        raise TypeError(
            f"{', '.join(options)}: only a model takes it; a trainer has its own, "
            "and a function of the rate does all itself"
        )
    if _is_a("lehr.training.trainer", "BaseTrainer", subject):
        from lehr.rate_finder.on_torch import steps_of_trainer

        given_data = [one for one in (optimizer, data) if one is not None]
        if len(given_data) != 1:
            raise TypeError("a trainer needs its data only: find_rate(trainer, data)")
        with steps_of_trainer(subject, given_data[0], restore) as step:
            yield step
        return
    if not callable(subject) or optimizer is not None or data is not None or restore:
        raise TypeError(
            "pass find_rate(model, optimizer, data), find_rate(trainer, data), or "
            f"find_rate(step) with step(rate) -> loss; got {subject!r}"
        )
    with _random_kept():
        yield lambda rate: _number(subject(rate))


def _number(loss: Any) -> float:
    """Return a loss of any framework as a number, without its graph."""
    plain = loss.detach() if hasattr(loss, "detach") else loss
    return float(_checks.number("the loss that step returns", plain))


def _is_a(module: str, name: str, value: Any) -> bool:
    """Tell whether a value is of a class that has been imported, if at all."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(value, kind)


@contextlib.contextmanager
def _random_kept() -> Iterator[None]:
    """Put the random states of Python, NumPy and torch back, where they are loaded."""
    if "torch" in sys.modules:
        from lehr.training import rng

        with rng.preserved():
            yield
        return
    state, numpy = random.getstate(), sys.modules.get("numpy")
    drawn = None if numpy is None else numpy.random.get_state()
    try:
        yield
    finally:
        random.setstate(state)
        if numpy is not None:
            numpy.random.set_state(drawn)
