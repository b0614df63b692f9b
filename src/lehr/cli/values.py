"""Values of schedules at updates, with the epochs and tokens of their run."""

import math
from collections.abc import Sequence

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import MOST_UPDATES
from lehr.cli.usage import UsageError
from lehr.config.durations import Length, Run, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from lehr.cli.given import Given

MOST = 100_000
"""Updates of which a person is shown the values."""

_LONGEST = 24


def run_of(given: "Sequence[Given]") -> Run | None:
    """Return what lengths refer to: the run, or else the longest schedule."""
    if told := next((each.plan for each in given if each.plan is not None), None):
        return told
    ends = [g.schedule.steps for g in given if 0 < g.schedule.steps < math.inf]
    return Length(math.ceil(max(ends))) if ends else None


def updates_of(texts: Sequence[str], run: Run | None, argument: str = "T") -> list[int]:
    """Return the updates that words name: 500, 2.5k, 10%, 3ep, 0:1000:100.

    A range is one of Python: its end is left out, its start is 0 and its step 1 if
    nothing is said.

    Raises:
        UsageError: a word is no update, or a range names too many.

    >>> updates_of(["5", "50%", "0:30:10"], Length(200))
    [5, 100, 0, 10, 20]
    """
    try:
        return _updates(texts, run)
    except UsageError as error:
        raise UsageError(f"argument {argument}: {error.message}", error.hint) from None


def update_of(text: str, run: Run | None, argument: str) -> int:
    """Return the update that an option names.

    Raises:
        UsageError: it names none.

    >>> update_of("50%", Length(200), "--at")
    100
    """
    try:
        return _update(text, text, run)
    except UsageError as error:
        raise UsageError(f"argument {argument}: {error.message}", error.hint) from None


def _updates(texts: Sequence[str], run: Run | None) -> list[int]:
    found: list[int] = []
    for text in texts:
        part = _range(text, run) if ":" in text else [_update(text, text, run)]
        if len(found) + len(part) > MOST:
            hint = "for a file of all values: lehr table --every 1 --csv"
            raise UsageError(f"more than {MOST:,} updates", hint)
        found += part
    return found


def _range(text: str, run: Run | None) -> range:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 3:
        raise UsageError(f'"{text}" is no range', "write 0:1000:100")
    start, stop, step = (*parts, "", "")[:3]
    if not stop and run is None:
        raise UsageError(f'"{text}" needs an end', "write 0:1000:100")
    first = _update(start, text, run) if start else 0
    last = _update(stop, text, run) if stop or run is None else run.updates + 1
    by = _update(step, text, run) if step else 1
    if by < 1:
        raise UsageError(f'the step of "{text}" must be >= 1, got {by}')
    return range(first, last, by)


def _update(part: str, text: str, run: Run | None) -> int:
    found = int(part) if part.isdecimal() else _resolved(part, text, run)
    if found > MOST_UPDATES:
        raise UsageError(f"must be <= {MOST_UPDATES:,}, got {part}")
    return found


def _resolved(part: str, text: str, run: Run | None) -> int:
    try:
        return resolve(part, run)
    except (ValueError, OverflowError) as error:
        raise UsageError(*_refusal(str(error), part, text)) from None


def _refusal(error: str, part: str, text: str) -> tuple[str, str]:
    """Return what is wrong with an update, and the way out."""
    message = error.partition(": pass plan=")[0].removesuffix(": a plan")
    message = message.removesuffix("; pass it")
    if "is not a duration" in message and "(" in part:
        hint = "the schedule comes first: lehr at SCHEDULE T ..."
    elif "needs the length of the run" in message:
        hint = "give it: --steps 10000"
    elif "need" in message:
        hint = "give it: --plan dataset_size=50k,batch_size=32,epochs=90"
    else:
        hint = "" if part == text else f'in "{text}"'
    return message, hint


def labels(given: "Sequence[Given]", longest: int = _LONGEST) -> list[str]:
    """Return a short name for the column of each schedule; no two are the same.

    One schedule that has no name has the values.
    """
    if len(given) == 1 and not is_name(given[0].label):
        return ["value"]
    names = list[str]()
    for each in given:
        label = " ".join(each.label.split())
        if len(label) > longest:
            label = label[: longest - 3] + "..."
        same = sum(name.partition(" #")[0] == label for name in names)
        names.append(f"{label} #{same + 1}" if same else label)
    return names


def is_name(label: str) -> bool:
    """Return whether a label is a name, as of a field or a group, not an expression.

    >>> is_name("weight_decay.no-decay"), is_name("1e-3"), is_name("cosine(1, 0, 9)")
    (True, False, False)
    """
    return all(part.replace("-", "_").isidentifier() for part in label.split("."))


def clocks(run: Run | None) -> "dict[str, Callable[[int], Any]]":
    """Return what else is known of an update: the epochs and tokens before it."""
    known: dict[str, Callable[[int], Any]] = {}
    # A Plan knows them if it knows these.
    if getattr(run, "dataset_size", None) is not None:
        known["epoch"] = run.epochs_at  # type: ignore[union-attr]  # a Plan
    if getattr(run, "sequence_length", None) is not None:
        known["tokens"] = run.tokens_at  # type: ignore[union-attr]  # a Plan
    return known
