"""Dropout whose share is checked when the network is built."""

from torch import nn


def dropout(share: float) -> nn.Dropout:
    """Return a layer that leaves out a share of the features in training.

    Args:
        share: in [0, 1).

    Raises:
        ValueError: it is not.

    >>> dropout(0.25)
    Dropout(p=0.25, inplace=False)
    """
    if not 0 <= share < 1:
        raise ValueError(f"dropout must be in [0, 1), got {share!r}")
    return nn.Dropout(share)
