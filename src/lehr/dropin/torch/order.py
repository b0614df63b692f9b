"""Whether optimizer.step() comes before scheduler.step(), as torch watches it."""

import warnings
from functools import wraps
from typing import Any
from weakref import ref

import torch

_SEE = "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


def check_order(optimizer: torch.optim.Optimizer) -> None:
    """Warn, in the words that people filter by, if the optimizer made no step yet."""
    if not hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        what = (
            "Seems like `optimizer.step()` has been overridden after the scheduler was "
            "built, so nobody can tell whether it comes first, as it should."
        )
    elif not getattr(optimizer, "_opt_called", False):
        what = (
            "Detected call of `lr_scheduler.step()` before `optimizer.step()`: the "
            "first value of the schedule is skipped. Step the optimizer first."
        )
    else:
        return
    warnings.warn(f"{what} See {_SEE}", UserWarning, stacklevel=3)


def watch_steps(optimizer: torch.optim.Optimizer) -> None:
    """Note in `optimizer` that it made a step, as torch does; a copy has lost it."""
    bound: Any = optimizer.step
    if hasattr(bound, "_wrapped_by_lr_sched") or not hasattr(bound, "__func__"):
        return
    here, function = ref(optimizer), bound.__func__

    @wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        made: Any = here()
        made._opt_called = True
        return function.__get__(made, type(made))(*args, **kwargs)

    noted._wrapped_by_lr_sched = True  # type: ignore[attr-defined]  # torch's mark
    optimizer.step = noted  # type: ignore[method-assign]  # as torch's schedulers do
