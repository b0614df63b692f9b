"""Cyclic triangular rates."""

from dataclasses import dataclass

from lehr import _checks
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.composite import Composite
from lehr.schedules.exponential_decay import ExponentialDecay
from lehr.schedules.linear import Linear
from lehr.schedules.repeat import Repeat


@dataclass(frozen=True, repr=False, eq=False)
class Triangular(Composite):
    """Go from `low` to `high` and back, for ever.

    Args:
        low: value at update 0 and at each restart, in the hyper-parameter's units.
        high: value at update `up`, in the same units.
        up: updates from `low` to `high`, > 0.
        down: updates back; as `up` by default.
        mode: "triangular" keeps the height; "triangular2" halves it with each cycle;
            "exp_range" multiplies it by `factor` with each update.
        factor: height per update of "exp_range", in (0, 1].

    Raises:
        ValueError: `low` or `high` is not finite, `up` or `down` is not positive,
            `mode` is unknown, or `factor` is out of range or given for another mode.

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2015,
        arXiv:1506.01186, section 3.2.

    >>> lr = Triangular(0.0, 1.0, up=2, mode="triangular2")
    >>> [lr(t) for t in range(9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25, 0.0]
    """

    low: float
    high: float
    up: float
    down: float | None = None
    mode: str = "triangular"
    factor: float = 1.0

    shape = "triangular"

    def __post_init__(self) -> None:
        modes = ("triangular", "triangular2", "exp_range")
        self._set(
            low=_checks.finite("low", self.low),
            high=_checks.finite("high", self.high),
            up=_checks.duration("up", self.up),
            mode=_checks.choice("mode", self.mode, modes),
            factor=_checks.positive("factor", self.factor),
        )
        if self.down is not None:
            self._set(down=_checks.duration("down", self.down))
        if self.factor > 1 or (self.factor != 1 and self.mode != "exp_range"):
            raise ValueError(
                "factor must be in (0, 1], and 1 unless mode='exp_range', got "
                f"factor={self.factor!r} with mode={self.mode!r}"
            )

    def expression(self) -> Schedule:
        down = self.up if self.down is None else self.down
        if self.mode == "triangular":
            return Repeat(_triangle(self.low, self.high, self.up, down))
        triangle = _triangle(0.0, self.high - self.low, self.up, down)
        if self.mode == "triangular2":
            return self.low + Repeat(triangle, decay=0.5)
        return self.low + Repeat(triangle) * ExponentialDecay(1.0, self.factor)


def _triangle(low: float, high: float, up: float, down: float) -> Chain:
    return Chain((Linear(low, high, up), Linear(high, low, down)))
