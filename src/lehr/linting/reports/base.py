"""What every report is made of: findings, and problems of texts, in one form."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lehr.config.errors import Problem, format_path
from lehr.linting.base import Finding, Fix, Severity

UNREADABLE = "unreadable"
"""The name of an entry that is a problem of a text."""


@dataclass(frozen=True)
class Entry:
    """One finding or problem, as reports show it.

    Args:
        code: "LH012".
        name: of the rule; "unreadable" for a problem of a text.
        severity: "error", "warning" or "note".
        message: one line.
        source: the file, as its user named it; "" if there is none.
        line: from 1; None if it has no place in a text.
        column: from 1.
        at: the path in the document, as people write it.
        help: what would mend it, one line.
        finding: None for a problem.
    """

    code: str
    name: str
    severity: Severity
    message: str
    source: str = ""
    line: int | None = None
    column: int | None = None
    at: str = ""
    help: str = ""
    finding: Finding | None = None

    @property
    def fix(self) -> Fix | None:
        """What would mend it, if it is a finding with a way to."""
        return self.finding.fix if self.finding else None

    @property
    def is_fixable(self) -> bool:
        """Whether `--fix` may mend it, in its file."""
        is_file = bool(self.source) and not self.source.startswith("<")
        return is_file and self.fix is not None and self.fix.safe


@dataclass(frozen=True)
class Outcome:
    """What came of looking at some documents.

    Args:
        findings: of all of them, in the order to show.
        problems: of the texts that could not be read.
        texts: by source, for the lines to show.
        looked_at: the sources, in their order.
        suppressed: findings that the documents want ignored.
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    looked_at: tuple[str, ...] = ()
    suppressed: int = 0

    @property
    def entries(self) -> list[Entry]:
        """Problems and findings, problems first."""
        return [*map(of_problem, self.problems), *map(of_finding, self.findings)]

    def counts(self) -> Iterator[tuple[Severity, int]]:
        """Yield each severity with its number of findings, the worst first."""
        numbers = Counter(finding.severity for finding in self.findings)
        severities: tuple[Severity, ...] = ("error", "warning", "note")
        for severity in severities:
            yield severity, numbers[severity]


def of_finding(finding: Finding) -> Entry:
    """Return a finding as an entry."""
    place = finding.place
    at = format_path(place.path)
    if not at and finding.field and place.line is None:
        at = f"schedules.{finding.field}"
    return Entry(
        finding.code,
        finding.name,
        finding.severity,
        finding.message,
        place.source,
        place.line,
        place.column,
        at,
        finding.fix.title if finding.fix else "",
        finding,
    )


def of_problem(problem: Problem) -> Entry:
    """Return a problem of a text as an entry."""
    return Entry(
        problem.code,
        UNREADABLE,
        "error",
        problem.message,
        problem.source,
        problem.line,
        problem.column,
        problem.path,
        problem.hint,
    )
