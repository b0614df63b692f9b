"""A recurrent network that tells the next byte."""

from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from lehr._checks import count
from lehr.training.models.dropout import dropout as dropout_of
from lehr.training.models.transformer import BYTES


class ByteGru(nn.Module):
    """Layers of gated recurrent units; bytes in, scores of the next ones out.

    The embedding of the bytes is also the last layer.

    Args:
        width: numbers per byte and per layer.
        layers: >= 1.
        dropout: share of each layer's output that is left out in training, in [0, 1).

    Raises:
        ValueError: a count is not positive, or `dropout` is outside [0, 1).

    Source: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder,
        2014, arXiv:1406.1078.

    >>> import torch
    >>> ByteGru(width=16)(torch.zeros(5, 9).long()).shape
    torch.Size([5, 9, 256])
    """

    def __init__(
        self, *, width: int = 256, layers: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        width, layers = count("width", width, 1), count("layers", layers, 1)
        self.embedding = nn.Embedding(BYTES, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.dropout = dropout_of(dropout)
        between = dropout if layers > 1 else 0.0
        self.layers = nn.GRU(width, width, layers, dropout=between, batch_first=True)

    def forward(self, text: Tensor) -> Tensor:
        """Scores of the byte behind each: (batch, bytes) to (batch, bytes, 256)."""
        hidden, _ = self.layers(self.dropout(self.embedding(text)))
        return functional.linear(
            cast(Tensor, self.dropout(hidden)), self.embedding.weight
        )
