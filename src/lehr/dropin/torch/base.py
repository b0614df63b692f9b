"""What all drop-in schedulers share: fast steps, rates on demand, states, warnings."""

import math
import warnings
from typing import Any

import torch
from torch.optim.lr_scheduler import EPOCH_DEPRECATION_WARNING

from lehr.dropin._groups import put, taken
from lehr.dropin.past_end import PastEndWarning
from lehr.dropin.torch.loading import loads_of
from lehr.dropin.torch.order import check_order, watch_steps
from lehr.dropin.torch.places import like, rates_of

# What may change without another curve.
CLOCK = frozenset({"last_epoch", "_step_count", "_last_lr", "_is_initial", "_writer"})
CLOCK |= {"_get_lr_called_within_step", "_rates", "_told"}

# What a subclass may say itself.
_RULES = {"get_lr", "_get_closed_form_lr", "scale_fn", "_anneal_func", "_is_better"}


class DropIn:
    """The part of a scheduler that is ours; it stands before torch's own class.

    A step is made by a writer, which is made for the groups and the parameters as they
    are. Where none can be made (a subclass has its own `get_lr`), torch's is asked.
    """

    __slots__ = ("_rates", "_told", "_writer")

    optimizer: torch.optim.Optimizer
    base_lrs: list[Any]
    last_epoch: int
    _writer: Any
    _rates: list[Any] | None
    _told: list[float]
    _is_initial: bool
    _get_lr_called_within_step: bool
    _step_count: int
    _clock = CLOCK
    _theirs = False  # whether a subclass says itself what the rates are

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ours = cls.__module__.startswith("lehr.dropin.torch.")
        if _RULES & set(vars(cls)) and not ours:
            cls._theirs = True

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._clock:
            self._forget()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._forget()
        object.__delattr__(self, name)

    def _forget(self) -> None:
        """Let a new writer be made, as the parameters change."""
        if self._writer is not None:
            self._rates = self._last_lr
            self._writer = None

    # ---------------------------------------------------------------------- the steps

    def step(self, epoch: Any = None) -> None:
        """Make one step, after the optimizer's; `epoch` goes to a step (deprecated)."""
        own = self.__dict__
        count = own["_step_count"]
        if count < 2 or epoch is not None:
            if count == 1:
                check_order(self.optimizer)
            own["_step_count"] = count + 1
            if epoch is not None:
                warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
            self._update_lr(epoch)
            return
        own["_step_count"] = count + 1
        own["last_epoch"] = t = own["last_epoch"] + 1
        writer = self._writer
        if writer is None or not writer.advance(t, own["base_lrs"]):
            self._go_on(t)

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _update_lr(self, epoch: Any = None) -> None:
        self._get_lr_called_within_step = False
        if epoch is None:
            self.last_epoch = t = self.last_epoch + 1
            self._go_on(t)
        else:
            self.last_epoch = epoch
            self._take_in_groups()
            if self._theirs or not self._go_to(epoch):
                self._ask_torch(closed=True)

    def _go_on(self, t: int) -> None:
        """Make a step for which there is no writer yet."""
        self._take_in_groups()
        if self._is_initial:
            if self._theirs or not self._begin(t):
                self._ask_torch()
            return
        self._note_step()
        self._writer = writer = None if self._theirs else self._make(t)
        if writer is None:
            self._ask_torch()
            return
        self._rates = None
        writer.advance(t, self.base_lrs)

    def _note_step(self) -> None:
        """Note that the rates are no longer those of the last load."""
        loads_of(self.optimizer).right = False

    def _make(self, t: int) -> Any:
        """Return a writer that can make step `t`; None if there is none."""
        raise NotImplementedError

    def _begin(self, t: int) -> bool:
        """Set the rates of construction; return False to leave it to torch."""
        raise NotImplementedError

    def _go_to(self, t: float) -> bool:
        """Set the rates of step `t`; return False to leave it to torch."""
        raise NotImplementedError

    def _ask_torch(self, *, closed: bool = False) -> None:
        """Set what torch's own formulas, or a subclass's, say of this step."""
        own: Any = self
        own._get_lr_called_within_step = True
        try:
            if closed and hasattr(self, "_get_closed_form_lr"):
                values = own._get_closed_form_lr()
            else:
                values = own.get_lr()
        finally:
            own._get_lr_called_within_step = False
        self._set(values)

    def _set(self, values: list[Any]) -> None:
        """Write rates, and remember them as those of this step."""
        for group, value in zip(self.optimizer.param_groups, values, strict=True):
            put(group, value)
        self._writer = None
        self._rates = rates_of(self.optimizer)

    def _take_in_groups(self) -> None:
        """Let groups that were added later start from their own rates."""
        bases = self.__dict__.get("base_lrs")
        groups = self.optimizer.param_groups
        if bases is None or len(bases) >= len(groups):
            return
        for group in groups[len(bases) :]:
            group.setdefault("initial_lr", taken(group["lr"]))
        new = [taken(group["initial_lr"]) for group in groups[len(bases) :]]
        self.base_lrs = [*bases, *new]
        self._widen(len(groups))

    def _widen(self, width: int) -> None:
        """Lengthen what else is kept for each group."""

    def _tell(self, horizon: float = math.inf) -> Any:
        """Return what warns, once, that the curve has left what it should be."""
        name, told = type(self).__name__, self._told

        def tell(t: float, value: float) -> None:
            if not told:
                told.append(t)
                warnings.warn(
                    _past_end(name, t, value, horizon), PastEndWarning, stacklevel=4
                )

        return tell

    # ---------------------------------------------------------------------- the rates

    @property
    def _last_lr(self) -> list[Any]:
        writer = self._writer
        if writer is not None and self._rates is None:
            rates = writer.values() if writer.rates is None else writer.rates
            pairs = zip(self.optimizer.param_groups, rates, strict=False)
            return [like(group["lr"], value) for group, value in pairs]
        if self._rates is None:
            raise AttributeError(f"{type(self).__name__} has made no step yet")
        return self._rates

    @_last_lr.setter
    def _last_lr(self, rates: list[Any]) -> None:
        self._rates = rates

    # ---------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state, with the keys of torch's: what is no optimizer."""
        state: dict[str, Any] = super().state_dict()  # type: ignore[misc]  # torch's
        state["_last_lr"] = self._last_lr
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load a state, ours or torch's, and give the groups the rates it goes with.

        Args:
            state_dict: what `state_dict()` returned.
        """
        self._load(state_dict)
        self._settle()

    def _load(self, state_dict: dict[str, Any]) -> None:
        state = dict(state_dict)
        rates = state.pop("_last_lr", None)
        super().load_state_dict(state)  # type: ignore[misc]  # torch's
        self._writer, self._rates = None, rates

    def _settle(self) -> None:
        if self._rates is not None:
            loads_of(self.optimizer).settle(self.optimizer, self._rates)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last_lr": self._last_lr}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        self._writer, self._told = None, []
        self._rates = state.pop("_last_lr")
        self.__dict__.update(state)
        watch_steps(self.optimizer)


def _past_end(name: str, t: float, value: float, horizon: float) -> str:
    if value < 0.0:
        what = f"the rate turns negative at step {t:g} ({value:g})"
        fix = "stop before it, or hold what it computes at 0"
    else:
        what = f"the rate climbs back from step {horizon + 1:g} on"
        fix = f"its length is {horizon:g}: give it as many steps as you make, or stop"
    return (
        f"{name}: {what}; {fix}. If it is meant, filter lehr.dropin.PastEndWarning: "
        "warnings.filterwarnings('ignore', category=PastEndWarning)"
    )
