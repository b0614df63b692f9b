"""An exponential moving average without bias, and where each of its means stands."""

from collections.abc import Iterable, Sequence


class Average:
    """The mean of all values so far, each `keep` times as heavy as the one after it.

    It is corrected for the bias of its start: the first mean is the first value. Its
    half-life is log(1/2) / log(keep) values: 3.1 at 0.8.

    Args:
        keep: weight of a value over that of the next one, in [0, 1).

    Source: Kingma and Ba, Adam, 2014, arXiv:1412.6980, section 3 (the correction).

    >>> average = Average(0.5)
    >>> average.add(1.0), average.add(4.0)
    (1.0, 3.0)
    """

    def __init__(self, keep: float) -> None:
        self.keep = keep
        self._sum = self._weight = 0.0

    def add(self, value: float) -> float:
        """Return the mean with one more value."""
        self._sum = self.keep * self._sum + (1.0 - self.keep) * value
        self._weight = self.keep * self._weight + 1.0 - self.keep
        return self._sum / self._weight


def averaged(values: Iterable[float], keep: float) -> list[float]:
    """Return the mean after each value."""
    average = Average(keep)
    return [average.add(value) for value in values]


Curve = Sequence[tuple[float, float]]


def smooth(places: Sequence[float], losses: Sequence[float], keep: float) -> Curve:
    """Return means of losses, each at the mean place of what it averages.

    A mean over the past lags behind: seen at its last place, a fall seems to come
    later, so that every rule would read too high a rate. The same mean of the places,
    which are logarithms of rates, takes that back.

    >>> smooth([0.0, 1.0, 2.0], [3.0, 2.0, 1.0], 0.5)[1]
    (0.6666666666666666, 2.3333333333333335)
    """
    both = averaged(places, keep), averaged(losses, keep)
    return list(zip(*both, strict=True))
