"""Where a document comes from: a file, a text, an expression, or objects."""

import json
import os
import re
import sys
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from lehr.config.documents import (
    ENDINGS,
    Document,
    Format,
    Places,
    parse_document,
    read_document,
)
from lehr.config.errors import ConfigError, Path, Problem
from lehr.config.plain import is_omegaconf, plain, unresolved_problems

_BEFORE = r"\s*(?:#[^\n]*\s*)*"
_YAML = re.compile(_BEFORE + r"(?:\{|---|%YAML|[\w\"'.-]+[ \t]*:(?:\s|$))")
_TOML = re.compile(_BEFORE + r"(?:\[\[?[ \t]*[\w\"'.-]+|[\w\"'.-]+[ \t]*=)")
_MISSING = "???"
"""What OmegaConf and Hydra write for a value that must be given."""


def document_of(source: Any) -> Document:
    """Return the document that `source` is or names, as plain data.

    Args:
        source: the path of a file; "-" for standard input; the text of a document; an
            expression, which is the schedule of `lr`; a mapping, a dataclass or an
            OmegaConf container; or a `Document`.

    Raises:
        ConfigError: it cannot be read, is no document, or a value of it is missing or
            not resolved.

    >>> document_of("cosine(1e-3, 0, 100)").data
    {'schedules': {'lr': 'cosine(1e-3, 0, 100)'}}
    """
    if isinstance(source, Document):
        return source
    document = _read(source)
    if problems := list(_unready(document)):
        raise ConfigError(problems)
    return document


def _read(source: Any) -> Document:
    if isinstance(source, os.PathLike):
        return read_document(source)
    if isinstance(source, str):
        if source.strip() == "-":
            return _of_text(sys.stdin.read(), "<stdin>")
        ending = os.path.splitext(source)[1].lower()
        if ending in ENDINGS and "\n" not in source:
            return read_document(source)
        return _of_text(source, "<text>")
    name = "<DictConfig>" if is_omegaconf(source) else "<dict>"
    if is_dataclass(source) and not is_omegaconf(source):
        name = "<dataclass>"
    try:
        data = _simple(plain(source))
    except RecursionError:
        message = "the document is nested too deeply, or holds itself"
        raise ConfigError([Problem("LH111", message, name)]) from None
    if not isinstance(data, dict):
        shown = repr(source).partition("\n")[0][:40]
        message = f"a document is a mapping, a text or the path of a file, got {shown}"
        hint = f"pass {source.__name__}()" if isinstance(source, type) else ""
        raise ConfigError([Problem("LH107", message, name, hint=hint)])
    return Document(data, name)


def _of_text(text: str, source: str) -> Document:
    text = text.removeprefix("\ufeff")
    form = _format(text)
    if form is not None or re.fullmatch(_BEFORE, text):
        return parse_document(text, source=source, format=form or "yaml")
    path: Path = ("schedules", "lr")
    places = Places()
    if "\n" not in text:
        places.values[path], places.quotes[path] = (1, 1), 0
    return Document({"schedules": {"lr": text}}, source, places)


def _format(text: str) -> Format | None:
    """Return what a text is written in; None for an expression."""
    if text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "yaml"
        return "json"
    if _YAML.match(text):
        return "yaml"
    return "toml" if _TOML.match(text) else None


def _simple(value: Any) -> Any:
    """Return what typed configurations hold as text: names of enums, paths."""
    if isinstance(value, dict):
        return {_simple(key): _simple(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_simple(each) for each in value]
    if isinstance(value, Enum):
        return value.name
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _unready(document: Document) -> list[Problem]:
    """Return what only OmegaConf could fill in, and has not."""
    found = unresolved_problems(document)
    for path in _missing(document.data, ()):
        message = f"{path[-1]} is ???: a value that must be given"
        found.append(document.problem("LH104", message, path))
    found += _keys(document, document.data, ())
    return found


def _missing(value: Any, path: Path) -> list[Path]:
    if isinstance(value, dict):
        pairs: Any = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    else:
        return [path] if isinstance(value, str) and value == _MISSING else []
    return [p for key, each in pairs for p in _missing(each, (*path, key))]


def _keys(document: Document, value: Any, path: Path) -> list[Problem]:
    """Return the keys that are no text, which only objects can have."""
    if not isinstance(value, dict):
        return []
    found = []
    for key, each in value.items():
        if isinstance(key, str):
            found += _keys(document, each, (*path, key))
        else:
            message = f"a key must be text, got {key!r}"
            found.append(document.problem("LH107", message, path))
    return found
