"""Hold schedules to an optimizer whose groups may change, be loaded or be copied."""

import contextlib
import copy
import weakref
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

import torch
from torch.compiler import is_compiling

from lehr.bindings.torch.applied import may_be_repeated, stands_for_update
from lehr.bindings.torch.fields import Field, Origins, extend, restore
from lehr.bindings.torch.loading import decide
from lehr.bindings.torch.position import CLOCKS
from lehr.bindings.torch.replanning import Policy
from lehr.bindings.torch.slots import numeric_fields
from lehr.bindings.torch.state import read_state
from lehr.bindings.torch.writers import compile_writer, require_own_tensors

_ORIGINS = Origins()
_HEARING: weakref.WeakKeyDictionary[
    torch.optim.Optimizer, "weakref.WeakSet[Binding]"
] = weakref.WeakKeyDictionary()
"""Who hears of the steps of an optimizer."""

# Made for the groups as they are; made again after a copy, never saved.
_MADE = (
    "_groups",
    "_width",
    "_plain",
    "_advance",
    "_forget",
    "_until",
    "_fed",
    "_careful",
)


class Binding:
    """What a scheduler needs beside its clock: fields, hooks, a writer."""

    optimizer: torch.optim.Optimizer
    fields: tuple[str, ...]
    _on_change: Policy
    _fields: dict[str, Field]
    _clock: list[int]
    _history: list[Any]
    _only_applied: bool = False
    _pending: Any = None  # what the optimizer has done since a step was counted

    def _install(self) -> None:
        """Take in the groups, write to them, and hear of their changes."""
        self._refresh()
        here = weakref.ref(self)  # the optimizer must not keep its scheduler alive

        def loaded(*_: Any) -> None:
            if (binding := here()) is not None:
                binding._refresh()

        def about_to_step(optimizer: torch.optim.Optimizer, *_: Any) -> None:
            # Compiled steps trace this, and compile again when what it reads changes:
            # it must read neither what it writes nor which modules there are.
            if (binding := here()) is not None:
                # Under a gradient scaler a fused kernel decides by itself.
                skipped = getattr(optimizer, "found_inf", None)
                binding._pending = True if skipped is None else skipped
                if not (binding._careful or is_compiling()) and may_be_repeated():
                    binding._careful = True
                groups = binding.optimizer.param_groups
                if groups is not binding._groups or len(groups) != binding._width:
                    binding._refresh()
                elif binding._has_new_tensors():
                    binding._compile()

        inner = innermost(self.optimizer)
        _HEARING.setdefault(inner, weakref.WeakSet()).add(self)
        handles = (
            inner.register_load_state_dict_post_hook(loaded),
            inner.register_step_pre_hook(about_to_step),
        )
        weakref.finalize(self, _remove, handles).atexit = False

    def _refresh(self) -> None:
        """Make the writer anew for the groups as they are now, and write."""
        groups = self.optimizer.param_groups
        for bound in self._fields.values():
            extend(bound, self.optimizer, _ORIGINS)
        self._compile()
        _ORIGINS.note(self.optimizer, self._fields, self._clock)
        self._groups, self._width = groups, len(groups)
        self.fields = tuple(self._fields)
        self._fed = tuple(clock for clock in CLOCKS[1:] if self._on(clock))
        self._careful = self._only_applied or may_be_repeated()
        self._until = self._advance(groups)

    def _compile(self) -> None:
        """Make the writer anew for what the groups hold now, and write nothing yet."""
        groups, fields = self.optimizer.param_groups, self._fields.values()
        for bound in fields:
            require_own_tensors(bound, groups)
        self._advance, self._forget = compile_writer(fields, groups, self._clock)
        first = groups[0]
        self._plain = [
            name
            for name in self._fields
            if not isinstance(first.get(name), torch.Tensor)
        ]

    def _has_new_tensors(self) -> bool:
        """Whether the user has put tensors where numbers were.

        Those who do so do it to all groups, so looking at the first will do: a look at
        each would cost more than the writing.
        """
        first = self._groups[0]
        for name in self._plain:  # noqa: SIM110  (any() takes three times as long)
            if isinstance(first.get(name), torch.Tensor):
                return True
        return False

    def _rewrite(self) -> None:
        """Write the values of the position, whatever was written before."""
        groups = self.optimizer.param_groups
        if groups is not self._groups or len(groups) != self._width:
            self._refresh()
        else:
            self._forget()
            self._until = self._advance(groups)

    def _counts(self, frame: FrameType) -> bool:
        """Whether a step called from `frame` stands for an update; asked in doubt."""
        pending = self._pending
        if pending is not None:
            self._pending = False
        if pending is True:
            return True
        return stands_for_update(pending, self._only_applied, frame)

    def _on(self, clock: str) -> list[str]:
        """Name the fields that run on `clock`."""
        return [
            name
            for name, bound in self._fields.items()
            if any(rule is not None and rule.clock == clock for rule in bound.rules)
        ]

    def _load(self, state: Mapping[str, Any], policy: Policy) -> None:
        saved, groups = read_state(state), self.optimizer.param_groups
        for bound in self._fields.values():
            extend(bound, self.optimizer, _ORIGINS)
        fields = self._fields | {
            name: self._field_of_state(name, policy)
            for name in saved.fields
            if name not in self._fields
        }
        decision = decide(saved, fields, len(groups), policy)
        for name, bound in decision.fields.items():
            restore(fields[name], bound.rules, groups)
        self._fields = {
            name: bound
            for name, bound in decision.fields.items()
            if bound.value is not None or any(bound.rules)
        }
        self._clock[:] = saved.position
        self._history = copy.deepcopy(list(saved.history))
        if decision.differences:
            self._history.append(
                {
                    "policy": policy,
                    "at": dict(zip(CLOCKS, saved.position, strict=True)),
                    "changes": [d.record() for d in decision.differences],
                }
            )
        self._refresh()

    def _field_of_state(self, name: str, policy: Policy) -> Field:
        """Return a field that a state schedules and the caller does not."""
        bound = Field(name, None, "updates")
        if policy == "keep" or name in numeric_fields(self.optimizer.param_groups[0]):
            extend(bound, self.optimizer, _ORIGINS)
        else:  # this optimizer lacks it; it is only compared
            size = len(self.optimizer.param_groups)
            bound.given = bound.rules = [None] * size
            bound.captured = bound.bases = [0.0] * size
        return bound

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in _MADE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._clock = list(self._clock)  # a shallow copy goes its own way
        self._install()


@contextlib.contextmanager
def unheard(optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Let no scheduler take the steps of `optimizer` in here for applied updates."""
    bound = list(_HEARING.get(innermost(optimizer), ()))
    pending = [binding._pending for binding in bound]
    try:
        yield
    finally:
        for binding, before in zip(bound, pending, strict=True):
            binding._pending = before


def innermost(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """Return torch's own optimizer: a framework's wrapper has no hooks of its own."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), _Optimizer):
        optimizer = inner
    return optimizer


_Optimizer = torch.optim.Optimizer


def _remove(handles: tuple[Any, ...]) -> None:
    for handle in handles:
        handle.remove()
