"""The arguments of an optimizer: which its class has, and values of what kinds."""

import inspect
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from torch import Tensor
from torch.optim import Optimizer

from lehr.config.errors import Path, Problem, suggest
from lehr.config.plain import hint_for_text
from lehr.config.specs import Spec

_WORDS: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
    tuple: "a list",
    list: "a list",
    NoneType: "null",
}


@dataclass(frozen=True)
class Place:
    """Where arguments stand in a configuration: at its top, or in a group."""

    spec: Spec
    path: Path = ()

    def problem(
        self,
        code: str,
        message: str,
        *inner: str | int,
        hint: str = "",
        key: bool = False,
    ) -> Problem:
        """Return a problem with what is at `inner`, or with the whole."""
        path = (*self.path, *inner)
        return self.spec.problem(code, message, path or None, hint, key)


def parameters(kind: type[Optimizer]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class that a configuration may give, by name."""
    try:
        signature = inspect.signature(kind, eval_str=True)
    except (NameError, TypeError):
        signature = inspect.signature(kind)
    # A ** would swallow every misspelt name, so that it is not asked.
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    _, *others = signature.parameters.values()
    return {each.name: each for each in others if each.kind in by_name}


def is_required(parameter: inspect.Parameter) -> bool:
    """Tell whether an argument has no default; some libraries mark that their way."""
    default = parameter.default
    return default is parameter.empty or repr(default) == "<required parameter>"


def checked(
    kind: type[Optimizer],
    given: Mapping[str, Any],
    place: Place,
    others: Iterable[str] = (),
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments as the class wants them, and what is wrong with them.

    Args:
        kind: the optimizer's class.
        given: its arguments by name.
        place: where they stand.
        others: names that are allowed there too, for the hint.
    """
    known = parameters(kind)
    arguments: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in given.items():
        if name not in known:
            message = f'{place.spec.name} has no argument "{name}"'
            hint = suggest(name, {*known, *others})
            problems.append(place.problem("LH103", message, name, hint=hint, key=True))
            continue
        arguments[name], wrong = _Value(name, known[name], place).read(value)
        problems += wrong
    return arguments, problems


class _Value:
    """Reads the value of one parameter."""

    def __init__(self, name: str, parameter: inspect.Parameter, place: Place) -> None:
        self.name, self.place = name, place
        self.default = None if is_required(parameter) else parameter.default
        self.annotations = _alternatives(parameter.annotation)
        self.kinds = {get_origin(each) or each for each in self.annotations}
        if not is_required(parameter):
            self.kinds.add(type(self.default))
            if parameter.annotation is parameter.empty and self.default is not None:
                self.kinds.discard(Any)
                if type(self.default) is int:
                    self.kinds.add(float)  # without a type, 0 is how people write 0.0

    def read(self, value: Any) -> tuple[Any, list[Problem]]:
        """Return the value as the optimizer takes it, and what is wrong with it."""
        if isinstance(value, Tensor):
            value = value.clone()  # schedules write into it, not into the caller's
        if isinstance(value, list | tuple) and self.kinds & {tuple, list}:
            return self._items(value)
        fit, value = _fit(value, self.kinds)
        if not fit:
            return value, [self._wrong_kind(value, self.kinds)]
        return value, self._not_finite(value)

    def _items(self, values: list[Any] | tuple[Any, ...]) -> tuple[Any, list[Problem]]:
        shapes = [get_args(each) for each in self.annotations if get_args(each)]
        lengths = {len(shape) for shape in shapes if Ellipsis not in shape}
        if not shapes and isinstance(self.default, tuple):
            lengths = {len(self.default)}
        items = {inner for shape in shapes for inner in shape if inner is not Ellipsis}
        kinds = {
            get_origin(kind) or kind for each in items for kind in _alternatives(each)
        }
        read: list[Any] = []
        problems: list[Problem] = []
        for index, value in enumerate(values):
            fit, value = _fit(value, kinds or {float, NoneType, list, tuple})
            read.append(value)
            if not fit:
                problems.append(self._wrong_kind(value, kinds or {float}, index))
            problems += self._not_finite(value, index)
        # A list of one's own length is a list; only tuples have theirs fixed.
        if tuple in self.kinds and lengths and len(values) not in lengths:
            count = " or ".join(map(str, sorted(lengths)))
            message = f"{self.name} must have {count} elements, got {list(values)!r}"
            problems.append(self.place.problem("LH106", message, self.name))
        return tuple(read) if tuple in self.kinds else read, problems

    def _wrong_kind(self, value: Any, kinds: set[Any], *index: int) -> Problem:
        kinds = kinds - {int} if float in kinds else kinds
        words = [word for kind, word in _WORDS.items() if kind in kinds]
        rule = " or ".join(dict.fromkeys(words)) or "of another kind"
        label = f"{self.name}[{index[0]}]" if index else self.name
        message = f"{label} must be {rule}, got {value!r}"
        hint = hint_for_text(value)
        return self.place.problem("LH107", message, self.name, *index, hint=hint)

    def _not_finite(self, value: Any, *index: int) -> list[Problem]:
        if (
            not isinstance(value, float)
            or math.isfinite(value)
            or value == self.default
        ):
            return []
        message = f"{self.name} must be finite, got {value!r}"
        return [self.place.problem("LH106", message, self.name, *index)]


def _alternatives(annotation: Any) -> set[Any]:
    """Return the types that an annotation allows; Any where it cannot be told."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return {each for one in get_args(annotation) for each in _alternatives(one)}
    if origin is Literal:
        return {type(value) for value in get_args(annotation)}
    if isinstance(origin or annotation, type) and annotation is not inspect._empty:
        return {annotation}
    return {NoneType} if annotation is None else {Any}


def _fit(value: Any, kinds: set[Any]) -> tuple[bool, Any]:
    """Tell whether a value is of one of the kinds, and return it as one of them."""
    if Any in kinds:
        return True, value
    if isinstance(value, bool):
        return bool in kinds, value
    if isinstance(value, int):
        return bool(kinds & {int, float}), value
    if isinstance(value, float):
        whole = int in kinds and float not in kinds and value.is_integer()
        return float in kinds or whole, int(value) if whole else value
    return isinstance(value, tuple(kinds)), value
