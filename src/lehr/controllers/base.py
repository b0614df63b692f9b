"""The one contract that every controller obeys, and what its state may hold."""

import abc
import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, SupportsFloat, TypeVar

from lehr._checks import number

StateT = TypeVar("StateT", bound="State")
VerdictT = TypeVar("VerdictT")


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """A controller's memory: counts, and the best metric, which is finite or None.

    So it is always strict JSON: no NaN, no Infinity. Configuration is never in it.
    """

    evaluations: int = 0
    best: float | None = None
    bad: int = 0

    def __post_init__(self) -> None:
        """Refuse a state that no controller could have made."""
        for field in dataclasses.fields(self):
            name, value = field.name, getattr(self, field.name)
            if name == "best":
                _require_best(value)
            elif value is None and field.default is None:
                continue
            elif not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{name} must be a whole number >= 0, got {value!r}")

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain data, ready for `json.dumps(allow_nan=False)`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the state that `to_dict` wrote; refuse any other set of keys."""
        known = {field.name for field in dataclasses.fields(cls)}
        if missing := known - data.keys():
            raise ValueError(f"a {cls.__name__} lacks {sorted(missing)}")
        if unknown := data.keys() - known:
            raise ValueError(
                f"a {cls.__name__} has no {sorted(unknown)}; it has {sorted(known)}"
            )
        return cls(**data)


class Controller(abc.ABC, Generic[StateT, VerdictT]):
    """A pure map from (state, metric) to (state, verdict).

    A controller is a frozen dataclass whose fields are its configuration. It remembers
    nothing: whoever calls it keeps the state, saves it, and hands it back. The same
    metrics give the same verdicts, in one go or resumed anywhere.
    """

    state_type: ClassVar[type[State]]

    @abc.abstractmethod
    def start(self) -> StateT:
        """Return the state before the first evaluation."""

    @abc.abstractmethod
    def update(self, state: StateT, metric: SupportsFloat) -> tuple[StateT, VerdictT]:
        """Return the state after one evaluation's `metric`, and the verdict on it."""

    def replay(
        self, metrics: Iterable[SupportsFloat], state: StateT | None = None
    ) -> list[VerdictT]:
        """Return the verdict on each of `metrics`, from `state` (default: the start).

        What would this controller have done on a logged curve? One line tells.
        """
        state = self.start() if state is None else state
        verdicts = []
        for metric in metrics:
            state, verdict = self.update(state, metric)
            verdicts.append(verdict)
        return verdicts

    def _reading(self, state: State, metric: SupportsFloat) -> float:
        """Return `metric` as a float, once it and `state` are of the right type."""
        if not isinstance(state, self.state_type):
            expected = self.state_type.__name__
            raise TypeError(
                f"state must be a {expected}, got {type(state).__name__}; begin with "
                f"start(), or read a saved one by {expected}.from_dict(...)"
            )
        return float(number("metric", metric))


def _require_best(value: Any) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and math.isfinite(value)):
        raise ValueError(f"best must be a finite number or None, got {value!r}")
