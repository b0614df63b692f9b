"""DeepSpeed's schedulers against figures recorded from them."""

from agreement.comparison import Comparison, recorded
from lehr.dialects import deepspeed

NUMBER = 40
CURVES = {
    "LRRangeTest": deepspeed.range_test,
    "OneCycle": deepspeed.one_cycle,
    "OneCycle momentum": deepspeed.one_cycle_momentum,
    "WarmupLR": deepspeed.warmup,
    "WarmupDecayLR": deepspeed.warmup_decay,
    "WarmupCosineLR": deepspeed.warmup_cosine,
}
DIFFERENCES = {
    "OneCycle": "the second beta is left alone; there it is set to 0.99",
    "OneCycle momentum": "update 0 uses the value documented, unless exact=True; "
    "a plain momentum is driven too",
    **dict.fromkeys(
        ("WarmupLR", "WarmupDecayLR", "WarmupCosineLR"),
        'an unknown warmup_type is refused; there it is "log"',
    ),
}


def comparisons() -> list[Comparison]:
    def of(curve):
        return lambda base=1.0, **arguments: curve(base, **arguments)

    return recorded(
        "deepspeed",
        {name: of(curve) for name, curve in CURVES.items()},
        DIFFERENCES,
    )
