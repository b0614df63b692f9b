"""What a command was given: one schedule, and where it stood."""

from dataclasses import dataclass

from lehr._typing import TYPE_CHECKING
from lehr.config.durations import Run
from lehr.config.errors import Path
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from lehr.config.documents import Document


@dataclass(frozen=True)
class Given:
    """One schedule that a command was given, and where it stood.

    Args:
        name: what a person calls it: the name that was typed, the expression, or its
            place in the file.
        schedule: the value.
        field: the hyper-parameter, with its group if it has one; "" if nothing says it.
        document: where it was read; None for an expression.
        path: the place in the document.
        plan: what its durations were resolved against, if anything.
        text: the whole text of a document that no file holds: one that was piped in.
    """

    name: str
    schedule: Schedule
    field: str = ""
    document: "Document | None" = None
    path: Path = ()
    plan: Run | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """The shortest name: the field, or what was typed."""
        return self.field or self.name
