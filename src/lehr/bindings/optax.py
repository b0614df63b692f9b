"""optax: a schedule as an optax schedule, on the counter of updates in its state.

Any lehr schedule is already a function that `optax.sgd(schedule)` takes, traced or not.
`optax_schedule` adds what optax's counter needs: it has 32 bits and stops at its end,
without a word, so that a schedule of tokens would stand still there.
"""

from collections.abc import Callable
from typing import Any

from lehr.bindings.counter import on_updates
from lehr.schedules import Schedule


def optax_schedule(
    schedule: Schedule, *, per_update: float = 1.0
) -> Callable[[Any], Any]:
    """Return a schedule for optax: asked by its 32-bit counter, and outlasting it.

    Give the result to `optax.sgd(...)`, `optax.scale_by_schedule(...)` or, for any
    hyper-parameter, to `optax.inject_hyperparams(optax.adamw)(...)`. It is a lehr
    schedule: the counter in optax's state is all that is saved.

    Args:
        schedule: on any clock.
        per_update: how far its clock moves in one update: 1 for a schedule of updates,
            the tokens of a batch for a schedule of tokens.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `per_update` is not positive, or the schedule is longer than
            2,147,483,647 updates.

    Source: optax 0.2.8, `safe_increment` of `ScaleByScheduleState.count`.

    >>> import optax
    >>> from lehr import warmup_cosine
    >>> lr = optax_schedule(warmup_cosine(0.1, warmup=10, total=100))
    >>> optimizer = optax.sgd(lr)
    >>> float(lr(10)) == lr(10) == 0.1
    True
    """
    return on_updates(schedule, per_update)
