"""A scheduler that follows a metric: planned values, cut when it stops improving."""

import copy
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal, NoReturn, get_args

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.plateau_cuts import (
    CutField,
    CutRules,
    Cuts,
    compile_cutting_writer,
)
from lehr.bindings.torch.plateau_state import (
    SavedPlateau,
    difference,
    write_plateau_state,
)
from lehr.bindings.torch.position import CLOCKS
from lehr.bindings.torch.replanning import Policy
from lehr.bindings.torch.rules import Assigned, times_base
from lehr.bindings.torch.scheduler import Scheduler
from lehr.bindings.torch.slots import read
from lehr.controllers import Plateau, PlateauState
from lehr.schedules.constant import Constant

PlateauPolicy = Literal["refuse", "keep", "override"]


def _shown(name: str, reading: Callable[["PlateauScheduler"], Any]) -> Any:
    """Return a property under the name that torch gives to it, which no one sets."""

    def refuse(scheduler: "PlateauScheduler", value: Any) -> None:
        raise AttributeError(
            f"{name} follows the controller and the metrics it has seen; build another "
            f"PlateauScheduler to change it, got {value!r}"
        )

    return property(reading, refuse, doc=f"`{name}` of torch's ReduceLROnPlateau.")


class PlateauScheduler(Scheduler, ReduceLROnPlateau):
    """Cut the planned values of `optimizer` when a metric stops improving.

    Call `step(metric)` after each evaluation. It advances the position t by one and
    shows the metric to the controller. A group's value is `planned(t)`, and for each
    cut so far `max(value * factor, minimum)`; a cut that changes it by no more than
    `eps` changes nothing. With nothing planned it is the number for number that torch's
    ReduceLROnPlateau gives, and an instance of that class, so that frameworks show it
    their metric.

    Nothing is read back from the param groups: the values follow from configuration,
    position and the controller's memory, so that building and loading may come in any
    order, and groups may be added at any time.

    Args:
        optimizer: any torch optimizer.
        controller: decides from the metrics when to cut.
        planned: what `Scheduler` takes for a field: a schedule of the steps,
            `times_base(schedule)`, or one per group. None keeps each group's own value.
        minimum: the lowest value, of all groups or one per group.
        eps: a cut by no more than this changes nothing; >= 0.
        start: steps before the controller sees its first metric.
        field: the field of the param groups that is driven.
        on_change: what `load_state_dict` does where the saved configuration differs:
            "refuse", "keep" (follow the saved one) or "override" (the new one).

    Raises:
        TypeError: an argument is of the wrong type.
        ValueError: an argument is outside its range or does not fit the groups.

    >>> import torch
    >>> from lehr.controllers import Plateau
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> plateau = Plateau("min", factor=0.5, patience=1)
    >>> scheduler = PlateauScheduler(optimizer, plateau)
    >>> rates = []
    >>> for loss in (1.0, 0.9, 0.9, 0.9, 0.9, 0.9):
    ...     optimizer.step()
    ...     scheduler.step(loss)
    ...     rates += scheduler.get_last_lr()
    >>> rates, scheduler.best
    ([0.1, 0.1, 0.1, 0.05, 0.05, 0.025], 0.9)
    """

    by_metric = True
    """Whether `step` wants a metric."""

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        controller: Plateau,
        *,
        planned: Assigned | None = None,
        minimum: float | Sequence[float] = 0.0,
        eps: float = 0.0,
        start: int = 0,
        field: str = "lr",
        on_change: PlateauPolicy = "refuse",
    ) -> None:
        lowest = tuple(minimum) if isinstance(minimum, list) else minimum
        rules = CutRules(controller, lowest, eps, start)  # type: ignore[arg-type]  # it checks
        self._cuts = Cuts(rules, rules, controller.start())
        followed = times_base(Constant(1.0)) if planned is None else planned
        fields: dict[str, Any] = {field: followed}
        super().__init__(optimizer, on_change=_require_policy(on_change), **fields)

    # -------------------------------------------------------------- what torch calls it

    mode = _shown("mode", lambda s: s.controller.mode)
    factor = _shown("factor", lambda s: s.controller.factor)
    patience = _shown("patience", lambda s: s.controller.patience)
    threshold = _shown("threshold", lambda s: s.controller.threshold)
    threshold_mode = _shown("threshold_mode", lambda s: s.controller.threshold_mode[:3])
    cooldown = _shown("cooldown", lambda s: s.controller.cooldown)
    eps = _shown("eps", lambda s: s._cuts.followed.eps)
    min_lrs = _shown(
        "min_lrs", lambda s: s._cuts.followed.lowest(len(s.optimizer.param_groups))
    )
    mode_worse = _shown(
        "mode_worse", lambda s: math.inf if s.controller.mode == "min" else -math.inf
    )
    best: Any = _shown(
        "best", lambda s: s.mode_worse if s.memory.best is None else s.memory.best
    )
    num_bad_epochs = _shown("num_bad_epochs", lambda s: s.memory.bad)
    cooldown_counter = _shown("cooldown_counter", lambda s: s.memory.cooling)

    def _reset(self) -> None:
        """Forget all metrics and cuts, as torch's method of this name does."""
        self._cuts.forget()
        self._rewrite()

    # ------------------------------------------------------------------------ the clock

    def step(  # type: ignore[override]  # as torch's own does
        self, metrics: Any = None, epoch: int | None = None
    ) -> None:
        """Count one evaluation, and set the values that follow from its metric.

        Args:
            metrics: the metric; may be left out for the first `start` steps only.
            epoch: refused; torch's schedulers once took a number to go to here.

        Raises:
            TypeError: the metric is missing or no number; `epoch` is given.
            ValueError: the controller refuses the metric, as for a NaN if told to.
        """
        if epoch is not None:
            raise TypeError(
                f"step() counts one evaluation and takes no number, got {epoch!r}; "
                f"to go to a position use seek({epoch!r})"
            )
        self._go(self._clock[0] + 1, metrics)

    def _go(self, position: int, metric: Any) -> None:
        """Be at `position`; from `start` on, show the metric to the controller."""
        if self._careful and not self._counts(sys._getframe(1)):
            return
        if position > self._cuts.followed.start:
            if metric is None:
                raise TypeError(
                    f"step {position} needs the metric that the controller watches: "
                    "step(val_loss)"
                )
            self._cuts.see(metric)
        self._clock[0] = position
        groups = self.optimizer.param_groups
        if groups is self._groups and len(groups) == self._width:
            self._until = self._advance(groups)
        else:
            self._refresh()

    @property
    def controller(self) -> Plateau:
        """What decides from the metrics; a loaded state may change it."""
        return self._cuts.followed.controller

    @property
    def memory(self) -> PlateauState:
        """What the controller remembers of the metrics."""
        return self._cuts.memory

    def __repr__(self) -> str:
        kind, groups = type(self.optimizer).__name__, len(self.optimizer.param_groups)
        return (
            f"<{type(self).__name__} of {kind} ({groups} groups), {self.position}: "
            f"{self._cuts.followed}, {self.memory.cuts} cuts>"
        )

    # ---------------------------------------------------------------------- the binding

    def _install(self) -> None:
        # Also where a copy begins: with a memory of its own.
        self._cuts = copy.copy(self._cuts)
        self._fields = {
            name: self._cutting(bound) for name, bound in self._fields.items()
        }
        super()._install()

    def _cutting(self, bound: Field) -> CutField:
        held = {each.name: getattr(bound, each.name) for each in fields(Field)}
        return CutField(**held, cuts=self._cuts)

    @property
    def _bound(self) -> CutField:
        [bound] = self._fields.values()
        return bound  # type: ignore[return-value]  # made by `_cutting`

    def _compile(self) -> None:
        super()._compile()
        bound = self._bound
        self._cuts.followed.lowest(len(self.optimizer.param_groups))
        if any(rule is not None and rule.clock != "updates" for rule in bound.rules):
            raise ValueError(
                f"planned values of {bound.name} run on the steps of a "
                "PlateauScheduler; leave out on(...)"
            )
        self._advance, self._forget = compile_cutting_writer(bound, self._clock)

    # ------------------------------------------------------------------------ the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state: JSON of position, memory and configuration."""
        name, groups = self._bound.name, self.optimizer.param_groups
        held = [read(group, name) for group in groups]
        return write_plateau_state(super().state_dict(), self._cuts, held)

    def replan(self, **given: Any) -> NoReturn:
        """Refuse: what is followed is up to the metric, and its plan is a setting."""
        raise TypeError(
            "a PlateauScheduler is not replanned; build another one, and load the "
            'state of this with on_change="override"'
        )

    def _load(self, state: Mapping[str, Any], policy: Policy) -> None:
        allowed = _require_policy(policy)
        saved = SavedPlateau.of(state)
        name, before = self._bound.name, (self._cuts, self._fields)
        if list(saved.planned) != [name]:
            raise ValueError(
                f"the saved state drives {', '.join(saved.planned)}, this scheduler "
                f"{name}; build it with field={next(iter(saved.planned), name)!r}"
            )
        groups = self.optimizer.param_groups
        if groups is not self._groups or len(groups) != self._width:
            self._refresh()
        changed = saved.differs(self._cuts.given)
        if changed and allowed == "refuse":
            raise ValueError(difference(name, saved.followed, self._cuts.given))
        given = self._cuts.given
        if given == saved.given or (changed and allowed == "keep"):
            followed = saved.followed
        else:
            followed = given
        followed.lowest(len(groups))
        try:
            self._cuts = Cuts(given, followed, saved.memory)
            starts = saved.starts(self._bound)
            bound = replace(self._bound, captured=starts, cuts=self._cuts)
            self._fields = {name: bound}
            super()._load(saved.inner, policy)
        except BaseException:
            self._cuts, self._fields = before
            raise
        if changed:
            record = {"field": name, "saved": str(saved.followed), "given": str(given)}
            at = dict(zip(CLOCKS, self._clock, strict=True))
            self._history.append({"policy": policy, "at": at, "changes": [record]})


def _require_policy(policy: Any) -> PlateauPolicy:
    known: tuple[PlateauPolicy, ...] = get_args(PlateauPolicy)
    if policy not in known:
        raise ValueError(
            f"on_change of a PlateauScheduler must be one of "
            f"{', '.join(map(repr, known))}, got {policy!r}"
        )
    return policy  # type: ignore[no-any-return]  # Any, just found among the known
