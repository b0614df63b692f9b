"""A model that is spread over ranks, and its state as trees of tensors."""

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor


class Net(nn.Module):
    """Uneven shapes, some smaller than the ranks; tied weights; buffers; bfloat16."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.norm = nn.BatchNorm1d(5)
        self.narrow = nn.Linear(5, 1)
        self.brief = nn.Linear(5, 3, dtype=torch.bfloat16)
        self.head = nn.Linear(5, 7, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x):
        h = self.norm(self.embedding(x))
        half = self.brief(h.bfloat16()).float().sum()
        return self.head(h).square().mean() + self.narrow(h).sum() + half


def trainee(seed):
    """A model that is spread over the ranks, and its optimizer."""
    torch.manual_seed(seed)
    model = Net()
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    fully_shard(model.brief, mesh=mesh)
    fully_shard(model, mesh=mesh)
    return model, torch.optim.AdamW(model.parameters(), lr=0.01)


def train(model, optimizer, updates=3):
    for number in range(updates):
        generator = torch.Generator().manual_seed(number)
        model(torch.randint(7, (4,), generator=generator)).backward()
        optimizer.step()
        optimizer.zero_grad()


def state_of(model, optimizer):
    return {
        "model": model.state_dict(),
        "state": {"optimizer": optimizer.state_dict(), "epoch": 3, "who": ("a", 1)},
    }


def whole(tree):
    """The same tree of whole tensors."""
    if isinstance(tree, dict):
        return {key: whole(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [whole(value) for value in tree]
    if isinstance(tree, DTensor):
        return tree.full_tensor()
    return tree.clone() if isinstance(tree, torch.Tensor) else tree


def same(one, other):
    """Whether two trees are equal, bit for bit."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        keys = {str(k) for k in one} == {str(k) for k in other}
        return keys and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other
