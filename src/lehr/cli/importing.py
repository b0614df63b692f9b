"""`lehr import`: the schedule in another library's configuration, or in a log."""

import argparse

from lehr.cli.sources import add_plan, count, rate
from lehr.cli.usage import UsageError

EXAMPLE = "lehr import trainer_state.json"

_EPILOG = """\
what is read:
  configurations   of torch, timm, transformers, DeepSpeed, Megatron-LM,
                   fairseq, torchtitan, nanotron, Composer, NeMo, mmengine,
                   OLMo-core, detectron2, Keras; by name, of many more; flags
                   in a text file
  logs             .csv .tsv .jsonl, trainer_state.json, TensorBoard's event
                   files, a run of lehr's, or a folder that holds one of these

more examples:
  lehr import ds_config.json --base 1e-3 --to yaml > run.yaml
  lehr import runs/digits-20260101-120000
  lehr import metrics.csv --column learning_rate --step iter
  lehr show "$(lehr import metrics.csv --to expression)"

Exit code 1: nothing was recognized. Nothing that a file names is run.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr import` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "what",
        metavar="FILE",
        help="a configuration, a log, a folder with a log, or - for standard input",
    )
    add_plan(parser)
    parser.add_argument(
        "--steps", type=count, metavar="N", help="updates of the run, for --plan"
    )
    parser.add_argument("--column", metavar="NAME", help="of a log: that of the rates")
    parser.add_argument("--step", metavar="NAME", help="of a log: that of the updates")
    parser.add_argument(
        "--first",
        type=int,
        metavar="N",
        help="of a log: the number of its first update (default: 0; 1 in a "
        "trainer_state.json)",
    )
    parser.add_argument(
        "--tolerance",
        type=rate,
        metavar="X",
        help="of a log: how far a value may be off, relative to the largest "
        "(default: as near as the digits that were logged)",
    )
    parser.add_argument(
        "--to",
        choices=("expression", "yaml", "json", "toml"),
        metavar="FORMAT",
        help="only the schedule: as an expression, or a document in yaml, json, toml",
    )
    parser.add_argument("--json", action="store_true", help="the same for programs")
    parser.add_argument("--ascii", action="store_true", help="no braille")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a configuration does not say enough, or nothing sensible.
        CannotImport: a log has no such column, or too few values.
        UsageError: the options do not fit together.
    """
    from lehr.cli.imported import read, show

    if args.json and args.to:
        raise UsageError("--json and --to both say what is printed", "leave one out")
    found = read(args)
    return 1 if found is None else show(found, args)
