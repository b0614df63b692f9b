"""The base of timm's schedulers: fields, noise, and who is written to."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from lehr import _checks
from lehr.dropin._groups import look_before_each_update, number, put, taken

Range = Sequence[float] | float | None


class Scheduler(abc.ABC):
    """Write the values of an epoch, or of an update, into the param groups.

    A class of your own gives `_get_lr(t)`, a value for each group; then `step(epoch)`
    writes them if `t_in_epochs`, `step_update(num_updates)` if not. A value is
    multiplied by the group's `lr_scale`, if it has one.

    Unlike timm's, it fills a tensor in place; it takes in groups that are added later,
    before their first update; and it refuses noise that could never be drawn.

    Args:
        optimizer: any torch optimizer.
        param_group_field: what is driven, as "lr".
        t_in_epochs: which of the two methods reacts.
        noise_range_t: where the values are shaken: from one time on, or in a pair's
            [begin, end).
        noise_type: "normal", cut off at `noise_pct`; else uniform up to it.
        noise_pct: the noise is less than this part of the value, > 0.
        noise_std: its standard deviation before the cut-off, >= 0, and at most 10,000
            times `noise_pct`: more would be drawn again and again.
        noise_seed: the noise at t is drawn from a torch generator with this seed + t;
            None is 42.
        initialize: note the groups' values as their starting values, where there is no
            `initial_{field}` yet; otherwise these must be there.

    Raises:
        KeyError: a group lacks the field, or its starting value.
        ValueError: the noise is ill-defined.

    >>> import torch
    >>> class Halving(Scheduler):
    ...     def _get_lr(self, t):
    ...         return [value * 0.5**t for value in self.base_values]
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = Halving(optimizer, "lr")
    >>> scheduler.step(2)
    >>> optimizer.param_groups[0]["lr"]
    0.025
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        param_group_field: str,
        t_in_epochs: bool = True,
        noise_range_t: Range = None,
        noise_type: str = "normal",
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: int | None = None,
        initialize: bool = True,
    ) -> None:
        self.optimizer = optimizer
        self.param_group_field = param_group_field
        self._initial_param_group_field = f"initial_{param_group_field}"
        self.base_values: list[float] = []
        self._adopt(initialize)
        self.metric: float | None = None
        self.t_in_epochs = t_in_epochs
        self.noise_range_t = noise_range_t
        self.noise_pct = noise_pct
        self.noise_type = noise_type
        self.noise_std = noise_std
        self.noise_seed = noise_seed if noise_seed is not None else 42
        _check_noise(noise_range_t, noise_pct, noise_std)
        self.last_t: int | None = None
        self.update_groups(self.base_values)
        look_before_each_update(self, optimizer)

    # ------------------------------------------------------------------- the values

    @abc.abstractmethod
    def _get_lr(self, t: int) -> list[float]:
        """Return the value of each group at `t`."""

    def _get_values(self, t: int, on_epoch: bool = True) -> list[float] | None:
        """Return them if this is the clock that they run on."""
        return self._get_lr(t) if on_epoch == bool(self.t_in_epochs) else None

    def step(self, epoch: int, metric: float | None = None) -> None:
        """Write the values of `epoch`, counted from 0, if the scheduler counts epochs.

        Args:
            epoch: the epoch that comes next.
            metric: kept as `metric`; only `PlateauLRScheduler` looks at it.
        """
        self._go(epoch, metric, True)

    def step_update(self, num_updates: int, metric: float | None = None) -> None:
        """Write the values of update `num_updates`, if the scheduler counts updates.

        Args:
            num_updates: updates made so far.
            metric: kept as `metric`.
        """
        self._go(num_updates, metric, False)

    def _go(self, t: int, metric: float | None, on_epoch: bool) -> None:
        own = self.__dict__
        own["metric"] = metric  # past __setattr__, which may have more to do
        if len(self.optimizer.param_groups) > len(self.base_values):
            self._adopt()
        values = self._get_values(t, on_epoch)
        if values is not None:
            own["last_t"] = t
            if self.noise_range_t is not None:
                values = self._add_noise(values, t)
            self.update_groups(values)

    def update_groups(self, values: float | Sequence[float]) -> None:
        """Write a value for all groups, or one for each, times their `lr_scale`.

        Args:
            values: in the field's units.
        """
        groups, field = self.optimizer.param_groups, self.param_group_field
        if not isinstance(values, list | tuple):
            values = [values] * len(groups)  # type: ignore[list-item]  # one number
        for group, value in zip(groups, values, strict=False):
            scaled = value * group["lr_scale"] if "lr_scale" in group else value
            if type(group.get(field)) is float:
                group[field] = scaled
            else:
                put(group, scaled, field)

    # -------------------------------------------------------------------- the noise

    def _add_noise(self, lrs: list[float], t: int) -> list[float]:
        """Return the values, shaken if `t` lies in the range of the noise."""
        if not self._is_apply_noise(t):
            return lrs
        noise = self._calculate_noise(t)
        return [value + value * noise for value in lrs]

    def _is_apply_noise(self, t: int) -> bool:
        """Tell whether the values are shaken at `t`."""
        span = self.noise_range_t
        if span is None:
            return False
        if isinstance(span, Sequence):
            return bool(span[0] <= t < span[1])
        return bool(t >= span)

    def _calculate_noise(self, t: int) -> float:
        """Return the part of the value that is added to it at `t`."""
        own = self.__dict__
        generator = own.get("_generator")
        if generator is None:
            generator = own["_generator"] = torch.Generator()
        generator.manual_seed(self.noise_seed + t)
        if self.noise_type != "normal":
            drawn = torch.rand(1, generator=generator).item()
            return 2 * (drawn - 0.5) * self.noise_pct
        noise = torch.randn(1, generator=generator).item() * self.noise_std
        while abs(noise) >= self.noise_pct:
            noise = torch.randn(1, generator=generator).item() * self.noise_std
        return noise

    # ------------------------------------------------------------------- the groups

    def _adopt(self, initialize: bool = True) -> None:
        """Take in the starting values of groups that are not known yet."""
        groups, known = self.optimizer.param_groups, len(self.base_values)
        field, initial = self.param_group_field, self._initial_param_group_field
        for index, group in enumerate(groups[known:], start=known):
            if (needed := field if initialize else initial) not in group:
                raise KeyError(f"{needed} missing from param_groups[{index}]")
            group.setdefault(initial, taken(group[field]))
        added = [number(group[initial]) for group in groups[known:]]
        self.base_values = [*self.base_values, *added]

    def _before_update(self) -> None:
        if len(self.optimizer.param_groups) > len(self.base_values):
            self._adopt()
            self._rewrite()

    def _rewrite(self) -> None:
        """Write again what the last `step` or the constructor has written."""
        if self.last_t is None:
            self.update_groups(self._first_values())
        else:
            values = self._get_lr(self.last_t)
            self.update_groups(self._add_noise(values, self.last_t))

    def _first_values(self) -> float | Sequence[float]:
        """Return what the groups hold before the first `step`."""
        return self.base_values

    # -------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Any]:
        """Return the state, which timm's scheduler of the same name loads as well."""
        names = {"_initial_param_group_field"}
        names |= {name for name in self.__dict__ if not name.startswith("_")}
        return {name: self.__dict__[name] for name in names - {"optimizer"}}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a state, of timm's scheduler of the same name or of this one.

        As in timm, the parameters in it replace those of the constructor. One of this
        class says at which t it was saved, whose values are written at once; after one
        of timm's the next `step` writes.

        Args:
            state_dict: what `state_dict()` returned; it is not changed.

        Raises:
            ValueError: it is none of timm's schedulers, or was saved with more groups
                than there are.
        """
        if "base_values" not in state_dict:
            raise ValueError(
                "the state must be of a scheduler of timm's, with base_values, got one "
                f"of {', '.join(state_dict) or 'nothing'}"
            )
        found = {"last_t": None, **state_dict}
        bases = [number(value) for value in found["base_values"]]
        if len(bases) > len(self.optimizer.param_groups):
            raise ValueError(
                f"the state was saved with {len(bases)} param groups, the optimizer "
                f"has {len(self.optimizer.param_groups)}; add the same groups first"
            )
        found["base_values"] = bases
        for name, value in found.items():
            setattr(self, name, value)
        self._adopt()
        if self.last_t is not None:
            self._rewrite()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_generator": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        look_before_each_update(self, self.optimizer)


def _check_noise(span: Range, largest: float, deviation: float) -> None:
    if span is None:
        return
    if isinstance(span, str) or (isinstance(span, Sequence) and len(span) != 2):
        raise ValueError(
            f"noise_range_t must be one number, or a pair (begin, end), got {span!r}"
        )
    for bound in span if isinstance(span, Sequence) else (span,):
        _checks.number("noise_range_t", bound)
    most = 10_000 * _checks.positive("noise_pct", largest)
    if not 0 <= _checks.finite("noise_std", deviation) <= most:
        raise ValueError(
            f"noise_std must be >= 0 and at most 10,000 times noise_pct, which is "
            f"{most!r}, got {deviation!r}"
        )
