"""Reading a run document: every problem at once, then one run that can start."""

from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from lehr.config.arithmetic import Arithmetic
from lehr.config.configuration import by_field
from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path
from lehr.config.migrations import current
from lehr.config.reading import Reading
from lehr.config.resolved import schedule_section
from lehr.config.run import RunConfig
from lehr.config.run_plan import DatasetSize, OutsideError, folded, run_plan
from lehr.config.run_problems import run_problems
from lehr.config.run_schedules import unfit
from lehr.config.run_train import LENGTHS
from lehr.config.sections.groups import DEFAULT, group_problems, patterns_of
from lehr.plan import Plan
from lehr.schedules import Schedule

__all__ = ["OutsideError", "Run", "document_plan", "inside", "read_run"]


@dataclass(frozen=True)
class Run:
    """A run that can start: what was asked, its arithmetic, its schedules.

    Args:
        config: the values of the document; what `plan` says stands in `train`.
        plan: its length in every unit.
        schedules: by field of the optimizer, `lr` among them, or by field and group, as
            in `lr.head`; on the clock of updates.
        document: where they were read.
        paths: the place of each schedule in the document.
    """

    config: RunConfig
    plan: Plan
    schedules: dict[str, Schedule]
    document: Document
    paths: dict[str, Path]

    @property
    def lr(self) -> Schedule:
        """The rate; where groups differ, that of what no group takes."""
        return self.schedules.get("lr") or self.schedules[f"lr.{DEFAULT}"]

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The patterns of each group of parameters."""
        return patterns_of(self.config.groups)

    def by_field(self) -> dict[str, Any]:
        """Return the schedules as a bound scheduler takes them."""
        everyone = [*self.groups, DEFAULT] if self.groups else []
        return by_field(self.schedules, self.paths, everyone)

    def resolved(self) -> dict[str, Any]:
        """Return the document with its defaults written out and lengths in updates."""
        data = self.config.model_dump(by_alias=True)
        for name in LENGTHS:
            if data["train"][name] is None:
                del data["train"][name]
        for name in ("plan", "groups", "lint"):
            if data[name] is None:
                del data[name]
        if "plan" in data:
            data["plan"] = {k: v for k, v in data["plan"].items() if v is not None}
        data["schedules"] = schedule_section(self.schedules, self.paths)
        return data


def read_run(
    document: Document, dataset_size: DatasetSize, world_size: int | None = None
) -> Run:
    """Return the run that a document describes.

    Args:
        document: keys and values, with overrides laid over them.
        dataset_size: how many samples the data to train on have; asked once the
            document's keys are in order. It may refuse with ValueError or OSError.
        world_size: processes that will train; None if that is not known here.

    Raises:
        ConfigError: with every problem of the document.
    """
    reading = Reading(current(document))
    document, problems = reading.document, reading.problems
    config = None
    try:
        config = RunConfig.model_validate(document.data)
    except ValidationError as error:
        problems += run_problems(error, document, RunConfig)
    problems += group_problems(document)
    said = Arithmetic.of(document)
    plan = run_plan(said, dataset_size, world_size)
    problems += said.problems
    schedules, paths = reading.schedules(plan, plan is not None)
    problems += unfit(document, schedules, paths, plan)
    if problems or config is None or plan is None:
        raise ConfigError(problems)
    return Run(folded(config, said, plan), plan, schedules, document, paths)


def document_plan(document: Document, dataset_size: DatasetSize) -> Plan | None:
    """Return the plan of a run alone; None if the document has no `data` or no length.

    Args:
        document: whatever else is wrong with it is not told here.
        dataset_size: as for `read_run`.

    Raises:
        ConfigError: with the problems of the plan and of its data.
    """
    said = Arithmetic.of(current(document))
    if document.data.get("data") is None or said.length is None:
        return None
    plan = run_plan(said, dataset_size)
    if said.problems:
        raise ConfigError(said.problems)
    return plan


def inside(folder: File, name: str) -> File:
    """Return the file or folder `name` in `folder`, wherever links lead.

    Raises:
        OutsideError: it would lie outside.
    """
    root = folder.resolve()
    found = (root / name).resolve()
    if found == root or not found.is_relative_to(root):
        raise OutsideError(f'"{name}" leads out of the folder {root}')
    return found
