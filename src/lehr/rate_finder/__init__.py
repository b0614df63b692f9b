"""A sweep of the rate: what the loss did, and what several rules read from it."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.rate_finder.result import RateSearch, Suggestion
    from lehr.rate_finder.search import find_rate

__all__ = ["RateSearch", "Suggestion", "find_rate"]

__getattr__ = on_first_use(
    __name__,
    {
        "RateSearch": f"{__name__}.result",
        "Suggestion": f"{__name__}.result",
        "find_rate": f"{__name__}.search",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
