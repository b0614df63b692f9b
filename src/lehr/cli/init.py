"""`lehr init`: a commented document to begin with."""

import argparse
import sys
from pathlib import Path

from lehr.cli.sources import rate
from lehr.cli.usage import UsageError

EXAMPLE = "lehr init run.yaml --peak 3e-4 --updates 100k"

_EPILOG = """\
more examples:
  lehr init                             run.yaml, with everything explained
  lehr init --preset llama-2-7b         a published recipe instead
  lehr init --train                     a document that `lehr train` takes
  lehr init - | lehr lint -             to standard output

Then: lehr show run.yaml; lehr lint run.yaml; and in Python
lehr.read_config("run.yaml").
"""

_TEMPLATE = """\
# A schedule document of lehr. Look at it:  lehr show {file}
#                            check it:       lehr lint {file}
#                            in Python:      lehr.read_config("{file}")
schema: 1                   # the version of this form
name: {name}

# The run, so that lengths may be given in any unit. Exactly one of
# epochs, updates, samples, tokens says how long it is.
plan:
  batch_size: {batch_size}            # samples of one process and one micro-batch
  accumulation: 1           # micro-batches of one update
  world_size: 1             # processes
  updates: {updates}
  # dataset_size: 50000     # lets lengths be in epochs: 3ep
  # sequence_length: 4096   # lets lengths be in tokens: 1.5Btok

# What the schedules drive; the linter looks at its betas.
optimizer:
  kind: adamw               # or sgd
  beta1: 0.9
  beta2: 0.95
  weight_decay: 0.1

# One schedule for each hyper-parameter that changes: a number, an expression, or
# a mapping with `kind`. Lengths: 2000 (updates), 5%, 3ep, 64k samples, 1.5Btok.
#   warmup_cosine(3e-4, warmup=5%, floor=3e-5)
#   wsd(3e-4, warmup=2k, decay=20%)           warmup, stable, decay
#   warmup_linear(2e-5, warmup=10%)           fine-tuning
#   multi_step(0.1, 0.1, milestones=(30ep, 60ep, 80ep))
schedules:
  lr: warmup_cosine({peak}, warmup={warmup}, floor={floor})
  # weight_decay: 0.1       # a field that no schedule names keeps its own value
  # weight_decay: {{no_decay: 0.0, default: 0.1}}   # by group, see `groups`

# Param groups by the names of parameters; what no pattern takes is `default`.
# groups:
#   no_decay: ["*.bias", "*norm*"]

# What the linter should leave alone, and why.
# lint:
#   ignore: [{{rule: LH012, reason: "..."}}]
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr init` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="run.yaml",
        help="where to write it, or - for standard output (default: run.yaml)",
    )
    begun = parser.add_mutually_exclusive_group()
    begun.add_argument("--preset", metavar="NAME", help="begin with a published recipe")
    begun.add_argument(
        "--train", action="store_true", help="begin with one that `lehr train` takes"
    )
    parser.add_argument(
        "--peak", type=rate, metavar="RATE", help="highest rate (default: 3e-4)"
    )
    parser.add_argument(
        "--updates", metavar="N", help="length of the run (default: 10k)"
    )
    parser.add_argument(
        "--batch-size", type=int, metavar="N", help="samples (default: 64)"
    )
    parser.add_argument("--force", action="store_true", help="replace the file")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: the file is there already, or a number is none.
        ValueError: there is no such preset.
        OSError: the file cannot be written.
    """
    text = _text(args)
    if args.file == "-":
        print(text, end="")
        return 0
    file = Path(args.file)
    if file.suffix not in (".yaml", ".yml"):
        hint = f"lehr convert does the rest: lehr convert run.yaml -o {file}"
        raise UsageError(f"a commented document is YAML, not {file.name}", hint)
    from lehr.cli.writing import refuse_existing, write

    refuse_existing(args.file, args.force)
    write(args.file, text)
    print(f"wrote {file}; next: lehr show {file}", file=sys.stderr)
    return 0


def _text(args: argparse.Namespace) -> str:
    begun = "--train" if args.train else "--preset" if args.preset is not None else ""
    given = (args.peak, args.updates, args.batch_size)
    if begun and given != (None, None, None):
        raise UsageError(
            f"--peak, --updates and --batch-size do not go with {begun}",
            "write the document first, then change it",
        )
    if args.preset is not None:
        from lehr.presets import preset

        return preset(args.preset).text
    if args.train:
        from lehr.config.builtin import default_text

        return default_text("digits")
    return _written(args)


def _written(args: argparse.Namespace) -> str:
    from lehr.config.durations import resolve

    peak = 3e-4 if args.peak is None else args.peak
    batch_size = 64 if args.batch_size is None else args.batch_size
    try:
        updates = resolve("10k" if args.updates is None else args.updates, None)
    except ValueError as error:
        raise UsageError(f"argument --updates: {error}") from None
    if updates < 1 or batch_size < 1:
        raise UsageError("--updates and --batch-size must be >= 1")
    name = "run" if args.file == "-" else Path(args.file).stem
    return _TEMPLATE.format(
        file=args.file if args.file != "-" else "run.yaml",
        name=name,
        updates=updates,
        batch_size=batch_size,
        peak=_short(peak),
        floor=_short(peak / 10),
        warmup="5%",
    )


def _short(number: float) -> str:
    from lehr._figures import short

    text, exact = short(number), f"{number:.12g}"
    return text if float(text) == float(exact) else exact
