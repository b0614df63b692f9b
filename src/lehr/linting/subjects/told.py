"""What was said of a subject besides the subject, by keyword."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lehr._checks import count
from lehr.config.errors import suggest
from lehr.linting.base import UNITS, Optimizer, Unit
from lehr.linting.subjects.optimizers import optimizer_of

_WRAPPERS = ("accelerate",)


@dataclass(frozen=True)
class Told:
    """What is known of how a scheduler is driven.

    Args:
        per: what one step of it is.
        world_size: processes, >= 1.
        wrapper: "accelerate", if that drives it.
        metric: the name of what it follows.
        state: the saved state that it will be loaded from.
        optimizer: what is known of the optimizer.

    Raises:
        TypeError: there is no such keyword.
        ValueError: a value is none of those that are known.
    """

    per: Unit | None = None
    world_size: int | None = None
    wrapper: str | None = None
    metric: str = ""
    state: Mapping[str, Any] | None = None
    optimizer: Optimizer | None = None

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> "Told":
        """Return what keywords say; an optimizer is what `optimizer_of` takes.

        >>> Told.of({"per": "epoch", "optimizer": "AdamW"}).optimizer.kind
        'adamw'
        """
        names = [each.name for each in fields(cls)]
        for name in known:
            if name not in names:
                hint = suggest(str(name), names)
                raise TypeError(f"lint knows no {name!r}: {hint}")
        if known.get("optimizer") is not None:
            known = {**known, "optimizer": optimizer_of(known["optimizer"])}
        return cls(**known)

    def __post_init__(self) -> None:
        """Refuse what is none of the words."""
        if self.per not in (None, *UNITS):
            raise ValueError(f"per must be one of {', '.join(UNITS)}, got {self.per!r}")
        if self.world_size is not None:
            count("world_size", self.world_size, 1)
        if self.state is not None and not isinstance(self.state, Mapping):
            raise TypeError(
                "state must be a saved state dict, a mapping, got "
                f"{type(self.state).__name__}; pass what scheduler.state_dict() gave"
            )
        if self.wrapper not in (None, *_WRAPPERS):
            raise ValueError(f"wrapper must be 'accelerate', got {self.wrapper!r}")
