"""Whether the schedules of a run fit its optimizer and its length."""

from collections.abc import Mapping

from lehr.config.documents import Document
from lehr.config.errors import Path, Problem, suggest
from lehr.config.run_train import SCHEDULED
from lehr.config.sections.groups import DEFAULT, holds_groups
from lehr.plan import Plan
from lehr.schedules import Schedule

BELOW_ONE = ("beta1", "beta2", "momentum")
"""Fields with which an optimizer averages: at 1 it would never forget."""


def unfit(
    document: Document,
    schedules: Mapping[str, Schedule],
    paths: Mapping[str, Path],
    plan: Plan | None,
) -> list[Problem]:
    """Return what is wrong with schedules for a run, though right by themselves."""
    given = document.data.get("schedules")
    if not isinstance(given, dict):
        return []  # told with the whole document
    found = _fields(document, given)
    for name, schedule in schedules.items() if plan else ():
        found += _misfits(paths[name], schedule, document, plan)
    return found


def _fields(document: Document, given: dict[str, object]) -> list[Problem]:
    """Return what is wrong with the names of the fields and of their groups."""
    found = []
    if given.get("lr") is None:
        found.append(document.problem("LH104", 'missing key "lr"', ("schedules",)))
    optimizer = document.data.get("optimizer")
    kind = optimizer.get("kind") if isinstance(optimizer, dict) else None
    known = SCHEDULED.get(str(kind))
    for name in given:
        if known is not None and name not in known:
            message, hint = f'{kind} has no "{name}" to schedule', suggest(name, known)
            path = ("schedules", name)
            found.append(document.problem("LH103", message, path, hint, key=True))
    return found + _groups(document, given)


def _groups(document: Document, given: dict[str, object]) -> list[Problem]:
    section = document.data.get("groups")
    groups = [*section, DEFAULT] if isinstance(section, dict) else []
    found = []
    for name, value in given.items():
        path: Path = ("schedules", name)
        if not (holds_groups(value) and isinstance(value, dict)):
            continue
        if not groups:
            message = f"{name} has a schedule per group, and there are no groups"
            hint = 'add groups: {no_decay: ["*.bias", "*norm*"]}, or kind: for one'
            found.append(document.problem("LH104", message, path, hint))
        lacking = [each for each in groups if value.get(each) is None]
        if lacking and name == "lr":
            message = f"lr has no schedule for {' and '.join(lacking)}"
            hint = "each group needs its rate"
            found.append(document.problem("LH104", message, path, hint))
    return found


def _misfits(
    path: Path, schedule: Schedule, document: Document, plan: Plan | None
) -> list[Problem]:
    name, found = str(path[1]), []
    if schedule.minimum < 0:
        message = f"{name} must not go below 0, but its minimum is {schedule.minimum!r}"
        found.append(document.problem("LH106", message, path))
    if name in BELOW_ONE and schedule.maximum >= 1:
        message = f"{name} must stay below 1, but its maximum is {schedule.maximum!r}"
        found.append(document.problem("LH106", message, path))
    for phase in schedule.phases if plan else ():
        if plan and phase.name == "warmup" and phase.end > plan.updates:
            message = (
                f"warmup ends at update {phase.end}, but the run at {plan.updates}"
            )
            hint = "shorten the warmup or train longer"
            found.append(document.problem("LH106", message, path, hint))
    return found
