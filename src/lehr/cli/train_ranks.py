"""What several processes of `lehr train` do once for all: refuse, and tell."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

from lehr.cli.usage import UsageError, described
from lehr.training.engine import Engine
from lehr.training.errors import RankLostError, TrainingError

Value = TypeVar("Value")


def once(engine: Engine, work: Callable[[], Value]) -> Value:
    """Return the plain data that rank 0 comes to; if it cannot, all ranks end alike.

    Raises:
        SystemExit: rank 0 was refused something, and has told it.
    """
    if engine.alone:
        return work()

    def outcome() -> tuple[Value | None, int]:
        try:
            return work(), 0
        except (UsageError, ValueError, OSError, ImportError) as error:
            # Told before the others know: once one of them ends, torchrun ends all.
            if os.environ.get("LEHR_TRACEBACK"):
                traceback.print_exc()
            print(described(error), file=sys.stderr, flush=True)
            return None, 2

    value, code = engine.broadcast(outcome)
    if code:
        raise SystemExit(code)
    found: Value = value
    return found


def tells(engine: Engine, error: Exception) -> bool:
    """Whether this rank tells of an error that ended the run.

    Most errors are raised by all ranks, and told by rank 0. It also tells which other
    rank is lost or has failed, if it is there itself.
    """
    if engine.is_main or not isinstance(error, TrainingError):
        return True
    if not isinstance(error, RankLostError):
        return False
    is_told = error.missing or error.failed
    return not is_told or 0 in error.missing


def attempt() -> int:
    """Return how often the launcher has started all processes again."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def launch() -> str:
    """Return the name of what torchrun was called for, the same after a restart."""
    return os.environ.get("TORCHELASTIC_RUN_ID", "")


def restarts() -> int:
    """Return how often the launcher may start all processes again."""
    return int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
