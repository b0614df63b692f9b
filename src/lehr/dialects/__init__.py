"""Other libraries' schedulers, by their own names and parameters, as our schedules."""

from lehr.dialects.base import Dialect, MetricDriven, Named, named

__all__ = ["Dialect", "MetricDriven", "Named", "named"]
