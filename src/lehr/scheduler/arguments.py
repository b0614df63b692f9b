"""The arguments of one scheduler of another library, checked one by one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lehr.config.errors import ConfigError, suggest
from lehr.config.plain import hint_for_text
from lehr.config.specs import Spec
from lehr.scheduler.functions import named_function
from lehr.scheduler.lookup import Entry, known_arguments
from lehr.scheduler.reading import Reading

if TYPE_CHECKING:
    from lehr.scheduler.reader import Reader

# What other libraries' constructors take and nothing here needs, if it is left so.
NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "last_epoch": (-1,),
    "initialize": (True,),
    "verbose": (False, "deprecated"),
}


class Arguments:
    """The arguments of one scheduler of another library."""

    def __init__(self, reader: "Reader", spec: Spec, entry: Entry) -> None:
        self.reader = reader
        self.spec = spec
        self.dialect = entry.dialect
        self.parameters = entry.parameters
        self.timm = entry.library == "timm"
        self.given = {
            key: value
            for key, value in spec.arguments.items()
            if key in self.parameters or value not in NEUTRAL.get(key, ())
        }

    def reading(self, span: int | None) -> Reading | None:
        """Return the scheduler with its arguments; None if they are not all known."""
        arguments = self._known()
        before = len(self.reader.problems)
        self._check_clock(arguments)
        for name in arguments:
            arguments[name] = self._value(name, arguments[name])
        self._fill_horizon(arguments, span)
        missing = [
            name
            for name, parameter in self.parameters.items()
            if parameter.default is parameter.empty and name not in arguments
        ]
        if self._lacks_total(arguments):
            missing.append("total_steps")
        for name in missing:
            self._missing(name)
        if self.dialect.composite and "schedulers" in arguments:
            arguments["schedulers"] = self._parts(arguments)
        if missing or len(self.reader.problems) > before:
            return None
        listed = self._listed(arguments)
        if self.dialect.exact and self._exact():
            arguments["exact"] = True
        made = Reading(self.dialect, arguments, listed, self.timm)
        if len(self.reader.problems) == before:
            self._try(made)
        return made

    def _report(
        self,
        code: str,
        message: str,
        argument: Any = None,
        hint: str = "",
        key: bool = False,
    ) -> None:
        self.reader.report(self.spec.problem(code, message, argument, hint, key))

    # ------------------------------------------------------------------ the names

    def _known(self) -> dict[str, Any]:
        """Return the arguments that the scheduler has, and report the others."""
        known = {}
        for key, value in self.given.items():
            if key == "exact" and self.dialect.exact:
                if not isinstance(value, bool):
                    self._report(
                        "LH107", f"exact must be true or false, got {value!r}", key
                    )
            elif key in self.parameters:
                known[key] = value
            else:
                everyone = known_arguments(self.spec.name) or self.parameters
                hint = suggest(key, everyone)
                if key == "exact":
                    hint = f"{self.spec.name} has one curve, which is exact"
                message = f'{self.spec.name} has no argument "{key}"'
                self._report("LH103", message, key, hint, key=True)
        return known

    def _exact(self) -> bool:
        exact = self.given.get("exact", self.reader.exact) is True
        self.reader.is_exact |= exact
        return exact

    def _missing(self, name: str) -> None:
        hint = ""
        if name == self.dialect.horizon:
            hint = f"give {name}, or pass plan=Plan(...), whose length it then is"
        self._report("LH104", f"{self.spec.name} needs {name}", hint=hint)

    # ----------------------------------------------------------------- the values

    def _check_clock(self, arguments: Mapping[str, Any]) -> None:
        """Refuse epochs where updates are counted, and the other way round."""
        in_epochs = arguments.get("t_in_epochs")
        if not self.timm or in_epochs is None:
            return
        per = self.reader.lengths.per
        if not isinstance(in_epochs, bool):
            message = f"t_in_epochs must be true or false, got {in_epochs!r}"
            self._report("LH107", message, "t_in_epochs")
        elif in_epochs != (per == "epoch"):
            other = "epoch" if in_epochs else "update"
            message = f't_in_epochs is {in_epochs} and step_per is "{per}"'
            hint = f'leave one out, or pass step_per="{other}"'
            self._report("LH106", message, "t_in_epochs", hint)

    def _value(self, name: str, value: Any) -> Any:
        if name in self.dialect.functions:
            return self._function(value, (name,))
        if name in self.dialect.lengths:
            return self._length(value, (name,))
        return value

    def _length(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, list | tuple):
            return [self._length(each, (*path, i)) for i, each in enumerate(value)]
        try:
            return self.reader.lengths.read(value, listed=len(path) > 1)
        except ValueError as error:
            self._report("LH108", str(error), path)
            return value

    def _function(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, list | tuple):
            return [self._function(each, (*path, i)) for i, each in enumerate(value)]
        if value is None or callable(value):
            return value
        if not isinstance(value, str):
            message = f"{path[0]} must be a function or its name, got {value!r}"
            self._report("LH107", message, path)
            return value
        try:
            return named_function(value, imports=self.reader.imports)
        except PermissionError as error:
            self._report("LH109", str(error), path)
        except ValueError as error:
            self._report("LH106", str(error), path)
        return value

    def _fill_horizon(self, arguments: dict[str, Any], span: int | None) -> None:
        """Give the run's length to the parameter that was left out for it."""
        horizon, lengths = self.dialect.horizon, self.reader.lengths
        if horizon is None or arguments.get(horizon) is not None:
            return
        if self._has_epochs(arguments):
            return
        if span is None and lengths.plan is None:
            return
        try:
            arguments[horizon] = lengths.updates if span is None else span
        except ValueError as error:
            self._report("LH108", str(error))

    @staticmethod
    def _has_epochs(arguments: Mapping[str, Any]) -> bool:
        """Tell whether OneCycleLR's length is given in its other way."""
        given = (arguments.get(name) for name in ("epochs", "steps_per_epoch"))
        return any(value is not None for value in given)

    def _lacks_total(self, arguments: Mapping[str, Any]) -> bool:
        """Tell whether OneCycleLR has no length, which it can be given in two ways."""
        if "steps_per_epoch" not in self.parameters or self._has_epochs(arguments):
            return False
        return arguments.get("total_steps") is None

    def _listed(self, arguments: Mapping[str, Any]) -> frozenset[str]:
        """Return which arguments have one value per group."""
        groups, listed = len(self.reader.bases), []
        for name in self.dialect.per_group:
            value = arguments.get(name)
            if not isinstance(value, list | tuple):
                continue
            if len(value) != groups:
                message = f"{name} lists {len(value)} values for {groups} param groups"
                hint = "list one per group, or give one for all of them"
                self._report("LH106", message, name, hint)
            elif self.dialect.curve is not None:
                listed.append(name)
        return frozenset(listed)

    # ------------------------------------------------------------------ the parts

    def _parts(self, arguments: Mapping[str, Any]) -> tuple[Reading, ...]:
        given = arguments["schedulers"]
        if not isinstance(given, list | tuple) or not given:
            message = f"schedulers must be a list of schedulers, got {given!r}"
            self._report("LH107", message, "schedulers")
            return ()
        spans = self._spans(arguments, len(given))
        parts = []
        for index in range(len(given)):
            try:
                spec = self.spec.child("schedulers", index)
            except ConfigError as error:
                self.reader.problems += error.problems
                continue
            if (part := self.reader.read(spec, spans[index])) is None:
                continue
            if part.dialect.curve is None:
                message = f"{spec.name} follows a metric, and cannot be one of several"
                hint = "build it alone"
                self.reader.report(spec.problem("LH106", message, hint=hint))
                continue
            parts.append(part)
        return tuple(parts)

    def _spans(self, arguments: Mapping[str, Any], parts: int) -> list[int | None]:
        """Return how long each of several lasts, where one comes after the other."""
        places, ranges = arguments.get("milestones"), arguments.get("step_ranges")
        pairs: list[Any] = []
        if isinstance(places, list):
            pairs = list(pairwise([0, *places, None]))
        elif isinstance(ranges, list) and not self._exact():
            pairs = ranges
        if len(pairs) != parts:
            return [None] * parts
        return [self.reader.lengths.between(pair) for pair in pairs]

    # ------------------------------------------------------------------ the rules

    def _try(self, made: Reading) -> None:
        """Report what the scheduler itself refuses."""
        if made.dialect.curve is None:
            self._attempt(made, Reading.driven)
            return
        for index, base in enumerate(self.reader.bases):
            self._attempt(made, partial(Reading.tried, index=index, base=base))

    def _attempt(self, made: Reading, build: Callable[[Reading], Any]) -> None:
        """Build; leave out what was refused, to see what else is."""
        arguments = dict(made.arguments)
        first = True
        while True:
            try:
                build(replace(made, arguments=arguments))
                return
            except (ValueError, TypeError, ArithmeticError) as error:
                guilty = self._guilty(str(error))
                known = guilty[0] in arguments if guilty else False
                if first or known:
                    code = "LH107" if isinstance(error, TypeError) else "LH106"
                    place = guilty if known else None
                    hint = hint_for_text(arguments[str(place[0])]) if place else ""
                    self._report(code, str(error), place, hint)
                first = False
                if not known or not guilty:
                    return
                del arguments[str(guilty[0])]
                parameter = self.parameters[str(guilty[0])]
                if parameter.default is parameter.empty or guilty[0] in made.listed:
                    return

    def _guilty(self, message: str) -> tuple[str | int, ...] | None:
        """Return the argument that a message begins with."""
        found = re.match(r"(\w+)(?:\[(\d+)\])?", message)
        if not found or found[1] not in self.parameters:
            return None
        return (found[1],) if found[2] is None else (found[1], int(found[2]))
