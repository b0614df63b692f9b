"""The functions that transformers gives to LambdaLR, by their names and arguments."""

from functools import partial
from typing import Any

from lehr.dialects import Named, dialect
from lehr.importing.errors import CannotImport

_MODULE = "transformers.optimization"
_COSINE = "_get_cosine_schedule_with_warmup_lr_lambda"
_TYPES = {
    "_get_constant_lambda": "constant",
    "_get_constant_schedule_with_warmup_lr_lambda": "constant_with_warmup",
    "_get_linear_schedule_with_warmup_lr_lambda": "linear",
    _COSINE: "cosine",
    "_get_cosine_with_hard_restarts_schedule_with_warmup_lr_lambda": (
        "cosine_with_restarts"
    ),
    "_get_polynomial_decay_schedule_with_warmup_lr_lambda": "polynomial",
    "_get_inverse_sqrt_schedule_lr_lambda": "inverse_sqrt",
    "_get_cosine_with_min_lr_schedule_with_warmup_lr_rate_lambda": (
        "cosine_warmup_with_min_lr"
    ),
    "_get_wsd_scheduler_lambda": "warmup_stable_decay",
}


def named_lambda(function: Any) -> Named | None:
    """Return the schedule of transformers that a function is; None if it is another.

    Args:
        function: what a LambdaLR holds.

    Raises:
        CannotImport: it is a function of transformers' schedules that is not known
            here.

    >>> named_lambda(lambda step: 1.0) is None
    True
    """
    whole = function if isinstance(function, partial) else partial(function)
    name = getattr(whole.func, "__name__", "")
    if getattr(whole.func, "__module__", None) != _MODULE or whole.args:
        return None
    if name not in _TYPES:
        raise CannotImport(
            f"{name} is a schedule of transformers that is not known here; record its "
            "values over a run and pass them to lehr.recognize(steps, rates)"
        )
    kind, arguments = _TYPES[name], dict(whole.keywords)
    if name == _COSINE and "min_lr_rate" in arguments:
        kind = "cosine_with_min_lr"
    return Named(dialect("transformers", kind), arguments)
