"""The numbers in a param group: find them, read them, and replace them in place."""

from typing import Any

import torch

Group = dict[str, Any]
Groups = list[Group]

# `initial_lr` is a note that torch's own schedulers leave; no optimizer reads it.
_NOT_FIELDS = ("params", "initial_lr")


def is_number(value: Any) -> bool:
    """Whether a schedule can drive `value`: a real number or a tensor of one."""
    if isinstance(value, torch.Tensor):
        return value.numel() == 1 and value.is_floating_point()
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def numeric_fields(group: Group) -> list[str]:
    """Name the numbers of a group, `beta1`, `beta2` for the elements of `betas`."""
    names = [k for k, v in group.items() if k not in _NOT_FIELDS and is_number(v)]
    betas = group.get("betas", ())
    names += [f"beta{i + 1}" for i, beta in enumerate(betas) if is_number(beta)]
    return sorted(names)


def locate(group: Group, name: str) -> tuple[str, int | None]:
    """Return the key of field `name`, and its place where the key holds a tuple."""
    if name not in group and name[:4] == "beta" and name[4:].isdigit():
        return "betas", int(name[4:]) - 1
    return name, None


def held(group: Group, name: str) -> Any:
    """Return what the group holds as field `name`: a number or a tensor."""
    key, place = locate(group, name)
    return group[key] if place is None else group[key][place]


def read(group: Group, name: str) -> float:
    """Return field `name` as a float."""
    value = held(group, name)
    return float(value.item() if isinstance(value, torch.Tensor) else value)


def write(group: Group, name: str, value: float) -> None:
    """Set field `name`; a tensor keeps its identity, dtype and device."""
    key, place = locate(group, name)
    old = group.get(key) if place is None else group[key][place]
    if isinstance(old, torch.Tensor):
        with torch.no_grad():
            old.fill_(value)
    elif place is None:
        group[key] = value
    else:
        whole = group[key]
        group[key] = type(whole)((*whole[:place], value, *whole[place + 1 :]))


def labels_of(groups: Groups) -> list[str | int]:
    """Return what each group goes by: its name, unless another has it; else its index.

    >>> labels_of([{"name": "body"}, {}, {"name": "x"}, {"name": "x"}])
    ['body', 1, 2, 3]
    """
    names = [group.get("name") for group in groups]
    return [
        name if isinstance(name, str) and names.count(name) == 1 else index
        for index, name in enumerate(names)
    ]


def require_field(optimizer: str, groups: Groups, index: int, name: str) -> None:
    """Refuse a field that `groups[index]` lacks, or whose value is no number."""
    group = groups[index]
    known = numeric_fields(group)
    if name in known:
        return
    names = f"its numeric fields: {', '.join(known)}"
    if name in group and name not in _NOT_FIELDS:
        raise ValueError(
            f"field {name!r} of param_groups[{index}] holds {group[name]!r}, which is "
            f"not a real number that a schedule could drive; {names}"
        )
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(
        f"{optimizer} has no field {name!r} in param_groups[{index}]; {hint}{names}"
    )
