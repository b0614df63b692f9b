"""`lehr fmt`: expressions in their usual spelling, comments and layout as they are."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lehr.cli.usage import UsageError

if TYPE_CHECKING:
    from lehr.config.documents import Format

EXAMPLE = "lehr fmt run.yaml"

_EPILOG = """\
more examples:
  lehr fmt --check *.yaml        exit 1, and the files that would change
  lehr fmt --diff run.toml       what would change, line by line
  lehr fmt --migrate old.yaml    to this version of the grammar, comments kept
  echo "Linear( 1.0e-03,0, 5 %)" | lehr fmt -

Only the spelling changes: linear(1e-3, 0, 5%) for Linear( 1.0e-03,0, 5 %),
64k samples for 64000 samples. Expressions over several lines stay as they are.
"""


class Formatted(NamedTuple):
    """One file before and after."""

    name: str
    before: str
    after: str
    changed: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr fmt` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a document (.yaml, .json, .toml), a file with one expression (.txt, "
        ".lehr), or - for standard input, which is printed",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if one would change"
    )
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; print what would change"
    )
    parser.add_argument(
        "--migrate", action="store_true", help="from an older version of the grammar"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a file cannot be read or does not parse; none is written then.
        UsageError: standard input is named beside files.
    """
    if "-" in args.files and len(args.files) > 1:
        raise UsageError("- stands alone", "lehr fmt - < run.yaml")
    done = _all(args.files, args.migrate)
    different = [each for each in done if each.before != each.after]
    if args.diff:
        sys.stdout.writelines(line for each in different for line in _diff(each))
    if args.check or args.diff:
        if args.check:
            _report(different, len(done), "would change")
        return int(bool(different) and args.check)
    if args.files == ["-"]:
        print(done[0].after, end="")
        return 0
    for each in different:
        _write(each.name, each.after)
    _report(different, len(done), "changed")
    return 0


def _all(files: Sequence[str], migrate: bool) -> list[Formatted]:
    from lehr.config.errors import ConfigError

    done, problems = list[Formatted](), []
    for name in files:
        try:
            done.append(_formatted(name, migrate))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return done


def _formatted(name: str, migrate: bool) -> Formatted:
    from lehr.config.documents import ENDINGS
    from lehr.config.errors import format_path
    from lehr.config.formatting import format_of, formatted, migrated, respellings
    from lehr.config.spelling import spelled

    text = sys.stdin.read() if name == "-" else _read(name)
    source = "<stdin>" if name == "-" else name
    bare = text.removeprefix("\ufeff")
    ending = os.path.splitext(name)[1].lower()
    format: Format | None = ENDINGS.get(ending) or format_of(bare)
    if format is None:
        inner = bare.strip()
        made = bare.replace(inner, spelled(inner), 1)
        return Formatted(source, text, _like(text, made), ("the expression",))
    made, changed = bare, list[str]()
    if migrate:
        from lehr.config import migrate as step

        made = migrated(bare, format, step, source)
        changed += ["the version"] if made != bare else []
    after = formatted(made, format, source)
    kept = respellings(after, format)
    usual = (path for path in respellings(made, format) if path not in kept)
    changed += map(format_path, usual)
    return Formatted(source, text, _like(text, after), tuple(changed))


def _like(text: str, made: str) -> str:
    """Return what was made of a text, with its byte order mark if it has one."""
    return "\ufeff" + made if text.startswith("\ufeff") else made


def _read(name: str) -> str:
    """Return the text of a file as it is, its line ends too."""
    from lehr.config.documents import read_text

    read_text(name)  # refuses what cannot be read, in its own words
    with open(name, encoding="utf-8", newline="") as opened:
        return opened.read()


def _write(name: str, text: str) -> None:
    """Replace a file as a whole, so that none is ever half written."""
    import shutil

    place = os.path.realpath(name)
    beside = f"{place}.{os.getpid()}.tmp"
    try:
        with open(beside, "x", encoding="utf-8", newline="") as opened:
            opened.write(text)
        shutil.copymode(place, beside)
        os.replace(beside, place)
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def _diff(each: Formatted) -> Iterator[str]:
    import difflib

    before, after = (t.splitlines(keepends=True) for t in (each.before, each.after))
    for line in difflib.unified_diff(before, after, each.name, each.name):
        yield line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n"


def _report(different: Sequence[Formatted], files: int, word: str) -> None:
    for each in different:
        line = f"{each.name}: {', '.join(each.changed)}"
        print(line if len(line) <= 80 else line[:77] + "...")
    rest = files - len(different)
    counted = f"{len(different)} {word}, {rest} as usual"
    print(counted if files > 1 or not different else f"{len(different)} {word}")
