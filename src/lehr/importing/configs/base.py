"""A configuration with what is known of its run, and a scheduler's name made a curve.

Each library has a module with a `Format`: whether a document looks like the library's,
and how its schedule is read. All that is wrong is reported at its place.
"""

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path, Problem, suggest
from lehr.dialects import Dialect, Named, schedulers
from lehr.plan import Plan
from lehr.schedules import Schedule

_OF_RUN = (
    *("max_duration", "dataloader_len", "batch_size", "tokens_per_batch"),
    *("total_steps", "max_steps", "updates_per_epoch"),
)
_NAMED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""How Function names a function: "module:name"."""

NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "last_epoch": (-1, None),
    "last_batch_iteration": (-1, None),
    "verbose": (False, None, "deprecated"),
    "initialize": (True,),
}
"""What is in many configurations, and says nothing where it has this value."""


@dataclass(frozen=True)
class Source:
    """A configuration, and what its reader was told beside it.

    Args:
        document: the data, with their places.
        base: the rate, in place of the configuration's own.
        plan: the run.
        exact: whether the originals are wanted where they contradict themselves.
        calls: every scheduler that was met so far, parts before what they are in.
    """

    document: Document
    base: float | None = None
    plan: Plan | None = None
    exact: bool = False
    calls: list["Call"] = field(default_factory=list, compare=False, repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """The whole document."""
        return self.document.data

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Return the value at a path; `default` if there is none, or it is None."""
        value: Any = self.data
        for key in path:
            try:
                value = value[key] if isinstance(value, dict | list) else None  # type: ignore[index]  # a wrong kind of key is no key
            except (KeyError, IndexError, TypeError):
                return default
        return default if value is None else value

    def section(self, *path: str | int) -> dict[str, Any]:
        """Return the mapping at a path; an empty one if there is none.

        Raises:
            ConfigError: it is no mapping.
        """
        value = self.get(*path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fail("LH107", f"it must be a mapping, got {value!r}", path)
        return value

    def problem(
        self,
        code: str,
        message: str,
        path: Path = (),
        hint: str = "",
        key: bool = False,
    ) -> Problem:
        """Return a problem with the value, or the key, at a path."""
        return self.document.problem(code, message, path, hint, key)

    def fail(
        self,
        code: str,
        message: str,
        path: Path = (),
        hint: str = "",
        key: bool = False,
    ) -> NoReturn:
        """Refuse the configuration for one problem."""
        raise ConfigError([self.problem(code, message, path, hint, key)])

    def rate(self, *paths: Path) -> float | None:
        """Return the learning rate: as told, or at the first of the paths that is."""
        if self.base is not None:
            return self.base
        for path in paths:
            value = self.get(*path)
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                self.fail("LH107", f"{path[-1]} must be a number, got {value!r}", path)
            return float(value)
        return None

    def updates(self, *paths: Path) -> int | None:
        """Return the updates of the run: at a path, or the plan's."""
        for path in paths:
            value = self.get(*path)
            if isinstance(value, int | float) and value > 0:
                if value == math.inf:
                    self.fail("LH107", f"{path[-1]} must be finite, got {value}", path)
                return int(value)
        return None if self.plan is None else self.plan.updates


@dataclass(frozen=True)
class Format:
    """The configuration of one library.

    Args:
        library: as in `lehr.dialects.LIBRARIES`, or "detectron2".
        marks: whether a document looks like it; it may be asked about any document.
        read: the schedule of the learning rate.
    """

    library: str
    marks: Callable[[Source], bool]
    read: Callable[[Source], Schedule]

    def schedule(self, source: Source) -> Schedule:
        """Return what `read` does.

        Raises:
            ConfigError: with every problem; also of a damaged configuration that `read`
                itself cannot make sense of.
        """
        try:
            return self.read(source)
        except ConfigError:
            raise
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            problem = source.problem("LH107", f"it cannot be read: {error}")
            raise ConfigError([problem]) from error


@dataclass(frozen=True)
class Call:
    """A scheduler by its name, with the arguments that a configuration gives it.

    Args:
        source: where it stands.
        library: as in `lehr.dialects.LIBRARIES`.
        name: as the dialect has it.
        arguments: by the library's own names.
        path: the place of the arguments.
        name_path: the place of the name.
        said: the name as it was written, for messages.
    """

    source: Source
    library: str
    name: str
    arguments: Mapping[str, Any]
    path: Path = ()
    name_path: Path | None = None
    said: str | None = None

    def curve(self, base: float | None) -> Schedule:
        """Return the schedule of a group that starts with `base`.

        Raises:
            ConfigError: every problem with the name and the arguments.
        """
        made = self.named()
        if base is None and not made.dialect.absolute:
            self.source.fail(
                "LH104",
                "the learning rate is not in the configuration",
                self.name_path or self.path,
                "pass base=, what the optimizer starts with",
            )
        try:
            return made.curve(0.0 if base is None else base)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise ConfigError([self._refused(error)]) from None

    def named(self) -> Named:
        """Return the scheduler with its arguments, once their names are right."""
        self.source.calls.append(self)
        dialect = self._dialect()
        known = _parameters(dialect)
        given = {
            key: value
            for key, value in self.arguments.items()
            if key in known or value not in NEUTRAL.get(key, ())
        }
        exact = given.pop("exact", self.source.exact) if dialect.exact else False
        problems = [self._unknown(key, known) for key in given if key not in known]
        problems += [
            problem for key in given for problem in self._code(key, given[key], dialect)
        ]
        horizon, plan = dialect.horizon, self.source.plan
        if horizon and given.get(horizon) is None and plan is not None:
            given[horizon] = plan.updates
        if plan is not None and "max_duration" in known and not set(_OF_RUN) & {*given}:
            given["plan"] = plan  # Composer's, whose times are of many units
        missing = [
            name
            for name, parameter in known.items()
            if parameter.default is parameter.empty and given.get(name) is None
        ]
        problems += [self._missing(name, dialect) for name in missing]
        if problems:
            raise ConfigError(problems)
        return Named(dialect, given | ({"exact": True} if exact else {}))

    def _dialect(self) -> Dialect:
        known = schedulers(self.library)
        place = self.name_path or self.path
        if self.name not in known:
            message = f'unknown scheduler "{self.said or self.name}" of {self.library}'
            self.source.fail("LH114", message, place, suggest(self.name, known))
        dialect = known[self.name]
        if dialect.curve is None:
            message = f"{self.name} follows a metric, so it has no schedule by itself"
            hint = "lehr.scheduler.build_scheduler builds what follows a metric"
            self.source.fail("LH106", message, place, hint)
        return dialect

    def _code(self, key: str, value: Any, dialect: Dialect) -> list[Problem]:
        """Refuse the name of a function: a configuration may not choose what runs."""
        values = value if isinstance(value, list | tuple) else [value]
        texts = [each for each in values if isinstance(each, str)]
        if not any(key in dialect.functions or _NAMED.fullmatch(t) for t in texts):
            return []
        message = f"{key} must be a function itself, got {value!r}"
        hint = "nothing that a configuration names is imported; pass a mapping with it"
        return [self.source.problem("LH109", message, (*self.path, key), hint)]

    def _unknown(self, key: str, known: Mapping[str, Any]) -> Problem:
        message = f'{self.said or self.name} has no argument "{key}"'
        path = (*self.path, key)
        return self.source.problem("LH103", message, path, suggest(key, known), True)

    def _missing(self, name: str, dialect: Dialect) -> Problem:
        hint = ""
        if name == dialect.horizon:
            hint = f"write {name}, or pass plan=Plan(...), whose length it then is"
        message = f"{self.said or self.name} needs {name}"
        return self.source.problem("LH104", message, self.path, hint)

    def _refused(self, error: Exception) -> Problem:
        found = re.match(r"(\w+)", str(error))
        guilty = found[1] if found and found[1] in self.arguments else None
        path = self.path if guilty is None else (*self.path, guilty)
        path = path if self.source.get(*path) is not None else self.path
        if found and found[1] in _OF_RUN and "must be given" in str(error):
            hint = "pass plan=Plan(dataset_size=..., batch_size=..., epochs=...)"
            return self.source.problem("LH104", str(error), path, hint)
        code = "LH107" if isinstance(error, TypeError) else "LH106"
        return self.source.problem(code, str(error), path)


def _parameters(dialect: Dialect) -> dict[str, inspect.Parameter]:
    """Return the parameters that a configuration may give."""
    if dialect.curve is None:
        return {}
    known = dict(inspect.signature(dialect.curve).parameters)
    if not dialect.absolute:
        del known[next(iter(known))]  # the group's own value
    for ours in ("exact", "plan"):
        known.pop(ours, None)
    return known
