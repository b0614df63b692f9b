"""Schedules as text: `warmup_cosine(3e-4, warmup=5%, total=100%)` and back."""

from typing import Any

from lehr.config.builder import FAILED, Builder, holds_duration
from lehr.config.durations import Run
from lehr.config.errors import ConfigError
from lehr.config.lexer import Text
from lehr.config.parser import parse
from lehr.schedules import Schedule


def read_schedule(
    text: str, plan: Run | None = None, *, source: str = "<text>"
) -> Schedule:
    """Return the schedule that an expression describes. No code is run.

    An expression is made of calls of schedules and recipes, by their names or in lower
    case, numbers, strings, tuples, durations (`5%`, `3ep`, `1.5Btok`, `64k samples`),
    `+ - * /` and parentheses. The `repr` of every schedule is an expression.

    Args:
        text: the expression; a number alone is a constant.
        plan: what durations resolve against; it is also the `total` of a recipe that
            is given none.
        source: the name of the text in errors.

    Raises:
        ConfigError: with every problem of the text, each at its line and column.

    >>> from lehr import Plan
    >>> read_schedule("0.5 * linear(1, 0, steps=10)")(5)
    0.25
    >>> plan = Plan(batch_size=8, updates=2_000)
    >>> read_schedule("warmup_cosine(3e-4, warmup=5%)", plan)(100)
    0.0003
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r}")
    return read_placed(Text(text, source), plan)


def read_placed(text: Text, plan: Run | None = None) -> Schedule:
    """Return the schedule of an expression that stands somewhere in a document."""
    builder = Builder(plan)

    def report(code: str, message: str, hint: str) -> Any:
        return text.problem(0, code, message, hint)

    tree = parse(text)
    value = builder.value(tree, text)
    schedule = builder.schedule(value, report, holds_duration(tree))
    if schedule is FAILED:
        raise ConfigError(builder.problems)
    made: Schedule = schedule
    return made


def write_schedule(schedule: Schedule) -> str:
    """Return the expression that reads back as an equal schedule: its `repr`.

    Raises:
        ValueError: text cannot carry it: it holds a function or a class of your own.

    >>> from lehr import Linear
    >>> write_schedule(Linear(0.0, 1.0, 10))
    'Linear(start=0.0, end=1.0, steps=10)'
    """
    text = repr(schedule)
    try:
        same = read_schedule(text) == schedule
    except ConfigError as error:
        reason = error.problems[0].message
        if "<" in text:  # no schedule of lehr's own prints one
            reason = "it holds a function or an object of your own"
        raise ValueError(f"schedule cannot be written as text: {reason}") from None
    if not same:
        raise ValueError(f"schedule cannot be written as text: {text} reads otherwise")
    return text
