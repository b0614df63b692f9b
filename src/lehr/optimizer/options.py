"""How a configuration divides parameters into groups, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.optim import Optimizer

from lehr import _checks
from lehr.config.errors import Problem, suggest
from lehr.config.specs import Spec
from lehr.optimizer.arguments import Place, checked, parameters

OPTIONS = ("groups", "group", "no_decay", "layer_decay")
REST = "rest"


@dataclass(frozen=True)
class Group:
    """The parameters of some names, with options of their own.

    Args:
        name: what the param group is called.
        patterns: names of parameters, with wildcards.
        options: arguments of the optimizer.
        divide: what the optimizer's rate is divided by, in place of an own one.
        place: where it stands.
        key: the key that holds the patterns.
    """

    name: str
    patterns: tuple[str, ...]
    options: Mapping[str, Any]
    divide: float | None
    place: Place
    key: str


@dataclass(frozen=True)
class LayerDecay:
    """Rates that fall from layer to layer, towards the input.

    Args:
        rate: the rate of a layer divided by that of the next deeper one.
        blocks: patterns of the names of lists of blocks; none lets them be found.
    """

    rate: float
    blocks: tuple[str, ...]


@dataclass
class Division:
    """How parameters are divided into groups.

    Args:
        place: where the options stand.
        groups: by name, in order; what is left over comes before them.
        no_decay: True for vectors and norms, else patterns of names; None for nothing.
        layer_decay: or None.
        problems: what is wrong with the configuration.
    """

    place: Place
    groups: list[Group] = field(default_factory=list)
    no_decay: bool | tuple[str, ...] | None = None
    layer_decay: LayerDecay | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether all parameters are in one group."""
        return not (self.groups or self.no_decay or self.layer_decay)


def read_division(spec: Spec, kind: type[Optimizer]) -> Division:
    """Return how the options of a configuration divide parameters; see its problems."""
    reader = _Reader(spec, kind, set(parameters(kind)))
    given = {key: spec.arguments.get(key) for key in OPTIONS}
    if issubclass(kind, torch.optim.LBFGS):
        for key in (key for key, value in given.items() if value):
            message = f"{spec.name} takes all parameters in one group"
            reader.fail("LH106", message, key, hint=f"leave out {key}")
        return reader.division
    if given["groups"] is not None and given["group"] is not None:
        message = "groups and group are two ways to say one thing"
        reader.fail("LH105", message, "group", hint="give one of them")
    elif given["groups"] is not None:
        reader.groups(given["groups"], "groups")
    elif given["group"] is not None:
        reader.groups(given["group"], "group")
    reader.no_decay(given["no_decay"])
    reader.layer_decay(given["layer_decay"])
    return reader.division


class _Reader:
    """Reads the options of one configuration."""

    def __init__(self, spec: Spec, kind: type[Optimizer], known: set[str]) -> None:
        self.spec, self.kind, self.known = spec, kind, known
        self.division = Division(Place(spec))

    def fail(
        self,
        code: str,
        message: str,
        *path: str | int,
        hint: str = "",
        key: bool = False,
    ) -> None:
        place = self.division.place
        problem = place.problem(code, message, *path, hint=hint, key=key)
        self.division.problems.append(problem)

    def groups(self, given: Any, option: str) -> None:
        if not isinstance(given, list | tuple):
            message = f"{option} must be a list of mappings, got {given!r}"
            hint = 'such as [{"name": "head", "match": "head.*"}]'
            return self.fail("LH107", message, option, hint=hint)
        names: set[str] = set()
        for index, each in enumerate(given):
            if not isinstance(each, Mapping):
                message = f"a group must be a mapping, got {each!r}"
                self.fail("LH107", message, option, index)
                continue
            group = self.group(each, Place(self.spec, (option, index)), option)
            if group is None:
                continue
            if group.name in names:
                message = f'two groups have the name "{group.name}"'
                self.fail("LH105", message, option, index, "name")
            names.add(group.name)
            self.division.groups.append(group)

    def group(
        self, given: Mapping[str, Any], place: Place, option: str
    ) -> Group | None:
        name = given.get("name")
        if not isinstance(name, str) or name in ("", REST):
            self.fail(*_wrong_name(given), *place.path, *(["name"] if name else []))
            return None
        divide = self.divide(given, place, option)
        if option == "group":
            own = ("name", "divide")
            patterns: tuple[str, ...] | None = (f"*{_literal(name)}*",)
        else:
            own = ("name", "match")
            patterns = self.patterns(given.get("match"), *place.path, "match")
        rest = {key: value for key, value in given.items() if key not in own}
        options, problems = checked(self.kind, rest, place, own)
        self.division.problems += problems
        if patterns is None:
            return None
        key = "name" if option == "group" else "match"
        return Group(name, patterns, options, divide, place, key)

    def divide(
        self, given: Mapping[str, Any], place: Place, option: str
    ) -> float | None:
        if option != "group" or given.get("divide") is None:
            return None
        value = given["divide"]
        try:
            result = _checks.positive("divide", value)
        except (TypeError, ValueError) as error:
            code = "LH107" if isinstance(error, TypeError) else "LH106"
            self.fail(code, str(error), *place.path, "divide")
            return None
        if "lr" in given:
            message = "lr and divide are two ways to say one thing"
            self.fail("LH105", message, *place.path, "divide", hint="give one of them")
        return result

    def patterns(self, given: Any, *path: str | int) -> tuple[str, ...] | None:
        if given is None:
            message = f'a group needs the key "{path[-1]}"'
            hint = 'such as match: "head.*", with * for anything'
            self.fail("LH104", message, *path[:-1], hint=hint)
            return None
        patterns = [given] if isinstance(given, str) else given
        if not isinstance(patterns, list | tuple) or not patterns:
            message = f"{path[-1]} must be a pattern or a list of them, got {given!r}"
            self.fail("LH107", message, *path)
            return None
        for index, each in enumerate(patterns):
            if not isinstance(each, str):
                message = f"a pattern must be text, got {each!r}"
                self.fail("LH107", message, *path, index)
                return None
        return tuple(patterns)

    def no_decay(self, given: Any) -> None:
        if given is None or given is False:
            return
        if "weight_decay" not in self.known:
            message = f"{self.spec.name} has no weight_decay to leave out"
            return self.fail("LH106", message, "no_decay", hint="leave out no_decay")
        if given is True:
            self.division.no_decay = True
        elif isinstance(given, str) and given.lower() in ("yes", "no", "on", "off"):
            message = f"no_decay must be true or a list of patterns, got {given!r}"
            self.fail("LH107", message, "no_decay", hint="write true or false")
        elif isinstance(given, str | list | tuple):
            self.division.no_decay = self.patterns(given, "no_decay")
        else:
            message = f"no_decay must be true or a list of patterns, got {given!r}"
            self.fail("LH107", message, "no_decay")

    def layer_decay(self, given: Any) -> None:
        if given is None:
            return
        path: tuple[str, ...] = ("layer_decay",)
        rate = given
        blocks: tuple[str, ...] = ()
        if isinstance(given, Mapping):
            for key in given.keys() - {"rate", "blocks"}:
                hint = suggest(str(key), ("rate", "blocks"))
                message = f'unknown key "{key}"'
                self.fail("LH103", message, *path, str(key), hint=hint, key=True)
            if "rate" not in given:
                return self.fail("LH104", 'layer_decay needs the key "rate"', *path)
            rate = given["rate"]
            if given.get("blocks") is not None:
                blocks = self.patterns(given["blocks"], *path, "blocks") or ()
            path = (*path, "rate")
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            message = f"layer_decay must be a number in (0, 1], got {rate!r}"
            return self.fail("LH107", message, *path)
        if not 0 < rate <= 1:
            message = f"layer_decay must be in (0, 1], got {rate!r}"
            return self.fail("LH106", message, *path)
        self.division.layer_decay = LayerDecay(rate, blocks)


def _wrong_name(given: Mapping[str, Any]) -> tuple[str, str]:
    name = given.get("name")
    if name == REST:
        return "LH106", f'the name "{REST}" is that of the parameters left over'
    if name in (None, ""):
        return "LH104", 'a group needs the key "name"'
    return "LH107", f"the name of a group must be text, got {name!r}"


def _literal(name: str) -> str:
    """Return a pattern that matches the text itself."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
