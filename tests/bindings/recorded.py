"""What an optimizer's param groups hold at the very moment of each update."""

import torch

from lehr.bindings.torch.slots import read


def recorded(optimizer, *fields):
    """Return a list that gets the fields of the first group, update by update.

    Call it after the scheduler was built: its own hook comes first then, as it does
    for the optimizer itself.
    """
    fields, seen = fields or ("lr",), []

    def note(*_):
        values = tuple(read(optimizer.param_groups[0], field) for field in fields)
        seen.append(values if len(values) > 1 else values[0])

    optimizer.register_step_pre_hook(note)
    return seen


def single(value):
    """Return the number that a float32 tensor holds of `value`."""
    return torch.tensor(value, dtype=torch.float32).item()
