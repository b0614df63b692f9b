"""transformers' get_scheduler: a schedule by its name."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import torch

from lehr.dropin.transformers.floors import (
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    get_polynomial_decay_schedule_with_warmup,
)
from lehr.dropin.transformers.metric import (
    get_greedy_schedule,
    get_reduce_on_plateau_schedule,
)
from lehr.dropin.transformers.schedules import (
    get_constant_schedule,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
    get_wsd_schedule,
)


class SchedulerType(str, Enum):  # noqa: UP042  (as transformers' own, it formats so)
    """The names of transformers' schedules, equal to transformers' own members.

    >>> SchedulerType("cosine") is SchedulerType.COSINE
    True
    """

    LINEAR = "linear"
    COSINE = "cosine"
    COSINE_WITH_RESTARTS = "cosine_with_restarts"
    POLYNOMIAL = "polynomial"
    CONSTANT = "constant"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"
    INVERSE_SQRT = "inverse_sqrt"
    REDUCE_ON_PLATEAU = "reduce_lr_on_plateau"
    COSINE_WITH_MIN_LR = "cosine_with_min_lr"
    COSINE_WARMUP_WITH_MIN_LR = "cosine_warmup_with_min_lr"
    WARMUP_STABLE_DECAY = "warmup_stable_decay"
    GREEDY = "greedy"

    @classmethod
    def _missing_(cls, value: object) -> "SchedulerType":
        known = ", ".join(member.value for member in cls)
        raise ValueError(f"unknown schedule {value!r}; known: {known}")


TYPE_TO_SCHEDULER_FUNCTION: dict[SchedulerType, Callable[..., Any]] = {
    SchedulerType.LINEAR: get_linear_schedule_with_warmup,
    SchedulerType.COSINE: get_cosine_schedule_with_warmup,
    SchedulerType.COSINE_WITH_RESTARTS: (
        get_cosine_with_hard_restarts_schedule_with_warmup
    ),
    SchedulerType.POLYNOMIAL: get_polynomial_decay_schedule_with_warmup,
    SchedulerType.CONSTANT: get_constant_schedule,
    SchedulerType.CONSTANT_WITH_WARMUP: get_constant_schedule_with_warmup,
    SchedulerType.INVERSE_SQRT: get_inverse_sqrt_schedule,
    SchedulerType.REDUCE_ON_PLATEAU: get_reduce_on_plateau_schedule,
    SchedulerType.COSINE_WITH_MIN_LR: get_cosine_with_min_lr_schedule_with_warmup,
    SchedulerType.COSINE_WARMUP_WITH_MIN_LR: (
        get_cosine_with_min_lr_schedule_with_warmup_lr_rate
    ),
    SchedulerType.WARMUP_STABLE_DECAY: get_wsd_schedule,
    SchedulerType.GREEDY: get_greedy_schedule,
}
"""The function of each name."""


def get_scheduler(
    name: str | SchedulerType,
    optimizer: torch.optim.Optimizer,
    num_warmup_steps: float | None = None,
    num_training_steps: float | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
) -> Any:
    """Return a schedule by its name, as the Trainer asks for it.

    As in transformers, "constant" and "constant_with_warmup" take no notice of
    `scheduler_specific_kwargs`.

    Args:
        name: a value or member of `SchedulerType`, of transformers' as well.
        optimizer: any torch optimizer; or transformers' LayerWiseDummyOptimizer, whose
            optimizers get a schedule each.
        num_warmup_steps: updates before the rate is reached.
        num_training_steps: length of the run.
        scheduler_specific_kwargs: the schedule's other arguments.

    Raises:
        ValueError: there is no such name, or it needs an argument that is None.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> made = get_scheduler("linear", optimizer, 0, num_training_steps=10)
    >>> [made.lr_lambdas[0](t) for t in (0, 5, 10)]
    [1.0, 0.5, 0.0]
    """
    kind = SchedulerType(name)
    given = (num_warmup_steps, num_training_steps, scheduler_specific_kwargs)
    if hasattr(optimizer, "optimizer_dict"):
        return _layer_wise(kind, optimizer, given)
    function, specific = (
        TYPE_TO_SCHEDULER_FUNCTION[kind],
        scheduler_specific_kwargs or {},
    )
    if kind is SchedulerType.CONSTANT:
        return function(optimizer)
    if kind in (SchedulerType.REDUCE_ON_PLATEAU, SchedulerType.GREEDY):
        return function(optimizer, **specific)
    lengths = {"num_warmup_steps": _needed(kind, "num_warmup_steps", num_warmup_steps)}
    if kind is SchedulerType.CONSTANT_WITH_WARMUP:
        return function(optimizer, **lengths)
    if kind is SchedulerType.WARMUP_STABLE_DECAY:
        lengths["num_training_steps"] = num_training_steps
    elif kind is not SchedulerType.INVERSE_SQRT:
        total = _needed(kind, "num_training_steps", num_training_steps)
        lengths["num_training_steps"] = total
    return function(optimizer, **lengths, **specific)


def _needed(kind: SchedulerType, name: str, value: float | None) -> float | None:
    if value is None:
        raise ValueError(f"{kind.value} needs {name}, got None; pass it")
    return value


def _layer_wise(kind: SchedulerType, optimizer: Any, given: tuple[Any, ...]) -> Any:
    """Schedule each parameter's own optimizer, stepped where its gradient is ready."""
    from transformers.trainer_pt_utils import LayerWiseDummyScheduler

    inner = optimizer.optimizer_dict
    schedules = {weight: get_scheduler(kind, inner[weight], *given) for weight in inner}

    def ready(weight: torch.Tensor) -> None:
        schedules[weight].step()

    for weight in inner:
        if weight.requires_grad:
            weight.register_post_accumulate_grad_hook(ready)
    rate = optimizer.defaults["lr"]
    return LayerWiseDummyScheduler(optimizer_dict=inner, lr=rate)
