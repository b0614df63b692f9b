"""One document, read as objects: its schedules, its plan, its other sections."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lehr.config.documents import ENDINGS, Document, parse_document, read_document
from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.nodes import build_schedule
from lehr.config.overrides import with_overrides
from lehr.config.plain import is_omegaconf, plain
from lehr.plan import Plan
from lehr.schedules import Schedule

_LIKE_A_DOCUMENT = re.compile(
    r"\s*(?:#[^\n]*\s*)*(?:\{|---|\[|[\w\"'.-]+[ \t]*[:=](?:\s|$))"
)


@dataclass(frozen=True)
class Config:
    """What a document says, as objects.

    Args:
        schedules: by field (`lr`, `weight_decay`, ...); a field whose groups differ is
            `field.group`, as in `weight_decay.no_decay`.
        plan: the run's arithmetic; None if the document does not say.
        sections: the other sections, as plain values with their defaults.
        document: where everything was read.
        paths: the place of each schedule in the document.
    """

    schedules: Mapping[str, Schedule]
    plan: Plan | None
    sections: Mapping[str, Any]
    document: Document
    paths: Mapping[str, Path] = field(default_factory=dict)


def read_config(
    source: Any, *, plan: Plan | None = None, overrides: Sequence[str] = ()
) -> Config:
    """Return what a document says, whatever it is written in.

    Args:
        source: the path of a YAML, JSON or TOML file; "-" for standard input; the text
            of a document; an expression, which is the schedule of `lr`; a mapping, a
            dataclass or an OmegaConf container; or a `Document`.
        plan: the run, where the document does not say it, or another.
        overrides: `key=value` texts laid over the document.

    Raises:
        ConfigError: with every problem of the document, each at its place.
    """
    document = with_overrides(_document(source), overrides)
    if plan is None and "plan" in document.data:
        plan = _plan(document)
    named = document.data.get("schedules")
    built: dict[str, Schedule] = {}
    paths: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in _paths(named, ("schedules",)) if isinstance(named, Mapping) else ():
        name = format_path(path[1:])
        try:
            built[name] = build_schedule(document, path, plan)
        except ConfigError as error:
            problems += error.problems
        paths[name] = path
    if problems:
        raise ConfigError(problems)
    sections = {
        k: v for k, v in document.data.items() if k not in ("schedules", "plan")
    }
    return Config(built, plan, sections, document, paths)


def _document(source: Any) -> Document:
    if isinstance(source, Document):
        return source
    if isinstance(source, os.PathLike):
        return read_document(source)
    if isinstance(source, str):
        ending = os.path.splitext(source)[1].lower()
        if source == "-" or (ending in ENDINGS and "\n" not in source):
            return read_document(source)
        if _LIKE_A_DOCUMENT.match(source):
            return parse_document(source)
        return Document({"schedules": {"lr": source}}, "<text>")
    return Document(plain(source), "<DictConfig>" if is_omegaconf(source) else "<dict>")


def _plan(document: Document) -> Plan:
    try:
        return Plan(**document.data["plan"])
    except (TypeError, ValueError) as error:
        raise ConfigError([document.problem("LH106", str(error), ("plan",))]) from None


def _paths(value: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """Yield the path of each schedule; a mapping without a kind holds groups."""
    for key, inner in value.items():
        if isinstance(inner, Mapping) and "kind" not in inner:
            yield from _paths(inner, (*path, key))
        else:
            yield (*path, key)
