"""Reading a document: every section, the plan, the schedules, every problem at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lehr.config.configuration import Config
from lehr.config.documents import Document
from lehr.config.durations import A_LENGTH, KnownRun, Run
from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.lengths import written_lengths
from lehr.config.migrations import CURRENT, current, version_of
from lehr.config.nodes import build_schedule
from lehr.config.origins import document_of
from lehr.config.overrides import with_overrides
from lehr.config.sections.groups import group_problems, holds_groups
from lehr.plan import Plan
from lehr.schedules import Schedule

LASTING = {"LH100", "LH102", "LH103", "LH104", "LH105", "LH107", "LH109", "LH111"}
"""Problems of a schedule that stand whatever the length of the run."""

SOME_PLAN = Plan(batch_size=1, dataset_size=1, sequence_length=1, updates=1)
"""Stands in for a run of unknown length, to find those problems."""


@dataclass
class Reading:
    """One document on its way to a `Config`.

    Args:
        document: in today's grammar.
        problems: what is wrong so far.
    """

    document: Document
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, source: Any, overrides: Sequence[str] = ()) -> "Reading":
        """Find the document, with what is laid over it.

        Raises:
            ConfigError: it cannot be read at all.
        """
        return cls(current(with_overrides(document_of(source), overrides)))

    def config(self, plan: Plan | None = None) -> Config:
        """Return what the document says.

        Raises:
            ConfigError: with every problem.
        """
        if not isinstance(plan, Plan | None):
            raise TypeError(f"plan must be a lehr.Plan, got {plan!r}")
        sections = self.sections()
        own, run = self.run()
        schedules, paths = self.schedules(plan or run, bool(plan or run))
        given = self.document.data.get("schedules")
        if isinstance(given, Mapping) and not paths:
            message, hint = "a document needs a schedule", "schedules: {lr: 1e-3}"
            path = ("schedules",)
            self.problems.append(self.document.problem("LH104", message, path, hint))
        if self.problems:
            raise ConfigError(self.problems)
        lengths = written_lengths(self.document, paths)
        return Config(schedules, plan or own, sections, self.document, paths, lengths)

    def run(self) -> tuple[Plan | None, Run | None]:
        """Return the plan, if the document says enough for one, and what it knows.

        Both are None where something is wrong with it.
        """
        if not {"plan", "train", "data"} & self.document.data.keys():
            return None, KnownRun(SOME_PLAN, frozenset(), A_LENGTH.format("plan."))
        from lehr.config.arithmetic import Arithmetic

        found = Arithmetic.of(self.document)
        own, known = found.general()
        self.problems += found.problems
        return own, known

    def sections(self) -> dict[str, Any]:
        """Return the sections that the document has, with their defaults."""
        data = self.document.data
        only = data.keys() <= {"schema", "schedules"} and version_of(data) == CURRENT
        self.problems += group_problems(self.document)
        if only and isinstance(data.get("schedules"), dict):
            return {}  # a mere schedule needs no pydantic
        from lehr.config.sections.checking import checked_sections

        sections, problems = checked_sections(self.document)
        self.problems += problems
        return sections

    def schedules(
        self, run: Run | None, is_known: bool
    ) -> tuple[dict[str, Schedule], dict[str, Path]]:
        """Build every schedule.

        Args:
            run: what their lengths resolve against.
            is_known: False if the run has problems of its own: then those of lengths
                wait until it is mended.
        """
        given = self.document.data.get("schedules")
        built, paths = dict[str, Schedule](), dict[str, Path]()
        if not isinstance(given, Mapping):
            return built, paths  # told with the sections
        for path in schedule_paths(given):
            name = format_path(path[1:])
            try:
                built[name] = build_schedule(
                    self.document, path, run if is_known else SOME_PLAN
                )
            except ConfigError as error:
                self.problems += [
                    p for p in error.problems if is_known or p.code in LASTING
                ]
            paths[name] = path
        return built, paths


def schedule_paths(schedules: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the path of each schedule: of a field, or of a group of one.

    A field or group that is null is left out.

    >>> list(schedule_paths({"lr": 0.1, "weight_decay": {"head": 0, "default": 0.1}}))
    [('schedules', 'lr'), ('schedules', 'weight_decay', 'head'),
     ('schedules', 'weight_decay', 'default')]
    """
    for name, value in schedules.items():
        if holds_groups(value) and value:
            for group, each in value.items():
                if each is not None:
                    yield ("schedules", name, group)
        elif value is not None:
            yield ("schedules", name)
