"""What of a run's state rests while the gradients of the next update are computed.

It can be copied for a checkpoint meanwhile. The rest is copied before that begins.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from lehr.training.callbacks.base import Callbacks
    from lehr.training.state import TrainerState


def steady_tensors(trainer: "TrainerState") -> list[Tensor]:
    """Return what only an update writes, or what follows one, and no gradient.

    These are the parameters that are trained, the optimizer's states of them, and the
    states of those callbacks which say so, by `steady_state`. A parameter that is not
    trained may be a running mean that the model itself moves, as buffers are.
    """
    moving = _written_forwards(trainer.model)
    found: list[Tensor] = []
    states = getattr(trainer.optimizer, "state", {})
    for group in trainer.optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.requires_grad and id(parameter) not in moving:
                found.append(parameter)
                found.extend(_tensors_in(states.get(parameter, {})))
    for callback in trainer.callbacks.named.values():
        if getattr(callback, "steady_state", False):
            found.extend(_tensors_in(callback.state_dict()))
    return found


def is_watched(callbacks: "Callbacks", after: Any, *, epoch_end: bool) -> bool:
    """Tell whether a user's callback acts before the gradients of the next update.

    It may change weights, and nobody would wait for their copy.

    Args:
        callbacks: of the run.
        after: the callback that saves.
        epoch_end: whether an epoch begins before the next update.
    """
    hooks = [hook for hook, _ in callbacks.on_save_point]
    owners = [getattr(hook, "__self__", None) for hook in hooks]
    later = hooks[owners.index(after) + 1 :] if after in owners else hooks
    begins = [hook for hook, _ in callbacks.on_epoch_start] if epoch_end else []
    return not all(is_ours(hook) for hook in (*later, *begins))


def is_ours(hook: Any) -> bool:
    """Tell whether a callback, or a method of one, is lehr's."""
    return str(getattr(hook, "__module__", "")).partition(".")[0] == "lehr"


def _written_forwards(model: nn.Module) -> set[int]:
    """Return the parameters of embeddings that scale their rows as they are looked up.

    And those that an optimizer of their own updates as soon as their gradient is there.
    """
    found = {
        id(parameter)
        for module in model.modules()
        if getattr(module, "max_norm", None) is not None
        for parameter in module.parameters(recurse=False)
    }
    hooked = "_post_accumulate_grad_hooks"
    return found | {id(p) for p in model.parameters() if getattr(p, hooked, None)}


def _tensors_in(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _tensors_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tensors_in(one)
