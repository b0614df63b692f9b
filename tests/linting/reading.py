"""What the tests of rules read: the text of an example, as a subject."""

from dataclasses import replace

import lehr
from lehr.config.documents import parse_document
from lehr.config.durations import Length
from lehr.config.expressions import read_schedule
from lehr.linting.base import Optimizer, Subject
from lehr.linting.subjects.documents import of_config
from lehr.plan import BatchRamp

ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01}
DEFAULTS = {
    "adamw": ADAM,
    "adam": {**ADAM, "weight_decay": 0.0},
    "lion": {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "sgd": {"momentum": 0.9, "weight_decay": 0.0},
}


def subject_of_text(text, steps=None):
    """Return an expression, in a run of `steps` updates, or a document as a subject."""
    if "schedules:" not in text:
        plan = lehr.Plan(batch_size=1, updates=steps) if steps else None
        schedule = read_schedule(text, Length(steps) if steps else None)
        return Subject({"lr": schedule}, plan)
    return subject_of_document(text)


def subject_of_document(source):
    """Return the facts of a document, of whatever optimizer it may be."""
    document = parse_document(source) if isinstance(source, str) else source
    written = document.data
    rest = {k: each for k, each in written.items() if k != "optimizer"}
    plan = dict(rest.get("plan", {}))
    if isinstance(plan.get("ramp"), dict):
        ramp = plan["ramp"]
        sizes, until = tuple(ramp["sizes"]), tuple(ramp["until"])
        plan["ramp"] = BatchRamp(sizes, until, ramp["clock"])
    plan = lehr.Plan(**plan) if plan else None
    subject = of_config(lehr.read_config(replace(document, data=rest), plan=plan))
    given = written.get("optimizer", {})
    numbers = {k: v for k, v in given.items() if isinstance(v, int | float)}
    kind = given.get("kind", "")
    values = {**DEFAULTS.get(kind, {}), **numbers}
    return replace(subject, optimizer=Optimizer(kind, values), written=written)


def subject_of_example(example):
    return subject_of_text(example.text, example.steps)


def codes(text, steps=None, severities=("error", "warning", "note")):
    """Return the codes of the rules that find something in a text."""
    subject = subject_of_text(text, steps)
    return [f.code for f in lehr.lint(subject) if f.severity in severities]
