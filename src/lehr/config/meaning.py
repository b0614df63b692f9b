"""What the values of a document mean, whatever they are spelled like."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, ClassVar

from lehr.config import names
from lehr.config.documents import Document
from lehr.config.durations import Run
from lehr.config.errors import ConfigError, Path
from lehr.config.lexer import Text
from lehr.config.nodes import build_schedule
from lehr.config.parser import (
    Call,
    Items,
    Literal,
    Name,
    Node,
    Operation,
    Quantity,
    parse,
)
from lehr.plan.durations import Duration
from lehr.schedules import Schedule
from lehr.schedules.base import as_schedule


class Meaning:
    """Plain data of a document with its schedules as values, as far as they are.

    Args:
        data: the document.
        plan: what durations resolve against; by default what the document says.
    """

    WITH_LENGTHS: ClassVar = frozenset({"plan", "train", "logging"})
    """Sections in which a text may be a length."""

    def __init__(self, data: Mapping[str, Any], plan: Run | None = None) -> None:
        self.data = data
        self.document = Document(dict(data), "<document>")
        self.plan = plan_of(data) if plan is None else plan

    def at(self, path: Path) -> Any:
        return self.document.at(path)

    @staticmethod
    def holds_groups(value: Any) -> bool:
        return isinstance(value, Mapping) and "kind" not in value

    def schedule(self, path: Path) -> Schedule | None:
        """Return the schedule at a path; None if it is none, or cannot be resolved."""
        value = self.at(path)
        if isinstance(value, Schedule):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return as_schedule(value)
        try:
            return build_schedule(self.document, path, self.plan)
        except (ConfigError, TypeError, ValueError):
            return None

    def said(self, path: Path) -> Any:
        """Return what stands at a path, so that the same in other words is equal."""
        return _said(self.at(path))


def plan_of(data: Mapping[str, Any]) -> Run | None:
    """Return the plan that a document tells; None if it tells none that holds.

    >>> plan_of({"plan": {"batch_size": 8, "updates": 10}}).resolve("50%")
    5
    """
    from lehr.config.configuration import read_config

    alone = {"schedules": {"lr": 0.0}, "plan": data.get("plan")}
    for source in (data, alone) if "plan" in data else (data,):
        try:
            if (plan := read_config(dict(source)).plan) is not None:
                return plan
        except (ConfigError, TypeError, ValueError):
            continue
    return None


def same_length(one: Any, other: Any) -> bool:
    """Return whether two values, at least one of them text, are one length.

    >>> same_length("64k samples", "64000 samples"), same_length("2k", 2000)
    (True, True)
    """
    if not isinstance(one, str) and not isinstance(other, str):
        return False
    try:
        return Duration.of(one) == Duration.of(other)
    except (ValueError, TypeError):
        return False


def _said(value: Any, is_text: bool = False) -> Any:
    """Return a value of a document as a tree of tuples, lengths unresolved."""
    if isinstance(value, str) and not is_text:
        try:
            return _of_tree(parse(Text(value)))
        except ConfigError:
            return value
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, list | tuple):
        return "items", *map(_said, value)
    return value


def _of_mapping(value: Mapping[str, Any]) -> Any:
    kind = str(value.get("kind"))
    if kind not in names.known():
        items = ((key, _said(each)) for key, each in value.items())
        return "mapping", tuple(sorted(items, key=itemgetter(0)))
    known = names.parameters(kind)
    given = {
        key: _said(each, key in known and names.takes_text(kind, key))
        for key, each in value.items()
        if key != "kind"
    }
    return _call(kind, given)


def _of_tree(node: Node) -> Any:
    match node:
        case Literal(value):
            return value
        case Quantity(text):
            return _length(text)
        case Items(items):
            return "items", *map(_of_tree, items)
        case Operation(sign, left, right):
            return sign, left and _of_tree(left), _of_tree(right)
        case Call(name, arguments):
            places = list(names.parameters(name)) if name in names.known() else []
            places += map(str, range(len(places), len(arguments)))
            given = {
                argument.name or places[index]: _of_tree(argument.value)
                for index, argument in enumerate(arguments)
            }
            return _call(name, given)
        case Name(name):
            return "name", name


def _call(name: str, given: Mapping[str, Any]) -> Any:
    items = sorted(given.items(), key=itemgetter(0))
    return "call", names.known().get(name, name), tuple(items)


def _length(text: str) -> Any:
    try:
        length = Duration.of(text)
    except ValueError:
        return text
    return length.amount if length.unit == "updates" else length
