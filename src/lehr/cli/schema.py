"""`lehr schema`: the JSON Schema of documents, for editors."""

import argparse
import sys

from lehr.cli.usage import UsageError, did_you_mean

EXAMPLE = "lehr schema -o lehr.schema.json"

_EPILOG = """\
In VS Code, with the extension YAML (or Even Better TOML), write on top of a
document

  # yaml-language-server: $schema=lehr.schema.json
  #:schema ./lehr.schema.json                         (the same for TOML)

and in a JSON document "$schema" is not needed: name the file under
"json.schemas" in the settings. Then keys and kinds are completed and explained,
and mistakes are marked while you type. `lehr lint` and `lehr show` know more.

more examples:
  lehr schema --section schedules
  lehr schema --section train | head -20
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr schema` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "--section", metavar="NAME", help="of one section only: schedules, train, ..."
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.add_argument("--force", action="store_true", help="replace the file")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: there is no such section.
        OSError: the file cannot be written.
    """
    import json

    from lehr.config import json_schema

    whole = json_schema()
    known = list(whole["properties"])
    if args.section is not None and args.section not in known:
        near = did_you_mean(args.section, known)
        hint = near or f"known: {', '.join(sorted(known))}"
        raise UsageError(f'unknown section "{args.section}"', hint)
    schema = json_schema(args.section) if args.section else whole
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if args.output in (None, "-"):
        print(text, end="")
        return 0
    from lehr.cli.writing import refuse_existing, write

    refuse_existing(args.output, args.force)
    write(args.output, text)
    print(f"wrote {args.output}: {len(schema['$defs'])} definitions", file=sys.stderr)
    return 0
