"""fairseq: figures recorded from its own classes."""

from agreement.comparison import recorded
from lehr.dialects.fairseq import SCHEDULERS

NUMBER = 20
DIFFERENCES = {
    "cosine": "with t_mult, fairseq misses some restarts by the floor of a logarithm; "
    "t_mult below 1 is refused",
    "inverse_sqrt": "without a warmup it is refused; fairseq divides by 0",
    "tri_stage": "fairseq divides by 0 without decay_steps",
}


def comparisons():
    """Return the comparisons, each with its recorded configurations."""
    curves = {d.name: d.curve for d in SCHEDULERS if d.curve}
    del curves["pass_through"]
    return recorded("fairseq", curves, DIFFERENCES)
