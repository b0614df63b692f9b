"""A document of lehr as a subject."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lehr.config.configuration import Config, read_config
from lehr.config.documents import (
    ENDINGS,
    Document,
    Format,
    Places,
    parse_document,
    read_text,
)
from lehr.config.errors import ConfigError, Path, Problem
from lehr.linting.base import Place, Subject
from lehr.linting.subjects.lengths import durations_of
from lehr.linting.subjects.optimizers import optimizer_of
from lehr.linting.suppressing import suppressions_of
from lehr.plan import BatchRamp, Plan

LENGTHS = ("epochs", "updates", "samples", "tokens", "length")
"""Arguments of a plan of which one says how long the run is."""

_BEFORE = r"\s*(?:#[^\n]*\n\s*)*"
_LIKE_A_DOCUMENT = re.compile(
    _BEFORE + r"(?:\{|---|\[|$|[\w\"'.-]+[ \t]*:(?:\s|$)|[\w\"'.-]+[ \t]*=[^=])"
)
_TOML = re.compile(_BEFORE + r"(?:\[|[\w\"'.-]+[ \t]*=)")
_JSON = re.compile(r'\s*\{\s*["}]')

_SHARED = (
    *("batch_size", "accumulation", "world_size", "drop_last", "sequence_length"),
    "dataset_size",
)


@dataclass(frozen=True)
class Written:
    """A document, and the text that it was read from.

    Args:
        document: its data and their places.
        text: as it stands in the file; "" if it was never text.
        format: of the text; "expression" if it is a schedule alone.
    """

    document: Document
    text: str = ""
    format: Format | str = "yaml"


def written(text: str, source: str, format: Format | None = None) -> Written:
    """Return what a text holds: a document, or an expression for `lr`.

    Args:
        text: a document in YAML, JSON or TOML, or an expression.
        source: the file, as its user named it.
        format: of a document; found by its first characters if it is not said.

    Raises:
        ConfigError: it does not parse.
    """
    if format is None and not _LIKE_A_DOCUMENT.match(text):
        places = Places({("schedules", "lr"): (1, 1)}, {}, {("schedules", "lr"): 0})
        document = Document({"schedules": {"lr": text}}, source, places)
        return Written(document, text, "expression")
    format = format or _guessed(text)
    return Written(parse_document(text, source=source, format=format), text, format)


def read(file: str | os.PathLike[str]) -> Written:
    """Return the document in a file; one of another ending may hold an expression.

    Raises:
        ConfigError: it cannot be read, or does not parse.
    """
    source = os.fspath(file)
    ending = os.path.splitext(source)[1].lower()
    return written(read_text(source), source, ENDINGS.get(ending))


def _guessed(text: str) -> Format:
    if _JSON.match(text):
        return "json"
    return "toml" if _TOML.match(text) else "yaml"


def of_written(given: Written, plan: Plan | None = None) -> Subject:
    """Return the facts of a document that was read as text.

    Raises:
        ConfigError: with every problem of the document.
    """
    document = given.document
    problems = list[Problem]()
    try:
        suppressions = suppressions_of(document, given.text)
    except ConfigError as error:
        problems += error.problems
    if plan is None and not document.data.get("plan"):
        plan = plan_of(document.data)
    try:
        # What it wants ignored was looked at above, and may lack a reason.
        data = {key: part for key, part in document.data.items() if key != "lint"}
        config = read_config(replace(document, data=data), plan=plan)
        if not config.schedules:
            problems.append(_without_schedules(document))
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    subject = _of_config(config, config.plan or plan, suppressions)
    lint = {key: part for key, part in document.data.items() if key == "lint"}
    return replace(subject, sections={**subject.sections, **lint})


def _without_schedules(document: Document) -> Problem:
    message = "a document to lint needs the key schedules, a mapping"
    hint = "schedules: {lr: warmup_cosine(3e-4, warmup=1000, total=100000)}"
    path: Path = ("schedules",) if "schedules" in document.data else ()
    return document.problem("LH104", message, path, hint)


def of_config(config: Config, plan: Plan | None = None) -> Subject:
    """Return the facts of a document.

    Raises:
        ConfigError: what it wants ignored is not in order.
    """
    text = _text(config.document.source)
    suppressions = suppressions_of(config.document, text)
    plan = plan or config.plan or plan_of(config.document.data)
    return _of_config(config, plan, suppressions)


def _of_config(config: Config, plan: Plan | None, suppressions: Any) -> Subject:
    document, places = config.document, dict[str, Place]()
    for name, path in config.paths.items():
        line, column = document.place(path) or (None, None)
        source = document.overriding(path)
        if source:
            line, column = None, None
        places[name] = Place(source or document.source, line, column, path)
    return Subject(
        config.schedules,
        plan,
        optimizer_of(_mapping(document.data.get("optimizer"))),
        durations=durations_of(document),
        sections=config.sections,
        places=places,
        written=document.data,
        source=document.source,
        lines={**document.keys, **document.places},
        suppressions=suppressions,
    )


def plan_of(data: Mapping[str, Any]) -> Plan | None:
    """Return the run that a document's numbers tell; None if they do not suffice.

    >>> plan_of({"train": {"updates": 500, "batch_size": 16}}).updates
    500
    """
    try:
        return Plan(**plan_arguments(data))
    except (TypeError, ValueError):
        return None


def plan_arguments(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document says of a plan, in `plan` or in `train`.

    No data are read to count samples.
    """
    sections = [_mapping(data.get(name)) or {} for name in ("train", "plan")]
    known = {
        key: section[key]
        for section in sections
        for key in (*_SHARED, *LENGTHS, "ramp")
        if section.get(key) is not None
    }
    inner = _mapping(data.get("data")) or {}
    if "context" in inner:
        known.setdefault("sequence_length", inner["context"])
    if "train" in data:
        known.setdefault("batch_size", 64)  # as `lehr train` has it
    if isinstance(known.get("ramp"), Mapping):
        known["ramp"] = _ramp(known["ramp"])
    return known


def _ramp(given: Mapping[str, Any]) -> Any:
    """Return a ramp of batch sizes; what is none is left for the plan to refuse."""
    lists: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in given.items()
    }
    try:
        return BatchRamp(**lists)
    except (TypeError, ValueError):
        return given


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None


def _text(source: str) -> str:
    """Return the text that a document was read from, for its comments."""
    if os.path.splitext(source)[1].lower() not in ENDINGS or not os.path.isfile(source):
        return ""
    try:
        return read_text(source)
    except ConfigError:
        return ""
