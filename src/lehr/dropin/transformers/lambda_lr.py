"""torch's LambdaLR, kept, but for how it steps and what it forgets."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR as TorchLambdaLR

from lehr.bindings.torch.stores import Store, store_for
from lehr.dropin._groups import look_before_each_update, number, taken
from lehr.dropin.past_end import PastEndWarning
from lehr.dropin.transformers.multiplier import Multiplier

Lambda = Callable[[int], float]
_MADE = ("_tracks", "_seen", "_limit")


class LambdaLR(TorchLambdaLR):
    """Multiply each group's starting rate by a function of the step.

    It is torch's LambdaLR, an instance of it, and their states are exchanged both ways.
    The difference: a function that groups share is asked once; a loaded state has the
    rates of its step written at once; groups that are added later get theirs before
    their first update; and the first step past the end whose multiplier climbs back
    says so, once.

    Args:
        optimizer: any torch optimizer.
        lr_lambda: a function of the step, or one for each group.
        last_epoch: -1 at the start; else the step to go on from, and each group needs
            its `initial_lr`.

    Raises:
        KeyError: a group has no `initial_lr`, but `last_epoch` is not -1.
        ValueError: there are not as many functions as groups.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = LambdaLR(optimizer, lambda step: 0.5**step)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr(), isinstance(scheduler, TorchLambdaLR)
    ([0.05], True)
    """

    _tracks: list[tuple[Lambda, Lambda, Store]]
    _seen: tuple[Any, ...] = ()
    _limit: float = math.inf
    _warned: bool = False

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        lr_lambda: Lambda | Sequence[Lambda],
        last_epoch: int = -1,
    ) -> None:
        given: Any = lr_lambda
        super().__init__(optimizer, given, last_epoch)
        look_before_each_update(self, optimizer)

    def step(self, epoch: int | None = None) -> None:
        """Count one update, and write the rates of the next.

        Args:
            epoch: the step to go to; torch gives this up.
        """
        if epoch is not None or self._step_count < 2:
            super().step(epoch)  # it may have something to say
        else:
            self._step_count += 1
            self._update_lr(None)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = t = self.last_epoch + 1 if epoch is None else epoch
        groups = self.optimizer.param_groups
        known, width, bases, lambdas, held = self._seen or (None, 0, (), (), None)
        if (
            groups is not known
            or len(groups) != width
            or self.base_lrs != bases
            or self.lr_lambdas != lambdas
            or type(groups[0]["lr"]) is not held
        ):
            self._compile()
        for rule, value_at, store in self._tracks:
            store(groups, value_at(t) if type(t) is int else rule(t))
        if t > self._limit:
            self._look_past_the_end(t)

    # ------------------------------------------------------------------- the groups

    def _compile(self) -> None:
        """Make the writers anew, for the groups and functions as they are now."""
        groups = self.optimizer.param_groups
        for group in groups[len(self.base_lrs) :]:
            group.setdefault("initial_lr", taken(group["lr"]))
            self.base_lrs.append(taken(group["initial_lr"]))
        lambdas = self.lr_lambdas
        for base in self.base_lrs[len(lambdas) :]:
            last = lambdas[-1]
            if isinstance(last, Multiplier) and last.fit:
                last = last.fit(number(base))
            lambdas.append(last)
        tracks: dict[int, tuple[Lambda, list[tuple[int, float]]]] = {}
        for index, (rule, base) in enumerate(zip(lambdas, self.base_lrs, strict=False)):
            track = tracks.setdefault(id(rule), (rule, []))
            track[1].append((index, number(base)))
        self._tracks = [
            (rule, getattr(rule, "value_at", rule), store_for("lr", targets, groups))
            for rule, targets in tracks.values()
        ]
        held, width = type(groups[0]["lr"]), len(groups)
        self._seen = (groups, width, [*self.base_lrs], [*lambdas], held)
        ends = [getattr(rule, "end", math.inf) for rule in lambdas]
        self._limit = math.inf if self._warned else min(ends, default=math.inf)

    def _before_update(self) -> None:
        if len(self.optimizer.param_groups) > len(self.base_lrs):
            self._update_lr(self.last_epoch)

    def _look_past_the_end(self, t: int) -> None:
        for rule in self.lr_lambdas:
            if isinstance(rule, Multiplier) and t > rule.end and rule(t) > rule(t - 1):
                self._warned, self._limit = True, math.inf
                warnings.warn(
                    f"the schedule climbs back: it was made for {rule.end:g} steps, "
                    f"after which update {t} has {rule(t):.3g} of the rate, more than "
                    f"the update before; pass num_training_steps > {t}, or stop there",
                    PastEndWarning,
                    stacklevel=4,
                )
                return

    # -------------------------------------------------------------------- the state

    @property
    def _last_lr(self) -> list[Any]:
        return [taken(group["lr"]) for group in self.optimizer.param_groups]

    @_last_lr.setter
    def _last_lr(self, value: Any) -> None:
        """Take no notice: the groups hold it."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state, as torch's LambdaLR does: all but the functions."""
        more = {"_last_lr": self._last_lr, "_get_lr_called_within_step": False}
        state = super().state_dict() | more
        return {k: v for k, v in state.items() if k not in (*_MADE, "_warned")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go to a saved step, of torch's LambdaLR as well, and write its rates.

        Args:
            state_dict: what `state_dict()` returned; it is not changed.

        Raises:
            ValueError: it is none of a LambdaLR, or was saved with more groups than
                there are.
        """
        if "base_lrs" not in state_dict or "last_epoch" not in state_dict:
            raise ValueError(
                "the state must be of a LambdaLR, with base_lrs and last_epoch, got "
                f"one of {', '.join(state_dict) or 'nothing'}"
            )
        saved, groups = len(state_dict["base_lrs"]), len(self.optimizer.param_groups)
        if saved > groups:
            raise ValueError(
                f"the state was saved with {saved} param groups, the optimizer has "
                f"{groups}; add the same groups first"
            )
        state = {k: v for k, v in state_dict.items() if k != "_last_lr"}
        state["base_lrs"] = list(state["base_lrs"])  # ours may grow
        super().load_state_dict(state)
        self._update_lr(self.last_epoch)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in _MADE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        look_before_each_update(self, self.optimizer)
