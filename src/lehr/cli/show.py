"""`lehr show`: schedules, from expressions or files, with their phases and facts."""

import argparse
import math

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import add_picture, add_plan, add_sources, sources_of
from lehr.cli.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lehr.cli.given import Given

EXAMPLE = 'lehr show "warmup_cosine(3e-4, warmup=1000, total=100000)"'

_EPILOG = """\
more examples:
  lehr show "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000 --log
  lehr show "linear(1, 0, 100)" "cosine(1, 0, 100)" --at 25 50% 100
  lehr show run.yaml                     each schedule of a document
  lehr show ds_config.json --base 1e-3   another library's configuration
  lehr show "wsd(3e-4, warmup=1ep, decay=20%)" \\
      --plan dataset_size=50k,batch_size=32,epochs=90
  echo "noam(512, warmup=4000)" | lehr show -
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr show` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser)
    add_plan(parser)
    parser.add_argument(
        "--at",
        nargs="+",
        action="extend",
        default=[],
        metavar="T",
        help="print the values of these updates (500, 2.5k, 10%%)",
    )
    add_picture(parser)
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the options do not fit together.
    """
    given = sources_of(args)
    if args.json:
        import json

        print(json.dumps([_json(each, args.at) for each in given], indent=2))
        return 0
    print("\n\n".join(_screen(each, args) for each in given))
    return 0


def _screen(given: "Given", args: argparse.Namespace) -> str:
    from lehr._figures import updates
    from lehr.plotting.console import terminal_width, wants_color
    from lehr.plotting.phases import facts, phase_table
    from lehr.plotting.terminal import draw

    name, schedule = given.name, given.schedule
    width = args.width or terminal_width()
    title = name if len(name) <= width else name[: width - 3] + "..."
    try:
        picture = draw(
            schedule,
            width=width,
            height=args.height,
            log=args.log,
            ascii=args.ascii or None,
            steps=args.steps or (given.plan.updates if given.plan else None),
            title=title,
            color=wants_color(),
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    parts = [picture, phase_table(schedule), facts(schedule)]
    if args.at:
        pairs = [(t, schedule(t)) for t in _places(args.at, given)]
        wide = max(len(updates(t)) for t, _ in pairs)
        lines = (f"update {updates(t):>{wide}}   {value!r}" for t, value in pairs)
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def _places(at: "Sequence[str]", given: "Given") -> list[int]:
    """Return the updates that `--at` names; percentages are of the run."""
    from lehr.cli.values import run_of, updates_of

    return updates_of(at, run_of([given]), "--at")


def _json(given: "Given", at: "Sequence[str]") -> dict[str, Any]:
    """Return the facts of a schedule; what has no end or no bound is null."""
    schedule = given.schedule

    def finite(number: float) -> float | None:
        return number if math.isfinite(number) else None

    endless = schedule.steps == math.inf
    return {
        "name": given.name,
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
        "at": {str(t): schedule(t) for t in _places(at, given)},
    }
