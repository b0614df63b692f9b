"""Whatever can be linted, as the plain facts that rules read."""

from collections.abc import Mapping
from typing import Any

from lehr.config.configuration import Config
from lehr.linting.base import Subject
from lehr.linting.subjects.documents import of_config
from lehr.plan import Plan
from lehr.schedules import Schedule


def subject_of(given: Any, plan: Plan | None = None, **known: Any) -> Subject:
    """Return the facts of a schedule, schedules by field, a document, ...

    Raises:
        TypeError: nothing that can be linted was given.
    """
    if isinstance(given, Subject):
        return given
    if isinstance(given, Schedule):
        given = {"lr": given}
    if isinstance(given, Mapping) and all(
        isinstance(each, Schedule) for each in given.values()
    ):
        return Subject(given, plan, **known)
    if isinstance(given, Config):
        return of_config(given, plan)
    raise TypeError(f"subject must be a schedule or a document, got {given!r}")
