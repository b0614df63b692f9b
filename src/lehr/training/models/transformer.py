"""A small decoder-only transformer that tells the next byte."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from lehr._checks import count
from lehr.training.models.dropout import dropout as dropout_of

BYTES = 256
_DEVIATION = 0.02  # of the weights before training
_BASE = 10_000.0  # the slowest angle of the rotary positions turns by 1 / base


class ByteTransformer(nn.Module):
    """Blocks of attention to what came before; bytes in, scores of the next ones out.

    Each block adds causal attention, then two layers with GELU between them, each after
    a layer norm of its own. Positions turn queries and keys, so any length fits. The
    embedding of the bytes is also the last layer. There are no biases.

    Args:
        width: numbers per byte, a multiple of 2 x heads.
        layers: blocks, >= 1.
        heads: of the attention, >= 1.
        dropout: share of what each part adds that is left out in training, in [0, 1).

    Raises:
        ValueError: a number is out of range.

    Source: A. Radford et al., Language Models are Unsupervised Multitask Learners,
        2019, for the blocks and their first weights; J. Su et al., RoFormer, 2021,
        arXiv:2104.09864, for the positions; O. Press and L. Wolf, 2017,
        arXiv:1608.05859, for the tied embedding.

    >>> ByteTransformer(width=16, layers=1, heads=2)(torch.zeros(5, 9).long()).shape
    torch.Size([5, 9, 256])
    """

    def __init__(
        self,
        *,
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        heads = count("heads", heads, 1)
        if count("width", width, 1) % (2 * heads):
            raise ValueError(
                f"width must be a multiple of 2 x heads ({2 * heads}), got {width}"
            )
        self.embedding = nn.Embedding(BYTES, width)
        self.dropout = dropout_of(dropout)
        layers = count("layers", layers, 1)
        blocks = (_Block(width, heads, dropout) for _ in range(layers))
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width, bias=False)
        half = width // heads // 2
        angles = _BASE ** (-torch.arange(half, dtype=torch.float32) / half)
        self.register_buffer("angles", angles, persistent=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                # What a block adds is kept small, so that depth does not add it up.
                adds = name.endswith(("attended.weight", "contract.weight"))
                share = (2 * layers) ** -0.5 if adds else 1.0
                nn.init.normal_(weight, std=_DEVIATION * share)

    def forward(self, text: Tensor) -> Tensor:
        """Scores of the byte behind each: (batch, bytes) to (batch, bytes, 256)."""
        hidden = self.dropout(self.embedding(text))
        places = torch.arange(text.shape[1], device=text.device, dtype=torch.float32)
        turns = torch.outer(places, cast(Tensor, self.angles))  # (bytes, half a head)
        for block in self.blocks:
            hidden = block(hidden, turns.cos(), turns.sin())
        return functional.linear(self.norm(hidden), self.embedding.weight)


class _Block(nn.Module):
    """Attention to what came before, then a layer for each place by itself."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width, bias=False)
        self.asked = nn.Linear(width, 3 * width, bias=False)
        self.attended = nn.Linear(width, width, bias=False)
        self.between = nn.LayerNorm(width, bias=False)
        self.expand = nn.Linear(width, 4 * width, bias=False)
        self.contract = nn.Linear(4 * width, width, bias=False)
        self.dropout = dropout_of(dropout)

    def forward(self, hidden: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Hidden states (batch, bytes, width), the turns (bytes, half a head)."""
        parts = self.asked(self.before(hidden)).chunk(3, -1)
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts
        )
        seen = functional.scaled_dot_product_attention(
            _turned(query, cos, sin), _turned(key, cos, sin), value, is_causal=True
        )
        hidden = hidden + self.dropout(self.attended(seen.transpose(1, 2).flatten(2)))
        thought = functional.gelu(self.expand(self.between(hidden)))
        return hidden + cast(Tensor, self.dropout(self.contract(thought)))


def _turned(part: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of numbers by its place: (batch, heads, bytes, head)."""
    first, second = part.chunk(2, -1)
    turned = torch.cat((first * cos - second * sin, first * sin + second * cos), -1)
    return turned.to(part.dtype)  # cos and sin stay exact where the rest is rounded
