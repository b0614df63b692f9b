"""Whatever can be linted, as the plain facts that rules read."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lehr.config.configuration import Config
from lehr.config.documents import ENDINGS, Document
from lehr.config.plain import is_omegaconf, plain
from lehr.linting.base import Subject
from lehr.linting.subjects.documents import (
    Written,
    of_config,
    of_written,
    read,
    written,
)
from lehr.linting.subjects.optimizers import optimizer_of
from lehr.linting.subjects.told import Told
from lehr.linting.suppressing import suppressions_of
from lehr.plan import Plan
from lehr.schedules import Schedule

_OF_A_TEXT = ("library", "base")
"""What is known of a configuration, and not of a live scheduler."""

_FLAGS = re.compile(r"\s*--[A-Za-z]")
"""How the arguments of another library's command begin; no expression does."""


def subject_of(
    given: Any,
    plan: Plan | None = None,
    *,
    optimizer: Any = None,
    metric: str | None = None,
    **known: Any,
) -> Subject:
    """Return the facts of a schedule, schedules by field, a document, ...

    Args:
        given: as `lehr.lint` takes it.
        plan: the run, in place of what a document says.
        optimizer: a name, settings, or a live torch optimizer; in place of what a
            document says.
        metric: the name of the metric that a controller follows.
        **known: library, base, per, world_size, wrapper and state, for what comes from
            another library.

    Raises:
        ConfigError: a text cannot be read.
        TypeError: nothing that can be linted was given.
    """
    told = {
        "optimizer": None if optimizer is None else optimizer_of(optimizer),
        "metric": metric,
        **known,
    }
    told = {name: value for name, value in told.items() if value is not None}
    Told.of({k: v for k, v in told.items() if k not in _OF_A_TEXT})
    subject = _subject(given, plan, told)
    if optimizer is not None:
        subject = replace(subject, optimizer=told["optimizer"])
    return subject


def _subject(given: Any, plan: Plan | None, known: Mapping[str, Any]) -> Subject:
    if isinstance(given, Subject):
        return replace(given, plan=plan) if plan else given
    if isinstance(given, Schedule):
        given = {"lr": given}
    if isinstance(given, Mapping) and given:
        fields = {str(k): each for k, each in given.items()}
        if all(isinstance(each, Schedule) for each in fields.values()):
            return Subject(fields, plan)
        if _holds_objects(given):
            return _of_object(given, plan, known)
    if isinstance(given, Config):
        return of_config(given, plan)
    if isinstance(given, Written):
        return _of_document(given, given, plan, known)
    if isinstance(given, str | os.PathLike):
        return _of_text(given, plan, known)
    if isinstance(given, Document):
        return _of_document(given, Written(given), plan, known)
    if isinstance(given, Mapping) or is_omegaconf(given):
        source = "<DictConfig>" if is_omegaconf(given) else "<dict>"
        document = Document(plain(given), source)
        return _of_document(given, Written(document), plan, known)
    return _of_object(given, plan, known)


def _of_text(
    given: str | os.PathLike[str], plan: Plan | None, known: Mapping[str, Any]
) -> Subject:
    ending = os.path.splitext(os.fspath(given))[1].lower()
    flags = isinstance(given, str) and ending not in ENDINGS and given != "-"
    if "library" in known and flags:
        return _foreign(given, plan, known)
    return _of_document(given, _written(given), plan, known)


def _written(given: str | os.PathLike[str]) -> Written:
    text = os.fspath(given)
    ending = os.path.splitext(text)[1].lower()
    if text == "-":
        import sys

        return written(sys.stdin.read(), "<stdin>")
    if isinstance(given, os.PathLike) or (ending in ENDINGS and "\n" not in text):
        return read(given)
    return written(text, "<text>")


def _of_document(
    given: Any, read: Written, plan: Plan | None, known: Mapping[str, Any]
) -> Subject:
    flags = _FLAGS.match(read.text)
    if not flags and "library" not in known and not is_another_librarys(read.document):
        return of_written(read, plan)
    document = read.document
    subject = _foreign(read.text or document.data, plan, known)
    return replace(
        subject,
        written=document.data,
        source=document.source,
        lines={**document.keys, **document.places},
        suppressions=suppressions_of(document, read.text, section=False),
    )


def is_another_librarys(document: Document) -> bool:
    """Return whether a document is the configuration of another library."""
    if isinstance(document.data.get("schedules"), Mapping):
        return False
    from lehr.linting.subjects.foreign import is_foreign

    return bool(is_foreign(document))


def _foreign(given: Any, plan: Plan | None, known: Mapping[str, Any]) -> Subject:
    from lehr.linting.subjects.foreign import of_foreign

    subject: Subject = of_foreign(given, plan=plan, **known)
    return subject


def _holds_objects(given: Mapping[str, Any]) -> bool:
    """Return whether a mapping is that of Lightning, around a live scheduler."""
    from lehr.linting.subjects.wrapped import is_live

    return is_live(given)


def _of_object(given: Any, plan: Plan | None, known: Mapping[str, Any]) -> Subject:
    from lehr.linting.subjects.live import is_live, of_live

    if is_live(given):
        told = {key: known[key] for key in known if key not in _OF_A_TEXT}
        subject: Subject = of_live(given, plan, **told)
        return subject
    raise TypeError(
        "subject must be a schedule, schedules by field, a document, another "
        f"library's configuration or a live scheduler, got {given!r}"
    )
