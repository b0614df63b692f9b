"""The mean of a window of metrics."""

import math
from collections.abc import Mapping
from typing import Any


class StreamingAverage:
    """The mean of the last so many values.

    Args:
        window_size: how many, >= 1.

    >>> mean = StreamingAverage(2)
    >>> [mean.streamavg(value) for value in (1.0, 2.0, 4.0)]
    [1.0, 1.5, 3.0]
    """

    def __init__(self, window_size: int) -> None:
        self.window_size = window_size
        self.values: list[float] = []
        self.sum = 0.0

    def streamavg(self, value: float) -> float:
        """Take in a value, and return the mean."""
        self.values = [*self.values, value][-self.window_size :]
        self.sum = math.fsum(self.values)  # no error is carried on
        return self.sum / len(self.values)

    def state_dict(self) -> dict[str, Any]:
        """Return the values of the window."""
        values = list(self.values)
        return {"window_size": self.window_size, "values": values, "sum": self.sum}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over the values of a window."""
        self.window_size = state_dict.get("window_size", self.window_size)
        self.values = list(state_dict.get("values", ()))
        self.sum = state_dict.get("sum", 0.0)
