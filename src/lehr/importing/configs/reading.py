"""A configuration as more than its curve: whose it is, the schedulers, the problems."""

from dataclasses import dataclass, replace
from typing import Any

from lehr.config.errors import ConfigError, Problem
from lehr.importing.configs import reader_of
from lehr.importing.configs.base import Call, Source
from lehr.importing.configs.text import document_of
from lehr.plan import Plan
from lehr.schedules import Schedule

_NO_RATE = "the learning rate is not in"


@dataclass(frozen=True)
class Reading:
    """What a configuration says.

    Args:
        source: the document, with what was told beside it.
        library: whose it is.
        schedule: the learning rate; None if a metric decides, or it is refused.
        calls: the schedulers that were met, parts before what they are in.
        problems: what is refused, or missing.
        rate_known: whether the rate is the configuration's or was told; a curve of one
            that is not starts from 1.
    """

    source: Source
    library: str
    schedule: Schedule | None
    calls: tuple[Call, ...]
    problems: tuple[Problem, ...] = ()
    rate_known: bool = True


def reading(
    config: Any,
    library: str | None = None,
    *,
    base: float | None = None,
    plan: Plan | None = None,
    exact: bool = False,
) -> Reading:
    """Return all that `from_config` finds, in place of raising what it refuses.

    Args:
        config: as for `from_config`.
        library: whose it is; found by its keys if it is not said.
        base: the optimizer's rate, in place of the one in the configuration.
        plan: the run.
        exact: whether to give the original where it contradicts its documentation.

    Raises:
        ConfigError: it does not parse, or nobody's marks are in it.
        TypeError: it is no configuration.
        ValueError: there is no such library.

    >>> found = reading({"name": "StepLR", "step_size": 30}, base=0.1)
    >>> found.library, found.schedule, found.calls[-1].name
    ('torch', Step(start=0.1, factor=0.1, every=30), 'StepLR')
    >>> reading({"name": "StepLR", "step_size": 0}).problems[0].message
    'step_size must be >= 1, got 0'
    """
    source = Source(document_of(config), base, plan, exact)
    found = _read(source, library)
    if any(_NO_RATE in problem.message for problem in found.problems):
        told = replace(source, base=1.0, calls=[])
        found = replace(_read(told, library), rate_known=False)
    return found


def _read(source: Source, library: str | None) -> Reading:
    form = reader_of(source, library)
    schedule: Schedule | None = None
    problems: tuple[Problem, ...] = ()
    try:
        schedule = form.schedule(source)
    except ConfigError as error:
        problems = tuple(error.problems)
    calls = tuple(source.calls)
    owner = calls[-1].library if calls else form.library
    return Reading(source, owner, schedule, calls, problems)
