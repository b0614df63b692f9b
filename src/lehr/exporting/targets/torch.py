"""torch.optim.lr_scheduler: its own classes where they hold their end, or LambdaLR.

CosineAnnealingLR climbs back past its end and OneCycleLR stops there with an error:
their curves are written as the function that a LambdaLR follows.
"""

import math

from lehr.exporting.errors import CannotExport
from lehr.exporting.functions import python_function
from lehr.exporting.requirements import one_factor, whole
from lehr.schedules import (
    Constant,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Schedule,
    Step,
)


def code(schedule: Schedule, name: str) -> str:
    """Return a module with LR, the optimizer's rate, and a function of the optimizer.

    Raises:
        CannotExport: the schedule holds what no code can carry, or is 0 throughout.
    """
    native = _native(schedule)
    if native is not None:
        base, kind, arguments = native
        return "\n".join(
            [
                f"from torch.optim.lr_scheduler import {kind}",
                "",
                f"LR = {base!r}  # what the optimizer is made with",
                "",
                "",
                f"def {name}(optimizer):",
                f"    return {kind}(optimizer, {arguments})",
            ]
        )
    base = max(abs(schedule.maximum), abs(schedule.minimum))
    if base == 0:
        raise CannotExport("it is 0 throughout, and LambdaLR multiplies a rate")
    rate = "rate" if name != "rate" else "value"
    function = python_function(schedule, rate)
    imports = [line for line in function if line.startswith("import ")]
    rest = function[len(imports) :]
    return "\n".join(
        [
            *imports,
            *([""] if imports else []),
            "from torch.optim.lr_scheduler import LambdaLR",
            "",
            f"LR = {base!r}  # what the optimizer is made with",
            *([] if imports else ["", ""]),
            *rest,
            "",
            "",
            "def factor(t):",
            f"    return {rate}(t) / LR",
            "",
            "",
            f"def {name}(optimizer):",
            "    return LambdaLR(optimizer, factor)",
        ]
    )


def _native(schedule: Schedule) -> tuple[float, str, str] | None:
    """Return base, class and arguments where torch has the same curve for ever."""
    if schedule(0) < 0:
        return None  # an optimizer refuses that base
    match schedule:
        case Constant(value=value) if value:
            return value, "ConstantLR", "factor=1.0, total_iters=0"
        case Step(start, factor, every, steps) if steps == math.inf and whole(every):
            return start, "StepLR", f"step_size={int(every)}, gamma={factor!r}"
        case ExponentialDecay(start, factor, every, steps) if steps == math.inf:
            return start, "ExponentialLR", f"gamma={factor ** (1 / every)!r}"
        case PiecewiseConstant(values, boundaries) if whole(*boundaries):
            gamma = one_factor(values)
            if gamma is not None:
                milestones = [int(b) for b in boundaries]
                return (
                    values[0],
                    "MultiStepLR",
                    f"milestones={milestones}, gamma={gamma!r}",
                )
        case Polynomial(start, 0.0, steps, power) if whole(steps) and steps:
            return start, "PolynomialLR", f"total_iters={int(steps)}, power={power!r}"
        case Linear(start, end, steps) if whole(steps) and steps:
            base = max(start, end)
            if start > 0 and end >= 0:
                return (
                    base,
                    "LinearLR",
                    f"start_factor={start / base!r}, end_factor={end / base!r}, "
                    f"total_iters={int(steps)}",
                )
    return None
