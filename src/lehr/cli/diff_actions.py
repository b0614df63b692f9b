"""What `lehr diff` does: schedules compared by field, and the rest of two documents."""

import argparse
import math
import textwrap
from collections.abc import Mapping, Sequence

from lehr.cli.given import Given
from lehr.cli.sources import sources_by_word
from lehr.cli.usage import UsageError
from lehr.cli.values import run_of, update_of
from lehr.config.comparison import changes
from lehr.plotting.console import terminal_width, wants_color
from lehr.plotting.terminal import draw
from lehr.replanning import Difference, diff
from lehr.replanning.table import table
from lehr.schedules import Schedule

_Found = tuple[str, Given, Given, Difference]


def act(args: argparse.Namespace) -> int:
    """Compare, print what is different, and return 1 if something is.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: nothing can be compared.
    """
    a, b = sources_by_word([args.A, args.B], args)
    pairs = _pairs(a, b)
    found = [(name, *both, _compared(*both, args)) for name, both in pairs]
    alone = _alone(a, b) if len(pairs) != 1 or a[0].document or b[0].document else []
    beside = _changes(a[0], b[0])
    same = not alone and not beside and all(each[-1].equal for each in found)
    if args.json:
        import json

        facts = {
            "equal": same,
            "schedules": {n or "schedule": d.record() for n, _, _, d in found},
            "only_in_one": alone,
            "changes": beside,
        }
        print(json.dumps(facts, indent=2))
    else:
        _print(found, [*alone, *beside], args)
    return 0 if same else 1


def _print(found: Sequence[_Found], notes: list[str], args: argparse.Namespace) -> None:
    """Print a screen for each field; of several, the equal ones are only named."""
    equal = [name for name, *_, each in found if each.equal] if len(found) > 1 else []
    parts = [_screen(*each, args) for each in found if each[0] not in equal]
    if equal:
        width = args.width or terminal_width()
        told = f"the same at every update: {', '.join(equal)}"
        parts.append(textwrap.fill(told, width, subsequent_indent="    "))
    if notes:
        parts.append("\n".join(notes))
    print("\n\n".join(parts))


def _pairs(
    a: Sequence[Given], b: Sequence[Given]
) -> list[tuple[str, tuple[Given, Given]]]:
    """Return what is to be compared, by field; one is compared with one, or with lr."""
    if len(a) == len(b) == 1:
        return [(a[0].field or b[0].field, (a[0], b[0]))]
    fields = {given.field or "lr": given for given in b}
    pairs = [
        (g.field, (g, fields[g.field or "lr"]))
        for g in a
        if (g.field or "lr") in fields
    ]
    if not pairs:
        raise UsageError(
            "the two have no field in common",
            f"A: {_fields(a)}; B: {_fields(b)}",
        )
    return pairs


def _fields(read: Sequence[Given]) -> str:
    return ", ".join(given.field or "an expression" for given in read)


def _alone(a: Sequence[Given], b: Sequence[Given]) -> list[str]:
    """Return what only one of two documents has."""
    if a[0].document is None or b[0].document is None:
        return []
    fields = {g.field for g in a}, {g.field for g in b}
    return [
        f"only in {name}: {field}"
        for name, own, other in (("A", *fields), ("B", *fields[::-1]))
        for field in sorted(own - other)
    ]


def _changes(a: Given, b: Given) -> list[str]:
    """Return what is different in two documents beside the schedules, one a line."""
    if a.document is None or b.document is None:
        return []
    found = changes(a.document, b.document)
    return [str(change) for change in found if change.path[:1] != ("schedules",)]


def _compared(a: Given, b: Given, args: argparse.Namespace) -> Difference:
    plan = run_of([a, b] if b.plan is not None else [a])
    at = update_of(args.at, plan, "--at")
    try:
        return diff(a.schedule, b.schedule, at=at, total=args.steps, plan=plan)
    except ValueError as error:
        hint = "--steps 10000" if "for ever" in str(error) else ""
        raise UsageError(str(error).partition("; say")[0], hint) from None


def _screen(
    field: str, a: Given, b: Given, found: Difference, args: argparse.Namespace
) -> str:
    width = args.width or terminal_width()
    lines = [_named("A", a, width), _named("B", b, width)]
    curves = {"before": a.schedule, "after": b.schedule}
    parts = ["\n".join([*([field] if field else []), *lines])]
    parts += [] if found.equal else [drawn(curves, found, args)]
    return "\n\n".join([*parts, table(found, ("A", "B"))])


def _named(letter: str, given: Given, width: int) -> str:
    name = f"{letter}  {given.document.source if given.document else given.name}"
    return name if len(name) <= width else f"{name[: width - 3]}..."


def drawn(
    curves: Mapping[str, Schedule], found: Difference, args: argparse.Namespace
) -> str:
    """Return two schedules in one frame, over all that they are compared over."""
    spans = [span for span in found.spans if span < math.inf]
    return draw(
        curves,
        width=args.width or terminal_width(),
        height=args.height,
        log=args.log,
        ascii=args.ascii or None,
        steps=max(spans) or max(found.at, 1),
        color=wants_color(),
    )
