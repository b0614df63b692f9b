"""Small models whose parameters have the names and shapes that matter."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 8), nn.GELU(), nn.Linear(8, width))

    def forward(self, x):
        return x + self.mlp(self.norm(x))


class Transformer(nn.Module):
    """Embedding, a position, `depth` blocks, a norm and a head."""

    def __init__(self, depth=3, tied=False):
        super().__init__()
        self.position = nn.Parameter(torch.zeros(1, 5, 4))
        self.embed = nn.Embedding(7, 4)
        self.blocks = nn.ModuleList(Block() for _ in range(depth))
        self.norm = nn.LayerNorm(4)
        self.head = nn.Linear(4, 7, bias=not tied)
        if tied:
            self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def linear(seed=0):
    """Return two layers with a norm between them, the same for the same seed."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))


def step(optimizer, model, seed=0, steps=3):
    """Take some updates, and return the parameters after them."""
    generator = torch.Generator().manual_seed(seed)
    inputs = [torch.randn(6, 3, generator=generator) for _ in range(steps)]

    def loss_of(x):
        def closure():
            optimizer.zero_grad()
            loss = model(x).square().mean()
            loss.backward()
            return loss

        return closure

    for x in inputs:
        optimizer.step(loss_of(x))
    return [p.detach().clone() for p in model.parameters()]


def contents(optimizer, model):
    """Return the names of the parameters in each group, by the group's name."""
    names = {id(value): name for name, value in model.named_parameters()}
    return {
        group["name"]: [names[id(value)] for value in group["params"]]
        for group in optimizer.param_groups
    }
