"""Trees become schedules: names looked up, arguments checked, durations resolved."""

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lehr.config import names
from lehr.config.durations import Length, Run, resolve
from lehr.config.errors import Problem, suggest
from lehr.config.lexer import Text
from lehr.config.parser import (
    Argument,
    Call,
    Items,
    Literal,
    Name,
    Node,
    Operation,
    Quantity,
)
from lehr.schedules import Schedule

Report = Callable[[str, str, str], Problem]

FAILED = object()
"""The value of what has a problem; what is made of it fails in silence."""

_OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class Given(NamedTuple):
    """One argument that was read: its name if it has one, its value, its place."""

    name: str | None
    value: Any
    report: Report
    is_duration: bool = False


class Builder:
    """Make values of what was read, and collect every problem met on the way.

    Args:
        plan: resolves durations, and is the `total` of a recipe that is given none.
    """

    def __init__(self, plan: Run | None = None) -> None:
        self.plan = plan
        self.problems: list[Problem] = []

    def fail(self, problem: Problem) -> Any:
        self.problems.append(problem)
        return FAILED

    # ------------------------------------------------------------ expressions

    def value(self, node: Node, source: Text) -> Any:
        """Return the value of a tree: number, string, None, tuple or schedule."""
        report = _reporter(source, node.start)
        match node:
            case Literal(value):
                return value
            case Quantity(text):
                return self.duration(text, report)
            case Name(name):
                return self.fail(report("LH102", *_lone_name(name)))
            case Items(items):
                values = tuple(self.value(item, source) for item in items)
                return FAILED if any(v is FAILED for v in values) else values
            case Operation(sign, None, right):
                value = self.value(right, source)
                return self.operation("-" if sign == "-" else "+", 0, value, report)
            case Operation(sign, left, right) if left is not None:
                values = self.value(left, source), self.value(right, source)
                return self.operation(sign, *values, report)
            case Call(name, arguments):
                return self.call(name, self.given(arguments, source), report)
        raise TypeError(f"node must be a node of the grammar, got {node!r}")

    def given(self, arguments: Sequence[Argument], source: Text) -> list[Given]:
        """Return a call's arguments; without a plan, shares are of its own total."""
        plan, total = self.plan, own_total(arguments)
        if total is not None and (plan is None or not plan.updates):
            self.plan = Length(total, plan)
        found = [
            Given(
                argument.name,
                self.value(argument.value, source),
                _reporter(source, argument.start),
                holds_duration(argument.value),
            )
            for argument in arguments
        ]
        self.plan = plan
        return found

    def duration(self, text: str, report: Report) -> Any:
        try:
            return resolve(text, self.plan)
        except (ValueError, TypeError) as error:
            return self.fail(report("LH108", str(error), ""))

    def operation(self, sign: str, left: Any, right: Any, report: Report) -> Any:
        if left is FAILED or right is FAILED:
            return FAILED
        for value in (left, right):
            if isinstance(value, bool) or not isinstance(value, int | float | Schedule):
                message = f"{sign!r} joins numbers and schedules, got {value!r}"
                return self.fail(report("LH107", message, ""))
        if left == 0 and sign == "-" and isinstance(right, Schedule):
            return -right
        try:
            return _OPERATORS[sign](left, right)
        except ZeroDivisionError:
            return self.fail(report("LH106", "division by zero", ""))
        except (ValueError, TypeError, OverflowError) as error:
            return self.fail(report("LH106", str(error), ""))

    # ------------------------------------------------------------------ calls

    def call(self, name: str, given: Sequence[Given], report: Report) -> Any:
        """Return the schedule `name(given...)`."""
        if name in names.CODE:
            message = f"{name} wraps Python code, which text may not hold"
            return self.fail(report("LH109", message, "build it in Python"))
        if name not in names.known():
            hint = suggest(name, names.shown())
            return self.fail(report("LH102", f'unknown schedule "{name}"', hint))
        before = len(self.problems)
        bound = self.bind(name, given, report)
        if len(self.problems) > before or any(a.value is FAILED for a in given):
            return FAILED
        if self.plan is not None and self.plan.updates and _lacks_total(name, bound):
            bound["total"] = Given("total", self.plan.updates, report)
        missing = self.missing(name, bound)
        if missing:
            hint = f"{name}({signature(name)})"
            message = f"{name} needs {', '.join(missing)}"
            return self.fail(report("LH104", message, hint))
        return self.construct(name, bound, report)

    def bind(
        self, name: str, given: Sequence[Given], report: Report
    ) -> dict[str, Given]:
        """Return the arguments by parameter; what does not fit is a problem."""
        known = names.parameters(name)
        places = [p.name for p in known.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        bound = dict[str, Given]()
        for index, argument in enumerate(given):
            parameter = argument.name
            if parameter is None and index >= len(places):
                message = f"{name} takes {_count(len(places))} without a name"
                several = f"; several go in brackets: {name}([a, b])"
                first = str(next(iter(known.values())).annotation) if known else ""
                hint = f"{name}({signature(name)})" + several * ("tuple" in first)
                self.fail(argument.report("LH103", message, hint))
                continue
            parameter = places[index] if parameter is None else parameter
            if parameter not in known:
                message = f'{name} has no argument "{parameter}"'
                self.fail(argument.report("LH103", message, suggest(parameter, known)))
            elif parameter in bound:
                message = f'{name} got "{parameter}" twice'
                self.fail(argument.report("LH105", message, ""))
            elif argument.is_duration and not names.takes_length(name, parameter):
                message = f"{parameter} of {name} is not a length, so no unit fits it"
                self.fail(argument.report("LH107", message, "give a plain number"))
            bound.setdefault(parameter, argument)
        return bound

    @staticmethod
    def missing(name: str, bound: dict[str, Given]) -> list[str]:
        return [
            parameter.name
            for parameter in names.parameters(name).values()
            if parameter.default is parameter.empty and parameter.name not in bound
        ]

    def construct(self, name: str, bound: dict[str, Given], report: Report) -> Any:
        arguments = {key: argument.value for key, argument in bound.items()}
        try:
            return names.factory(name)(**arguments)
        except (ValueError, TypeError, OverflowError) as error:
            message = str(error)
            guilty = bound.get(message.partition(" ")[0])
            code = "LH107" if isinstance(error, TypeError) else "LH106"
            place = guilty.report if guilty else report
            return self.fail(place(code, message, ""))

    def schedule(self, value: Any, report: Report, is_duration: bool = False) -> Any:
        """Return `value` as a schedule; a number is a constant."""
        if is_duration and value is not FAILED:
            message = "expected a schedule or a number, got a length"
            return self.fail(report("LH107", message, ""))
        if isinstance(value, Schedule) or value is FAILED:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            given = [Given("value", value, report)]
            return self.call("Constant", given, report)
        message = f"expected a schedule or a number, got {value!r}"
        return self.fail(report("LH107", message, ""))


def signature(name: str) -> str:
    """Return the arguments of a known word as people write them.

    >>> signature("linear")
    'start, end, steps'
    """
    parts = []
    for parameter in names.parameters(name).values():
        required = parameter.default is parameter.empty
        shown = parameter.name if required else f"{parameter.name}={parameter.default}"
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        parts.append(shown)
    return ", ".join(parts)


def _reporter(source: Text, start: int) -> Report:
    return lambda code, message, hint: source.problem(start, code, message, hint)


def own_total(arguments: Sequence[Argument]) -> int | None:
    """Return what a call gives as its `total` in plain updates, if it does."""
    for argument in arguments:
        if argument.name == "total" and isinstance(argument.value, Literal):
            value = argument.value.value
            if isinstance(value, int | float) and value >= 1 and value == value // 1:
                return int(value)
    return None


def holds_duration(node: Node) -> bool:
    """Return whether a duration decides this argument itself, not one inside a call."""
    match node:
        case Quantity():
            return True
        case Operation(_, left, right):
            return holds_duration(right) or (left is not None and holds_duration(left))
        case Items(items):
            return any(map(holds_duration, items))
    return False


def _lacks_total(name: str, bound: Mapping[str, Given]) -> bool:
    """Return whether the length of the run is what `total` was left out for."""
    known = names.parameters(name)
    if "total" not in known or "total" in bound:
        return False
    if known["total"].default is inspect.Parameter.empty or "cooldown" in bound:
        return True
    return "stable" in known and "stable" not in bound


def _lone_name(name: str) -> tuple[str, str]:
    if name in names.known():
        return f'"{name}" needs its arguments', f"{name}({signature(name)})"
    hint = suggest(name, names.shown())
    return f'unknown name "{name}"', f"a string needs quotes; for schedules {hint}"


def _count(number: int) -> str:
    return f"{number} argument{'s' * (number != 1)}"
