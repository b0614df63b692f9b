"""One update under a gradient scaler, which skips it when gradients overflow."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from lehr.bindings.torch.scheduler import Scheduler


def step_scaled(
    scaler: "torch.amp.GradScaler",
    scheduler: "Scheduler",
    *,
    samples: int = 0,
    tokens: int = 0,
) -> bool:
    """Step the scaler and its scale, and the scheduler if the update was applied.

    The scaler lowers its scale exactly when it skips an update, so the clock stands
    still for those. Reading the scale makes the host wait for the device. With several
    optimizers under one scaler, write it out::

        before = scaler.get_scale()
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() >= before:
            for scheduler in schedulers:
                scheduler.step()

    Args:
        scaler: has scaled this update's loss.
        scheduler: bound to the optimizer to step.
        samples: samples that the update consumed.
        tokens: tokens that the update consumed.

    Returns:
        whether the update was applied.

    >>> import torch
    >>> from lehr import Constant
    >>> from lehr.bindings.torch import Scheduler, step_scaled
    >>> weight = torch.nn.Parameter(torch.ones(1))
    >>> scheduler = Scheduler(torch.optim.SGD([weight], lr=0.1), lr=Constant(0.1))
    >>> scaler = torch.amp.GradScaler("cpu")
    >>> scaler.scale(weight.sum() * torch.inf).backward()
    >>> step_scaled(scaler, scheduler), scheduler.position.updates
    (False, 0)
    """
    before = scaler.get_scale()
    scaler.step(scheduler.optimizer)
    scaler.update()
    applied = scaler.get_scale() >= before
    if applied:
        scheduler.step(samples=samples, tokens=tokens)
    return applied
