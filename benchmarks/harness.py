"""Measure in turns, compare by ratio, print and record: what all benchmarks share.

Other jobs run on the machines that measure. So times are CPU times of the process (of
the children, for imports), the functions to compare take turns in one process, and each
number is the median over `ROUNDS` rounds; a ratio is the median of the rounds' ratios.
Times vary up to 1.5-fold between runs, ratios by about 10 %. One thread each.
"""

import json
import os
import statistics
import sys
import time
import timeit
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

ROUNDS = 15

Times = dict[str, list[float]]


@dataclass(frozen=True)
class Code:
    """A statement to time, `number` times in a row; the names that it uses.

    `scale` multiplies the time: the statement does only 1/scale of the work. The
    statement stands in the timing loop itself, so that no call of ours is measured.
    """

    statement: str
    names: Mapping[str, object]
    number: int = 1
    scale: float = 1.0


@dataclass(frozen=True)
class Row:
    """One line of the results: what, against whom, times in seconds, the goal."""

    what: str
    ours: float
    peer: str = ""
    theirs: float = 0.0
    ratio: float = 0.0
    times_faster: float | None = None
    at_most: float | None = None
    times_as_long: float | None = None

    @property
    def goal(self) -> str:
        if self.times_faster is not None:
            return f">= {self.times_faster:g}x"
        if self.times_as_long is not None:
            return f"<= {self.times_as_long:g}x its time"
        return "" if self.at_most is None else f"<= {readable(self.at_most)}"

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.times_faster is not None:
            return self.ratio >= self.times_faster
        if self.times_as_long is not None:
            return self.ratio * self.times_as_long >= 1
        return None if self.at_most is None else self.ours <= self.at_most


def interleaved(codes: Mapping[str, Code], rounds: int = ROUNDS) -> Times:
    """Run all in turns, `rounds` times; return CPU seconds per run, round by round."""
    timers = {
        name: timeit.Timer(code.statement, timer=time.process_time, globals=code.names)
        for name, code in codes.items()
    }
    for name, timer in timers.items():
        timer.timeit(max(1, codes[name].number // 10))  # warm caches, compile
    times: Times = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            seconds = timers[name].timeit(code.number) / code.number
            times[name].append(seconds * code.scale)
    return times


def compare(
    what: str,
    times: Times,
    ours: str,
    peer: str,
    *,
    times_faster: float | None = None,
    times_as_long: float | None = None,
) -> Row:
    """Compare one entry of `times` with another, by the median of their ratios.

    The goal is to be so many times faster, or to take at most so many times as long.
    """
    ratios = [b / a for a, b in zip(times[ours], times[peer], strict=True)]
    return Row(
        what,
        statistics.median(times[ours]),
        peer,
        statistics.median(times[peer]),
        statistics.median(ratios),
        times_faster=times_faster,
        times_as_long=times_as_long,
    )


def readable(seconds: float) -> str:
    """Write a time with three digits and a fitting unit."""
    if seconds >= 1000:
        return f"{seconds / 3600:.3g} h"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(rows: Iterable[Row]) -> str:
    """Write the rows as a Markdown table, its columns aligned."""
    lines = [("what", "lehr", "peer", "its time", "goal", "reached", "")]
    for row in rows:
        mark = {True: "yes", False: "**no**", None: ""}[row.reached]
        reached = readable(row.ours) if row.at_most else ""
        if row.peer:
            reached = f"{row.ratio:.3g}x"
        if row.times_as_long:
            reached = f"{1 / row.ratio:.3g}x its time"
        theirs = readable(row.theirs) if row.peer else ""
        lines.append(
            (row.what, readable(row.ours), row.peer, theirs, row.goal, reached, mark)
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    cells = ([c.ljust(w) for c, w in zip(line, widths, strict=True)] for line in lines)
    head, *body = (f"| {' | '.join(line)} |" for line in cells)
    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([head, rule, *body])


def publish(title: str, rows: list[Row]) -> None:
    """Print the table; with `--json PATH` on the command line, write the rows too."""
    print(f"## {title}\n\n{table(rows)}\n", flush=True)
    if "--json" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--json") + 1])
        saved = {"title": title, "rows": [asdict(row) for row in rows]}
        path.write_text(json.dumps(saved))
