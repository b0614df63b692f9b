"""Other libraries' schedulers, configurations and logs as our schedules."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.importing.configs import from_config
    from lehr.importing.curves import read_curve
    from lehr.importing.errors import CannotImport
    from lehr.importing.optax_functions import RecognizedWarning, from_optax
    from lehr.importing.timm_schedulers import from_timm
    from lehr.importing.torch_schedulers import from_torch
    from lehr.importing.training_arguments import from_transformers

__all__ = [
    "CannotImport",
    "RecognizedWarning",
    "from_config",
    "from_optax",
    "from_timm",
    "from_torch",
    "from_transformers",
    "read_curve",
]

_ON_FIRST_USE = {
    "CannotImport": "errors",
    "RecognizedWarning": "optax_functions",
    "from_config": "configs",
    "from_optax": "optax_functions",
    "from_timm": "timm_schedulers",
    "from_torch": "torch_schedulers",
    "from_transformers": "training_arguments",
    "read_curve": "curves",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _ON_FIRST_USE.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
