"""What follows a metric, as `Feedback`: of a configuration or of a live object."""

import inspect
from collections.abc import Mapping
from typing import Any

from lehr.controllers import Plateau
from lehr.dialects import Dialect, schedulers
from lehr.dialects.base import MetricDriven
from lehr.linting.base import Feedback

_MODES = {"relative": "rel", "absolute": "abs", "signed": "signed"}
_GREEDY = ("mode", "factor", "patience", "threshold", "min_lr", "max_lr", "cooldown")


def follows_metric(library: str, scheduler: str) -> bool:
    """Return whether a library's scheduler follows a metric.

    >>> follows_metric("torch", "ReduceLROnPlateau")
    True
    """
    dialect = schedulers(library).get(scheduler)
    return dialect is not None and dialect.metric_driven is not None


def driven_by(dialect: Dialect, given: Mapping[str, Any]) -> MetricDriven:
    """Return what a scheduler that follows a metric comes to; unknown names are left.

    Raises:
        ValueError: an argument is refused.
        TypeError: an argument is of a wrong kind, or one is missing.
    """
    made = dialect.metric_driven
    if made is None:
        raise ValueError(f"{dialect.name} follows no metric")
    known = inspect.signature(made).parameters
    return made(**{key: value for key, value in given.items() if key in known})


def feedback_of(driven: MetricDriven, metric: str = "", **more: Any) -> Feedback:
    """Return a controller of a metric with its limits as facts.

    Args:
        driven: the controller and its limits.
        metric: its name, if it is known.
        **more: further settings.

    >>> from lehr.dialects import dialect
    >>> made = driven_by(dialect("torch", "ReduceLROnPlateau"), {"patience": 3})
    >>> found = feedback_of(made, "val_loss")
    >>> found.metric, found.mode, found.threshold_mode, found.settings["patience"]
    ('val_loss', 'min', 'signed', 3)
    """
    settings = {"minimum": driven.minimum, "eps": driven.eps, "start": driven.start}
    return of_plateau(driven.controller, metric, **{**settings, **more})


def of_plateau(plateau: Plateau, metric: str = "", **more: Any) -> Feedback:
    """Return a plateau of lehr's as facts."""
    names = ("factor", "patience", "threshold", "cooldown", "floor", "nan")
    settings = {name: getattr(plateau, name) for name in names}
    mode = _MODES[plateau.threshold_mode]
    return Feedback(metric, plateau.mode, mode, {**settings, **more})


def greedy(given: Mapping[str, Any], metric: str = "", **more: Any) -> Feedback:
    """Return transformers' GreedyLR as facts: it raises the rate as well."""
    own = {key: given[key] for key in _GREEDY if key in given}
    minimum, mode = own.pop("min_lr", 1e-3), own.pop("mode", "min")
    settings = {**own, "minimum": minimum, "raises": True, **more}
    return Feedback(metric, str(mode), "abs", settings)
