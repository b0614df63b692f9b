"""`--plan key=value`: what a run is, as words of a command line."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import COUNTS, KEYS
from lehr.cli.usage import UsageError, did_you_mean
from lehr.config.durations import LENGTHS, Length, Run
from lehr.config.errors import ConfigError

if TYPE_CHECKING:
    from lehr.config.documents import Document
    from lehr.plan import Plan

_WAY_OUT = "such as --plan dataset_size=50k,batch_size=32,epochs=90"


Read = TypeVar("Read")


def told_by(texts: Sequence[str], steps: int | None) -> dict[str, Any]:
    """Return the arguments of a plan that `--plan` and `--steps` tell.

    Args:
        texts: of the form key=value, or several with commas between.
        steps: updates of the run, if they were said.

    Raises:
        UsageError: a text cannot be read, or two give the length.
    """
    told = dict(map(_pair, _split(texts)))
    if steps:
        if length := _length(told):
            message = f"--steps and --plan {length}=... both give the length"
            raise UsageError(message, "keep one")
        told["updates"] = steps
    return told


def read_plan(texts: Sequence[str], steps: int | None) -> Run | None:
    """Return the run that `--plan` and `--steps` tell; None if they say nothing."""
    return run_of(told_by(texts, steps))


def run_of(told: Mapping[str, Any]) -> Run | None:
    """Return the run that was told; None if nothing was.

    Raises:
        UsageError: what was told is no run.
    """
    if not told:
        return None
    return Length(told["updates"]) if told.keys() == {"updates"} else _plan(told)


def plan_over(
    document: "Document", told: Mapping[str, Any], size: int | None = None
) -> "Plan | None":
    """Return the run of a document with what was told laid over it.

    Args:
        document: what it says of its run counts where nothing else was told.
        told: arguments of a plan; if there are none, neither is a plan.
        size: of its data, if they were counted.

    Raises:
        UsageError: both together are no run.
    """
    if not told:
        return None
    own = _said(document)
    if size is not None:
        own.setdefault("dataset_size", size)
    if _length(told):
        own = {name: value for name, value in own.items() if name not in LENGTHS}
    arguments = {**own, **told}
    if "batch_size" not in arguments and "updates" in arguments:
        return _only(int(arguments["updates"]))
    return _plan(arguments)


def with_run(
    document: "Document",
    told: Mapping[str, Any],
    read: "Callable[[Plan | None], Read]",
) -> Read:
    """Return what `read` makes of a document and its run.

    The data are counted if a length needs that.

    Args:
        document: what `read` reads.
        told: arguments of a plan, laid over the document's own.
        read: takes the run, or None for what the document says itself.

    Raises:
        ConfigError: with every problem of the document.
        UsageError: what was told is no run of this document.
    """
    has_data = document.data.get("data") is not None
    try:
        return read(plan_over(document, told))
    except (ConfigError, UsageError) as error:
        if not has_data or not _lacks_run(error):
            raise
        from lehr.training.document_plan import plan_of_data

        found = plan_of_data(document, os.path.dirname(document.source) or ".")
        if found is None:
            raise
    return read(plan_over(document, told, found.dataset_size) if told else found)


def _lacks_run(error: Exception) -> bool:
    if isinstance(error, UsageError):
        return "dataset_size" in error.message
    return isinstance(error, ConfigError) and all(
        problem.code == "LH108" for problem in error.problems
    )


def _said(document: "Document") -> dict[str, Any]:
    """Return the arguments of a plan that a document says; nothing wrong is told."""
    from lehr.config.migrations import current

    document = current(document)
    if not {"plan", "train", "data"} & document.data.keys():
        return {}
    from lehr.config.arithmetic import Arithmetic

    said = Arithmetic.of(document)
    said.general()  # adds what the data imply
    return dict(said.values)


def _plan(arguments: Mapping[str, Any]) -> "Plan":
    if not _length(arguments):
        raise _wrong("the length of the run is missing", "add epochs=90, or --steps N")
    if "batch_size" not in arguments:
        raise _wrong("batch_size is missing", _WAY_OUT)
    from lehr.plan import Plan

    try:
        return Plan(**arguments)
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong(str(error), _WAY_OUT) from None


def _length(told: Mapping[str, Any]) -> str | None:
    """Return the key that says how long the run is; None if none does."""
    return next((name for name in LENGTHS if name in told), None)


def _only(updates: int) -> "Plan":
    from lehr.plan import Duration, Plan

    class Updates(Plan):
        """A plan of so many updates; nothing else that it has was told."""

        def resolve(self, duration: Any) -> int:
            wanted = Duration.of(duration)
            if wanted.unit in ("percent", "updates"):
                return super().resolve(wanted)
            return Length(updates).resolve(wanted)

    return Updates(batch_size=1, updates=updates)


def _split(texts: Iterable[str]) -> list[str]:
    return [each for text in texts for each in text.split(",") if each.strip()]


def _pair(text: str) -> tuple[str, Any]:
    """Return a key and its value."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not value:
        raise _wrong(f'cannot read "{text.strip()}"', _WAY_OUT)
    if name not in KEYS:
        hint = f"{did_you_mean(name, KEYS)} known: {', '.join(KEYS)}".strip()
        raise _wrong(f'unknown key "{name}"', hint)
    if name == "length":
        return name, value
    if name == "drop_last":
        if value.lower() not in ("true", "false"):
            raise _wrong(f"drop_last must be true or false, got {value}")
        return name, value.lower() == "true"
    return name, _count(name, value) if name in COUNTS else _epochs(value)


def _count(name: str, text: str) -> int:
    """Return a whole number, which may be written as 50k or, where it fits, 10Btok."""
    if text.isdecimal():
        return int(text)
    from lehr.plan import Duration

    try:
        amount = Duration.of(text)
    except ValueError:
        raise _wrong(f"{name} must be a whole number, got {text}", _WAY_OUT) from None
    if amount.unit not in ("updates", name):
        raise _wrong(f"{name} must be a whole number, got {text}", _WAY_OUT)
    return int(amount.amount)


def _epochs(text: str) -> float:
    try:
        number = float(text.removesuffix("ep"))
    except ValueError:
        raise _wrong(f"epochs must be a number, got {text}") from None
    return int(number) if number.is_integer() else number


def _wrong(message: str, hint: str = "") -> UsageError:
    return UsageError(f"argument --plan: {message}", hint)
