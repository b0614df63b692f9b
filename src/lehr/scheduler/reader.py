"""Configuration of schedulers, checked: every problem of it, each at its place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lehr.config.errors import ConfigError, Problem, format_path
from lehr.config.nodes import build_schedule
from lehr.config.specs import Spec
from lehr.dialects.base import Dialect
from lehr.dialects.catalog import LIBRARIES
from lehr.scheduler.arguments import Arguments
from lehr.scheduler.lengths import Lengths
from lehr.scheduler.lookup import LIBRARY, find, hint_for, is_lehrs
from lehr.scheduler.reading import Fixed, Reading

RELATIVE = "times_base"


class Reader:
    """Reads schedulers, and collects every problem met on the way.

    Args:
        bases: what each param group holds.
        lengths: resolves lengths.
        exact: whether the originals are wanted where they contradict themselves.
        imports: modules whose functions may be named.
    """

    def __init__(
        self,
        bases: Sequence[float],
        lengths: Lengths,
        *,
        exact: bool = False,
        imports: tuple[str, ...] = (),
    ) -> None:
        self.bases = bases
        self.lengths = lengths
        self.exact = exact
        self.imports = imports
        self.problems: list[Problem] = []
        self.is_exact = False

    def read(self, spec: Spec, span: int | None = None) -> Reading | None:
        """Return a scheduler with its arguments; None if there is a problem with it.

        Args:
            spec: what was configured.
            span: its length where it is one of several in a row.
        """
        before = len(self.problems)
        library = None
        try:
            spec, library = with_library(spec)
            entry = find(spec.name, spec.arguments, library)
        except ConfigError as error:
            self.problems += error.problems
            return None
        except ValueError as error:
            place = None if library in LIBRARIES else LIBRARY
            self.report(spec.problem("LH114", str(error), place))
            return None
        if entry is not None:
            reading = Arguments(self, spec, entry).reading(span)
        elif is_lehrs(spec.name):
            reading = self._lehrs(spec, span)
        else:
            message = f'unknown scheduler "{spec.name}"'
            self.report(spec.problem("LH114", message, hint=hint_for(spec.name)))
            return None
        return reading if len(self.problems) == before else None

    def report(self, problem: Problem) -> None:
        """Note a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def _lehrs(self, spec: Spec, span: int | None) -> Reading | None:
        """Return one of lehr's own schedules, as its documents write them."""
        arguments = dict(spec.arguments)
        relative = arguments.pop(RELATIVE, False)
        if not isinstance(relative, bool):
            message = f"{RELATIVE} must be true or false, got {relative!r}"
            self.report(spec.problem("LH107", message, RELATIVE))
        for key in {"kind", "exact"} & set(arguments):
            message = f'{spec.name} has no argument "{key}"'
            self.report(spec.problem("LH103", message, key, key=True))
            del arguments[key]
        document = spec.document
        data = _replaced(
            document.data, spec.argument_path, {"kind": spec.name, **arguments}
        )
        plan = None if self.lengths.plan is None else _Span(self.lengths, span)
        try:
            schedule = build_schedule(
                replace(document, data=data), spec.argument_path, plan
            )
        except ConfigError as error:
            named = format_path((*spec.argument_path, "kind"))
            for problem in error.problems:
                if problem.path == named:
                    problem = spec.problem(
                        problem.code, problem.message, hint=problem.hint
                    )
                self.report(problem)
            return None
        dialect = Dialect(spec.name, Fixed(schedule, relative), proportional=relative)
        return Reading(dialect, {})


def with_library(spec: Spec) -> tuple[Spec, str | None]:
    """Return the scheduler without the key `library`, and what that says.

    Raises:
        ConfigError: it is no text.
    """
    if LIBRARY not in spec.arguments:
        return spec, None
    arguments = dict(spec.arguments)
    library = arguments.pop(LIBRARY)
    if not isinstance(library, str):
        message = f"{LIBRARY} must be the name of a library, got {library!r}"
        raise ConfigError([spec.problem("LH107", message, LIBRARY)])
    return replace(spec, arguments=arguments), library


class _Span:
    """The run as lehr's own documents see it: lengths in steps, and the whole."""

    def __init__(self, lengths: Lengths, span: int | None) -> None:
        self.lengths = lengths
        self.span = span

    @property
    def updates(self) -> int:
        return self.lengths.updates if self.span is None else self.span

    def resolve(self, duration: Any) -> int:
        return self.lengths.resolve(duration)


def _replaced(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return nested data with the part at `path` replaced."""
    if not path:
        return value
    copied: Any = list(data) if isinstance(data, list) else dict(data)
    copied[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copied
