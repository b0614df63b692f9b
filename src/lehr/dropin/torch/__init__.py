"""torch.optim.lr_scheduler: the same names, numbers and states.

Write `from lehr.dropin.torch import StepLR` for `from torch.optim.lr_scheduler import
StepLR`.
"""

try:
    import torch as _torch  # noqa: F401  (says at once what is missing)
except ImportError as error:
    raise ImportError(
        "lehr.dropin.torch needs PyTorch: pip install 'lehr[torch]'"
    ) from error

from torch.optim.lr_scheduler import LRScheduler, _LRScheduler

from lehr.dropin.torch.cosines import CosineAnnealingLR, CosineAnnealingWarmRestarts
from lehr.dropin.torch.cycles import CyclicLR
from lehr.dropin.torch.decays import (
    ConstantLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from lehr.dropin.torch.functions import LambdaLR, MultiplicativeLR
from lehr.dropin.torch.one_cycle import OneCycleLR
from lehr.dropin.torch.plateau import ReduceLROnPlateau
from lehr.dropin.torch.sequences import ChainedScheduler, SequentialLR
from lehr.dropin.torch.swa import SWALR

__all__ = [
    "SWALR",
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "_LRScheduler",
]
