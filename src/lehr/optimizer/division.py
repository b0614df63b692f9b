"""Parameters divided into groups: by name, by layer, and by weight decay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from lehr.config.errors import ConfigError, Problem, suggest
from lehr.optimizer.arguments import Place
from lehr.optimizer.layers import depths, find_lists, known_lists, match_lists
from lehr.optimizer.options import REST, Division, Group, LayerDecay
from lehr.optimizer.parameters import Named


@dataclass
class Divider:
    """Divides the parameters of a model.

    Args:
        division: how to divide.
        found: the parameters.
        aliases: further names of shared parameters, each with the one that is used.
        rate: the rate of groups that have none of their own; None if there is none.
        problems: what does not fit the model.
    """

    division: Division
    found: Sequence[Named]
    aliases: Mapping[str, str]
    rate: Any
    problems: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of all parameters."""
        return [each.name for each in self.found]

    def groups(self) -> list[dict[str, Any]]:
        """Return the param groups: those left over first, then group by group.

        Within a group the layers follow from the input on, and within a layer what
        decays comes before what does not.

        Raises:
            ConfigError: a pattern matches nothing, or there are no layers or no rate.
        """
        owners, layers, excluded = self._owners(), self._layers(), self._excluded()
        self._check_rates()
        if self.problems:
            raise ConfigError(self.problems)
        buckets: dict[tuple[int, int, bool], list[Named]] = {}
        for each in self.found:
            if each.trains:
                key = (owners[each.name], layers[each.name], each.name in excluded)
                buckets.setdefault(key, []).append(each)
        deepest = max(layers.values())
        made = []
        for index, depth, out in sorted(buckets):
            group = self.division.groups[index] if index >= 0 else None
            options = self._options(group, deepest - depth)
            if out:
                options["weight_decay"] = 0.0
            values = [each.value for each in buckets[index, depth, out]]
            name = self._name(group, depth, out)
            made.append({"params": values, **options, "name": name})
        return made

    def _options(self, group: Group | None, layers_above: int) -> dict[str, Any]:
        options = dict(group.options) if group else {}
        rate = options.get("lr", self.rate)
        if group and group.divide:
            options["lr"] = rate = rate / group.divide
        if self.division.layer_decay:
            options["lr"] = rate * self.division.layer_decay.rate**layers_above
        return options

    def _name(self, group: Group | None, depth: int, excluded: bool) -> str:
        parts = []
        if self.division.groups:
            parts.append(group.name if group else REST)
        if self.division.layer_decay:
            parts.append(f"layer_{depth}")
        if excluded:
            parts.append("no_decay")
        return ".".join(parts) or "decay"

    def _check_rates(self) -> None:
        """Refuse what scales a rate that is not there."""
        if self.rate is not None:
            return
        wanting = [(g.place, "divide") for g in self.division.groups if g.divide]
        if self.division.layer_decay:
            wanting.append((self.division.place, "layer_decay"))
        for place, key in wanting:
            message, hint = f"{key} needs a rate to scale", "give lr"
            self.problems.append(place.problem("LH104", message, key, hint=hint))

    def _owners(self) -> dict[str, int]:
        """Return the index of each parameter's group, -1 for what is left over."""
        owners = dict.fromkeys(self.names, -1)
        trains = {each.name for each in self.found if each.trains}
        for index, group in enumerate(self.division.groups):
            matched = self._matched(group.patterns, group.place, group.key)
            mine = {name for name in matched if owners[name] < 0}
            if matched and not mine & trains:
                self._nothing_left(group, matched, mine, owners)
            owners.update(dict.fromkeys(mine, index))
        return owners

    def _nothing_left(
        self,
        group: Group,
        matched: list[str],
        mine: set[str],
        owners: Mapping[str, int],
    ) -> None:
        if mine:
            message = f'group "{group.name}" matches only frozen parameters'
            hint = "leave the group out, or set their requires_grad"
        else:
            message = f'group "{group.name}" has nothing left to match'
            first = self.division.groups[owners[matched[0]]].name
            hint = f'{matched[0]} went to the earlier group "{first}"'
        problem = group.place.problem("LH106", message, group.key, hint=hint)
        self.problems.append(problem)

    def _matched(self, patterns: Sequence[str], place: Place, key: str) -> list[str]:
        """Return the names that match; each pattern must match one."""
        for index, pattern in enumerate(patterns):
            if any(fnmatchcase(name, pattern) for name in self.names):
                continue
            # The older form makes its pattern of the name.
            shown = pattern.strip("*") if key == "name" else pattern
            path = self._path(place, key, index)
            message = f'no parameter matches "{shown}"'
            hint = near(shown, self.names, self.aliases)
            self.problems.append(place.problem("LH106", message, *path, hint=hint))
        return [name for name in self.names if matches(name, patterns)]

    def _path(self, place: Place, key: str, index: int) -> tuple[str | int, ...]:
        """Return the path of a pattern: one alone may stand without a list."""
        given: Any = place.spec.arguments
        for step in (*place.path, key):
            given = given[step]
        return (key,) if isinstance(given, str) else (key, index)

    def _excluded(self) -> set[str]:
        """Return the names of the parameters without weight decay."""
        rule = self.division.no_decay
        if rule is True:
            return {each.name for each in self.found if each.is_vector_or_norm}
        return (
            set(self._matched(rule, self.division.place, "no_decay")) if rule else set()
        )

    def _layers(self) -> dict[str, int]:
        """Return the depth of each parameter, 0 where layers are all one."""
        decay = self.division.layer_decay
        if decay is None:
            return dict.fromkeys(self.names, 0)
        lists = self._named_lists(decay) if decay.blocks else find_lists(self.names)
        if decay.blocks and not lists:
            return dict.fromkeys(self.names, 0)
        found = depths(self.names, lists)
        if len(set(found.values())) == 1:
            message = "layer_decay finds one layer only"
            hint = "name the list of blocks: layer_decay: {rate: ..., blocks: ...}"
            place = self.division.place
            problem = place.problem("LH106", message, "layer_decay", hint=hint)
            self.problems.append(problem)
        return found

    def _named_lists(self, decay: LayerDecay) -> list[str]:
        lists: list[str] = []
        for pattern in decay.blocks:
            matched = match_lists(self.names, [pattern])
            lists += [each for each in matched if each not in lists]
            if not matched:
                message = f'"{pattern}" is no list of blocks'
                known = known_lists(self.names)
                none = "the model has none: without blocks its children are the layers"
                hint = suggest(pattern, known) if known else none
                path = ("layer_decay", "blocks")
                place = self.division.place
                self.problems.append(place.problem("LH106", message, *path, hint=hint))
        return lists


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a name matches one of the patterns, as file names do."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def near(pattern: str, names: Sequence[str], aliases: Mapping[str, str]) -> str:
    """Return the hint for a pattern without a match: the nearest names.

    >>> near("head", ["embed.weight", "head.weight"], {})
    'write "head.*" for all of head'
    """
    if any(name.startswith(f"{pattern}.") for name in names):
        return f'write "{pattern}.*" for all of {pattern}'
    shared = [name for name in aliases if fnmatchcase(name, pattern)]
    if shared:
        return f"{shared[0]} is the same tensor as {aliases[shared[0]]}: match that"
    closest = get_close_matches(pattern, names, n=3, cutoff=0.4)
    if closest:
        return f"the nearest names: {', '.join(closest)}"
    return f"names are such as {names[0]}"
