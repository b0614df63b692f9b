"""Configuration to a schedule on an optimizer."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.scheduler.build import build_scheduler
    from lehr.scheduler.timm_stepping import TimmPlateauScheduler, TimmScheduler

__all__ = ["TimmPlateauScheduler", "TimmScheduler", "build_scheduler"]

_ON_FIRST_USE = {
    "TimmPlateauScheduler": "timm_stepping",
    "TimmScheduler": "timm_stepping",
    "build_scheduler": "build",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _ON_FIRST_USE.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
