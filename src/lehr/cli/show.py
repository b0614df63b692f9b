"""`lehr show`: schedules, from expressions or files, with their phases and facts."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from lehr.cli.sources import add_sources, count, read_sources
from lehr.cli.usage import UsageError
from lehr.config.durations import Length, resolve
from lehr.plotting.phases import facts, phase_table, updates
from lehr.plotting.terminal import draw, terminal_width
from lehr.schedules import Schedule

EXAMPLE = 'lehr show "warmup_cosine(3e-4, warmup=1000, total=100000)"'

_EPILOG = """\
more examples:
  lehr show "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000 --log
  lehr show "linear(1, 0, 100)" "cosine(1, 0, 100)" --at 25 50% 100
  lehr show run.yaml                    each schedule of a document
  echo "noam(512, warmup=4000)" | lehr show -
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr show` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser)
    parser.add_argument("--log", action="store_true", help="a logarithmic axis")
    parser.add_argument(
        "--at",
        nargs="+",
        action="extend",
        default=[],
        metavar="T",
        help="print the values of these updates (500, 2.5k, 10%%)",
    )
    parser.add_argument("--width", type=count, metavar="N", help="columns")
    parser.add_argument("--height", type=count, metavar="N", default=12, help="rows")
    parser.add_argument("--ascii", action="store_true", help="no braille")
    parser.add_argument("--json", action="store_true", help="facts for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the options do not fit together.
    """
    schedules = [(g.name, g.schedule) for g in read_sources(args.what, args.steps)]
    if args.json:
        import json

        facts_of = [_json(name, each, args.at) for name, each in schedules]
        print(json.dumps(facts_of, indent=2))
        return 0
    screens = [_screen(name, each, args) for name, each in schedules]
    print("\n\n".join(screens))
    return 0


def _screen(name: str, schedule: Schedule, args: argparse.Namespace) -> str:
    width = args.width or terminal_width()
    title = name if len(name) <= width else name[: width - 3] + "..."
    try:
        picture = draw(
            schedule,
            width=width,
            height=args.height,
            log=args.log,
            ascii=args.ascii or None,
            steps=args.steps,
            title=title,
            color=_wants_color(),
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    parts = [picture, phase_table(schedule), facts(schedule)]
    if args.at:
        pairs = [(t, schedule(t)) for t in _places(args.at, schedule)]
        wide = max(len(updates(t)) for t, _ in pairs)
        lines = (f"update {updates(t):>{wide}}   {value!r}" for t, value in pairs)
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def _places(at: Sequence[str], schedule: Schedule) -> list[int]:
    """Return the updates that `--at` names; percentages are of the schedule."""
    known = Length(int(schedule.steps)) if 0 < schedule.steps < math.inf else None
    try:
        return [resolve(text, known) for text in at]
    except ValueError as error:
        raise UsageError(f"argument --at: {error}") from None


def _json(name: str, schedule: Schedule, at: Sequence[str]) -> dict[str, Any]:
    """Return the facts of a schedule; what has no end or no bound is null."""

    def finite(number: float) -> float | None:
        return number if math.isfinite(number) else None

    endless = schedule.steps == math.inf
    return {
        "name": name,
        "expression": repr(schedule),
        "steps": finite(schedule.steps),
        "minimum": finite(schedule.minimum),
        "maximum": finite(schedule.maximum),
        "area": None if endless else schedule.area(),
        "continuous": schedule.is_continuous,
        "phases": [
            {
                "name": phase.name,
                "shape": phase.shape,
                "begin": phase.begin,
                "end": finite(phase.end),
                "start_value": phase.start_value,
                "end_value": phase.end_value,
            }
            for phase in schedule.phases
        ],
        "at": {str(t): schedule(t) for t in _places(at, schedule)},
    }


def _wants_color() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
