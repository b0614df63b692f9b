"""Every section of a document, checked by its type and filled with its defaults."""

from dataclasses import replace
from typing import Any

from lehr.config.documents import Document
from lehr.config.durations import BATCH, LENGTHS
from lehr.config.errors import Problem
from lehr.config.migrations.short_form import PLAN, SCHEDULES
from lehr.config.sections.optimizer import is_by_name, optimizer_problems

_APART = ("schema", "schedules", "plan")
"""What a `Config` holds as objects of their own."""


def checked_sections(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """Return the sections that a document has, plain, and what is wrong with them.

    Raises:
        ImportError: pydantic is not installed.
    """
    try:
        from pydantic import ValidationError
    except ImportError:
        raise ImportError(
            "a document with sections needs pydantic: pip install 'lehr[config]'"
        ) from None
    from lehr.config.run import AnyConfig
    from lehr.config.run_problems import run_problems

    data = dict(document.data)
    given, problems = data.get("optimizer"), list[Problem]()
    if is_by_name(given):
        problems += optimizer_problems(document)
        del data["optimizer"]
    try:
        read = AnyConfig.model_validate(data)
    except ValidationError as error:
        found = run_problems(error, document, AnyConfig)
        return {}, problems + [_with_home(p) for p in found]
    sections = read.model_dump(by_alias=True)
    if is_by_name(given):
        sections["optimizer"] = given
    _leave_to_the_plan(document, sections)
    said = [k for k, v in document.data.items() if v is not None and k not in _APART]
    kept = [k for k in said if sections[k] is not None]
    return {name: sections[name] for name in kept}, problems


def _leave_to_the_plan(document: Document, sections: dict[str, Any]) -> None:
    """Take out of `train` the defaults of what it does not say of the run's length."""
    train = document.data.get("train")
    alone = document.data.get("data") is not None and not document.data.get("plan")
    if alone or not isinstance(train, dict):
        return
    for key in (*LENGTHS, *BATCH):
        if train.get(key) is None:
            sections["train"].pop(key, None)


def _with_home(problem: Problem) -> Problem:
    """Return a problem with the way out that only this grammar has.

    A key of the short form has a section now; another library's optimizer has a name.
    """
    if problem.path in ("optimizer", "optimizer.kind"):
        hint = f"{problem.hint}; any other by its name: {{name: Lion}}"
        return replace(problem, hint=hint.removeprefix("; "))
    for section, keys in (("schedules", SCHEDULES), ("plan", PLAN)):
        if problem.code == "LH103" and problem.path in keys:
            hint = f"it belongs to {section}: {{{problem.path}: ...}}"
            return replace(problem, hint=hint)
    return problem
