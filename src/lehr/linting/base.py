"""The contract of a rule: a subject of plain facts in, findings out."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from lehr.config.errors import Path
from lehr.linting.curves import Curve
from lehr.linting.findings import Finding, Fix, Place, Severity
from lehr.plan import Plan
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from lehr.linting.suppressing import Suppression

__all__ = [
    "Example",
    "Feedback",
    "Finding",
    "Fix",
    "Hit",
    "Optimizer",
    "Origin",
    "Place",
    "Rule",
    "Severity",
    "Stepping",
    "Subject",
    "Unit",
]

Unit = Literal["update", "epoch", "micro_batch"]

UNITS: Mapping[Unit, str] = {
    "update": "update",
    "epoch": "epoch",
    "micro_batch": "micro-batch",
}
"""What one step of a scheduler is, as messages say it."""

_FOREIGN = "LH040"
"""From here on, rules know of other libraries, and say steps where they mean these."""


@dataclass(frozen=True)
class Hit:
    """What a rule has found; `lint` makes a `Finding` of it.

    Args:
        message: one line without a full stop, with the numbers and the update.
        field: the hyper-parameter, with its group if it has one: "lr", "lr.head".
        step: the update at which it shows; None if at none.
        path: the place in the document, where it is not that of the schedule.
        fix: what would mend it.
        severity: where it is not the rule's own.
        place: where it was written, where that is known better than by path or field.
    """

    message: str
    field: str = "lr"
    step: int | None = None
    path: Path | None = None
    fix: Fix | None = None
    severity: Severity | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Optimizer:
    """What a rule may know of the optimizer.

    Args:
        kind: in lower case, such as "adamw"; "" if unknown.
        values: its settings by field, such as {"lr": 1e-3, "beta2": 0.95}: those that
            stand in the configuration, or the defaults that are in force.
    """

    kind: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Stepping:
    """How a scheduler of another library is driven.

    Args:
        per: what one step of it is.
        times: steps per such unit, as where a wrapper steps once per process.
        every: units from one step to the next, as Lightning's frequency says.
    """

    per: Unit = "update"
    times: int = 1
    every: int = 1


@dataclass(frozen=True)
class Origin:
    """The scheduler of another library that a schedule was translated from.

    Args:
        library: as `lehr.dialects.LIBRARIES` names it.
        scheduler: its name there.
        arguments: by the library's own parameter names, as they were given.
        horizon: the length that its configuration names, in its own steps.
        stepping: how it is driven.
        lost_on_resume: parts of its state that its own state dict leaves out.
        live: whether it was read from a live object.
        places: where each argument was written, by its name.
        run: how many of its own steps the run takes, if that is known.
    """

    library: str
    scheduler: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    horizon: int | None = None
    stepping: Stepping = Stepping()
    lost_on_resume: tuple[str, ...] = ()
    live: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    run: int | None = None


@dataclass(frozen=True)
class Feedback:
    """A controller that follows a metric.

    Args:
        metric: its name, if it was said.
        mode: "min" or "max".
        threshold_mode: "rel", "abs" or "signed" (torch's literal rule).
        settings: the rest, by name: patience, cooldown, factor, minimum, ...
    """

    metric: str = ""
    mode: str = "min"
    threshold_mode: str = "rel"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What is looked at: schedules by field, and what is known around them.

    A rule reads facts from here alone; it opens no file and imports no framework.

    Args:
        schedules: by field, with its group if it has one: "lr", "weight_decay.head".
            They are in updates of the optimizer.
        plan: the run, if it is known.
        optimizer: the optimizer, if it is known.
        origin: where the schedule comes from another library, by field.
        feedback: controllers by field.
        durations: the lengths as they were written, by path in the document, such as
            {("schedules", "lr", "warmup"): "5%"}.
        sections: the other sections of the document, plain.
        places: where each schedule was written, by field.
        written: the document as plain data, with nothing filled in.
        source: the document, as its user named it.
        lines: line and column of each value of the document, by path.
        suppressions: what the document says shall not be reported.
    """

    schedules: Mapping[str, Schedule]
    plan: Plan | None = None
    optimizer: Optimizer = Optimizer()
    origin: Mapping[str, Origin] = field(default_factory=dict)
    feedback: Mapping[str, Feedback] = field(default_factory=dict)
    durations: Mapping[Path, str] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    lines: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    suppressions: "tuple[Suppression, ...]" = ()

    @cached_property
    def curves(self) -> Mapping[str, Curve]:
        """Each schedule in the run, with the facts that rules ask for."""
        return {
            name: Curve(name, schedule, max(self.horizon(name), 1))
            for name, schedule in self.schedules.items()
        }

    @property
    def rate_curves(self) -> tuple[Curve, ...]:
        """The curves of the learning rate, of all groups."""
        return tuple(self.curves[name] for name in self.rates)

    @property
    def rates(self) -> Mapping[str, Schedule]:
        """The schedules of the learning rate, of all groups."""
        return {k: s for k, s in self.schedules.items() if k.split(".")[0] == "lr"}

    def line(self, path: Path) -> tuple[int | None, int | None]:
        """Return line and column of what is at `path`, or of the nearest around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None, None

    def located(self, finding: Finding) -> Finding:
        """Return a finding of a text without a name with the name of the document."""
        if not self.source or finding.place.source not in ("", "<text>"):
            return finding
        return replace(finding, place=replace(finding.place, source=self.source))

    def horizon(self, name: str) -> float:
        """Return the updates in which schedule `name` matters: the plan's, or its own.

        `math.inf` where there is no plan and the schedule never ends. What comes from
        another library may end with its warmup: its run counts there, or its horizon.
        """
        if self.plan is not None:
            return self.plan.updates
        origin = self.origin.get(name)
        if origin is not None:
            return origin.run or origin.horizon or math.inf
        return self.schedules[name].steps


@dataclass(frozen=True)
class Example:
    """A text that `lehr lint` reads: an expression or a document, ours or another's.

    Args:
        text: as it would stand in a file.
        format: "yaml", "json", "toml", "flags", or "expression".
        library: whose configuration it is, if that is not found by its keys.
        steps: updates of the run, for an expression.
    """

    text: str
    format: Literal["yaml", "json", "toml", "flags", "expression"] = "yaml"
    library: str | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Rule:
    """One rule: what it looks for, why, and examples that are its tests.

    Args:
        code: "LH" and three digits below 100; never used again for another rule.
        name: a few words joined by hyphens, for suppressions: "climbs-back".
        title: what it finds, one line without a full stop.
        severity: of its findings, where a hit does not say otherwise.
        why: what it costs and what to do, in plain words; paragraphs.
        check: yields the hits in a subject.
        bad: examples with a finding of this rule.
        good: examples without one, as near to the bad ones as they can be.
        source: who has met it: a paper, an issue thread, a library's documentation.
        over: codes of more general rules, which say nothing of a schedule of which this
            one speaks: one cause, one finding.
    """

    code: str
    name: str
    title: str
    severity: Severity
    why: str
    check: Callable[[Subject], Iterable[Hit]]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    source: str = ""
    over: tuple[str, ...] = ()

    def findings(self, subject: Subject) -> list[Finding]:
        """Return what this rule finds, each at its place."""
        found = list[Finding]()
        with suppress(OverflowError):  # of 1e300 and its like, which others tell
            found += (self._finding(subject, hit) for hit in self.check(subject))
        return found

    def _finding(self, subject: Subject, hit: Hit) -> Finding:
        place = hit.place or subject.places.get(hit.field, Place())
        if hit.place is None and hit.path is not None:
            line, column = subject.line(hit.path)
            place = replace(place, path=hit.path, line=line, column=column)
        return Finding(
            self.code,
            self.name,
            hit.severity or self.severity,
            self._counted(subject, hit),
            hit.field,
            hit.step,
            place,
            hit.fix,
        )

    def _counted(self, subject: Subject, hit: Hit) -> str:
        """Return the message, with epochs where these are the clock of the curve."""
        origin = subject.origin.get(hit.field)
        if origin is None or subject.plan is not None or self.code >= _FOREIGN:
            return hit.message
        return re.sub(r"\bupdate(?=s?\b)", UNITS[origin.stepping.per], hit.message)
