"""One rank: trains a wrapped model, saves, goes on elsewhere, and notes the rates."""

import torch
import torch.distributed as dist
from torch.distributed.checkpoint import state_dict as states
from torch.distributed.fsdp import fully_shard

from bindings.forked import fork
from bindings.recorded import recorded
from lehr import Linear, warmup_cosine
from lehr.bindings.torch import Scheduler

FIELDS = {"lr": warmup_cosine(1e-2, warmup=3, total=20), "beta1": Linear(0.8, 0.9, 20)}


def start(kind, tensor, seed):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    if kind == "ddp":
        model = torch.nn.parallel.DistributedDataParallel(model)
    else:
        fully_shard(model)
    rate = torch.tensor(0.5, dtype=torch.float64) if tensor else 0.5
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, foreach=False)
    scheduler = Scheduler(optimizer, **FIELDS)
    return model, optimizer, scheduler


def train(updates, model, optimizer, scheduler):
    seen = recorded(optimizer, *FIELDS)
    for t in range(*updates):
        x = torch.full((4, 3), 0.1 * t + dist.get_rank())
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
        scheduler.step()
    return seen


def through_a_resume(kind, tensor):
    """Return the rates of 16 updates, 7 of them before the save, and of a whole run."""
    parts = start(kind, tensor, seed=0)
    whole = train((0, 16), *parts)
    expected = states.get_model_state_dict(parts[0])
    parts = start(kind, tensor, seed=0)
    seen = train((0, 7), *parts)
    saved = *states.get_state_dict(*parts[:2]), parts[2].state_dict()
    model, optimizer, scheduler = start(kind, tensor, seed=1)
    states.set_state_dict(
        model, optimizer, model_state_dict=saved[0], optim_state_dict=saved[1]
    )
    scheduler.load_state_dict(saved[2])
    seen += train((7, 16), model, optimizer, scheduler)
    found = states.get_model_state_dict(model)
    same = all(torch.equal(local(found[k]), local(expected[k])) for k in expected)
    return {"whole": whole, "resumed": seen, "same": same}


def local(tensor):
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor


def every_kind(folder):
    return {
        f"{kind}{', tensor' if tensor else ''}": through_a_resume(kind, tensor)
        for kind in ("ddp", "fsdp")
        for tensor in (False, True)
    }


if __name__ == "__main__":
    fork(every_kind)
