"""optax: its own schedules where they have the curve, or a function of jax.numpy."""

import math

from lehr.exporting.printing import body
from lehr.exporting.profile import Profile, profile_of
from lehr.exporting.requirements import require_counted, whole
from lehr.exporting.tracing import traced
from lehr.exporting.words import JAX
from lehr.schedules import (
    Constant,
    Cosine,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Schedule,
    Step,
)


def code(schedule: Schedule, name: str) -> str:
    """Return a module with one optax schedule.

    Raises:
        CannotExport: the schedule holds what no code can carry, or is longer than optax
            counts.
    """
    require_counted(schedule, "optax")
    native = _native(schedule)
    if native:
        return f"import optax\n\n{name} = {native}"
    lines = body(traced(schedule), JAX)
    return "\n".join(
        [
            "import jax.numpy as jnp",
            "",
            "",
            f"def {name}(t):",
            "    t = jnp.asarray(t)",
            *(f"    {line}" for line in lines),
        ]
    )


def _native(schedule: Schedule) -> str | None:
    match schedule:
        case PiecewiseConstant(values, boundaries) if (
            whole(*boundaries) and 0 not in values[:-1]
        ):
            scales = {
                int(b): after / before
                for b, before, after in zip(
                    boundaries, values, values[1:], strict=False
                )
            }
            return f"optax.piecewise_constant_schedule({values[0]!r}, {scales})"
        case Step(start, factor, every, steps) if (
            steps == math.inf and whole(every) and start and factor
        ):
            return (
                f"optax.exponential_decay({start!r}, {int(every)}, {factor!r}, "
                "staircase=True)"
            )
    profile = profile_of(schedule)
    return None if profile is None else _of_profile(profile)


def _of_profile(p: Profile) -> str | None:
    decay = p.decay
    if (
        isinstance(decay, Cosine)
        and p.warmup
        and not p.level
        and decay.k == 1
        and p.peak
    ):
        lines = [
            f"init_value={p.start!r}",
            f"peak_value={p.peak!r}",
            f"warmup_steps={p.warmup}",
            f"decay_steps={int(p.total)}",
            f"end_value={p.end!r}",
        ]
        if decay.exponent != 1:
            lines.append(f"exponent={decay.exponent!r}")
        inner = "".join(f"    {line},\n" for line in lines)
        return f"optax.warmup_cosine_decay_schedule(\n{inner})"
    pieces: list[tuple[int, str]] = []
    if p.warmup:
        text = f"optax.linear_schedule({p.start!r}, {p.peak!r}, {p.warmup})"
        pieces.append((p.warmup, text))
    if p.level or decay is None:
        pieces.append((p.level, f"optax.constant_schedule({p.peak!r})"))
    if decay is not None:
        last = _decay(decay)
        if last is None:
            return None
        pieces.append((0, last))
    if len(pieces) == 1:
        return pieces[0][1]
    edges = [sum(n for n, _ in pieces[: i + 1]) for i in range(len(pieces) - 1)]
    inner = ",\n        ".join(text for _, text in pieces)
    return f"optax.join_schedules(\n    [\n        {inner},\n    ],\n    {edges},\n)"


def _decay(decay: Schedule) -> str | None:
    match decay:
        case Constant(value):
            return f"optax.constant_schedule({value!r})"
        case Linear(start, end, steps) if steps:
            return f"optax.linear_schedule({start!r}, {end!r}, {int(steps)})"
        case Cosine(start, end, steps, exponent, 1.0) if steps and start:
            return (
                f"optax.cosine_decay_schedule({start!r}, {int(steps)}, "
                f"alpha={end / start!r}, exponent={exponent!r})"
            )
        # In float32 the end is missed by a root of the rounding if the power is < 1.
        case Polynomial(start, end, steps, power) if steps and power >= 1:
            return (
                f"optax.polynomial_schedule({start!r}, {end!r}, {power!r}, "
                f"{int(steps)})"
            )
        case ExponentialDecay(start, factor, every, steps) if (
            start and steps == math.inf and whole(every)
        ):
            return f"optax.exponential_decay({start!r}, {int(every)}, {factor!r})"
    return None
