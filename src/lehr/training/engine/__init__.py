"""Where a run takes place: one process here, or several that train one model."""

from typing import Literal

from lehr._checks import choice
from lehr.training.engine.base import Engine

__all__ = ["Engine", "Strategy", "engine_of"]

Strategy = Literal["auto"] | Engine | None


def engine_of(strategy: Strategy) -> Engine:
    """Return the engine that a trainer was asked for.

    Args:
        strategy: "auto" is one process; or an engine. None is one process in any case.
    """
    if isinstance(strategy, Engine):
        return strategy
    if strategy is not None:
        choice("strategy", strategy, ("auto",))
    return Engine()
