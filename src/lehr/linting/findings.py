"""What a rule finds: a finding at its place, with what would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lehr.config.errors import Path

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Place:
    """Where something was written: for findings, and for what mends them.

    Args:
        source: the file as its user named it, or "<dict>" and the like.
        line: from 1; None if it has no place in a text.
        column: from 1.
        path: the place in the document.
    """

    source: str = ""
    line: int | None = None
    column: int | None = None
    path: Path = ()


@dataclass(frozen=True)
class Fix:
    """What would mend a finding: new values for places of the document.

    Args:
        title: what it does, one line, as in "set train.epochs to 90".
        edits: by path in the document, the new value (text for an expression); None
            takes the key away.
        safe: whether it changes nothing but what the finding is about, so that
            `lehr lint --fix` may make it.
    """

    title: str
    edits: Mapping[Path, Any]
    safe: bool = True


@dataclass(frozen=True)
class Finding:
    """One thing that a person should look at before the run.

    Args:
        code: of the rule, such as "LH012"; `lehr explain LH012` tells more.
        name: of the rule, such as "climbs-back".
        severity: "error" (the run cannot be what was meant), "warning" (it probably
            is not) or "note".
        message: one line, with the numbers and the update.
        field: the hyper-parameter, with its group if it has one.
        step: the update at which it shows; None if at none.
        place: where it was written.
        fix: what would mend it, if that is known.
    """

    code: str
    name: str
    severity: Severity
    message: str
    field: str = "lr"
    step: int | None = None
    place: Place = Place()
    fix: Fix | None = None

    def __str__(self) -> str:
        place = self.place
        parts = (place.source, place.line, place.column)
        where = ":".join(str(part) for part in parts if part not in (None, ""))
        lines = [f"{self.severity}[{self.code}]: {self.message}"]
        at = f"at schedules.{self.field}" if self.field and not place.path else ""
        if where or at:
            lines.append(f"  --> {where}   {at}".rstrip())
        if self.fix:
            lines.append(f"   = {self.fix.title}")
        return "\n".join(lines)
