"""Other libraries' schedulers, by their own names and parameters, as our schedules."""

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
