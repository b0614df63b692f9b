"""What can be typed behind `lehr`, read from the parsers of its commands."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass

from lehr.cli import find_rate, runs
from lehr.cli.main import COMMANDS, parser_of
from lehr.cli.sources import ENDINGS, KEYS
from lehr.config.builtin import BUILT_IN
from lehr.presets import preset_names

_FILES = re.compile(r"FILE|FOLDER|DIR|CONFIG|RUN|PATH|CHECKPOINT|(?<![A-Z])[AB]$")
_CHOICES = re.compile(r"[a-z][\w-]*( \| [a-z][\w-]*)+")


def _sources() -> tuple[str, ...]:
    return tuple(f"preset:{name}" for name in preset_names())


def _hows() -> tuple[str, ...]:
    from lehr.replanning.extending import HOWS

    return (*HOWS, "rewarm")


def _codes() -> tuple[str, ...]:
    from lehr.config.errors import CODES
    from lehr.linting.rules import RULES

    return (*RULES, *CODES)


_KNOWN: dict[str, Callable[[], tuple[str, ...]]] = {
    "diff A": _sources,
    "diff B": _sources,
    "explain rules": _codes,
    "extend how": _hows,
    "find-rate rule": lambda: find_rate.RULES,
    "find-rate arguments": lambda: BUILT_IN,
    "init preset": lambda: tuple(preset_names()),
    "presets name": lambda: tuple(preset_names()),
    "runs words": lambda: runs.ACTIONS,
    "train arguments": lambda: BUILT_IN,
}
"""What a parser takes of a few words without naming them, by command and word."""


@dataclass(frozen=True)
class Word:
    """An option, or what stands by itself.

    Args:
        flags: how it is written; () for what stands by itself.
        help: what it does, one line.
        takes: the name of its value; "" if it has none.
        choices: the values there are.
        files: whether the value is a file.
        endings: of the files that fit; () for all.
    """

    flags: tuple[str, ...] = ()
    help: str = ""
    takes: str = ""
    choices: tuple[str, ...] = ()
    files: bool = False
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command and its words.

    Args:
        name: the command.
        summary: what it does, one line.
        options: those with flags.
        arguments: those that stand by themselves.
    """

    name: str
    summary: str
    options: tuple[Word, ...]
    arguments: tuple[Word, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may stand by themselves."""
        every = (choice for each in self.arguments for choice in each.choices)
        return tuple(dict.fromkeys(every))

    @property
    def files(self) -> bool:
        """Whether files may stand by themselves."""
        return any(each.files for each in self.arguments)

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of these files; () for all."""
        takes = [each.endings for each in self.arguments if each.files]
        return takes[0] if takes and all(takes) else ()


def described_commands() -> list[Command]:
    """Return every command with all that its parser knows."""
    return [_command(name) for name in sorted(COMMANDS)]


def _command(name: str) -> Command:
    parser, _ = parser_of(name)
    words = [_word(each, name) for each in parser._actions]
    return Command(
        name,
        COMMANDS[name],
        tuple(word for word in words if word.flags),
        tuple(word for word in words if not word.flags),
    )


def _word(action: argparse.Action, command: str) -> Word:
    metavar = action.metavar or ""
    shown = " ".join(metavar) if isinstance(metavar, tuple) else metavar
    takes = "" if action.nargs == 0 else shown or action.dest.upper()
    told = str(action.help or "").replace("%%", "%").replace("\n", " ")
    is_source = shown == "EXPRESSION-or-FILE"
    return Word(
        tuple(action.option_strings),
        re.split(r" \(|[:;,] ", told)[0],
        takes,
        _choices(action, shown, told, command, is_source),
        bool(takes and _FILES.search(takes)),
        ENDINGS if is_source else (),
    )


def _choices(
    action: argparse.Action, shown: str, told: str, command: str, is_source: bool
) -> tuple[str, ...]:
    """Return the values there are, also where only the help tells them."""
    if action.choices is not None:
        return tuple(map(str, action.choices))
    if is_source:
        return _sources()
    if action.dest == "plan" and shown == "KEY=VALUE":
        return tuple(f"{key}=" for key in KEYS)
    if known := _KNOWN.get(f"{command} {action.dest}"):
        return known()
    if action.dest == "library":
        from lehr.dialects import LIBRARIES

        return tuple(sorted(LIBRARIES))
    if not action.option_strings and _CHOICES.fullmatch(told):
        return tuple(told.split(" | "))
    return tuple(re.findall(r"(?:^|\| )([a-z][\w-]*)", shown))
