"""Metrics: means over samples, and what gathers over a whole evaluation."""

from lehr.training.metrics.averages import Averages
from lehr.training.metrics.base import (
    Gathering,
    Metric,
    evaluated_names,
    gathers,
    is_number,
    number_from,
    number_of,
    prefix_of,
    require_mergeable,
    scalar_names,
)
from lehr.training.metrics.classification import TopKAccuracy, accuracy
from lehr.training.metrics.confusion import ConfusionMatrix

__all__ = [
    "Averages",
    "ConfusionMatrix",
    "Gathering",
    "Metric",
    "TopKAccuracy",
    "accuracy",
    "evaluated_names",
    "gathers",
    "is_number",
    "number_from",
    "number_of",
    "prefix_of",
    "require_mergeable",
    "scalar_names",
]
