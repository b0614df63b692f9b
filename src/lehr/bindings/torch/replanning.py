"""What to do with a saved schedule when the configuration has changed since."""

import math
from typing import Any, Literal, get_args

from lehr.replanning.between import reanchored, rescaled, straightened
from lehr.replanning.extending import extend
from lehr.schedules.base import Schedule

Policy = Literal[
    "refuse", "keep", "override", "rescale", "reanchor", "stable", "cooldown"
]
POLICIES: tuple[Policy, ...] = get_args(Policy)
REPLANNING: tuple[Policy, ...] = ("rescale", "reanchor", "stable", "cooldown")
"""The policies that make a third schedule of the saved one and the new one."""


def require_policy(policy: Any) -> Policy:
    """Return `policy` if it is one, or say which there are."""
    if policy not in POLICIES:
        known = ", ".join(repr(name) for name in POLICIES)
        raise ValueError(f"on_change must be one of {known}, got {policy!r}")
    return policy  # type: ignore[no-any-return]  # Any, just found among POLICIES


def replanned(policy: Policy, saved: Schedule, new: Schedule, now: int) -> Schedule:
    """Return what is followed from update `now` on, under a policy of `REPLANNING`.

    Raises:
        ValueError: the policy does not fit the two schedules or the position.
    """
    try:
        if policy == "rescale":
            return rescaled(saved, new, now)
        if policy == "reanchor":
            return reanchored(saved, new, now)
        if policy == "cooldown":
            return straightened(saved, new, now)
        if new.steps == math.inf:
            raise ValueError("stable needs a new schedule that ends, for its length")
        return extend(saved, at=now, total=new.steps, how="stable")
    except ValueError as error:
        raise ValueError(
            f"on_change={policy!r} does not fit: {error}. Or use on_change='keep' or "
            "'override'"
        ) from error
