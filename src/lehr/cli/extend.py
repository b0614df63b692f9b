"""`lehr extend`: another plan for a run, as an expression or in its document."""

import argparse

from lehr.cli.sources import add_picture, add_plan, add_sources, number, rate

EXAMPLE = 'lehr extend "warmup_cosine(1, warmup=100, total=1000)" --at 500 --total 2000'

_EPILOG = """\
how:
  rescale    what is left of the curve, over what is left of the run
  keep       the curve as it is, its end held
  reanchor   from today's value along the same recipe of the new length, or
             --new; with --slope also with the slope of the past
  stable     more of the plateau before the last decay, which keeps its length
  cooldown   from today's value to --floor, in a --shape
  rewarm     up again to --peak in --warmup updates, then down as before

Nothing before --at changes. T and N may be 500, 2.5k, 3ep or 50%, which is of
the run if --plan, --steps or the document tells it, or else of the schedule.

more examples:
  lehr extend "wsd(1, warmup=100, decay=200, total=1000)" --at 850 \\
      --total 900 --how cooldown --shape 1-sqrt
  lehr extend run.yaml --at 5000 --total 20k --how stable --write
  lehr extend run.yaml --at 5000 --total 20k --field lr -o longer.yaml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr extend` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser, nargs=None)
    add_plan(parser)
    add = parser.add_argument
    add("--at", metavar="T", required=True, help="the next update: how many are done")
    add("--total", metavar="N", help="updates of the whole run, the past included")
    add("--how", default="rescale", metavar="HOW", help="see below (default: rescale)")
    add("--new", metavar="EXPRESSION", help="of reanchor: the schedule to go on with")
    add("--slope", action="store_true", help="of reanchor: keep the slope as well")
    add("--floor", type=number, metavar="X", help="of cooldown: the last value")
    add("--shape", metavar="SHAPE", help="of cooldown: linear, cosine, 1-sqrt, ...")
    add("--warmup", metavar="N", help="of rewarm: length of the rise")
    add("--peak", type=rate, metavar="X", help="of rewarm: the highest value")
    add("--field", metavar="NAME", help="one of the schedules (default: lr)")
    add("--write", action="store_true", help="change the document itself")
    add("-o", "--output", metavar="FILE", help="write to a file; - prints it alone")
    add("--force", action="store_true", help="replace the file")
    add_picture(parser, height=6)
    add("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the options do not fit together, or the plan cannot be made.
    """
    from lehr.cli.extend_actions import act

    return act(args)
