"""mmengine's figures, recorded by stepping its own schedulers."""

from collections.abc import Callable
from typing import Any

from agreement.comparison import Comparison, recorded
from lehr.dialects import named
from lehr.dialects.mmengine import SCHEDULERS
from lehr.schedules import Schedule

NUMBER = 40
DIFFERENCES = {
    "LinearLR": "from 0 it is a line; mmengine divides by 0",
    "ConstantLR": "a factor of 0 is undone; mmengine divides by 0",
    "OneCycleLR": "holds its last value; mmengine goes one step on, and raises",
}


def _of(name: str) -> Callable[..., Schedule]:
    def curve(base: float, **arguments: Any) -> Schedule:
        return named(SCHEDULERS, name, **arguments).curve(base)

    return curve


def _list(base: float, schedulers: list[Any], **arguments: Any) -> Schedule:
    children = [named(SCHEDULERS, name, **given) for name, given in schedulers]
    return _of("param_scheduler")(base, schedulers=children, **arguments)


def comparisons() -> list[Comparison]:
    curves = {d.name: _of(d.name) for d in SCHEDULERS if d.curve}
    curves["param_scheduler"] = _list
    return recorded("mmengine", curves, DIFFERENCES)
