"""Our curve beside another library's: what the tests and docs/agreement.md measure."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Trial:
    """One configuration: what we compute, and what the library gave.

    Args:
        arguments: by the library's own names; what a failure prints.
        ours: from an update to our value.
        times: updates, among them 0, the joints, the end and some past it.
        theirs: the library's value that each of them uses.
    """

    arguments: Mapping[str, Any]
    ours: Callable[[int], float]
    times: Sequence[int]
    theirs: Sequence[float]

    def difference(self) -> float:
        """The largest difference, relative to the largest value of the curve.

        Many libraries compute a value from the one before, and near 0 the quotient of
        two small numbers shows the rounding of all steps at its largest: hence not
        relative to each value.
        """
        largest = max(map(abs, self.theirs))
        worst = 0.0
        for t, theirs in zip(self.times, self.theirs, strict=True):
            ours = float(self.ours(t))
            if not (math.isfinite(ours) and math.isfinite(theirs)):
                return math.inf
            worst = max(worst, abs(ours - theirs))
        return worst / largest if largest else worst


@dataclass(frozen=True)
class Comparison:
    """One scheduler of another library.

    Args:
        library: its name and the version or commit compared with.
        schedule: the library's own name of the scheduler.
        trials: at most so many random configurations, the same at each call.
        tolerance: the largest `Trial.difference` that is rounding.
        differences: where we differ from it on purpose, in words; the trials leave
            those configurations out.
    """

    library: str
    schedule: str
    trials: Callable[[int], Iterator[Trial]]
    tolerance: float = 1e-12
    differences: str = ""

    def __str__(self) -> str:
        return f"{self.library.split()[0]}.{self.schedule}"


def recorded(
    name: str,
    curves: Mapping[str, Callable[..., Callable[[int], float]]],
    differences: Mapping[str, str] | None = None,
) -> list[Comparison]:
    """Return the comparisons with a library that is not installed: its own figures.

    Args:
        name: of the file in golden/ that says which version gave them, and how.
        curves: by the library's scheduler, from its arguments to our curve.
        differences: by scheduler, where we differ on purpose.
    """
    file = json.loads((GOLDEN / f"{name}.json").read_text())
    told = differences or {}

    def of(schedule: str) -> Callable[[int], Iterator[Trial]]:
        def trials(number: int) -> Iterator[Trial]:
            cases = [c for c in file["cases"] if c["schedule"] == schedule]
            for case in cases[:number]:
                ours = curves[schedule](**case["arguments"])
                yield Trial(case["arguments"], ours, case["times"], case["values"])

        return trials

    schedules = dict.fromkeys(case["schedule"] for case in file["cases"])
    missing = set(curves) ^ set(schedules)
    if missing:
        raise ValueError(f"{name}.json and the curves differ in {sorted(missing)}")
    return [
        Comparison(
            file["library"], s, of(s), file["tolerance"], differences=told.get(s, "")
        )
        for s in schedules
    ]
