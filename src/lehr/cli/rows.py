"""The rows of a table of schedules: which updates, and how they are written."""

import json
import math
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TextIO

from lehr._figures import updates as grouped
from lehr.cli.columns import aligned, csv_line, markdown
from lehr.cli.given import Given
from lehr.cli.usage import UsageError
from lehr.cli.values import MOST, clocks, labels, run_of
from lehr.plotting.axes import ticks
from lehr.plotting.console import terminal_width
from lehr.plotting.sampling import MOST_JOINTS, horizon

_AT_ONCE = 10_000
_SILENT = 2.0
"""Seconds without a word of progress."""


@dataclass(frozen=True)
class Rows:
    """Updates, and what is known at each.

    Args:
        given: the schedules.
        updates: in order.
        beside: by name, what else is known of an update, from the plan.
    """

    given: Sequence[Given]
    updates: Collection[int]
    beside: dict[str, Callable[[int], Any]]

    @classmethod
    def of(
        cls, given: Sequence[Given], *, rows: int = 12, every: int | None = None
    ) -> "Rows":
        """Choose the updates: each `every`th one, or about `rows`, and the joints.

        Raises:
            UsageError: `every` is said for a schedule that does not end.
        """
        whole = run_of(given)
        told = next((each.plan for each in given if each.plan is not None), None)
        end = _end(given, told.updates if told else None, every is not None)
        if every is not None:
            return cls(given, _Every(end, every), clocks(whole))
        at = {round(t) for t in ticks(0, end, max(rows, 2))} | {0, end}
        for each in given:
            joints = islice(each.schedule.joints(0, end), MOST_JOINTS)
            at |= {math.ceil(joint) for joint in joints}
        return cls(given, sorted(t for t in at if t <= end), clocks(whole))

    def screen(self) -> str:
        """Return the table that a person reads."""
        head = ["update", *self.beside, *labels(self.given)]
        rows = self._shown()
        if len(self.given) == 1 and self.given[0].schedule.phases:
            head.append("phase")
            pairs = zip(rows, self.updates, strict=True)
            rows = [[*row, self._phase(t)] for row, t in pairs]
        return aligned(head, rows, 1 + len(self.beside), terminal_width())

    def markdown(self) -> str:
        """Return the table for a document."""
        return markdown(["update", *self.beside, *labels(self.given)], self._shown())

    def write_csv(self, file: TextIO | None = None) -> None:
        """Write each row with all digits, as it is computed."""
        head = ["update", *self.beside, *labels(self.given, sys.maxsize)]
        _write(csv_line(head), self._csv(), len(self.updates), file)

    def write_json(self) -> None:
        """Write a list of rows, each with its names."""
        names = ["update", *self.beside, *labels(self.given, sys.maxsize)]
        lines = (
            json.dumps(dict(zip(names, row, strict=True))) for row in self._values()
        )
        start = ("  " if i == 0 else ",\n  " for i in range(len(self.updates)))
        texts = (a + b for a, b in zip(start, lines, strict=True))
        _write("[\n", texts, len(self.updates), None, "\n]\n")

    def _values(self) -> Iterator[list[Any]]:
        clocks = list(self.beside.values())
        schedules = [each.schedule for each in self.given]
        for t in self.updates:
            yield [t, *(clock(t) for clock in clocks), *(each(t) for each in schedules)]

    def _csv(self) -> Iterator[str]:
        if len(self.given) == 1 and not self.beside:  # the usual one, twice as fast
            schedule = self.given[0].schedule
            return (f"{t},{schedule(t)!r}\n" for t in self.updates)
        return (",".join(map(repr, row)) + "\n" for row in self._values())

    def _shown(self) -> list[list[str]]:
        if len(self.updates) > MOST:
            hint = "write them to a file: --csv > values.csv"
            raise UsageError(f"more than {MOST:,} rows", hint)
        return [
            [grouped(t), *(_number(value) for value in rest)]
            for t, *rest in self._values()
        ]

    def _phase(self, t: int) -> str:
        phases = self.given[0].schedule.phases
        i = bisect_right([phase.begin for phase in phases], t) - 1
        return phases[i].name if i >= 0 and t < phases[i].end else "held"


@dataclass(frozen=True)
class _Every(Collection[int]):
    """Each `step`th update to an end that is always there, without a list of them."""

    end: int
    step: int

    def __len__(self) -> int:
        return -(-self.end // self.step) + 1

    def __iter__(self) -> Iterator[int]:
        yield from range(0, self.end, self.step)
        yield self.end

    def __contains__(self, t: object) -> bool:
        return t == self.end or t in range(0, self.end, self.step)


def _end(given: Sequence[Given], told: int | None, must_end: bool) -> int:
    """Return the last update of the table: the run's, or where the last curve ends."""
    if told is not None:
        return told
    schedules = [each.schedule for each in given]
    if must_end and (endless := [g for g in given if g.schedule.steps == math.inf]):
        hint = "say how long the run is: --steps 10000"
        raise UsageError(f"{endless[0].label} does not end", hint)
    ends = [math.ceil(horizon(each)) for each in schedules if each.steps > 0]
    return max(ends, default=math.ceil(horizon(schedules[0])))


def _number(value: float) -> str:
    if isinstance(value, int):
        return grouped(value)
    return f"{value:.6g}"


def _write(
    head: str, lines: Iterable[str], total: int, file: TextIO | None, end: str = ""
) -> None:
    """Write lines as they come, and tell how far it is if nobody sees them."""
    out = sys.stdout if file is None else file
    out.write(head)
    waiting = iter(lines)
    begun, done, told = time.monotonic(), 0, False
    quiet = not sys.stderr or not sys.stderr.isatty() or out.isatty()
    while part := list(islice(waiting, _AT_ONCE)):
        out.write("".join(part))
        done += len(part)
        if not quiet and time.monotonic() - begun > _SILENT:
            print(f"\r{done / total:4.0%}", end="", file=sys.stderr, flush=True)
            told = True
    out.write(end)
    if told:
        print("\r    \r", end="", file=sys.stderr, flush=True)
