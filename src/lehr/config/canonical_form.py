"""One text for each value, and a hash that stays the same."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from lehr.config.configuration import Config
from lehr.config.expressions import write_schedule
from lehr.config.plain import plain
from lehr.schedules import Schedule


def canonical(schedule: Schedule) -> str:
    """Return the one text that all schedules equal to this one have, and no other.

    It is an expression of classes with their arguments by name, in the order of the
    class, without those at their defaults. Numbers are written by their value alone:
    whole ones without a point, so that 1, 1.0 and NumPy's 1 are one text, as are 0.0
    and -0.0, which are equal.

    Args:
        schedule: a schedule of lehr's own families.

    Raises:
        ValueError: text cannot carry it: it holds a function or a class of your own.

    >>> from lehr import Linear
    >>> canonical(2 * Linear(-0.0, 3e-4, 1e3))
    'Scale(schedule=Linear(start=0, end=0.0003, steps=1000), factor=2)'
    """
    write_schedule(schedule)  # refuses what no text can carry
    return _text(schedule)


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a schedule, of several by name, or of plain data.

    It is the same in every process and on every version of Python, whatever the order
    of keys, and however numbers were written: 1e-3 and 0.001, 1 and 1.0. Equal
    schedules have equal fingerprints. An expression in plain data is text like any
    other: for a hash of what a document means, take that of what `read_config` returns,
    or of its `schedules` alone.

    Args:
        value: a schedule; a `Config`, which counts as its `resolved()`; or mappings,
            lists, strings, numbers, booleans, None and schedules, to any depth.

    Raises:
        TypeError: something in it is of another kind.
        ValueError: a schedule holds a function or a class of your own.

    >>> from lehr import Linear
    >>> fingerprint(Linear(1, 0, 10))[:16]
    'eb0645606fa3821a'
    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2.0, "a": 1.0})
    True
    """
    if isinstance(value, Config):
        value = {**value.resolved(), "schedules": value.schedules}
    return digest(_normal(plain(value)))


def digest(data: Any) -> str:
    """Return the SHA-256 of strict JSON data, its keys in order: as text, as it is.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    >>> digest({"a": 1}) == digest({"a": 1.0})
    False
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def whole(value: float) -> int | float:
    """Return a number in the form that all numbers equal to it have.

    Whole numbers below 1e16 are ints, and so is what no float is equal to; the rest
    are floats.

    >>> whole(1.0), whole(-0.0), whole(0.5), whole(10**16), whole(2**64 - 1)
    (1, 0, 0.5, 1e+16, 18446744073709551615)
    """
    if isinstance(value, float) and not value.is_integer():  # inf and nan neither
        return float(value)
    exact = int(value)
    if abs(exact) < 10**16:
        return exact
    try:
        return float(exact) if float(exact) == exact else exact
    except OverflowError:
        return exact


def _text(value: Any) -> str:
    if isinstance(value, Schedule):
        given = type(value).__dataclass_fields__.items()
        arguments = (
            f"{name}={_text(each)}"
            for name, field in given
            if (each := getattr(value, name)) != field.default
        )
        return f"{type(value).__name__}({', '.join(arguments)})"
    if isinstance(value, tuple):
        items = ", ".join(map(_text, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(whole(value) if number else value)


def _normal(value: Any) -> Any:
    """Return strict JSON data, equal if and only if the values are.

    What JSON lacks is a mapping with one key that begins with "$"; a key of the data
    that does so itself gets another one.
    """
    if isinstance(value, Schedule):
        return {"$schedule": canonical(value)}
    if isinstance(value, Mapping):
        return {_key(key): _normal(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(each) for each in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        endless = isinstance(value, float) and not math.isfinite(value)
        return {"$number": repr(float(value))} if endless else whole(value)
    raise TypeError(f"a fingerprint is of plain data and schedules, got {value!r}")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys must be text, got {key!r}")
    return f"${key}" if key.startswith("$") else key
