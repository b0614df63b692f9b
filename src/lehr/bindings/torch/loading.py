"""Compare a saved configuration with the one at hand, and decide what is followed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lehr.bindings.torch.fields import Field, same_number
from lehr.bindings.torch.position import CLOCKS, Clock, require_clock
from lehr.bindings.torch.replanning import REPLANNING, Policy, replanned
from lehr.bindings.torch.rules import Rule
from lehr.bindings.torch.state import SavedField, SavedRule, SavedState


@dataclass(frozen=True)
class Difference:
    """One thing that the saved state and the configuration disagree on."""

    field: str
    groups: tuple[int, ...]
    saved: str
    given: str
    followed: str
    values: tuple[float, float] | None = None

    def record(self) -> dict[str, Any]:
        """Return it as JSON, for the history of a run."""
        found = {
            "field": self.field,
            "groups": list(self.groups),
            "saved": self.saved,
            "given": self.given,
            "followed": self.followed,
        }
        return found if self.values is None else found | {"values": [*self.values]}

    def __str__(self) -> str:
        where = ", ".join(map(str, self.groups[:8]))
        more = ", ..." if len(self.groups) > 8 else ""
        return (
            f"  {self.field}, param_groups {where}{more}:\n"
            f"    saved: {self.saved}\n    now:   {self.given}"
        )


@dataclass(frozen=True)
class Decision:
    """What to follow after loading, and why."""

    fields: dict[str, Field]
    differences: list[Difference]


def decide(
    saved: SavedState, fields: Mapping[str, Field], groups: int, policy: Policy
) -> Decision:
    """Return the fields to follow from the saved position on.

    Raises:
        ValueError: the configurations differ, and the policy is "refuse" or does not
            apply to the difference.
    """
    decided: dict[str, Field] = {}
    differences: list[Difference] = []
    for name in dict.fromkeys((*fields, *saved.fields)):
        bound = fields[name]
        was = saved.field(name, groups)
        rules, changed = _follow(bound, was, saved.position, policy)
        bases, rebased = _base(bound, was, rules, saved.position, policy)
        differences += changed + rebased
        decided[name] = replace(bound, rules=rules, bases=bases)
    if differences and policy == "refuse":
        listed = "\n".join(map(str, differences))
        raise ValueError(
            f"the saved state has another configuration than this scheduler:\n"
            f"{listed}\n  build the scheduler as it was, or say what to do with "
            'load_state_dict(state, on_change=...): "keep" the saved one, "override" '
            'it with the new one, "rescale" to the new horizon, "reanchor" from '
            'today\'s value to the new end, "stable" for more of the plateau, or '
            '"cooldown" at once to the new end'
        )
    return Decision(decided, differences)


def _follow(
    bound: Field, was: SavedField, position: list[int], policy: Policy
) -> tuple[list[Rule | None], list[Difference]]:
    rules: list[Rule | None] = []
    differing: dict[tuple[SavedRule | None, SavedRule | None], list[int]] = {}
    instead: dict[tuple[SavedRule | None, SavedRule | None], Rule | None] = {}
    known: dict[tuple[Any, ...], tuple[bool, Rule | None]] = {}
    for index, given in enumerate(bound.given):
        old, followed = was.given[index], was.followed[index]
        key = id(given), old, followed
        if key not in known:
            known[key] = _settle(bound.name, given, old, followed, position, policy)
        same, rule = known[key]
        rules.append(rule)
        if not same:
            both = followed, SavedRule.of(given)
            differing.setdefault(both, []).append(index)
            instead[both] = rule
    return rules, [
        Difference(
            bound.name,
            tuple(places),
            _shown(both[0]),
            _shown(both[1]),
            _shown(SavedRule.of(instead[both])),
            values_of(_readable(both[0]), instead[both], position),
        )
        for both, places in differing.items()
    ]


def values_of(
    before: Rule | None, after: Rule | None, position: list[int]
) -> tuple[float, float] | None:
    """Return the schedules' values at the position, for the record of a change."""
    if before is None or after is None:
        return None
    at = (position[CLOCKS.index(rule.clock)] for rule in (before, after))
    return before.schedule(next(at)), after.schedule(next(at))


def _readable(saved: SavedRule | None) -> Rule | None:
    """Return a saved rule, unless it holds a function that its text cannot carry."""
    from lehr.config import ConfigError

    try:
        return None if saved is None else saved.rebuilt()
    except ConfigError:
        return None


def _settle(
    name: str,
    given: Rule | None,
    old: SavedRule | None,
    followed: SavedRule | None,
    position: list[int],
    policy: Policy,
) -> tuple[bool, Rule | None]:
    """Return whether nothing has changed, and the rule to follow."""
    if (given is None and old is None) or (old is not None and old.describes(given)):
        return True, given if followed == old else _followed(name, followed)
    if followed is not None and followed.describes(given):
        return True, given
    if policy in ("refuse", "override"):
        return False, given
    if policy == "keep":
        return False, _followed(name, followed)
    return False, _replanned(name, given, followed, position, policy)


def _replanned(
    name: str,
    given: Rule | None,
    followed: SavedRule | None,
    position: list[int],
    policy: Policy,
) -> Rule:
    if given is None or followed is None:
        raise ValueError(
            f"{policy} needs a saved and a new schedule of {name}, and there is only "
            f'{_shown(followed or SavedRule.of(given))}; use "keep" or "override"'
        )
    if (given.clock, given.relative) != (followed.clock, followed.relative):
        raise ValueError(
            f"{policy} needs the same clock and kind of schedule of {name}, saved: "
            f'{followed}, now: {SavedRule.of(given)}; use "keep" or "override"'
        )
    clock: Clock = given.clock
    was, now = _rebuilt(name, followed).schedule, position[CLOCKS.index(clock)]
    schedule = replanned(policy, was, given.schedule, now)
    return Rule(schedule, clock, given.relative)


def _base(
    bound: Field,
    was: SavedField,
    rules: list[Rule | None],
    position: list[int],
    policy: Policy,
) -> tuple[list[float], list[Difference]]:
    """Return the bases, and where the optimizer's own are neither old nor mid-run."""
    if was.bases is None:
        return bound.captured.copy(), []
    bases, differences = [], []
    factors: dict[SavedRule, float] = {}
    for index, (own, rule) in enumerate(zip(bound.captured, rules, strict=True)):
        saved = was.bases[index] if index < len(was.bases) else own
        followed = was.followed[index]
        if (
            followed is None
            or rule is None
            or not (rule.relative and followed.relative)
        ):
            bases.append(own)
            continue
        if followed not in factors:
            at = position[CLOCKS.index(require_clock(followed.clock))]
            same = followed.describes(rule)
            was_rule = rule if same else _rebuilt(bound.name, followed)
            factors[followed] = was_rule.schedule(at)
        # An optimizer that was loaded first holds the saved rate, not a starting value;
        # the starting value was then taken over from the state that was loaded with it.
        rate = saved * factors[followed]
        known = own, bound.bases[index]
        if any(same_number(base, saved) for base in known) or same_number(own, rate):
            bases.append(saved)
            continue
        chosen = saved if policy == "keep" else own
        differences.append(
            Difference(
                f"{bound.name}, starting value",
                (index,),
                repr(saved),
                repr(own),
                repr(chosen),
            )
        )
        if policy in REPLANNING:
            raise ValueError(
                f"{policy} needs the saved starting values, but {bound.name} of "
                f"param_groups[{index}] starts at {own!r} and was saved with "
                f'{saved!r}; use "keep" or "override"'
            )
        bases.append(chosen)
    return bases, differences


def _followed(name: str, saved: SavedRule | None) -> Rule | None:
    return None if saved is None else _rebuilt(name, saved)


def _rebuilt(name: str, saved: SavedRule) -> Rule:
    from lehr.config import ConfigError

    try:
        return saved.rebuilt()
    except ConfigError as error:
        raise ValueError(
            f"the saved schedule of {name} cannot be rebuilt from its text {saved}: "
            "it is not made of lehr's own schedules; build the scheduler as it was, or "
            'use on_change="override"'
        ) from error


def _shown(rule: SavedRule | None) -> str:
    return "not scheduled" if rule is None else str(rule)
