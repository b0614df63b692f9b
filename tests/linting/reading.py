"""What the tests of rules read: the text of an example, as a subject."""

import lehr
from lehr.config.documents import Document
from lehr.config.durations import Length
from lehr.config.expressions import read_schedule
from lehr.linting.base import Subject
from lehr.linting.subjects import subject_of


def subject_of_text(text, steps=None):
    """Return an expression, in a run of `steps` updates, or a document as a subject."""
    if not isinstance(text, Document) and "schedules:" not in text:
        plan = lehr.Plan(batch_size=1, updates=steps) if steps else None
        schedule = read_schedule(text, Length(steps) if steps else None)
        return Subject({"lr": schedule}, plan)
    return subject_of(text)


def subject_of_example(example):
    return subject_of_text(example.text, example.steps)


def codes(text, steps=None, severities=("error", "warning", "note")):
    """Return the codes of the rules that find something in a text."""
    subject = subject_of_text(text, steps)
    return [f.code for f in lehr.lint(subject) if f.severity in severities]
