"""The table of a run: what it takes, its milestones, and the schedule beside them."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lehr.plan.position import Position

if TYPE_CHECKING:
    from lehr.plan.plan import Plan
    from lehr.schedules import Schedule

HEAD = ("", "updates", "micro-batches", "epochs", "samples", "tokens", "value")
MOST_ROWS = 24


@dataclass(frozen=True)
class Milestone:
    """A named moment of a run, and the value that the next update then uses."""

    name: str
    position: Position
    value: float | None = None


def milestones(plan: "Plan", schedule: "Schedule | None" = None) -> list[Milestone]:
    """Return the moments worth knowing, in order; those of one update are one.

    Start, end of each phase inside the run, peak, last update (with the final value),
    end.

    >>> from lehr import Chain, Linear
    >>> from lehr.plan import Plan
    >>> schedule = Chain((Linear(0.0, 1.0, 10), Linear(1.0, 0.1, 90)))
    >>> for moment in milestones(Plan(batch_size=8, updates=100), schedule):
    ...     print(moment.name, moment.position.updates, moment.value)
    start 0 0.0
    warmup ends, peak 10 1.0
    last update 99 0.11
    decay ends, end 100 None
    """
    named: dict[int, list[str]] = {}
    marks = [(0, "start"), *(_marks(plan, schedule) if schedule else ())]
    for update, name in [
        *marks,
        (plan.updates - 1, "last update"),
        (plan.updates, "end"),
    ]:
        named.setdefault(update, []).append(name)
    return [
        Milestone(
            ", ".join(named[update]),
            plan.at(update),
            schedule(update) if schedule and update < plan.updates else None,
        )
        for update in sorted(named)
    ]


def _marks(plan: "Plan", schedule: "Schedule") -> Iterator[tuple[int, str]]:
    """Yield the ends of the phases and the peak, as far as the run gets there."""
    phases = [phase for phase in schedule.phases if phase.end < math.inf]
    seen, often = Counter[str](), Counter(phase.name for phase in phases)
    for phase in phases:
        seen[phase.name] += 1
        number = f" {seen[phase.name]}" if often[phase.name] > 1 else ""
        if phase.end <= plan.updates:
            yield math.ceil(phase.end), f"{phase.name}{number} ends"
    peak = _peak(plan, schedule)
    if peak is not None and schedule.minimum < schedule.maximum:
        yield peak, "peak"


def _peak(plan: "Plan", schedule: "Schedule") -> int | None:
    """Return the first joint of the run at which the schedule is highest."""
    ends = {0, *(p.begin for p in schedule.phases), *(p.end for p in schedule.phases)}
    updates = sorted(math.ceil(end) for end in ends if end < math.inf)
    top = schedule.maximum
    return next((t for t in updates if t < plan.updates and schedule(t) == top), None)


def table(plan: "Plan", schedule: "Schedule | None" = None) -> str:
    """Return `plan.table(schedule)`."""
    rows = [_row(*figures) for figures in _rates(plan)]
    rows += _shortened([_milestone_row(m) for m in milestones(plan, schedule)])
    used = [
        column
        for column, title in enumerate(HEAD)
        if not title or any(row[column] not in ("", "-") for row in rows)
    ]
    lines = [[row[column] for column in used] for row in [HEAD, *rows]]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    drawn = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
    return "\n".join([*_summary(plan), "", *drawn, *_notes(plan, schedule)])


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    first, *others = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]


def _summary(plan: "Plan") -> Iterator[str]:
    """Yield the lines above the table: the batch, the data, the ramp."""
    parts = [f"{plan.batch_size:,}"]
    if plan.accumulation > 1:
        parts.append(f"{plan.accumulation:,} accumulated")
    if plan.world_size > 1:
        parts.append(f"{plan.world_size:,} processes")
    product = f" = {' x '.join(parts)}" if len(parts) > 1 else ""
    wanted = "" if plan.length.unit == "updates" else f"{plan.length}: "
    yield f"run     {wanted}{_counted(plan.updates, 'update')}"
    yield f"batch   {_counted(plan.samples_per_update, 'sample')} an update{product}"
    if plan.ramp:
        bounds = zip(plan.ramp.sizes, plan.ramp.until, strict=True)
        sizes = ", ".join(f"{size:,} until {until:,}" for size, until in bounds)
        yield f"ramp    {sizes} {plan.ramp.clock}"
    if plan.dataset_size and plan.samples_per_epoch:
        left_out = plan.dataset_size - plan.samples_per_epoch
        tail = plan.samples_per_epoch % plan.samples_per_update
        yield (
            f"epoch   {_counted(plan.samples_per_epoch, 'sample')}"
            + (f", {left_out:,} left out" if left_out else "")
            + (f"; its last update has {tail:,}" if tail else "")
        )


def _rates(plan: "Plan") -> Iterator[tuple[str, Position]]:
    """Yield what one update takes, and one epoch."""
    size, epoch = plan.samples_per_update, plan.samples_per_epoch
    yield (
        "one update",
        Position(
            1, plan.accumulation, size, plan.tokens_per_update, epoch and size / epoch
        ),
    )
    if epoch and plan.updates_per_epoch and plan.micro_batches_per_epoch:
        tokens = plan.sequence_length and epoch * plan.sequence_length
        yield (
            "one epoch",
            Position(
                plan.updates_per_epoch, plan.micro_batches_per_epoch, epoch, tokens, 1.0
            ),
        )


def _row(name: str, position: Position, value: float | None = None) -> tuple[str, ...]:
    tokens, epochs = position.tokens, position.epochs
    return (
        name,
        f"{position.updates:,}",
        f"{position.micro_batches:,}",
        "-"
        if epochs is None
        else f"{epochs:,.6g}"
        if epochs < 1e6
        else f"{epochs:,.0f}",
        f"{position.samples:,}",
        "-" if tokens is None else f"{tokens:,}",
        "-" if value is None else f"{value:.6g}",
    )


def _milestone_row(moment: Milestone) -> tuple[str, ...]:
    return _row(moment.name, moment.position, moment.value)


def _shortened(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave out the middle of very many rows, and say how many."""
    if len(rows) <= MOST_ROWS:
        return rows
    head, tail = MOST_ROWS // 2, MOST_ROWS // 2 - 1
    gap = (f"... {len(rows) - head - tail:,} more", *[""] * (len(HEAD) - 1))
    return [*rows[:head], gap, *rows[-tail:]]


def _notes(plan: "Plan", schedule: "Schedule | None") -> Iterator[str]:
    """Yield what does not fit between the run and the schedule."""
    if schedule is None:
        return
    steps, updates = schedule.steps, plan.updates
    if updates < steps < math.inf:
        yield (
            f"note: the schedule lasts {steps:,} updates, the run {updates:,}; "
            f"the last {steps - updates:,} are not used"
        )
    if 0 < steps < updates:
        yield (
            f"note: the schedule lasts {steps:,} updates, the run {updates:,}; "
            f"{schedule(steps):.6g} is held for the last {updates - steps:,}"
        )
    if schedule.phases and _first_high(schedule) >= updates:
        yield f"note: the peak, {schedule.maximum:.6g}, is not reached in this run"


def _first_high(schedule: "Schedule") -> float:
    """Return the first joint at which the schedule is highest; 0 if at none."""
    top = schedule.maximum
    ends = sorted({end for p in schedule.phases for end in p.span if end < math.inf})
    return next((end for end in ends if schedule(math.ceil(end)) == top), 0)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
