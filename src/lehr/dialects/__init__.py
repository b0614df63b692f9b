"""Other libraries' schedulers, by their own names and parameters, as our schedules."""

from importlib import import_module
from types import ModuleType

from lehr.dialects.base import Dialect, MetricDriven, Named, named
from lehr.dialects.catalog import LIBRARIES, dialect, schedulers

__all__ = [
    "LIBRARIES",
    "Dialect",
    "MetricDriven",
    "Named",
    "dialect",
    "named",
    "schedulers",
]


def __getattr__(name: str) -> ModuleType:
    """Import the dialects of a library on first use."""
    if name not in LIBRARIES and name != "tlama":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
