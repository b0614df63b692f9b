"""fastai's figures, recorded by running its own callback/schedule.py."""

from collections.abc import Callable
from typing import Any

from agreement.comparison import Comparison, recorded
from lehr.dialects import named
from lehr.dialects.fastai import SCHEDULERS
from lehr.schedules import Schedule

NUMBER = 20


def _combined(scheds: list[tuple[str, dict[str, float]]], **arguments: Any) -> Schedule:
    parts = [named(SCHEDULERS, name, **given) for name, given in scheds]
    (curve,) = (d.curve for d in SCHEDULERS if d.name == "combine_scheds")
    return curve(scheds=parts, **arguments)


def _of(name: str) -> Callable[..., Schedule]:
    return lambda **arguments: named(SCHEDULERS, name, **arguments).curve(0.1)


def comparisons() -> list[Comparison]:
    curves = {dialect.name: _of(dialect.name) for dialect in SCHEDULERS}
    curves["combine_scheds"] = _combined
    (cycle,) = (d for d in SCHEDULERS if d.name == "fit_one_cycle")
    momentum = cycle.others["momentum"]
    curves["fit_one_cycle momentum"] = lambda **arguments: momentum(0.9, **arguments)
    joints = "fastai rounds positions to float32: 1e-7, and a joint may come late"
    combined = ("combine_scheds", "combined_cos", *(n for n in curves if "fit" in n))
    return recorded("fastai", curves, dict.fromkeys(combined, joints))
