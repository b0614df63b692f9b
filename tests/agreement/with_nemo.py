"""NeMo: figures recorded from its own classes."""

from agreement.comparison import recorded
from lehr.dialects.nemo import SCHEDULERS
from lehr.dialects.torch import SCHEDULERS as TORCHS

NUMBER = 20
OWN_GROUP = "each group keeps its own value; NeMo gives all the first group's"
NO_HOLD = (
    "without a hold, NeMo anneals from update 0, as with exact=True; here from base"
)
DIFFERENCES = {
    "CosineAnnealing": f"with constant_steps, {OWN_GROUP}",
    "WarmupAnnealing": OWN_GROUP,
    "WarmupHoldAnnealLinear": NO_HOLD,
    "WarmupHoldAnnealOneMinusSquareRoot": NO_HOLD,
    "WarmupHoldPolicy": "without max_steps, NeMo fails after the hold",
    "T5InverseSquareRootAnnealing": "NeMo fails with constant_ratio",
}


def comparisons():
    """Return the comparisons, each with its recorded configurations."""
    curves = {d.name: d.curve for d in SCHEDULERS if d not in TORCHS}
    return recorded("nemo", curves, DIFFERENCES)
