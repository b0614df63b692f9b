"""`lehr lint`: what a person should look at before a run, in files or expressions."""

import argparse
import sys

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import add_plan, add_sources
from lehr.cli.usage import UsageError

if TYPE_CHECKING:
    from typing import TextIO

    from lehr.cli.lint_session import Session

EXAMPLE = "lehr lint run.yaml"

_EPILOG = """\
more examples:
  lehr lint "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000 --optimizer adamw
  lehr lint configs/                 every document below, other libraries' too
  lehr lint ds_config.json --library deepspeed --steps 5000
  lehr lint run.yaml --fix           make the safe fixes; --diff shows them
  lehr lint configs/ --format github annotations; or sarif, json
  lehr explain LH012                 what a rule is about, and how to mend it

Not to be told of a finding, say why beside it: `# lehr: ignore[LH012] reason`,
or in the document: lint: {ignore: [{rule: LH012, reason: "..."}]}

exit codes: 0 nothing above a note (with --strict: nothing); 1 findings;
2 a text that cannot be read, with all its problems, or a wrong command line
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add_sources(parser, nargs="*", also="a folder of such files; ")
    add_plan(parser)
    several: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    add("--optimizer", metavar="NAME", help="such as adamw")
    add("--metric", metavar="NAME", help="what a plateau scheduler follows")
    per = ("update", "epoch")
    add("--per", choices=per, help="what one step of another library's scheduler is")
    add("--ignore", metavar="RULE", help="rules to leave out", **several)
    add("--select", metavar="RULE", help="the only rules to ask", **several)
    add("--strict", action="store_true", help="notes count as findings")
    formats = ("text", "json", "sarif", "github")
    add(
        "--format",
        choices=formats,
        default="text",
        help="how it is printed (default: text)",
    )
    add(
        "--json",
        action="store_const",
        const="json",
        dest="format",
        help="the same for programs, as --format json",
    )
    add("--fix", action="store_true", help="make the fixes that are safe, in the files")
    add("--diff", action="store_true", help="show those fixes, and write nothing")
    others = "pass over files without schedules, as in a folder"
    add("--skip-others", action="store_true", help=others)
    add("--list-rules", action="store_true", help="every rule, one line each")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: the options do not fit together, or name what is not there.
    """
    if args.list_rules:
        from lehr.cli.explain import table

        print(table())
        return 0
    if not args.what:
        taken = " before --ignore and --select" if args.ignore or args.select else ""
        what = "name a file, a folder or an expression"
        raise UsageError("nothing to look at", f"{what}{taken}")
    from lehr.cli.lint_session import Session

    session = Session.of(args)
    if (args.fix or args.diff) and not any(t.is_file for t in session.targets):
        raise UsageError("--fix and --diff need a file", "the fixes are shown without")
    if args.diff:
        session.fix_all(write=False)
        _tell_diffs(session)
    elif args.fix:
        session.fix_all(write=True)
        _tell_fixes(session, sys.stdout if args.format == "text" else sys.stderr)
    session.look_at_all()
    _print(session, args.format)
    return session.exit_code(args.strict)


def _print(session: "Session", format: str) -> None:
    """Print the findings; in text, what cannot be read goes to standard error."""
    outcome = session.outcome
    if format == "json":
        from lehr.linting.reports import json

        print(json.report(outcome))
    elif format == "sarif":
        from lehr.linting.reports import sarif

        print(sarif.report(outcome, session.rewritten))
    elif format == "github":
        from lehr.linting.reports import github

        if said := github.report(outcome):
            print(said)
    else:
        _print_text(session)


def _print_text(session: "Session") -> None:
    from lehr.linting.reports import text
    from lehr.plotting.console import terminal_width, wants_color

    outcome, width = session.outcome, terminal_width()
    for each in outcome.entries:
        if each.finding is None:
            color = wants_color(sys.stderr)
            said = text.entry(each, outcome.texts, width=width, color=color)
            print(said + "\n", file=sys.stderr)
    if outcome.looked_at or (session.skipped and not outcome.problems):
        print(text.report(outcome, width=width, color=wants_color()))
    if not (outcome.looked_at or outcome.problems or session.skipped):
        print("there was no document to look at")
    if session.skipped:
        one = session.skipped == 1
        files = (
            "file holds no schedule and was"
            if one
            else "files hold no schedules and were"
        )
        print(f"{session.skipped} {files} passed over")


def _tell_fixes(session: "Session", where: "TextIO") -> None:
    for before, fixed in session.fixed:
        for each in fixed.done:
            title = each.fix.title if each.fix else ""
            print(f"fixed {each.code} in {before.name}: {title}", file=where)
    if any(fixed.done for _, fixed in session.fixed):
        print(file=where)


def _tell_diffs(session: "Session") -> None:
    for before, fixed in session.fixed:
        if difference := fixed.diff(before):
            print(difference + "\n")
