"""The same warmup + cosine as the libraries we compare with write it."""

import math
import sys
import types
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

PEAK, FLOOR = 3e-4, 3e-5


def timm_schedulers() -> Any:
    """Import `timm.scheduler` alone: `import timm` asks for torchvision."""
    if "timm" not in sys.modules:
        spec = find_spec("timm")
        if spec is None or spec.submodule_search_locations is None:
            raise ImportError("the benchmarks need timm: make bench installs it")
        package = types.ModuleType("timm")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["timm"] = package
    import timm.scheduler

    return timm.scheduler


def optimizer() -> Any:
    import torch

    torch.set_num_threads(1)
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)


def begun(scheduler: Any) -> Any:
    """Take an optimizer step: torch's schedulers warn if none has been taken."""
    scheduler.optimizer.step()
    return scheduler


def torch_cosine(total: int) -> Any:
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return begun(CosineAnnealingLR(optimizer(), T_max=total, eta_min=FLOOR))


def torch_warmup_cosine(warmup: int, total: int) -> Any:
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    made = optimizer()
    ramp = LinearLR(made, start_factor=1 / (warmup + 1), total_iters=warmup)
    wave = CosineAnnealingLR(made, T_max=total - warmup, eta_min=FLOOR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR calls its parts' old form
        return begun(SequentialLR(made, [ramp, wave], milestones=[warmup]))


def transformers_warmup_cosine(warmup: int, total: int) -> Any:
    from transformers import get_cosine_schedule_with_warmup

    return begun(get_cosine_schedule_with_warmup(optimizer(), warmup, total))


def timm_warmup_cosine(warmup: int, total: int) -> Callable[[int], list[float]]:
    made = timm_schedulers().CosineLRScheduler(
        optimizer(),
        t_initial=total - warmup,
        lr_min=FLOOR,
        warmup_t=warmup,
        warmup_prefix=True,
        t_in_epochs=False,
    )
    return made._get_lr


def timm_restarts(period: int, multiplier: float) -> Callable[[int], list[float]]:
    made = timm_schedulers().CosineLRScheduler(
        optimizer(), period, FLOOR, cycle_mul=multiplier, cycle_limit=10**9
    )
    return made._get_lr


def lrsched_warmup_cosine(warmup: int, total: int) -> Callable[[int], float]:
    import lrsched

    wave = lrsched.cosine(base_lr=PEAK, min_lr=FLOOR, total_steps=total - warmup)
    return lrsched.with_warmup(wave, warmup_steps=warmup, start_lr=PEAK / (warmup + 1))


def numpy_warmup_cosine(warmup: int, total: int) -> Callable[[Any], Any]:
    import numpy as np

    def rate(t: Any) -> Any:
        u = (t - warmup) / (total - warmup)
        wave = FLOOR + 0.5 * (PEAK - FLOOR) * (1.0 + np.cos(math.pi * u))
        return np.where(t < warmup, PEAK * (t + 1) / (warmup + 1), wave)

    return rate


def optax_warmup_cosine(warmup: int, total: int) -> Callable[[Any], Any]:
    import jax
    import optax

    rate = optax.warmup_cosine_decay_schedule(
        PEAK / (warmup + 1), PEAK, warmup, total, FLOOR
    )
    curve = jax.jit(jax.vmap(rate))
    return lambda t: curve(t).block_until_ready()
