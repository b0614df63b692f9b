"""What `lehr plot` is asked to draw: schedules, plan, marks and run, as one scene."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lehr.cli.given import Given
from lehr.cli.sources import sources_of
from lehr.cli.usage import UsageError

if TYPE_CHECKING:
    from lehr.plotting.scene import Scene


def scene_of(args: argparse.Namespace) -> "Scene":
    """Return the scene that the arguments of `lehr plot` ask for.

    Raises:
        ConfigError: a text or a file does not describe schedules, or a plan.
        UsageError: an option is not understood.
        ValueError: there is no such run, or nothing of it can be drawn.
    """
    from lehr.plan import Plan
    from lehr.plotting.scene import describe

    given = sources_of(args)
    # A plan that knows its updates alone is of another type, and has no second axis.
    plan = next((one.plan for one in given if type(one.plan) is Plan), None)
    subject, title = _subject(given)
    return describe(
        subject,
        fields=any(one.field for one in given),
        plan=plan,
        unit=args.axis,
        steps=args.steps,
        log=args.log,
        marks=dict(map(_mark, args.marks)),
        applied=_run(args.run),
        title=args.title or title,
    )


def _subject(given: Sequence[Given]) -> tuple[dict[str, Any], str]:
    """Return what is drawn by name, and the title: the source, if it is one."""
    if not given:
        raise UsageError("the document has no schedules to draw")
    sources = {one.document.source for one in given if one.document}
    drawn: dict[str, Any] = {}
    if not sources:
        if len(given) == 1:
            return {"": given[0].schedule}, given[0].name
        for one in given:
            drawn[_new(one.name, drawn)] = one.schedule
        return drawn, ""
    fields: dict[str, list[Given]] = {}
    for one in given:
        fields.setdefault((one.field or "lr").partition(".")[0], []).append(one)
    for field, here in fields.items():
        groups = drawn[field] = {}
        several = len({_source(one) for one in here}) > 1
        for one in here:
            group = one.field.partition(".")[2]
            if several:
                group = f"{group} ({_source(one)})" if group else _source(one)
            groups[_new(group, groups)] = one.schedule
    return drawn, next(iter(sources)) if len(sources) == 1 else ""


def _source(one: Given) -> str:
    """Return the file in which a schedule stood or its name, or its expression."""
    if one.document is None:
        return one.name
    source = one.document.source
    own = one.name.endswith(f"({source})")
    return os.path.basename(source) if own else one.name.partition(".")[0]


def _new(name: str, taken: dict[str, Any]) -> str:
    """Return a name that is not taken: the same with a number, if it is."""
    number = 1
    while (new := name if number == 1 else f"{name} #{number}") in taken:
        number += 1
    return new


def _mark(word: str) -> tuple[str, float | str]:
    name, equals, place = word.rpartition("=")
    if not equals or not name or not place:
        raise UsageError(
            f"argument --marks: {word!r} is not NAME=T",
            "as in checkpoint=5000",
        )
    return name, place


def _run(folder: Path | None) -> Any:
    if folder is None:
        return None
    from lehr.training.loggers.stored import read_run

    return read_run(folder)
