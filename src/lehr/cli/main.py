"""The command `lehr`: find the subcommand, load only that, turn mistakes into words.

Exit codes: 0 done, 1 failed or found something, 2 usage, 130 interrupted.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module

from lehr.cli.usage import (
    HEARD,
    Parser,
    UsageError,
    described,
    did_you_mean,
    place,
)

COMMANDS = {
    "checkpoint": "list, verify, export and remove checkpoints",
    "doctor": "what is installed here, and what does not fit together",
    "find-rate": "sweep the rate before a run, and suggest a peak",
    "init": "write a commented document to begin with",
    "presets": "published recipes, with their sources and numbers",
    "diff": "compare two schedules or documents, and the jump from one to the other",
    "extend": "plan the rest of a run anew: longer, shorter, down now, up again",
    "show": "draw schedules in the terminal, with their phases and facts",
    "runs": "list runs, tell about one, or draw what was logged",
    "train": "train a model under a schedule, from a configuration file",
}
"""Each command, a module beside this one, and what it does."""

_MODULES = {"import": "importing"}
"""Commands whose names no module can have."""

_HELP = """example:
  lehr show "warmup_cosine(3e-4, warmup=1000, total=100000)"

usage: lehr COMMAND [ARGUMENTS]

Schedules for the hyper-parameters of training: drawn, checked, trained with.

commands:
{commands}

`lehr COMMAND --help` tells more; `lehr --version` prints the version.
LEHR_TRACEBACK=1 shows where an error came from; NO_COLOR=1 turns colours off.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    Args:
        arguments: the words behind `lehr`; by default those of this process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _guarded(lambda: _run(words))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; keep the interpreter from flushing once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _guarded(run: Callable[[], int]) -> int:
    """Return the exit code of `run`, and print what a person can mend."""
    try:
        return run()
    except KeyboardInterrupt:
        if place()[0] == 0:
            print("\ninterrupted", file=sys.stderr)
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BrokenPipeError:
        raise
    except (UsageError, ValueError, OSError, ImportError) as error:
        if os.environ.get("LEHR_TRACEBACK"):
            raise
        _tell(error)
        return 2


def _tell(error: Exception) -> None:
    """Print an error; what is wrong with the words, one of several processes tells."""
    rank, _ = place()
    if rank and isinstance(error, UsageError):
        time.sleep(HEARD)
        return
    prefix = f"[rank {rank}] " if rank else ""
    print(f"{prefix}{described(error)}", file=sys.stderr)


def _run(words: Sequence[str]) -> int:
    first = words[0] if words else ""
    if first in COMMANDS:
        return _command(first, words[1:])
    if first == "--version":
        print(f"lehr {_version()}")
        return 0
    if first in ("", "-h", "--help", "help"):
        lines = (f"  {name:<12}{summary}" for name, summary in COMMANDS.items())
        print(_HELP.format(commands="\n".join(lines)), end="")
        return 0 if first else 2
    kind = "option" if first.startswith("-") else "command"
    known = f"known: {', '.join(COMMANDS)}"
    near = did_you_mean(first, list(COMMANDS))
    raise UsageError(f'unknown {kind} "{first}"', f"{near} {known}".strip())


def _command(name: str, words: Sequence[str]) -> int:
    module = import_module(f"lehr.cli.{_MODULES.get(name, name.replace('-', '_'))}")
    parser = Parser(name, COMMANDS[name], module.EXAMPLE)
    module.add_arguments(parser)
    code: int = module.run(parser.parse_intermixed_args(words))
    return code


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("lehr")
    except PackageNotFoundError:
        return "(not installed)"
