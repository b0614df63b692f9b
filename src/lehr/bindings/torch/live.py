"""Another plan for a scheduler that is at work, and the record of it."""

from collections.abc import Mapping
from typing import Any, Literal

from lehr import _checks
from lehr.bindings.torch.binding import _ORIGINS, Binding
from lehr.bindings.torch.fields import Field, extend
from lehr.bindings.torch.loading import Difference, values_of
from lehr.bindings.torch.position import CLOCKS
from lehr.bindings.torch.rules import Assigned, Rule, require_given
from lehr.bindings.torch.state import SavedRule
from lehr.replanning.extending import HOWS, How
from lehr.replanning.extending import extend as extended
from lehr.replanning.rewarming import rewarm

Rules = list[Rule | None]


class Replannable(Binding):
    """A binding whose schedules may be changed while it runs."""

    def replan(
        self,
        *,
        how: How | Literal["rewarm"] | None = None,
        fields: str | tuple[str, ...] = "lr",
        **given: Any,
    ) -> None:
        """Follow another schedule from the next update on, and put that on record.

        Either by field, `replan(lr=schedule)`: any that the scheduler was built with;
        its update 0 is that of the run. Or made of what is followed now,
        `replan(how="cooldown", total=12_000)`: by `lehr.extend`, whose words `how` and
        the others are, or `how="rewarm"` by `lehr.rewarm`; what is left alone stays so.
        Lengths are on the clock of each schedule, and `floor` and `peak` of what is
        relative are factors.

        The states saved from then on hold what was done, under "history". They go on
        with the new schedule when they are loaded under the script as it was, and also
        where the script says the new schedule itself. A refused call changes nothing.

        Args:
            how: as of `lehr.extend`, or "rewarm"; None if schedules are given.
            fields: the field, or fields, that `how` is for.
            given: schedules by field, or the arguments of `lehr.extend`.

        Raises:
            TypeError: a value is no schedule, or an argument is unknown.
            ValueError: a field is not scheduled; the schedule does not fit the groups;
                what `lehr.extend` refuses.

        >>> import torch
        >>> from lehr import Linear
        >>> from lehr.bindings.torch import Scheduler
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> scheduler = Scheduler(optimizer, lr=Linear(1.0, 0.0, 100))
        >>> scheduler.seek(50)
        >>> scheduler.replan(how="cooldown", total=60)
        >>> scheduler.seek(55)
        >>> scheduler.get_last_lr()
        [0.25]
        """
        if how is None:
            planned = self._given_rules(given)
        else:
            _checks.choice("how", how, (*HOWS, "rewarm"))
            if "at" in given:
                raise TypeError(
                    "replan takes no `at`: another plan begins with the next update; "
                    "seek(...) goes elsewhere"
                )
            names = (fields,) if isinstance(fields, str) else tuple(fields)
            if not names:
                known = ", ".join(self._fields)
                raise ValueError(f"fields must name at least one of {known}")
            planned = {name: self._made(name, how, given) for name in names}
        changes = [
            change
            for name, rules in planned.items()
            for change in self._changes(name, rules, _call(how, given))
        ]
        for name, rules in planned.items():
            self._fields[name].rules = rules
        if changes:
            at = dict(zip(CLOCKS, self._clock, strict=True))
            record = {"policy": how or "override", "by": "replan", "at": at}
            self._history.append(record | {"changes": changes})
        self._refresh()

    def _given_rules(self, given: Mapping[str, Assigned]) -> dict[str, Rules]:
        if not given:
            raise ValueError(
                'say what to follow: replan(lr=schedule), or replan(how="cooldown", '
                "total=...)"
            )
        planned = {}
        for name, value in given.items():
            require_given(name, value)
            probe = Field(name, value, self._scheduled(name).clock)
            extend(probe, self.optimizer, _ORIGINS)
            planned[name] = probe.given
        return planned

    def _made(self, name: str, how: str, options: Mapping[str, Any]) -> Rules:
        made: dict[int, Rule | None] = {id(None): None}
        rules = self._scheduled(name).rules
        for rule in rules:
            if rule is not None and id(rule) not in made:
                at = self._clock[CLOCKS.index(rule.clock)]
                if how == "rewarm":
                    schedule = rewarm(rule.schedule, at=at, **options)
                else:
                    schedule = extended(
                        rule.schedule,
                        at=at,
                        how=how,  # type: ignore[arg-type]  # found among HOWS
                        **options,
                    )
                made[id(rule)] = Rule(schedule, rule.clock, rule.relative)
        return [made[id(rule)] for rule in rules]

    def _scheduled(self, name: str) -> Field:
        if name not in self._fields:
            known = ", ".join(self._fields)
            raise ValueError(
                f"{name} is not scheduled here, but {known}; give it a schedule when "
                "the scheduler is built, such as a constant"
            )
        return self._fields[name]

    def _changes(self, name: str, rules: Rules, call: str) -> list[dict[str, Any]]:
        found: dict[tuple[SavedRule | None, SavedRule | None], Difference] = {}
        for index, (old, new) in enumerate(
            zip(self._fields[name].rules, rules, strict=True)
        ):
            both = SavedRule.of(old), SavedRule.of(new)
            if both[0] == both[1]:
                continue
            known = found.get(both)
            groups = (*known.groups, index) if known else (index,)
            before, after = map(_shown, both)
            found[both] = Difference(
                name,
                groups,
                before,
                call or after,
                after,
                values_of(old, new, self._clock),
            )
        return [change.record() for change in found.values()]


def _shown(rule: SavedRule | None) -> str:
    return "not scheduled" if rule is None else str(rule)


def _call(how: str | None, options: Mapping[str, Any]) -> str:
    """Return what was asked for, as text; "" where it was a schedule itself."""
    if how is None:
        return ""
    return f"{how}({', '.join(f'{name}={v!r}' for name, v in options.items())})"
