"""A rule to test the machinery with, and stand-ins for parts that are not there yet."""

import importlib.util
import json
import sys
from types import ModuleType

import yaml

from lehr.config.errors import ConfigError, Problem
from lehr.importing import from_config
from lehr.importing.configs.text import document_of
from lehr.linting.base import Example, Fix, Hit, Origin, Place, Rule, Subject
from lehr.linting.rules import RULES
from lehr.linting.rules.suppressions import CODES

BAD = "linear(1, -1, 100)"
GOOD = "linear(1, 0, 100)"


def _below_zero(subject):
    for name, schedule in subject.schedules.items():
        if schedule.minimum < 0:
            step = schedule.first_step_below(0.0)
            message = f"{name} falls to {schedule.minimum:g} at the end"
            place = subject.places.get(name)
            fix = Fix("end it at 0", {place.path: GOOD}) if place else None
            yield Hit(message, name, step, fix=fix)


def _high(subject):
    for name, schedule in subject.schedules.items():
        if schedule.maximum > 5:
            yield Hit(f"{name} reaches {schedule.maximum:g}", name, 0)


NEGATIVE = Rule(
    "LH001",
    "negative",
    "a value below 0 while training",
    "error",
    "A rate below 0 climbs the loss.\n\nEnd it at 0.",
    _below_zero,
    bad=(Example(f"schedules:\n  lr: {BAD}\n"),),
    good=(Example(f"schedules:\n  lr: {GOOD}\n"),),
    source="the definition of gradient descent",
)
HIGH = Rule(
    "LH002", "high", "a value above 5", "note", "It is rare.", _high, bad=(), good=()
)


def use_toy_rules(monkeypatch):
    """Let the two rules above, and those about suppressions, be all there are."""
    others = {code: rule for code, rule in RULES.items() if code in CODES}
    toys = {rule.code: rule for rule in (NEGATIVE, HIGH)} | others
    for code in reversed(list(RULES)):  # put back in the reverse of this order
        monkeypatch.delitem(RULES, code)
    for code, rule in toys.items():
        monkeypatch.setitem(RULES, code, rule)


def fill_in(monkeypatch):
    """Put a simple stand-in where a module is not there; nothing once all are."""
    for name, functions in _STAND_INS.items():
        if importlib.util.find_spec(name) is None:
            module = ModuleType(name)
            vars(module).update(functions)
            monkeypatch.setitem(sys.modules, name, module)


def _is_foreign(document):
    try:
        from_config(getattr(document, "data", document), base=1.0)
    except ConfigError as error:
        return not any("no library's" in p.message for p in error.problems)
    return True


def _of_foreign(config, library=None, *, base=None, plan=None, **known):
    schedule = from_config(config, library, base=base, plan=plan)
    origin = Origin(library or "torch", "StepLR")
    line, column = document_of(config).place(("name",)) or (None, None)
    places = {"lr": Place("<text>", line, column, ("name",))}
    return Subject({"lr": schedule}, plan, origin={"lr": origin}, places=places)


def _is_live(given):
    return hasattr(given, "last_epoch")


def _of_live(scheduler, plan=None, *, per=None, **known):
    from lehr import from_torch

    return Subject({"lr": from_torch(scheduler)}, plan)


def _edited(text, format, edits):
    data = json.loads(text) if format == "json" else yaml.safe_load(text)
    for path, value in edits.items():
        inner = data
        for key in path[:-1]:
            inner = inner[key]
        if value is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    if not isinstance(data.get("schedules"), dict):
        raise ConfigError([Problem("LH107", "schedules must be a mapping")])
    if format == "json":
        return json.dumps(data)
    return yaml.safe_dump(data, sort_keys=False)


_STAND_INS = {
    "lehr.linting.subjects.foreign": {
        "is_foreign": _is_foreign,
        "of_foreign": _of_foreign,
    },
    "lehr.linting.subjects.live": {"is_live": _is_live, "of_live": _of_live},
    "lehr.config.edits": {"edited": _edited},
}
