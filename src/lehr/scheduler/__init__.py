"""Configuration to a schedule on an optimizer."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lehr.scheduler.build import build_scheduler
    from lehr.scheduler.timm_stepping import TimmPlateauScheduler, TimmScheduler

__all__ = ["TimmPlateauScheduler", "TimmScheduler", "build_scheduler"]

_ON_FIRST_USE = {
    "TimmPlateauScheduler": "timm_stepping",
    "TimmScheduler": "timm_stepping",
    "build_scheduler": "build",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ON_FIRST_USE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
