"""Code or configuration of another library, for a schedule."""

import keyword
import re
import textwrap
from collections.abc import Callable
from importlib import import_module

from lehr._checks import choice
from lehr.exporting.errors import CannotExport
from lehr.exporting.layout import wrapped
from lehr.exporting.plain import plain
from lehr.schedules import Schedule
from lehr.schedules.base import require_schedule

TARGETS = (
    "python",
    "torch",
    "optax",
    "keras",
    "transformers",
    "composer",
    "timm",
    "megatron",
)
"""What `to_code` writes for."""

_SHOWN = 300


def to_code(schedule: Schedule, target: str, *, name: str = "schedule") -> str:
    """Return code that has the curve of a schedule without lehr.

    Where the target has the curve by a name of its own, that is what is written. Else
    "python", "torch" (a LambdaLR), "optax", "keras" and "composer" get a function with
    the formula; "transformers", "timm" and "megatron" have words for some curves only.
    The values agree to rounding: Keras and optax compute in float32.

    Args:
        schedule: the value at each update.
        target: one of `TARGETS`. "python" is a function of the update; "torch" and
            "timm" a function of an optimizer made with the rate LR; "optax" and "keras"
            a schedule; "composer" a scheduler for its trainer and LR; "transformers"
            TrainingArguments; "megatron" command-line arguments.
        name: what the function or schedule is called there.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: there is no such target, or `name` is no name, or one that the code
            uses for something else.
        CannotExport: the target cannot express the schedule; the message says why, and
            what can. It is a ValueError.

    >>> from lehr import Linear, warmup_cosine
    >>> lr = warmup_cosine(3e-4, warmup=100, total=1000, start=0.0)
    >>> print(to_code(lr, "optax"))
    # What update t uses, counted from 0:
    # Chain(pieces=(Linear(start=0.0, end=0.0003, steps=100), Cosine(start=0.0003,
    #   end=0.0, steps=900)))
    import optax
    <BLANKLINE>
    schedule = optax.warmup_cosine_decay_schedule(
        init_value=0.0,
        peak_value=0.0003,
        warmup_steps=100,
        decay_steps=1000,
        end_value=0.0,
    )
    >>> print(to_code(Linear(0.1, 0.0, 10), "python"))
    # What update t uses, counted from 0:
    # Linear(start=0.1, end=0.0, steps=10)
    def schedule(t):
        if t < 10:
            return 0.1 - 0.1 * (t / 10)
        return 0.0
    """
    require_schedule("schedule", schedule)
    choice("target", target, TARGETS)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"name must be a Python name, got {name!r}")
    write = import_module(f"lehr.exporting.targets.{target}").code
    try:
        text = _written(write, schedule, name)
    except CannotExport as refusal:
        raise CannotExport(
            f"{target} cannot express this schedule: {refusal}"
        ) from None
    if target == "megatron":
        return text
    if name != "rate" and _is_used(name, write(plain(schedule), "__")):
        raise ValueError(
            f"name must not be one that the code itself uses, got {name!r}"
        )
    shown = repr(schedule)
    if len(shown) > _SHOWN:
        shown = shown[: _SHOWN - 4] + " ..."
    comment = textwrap.wrap(
        shown, 80, initial_indent="# ", subsequent_indent="#   ", break_long_words=False
    )
    return "\n".join(["# What update t uses, counted from 0:", *comment, text])


def _written(
    write: Callable[[Schedule, str], str], schedule: Schedule, name: str
) -> str:
    try:
        text = write(plain(schedule), name)
        if text.startswith("--"):
            return text
        text = "\n".join(wrapped(text.splitlines()))
        compile(text, name, "exec")
    except (RecursionError, MemoryError, SyntaxError):
        raise CannotExport(
            "it is nested too deeply for code; write schedule.curve() to a file and "
            "read that"
        ) from None
    return text


def _is_used(name: str, text: str) -> bool:
    """Whether code reads a name, or defines it; a keyword of a call is neither."""
    return re.search(rf"(?<![\w.\"']){name}\b(?!=[^=])", text) is not None
