"""The lengths of a document as they are written, before anything is resolved."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lehr.config import names
from lehr.config.documents import Document
from lehr.config.durations import LENGTHS
from lehr.config.errors import ConfigError, Path
from lehr.config.nodes import CLOCKS, HYDRA
from lehr.config.parser import Call, Items, Literal, Node, Operation, Quantity, parse

_BARE = re.compile(r"[\d_.]+[kKMBGT]?")
"""A number without a unit, which its key says."""


def written_lengths(document: Document, paths: Mapping[str, Path]) -> dict[Path, str]:
    """Return each length of the schedules and of the run, by its path.

    In an expression the path goes on by the names of the parameters, and by numbers
    into lists.

    Args:
        document: in today's grammar.
        paths: the place of each schedule.

    >>> document = Document({"schedules": {"lr": "linear(1, 0, 2 * 5%)"}}, "<dict>")
    >>> written_lengths(document, {"lr": ("schedules", "lr")})
    {('schedules', 'lr', 'steps'): '5%'}
    """
    found = dict[Path, str]()
    for section in ("plan", "train"):
        given = document.data.get(section)
        for key in LENGTHS if isinstance(given, Mapping) else ():
            if isinstance(given, Mapping) and given.get(key) is not None:
                text = str(given[key])
                bare = _BARE.fullmatch(text) is not None
                found[section, key] = text + (CLOCKS.get(key, "") if bare else "")
    for path in paths.values():
        found |= dict(_value(document, document.at(path), path, False))
    return found


def _value(
    document: Document, value: Any, path: Path, is_length: bool
) -> Iterator[tuple[Path, str]]:
    """Yield the lengths in a value of the document."""
    if isinstance(value, str):
        try:
            yield from _node(parse(document.text(path)), path, is_length)
        except ConfigError:
            return  # what cannot be read is told where it is built
    elif isinstance(value, Mapping):
        yield from _mapping(document, value, path)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _value(document, each, (*path, index), is_length)
    elif is_length and isinstance(value, int) and not isinstance(value, bool):
        yield path, str(value)


def _mapping(
    document: Document, value: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, str]]:
    if len(value) == 1 and (clock := next(iter(value))) in CLOCKS:
        yield path, f"{value[clock]}{CLOCKS[clock]}"
        return
    target = value.get("_target_")
    kind = value.get("kind", names.target(target) if isinstance(target, str) else None)
    if not isinstance(kind, str) or kind not in names.known():
        return
    known = names.parameters(kind)
    for key, each in value.items():
        if key == "kind" or key in HYDRA:
            continue
        if key not in known:
            continue
        if not (isinstance(each, str) and names.takes_text(kind, key)):
            is_length = names.takes_length(kind, key)
            yield from _value(document, each, (*path, key), is_length)


def _node(node: Node, path: Path, is_length: bool) -> Iterator[tuple[Path, str]]:
    """Yield the lengths in the tree of an expression."""
    match node:
        case Quantity(text):
            yield path, text
        case Literal(value) if is_length and type(value) is int:
            yield path, str(value)
        case Items(items):
            for index, each in enumerate(items):
                yield from _node(each, (*path, index), is_length)
        case Operation(_, left, right):
            for part in (left, right):
                if part is not None:
                    yield from _node(part, path, is_length)
        case Call(name, arguments) if name in names.known():
            known = list(names.parameters(name))
            for index, argument in enumerate(arguments):
                key = argument.name or (known[index] if index < len(known) else "")
                if key in known:
                    takes = names.takes_length(name, key)
                    yield from _node(argument.value, (*path, key), takes)
