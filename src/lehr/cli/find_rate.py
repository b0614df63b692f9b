"""`lehr find-rate`: sweep the rate of a run before it is trained, and read it."""

import argparse
import json
import sys
from pathlib import Path

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import add_picture, count, rate
from lehr.cli.train import add_data
from lehr.cli.usage import UsageError, did_you_mean

if TYPE_CHECKING:
    from lehr.rate_finder.result import RateSearch

EXAMPLE = "lehr find-rate run.yaml --updates 200"

_EPILOG = """\
more examples:
  lehr find-rate bytes                  one of the documents of `lehr train`
  lehr find-rate run.yaml --low 1e-6 --high 1 --file sweep.png
  lehr find-rate run.yaml train.batch_size=256 --json

The document is one of `lehr train`: its data, its model, its optimizer. The
rate grows from --low to --high until the loss diverges; nothing is kept. A
suggestion is where to begin looking for a peak, not the best rate of a run.

exit codes: 0 a suggestion; 1 the sweep shows nothing; 2 wrong words, document
"""
RULES = ("steepest", "valley", "minimum", "slide")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr find-rate` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="CONFIG | KEY=VALUE",
        help="a run document or the name of a built-in one (default: digits), and "
        "values to change in it",
    )
    add = parser.add_argument
    low, high = "first rate (default: 1e-7)", "last rate (default: 10)"
    add("--low", type=rate, metavar="RATE", default=1e-7, help=low)
    add("--high", type=rate, metavar="RATE", default=10.0, help=high)
    add(
        "--updates",
        type=count,
        metavar="N",
        default=100,
        help="rates to try (default: 100)",
    )
    rules = f"the suggestion: {', '.join(RULES)} (default: {RULES[0]})"
    add("--rule", metavar="RULE", default=RULES[0], help=rules)
    add_data(parser)
    add(
        *("-o", "--file"),
        metavar="FILE",
        type=Path,
        help="draw into a file, by its ending: .svg, .png, .pdf",
    )
    add_picture(parser, log=False)
    add("--json", action="store_true", help="the curve, for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: the document is wrong.
        UsageError: there is no such rule.
        ValueError: a number is out of range.
    """
    if args.rule not in RULES:
        near = did_you_mean(args.rule, RULES)
        known = f"known: {', '.join(RULES)}"
        raise UsageError(f'unknown rule "{args.rule}"', f"{near} {known}".strip())
    found = _sweep(args)
    if args.json:
        print(json.dumps(_plain(found), indent=2))
        return 1 if found.problem else 0
    if not found.rates:
        print(f"the sweep shows nothing: {found.problem}")
        return 1
    options = {"width": args.width, "height": args.height}
    print(found.draw(ascii=args.ascii or None, **options))
    print()
    print(found)
    if args.file is not None:
        found.plot([args.file])
        print(f"wrote {args.file}", file=sys.stderr)
    return 1 if found.problem else 0


def _sweep(args: argparse.Namespace) -> "RateSearch":
    """Build what the document describes, in a folder that is thrown away, and sweep."""
    import tempfile

    from lehr.cli.train_document import Asked, checked
    from lehr.rate_finder import find_rate
    from lehr.training.job import build_job

    asked = Asked.of(args)
    base = (Path(asked.file).parent if asked.file else Path()).resolve()
    _, document = asked.read
    run, task = checked(document, base, asked.data)
    with tempfile.TemporaryDirectory() as folder:
        job = build_job(run, task, Path(folder))
        if sys.stderr.isatty():
            print(f"sweeping {args.updates} rates ...", file=sys.stderr)
        options: Any = {"low": args.low, "high": args.high, "rule": args.rule}
        return find_rate(job.trainer, job.train, updates=args.updates, **options)


def _plain(found: "RateSearch") -> dict[str, Any]:
    from math import isfinite

    def finite(number: float) -> float | None:
        return number if isfinite(number) else None

    suggested = {
        one.rule: {
            "rate": one.rate,
            "confidence": one.confidence,
            "low": one.low,
            "high": one.high,
        }
        for one in found.suggestions.values()
    }
    return {
        "rule": found.rule,
        "suggestion": suggested.get(found.rule, {}).get("rate"),
        "suggestions": suggested,
        "stopped_by": found.stopped_by,
        "problem": found.problem or None,
        "rates": list(found.rates),
        "losses": [finite(loss) for loss in found.losses],
        "smoothed": [finite(loss) for loss in found.smoothed],
    }
