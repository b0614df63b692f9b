"""A document written out: defaults, the plan, and every length in updates."""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path
from lehr.config.expressions import write_schedule
from lehr.config.migrations import CURRENT
from lehr.plan import Plan
from lehr.schedules import Schedule

_IN_PLAN = ("epochs", "updates", "samples", "tokens", "batch_size", "accumulation")


def written_out(
    sections: Mapping[str, Any],
    plan: Plan | None,
    schedules: Mapping[str, Schedule],
    paths: Mapping[str, Path],
) -> dict[str, Any]:
    """Return a document that says the same without anything left to look up.

    Args:
        sections: plain, with their defaults.
        plan: of the run; what `train` says of it goes to the section `plan`.
        schedules: by field and group.
        paths: the place of each.
    """
    data: dict[str, Any] = {"schema": CURRENT}
    for name in ("name", "seed"):
        if name in sections:
            data[name] = sections[name]
    if plan is not None:
        data["plan"] = plan_section(plan)
    rest = {k: v for k, v in sections.items() if k not in (*data, "schema")}
    data |= _without_null(rest)
    if plan is not None and isinstance(data.get("train"), dict):
        data["train"] = {k: v for k, v in data["train"].items() if k not in _IN_PLAN}
    data["schedules"] = schedule_section(schedules, paths)
    return data


def _without_null(value: Any) -> Any:
    """Return mappings without the keys that say nothing."""
    if not isinstance(value, dict):
        return value
    return {k: _without_null(v) for k, v in value.items() if v is not None}


def schedule_section(
    schedules: Mapping[str, Schedule], paths: Mapping[str, Path]
) -> dict[str, Any]:
    """Return the section `schedules`: expressions in updates, by field and group."""
    made: dict[str, Any] = {}
    for name, schedule in schedules.items():
        inner = made
        path = paths[name][1:]
        for key in path[:-1]:
            inner = inner.setdefault(str(key), {})
        inner[str(path[-1])] = write_schedule(schedule)
    return made


def plan_section(plan: Plan) -> dict[str, Any]:
    """Return a plan as the section `plan`, which reads back as an equal one.

    >>> plan_section(Plan(dataset_size=1_000, batch_size=10, length="2ep"))
    {'dataset_size': 1000, 'batch_size': 10, 'accumulation': 1, 'world_size': 1,
     'drop_last': False, 'epochs': 2}
    """
    named = ("dataset_size", "batch_size", "accumulation", "world_size", "drop_last")
    made = {name: getattr(plan, name) for name in (*named, "sequence_length")}
    made[plan.length.unit] = plan.length.amount
    if plan.ramp is not None:
        made["ramp"] = {
            "sizes": list(plan.ramp.sizes),
            "until": list(plan.ramp.until),
            "clock": plan.ramp.clock,
        }
    return {name: value for name, value in made.items() if value is not None}
