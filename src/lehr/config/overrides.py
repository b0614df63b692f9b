"""`key=value` arguments of the command line, laid over a document."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lehr.config.documents import Document, parse_value
from lehr.config.errors import ConfigError, Path, Problem
from lehr.config.migrations import version_of
from lehr.config.migrations.short_form import PLAN, SCHEDULES

SOURCE = "<command line>"


def with_overrides(document: Document, arguments: Iterable[str]) -> Document:
    """Return the document with each `path=value` set; the last of equal paths wins.

    A path is keys with dots between them, a value is YAML: `train.epochs=5`,
    `train.clip_norm=null`, `schedules.lr=cosine(1e-3, 0, 100%)`. Another `kind` takes
    the place of its whole section, since the keys of the old one are not its own.

    Raises:
        ConfigError: an argument is not of this form, or goes through a value that
            holds no keys. All of them are reported.

    >>> from lehr.config.documents import parse_document
    >>> document = parse_document("train: {epochs: 5, batch_size: 64}")
    >>> with_overrides(document, ["train.epochs=7"]).data
    {'train': {'epochs': 7, 'batch_size': 64}}
    """
    problems: list[Problem] = []
    # A kind first: what else is set in its section is meant for it.
    given = sorted(arguments, key=lambda a: ".kind=" not in a)
    document = _opened(document) if given else document
    for argument in given:
        try:
            path, value = read_override(argument)
            path = _as_written(document, path)
            if path[-1] == "kind" and _at(document.data, path) not in (None, value):
                path, value = path[:-1], {"kind": value}
            document = document.merged(path, value, SOURCE)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return document


def _opened(document: Document) -> Document:
    """Return a document to which sections can be added: of version 0 with its number.

    The short form is told by what it lacks, and an override may add just that.
    """
    if version_of(document.data) != 0 or "schema" in document.data:
        return document
    return replace(document, data={"schema": 0, **document.data})


def _as_written(document: Document, path: Path) -> Path:
    """Return where a document of version 0 has what is now at a path."""
    data = document.data
    if version_of(data) != 0 or len(path) < 2:
        return path
    home = str(path[0])
    moved = path[1] in {"schedules": SCHEDULES, "plan": PLAN}.get(home, ())
    section = data.get(home)
    taken = isinstance(section, dict) and path[1] in section
    return path[1:] if moved and path[1] in data and not taken else path


def _at(data: Any, path: Path) -> Any:
    """Return what is at a path; None if nothing is."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def read_override(argument: str) -> tuple[Path, Any]:
    """Return the path and the value of one `path=value`.

    >>> read_override("schedules.lr=1e-3")
    (('schedules', 'lr'), 0.001)

    Raises:
        ConfigError: there is no `=`, a key is empty, or the value is not YAML.
    """
    name, equals, text = argument.partition("=")
    keys = tuple(name.strip().split("."))
    if not equals or not all(keys):
        form = "an override has the form key=value, as in train.epochs=5"
        raise ConfigError(
            [Problem("LH121", f'cannot read "{argument}"', SOURCE, hint=form)]
        )
    try:
        return keys, parse_value(text)
    except ConfigError as error:
        problems = [
            Problem(p.code, f'{p.message} in "{argument}"', SOURCE, hint=p.hint)
            for p in error.problems
        ]
        raise ConfigError(problems) from None
