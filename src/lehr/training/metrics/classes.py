"""Which dimension of an output holds the classes."""

from torch import Tensor


def class_dimension(output: Tensor, target: Tensor) -> int | None:
    """Return the dimension of `output` that holds the classes of integer targets.

    It is the last or the second, whichever leaves the target's shape; None if neither
    does. A (batch, classes) output with (batch,) targets is both: 1.

    Raises:
        ValueError: both do, in a tensor of three or more dimensions.

    >>> import torch
    >>> class_dimension(torch.zeros(8, 20, 65), torch.zeros(8, 20))
    2
    """
    if output.ndim != target.ndim + 1:
        return None
    last = output.shape[:-1] == target.shape
    second = output.ndim > 1 and output.shape[:1] + output.shape[2:] == target.shape
    if last and second and output.ndim > 2 and output.shape[1] != output.shape[-1]:
        second = False
    if last and second and output.ndim > 2:
        raise ValueError(
            f"output of shape {tuple(output.shape)} could hold its classes in "
            "dimension 1 or last; pass loss=..."
        )
    return 1 if second else output.ndim - 1 if last else None
