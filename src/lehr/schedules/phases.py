"""Phases: the stretches of a schedule, with a name, a span and two values."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Phase:
    """One stretch of a schedule.

    Args:
        name: "warmup" (it rises, at the start), "stable", "decay" or "rise".
        shape: the family, such as "linear" or "cosine".
        begin: its first update.
        end: the first update of the next phase; `inf` if it never ends.
        start_value: value at `begin`.
        end_value: value that it reaches at `end`.

    >>> from lehr import Cosine
    >>> print(Cosine(1.0, 0.1, 100).phases[0])
    decay: cosine, updates 0 to 100, 1 to 0.1
    """

    name: str
    shape: str
    begin: float
    end: float
    start_value: float
    end_value: float

    @classmethod
    def of(
        cls, shape: str, begin: float, end: float, start_value: float, end_value: float
    ) -> "Phase":
        """Return a phase named after its direction."""
        name = "stable"
        if end_value > start_value:
            name = "warmup" if begin == 0 else "rise"
        elif end_value < start_value:
            name = "decay"
        return cls(name, shape, begin, end, start_value, end_value)

    @property
    def span(self) -> tuple[float, float]:
        """First update, and the first update of the next phase."""
        return self.begin, self.end

    def moved(self, by: float) -> "Phase":
        """Return the same phase `by` updates later."""
        name = "rise" if self.name == "warmup" and self.begin + by > 0 else self.name
        return replace(self, name=name, begin=self.begin + by, end=self.end + by)

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.shape}, updates {self.begin:,} to {self.end:,}, "
            f"{self.start_value:g} to {self.end_value:g}"
        )
