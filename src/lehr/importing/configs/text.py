"""Texts of configurations: YAML, JSON, TOML, or the flags of a command line."""

import os
import re
import shlex
from collections.abc import Mapping
from typing import Any

from lehr.config.documents import ENDINGS, Document, from_mapping, parse_document
from lehr.config.documents import Format as TextFormat
from lehr.config.errors import ConfigError, Problem
from lehr.config.plain import plain
from lehr.config.yaml_reader import scalar

_TABLE = re.compile(r"^\s*\[{1,2}[\w.\"' -]+\]{1,2}\s*(#.*)?$", re.MULTILINE)
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_KEY = re.compile(r"^\s*[\w.\"'-]+\s*:(\s|$)", re.MULTILINE)


def document_of(config: Any) -> Document:
    """Return a configuration as plain data.

    Args:
        config: a mapping, a text, a `Document`, or the path of a file: a `Path`, or a
            text of one line that ends like a document.

    Raises:
        ConfigError: it cannot be read, or does not parse.
        TypeError: it is none of these.
    """
    if isinstance(config, Document):
        return config
    if isinstance(config, os.PathLike) or _is_path(config):
        return _file(os.fspath(config))
    if isinstance(config, str):
        return _text(config, "<text>")
    data = plain(config)
    if not isinstance(data, Mapping):
        raise TypeError(
            f"config must be a mapping, a text or the path of a file, got {config!r}"
        )
    return from_mapping(data)


def _is_path(config: Any) -> bool:
    if not isinstance(config, str) or "\n" in config:
        return False
    return os.path.splitext(config)[1].lower() in ENDINGS and " " not in config.strip()


def _file(name: str) -> Document:
    from lehr.config.documents import read_document, read_text

    if os.path.splitext(name)[1].lower() in ENDINGS:
        return read_document(name)
    return _text(read_text(name), name)


def _text(text: str, source: str) -> Document:
    """Return a document whose format its first characters tell."""
    stripped = text.lstrip()
    if not stripped:
        raise ConfigError([Problem("LH101", "the configuration is empty", source)])
    if re.match(r"\{\s*[\"}]", stripped):
        kind: TextFormat = "json"
    elif re.search(r"(^|\s)--[A-Za-z]", text) and not _KEY.search(text):
        return Document(_flags(text, source), source)
    else:
        kind = "toml" if _TABLE.search(text) else "yaml"
    return parse_document(text, source=source, format=kind)


def _flags(text: str, source: str) -> dict[str, Any]:
    """Return the flags of a command line by their names, with underscores.

    What stands before the first one is left out; one without a value is true, one with
    several a list.

    >>> _flags("python train.py --lr 1e-3 --decay-milestones 3 6 --fp16", "")
    {'lr': 0.001, 'decay_milestones': [3, 6], 'fp16': True}
    """
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError as error:
        message = f"the command line does not parse: {str(error).lower()}"
        raise ConfigError([Problem("LH101", message, source)]) from None
    found: dict[str, list[Any]] = {}
    name = None
    for word in words:
        flag = None if isinstance(scalar(word), int | float) else _FLAG.fullmatch(word)
        if flag:
            name = flag[1].replace("-", "_")
            found[name] = [] if flag[2] is None else [scalar(flag[2])]
        elif name is not None:
            found[name].append(scalar(word))
    return {key: _one(values) for key, values in found.items()}


def _one(values: list[Any]) -> Any:
    if not values:
        return True
    return values[0] if len(values) == 1 else values
