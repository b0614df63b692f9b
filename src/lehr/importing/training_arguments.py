"""from_transformers: the schedule that a Trainer makes of its TrainingArguments."""

import difflib
import inspect
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lehr import _checks
from lehr.dialects import schedulers
from lehr.dialects.base import Curve
from lehr.importing.errors import CannotImport
from lehr.schedules import Schedule

FIELDS: Mapping[str, Any] = {
    "learning_rate": 5e-5,
    "lr_scheduler_type": "linear",
    "lr_scheduler_kwargs": None,
    "warmup_steps": 0,
    "warmup_ratio": None,
    "max_steps": -1,
}
"""The fields of TrainingArguments that say the rate, and their defaults."""

_ALONE = ("constant", "constant_with_warmup", "inverse_sqrt")


def from_transformers(
    arguments: Any, *, num_training_steps: int | None = None
) -> Schedule:
    """Return the learning rate that transformers' Trainer gives a run.

    Value t is what update t uses. A warmup below 1 is a fraction of the run, rounded
    up, whether it is written as `warmup_steps` or `warmup_ratio`; of both, whole
    `warmup_steps` count.

    Args:
        arguments: a `TrainingArguments`, or a mapping of its fields; transformers is
            not imported.
        num_training_steps: updates of the run, where `max_steps` does not say it: the
            Trainer finds it in the data.

    Raises:
        CannotImport: the length of the run is needed and not known, the type or one of
            `lr_scheduler_kwargs` is unknown, or it follows a metric.
        TypeError: `arguments` has no learning rate, or `lr_scheduler_kwargs` are no
            mapping.
        ValueError: a value is outside its range.

    Source: transformers 5.23, Trainer.create_scheduler and
        TrainingArguments.get_warmup_steps.

    >>> from lehr.importing import from_transformers
    >>> arguments = {"learning_rate": 1e-3, "max_steps": 100, "warmup_ratio": 0.1}
    >>> lr = from_transformers(arguments)
    >>> [round(lr(t), 6) for t in (0, 5, 10, 55, 100)]
    [0.0, 0.0005, 0.001, 0.0005, 0.0]
    """
    given = _fields(arguments)
    kind = given["lr_scheduler_type"]
    kind = str(getattr(kind, "value", kind))
    known = schedulers("transformers")
    if kind not in known:
        near = difflib.get_close_matches(kind, known, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise CannotImport(
            f"unknown lr_scheduler_type {kind!r}: {hint}known: {', '.join(known)}"
        )
    curve = known[kind].curve
    if curve is None:
        raise CannotImport(
            f"lr_scheduler_type {kind!r} follows a metric, so it has no schedule by "
            "itself; lehr.bindings.torch.PlateauScheduler follows one too"
        )
    base = _checks.finite("learning_rate", given["learning_rate"])
    if kind == "constant":
        return curve(base)
    own = _own(given["lr_scheduler_kwargs"], curve)
    total = _length(given, num_training_steps)
    own["num_warmup_steps"] = _warmup(given, total, kind)
    if kind not in _ALONE:
        own["num_training_steps"] = _needed(total, f"lr_scheduler_type {kind!r}")
    return curve(base, **own)


def _own(given: Any, curve: Curve) -> dict[str, Any]:
    """Return the scheduler's own parameters, which may be written as JSON."""
    if isinstance(given, str):
        with suppress(json.JSONDecodeError):
            given = json.loads(given)
    if not isinstance(given, Mapping | None):
        raise TypeError(f"lr_scheduler_kwargs must be a mapping, got {given!r}")
    known = inspect.signature(curve).parameters
    for name in given or {}:
        if name not in known:
            names = tuple(known)[1:]
            near = difflib.get_close_matches(str(name), names, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise CannotImport(
                f"lr_scheduler_kwargs has an unknown {name!r}: {hint}known: "
                f"{', '.join(names)}"
            )
    return dict(given or {})


def _fields(arguments: Any) -> dict[str, Any]:
    if isinstance(arguments, Mapping):
        return {**FIELDS, **{k: arguments[k] for k in FIELDS if k in arguments}}
    if not hasattr(arguments, "learning_rate"):
        raise TypeError(
            f"arguments must be a TrainingArguments or a mapping of its fields, got "
            f"{arguments!r}"
        )
    return {name: getattr(arguments, name, FIELDS[name]) for name in FIELDS}


def _length(given: Mapping[str, Any], told: int | None) -> int | None:
    """Return the updates of the run: `max_steps`, if it is set, counts."""
    steps = _checks.number("max_steps", given["max_steps"])
    if steps > 0:
        return _checks.count("max_steps", steps)
    return None if told is None else _checks.count("num_training_steps", told)


def _needed(total: int | None, what: str) -> int:
    if total is None:
        raise CannotImport(
            f"{what} needs the length of the run, and max_steps is not set; pass "
            "num_training_steps=, epochs times the updates of an epoch, which are "
            "ceil(len(train_dataloader) / gradient_accumulation_steps)"
        )
    return total


def _warmup(given: Mapping[str, Any], total: int | None, kind: str) -> int:
    steps = _checks.number("warmup_steps", given["warmup_steps"] or 0)
    if steps < 0:
        raise ValueError(f"warmup_steps must be >= 0, got {steps!r}")
    if steps >= 1:
        return int(steps)
    part = steps or _checks.fraction("warmup_ratio", given["warmup_ratio"] or 0.0)
    if not part:
        return 0
    return math.ceil(_needed(total, f"a warmup of {part!r} of the run") * part)
