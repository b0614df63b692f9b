"""Losses that are not what they should be: who takes care of them, what is a spike."""

import math
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any

from lehr._checks import count, number
from lehr.training.errors import NonFiniteError

if TYPE_CHECKING:
    from lehr.training.loops import TrainingLoop

Decision = Callable[[NonFiniteError], bool]


def take_care(loop: "TrainingLoop", who: str, decision: Decision) -> None:
    """Let one decide about updates of a loop that are not finite; only one may.

    Raises:
        ValueError: the loop does not look at its losses, or another one decides.
    """
    if not loop.check_finite:
        raise ValueError(
            f"{who} needs a trainer that looks at each loss: leave out "
            "check_finite=False"
        )
    if loop.on_non_finite not in (None, decision):
        raise ValueError(
            f"{who} is not the only one to take care of a loss that is not finite; "
            "choose SkipNonFinite or RollBack, and one of it"
        )
    loop.on_non_finite = decision


def take_care_no_more(loop: "TrainingLoop", decision: Decision) -> None:
    """Let such updates end the run again."""
    if loop.on_non_finite == decision:
        loop.on_non_finite = None


class Spikes:
    """Tells a loss that is far above those before it.

    A loss is one if it is more than `factor` times the median of the last `window`
    losses that were none. Nothing is said before there are so many, nor where their
    median is not > 0, for a factor of it means nothing then.

    Args:
        factor: > 1.
        window: in updates, >= 1.

    >>> spikes = Spikes(3.0, window=3)
    >>> [spikes.is_one(loss) for loss in (9.0, 2.0, 1.0, 7.0, 5.0)]
    [False, False, False, True, False]
    """

    def __init__(self, factor: float, window: int) -> None:
        self.factor = number("spike_factor", factor)
        if not 1 < self.factor < math.inf:
            raise ValueError(f"spike_factor must be > 1 and finite, got {factor!r}")
        self.losses = deque[float](maxlen=count("window", window, minimum=1))

    def is_one(self, loss: float) -> bool:
        """Tell, and remember the loss if it is none."""
        usual = self.usual
        if usual is not None and usual > 0 and loss > self.factor * usual:
            return True
        self.losses.append(loss)
        return False

    @property
    def usual(self) -> float | None:
        """The median, once it is known."""
        full = len(self.losses) == self.losses.maxlen
        return median(self.losses) if full else None

    def state_dict(self) -> dict[str, Any]:
        """Return the losses that the median is of."""
        return {"losses": list(self.losses)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from saved losses; of more than the window, the last."""
        self.losses.clear()
        self.losses.extend(state["losses"])
