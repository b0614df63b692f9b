"""The lengths of one schedule as a person has written them, bare numbers too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lehr.config import names
from lehr.config.errors import ConfigError
from lehr.config.lexer import Text
from lehr.config.parser import Call, Items, Literal, Node, Operation, Quantity, parse
from lehr.linting.base import Subject
from lehr.linting.rewriting import written_at
from lehr.plan import Duration


@dataclass(frozen=True)
class Length:
    """A length where it stands.

    Args:
        argument: of the schedule or recipe, such as "warmup".
        text: as it was written, such as "5%" or "2000".
        duration: what it means.
    """

    argument: str
    text: str
    duration: Duration

    @property
    def bare(self) -> bool:
        """Whether it is a number without a unit."""
        return self.duration.unit == "updates"


def lengths_of(subject: Subject, name: str) -> list[Length]:
    """Return the lengths of schedule `name`, in the order of the text.

    There are none where nothing is known of how it was written.
    """
    return list(_of(written_at(subject, name)))


def _of(written: Any) -> Iterator[Length]:
    if isinstance(written, str):
        try:
            tree = parse(Text(written))
        except ConfigError:
            return
        yield from _within(tree)
    elif isinstance(written, Mapping):
        kind = str(written.get("kind", ""))
        for key, each in written.items():
            if kind in names.known() and names.takes_length(kind, key):
                yield from _lengths(key, each)
            else:
                yield from _of(each)
    elif isinstance(written, list | tuple):
        for each in written:
            yield from _of(each)


def _lengths(key: str, value: Any) -> Iterator[Length]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _lengths(key, each)
    elif isinstance(value, Mapping) and len(value) == 1:
        ((unit, amount),) = value.items()
        yield from _made(key, f"{amount} {unit}")
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        yield from _made(key, str(value))


def _made(key: str, text: str) -> Iterator[Length]:
    try:
        duration = Duration.of(text)
    except (ValueError, TypeError):
        return
    yield Length(key, text, duration)


def _within(node: Node) -> Iterator[Length]:
    match node:
        case Call(name, arguments) if name in names.known():
            known = list(names.parameters(name))
            for index, argument in enumerate(arguments):
                at = known[index] if index < len(known) else ""
                key = argument.name or at
                if key in known and names.takes_length(name, key):
                    yield from _plain(key, argument.value)
                else:
                    yield from _within(argument.value)
        case Items(items):
            for item in items:
                yield from _within(item)
        case Operation(_, left, right):
            if left is not None:
                yield from _within(left)
            yield from _within(right)


def _plain(key: str, node: Node) -> Iterator[Length]:
    match node:
        case Quantity(text):
            yield from _made(key, text)
        case Literal(value) if isinstance(value, int | float):
            yield from _made(key, str(value))
        case Items(items):
            for item in items:
                yield from _plain(key, item)
