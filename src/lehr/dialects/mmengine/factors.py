"""mmengine's schedulers that multiply what they find: steps, lines and exponentials."""

from collections.abc import Iterable

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.mmengine.effects import INF, Effect, Frame, effect, framed
from lehr.dialects.mmengine.playing import played
from lehr.dialects.torch.decays import whole_milestones
from lehr.schedules import Constant, Linear, PiecewiseConstant, Schedule


def step(
    base: float,
    *,
    step_size: int,
    gamma: float = 0.1,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of StepLR: times `gamma` at every `step_size`-th step.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        step_size: steps between the changes, >= 1.
        gamma: any finite number.
        begin: the first step at which it acts, >= 0.
        end: the step from which it no longer acts, > begin; the value is then held.
        by_epoch: whether its steps are epochs.
        convert_to_iter_based: whether its lengths, in epochs, become updates.
        epoch_length: updates per epoch: then the clock is updates, and a scheduler by
            epochs acts once in each. None: the clock is its own steps.
        last_step: -1.
        param_name: which field it drives; it does not change the curve.

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.StepParamScheduler.

    >>> [step(1.0, step_size=2, gamma=0.5, end=5)(t) for t in (0, 1, 2, 4, 6, 9)]
    [1.0, 1.0, 0.5, 0.25, 0.25, 0.25]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    return played(_base(base), of_step(frame, step_size, gamma))


def of_step(frame: Frame, step_size: int, gamma: float) -> list[Effect]:
    """Return what a StepLR does."""
    size = _checks.count("step_size", step_size, 1) * frame.scale
    return [effect(frame, torch.step(1.0, step_size=size, gamma=gamma))]


def multi_step(
    base: float,
    *,
    milestones: Iterable[int],
    gamma: float = 0.1,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of MultiStepLR: times `gamma` at each milestone.

    Beside the parameters of `step`:

    - milestones: steps after `begin`, >= 0; one given twice counts twice.

    Raises:
        ValueError: an argument is outside its range, or a value would overflow.

    Source: mmengine 0.10.7, optim.scheduler.MultiStepParamScheduler.

    >>> lr = multi_step(1.0, milestones=[8, 11], gamma=0.5)
    >>> [lr(t) for t in (7, 8, 11, 12)]
    [1.0, 0.5, 0.25, 0.25]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    return played(_base(base), of_multi_step(frame, milestones, gamma))


def of_multi_step(
    frame: Frame, milestones: Iterable[int], gamma: float
) -> list[Effect]:
    """Return what a MultiStepLR does."""
    marks = [mark * frame.scale for mark in whole_milestones(milestones)]
    return [effect(frame, torch.multi_step(1.0, milestones=marks, gamma=gamma))]


def constant(
    base: float,
    *,
    factor: float = 1.0 / 3,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of ConstantLR: times `factor`, until the step before `end`.

    At step end - 1 it is undone: one step early. Where `end` is begin + 1 it is not
    undone at all, as in mmengine.

    Beside the parameters of `step`:

    - factor: in [0, 1]; 0, on which mmengine fails when it is undone, is well here.

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.ConstantParamScheduler.

    >>> [constant(1.0, factor=0.5, end=4)(t) for t in range(6)]
    [0.5, 0.5, 0.5, 1.0, 1.0, 1.0]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    return played(_base(base), of_constant(frame, factor))


def of_constant(frame: Frame, factor: float) -> list[Effect]:
    """Return what a ConstantLR does."""
    low, total = _checks.fraction("factor", factor), frame.length - 1
    weight = PiecewiseConstant((low, 1.0), (total,)) if total else Constant(low)
    return [effect(frame, weight)]


def linear(
    base: float,
    *,
    start_factor: float = 1.0 / 3,
    end_factor: float = 1.0,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of LinearLR: a line between two factors, at its end by end - 1.

    Beside the parameters of `step`:

    - start_factor: in [0, 1]; 0, on which mmengine fails at its next step, is well
      here.
    - end_factor: in [0, 1].

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.LinearParamScheduler.

    >>> lr = linear(1.0, start_factor=0.2, end=5)
    >>> [round(lr(t), 6) for t in range(6)]
    [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    return played(_base(base), of_linear(frame, start_factor, end_factor))


def of_linear(frame: Frame, start_factor: float, end_factor: float) -> list[Effect]:
    """Return what a LinearLR does."""
    first = _checks.fraction("start_factor", start_factor)
    last, total = _checks.fraction("end_factor", end_factor), frame.length - 1
    return [effect(frame, Linear(first, last, total) if total else Constant(first))]


def exponential(
    base: float,
    *,
    gamma: float,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    convert_to_iter_based: bool = False,
    epoch_length: int | None = None,
    last_step: int = -1,
    param_name: str = "lr",
) -> Schedule:
    """Return the curve of ExponentialLR: times `gamma` at every step.

    The parameters are those of `step`.

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.ExponentialParamScheduler.

    >>> [exponential(1.0, gamma=0.5, begin=1, end=4)(t) for t in range(6)]
    [1.0, 1.0, 0.5, 0.25, 0.25, 0.25]
    """
    frame = framed(begin, end, by_epoch, convert_to_iter_based, epoch_length, last_step)
    return played(_base(base), of_exponential(frame, gamma))


def of_exponential(frame: Frame, gamma: float) -> list[Effect]:
    """Return what an ExponentialLR does."""
    return [effect(frame, torch.exponential(1.0, gamma=gamma))]


def _base(base: float) -> float:
    return _checks.finite("base", base)
