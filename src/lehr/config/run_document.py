"""Reading a run document: every problem at once, then one run that can start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Problem, suggest
from lehr.config.expressions import write_schedule
from lehr.config.nodes import build_schedule
from lehr.config.run import RunConfig
from lehr.config.run_data import READ_FROM, BytesData, Data, DataSection
from lehr.config.run_problems import run_problems
from lehr.config.run_train import LENGTHS, SCHEDULED, Train
from lehr.plan import Plan
from lehr.schedules import Constant, Schedule

_LASTING = {"LH100", "LH102", "LH103", "LH104", "LH105", "LH107", "LH109", "LH111"}
"""Problems of a schedule that stand whatever the length of the run."""

_SOME_PLAN = Plan(batch_size=1, dataset_size=1, updates=1)
"""Stands in for a run of unknown length, to find those problems."""

DatasetSize = Callable[[DataSection], int]

_TO_GET = {
    "fashion-mnist": "apt install dataset-fashion-mnist; or name a folder with the "
    "four files: data.path beside the document, --data DIR anywhere",
}
"""How to come by data that are not there."""

BELOW_ONE = ("beta1", "beta2", "momentum")
"""Fields with which an optimizer averages: at 1 it would never forget."""


class OutsideError(ValueError):
    """A path of a document leads out of the folder that it may not leave."""


@dataclass(frozen=True)
class Run:
    """A run that can start: what was asked, its arithmetic, its schedules.

    Args:
        config: the values of the document.
        plan: its length in every unit.
        schedules: one per field of the optimizer, `lr` among them, on the clock of
            updates.
        document: where they were read.
    """

    config: RunConfig
    plan: Plan
    schedules: dict[str, Schedule]
    document: Document

    def resolved(self) -> dict[str, Any]:
        """Return the document with its defaults written out and lengths in updates."""
        data = self.config.model_dump(by_alias=True)
        for name in LENGTHS:
            if data["train"][name] is None:
                del data["train"][name]
        data["schedules"] = {
            name: write_schedule(schedule) for name, schedule in self.schedules.items()
        }
        return data


def read_run(document: Document, dataset_size: DatasetSize) -> Run:
    """Return the run that a document describes.

    Args:
        document: keys and values, with overrides laid over them.
        dataset_size: how many samples the data to train on have; asked once the
            document's keys are in order. It may refuse with ValueError or OSError.

    Raises:
        ConfigError: with every problem of the document.
    """
    problems: list[Problem] = []
    config, plan = None, None
    try:
        config = RunConfig.model_validate(document.data)
    except ValidationError as error:
        problems += run_problems(error, document, RunConfig)
    try:
        plan = _plan(document, dataset_size)
    except ConfigError as error:
        problems += error.problems
    schedules, wrong = _schedules(document, plan)
    problems += wrong
    if problems or config is None or plan is None:
        raise ConfigError(problems)
    return Run(config, plan, schedules, document)


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


def _plan(document: Document, dataset_size: DatasetSize) -> Plan | None:
    """Return the run's arithmetic; None if its sections are not in order."""
    try:
        train = Train.model_validate(document.data.get("train"))
        data = TypeAdapter[DataSection](Data).validate_python(document.data.get("data"))
    except ValidationError:
        return None  # reported with the whole document
    try:
        size = dataset_size(data)
    except (ValueError, OSError) as error:
        key = READ_FROM.get(data.kind)
        named = key is not None and getattr(data, key) is not None
        path = ("data", str(key)) if named else ("data",)
        code = "LH110" if isinstance(error, OSError) else "LH122"
        hint = _TO_GET.get(data.kind, "") if isinstance(error, OSError) else ""
        if isinstance(error, OutsideError):
            hint = "what lies elsewhere is named on the command line: --data PATH"
        problem = document.problem(code, _reason(error), path, hint)
        raise ConfigError([problem]) from None
    if train.tokens is not None and not isinstance(data, BytesData):
        message = f"tokens are counted for data of kind bytes, not {data.kind}"
        hint = "give the length in epochs, updates or samples"
        path = ("train", "tokens")
        raise ConfigError([document.problem("LH106", message, path, hint)])
    try:
        return Plan(
            dataset_size=size,
            batch_size=train.batch_size,
            accumulation=train.accumulation,
            epochs=train.epochs,
            updates=train.updates,
            samples=train.samples,
            tokens=train.tokens,
            sequence_length=data.context if isinstance(data, BytesData) else None,
        )
    except ValueError as error:
        problem = document.problem("LH106", str(error), ("train",))
        raise ConfigError([problem]) from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"cannot read {error.filename}: {error.strerror.lower()}"
    return str(error)


def _schedules(
    document: Document, plan: Plan | None
) -> tuple[dict[str, Schedule], list[Problem]]:
    """Build every schedule, and report what is wrong with the others."""
    given = document.data.get("schedules")
    if not isinstance(given, dict):
        return {}, []  # reported with the whole document
    built: dict[str, Schedule] = {}
    problems = []
    if "lr" not in given:
        problems.append(document.problem("LH104", 'missing key "lr"', ("schedules",)))
    for name in given:
        try:
            built[name] = _schedule(document, name, plan)
        except ConfigError as error:
            problems += error.problems
    return built, problems


def _schedule(document: Document, name: str, plan: Plan | None) -> Schedule:
    """Build one schedule and see that it fits the optimizer and the run."""
    path = ("schedules", name)
    optimizer = document.data.get("optimizer")
    kind = optimizer.get("kind") if isinstance(optimizer, dict) else None
    known = SCHEDULED.get(str(kind))
    if known is not None and name not in known:
        message, hint = f'{kind} has no "{name}" to schedule', suggest(name, known)
        raise ConfigError([document.problem("LH103", message, path, hint, key=True)])
    try:
        schedule = build_schedule(document, path, plan or _SOME_PLAN)
    except ConfigError as error:
        problems = [p for p in error.problems if plan or p.code in _LASTING]
        if problems:
            raise ConfigError(problems) from None
        return Constant(0.0)
    if plan is not None and (misfits := _misfits(name, schedule, document, plan)):
        raise ConfigError(misfits)
    return schedule


def _misfits(
    name: str, schedule: Schedule, document: Document, plan: Plan
) -> list[Problem]:
    """Return what is wrong with a schedule for this run, though right by itself."""
    path = ("schedules", name)
    found = []
    if schedule.minimum < 0:
        message = f"{name} must not go below 0, but its minimum is {schedule.minimum!r}"
        found.append(document.problem("LH106", message, path))
    if name in BELOW_ONE and schedule.maximum >= 1:
        message = f"{name} must stay below 1, but its maximum is {schedule.maximum!r}"
        found.append(document.problem("LH106", message, path))
    for phase in schedule.phases:
        if phase.name == "warmup" and phase.end > plan.updates:
            message = (
                f"warmup ends at update {phase.end}, but the run at {plan.updates}"
            )
            hint = "shorten the warmup or train longer"
            found.append(document.problem("LH106", message, path, hint))
    return found
