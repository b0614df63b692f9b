"""Configuration to an optimizer."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lehr.optimizer.build import build_optimizer

__all__ = ["build_optimizer"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module("lehr.optimizer.build"), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        message = "lehr.optimizer needs PyTorch: pip install 'lehr[torch]'"
        raise ImportError(message) from error


def __dir__() -> list[str]:
    return sorted(__all__)
