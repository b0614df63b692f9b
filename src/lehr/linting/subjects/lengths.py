"""The lengths of a document as they were written, by their places."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.config import names
from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path
from lehr.config.lexer import Text
from lehr.config.parser import Call, Items, Node, Operation, Quantity, parse
from lehr.plan import Duration

_CLOCKS = {
    "updates": "",
    "percent": "%",
    "epochs": "ep",
    "samples": " samples",
    "tokens": "tok",
}


def durations_of(document: Document) -> dict[Path, str]:
    """Return the durations of a document as written, by path.

    An argument of an expression has a path as if it were a key:
    `lr: wsd(3e-4, warmup=5%)` has ("schedules", "lr", "warmup"), and of
    `chain((linear(0, 1, 5%), 1))` it is ("schedules", "lr", "pieces", 0, "steps").
    Where both sides of an operator hold lengths, 0 and 1 tell the sides apart.

    >>> from lehr.config.documents import from_mapping
    >>> durations_of(from_mapping({"schedules": {"lr": "wsd(1, warmup=5%)"}}))
    {('schedules', 'lr', 'warmup'): '5%'}
    """
    found = dict[Path, str]()
    for section in ("schedules", "plan", "train"):
        if section in document.data:
            found.update(_within(document.data[section], (section,)))
    return found


def _within(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield from _of_text(value, path)
    elif isinstance(value, Mapping):
        clock = next(iter(value), None) if len(value) == 1 else None
        amount = value.get(clock)
        if clock in _CLOCKS and type(amount) in (int, float) and path[0] == "schedules":
            yield path, f"{amount}{_CLOCKS[clock]}"
            return
        for key, each in value.items():
            yield from _within(each, (*path, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _within(each, (*path, index))


def _of_text(text: str, path: Path) -> Iterator[tuple[Path, str]]:
    if path[0] != "schedules":
        try:
            Duration.of(text)
        except ValueError:
            return
        yield path, text
        return
    try:
        tree = parse(Text(text))
    except ConfigError:
        return
    yield from _of_node(tree, path)


def _of_node(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    match node:
        case Quantity(text):
            yield path, text
        case Items(items):
            for index, item in enumerate(items):
                yield from _of_node(item, (*path, index))
        case Operation(_, left, right):
            before = list(_of_node(left, path)) if left else []
            behind = list(_of_node(right, path))
            if before and behind and left:
                before = list(_of_node(left, (*path, 0)))
                behind = list(_of_node(right, (*path, 1)))
            yield from before
            yield from behind
        case Call(name, arguments):
            for index, argument in enumerate(arguments):
                key = argument.name or _parameter(name, index)
                yield from _of_node(argument.value, (*path, key))


def _parameter(name: str, index: int) -> str | int:
    """Return the name of a call's argument that was given without one."""
    known = list(names.parameters(name)) if name in names.known() else []
    return known[index] if index < len(known) else index
