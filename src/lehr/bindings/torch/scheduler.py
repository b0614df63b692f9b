"""Drive the numbers of an optimizer's param groups by schedules."""

import sys
from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch.optim.lr_scheduler import LRScheduler

from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.live import Replannable
from lehr.bindings.torch.position import CLOCKS, Clock, Position, require_clock, whole
from lehr.bindings.torch.replanning import Policy, require_policy
from lehr.bindings.torch.rules import Assigned, require_given
from lehr.bindings.torch.slots import held, labels_of, read
from lehr.bindings.torch.state import write_state
from lehr.schedules.base import Schedule


class Scheduler(Replannable, LRScheduler):
    """Give each update of `optimizer` the scheduled values of its hyper-parameters.

    The values are computed from the schedules and the position, never from what the
    param groups hold: for update number n, counted from 0, a field is `schedule(n)`.
    Update 0 is set at construction. Call `step()` after each `optimizer.step()` that
    was applied. Building, loading the optimizer and loading the scheduler may come in
    any order, and groups may be added at any time: before the next update the values
    are right.

    A value that you write into a group yourself stays until the schedule next changes.

    Args:
        optimizer: any torch optimizer.
        on_change: what `load_state_dict` does where the saved configuration differs:
            "refuse", "keep" (follow the saved one), "override" (the new one), "rescale"
            (go on at the same fraction of the new one, to end on its horizon),
            "reanchor" (from today's value to the new end, without a jump), "stable"
            (the saved plateau longer, its decay moved to the new horizon) or "cooldown"
            (straight from today's value to the new end).
        clock: what the schedules count: "updates", "samples" or "tokens".
        only_applied: whether `step()` counts only where the optimizer has applied an
            update since it last did: for loops and frameworks that step after updates
            too that a gradient scaler has skipped. Inside accelerate's wrapper it is
            always so. A CUDA graph that is replayed is no update that can be seen.
        **schedules: by field of the param groups (`lr`, `weight_decay`, `momentum`,
            `beta1`, ...): a schedule, `times_base(schedule)`, `on(clock, ...)`, or one
            of these for each group: a list, or a mapping of group name or index. `None`
            for a group leaves it alone.

    Raises:
        TypeError: `optimizer` is no torch optimizer, or a value is no schedule.
        ValueError: there is no such field, it is not a number, a mapping or list does
            not fit the groups, or one absolute schedule is given to groups whose values
            differ.

    >>> import torch
    >>> from lehr import Linear
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = Scheduler(optimizer, lr=Linear(1.0, 0.0, 10))
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"], scheduler.position
    (0.7, Position(updates=3, samples=0, tokens=0))
    """

    # Some frameworks count calls here; nothing of ours depends on it.
    _step_count: int = 1

    fields: tuple[str, ...]
    """The names of what is scheduled; a loaded state may change them."""

    step_per: Literal["update", "epoch"] | None = None
    """What one step is, where the lengths were meant so: a trainer goes by it."""

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        *,
        on_change: Policy = "refuse",
        clock: Clock = "updates",
        only_applied: bool = False,
        **schedules: Assigned,
    ) -> None:
        # LRScheduler.__init__ would patch the optimizer and add keys to its groups.
        if not isinstance(optimizer, torch.optim.Optimizer):
            fix = "; pass optimizer.bind(model)" if hasattr(optimizer, "bind") else ""
            raise TypeError(
                f"optimizer must be a torch.optim.Optimizer, got {optimizer!r}{fix}"
            )
        if not schedules:
            raise ValueError(
                "name at least one field to schedule, as in "
                "Scheduler(optimizer, lr=schedule)"
            )
        for name, value in schedules.items():
            require_given(name, value)
        self.optimizer = optimizer
        self._on_change = require_policy(on_change)
        clock = require_clock(clock)
        self._fields = {name: Field(name, v, clock) for name, v in schedules.items()}
        self._clock = [0, 0, 0]
        self._history: list[Any] = []
        self._only_applied = only_applied
        self._install()

    # ------------------------------------------------------------------- the clock

    def step(self, epoch: int | None = None, samples: int = 0, tokens: int = 0) -> None:
        """Count one applied update, and set the values of the next.

        Args:
            epoch: refused; torch's schedulers once took a number to go to here.
            samples: samples that the update consumed.
            tokens: tokens that the update consumed.

        Raises:
            TypeError: `epoch` is given; use `seek`.
            ValueError: a count is negative, or a schedule's own clock is not told.
        """
        if self._careful and not self._counts(sys._getframe(1)):
            return
        if samples or tokens or epoch is not None or self._fed:
            self._feed(epoch, samples, tokens)
        clock = self._clock
        clock[0] = update = clock[0] + 1
        if update >= self._until:
            groups = self.optimizer.param_groups
            if groups is self._groups and len(groups) == self._width:
                self._until = self._advance(groups)
            else:
                self._refresh()

    def _feed(self, epoch: int | None, samples: int, tokens: int) -> None:
        if epoch is not None:
            raise TypeError(
                f"step() counts one update and takes no number, got {epoch!r}; "
                f"to go to an update use seek({epoch!r})"
            )
        samples, tokens = whole("samples", samples), whole("tokens", tokens)
        for name in self._fed:
            if not (samples if name == "samples" else tokens):
                raise ValueError(
                    f"{', '.join(self._on(name))} runs on {name}, so each step needs "
                    f"them: step({name}=...)"
                )
        self._clock[1] += samples
        self._clock[2] += tokens

    def seek(
        self, updates: int, samples: int | None = None, tokens: int | None = None
    ) -> None:
        """Go to a position, forwards or backwards, at the cost of one step.

        Args:
            updates: number of updates applied so far.
            samples: samples consumed so far; `None` leaves that clock.
            tokens: tokens consumed so far; `None` leaves that clock.

        Raises:
            ValueError: a count is negative, or a schedule's own clock is not told.
        """
        given = {"samples": samples, "tokens": tokens}
        for name in self._fed:
            if given[name] is None:
                raise ValueError(
                    f"{', '.join(self._on(name))} runs on {name}; "
                    f"tell where that clock is: seek({updates!r}, {name}=...)"
                )
        target = [whole("updates", updates), *self._clock[1:]]
        for index, name in enumerate(CLOCKS[1:], start=1):
            if (count := given[name]) is not None:
                target[index] = whole(name, count)
        self._clock[:] = target
        self._rewrite()

    @property
    def position(self) -> Position:
        """The clocks: updates applied so far, samples and tokens consumed."""
        return Position(*self._clock)

    @property
    def last_epoch(self) -> int:
        """The number of updates applied so far, under the name that torch gives it."""
        return self._clock[0]

    @last_epoch.setter
    def last_epoch(self, value: int) -> None:
        raise AttributeError(
            f"last_epoch follows the position; use seek({value!r}) to go there, and "
            "step() after each update (in ignite: trainer.add_event_handler("
            "Events.ITERATION_COMPLETED, lambda: scheduler.step()))"
        )

    # ------------------------------------------------------------------- the values

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks that the schedules run on."""
        return tuple(clock for clock in CLOCKS if self._on(clock))

    @property
    def values(self) -> dict[str, list[float]]:
        """What each scheduled field holds now, group by group, for the next update."""
        groups = self.optimizer.param_groups
        return {name: [read(g, name) for g in groups] for name in self._fields}

    @property
    def schedules(self) -> dict[str, dict[str | int, Schedule]]:
        """What each field follows, by group: the schedule of its values.

        A group goes by its name, where no other has that, else by its index. What is
        relative is multiplied by the group's starting value; what is left alone is the
        constant that it holds. Each runs on its own clock.

        >>> from lehr import Linear
        >>> from lehr.bindings.torch import times_base
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> scheduler = Scheduler(optimizer, lr=times_base(Linear(1.0, 0.0, 10)))
        >>> scheduler.schedules["lr"][0](5)
        0.05
        """
        labels = labels_of(self.optimizer.param_groups)
        return {
            name: {label: bound.followed(i) for i, label in enumerate(labels)}
            for name, bound in self._fields.items()
        }

    @property
    def base_lrs(self) -> list[float | torch.Tensor]:
        """The rate of each group before lehr first wrote to it."""
        if "lr" in self._fields:
            return list(self._fields["lr"].bases)
        return [read(group, "lr") for group in self.optimizer.param_groups]

    @base_lrs.setter
    def base_lrs(self, value: Any) -> None:
        raise AttributeError(
            "base_lrs are what the groups held at first; schedule other rates instead: "
            "Scheduler(optimizer, lr=...)"
        )

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """Return the rate of each group for the next update; tensors are copies."""
        return self.get_last("lr")

    def get_last(self, field: str) -> list[float | torch.Tensor]:
        """Return a field of each group for the next update; tensors are copies."""
        last = [held(group, field) for group in self.optimizer.param_groups]
        return [v.detach().clone() if isinstance(v, torch.Tensor) else v for v in last]

    def get_lr(self) -> list[float | torch.Tensor]:
        """Return what `get_last_lr` does: there is no other rate."""
        return self.get_last_lr()

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name}={bound.value!r}" for name, bound in self._fields.items()
        )
        kind, groups = type(self.optimizer).__name__, len(self.optimizer.param_groups)
        return f"<Scheduler of {kind} ({groups} groups), {self.position}: {inside}>"

    # ------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state: JSON of the position and of the configuration, as text."""
        return write_state(self._clock, self._fields.values(), self._history)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], on_change: Policy | None = None
    ) -> None:
        """Go to the position of a saved state, and set the values of its next update.

        Where the configuration differs from the saved one, the policy decides; what it
        did is kept under "history" in the states saved from then on. Such a state goes
        on as decided when it is loaded under the same configuration again. A load that
        is refused changes nothing.

        Args:
            state_dict: what `state_dict()` returned.
            on_change: a policy for this load instead of the scheduler's own.

        Raises:
            TypeError: `state_dict` is not a mapping.
            ValueError: the state is not lehr's, or damaged; or the configurations
                differ and the policy is "refuse" or does not apply.
        """
        policy = self._on_change if on_change is None else require_policy(on_change)
        self._load(state_dict, policy)
