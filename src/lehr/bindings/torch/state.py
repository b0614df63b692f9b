"""The saved state: strict JSON, small, and enough to see what has changed since."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from lehr._checks import finite
from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.position import (
    CLOCKS,
    read_position,
    require_clock,
    whole,
)
from lehr.bindings.torch.rules import Rule
from lehr.schedules.base import Schedule

FORMAT = 1
Json = dict[str, Any]


@dataclass(frozen=True)
class SavedRule:
    """A rule as text: the schedule's expression, its clock, relative or not."""

    text: str
    clock: str
    relative: bool

    @classmethod
    def of(cls, rule: Rule | None) -> "SavedRule | None":
        """Return the text of a rule."""
        if rule is None:
            return None
        return cls(text_of(rule.schedule), rule.clock, rule.relative)

    def rebuilt(self) -> Rule:
        """Return the rule that the text describes."""
        from lehr.config import read_schedule

        return Rule(read_schedule(self.text), require_clock(self.clock), self.relative)

    def describes(self, rule: Rule | None) -> bool:
        """Whether `rule` is the one saved, in these or in other words."""
        if rule is None or (self.clock, self.relative) != (rule.clock, rule.relative):
            return False
        if self.text == text_of(rule.schedule):
            return True
        from lehr.config import ConfigError

        try:
            return self.rebuilt() == rule
        except ConfigError:
            return False

    def __str__(self) -> str:
        text = f"times_base({self.text})" if self.relative else self.text
        return text if self.clock == "updates" else f'on("{self.clock}", {text})'


@dataclass(frozen=True)
class SavedField:
    """A saved field, spread over the groups of the optimizer at hand."""

    given: list[SavedRule | None]
    followed: list[SavedRule | None]
    bases: list[float] | None


def text_of(schedule: Schedule) -> str:
    """Return the expression that `schedule` is saved as: its `repr`.

    A user's own function without a name to import it by, such as a lambda, is part of
    it by a sample of its values; where it lies in memory is not.
    """
    text = repr(schedule)
    nameless = re.sub(r" at 0x[0-9a-f]+", "", text)
    if nameless == text:
        return text
    sample = repr(_sample(schedule))
    return f"{nameless} with values {hashlib.sha256(sample.encode()).hexdigest()[:8]}"


def _sample(schedule: Schedule) -> list[float | str]:
    """Return values at 0 and at powers of two, until a function has no more.

    Not far, since a product of factors takes as long as it is: a state is written
    often.
    """
    found: list[float | str] = []
    for t in (0, *(2**i for i in range(17))):
        try:
            found.append(schedule(t))
        except Exception as error:  # the user's own, as of a table that has ended
            return [*found, type(error).__name__]
    return found


def write_fields(fields: Iterable[Field]) -> dict[str, Json]:
    """Return the configuration: by field, what each set of groups follows."""
    return {bound.name: _write_field(bound) for bound in fields}


def _write_field(bound: Field) -> Json:
    written: dict[tuple[SavedRule | None, SavedRule | None], list[int]] = {}
    texts: dict[int, SavedRule | None] = {}
    for index, (given, rule) in enumerate(zip(bound.given, bound.rules, strict=True)):
        for item in (given, rule):
            if id(item) not in texts:
                texts[id(item)] = SavedRule.of(item)
        if given is not None or rule is not None:
            key = texts[id(given)], texts[id(rule)]
            written.setdefault(key, []).append(index)
    entries = []
    for (as_given, followed), groups in written.items():
        entry: Json = {"groups": "all" if len(groups) == len(bound.given) else groups}
        entry["schedule"] = _write_rule(as_given)
        if followed != as_given:
            entry["followed"] = _write_rule(followed)
        entries.append(entry)
    field: Json = {"rules": entries}
    if any(rule is not None and rule.relative for rule in bound.rules):
        field["bases"] = list(bound.bases)
    return field


def _write_rule(rule: SavedRule | None) -> Json | None:
    if rule is None:
        return None
    return {"text": rule.text, "clock": rule.clock, "times_base": rule.relative}


def fingerprint(fields: Mapping[str, Json]) -> str:
    """Return the SHA-256 of the configuration: equal if and only if its text is."""
    from lehr.config.canonical_form import digest

    return digest(fields)


@dataclass(frozen=True)
class SavedState:
    """A state that was read and found whole."""

    position: list[int]
    fields: dict[str, Json]
    history: list[Json]

    def field(self, name: str, groups: int) -> SavedField:
        """Return what was saved of a field, for an optimizer of `groups` groups.

        Raises:
            ValueError: it was saved with more groups, or is damaged.
        """
        saved = self.fields.get(name, {})
        try:
            return _read_field(name, saved, groups)
        except (AttributeError, KeyError, TypeError) as error:
            shown = f"{type(error).__name__}: {error}"
            raise ValueError(f"the state is damaged: {name}: {shown}") from error


def _read_field(name: str, saved: Json, groups: int) -> SavedField:
    given: list[SavedRule | None] = [None] * groups
    followed = given.copy()
    for entry in saved.get("rules", ()):
        everywhere = entry["groups"] == "all"
        places = range(groups) if everywhere else [*map(_place, entry["groups"])]
        if max(places, default=0) >= groups:
            raise ValueError(
                f"the saved state schedules {name} of param_groups[{max(places)}], "
                f"but the optimizer has {groups} param groups; add the same groups "
                "before loading"
            )
        for index in places:
            given[index] = _read_rule(entry["schedule"])
            followed[index] = _read_rule(entry.get("followed", entry["schedule"]))
    bases = saved.get("bases")
    if bases is not None:
        bases = [finite(f"bases[{i}]", base) for i, base in enumerate(bases)]
    return SavedField(given, followed, bases)


def _place(saved: Any) -> int:
    return whole("the number of a group", saved)


def _read_rule(saved: Json | None) -> SavedRule | None:
    if saved is None:
        return None
    text, clock, relative = saved["text"], saved["clock"], saved["times_base"]
    if not isinstance(text, str) or not isinstance(relative, bool):
        raise TypeError(f"{saved!r} is no schedule")
    return SavedRule(text, require_clock(clock), relative)


def write_state(position: list[int], fields: Iterable[Field], history: Any) -> Json:
    """Return the state as strict JSON."""
    configuration = write_fields(fields)
    return {
        "lehr": FORMAT,
        "position": dict(zip(CLOCKS, position, strict=True)),
        "fingerprint": fingerprint(configuration),
        "fields": configuration,
        "history": json.loads(json.dumps(history)),
    }


def read_state(state: Any) -> SavedState:
    """Check a saved state.

    Raises:
        TypeError: it is not a mapping.
        ValueError: it is another scheduler's, of another format, or damaged.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state must be what state_dict() returned, got {state!r}")
    if "lehr" not in state:
        _refuse_foreign(state)
    if state["lehr"] != FORMAT:
        raise ValueError(
            f"the state has format {state['lehr']!r}, this lehr reads {FORMAT}; "
            "load it with the version that saved it"
        )
    try:
        found, noted = fingerprint(state["fields"]), state["fingerprint"]
        saved = SavedState(
            read_position(state["position"]),
            dict(state["fields"]),
            list(state["history"]),
        )
    except KeyError as error:
        raise ValueError(f"the state is incomplete: {error} is missing") from error
    except (AttributeError, TypeError) as error:
        raise ValueError(f"the state is damaged: {error}") from error
    if found != noted:
        raise ValueError(
            f"the state is damaged: its configuration has fingerprint {found[:12]}, "
            f"but {str(noted)[:12]} was saved with it"
        )
    return saved


def _refuse_foreign(state: Mapping[str, Any]) -> NoReturn:
    if "last_epoch" in state:
        at = state["last_epoch"]
        raise ValueError(
            f"this is the state of one of torch's schedulers (last_epoch={at!r}), "
            "which does not say what curve it followed; go to the same update with "
            f"scheduler.seek({at!r})"
        )
    raise ValueError(
        f"this is no state of a lehr scheduler: it holds {sorted(map(str, state))}"
    )
