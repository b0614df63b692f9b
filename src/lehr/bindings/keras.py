"""Keras 3: a schedule as Keras's LearningRateSchedule, and as a callback.

`KerasSchedule` is what Keras's optimizers take as rate; `KerasCallback` writes
any other hyper-parameter before each batch. Both ask by the optimizer's own counter of
updates, which Keras saves with the model: a resumed run goes on where it was.
"""

from collections.abc import Mapping
from typing import Any

import keras
from keras import callbacks, optimizers

from lehr import _checks
from lehr.bindings.counter import on_updates
from lehr.config import read_schedule, write_schedule
from lehr.schedules import Schedule
from lehr.schedules.base import require_schedule

_BACKENDS = ("torch", "jax", "numpy")


@keras.saving.register_keras_serializable(package="lehr")
class KerasSchedule(optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # keras has no types
    """What Keras's optimizers take: `keras.optimizers.SGD(learning_rate=...)`.

    It is saved with the model as text, and read back without running any code.

    Args:
        schedule: the rate at each update.
        per_update: how far the schedule's clock moves in one update: 1 for a schedule
            of updates, the tokens of a batch for a schedule of tokens.
        gradient_accumulation_steps: the optimizer's own argument of this name, if it
            has one. Keras asks for the rate by its count of batches; this makes
            updates of it.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: an argument is out of range, the schedule is longer than Keras
            counts (2,147,483,647), or its values cannot be written as text.
        NotImplementedError: Keras runs on TensorFlow or OpenVINO.

    Source: Keras 3, `BaseOptimizer._get_current_learning_rate`.

    >>> from lehr import Cosine
    >>> lr = KerasSchedule(Cosine(0.1, 0.0, 100))
    >>> lr.get_config()["schedule"]
    'Cosine(start=0.1, end=0.0, steps=100)'
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        per_update: float = 1.0,
        gradient_accumulation_steps: int = 1,
    ) -> None:
        super().__init__()
        _check_backend()
        self.schedule = require_schedule("schedule", schedule)
        self.per_update = per_update
        self.gradient_accumulation_steps = _checks.count(
            "gradient_accumulation_steps", gradient_accumulation_steps, 1
        )
        self._on_updates = on_updates(self.schedule, per_update)

    def __call__(self, step: Any) -> Any:
        """Return the rate at Keras's counter, a number, a tensor or an array."""
        count = step.value if isinstance(step, keras.Variable) else step
        return self._on_updates(count // self.gradient_accumulation_steps)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` takes: the schedule as text."""
        return {
            "schedule": write_schedule(self.schedule),
            "per_update": self.per_update,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "KerasSchedule":
        """Return the schedule that `get_config` described."""
        given = dict(config)
        return cls(read_schedule(given.pop("schedule")), **given)


class KerasCallback(callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Writes hyper-parameters of the model's optimizer before each batch.

    `learning_rate` works on each backend (`KerasSchedule` is faster). Any other number
    of an optimizer, such as `weight_decay`, `momentum` or `beta_1`, is a Python float:
    a compiled step has it built in, so it needs the torch backend or
    `compile(run_eagerly=True)`, and is refused elsewhere. The values of an epoch's last
    batch stand in its logs, and so in the `History`.

    Args:
        **schedules: by the optimizer's attribute, what it follows.

    Raises:
        TypeError: one of them is not a schedule.
        ValueError: there is none, or, when training begins, the optimizer cannot
            follow: no such attribute, a compiled step, a rate that is a
            LearningRateSchedule, several batches in one execution.
        NotImplementedError: Keras runs on TensorFlow or OpenVINO.

    >>> from lehr import Linear
    >>> callback = KerasCallback(weight_decay=Linear(0.1, 0.0, 1_000))
    """

    def __init__(self, **schedules: Schedule) -> None:
        super().__init__()
        _check_backend()
        if not schedules:
            raise ValueError("name what to schedule, such as learning_rate=schedule")
        self.schedules = {
            name: on_updates(require_schedule(name, schedule))
            for name, schedule in schedules.items()
        }
        self._values: dict[str, float] = {}

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Refuse an optimizer that would not follow."""
        model = self.model
        if getattr(model, "steps_per_execution", 1) != 1:
            raise ValueError(
                "steps_per_execution must be 1: a callback is asked once for all "
                "batches of an execution; KerasSchedule is asked at each"
            )
        optimizer = model.optimizer
        for name in self.schedules:
            _check_field(optimizer, name)
            if name != "learning_rate" and not _is_eager(model):
                raise ValueError(
                    f"{name} is built into the compiled step, which would not see it "
                    "change; use the torch backend or compile(run_eagerly=True)"
                )

    def on_train_batch_begin(
        self, batch: int, logs: Mapping[str, Any] | None = None
    ) -> None:
        """Write the values of the next update."""
        optimizer = self.model.optimizer
        update = int(optimizer.iterations)
        for name, schedule in self.schedules.items():
            self._values[name] = value = schedule(update)
            setattr(optimizer, name, value)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the values into the epoch's logs."""
        if logs is not None:
            logs.update(self._values)


def _check_backend() -> None:
    backend = keras.backend.backend()
    if backend not in _BACKENDS:
        raise NotImplementedError(
            f"Keras runs on {backend!r}; lehr's schedules take the numbers of "
            f"{', '.join(_BACKENDS)}: set KERAS_BACKEND before Keras is imported"
        )


def _check_field(optimizer: Any, name: str) -> None:
    if not hasattr(optimizer, name):
        raise ValueError(f"{type(optimizer).__name__} has no {name!r}")
    if name == "learning_rate":
        if not isinstance(optimizer._learning_rate, keras.Variable):
            raise ValueError(
                "the optimizer's learning_rate is a schedule of its own: give it a "
                "number, or give it a KerasSchedule and no callback"
            )
    elif name == "momentum" and not getattr(optimizer, name):
        raise ValueError(
            "momentum must not be 0 where the optimizer is made: it keeps no "
            "velocities then"
        )


def _is_eager(model: Any) -> bool:
    compiled = keras.backend.backend() != "torch" or model.jit_compile is True
    return bool(model.run_eagerly) or not compiled
