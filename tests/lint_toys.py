"""Two rules to test the machinery of lint with, in the place of all others."""

from lehr.linting.base import Example, Fix, Hit, Rule
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
