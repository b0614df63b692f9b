"""What `lehr fmt` does: each text read, respelled, compared, written."""

import argparse
import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from json import dumps
from typing import NamedTuple

from lehr.cli.texts import standard_input, text_of
from lehr.cli.usage import UsageError
from lehr.cli.writing import write
from lehr.config.documents import ENDINGS, Format
from lehr.config.errors import ConfigError, format_path
from lehr.config.formatting import format_of, formatted, migrated, respellings
from lehr.config.migrations import migrate
from lehr.config.spelling import spelled


class Formatted(NamedTuple):
    """One file before and after."""

    name: str
    before: str
    after: str
    changed: tuple[str, ...]


def act(args: argparse.Namespace) -> int:
    """Format every file; return 1 if one would change and that was asked.

    Raises:
        ConfigError: a file cannot be read or does not parse; none is written then.
        UsageError: standard input is named beside files.
    """
    if "-" in args.files and len(args.files) > 1:
        raise UsageError("- stands alone", "lehr fmt - < run.yaml")
    done = _all(args.files, args.migrate)
    different = [each for each in done if each.before != each.after]
    if args.json and (args.diff or args.files == ["-"]):
        raise UsageError("--json tells of files, and goes with no --diff")
    if args.diff:
        sys.stdout.writelines(line for each in different for line in _diff(each))
    if args.check or args.diff:
        if args.check:
            _report(different, done, "would change", args.json)
        return int(bool(different) and args.check)
    if args.files == ["-"]:
        print(done[0].after, end="")
        return 0
    for each in different:
        write(each.name, each.after)
    _report(different, done, "changed", args.json)
    return 0


def _all(files: Sequence[str], older: bool) -> list[Formatted]:
    done, problems = list[Formatted](), []
    for name in files:
        try:
            done.append(_formatted(name, older))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return done


def _formatted(name: str, older: bool) -> Formatted:
    text = standard_input() if name == "-" else _read(name)
    source = "<stdin>" if name == "-" else name
    bare = text.removeprefix("\ufeff")
    ending = os.path.splitext(name)[1].lower()
    format: Format | None = ENDINGS.get(ending) or format_of(bare)
    if format is None:
        inner = bare.strip()
        made = bare.replace(inner, spelled(inner), 1)
        return Formatted(source, text, _like(text, made), ("the expression",))
    made, changed = bare, list[str]()
    if older:
        made = migrated(bare, format, migrate, source)
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
    text_of(name)  # refuses what cannot be read, in its own words
    with open(name, encoding="utf-8", newline="") as opened:
        return opened.read()


def _diff(each: Formatted) -> Iterator[str]:
    before, after = (t.splitlines(keepends=True) for t in (each.before, each.after))
    for line in difflib.unified_diff(before, after, each.name, each.name):
        yield line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n"


def _report(
    different: Sequence[Formatted], done: Sequence[Formatted], word: str, json: bool
) -> None:
    """Print what is different in which file."""
    if json:
        facts = [{"file": one.name, "changed": _fields(one)} for one in done]
        print(dumps(facts, indent=2))
        return
    for each in different:
        line = f"{each.name}: {', '.join(each.changed)}"
        print(line if len(line) <= 80 else line[:77] + "...")
    files, rest = len(done), len(done) - len(different)
    counted = f"{len(different)} {word}, {rest} as usual"
    print(counted if files > 1 or not different else f"{len(different)} {word}")


def _fields(one: Formatted) -> list[str]:
    return [*one.changed] if one.before != one.after else []
