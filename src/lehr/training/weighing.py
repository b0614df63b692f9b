"""What a batch weighs in a mean: its samples, or its tokens; and where it goes."""

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import nn

from lehr._checks import choice, count
from lehr.training.batches import size_of, tokens_of
from lehr.training.unbound import require_model

MeanOver = Literal["samples", "tokens"]
Counter = Callable[[Any], int]


class Weighing:
    """Counts samples and tokens of batches, and says which of them a mean is over.

    Args:
        mean_over: "samples" or "tokens": what the loss of a batch is the mean over.
        count_tokens: `count_tokens(batch)`; None: the targets that are not -100.

    >>> padded = torch.zeros(2, 3), torch.tensor([[5, 1, -100], [7, -100, -100]])
    >>> Weighing().weight(padded), Weighing("tokens").weight(padded)
    (2, 3)
    """

    def __init__(
        self, mean_over: MeanOver = "samples", count_tokens: Counter | None = None
    ) -> None:
        self.by_tokens = choice("mean_over", mean_over, ("samples", "tokens")) == (
            "tokens"
        )
        if count_tokens is not None and not callable(count_tokens):
            raise TypeError(
                "count_tokens must be callable as count_tokens(batch), got "
                f"{count_tokens!r}"
            )
        self._count_tokens = count_tokens or tokens_of
        # Counting costs a look at the target: only where somebody asks for it.
        self.tokens_wanted = self.by_tokens or count_tokens is not None

    def tokens(self, batch: Any) -> int:
        """Return the tokens of a batch; 0 if nobody asks for them."""
        if not self.tokens_wanted:
            return 0
        return count("the tokens of a batch", self._count_tokens(batch))

    def weight(self, batch: Any) -> int:
        """Return what a batch weighs in a mean."""
        return self.tokens(batch) if self.by_tokens else size_of(batch)


def device_of(
    model: nn.Module, device: torch.device | str | None = None
) -> torch.device:
    """Return `device`, or where the model's first parameter is."""
    require_model(model)
    if device is not None:
        return torch.device(device)
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device
