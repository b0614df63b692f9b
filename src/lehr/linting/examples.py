"""Examples of rules, looked at as `lehr lint` would."""

from lehr.linting.base import Example, Finding, Rule, Subject
from lehr.linting.checking import ordered
from lehr.linting.subjects import subject_of
from lehr.linting.subjects.documents import written
from lehr.plan import Plan

_NAMES = {"flags": "args.txt", "expression": "<command line>"}


def subject_of_example(example: Example) -> Subject:
    """Return the facts of an example.

    >>> subject_of_example(Example("linear(1, 0, 9)", "expression")).schedules["lr"]
    Linear(start=1.0, end=0.0, steps=9)
    """
    plan = Plan(batch_size=1, updates=example.steps) if example.steps else None
    if example.format == "flags":
        return subject_of(example.text, plan, library=example.library)
    source = name_of(example)
    format = None if example.format == "expression" else example.format
    given = written(example.text, source, format)
    return subject_of(given, plan, library=example.library)


def findings_of(rule: Rule, example: Example) -> list[Finding]:
    """Return what one rule finds in an example, but what the example suppresses."""
    from lehr.linting.rules.suppressions import CODES

    subject = subject_of_example(example)
    quiet = () if rule.code in CODES else subject.suppressions
    found = rule.findings(subject)
    return ordered(f for f in found if not any(each.covers(f) for each in quiet))


def name_of(example: Example) -> str:
    """Return the file in which an example would stand, or where it is typed."""
    return _NAMES.get(example.format, f"run.{example.format}")
