"""Another library's configuration as a subject: curve, origin, run and optimizer."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path, Problem
from lehr.importing.configs.base import Source
from lehr.importing.configs.reading import Reading, reading
from lehr.importing.configs.text import document_of
from lehr.linting.base import Place, Subject
from lehr.linting.subjects import configured
from lehr.linting.subjects.clocks import fitting, in_updates, run_of
from lehr.linting.subjects.following import follows_metric
from lehr.linting.subjects.runs import optimizer_of, plan_of
from lehr.linting.subjects.told import Told
from lehr.plan import Plan

_LEHRS = ("schema", "schedules")


def is_foreign(document: Any) -> bool:
    """Return whether some library's marks are in a configuration.

    Args:
        document: a mapping, a text, a path, or a `Document`; anything else is not.

    >>> is_foreign({"name": "StepLR", "step_size": 30})
    True
    >>> is_foreign({"schema": 1, "schedules": {"lr": 0.1}}), is_foreign("cosine(1, 10)")
    (False, False)
    """
    from lehr.importing.configs import reader_of

    try:
        read = document if isinstance(document, Document) else document_of(document)
        if any(key in read.data for key in _LEHRS):
            return False
        reader_of(Source(read))
    except (ConfigError, TypeError, OSError):
        return False
    return True


def of_foreign(
    config: Any,
    library: str | None = None,
    *,
    base: float | None = None,
    plan: Plan | None = None,
    **known: Any,
) -> Subject:
    r"""Return the facts of another library's configuration.

    The curve is the one that the library really gives, also where that contradicts its
    documentation. What its dialect refuses is among the facts, not an error. Where the
    configuration says no learning rate, the curve starts from 1.

    Args:
        config: what `lehr.from_config` reads: a mapping, a text, or a path.
        library: whose it is; found by its keys if it is not said.
        base: the optimizer's rate, in place of the one in the configuration.
        plan: the run, in place of what the configuration says of it.
        **known: what else is known: `per=` ("update", "epoch" or "micro_batch": what
            one step of the scheduler is), `world_size=`, `wrapper=` ("accelerate"),
            `metric=` (the name of what is followed), `state=` (the saved state that it
            will be loaded from), `optimizer=`.

    Raises:
        ConfigError: it does not parse, or nobody's marks are in it.
        TypeError: it is no configuration, or a thing known has another name.
        ValueError: there is no such library.

    >>> facts = of_foreign("learning_rate: 1e-4\nlr_scheduler_type: cosine\n"
    ...                    "max_steps: 1000")
    >>> facts.origin["lr"].scheduler, facts.origin["lr"].horizon, facts.plan.updates
    ('cosine', 1000, 1000)
    """
    told = Told.of(known)
    found = reading(config, library, base=base, plan=plan, exact=True)
    facts = _outside(found, plan, told)
    if not found.calls:
        return facts
    call = found.calls[-1]
    by_metric = follows_metric(call.library, call.name)
    if found.schedule is None and not by_metric:
        return facts  # what is refused says nothing more
    origin = configured.origin_of(found, plan, told)
    epochs = configured.epochs_of(found.source, origin.horizon)
    origin = replace(origin, run=run_of(facts.plan, origin.stepping, epochs))
    facts = replace(
        facts,
        plan=fitting(facts.plan, origin.stepping),
        origin={"lr": origin},
        places={"lr": place_of(found.source, call.name_path or call.path)},
    )
    if by_metric or found.schedule is None:
        return _following(facts, found, told)
    curve = found.schedule
    try:
        if not _is_in_updates(found):
            curve = in_updates(curve, origin, facts.plan)
    except OverflowError as error:
        refused = found.source.problem("LH106", f"too large a number: {error}")
        problems = _placed(found.source, [refused])
        return replace(facts, sections={**facts.sections, "problems": problems})
    return replace(facts, schedules={"lr": curve})


def _is_in_updates(found: Reading) -> bool:
    """Return whether the reader knew the updates of an epoch, and counted in them."""
    plan = found.source.plan
    known = plan is not None and plan.updates_per_epoch is not None
    return known and found.calls[-1].library == "mmengine"


def _outside(found: Reading, plan: Plan | None, told: Told) -> Subject:
    """Return what is known around the scheduler, and what is refused."""
    curve, source = found.schedule, found.source
    return Subject(
        {} if curve is None or found.calls else {"lr": curve},
        plan or plan_of(found.library, source),
        told.optimizer or optimizer_of(source),
        sections={
            "document": source.data,
            "problems": _placed(source, found.problems),
            "state": told.state,
        },
        places={"lr": place_of(source, ())},
    )


def _following(facts: Subject, found: Reading, told: Told) -> Subject:
    """Return the facts with those of a scheduler that follows a metric."""
    call, source = found.calls[-1], found.source
    base = source.rate(*configured.RATES)
    try:
        feedback, curve = configured.followed(found, told, base)
    except (ValueError, TypeError) as error:
        refused = source.problem("LH106", str(error), call.path)
        problems = _placed(source, [refused])
        return replace(facts, sections={**facts.sections, "problems": problems})
    if curve is not None:
        curve = in_updates(curve, facts.origin["lr"], facts.plan)
    return replace(
        facts,
        schedules={} if curve is None else {"lr": curve},
        feedback={"lr": feedback},
        sections={**facts.sections, "problems": ()},
    )


def place_of(source: Source, path: Path) -> Place:
    """Return where a value of a configuration was written."""
    document = source.document
    line, column = document.place(path) or (None, None)
    return Place(document.source, line, column, path)


def _placed(
    source: Source, problems: Iterable[Problem]
) -> tuple[tuple[Problem, Place], ...]:
    name = source.document.source
    return tuple(
        (p, Place(p.source or name, p.line, p.column, (p.path,) if p.path else ()))
        for p in problems
    )
