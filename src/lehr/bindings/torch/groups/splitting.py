"""What weight decay leaves alone: biases, norms, and whatever else is named."""

import re
from collections.abc import Sequence
from typing import Any

from lehr.bindings.torch.groups.parameters import Named, shared_with

Group = dict[str, Any]
NoDecay = bool | str | Sequence[str]

RATE, DECAY = "lr_factor", "weight_decay_factor"
"""Keys of a group: what its schedules are multiplied by."""


def split(
    name: str,
    members: Sequence[Named],
    no_decay: NoDecay,
    everyone: Sequence[Named],
    options: Group,
) -> list[Group]:
    """Return the groups of some parameters: what decays, then what does not.

    Args:
        name: of the group.
        members: its parameters.
        no_decay: as the user wrote it.
        everyone: all parameters of the model, for a pattern that matches nothing.
        options: further values of the groups.
    """
    spared = spared_names(no_decay, everyone)
    rest = [one.value for one in members if one.trains and one.name not in spared]
    out = [one.value for one in members if one.trains and one.name in spared]
    made = list[Group]()
    if rest:
        made.append({"params": rest, **options, "name": name})
    if out:
        none = {"weight_decay": 0.0, DECAY: 0.0}
        made.append({"params": out, **options, **none, "name": f"{name}.no_decay"})
    return made


def spared_names(no_decay: NoDecay, everyone: Sequence[Named]) -> set[str]:
    """Return the names of the parameters that weight decay leaves alone.

    Raises:
        ValueError: a pattern is wrong, or matches nothing.
    """
    if isinstance(no_decay, bool):
        return {one.name for one in everyone if no_decay and one.is_vector_or_norm}
    found = set[str]()
    for pattern in [no_decay] if isinstance(no_decay, str) else no_decay:
        try:
            search = re.compile(pattern).search
        except re.error as error:
            raise ValueError(
                f"no_decay={pattern!r} is no regular expression: {error}"
            ) from None
        if not (hits := {one.name for one in everyone if search(one.name)}):
            raise ValueError(
                f"no_decay={pattern!r} matches none of the {len(everyone)} names, such "
                f"as {everyone[0].name!r}; {shared_with(search, everyone)}"
                "no_decay=True takes biases and norms"
            )
        found |= hits
    return found
