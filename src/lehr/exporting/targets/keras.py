"""Keras 3: its own schedules where they have the curve, or a class of keras.ops."""

import math

from lehr.exporting.printing import body
from lehr.exporting.profile import profile_of
from lehr.exporting.requirements import require_counted, whole
from lehr.exporting.tracing import traced
from lehr.exporting.words import KERAS
from lehr.schedules import (
    Cosine,
    ExponentialDecay,
    InverseTime,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Sawtooth,
    Schedule,
    Staircase,
    Step,
)


def code(schedule: Schedule, name: str) -> str:
    """Return a module with one LearningRateSchedule.

    Raises:
        CannotExport: the schedule holds what no code can carry, or is longer than Keras
            counts.
    """
    require_counted(schedule, "Keras")
    native = _native(schedule)
    if native:
        kind, arguments = native
        return (
            f"from keras.optimizers.schedules import {kind}\n\n"
            f"{name} = {kind}({arguments})"
        )
    lines = body(traced(schedule), KERAS)
    kind = "".join(word.capitalize() for word in name.split("_"))
    kind = "ExportedSchedule" if kind == "Schedule" else f"{kind}Schedule"
    return "\n".join(
        [
            "import keras",
            "from keras import ops",
            "",
            "",
            '@keras.saving.register_keras_serializable(package="exported")',
            f"class {kind}(keras.optimizers.schedules.LearningRateSchedule):",
            "    def __call__(self, step):",
            "        t = ops.cast(step, keras.config.floatx())",
            *(f"        {line}" for line in lines),
            "",
            "    def get_config(self):",
            "        return {}",
            "",
            "",
            f"{name} = {kind}()",
        ]
    )


def _native(schedule: Schedule) -> tuple[str, str] | None:
    match schedule:
        case PiecewiseConstant(values, boundaries) if whole(*boundaries):
            # Keras changes after a boundary, and not at it.
            return "PiecewiseConstantDecay", (
                f"boundaries={[int(b) - 1 for b in boundaries]}, values={list(values)}"
            )
        case Step(start, factor, every, steps) if steps == math.inf and factor > 0:
            return "ExponentialDecay", (
                f"initial_learning_rate={start!r}, decay_steps={every!r}, "
                f"decay_rate={factor!r}, staircase=True"
            )
        case ExponentialDecay(start, factor, every, steps) if steps == math.inf:
            return "ExponentialDecay", (
                f"initial_learning_rate={start!r}, decay_steps={every!r}, "
                f"decay_rate={factor!r}"
            )
        case InverseTime(start, rate, every, steps) if steps == math.inf:
            return "InverseTimeDecay", (
                f"initial_learning_rate={start!r}, decay_steps={every!r}, "
                f"decay_rate={rate!r}"
            )
        case Staircase(InverseTime(_, _, every) as decay, same) if every == same:
            if native := _native(decay):
                return native[0], f"{native[1]}, staircase=True"
        case Sawtooth(start, end, every, power):
            name, arguments = _polynomial(start, end, every, power)
            return name, f"{arguments}, cycle=True"
        case Linear(start, end, steps) if steps:
            return _polynomial(start, end, steps, 1.0)
        # In float32 the end is missed by a root of the rounding if the power is < 1.
        case Polynomial(start, end, steps, power) if steps and power >= 1:
            return _polynomial(start, end, steps, power)
    p = profile_of(schedule)
    if p is None or p.level or not isinstance(p.decay, Cosine) or not p.peak:
        return None
    if p.decay.exponent != 1 or p.decay.k != 1 or not p.decay.steps:
        return None
    alpha = f"decay_steps={int(p.decay.steps)}, alpha={p.end / p.peak!r}"
    if not p.warmup:
        return "CosineDecay", f"initial_learning_rate={p.peak!r}, {alpha}"
    return "CosineDecay", (
        f"initial_learning_rate={p.start!r}, {alpha}, "
        f"warmup_target={p.peak!r}, warmup_steps={p.warmup}"
    )


def _polynomial(
    start: float, end: float, steps: float, power: float
) -> tuple[str, str]:
    return "PolynomialDecay", (
        f"initial_learning_rate={start!r}, decay_steps={steps!r}, "
        f"end_learning_rate={end!r}, power={power!r}"
    )
