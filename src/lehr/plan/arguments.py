"""What a plan may be made of: exactly one length, and figures that go together."""

from typing import TYPE_CHECKING, Any

from lehr._checks import positive
from lehr.plan.durations import Duration
from lehr.plan.exact import whole
from lehr.plan.ramps import BatchRamp

if TYPE_CHECKING:
    from lehr.plan.plan import Plan


def optional(name: str, value: int | None) -> int | None:
    """Return a count that is at least 1, or None."""
    return None if value is None else whole(name, value, 1)


def one_length(given: dict[str, Any]) -> Duration:
    """Return the one length among `given` that is not None."""
    found = {name: value for name, value in given.items() if value is not None}
    if len(found) != 1:
        raise ValueError(
            "a plan needs exactly one length: epochs, updates, samples or tokens; "
            f"got {', '.join(found) or 'none'}"
        )
    [(name, value)] = found.items()
    if name == "length":
        return Duration.of(value)
    if name == "epochs":
        return Duration(positive(name, value), "epochs")
    return Duration(whole(name, value, 1), name)  # type: ignore[arg-type]  # a unit


def require_possible(plan: "Plan") -> None:
    """Refuse a plan without a batch, a step or a length of its own."""
    if not isinstance(plan.drop_last, bool):
        raise TypeError(f"drop_last must be a bool, got {plan.drop_last!r}")
    if not isinstance(plan.ramp, BatchRamp | None):
        raise TypeError(f"ramp must be a BatchRamp or None, got {plan.ramp!r}")
    share = plan.batch_size * plan.world_size
    if plan.samples_per_epoch == 0:
        raise ValueError(
            f"dataset_size ({plan.dataset_size}) fills no micro-batch of "
            f"{plan.batch_size} x {plan.world_size} samples; pass drop_last=False or "
            "a smaller batch_size"
        )
    for size in plan.ramp.sizes if plan.ramp else ():
        if size % share:
            raise ValueError(
                f"each size of the ramp must be a multiple of batch_size x world_size "
                f"({share}), got {size}"
            )
    if plan.length.unit == "percent":
        raise ValueError(
            f"a run's own length cannot be a percentage, got {str(plan.length)!r}"
        )
    if plan.updates < 1:
        raise ValueError(f"a run needs at least one update, got {plan.updates}")
