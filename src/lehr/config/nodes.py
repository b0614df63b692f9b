"""Schedules in documents: a number, an expression, or a mapping with a `kind`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lehr.config import names
from lehr.config.builder import FAILED, Builder, Given, Report, holds_duration
from lehr.config.documents import Document
from lehr.config.durations import Length, Run
from lehr.config.errors import ConfigError, Path, Problem
from lehr.config.parser import parse
from lehr.schedules import Schedule

HYDRA = ("_target_", "_args_", "_partial_", "_convert_", "_recursive_")
"""Keys by which Hydra builds objects; the last two say nothing of plain values."""

CLOCKS = {
    "updates": "",
    "percent": "%",
    "epochs": "ep",
    "samples": " samples",
    "tokens": " tokens",
}


def build_schedule(document: Document, path: Path, plan: Run | None = None) -> Schedule:
    """Return the schedule that stands at `path` of a document.

    It is written as a number (a constant), as an expression, or as a mapping: `kind`
    is the name of a schedule or recipe, the other keys are its arguments, which may
    again be any of these. A length may also be written `{tokens: 10_000_000}`.

    Raises:
        ConfigError: with every problem, each at its line and column.

    >>> from lehr.config.documents import parse_document
    >>> text = "lr: {kind: linear, start: 1e-3, end: 0, steps: 10}"
    >>> build_schedule(parse_document(text), ("lr",))
    Linear(start=0.001, end=0.0, steps=10)
    """
    reader = _Reader(document, plan)
    value, is_duration = reader.value(document.at(path), path)
    schedule = reader.builder.schedule(value, reader.reporter(path), is_duration)
    if schedule is FAILED:
        raise ConfigError(reader.builder.problems)
    made: Schedule = schedule
    return made


class _Reader:
    """Turns the values of one document into arguments, and tells durations apart."""

    def __init__(self, document: Document, plan: Run | None) -> None:
        self.document = document
        self.builder = Builder(plan)

    def reporter(self, path: Path, key: bool = False) -> Report:
        def report(code: str, message: str, hint: str) -> Any:
            return self.document.problem(code, message, path, hint, key)

        return report

    def value(self, value: Any, path: Path) -> tuple[Any, bool]:
        """Return what stands at `path`, and whether it is a duration."""
        if isinstance(value, str):
            return self.expression(path)
        if isinstance(value, Mapping):
            return self.mapping(value, path)
        if isinstance(value, list | tuple):
            pairs = [self.value(item, (*path, i)) for i, item in enumerate(value)]
            values = tuple(item for item, _ in pairs)
            failed = any(item is FAILED for item in values)
            return FAILED if failed else values, any(kind for _, kind in pairs)
        return value, False

    def expression(self, path: Path) -> tuple[Any, bool]:
        text = self.document.text(path)
        try:
            tree = parse(text)
        except ConfigError as error:
            self.builder.problems += [self.unquoted(p, path) for p in error.problems]
            return FAILED, False
        return self.builder.value(tree, text), holds_duration(tree)

    def unquoted(self, problem: Problem, path: Path) -> Problem:
        """Return a problem with a better hint, where YAML has cut the expression."""
        around = self.document.at(path[:-1])
        cut = isinstance(around, Mapping) and any(")" in str(key) for key in around)
        if not cut:
            return problem
        return replace(problem, hint="inside { } an expression needs quotes")

    def mapping(self, value: Mapping[str, Any], path: Path) -> tuple[Any, bool]:
        if len(value) == 1 and (clock := next(iter(value))) in CLOCKS:
            amount = value[clock]
            report = self.reporter(path)
            if isinstance(amount, bool) or not isinstance(amount, int | float):
                message = f"{clock} must be a number, got {amount!r}"
                return self.builder.fail(report("LH107", message, "")), True
            return self.builder.duration(f"{amount}{CLOCKS[clock]}", report), True
        if not {"kind", "_target_"} & value.keys():
            hint = "kind: is the name of a schedule, such as warmup_cosine"
            report = self.reporter(path)
            missing = report("LH104", 'a schedule needs the key "kind"', hint)
            return self.builder.fail(missing), False
        return self.call(value, path), False

    def call(self, value: Mapping[str, Any], path: Path) -> Any:
        if "kind" not in value:
            return self.target(value, path)
        kind, place = value["kind"], self.reporter((*path, "kind"))
        if not isinstance(kind, str):
            message = f"kind must be the name of a schedule, got {kind!r}"
            return self.builder.fail(place("LH107", message, ""))
        given = self.given(kind, value, path)
        return self.builder.call(kind, given, place)

    def given(self, kind: str, value: Mapping[str, Any], path: Path) -> list[Given]:
        """Return a mapping's arguments; without a plan, shares are of its own total."""
        plan, total = self.builder.plan, value.get("total")
        is_own = isinstance(total, int) and not isinstance(total, bool) and total >= 1
        if isinstance(total, int) and is_own and (plan is None or not plan.updates):
            self.builder.plan = Length(total, plan)
        found = [
            self.argument(kind, key, each, (*path, key))
            for key, each in value.items()
            if key not in HYDRA and key != "kind"
        ]
        self.builder.plan = plan
        return found

    def target(self, value: Mapping[str, Any], path: Path) -> Any:
        """Return the schedule of a node of Hydra's, if it names one of lehr's own."""
        named, place = value["_target_"], self.reporter((*path, "_target_"))
        kind = names.target(named) if isinstance(named, str) else None
        if kind is None:
            message = f"{named!r} is none of lehr's schedules, and no other code runs"
            word = str(named).removeprefix("lehr.")
            name = names.known().get(word, "warmup_cosine")
            hint = f"_target_: lehr.{name}, or kind: {names.lowered(name)}"
            return self.builder.fail(place("LH109", message, hint))
        if value.get("_partial_"):
            message = "_partial_ leaves a function, and a schedule is wanted"
            partial = self.reporter((*path, "_partial_"))
            return self.builder.fail(partial("LH109", message, "leave it out"))
        given = self.given(kind, value, path)
        args = value.get("_args_")
        for index, each in enumerate(args if isinstance(args, list | tuple) else ()):
            where = (*path, "_args_", index)
            made, is_duration = self.value(each, where)
            report = self.reporter(where)
            given.insert(index, Given(None, made, report, is_duration))
        return self.builder.call(kind, given, place)

    def argument(self, kind: str, key: str, value: Any, path: Path) -> Given:
        known = kind in names.known() and key in names.parameters(kind)
        # What a text means to an unknown parameter is unknown too.
        if isinstance(value, str) and (not known or names.takes_text(kind, key)):
            return Given(key, value, self.reporter(path, key=not known))
        made, is_duration = self.value(value, path)
        return Given(key, made, self.reporter(path, key=not known), is_duration)
