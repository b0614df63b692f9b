"""A saved state against the scheduler at hand: what may differ, and what may not."""

import math
from collections.abc import Mapping
from typing import Any, Literal

from lehr._checks import choice, finite

OnChange = Literal["refuse", "keep", "override"]


def read_saved(kind: str, state: Any, names: set[str]) -> dict[str, Any]:
    """Return a copy of a saved state that holds these names and no others."""
    if not isinstance(state, Mapping):
        raise TypeError(f"state must be what state_dict() returned, got {state!r}")
    if missing := sorted(names - state.keys()):
        raise ValueError(f"this is no state of a {kind}: it lacks {', '.join(missing)}")
    if unknown := sorted(map(str, state.keys() - names)):
        raise ValueError(
            f"this is no state of a {kind}, which has no {', '.join(unknown)}"
        )
    return dict(state)


def same_rate(saved: Any, computed: float, where: str) -> None:
    """Refuse a state whose rate is not the one that it leads to."""
    saved = finite("current_lr", saved)
    if not math.isclose(saved, computed, rel_tol=1e-9):
        raise ValueError(
            f"the state is damaged: its current_lr is {saved!r}, but {where} and its "
            f"configuration give {computed!r}"
        )


def settle(
    kind: str, own: Mapping[str, Any], saved: Mapping[str, Any], policy: OnChange
) -> dict[str, Any]:
    """Return the configuration to follow, the scheduler's own or the saved one.

    Raises:
        ValueError: they differ and the policy is "refuse", or it is unknown.

    >>> settle("StepLR", {"gamma": 0.1}, {"gamma": 0.5}, "override")
    {'gamma': 0.1}
    """
    choice("on_change", policy, ("refuse", "keep", "override"))
    differing = [name for name in own if own[name] != saved[name]]
    if policy == "refuse" and differing:
        shown = "; ".join(
            f"{name} was {saved[name]!r} and is {own[name]!r}" for name in differing
        )
        raise ValueError(
            f"the saved {kind} differs: {shown}; build it as it was, or pass "
            'on_change="keep" (follow the saved one) or "override" (this one)'
        )
    return dict(saved if policy == "keep" else own)
