"""Schedulers with the names, signatures and states of other libraries'.

`lehr.dropin.torch` stands for `torch.optim.lr_scheduler` (and `swa_utils.SWALR`),
`lehr.dropin.timm` for `timm.scheduler`, `lehr.dropin.transformers` for
`transformers.optimization`: change one import and keep every number.
"""

from importlib import import_module
from types import ModuleType

from lehr.dropin._exact import exact, is_exact
from lehr.dropin.past_end import PastEndWarning

__all__ = ["PastEndWarning", "exact", "is_exact"]


def __getattr__(name: str) -> ModuleType:
    """Import the place holder of a library on first use."""
    if name not in ("timm", "torch", "transformers"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
