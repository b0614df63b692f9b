"""ignite's schedulers of the engine's state, and the one that follows a metric."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.base import MetricDriven
from lehr.dialects.ignite.pieces import piecewise_linear
from lehr.dialects.torch.functions import Counted
from lehr.schedules import Schedule


def lambda_state(*, lambda_obj: Callable[[int], float] | str) -> Schedule:
    """Return the curve of LambdaStateScheduler: a function of the event's number.

    Args:
        lambda_obj: a function of an int to a number, or its importable name,
            "module:name".

    Raises:
        TypeError: `lambda_obj` is not callable.
        ValueError: `lambda_obj` is a name that can not be imported.

    Source: ignite 0.5.5, ignite.handlers.state_param_scheduler.LambdaStateScheduler.

    >>> lambda_state(lambda_obj=lambda event: 10.0 * event)(3)
    30.0
    """
    return Counted(lambda_obj)


def piecewise_linear_state(
    *, milestones_values: Sequence[tuple[int, float]]
) -> Schedule:
    """Return the curve of PiecewiseLinearStateScheduler: that of PiecewiseLinear.

    Args:
        milestones_values: as in `piecewise_linear`.

    Raises:
        TypeError: as there.
        ValueError: as there.

    Source: ignite 0.5.5, state_param_scheduler.PiecewiseLinearStateScheduler.

    >>> piecewise_linear_state(milestones_values=[(0, 0.0), (4, 1.0)])(1)
    0.25
    """
    return piecewise_linear(milestones_values=milestones_values)


def exp_state(*, initial_value: float, gamma: float) -> Schedule:
    """Return the curve of ExpStateScheduler: times `gamma` at every event.

    Args:
        initial_value: the value at event 0, in the hyper-parameter's units.
        gamma: any finite number; above 1 the value is held before it would overflow.

    Raises:
        ValueError: an argument is not finite.

    Source: ignite 0.5.5, ignite.handlers.state_param_scheduler.ExpStateScheduler.

    >>> exp_state(initial_value=8.0, gamma=0.5)(3)
    1.0
    """
    return torch.exponential(_initial(initial_value), gamma=gamma)


def step_state(*, initial_value: float, gamma: float, step_size: int) -> Schedule:
    """Return the curve of StepStateScheduler: times `gamma` at every `step_size`-th.

    Args:
        initial_value: the value at event 0, in the hyper-parameter's units.
        gamma: any finite number; above 1 the value is held before it would overflow.
        step_size: events between the changes, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: ignite 0.5.5, ignite.handlers.state_param_scheduler.StepStateScheduler.

    >>> [step_state(initial_value=8.0, gamma=0.5, step_size=2)(t) for t in (1, 2, 4)]
    [8.0, 4.0, 2.0]
    """
    return torch.step(_initial(initial_value), step_size=step_size, gamma=gamma)


def multi_step_state(
    *, initial_value: float, gamma: float, milestones: Iterable[int]
) -> Schedule:
    """Return the curve of MultiStepStateScheduler: times `gamma` at each milestone.

    Args:
        initial_value: the first value, in the hyper-parameter's units.
        gamma: any finite number.
        milestones: events, >= 0; ignite counts them rightly only where they are sorted.

    Raises:
        ValueError: an argument is outside its range, or a value would overflow.

    Source: ignite 0.5.5, state_param_scheduler.MultiStepStateScheduler.

    >>> value = multi_step_state(initial_value=8.0, gamma=0.5, milestones=[3, 6])
    >>> [value(t) for t in (2, 3, 6)]
    [8.0, 4.0, 2.0]
    """
    base = _initial(initial_value)
    return torch.multi_step(base, milestones=milestones, gamma=gamma)


def _initial(value: float) -> float:
    return _checks.finite("initial_value", value)


def reduce_on_plateau(
    *,
    metric_name: str,
    param_group_index: int | None = None,
    exact: bool = False,
    **scheduler_kwargs: Any,
) -> MetricDriven:
    """Return what ReduceLROnPlateauScheduler does: that of torch's ReduceLROnPlateau.

    ignite leaves `min_lr` out unless `param_group_index` is given.

    Args:
        metric_name: which of the engine's metrics; the caller passes its value.
        param_group_index: the one group that is driven; None is all.
        exact: whether to leave `min_lr` out where ignite does.
        scheduler_kwargs: those of `lehr.dialects.torch.reduce_on_plateau`.

    Raises:
        TypeError: `scheduler_kwargs` holds an unknown name.
        ValueError: an argument is outside its range.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.ReduceLROnPlateauScheduler.

    >>> reduce_on_plateau(metric_name="loss", min_lr=1e-4).minimum
    0.0001
    >>> reduce_on_plateau(metric_name="loss", min_lr=1e-4, exact=True).minimum
    0.0
    """
    if not isinstance(metric_name, str):
        raise TypeError(f"metric_name must be a name, got {metric_name!r}")
    if exact and param_group_index is None:
        scheduler_kwargs = {**scheduler_kwargs, "min_lr": 0.0}
    return torch.reduce_on_plateau(**scheduler_kwargs)
