"""An optimizer of torch's that is given its parameters later."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import torch
from torch import nn, optim

from lehr._checks import choice
from lehr.training.fusing import HOW, advise, follow_loads, fusible, unfuse_for_sparse
from lehr.training.schedulers.groups import GroupRates
from lehr.training.schedulers.settings import rate

Parameters = nn.Module | Iterable[Any]


class Optimizer:
    """An optimizer of torch's that is given its parameters later.

    A trainer or a loop binds it to its model; by hand, `bind(model)` does. From then on
    it does what torch's does, and `bound` is torch's own. `set_lr` works before and
    after. Its step is fused where torch has that for the parameters, unless an option
    says how it is to be.
    """

    kind: ClassVar[Any]  # torch's class

    def __init__(self, learning_rate: Any, **options: Any) -> None:
        known = set(inspect.signature(self.kind).parameters) - {"params", "lr"}
        for name in options:
            choice(f"an option of {type(self).__name__}", name, tuple(sorted(known)))
        rate("learning_rate", learning_rate)
        # Torch's own checks, on a parameter that nobody will miss.
        self.kind([nn.Parameter(torch.empty(1))], lr=learning_rate, **options)
        self.options = options
        # What groups with rates of their own are compared with, whatever is set later.
        self._first = self._rate = learning_rate
        self._bound: optim.Optimizer | None = None
        self._rates: GroupRates | None = None

    def bind(self, model: Parameters) -> optim.Optimizer:
        """Take a model's parameters, once; return torch's optimizer of them.

        Args:
            model: or its parameters, or param groups as torch takes them. A group
                without a rate of its own gets this optimizer's.

        Raises:
            ValueError: it is bound to other parameters already, or there are none.
        """
        given = list(model.parameters() if isinstance(model, nn.Module) else model)
        if self._bound is None:
            bound = self._built(given)
            follow_loads(bound)
            rates = GroupRates(bound)
            rates.write(float(self._rate))
            self._bound, self._rates = bound, rates
        elif _parameters(given) != _parameters(self._bound.param_groups):
            raise ValueError(
                f"this {type(self).__name__} is bound to other parameters already; "
                "build one for each model"
            )
        return self._bound

    def _built(self, given: list[Any]) -> optim.Optimizer:
        """Build torch's; fused, where it can be and nobody has chosen otherwise."""
        plain: optim.Optimizer = self.kind(given, lr=self._first, **self.options)
        groups = [{**group, "fused": True} for group in plain.param_groups]
        chosen = any(group.get(one) for group in plain.param_groups for one in HOW)
        held = (parameter for group in groups for parameter in group["params"])
        if chosen or "fused" in self.options or not fusible(self.kind, held):
            return plain
        options = {**self.options, "fused": True}
        fused: optim.Optimizer = self.kind(groups, lr=self._first, **options)
        unfuse_for_sparse(fused)
        return fused

    @property
    def bound(self) -> optim.Optimizer:
        """Torch's optimizer.

        Raises:
            ValueError: there is none before `bind`.
        """
        if self._bound is None:
            raise ValueError(
                f"this {type(self).__name__} has no parameters yet: give it to a "
                "trainer, or call bind(model)"
            )
        return self._bound

    def set_lr(self, learning_rate: float) -> None:
        """Put a rate in force; param groups keep the ratios of theirs.

        Args:
            learning_rate: >= 0; 0 trains nothing, as the first epoch of a warmup from 0
                does.

        Raises:
            ValueError: it is negative or not finite.
        """
        value = rate("learning_rate", learning_rate)
        if self._rates is not None:
            self._rates.write(value)
        self._rate = value

    def get_lr(self) -> float:
        """Return the rate in force: that of the first param group."""
        held = self._rate if self._bound is None else self._bound.param_groups[0]["lr"]
        return float(held)

    @property
    def learning_rate(self) -> float:
        """The rate in force."""
        return self.get_lr()

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Torch's own, once there are some."""
        return self.bound.param_groups

    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Update the parameters, as torch's does."""
        return self.bound.step() if closure is None else self.bound.step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients, as torch's does."""
        self.bound.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Return torch's state."""
        return self.bound.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take torch's state."""
        self.bound.load_state_dict(state_dict)

    def __repr__(self) -> str:
        given = {"learning_rate": self.get_lr(), **self.options}
        inside = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({inside})"


def bound(optimizer: optim.Optimizer | Optimizer, model: nn.Module) -> optim.Optimizer:
    """Return torch's optimizer: the one given, or lehr's bound to the model.

    Raises:
        TypeError: they are no model and no optimizer, or it needs a closure.
    """
    require_model(model)
    if isinstance(optimizer, Optimizer):
        return optimizer.bind(model)
    if isinstance(optimizer, type) or not hasattr(optimizer, "param_groups"):
        raise TypeError(
            "optimizer must be one of torch's, or of lehr's such as "
            f"SGD(learning_rate=0.1), got {optimizer!r}"
        )
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if closure is not None and closure.default is closure.empty:
        raise TypeError(
            f"{type(optimizer).__name__} evaluates the loss several times per update, "
            "by a closure, and is not driven here; use another optimizer"
        )
    if isinstance(optimizer, optim.Optimizer):
        follow_loads(optimizer)
    advise(optimizer)
    return optimizer


def require_model(model: Any) -> None:
    """Refuse what is no model, such as an optimizer in its place."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {model!r}")


def native(optimizer: Any) -> Any:
    """Return torch's optimizer inside of lehr's; another one as it is."""
    return optimizer._bound if isinstance(optimizer, Optimizer) else optimizer


def _parameters(given: list[Any]) -> set[int]:
    """Tell parameters by what they are, in groups or not, by name or not."""
    found = set()
    for item in given:
        held = item["params"] if isinstance(item, dict) else [item]
        for parameter in [held] if isinstance(held, torch.Tensor) else held:
            found.add(id(parameter[1] if isinstance(parameter, tuple) else parameter))
    return found
