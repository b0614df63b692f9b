"""The section `lint`: findings that a person has looked at and lets stand."""

from typing import Annotated

from pydantic import Field

from lehr.config.run_section import Section


class Ignored(Section):
    """One rule, and why its findings are fine here."""

    rule: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]


class Lint(Section):
    """What `lehr lint` leaves out of its report."""

    ignore: list[Ignored] = Field(default_factory=list)
