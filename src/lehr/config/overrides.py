"""`key=value` arguments of the command line, laid over a document."""

from collections.abc import Iterable
from typing import Any

from lehr.config.documents import Document, parse_value
from lehr.config.errors import ConfigError, Path, Problem

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
    for argument in sorted(arguments, key=lambda a: ".kind=" not in a):
        try:
            path, value = read_override(argument)
            if path[-1] == "kind" and _at(document.data, path) not in (None, value):
                path, value = path[:-1], {"kind": value}
            document = document.merged(path, value, SOURCE)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return document


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
