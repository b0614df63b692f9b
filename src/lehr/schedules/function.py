"""A user's own function as a schedule."""

import importlib
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule


@dataclass(frozen=True, repr=False, eq=False)
class Function(Schedule):
    """Use `function(t)`, then hold its value at `steps`.

    A function that can be imported by name is kept as that name, `"module:name"`, and
    the schedule is a value like any other: printable, comparable, picklable. One that
    can not (a lambda, a closure) works as long as the program runs.

    Args:
        function: a pure function of one number in [0, steps]; or its name,
            "module:name", which is imported at once.
        steps: update from which the value is held; endless by default.
        vectorized: whether `function` also takes arrays of NumPy, torch or JAX. If not,
            NumPy arrays are worked off element by element, and others refused.

    Raises:
        TypeError: `function` is neither callable nor a name.
        ValueError: the name can not be imported, or `steps` is negative.

    Source: the definition.

    >>> lr = Function(lambda t: 0.1 * 0.5**t, steps=3)
    >>> [lr(t) for t in (0, 1, 3, 10**9)]
    [0.1, 0.05, 0.0125, 0.0125]
    >>> Function(math.sqrt, steps=100)
    Function(function='math:sqrt', steps=100)
    """

    function: Callable[[Any], Any] | str
    steps: float = math.inf
    vectorized: bool = False

    shape = "function"

    def __post_init__(self) -> None:
        given = self.function
        if isinstance(given, str):
            self._set(_call=_imported(given))
        elif callable(given):
            self._set(_call=given)
            module, path = (
                getattr(given, f"__{name}__", "") for name in ("module", "qualname")
            )
            # A lambda or a closure has no name to be kept by.
            with suppress(ValueError):
                if _imported(f"{module}:{path}") is given:
                    self._set(function=f"{module}:{path}")
        else:
            raise TypeError(f"function must be callable or a name, got {given!r}")
        self._set(steps=_checks.length("steps", self.steps, endless=True))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._set(**state)
        self.__post_init__()

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        call = self.__dict__["_call"]
        if self.vectorized:
            return call(t)
        if hasattr(t, "__jax_array__") or not hasattr(t, "reshape"):
            return float(call(t))
        if not hasattr(xp, "consecutive"):
            raise TypeError(
                "function takes one number at a time, not an array of "
                f"{type(t).__module__.split('.')[0]}; pass vectorized=True if it can, "
                "or use a NumPy array"
            )
        values = [float(call(x)) for x in t.reshape(-1).tolist()]
        return xp.array(values).reshape(t.shape)

    def _pair(self) -> Pair:
        call = self.__dict__["_call"]
        return lambda t, rest: float(call(t))


def _imported(name: str) -> Callable[[Any], Any]:
    """Return what "module:name" names; it is imported, so only a program may ask."""
    module, _, path = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError):
        found = None
    if not callable(found):
        raise ValueError(
            f"function must name a callable as 'module:name', got {name!r}"
        )
    return found  # type: ignore[no-any-return]  # checked to be callable
