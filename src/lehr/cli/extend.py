"""`lehr extend`: another plan for a run, as an expression or in its document."""

import argparse
import math
import re
import sys
import textwrap
from importlib import import_module
from pathlib import Path
from typing import Any

from lehr.cli.sources import Given, add_sources, count, read_sources
from lehr.cli.usage import UsageError, did_you_mean
from lehr.config.durations import Length, Run
from lehr.config.errors import format_path
from lehr.plotting.terminal import draw, terminal_width
from lehr.replanning import Difference, diff, extend, rewarm
from lehr.replanning.extending import HOWS
from lehr.replanning.table import table
from lehr.schedules import Schedule

EXAMPLE = (
    'lehr extend "warmup_cosine(1e-3, warmup=100, total=1000)" --at 500 --total 2000'
)

_EPILOG = """\
how:
  rescale    what is left of the curve, over what is left of the run
  keep       the curve as it is, its end held
  reanchor   from today's value along the same recipe of the new length, or --new;
             with --slope also with the slope of the past
  stable     more of the plateau before the last decay, which keeps its length
  cooldown   from today's value to --floor, in a --shape
  rewarm     up again to --peak in --warmup updates, then down as before

Nothing before --at changes. T and N may be 500, 2.5k, 3ep or 50%, which is of the
schedule, or of --steps.

more examples:
  lehr extend "wsd(1, warmup=100, decay=200, total=1000)" --at 850 --total 900 \\
      --how cooldown --shape 1-sqrt
  lehr extend run.yaml --at 5000 --total 20k --how stable --write
  lehr extend run.yaml --at 5000 --total 20k --field lr -o longer.yaml
"""
_OPTIONS = ("new", "slope", "floor", "shape", "warmup", "peak")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr extend` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser, nargs="?")
    add = parser.add_argument
    add("--at", metavar="T", required=True, help="the next update: how many are done")
    add("--total", metavar="N", help="updates of the whole run, the past included")
    add("--how", default="rescale", metavar="HOW", help="see below; default: rescale")
    add("--new", metavar="EXPRESSION", help="of reanchor: the schedule to go on with")
    add("--slope", action="store_true", help="of reanchor: keep the slope as well")
    add("--floor", type=float, metavar="X", help="of cooldown: the last value")
    add("--shape", metavar="SHAPE", help="of cooldown: linear, cosine, 1-sqrt, ...")
    add("--warmup", metavar="N", help="of rewarm: length of the rise")
    add("--peak", type=float, metavar="X", help="of rewarm: the highest value")
    add("--field", metavar="FIELD", help="of a document: which schedule; default: lr")
    add("--write", action="store_true", help="change the document itself")
    add("-o", "--output", metavar="FILE", help="write the result; - prints it alone")
    add("--height", type=count, metavar="N", default=6, help="rows of the picture")
    add("--json", action="store_true", help="facts for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the options do not fit together, or the plan cannot be made.
    """
    given = chosen(read_sources([args.what], args.steps), args.field)
    plan = _plan(given)
    try:
        new = _planned(given.schedule, plan, args)
        found = diff(given.schedule, new, at=_at(args.at, plan))
    except (TypeError, ValueError) as error:
        raise _in_options(error) from None
    if args.write or args.output:
        _write(given, new, args)
        if args.output == "-":
            return 0
    print(
        _json(given, new, found, args)
        if args.json
        else _screen(given, new, found, args)
    )
    return 0


def chosen(read: list[Given], field: str | None) -> Given:
    """Return the one schedule that is meant of those that were read.

    Raises:
        UsageError: there is no such field, or several and none is said.
    """
    if field is None and len(read) == 1:
        return read[0]
    known = [given.field for given in read]
    for given in read:
        if given.field == (field or "lr"):
            return given
    if field is None:
        raise UsageError("several schedules, none of them lr", f"--field {known[0]}")
    near = did_you_mean(field, known)
    hint = f"{near} known: {', '.join(filter(None, known)) or 'none'}".strip()
    raise UsageError(f'no schedule "{field}" in what was given', hint)


def _in_options(error: Exception) -> UsageError:
    """Return a refusal of the library in the words of the command line."""
    text = re.sub(r'how="(\w+)"', r"--how \1", str(error))
    text = text.replace("rewarm(...)", "--how rewarm")
    message, _, hint = text.partition("; ")
    return UsageError(message, hint)


def _plan(given: Given) -> Run | None:
    """Return what durations refer to: the run, else the length of the schedule."""
    steps = given.schedule.steps
    if given.plan is not None or not 1 <= steps < math.inf:
        return given.plan
    return Length(int(steps))


def _at(text: str, plan: Run | None) -> int:
    from lehr.replanning.arguments import updates

    return updates("at", text, plan)


def _planned(old: Schedule, plan: Run | None, args: argparse.Namespace) -> Schedule:
    options: dict[str, Any] = {
        name: value
        for name in _OPTIONS
        if (value := getattr(args, name)) not in (None, False)
    }
    if args.how == "rewarm":
        if wrong := options.keys() - {"warmup", "peak"}:
            raise UsageError(f"--{min(wrong)} does not go with --how rewarm")
        if args.warmup is None:
            raise UsageError("--how rewarm needs --warmup", "such as --warmup 500")
        return rewarm(old, at=args.at, total=args.total, plan=plan, **options)
    if args.how not in HOWS:
        near = did_you_mean(args.how, [*HOWS, "rewarm"])
        raise UsageError(
            f'unknown --how "{args.how}"', f"{near} known: {', '.join(HOWS)}, rewarm"
        )
    if wrong := options.keys() & {"warmup", "peak"}:
        raise UsageError(f"--{min(wrong)} goes with --how rewarm")
    if args.new is not None:
        options["new"] = chosen(
            read_sources([args.new], args.steps), args.field
        ).schedule
    elif args.total is None:
        raise UsageError("--total is missing: the updates of the whole run")
    return extend(old, at=args.at, total=args.total, how=args.how, plan=plan, **options)


def _screen(
    given: Given, new: Schedule, found: Difference, args: argparse.Namespace
) -> str:
    curves = {"old": given.schedule, "new": new}
    spans = [span for span in found.spans if span < math.inf]
    picture = draw(curves, height=args.height, steps=max(spans))
    text = textwrap.fill(
        repr(new),
        min(terminal_width(), 80),
        break_long_words=False,
        break_on_hyphens=False,
    )
    parts = [picture, table(found, ("old", "new")), text]
    return "\n\n".join([given.name, *parts] if given.document else parts)


def _json(
    given: Given, new: Schedule, found: Difference, args: argparse.Namespace
) -> str:
    import json

    facts = {"name": given.name, "field": given.field or None, "how": args.how}
    facts |= {"old": repr(given.schedule), "expression": repr(new)}
    return json.dumps(facts | {"difference": found.record()}, indent=2)


def _write(given: Given, new: Schedule, args: argparse.Namespace) -> None:
    """Write the expression, or the document with it, where it was said."""
    if args.write and args.output:
        raise UsageError("--write and -o: say one place to write to")
    document = given.document
    if document is None:
        if args.write:
            raise UsageError(
                "--write changes a document, and an expression was given", "-o FILE"
            )
        text = f"{new!r}\n"
    else:
        from lehr.config.documents import ENDINGS, read_text

        edited = import_module("lehr.config.edits").edited

        source = document.source
        if source.startswith("<"):
            raise UsageError("standard input cannot be edited", "name a file")
        form = ENDINGS[Path(source).suffix.lower()]
        text = edited(read_text(source), form, {given.path: repr(new)}, source=source)
    if args.output == "-":
        print(text, end="")
        return
    place = target = args.output or (document.source if document else "")
    Path(target).write_text(text, encoding="utf-8")
    if document is not None:
        place = f"{format_path(given.path)} in {target}"
    print(f"written: {place}", file=sys.stderr)
