"""`--plan key=value`: what a run is, as words of a command line."""

from collections.abc import Iterable, Sequence

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.usage import UsageError, did_you_mean
from lehr.config.durations import Length, Run
from lehr.config.errors import ConfigError

if TYPE_CHECKING:
    from lehr.config.documents import Document
    from lehr.plan import Plan

_LENGTHS = ("epochs", "updates", "samples", "tokens", "length")
_COUNTS = (
    *("batch_size", "dataset_size", "accumulation", "world_size", "sequence_length"),
    *("updates", "samples", "tokens"),
)
KEYS = tuple(dict.fromkeys((*_COUNTS, "drop_last", *_LENGTHS)))
"""What `--plan` takes: the arguments of `Plan`, but for a ramp."""

_WAY_OUT = "such as --plan dataset_size=50k,batch_size=32,epochs=90"


def read_plan(texts: Sequence[str], steps: int | None) -> Run | None:
    """Return the run that `--plan` and `--steps` tell; None if they say nothing.

    Args:
        texts: of the form key=value, or several with commas between.
        steps: updates of the run, if they were said; its length, if no text has one.

    Raises:
        UsageError: a text cannot be read, or they make no plan.
    """
    given = dict(map(_pair, _split(texts)))
    if not given:
        return Length(steps) if steps else None
    lengths = [name for name in _LENGTHS if name in given]
    if steps and lengths:
        raise UsageError(f"--steps and --plan {lengths[0]}=... both give the length")
    if steps:
        given["updates"] = steps
    elif not lengths:
        raise _wrong("the length of the run is missing", "add epochs=90, or --steps N")
    if "batch_size" not in given:
        raise _wrong("batch_size is missing", _WAY_OUT)
    from lehr.plan import Plan

    try:
        return Plan(**given)
    except (ValueError, TypeError) as error:
        raise _wrong(str(error), _WAY_OUT) from None


def lengthened(document: "Document", updates: int) -> "Plan":
    """Return the plan of a document with another length; the rest is its own.

    Where the document has none, a plan that knows its length and nothing else.
    """
    from lehr.config import read_config
    from lehr.plan import Plan

    try:
        own = read_config(document).plan
    except ConfigError:  # what is wrong is told when it is read for good
        own = None
    if own is None:
        return _only(updates)
    names = [name for name in vars(own) if name in _KEPT]
    return Plan(**{name: getattr(own, name) for name in names}, updates=updates)


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


_KEPT = (
    *("batch_size", "dataset_size", "accumulation", "world_size", "drop_last"),
    *("sequence_length", "ramp"),
)


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
    return name, _count(name, value) if name in _COUNTS else _epochs(value)


def _count(name: str, text: str) -> int:
    """Return a whole number, which may be written as 50k or, where it fits, 10Btok."""
    if text.isdecimal():
        return int(text)
    from lehr.plan import Duration

    try:
        amount = Duration.of(text)
    except ValueError as error:
        raise _wrong(f"{name}: {error}") from None
    if amount.unit not in ("updates", name):
        raise _wrong(f"{name} must be a whole number, got {text}")
    return int(amount.amount)


def _epochs(text: str) -> float:
    try:
        number = float(text.removesuffix("ep"))
    except ValueError:
        raise _wrong(f"epochs must be a number, got {text}") from None
    return int(number) if number.is_integer() else number


def _wrong(message: str, hint: str = "") -> UsageError:
    return UsageError(f"argument --plan: {message}", hint)
