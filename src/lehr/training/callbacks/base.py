"""The one contract that every callback obeys, and how its events reach it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from lehr._checks import choice
from lehr.training.callbacks.events import (
    EndContext,
    EpochContext,
    EpochEndContext,
    ErrorContext,
    EvaluationContext,
    LogContext,
    RollBackContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)

Mode = Literal["min", "max"]
Hook = tuple[Callable[[Any], None], str]

EVENTS = (
    "on_start",
    "on_epoch_start",
    "on_update",
    "on_evaluate",
    "on_epoch_end",
    "on_log",
    "on_save_point",
    "on_roll_back",
    "on_error",
    "on_end",
)


class Callback:
    """Something that happens around training; override the events it is about.

    Callbacks run by `order`, lower first, those of equal order as given. An exception
    from one ends the run, and says whose it is. What must survive a restart goes
    through `state_dict`, as plain data and tensors.
    """

    order: int = 0
    main_only: bool = False
    """Whether only rank 0 of a run in several processes calls it, as for a log."""
    steady_state: bool = False
    """Whether its state rests from a save point to the next update."""

    def adopt(self, monitor: str, mode: Mode) -> None:
        """Take over the trainer's metric of the best, where no other one was given."""

    def on_start(self, context: StartContext) -> None: ...

    def on_epoch_start(self, context: EpochContext) -> None: ...

    def on_update(self, context: UpdateContext) -> None: ...

    def on_evaluate(self, context: EvaluationContext) -> None: ...

    def on_epoch_end(self, context: EpochEndContext) -> None: ...

    def on_log(self, context: LogContext) -> None: ...

    def on_save_point(self, context: SavePointContext) -> None: ...

    def on_roll_back(self, context: RollBackContext) -> None: ...

    def on_error(self, context: ErrorContext) -> None: ...

    def on_end(self, context: EndContext) -> None: ...

    def state_dict(self) -> dict[str, Any]:
        """Return what must survive a restart."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave."""


class Callbacks:
    """The callbacks of a run, resolved once: each event has its tuple of hooks.

    An event that no callback overrides has an empty one, and costs a truth test.
    """

    def __init__(self, callbacks: Iterable[Callback], *, is_main: bool = True) -> None:
        self.is_main = is_main
        ordered = sorted(callbacks, key=_order_of)
        self.named = dict(zip(_names(ordered), ordered, strict=True))
        self.on_start = self._hooks("on_start")
        self.on_epoch_start = self._hooks("on_epoch_start")
        self.on_update = self._hooks("on_update")
        self.on_evaluate = self._hooks("on_evaluate")
        self.on_epoch_end = self._hooks("on_epoch_end")
        self.on_log = self._hooks("on_log")
        self.on_save_point = self._hooks("on_save_point")
        self.on_roll_back = self._hooks("on_roll_back")
        self.on_error = self._hooks("on_error")
        self.on_end = self._hooks("on_end")

    def adopt(self, monitor: str, mode: Mode) -> None:
        """Tell each the trainer's metric of the best."""
        for one in self.named.values():
            one.adopt(monitor, mode)

    def state_dict(self) -> dict[str, Any]:
        """Return the states of the callbacks that have one, by name."""
        states = {name: one.state_dict() for name, one in self.named.items()}
        return {name: state for name, state in states.items() if state}

    def load_state_dict(self, state: Mapping[str, Any]) -> list[str]:
        """Give the callbacks their states; return the names that are not there now."""
        for name, one in self.named.items():
            if name in state:
                one.load_state_dict(state[name])
        return sorted(state.keys() - self.named.keys())

    def _hooks(self, event: str) -> tuple[Hook, ...]:
        empty = getattr(Callback, event)
        return tuple(
            (getattr(one, event), f"{type(one).__name__}.{event}")
            for one in self.named.values()
            if getattr(type(one), event, empty) is not empty
            and (self.is_main or not getattr(one, "main_only", False))
        )


def fire(hooks: tuple[Hook, ...], context: Any) -> None:
    """Call the hooks in order; an exception gets a note of whose it is."""
    for hook, name in hooks:
        try:
            hook(context)
        except Exception as error:
            error.add_note(f"raised by callback {name}")
            raise


def fire_all(hooks: tuple[Hook, ...], context: Any) -> None:
    """Call every hook, whatever the others do; the first exception is raised last."""
    first: Exception | None = None
    for hook in hooks:
        try:
            fire((hook,), context)
        except Exception as error:
            if first is None:
                first = error
            else:
                first.add_note(f"then {hook[1]} raised {error!r}")
    if first is not None:
        raise first


def _order_of(callback: Callback) -> int:
    if not any(hasattr(callback, event) for event in EVENTS):
        raise TypeError(
            f"callbacks must hold Callback objects, got {callback!r}; derive it from "
            "lehr.training.Callback"
        )
    if isinstance(callback, type):
        raise TypeError(f"callbacks must hold objects, got the class {callback!r}")
    for name in dir(type(callback)):
        if name.startswith("on_") and name not in EVENTS:
            choice(f"the event that {type(callback).__name__} is about", name, EVENTS)
    return callback.order


def _names(callbacks: list[Callback]) -> list[str]:
    """Return the class names, made unique by a number: the keys of saved states."""
    names: list[str] = []
    for callback in callbacks:
        name = base = type(callback).__name__
        number = 1
        while name in names:
            number += 1
            name = f"{base}-{number}"
        names.append(name)
    return names
