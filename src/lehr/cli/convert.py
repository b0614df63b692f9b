"""`lehr convert`: schedules as documents, values, or another library's code."""

import argparse

from lehr.cli.sources import add_plan, add_sources, sources_of

EXAMPLE = 'lehr convert "wsd(3e-4, warmup=100, decay=200, total=1000)" --to torch'

FORMATS = (
    *("yaml", "json", "toml"),
    *("python", "torch", "optax", "keras"),
    *("transformers", "composer", "timm", "megatron"),
    *("expression", "csv"),
)
"""What `--to` takes; the same as in `lehr.exporting.TARGETS`, and our own texts."""

_EPILOG = """\
formats:
  yaml json toml              a document of lehr, whole if it was one
  python torch optax keras    code that needs no lehr
  transformers composer timm megatron
                              what their configurations have words for
  expression                  one line, which reads back as the same schedule
  csv                         the value of each update

more examples:
  lehr convert run.yaml -o run.toml             by the ending of the file
  lehr convert run.yaml --field lr --to optax
  lehr convert ds_config.json --base 1e-3 --to yaml
  lehr convert preset:gpt3-175b --to torch -o schedule.py
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr convert` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser)
    parser.add_argument(
        "--to",
        choices=FORMATS,
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: by the ending of FILE)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.add_argument("--force", action="store_true", help="replace the file")
    parser.add_argument(
        "--field", metavar="NAME", help="one of the schedules, such as lr"
    )
    add_plan(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the format is not said, or cannot hold several schedules.
        CannotExport: the format cannot express the schedule.
    """
    from lehr.cli.conversion import chosen, format_of, write, written

    form = format_of(args.to, args.output)
    given = chosen(sources_of(args), args.field)
    write(lambda file: written(given, form, file), args.output, args.force)
    return 0
