"""`lehr explain`: the page of a rule, or of an error in a text."""

import argparse
import sys

from lehr.cli.usage import UsageError

EXAMPLE = "lehr explain LH001"

_EPILOG = """\
more examples:
  lehr explain                         every rule and every error, one line each
  lehr explain climbs-back LH102       by name or by code
  lehr explain LH001 --json            for programs
  lehr explain --all --markdown        docs/lint-rules.md
  lehr explain --errors --markdown     docs/error-codes.md

Rules (LH001 to LH099) are what `lehr lint` looks for; errors (from LH100 on)
are what a text is refused for.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    help_ = "codes, or names of rules; without any, the table of all"
    parser.add_argument("rules", nargs="*", metavar="RULE", help=help_)
    parser.add_argument("--all", action="store_true", help="every page")
    parser.add_argument("--errors", action="store_true", help="the errors of texts")
    parser.add_argument("--markdown", action="store_true", help="for a documentation")
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: there is no such rule or error.
    """
    from lehr.config.errors import CODES
    from lehr.linting import pages

    codes = _all() if args.all else [_code(word) for word in args.rules]
    if args.errors:
        codes = sorted(CODES)
    if args.json:
        import json

        print(json.dumps([pages.facts(code) for code in codes or _all()], indent=2))
    elif args.markdown:
        from lehr.linting import documentation

        whole = documentation.errors if args.errors else documentation.rules
        some = "\n\n".join(map(documentation.section, codes))
        print(some if args.rules else whole())
    elif not codes:
        print(table())
    else:
        from lehr.plotting.console import terminal_width

        width = min(terminal_width(), 100)
        print("\n\n\n".join(pages.page(code, width) for code in codes))
    return 0


def table() -> str:
    """Return every rule and every error, one line each, as wide as the terminal."""
    from lehr.linting import pages
    from lehr.plotting.console import terminal_width

    width = terminal_width() if sys.stdout.isatty() else 80
    more = "`lehr explain CODE` tells more of each"
    return f"{pages.table(width)}\n\n{more}"


def _all() -> list[str]:
    from lehr.config.errors import CODES
    from lehr.linting.rules import RULES

    return [*RULES, *sorted(CODES)]


def _code(word: str) -> str:
    """Return the code of a rule or error that is given by code or name."""
    from lehr.linting.nearest import nearest
    from lehr.linting.rules import RULES

    known = {code.lower(): code for code in _all()}
    known |= {rule.name.lower(): rule.code for rule in RULES.values()}
    if word.lower() not in known:
        near = nearest(word, _all(), [rule.name for rule in RULES.values()])
        hint = f"{near} all: lehr explain".strip()
        raise UsageError(f'no rule or error is "{word}"', hint)
    return known[word.lower()]
