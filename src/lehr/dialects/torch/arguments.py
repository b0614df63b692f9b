"""What all of torch's schedulers ask of their arguments."""

from typing import Any

from lehr import _checks


def check_start(last_epoch: int) -> None:
    """Refuse a position among the parameters: a schedule has none."""
    if last_epoch != -1:
        raise ValueError(
            f"last_epoch must be -1, got {last_epoch!r}; a schedule begins at 0, and a "
            "position is restored by seek(...) or load_state_dict(...)"
        )


def divisor(name: str, value: Any) -> float:
    """Return a number that divides: not 0 and not NaN; infinity gives 0."""
    result = _checks.number(name, value)
    if result != result or result == 0:
        raise ValueError(f"{name} must be a number other than 0, got {value!r}")
    return float(result)
