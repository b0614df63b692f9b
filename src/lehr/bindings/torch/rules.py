"""Which schedule each param group follows, as the caller wrote it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lehr.bindings.torch.position import Clock, require_clock
from lehr.bindings.torch.slots import Groups
from lehr.schedules.base import Schedule


@dataclass(frozen=True)
class Rule:
    """One group follows `schedule` on `clock`, times its starting value if relative."""

    schedule: Schedule
    clock: Clock
    relative: bool


@dataclass(frozen=True)
class TimesBase:
    """A schedule of factors; made by `times_base`."""

    schedule: Schedule


@dataclass(frozen=True)
class On:
    """What a field follows, on a clock of its own; made by `on`."""

    clock: Clock
    value: Any


Followed = Schedule | TimesBase | On
Assigned = Followed | Mapping[str | int, Followed | None] | Sequence[Followed | None]


class PerGroup(list[Followed | None]):
    """What each group follows, and what those will that are added later.

    Args:
        follower: what a group follows, by its index and its contents.
        groups: those that there are.
    """

    def __init__(
        self,
        follower: Callable[[int, Mapping[str, Any]], Followed | None],
        groups: Sequence[Mapping[str, Any]],
    ) -> None:
        super().__init__(follower(i, group) for i, group in enumerate(groups))
        self.follower = follower

    def of(self, groups: Sequence[Mapping[str, Any]]) -> list[Followed | None]:
        """Return what the groups follow, those included that are new."""
        new = range(len(self), len(groups))
        return [*self, *(self.follower(index, groups[index]) for index in new)]


def times_base(schedule: Schedule) -> TimesBase:
    """Multiply each group's own starting value, and so keep the groups' ratios.

    The starting value is what the group held before lehr first wrote to it; it is part
    of the scheduler's state.

    Args:
        schedule: the factor at each update.

    Raises:
        TypeError: `schedule` is not a schedule.

    >>> from lehr import Linear
    >>> times_base(Linear(1.0, 0.0, 100))
    TimesBase(schedule=Linear(start=1.0, end=0.0, steps=100))
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(f"times_base takes a schedule of factors, got {schedule!r}")
    return TimesBase(schedule)


def on(clock: Clock, value: Assigned) -> On:
    """Run one field by another clock than the scheduler's: `lr=on("tokens", ...)`.

    Args:
        clock: "updates", "samples" or "tokens".
        value: what a field takes: a schedule, `times_base(...)`, a mapping or a list.

    Raises:
        ValueError: `clock` is not one of the three.

    >>> from lehr import Linear
    >>> on("tokens", Linear(1e-3, 0.0, 2_000_000)).clock
    'tokens'
    """
    return On(require_clock(clock), value)


def assign(name: str, value: Any, groups: Groups, clock: Clock) -> list[Rule | None]:
    """Return the rule of each group, `None` where the caller left the group alone.

    Raises:
        TypeError: `value` is nothing that a field can follow.
        ValueError: a mapping or a list does not fit the groups.
    """
    require_given(name, value)
    if isinstance(value, On):
        return assign(name, value.value, groups, value.clock)
    if isinstance(value, Mapping):
        return _by_key(name, value, groups, clock)
    if isinstance(value, PerGroup):
        value = value.of(groups)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) != len(groups):
            raise ValueError(
                f"{name} lists {len(value)} schedules for {len(groups)} param groups; "
                "list one per group (None leaves a group alone), or give one schedule "
                "for all of them"
            )
        return [_rule(f"{name}[{i}]", item, clock) for i, item in enumerate(value)]
    return [_rule(name, value, clock)] * len(groups)


def require_given(name: str, value: Any) -> None:
    """Refuse `None` for a whole field; it can only leave single groups alone."""
    if value is None:
        raise TypeError(f"{name} must be a schedule, got None; leave it out instead")


def is_shared(value: Any) -> bool:
    """Whether one schedule was given for all groups, those to come included."""
    value = value.value if isinstance(value, On) else value
    return isinstance(value, (Schedule, TimesBase, On))


def _rule(name: str, value: Any, clock: Clock) -> Rule | None:
    if isinstance(value, On):
        return _rule(name, value.value, value.clock)
    if isinstance(value, TimesBase):
        return Rule(value.schedule, clock, relative=True)
    if isinstance(value, Schedule):
        return Rule(value, clock, relative=False)
    if value is None:
        return None
    hint = f"; for a constant write Constant({value!r})"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    raise TypeError(
        f"{name} must be a schedule, times_base(schedule), on(clock, schedule), or a "
        f"mapping or list of these, got {value!r}{hint if number else ''}"
    )


def _by_key(
    name: str, value: Mapping[Any, Any], groups: Groups, clock: Clock
) -> list[Rule | None]:
    rules: list[Rule | None] = [None] * len(groups)
    missing = set(range(len(groups)))
    for key, item in value.items():
        rule = _rule(f"{name}[{key!r}]", item, clock)
        for index in _named(name, key, groups):
            if index not in missing:
                raise ValueError(
                    f"{name} names param_groups[{index}] twice: by {key!r}"
                )
            rules[index] = rule
            missing.discard(index)
    if missing:
        index = min(missing)
        label = groups[index].get("name", index)
        raise ValueError(
            f"{name} has no schedule for param_groups[{index}] ({label!r}); add "
            f"{label!r}: schedule to schedule it, or {label!r}: None to leave it alone"
        )
    return rules


def _named(name: str, key: Any, groups: Groups) -> list[int]:
    if isinstance(key, int) and 0 <= key < len(groups):
        return [key]
    found = [i for i, group in enumerate(groups) if group.get("name") == key]
    if found:
        return found
    import difflib

    names = [str(group["name"]) for group in groups if "name" in group]
    near = difflib.get_close_matches(str(key), names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    known = ", ".join(map(repr, names)) if names else "none has a name"
    maker = "" if names else "; groups_by_pattern(model, patterns) makes named ones"
    raise ValueError(
        f"{name} names a param group {key!r} that does not exist; {hint}"
        f"groups by name: {known}; by index: 0 to {len(groups) - 1}{maker}"
    )
